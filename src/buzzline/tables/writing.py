"""How do tables leave again? Whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import polars as pl
from xlsxwriter.exceptions import FileCreateError

from buzzline.errors import BuzzlineError, UnwritableOutput
from buzzline.tables.cells import as_text
from buzzline.tables.study import Study

Format = Literal["csv", "parquet"]


@contextmanager
def atomically(path: Path | str) -> Iterator[Path]:
    """Yield a temporary path beside `path`, which takes its place once it is complete.

    Parents are created. When anything goes wrong (no room on the disk, no permission, an
    interrupt) the temporary file is removed and whatever stood at `path` stays as it was.

    Parameters
    ----------
    path : Path or str
        The file to write. The temporary path has the same suffix.

    Raises
    ------
    UnwritableOutput
        The operating system refused: no room, no permission, not a folder.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> target = Path(mkdtemp()) / "results" / "note.txt"
    >>> with atomically(target) as unfinished:
    ...     _ = unfinished.write_text("two clusters")
    >>> target.read_text()
    'two clusters'
    """
    target = Path(path)
    unfinished: Path | None = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = _room_beside(target)
        yield unfinished
        unfinished.replace(target)
    except BuzzlineError:
        raise
    except (OSError, FileCreateError, pl.exceptions.ComputeError) as error:
        reason = getattr(error, "strerror", "") or str(error)
        if isinstance(error, pl.exceptions.ComputeError) and "IO error" not in reason:
            raise
        raise UnwritableOutput(
            f"{target}: cannot be written ({reason}). Free some room on the disk or choose "
            "another folder with --out; what was there before is unchanged."
        ) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


def write_study(study: Study, folder: Path | str, *, format: Format = "csv") -> list[Path]:
    """Write every table of a study, and a study.toml from which `read_study` reads it back.

    Parameters
    ----------
    study : Study
    folder : Path or str
    format : "csv" or "parquet"

    Returns
    -------
    list[Path]
        The files written; study.toml is the last.

    Raises
    ------
    UnwritableOutput
        No room or no permission; each file is written whole or not at all.
    """
    folder = Path(folder)
    written = []
    for name in Study.names():
        frame: pl.DataFrame = getattr(study, name)
        if frame.height:
            path = folder / f"{name}.{format}"
            write_table(frame, path)
            written.append(path)
    path = folder / "study.toml"
    with atomically(path) as unfinished:
        unfinished.write_text(_study_file(study, written), encoding="utf-8")
    return [*written, path]


def write_table(frame: pl.DataFrame, path: Path | str) -> None:
    """Write a table as CSV or Parquet, whichever the name says, whole or not at all.

    Raises
    ------
    UnwritableOutput
    """
    path = Path(path)
    with atomically(path) as unfinished:
        if path.suffix == ".parquet":
            frame.write_parquet(unfinished)
        else:
            nested = [series for series in frame.iter_columns() if series.dtype.is_nested()]
            frame.with_columns(as_text(series) for series in nested).write_csv(unfinished)


def _study_file(study: Study, files: list[Path]) -> str:
    about = study.about
    notes = ", ".join(_quoted(note) for note in about.notes)
    lines = [
        '# Written by buzzline; read it with buzzline.read_study("study.toml").',
        "[study]",
        f"title = {_quoted(about.title)}",
        f"licence = {_quoted(about.licence)}",
        f"notes = [{notes}]",
        "gazetteer = false    # coordinates are as they were",
    ]
    for path in files:
        lines += ["", f"[tables.{path.stem}]", f"file = {_quoted(path.name)}"]
        lines += ['industry_separator = ""', 'decimal = "."']
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _room_beside(target: Path) -> Path:
    handle, name = tempfile.mkstemp(
        prefix=f".{target.stem}.", suffix=target.suffix, dir=target.parent
    )
    os.close(handle)
    unfinished = Path(name)
    unfinished.chmod(0o666 & ~_umask())
    return unfinished


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
