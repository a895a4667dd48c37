"""Whom could an organisation have watched, when? Exposure to practices others have taken up.

M_i = sum_j O_ij S_ij K_ij over those who have taken a practice up: O, whether i can see j (in
the same cluster without effort, along a tie with effort, in the same industry through what
everybody there reads); S, how alike the two are in what they know; K, whether they share a
frame (of one industry). Kept apart: those whose outcome can be seen by now, and those who only
just began.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats

CHANNELS = ("local", "network", "systemic", "unseen")


@dataclass(frozen=True, slots=True, eq=False)
class Watching:
    """Who can see whom.

    Attributes
    ----------
    cluster, industry : (n,) int32      -1 none
    ties : (n, n) csr                   symmetric, ones
    unit : (n, c) csr                   profiles of length one; a column of ones where what
                                        organisations know does not count
    """

    cluster: Codes
    industry: Codes
    ties: sparse.csr_array
    unit: sparse.csr_array

    def exposure(self, rows: Indices, adopters: Indices) -> Floats:
        """Return what some organisations are exposed to, by channel, (k, 4).

        Parameters
        ----------
        rows : (k,) int64           none of them among the adopters
        adopters : (a,) int64

        Notes
        -----
        local: adopters of the same cluster; network: tied, elsewhere; systemic: of the same
        industry, neither; unseen: none of these, however alike. Each counts by likeness. O(k +
        a + ties of rows) time: sums of groups, no pairs.
        """
        mine = self.unit[rows]
        total = _seen(mine, self._summed(adopters, np.zeros(self.cluster.size, np.int32)), None)
        local = _seen(mine, self._summed(adopters, self.cluster), self.cluster[rows])
        of_industry = _seen(mine, self._summed(adopters, self.industry), self.industry[rows])
        both = self._both()
        of_both = _seen(mine, self._summed(adopters, both), both[rows])
        tied, tied_industry = self._along_ties(rows, adopters)
        systemic = of_industry - of_both - tied_industry
        unseen = total - local - tied - systemic
        return np.maximum(np.column_stack([local, tied, systemic, unseen]).round(9), 0.0)

    def _summed(self, adopters: Indices, group: Codes) -> sparse.csr_array:
        """Return the sum of the profiles of adopters of each group, (groups, c)."""
        inside = adopters[group[adopters] >= 0]
        n_groups = int(group.max(initial=-1)) + 1
        member = sparse.coo_array(
            (np.ones(inside.size), (group[inside], np.arange(inside.size))),
            shape=(max(n_groups, 1), inside.size),
        ).tocsr()
        return sparse.csr_array(member @ self.unit[inside])

    def _both(self) -> Codes:
        """Return a code for each pair of cluster and industry, -1 where either is none."""
        wide = int(self.industry.max(initial=0)) + 1
        known = (self.cluster >= 0) & (self.industry >= 0)
        found = np.full(self.cluster.size, -1, np.int32)
        pairs = self.cluster[known].astype(np.int64) * wide + self.industry[known]
        found[known] = np.unique(pairs, return_inverse=True)[1]
        return found

    def _along_ties(self, rows: Indices, adopters: Indices) -> tuple[Floats, Floats]:
        """Return what is seen along ties that leave the cluster, and of it in one industry."""
        is_adopter = np.zeros(self.cluster.size)
        is_adopter[adopters] = 1.0
        ties = sparse.coo_array(self.ties[rows])
        keep = is_adopter[ties.col] > 0
        at, other = ties.row[keep], ties.col[keep]
        one = rows[at]
        apart = (self.cluster[one] < 0) | (self.cluster[one] != self.cluster[other])
        at, one, other = at[apart], one[apart], other[apart]
        alike = as_floats((self.unit[one] * self.unit[other]).sum(axis=1)).ravel()
        same = (self.industry[one] >= 0) & (self.industry[one] == self.industry[other])
        return (
            as_floats(np.bincount(at, weights=alike, minlength=rows.size)),
            as_floats(np.bincount(at, weights=alike * same, minlength=rows.size)),
        )


def _seen(mine: sparse.csr_array, summed: sparse.csr_array, group: Codes | None) -> Floats:
    """Return the likeness of each row with the sum of its group; 0 without a group."""
    at = np.zeros(mine.shape[0], np.int64) if group is None else np.maximum(group, 0)
    found = as_floats((mine * summed[at]).sum(axis=1)).ravel()
    return found if group is None else np.where(group >= 0, found, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class Adoption:
    """Who took up which practice when.

    Attributes
    ----------
    practice : (k,) int32       number of the practice
    organisation : (k,) int64   row
    year : (k,) int64
    names : tuple of str
    """

    practice: Codes
    organisation: Indices
    year: Indices
    names: tuple[str, ...]

    def of(self, number: int) -> tuple[Indices, Indices]:
        """Return organisations and years of one practice."""
        which = self.practice == number
        return self.organisation[which], self.year[which]


@dataclass(frozen=True, slots=True, eq=False)
class RiskSet:
    """Organisations that could take up a practice in a year, and what they are exposed to.

    Attributes
    ----------
    organisation : (m,) int64
    stratum : (m,) int64        practice and year, 0 to g - 1
    adopted : (m,) float64      1 where it did
    visible, recent : (m, 4) float64
        Exposure by channel to adopters whose outcome can be seen, and to those of whom not yet.
    """

    organisation: Indices
    stratum: Indices
    adopted: Floats
    visible: Floats
    recent: Floats


def risk_set(
    adoption: Adoption,
    watching: Watching,
    at_risk: Flags,
    *,
    visible_after: int,
    rng: np.random.Generator,
    controls_each: int = 20,
    fewest: int = 200,
) -> RiskSet:
    """Return, by practice and year, who took it up and a sample of who did not.

    Parameters
    ----------
    adoption : Adoption
    watching : Watching
    at_risk : (n,) bool             organisations of which all is known
    visible_after : int [years]
        After which the outcome of a practice can be seen.
    rng : Generator
    controls_each, fewest : int
        Organisations without it for each that takes it up, and at least in a year.
    """
    parts: list[tuple[Indices, Floats, Floats, Floats]] = []
    for number in range(len(adoption.names)):
        who, when = adoption.of(number)
        for year in np.unique(when)[1:]:  # before the first, nobody can be watched
            now = who[(when == year) & at_risk[who]]
            left = at_risk.copy()
            left[who[when <= year]] = False
            others = np.flatnonzero(left)
            n = max(controls_each * now.size, fewest)
            if others.size > n:
                others = np.sort(rng.choice(others, n, replace=False))
            if not now.size or not others.size:
                continue
            rows = np.concatenate([now, others]).astype(np.int64)
            seen = who[when <= year - visible_after]
            new = who[(when > year - visible_after) & (when < year)]
            adopted = as_floats(np.arange(rows.size) < now.size)
            both = watching.exposure(rows, seen), watching.exposure(rows, new)
            parts.append((rows, adopted, *both))
    if not parts:
        none = np.empty((0, len(CHANNELS)))
        return RiskSet(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), none, none)
    stratum = np.repeat(np.arange(len(parts)), [part[0].size for part in parts])
    rows, adopted, visible, recent = (
        np.concatenate([part[k] for part in parts]) for k in range(4)
    )
    return RiskSet(rows, stratum, adopted, visible, recent)
