"""The rows of social capital: structure, content, conventions and trust, each apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, nan

import numpy as np
import polars as pl
from scipy import sparse
from scipy.stats import t as student

from buzzline.arrays import Flags, Floats, Indices, as_codes, as_flags, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.linkages.conventions import (
    FEWEST_ANSWERS,
    Likeness,
    answers_of,
    intraclass,
    likeness_along_ties,
)
from buzzline.linkages.pair_errors import PairRows
from buzzline.linkages.tie_structure import (
    Measured,
    closure,
    dealt_within,
    density,
    reciprocity,
    rewired,
    share_of_pairs,
    tied_matrix,
    weak_ties,
)
from buzzline.linkages.tied_pairs import TiedPairs, tied_pairs
from buzzline.quantities import Share
from buzzline.randomness import child
from buzzline.resampling import central_range, too_few_draws
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import UNDIRECTED_LAYERS

FEWEST_MEMBERS = 5
FEWEST_TIES = 10
NO_NULL = "no null: what size and distance would give is in the balance of scales"
Row = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What the rows are read off.

    Attributes
    ----------
    study : Study
    pairs : TiedPairs           of all layers together
    by_layer : dict of layer to TiedPairs
    directed : csr              ties of layers with a direction, (n, n) ones
    clusters : list of (names, (n,) bool of members)
    level, draws, seed : as asked
    """

    study: Study
    pairs: TiedPairs
    by_layer: dict[str, TiedPairs]
    directed: sparse.csr_array
    clusters: list[tuple[Row, Flags]]
    level: Share
    draws: int
    seed: int


def scene_of(
    study: Study, clustering: Clustering, layers: Sequence[str], *, level: Share, draws: int,
    seed: int,
) -> Scene:  # fmt: skip
    """Return ties and members of a study."""
    number = study.organisations.select("org_id").with_row_index("row")
    joined = clustering.members.join(number, on="org_id", how="inner", validate="m:1")
    rows_of = {str(key[0]): part["row"].to_numpy() for key, part in
               joined.group_by("cluster_id")}  # fmt: skip
    clusters = []
    for cluster in clustering.clusters.to_dicts():
        inside = np.zeros(number.height, np.bool_)
        inside[rows_of.get(str(cluster["cluster_id"]), as_indices([]))] = True
        named = {key: cluster[key] for key in ("cluster_id", "label", "industry")}
        clusters.append((named, as_flags(inside)))
    by_layer = {layer: tied_pairs(study, [layer]) for layer in layers}
    return Scene(study, tied_pairs(study, layers), by_layer, _directed(study, layers, number),
                 clusters, level, draws, seed)  # fmt: skip


def _directed(study: Study, layers: Sequence[str], number: pl.DataFrame) -> sparse.csr_array:
    ties = study.linkages.filter(
        pl.col("layer").is_in(list(layers))
        & pl.col("directed").fill_null(~pl.col("layer").is_in(list(UNDIRECTED_LAYERS)))
        & (pl.col("source") != pl.col("target")) & (pl.col("weight").fill_null(1.0) > 0)
    ).select("source", "target").unique(maintain_order=True)  # fmt: skip
    ends = [
        ties.select(org_id=end).join(number, on="org_id", how="left", validate="m:1",
                                     maintain_order="left")["row"].to_numpy()
        for end in ("source", "target")
    ]  # fmt: skip
    shape = (number.height, number.height)
    return sparse.coo_array((np.ones(ties.height), tuple(ends)), shape=shape).tocsr()


def cells(found: Measured, level: Share) -> Row:
    """Return the columns of a share and its interval."""
    if not isfinite(found.value):
        return {"n": found.n}
    half = nan
    if found.units > 1 and isfinite(found.error):
        half = float(student.ppf((1 + level) / 2, found.units - 1)) * found.error
    return {"value": found.value, "low": max(found.value - half, 0.0),
            "high": min(found.value + half, 1.0), "n": found.n}  # fmt: skip


# ── structure ─────────────────────────────────────────────────────────────────────────────


def structure_rows(scene: Scene) -> list[Row]:
    """Return density, closure, bridging, weak ties and reciprocity of each cluster."""
    found: list[Row] = []
    for named, inside in scene.clusters:
        rng = child(scene.seed, "rewired", str(named["cluster_id"]))
        found += [
            named | {"level": scene.level} | row for row in _structure(scene, inside, rng)
        ]
    return found


def _structure(scene: Scene, inside: Flags, rng: np.random.Generator) -> Iterable[Row]:
    m = int(inside.sum())
    within = scene.pairs.chosen(as_indices(np.flatnonzero(
        inside[scene.pairs.one] & inside[scene.pairs.other]
    )))  # fmt: skip
    number = np.cumsum(inside) - 1
    rows = PairRows(as_indices(number[within.one]), as_indices(number[within.other]),
                    within.pair, within.record)  # fmt: skip
    ties = tied_matrix(rows.one, rows.other, m)
    if m < FEWEST_MEMBERS or within.one.size < FEWEST_TIES:
        few = (f"{m} members with {within.one.size} ties among them, at least {FEWEST_MEMBERS} "
               f"and {FEWEST_TIES} needed")  # fmt: skip
        names = ("density", "closure", "weak ties", "reciprocity", "bridging")
        yield from ({"measure": name, "n": m, "reason": few} for name in names)
        return
    yield {"measure": "density", "reason": NO_NULL} | cells(
        density(as_indices(np.diff(ties.indptr))), scene.level
    )
    for name, statistic in (("closure", closure), ("weak ties", weak_ties)):
        yield {"measure": name} | _against_dealt(
            statistic(ties, rows),
            statistic,
            dealt_within(rows, m, draws=scene.draws, rng=rng),
            scene,
        )
    yield _mutual(scene, inside, rng)
    touching = inside[scene.pairs.one] | inside[scene.pairs.other]
    ours = scene.pairs.chosen(as_indices(np.flatnonzero(touching)))
    leaves = as_floats(inside[ours.one] != inside[ours.other])
    yield {"measure": "bridging", "reason": NO_NULL} | cells(
        share_of_pairs(leaves, ours.as_rows()), scene.level
    )


def _mutual(scene: Scene, inside: Flags, rng: np.random.Generator) -> Row:
    ways = sparse.csr_array(scene.directed[inside][:, inside])
    if ways.nnz < FEWEST_TIES:
        few = f"{ways.nnz} directed ties, at least {FEWEST_TIES} needed"
        return {"measure": "reciprocity", "n": int(ways.nnz), "reason": few}
    key = int(rng.integers(2**62))
    dealt = (rewired(ways, is_directed=True, key=key, step=step)
             for step in range(scene.draws))  # fmt: skip
    return {"measure": "reciprocity"} | _against_dealt(
        reciprocity(ways), reciprocity, dealt, scene
    )


def _against_dealt(
    found: Measured,
    statistic: Callable[[sparse.csr_array], Measured],
    networks: Iterable[sparse.csr_array],
    scene: Scene,
) -> Row:
    """Return a share against networks in which everybody has as many ties, or records."""
    if not isfinite(found.value):
        return {"n": found.n, "reason": "nothing to take a share of"}
    row = cells(found, scene.level)
    if few := too_few_draws(scene.draws, scene.level):
        return row | {"reason": few}
    dealt = as_floats([statistic(network).value for network in networks])
    low, high = central_range(dealt, scene.level)
    tail = min(int((dealt <= found.value + 1e-12).sum()),
               int((dealt >= found.value - 1e-12).sum()))  # fmt: skip
    return row | {"expected": float(dealt.mean()), "expected_low": low, "expected_high": high,
                  "p": min(1.0, 2 * (1 + tail) / (1 + scene.draws))}  # fmt: skip


# ── content ───────────────────────────────────────────────────────────────────────────────


def content_rows(scene: Scene) -> list[Row]:
    """Return, of the pairs tied in a cluster, the share tied in each layer and in several."""
    keys = {layer: _keys(part, scene) for layer, part in scene.by_layer.items()}
    every = _keys(scene.pairs, scene)
    found: list[Row] = []
    for named, inside in scene.clusters:
        which = np.flatnonzero(inside[scene.pairs.one] & inside[scene.pairs.other])
        ours, own = scene.pairs.chosen(as_indices(which)), every[which]
        number = np.zeros(own.size)
        for layer, has_key in keys.items():
            has = as_floats(np.isin(own, has_key))
            number += has
            found.append(named | _content(layer, has, ours, scene.level))
        if len(keys) > 1:
            several = as_floats(number > 1)
            found.append(named | _content("in several layers", several, ours, scene.level))
    return found


def _keys(pairs: TiedPairs, scene: Scene) -> Indices:
    return as_indices(pairs.one * scene.study.organisations.height + pairs.other)


def _content(layer: str, has: Floats, ours: TiedPairs, level: Share) -> Row:
    row: Row = {"layer": layer, "level": level, "n_ties": int(has.sum())}
    if has.size < FEWEST_TIES:
        return row | {"n": has.size, "reason": f"{has.size} pairs tied within, at least "
                                               f"{FEWEST_TIES} needed"}  # fmt: skip
    return row | cells(share_of_pairs(has, ours.as_rows()), level)


# ── conventions ───────────────────────────────────────────────────────────────────────────


def convention_rows(scene: Scene, norms: Sequence[str]) -> list[Row]:
    """Return how much answers on each norm resemble each other within each grouping."""
    frame = scene.study.organisations
    number = frame.select("org_id").with_row_index("row")
    member = np.full(frame.height, -1)
    for k, (_, inside) in reversed(list(enumerate(scene.clusters))):
        member[inside] = k
    groupings = {"cluster": as_codes(member)} | {
        name: as_codes(frame[name].rank("dense").cast(pl.Int32).fill_null(0).to_numpy() - 1)
        for name in ("industry", "region", "country")
    }
    found: list[Row] = []
    for norm in norms:
        answers = scene.study.outcomes.filter(pl.col("indicator") == norm).join(
            number, left_on="unit_id", right_on="org_id", how="inner", validate="m:1"
        )  # fmt: skip
        answer = answers_of(as_floats(answers["value"].to_numpy()),
                            as_codes(answers["row"].to_numpy()), frame.height)  # fmt: skip
        rng = child(scene.seed, "answers", norm)
        for grouping, group in groupings.items():
            keep = np.isfinite(answer) & (group >= 0)
            like = intraclass(as_floats(answer[keep]), as_codes(group[keep]), scene.level)
            found.append({"norm": norm, "grouping": grouping} | _convention(like, scene))
        along = likeness_along_ties(
            answer, scene.pairs, draws=scene.draws, rng=rng, level=scene.level
        )
        few: Row = {"reason": too_few_draws(scene.draws, scene.level) or None}
        row = {"norm": norm, "grouping": "tied pairs"} | few
        found.append(row | _convention(along, scene))
    return found


def _convention(like: Likeness, scene: Scene) -> Row:
    row: Row = {"n": like.n, "n_groups": like.n_groups, "level": scene.level}
    if not isfinite(like.value) or like.n < FEWEST_ANSWERS:
        few = f"{like.n} organisations answered, in {like.n_groups} groups"
        return row | {"reason": f"{few}; at least {FEWEST_ANSWERS} in two are needed"}
    return row | {"value": like.value, "low": like.low, "high": like.high, "p": like.p}


# ── trust and newcomers ───────────────────────────────────────────────────────────────────


def trust_rows(scene: Scene) -> list[Row]:
    """Return trust as surveyed and as behaved, within each cluster and towards others.

    Who trusts is the source; a tie without direction counts for whichever end is a member.
    """
    ties = _trusting(scene)
    either = ~ties["directed"].to_numpy()
    found: list[Row] = []
    for named, inside in scene.clusters:
        one, other = inside[ties["from"].to_numpy()], inside[ties["to"].to_numpy()]
        outward = (one & ~other) | (either & other & ~one)
        for among, which in (("within", one & other), ("to others", outward)):
            part = ties.filter(pl.Series(which))
            for measure, column in (
                ("trust (survey)", "trust"), ("repeated without contract", "repeated"),
            ):  # fmt: skip
                shared = {"among": among, "measure": measure, "level": scene.level}
                found.append(named | shared | _trust(part, column, scene.level))
    return found


def _trusting(scene: Scene) -> pl.DataFrame:
    number = scene.study.organisations.select("org_id").with_row_index("row")
    ties = scene.study.linkages.filter(
        (pl.col("source") != pl.col("target")) & pl.col("layer").is_in(list(scene.by_layer))
    )
    for end, name in (("source", "from"), ("target", "to")):
        ties = ties.join(number.rename({"row": name}), left_on=end, right_on="org_id",
                         how="left", validate="m:1", maintain_order="left")  # fmt: skip
    told = pl.col("repeat_n").is_not_null() & pl.col("formal").is_not_null()
    repeated = ((pl.col("repeat_n") > 0) & ~pl.col("formal")).cast(pl.Float64)
    return ties.select(
        pl.col("from", "to").cast(pl.Int64),
        "trust",
        repeated=pl.when(told).then(repeated),
        directed=pl.col("directed").fill_null(~pl.col("layer").is_in(list(UNDIRECTED_LAYERS))),
    )


def _trust(ties: pl.DataFrame, column: str, level: Share) -> Row:
    known = ties.filter(pl.col(column).is_not_null())
    if known.height < FEWEST_TIES:
        what = "`trust`" if column == "trust" else "`repeat_n` and `formal`"
        return {"n": known.height, "reason": f"{known.height} ties tell {what}, at least "
                                             f"{FEWEST_TIES} needed"}  # fmt: skip
    none = as_indices([])
    rows = PairRows(as_indices(known["from"].to_numpy()), as_indices(known["to"].to_numpy()),
                    none, none)  # fmt: skip
    found = share_of_pairs(as_floats(known[column].to_numpy()), rows)
    return cells(found, level) | {"n_organisations": found.units}
