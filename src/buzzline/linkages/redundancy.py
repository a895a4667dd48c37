"""Weakest link or redundancy: what a cluster loses when one of its gatekeepers leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.linkages.recorded_ties import RecordedTies, recorded_ties
from buzzline.linkages.redundancy_rows import (
    ALONE,
    DIRECT,
    DRAWN,
    NOT_TESTABLE,
    OPEN,
    REDUNDANT,
    VULNERABLE,
    RedundancyRule,
    Row,
    cluster_found,
    refused_row,
)
from buzzline.linkages.survey_gate import refusals
from buzzline.network.redundancy import DENSE
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.tables.study import Study
from buzzline.wording import plural

_CLUSTER = {"cluster_id": pl.String, "label": pl.String, "industry": pl.String}
CLUSTER_SCHEMA = _CLUSTER | {
    "verdict": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "lost_recorded": pl.Float64, "worst_id": pl.String,
    "worst": pl.String, "n_members": pl.Int64, "n_ties": pl.Int64, "n_records": pl.Int64,
    "n_gatekeepers": pl.Int64, "n_dependent": pl.Int64, "n_needed": pl.Int64,
    "mean_degree": pl.Float64,
    "access": pl.Float64, "access_low": pl.Float64, "access_high": pl.Float64,
    "access_recorded": pl.Float64, "access_expected": pl.Float64,
    "access_expected_low": pl.Float64, "access_expected_high": pl.Float64,
    "access_p": pl.Float64, "access_q": pl.Float64, "conductance": pl.Float64,
    "conductance_high": pl.Float64, "conductance_expected": pl.Float64,
    "conductance_expected_low": pl.Float64, "conductance_expected_high": pl.Float64,
    "conductance_p": pl.Float64, "conductance_q": pl.Float64, "widest": pl.Float64,
    "reached": pl.Float64, "two_ways": pl.Float64, "n_cutting": pl.Int64, "reason": pl.String,
}  # fmt: skip
MEMBER_SCHEMA = _CLUSTER | {
    "org_id": pl.String, "name": pl.String, "is_gatekeeper": pl.Boolean,
    "lost": pl.Float64, "n_cut_off": pl.Int64, "n_external": pl.Int64, "n_ties": pl.Int64,
    "widest": pl.Float64, "conductance": pl.Float64, "conductance_high": pl.Float64,
    "level": pl.Float64, "n_ways": pl.Int64, "n_steps": pl.Int64, "access": pl.Float64,
}  # fmt: skip
ACCESS_SCHEMA = _CLUSTER | {
    "n_gatekeepers": pl.Int64, "access": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "after": pl.Float64, "lost": pl.Float64, "is_enough": pl.Boolean,
}  # fmt: skip
VERDICTS = (VULNERABLE, OPEN, REDUNDANT, DIRECT, ALONE, NOT_TESTABLE)
SAID = {
    DIRECT: f"{DIRECT} (nearly all members have ties to the outside themselves)",
    ALONE: f"{ALONE} (no recorded tie leads outside)",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Redundancy:
    """How each cluster is joined to the outside, and what breaks when a gatekeeper leaves.

    Attributes
    ----------
    clusters : DataFrame
        One row a cluster, vulnerable ones first: `verdict` ("redundant", "vulnerable",
        "cannot tell", "each on its own", "no way out", "not testable"), `value` (of the access
        of members without a tie to the outside of their own, the share lost when the gatekeeper
        that matters most leaves, with the ties nobody recorded), `low`, `high`, `level`,
        `lost_recorded` (the same with the recorded ties alone), `worst_id`, `worst` (that
        gatekeeper), `n_members`, `n_ties` (pairs of members that are tied), `n_records`,
        `n_gatekeepers` (members tied to the outside), `n_dependent` (the others), `n_needed`
        (gatekeepers at random that would make it redundant; null where none would),
        `mean_degree`,
        `access` (share of members reached when every tie passes on by chance), its ends,
        `access_recorded`, `access_expected` (the same ties dealt anew), its ends, `access_p`,
        `access_q`, `conductance` (mean over members, recorded ties: a lower bound),
        `conductance_high` (with those nobody recorded), `conductance_expected`, its ends,
        `conductance_p`, `conductance_q`, `widest` (mean over members), `reached` (share of
        members with any way out), `two_ways` (with two short ways that share nobody),
        `n_cutting` (members without whom somebody has no way out at all), `reason`.
    members : DataFrame
        One row a member, by cluster and what it cuts off: `org_id`, `name`, `is_gatekeeper`,
        `lost` (of the access of those without a tie of their own), `n_cut_off` (members with no
        way out at all without it), `n_external`, `n_ties`, `widest`, `conductance`,
        `conductance_high`,
        `level`, `n_ways`, `n_steps` (ties to the outside), `access` (probability of being
        reached).
    access : DataFrame
        One row a cluster and number of gatekeepers picked at random among its members:
        `n_gatekeepers`, `access`, `low`, `high` (over which they are), `after` (the best tied
        one has left), `lost`, `is_enough`.
    layers : tuple[str, ...]
    unit : str                  of weights
    rule : RedundancyRule
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    clusters: pl.DataFrame
    members: pl.DataFrame
    access: pl.DataFrame
    layers: tuple[str, ...]
    unit: str
    rule: RedundancyRule
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, vulnerable ones first."""
        return self.clusters

    def __str__(self) -> str:
        if not self.clusters.height:
            return " ".join(["Redundancy is not testable: there are no clusters.", *self.notes])
        counts = dict(self.clusters.group_by("verdict").len().iter_rows())
        said = ", ".join(
            f"{counts[name]:,} {SAID.get(name, name)}" for name in VERDICTS if counts.get(name)
        )
        first = self.clusters.row(0, named=True)
        example = ""
        if first["value"] is not None:
            example = (
                f" Without one gatekeeper, the {first['n_dependent']:,} of "
                f"{plural(first['n_members'], 'member')} in {first['label']} "
                f"({first['industry']}) that have no tie to the outside of their own lose "
                f"{first['value']:.0%} of their access ({first['low']:.0%} to "
                f"{first['high']:.0%})."
            )
        text = f"{plural(self.clusters.height, 'cluster')}: {said}.{example}"
        return " ".join([text, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.clusters.head(20)._repr_html_()}"


@analysis("linkages", "What breaks when a gatekeeper leaves a cluster?")
def redundancy(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    rule: RedundancyRule = RedundancyRule(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 99,
    rng: Seed = None,
    progress: Progress = silent,
) -> Redundancy:
    """Tell how much of what reaches a cluster hangs on one gatekeeper, or has other ways.

    Answers, for each cluster, which members are tied to the outside, how well each of the
    others is joined to it (by its best single way, and by all ways together), how many would be
    cut off by whom, and how many gatekeepers would be enough at the density there is.

    Parameters
    ----------
    study : Study
        Needs `linkages`.
    clustering : Clustering
    layers : names of layers, or None for all
        Ties of several layers between the same two are added.
    rule : RedundancyRule
        Whether ties are counted or weighed, and of which year; how often a tie passes on, how
        many ties are recorded, what loss is tolerated.
    level : share
    draws : draws
        Networks with the ties nobody recorded, and as many with ties dealt anew.
    rng : Generator, int or None

    Returns
    -------
    Redundancy

    Raises
    ------
    TooFew
        The study has no linkages.
    InvalidArgument
        A layer without linkages; weights that are missing or of several units; a `level` of 0
        or 1; a share of recorded ties of 0.

    Notes
    -----
    The outside is one node x, tied to every member that has a tie to an organisation outside
    the cluster. Direction plays no part.

    Weakest link: w_i = max over paths from x to i of the least weight on it [1]_. Redundancy:
    g_i = 1 / (L+_xx + L+_ii - 2 L+_xi), the conductance between x and i when ties are wires
    [2]_. Both say how, `access` says who: members tied to the outside are reached, and from
    there every tie among members passes on with probability `transmission`; 999 passes.

    `value` = 1 - A' / A, with A the access of the members who have no tie to the outside of
    their own, A' the same once a gatekeeper has left; the largest of all gatekeepers. Where
    fewer than four members, or a tenth of them, depend on others, each is on its own. Ties that
    are missing make every cluster look less redundant than it is: adding a tie lowers none of
    w, g, ways and access. So what was recorded gives a lower bound of these, and the interval
    comes from networks with the missing ties added: as many as `recorded` leaves, in records
    like those known, among members by the ties they have. "Redundant" is said where the whole
    interval of the loss lies within `tolerated`, "vulnerable" where it lies above.

    The band of `access` and `conductance` is that of the same members with as many ties each,
    dealt anew, and weights shuffled [3]_; p is two-sided.

    References
    ----------
    .. [1] Pollack, M. (1960). The maximum capacity through a network. Operations Research
       8(5). doi:10.1287/opre.8.5.733
    .. [2] Klein, D. J., Randić, M. (1993). Resistance distance. Journal of Mathematical
       Chemistry 12. doi:10.1007/BF01164627
    .. [3] Maslov, S., Sneppen, K. (2002). Specificity and stability in topology of protein
       networks. Science 296. doi:10.1126/science.1065103

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> redundancy(study, found, draws=19, rng=1).clusters["verdict"].is_null().any()
    False
    """
    check_rule("redundancy", rule, level)
    seed = seed_of(rng)
    ties = recorded_ties(study, layers, year=rule.year, weighing=rule.weighing)
    named = clustering.clusters.head(rule.max_clusters).select(*_CLUSTER)
    whose = rows_of_members(study, clustering)
    refused, said = refusals(study, ties.layers, whose)
    tables: tuple[list[Row], list[Row], list[Row]] = ([], [], [])
    for cluster in told(progress, "redundancy by cluster", list(named.iter_rows(named=True))):
        own = whose.filter(pl.col("cluster_id") == cluster["cluster_id"])
        if why := refused.get(str(cluster["cluster_id"])):
            tables[0].append(cluster | refused_row(why, own.height, level))
            continue
        found = cluster_found(
            *ties.of(as_indices(own["row"].to_numpy())), rule=rule, draws=draws, level=level,
            seed=seed_of(child(seed, "cluster", str(cluster["cluster_id"]))),
        )  # fmt: skip
        who = own.select("org_id", "name").to_dicts()
        tables[0].append(cluster | _with_worst(found.cluster, who))
        tables[1].extend(
            cluster | one | row for one, row in zip(who, found.members, strict=True)
        )
        tables[2].extend(cluster | row for row in found.access)
    clusters = _in_order(frame_of(tables[0], CLUSTER_SCHEMA))
    return Redundancy(
        clusters, _by_loss(frame_of(tables[1], MEMBER_SCHEMA), clusters),
        frame_of(tables[2], ACCESS_SCHEMA), ties.layers, ties.unit, rule, level, draws,
        (*_notes(clustering, clusters, ties, rule), *filter(None, [said])),
    )  # fmt: skip


def check_rule(analysis_name: str, rule: RedundancyRule, level: Share) -> None:
    """Refuse levels and shares with which nothing can be said.

    Raises
    ------
    InvalidArgument
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"{analysis_name}: `level` must be between 0 and 1, got {level:g}"
        )
    if not rule.recorded > 0:
        raise InvalidArgument(
            f"{analysis_name}: `recorded` must be above 0: with no tie recorded nothing can be "
            "said"
        )


def rows_of_members(study: Study, clustering: Clustering) -> pl.DataFrame:
    """Return `cluster_id`, `org_id`, `name` and `row` in the organisations of every member."""
    number = study.organisations.select("org_id", "name").with_row_index("row")
    return (
        clustering.members.select("cluster_id", "org_id").unique(maintain_order=True)
        .join(number, on="org_id", how="inner", validate="m:1", maintain_order="left")
        .sort("cluster_id", "row")
    )  # fmt: skip


def _with_worst(row: Row, who: Sequence[Mapping[str, object]]) -> Row:
    at = row.get("worst")
    if not isinstance(at, int) or at < 0:
        return row | {"worst": None}
    return row | {"worst_id": who[at]["org_id"], "worst": who[at]["name"]}


def frame_of(rows: Sequence[Row], schema: Mapping[str, type]) -> pl.DataFrame:
    """Return rows as a frame; what they do not hold is null."""
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=dict(schema), strict=False).fill_nan(None)


def _in_order(clusters: pl.DataFrame) -> pl.DataFrame:
    """Return clusters with q-values, vulnerable ones first."""
    order = dict(zip(VERDICTS, range(len(VERDICTS)), strict=True))
    rank = pl.col("verdict").replace_strict(order, return_dtype=pl.Int64)
    for name in ("access", "conductance"):
        p = clusters[f"{name}_p"]
        q = np.full(p.len(), np.nan)
        tested = p.is_not_null().to_numpy()
        q[tested] = false_discovery_q(as_floats(p.drop_nulls().to_numpy()))
        clusters = clusters.with_columns(pl.Series(f"{name}_q", q, nan_to_null=True))
    return clusters.sort(
        [rank, "value", "n_members"], descending=[False, True, True], nulls_last=True,
        maintain_order=True,
    )  # fmt: skip


def _by_loss(members: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    order = clusters.select("cluster_id").with_row_index("place")
    return (
        members.join(order, on="cluster_id", how="left", validate="m:1", maintain_order="left")
        .sort(
            ["place", "lost", "conductance"], descending=[False, True, True], nulls_last=True,
            maintain_order=True,
        )
        .drop("place")
    )  # fmt: skip


def _notes(
    clustering: Clustering, clusters: pl.DataFrame, ties: RecordedTies, rule: RedundancyRule
) -> tuple[str, ...]:
    notes = []
    n = clustering.clusters.height
    if n > rule.max_clusters:
        notes.append(f"The {rule.max_clusters} strongest of {n:,} clusters (`max_clusters`).")
    if n:
        notes.append(
            f"Layers: {', '.join(ties.layers).replace('_', ' ')}. It is assumed that "
            f"{rule.recorded:.0%} of them are recorded and that each passes on with "
            f"probability {rule.transmission:g}; missing ties make clusters look less "
            "redundant."
        )
    if n and not ties.has_records:
        notes.append(
            "Which ties came about together (`observed_by`) is not told: each counts as its "
            "own."
        )
    if clusters.filter(pl.col("n_members") > DRAWN).height:
        notes.append(
            f"Conductance has its band in clusters of up to {DRAWN} members; beyond "
            f"{DENSE:,} that hang together in several ways it is estimated within about 9 %."
        )
    return tuple(notes)
