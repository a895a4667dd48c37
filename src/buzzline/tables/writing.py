"""How do tables leave again? Whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from buzzline.errors import BuzzlineError, UnwritableOutput


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
    except OSError as error:
        reason = error.strerror or str(error)
        raise UnwritableOutput(
            f"{target}: cannot be written ({reason}). Free some room on the disk or choose "
            "another folder with --out; what was there before is unchanged."
        ) from error
    finally:
        if unfinished is not None:
            unfinished.unlink(missing_ok=True)


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
