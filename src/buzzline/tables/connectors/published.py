"""Files as a public source offers them: found by name, read with every cell as it stands."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import polars as pl

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.tables.cells import plain
from buzzline.tables.sifting import FILE, ROW

SEPARATORS = (";", ",", "\t", "|")


def published_files(
    path: Path | str, kinds: Mapping[str, tuple[str, ...]]
) -> dict[str, list[Path]]:
    """Find the files of a source, by kind.

    Parameters
    ----------
    path : path
        A folder (searched with its sub-folders), or one file.
    kinds : mapping of kind to words
        A file is of the first kind one of whose words occurs in its name.

    Raises
    ------
    MissingFile
        Nothing is there, or none of the files is of a known kind.
    """
    place = Path(path)
    if not place.exists():
        raise MissingFile(f"{place}: no such file or folder. Check the path.")
    files = sorted(place.rglob("*")) if place.is_dir() else [place]
    readable = [file for file in files if file.suffix.lower() in READERS]
    found: dict[str, list[Path]] = {}
    for file in readable:
        name = plain(file.stem)
        kind = next((k for k, said in kinds.items() if any(word in name for word in said)), "")
        if kind:
            found.setdefault(kind, []).append(file)
    if not found:
        wanted = ", ".join(f"`{words[0]}`" for words in kinds.values())
        raise MissingFile(
            f"{place}: no file whose name holds {wanted} with one of the endings "
            f"{', '.join(READERS)}. Name the folder with the files as they were published."
        )
    return found


def published_table(files: list[Path]) -> pl.DataFrame:
    """Read files of one kind into one table, texts for whatever is not typed in the file.

    Returns
    -------
    DataFrame
        With `row` (as a person sees it; the header is row 1) and `file`.

    Raises
    ------
    UnreadableFile
    """
    tables = []
    for file in files:
        try:
            frame = READERS[file.suffix.lower()](file)
        except (pl.exceptions.PolarsError, OSError, ValueError) as error:
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise UnreadableFile(
                f"{file}: cannot be read as {file.suffix[1:]} ({reason}). Download it "
                "again, or read it with `read_study`, which copes with damaged files."
            ) from error
        frame = frame.drop(ROW, FILE, strict=False).with_row_index(ROW, offset=2)
        tables.append(
            frame.with_columns(pl.col(ROW).cast(pl.Int64), pl.lit(file.name).alias(FILE))
        )
    return pl.concat(tables, how="diagonal_relaxed")


def _read_csv(file: Path) -> pl.DataFrame:
    data = file.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252")
    header = text.split("\n", 1)[0]
    separator = max(SEPARATORS, key=header.count)
    return pl.read_csv(
        io.BytesIO(text.encode()), separator=separator, infer_schema=False, quote_char='"'
    )


def _read_json(file: Path) -> pl.DataFrame:
    return pl.read_json(file, infer_schema_length=None)


def _read_excel(file: Path) -> pl.DataFrame:
    return pl.read_excel(file, infer_schema_length=0)


READERS: dict[str, Callable[[Path], pl.DataFrame]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".txt": _read_csv,
    ".parquet": pl.read_parquet,
    ".json": _read_json,
    ".xlsx": _read_excel,
}
