"""What does a person tell us about the tables? The study file, study.toml.

It names the files, maps their columns to those of the schema and holds the settings of a run.
`buzzline init` writes one; its JSON schema is `study_file_schema()`.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from buzzline.errors import InvalidStudyFile, MissingFile
from buzzline.tables.cells import nearest
from buzzline.tables.schema import TABLES, table_named
from buzzline.tables.sifting import DateOrder
from buzzline.tables.vocabularies import LAYERS

Value = str | bool | float
SEPARATOR_WORDS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|", "pipe": "|"}


class Section(BaseModel):
    """A section of the file: nothing may stand in it that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class AboutStudy(Section):
    """[study]: what the study is, and where it comes from when not from tables of one's own."""

    title: str = Field(default="Untitled study", description="Title of the report.")
    licence: str = Field(default="", description="Licence of the data, shown in the report.")
    notes: tuple[str, ...] = Field(default=(), description="Limits a reader must know.")
    source: Literal["tables", "crunchbase", "cordis", "cbp", "exhibitors", "uscmp"] = Field(
        default="tables", description="`tables` below, or a public source as it is published."
    )
    path: str = Field(default="", description="Folder or file of the public source.")
    gazetteer: bool = Field(
        default=True, description="Fill in missing coordinates from city and country."
    )
    set_aside_limit: float = Field(
        default=0.5,
        ge=0,
        le=1,
        description="Stop when a larger share of a table cannot be used.",
    )


class TableEntry(Section):
    """[tables.<name>]: the file of a table and what its columns are called."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=False)

    file: str = Field(default="", description="File, seen from the folder of study.toml.")
    sheet: str = Field(
        default="", description="Sheet of a workbook, layer or table of a database."
    )
    encoding: str = Field(
        default="", description="Encoding of a text file; empty: recognise it."
    )
    separator: str = Field(default="", description="Column separator; empty: recognise it.")
    decimal: Literal["", ".", ","] = Field(
        default="", description="Decimal mark; empty: recognise it."
    )
    dates: DateOrder = Field(
        default="",
        description='Meaning of 03/04/2014: "day first" (3 April) or "month first" (4 March); '
        "empty: recognise it.",
    )
    industry_separator: str = Field(
        default="|", description="Between several industries in one cell."
    )
    missing: tuple[str, ...] = Field(
        default=(), description='Marks for "not known", beside the usual.'
    )
    columns: dict[str, str] = Field(
        default={}, description="Column of the schema = column of the file."
    )
    values: dict[str, Value] = Field(
        default={}, description="Columns that have one value throughout."
    )

    @field_validator("separator")
    @classmethod
    def _one_letter(cls, separator: str) -> str:
        mark = SEPARATOR_WORDS.get(separator.strip().casefold(), separator)
        if len(mark) > 1:
            raise ValueError('write one sign, such as ";", or "tab"')
        return mark

    @model_validator(mode="after")
    def _has_a_file(self) -> TableEntry:
        if not self.file:
            raise ValueError('name the file: file = "name.csv"')
        return self


Km = Annotated[float, Field(gt=0, le=20_038)]
Open = Annotated[float, Field(gt=0, lt=1)]


class RunSettings(Section):
    """[run]: the settings of `buzzline run`; each has a default."""

    industries: tuple[str, ...] = Field(
        default=(), description="Industries to look at; empty: the most numerous."
    )
    groups: dict[str, tuple[str, ...]] = Field(
        default={}, description="Groups of related industries."
    )
    scales_km: tuple[Km, ...] = Field(
        default=(0.4, 1.0, 5.0, 10.0, 20.0),
        min_length=1,
        description="Radii (km) at which clusters are looked for.",
    )
    local_km: Km = Field(default=50.0, description="A tie up to this length (km) is local.")
    regional_km: Km = Field(
        default=200.0, description="A tie up to this length (km) is regional."
    )
    level: Open = Field(default=0.95, description="Level of all intervals.")
    false_discovery_rate: Open = Field(
        default=0.05, description="Share of false clusters accepted."
    )
    draws: int = Field(
        default=499, ge=19, le=1_000_000, description="Random draws behind each p-value."
    )
    seed: int = Field(default=1, ge=0, description="Same seed and tables: same numbers.")
    layers: tuple[str, ...] = Field(
        default=(), description="Kinds of ties to look at; empty: all."
    )
    measures: tuple[str, ...] = Field(
        default=(),
        description="Analyses to run beside clusters and ties by scale; empty: those that are "
        'quick. "all" or "none" alone.',
    )
    public: bool = Field(
        default=False,
        description="Name no small organisation, and show no group too small to hide one.",
    )
    smallest_group: int = Field(
        default=5, ge=2, description="Organisations that make a group one can hide in (public)."
    )
    named_from_jobs: float = Field(
        default=250.0,
        ge=0,
        description="Organisations of that many jobs may be named (public).",
    )
    engine: Literal["polars", "duckdb", "spark"] = Field(
        default="polars", description="`duckdb` when the ties do not fit into memory."
    )

    @field_validator("layers")
    @classmethod
    def _known_layers(cls, layers: tuple[str, ...]) -> tuple[str, ...]:
        for layer in layers:
            if layer not in LAYERS:
                raise ValueError(_unknown(layer, LAYERS, "a kind of tie", "Kinds"))
        return layers

    @model_validator(mode="after")
    def _local_within_regional(self) -> RunSettings:
        if self.local_km >= self.regional_km:
            raise ValueError(
                f"local_km ({self.local_km:g}) must be smaller than regional_km "
                f"({self.regional_km:g})"
            )
        return self


class StudyFile(Section):
    """The whole study file.

    Examples
    --------
    >>> StudyFile.model_validate({"study": {"title": "Prato"}}).run.local_km
    50.0
    """

    study: AboutStudy = Field(default_factory=AboutStudy)
    tables: dict[str, tuple[TableEntry, ...]] = Field(
        default={},
        description="One section a table; several [[tables.linkages]] for several files.",
    )
    run: RunSettings = Field(default_factory=RunSettings)

    @field_validator("tables", mode="before")
    @classmethod
    def _always_several(cls, tables: Any) -> Any:
        if not isinstance(tables, dict):
            return tables
        return {name: entry if isinstance(entry, list | tuple) else [entry]
                for name, entry in tables.items()}  # fmt: skip

    @model_validator(mode="after")
    def _known_names(self) -> StudyFile:
        known = [table.name for table in TABLES]
        for name, entries in self.tables.items():
            if name not in known:
                raise ValueError(
                    f"[tables.{name}]: {_unknown(name, known, 'a table', 'Tables')}"
                )
            columns = [column.name for column in table_named(name).columns]
            for column in (key for entry in entries for key in (*entry.columns, *entry.values)):
                if column not in columns:
                    what = _unknown(column, columns, f"a column of {name}", "Columns")
                    raise ValueError(f"[tables.{name}.columns]: {what}")
        return self


SECTIONS: dict[str, type[Section]] = {
    "study": AboutStudy, "tables": TableEntry, "run": RunSettings, "": StudyFile,
}  # fmt: skip


def read_study_file(path: Path | str) -> StudyFile:
    """Read and check a study file.

    Raises
    ------
    MissingFile
        There is no such file.
    InvalidStudyFile
        It is no TOML, or says something unknown or impossible; every problem is listed with
        what, where and the remedy.
    """
    path = Path(path)
    try:
        content = tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError as error:
        raise MissingFile(
            f"{path}: there is no such file. `buzzline init` writes one after a look at your "
            "files."
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidStudyFile(
            f"{path.name}: save the file as UTF-8 in your editor."
        ) from error
    except OSError as error:
        raise MissingFile(f"{path}: cannot be opened ({error.strerror}).") from error
    except tomllib.TOMLDecodeError as error:
        raise InvalidStudyFile(
            f"{path.name}: {error}. Texts stand in quotation marks, and paths are written with "
            '`/`: file = "data/firms.csv".'
        ) from error
    try:
        return StudyFile.model_validate(content)
    except ValidationError as error:
        told = [_told(problem) for problem in error.errors()]
        lines = "\n".join(f"  {number}. {line}" for number, line in enumerate(told, 1))
        count = f"{len(told)} problem{'s' if len(told) != 1 else ''}"
        raise InvalidStudyFile(f"{count} in {path.name}:\n{lines}") from error


def study_file_schema() -> dict[str, Any]:
    """Return the JSON schema of study.toml, for editors that complete and check it."""
    return StudyFile.model_json_schema()


def _told(problem: Any) -> str:
    """Say a problem of pydantic as what, where and remedy."""
    place = [str(part) for part in problem["loc"] if not isinstance(part, int)]
    if problem["type"] == "extra_forbidden":
        section = SECTIONS[place[0] if len(place) > 1 else ""]
        known = tuple(section.model_fields)
        what = _unknown(place[-1], known, "a setting here", "Settings")
        return f"{_where(place[:-1])}{what}"
    said = str(problem["msg"]).removeprefix("Value error, ")
    said = said.replace("Input should be", "must be").replace("a valid ", "")
    if problem["type"] == "value_error":
        return f"{_where(place)}{said}"
    return f"{_where(place[:-1])}`{place[-1]}` {said}; got {problem['input']!r}."


def _where(place: list[str]) -> str:
    return f"[{'.'.join(place)}]: " if place else ""


def _unknown(name: str, known: tuple[str, ...] | list[str], what: str, plural: str) -> str:
    close = nearest(name, known)
    hint = f"Did you mean `{close}`? " if close else ""
    return f"`{name}` is not {what}. {hint}{plural} are {', '.join(known)}."
