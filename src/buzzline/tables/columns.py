"""Column and Table: what the schema is made of."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import polars as pl


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its type, unit, meaning and bounds.

    Attributes
    ----------
    name : str                  the unit is its suffix: `revenue_musd`
    dtype : polars data type
    unit : str                  empty for texts
    meaning : str               one sentence a newcomer understands
    required : bool
    values : tuple[str, ...]    closed vocabulary; empty means any
    refers_to : str             "organisations.org_id": the value must be found there
    low, high : float           closed bounds of a number
    """

    name: str
    dtype: pl.DataType
    unit: str
    meaning: str
    required: bool = False
    values: tuple[str, ...] = ()
    refers_to: str = ""
    low: float = -inf
    high: float = inf

    @property
    def limits(self) -> str:
        """The bounds as a person says them: `0 or more jobs`."""
        if self.high == inf:
            unit = "" if self.unit.startswith("see ") else f" {self.unit}"
            return f"{self.low:g} or more{unit}"
        return f"between {self.low:g} and {self.high:g} ({self.unit})"


@dataclass(frozen=True, slots=True)
class Table:
    """One table: its columns and the columns that identify a row.

    An empty `key` means that rows have no identity of their own (linkages may repeat).
    """

    name: str
    meaning: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column called `name`; KeyError when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    def empty(self) -> pl.DataFrame:
        """Return the table without rows."""
        return pl.DataFrame(schema={column.name: column.dtype for column in self.columns})


TEXT, FLOAT, INT, DATE, FLAG = (
    pl.String(),
    pl.Float64(),
    pl.Int64(),
    pl.Date(),
    pl.Boolean(),
)


def text(name: str, meaning: str, *, required: bool = False,
         values: tuple[str, ...] = (), refers_to: str = "") -> Column:  # fmt: skip
    """Return a column of texts."""
    return Column(name, TEXT, "", meaning, required, values, refers_to)


def number(name: str, unit: str, meaning: str, *, low: float = -inf, high: float = inf,
           required: bool = False) -> Column:  # fmt: skip
    """Return a column of numbers."""
    return Column(name, FLOAT, unit, meaning, required, low=low, high=high)


def date(name: str, meaning: str) -> Column:
    """Return a column of dates."""
    return Column(name, DATE, "date", meaning)


def flag(name: str, meaning: str) -> Column:
    """Return a column of yes and no."""
    return Column(name, FLAG, "", meaning)
