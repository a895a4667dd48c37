"""How often random walks from the core of a cluster come by, and what chance gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.gravity_tree import GravityForest, GravityTree, gravity_forest
from buzzline.clusters.layer_ties import LayerTies
from buzzline.clusters.membership_null import GravityField
from buzzline.kernels.walks import step_back
from buzzline.progress import Progress, told
from buzzline.quantities import Share
from buzzline.space.globe import EARTH_RADIUS_KM
from buzzline.space.threads import spread, thread_count

Singles = NDArray[np.float32]
STEPS = 15  # walked; what is left is spread as after the last of them
WALKS = 8  # clusters at once: a cache line of numbers an organisation
CELLS = 512  # even parts of the organisations, between which expected walks go
FAR_STEPS = 60  # between cells; few walks last longer
POINTS = 6  # organisations that stand for a cell when distances are averaged


@dataclass(frozen=True, slots=True, eq=False)
class Walks:
    """Ties of all layers as steps of a walk.

    Steps into organisation i come from to[start[i]:start[i + 1]].

    Attributes
    ----------
    start : (n + 1,) int64
    to : (m,) int32
    weight : (m,) float32        chance that a walk there takes this tie
    layer_share : (n, layers) float64   of the steps out of an organisation that are of a layer
    arriving : (n, layers) float64      ties by which it can be reached, to all its ties
    """

    start: Indices
    to: Codes
    weight: Singles
    layer_share: Floats
    arriving: Floats


def walks_of(ties: Sequence[LayerTies], located: Flags, *, against: bool = False) -> Walks:
    """Return the walk along the ties, each layer counting alike, or against them.

    Parameters
    ----------
    ties : sequence of LayerTies
    located : (n,) bool
        Ties with others than these are left out.
    against : bool
        Walk from target to source.
    """
    n = located.size
    source, target, weight = [], [], []
    out, into = np.zeros((n, len(ties))), np.zeros((n, len(ties)))
    for at, layer in enumerate(ties):
        kept = layer.chosen(located[layer.source] & located[layer.target]).both_ways()
        ends = (kept.target, kept.source) if against else (kept.source, kept.target)
        each = kept.weight / max(float(kept.weight.sum()), 1e-300)
        out[:, at] = np.bincount(ends[0], weights=each, minlength=n)
        into[:, at] = np.bincount(ends[1], weights=each, minlength=n)
        source.append(ends[0])
        target.append(ends[1])
        weight.append(each)
    whole = out.sum(axis=1)
    share = np.divide(out, whole[:, None], out=np.zeros_like(out), where=whole[:, None] > 0)
    both = (out + into) / 2
    arriving = np.divide(into, both, out=np.zeros_like(out), where=both > 0)
    here, there = np.concatenate(source), np.concatenate(target)
    order = np.argsort(there, kind="stable")
    chance = (np.concatenate(weight) / whole[here])[order].astype(np.float32)
    start = np.concatenate([[0], np.cumsum(np.bincount(there, minlength=n))])
    return Walks(as_indices(start), as_codes(here[order]), chance, share, arriving)


def visits(walks: Walks, cores: Sequence[Indices], restart: Share) -> Singles:
    """Return how often walks that start anew at each core come by. (n, clusters) float32.

    Personalised PageRank [1]_ without the start itself: sum over t >= 1 of
    restart (1 - restart)^t x_t, x_0 even over the core. Walks of more than 15 steps count with
    where they are after 15. O(ties x clusters) time.

    References
    ----------
    .. [1] Page, L., Brin, S., Motwani, R., Winograd, T. (1999). The PageRank citation ranking.
       Stanford InfoLab 1999-66.
    """
    n = walks.start.size - 1
    now = np.zeros((n, len(cores)), np.float32)
    for c, rows in enumerate(cores):
        now[rows, c] = 1 / max(rows.size, 1)
    total = np.zeros_like(now)
    edges = np.linspace(0, n, 4 * thread_count() + 1).astype(int)
    parts = list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    for t in range(1, STEPS + 1):
        after = np.empty_like(now)

        def fill(part: tuple[int, int], now: Singles = now, after: Singles = after) -> None:
            low, high = part
            step_back(walks.start, walks.to, walks.weight, now, low, after[low:high])

        list(spread(fill, parts))
        now = after
        total += (restart if t < STEPS else 1.0) * (1 - restart) ** t * now
    return total


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Even parts of the sorted organisations, and the null between them.

    Attributes
    ----------
    cell : (n,) int64            of each organisation, -1 for none
    pull : (layers, k) float64
    step : (layers, k, k) float64        chance that a step of a layer leads from cell to cell
    usual : (layers, k) float64          share of the steps out of a cell that are of a layer
    """

    cell: Indices
    pull: Floats
    step: Floats
    usual: Floats

    def later(self, arrived: Floats, restart: Share) -> Floats:
        """Return how often walks are in each cell, from where the first step led. (k,)."""
        chance = np.einsum("lk,lkj->kj", self.usual, self.step)
        now, out = (1 - restart) * arrived, np.zeros_like(arrived)
        for t in range(FAR_STEPS):
            out += (restart if t < FAR_STEPS - 1 else 1.0) * now
            now = (1 - restart) * now @ chance
        return as_floats(out)


def cells_of(nulls: Sequence[GravityField], walks: Walks) -> Cells:
    """Return what size, distance and borders make of steps between parts of the map."""
    tree, n = nulls[0].forest.whole, walks.start.size - 1
    k = min(CELLS, max(tree.rows.size // POINTS, 1))
    number = np.arange(tree.rows.size) * k // max(tree.rows.size, 1)
    cell = np.full(n, -1, np.int64)
    cell[tree.rows] = number
    pulls, steps = [], []
    chord, alike = _between_cells(tree, k), _of_one_country(nulls[0].forest, number, k)
    for at, null in enumerate(nulls):
        whole = null.pull[tree.rows] * walks.arriving[tree.rows, at]
        pull = np.bincount(number, weights=whole, minlength=k)
        fall = np.exp(null.fade.elasticity * np.log(chord)).mean(axis=(2, 3))
        crossing = null.fade.crossing
        flow = fall * pull * (crossing + (1 - crossing) * alike)
        sums = flow.sum(axis=1, keepdims=True)
        pulls.append(pull)
        steps.append(np.divide(flow, sums, out=np.zeros_like(flow), where=sums > 0))
    out = [np.bincount(number, weights=walks.layer_share[tree.rows, at], minlength=k)
           for at in range(len(nulls))]  # fmt: skip
    usual = np.asarray(out) / np.maximum(np.sum(out, axis=0), 1e-12)
    return Cells(as_indices(cell), as_floats(pulls), as_floats(steps), as_floats(usual))


def _of_one_country(forest: GravityForest, number: Indices, k: int) -> Floats:
    """Return how probably organisations of two cells are of one country. (k, k)."""
    if forest.nations is None:
        return np.ones((k, k))
    code = forest.nations.code[forest.whole.rows].astype(np.int64)
    width = len(forest.nations.grounds)
    counts = np.bincount(number * width + code, minlength=k * width).reshape(k, width)
    share = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    return as_floats(share @ share.T)


def _between_cells(tree: GravityTree, k: int) -> Singles:
    """Return distances [km] between organisations that stand for cells. (k, k, p, p)."""
    n = tree.rows.size
    first, width = np.arange(k) * n // k, max(n // k, 1)
    points = min(POINTS, width)
    inside = (np.arange(points) * 2 + 1) * width // (2 * points)
    rows = np.minimum(first[:, None] + inside[None], n - 1)
    xyz, floor = tree.xyz[rows].astype(np.float32), tree.floor_km[rows].astype(np.float32)
    gram = np.einsum("apx,bqx->abpq", xyz.astype(float), xyz.astype(float))
    km = EARTH_RADIUS_KM * np.sqrt(np.maximum(2 - 2 * gram, 0)).astype(np.float32)
    least = np.maximum(floor[:, None, :, None], floor[None, :, None, :])
    return np.asarray(np.maximum(km, least))


def expected_visits(
    nulls: Sequence[GravityField],
    cells: Cells,
    walks: Walks,
    *,
    core: Indices,
    at: Indices,
    restart: Share,
) -> Floats:
    """Return how often walks would come by on the network that size and distance give. (q,).

    The first step is summed organisation by organisation, further ones go between cells.

    Parameters
    ----------
    nulls : sequence of GravityField
    cells : Cells
    walks : Walks
    core, at : (.,) int64       rows; all of `at` with coordinates
    restart : share
    """
    forest, k = nulls[0].forest, cells.pull.shape[1]
    out, arrived = np.zeros(at.size), np.zeros(k)
    core = as_indices(core[(cells.cell[core] >= 0) & (walks.layer_share[core].sum(axis=1) > 0)])
    if not core.size:
        return out
    own = gravity_forest(forest.whole.ground, forest.nations, core)
    share, push = walks.layer_share, np.zeros(forest.whole.place.size)
    for layer, null in enumerate(nulls):
        leaving, reach = share[core, layer] / core.size, null.reach[core]
        push[core] = np.divide(leaving, reach, out=np.zeros(core.size), where=reach > 0)
        pulled = null.pull[at] * walks.arriving[at, layer]
        out += restart * (1 - restart) * pulled * own.sums(push, null.fade, at)
        sent = np.bincount(cells.cell[core], weights=leaving, minlength=k)
        arrived += sent @ cells.step[layer]
    later = cells.later(arrived, restart)
    for layer, null in enumerate(nulls):
        comes = (1 - restart) * (later * cells.usual[layer]) @ cells.step[layer]
        pull = cells.pull[layer]
        a_pull = np.divide(comes, pull, out=np.zeros(k), where=pull > 0)
        out += null.pull[at] * walks.arriving[at, layer] * a_pull[cells.cell[at]]
    return as_floats(out)


def affinities(
    ties: Mapping[str, LayerTies],
    nulls: Mapping[str, GravityField],
    *,
    cores: Sequence[Indices],
    rows: Sequence[Indices],
    restart: Share,
    progress: Progress,
) -> tuple[list[Floats], list[Floats]]:
    """Return, for some rows of each cluster, visits to those that size and distance give.

    Parameters
    ----------
    ties : mapping of layer to LayerTies
    nulls : mapping of layer to GravityField
    cores : one (.,) int64 a cluster     where walks start
    rows : one (.,) int64 a cluster      where they are counted
    restart : share

    Returns
    -------
    inward, outward : lists of (.,) float64
        Along the ties from the core, and against them. 1: as chance gives; 0: never; NaN where
        chance never comes by either.
    """
    fields, layers = list(nulls.values()), list(ties.values())
    located = fields[0].forest.whole.place >= 0
    found = []
    directions = (False, True) if any(layer.is_directed for layer in layers) else (False,)
    for against in directions:
        walks = walks_of(layers, located, against=against)
        cells = cells_of(fields, walks)
        starts = [as_indices(core[walks.layer_share[core].sum(axis=1) > 0]) for core in cores]
        ratios: list[Floats] = []
        blocks = [slice(c, c + WALKS) for c in range(0, len(cores), WALKS)]
        for block in told(progress, "random walks from the core of clusters", blocks):
            observed = visits(walks, starts[block], restart)
            scale = (1 - restart) / np.maximum(observed.sum(axis=0, dtype=np.float64), 1e-300)
            for c, at in enumerate(rows[block]):
                given = np.full(at.size, np.nan)
                placed = located[at]
                given[placed] = expected_visits(
                    fields, cells, walks,
                    core=starts[block][c], at=as_indices(at[placed]), restart=restart,
                )  # fmt: skip
                ratio = np.divide(observed[at, c] * scale[c], given,
                                  out=np.full(at.size, np.nan), where=given > 0)  # fmt: skip
                ratios.append(as_floats(ratio))
        found.append(ratios)
    return found[0], found[-1]
