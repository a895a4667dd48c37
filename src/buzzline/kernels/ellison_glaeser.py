"""Plants gathered by industry, and what each industry's plants add up to."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def by_industry(jobs, place, industry, n_industries):
    """Return where each industry starts, and plants' jobs and places in order of industry.

    jobs : (n,) float64; place, industry : (n,) int32. A counting sort that keeps the order
    within an industry: O(n + industries) time, the reading and writing of n plants once.
    """
    n = jobs.size
    start = np.zeros(n_industries + 1, np.int64)
    for i in range(n):
        start[industry[i] + 1] += 1
    for s in range(n_industries):
        start[s + 1] += start[s]
    following = start[:-1].copy()
    sorted_jobs, sorted_place = np.empty(n), np.empty(n, np.int32)
    for i in range(n):
        s = industry[i]
        at = following[s]
        following[s] = at + 1
        sorted_jobs[at], sorted_place[at] = jobs[i], place[i]
    return start, sorted_jobs, sorted_place


@kernel
def place_totals(jobs, place, n_places):
    """Return the jobs of each place. O(n) time."""
    out = np.zeros(n_places)
    for i in range(jobs.size):
        out[place[i]] += jobs[i]
    return out


@kernel
def raw_concentration(start, jobs, place, area_share):
    """Return G, the sum of squared shares, H, and the jobs of each industry.

    Plants in order of industry, from `by_industry`. G = sum (s - x)**2 over places; one row of
    accumulators stays in the first-level cache. O(n + industries * places) time, O(places)
    memory.
    """
    n = start.size - 1
    concentration, squares = np.empty(n), np.empty(n)
    herfindahl, total = np.empty(n), np.empty(n)
    here = np.empty(area_share.size)
    for s in range(n):
        here[:] = 0.0
        together, squared = 0.0, 0.0
        for i in range(start[s], start[s + 1]):
            here[place[i]] += jobs[i]
            together += jobs[i]
            squared += jobs[i] * jobs[i]
        total[s] = together
        if together > 0.0:
            herfindahl[s] = squared / (together * together)
            concentration[s], squares[s] = distance_and_square(here, area_share, together)
        else:
            herfindahl[s], concentration[s], squares[s] = np.nan, np.nan, np.nan
    return concentration, squares, herfindahl, total


@kernel
def distance_and_square(here, area_share, together):
    """Return sum (s - x)**2 and sum s**2 of s = here / together. O(places) time.

    Two running sums each: one alone waits for its own last addition at every place.
    """
    n = here.size
    scale = 1.0 / together
    far, far_next, square, square_next = 0.0, 0.0, 0.0, 0.0
    for pair in range(n // 2):
        share = here[2 * pair] * scale
        gap = share - area_share[2 * pair]
        far += gap * gap
        square += share * share
        share = here[2 * pair + 1] * scale
        gap = share - area_share[2 * pair + 1]
        far_next += gap * gap
        square_next += share * share
    if n % 2:
        share = here[n - 1] * scale
        gap = share - area_share[n - 1]
        far += gap * gap
        square += share * share
    return far + far_next, square + square_next


@kernel
def power_sums(start, jobs, plants):
    """Return sums of size, size squared and size to the fourth over plants. Each (s,) float64.

    start : (s + 1,) int64; jobs : (l,) float64 and plants : (l,) int64 of each lot. O(l) time.
    """
    n = start.size - 1
    first, second, fourth = np.zeros(n), np.zeros(n), np.zeros(n)
    for s in range(n):
        for lot in range(start[s], start[s + 1]):
            size, count = jobs[lot], plants[lot]
            first[s] += size * count
            second[s] += size * size * count
            fourth[s] += size * size * size * size * count
    return first, second, fourth
