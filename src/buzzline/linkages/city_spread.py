"""How far the members of a cluster are spread over cities, and whether these are tied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from buzzline.arrays import Codes, Floats, Indices, as_floats, as_indices
from buzzline.clusters.layer_ties import LayerTies
from buzzline.linkages.effective_shares import EffectiveShare, share_of_ties
from buzzline.quantities import Draws, Share
from buzzline.space.globe import distance_km

SAMPLE = 400  # members that stand for a cluster when distances are averaged


@dataclass(frozen=True, slots=True, eq=False)
class Dispersion:
    """Entropy of members over cities, as a share of the largest there could be.

    Attributes
    ----------
    value : float        0: all in one city; 1: as many in each
    low, high : float
    n_cities : int
    n_effective : float  cities of equal size with the same entropy
    n : int              members with a city
    draws : (d,) float64
    """

    value: float
    low: float
    high: float
    n_cities: int
    n_effective: float
    n: int
    draws: Floats


def dispersion(
    city: Codes, owner: Codes, *, level: Share = 0.95, draws: Draws = 999,
    rng: np.random.Generator,
) -> Dispersion:  # fmt: skip
    """Return how evenly members are spread over the cities they are in: H / ln(cities).

    Parameters
    ----------
    city : (n,) int32       of each member; -1 is not known and does not count
    owner : (n,) int32      sites of one owner are worth fewer independent ones
    level : share
    draws : draws

    Notes
    -----
    Shares of cities are drawn from a Dirichlet distribution with Jeffreys' prior and as many
    observations as members are worth, n^2 / sum of squared members of an owner. Draws are never
    quite even: the interval reaches 1 where a likelihood-ratio test does not tell the cities
    from even ones.

    Examples
    --------
    >>> from buzzline.arrays import as_codes
    >>> towns, owners = as_codes([0] * 50 + [1] * 50), as_codes(np.arange(100))
    >>> found = dispersion(towns, owners, rng=np.random.default_rng(1))
    >>> found.value, found.high, found.n_cities, round(found.n_effective, 2)
    (1.0, 1.0, 2, 2.0)
    """
    known = city >= 0
    _, held = np.unique(city[known], return_counts=True)
    n, k = int(held.sum()), held.size
    if k < 2:
        value = 0.0 if n else float("nan")
        return Dispersion(value, value, value, k, float(k), n, np.full(draws, value))
    _, sites = np.unique(owner[known], return_counts=True)
    worth = n / float((sites.astype(np.float64) ** 2).sum())
    most = float(np.log(k))
    whole = float(_entropy(as_floats(held / n)))
    drawn = _entropy(as_floats(rng.dirichlet(held * worth + 0.5, size=draws))) / most
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    even = chi2.sf(2 * n * worth * (most - whole), k - 1) > 1 - level
    value = whole / most
    return Dispersion(
        value, min(float(low), value), 1.0 if even else max(float(high), value), k,
        float(np.exp(whole)), n, as_floats(drawn),
    )  # fmt: skip


def _entropy(share: Floats) -> Floats:
    return np.asarray(-(share * np.log(np.maximum(share, 1e-300))).sum(axis=-1))


@dataclass(frozen=True, slots=True, eq=False)
class BetweenCities:
    """Ties of members to members in other cities, against what size and distance give.

    Attributes
    ----------
    observed : EffectiveShare        of ties among members, those between cities
    expected : float                 that share under size and distance
    log_ratio, low, high : float     ln((O + 1/2) / (E + 1/2))
    draws : (d,) float64
    """

    observed: EffectiveShare
    expected: float
    log_ratio: float
    low: float
    high: float
    draws: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Where organisations stand.

    Attributes
    ----------
    city : (n,) int32          cities near each other are one; -1 not known
    xyz : (n, 3) float64       unit vectors, NaN without coordinates
    floor_km : (n,) float64    shortest distance that the coordinates can tell
    """

    city: Codes
    xyz: Floats
    floor_km: Floats


def ties_between_cities(
    ties: LayerTies,
    members: Indices,
    standing: Standing,
    *,
    elasticity: tuple[float, float],
    level: Share = 0.95,
    draws: Draws = 999,
    rng: np.random.Generator,
) -> BetweenCities | str:
    """Compare ties between a cluster's cities with what size and distance give, or say why not.

    Of all ties among members, how many lead to another city, and how many would if they fell
    with distance as the ties of others do and members held as many as they hold?

    Parameters
    ----------
    ties : LayerTies
    members : (k,) int64           rows of the members
    standing : Standing
    elasticity : two floats        power of distance with which ties fall, and its error
    level : share
    draws : draws
    """
    known = (standing.city[members] >= 0) & ~np.isnan(standing.xyz[members, 0])
    at = members[known]
    if np.unique(standing.city[at]).size < 2:
        return "its members are in one city"
    inside = np.zeros(standing.city.size, np.bool_)
    inside[at] = True
    own = ties.chosen(inside[ties.source] & inside[ties.target])
    if not own.source.size:
        return "no ties among its members"
    between = standing.city[own.source] != standing.city[own.target]
    observed = share_of_ties(own, np.asarray(between))
    pairs = _pairs(own, at, standing)
    powers = elasticity[0] + elasticity[1] * rng.standard_normal(draws)
    n = float(own.weight.sum())
    expected = _expected(pairs, as_floats([elasticity[0]]))[0]
    drawn = np.log(
        (observed.drawn(draws, rng) * n + 0.5) / (_expected(pairs, powers) * n + 0.5)
    )
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    ratio = float(np.log((observed.value * n + 0.5) / (expected * n + 0.5)))
    return BetweenCities(observed, float(expected), ratio, float(low), float(high), drawn)


def _pairs(own: LayerTies, at: Indices, standing: Standing) -> tuple[Floats, Floats, Floats]:
    """Return ln distance, mass and whether it is between cities, for pairs of a sample."""
    n = own.n_organisations
    size = np.bincount(own.source, own.weight, n) + np.bincount(own.target, own.weight, n)
    tied = at[size[at] > 0]
    even = np.linspace(0, tied.size - 1, min(tied.size, SAMPLE)).round().astype(np.int64)
    rows = as_indices(tied[even])
    one, other = np.triu_indices(rows.size, 1)
    km = distance_km(standing.xyz[rows[one]], standing.xyz[rows[other]])
    floor = np.maximum(standing.floor_km[rows[one]], standing.floor_km[rows[other]])
    between = standing.city[rows[one]] != standing.city[rows[other]]
    mass = size[rows[one]] * size[rows[other]]
    return as_floats(np.log(np.maximum(km, floor))), as_floats(mass), as_floats(between)


def _expected(pairs: tuple[Floats, Floats, Floats], powers: Floats) -> Floats:
    log_km, mass, between = pairs
    out = np.empty(powers.size)
    for number, power in enumerate(powers):
        weight = mass * np.exp(power * log_km)
        total = float(weight.sum())
        out[number] = float(weight @ between) / total if total else np.nan
    return out
