"""Results as they may be shown to everybody: nobody withheld in them, no group too small.

It is the second of the two steps of `tables/privacy.py`: what was computed from a pseudonymous
study is cut here before charts, tables and the report are made of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

import polars as pl

from buzzline.analysis import Answer
from buzzline.clusters.clustering import Clustering
from buzzline.export.dictionary import COLUMN_MEANING
from buzzline.export.sentences import PSEUDONYM, frames_in, with_frames
from buzzline.tables.privacy import SOMEBODY, WITHHELD, PublicRule
from buzzline.tables.study import Study
from buzzline.wording import plural

Record = TypeVar("Record", bound=Answer)
# Of places and industries, or of single sites: where they are made of organisations, rows are
# about one or two of them, or what is left out can be had by subtraction.
SINGLING_OUT = frozenset({
    "location_quotients_by_place", "strong_clusters", "cluster_strength", "specialisation",
    "variety", "shift_share", "complexity", "industry_entry", "industry_groups",
    "relatedness_density_by_place", "labour_market_areas", "industrial_districts",
    "simulate",
})  # fmt: skip
OF_SITES = frozenset({"hot_spots"})
NOT_PUBLIC = (
    "Not shown in public: it tells of places and industries, or sites, of a few organisations. "
    "A run without `public` has it."
)
NOTHING_LEFT = (
    "Not shown in public: all it holds is about organisations that may not be named, or groups "
    "too small to hide one."
)
# Columns that say whom a row is about: the row goes when that is somebody withheld.
ABOUT = frozenset({
    "org_id", "source", "target", "unit_id", "owner_id", "establishment_id", "person_id",
    "item_id", "organisation", "other_org_id", "member", "gatekeeper", "partner", "group",
    "parent", "holder", "held", "before", "after",
})  # fmt: skip
# Columns that mention one: the row is about something else, and keeps all but the name.
MENTIONED = frozenset({"worst_id"})
# Columns that say which cluster or place is at the other end of a row.
OTHER_ENDS = frozenset({"partner_id", "first_id", "second_id"})
OWN = ("n", "n_members", "n_pairs", "n_groups")  # count who or what a row is about
COUNTED = frozenset({"organisations", "establishments", "persons", "pairs", "groups"})  # units
# Deals and treated units are of one organisation each, whatever the column is called; but these
# count others than those a row is about, or nobody at all.
OF_ONE_EACH = frozenset({"deals", "units"})
NOT_OWN = frozenset({
    "value", "low", "high", "expected", "expected_low", "expected_high", "alike", "needed",
    "n_unknown", "n_needed", "n_independent", "n_used",
})  # fmt: skip
GROUPS = "n_groups"
# Cells of one table: one that is missing must not be told from one that is 0.
CELLS_OF = frozenset({"cluster_investments", "cluster_investments_cells"})
# Sums of such cells, or rates by which counts can be had: exact for one or two.
TOLD_BY_SUMS = frozenset({
    "cluster_investments_clusters", "cluster_network_clusters", "income_ladder_regions",
})  # fmt: skip
KEYS = ("industry", "country", "region", "city", "place_id")  # of groups of organisations
SITES = ("longitude", "latitude")
CELL = 0.25  # degrees: the middle of such a cell stands for the middle of a cluster
FURTHER = {"tree": "candidates"}  # frames written under another name


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """What was left out of results before they were shown.

    Attributes
    ----------
    n_rows : dict of table to number
        Rows about somebody withheld, or about a group of fewer than `smallest_group`.
    """

    n_rows: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        rows = plural(sum(self.n_rows.values()), "row")
        return (
            f"Left out because this is public: {rows} about organisations that may not be "
            "named, or about groups too small to hide one."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Publisher:
    """Cuts results of one pseudonymous study down to what may be shown.

    Attributes
    ----------
    study : Study
        Pseudonymous.
    clusters, small_clusters : frozenset of str
        Clusters of at least `smallest_group` members, and of fewer.
    rule : PublicRule
    cut : Cut
        Filled as results pass.
    """

    study: Study
    clusters: frozenset[str]
    small_clusters: frozenset[str]
    rule: PublicRule
    cut: Cut

    def record(self, result: Record, name: str) -> Record:
        """Return a result with every frame cut, that says what it said before.

        Parameters
        ----------
        result : record of an analysis
        name : str
            What its table is called.
        """
        main = set(result.table().columns)
        shown, dropped = {}, set()
        for field_name, frame in frames_in(result).items():
            is_main = set(frame.columns) == main
            table = _table_name(name, field_name, is_main)
            shown[field_name] = self.frame(frame, table)
            if table in TOLD_BY_SUMS:
                dropped.add(field_name)
        return with_frames(result, shown, dropped=dropped)

    def frame(self, frame: pl.DataFrame, name: str) -> pl.DataFrame:
        """Return a frame without rows that would tell of anybody, and note what was cut."""
        cut = _about_somebody(frame) | self._too_small(frame) | self._few(frame, name)
        kept = frame.filter(~cut)
        if kept.height < frame.height:
            n_before = self.cut.n_rows.get(name, 0)
            self.cut.n_rows[name] = n_before + frame.height - kept.height
        return _blurred(_without_pseudonyms(kept))

    def why_not(self, name: str) -> str:
        """Return why nothing of an analysis can be shown; empty where something can."""
        published = self.study.employment.height > 0  # by an office, which has cut it itself
        singles_out = name in OF_SITES or (name in SINGLING_OUT and not published)
        return NOT_PUBLIC if singles_out else ""

    def _few(self, frame: pl.DataFrame, name: str) -> pl.Series:
        """Return which rows count fewer of what they are about than make a group."""
        if name in TOLD_BY_SUMS:
            return pl.repeat(value=True, n=frame.height, eager=True)
        units = OF_ONE_EACH if self._is_of_organisations() else OF_ONE_EACH - {"units"}
        counted = _counts(frame, name, units)
        if not counted:
            return pl.repeat(value=False, n=frame.height, eager=True)
        cut = [
            pl.col(column).is_between(0, self.rule.smallest_group, closed="none")
            for column in counted
        ]
        if GROUPS in counted:  # not a single group behind a number that somebody is behind
            no_group = pl.col(GROUPS).fill_null(0) == 0
            others = [pl.col(column) > 0 for column in counted if column != GROUPS]
            is_cell = pl.lit(name in CELLS_OF)
            cut.append(no_group & pl.any_horizontal(is_cell, *others).fill_null(value=False))
        few = pl.any_horizontal(one.fill_null(value=False) for one in cut)
        return frame.select(few).to_series()

    def _too_small(self, frame: pl.DataFrame) -> pl.Series:
        """Return which rows are about a cluster or group of too few organisations."""
        ids = [
            name
            for name, dtype in frame.schema.items()
            if name.endswith("_id") and dtype == pl.String
        ]
        if "cluster_id" in ids:
            small = pl.any_horizontal(
                pl.col(name).is_in(list(self.small_clusters)) for name in ids
            )
            beyond = [name for name in ids if name in OTHER_ENDS]
            elsewhere = [~pl.col(name).is_in(list(self.clusters)) for name in beyond]
            cut = pl.any_horizontal(small, *elsewhere)
            return frame.select(cut.fill_null(value=False)).to_series()
        keys = [name for name in KEYS if name in frame.columns]
        if not keys:
            return pl.repeat(value=False, n=frame.height, eager=True)
        counts = self._members().group_by(keys).agg(n_alike=pl.col("org_id").n_unique())
        found = frame.select(pl.col(keys).cast(pl.String)).join(
            counts, on=keys, how="left", validate="m:1", maintain_order="left"
        )
        return (found["n_alike"] < self.rule.smallest_group).fill_null(value=False)

    def _is_of_organisations(self) -> bool:
        """Tell whether outcomes are of organisations; places and clusters hide nobody."""
        ids = self.study.organisations["org_id"]
        return bool(self.study.outcomes["unit_id"].is_in(ids.implode()).any())

    def _members(self) -> pl.DataFrame:
        main = self.study.organisations.select("org_id", *KEYS[1:])
        active = self.study.industries_of()
        return main.join(active, on="org_id", how="left", validate="1:m")


def publisher(study: Study, clustering: Clustering | None, rule: PublicRule) -> Publisher:
    """Return what cuts the results of a pseudonymous study.

    Parameters
    ----------
    study : Study
    clustering : Clustering or None
    rule : PublicRule
    """
    if clustering is None:
        return Publisher(study, frozenset(), frozenset(), rule, Cut())
    size = clustering.members.group_by("cluster_id").len()
    large = size.filter(pl.col("len") >= rule.smallest_group)["cluster_id"]
    small = set(clustering.clusters["cluster_id"]) - set(large)
    return Publisher(study, frozenset(large), frozenset(small), rule, Cut())


def _counts(frame: pl.DataFrame, name: str, of_one_each: frozenset[str]) -> list[str]:
    """Return the columns that count who or what a row is about."""
    if "reason" in frame.columns:  # why something is not in a result tells of nobody in it
        return []
    return [
        column
        for column, unit, _ in COLUMN_MEANING.get(name, ())
        if ((unit in COUNTED and column in OWN)
            or (unit in of_one_each and column not in NOT_OWN))
        and frame[column].dtype.is_numeric()
    ]  # fmt: skip


def _table_name(analysis: str, field_name: str, is_main: bool) -> str:
    """Return the name under which the columns of a frame are explained."""
    own = analysis if is_main else f"{analysis}_{field_name}"
    known = (own, field_name, FURTHER.get(field_name, ""))
    return next((name for name in known if name in COLUMN_MEANING), own)


def _about_somebody(frame: pl.DataFrame) -> pl.Series:
    """Return which rows are about somebody withheld."""
    columns = [
        name for name, dtype in frame.schema.items() if dtype == pl.String and name in ABOUT
    ]
    if not columns:
        return pl.repeat(value=False, n=frame.height, eager=True)
    hidden = pl.any_horizontal(pl.col(name).str.starts_with(WITHHELD) for name in columns)
    return frame.select(hidden.fill_null(value=False)).to_series()


def _without_pseudonyms(frame: pl.DataFrame) -> pl.DataFrame:
    texts = [name for name, dtype in frame.schema.items() if dtype == pl.String]
    return frame.with_columns(pl.col(texts).str.replace_all(PSEUDONYM, SOMEBODY))


def _blurred(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a frame in which the middle of a cluster is that of a cell, not of a member."""
    at = [name for name in frame.columns if name.endswith(SITES)]
    if not at or "org_id" in frame.columns:
        return frame
    return frame.with_columns((pl.col(at) / CELL).floor() * CELL + CELL / 2)
