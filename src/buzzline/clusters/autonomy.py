"""Could a cluster exist without its siblings? What it keeps inside and what comes from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, as_floats
from buzzline.clusters.labour_markets import self_containment
from buzzline.clusters.layer_ties import LayerTies
from buzzline.clusters.separation_measures import conductance
from buzzline.quantities import Draws, Share
from buzzline.resampling import central_range

FEWEST_INFLOWS = 10  # below, no layer's dependence counts
MEASURES = ("self_containment", "conductance", "dependence")


@dataclass(frozen=True, slots=True, eq=False)
class MemberFlows:
    """Ties of each member of one cluster in one layer, and of everybody.

    Attributes
    ----------
    counts : (members, 5) float64
        Leaving, leaving to the own cluster, arriving, arriving from it, arriving from siblings.
    everything : float
        Tie ends of the whole layer.
    n : float
        Ties with a member.
    """

    counts: Floats
    everything: float
    n: float


def member_flows(
    ties: LayerTies, label: Codes, siblings: Mapping[int, Flags]
) -> dict[int, MemberFlows]:
    """Return the flows of the members of every cluster.

    Parameters
    ----------
    ties : LayerTies
    label : (n,) int32          cluster of each organisation, -1 for none
    siblings : cluster to (k,) bool
        Which clusters are its siblings.
    """
    ends = ties.both_ways()
    n, k = label.size, max(siblings, default=-1) + 1
    here, there = label[ends.source], label[ends.target]
    is_sibling = np.zeros((k + 1, k + 1), np.bool_)
    for cluster, flags in siblings.items():
        is_sibling[cluster, :k] = flags
    own = (here == there) & (here >= 0)
    chosen = (
        (ends.source, here >= 0), (ends.source, own), (ends.target, there >= 0),
        (ends.target, own), (ends.target, is_sibling[there, here]),
    )  # fmt: skip
    counts = np.column_stack([
        np.bincount(end[which], weights=ends.weight[which], minlength=n)
        for end, which in chosen
    ])  # fmt: skip
    everything = 2 * float(ends.weight.sum())
    found = {}
    order = np.argsort(label, kind="stable")
    starts = np.searchsorted(label[order], np.arange(k + 1))
    for cluster in siblings:
        rows = order[starts[cluster] : starts[cluster + 1]]
        part = as_floats(counts[rows])
        total = part.sum(axis=0)
        touching = float(total[0] + total[2] - total[1])
        n_ties = touching if ties.is_directed else touching / 2
        found[cluster] = MemberFlows(part, everything, n_ties)
    return found


def kept_inside(flows: MemberFlows, times: Floats | None = None) -> Floats:
    """Return self-containment, conductance and dependence on siblings of one cluster. (3,).

    Parameters
    ----------
    flows : MemberFlows
    times : (members,) float64, optional
        How often each member counts.
    """
    counts = flows.counts
    total = counts.sum(axis=0) if times is None else times @ counts
    out, own_out, into, own_in, from_siblings = total
    # the ties within are seen from both ends: a resampled member brings its own end only
    table = np.array([[own_out, out - own_out], [into - own_in, 0.0]])
    table[0, 0] = own = (own_out + own_in) / 2
    volume = out + into
    rest = max(flows.everything - volume, 0.0)
    cut = volume - 2 * own
    contained = self_containment(table)[0] if volume else np.nan
    cut_off = conductance(as_floats([cut]), as_floats([volume]), volume + rest)[0]
    return as_floats([contained, cut_off, from_siblings / into if into else np.nan])


@dataclass(frozen=True, slots=True, eq=False)
class Kept:
    """What one cluster keeps inside in one layer, and how that moves with its members.

    Attributes
    ----------
    value, low, high : (3,) float64    in the order of `MEASURES`
    drawn : (draws, 3) float64
    n, inflow : float
    """

    value: Floats
    low: Floats
    high: Floats
    drawn: Floats
    n: float
    inflow: float


def kept_with_error(
    flows: MemberFlows, *, draws: Draws, level: Share, rng: np.random.Generator
) -> Kept:
    """Return what a cluster keeps inside, with intervals from resampled members."""
    n = flows.counts.shape[0]
    drawn = np.full((draws, 3), np.nan)
    for draw in range(draws if n else 0):
        times = np.bincount(rng.integers(n, size=n), minlength=n).astype(np.float64)
        drawn[draw] = kept_inside(flows, times)
    value = kept_inside(flows)
    ends = [_range(drawn[:, m], level) for m in range(len(MEASURES))]
    low, high = as_floats([e[0] for e in ends]), as_floats([e[1] for e in ends])
    return Kept(value, low, high, drawn, flows.n, float(flows.counts[:, 2].sum()))


def _range(drawn: Floats, level: Share) -> tuple[float, float]:
    known = drawn[~np.isnan(drawn)]
    return central_range(known, level) if known.size > 1 else (np.nan, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Autonomy:
    """1 minus the largest dependence on siblings over layers.

    Attributes
    ----------
    value, low, high : float     NaN where no layer could be read
    layer : str                  of the largest dependence
    """

    value: float
    low: float
    high: float
    layer: str


def autonomy(kept: Mapping[str, Kept], level: Share) -> Autonomy:
    """Return how much a cluster could do without its siblings: 1 - max over layers.

    Layers with fewer than ten arriving ties do not count.

    Parameters
    ----------
    kept : layer to Kept
        Drawn with the same members in the same draw.
    """
    read = {
        layer: part for layer, part in kept.items()
        if part.inflow >= FEWEST_INFLOWS and not np.isnan(part.value[2])
    }  # fmt: skip
    if not read:
        return Autonomy(np.nan, np.nan, np.nan, "")
    worst = max(read, key=lambda layer: read[layer].value[2])
    together = np.column_stack([part.drawn[:, 2] for part in read.values()])
    known = together[~np.isnan(together).any(axis=1)]
    low, high = _range(as_floats(1 - known.max(axis=1)), level) if len(known) else (np.nan,) * 2
    return Autonomy(float(1 - read[worst].value[2]), low, high, worst)
