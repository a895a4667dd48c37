"""The rows of tie formation: one a layer and kind of nearness."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
from scipy.stats import norm

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.econometrics.tie_permutation import permutation_p
from buzzline.econometrics.tie_population import could_tie
from buzzline.errors import NotConverged
from buzzline.linkages.pair_errors import (
    PairRows,
    pair_variance,
    reach,
    two_sided_p,
    worth_of_organisations,
)
from buzzline.linkages.pair_logit import LogitFit, grouped_logit, varying
from buzzline.linkages.pair_sampling import SampledPairs, sampled_pairs, sharing_pairs
from buzzline.linkages.proximities import ACTIVITY, SIZE, Measure, Proximities, proximities
from buzzline.linkages.tied_pairs import tied_pairs
from buzzline.quantities import Count, Share
from buzzline.randomness import child
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study

FEWEST_TIES = 30
FEWEST_EITHER = 5  # ties and other pairs with and without something that is or is not
SMALLEST_ODDS = 2.0  # ratio of interest, for what ties are needed
POWER = 0.8
CONTROLS = {SIZE: ("larger", "smaller"), ACTIVITY: ("better known", "less known")}
Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of each layer."""

    level: Share
    draws: int
    most_ties: Count
    seed: int


def layer_rows(study: Study, layer: str, asked: Asked) -> list[Row]:
    """Return one row a kind of nearness of one layer.

    Parameters
    ----------
    study : Study
    layer : str
    asked : Asked
    """
    near = proximities(study, layer)
    ties = tied_pairs(study, [layer])
    holds = np.zeros(study.organisations.height, np.bool_)
    holds[ties.one] = holds[ties.other] = True
    among, who = could_tie(study, layer, near)
    pairs = sampled_pairs(
        ties, among, sharing_pairs(near.owner, near.social), most=asked.most_ties,
        rng=child(asked.seed, "pairs", layer),
    )  # fmt: skip
    shared: Row = {
        "layer": layer, "level": asked.level, "n": pairs.n_tied, "n_pairs": pairs.n_pairs,
        "n_organisations": pairs.n_organisations,
        "among": who, "covered": float((holds & among).sum()) / max(int(holds.sum()), 1),
    }  # fmt: skip
    few = (
        f"{pairs.n_tied} ties between organisations of which all is known, at least "
        f"{FEWEST_TIES} needed"
    )
    if pairs.n_tied < FEWEST_TIES or pairs.tied.all():
        reason = few if pairs.n_tied < FEWEST_TIES else "every pair is tied"
        return [_not_measured(shared, one, one.reason or reason) for one in near.measures]
    return _fitted_rows(near, pairs, shared, asked)


def _not_measured(shared: Row, measure: Measure, reason: str) -> Row:
    return shared | {"dimension": measure.dimension, "measured_by": measure.measured_by,
                     "verdict": "not testable", "reason": reason}  # fmt: skip


def _fitted_rows(
    near: Proximities, pairs: SampledPairs, shared: Row, asked: Asked
) -> list[Row]:
    x = near.of(pairs.one, pairs.other)
    population = as_floats(1 / pairs.taken)
    why = [_one_sided(column, pairs) for column in x.T]
    usable = [k for k, reason in enumerate(why) if not reason]
    kept = [usable[k] for k in varying(x[:, usable], np.zeros(pairs.one.size, np.int64))]
    for same in set(usable) - set(kept):
        why[same] = "it does not vary beyond what other kinds of nearness say"
    fit: LogitFit | None = None
    p = np.full(len(kept), np.nan)
    if kept:
        try:
            fit = _fit(x[:, kept], pairs)
            p = _permuted(near, pairs, kept, population=population, asked=asked)
        except NotConverged as error:
            fit = None
            why = [reason or str(error).partition(": ")[2] for reason in why]
    found = []
    place = {measure: number for number, measure in enumerate(near.measured)}
    for measure in near.measures:
        k = place.get(measure)
        if k is None or fit is None or k not in kept:
            reason = measure.reason or (why[k] if k is not None else "")
            found.append(
                _not_measured(shared, measure, reason) | _means(x, pairs, k, population)
            )
            continue
        at = kept.index(k)
        row = shared | _means(x, pairs, k, population) | _cells(fit, at, pairs, asked)
        found.append(_judged(row, measure, float(p[at]), asked))
    return found


def _one_sided(column: Floats, pairs: SampledPairs) -> str:
    """Say why something that is or is not cannot be told from how ties are."""
    if np.unique(column).size > 2:
        return ""
    has = column == column.max()
    counts = [int((pairs.tied & has).sum()), int((pairs.tied & ~has).sum()),
              int((~pairs.tied & has).sum()), int((~pairs.tied & ~has).sum())]  # fmt: skip
    if min(counts) >= FEWEST_EITHER:
        return ""
    if not has.any() or has.all():
        return "it is the same for all pairs"
    return (
        f"{counts[0]:,} of {int(pairs.tied.sum()):,} ties have it and {counts[2]:,} of "
        f"{int((~pairs.tied).sum()):,} other pairs looked at: at least {FEWEST_EITHER} of each "
        "needed"
    )


def _fit(x: Floats, pairs: SampledPairs) -> LogitFit:
    return grouped_logit(
        as_floats(pairs.tied), x, np.zeros(pairs.one.size, np.int64), offset=pairs.offset
    )


def _permuted(
    near: Proximities, pairs: SampledPairs, kept: list[int], *, population: Floats, asked: Asked
) -> Floats:
    if not asked.draws:
        return np.full(len(kept), np.nan)
    rows, place = np.unique(np.concatenate([pairs.one, pairs.other]), return_inverse=True)
    one, other = np.split(as_indices(place), 2)

    def nearness(first: Indices, second: Indices) -> Floats:
        return near.of(as_indices(rows[first]), as_indices(rows[second]))[:, kept]

    return permutation_p(
        (one, other), as_floats(pairs.tied), nearness, offset=pairs.offset,
        population=population, draws=asked.draws, rng=child(asked.seed, "dealt"),
    )  # fmt: skip


def _means(x: Floats, pairs: SampledPairs, k: int | None, population: Floats) -> Row:
    if k is None:
        return {}
    others = ~pairs.tied
    return {
        "mean_of_ties": float(x[pairs.tied, k].mean()),
        "mean_of_others": float(np.average(x[others, k], weights=population[others])),
    }


def _cells(fit: LogitFit, at: int, pairs: SampledPairs, asked: Asked) -> Row:
    rows = PairRows(pairs.one, pairs.other, pairs.record_row, pairs.record)
    influence = fit.influence
    variance = float(pair_variance(influence, rows)[at, at])
    spread, degrees = np.sqrt(variance), worth_of_organisations(influence[:, at], rows) - 1
    value, half = float(fit.coefficient[at]), reach(spread, degrees, asked.level)
    z = norm.ppf((1 + asked.level) / 2) + norm.ppf(POWER)
    independent = float(influence[:, at] @ influence[:, at])
    return {
        "value": value, "low": value - half, "high": value + half,
        "odds": float(np.exp(value)), "p": two_sided_p(value, spread, degrees),
        "design_effect": variance / independent,
        "n_needed": ceil(pairs.n_tied * (z * spread / np.log(SMALLEST_ODDS)) ** 2),
    }  # fmt: skip


def _judged(row: Row, measure: Measure, p: float, asked: Asked) -> Row:
    row |= {"dimension": measure.dimension, "measured_by": measure.measured_by, "p_dealt": p}
    few = too_few_draws(asked.draws, asked.level)
    if few:
        return row | {"verdict": "not testable", "reason": few}
    low, high = row["low"], row["high"]
    assert isinstance(low, float)
    assert isinstance(high, float)
    if p > 1 - asked.level or low <= 0 <= high:
        return row | {"verdict": "cannot tell"}
    if measure.dimension in CONTROLS:
        more, less = CONTROLS[measure.dimension]
        return row | {"verdict": f"the {more if low > 0 else less} tie more"}
    return row | {"verdict": "the nearer tie more" if low > 0 else "the farther tie more"}
