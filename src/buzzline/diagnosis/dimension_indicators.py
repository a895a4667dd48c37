"""Indicators of five dimensions of a cluster, each against what its size would give."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import polars as pl
from scipy.stats import gamma

from buzzline.arrays import Floats, Indices, as_codes, as_flags, as_floats, as_indices
from buzzline.diagnosis.dimension_scene import RIVALRY, DimensionScene
from buzzline.diagnosis.scores import (
    Score,
    against_draws,
    ends,
    exact,
    not_measured,
    of_members,
    of_share,
)
from buzzline.linkages.backward_linkage import local_purchases
from buzzline.linkages.effective_shares import EffectiveShare, share_of_one_owner
from buzzline.linkages.pattern_scene import BUYING, LOCAL, codes_of

Cluster = dict[str, object]
Measure = Callable[[DimensionScene, Cluster], Score]

FEWEST = 10  # items, purchases or members that tell anything
KNOWN_JOBS = 0.8  # of members, below which their sizes are not known
NULL_DRAWS = 199
INPUT_OUTPUT = "input_output"
NOWHERE = "it is not known where the cluster lies"


def effective_rivals(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return ln of 1 / HHI of members by jobs, against as many drawn from the industry."""
    return _of_sizes(scene, cluster, "rivals", lambda jobs: float(-np.log(_herfindahl(jobs))))


def three_largest(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the share of jobs in the three largest, against as many from the industry."""

    def top(jobs: Floats) -> float:
        return float(np.sort(jobs)[-3:].sum() / jobs.sum())

    return _of_sizes(scene, cluster, "three", top)


def _herfindahl(jobs: Floats) -> float:
    return float(((jobs / jobs.sum()) ** 2).sum())


def _of_sizes(
    scene: DimensionScene, cluster: Cluster, name: str, measure: Callable[[Floats], float]
) -> Score:
    members = scene.members(cluster)
    known = members & (scene.jobs > 0)
    if known.sum() < max(4, KNOWN_JOBS * members.sum()):
        return not_measured("jobs of too few members are known", int(known.sum()))
    others = scene.others_of(cluster)
    others = others[scene.jobs[others] > 0]
    n = int(known.sum())
    if others.size < n:
        return not_measured(
            f"only {others.size} others of the industry to draw {n} from", int(others.size)
        )
    jobs, pool = scene.jobs[known], scene.jobs[others]
    rng = scene.rng(name, str(cluster["cluster_id"]))
    drawn = [measure(rng.choice(pool, n, replace=False)) for _ in range(NULL_DRAWS)]
    return against_draws(measure(jobs), np.array(drawn), level=scene.level, n=n)


def variety(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return how often two knowledge items of different members are of different classes."""
    items = scene.study.knowledge_items.drop_nulls(["org_id", "classes"])
    held = _rows_of(scene, items["org_id"])
    inside = scene.members(cluster)[held]
    if inside.sum() < FEWEST:
        return not_measured(f"only {int(inside.sum())} knowledge items", int(inside.sum()))
    first = items["classes"].str.split("|").list.first()
    same = share_of_one_owner(codes_of(first)[inside], as_codes(held[inside]))
    if np.isnan(same.value):
        return not_measured("knowledge items of one member only", same.n)
    return of_share(EffectiveShare(1 - same.value, same.n_worth, same.n), scene.level)


def _rows_of(scene: DimensionScene, org_id: pl.Series) -> Indices:
    number = scene.scene.organisations.select("org_id").with_row_index("row")
    found = pl.DataFrame({"org_id": org_id}).join(
        number, on="org_id", how="left", validate="m:1", maintain_order="left"
    )
    return as_indices(found["row"].to_numpy())


def watching(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the share of members that watch, or are rivals of, another member."""
    return _tied_inside(scene, cluster, *RIVALRY)


def user_producer(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the share of members that buy from, or sell to, another member."""
    return _tied_inside(scene, cluster, *BUYING)


def joint_action(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the share of members that act jointly with another."""
    return _tied_inside(scene, cluster, "joint_action")


def _tied_inside(scene: DimensionScene, cluster: Cluster, *layers: str) -> Score:
    layer = scene.layer(*layers)
    if layer is None:
        return not_measured(f"no ties of {' or '.join(layers).replace('_', ' ')}")
    members = scene.members(cluster)
    ties = layer.ties
    inside = members[ties.source] & members[ties.target]
    tied = np.unique(np.concatenate([ties.source[inside], ties.target[inside]]))
    return of_members(tied.size, int(members.sum()), scene.level)


def local_inputs(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the share of what members buy that comes from nearby."""
    layer = scene.layer(*BUYING)
    if layer is None or not layer.ties.is_directed:
        return not_measured("no directed ties of supply")
    known = as_flags((layer.scale < 4) & scene.located(layer))
    share = local_purchases(
        layer.ties.chosen(known), scene.members(cluster), layer.scale[known] == LOCAL
    )
    return of_share(share, scene.level, fewest=FEWEST)


def second_tier(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the share of members' local suppliers that have a local supplier themselves."""
    layer = scene.layer(*BUYING)
    if layer is None or not layer.ties.is_directed:
        return not_measured("no directed ties of supply")
    near = layer.ties.chosen(layer.scale == LOCAL)
    suppliers = np.unique(near.source[scene.members(cluster)[near.target]])
    if suppliers.size < FEWEST:
        return not_measured(f"only {suppliers.size} local suppliers", int(suppliers.size))
    supplied = np.isin(suppliers, near.target)
    return of_members(int(supplied.sum()), int(suppliers.size), scene.level)


def inputs_at_hand(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the share of the industry's inputs whose industry is present within reach."""
    flows = scene.study.industry_flows.filter(
        (pl.col("kind") == INPUT_OUTPUT) & (pl.col("other") == str(cluster["industry"]))
    )
    total = float(flows["value"].sum())
    near = scene.near(cluster)
    if not total:
        return not_measured("no input-output flows into the industry")
    if near is None:
        return not_measured(NOWHERE)
    there = pl.Series(near | scene.members(cluster))
    present = scene.scene.organisations["industry"].filter(there).drop_nulls()
    at_hand = flows.filter(pl.col("industry").is_in(present.unique().implode()))
    return exact(float(at_hand["value"].sum()) / total, flows.height)


def support(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return support organisations nearby for each hundred members.

    References
    ----------
    .. [1] Garwood, F. (1936). Fiducial limits for the Poisson distribution. Biometrika 28(3/4).
       doi:10.1093/biomet/28.3-4.437
    """
    members, near = scene.members(cluster), scene.near(cluster)
    if not scene.is_support.any():
        return not_measured("no organisation is of a supporting kind (`organisations.kind`)")
    if near is None:
        return not_measured(NOWHERE)
    count, n = int((near & scene.is_support & ~members).sum()), max(int(members.sum()), 1)
    tail = (1 - scene.level) / 2
    low = float(gamma.ppf(tail, count)) if count else 0.0
    high = float(gamma.isf(tail, count + 1))
    at, error = float(np.log((count + 0.5) / n)), float(1 / np.sqrt(count + 0.5))
    return Score(100 * count / n, 100 * low / n, 100 * high / n, at=at, error=error, n=count)


def participation(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the share of members tied to a support organisation nearby."""
    members, near = scene.members(cluster), scene.near(cluster)
    if near is None:
        return not_measured(NOWHERE)
    supporting = near & scene.is_support & ~members
    if not supporting.any():
        return not_measured("no support organisation within reach")
    tied = np.zeros(members.size, np.bool_)
    for layer in scene.scene.layers.values():
        for here, there in ((layer.ties.source, layer.ties.target),
                            (layer.ties.target, layer.ties.source)):  # fmt: skip
            tied[here[members[here] & supporting[there]]] = True
    return of_members(int(tied.sum()), int(members.sum()), scene.level)


def coverage(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the share of members that belong to a declared cluster."""
    listed = scene.study.memberships["org_id"].unique()
    if not listed.len():
        return not_measured("no memberships of declared clusters")
    members = scene.members(cluster)
    inside = scene.scene.organisations["org_id"].is_in(listed.implode()).to_numpy()
    return of_members(int((inside & members).sum()), int(members.sum()), scene.level)


def agreement_on_norms(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return 1 less the variance of norms among members to that among all who answered."""
    answers = scene.study.outcomes.filter(pl.col("indicator").str.starts_with("norm"))
    if not answers.height:
        return not_measured("no survey of norms (`outcomes` with indicators `norm...`)")
    mean = answers.group_by("indicator", "unit_id", maintain_order=True).agg(
        pl.col("value").mean()
    )
    spread = mean.group_by("indicator").agg(pl.col("value").var().alias("all"))
    own = scene.scene.organisations.select("org_id").filter(pl.Series(scene.members(cluster)))
    inside = mean.join(own, left_on="unit_id", right_on="org_id", how="semi")
    each = inside.group_by("indicator").agg(pl.col("value").var(), pl.len().alias("n"))
    told = each.join(spread, on="indicator", how="inner").filter(
        (pl.col("n") >= FEWEST) & (pl.col("all") > 0)
    )
    if not told.height:
        return not_measured(f"fewer than {FEWEST} members answered")
    ratio = float((told["value"] / told["all"]).mean() or 0.0)  # type: ignore[arg-type]
    n = int(inside["unit_id"].n_unique())
    # A variance of n normal answers has a log with a standard error of sqrt(2 / (n - 1)).
    at, error = -np.log(max(ratio, 1e-9)), np.sqrt(2 / (n - 1))
    low, high = 1 - np.exp(-ends(float(at), float(error), scene.level))
    return Score(1 - ratio, float(low), float(high), at=float(at), error=float(error), n=n)


def fit_of_rules(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the mean fit of rules to the industry, where the cluster lies."""
    rules = scene.study.institutions.filter(
        (pl.col("industry") == str(cluster["industry"])) & pl.col("fit").is_not_null()
    )
    members = pl.Series(scene.members(cluster))
    place = scene.scene.organisations["place_id"].filter(members).drop_nulls().unique()
    held = set(place) | _parents(scene, set(place))
    rules = rules.filter(pl.col("place_id").is_null() | pl.col("place_id").is_in(list(held)))
    if not rules.height:
        return not_measured("no rule with a known fit to the industry there")
    return exact(float(rules["fit"].mean()), rules.height, "as recorded")  # type: ignore[arg-type]


def _parents(scene: DimensionScene, places: set[str]) -> set[str]:
    parent = dict(scene.study.places.select("place_id", "parent_id").drop_nulls().iter_rows())
    found: set[str] = set()
    while fresh := {parent[one] for one in places if one in parent} - found:
        found |= fresh
        places = fresh
    return found


def centralisation_of_advice(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return Freeman's centralisation of advice among members."""
    return _centralisation(scene, cluster, ("advice",))


def centralisation_of_supply(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return Freeman's centralisation of supply among members."""
    return _centralisation(scene, cluster, BUYING)


def _centralisation(
    scene: DimensionScene, cluster: Cluster, layer_names: tuple[str, ...]
) -> Score:
    """Return Freeman's centralisation among members, against as many ties at random."""
    layer = scene.layer(*layer_names)
    if layer is None:
        return not_measured(f"no ties of {' or '.join(layer_names)}")
    rows = np.flatnonzero(scene.members(cluster))
    number = np.full(scene.jobs.size, -1)
    number[rows] = np.arange(rows.size)
    both = np.sort(np.stack([number[layer.ties.source], number[layer.ties.target]]), axis=0)
    both = both[:, both[0] >= 0].astype(np.int64)
    pair = np.unique(both[0] * rows.size + both[1])
    n, m = rows.size, pair.size
    if n < 4 or m < FEWEST:
        return not_measured(f"only {m} pairs of members are tied", m)
    value = freeman(pair // n, pair % n, n)
    rng = scene.rng("freeman", layer_names[0], str(cluster["cluster_id"]))
    drawn = np.array([_at_random(n, m, rng) for _ in range(NULL_DRAWS)])
    return against_draws(value, drawn, level=scene.level, n=m)


def freeman(source: np.ndarray, target: np.ndarray, n: int) -> float:
    """Return Freeman's centralisation by degree: 1 for a star, 0 where all have as many ties.

    References
    ----------
    .. [1] Freeman, L. (1978). Centrality in social networks. Social Networks 1(3).
       doi:10.1016/0378-8733(78)90021-7

    Examples
    --------
    >>> freeman(np.array([0, 0, 0]), np.array([1, 2, 3]), 4)
    1.0
    """
    degree = np.bincount(source, minlength=n) + np.bincount(target, minlength=n)
    return float((degree.max() - degree).sum() / ((n - 1) * (n - 2)))


def _at_random(n: int, m: int, rng: np.random.Generator) -> float:
    """Return the centralisation of m different pairs of n dealt at random."""
    every = n * (n - 1) // 2
    drawn = rng.choice(every, m, replace=False) if every < 10 * m else _few(every, m, rng)
    one = ((1 + np.sqrt(1 + 8 * drawn)) / 2).astype(np.int64)
    one -= one * (one - 1) // 2 > drawn
    return freeman(one, drawn - one * (one - 1) // 2, n)


def _few(every: int, m: int, rng: np.random.Generator) -> np.ndarray:
    """Draw m of very many, without listing them all."""
    found = np.unique(rng.integers(0, every, m))
    while found.size < m:
        found = np.unique(np.concatenate([found, rng.integers(0, every, m - found.size)]))
    return found


def controlled_elsewhere(scene: DimensionScene, cluster: Cluster) -> Score:
    """Return the share of jobs (or members) of an owner in another country."""
    members = scene.members(cluster)
    if not scene.scene.organisations["owner_id"].is_not_null().any():
        return not_measured("no owners are known (`organisations.owner_id`)")
    abroad = scene.scene.is_foreign[members]
    jobs = scene.jobs[members]
    known = jobs > 0
    n = int(members.sum())
    if known.sum() < max(1, KNOWN_JOBS * n):
        return of_members(int(abroad.sum()), n, scene.level)
    weight = as_floats(jobs[known])
    worth = float(weight.sum() ** 2 / (weight**2).sum())
    value = float(weight[abroad[known]].sum() / weight.sum())
    return of_share(EffectiveShare(value, worth, int(known.sum())), scene.level)
