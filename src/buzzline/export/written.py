"""Written: which files came about, which did not and why, and what was changed on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """Files of an export; iterating over it gives their paths.

    Attributes
    ----------
    files : tuple[Path, ...]
    skipped : tuple[tuple[str, str], ...]
        File name and reason, e.g. a package that is not installed.
    notes : tuple[tuple[str, str], ...]
        File name and what was changed in it, with counts, e.g. characters XML does not allow.
    """

    files: tuple[Path, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    notes: tuple[tuple[str, str], ...] = ()

    def __iter__(self) -> Iterator[Path]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def __add__(self, other: Written) -> Written:
        return Written(
            self.files + other.files, self.skipped + other.skipped, self.notes + other.notes
        )

    def table(self) -> pl.DataFrame:
        """Return one row a file: `file`, `status`, `remark`."""
        rows = [(path.name, "written", "") for path in self.files]
        rows += [(name, "written, changed", note) for name, note in self.notes]
        rows += [(name, "not written", reason) for name, reason in self.skipped]
        schema = dict.fromkeys(("file", "status", "remark"), pl.String)
        return pl.DataFrame(rows, schema=schema, orient="row")

    def __str__(self) -> str:
        said = [f"{len(self.files):,} files written"]
        said += [f"{name} not written: {reason}" for name, reason in self.skipped]
        return "; ".join(said + [f"{name}: {note}" for name, note in self.notes])


def one_file(path: Path, note: str = "") -> Written:
    """Return the listing of a single file, with what was changed in it if anything was."""
    return Written(files=(path,), notes=((path.name, note),) if note else ())
