"""Everything that buzzline raises on purpose.

    BuzzlineError
    ├── InvalidTables (ValueError)      the tables contradict the schema; `.problems` lists how
    ├── InvalidStudyFile (ValueError)   study.toml cannot be read or makes no sense
    ├── InvalidArgument (ValueError)    an argument lies outside its unit, bounds or vocabulary
    ├── MissingFile (FileNotFoundError) a file or folder that was named is not there
    ├── UnreadableFile (ValueError)     a file is there but cannot be understood
    ├── UnwritableOutput (OSError)      results cannot be written: no room, no permission
    ├── TooFew (ValueError)             too few organisations or ties for the question asked
    ├── NotConverged (RuntimeError)     an iteration stopped before it reached its tolerance
    └── MissingPackage (ImportError)    an optional package is not installed; names the extra

A message says what (with the number of cases and one example), where (table, column, rows) and
what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the tables, as an object so that any face can list it.

    Attributes
    ----------
    table, column : str
        Where; `column` is empty when the whole table is concerned.
    what : str
        What is wrong, one clause without a full stop.
    n : int
        Number of rows concerned; 0 when the problem is not about rows.
    rows : tuple[int, ...]
        The first row numbers as a person sees them in the file (the header is row 1).
    examples : tuple[str, ...]
        A few offending values.
    remedy : str
        What to do, a full sentence.
    """

    table: str
    column: str
    what: str
    n: int
    rows: tuple[int, ...]
    examples: tuple[str, ...]
    remedy: str

    def __str__(self) -> str:
        where = f"{self.table}: `{self.column}`" if self.column else f"{self.table}:"
        cases = []
        if self.n:
            cases.append(f"{self.n:,} row{'s' if self.n != 1 else ''}")
        if self.rows:
            cases.append("row " + ", ".join(str(row) for row in self.rows[:5]))
        if self.examples:
            cases.append("e.g. " + ", ".join(repr(example) for example in self.examples[:3]))
        inside = f" ({'; '.join(cases)})" if cases else ""
        return f"{where} {self.what}{inside}. {self.remedy}"


class BuzzlineError(Exception):
    """Root of the tree: catching it catches everything buzzline raises on purpose."""


class InvalidTables(BuzzlineError, ValueError):
    """The tables contradict the schema; every problem is listed, not only the first."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = f"{count} problem{'s' if count != 1 else ''} in the tables:"
        lines = [f"  {number}. {problem}" for number, problem in enumerate(self.problems, 1)]
        super().__init__("\n".join([head, *lines]))

    def __reduce__(self) -> tuple[type[InvalidTables], tuple[tuple[Problem, ...]]]:
        """Keep the problems when sent from one process to another."""
        return type(self), (self.problems,)


class InvalidStudyFile(BuzzlineError, ValueError):
    """study.toml cannot be parsed, names something unknown, or makes no sense."""


class InvalidArgument(BuzzlineError, ValueError):
    """An argument of an analysis lies outside its unit, its bounds or its vocabulary."""


class MissingFile(BuzzlineError, FileNotFoundError):
    """A file or folder that was named is not there."""


class UnreadableFile(BuzzlineError, ValueError):
    """A file is there but cannot be understood: wrong format, encoding or layout."""


class UnwritableOutput(BuzzlineError, OSError):
    """Results cannot be written; whatever was there before is left as it was."""


class TooFew(BuzzlineError, ValueError):
    """Too few organisations or ties for the question asked."""


class NotConverged(BuzzlineError, RuntimeError):
    """An iteration stopped before it reached its tolerance."""


class MissingPackage(BuzzlineError, ImportError):
    """An optional package is not installed; the message names the extra that brings it."""

    def __init__(self, package: str, extra: str, purpose: str) -> None:
        super().__init__(
            f"{purpose} needs the package `{package}`, which is not installed. "
            f"Install it with: pip install 'buzzline[{extra}]'"
        )
