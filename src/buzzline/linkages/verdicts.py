"""From observed and expected counts to a verdict, or to how many links one would need."""

from __future__ import annotations

from dataclasses import dataclass
from math import log

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.linkages.scale_readings import (
    MOST,
    NOTABLE,
    Seen,
    Verdict,
    commonest,
    held_against,
    log_ratios,
    read_scale,
)
from buzzline.power import links_needed
from buzzline.quantities import Share

__all__ = [
    "NOTABLE",
    "Compared",
    "Counted",
    "compare",
    "deviance",
    "drawn_ends",
    "drawn_under",
    "effective_ties",
    "interval_around",
    "jensen_shannon",
    "links_for",
    "links_for_a_halving",
    "log_ratios",
    "overdispersion",
]

LEAST_CONCENTRATION = 0.05  # of a Dirichlet: nearly every draw falls on one scale


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Tie ends of a cluster at each scale.

    Attributes
    ----------
    observed : (4,) float64   tie ends; a tie between two members is two local ends. Weighed
                              ties: as many as their effective number
    internal : float          ties between two members
    effective : float         independent ties they are worth, at most `n_ties`
    """

    observed: Floats
    internal: float
    effective: float

    @property
    def n_ties(self) -> float:
        """Ties with at least one end in the cluster."""
        return float(self.observed.sum() - self.internal)

    @property
    def design_effect(self) -> float:
        """How many ties carry what one independent tie would, at least 1."""
        return max(1.0, self.n_ties / max(self.effective, 1e-9))


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Observed against expected at each scale.

    Attributes
    ----------
    expected, log_ratio, low, high, p : (4,) float64
        `low` and `high` are NaN at a scale where nothing could be expected.
    log_odds, odds_low, odds_high : (4,) float64
        Log ratio of the odds against all other scales where more than half of all ties are
        expected, else NaN.
    n_needed : tuple of int or None
        Ties that would show a halving, the design effect included.
    verdict : tuple[Verdict, ...]
    reason : tuple of str
        Why there are not enough links; empty where there are.
    """

    expected: Floats
    log_ratio: Floats
    low: Floats
    high: Floats
    p: Floats
    log_odds: Floats
    odds_low: Floats
    odds_high: Floats
    n_needed: tuple[int | None, ...]
    verdict: tuple[Verdict, ...]
    reason: tuple[str, ...]


def deviance(observed: Floats, expected: Floats) -> Floats:
    """Return G2 = 2 sum O ln(O / E) over the last axis.

    Examples
    --------
    >>> float(deviance(np.array([62., 6, 10, 2]), np.array([38., 14, 16, 12])).round(3))
    33.969
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(observed > 0, observed * np.log(observed / expected), 0.0)
    return np.asarray(2 * terms.sum(axis=-1), dtype=np.float64)


def jensen_shannon(observed: Floats, expected: Floats) -> float:
    """Return the Jensen-Shannon divergence of two compositions [bits], between 0 and 1.

    Examples
    --------
    >>> jensen_shannon(np.array([1.0, 0.0]), np.array([0.0, 1.0]))
    1.0
    """
    p, q = observed / observed.sum(), expected / expected.sum()
    mean = (p + q) / 2
    return float((deviance(p, mean) + deviance(q, mean)) / (4 * log(2)))


def drawn_ends(counted: Counted, draws: int, rng: np.random.Generator) -> Floats:
    """Draw tie ends at each scale from what the ties counted say of their true shares. (d, 4).

    Shares are drawn from a Dirichlet distribution with Jeffreys' prior, the number of ties
    reduced to the effective one. Drawing counts again instead would take a scale without ties
    for one that cannot have any.
    """
    ties = _distinct(counted)
    weight = rng.standard_gamma(ties / counted.design_effect + 0.5, size=(draws, ties.size))
    return _ends(as_floats(weight / weight.sum(axis=1, keepdims=True) * ties.sum()))


def drawn_under(shares: Floats, counted: Counted, rng: np.random.Generator) -> Floats:
    """Draw tie ends at each scale when expected shares (d, 4) were true. (d, 4)."""
    ends = max(float(counted.observed[0]), 1e-9)
    inside = 2 * counted.internal / ends  # share of local ends whose tie is between members
    split = np.column_stack(
        [shares[:, 0] * inside / 2, shares[:, 0] * (1 - inside), shares[:, 1:]]
    )
    return _ends(_draw_compositions(as_floats(split), counted, rng))


def compare(
    counted: Counted,
    share: Floats,
    *,
    share_draws: Floats,
    observed_draws: Floats,
    level: Share = 0.95,
) -> Compared:
    """Compare observed tie ends with expected shares, with interval, power and verdict.

    Parameters
    ----------
    share : (4,) float64
        Expected share at each scale.
    share_draws, observed_draws : (d, 4) float64
        Replicates of the expected shares and of the observed tie ends.
    level : share
    """
    total = float(counted.observed.sum())
    observed, expected = as_floats(counted.observed[None]), as_floats(share * total)[None]
    replicates = log_ratios(observed_draws, share_draws * total)
    ratio = log_ratios(observed, expected)[0]
    bounds = interval_around(ratio, replicates, level)
    below = (1 + (replicates <= 0).sum(axis=0)) / (1 + len(replicates))
    above = (1 + (replicates >= 0).sum(axis=0)) / (1 + len(replicates))
    p = np.minimum(1.0, 2 * np.minimum(below, above))
    possible = share > 0  # where nothing could be expected there is nothing to compare
    low, high = (as_floats(np.where(possible, end, np.nan)) for end in bounds)
    reading = held_against(observed, expected, share)[0]
    seen, surely = (
        interval_around(reading, held_against(observed_draws, as_floats(drawn), share), level)
        for drawn in (share_draws * total, expected)
    )
    needed = tuple(links_for_a_halving(float(s), counted.design_effect) for s in share)
    said = []
    for s in range(share.size):
        ends, read, sure = ((float(x[s]), float(y[s])) for x, y in ((low, high), seen, surely))
        scale = Seen(float(share[s]), ends, read, sure, counted.n_ties, needed[s])
        said.append(read_scale(scale, draws=len(replicates), level=level))
    odds = [as_floats(np.where(commonest(share), x, np.nan)) for x in (reading, *seen)]
    return Compared(
        expected[0], ratio, low, high, as_floats(np.where(possible, p, 1)), odds[0], odds[1],
        odds[2], needed, tuple(verdict for verdict, _ in said),
        tuple(reason for _, reason in said),
    )  # fmt: skip


def interval_around(value: Floats, replicates: Floats, level: Share) -> tuple[Floats, Floats]:
    """Return the central share `level` of replicates (d, ...), stretched to hold the value.

    Where nothing was counted, draws of what is possible all lie above it.
    """
    tail = (1 - level) / 2
    low, high = np.quantile(replicates, [tail, 1 - tail], axis=0)
    return as_floats(np.minimum(low, value)), as_floats(np.maximum(high, value))


def overdispersion(counts: Floats) -> float:
    """Return the design effect of tie ends being bundled by organisation.

    Pearson chi-square of homogeneity over its degrees of freedom, at least 1.

    Parameters
    ----------
    counts : (m, 4) float64
        Tie ends of each member at each scale.

    Examples
    --------
    >>> overdispersion(np.array([[10.0, 0, 0, 0], [0, 10.0, 0, 0]]))
    20.0
    """
    used = counts[:, counts.sum(axis=0) > 0]
    used = used[used.sum(axis=1) > 0]
    freedom = (used.shape[0] - 1) * (used.shape[1] - 1)
    if freedom < 1:
        return 1.0
    expected = np.outer(used.sum(axis=1), used.sum(axis=0)) / used.sum()
    return max(1.0, float(((used - expected) ** 2 / expected).sum() / freedom))


def links_for(share: float, factor: float, design_effect: float) -> int | None:
    """Return how many ties would show that a scale has its expected share times a factor.

    None where no number would, or the factor leaves no share: nothing expected, nothing else
    expected, or more than everything.

    Examples
    --------
    >>> links_for(0.10, 0.5, 1.0), links_for(0.10, 0.5, 2.0), links_for(0.6, 2.0, 1.0)
    (231, 462, None)
    """
    if not 1e-6 < share < 1 - 1e-9 or share * factor >= 1:
        return None
    rounded = float(f"{share:.3g}")  # beyond, the answer hardly moves, and it takes long
    if not rounded * factor < 1 or rounded == 1:
        return None
    needed = links_needed(rounded, rounded * factor)
    return None if needed is None else int(np.ceil(needed * design_effect))


def links_for_a_halving(share: float, design_effect: float) -> int | None:
    """Return how many ties would show a halving: of a share, or above one half of its odds.

    Examples
    --------
    >>> links_for_a_halving(0.10, 1.0), links_for_a_halving(0.8, 1.0)
    (231, 85)
    """
    return links_for(share, 0.5 if share <= MOST else 1 / (2 - share), design_effect)


def effective_ties(bundles: Floats, weight: Floats) -> float:
    """Return how many independent ties bundled and weighed ties are worth.

    With r the correlation within bundles, 1 / ((1 - r) sum w^2 + r sum W^2), w the shares of
    ties and W those of bundles; without bundles 1 / sum w^2. r is estimated from how far the
    compositions of bundles scatter (Pearson's chi-square against its expectation under a
    Dirichlet-multinomial).

    Parameters
    ----------
    bundles : (m, 4) float64
        Tie ends of each bundle at each scale.
    weight : (m, 2) float64
        Sum of the weights of each bundle, and of their squares.

    Examples
    --------
    >>> two = np.array([[10.0, 0], [0, 10.0]])
    >>> effective_ties(two, np.array([[10.0, 10.0], [10.0, 10.0]]))
    2.0
    """
    whole = weight[:, 0].sum()
    if whole <= 0:
        return 0.0
    r = _within(bundles)
    squares = (1 - r) * weight[:, 1].sum() + r * (weight[:, 0] ** 2).sum()
    return float(whole**2 / squares)


def _within(bundles: Floats) -> float:
    """Return the correlation of the scales of ties in one bundle, 0 to 1."""
    used = bundles[:, bundles.sum(axis=0) > 0]
    used = used[used.sum(axis=1) > 0]
    size = used.sum(axis=1)
    if used.shape[1] < 2 or used.shape[0] < 2:
        return 0.0
    expected = np.outer(size, used.sum(axis=0)) / size.sum()
    chi_square = float(((used - expected) ** 2 / expected).sum()) / (used.shape[1] - 1)
    room = float(((1 - size / size.sum()) * (size - 1)).sum())
    if room <= 0:
        return 0.0
    return float(min(1.0, max(0.0, (chi_square - (used.shape[0] - 1)) / room)))


def _distinct(counted: Counted) -> Floats:
    """Return ties between members, other local, regional, national and global ties. (5,)."""
    local = max(float(counted.observed[0]) - 2 * counted.internal, 0.0)
    return as_floats([counted.internal, local, *counted.observed[1:]])


def _ends(ties: Floats) -> Floats:
    return as_floats(np.column_stack([2 * ties[:, 0] + ties[:, 1], ties[:, 2:]]))


def _draw_compositions(weight: Floats, counted: Counted, rng: np.random.Generator) -> Floats:
    """Draw as many ties as there are from each row of weights (d, m), bundled as they are."""
    n, design_effect = max(round(counted.n_ties), 1), counted.design_effect
    share = weight / weight.sum(axis=1, keepdims=True)
    if design_effect <= 1:
        return as_floats(rng.multinomial(n, share))
    concentration = max((n - design_effect) / (design_effect - 1), LEAST_CONCENTRATION)
    shares = rng.gamma(np.maximum(share * concentration, 1e-12))
    totals = shares.sum(axis=1, keepdims=True)
    shares = np.where(totals > 0, shares / np.where(totals > 0, totals, 1), share)
    return as_floats(rng.multinomial(n, shares))
