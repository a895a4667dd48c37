"""One part a further analysis, taken from the result and the catalogue alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.analysis import CATALOGUE, Answer, result_names
from buzzline.charts import Spec
from buzzline.charts.drawing import NothingDrawn, charts_of
from buzzline.clusters.delineation import Delineation
from buzzline.clusters.delineation_words import headline, sentence
from buzzline.export.measures import further_frames
from buzzline.report.budget import UNTESTED_ROWS
from buzzline.report.docstrings import method_of
from buzzline.report.drawings import NARROW, WIDE, Drawing, drawing
from buzzline.report.limits import Limit
from buzzline.report.measure_tables import measure_table, said_as, unmeasured
from buzzline.report.methods import Method
from buzzline.report.tables import Column, PageTable, rows_of, text, whole
from buzzline.report.wording import listed, plural
from buzzline.wording import verb

EXAMPLES_NAMED = 3
# Stage by stage: whose first sentence is among the findings, and how many of them at most.
FOREMOST = {
    "clusters": (("delineation", "declared_clusters", "distinctness", "separation"), 2),
    "linkages": (("gatekeepers", "redundancy", "colocated_clusters"), 2),
    "investment": (
        ("investment_odds", "cluster_investments", "investment_direction", "hotspots"), 2,
    ),
    "econometrics": (
        ("location_choice", "income_ladder", "mutual_stimulation", "value_by_distance"), 2,
    ),
    "agglomeration": (
        ("strong_clusters", "concentration", "kdensity", "relatedness",
         "location_quotients_by_place", "specialisation", "complexity"), 3,
    ),
}  # fmt: skip
SECOND_TEST = "separation"
NAMED = ("org_id", "title", "label", "name", "industry", "place_id", "other")
PAIRS = (("label", "other_label"), ("label", "sibling"))
REASONS: dict[str, pl.DataType | type[pl.DataType]] = {
    "reason": pl.String,
    "n": pl.UInt32,
    "examples": pl.List(pl.String),
}


@dataclass(frozen=True, slots=True, eq=False)
class MeasurePart:
    """One measure in the page.

    Attributes
    ----------
    id : str                unique in the page
    stage : str             the section it stands in
    question, sentence : str
    pictures : tuple of Drawing    the chart of the result, then its further ones
    table : PageTable or None
    columns : tuple of (heading, meaning)
    unmeasured : str        how many rows have no value, and that limits says why; may be empty
    notes : tuple of str    what the tables did not tell and was assumed
    """

    id: str
    stage: str
    question: str
    sentence: str
    pictures: tuple[Drawing, ...]
    table: PageTable | None
    columns: tuple[tuple[str, str], ...]
    unmeasured: str
    notes: tuple[str, ...] = ()


def measure_parts(measures: Sequence[Answer]) -> list[MeasurePart]:
    """Return one part a measure, in the order given."""
    return [
        _part(name, result)
        for name, result in zip(result_names(measures), measures, strict=True)
    ]


def measure_methods(measures: Sequence[Answer]) -> list[Method]:
    """Return one method note an analysis."""
    return [method_of(name) for name in dict.fromkeys(map(_analysis, measures))]


def measure_limits(measures: Sequence[Answer], not_measured: Mapping[str, str]) -> list[Limit]:
    """Return what the measures could not say: rows without a value, and analyses not run.

    Parameters
    ----------
    not_measured : mapping of analysis to reason
    """
    found = []
    for name, result in zip(result_names(measures), measures, strict=True):
        reasons = _reasons(result)
        if reasons.height:
            found.append(_rows_without_value(name, reasons))
    if not_measured:
        columns = (Column("analysis", "Analysis"), Column("reason", "Why it was not run"))
        lines = [(text(said_as(name)), text(reason)) for name, reason in not_measured.items()]
        found.append(Limit(
            "Analyses that were not run",
            f"{plural(len(lines), 'analysis', 'analyses')} could not be made of these tables.",
            PageTable("not_run", "Analyses that were not run", columns, rows_of(lines)),
        ))  # fmt: skip
    return found


def not_asked_limit(names: Sequence[str]) -> Limit | None:
    """Return which analyses there are beside those of this run, and how to ask for them.

    Parameters
    ----------
    names : sequence of analyses
    """
    if not names:
        return None
    columns = (
        Column("analysis", "Analysis"), Column("question", "What it would answer"),
        Column("name", "Its name in measures"),
    )  # fmt: skip
    lines = [
        (text(said_as(name)), text(CATALOGUE[name].question), text(name)) for name in names
    ]
    return Limit(
        "Analyses that were not asked for",
        f"There {verb(len(lines), 'is', 'are')} {plural(len(lines), 'analysis', 'analyses')} "
        "beside those of this run. To run some, write the names of all you want into measures "
        'in the section [run] of study.toml; "all" alone runs every one.',
        PageTable("not_asked", "Analyses that were not asked for", columns, rows_of(lines),
                  is_long=len(lines) > 8),
    )  # fmt: skip


def measure_findings(measures: Sequence[Answer], stage: str) -> list[str]:
    """Return the first sentence of the foremost analyses of a stage, a few at most."""
    by_analysis = {_analysis(result): result for result in reversed(measures)}
    names, most = FOREMOST[stage]
    chosen = [name for name in names if name in by_analysis][:most]
    return [_first_said(by_analysis[name]) for name in chosen]


def first_verdict(measures: Sequence[Answer]) -> list[str]:
    """Return what both tests say in plain words, where there are clusters to tell apart."""
    found = [result for result in measures if isinstance(result, Delineation)]
    return [headline(one.pairs, one.members) for one in found[-1:] if one.pairs.height]


def _first_said(result: Answer) -> str:
    if isinstance(result, Delineation) and result.pairs.height:
        return sentence(result.pairs, result.clusters, result.rule)
    return first_sentence(str(result))


def is_tested_twice(measures: Sequence[Answer]) -> bool:
    """Tell whether the second test, that of social separation, was made as well."""
    return any(_analysis(result) == SECOND_TEST for result in measures)


def first_sentence(words: str) -> str:
    """Return the first sentence; a full stop inside a number or a name ends none.

    Examples
    --------
    >>> first_sentence("At 0.5 km wine is dense (St. Émilion). More follows.")
    'At 0.5 km wine is dense (St. Émilion).'
    """
    depth = 0
    for at, letter in enumerate(words):
        depth += (letter in "([") - (letter in ")]")
        if letter in ".!?" and depth == 0 and words[at + 1 : at + 2] in ("", " ", "\n"):
            following = words[at + 2 : at + 3]
            if not following or not following.islower():
                return words[: at + 1]
    return words


def _part(name: str, result: Answer) -> MeasurePart:
    analysis = _analysis(result)
    missing = _reasons(result)
    unmeasured = ""
    if missing.height:
        n = int(missing["n"].sum())
        unmeasured = f"{plural(n, 'row')} without a value: {_most_common(missing)}."
    table = measure_table(name, analysis, result.table())
    explained = tuple((column.title, column.hint) for column in table.columns) if table else ()
    sentence, notes = _said_apart(result)
    return MeasurePart(
        id=f"measure-{name.replace('_', '-')}",
        stage=CATALOGUE[analysis].stage,
        question=CATALOGUE[analysis].question,
        sentence=sentence,
        pictures=_pictures(name, result),
        table=table,
        columns=tuple((title, hint) for title, hint in explained if hint),
        unmeasured=unmeasured,
        notes=notes,
    )


def _said_apart(result: Answer) -> tuple[str, tuple[str, ...]]:
    """Return what a result says, and apart from it the notes that it ends with."""
    said, notes = str(result), tuple(getattr(result, "notes", ()))
    tail = " ".join(notes)
    if not tail or not said.endswith(tail):
        return said, ()
    return said.removesuffix(tail).rstrip(), notes


def _pictures(name: str, result: Answer) -> tuple[Drawing, ...]:
    drawn = {width: charts_of(name, result, width=width) for width in (WIDE, NARROW)}
    return tuple(
        _drawing(drawn, which)
        for which, spec in drawn[WIDE].items()
        if not isinstance(spec, NothingDrawn)  # its sentence already says why
    )


def _drawing(drawn: Mapping[int, Mapping[str, Spec]], which: str) -> Drawing:
    prefix = f"measure-{which}".replace(".", "-")
    return drawing(lambda width: drawn[width][which], prefix)


def _reasons(result: Answer) -> pl.DataFrame:
    """Return each reason with its number of rows and a few examples, the commonest first."""
    frames = [result.table(), *further_frames(result).values()]
    found = []
    for rows in frames:
        why = [column for column in ("reason", "status") if column in rows.columns]
        if not why or not ({"value", "reason"} & set(rows.columns)):
            continue
        reason = pl.coalesce(
            pl.when(pl.col(column) != "").then(pl.col(column)) for column in why
        )
        found.append(
            rows.filter(unmeasured(rows)).select(
                reason=reason.cast(pl.String), example=_example(rows)
            )
        )
    if not found:
        return pl.DataFrame(schema=REASONS)
    return (
        pl.concat(found)
        .with_columns(pl.col("reason").fill_null("no reason given"))
        .group_by("reason", maintain_order=True)
        .agg(
            n=pl.len(),
            examples=pl.col("example").unique(maintain_order=True).head(EXAMPLES_NAMED),
        )
        .sort("n", descending=True, maintain_order=True)
    )  # fmt: skip


def _example(rows: pl.DataFrame) -> pl.Expr:
    """Return what a person calls the thing a row is about; both of a pair."""
    both = [(a, b) for a, b in PAIRS if {a, b} <= set(rows.columns)]
    if both:
        return pl.concat_str(*both[0], separator=" and ", ignore_nulls=True)
    names = [name for name in NAMED if name in rows.columns]
    return pl.coalesce(names).cast(pl.String) if names else pl.lit("")


def _rows_without_value(name: str, reasons: pl.DataFrame) -> Limit:
    columns = (
        Column("reason", "Why there is no value"),
        Column("n", "Rows", "number"),
        Column("examples", "For example"),
    )
    lines = [
        (text(row["reason"]), whole(row["n"]), text(listed([e for e in row["examples"] if e])))
        for row in reasons.head(UNTESTED_ROWS).iter_rows(named=True)
    ]
    n = int(reasons["n"].sum())
    said = said_as(name)
    return Limit(
        f"{said}: rows without a value",
        f"{plural(n, 'row')} could not be measured. Nothing is said about them, neither one "
        "way nor the other.",
        PageTable(f"unmeasured_{name}", f"{said}: what was not measured, and why", columns,
                  rows_of(lines), is_long=len(lines) > 8),
    )  # fmt: skip


def _most_common(reasons: pl.DataFrame) -> str:
    first = reasons.row(0, named=True)
    rest = reasons.height - 1
    more = f", and {plural(rest, 'other reason')} (see limits)" if rest else ""
    return f"{first['reason']} ({first['n']:,}){more}"


def _analysis(result: Answer) -> str:
    return result_names([result])[0]
