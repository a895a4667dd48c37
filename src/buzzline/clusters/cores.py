"""Core points: organisations with more of their industry around them than chance gives.

For an organisation of an industry, the number of others of the same industry within d
kilometres is compared with relabelling: the industry's labels dealt at random among all
organisations, wherever they stand. Given how many organisations of any industry are within d,
that count is hypergeometric, so the p-value is exact: the limit of infinitely many
relabellings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Flags, Floats, Indices, as_indices
from buzzline.kernels.hypergeometric import critical_counts, upper_tails
from buzzline.quantities import Kilometres
from buzzline.space.sites import Grid, Sites, gathered, grid_of, organisations_within

MANY_SITES = 20_000
BLOCKS_A_REACH = 16  # distances are blurred by at most 6 % of the reach


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What stands within one distance of every site, whatever its industry.

    Attributes
    ----------
    reach_km : km
    sites : Sites             as given, or gathered into blocks when there are very many
    grid : Grid               of the sites, cells as wide as the reach
    n_within : (s,) int64     organisations within reach of a site, without one standing there
    """

    reach_km: Kilometres
    sites: Sites
    grid: Grid
    n_within: Indices

    @property
    def n_organisations(self) -> int:
        """All organisations with coordinates."""
        return int(self.sites.n_here.sum())


def surroundings(sites: Sites, reach_km: Kilometres) -> Surroundings:
    """Count what stands within reach of every site.

    Beyond 20 000 sites those within a sixteenth of the reach are taken together: a hundred
    thousand exact addresses then cost no more than as many blocks.
    """
    if sites.n_here.size > MANY_SITES:
        sites = gathered(sites, reach_km / BLOCKS_A_REACH)
    within = organisations_within(sites, reach_km) - 1
    return Surroundings(reach_km, sites, grid_of(sites.xyz, reach_km), as_indices(within))


def standing(around: Surroundings, chosen: Flags | Indices) -> Indices:
    """Return how many of the chosen organisations stand at each site. (s,) int64.

    `chosen` is (n,) bool over all organisations, or their row numbers.
    """
    site = around.sites.site[chosen]
    return as_indices(np.bincount(site[site >= 0], minlength=around.sites.n_here.size))


def industry_within(around: Surroundings, n_industry: Indices) -> Indices:
    """Return, at each site with the industry, how many others of it are within reach.

    Parameters
    ----------
    around : Surroundings
    n_industry : (s,) int64
        Organisations of the industry at each site.

    Returns
    -------
    (k,) int64
        For the k sites with n_industry > 0, in their order.
    """
    present = n_industry > 0
    grid = around.grid.among(present)
    out = np.zeros(present.size, np.int64)
    out[grid.order] = grid.weight_around(as_indices(n_industry[grid.order]))
    return as_indices(out[present] - 1)


def core_p_values(around: Surroundings, n_industry: Indices, counts: Indices) -> Floats:
    """Return the exact relabelling p-value of each count from `industry_within`.

    P(X >= count), X hypergeometric: of the other organisations, as many as there are others in
    the industry carry its label.
    """
    present = n_industry > 0
    marked, total = int(n_industry.sum()) - 1, around.n_organisations - 1
    return np.asarray(upper_tails(counts, around.n_within[present], marked, total))


def critical_neighbours(
    around: Surroundings, n_marked: int, *, p_core: float, min_core: int
) -> Indices:
    """Return, for each site, the smallest count that makes a core point there."""
    distinct, where = np.unique(around.n_within, return_inverse=True)
    least = critical_counts(
        distinct, n_marked - 1, around.n_organisations - 1, p_core, min_core
    )
    return as_indices(least[where])


def core_sites(around: Surroundings, n_industry: Indices, critical: Indices) -> Flags:
    """Tell at which sites the industry's organisations are core points. (s,) bool."""
    out = np.zeros(n_industry.size, np.bool_)
    present = np.flatnonzero(n_industry)
    out[present] = industry_within(around, n_industry) >= critical[present]
    return out
