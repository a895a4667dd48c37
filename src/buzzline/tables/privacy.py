"""What may leave in public: no small organisation and no person by name, no group too small.

Two steps. Before anything is computed, whoever may not be named loses name and identifiers
(`pseudonymous`), so that no table, sentence or picture can hold them. Before anything is
written, what would still single somebody out is left out: see `export/publishing.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Flags
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Jobs
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.quality import Quality
from buzzline.tables.schema import TABLES
from buzzline.tables.study import Study

WITHHELD = "withheld-"  # at the start of whatever stands for an identifier
SOMEBODY = "name withheld"
PUBLIC_KINDS = (
    "large", "headquarters", "university", "laboratory", "school", "association", "agency",
    "union", "organiser", "public",
)  # fmt: skip
# Columns that are identifiers of their own, beside the organisations.
OWN_IDS = {
    ("establishments", "establishment_id"): "site",
    ("linkages", "observed_by"): "record",
    ("spells", "person_id"): "person",
    ("knowledge_items", "item_id"): "item",
}
SITES = ("longitude", "latitude")
# Cells (degrees) of which the smallest that holds enough organisations stands for their place.
CELLS = (0.05, 0.25, 1.0, 4.0, 15.0)


@dataclass(frozen=True, slots=True)
class PublicRule:
    """Who may be named in public, and how many make a group nobody can be told from.

    Attributes
    ----------
    smallest_group : count
        k: what is said of 1 to k - 1 organisations together is left out.
    named_from_jobs : jobs
        Organisations with at least as many jobs may be named.
    named_kinds : kinds of organisation
        They may be named whatever their size; all others, and those whose kind and jobs are
        not known, may not.
    """

    smallest_group: Count = 5
    named_from_jobs: Jobs = 250.0
    named_kinds: tuple[str, ...] = PUBLIC_KINDS

    def __post_init__(self) -> None:
        if self.smallest_group < 2:
            raise InvalidArgument(
                f"PublicRule: `smallest_group` is {self.smallest_group}; in a group of one "
                "everybody is told apart. Take at least 2; 5 and 10 are usual."
            )


def may_be_named(study: Study, rule: PublicRule) -> Flags:
    """Return who may be named in public, (n,) bool.

    Examples
    --------
    >>> frame = pl.DataFrame({"org_id": ["a", "b"], "kind": ["sme", "university"]})
    >>> may_be_named(Study.of(organisations=frame), PublicRule()).tolist()
    [False, True]
    """
    known = study.organisations.select(
        (pl.col("jobs").fill_null(0.0) >= rule.named_from_jobs)
        | pl.col("kind").is_in(rule.named_kinds).fill_null(value=False)
    )
    return known.to_series().to_numpy()


def pseudonymous(study: Study, rule: PublicRule, *, rng: Seed = None) -> Study:
    """Return a study in which nobody who may not be named can be named.

    Numbers computed from it are the same; identifiers and names are not. Records, sites, items
    of knowledge and persons lose their identifiers too, and the quality report its examples and
    the rows it set aside.

    Parameters
    ----------
    study : Study
    rule : PublicRule
    rng : Generator, int or None
        Of the order in which pseudonyms are dealt; they follow nothing in the tables.

    Raises
    ------
    InvalidArgument
        An identifier of the tables begins like a pseudonym.

    Examples
    --------
    >>> frame = pl.DataFrame({"org_id": ["a"], "name": ["Aria"], "kind": ["sme"]})
    >>> hidden = pseudonymous(Study.of(organisations=frame), PublicRule(), rng=1)
    >>> hidden.organisations.select("org_id", "name").row(0)
    ('withheld-1', None)
    """
    seed = seed_of(rng)
    ids = study.organisations["org_id"]
    if ids.str.starts_with(WITHHELD).any():
        raise InvalidArgument(
            f"organisations: an `org_id` begins with {WITHHELD!r}, as pseudonyms do. Give it "
            "another identifier, or run without --public."
        )
    hidden = ~may_be_named(study, rule)
    dealt = _dealt(ids.filter(pl.Series(hidden)), "", child(seed, "pseudonyms"))
    changed = {table.name: _hidden(study, table.name, dealt, seed) for table in TABLES}
    changed["organisations"] = changed["organisations"].with_columns(
        name=pl.when(pl.Series(hidden)).then(None).otherwise("name")
    )
    about = replace(study.about, quality=_without_examples(study.about.quality))
    return replace(study, **changed, about=about)


def _dealt(ids: pl.Series, what: str, generator: Any) -> Mapping[str, str]:
    """Return a pseudonym for each identifier."""
    order = generator.permutation(ids.len()) + 1
    width = len(str(ids.len()))
    said = f"{WITHHELD}{what}-" if what else WITHHELD
    return {name: f"{said}{n:0{width}d}" for name, n in zip(ids.to_list(), order, strict=True)}


def _hidden(study: Study, name: str, dealt: Mapping[str, str], seed: int) -> Any:
    """Return a table with pseudonyms wherever it names an organisation or a thing of one."""
    table = next(table for table in TABLES if table.name == name)
    frame: pl.DataFrame = getattr(study, name)
    if not frame.height:
        return frame
    columns = [
        column.name
        for column in table.columns
        if column.refers_to == "organisations.org_id" or column.name in ("org_id", "unit_id")
    ]
    changed = [pl.col(column).replace(dealt) for column in columns]
    for (table_name, column), what in OWN_IDS.items():
        if table_name == name:
            # a respondent is an organisation, and keeps being the same one
            known = frame[column].drop_nulls().unique().sort()
            others = known.filter(~known.is_in(study.organisations["org_id"].implode()))
            own = _dealt(others, what, child(seed, "pseudonyms", name))
            changed.append(pl.col(column).replace({**own, **dealt}))
    if name == "initiatives":
        free = _dealt(_free_targets(study), "target", child(seed, "pseudonyms", name))
        changed.append(pl.col("target").replace({**free, **dealt}))
    return frame.with_columns(changed)


def _free_targets(study: Study) -> pl.Series:
    """Return targets of initiatives that are no place, cluster, organisation or industry."""
    said = study.initiatives["target"].drop_nulls().unique().sort()
    known = {
        *study.places["place_id"], *study.declared_clusters["cluster_id"],
        *study.organisations["org_id"],
    }  # fmt: skip
    codes = study.organisations["industry"].drop_nulls().unique()
    free = [one for one in said if one not in known and not codes.str.starts_with(one).any()]
    return pl.Series(free, dtype=pl.String)


def _without_examples(quality: Quality) -> Quality:
    findings = tuple(replace(one, examples=(), rows=()) for one in quality.findings)
    return replace(quality, findings=findings, set_aside={})


def is_withheld(ids: pl.Series) -> Flags:
    """Return which identifiers are pseudonyms, (n,) bool."""
    return ids.str.starts_with(WITHHELD).fill_null(value=False).to_numpy()


def only_named(study: Study) -> Study:
    """Return a pseudonymous study cut to those who may be named, and the ties among them."""
    return study.among(~is_withheld(study.organisations["org_id"]))


def blurred(study: Study, rule: PublicRule, groups: pl.DataFrame | None = None) -> Study:
    """Return a pseudonymous study in which nobody withheld stands alone on a map.

    Whoever is withheld is moved to the middle of the smallest cell that holds at least
    `smallest_group` withheld organisations of the same industry and clusters; where even the
    largest cell holds fewer, or where coordinates are missing, there are none. Of all else only
    industry and country stay, where as many share them.

    Parameters
    ----------
    study : Study
        Pseudonymous.
    rule : PublicRule
    groups : DataFrame, optional
        `org_id`, `cluster_id`: who is in which cluster.
    """
    frame = study.organisations.with_row_index("row")
    hidden = is_withheld(frame["org_id"])
    clusters = (
        pl.DataFrame(schema={"org_id": pl.String, "clusters": pl.String})
        if groups is None
        else groups.group_by("org_id").agg(clusters=pl.col("cluster_id").sort().str.join("|"))
    )
    placed = frame.join(
        clusters, on="org_id", how="left", validate="1:1", maintain_order="left"
    )
    k = rule.smallest_group
    unseen = placed.filter(pl.Series(hidden))
    common = unseen.select(
        "row",
        country=pl.when(pl.len().over("country", "industry") >= k).then("country"),
        industry=pl.when(pl.len().over("industry") >= k).then("industry"),
        **_moved(unseen, k),
    )
    kept = ("org_id", *common.columns)
    emptied = [
        pl.when(pl.Series(hidden)).then(None).otherwise(column).alias(column)
        for column in study.organisations.columns
        if column not in kept
    ]
    rest = frame.with_columns(emptied)
    mended = rest.join(common, on="row", how="left", validate="1:1", suffix="_new")
    taken = [
        pl.when(pl.Series(hidden)).then(f"{column}_new").otherwise(column).alias(column)
        for column in common.columns[1:]
    ]
    organisations = mended.sort("row").with_columns(taken).select(study.organisations.columns)
    return replace(study, organisations=organisations)


def _moved(frame: pl.DataFrame, k: int) -> dict[str, pl.Series]:
    """Return the middle of the smallest cell of enough like organisations, as two columns."""
    found = {name: np.full(frame.height, np.nan) for name in SITES}
    open_ = frame.with_row_index("at").filter(
        pl.col("longitude").is_not_null() & pl.col("latitude").is_not_null()
    )
    for cell in CELLS:
        keys = [(pl.col(name) / cell).floor().alias(f"{name}_cell") for name in SITES]
        group = [*keys, "industry", "clusters"]
        enough = open_.filter(pl.len().over(group) >= k)
        for name in SITES:
            middle = (enough[name] / cell).floor() * cell + cell / 2
            found[name][enough["at"].to_numpy()] = middle.clip(-180, 180).to_numpy()
        open_ = open_.filter(~pl.col("at").is_in(enough["at"].implode()))
    return {name: pl.Series(name, values).fill_nan(None) for name, values in found.items()}
