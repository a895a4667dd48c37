"""Are neighbouring clusters distinct in space, or one agglomeration with gaps?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import as_floats
from buzzline.clusters.against_deals import Compared, against_deals, stability
from buzzline.clusters.cluster_pairs import Cast, Laid, casts_of, lay_over
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.industries import Industries
from buzzline.clusters.neighbouring import neighbouring
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import central_range, false_discovery_q, too_few_draws
from buzzline.space.threads import spread
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

STABLE = 0.8  # of resamples in which two clusters stay apart, for them to be distinct
BANDWIDTHS = {"": 1.0, "_narrow": 0.7, "_wide": 1.4}
DISTINCT, NOT_DISTINCT, NOT_TESTABLE = "distinct", "not distinct", "not testable"

PAIR_SCHEMA = {
    "cluster_id": pl.String, "other_id": pl.String, "label": pl.String,
    "other_label": pl.String, "industry": pl.String, "distance_km": pl.Float64,
    "peak": pl.Float64, "other_peak": pl.Float64, "saddle": pl.Float64, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "null_mean": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "stability": pl.Float64, "openness": pl.Float64,
    "is_open": pl.Boolean, "bandwidth_km": pl.Float64, "value_narrow": pl.Float64,
    "p_narrow": pl.Float64, "is_open_narrow": pl.Boolean, "value_wide": pl.Float64,
    "p_wide": pl.Float64, "is_open_wide": pl.Boolean, "n": pl.Int64, "n_other": pl.Int64,
    "verdict": pl.String, "reason": pl.String,
}  # fmt: skip
WAY_SCHEMA = {
    "cluster_id": pl.String, "other_id": pl.String, "step": pl.Int64, "way_km": pl.Float64,
    "risk": pl.Float64, "low": pl.Float64, "high": pl.Float64,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Distinctness:
    """Whether neighbouring clusters of an industry are distinct in space.

    Attributes
    ----------
    pairs : DataFrame
        One row a pair of neighbours, deepest valley first, then those not testable, then
        clusters without a neighbour or place: `cluster_id`, `other_id` (null without a
        neighbour), `label`, `other_label`, `industry`, `distance_km`, `peak`, `other_peak`,
        `saddle` (share of the industry over its share in the whole study), `value` (1 - saddle
        / lower peak), `low`, `high` (band of chance for one agglomeration), `level`,
        `null_mean`, `p`, `q`, `stability` (share of resamples by owner in which they stay
        apart), `openness` (how much of the density of all organisations is lost between),
        `is_open` (so much that it is open country), `bandwidth_km`, `value_narrow`, `p_narrow`,
        `is_open_narrow`, `value_wide`, `p_wide`, `is_open_wide` (bandwidth times 0.7 and 1.4),
        `n`, `n_other` (members with coordinates), `verdict` ("distinct", "not distinct" or "not
        testable"), `reason`.
    ways : DataFrame
        The surface from peak over saddle to peak: `cluster_id`, `other_id`, `step`,
        `way_km` (walked from the first peak), `risk` (share of the industry over its share in
        the whole study), `low`, `high` (band of chance at each step).
    within_km : km
    level : share
    draws : int
    """

    pairs: pl.DataFrame
    ways: pl.DataFrame
    within_km: Kilometres
    level: Share
    draws: int
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a pair, deepest valley first."""
        return self.pairs

    def __str__(self) -> str:
        both = self.pairs.filter(pl.col("other_id").is_not_null())
        alone = self.pairs.filter(pl.col("other_id").is_null(), verdict=DISTINCT).height
        n_nowhere = self.pairs.height - both.height - alone
        if not self.pairs.height:
            return "There are no clusters whose distinctness could be tested."
        n = {verdict: both.filter(verdict=verdict).height
             for verdict in (DISTINCT, NOT_DISTINCT, NOT_TESTABLE)}  # fmt: skip
        tested = (
            f"Of {plural(both.height, 'pair')} of neighbouring clusters (within "
            f"{self.within_km:g} km) {n[DISTINCT]:,} {verb(n[DISTINCT], 'is', 'are')} distinct "
            f"in space, {n[NOT_DISTINCT]:,} not, {n[NOT_TESTABLE]:,} not testable"
            if both.height
            else f"No two clusters of one industry lie within {self.within_km:g} km"
        )
        text = (
            f"{tested}; {plural(alone, 'cluster')} {verb(alone, 'has', 'have')} no neighbour"
            + (f", and the place of {n_nowhere:,} is unknown" if n_nowhere else "")
        )
        if n[DISTINCT] + n[NOT_DISTINCT]:
            first = both.row(0, named=True)
            text += (
                f". Deepest valley: {first['label']} and {first['other_label']} "
                f"({first['industry']}), {first['value']:.2f} (p = {first['p']:.3g})"
            )
        return f"{text}. Whether they are also socially separate is another test."

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.pairs.head(20)._repr_html_()}"


@analysis("clusters", "Are neighbouring clusters distinct in space, or one with gaps?")
def distinctness(  # noqa: PLR0913  # `progress` is no choice
    study: Study,
    clustering: Clustering,
    *,
    industries: Industries = None,
    within_km: Kilometres = 100.0,
    bandwidth_km: Kilometres | None = None,
    draws: Draws = 199,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> Distinctness:
    """Test whether neighbouring clusters of an industry are distinct in space.

    The share of the industry around each point is a surface with a peak in either cluster; the
    best way from one peak to the other crosses a saddle. How deep that valley is, against what
    chance gives one agglomeration of as many organisations, tells two clusters from one with
    gaps.

    Parameters
    ----------
    study : Study
        Needs `organisations` with `longitude`, `latitude` and `industry` (or `activities`);
        `owner_id` keeps sites of one owner together when resampling.
    clustering : Clustering
        Clusters to compare, as from `candidate_clusters`.
    industries : names, mapping of group name to industries, or None
        None: those the clusters were made with.
    within_km : km
        Clusters further apart than this are not neighbours.
    bandwidth_km : km or None
        Standard deviation of the Gaussian kernel. None: by Scott's rule for each pair.
    draws : draws
        Deals of the industry, and resamples of the owners; 0 tests nothing.
    level : share
        Of the band of chance; two clusters are distinct when p is at most 1 - level.
    rng : Generator, int or None

    Returns
    -------
    Distinctness

    Raises
    ------
    InvalidArgument
        The clusters are of industries other than `industries`, a bandwidth of 0, or a level of
        a half or less, or of 1.

    Notes
    -----
    With K the Gaussian kernel, 1 at its peak, over the organisations on a box around both
    clusters, rho(x) = (K_industry(x) + 5 s) / (K_all(x) + 5), s the share of the industry in
    the study [1]_. Dsp = 1 - saddle / min(peaks), the persistence of the lower peak [2]_. Under
    chance the industry is dealt among all organisations in the box: a surface without
    structure, which among all with one peak shows deep valleys most often, as for the dip test
    [3]_. Each deal counts with its deepest valley between peaks that both keep a quarter of the
    smaller cluster's organisations above the saddle. Distinct: p <= 1 - level, and apart in at
    least 0.8 of the resamples. Where less than a twentieth of the density of all organisations
    is left between the peaks there are too few to deal for p to tell: open country makes them
    distinct as well. Not testable: with nobody of the industry in the middle half of the way
    between the centres the valley would still be no deeper than chance gives; or where the
    draws are too few for p to fall to 1 - level.

    References
    ----------
    .. [1] Kelsall, J. E., Diggle, P. J. (1995). Non-parametric estimation of spatial variation
       in relative risk. Statistics in Medicine 14(21-22). doi:10.1002/sim.4780142106
    .. [2] Edelsbrunner, H., Letscher, D., Zomorodian, A. (2002). Topological persistence and
       simplification. Discrete & Computational Geometry 28. doi:10.1007/s00454-002-2885-2
    .. [3] Hartigan, J. A., Hartigan, P. M. (1985). The dip test of unimodality. Annals of
       Statistics 13(1). doi:10.1214/aos/1176346577

    Examples
    --------
    >>> from buzzline.clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = distinctness(study, candidate_clusters(study, rng=1), draws=99, rng=1)
    >>> found.pairs["verdict"].is_in(["distinct", "not distinct", "not testable"]).all()
    True
    """
    if not 0.5 < level < 1:
        raise InvalidArgument(
            f"distinctness: `level` must be above 0.5 and below 1, got {level:g}"
        )
    if bandwidth_km is not None and bandwidth_km <= 0:
        raise InvalidArgument("distinctness: `bandwidth_km` must be above 0, or left out")
    chosen = _Choice(bandwidth_km, draws, level, seed_of(rng))
    rows, ways = [], []
    for name, cast in casts_of(study, clustering, industries).items():
        placed = np.flatnonzero(np.isfinite(cast.centre).all(axis=1))
        near = placed[neighbouring(as_floats(cast.centre[placed]), within_km)]
        for found, way in _compared(cast, name, near, chosen, progress):
            rows.append(found)
            ways += way
        lonely = sorted(set(range(len(cast.ids))) - set(near.ravel().tolist()))
        rows += [_alone(cast, name, at, within_km, at in placed) for at in lonely]
    pairs = _ordered(pl.DataFrame(rows, schema=PAIR_SCHEMA, orient="row"))
    return Distinctness(
        pairs, pl.DataFrame(ways, schema=WAY_SCHEMA, orient="row"), within_km, level, draws
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    bandwidth_km: float | None
    draws: int
    level: float
    seed: int


Found = tuple[dict[str, Any], list[dict[str, Any]]]


def _compared(
    cast: Cast, name: str, near: np.ndarray, chosen: _Choice, progress: Progress
) -> Iterator[Found]:
    examined = spread(lambda pair: _examined(cast, name, pair, chosen), near.tolist())
    for _ in told(progress, f"valleys between clusters of {name}", near.tolist()):
        yield next(examined)


def _examined(cast: Cast, name: str, pair: Sequence[int], chosen: _Choice) -> Found:
    one, other = pair
    row: dict[str, Any] = dict.fromkeys(PAIR_SCHEMA) | {
        "cluster_id": cast.ids[one], "other_id": cast.ids[other], "label": cast.labels[one],
        "other_label": cast.labels[other], "industry": name, "level": chosen.level,
        "distance_km": cast.apart_km(one, other), "n": cast.members[one].size,
        "n_other": cast.members[other].size,
    }  # fmt: skip
    laid = lay_over(cast, (one, other), chosen.bandwidth_km)
    if laid.pair is None:
        return row | {"verdict": NOT_TESTABLE, "reason": laid.reason}, []
    found = _at_bandwidths(laid, row, chosen)
    main = found[""]
    source = child(chosen.seed, "distinctness", "resample", row["cluster_id"], row["other_id"])
    stable = stability(laid.pair, main, draws=chosen.draws, rng=source)
    row |= _measured(found, cast.share, chosen) | {"stability": stable}
    verdict, reason = _verdict(found, stable, row["distance_km"], chosen)
    ends = {"cluster_id": row["cluster_id"], "other_id": row["other_id"]}
    return row | {"verdict": verdict, "reason": reason}, _way(main, ends, cast.share)


def _at_bandwidths(laid: Laid, row: dict[str, Any], chosen: _Choice) -> dict[str, Compared]:
    assert laid.pair is not None
    ids = row["cluster_id"], row["other_id"]
    return {
        which: against_deals(
            laid.pair, times * laid.bandwidth_km, draws=chosen.draws, level=chosen.level,
            rng=child(chosen.seed, "distinctness", which, *ids),
        )
        for which, times in BANDWIDTHS.items()
    }  # fmt: skip


def _measured(found: dict[str, Compared], share: float, chosen: _Choice) -> dict[str, Any]:
    main = found[""]
    low, high = central_range(main.null, chosen.level) if chosen.draws else (np.nan, np.nan)
    return {
        "peak": main.valley.peak / share, "other_peak": main.valley.other_peak / share,
        "saddle": main.valley.saddle / share, "value": main.valley.value,
        "low": low, "high": high,
        "null_mean": float(main.null.mean()) if chosen.draws else np.nan,
        "p": main.p, "openness": main.openness, "bandwidth_km": main.bandwidth_km,
        **{f"is_open{which}": one.is_open for which, one in found.items()},
        **{f"value{which}": found[which].valley.value for which in BANDWIDTHS if which},
        **{f"p{which}": found[which].p for which in BANDWIDTHS if which},
    }  # fmt: skip


def _verdict(
    found: dict[str, Compared], stable: float, apart_km: float, chosen: _Choice
) -> tuple[str, str]:
    main, limit = found[""], 1 - chosen.level + 1e-12
    never = too_few_draws(chosen.draws, chosen.level)
    if never:
        return NOT_TESTABLE, never if chosen.draws else "no draws were asked for"
    stands_out = [one.is_open or one.p <= limit for one in found.values()]
    if stands_out[0] and stable >= STABLE:
        said = "open country between them" if main.p > limit else (
            f"valley deeper than chance gives one agglomeration (p = {main.p:.2g})"
        )  # fmt: skip
        some = f"; at {sum(stands_out)} of {len(stands_out)} bandwidths only"
        return DISTINCT, said if all(stands_out) else said + some
    if apart_km >= 2 * main.bandwidth_km and not main.is_resolved:
        return NOT_TESTABLE, (
            "too few, or too close for the bandwidth: chance gives as deep a valley as there "
            "would be with nobody of the industry half way between them"
        )
    if stands_out[0]:
        return NOT_DISTINCT, f"apart in only {stable:.0%} of the resamples"
    if main.valley.value == 0:
        return NOT_DISTINCT, "no valley between them"
    return NOT_DISTINCT, (f"chance gives one agglomeration a valley as deep (p = {main.p:.2g})")


def _way(main: Compared, ends: dict[str, Any], share: float) -> list[dict[str, Any]]:
    return [
        ends | {"step": step, "way_km": at, "risk": risk, "low": low, "high": high}
        for step, (at, risk, low, high) in enumerate(
            np.column_stack([
                main.way_km, main.way / share, main.way_low / share, main.way_high / share
            ]).round(6).tolist()
        )
    ]  # fmt: skip


def _alone(cast: Cast, name: str, at: int, within_km: float, is_placed: bool) -> dict[str, Any]:
    verdict, reason = NOT_TESTABLE, "its place is unknown"
    if is_placed:
        verdict, reason = DISTINCT, f"no other cluster of its industry within {within_km:g} km"
    return dict.fromkeys(PAIR_SCHEMA) | {
        "cluster_id": cast.ids[at], "label": cast.labels[at], "industry": name,
        "n": cast.members[at].size, "verdict": verdict, "reason": reason,
    }  # fmt: skip


def _ordered(rows: pl.DataFrame) -> pl.DataFrame:
    """Add q over all pairs tested, and put the deepest valley first."""
    rows = rows.with_columns(pl.col(pl.Float64).fill_nan(None))
    p = rows["p"].drop_nulls()
    q = iter(false_discovery_q(as_floats(p.to_numpy())).tolist())
    values = [None if value is None else next(q) for value in rows["p"]]
    is_alone, is_measured = pl.col("other_id").is_null(), pl.col("value").is_not_null()
    return rows.with_columns(pl.Series("q", values, dtype=pl.Float64)).sort(
        is_alone, ~is_measured, -pl.col("value").fill_null(0), "industry", "cluster_id",
        "other_id", maintain_order=True,
    )  # fmt: skip
