"""Which file is which table, and which column is which? Guesses from names and values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import polars as pl

from buzzline.tables.cells import NO_VALUE, as_text, nearest, plain
from buzzline.tables.employment_rules import WITHHELD
from buzzline.tables.melting import as_long, table_of
from buzzline.tables.schema import table_named
from buzzline.tables.source import NUMBER, Source
from buzzline.tables.synonyms import (
    columns_called,
    layer_called,
    likely_column,
    placed,
)

SAMPLED = 20_000  # rows looked at in each file
MOSTLY = 0.8  # share of the values that must fit
NEARLY_ALL = 0.9  # share of distinct names that lets them stand for identifiers
SOME = 0.3  # share of a column's values found among identifiers that makes it a reference
PARTLY_NAMED = ("longitude", "latitude", "city", "country", "industry", "name", "jobs")


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """What a source seems to be.

    Attributes
    ----------
    source : Source
    sample : DataFrame
        Its first rows as text.
    table : str
        Table of the schema; empty when nothing fits.
    columns : dict[str, str]
        Column of the schema to column of the source.
    layer : str
        For linkages without a column that tells it.
    sure_of_layer : bool
        True when names speak of the layer.
    """

    source: Source
    sample: pl.DataFrame
    table: str
    columns: dict[str, str] = field(default_factory=dict)
    layer: str = ""
    sure_of_layer: bool = True


def guesses(sources: Sequence[Source]) -> list[Guess]:
    """Look at names and values of every source and guess what it is."""
    named = [_by_names(source) for source in sources]
    first = _one_of_organisations(named)
    organisations = next((g for g in first if g.table == "organisations"), None)
    if organisations is None:
        return first
    others = [g for g in named if g.table == "organisations" and g not in first]
    lists = [organisations, *others]
    tied = [
        guess if guess.table or any(guess.source is each.source for each in lists)
        else _as_ties(guess, lists)
        for guess in first
    ]  # fmt: skip
    linked = _with_further_lists([_with_ends(guess, organisations) for guess in tied], lists)
    return [
        _with_identifier(guess, linked) if guess.table == "organisations" else guess
        for guess in linked
    ]


def fits(column: str, values: pl.Series) -> bool:
    """Tell whether most values could stand in a column of organisations or linkages."""
    texts = values.drop_nulls().str.strip_chars()
    texts = texts.filter(~texts.str.to_lowercase().is_in(pl.Series(NO_VALUE).implode()))
    if not texts.len():
        return True
    if column in ("longitude", "latitude"):
        low, high = (-180, 180) if column == "longitude" else (-90, 90)
        return _share_between(texts, low, high) >= MOSTLY
    if column == "jobs":
        texts = texts.filter(~texts.str.to_lowercase().is_in(pl.Series(WITHHELD).implode()))
        if not texts.len():
            return True
    if column in ("jobs", "revenue_musd", "weight", "population"):
        return _share_between(texts, float("-inf"), float("inf")) >= MOSTLY
    if column in ("country", "city"):
        return _share_between(texts, float("-inf"), float("inf")) < MOSTLY
    if column in ("opened", "closed", "start", "end"):
        dated = texts.str.contains(r"^\d{4}|\d{4}$|^\d{1,2}[./-]\d{1,2}[./-]\d{2}|^\d{5}$")
        return _mean(dated) >= MOSTLY
    return column not in ("source", "target", "org_id") or not _are_dates(texts)


def _are_dates(texts: pl.Series) -> bool:
    """Tell whether values are dates, which identify nobody; years alone could be numbers."""
    whole = texts.str.contains(r"^\d{4}-\d{1,2}(-\d{1,2})?$|^\d{1,2}[./]\d{1,2}[./]\d{2,4}$")
    years = texts.str.contains(r"^(19|20)\d{2}$")
    return bool(whole.any()) and _mean(whole | years) >= MOSTLY


def _by_names(source: Source) -> Guess:
    table = table_of(source)
    source = as_long(source) if table == "employment" else source
    loaded = source.load(source.columns, SAMPLED).frame.drop(NUMBER)
    sample = loaded.select(
        as_text(loaded[name]) for name in source.columns
    )  # fmt: skip
    table = table or _table_by_columns(source.columns)
    guess = Guess(source, sample, table)
    return replace(guess, columns=_columns(table, sample)) if table else guess


def _table_by_columns(names: Sequence[str]) -> str:
    """Linkages have two ends, organisations coordinates or a name and a place."""
    if {"source", "target"} <= set(columns_called("linkages", names)):
        return "linkages"
    return "organisations" if placed(names) else ""


def _columns(table: str, sample: pl.DataFrame) -> dict[str, str]:
    """Return columns whose names say what they are and whose values do not contradict."""
    names = list(sample.columns)
    found: dict[str, str] = {}
    while True:
        called = columns_called(table, names)
        wrong = [theirs for ours, theirs in called.items() if not fits(ours, sample[theirs])]
        if not wrong:
            found = called
            break
        names = [name for name in names if name not in wrong]
    for ours in PARTLY_NAMED:
        if table != "organisations" or ours in found:
            continue
        free = [name for name in names if name not in found.values()]
        likely = likely_column(table, ours, free)
        if likely and not nearest_only(ours, likely) and fits(ours, sample[likely]):
            found[ours] = likely
    in_order = [column.name for column in table_named(table).columns]
    return {ours: found[ours] for ours in in_order if ours in found}


def nearest_only(ours: str, theirs: str) -> bool:
    """Tell whether a name was found by its spelling alone, which is no ground for a guess."""
    return nearest(ours, [theirs]) == theirs and ours.split("_")[0] not in theirs.casefold()


def _one_of_organisations(first: list[Guess]) -> list[Guess]:
    """Keep only the source with most mapped columns as the table of organisations."""
    candidates = [guess for guess in first if guess.table == "organisations"]
    if not candidates:
        rest = [guess for guess in first if not guess.table]
        if len(rest) != 1 or any(guess.table == "employment" for guess in first):
            return first
        only = replace(rest[0], table="organisations",
                       columns=_columns("organisations", rest[0].sample))  # fmt: skip
        return [only if guess is rest[0] else guess for guess in first]
    best = max(candidates, key=_filled_columns)
    return [
        replace(guess, table="", columns={})
        if guess.table == "organisations" and guess is not best
        else guess
        for guess in first
    ]


def _filled_columns(guess: Guess) -> int:
    return sum(guess.sample[name].drop_nulls().len() > 0 for name in guess.columns.values())


def _with_ends(guess: Guess, organisations: Guess) -> Guess:
    """Find the two ends of ties by their values, and the layer by names."""
    if guess.table != "linkages":
        return guess
    columns = dict(guess.columns)
    if not {"source", "target"} <= set(columns):
        free = [name for name in guess.sample.columns if name not in columns.values()]
        ends = [name for name in free if _found_among(guess.sample[name], organisations)]
        for ours in ("source", "target"):
            if ours not in columns and ends:
                columns[ours] = ends.pop(0)
    layer, sure = "", True
    if "layer" not in columns:
        layer = layer_called([guess.source.name, *columns.values()])
        layer = layer or layer_called(guess.source.columns)
        layer, sure = layer or "supply", bool(layer)
    in_order = [column.name for column in table_named("linkages").columns]
    columns = {ours: columns[ours] for ours in in_order if ours in columns}
    return replace(guess, columns=columns, layer=layer, sure_of_layer=sure)


def _as_ties(guess: Guess, lists: list[Guess]) -> Guess:
    """Take a table of no telling name for ties when two of its columns name organisations.

    Both must hold identifiers of the same column of a list, or of two lists: a name and a
    number of the same organisation are no tie. Numbers are found among numbers by chance, so
    that the headers of both must share a word, such as `Firm A` and `Firm B`.
    """
    keys = {
        (at, name): each.sample[name]
        for at, each in enumerate(lists) for name in each.sample.columns
        if name in (each.columns.get("org_id"), each.columns.get("name"), _identifier(each))
    }  # fmt: skip
    found = {}
    for theirs in guess.sample.columns:
        shares = {key: _overlap(guess.sample[theirs], keys[key]) for key in keys}
        best = max(shares, key=lambda key: shares[key], default=None)
        if best is not None and shares[best] >= MOSTLY:
            found[theirs] = best
    ends = list(found)
    if len(ends) != 2 or not _two_ends(found[ends[0]], found[ends[1]]):
        return guess
    words = [set(plain(name).split("_")) for name in ends]
    if fits("jobs", guess.sample[ends[0]]) and not words[0] & words[1]:
        return guess
    rest = guess.sample.drop(ends)
    columns = {"source": ends[0], "target": ends[1]} | {
        ours: theirs for ours, theirs in _columns("linkages", rest).items()
        if ours not in ("source", "target")
    }  # fmt: skip
    return replace(guess, table="linkages", columns=columns)


def _two_ends(one: tuple[int, str], other: tuple[int, str]) -> bool:
    return one == other or one[0] != other[0]


def _with_further_lists(linked: list[Guess], lists: list[Guess]) -> list[Guess]:
    """Add lists of organisations at which ties end that end at none of the first list."""
    first, *others = lists
    ends = [
        guess.sample[guess.columns[end]]
        for guess in linked if guess.table == "linkages"
        for end in ("source", "target") if end in guess.columns
    ]  # fmt: skip
    open_ends = [end for end in ends if not _found_among(end, first)]
    further = {
        id(each.source): each
        for each in others if any(_found_among(end, each) for end in open_ends)
    }  # fmt: skip
    return [further.get(id(guess.source), guess) for guess in linked]


def _found_among(values: pl.Series, organisations: Guess) -> bool:
    return any(_overlap(values, organisations.sample[name]) > SOME
               for name in organisations.sample.columns)  # fmt: skip


def _with_identifier(guess: Guess, others: list[Guess]) -> Guess:
    """Take as identifier the column whose values stand at the ends of ties."""
    ends = [
        other.sample[other.columns[end]]
        for other in others if other.table == "linkages"
        for end in ("source", "target") if end in other.columns
    ]  # fmt: skip
    scores = {
        name: sum(_overlap(end, guess.sample[name]) for end in ends)
        for name in guess.sample.columns
        if guess.sample[name].n_unique() > guess.sample.height / 2
    }
    named = guess.columns.get("org_id", "")
    best = max(scores, key=lambda name: (scores[name], name == named), default="")
    if not best or scores[best] <= max(SOME, scores.get(named, 0)):
        best = named or _identifier(guess)
    if not best or best == named:
        return guess
    columns = {ours: name for ours, name in guess.columns.items()
               if ours != "org_id" and (name != best or ours == "name")}  # fmt: skip
    return replace(guess, columns={"org_id": best, **columns})


def _identifier(guess: Guess) -> str:
    """Return a column that could identify organisations: by its name, else the names."""
    likely = likely_column("organisations", "org_id", guess.sample.columns)
    if likely and _is_key(guess.sample[likely]):
        return likely
    name = guess.columns.get("name", "")
    return name if name and _distinct(guess.sample[name]) >= NEARLY_ALL else ""


def _distinct(values: pl.Series) -> float:
    filled = values.drop_nulls()
    return filled.n_unique() / filled.len() if filled.len() else 0.0


def _is_key(values: pl.Series) -> bool:
    return values.null_count() == 0 and values.n_unique() == values.len()


def _overlap(values: pl.Series, identifiers: pl.Series) -> float:
    """Return the share of distinct values found among identifiers, zeros and case aside."""
    asked, known = (_loose(texts) for texts in (values, identifiers))
    return _mean(asked.is_in(known.implode())) if asked.len() and known.len() else 0.0


def _loose(texts: pl.Series) -> pl.Series:
    bare = texts.drop_nulls().str.strip_chars().str.to_lowercase()
    bare = bare.str.replace(r"^0+(\d)", "${1}").str.replace(r"^(\d+)\.0+$", "${1}")
    return bare.filter(bare != "").unique()


def _share_between(texts: pl.Series, low: float, high: float) -> float:
    point = texts.str.replace_all(r"[\s'’]", "").str.replace(",", ".", literal=True)
    point = point.str.replace_all(r"\.(\d{3})\.", "${1}.")
    return _mean(
        point.cast(pl.Float64, strict=False).is_between(low, high).fill_null(value=False)
    )


def _mean(flags: pl.Series) -> float:
    return float(flags.sum()) / flags.len() if flags.len() else 0.0
