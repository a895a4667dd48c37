"""What buzz would be if the organisations of a place stood anywhere in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

import numpy as np

from buzzline.arrays import Floats, Indices, as_codes, as_floats, as_indices
from buzzline.linkages.buzz import Surroundings, buzz_exposure, standing_of
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.resampling import central_range
from buzzline.space.globe import chord

FEWEST_AROUND = 20  # organisations that can be dealt out
MOST_DEALT = 20_000  # organisations of a place that are dealt out at once


@dataclass(frozen=True, slots=True)
class Dealt:
    """Mean buzz of members, were the organisations around dealt to each other's sites.

    Attributes
    ----------
    mean, low, high : float      over the deals; NaN where there was none
    n : int                      organisations around
    status : str
    """

    mean: float
    low: float
    high: float
    n: int
    status: str


def dealt_out(
    around: Surroundings,
    focal: Indices,
    *,
    within_km: Kilometres,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: np.random.Generator,
) -> Dealt:
    """Deal industries and sizes among the sites around members, and measure their buzz again.

    Parameters
    ----------
    around : Surroundings
    focal : (m,) int64
        Members with coordinates; they stay what and where they are.
    within_km : km
        From the middle of the members: sites among which others are dealt. Where members lie
        further apart than that, each of their places is dealt in itself.

    Notes
    -----
    The buzz that members receive is a sum over the others, each with the weight of its site, so
    a deal costs one pass over the organisations around. Where there are more than 20,000, the
    mean is that of all of them and the spread is told from 20,000: as a sum over n/m times as
    many sites, it is wider by the root of that.
    """
    place = _places(around, focal, within_km)
    pool = as_indices(np.flatnonzero((place >= 0) & (around.mass > 0)))
    n, n_places = int(pool.size), int(place.max(initial=-1)) + 1
    said = "" if draws >= 2 else "buzz without band: fewer than 2 draws"
    around_each = np.bincount(place[pool], minlength=max(n_places, 1))
    if 2 * (around_each[place[focal]] < FEWEST_AROUND).sum() >= max(focal.size, 1):
        said = f"buzz without band: fewer than {FEWEST_AROUND} organisations around"
        said += " most members, who lie apart" if n_places > 1 else ""
    if said:
        return Dealt(nan, nan, nan, n, said)
    some = pool
    if n > MOST_DEALT:
        some = as_indices(np.sort(rng.choice(pool, MOST_DEALT, replace=False)))
    heard = _dealt(_sites_and_contents(around, focal, some), place[some], (draws, rng))
    if n > MOST_DEALT:
        off = (heard - heard.mean()) * np.sqrt(n / MOST_DEALT)
        heard = as_floats(_mean_over_deals(around, focal, place) + off)
    found = heard / focal.size
    status = "measured" if n_places == 1 else (
        f"measured; members lie apart: {n_places} places, each dealt in itself"
    )  # fmt: skip
    return Dealt(float(found.mean()), *central_range(as_floats(found), level), n, status)


def _places(around: Surroundings, focal: Indices, within_km: Kilometres) -> Indices:
    """Return the place that each organisation around members is dealt in, -1 for none. (n,).

    One place where all members are near their middle; else each member that is far from the
    middles so far makes one with those near it, and organisations go to the nearest.
    """
    reach = chord(within_km) ** 2
    middles, left = [], focal
    if focal.size:
        whole = _middle(around.xyz[focal])
        if _squares(around.xyz[focal], whole).max() <= reach:
            middles, left = [whole], focal[:0]
    while left.size:
        near = _squares(around.xyz[left], around.xyz[left[0]]) <= chord(within_km / 2) ** 2
        middles.append(_middle(around.xyz[left[near]]))
        left = left[~near]
    place = np.full(around.mass.size, -1, np.int64)
    best = np.full(around.mass.size, np.inf)
    for number, middle in enumerate(middles):
        square = _squares(around.xyz, middle)
        nearer = square < best  # not without coordinates
        place[nearer], best[nearer] = number, square[nearer]
    far = best > reach
    far[focal] = False
    place[far] = -1
    return as_indices(place)


def _middle(xyz: Floats) -> Floats:
    middle = xyz.mean(axis=0)
    return as_floats(middle / max(float(np.linalg.norm(middle)), 1e-300))


def _squares(xyz: Floats, middle: Floats) -> Floats:
    return as_floats(((xyz - middle) ** 2).sum(axis=1))


def _dealt(
    sites: tuple[list[Floats], list[Floats]],
    place: Indices,
    how: tuple[Draws, np.random.Generator],
) -> Floats:
    """Return what all members hear, deal by deal. (draws,)."""
    draws, rng = how
    rows = [np.flatnonzero(place == number) for number in np.unique(place)]
    found, dealt = np.empty(draws), np.arange(place.size)
    for draw in range(draws):
        for some in rows:
            dealt[some] = some[rng.permutation(some.size)]
        found[draw] = sum(float(w @ x[dealt]) for w, x in zip(*sites, strict=True))
    return found


def _mean_over_deals(around: Surroundings, focal: Indices, place: Indices) -> float:
    """Return what all members hear on average, were each place dealt in itself."""
    even = replace(around, industry=as_codes(np.zeros(place.size)), related=np.ones((1, 1)))
    total = 0.0
    for number in range(int(place.max()) + 1):
        there = (place == number) & (around.mass > 0)
        if not there.any():
            continue
        heard = buzz_exposure(
            replace(even, mass=as_floats(there)), focal, edges_km=np.empty(0)
        )[:, 0]
        for industry in np.unique(around.industry[focal]):
            related = around.related[industry, around.industry[there]]
            weight = float(heard[around.industry[focal] == industry].sum())
            total += weight * float((related * around.mass[there]).mean())
    return total


def _sites_and_contents(
    around: Surroundings, focal: Indices, pool: Indices
) -> tuple[list[Floats], list[Floats]]:
    """Return, for each industry of members, how sites are heard, and what stands at them."""
    rows = np.union1d(pool, focal)
    inside, own = np.searchsorted(rows, pool), np.searchsorted(rows, focal)
    none = np.zeros(rows.size)
    here = replace(
        around, xyz=as_floats(around.xyz[rows]), industry=as_codes(none), mass=none,
        floor_km=as_floats(around.floor_km[rows]), related=np.ones((1, 1)),
    )  # fmt: skip
    standing = standing_of(here)
    weights, contents = [], []
    for industry in np.unique(around.industry[focal]):
        one = none.copy()
        one[own[around.industry[focal] == industry]] = 1.0
        heard = buzz_exposure(
            replace(here, mass=one), as_indices(inside), edges_km=np.empty(0), standing=standing
        )
        weights.append(as_floats(heard[:, 0]))
        related = around.related[industry, around.industry[pool]]
        contents.append(as_floats(related * around.mass[pool]))
    return weights, contents
