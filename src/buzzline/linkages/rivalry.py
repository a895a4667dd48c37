"""Do two clusters draw on the same sources: hires, customers, suppliers, partners, funders?

Overlap is potential rivalry. Whether it is borne out takes time: see `shocks`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import nan
from typing import Literal

import numpy as np
from scipy.sparse import csr_array

from buzzline.arrays import Codes, Floats, Indices, as_floats, as_indices
from buzzline.clusters.layer_ties import LayerTies
from buzzline.linkages.linkage_types import FUNDING_LAYERS, TYPE_LAYERS

End = Literal["source", "target", "either"]


@dataclass(frozen=True, slots=True)
class Resource:
    """What clusters may be rivals for, and which ties tell of it.

    Attributes
    ----------
    name : str
    layers : tuple of str
    member : "source", "target" or "either"     the end at which the member stands
    pool : "industry" or "organisation"         what counts as one source
    """

    name: str
    layers: tuple[str, ...]
    member: End
    pool: Literal["industry", "organisation"] = "industry"


RESOURCES: tuple[Resource, ...] = (
    Resource("hires", TYPE_LAYERS["labour"], "target"),
    Resource("customers", TYPE_LAYERS["input-output"], "source"),
    Resource("suppliers", TYPE_LAYERS["input-output"], "target"),
    Resource("research partners", TYPE_LAYERS["research"], "either"),
    Resource("funders", FUNDING_LAYERS, "target", "organisation"),
)
MANY_POOLS = 1_000
NOT_TOLD = {"land and incentives": "no table tells which land or incentives a cluster uses"}


def morisita_horn(one: Floats, other: Floats) -> float:
    """Return the overlap 2 sum(p q) / (sum(p^2) + sum(q^2)) of two compositions.

    Parameters
    ----------
    one, other : (g,) float64      shares or counts of each pool; taken as shares

    Returns
    -------
    float
        0: nothing in common, 1: the same composition. NaN where either is empty.

    References
    ----------
    .. [1] Horn, H. (1966). Measurement of "overlap" in comparative ecological studies. American
       Naturalist 100(914). doi:10.1086/282436

    Examples
    --------
    >>> round(morisita_horn(np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])), 6)
    0.763158
    """
    if not (one.sum() > 0 and other.sum() > 0):
        return nan
    p, q = one / one.sum(), other / other.sum()
    return float(2 * np.sum(p * q) / (np.sum(p**2) + np.sum(q**2)))


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """What the organisations of one cluster draw on.

    Attributes
    ----------
    counts : (units, pools) sparse float64
    n : float                        ties
    n_units : int                    organisations with any
    """

    counts: csr_array
    n: float
    n_units: int


def drawn_on(
    found: Mapping[str, LayerTies],
    resource: Resource,
    *,
    label: Codes,
    pool: Codes,
    place: Codes,
) -> Drawn:
    """Return what each of some organisations draws on, from ties with those of no cluster.

    Parameters
    ----------
    found : layer to LayerTies     at least the ties of the cluster, with direction
    resource : Resource
    label : (n,) int32             cluster of each organisation, -1 for none
    pool : (n,) int32              pool of each organisation as a partner, -1 when not known
    place : (n,) int32             number of the unit that an organisation is of; -1 for others
    """
    rows, pools, weights = [], [], []
    for layer in resource.layers:
        ties = found.get(layer)
        if ties is None:
            continue
        for member, partner in _ends(ties, resource.member):
            chosen = (place[member] >= 0) & (label[partner] < 0) & (pool[partner] >= 0)
            rows.append(place[member[chosen]])
            pools.append(pool[partner[chosen]])
            weights.append(ties.weight[chosen])
    row, column = (np.concatenate([np.empty(0, np.int32), *part]) for part in (rows, pools))
    weight = np.concatenate([np.empty(0), *weights])
    shape = (int(place.max(initial=-1)) + 1, int(pool.max(initial=-1)) + 1)
    counts = csr_array((weight, (row, column)), shape=shape)
    counts.sum_duplicates()
    return Drawn(counts, float(weight.sum()), int(np.unique(row).size))


def _ends(ties: LayerTies, member: End) -> tuple[tuple[Codes, Codes], ...]:
    known = (ties.source, ties.target), (ties.target, ties.source)
    if member == "either" or not ties.is_directed:
        return known
    return known[:1] if member == "source" else known[1:]


def composition_overlap(
    one: csr_array, other: csr_array, times: tuple[Floats, Floats]
) -> tuple[Floats, Floats, Floats]:
    """Return sums of products of two compositions over pools, for each draw of their units.

    Squares are over pairs of different units, so that few ties do not pass for specialisation:
    the expectation of each sum is that of the compositions the units come from.

    Parameters
    ----------
    one, other : (units, pools) sparse       what each unit draws on
    times : two (draws, units) float64       how often each unit counts

    Returns
    -------
    cross, square_of_one, square_of_other : (draws,) float64
        NaN where a draw has no two units.
    """
    if one.shape[1] > MANY_POOLS:  # those that neither draws on add nothing
        used = np.unique(np.concatenate([one.indices, other.indices]))
        one, other = one[:, used], other[:, used]
    (first, first_square), (second, second_square) = (
        _sums(counts, count) for counts, count in zip((one, other), times, strict=True)
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        cross = np.sum(first * second, axis=1) / (first.sum(axis=1) * second.sum(axis=1))
    return as_floats(cross), first_square, second_square


def _sums(counts: csr_array, times: Floats) -> tuple[Floats, Floats]:
    total = as_floats((counts.T @ times.T).T)
    own = np.asarray(counts.sum(axis=1)).ravel()
    alone = times**2 @ np.asarray(counts.power(2).sum(axis=1)).ravel()
    pairs = total.sum(axis=1) ** 2 - times**2 @ own**2
    square = np.sum(total**2, axis=1) - alone
    with np.errstate(divide="ignore", invalid="ignore"):
        return total, as_floats(np.where(pairs > 1e-9, square / pairs, nan))


def overlap(one: csr_array, other: csr_array, times: tuple[Floats, Floats]) -> Floats:
    """Return the Morisita-Horn overlap of two clusters for each draw of their units. (draws,).

    By chance it can come out above 1, which `resource_overlap` shows as 1; NaN where no two
    units of either share a pool.
    """
    cross, first, second = composition_overlap(one, other, times)
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_floats(np.where(first + second > 0, 2 * cross / (first + second), nan))


@dataclass(frozen=True, slots=True, eq=False)
class Roster:
    """The units (organisations, or their owners) of one cluster.

    Attributes
    ----------
    units : (u,) int64             row that stands for each
    place : (n,) int32             number of the unit of each organisation; -1 outside
    times : (draws, u) float64     how often each counts in a draw
    """

    units: Indices
    place: Codes
    times: Floats

    @property
    def once(self) -> Floats:
        """Each unit once. (1, u)."""
        return np.ones((1, self.units.size))


def roster_of(
    label: Codes, cluster: int, *, unit: Codes, draws: int, rng: np.random.Generator
) -> Roster:
    """Return the units of a cluster, resampled with replacement.

    Parameters
    ----------
    label : (n,) int32             cluster of each organisation
    cluster : int
    unit : (n,) int32              what each organisation counts as
    draws : int
    """
    rows = np.flatnonzero(label == cluster)
    units, number = np.unique(unit[rows], return_inverse=True)
    place = np.full(label.size, -1, np.int32)
    place[rows] = number
    n = units.size
    times = rng.multinomial(n, np.full(n, 1 / n), size=draws) if n else np.empty((draws, 0))
    return Roster(as_indices(units), place, as_floats(times))
