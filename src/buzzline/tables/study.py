"""Study: tables that belong together, checked once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any

import narwhals as nw
import numpy as np
import polars as pl

from buzzline.arrays import Flags
from buzzline.errors import InvalidArgument, InvalidTables, Problem
from buzzline.tables.columns import Table
from buzzline.tables.limits import beyond_limits, broken_numbers, examples_of, row_numbers
from buzzline.tables.quality import Quality
from buzzline.tables.schema import (
    ACTIVITIES,
    ATTENDANCE,
    CLAIMS,
    DECLARED_CLUSTERS,
    EMPLOYMENT,
    ESTABLISHMENTS,
    GATHERINGS,
    INDUSTRIES,
    INDUSTRY_FLOWS,
    INITIATIVES,
    INSTITUTIONS,
    KNOWLEDGE_ITEMS,
    LINKAGES,
    MEMBERSHIPS,
    OCCUPATIONS,
    ORGANISATIONS,
    OUTCOMES,
    PLACES,
    RELATEDNESS,
    SPELLS,
    TABLES,
    table_named,
)


@dataclass(frozen=True, slots=True, eq=False)
class About:
    """Where a study comes from and what happened to it on the way.

    Attributes
    ----------
    title, licence : str
    sources : tuple[str, ...]
        Files or data sets the tables were read from.
    notes : tuple[str, ...]
        Limits a reader must know, e.g. known selection of the source.
    quality : Quality
        The data-quality report.
    digests : mapping of file name to sha256
        Of the files the tables were read from; empty when they came from data frames.
    """

    title: str = "Untitled study"
    licence: str = ""
    sources: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    quality: Quality = field(default_factory=Quality)
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """Tables that describe the same organisations, places and years.

    Build one with `read_study` or `Study.of`; both check it, so whatever holds a study need not
    check keys, types or bounds again. Absent tables are empty, with the right columns.

    Examples
    --------
    >>> study = Study.of(
    ...     organisations=pl.DataFrame({"org_id": ["a", "b"], "city": ["Prato", "Carpi"]}),
    ...     linkages=pl.DataFrame({"source": ["a"], "target": ["b"], "layer": ["supply"]}))
    >>> study
    Study 'Untitled study': 2 organisations, 1 linkage (supply 1)
    """

    organisations: pl.DataFrame = field(default_factory=ORGANISATIONS.empty)
    linkages: pl.DataFrame = field(default_factory=LINKAGES.empty)
    activities: pl.DataFrame = field(default_factory=ACTIVITIES.empty)
    establishments: pl.DataFrame = field(default_factory=ESTABLISHMENTS.empty)
    places: pl.DataFrame = field(default_factory=PLACES.empty)
    industries: pl.DataFrame = field(default_factory=INDUSTRIES.empty)
    employment: pl.DataFrame = field(default_factory=EMPLOYMENT.empty)
    relatedness: pl.DataFrame = field(default_factory=RELATEDNESS.empty)
    industry_flows: pl.DataFrame = field(default_factory=INDUSTRY_FLOWS.empty)
    occupations: pl.DataFrame = field(default_factory=OCCUPATIONS.empty)
    declared_clusters: pl.DataFrame = field(default_factory=DECLARED_CLUSTERS.empty)
    memberships: pl.DataFrame = field(default_factory=MEMBERSHIPS.empty)
    spells: pl.DataFrame = field(default_factory=SPELLS.empty)
    knowledge_items: pl.DataFrame = field(default_factory=KNOWLEDGE_ITEMS.empty)
    gatherings: pl.DataFrame = field(default_factory=GATHERINGS.empty)
    attendance: pl.DataFrame = field(default_factory=ATTENDANCE.empty)
    institutions: pl.DataFrame = field(default_factory=INSTITUTIONS.empty)
    initiatives: pl.DataFrame = field(default_factory=INITIATIVES.empty)
    outcomes: pl.DataFrame = field(default_factory=OUTCOMES.empty)
    claims: pl.DataFrame = field(default_factory=CLAIMS.empty)
    about: About = field(default_factory=About)

    def __post_init__(self) -> None:
        problems = [problem for name in self.names() for problem in _problems(self, name)]
        if problems:
            raise InvalidTables(problems)

    @classmethod
    def of(cls, *, about: About | None = None, **tables: Any) -> Study:
        """Build a study from data frames (polars, pandas, arrow) that already fit the schema.

        Missing optional columns are added empty, columns are cast to the type of the schema,
        NaN in a column of numbers is read as not known (null). For files, other column names or
        dirty rows, use `read_study`.

        Raises
        ------
        InvalidTables
            A required column, a key or a reference is missing, a number is out of its bounds or
            a word not of its list; every problem is listed.
        """
        unknown = set(tables) - set(cls.names())
        if unknown:
            raise InvalidArgument(
                f"Study.of: no table is called {sorted(unknown)[0]!r}; "
                f"tables are {', '.join(cls.names())}"
            )
        shaped = {name: shaped_like(table_named(name), frame) for name, frame in tables.items()}
        return cls(**shaped, about=about or About())

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Return the names of all tables, in the order of the schema."""
        return tuple(table.name for table in TABLES)

    def where(
        self,
        *,
        layer: str | None = None,
        country: str | None = None,
        year: int | None = None,
    ) -> Study:
        """Cut every table consistently: one layer, one country, or what existed in a year.

        Ties that lose an end go with it.
        """
        organisations, linkages = self.organisations, self.linkages
        employment = self.employment
        if country is not None:
            organisations = organisations.filter(pl.col("country") == country)
            there = self.places.filter(pl.col("country") == country).select("place_id")
            employment = employment.join(
                there, on="place_id", how="semi", maintain_order="left"
            )
        if year is not None:
            organisations = organisations.filter(_alive(year, "opened", "closed"))
            linkages = linkages.filter(_alive(year, "start", "end"))
            employment = employment.filter(pl.col("year").is_null() | (pl.col("year") == year))
        if layer is not None:
            linkages = linkages.filter(pl.col("layer") == layer)
        return replace(self._among(organisations, linkages), employment=employment)

    def among(self, members: Flags) -> Study:
        """Cut every table to some organisations, and the ties among them.

        Parameters
        ----------
        members : (n,) bool
            Rows of `organisations`.
        """
        return self._among(self.organisations.filter(pl.Series(members)), self.linkages)

    def _among(self, organisations: pl.DataFrame, linkages: pl.DataFrame) -> Study:
        known = organisations.select("org_id")
        cut: dict[str, Any] = {"organisations": organisations, "linkages": linkages}
        for end in ("source", "target"):
            cut["linkages"] = cut["linkages"].join(
                known, left_on=end, right_on="org_id", how="semi", maintain_order="left"
            )
        for table in TABLES:
            if table.name not in cut and "org_id" in {column.name for column in table.columns}:
                frame = getattr(self, table.name)
                known_or_empty = frame.filter(
                    pl.col("org_id").is_null()
                    | pl.col("org_id").is_in(known["org_id"].implode())
                )
                cut[table.name] = known_or_empty
        orphaned = ~pl.col("owner_id").is_in(known["org_id"].implode())
        cut["organisations"] = organisations.with_columns(
            pl.when(orphaned).then(None).otherwise(pl.col("owner_id")).alias("owner_id")
        )
        return replace(self, **cut)

    def with_table(self, name: str, frame: Any) -> Study:
        """Return the study with one table exchanged, and checked again."""
        changed: dict[str, Any] = {name: shaped_like(table_named(name), frame)}
        return replace(self, **changed)

    def industries_of(self) -> pl.DataFrame:
        """Return (org_id, industry), one row a pair: `activities`, else the main industry."""
        main = self.organisations.select("org_id", "industry").drop_nulls()
        listed = self.activities.select("org_id", "industry")
        return pl.concat([main, listed]).unique(maintain_order=True)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits: equal tables, equal fingerprint."""
        digest = hashlib.sha256()
        for name in self.names():
            frame: pl.DataFrame = getattr(self, name)
            digest.update(f"{name}:{frame.height}".encode())
            for column in frame.iter_columns():
                _digest_column(digest, column)
        return digest.hexdigest()[:16]

    def __repr__(self) -> str:
        counts = (
            self.linkages.group_by("layer")
            .len()
            .sort(["len", "layer"], descending=[True, False])
        )
        layers = ", ".join(f"{layer} {n:,}" for layer, n in counts.iter_rows())
        text = f"Study {self.about.title!r}: {self._counts()}"
        text += f" ({layers})" if layers else ""
        aside = self.about.quality.n_set_aside
        return text + (f"; {_plural(aside, 'row')} set aside" if aside else "")

    def _counts(self) -> str:
        if self.employment.height and not self.organisations.height:
            places = _plural(self.employment["place_id"].n_unique(), "place")
            return f"{places}, {_plural(self.employment.height, 'row')} of employment"
        return (
            f"{_plural(self.organisations.height, 'organisation')}, "
            f"{_plural(self.linkages.height, 'linkage')}"
        )

    def _repr_html_(self) -> str:
        counts = {name: getattr(self, name).height for name in self.names()}
        rows = "".join(
            f"<tr><td>{name}</td><td style='text-align:right'>{n:,}</td></tr>"
            for name, n in counts.items()
            if n
        )
        return f"<p>{self!r}</p><table><tr><th>table</th><th>rows</th></tr>{rows}</table>"


def shaped_like(table: Table, frame: Any) -> pl.DataFrame:
    """Return a data frame with the columns of `table`, in its order and types.

    NaN in a column of numbers is read as not known (null).

    Raises
    ------
    InvalidTables
        A required column is missing, a column is not in the schema, or a cast fails or would
        cut decimals off.
    """
    given = as_polars(frame)
    names = [column.name for column in table.columns]
    problems = [
        Problem(table.name, column.name, "is missing", 0, (), (),
                f"Add it ({column.meaning[:-1].lower()}), or map a column to it in study.toml.")
        for column in table.columns
        if column.required and column.name not in given.columns
    ]  # fmt: skip
    problems += [
        Problem(table.name, name, "is not a column of the schema", 0, (), (),
                f"Columns are {', '.join(names)}.")
        for name in given.columns
        if name not in names
    ]  # fmt: skip
    problems += broken_numbers(table, given)
    if problems:
        raise InvalidTables(problems)
    floats = [name for name, dtype in given.schema.items() if dtype.is_float()]
    given = given.with_columns(pl.col(floats).fill_nan(None))
    casts = [
        (pl.col(column.name) if column.name in given.columns else pl.lit(None))
        .cast(column.dtype)
        .alias(column.name)
        for column in table.columns
    ]
    try:
        return given.select(casts) if given.width else table.empty()
    except pl.exceptions.InvalidOperationError as error:
        reason = str(error).splitlines()[0]
        problem = Problem(
            table.name, "", f"does not fit the schema: {reason}", 0, (), (),
            "Read it with `read_study`, which names the rows.",
        )  # fmt: skip
        raise InvalidTables([problem]) from error


def as_polars(frame: Any) -> pl.DataFrame:
    """Return any data frame (polars, lazy, pandas, arrow) as polars."""
    if isinstance(frame, pl.DataFrame):
        return frame
    if isinstance(frame, pl.LazyFrame):
        return frame.collect()
    try:
        native = nw.from_native(frame)
    except TypeError as error:
        raise InvalidArgument(
            f"expected a data frame (polars, pandas, arrow), got {type(frame).__name__}"
        ) from error
    eager = native.collect() if isinstance(native, nw.LazyFrame) else native
    return eager.to_polars()


def _alive(year: int, start: str, end: str) -> pl.Expr:
    begun = pl.col(start).is_null() | (pl.col(start) <= date(year, 12, 31))
    lasting = pl.col(end).is_null() | (pl.col(end) >= date(year, 1, 1))
    return begun & lasting


def _problems(study: Study, name: str) -> Iterable[Problem]:
    table = table_named(name)
    frame: pl.DataFrame = getattr(study, name)
    if not frame.height:
        return
    for column in table.columns:
        if column.required and frame[column.name].null_count():
            missing = frame[column.name].is_null()
            yield Problem(name, column.name, "is empty", int(missing.sum()),
                          row_numbers(missing), (),
                          "Fill it in, or read the files with `read_study`.")  # fmt: skip
    if table.key:
        repeated = frame.select(pl.struct(table.key).is_duplicated()).to_series()
        if repeated.any():
            yield Problem(name, table.key[0], "is not unique", int(repeated.sum()),
                          row_numbers(repeated), examples_of(frame[table.key[0]], repeated),
                          "Keep one row each.")  # fmt: skip
    yield from beyond_limits(table, frame)
    for column in table.columns:
        if column.refers_to and name != "employment":  # jobs of unlisted places are jobs
            yield from _dangling(study, name, column.name, column.refers_to)


def _dangling(study: Study, name: str, column: str, refers_to: str) -> Iterable[Problem]:
    other, key = refers_to.split(".")
    frame: pl.DataFrame = getattr(study, name)
    known: pl.Series = getattr(study, other)[key]
    if not known.len() and other != "organisations":
        return
    values = frame[column]
    missing = values.is_not_null() & ~values.is_in(known.implode())
    if missing.any():
        yield Problem(name, column, f"names something that is not in `{other}`",
                      int(missing.sum()), row_numbers(missing),
                      examples_of(values, missing),
                      "Add it there, or read the files with `read_study`, which sets such rows "
                      "aside.")  # fmt: skip


def _digest_column(digest: Any, column: pl.Series) -> None:
    digest.update(f"{column.name}:{column.dtype}".encode())
    digest.update(np.packbits(column.is_null().to_numpy()).tobytes())
    present = column.drop_nulls()
    if present.dtype == pl.String:
        digest.update(np.asarray(present.str.len_bytes().to_numpy(), dtype="<u4").tobytes())
        digest.update((present.str.join("").item() or "").encode())
    else:
        digest.update(np.ascontiguousarray(present.to_physical().to_numpy()).tobytes())


def _plural(n: int, noun: str) -> str:
    return f"{n:,} {noun}{'' if n == 1 else 's'}"


assert tuple(item.name for item in fields(Study))[:-1] == tuple(table.name for table in TABLES)
