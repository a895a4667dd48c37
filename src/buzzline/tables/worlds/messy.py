"""Write a study as messy files with known defects, to try the reading of tables against.

Every defect is an added row, and added organisations hold no ties: a reader that sets all of
these rows aside, or repairs them, is left with every row of the clean study.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from buzzline.errors import InvalidArgument
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.study import Study

ENCODING = "cp1252"
SEPARATOR = ";"
LEAST_ROWS = 20  # of organisations and linkages; below this the defects would outnumber them

# table: defect: (how many rows, cell to overwrite, value)
DEFECTS: dict[str, dict[str, tuple[int, str, str]]] = {
    "organisations": {
        "coordinates at (0, 0)": (4, "longitude,latitude", "0"),
        "latitude beyond 90": (3, "latitude", "133,7"),
        "text in numbers": (5, "jobs", "about forty"),
        "identifier missing": (2, "org_id", ""),
        "unknown kind": (3, "kind", "wizard"),
        "negative jobs": (2, "jobs", "-5"),
    },
    "linkages": {
        "unknown organisation": (7, "target", "nobody-knows"),
        "self-tie": (6, "target", ""),  # the source is put in
        "date 1201": (3, "start", "1201-11-03"),
        "date 3201": (2, "start", "3201-10-21"),
        "end before start": (4, "end", "1999-01-01"),
        "negative weight": (3, "weight", "-1,5"),
        "unknown layer": (2, "layer", "telepathy"),
    },
    "activities": {
        "unknown organisation": (3, "org_id", "nobody-knows"),
        "share beyond 1": (2, "share", "7,5"),
    },
}
REPEATED = {"organisations": 5, "linkages": 4, "activities": 0}  # rows written a second time
REFERENCES = ("place_id", "owner_id")  # their tables are not among the files


@dataclass(frozen=True, slots=True, eq=False)
class Mess:
    """Messy files and what is wrong with them.

    Attributes
    ----------
    folder : Path
    files : dict[str, Path]             by name of the table
    clean : dict[str, int]              rows of the study, by table
    planted : dict[str, dict[str, int]] rows added, by table and defect
    """

    folder: Path
    files: Mapping[str, Path]
    clean: Mapping[str, int]
    planted: Mapping[str, Mapping[str, int]]

    def rows(self, table: str) -> int:
        """Return how many rows the file of a table has, without the header."""
        return self.clean[table] + sum(self.planted[table].values())


def messy_copy(study: Study, folder: Path | str, rng: Seed = None) -> Mess:
    """Write organisations, linkages and activities as CSV files with planted defects.

    The files have semicolons, decimal commas and the encoding cp1252, as a spreadsheet in much
    of Europe writes them; defective rows stand at random places.

    Parameters
    ----------
    study : Study
    folder : path
        Made when it is not there.
    rng : Generator, int or None

    Raises
    ------
    InvalidArgument
        Fewer than 20 organisations, linkages or activities.
    """
    place = Path(folder)
    place.mkdir(parents=True, exist_ok=True)
    seed = seed_of(rng)
    files, clean, planted = {}, {}, {}
    for name in DEFECTS:
        frame: pl.DataFrame = getattr(study, name)
        if frame.height < LEAST_ROWS:
            raise InvalidArgument(
                f"messy_copy: `{name}` needs at least {LEAST_ROWS} rows, got {frame.height}"
            )
        texts = _as_written(frame.drop(REFERENCES, strict=False))
        messy, counts = _spoilt(texts, name, child(seed, name))
        files[name] = place / f"{name}.csv"
        files[name].write_bytes(_csv(messy))
        clean[name], planted[name] = frame.height, counts
    return Mess(place, files, clean, planted)


def _as_written(frame: pl.DataFrame) -> pl.DataFrame:
    """Return all cells as texts, numbers with a decimal comma."""
    numbers = [name for name, dtype in frame.schema.items() if dtype.is_float()]
    return frame.with_columns(pl.all().cast(pl.String)).with_columns(
        pl.col(numbers).str.replace(".", ",", literal=True)
    )


def _spoilt(
    texts: pl.DataFrame, name: str, rng: np.random.Generator
) -> tuple[pl.DataFrame, dict[str, int]]:
    """Add the defective rows of a table at random places."""
    parts, counts = [texts], {}
    for defect, (n, cells, value) in DEFECTS[name].items():
        rows = texts[rng.choice(texts.height, n, replace=False)]
        rows = _renamed(rows, name, defect).with_columns(
            pl.lit(value).alias(cell) for cell in cells.split(",")
        )
        if defect == "self-tie":
            rows = rows.with_columns(target="source")
        parts.append(rows)
        counts[defect] = n
    if REPEATED[name]:
        parts.append(texts[rng.choice(texts.height, REPEATED[name], replace=False)])
        counts["row repeated"] = REPEATED[name]
    messy = pl.concat(parts)
    return messy[_shuffled(texts.height, messy.height, rng)], counts


def _renamed(rows: pl.DataFrame, name: str, defect: str) -> pl.DataFrame:
    """Give added organisations identifiers of their own, so that no tie leads to them."""
    if name != "organisations":
        return rows
    mark = "".join(word[0] for word in defect.split()).upper()
    return rows.with_columns(pl.concat_str("org_id", pl.lit(f"-{mark}")).alias("org_id"))


def _shuffled(n_clean: int, n: int, rng: np.random.Generator) -> pl.Series:
    """Return an order that keeps clean rows in theirs and puts the others in between."""
    between = rng.integers(0, n_clean, n - n_clean)
    return pl.Series(np.argsort(np.concatenate([np.arange(n_clean), between]), kind="stable"))


def _csv(frame: pl.DataFrame) -> bytes:
    text = frame.write_csv(separator=SEPARATOR, line_terminator="\r\n")
    try:
        return text.encode(ENCODING)
    except UnicodeEncodeError as error:
        raise InvalidArgument(
            f"messy_copy: {text[error.start : error.end]!r} cannot be written in {ENCODING}; "
            "make the world with its first four countries only"
        ) from error
