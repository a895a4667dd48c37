"""One pair of sibling clusters in one layer: separate, not separate, or not testable."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, inf, isfinite, log, sqrt
from typing import Literal

import numpy as np
from scipy.stats import norm

from buzzline.arrays import as_indices
from buzzline.clusters.expected_ties import Fall, PairDistances, pair_distances
from buzzline.clusters.pair_ties import Cut
from buzzline.clusters.separation_measures import (
    PairOdds,
    counted_cells,
    ei_against_blocks,
    pair_cells,
    pair_odds,
)
from buzzline.clusters.spatial_modularity import (
    Modularity,
    modularity_against_gravity,
    reach_of_pair,
)
from buzzline.power import moves_needed
from buzzline.quantities import Draws, Ratio, Share

Separateness = Literal["separate", "not separate", "not testable"]
FEWEST_TIES = 10  # in and between the two, below which no verdict is tried
NO_TIES = "no ties of this layer"


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """What a verdict is held to: level, smallest ratio one would not overlook, draws."""

    level: Share
    ratio: Ratio
    draws: Draws


def pair_row(
    cut: Cut, fall: Fall | str, *, terms: Terms, rng: np.random.Generator
) -> dict[str, object]:
    """Return the row of one pair in one layer.

    Parameters
    ----------
    cut : Cut
        Of the layer.
    fall : Fall or str
        How ties of this layer fall with distance, or why that is not known.
    terms : Terms
    rng : Generator
    """
    ties, member, size = cut.ties, cut.member, cut.size
    cell = pair_cells(ties, member)
    counts = counted_cells(ties, cell)
    n = float(counts.sum())
    inward = ei_against_blocks(ties, member, draws=terms.draws if n else 0, rng=rng)
    row: dict[str, object] = {
        "n_within": float(counts[:2].sum()), "n_between": float(counts[2:].sum()), "n": n,
        "ei": inward.value, "ei_expected": inward.expected, "ei_p": inward.p,
    }  # fmt: skip
    rows = as_indices(np.flatnonzero(member == 0)), as_indices(np.flatnonzero(member == 1))
    distances = pair_distances(cut.ground, size if n else np.ones(member.size), rows)
    odds = pair_odds(ties, cell)
    elasticity = fall.elasticity if isinstance(fall, Fall) else 0.0
    needed = _needed(distances, elasticity, odds, terms)
    row |= {"n_needed": needed, "design_effect": odds.design_effect}
    if isinstance(fall, str) or n < FEWEST_TIES or not isfinite(distances.log_odds(elasticity)):
        return row | {"verdict": "not testable", "reason": _reason(fall, n, needed, terms)}
    reach = reach_of_pair(distances, fall.elasticity)
    beyond = modularity_against_gravity(
        ties, member, reach, fall=fall, draws=terms.draws, rng=rng
    )
    row |= modularity_cells(beyond)
    return row | _separation(distances, fall, odds, (n, needed), terms)


def modularity_cells(found: Modularity) -> dict[str, object]:
    """Return a spatially corrected modularity as cells of a row."""
    return {
        "modularity": found.value, "modularity_expected": found.expected,
        "modularity_p": found.p,
    }  # fmt: skip


def _separation(
    distances: PairDistances,
    fall: Fall,
    odds: PairOdds,
    n_and_needed: tuple[float, int | None],
    terms: Terms,
) -> dict[str, object]:
    n, needed = n_and_needed
    expected = distances.log_odds(fall.elasticity)
    value = odds.value - expected
    spread = sqrt(odds.variance + distances.slope(fall.elasticity) ** 2 * fall.variance)
    reach = float(norm.ppf((1 + terms.level) / 2)) * spread
    verdict, reason = verdict_of(value, reach, n=n, needed=needed, ratio=terms.ratio)
    return {
        "value": value, "low": value - reach, "high": value + reach,
        "p": float(2 * norm.sf(abs(value) / spread)), "observed_log_odds": odds.value,
        "expected_log_odds": expected, "elasticity": fall.elasticity,
        "fitted_to": fall.fitted_to, "verdict": verdict, "reason": reason,
    }  # fmt: skip


def verdict_of(
    value: float, reach: float, *, n: float, needed: int | None, ratio: Ratio
) -> tuple[Separateness, str]:
    """Return the verdict on a separation, and its reason where nothing can be said.

    Parameters
    ----------
    value, reach : float
        Log odds ratio net of size and distance, and half of its interval.
    n : float
        Ties it comes from.
    needed : int or None
        Ties that would show `ratio` times as many within as between.

    Examples
    --------
    >>> verdict_of(1.4, 0.6, n=90, needed=74, ratio=2)
    ('separate', '')
    >>> verdict_of(0.2, 0.6, n=90, needed=74, ratio=2)
    ('not separate', '')
    >>> verdict_of(1.0, 1.6, n=20, needed=74, ratio=2)[1]
    'only 20 ties in or between the two; about 74 would show 2 times as many within'
    """
    if value - reach > 0:
        return "separate", ""
    if n >= (needed or inf) or value + reach < 2 * log(ratio):
        return "not separate", ""
    return "not testable", _too_few(n, needed, ratio)


def _reason(fall: Fall | str, n: float, needed: int | None, terms: Terms) -> str:
    if n < FEWEST_TIES:
        return _too_few(n, needed, terms.ratio)
    if isinstance(fall, str):
        return f"how ties fall with distance is not known: {fall}"
    return "fewer than two members of a cluster have ties and coordinates"


def _too_few(n: float, needed: int | None, ratio: Ratio) -> str:
    said = f"only {n:,.0f} ties in or between the two"
    if needed is None:
        return said
    return f"{said}; about {needed:,} would show {ratio:g} times as many within"


def _needed(
    distances: PairDistances, elasticity: float, odds: PairOdds, terms: Terms
) -> int | None:
    if terms.ratio in (0, 1):
        return None
    cells = distances.expected(elasticity)
    needed = moves_needed(terms.ratio, expected=cells.tolist(), level=terms.level)
    return None if needed is None else ceil(needed * odds.design_effect)
