"""Plants thrown at places again and again, and how concentrated each industry then is."""

import numpy as np

from buzzline.kernels import kernel
from buzzline.kernels.alias import throw
from buzzline.kernels.concentration import N_MEASURES, measures
from buzzline.kernels.dealing import deal
from buzzline.kernels.ellison_glaeser import distance_and_square


@kernel
def thrown_concentration(
    draws, key, start, size, count, own, other, area_share, share_is_given
):
    """Return G and sum x**2 of industries whose plants are thrown at places.

    draws : (d,) uint64 numbers of the draws; start : (s + 1,) int64 where an industry's lots
    begin; size : (l,) float64 [jobs] and count : (l,) int64 of the plants in a lot; own, other
    : alias table of the places. Unless the area shares are given they are those of the thrown
    plants. Returns (d, s) and (d,) float64. O(d * (plants + s * places)) time.
    """
    n, n_places = start.size - 1, area_share.size
    place = np.empty(count.sum(), np.int32)
    concentration, squares = np.empty((draws.size, n)), np.empty(draws.size)
    here = np.empty(n_places)
    for d in range(draws.size):
        throw(own, other, key, draws[d], place)
        x = area_share
        if not share_is_given:
            x = shares_of(size, count, place, n_places)
        squares[d] = (x * x).sum()
        plant = 0
        for s in range(n):
            together, plant = gathered(start[s], start[s + 1], size, count, place, plant, here)
            concentration[d, s] = np.nan
            if together > 0.0:
                concentration[d, s], _ = distance_and_square(here, x, together)
    return concentration, squares


@kernel
def thrown_measures(draws, key, start, size, count, own, other, home, area_of, n_areas,
                    herfindahl, near_start, near):  # fmt: skip
    """Return every measure of every industry in each draw, (d, s, measures) float64.

    As `thrown_concentration`, at the areas that hold the places: area_of : (places,) int32. The
    same draws give the same places whatever the areas. home : (plants,) int32 places that the
    plants exchange; empty: plants are thrown. near_start, near : neighbours of each area.
    """
    n = start.size - 1
    place = np.empty(count.sum(), np.int32)
    out = np.empty((draws.size, n, N_MEASURES))
    here = np.empty(n_areas)
    for d in range(draws.size):
        if home.size:
            place[:] = home
            deal(key, draws[d], place)
        else:
            throw(own, other, key, draws[d], place)
        for i in range(place.size):
            place[i] = area_of[place[i]]
        x = shares_of(size, count, place, n_areas)
        plant = 0
        for s in range(n):
            together, plant = gathered(start[s], start[s + 1], size, count, place, plant, here)
            measures(here, x, together, herfindahl[s], near_start, near, out[d, s])
    return out


@kernel
def thrown_jobs(draw, key, start, size, count, own, other, n_places):
    """Return the jobs of each industry at each place in one draw. (places, s) float64."""
    place = np.empty(count.sum(), np.int32)
    throw(own, other, key, draw, place)
    out = np.zeros((n_places, start.size - 1))
    plant = 0
    for s in range(start.size - 1):
        for lot in range(start[s], start[s + 1]):
            for _ in range(count[lot]):
                out[place[plant], s] += size[lot]
                plant += 1
    return out


@kernel
def shares_of(size, count, place, n_places):
    """Return the share of all jobs at each place; plant by plant, lot by lot."""
    out = np.zeros(n_places)
    plant = 0
    for lot in range(size.size):
        for _ in range(count[lot]):
            out[place[plant]] += size[lot]
            plant += 1
    return out / out.sum()


@kernel
def gathered(first, end, size, count, place, plant, here):
    """Write the jobs of one industry's plants at each place into `here`.

    first, end : its lots; plant : its first plant. Returns its jobs and the plant after its
    last.
    """
    here[:] = 0.0
    together = 0.0
    for lot in range(first, end):
        for _ in range(count[lot]):
            here[place[plant]] += size[lot]
            plant += 1
        together += size[lot] * count[lot]
    return together, plant
