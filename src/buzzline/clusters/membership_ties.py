"""Which share of the ties of each organisation leads to members of each cluster."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.layer_ties import LayerTies


@dataclass(frozen=True, slots=True, eq=False)
class Crew:
    """Members of several clusters; an organisation may be in more than one.

    Attributes
    ----------
    start : (n + 1,) int64     clusters of organisation i: cluster[start[i]:start[i + 1]]
    cluster : (m,) int32
    rows : tuple of (.,) int64          organisations of each cluster
    core : tuple of (.,) int64          of these, the core
    """

    start: Indices
    cluster: Codes
    rows: tuple[Indices, ...]
    core: tuple[Indices, ...]


def crew_of(n: int, rows: Sequence[Indices], core: Sequence[Indices]) -> Crew:
    """Return the members of clusters among n organisations, looked up from either side."""
    cluster = np.repeat(np.arange(len(rows)), [part.size for part in rows])
    who = np.concatenate([*rows, np.empty(0, np.int64)]).astype(np.int64)
    order = np.argsort(who, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(who, minlength=n))])
    return Crew(as_indices(start), as_codes(cluster[order]), tuple(rows), tuple(core))


@dataclass(frozen=True, slots=True, eq=False)
class Ends:
    """Ties of one layer seen from each of their ends.

    Attributes
    ----------
    who, partner : (e,) int64
    share : (e,) float64        of all ties of `who`; sums to 1 over its ends
    number : (n,) float64       independent ties that those of an organisation amount to
    """

    who: Indices
    partner: Indices
    share: Floats
    number: Floats


def ends_of(ties: LayerTies, located: Flags) -> Ends:
    """Return the ties among those with coordinates, and how many independent ones they are.

    Parameters
    ----------
    ties : LayerTies
    located : (n,) bool

    Notes
    -----
    The ties of an organisation in one record (project, contract, respondent) are one
    observation: who met the members once is tied to them once, however many of them came, and
    by the share of its partners there that are members. Without records, ties to one partner
    are one observation, shares go by weight, and `number` is Kish's effective number,
    (sum w)^2 / sum w^2 over partners.
    """
    kept = ties.chosen(located[ties.source] & located[ties.target])
    who = np.concatenate([kept.source, kept.target]).astype(np.int64)
    partner = np.concatenate([kept.target, kept.source]).astype(np.int64)
    weight, has_records = np.tile(kept.weight, 2), bool(kept.record.size)
    unit = np.tile(kept.record, 2).astype(np.int64) if has_records else partner
    width = int(unit.max(initial=0)) + 1
    units, which = np.unique(who * width + unit, return_inverse=True)
    of_unit = np.bincount(which, weights=weight, minlength=units.size)
    owner, n = units // width, ties.n_organisations
    counts = np.ones(units.size) if has_records else of_unit
    whole = np.bincount(owner, weights=counts, minlength=n)
    share = weight / of_unit[which] * counts[which] / whole[who]
    squares = np.bincount(owner, weights=counts**2, minlength=n)
    number = np.divide(whole**2, squares, out=np.zeros(n), where=squares > 0)
    return Ends(who, partner, as_floats(share), as_floats(number))


def shares_with(ends: Ends, crew: Crew) -> tuple[Indices, Floats]:
    """Return which organisation is tied to members of which cluster, and by which share.

    Returns
    -------
    key : (p,) int64          organisation times number of clusters plus cluster, ascending
    share : (p,) float64      of the ties of the organisation
    """
    end, cluster = _member_ends(ends.partner, crew)
    keys, which = np.unique(ends.who[end] * len(crew.rows) + cluster, return_inverse=True)
    share = np.bincount(which, weights=ends.share[end], minlength=keys.size)
    return as_indices(keys), as_floats(share)


def _member_ends(partner: Indices, crew: Crew) -> tuple[Indices, Indices]:
    """Return the ends whose partner is a member, once for each of its clusters, and which."""
    many = np.diff(crew.start)[partner]
    with_member = np.flatnonzero(many)
    many = many[with_member]
    first = np.repeat(crew.start[partner[with_member]], many)
    place = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    cluster = crew.cluster[first + place].astype(np.int64)
    return as_indices(np.repeat(with_member, many)), as_indices(cluster)
