"""How each cluster falls apart when organisations leave: the best tied first, or anyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.linkages.clusters_dealt import clusters_dealt
from buzzline.linkages.recorded_ties import RecordedTies, recorded_ties
from buzzline.linkages.redundancy import check_rule, frame_of, rows_of_members
from buzzline.linkages.redundancy_rows import RedundancyRule, Row, refused_row
from buzzline.linkages.survey_gate import refusals
from buzzline.network.missing_ties import Recorded, with_missing_ties
from buzzline.network.open_cluster import OpenCluster
from buzzline.network.robustness import connectivity, removal_curve
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import central_range, false_discovery_q, too_few_draws
from buzzline.tables.study import Study
from buzzline.wording import plural

WHOLE = "all organisations"
POINTS = 41
FEWEST_MEMBERS = 4
FEWEST_TIES = 10
MOST_DEALT = 20_000  # members up to which ties are dealt anew, and missing ones added
FRAGILE, ROBUST, AS_CHANCE = "more fragile than chance", "more robust than chance", "as chance"
NOT_TESTABLE = "not testable"
_CLUSTER = {"cluster_id": pl.String, "label": pl.String, "industry": pl.String}
NETWORK_SCHEMA = _CLUSTER | {
    "verdict": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "recorded": pl.Float64, "expected": pl.Float64,
    "expected_low": pl.Float64, "expected_high": pl.Float64, "p": pl.Float64,
    "q": pl.Float64, "random": pl.Float64, "random_low": pl.Float64,
    "random_high": pl.Float64, "half_targeted": pl.Float64, "half_random": pl.Float64,
    "n_members": pl.Int64, "n_ties": pl.Int64, "n_components": pl.Int64,
    "n_largest": pl.Int64, "n_cutting": pl.Int64, "n_bridges": pl.Int64,
    "connectivity": pl.Int64, "tie_connectivity": pl.Int64, "status": pl.String,
}  # fmt: skip
CURVE_SCHEMA = _CLUSTER | {
    "removed": pl.Float64, "targeted": pl.Float64, "random": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RemovalCurves:
    """How much of each network hangs together while organisations are taken out.

    Attributes
    ----------
    networks : DataFrame
        One row a cluster, and one for all organisations, most fragile first: `verdict` ("more
        fragile than chance", "more robust than chance", "as chance", "not testable"), `value`
        (robustness R under attack, with the ties nobody recorded), `low`, `high`, `level`,
        `recorded` (R of recorded ties: a lower bound), `expected` (R of the same ties dealt
        anew), `expected_low`, `expected_high`, `p`, `q`, `random` (R when anyone leaves), its
        ends, `half_targeted`, `half_random` (share that must leave before the largest component
        holds less than half of what it held), `n_members`, `n_ties`, `n_components`,
        `n_largest`, `n_cutting` (members of the largest component without whom it falls apart),
        `n_bridges`, `connectivity` (least number of members that cut somebody off),
        `tie_connectivity`, `status`.
    curves : DataFrame
        One row a network and share `removed`: `targeted` (share of all in the largest component
        when the best tied leave first), `random` (mean when anyone does), `low`, `high`,
        `level`.
    layers : tuple[str, ...]
    rule : RedundancyRule
    level : share
    draws : int
    notes : tuple[str, ...]
    """

    networks: pl.DataFrame
    curves: pl.DataFrame
    layers: tuple[str, ...]
    rule: RedundancyRule
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a network, the most fragile first."""
        return self.networks

    def __str__(self) -> str:
        clusters = self.networks.filter(pl.col("cluster_id").is_not_null())
        measured = self.networks.filter(pl.col("value").is_not_null())
        if not measured.height:
            return " ".join(["How clusters fall apart is not testable.", *self.notes])
        counts = dict(clusters.group_by("verdict").len().iter_rows())
        names = (FRAGILE, ROBUST, AS_CHANCE, NOT_TESTABLE)
        said = ", ".join(f"{counts[name]:,} {name}" for name in names if counts.get(name))
        first = measured.row(0, named=True)
        half = first["half_targeted"]
        text = (
            f"{plural(clusters.height, 'cluster')}: {said or 'none'}. In "
            f"{first['label']} the largest component halves once the best tied {half:.0%} have "
            f"left, or {first['half_random']:.0%} at random (R = {first['value']:.2f}, "
            f"{first['low']:.2f} to {first['high']:.2f})."
            if first["low"] is not None
            else f"{plural(clusters.height, 'cluster')}: {said or 'none'}."
        )
        return " ".join([text, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.networks.head(20)._repr_html_()}"


@analysis("linkages", "How does a cluster fall apart when organisations leave?")
def removal_curves(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    rule: RedundancyRule = RedundancyRule(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 99,
    rng: Seed = None,
    progress: Progress = silent,
) -> RemovalCurves:
    """Take organisations out of each cluster, the best tied first or at random.

    Answers how many must leave before a cluster falls to pieces, whether it is more fragile
    than networks in which everybody has as many ties, and how many organisations or ties it
    hangs by. Only ties among members count; one network holds all organisations.

    Parameters
    ----------
    study : Study
        Needs `linkages`.
    clustering : Clustering
    layers : names of layers, or None for all
    rule : RedundancyRule
        `recorded`, `year` and `max_clusters` count here; ties are counted as there or not.
    level : share
    draws : draws
        Random orders, networks with ties dealt anew, and with those nobody recorded.
    rng : Generator, int or None

    Returns
    -------
    RemovalCurves

    Raises
    ------
    TooFew
        The study has no linkages.
    InvalidArgument
        A layer without linkages; a `level` of 0 or 1; a share of recorded ties of 0.

    Notes
    -----
    R = 1/N sum_q S(q), with S(q) the share of all N in the largest component once q have left;
    under attack always one with most ties to those left [1]_. Equals leave in nine random
    orders. Missing ties make a network look more fragile: `recorded` is a lower bound, and the
    interval of `value` is that of networks with the missing ties added. `expected` and p
    (two-sided) are those of the same organisations with as many ties each, dealt anew [2]_:
    what remains is not how many ties there are, but between whom.

    References
    ----------
    .. [1] Schneider, C. M., Moreira, A. A., Andrade, J. S., Havlin, S., Herrmann, H. J. (2011).
       Mitigation of malicious attacks on networks. PNAS 108(10). doi:10.1073/pnas.1009440108
    .. [2] Maslov, S., Sneppen, K. (2002). Specificity and stability in topology of protein
       networks. Science 296. doi:10.1126/science.1065103

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> removal_curves(study, found, draws=19, rng=1).networks["n_members"].max()
    600
    """
    check_rule("removal_curves", rule, level)
    seed = seed_of(rng)
    ties = recorded_ties(study, layers, year=rule.year)
    named: list[Row] = [dict.fromkeys(_CLUSTER) | {"label": WHOLE}]
    named += clustering.clusters.head(rule.max_clusters).select(*_CLUSTER).to_dicts()
    whose = rows_of_members(study, clustering)
    refused, said = refusals(study, ties.layers, whose)
    rows: list[Row] = []
    curves: list[Row] = []
    for cluster in told(progress, "removal by cluster", named):
        members = np.arange(study.organisations.height)
        if cluster["cluster_id"] is not None:
            own = whose.filter(pl.col("cluster_id") == cluster["cluster_id"])
            members = own["row"].to_numpy()
            if why := refused.get(str(cluster["cluster_id"])):
                row = refused_row(why, own.height, level)
                rows.append(cluster | row | {"status": row["reason"]})
                continue
        row, curve = _network(
            ties.of(as_indices(members))[0], rule=rule, draws=draws, level=level,
            seed=seed_of(child(seed, "network", str(cluster["cluster_id"]))),
        )  # fmt: skip
        rows.append(cluster | row)
        curves += [cluster | point for point in curve]
    networks = _in_order(frame_of(rows, NETWORK_SCHEMA))
    return RemovalCurves(
        networks, frame_of(curves, CURVE_SCHEMA), ties.layers, rule, level, draws,
        (*_notes(clustering, networks, ties, rule), *filter(None, [said])),
    )  # fmt: skip


def _network(
    recorded: Recorded, *, rule: RedundancyRule, draws: Draws, level: Share, seed: int
) -> tuple[Row, list[Row]]:
    """Return the row of one network, and the points of its curves."""
    now = recorded.cluster()
    start, to = now.inside()
    found = connectivity(start, to)
    row: Row = {
        "n_members": now.n, "n_ties": to.size // 2, "n_components": found.n_components,
        "n_largest": found.n_largest, "level": level, "verdict": NOT_TESTABLE,
    }  # fmt: skip
    why = _too_few(now.n, to.size // 2)
    if why:
        return row | {"status": why}, []
    curve = removal_curve(start, to, points=POINTS, draws=draws, rng=seed)
    row |= {
        "n_cutting": found.n_cutting, "n_bridges": found.n_bridges,
        "connectivity": found.organisations, "tie_connectivity": found.ties,
        "recorded": curve.robustness, "half_targeted": _half(curve.targeted),
    }  # fmt: skip
    if draws > 1:
        mean = curve.random.mean(axis=0)
        low, high = central_range(curve.random_robustness, level)
        row |= {
            "random": float(curve.random_robustness.mean()), "random_low": low,
            "random_high": high,
            "half_random": float(_at_half(curve.removed / now.n, mean)),
        }  # fmt: skip
    row |= _against(
        recorded, now, curve.robustness, rule=rule, draws=draws, level=level, seed=seed
    )
    return row, _points(curve.removed, curve.targeted, curve.random, level)


def _too_few(n: int, n_ties: int) -> str:
    if n < FEWEST_MEMBERS:
        return f"{n} members, at least {FEWEST_MEMBERS}"
    if not n_ties:
        return "no ties among members"
    return f"{plural(n_ties, 'tie')} among members, at least {FEWEST_TIES}" * (
        n_ties < FEWEST_TIES
    )


def _against(
    recorded: Recorded,
    now: OpenCluster,
    value: float,
    *,
    rule: RedundancyRule,
    draws: Draws,
    level: Share,
    seed: int,
) -> Row:
    """Return R with missing ties added, and that of the same ties dealt anew."""
    few = too_few_draws(draws, level)
    if few or now.n > MOST_DEALT:
        large = f"more than {MOST_DEALT:,} organisations: no band and no interval were made"
        return {"status": few or large}
    rng = child(seed, "dealt anew")
    dealt = as_floats([_r(one, rng) for one in clusters_dealt(recorded, now, draws, rng=rng)])
    rng = child(seed, "missing ties")
    full = as_floats([
        _r(with_missing_ties(recorded, share=rule.recorded, rng=rng).cluster(), rng)
        for _ in range(draws)
    ])  # fmt: skip
    low, high = central_range(full, level)
    expected_low, expected_high = central_range(dealt, level)
    below, above = 1 + int((dealt <= value).sum()), 1 + int((dealt >= value).sum())
    p = min(1.0, 2 * min(below, above) / (1 + draws))
    row: Row = {"value": float(np.median(full)), "low": low, "high": high}
    if np.ptp(dealt) == 0:
        same = "ties dealt anew make the same network: nothing could differ"
        return row | {"status": same}
    return row | {
        "expected": float(np.median(dealt)), "expected_low": expected_low,
        "expected_high": expected_high, "p": p, "status": "measured",
    }  # fmt: skip


def _r(cluster: OpenCluster, rng: np.random.Generator) -> float:
    """Return R under attack of one network."""
    return removal_curve(
        *cluster.inside(), points=2, draws=0, attacks=3, rng=int(rng.integers(2**32))
    ).robustness


def _half(targeted: Floats) -> float:
    return float(_at_half(np.arange(targeted.size) / (targeted.size - 1), targeted))


def _at_half(removed: Floats, left: Floats) -> float:
    """Return the share removed at which less than half of what hung together still does."""
    return float(removed[np.argmax(left < left[0] / 2)])


def _points(removed: Indices, targeted: Floats, random: Floats, level: Share) -> list[Row]:
    n = targeted.size - 1
    rows: list[Row] = [
        {"removed": float(q / n), "targeted": float(targeted[q]), "level": level}
        for q in removed
    ]
    if len(random) > 1:
        tail = (1 - level) / 2
        low, high = np.quantile(random, [tail, 1 - tail], axis=0)
        for k, row in enumerate(rows):
            row |= {"random": float(random[:, k].mean()), "low": low[k], "high": high[k]}
    return rows


def _in_order(networks: pl.DataFrame) -> pl.DataFrame:
    """Return networks with q-values and verdicts; clusters first, the most fragile on top."""
    q = np.full(networks.height, np.nan)
    tested = networks["p"].is_not_null() & networks["cluster_id"].is_not_null()
    at = np.flatnonzero(tested.to_numpy())
    q[at] = false_discovery_q(as_floats(networks["p"].to_numpy()[at]))
    beyond = pl.col("recorded") < pl.col("expected")
    held = pl.coalesce(pl.col("q"), pl.col("p"))
    verdict = (
        pl.when(held.is_null()).then(pl.col("verdict"))
        .when(held > 1 - pl.col("level")).then(pl.lit(AS_CHANCE))
        .when(beyond).then(pl.lit(FRAGILE)).otherwise(pl.lit(ROBUST))
    )  # fmt: skip
    framed = networks.with_columns(pl.Series("q", q, nan_to_null=True))
    return framed.with_columns(verdict=verdict).sort(
        [pl.col("cluster_id").is_null(), "value"], nulls_last=True, maintain_order=True
    )


def _notes(
    clustering: Clustering, networks: pl.DataFrame, ties: RecordedTies, rule: RedundancyRule
) -> tuple[str, ...]:
    notes = []
    n = clustering.clusters.height
    if n > rule.max_clusters:
        notes.append(f"The {rule.max_clusters} strongest of {n:,} clusters (`max_clusters`).")
    if not n:
        notes.append("There are no clusters: only the network of all organisations is shown.")
    notes.append(
        f"Layers: {', '.join(ties.layers).replace('_', ' ')} among members; it is assumed that "
        f"{rule.recorded:.0%} of them are recorded. Missing ties make a network look fragile."
    )
    if networks.filter(pl.col("value").is_null() & (pl.col("n_members") > MOST_DEALT)).height:
        notes.append(f"No band for networks of more than {MOST_DEALT:,} organisations.")
    return tuple(notes)
