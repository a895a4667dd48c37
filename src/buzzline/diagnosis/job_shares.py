"""Shares of a cluster's jobs: those that are known are counted, only the others are drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats, as_indices
from buzzline.quantities import Draws


@dataclass(frozen=True, slots=True, eq=False)
class JobShares:
    """Members by jobs, from `job_shares`.

    Attributes
    ----------
    jobs : (k,) float64         0 where not known
    unknown : (u,) int64        whose jobs are not known
    drawn : (d, u) float64      jobs drawn for them
    """

    jobs: Floats
    unknown: Indices
    drawn: Floats

    def share(self, holds: Floats, rng: np.random.Generator) -> Floats:
        """Return the share of jobs with members for which something holds. (d,) float64.

        Parameters
        ----------
        holds : (k,) float64
            1 or 0; NaN not known: drawn with the odds of the members of whom it is.
        """
        top = self._jobs_of(holds == 1)
        is_open = np.isnan(holds)
        if is_open.any():
            hits, misses = int((holds == 1).sum()), int((holds == 0).sum())
            odds = rng.beta(hits + 0.5, misses + 0.5, size=len(self.drawn))
            column = np.full(holds.size, -1)
            column[self.unknown] = np.arange(self.unknown.size)
            for one in np.flatnonzero(is_open):
                at = column[one]
                jobs = self.drawn[:, at] if at >= 0 else self.jobs[one]
                top = as_floats(top + jobs * (rng.random(odds.size) < odds))
        return as_floats(top / self._jobs_of(np.ones(holds.size, np.bool_)))

    def share_below(self, jobs: float) -> Floats:
        """Return the share of jobs with members that have fewer than so many. (d,) float64."""
        known = np.ones(self.jobs.size, np.bool_)
        known[self.unknown] = False
        small = self.jobs[known & (self.jobs < jobs)].sum()
        drawn = np.where(self.drawn < jobs, self.drawn, 0.0).sum(axis=1)
        return as_floats((small + drawn) / self._jobs_of(np.ones(known.size, np.bool_)))

    def largest(self, group: Codes) -> tuple[Floats, Indices]:
        """Return the largest group by jobs, draw by draw: its share, and which. (d,) each.

        Parameters
        ----------
        group : (k,) int
        """
        held = np.bincount(group, weights=self.jobs)
        if not self.unknown.size:
            first, d = int(held.argmax()), len(self.drawn)
            share = held[first] / held.sum()
            return as_floats(np.full(d, share)), as_indices(np.full(d, first))
        shares, firsts = [], []
        for drawn in self.drawn:
            whole = held + np.bincount(group[self.unknown], drawn, held.size)
            firsts.append(int(whole.argmax()))
            shares.append(whole[firsts[-1]] / whole.sum())
        return as_floats(shares), as_indices(firsts)

    def _jobs_of(self, which: Flags) -> Floats:
        """Return the jobs of some members. (d,) float64."""
        return as_floats(
            self.jobs[which].sum() + self.drawn[:, which[self.unknown]].sum(axis=1)
        )


def job_shares(jobs: Floats, *, draws: Draws, rng: np.random.Generator) -> JobShares:
    """Return members by jobs, with jobs drawn for those whose jobs are not known.

    Parameters
    ----------
    jobs : (k,) float64      NaN not known; some are
    draws : draws

    Notes
    -----
    Members are all that there are, not a sample of more: a share of jobs that are all known has
    no error. Whoever is not known is taken to be like those who are: has as many jobs as one of
    them, by lot, and where that is one of the largest (the square root of their number), as
    many as a Pareto tail through these gives [1]_, its slope drawn with its error. Intervals
    of shares cover 92 to 97 % so, for log-normal and Pareto sizes; 77 to 94 % with lots alone.

    References
    ----------
    .. [1] Hill, B. (1975). A simple general approach to inference about the tail of a
       distribution. Annals of Statistics 3(5). doi:10.1214/aos/1176343247

    Examples
    --------
    >>> found = job_shares(np.array([60.0, 30.0, 10.0]), draws=2, rng=np.random.default_rng(1))
    >>> found.share(np.array([1.0, 0.0, 0.0]), np.random.default_rng(1)).tolist()
    [0.6, 0.6]
    """
    known = ~np.isnan(jobs)
    unknown = np.flatnonzero(~known)
    drawn = _like(as_floats(jobs[known]), unknown.size, draws, rng)
    return JobShares(as_floats(np.nan_to_num(jobs)), as_indices(unknown), drawn)


def _like(jobs: Floats, n: int, draws: Draws, rng: np.random.Generator) -> Floats:
    """Return jobs of n more organisations like some. (draws, n) float64."""
    drawn = rng.choice(jobs, size=(draws, n))
    largest = max(2, int(np.sqrt(jobs.size)))
    if not n or jobs.size <= largest:
        return as_floats(drawn)
    ordered = np.sort(jobs)[::-1]
    start = ordered[largest]
    if start <= 0:
        return as_floats(drawn)
    slope = np.log(ordered[:largest] / start).sum() / rng.gamma(largest, size=(draws, 1))
    tail = start * np.exp(slope * rng.standard_exponential((draws, n)))
    return as_floats(np.where(drawn > start, tail, drawn))
