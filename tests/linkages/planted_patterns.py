"""Worlds in which one cluster has a pattern of missing links, by known factors."""

import numpy as np
import polars as pl
from tests.clusters.planted import clustering_of

from buzzline.arrays import as_codes
from buzzline.linkages.pattern_rule import PatternRule, pattern_shares
from buzzline.tables.worlds import Gravity, make_world
from buzzline.tables.worlds.gravity import planted, rates, scale_codes

# What multiplies the ties of cluster 0 at each scale.
FACTORS = {
    "none of these": {},
    "balanced district": {"local": 3.0, "regional": 3.0, "national": 0.5},
    "introverted": {"local": 3.0, "global": 0.2},
    "metropolitan enclave": {"local": 3.0, "global": 3.0, "regional": 0.2, "national": 0.5},
    "dependent enclave": {"local": 0.2, "regional": 0.2, "global": 4.0},
}  # fmt: skip
ANCHORED = 0.8  # of global ties of a dependent enclave lead to one owner
FLAT = Gravity(ties_each=8, distance_elasticity=0.4, border=0.3)


def as_clustering(world):
    """Return the planted clusters of a world as a clustering."""
    truth = world.truth
    named = truth.clusters.select(
        pl.format("c{}", "cluster").alias("cluster_id"), pl.col("place").alias("label"),
        "industry", "longitude", "latitude",
    )  # fmt: skip
    members = pl.DataFrame({
        "cluster_id": [f"c{c}" for c in truth.cluster[truth.cluster >= 0]],
        "org_id": world.study.organisations["org_id"].filter(pl.Series(truth.cluster >= 0)),
        "is_core": True,
    })  # fmt: skip
    return clustering_of(named, members)


def patterned(pattern, *, rng, organisations=500, ties_each=8.0):
    """Return a study and a clustering in which cluster c0 has a pattern, and the world."""
    gravity = Gravity(ties_each, FLAT.distance_elasticity, FLAT.border)
    world = make_world(
        organisations=organisations, clusters=2, industries=2, layers=("supply",),
        missing={0: FACTORS[pattern]}, gravity=gravity, rng=rng,
    )  # fmt: skip
    study = world.study
    alone = study.organisations.with_columns(owner_id=pl.col("org_id"))
    study = study.with_table("organisations", alone)
    if pattern == "dependent enclave":
        study = _anchored(study, world.truth.cluster == 0, np.random.default_rng(rng))
    return study, as_clustering(world), world


def _anchored(study, members, rng):
    """Give most partners abroad of a cluster to one owner, who is one of them."""
    org = study.organisations
    ids = org["org_id"].to_list()
    row = {name: k for k, name in enumerate(ids)}
    country = org["country"].to_list()
    abroad = set()
    for source, target in study.linkages.select("source", "target").iter_rows():
        for here, there in ((row[source], row[target]), (row[target], row[source])):
            if members[here] and not members[there] and country[here] != country[there]:
                abroad.add(there)
    owned = [k for k in sorted(abroad) if rng.random() < ANCHORED]
    owner = list(ids)
    for k in owned[1:]:
        owner[k] = ids[owned[0]]
    return study.with_table("organisations", org.with_columns(owner_id=pl.Series(owner)))


def true_pattern(world, anchored=False):
    """Return the pattern that the true rates of cluster 0 make, by the rule, without error.

    Tie ends count, as in the balance: a tie between two members is one at both.
    """
    members = np.flatnonzero(world.truth.cluster == 0)
    others = np.arange(world.truth.cluster.size)
    pairs = np.repeat(members, others.size), np.tile(others, members.size)
    sites, gravity = world.truth.sites, world.truth.gravity
    bare = rates(sites, gravity, pairs) * (pairs[0] != pairs[1])
    scale = scale_codes(sites, gravity, pairs)
    usual = np.bincount(scale, weights=bare, minlength=4)
    true = np.bincount(scale, weights=bare * planted(sites, gravity, pairs), minlength=4)
    usual, true = usual / usual.sum(), true / true.sum()
    far = np.log(PatternRule().notable)
    with np.errstate(divide="ignore", invalid="ignore"):
        # most ties are expected there: those elsewhere must be halved
        beyond = (usual > 2 / 3) & (true > usual)
        ratio = np.where(beyond, (1 - usual) / (1 - true) * 1.25 / 2, true / usual)
        log_ratio = np.nan_to_num(np.log(ratio), nan=0.0)  # nothing there, nothing expected
    names = ("local", "regional", "national", "global")
    signs = {f"{n} above": as_codes([b > far]) for n, b in zip(names, log_ratio, strict=True)}
    signs |= {f"{n} below": as_codes([b < -far]) for n, b in zip(names, log_ratio, strict=True)}
    no, depends = as_codes([0]), as_codes([int(anchored)])
    signs |= {"not global below": 1 - signs["global below"], "anchor dependence": depends,
              "no anchor dependence": 1 - depends, "lead organisation": no,
              "few ties at every scale": no, "long tenure": no, "dispersed": no,
              "inter-city ties below": no, "low trust": as_codes([-1])}  # fmt: skip
    shares = pattern_shares(signs).probability
    return max(shares, key=lambda name: shares[name]), float(
        np.abs(np.abs(log_ratio) - far).min()
    )
