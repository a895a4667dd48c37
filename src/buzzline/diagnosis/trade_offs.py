"""Do clusters that stand high on one dimension stand low on another, and what does it pay?"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.arrays import Floats, as_floats
from buzzline.diagnosis.dimension_scene import DimensionScene
from buzzline.diagnosis.standings import DIMENSIONS, Measured, sources_of, standing_of
from buzzline.econometrics.inverted_u import two_lines
from buzzline.errors import InvalidArgument
from buzzline.quantities import Draws, Share
from buzzline.resampling import false_discovery_q

NOTHING = (float("nan"),) * 4
P_AT = 6  # column of p
FEWEST_FREE = 8  # clusters beyond what size, age and industry take up
TRADE_SCHEMA = {
    "dimension": pl.String, "other": pl.String, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64, "p": pl.Float64, "q": pl.Float64, "n": pl.Int64,
    "status": pl.String,
}  # fmt: skip
RESPONSE_SCHEMA = {
    "dimension": pl.String, "performance": pl.String, "break_at": pl.Float64,
    "before": pl.Float64, "before_low": pl.Float64, "before_high": pl.Float64,
    "after": pl.Float64, "after_low": pl.Float64, "after_high": pl.Float64,
    "p": pl.Float64, "level": pl.Float64, "n": pl.Int64, "verdict": pl.String,
    "status": pl.String,
}  # fmt: skip


def trade_offs(
    scene: DimensionScene, clusters: Sequence[dict[str, object]], known: Measured
) -> list[tuple[object, ...]]:
    """Return one row a pair of dimensions: their correlation over clusters, net of size.

    What both are read off counts for the first of the pair alone: local and distant shares of
    the same ties, or two measures of the same sizes, would trade off by arithmetic.

    Parameters
    ----------
    scene : DimensionScene
    clusters : sequence of dict
    known : dict of Indicator to value and error, (k,) float64 each
    """
    controls = _controls(scene, clusters)
    rows: list[list[object]] = []
    p_values = []
    for one, other in combinations(DIMENSIONS, 2):
        rng = scene.rng("trade-off", one, other)
        x = standing_of(known, one, besides=frozenset())
        y = standing_of(known, other, besides=sources_of(known, one))
        if x is None or y is None:
            found = (*NOTHING, 0, _why(known, one, other))
        else:
            found = partial_correlation(
                x, y, controls, level=scene.level, draws=scene.draws, rng=rng
            )
        p_values.append(found[3])
        rows.append([one, other, *found[:3], scene.level, found[3], float("nan"), *found[4:]])
    p = as_floats(p_values)
    tested = np.flatnonzero(~np.isnan(p))
    for k, q in zip(tested, false_discovery_q(p[tested]), strict=True):
        rows[k][P_AT + 1] = float(q)
    return [tuple(row) for row in rows]


def _why(known: Measured, one: str, other: str) -> str:
    for dimension in (one, other):
        if standing_of(known, dimension, besides=frozenset()) is None:
            return f"not testable: {dimension} is not measured for enough clusters"
    return "not testable: both are read off the same data"


def partial_correlation(
    x: Floats,
    y: Floats,
    controls: Floats,
    *,
    level: Share = 0.95,
    draws: Draws = 999,
    rng: np.random.Generator,
) -> tuple[float, float, float, float, int, str]:
    """Return the correlation of what controls leave of two variables, with interval and p.

    Parameters
    ----------
    x, y : (n,) float64        rows with a NaN are left out
    controls : (n, c) float64  a constant is added
    level : share
    draws : draws
        Permutations of what the controls leave of y (Freedman and Lane).

    Returns
    -------
    value, low, high, p : float      the interval by Fisher's z
    n : int
    status : str

    References
    ----------
    .. [1] Winkler, A., Ridgway, G., Webster, M., Smith, S., Nichols, T. (2014). Permutation
       inference for the general linear model. NeuroImage 92.
       doi:10.1016/j.neuroimage.2014.01.060

    Examples
    --------
    >>> x = np.arange(40.0)
    >>> found = partial_correlation(x, x + np.cos(7 * x), np.zeros((40, 0)),
    ...                             rng=np.random.default_rng(1))
    >>> found[0] > 0.99, found[3], found[4]
    (True, 0.001, 40)
    """
    known = ~(np.isnan(x) | np.isnan(y) | np.isnan(controls).any(axis=1))
    n = int(known.sum())
    design = np.column_stack([np.ones(n), controls[known]])
    basis = _basis(as_floats(design))
    free = n - basis.shape[1]
    if free < FEWEST_FREE:
        needed = FEWEST_FREE + basis.shape[1]
        return (*NOTHING, n, f"not testable: {n} clusters known on both, {needed} are needed")
    left = [each[known] - basis @ (basis.T @ each[known]) for each in (x, y)]
    if min(float(np.std(each)) for each in left) < 1e-9:
        return (*NOTHING, n, "not testable: size, age and industry tell all of one of them")
    value = _correlated(left[0], left[1])
    shuffled = rng.permuted(np.tile(left[1], (draws, 1)), axis=1)
    shuffled -= (shuffled @ basis) @ basis.T
    chance = shuffled @ left[0] / np.linalg.norm(left[0]) / np.linalg.norm(shuffled, axis=1)
    p = (1 + int((np.abs(chance) >= abs(value) - 1e-12).sum())) / (1 + draws)
    half = float(norm.ppf((1 + level) / 2)) / np.sqrt(free - 2)
    z = np.arctanh(np.clip(value, -1 + 1e-12, 1 - 1e-12))
    return value, float(np.tanh(z - half)), float(np.tanh(z + half)), p, n, "tested"


def _basis(design: Floats) -> Floats:
    """Return an orthonormal basis of the columns, those that repeat others left out."""
    u, s, _ = np.linalg.svd(design, full_matrices=False)
    return as_floats(u[:, s > 1e-9 * s.max()]) if s.size else as_floats(u)


def _correlated(x: Floats, y: Floats) -> float:
    return float(x @ y / np.linalg.norm(x) / np.linalg.norm(y))


def _controls(scene: DimensionScene, clusters: Sequence[dict[str, object]]) -> Floats:
    """Return ln members, mean age where it is known of all, and the industry of clusters."""
    members = [scene.members(cluster) for cluster in clusters]
    columns = [np.log([max(int(each.sum()), 1) for each in members])] if members else []
    opened = scene.scene.organisations["opened"].dt.year().cast(pl.Float64)
    year = opened.fill_null(float("nan")).to_numpy()
    age = [float(np.nanmean(year[each])) if (~np.isnan(year[each])).any() else np.nan
           for each in members]  # fmt: skip
    if age and not np.isnan(age).any():
        columns.append(np.asarray(age))
    industry = np.array([str(cluster["industry"]) for cluster in clusters])
    names, counts = np.unique(industry, return_counts=True)
    columns += [(industry == name).astype(np.float64) for name in names[counts > 1][1:]]
    return as_floats(np.reshape(np.array(columns), (len(columns), len(clusters))).T)


def responses(
    scene: DimensionScene,
    clusters: Sequence[dict[str, object]],
    known: Measured,
    *,
    performance: str | None,
) -> list[tuple[object, ...]]:
    """Return one row a dimension: performance over it, as two lines.

    Parameters
    ----------
    scene : DimensionScene
    clusters : sequence of dict
    known : dict of Indicator to value and error, (k,) float64 each
    performance : str or None
        Indicator of organisations, averaged over members.

    Raises
    ------
    InvalidArgument
        There is no such indicator.
    """
    if performance is None:
        return []
    y = _performance(scene, clusters, performance)
    controls = _controls(scene, clusters)[:, :1]
    rows: list[tuple[object, ...]] = []
    for dimension in DIMENSIONS:
        x = standing_of(known, dimension, besides=frozenset())
        found = two_lines(
            np.full(y.size, np.nan) if x is None else x, y, controls=controls,
            level=scene.level,
        )  # fmt: skip
        rows.append((
            dimension, performance, found.break_at, found.slope_before, found.before_low,
            found.before_high, found.slope_after, found.after_low, found.after_high, found.p,
            scene.level, found.n, found.verdict, found.reason or "tested",
        ))  # fmt: skip
    return rows


def _performance(
    scene: DimensionScene, clusters: Sequence[dict[str, object]], indicator: str
) -> Floats:
    rows = scene.study.outcomes.filter(pl.col("indicator") == indicator)
    if not rows.height:
        known = ", ".join(scene.study.outcomes["indicator"].unique().sort()) or "none"
        raise InvalidArgument(
            f"five_dimensions: `outcomes` has no indicator {indicator!r}; there are {known}."
        )
    mean = rows.group_by("unit_id").agg(pl.col("value").mean())
    joined = scene.scene.organisations.select("org_id").join(
        mean, left_on="org_id", right_on="unit_id", how="left", validate="1:1",
        maintain_order="left",
    )["value"]  # fmt: skip
    value = joined.fill_null(float("nan")).to_numpy()
    direct = dict(mean.iter_rows())
    found = []
    for cluster in clusters:
        own = value[scene.members(cluster)]
        of_members = float(np.nanmean(own)) if (~np.isnan(own)).any() else float("nan")
        found.append(direct.get(str(cluster["cluster_id"]), of_members))
    return as_floats(found)
