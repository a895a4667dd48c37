"""How far the members of a cluster are spread over cities, and whether these are tied."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from buzzline.arrays import Codes, Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.clusters.layer_ties import LayerTies
from buzzline.linkages.effective_shares import EffectiveShare, share_of_ties
from buzzline.quantities import Draws, Share
from buzzline.space.globe import distance_km
from buzzline.wording import plural

SAMPLE = 400  # members that stand for a cluster when distances are averaged
FEWEST_TIES = 10  # among members
MOST_ROUNDS = 300  # of balancing masses


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
    if own.source.size < FEWEST_TIES:
        return _too_few(own.source.size)
    between = standing.city[own.source] != standing.city[own.target]
    observed = share_of_ties(own, np.asarray(between))
    tied = _tied(own, at, standing)
    powers = as_floats(elasticity[0] + elasticity[1] * rng.standard_normal(draws))
    n = float(own.weight.sum())
    expected = _expected_share(tied, elasticity[0])
    given = _expected(tied, powers, elasticity)
    drawn = as_floats(np.log((observed.drawn(draws, rng) * n + 0.5) / (given * n + 0.5)))
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    ratio = float(np.log((observed.value * n + 0.5) / (expected * n + 0.5)))
    return BetweenCities(observed, expected, ratio, float(low), float(high), drawn)


def _too_few(n: int) -> str:
    if not n:
        return "no ties among its members"
    return f"only {plural(n, 'tie')} among its members; at least {FEWEST_TIES} are needed"


@dataclass(frozen=True, slots=True, eq=False)
class _Tied:
    """Tied members (a sample of them), seen two by two.

    log_km : (k, k) float64
    held : (k,) float64         ties among members that each holds
    between : (k, k) bool       of two cities
    """

    log_km: Floats
    held: Floats
    between: Flags


def _tied(own: LayerTies, at: Indices, standing: Standing) -> _Tied:
    n = own.n_organisations
    size = np.bincount(own.source, own.weight, n) + np.bincount(own.target, own.weight, n)
    tied = at[size[at] > 0]
    even = np.linspace(0, tied.size - 1, min(tied.size, SAMPLE)).round().astype(np.int64)
    rows = as_indices(tied[even])
    one, other = (as_indices(each.ravel()) for each in np.meshgrid(rows, rows, indexing="ij"))
    km = distance_km(standing.xyz[one], standing.xyz[other])
    floor = np.maximum(standing.floor_km[one], standing.floor_km[other])
    log_km = np.log(np.maximum(km, floor)).reshape(rows.size, rows.size)
    city = standing.city[rows]
    return _Tied(
        as_floats(log_km), as_floats(size[rows]), as_flags(city[:, None] != city[None, :])
    )


def _expected_share(tied: _Tied, power: float) -> float:
    """Return the share of ties between cities where each member holds as many as it does.

    Members near many others hold more ties for that: masses are such that expected ties of
    each, by size and distance, are those it holds.
    """
    nearness = np.exp(power * tied.log_km)
    np.fill_diagonal(nearness, 0.0)
    mass = tied.held / np.sqrt(tied.held.sum())
    for _ in range(MOST_ROUNDS):
        given = nearness @ mass
        new = np.sqrt(mass * tied.held / np.maximum(given, 1e-300))
        if np.abs(new - mass).max() <= 1e-6 * mass.max():
            break
        mass = new
    rate = mass[:, None] * nearness * mass[None, :]
    return float(rate[tied.between].sum() / rate.sum())


def _expected(tied: _Tied, powers: Floats, around: tuple[float, float]) -> Floats:
    """Return the expected share at each of many powers, between a few of them by lines."""
    grid = np.sort(around[0] + around[1] * np.linspace(-4, 4, 9))
    return as_floats(np.interp(powers, grid, [_expected_share(tied, each) for each in grid]))
