"""Local buzz: what reaches an organisation by being near others, without aiming at it.

Buzz_i = sum over j near i of exp(-d_ij / decay) related(s_i, s_j) sqrt(size_j) mix_ij [1]_. It
is an exposure, not a flow: nobody has seen anything pass. Ties that are made on purpose do not
count in it.

.. [1] Bathelt, H., Malmberg, A., Maskell, P. (2004). Clusters and knowledge: local buzz, global
   pipelines and the process of knowledge creation. Progress in Human Geography 28(1).
   doi:10.1191/0309132504ph469oa
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array, csr_array

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.kernels.buzz import faded_sums
from buzzline.kernels.neighbours import cell_keys
from buzzline.quantities import Kilometres
from buzzline.space.globe import EARTH_RADIUS_KM, chord, distance_km
from buzzline.space.threads import in_parts

DECAYS = 10.0  # further than this many nothing counts: 0.05 % of what an even plane would give
MOST_AT_ONE = 1000  # participants; that two of more met each other is chance


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """Who stands where, what they do, and how much there is of them.

    Attributes
    ----------
    xyz : (n, 3) float64          unit vectors; NaN without coordinates
    industry : (n,) int32         row and column of `related`
    mass : (n,) float64           square root of the size; 0 for whoever does not count
    floor_km : (n,) float64       shortest distance that the coordinates can tell
    related : (s, s) float64      0 to 1: how related two industries are
    decay_km : float              distance at which buzz has faded to 37 %
    reach_km : float              further ones do not count
    """

    xyz: Floats
    industry: Codes
    mass: Floats
    floor_km: Floats
    related: Floats
    decay_km: Kilometres
    reach_km: Kilometres

    @property
    def located(self) -> Flags:
        """(n,) bool: which organisations have coordinates."""
        return np.asarray(np.isfinite(self.xyz[:, 0]))


def buzz_exposure(around: Surroundings, focal: Indices, *, edges_km: Floats) -> Floats:
    """Return the buzz that organisations are exposed to, by the distance it comes from.

    Parameters
    ----------
    around : Surroundings
    focal : (m,) int64
        Rows of the organisations in question; all must have coordinates.
    edges_km : (b - 1,) float64 [km]
        Upper ends of all bands but the last.

    Returns
    -------
    (m, b) float64 [square root of jobs]
        As of related organisations at no distance; oneself does not count.

    Examples
    --------
    >>> from buzzline.space.globe import unit_vectors
    >>> at = unit_vectors(np.zeros(2), np.zeros(2))
    >>> two = Surroundings(at, np.zeros(2, np.int32), np.array([2.0, 3.0]), np.zeros(2),
    ...                    np.eye(1), 1.0, 10.0)
    >>> buzz_exposure(two, np.array([0]), edges_km=np.array([])).tolist()
    [[3.0]]
    """
    rows = np.flatnonzero(around.located)
    group, first, of_row = _groups(around, rows)
    order, keys = _by_cell(around.xyz[rows[first]], around.reach_km)
    here = rows[first[order]]
    place = np.empty(order.size, np.int64)
    place[order] = np.arange(order.size)
    mass = np.bincount(group, weights=around.mass[rows], minlength=first.size)[order]
    wanted, again = np.unique(of_row[focal], return_inverse=True)
    fading = as_floats([chord(around.reach_km), around.decay_km, EARTH_RADIUS_KM])
    points = (
        as_floats(around.xyz[here]), keys, as_floats(around.floor_km[here]),
        as_codes(around.industry[here]), as_floats(mass), as_floats(around.related), fading,
        as_floats(edges_km),
    )  # fmt: skip
    at = as_indices(place[wanted])
    found = in_parts(lambda part: faded_sums(as_indices(at[part]), *points), at.size)[again]
    own = around.floor_km[focal]
    same = around.related[around.industry[focal], around.industry[focal]]
    band = np.searchsorted(edges_km, own, side="left")
    found[np.arange(focal.size), band] -= (
        same * around.mass[focal] * np.exp(-own / around.decay_km)
    )
    return as_floats(np.maximum(found, 0.0))  # differences of equal sums may fall below 0


def buzz_of(around: Surroundings, which: Flags) -> Floats:
    """Return the buzz from being near of some organisations, NaN for all others. (n,)."""
    focal = as_indices(np.flatnonzero(which & around.located))
    out = np.full(around.mass.size, np.nan)
    out[focal] = buzz_exposure(around, focal, edges_km=np.empty(0))[:, 0]
    return out


def met_exposure(around: Surroundings, focal: Indices, met: csr_array) -> Floats:
    """Return the buzz from those whom organisations also meet, to be added to that from all.

    Parameters
    ----------
    around : Surroundings
    focal : (m,) int64
    met : (m, n) sparse float64
        For each focal organisation, at which share of the kinds of occasion it meets another.

    Returns
    -------
    (m,) float64
        sum_j exp(-d_ij / decay) related(s_i, s_j) sqrt(size_j) met_ij, so that mix_ij is
        1 + met_ij.
    """
    pairs = met.tocoo()
    row, other = pairs.coords
    one = focal[row]
    ok = around.located[one] & around.located[other] & (one != other)
    row, one, other, share = row[ok], one[ok], other[ok], pairs.data[ok]
    km = np.maximum(
        distance_km(around.xyz[one], around.xyz[other]),
        np.maximum(around.floor_km[one], around.floor_km[other]),
    )
    weight = around.related[around.industry[one], around.industry[other]] * around.mass[other]
    faded = np.where(km <= around.reach_km, np.exp(-km / around.decay_km), 0.0)
    return as_floats(np.bincount(row, weights=share * weight * faded, minlength=focal.size))


def meeting(focal: Indices, attended: tuple[Indices, Indices], n: int) -> csr_array:
    """Return who meets whom at the occasions of one kind, as (m, n) sparse zeros and ones.

    Parameters
    ----------
    focal : (m,) int64
    attended : two of (k,) int64
        Organisation and occasion, numbered from 0; occasions with more than 1,000 participants
        bring nobody together.
    n : int
        Organisations.
    """
    who, what = attended
    size = np.bincount(what, minlength=1)
    keep = size[what] <= MOST_AT_ONE
    ones = np.ones(int(keep.sum()))
    shape = (n, size.size)
    part = coo_array((ones, (who[keep], what[keep])), shape=shape).tocsr()
    met = csr_array(part[focal] @ part.T)
    met.data = np.ones_like(met.data)
    return met


def _groups(around: Surroundings, rows: Indices) -> tuple[Indices, Indices, Indices]:
    """Gather organisations of one industry and precision at one place: they count together."""
    at = np.column_stack(
        [around.xyz[rows], around.floor_km[rows], around.industry[rows].astype(np.float64)]
    )
    _, first, group = np.unique(at, axis=0, return_index=True, return_inverse=True)
    of_row = np.full(around.mass.size, -1, np.int64)
    of_row[rows] = group.ravel()
    return as_indices(group.ravel()), as_indices(first), of_row


def _by_cell(xyz: Floats, reach_km: Kilometres) -> tuple[Indices, Indices]:
    keys = cell_keys(as_floats(xyz), chord(reach_km))
    order = np.argsort(keys, kind="stable")
    return as_indices(order), as_indices(keys[order])
