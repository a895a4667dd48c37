"""Write a first study.toml from a look at a person's own files."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Iterable, Sequence
from pathlib import Path

from buzzline.errors import InvalidArgument, MissingFile
from buzzline.tables.gathering import sources_in_file, sources_in_folder
from buzzline.tables.guessing import Guess, guesses
from buzzline.tables.schema import TABLES, table_named
from buzzline.tables.source import Source
from buzzline.tables.study_file import RunSettings
from buzzline.tables.vocabularies import LAYERS
from buzzline.tables.writing import atomically

LISTED, LONGEST = 3, 40  # example values behind each guess, and their letters
OFTEN = 0.02  # share of cells in which a separator must stand to be one

HEAD = """\
# study.toml - tells buzzline what is in your files.
# Written by `buzzline init` from a look at them. Every line is a GUESS: please check it.
# A line that starts with # is a comment; remove the # to switch a setting on.
# Afterwards:  buzzline check   (are the tables usable?)   then   buzzline run

[study]
title = {title}
# licence = "CC BY 4.0"               # of your data; it is shown in the report
# notes = ["Only members of the association are covered."]   # limits readers must know
# gazetteer = false                   # do not look up missing coordinates by city and country
# set_aside_limit = 0.5               # stop when more than this share of a table is unusable
"""

RULE = "# " + "-" * 90

NO_ORGANISATIONS = """
# NO TABLE OF ORGANISATIONS WAS RECOGNISED; every study needs one (or one of employment):
# [tables.organisations]
# file = "name of your file"
# [tables.organisations.columns]
# org_id = "name of the column with the identifier"
"""

RUN = """
# ------------------------------------------------------------------------------------------
# Settings of `buzzline run`. All have sensible defaults, shown here; change what you need.
[run]
# Industries to find clusters of; the most numerous ones when left out.
# industries = [{industries}]
# Radii (km) at which clusters are looked for.
# scales_km = {scales}
# Ties up to this length (km) are local, about a commute;
# local_km = {local:g}
# up to this length regional, about half a day's trip; longer ones national or global.
# regional_km = {regional:g}
# Kinds of ties to look at; all when left out.
# layers = [{layers}]
# How sure intervals are: they hold the truth with this probability.
# level = {level}
# Share of false alarms among the reported clusters that you accept.
# false_discovery_rate = {rate}
# Random draws behind each probability; more is finer and slower.
# draws = {draws}
# Same number and same tables give exactly the same results.
# seed = {seed}
# Further questions a run answers (concentration, ties, investment, policy): "all", "none", or
# some by name, such as "kdensity" or "investment_odds"; those that are quick when left out.
# measures = ["all"]
# "duckdb" when the ties do not fit into memory.
# engine = "polars"
# Results for everybody: no small organisation by name, no group too small to hide one.
# public = true
# Organisations that make a group one can hide in, and jobs from which on one may be named.
# smallest_group = 5
# named_from_jobs = 250

# Several industries can be looked at as one group:
# [run.groups]
# "My group" = [{industries}]
"""


def initialise(source: Path | str | Sequence[Path | str], *, overwrite: bool = False) -> Path:
    """Look at files, guess what they are, and write a commented study.toml beside them.

    Parameters
    ----------
    source : path or paths
        A folder, a file, or several files.
    overwrite : bool
        Replace a study.toml that is already there.

    Returns
    -------
    Path
        Of the study.toml written.

    Raises
    ------
    MissingFile, UnreadableFile
    InvalidArgument
        There is a study.toml already, and `overwrite` is False.
    """
    paths = (
        [Path(source)] if isinstance(source, str | Path) else [Path(path) for path in source]
    )
    if not paths:
        raise InvalidArgument("initialise: name a folder or at least one file")
    for path in paths:
        if not path.exists():
            raise MissingFile(f"{path}: there is no such file or folder. Check its name.")
    folder = paths[0] if paths[0].is_dir() else paths[0].parent
    target = folder / "study.toml"
    if target.exists() and not overwrite:
        raise InvalidArgument(
            f"{target} is there already and was left as it is. Edit it, move it away, or "
            "overwrite it with `buzzline init --overwrite`."
        )
    found = guesses([source for path in paths for source in _sources(path)])
    with atomically(target) as unfinished:
        unfinished.write_text(study_file_text(found, folder), encoding="utf-8")
    return target


def study_file_text(found: Sequence[Guess], folder: Path) -> str:
    """Return the text of a study.toml in `folder` for guesses about sources."""
    order = [table.name for table in TABLES]
    used = sorted((guess for guess in found if guess.table),
                  key=lambda guess: order.index(guess.table))  # fmt: skip
    names = [guess.table for guess in used]
    parts = [HEAD.format(title=_quoted(folder.resolve().name))]
    parts += [_section(guess, folder, several=names.count(guess.table) > 1) for guess in used]
    if not {"organisations", "employment"} & set(names):
        parts.append(NO_ORGANISATIONS)
    unused = "".join(f"#   {guess.source.label}\n" for guess in found if not guess.table)
    if unused:
        parts.append(f"\n# Not recognised, and not used:\n{unused}")
        advice = _wrapped(
            f"If one is a table, add a section as above, called {', '.join(order)}."
        )
        parts.append("\n".join(advice) + "\n")
    return "".join(parts) + _run(used)


def _sources(path: Path) -> list[Source]:
    return sources_in_folder(path) if path.is_dir() else sources_in_file(path)


def _section(guess: Guess, folder: Path, *, several: bool) -> str:
    """Return the section of one table: file, columns with examples, what is left over."""
    table, path = table_named(guess.table), guess.source.path
    assert path is not None
    file = os.path.relpath(path.resolve(), folder.resolve()).replace(os.sep, "/")
    head = f"[[tables.{table.name}]]" if several else f"[tables.{table.name}]"
    lines = ["", RULE, f"# {table.name}: {table.meaning}", head, f"file = {_quoted(file)}"]
    if guess.source.sheet:
        lines.append(f"sheet = {_quoted(guess.source.sheet)}")
    separator = _industry_separator(guess)
    if separator:
        lines.append(
            f'industry_separator = "{separator}"    # between several industries in a cell'
        )
    lines += ["", f"[tables.{table.name}.columns]", "# column of buzzline = your column"]
    lines += _columns(guess)
    if guess.layer:
        why = "your names suggest it" if guess.sure_of_layer else (
            "NOTHING IN YOUR FILE TELLS THE KIND: please set it")  # fmt: skip
        lines += ["", f"[tables.{table.name}.values]",
                  f'layer = "{guess.layer}"    # kind of tie, the same for all rows: {why}',
                  *_wrapped("one of " + ", ".join(LAYERS))]  # fmt: skip
    return "\n".join(lines) + "\n"


def _columns(guess: Guess) -> list[str]:
    table, lines = table_named(guess.table), []
    assignments = {
        ours: f"{ours} = {_quoted(theirs)}" for ours, theirs in guess.columns.items()
    }
    width = max((len(text) for text in assignments.values()), default=0)
    for ours, theirs in guess.columns.items():
        meaning = table.column(ours).meaning
        lines.append(f"{assignments[ours]:<{width}}  # {meaning} {_examples(guess, theirs)}")
    absent = [column for column in table.columns
              if column.name not in guess.columns
              and not (column.name == "layer" and guess.layer)]  # fmt: skip
    for column in absent:
        if column.required:
            lines.append(f'# {column.name} = "?"    # REQUIRED, NOT FOUND: {column.meaning}')
    optional = [column.name for column in absent if not column.required]
    if optional:
        lines += _wrapped("Optional, not found in your file: " + ", ".join(optional))
    left = [name for name in guess.sample.columns if name not in guess.columns.values()]
    if left:
        lines.append("# Columns of your file that are not used:")
        lines += [f"#   {_quoted(name)}  {_examples(guess, name)}" for name in left]
    return lines


def _examples(guess: Guess, column: str) -> str:
    values = (
        guess.sample[column].drop_nulls().unique(maintain_order=True).head(LISTED).to_list()
    )
    shown = [text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
             for text in (" ".join(str(value).split()) for value in values)]  # fmt: skip
    return f"For example: {', '.join(shown)}" if shown else "(empty)"


def _industry_separator(guess: Guess) -> str:
    theirs = guess.columns.get("industry", "")
    if guess.table != "organisations" or not theirs:
        return ""
    values = guess.sample[theirs].drop_nulls()
    for separator in ("|", ";"):
        if values.len() and values.str.contains(separator, literal=True).mean() > OFTEN:  # type: ignore[operator]  # a share
            return separator
    return ""


def _run(used: Iterable[Guess]) -> str:
    run = RunSettings()
    organisations = next((guess for guess in used if guess.table == "organisations"), None)
    named: list[str] = []
    if organisations is not None and "industry" in organisations.columns:
        cells = organisations.sample[organisations.columns["industry"]].drop_nulls()
        first = (
            cells.str.split(_industry_separator(organisations) or "|")
            .list.first()
            .str.strip_chars()
        )
        counts = first.alias("name").value_counts()
        named = (
            counts.sort(["count", "name"], descending=[True, False])["name"]
            .head(LISTED)
            .to_list()
        )
    layers = [guess.layer for guess in used if guess.layer] or ["supply", "research"]
    return RUN.format(
        industries=", ".join(_quoted(name) for name in named) or '"wine", "software"',
        scales=list(run.scales_km), local=run.local_km, regional=run.regional_km,
        layers=", ".join(_quoted(layer) for layer in dict.fromkeys(layers)), level=run.level,
        rate=run.false_discovery_rate, draws=run.draws, seed=run.seed,
    )  # fmt: skip


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _wrapped(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(text, 92)]
