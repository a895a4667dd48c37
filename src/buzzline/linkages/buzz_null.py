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
        From the middle of the members: sites among which others are dealt.

    Notes
    -----
    The buzz that members receive is a sum over the others, each with the weight of its site, so
    a deal costs one pass over the organisations around.
    """
    pool = _within(around, focal, within_km)
    n = int(pool.size)
    if n < FEWEST_AROUND:
        said = f"buzz without band: fewer than {FEWEST_AROUND} organisations around"
        return Dealt(nan, nan, nan, n, said)
    if draws < 2:
        return Dealt(nan, nan, nan, n, "buzz without band: fewer than 2 draws")
    if pool.size > MOST_DEALT:
        pool = np.sort(rng.choice(pool, MOST_DEALT, replace=False))
    weights, contents = _sites_and_contents(around, focal, pool)
    found = np.empty(draws)
    for draw in range(draws):
        dealt = rng.permutation(pool.size)
        heard = [float(w @ x[dealt]) for w, x in zip(weights, contents, strict=True)]
        found[draw] = sum(heard) / focal.size
    return Dealt(float(found.mean()), *central_range(found, level), n, "measured")


def _within(around: Surroundings, focal: Indices, within_km: Kilometres) -> Indices:
    middle = around.xyz[focal].mean(axis=0)
    length = float(np.linalg.norm(middle))
    if not length > 0:
        return focal[:0]
    gap = around.xyz - middle / length
    with np.errstate(invalid="ignore"):
        near = (gap**2).sum(axis=1) <= chord(within_km) ** 2
    near[focal] = True
    return np.flatnonzero(near & (around.mass > 0))


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
