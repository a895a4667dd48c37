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
import polars as pl
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


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Organisations gathered: those of one industry and precision at one point count together.

    Attributes
    ----------
    rows : (l,) int64        organisations with coordinates
    group : (l,) int64       of each of these
    place : (n,) int64       where the group of an organisation stands in `here`, -1 for none
    here : (g,) int64        one organisation of each group, by cell
    keys : (g,) int64        cells
    order : (g,) int64       group at each place
    """

    rows: Indices
    group: Indices
    place: Indices
    here: Indices
    keys: Indices
    order: Indices


def buzz_exposure(
    around: Surroundings,
    focal: Indices,
    *,
    edges_km: Floats,
    standing: Standing | None = None,
) -> Floats:
    """Return the buzz that organisations are exposed to, by the distance it comes from.

    Parameters
    ----------
    around : Surroundings
    focal : (m,) int64
        Rows of the organisations in question; all must have coordinates.
    edges_km : (b - 1,) float64 [km]
        Upper ends of all bands but the last.
    standing : Standing, optional
        From `standing_of`, where the same places are heard several times.

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
    at = standing or standing_of(around)
    here = at.here
    total = np.bincount(at.group, weights=around.mass[at.rows], minlength=here.size)
    wanted, again = np.unique(at.place[focal], return_inverse=True)
    fading = as_floats([chord(around.reach_km), around.decay_km, EARTH_RADIUS_KM])
    points = (
        as_floats(around.xyz[here]), at.keys, as_floats(around.floor_km[here]),
        as_codes(around.industry[here]), as_floats(total[at.order]), as_floats(around.related),
        fading, as_floats(edges_km),
    )  # fmt: skip
    sums = in_parts(lambda part: faded_sums(as_indices(wanted[part]), *points), wanted.size)
    found = sums[again]
    own = around.floor_km[focal]
    same = around.related[around.industry[focal], around.industry[focal]]
    band = np.searchsorted(edges_km, own, side="left")
    found[np.arange(focal.size), band] -= (
        same * around.mass[focal] * np.exp(-own / around.decay_km)
    )
    return as_floats(np.maximum(found, 0.0))  # differences of equal sums may fall below 0


def standing_of(around: Surroundings) -> Standing:
    """Return organisations gathered by place, industry and precision, sorted by cell."""
    rows = np.flatnonzero(around.located)
    at = pl.DataFrame({
        "x": around.xyz[rows, 0], "y": around.xyz[rows, 1], "z": around.xyz[rows, 2],
        "floor": around.floor_km[rows], "industry": around.industry[rows],
    })  # fmt: skip
    names = at.columns
    gathered = at.with_row_index("row").group_by(names, maintain_order=True)
    first = gathered.agg(pl.col("row").first())["row"].to_numpy().astype(np.int64)
    group = at.join(
        at[first].with_row_index("group"), on=names, how="left", validate="m:1",
        maintain_order="left",
    )["group"].to_numpy()  # fmt: skip
    keys = cell_keys(as_floats(around.xyz[rows[first]]), chord(around.reach_km))
    order = np.argsort(keys, kind="stable")
    at_cell = np.empty(order.size, np.int64)
    at_cell[order] = np.arange(order.size)
    place = np.full(around.mass.size, -1, np.int64)
    place[rows] = at_cell[group]
    return Standing(
        as_indices(rows), as_indices(group), place, as_indices(rows[first[order]]),
        as_indices(keys[order]), as_indices(order),
    )  # fmt: skip


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
