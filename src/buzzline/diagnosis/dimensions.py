"""Horizontal, vertical, institutional, external, power: five dimensions of each cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import NOT_ASKED, NotMade, Provenance, analysis
from buzzline.arrays import Floats, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.diagnosis import dimension_indicators as measures
from buzzline.diagnosis.dimension_indicators import Measure
from buzzline.diagnosis.dimension_scene import DimensionScene, dimension_scene
from buzzline.diagnosis.openness import external_indicators, external_scores
from buzzline.diagnosis.rank_intervals import Percentile, percentile_among
from buzzline.diagnosis.scores import Indicator, Score
from buzzline.diagnosis.standings import (
    DIMENSIONS,
    FEWEST_OTHERS,
    HORIZONTAL,
    INSTITUTIONAL,
    POWER,
    VERTICAL,
    comparable,
    together,
)
from buzzline.diagnosis.trade_offs import RESPONSE_SCHEMA, TRADE_SCHEMA, responses, trade_offs
from buzzline.errors import InvalidArgument
from buzzline.linkages.balance import ScaleBalance
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study
from buzzline.wording import plural

SAME, ALL = "same industry", "all clusters"
PLACED = "placed"

INDICATORS: Mapping[Indicator, Measure] = {
    Indicator(HORIZONTAL, "effective rivals", "ln organisations",
              "as many drawn from the industry", "jobs"): measures.effective_rivals,
    Indicator(HORIZONTAL, "variety of knowledge", "share", "none",
              "knowledge_items"): measures.variety,
    Indicator(HORIZONTAL, "watching each other", "share", "none", "monitor"): measures.watching,
    Indicator(VERTICAL, "local inputs", "share", "none", "supply"): measures.local_inputs,
    Indicator(VERTICAL, "second tier", "share", "none", "supply"): measures.second_tier,
    Indicator(VERTICAL, "inputs at hand", "share", "none",
              "industry_flows"): measures.inputs_at_hand,
    Indicator(VERTICAL, "users and producers", "share", "none",
              "supply"): measures.user_producer,
    Indicator(INSTITUTIONAL, "support organisations", "per 100 members", "none",
              "kinds"): measures.support,
    Indicator(INSTITUTIONAL, "participation", "share", "none",
              "kinds"): measures.participation,
    Indicator(INSTITUTIONAL, "coverage", "share", "none", "memberships"): measures.coverage,
    Indicator(INSTITUTIONAL, "agreement on norms", "share", "all who answered",
              "norms"): measures.agreement_on_norms,
    Indicator(INSTITUTIONAL, "fit of rules", "share", "none",
              "institutions"): measures.fit_of_rules,
    Indicator(POWER, "centralisation of advice", "share", "as many ties at random",
              "advice"): measures.centralisation_of_advice,
    Indicator(POWER, "centralisation of supply", "share", "as many ties at random",
              "supply"): measures.centralisation_of_supply,
    Indicator(POWER, "three largest", "share", "as many drawn from the industry",
              "jobs"): measures.three_largest,
    Indicator(POWER, "joint action", "share", "none", "joint_action"): measures.joint_action,
    Indicator(POWER, "controlled abroad", "share", "none", "owner_id",
              is_counted=False): measures.controlled_elsewhere,
}  # fmt: skip

_NAMED = {"cluster_id": pl.String, "label": pl.String, "industry": pl.String}
_STANDING = {
    "percentile": pl.Float64, "percentile_low": pl.Float64, "percentile_high": pl.Float64,
    "n_reference": pl.Int64, "reference": pl.String,
}  # fmt: skip
DIMENSION_SCHEMA = {
    **_NAMED, "dimension": pl.String, **_STANDING, "level": pl.Float64,
    "n_indicators": pl.Int64, "indicators": pl.String, "status": pl.String,
}  # fmt: skip
INDICATOR_SCHEMA = {
    **_NAMED, "dimension": pl.String, "indicator": pl.String, "unit": pl.String,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "expected": pl.Float64,
    "null": pl.String, "n": pl.Int64, **_STANDING, "level": pl.Float64,
    "is_counted": pl.Boolean, "status": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FiveDimensions:
    """Where each cluster stands among others on five dimensions; never added up.

    Attributes
    ----------
    dimensions : DataFrame
        One row a cluster and dimension: `cluster_id`, `label`, `industry`, `dimension`,
        `percentile` (share of the reference clusters it exceeds), `percentile_low`,
        `percentile_high`, `n_reference`, `reference` ("same industry", or "all clusters" where
        there are too few), `level`, `n_indicators`, `indicators` (it is made of), `status`
        ("upper half", "lower half", "cannot be told", or why not).
    indicators : DataFrame
        One row a cluster and indicator: `dimension`, `indicator`, `unit`, `value`, `low`,
        `high`, `expected` (under the null), `null`, `n`, `percentile` and its ends,
        `n_reference`, `reference`, `level`, `is_counted` (towards the dimension), `status`.
    trade_offs : DataFrame
        One row a pair of dimensions: `dimension`, `other`, `value` (residual correlation over
        clusters, net of size, age and industry), `low`, `high`, `level`, `p`, `q`, `n`,
        `status`.
    responses : DataFrame
        One row a dimension, where a performance was named: `shape`, `break_at`, `before`,
        `after` (slopes of two lines) with `_low`, `_high` and `_p`, `level`, `n`, `verdict`,
        `status`.
    level : share
    draws : int
    """

    dimensions: pl.DataFrame
    indicators: pl.DataFrame
    trade_offs: pl.DataFrame
    responses: pl.DataFrame
    level: Share
    draws: int
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster and dimension."""
        return self.dimensions

    def __str__(self) -> str:
        n = self.dimensions["cluster_id"].n_unique()
        told_of = self.dimensions.filter(pl.col("percentile").is_not_null())
        missing = [d for d in DIMENSIONS if d not in set(told_of["dimension"])]
        sure_high = told_of.filter(pl.col("percentile_low") > 0.5)
        sure_low = told_of.filter(pl.col("percentile_high") < 0.5)
        absent = f" Not measured: {', '.join(missing)}." if missing else ""
        return (
            f"{plural(n, 'cluster')} by five dimensions: {told_of.height:,} of {5 * n:,} could "
            f"be placed among other clusters; {sure_high.height:,} surely in the upper half, "
            f"{sure_low.height:,} surely in the lower.{absent} Dimensions are not added up."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.dimensions.head(20)._repr_html_()}"


@analysis("diagnosis", "Where does a cluster stand on five dimensions?")
def five_dimensions(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    clustering: Clustering,
    *,
    balance: ScaleBalance | NotMade = NOT_ASKED,
    performance: str | None = None,
    cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 999,
    rng: Seed = None,
    progress: Progress = silent,
) -> FiveDimensions:
    """Place each cluster among others on the five dimensions of clusters.

    Answers how a cluster stands horizontally (rivals who differ and watch each other),
    vertically (suppliers and customers at hand), institutionally, in its external ties and in
    power (capacity to act as one), each with the indicators the data allow. A dimension without
    data is reported as such; nothing is imputed and dimensions are never added up.

    Parameters
    ----------
    study : Study
        Needs `organisations`; indicators need `linkages`, `jobs`, `owner_id`,
        `knowledge_items`, `industry_flows`, `memberships`, `institutions`, norms in `outcomes`.
    clustering : Clustering
    balance : ScaleBalance
        Where there is one: external ties against size, distance and borders.
    performance : name of an indicator in `outcomes`, or None
        Of members; held against each dimension by two lines.
    cutoffs : Cutoffs
    level : share
    draws : draws
    rng : Generator, int or None

    Returns
    -------
    FiveDimensions

    Raises
    ------
    InvalidArgument
        No draws, or a `level` of 0 or 1; a performance that is not in `outcomes`.

    Notes
    -----
    References are clusters of the same industry, or all where these are fewer than five.
    Percentiles are of true values drawn from what the estimates say of all clusters together
    [1]_. A dimension stands at the mean of its standardised indicators, over references
    measured on all of the same; errors of indicators read off the same data are added, of
    others as if independent. For trade-offs, no data stand on both sides of a pair.

    References
    ----------
    .. [1] Lin, R., Louis, T., Paddock, S., Ridgeway, G. (2006). Loss function based ranking in
       two-stage, hierarchical models. Bayesian Analysis 1(4). doi:10.1214/06-BA130
    .. [2] Bathelt, H. (2002). The re-emergence of a media industry cluster in Leipzig. European
       Planning Studies 10(5). doi:10.1080/09654310220145341

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> five_dimensions(study, found, rng=1).dimensions["dimension"].unique().sort().to_list()
    ['external', 'horizontal', 'institutional', 'power', 'vertical']
    """
    if not draws or not 0 < level < 1:
        raise InvalidArgument(
            "five_dimensions: `draws` must be at least 1 and `level` between 0 and 1, got "
            f"{draws} and {level:g}"
        )
    scene = dimension_scene(
        study, clustering, cutoffs=cutoffs, level=level, draws=draws, seed=seed_of(rng)
    )
    clusters = scene.clusters
    scores = _scores(scene, clusters, balance, progress)
    groups = _reference(clusters)
    placed = [_dimension_rows(scene, clusters, k, scores=scores, groups=groups)
              for k in range(len(clusters))]  # fmt: skip
    known = {one: _arrays(all_scores) for one, all_scores in scores.items() if one.is_counted}
    return FiveDimensions(
        pl.DataFrame([row for rows in placed for row in rows[0]], DIMENSION_SCHEMA,
                     orient="row").fill_nan(None),
        pl.DataFrame([row for rows in placed for row in rows[1]], INDICATOR_SCHEMA,
                     orient="row").fill_nan(None),
        pl.DataFrame(trade_offs(scene, clusters, known), TRADE_SCHEMA,
                     orient="row").fill_nan(None),
        pl.DataFrame(responses(scene, clusters, known, performance=performance),
                     RESPONSE_SCHEMA, orient="row").fill_nan(None),
        level, draws,
    )  # fmt: skip


Scores = Mapping[Indicator, Sequence[Score]]


def _scores(
    scene: DimensionScene,
    clusters: Sequence[dict[str, object]],
    balance: ScaleBalance | NotMade,
    progress: Progress,
) -> Scores:
    layers = tuple(scene.scene.layers)
    outside = external_indicators(layers)
    found: dict[Indicator, list[Score]] = {one: [] for one in (*INDICATORS, *outside)}
    for cluster in told(progress, "five dimensions", clusters):
        for indicator, measure in INDICATORS.items():
            found[indicator].append(measure(scene, cluster))
        rows = [
            score for layer in layers
            for score in external_scores(scene, cluster, layer, balance=balance)
        ]  # fmt: skip
        for indicator, score in zip(outside, rows, strict=True):
            found[indicator].append(score)
    return found


def _reference(clusters: Sequence[dict[str, object]]) -> list[tuple[np.ndarray, str]]:
    """Return the clusters that each is held against, itself included, and what they are."""
    industry = np.array([str(cluster["industry"]) for cluster in clusters])
    found = []
    for one in industry:
        alike = np.flatnonzero(industry == one)
        enough = alike.size > FEWEST_OTHERS
        found.append((alike if enough else np.arange(industry.size), SAME if enough else ALL))
    return found


def _arrays(scores: Sequence[Score]) -> tuple[Floats, Floats]:
    return as_floats([s.at for s in scores]), as_floats([s.error for s in scores])


def _dimension_rows(
    scene: DimensionScene,
    clusters: Sequence[dict[str, object]],
    k: int,
    *,
    scores: Scores,
    groups: Sequence[tuple[np.ndarray, str]],
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    cluster, (reference, said) = clusters[k], groups[k]
    named = (cluster["cluster_id"], cluster["label"], cluster["industry"])
    place = int(np.flatnonzero(reference == k)[0])
    rng = scene.rng("rank", str(cluster["cluster_id"]))
    tables: tuple[list[tuple[object, ...]], list[tuple[object, ...]]] = ([], [])
    for indicator, all_scores in scores.items():
        own = [all_scores[j] for j in reference]
        found = percentile_among(
            *_arrays(own), place, level=scene.level, draws=scene.draws, rng=rng
        )
        tables[1].append((*named, *_indicator_row(indicator, own[place], found, said, scene)))
    for dimension in DIMENSIONS:
        parts = {
            one: _arrays([scores[one][j] for j in reference])
            for one in scores if one.dimension == dimension and one.is_counted
        }  # fmt: skip
        parts = comparable(parts, place)
        at = together(parts)
        found = Percentile(np.nan, np.nan, np.nan, 0) if at is None else percentile_among(
            *at, place, level=scene.level, draws=scene.draws, rng=rng
        )  # fmt: skip
        tables[0].append((
            *named, dimension, *_placed(found, said), scene.level, len(parts),
            ", ".join(one.name for one in parts) or None, _finding(found, bool(parts)),
        ))  # fmt: skip
    return tables


def _placed(found: Percentile, said: str) -> tuple[object, ...]:
    if found.n < FEWEST_OTHERS:
        return (np.nan, np.nan, np.nan, found.n, said)
    return (found.value, found.low, found.high, found.n, said)


def _finding(found: Percentile, is_measured: bool) -> str:
    """Return what can be said of a dimension, or why nothing."""
    status = _status(found, is_measured)
    if status != PLACED:
        return status
    if found.low > 0.5:
        return "upper half"
    return "lower half" if found.high < 0.5 else "cannot be told"


def _status(found: Percentile, is_measured: bool) -> str:
    if not is_measured:
        return "not measured"
    if found.n < FEWEST_OTHERS:
        return (
            f"not testable: {found.n} other clusters, and at least {FEWEST_OTHERS} are needed"
        )
    return PLACED


def _indicator_row(
    indicator: Indicator, score: Score, found: Percentile, said: str, scene: DimensionScene
) -> tuple[object, ...]:
    is_measured = not np.isnan(score.at)
    status = _status(found, is_measured)
    reason = f": {score.reason}" if score.reason else ""
    return (
        indicator.dimension, indicator.name, indicator.unit, score.value, score.low, score.high,
        score.expected, indicator.null, score.n, *_placed(found, said), scene.level,
        indicator.is_counted, f"{status}{reason}",
    )  # fmt: skip
