"""How sure is a location quotient, when jobs come in plants?

Jobs are not drawn one by one: a plant settles or does not, with all its jobs. So the unit of
sampling is the plant. A cell of k plants whose sizes have squared coefficient of variation d
carries as much information as k / (1 + d) equal plants: its *effective plants*. With counts of
establishments every plant weighs the same, d = 0, and what follows is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtrik, betainc, fdtri, ndtri

from buzzline.agglomeration.checks import as_jobs, same_shape
from buzzline.arrays import Floats
from buzzline.quantities import Share

# Dispersion of one industry is drawn towards the median of all as if that were seen in ten
# further places: with five plants the industry's own figure says next to nothing.
PRIOR_PLACES = 10.0


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """What the cells are shares of.

    Attributes
    ----------
    place : (r,) float64       jobs (or establishments) of each place
    industry : (s,) float64    of each industry
    everything : float         of all places and industries
    """

    place: Floats
    industry: Floats
    everything: float


def totals_of(employment: Floats) -> Totals:
    """Return the sums of the known cells; NaN (not known) is in none of them.

    Parameters
    ----------
    employment : (r, s) float64 [jobs or establishments]

    Raises
    ------
    InvalidArgument
        A cell is negative.
    """
    known = np.nan_to_num(as_jobs(employment, "location_quotients", "employment"))
    return Totals(known.sum(axis=1), known.sum(axis=0), float(known.sum()))


def size_dispersion(jobs: Floats, establishments: Floats) -> Floats:
    """Return the squared coefficient of variation of plant sizes, an industry at a time.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
    establishments : (r, s) float64 [count]

    Returns
    -------
    (s,) float64 [ratio]
        0 where plants are alike. NaN where no industry has plants in two places.

    Notes
    -----
    Only cells are known, so the spread of plants is read off the spread of cell means: with
    k plants and mean size m in each of R places, Σ k (m - M)² / (R - 1) estimates the variance
    of plant sizes, whatever k. Places whose plants are truly larger add to it, which makes
    intervals wider, not narrower.
    """
    known = np.isfinite(jobs) & (np.nan_to_num(establishments) > 0)
    plants = np.where(known, establishments, 0.0)
    held = np.where(known, jobs, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = held.sum(axis=0) / plants.sum(axis=0)
        size = np.where(known, held / plants, 0.0)
        places = known.sum(axis=0) - 1.0
        own = (plants * (size - mean) ** 2).sum(axis=0) / places / mean**2
    return _towards_median(own, np.where(np.isfinite(own), places, 0.0))


def _towards_median(own: Floats, weight: Floats) -> Floats:
    seen = own[np.isfinite(own)]
    if not seen.size:
        return np.full_like(own, np.nan)
    typical = float(np.median(seen))
    drawn = weight * np.where(np.isfinite(own), own, typical) + PRIOR_PLACES * typical
    return np.asarray(drawn / (weight + PRIOR_PLACES))


def effective_plants(establishments: Floats, dispersion: Floats) -> Floats:
    """Return how many equal plants would tell as much: k / (1 + d).

    Parameters
    ----------
    establishments : (r, s) float64 [count]
    dispersion : (s,) float64 [ratio]
        Of plant sizes; 0 when establishments are counted.
    """
    return np.asarray(establishments / (1 + dispersion))


def quotient_interval(
    amount: Floats, plants: Floats, totals: Totals, *, level: Share = 0.95
) -> tuple[Floats, Floats]:
    """Return an interval for each location quotient.

    Parameters
    ----------
    amount : (r, s) float64 [jobs or establishments]
    plants : (r, s) float64
        Effective plants of each cell; NaN where not known, and then there is no interval.
    totals : Totals
    level : share

    Returns
    -------
    low, high : (r, s) float64 [ratio]
        A cell without plants has low = 0 and a high end: none was seen, but some could be.

    Notes
    -----
    A quotient is π / w with π the place's share of the industry and w its share of everything
    (or, the same, the industry's share of the place over its share of everything). The odds of
    π are a ratio of two (scaled) Poisson counts, the cell and the rest, for which Clopper and
    Pearson's interval is exact: quantiles of F with twice the effective plants as degrees of
    freedom. By the delta method over the four cells the quotient varies less (the cell is part
    of the place) or more (the other plants are a draw too) than that share: less, and both
    counts are raised in proportion; more, and the further variance of the logarithm is added
    to both ends [2]_. Where every
    plant weighs the same it covers at least `level`; of skewed plants 0.945 to 0.99 for a
    level of 0.95, the least where three to five plants are expected (`tests/agglomeration`).

    References
    ----------
    .. [1] Clopper, C. J., Pearson, E. S. (1934). The use of confidence or fiducial limits.
       Biometrika 26(4). doi:10.1093/biomet/26.4.404
    .. [2] Zou, G. Y., Donner, A. (2008). Construction of confidence limits about effect
       measures: a general approach. Statistics in Medicine 27(10). doi:10.1002/sim.3095
    .. [3] Moineddin, R., Beyene, J., Boyle, E. (2003). On the location quotient confidence
       interval. Geographical Analysis 35(3). doi:10.1111/j.1538-4632.2003.tb01112.x
    """
    amount, plants = _cells(amount, plants, totals, "quotient_interval")
    in_place = _place_share(totals)
    empty = (np.nan_to_num(plants) <= 0) | (amount <= 0)
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        (cell, rest, odds), even, further = _two_counts(
            amount, np.where(empty, np.nan, plants), totals
        )
        low, high = _share_interval(cell, rest, odds, tail)
        share = np.where(rest > 0, odds / (1 + odds), 1.0)
        half = ndtri(1 - tail) ** 2 * further
        low = share / even * np.exp(-np.sqrt(np.log(share / low) ** 2 + half))
        high = share / even * np.exp(np.sqrt(np.log(high / share) ** 2 + half))
        none = _unseen(amount, plants, totals, tail) / in_place
    known = np.isfinite(amount) & np.isfinite(plants)
    known &= (totals.place[:, None] > 0) & (totals.industry > 0)
    low = np.where(known, np.where(empty, 0.0, low), np.nan)
    high = np.where(known, np.where(empty, none, high), np.nan)
    return low, high


def _cells(amount: Floats, plants: Floats, totals: Totals, where: str) -> tuple[Floats, Floats]:
    """Return amounts and plants of cells, held to each other and to the totals."""
    cells, counts = as_jobs(amount, where, "amount"), as_jobs(plants, where, "plants")
    same_shape(where, amount=cells, plants=counts)
    as_jobs(totals.place, where, "totals.place", axes=1, n=cells.shape[0])
    as_jobs(totals.industry, where, "totals.industry", axes=1, n=cells.shape[1])
    return cells, counts


def _place_share(totals: Totals) -> Floats:
    """Return the share of each place in everything, (r, 1); NaN where there is nothing."""
    everything = totals.everything if totals.everything > 0 else np.nan
    return np.asarray(totals.place[:, None] / everything)


def _share_interval(
    cell: Floats, rest: Floats, odds: Floats, tail: float
) -> tuple[Floats, Floats]:
    """Return Clopper and Pearson's interval of a share, continued to fractions of a count."""
    low = odds * rest / (rest + 1) * fdtri(2 * cell, 2 * rest + 2, tail)
    high = odds * (cell + 1) / cell * fdtri(2 * cell + 2, 2 * rest, 1 - tail)
    low, high = low / (1 + low), high / (1 + high)
    all_of_it = np.isfinite(cell) & ~(np.isfinite(rest) & (rest > 0))
    return np.where(all_of_it, tail ** (1 / cell), low), np.where(all_of_it, 1.0, high)


def _two_counts(
    amount: Floats, plants: Floats, totals: Totals
) -> tuple[tuple[Floats, Floats, Floats], Floats, Floats]:
    """Return counts of cell and rest with their odds, the even share, and what is left.

    The rest is the place's other industries or the industry elsewhere, whichever is less: near
    its largest possible value a quotient varies with that one. What is left is the variance of
    the logarithm of the quotient that the two counts do not explain.
    """
    place, industry = totals.place[:, None], totals.industry
    everything = np.float64(totals.everything)  # divides by zero without an exception
    spread = amount**2 / plants
    in_place, in_industry, in_all = _totalled(spread, amount, totals)
    beside, far = np.maximum(in_place - spread, 0.0), np.maximum(in_industry - spread, 0.0)
    # Gradients of the logarithm of the quotient by the four cells of the two-way table.
    whole = (
        spread * (1 / amount - 1 / place - 1 / industry + 1 / everything) ** 2
        + beside * (1 / everything - 1 / place) ** 2
        + far * (1 / everything - 1 / industry) ** 2
        + np.maximum(in_all - in_place - in_industry + spread, 0.0) / everything**2
    )
    inward = np.broadcast_to(industry > place, amount.shape)
    total = np.where(inward, place, industry)
    rest, spread_of_rest = total - amount, np.where(inward, beside, far)
    alone = (rest / total) ** 2 / plants + spread_of_rest / total**2
    factor = np.where((alone > 0) & (whole > 0), np.minimum(whole / alone, 1.0), 1.0)
    counts = plants / factor, rest**2 / spread_of_rest / factor, amount / rest
    even = np.where(inward, industry, place) / everything
    return counts, even, np.maximum(whole - alone, 0.0)


def _totalled(spread: Floats, amount: Floats, totals: Totals) -> tuple[Floats, Floats, float]:
    """Return variances of the totals; what is not known is taken to vary like what is."""
    known = np.where(np.isfinite(spread), amount, 0.0)
    seen = np.nan_to_num(spread)

    def scaled(axis: int | None, total: Floats | float) -> Floats:
        held = known.sum(axis=axis)
        return np.asarray(seen.sum(axis=axis) * np.where(held > 0, total / held, 1.0))

    place = scaled(1, totals.place)[:, None]
    return place, scaled(0, totals.industry), float(scaled(None, totals.everything))


def _unseen(amount: Floats, plants: Floats, totals: Totals, tail: float) -> Floats:
    """Return the largest share of an industry that may be there although no plant is seen."""
    seen = np.isfinite(amount) & (np.nan_to_num(plants) > 0)
    n = np.where(seen, plants, 0.0).sum(axis=0)
    held = np.where(seen, amount, 0.0).sum(axis=0)
    n_all = n * np.where(held > 0, totals.industry / held, 1.0)
    return np.asarray(1 - tail ** (1 / np.maximum(n_all, 1.0)))


def evenness_p(amount: Floats, plants: Floats, totals: Totals) -> Floats:
    """Return two-sided p-values of 'the industry is spread like everything else'.

    Parameters
    ----------
    amount : (r, s) float64 [jobs or establishments]
    plants : (r, s) float64
        Effective plants of each cell.
    totals : Totals

    Returns
    -------
    (r, s) float64 [share]

    Notes
    -----
    Under the null each plant of an industry settles in a place with the probability of the
    place's share of everything, w, taken as given. An industry with jobs X and Σ size² = Q has
    n = X² / Q effective plants, of which the place holds πn: a binomial tail, continued to
    fractions by the incomplete beta function. Exact for counts, and conservative as exact tests
    of counts are; conservative for jobs (`tests/agglomeration`).
    """
    amount, plants = _cells(amount, plants, totals, "evenness_p")
    at_least, at_most = tails(amount, plants, totals)
    return np.asarray(np.minimum(1.0, 2 * np.minimum(at_least, at_most)))


def tails(amount: Floats, plants: Floats, totals: Totals) -> tuple[Floats, Floats]:
    """Return the probabilities of a share at least, and at most, as large by chance."""
    n = industry_plants(amount, plants, totals)
    in_place = np.clip(_place_share(totals), 0.0, 1.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        count = np.clip(amount / totals.industry, 0.0, 1.0) * n
        rest = np.maximum(n - count, 0.0)
        at_least = np.where(
            count > 0, betainc(np.maximum(count, 1e-9), rest + 1, in_place), 1.0
        )
        at_most = 1 - betainc(count + 1, np.maximum(rest, 1e-9), in_place)
        at_most = np.where(rest > 1e-9, at_most, 1.0)
    known = np.isfinite(amount) & np.isfinite(n) & (totals.industry > 0) & (in_place > 0)
    return np.where(known, at_least, np.nan), np.where(known, at_most, np.nan)


def industry_plants(amount: Floats, plants: Floats, totals: Totals) -> Floats:
    """Return the effective plants of each industry, (Σ size)² / Σ size²; at least 1."""
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.where(amount > 0, amount**2 / plants, np.nan)
        known = np.where(np.isfinite(spread), amount, 0.0).sum(axis=0)
        squares = np.nansum(spread, axis=0) * totals.industry / known
        n = totals.industry**2 / squares
    return np.where(np.isfinite(n), np.maximum(n, 1.0), np.nan)


def chance_band(
    amount: Floats, plants: Floats, totals: Totals, *, level: Share = 0.95
) -> tuple[Floats, Floats]:
    """Return the quotients that chance alone gives: outside them, `evenness_p` < 1 - level.

    Parameters
    ----------
    amount, plants : (r, s) float64
    totals : Totals
    level : share

    Returns
    -------
    low, high : (r, s) float64 [ratio]
    """
    n = np.broadcast_to(industry_plants(amount, plants, totals), amount.shape)
    in_place = np.broadcast_to(_place_share(totals), amount.shape)
    wanted = np.isfinite(amount) & np.isfinite(n) & (in_place > 0) & (in_place < 1)
    low, high = np.full(amount.shape, np.nan), np.full(amount.shape, np.nan)
    tail, size, share = (1 - level) / 2, n[wanted], in_place[wanted]
    fewest = np.nan_to_num(bdtrik(tail, size, share))
    most = np.nan_to_num(bdtrik(1 - tail, size, share)) + 1
    alone = most <= 1  # chance mostly gives nothing: the end is a fraction of a plant
    most[alone] = _fraction(size[alone], share[alone], tail)
    low[wanted] = np.maximum(fewest, 0.0) / size / share
    high[wanted] = np.minimum(most, size) / size / share
    return low, high


def _fraction(size: Floats, share: Floats, tail: float) -> Floats:
    """Return the part of a plant that chance exceeds with probability `tail`, by bisection."""
    low, high = np.zeros(size.size), np.ones(size.size)
    for _ in range(40):
        middle = (low + high) / 2
        likely = betainc(middle, np.maximum(size - middle, 0.0) + 1, share) > tail
        low, high = np.where(likely, middle, low), np.where(likely, high, middle)
    return high
