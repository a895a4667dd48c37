"""Worlds in which deals choose among places as the conditional logit has it."""

import numpy as np
import polars as pl

from buzzline.space.sites import sites_of
from buzzline.space.zones import zones_of
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

PULL = (1.5, 0.5, -0.5)  # of places with a similar cluster, industry by industry
INSIDE = (0.9, 0.4, 0.1)  # of groups that stand in a cluster, where industries differ
HOSTS = 0.1  # of the members of a cluster: a place with as many holds it


def chosen_places(
    seed: int, *, times: float, confounded: bool = False, giants: int = 0, taste: float = 0.0,
    deals: int = 600, groups: int = 120, organisations: int = 900,
) -> tuple[Study, np.ndarray]:  # fmt: skip
    """Return a study with deals across borders, and the cluster of every organisation.

    Every organisation abroad is as likely to be bought, but for the odds of standing in a
    place that holds a cluster of the buyer's industry: these are multiplied by `times` where
    the buyer stands in one itself, and differ among groups (`taste`, standard deviation of log
    odds).
    With `confounded` industries differ in how many buyers stand in clusters, as they do in
    their pull. `giants` groups make half of all deals.
    """
    rng = np.random.default_rng([seed, 7])
    world = make_world(organisations=organisations, clusters=9, industries=3, rng=seed)
    study, cluster = world.study, world.truth.cluster
    frame = study.organisations
    industry = frame["industry"].cast(pl.Categorical).to_physical().to_numpy()
    country = frame["country"].to_numpy()
    zone = zones_of(frame, sites_of(frame)).zone
    near = _near_similar(industry, cluster, zone)
    buyers = _buyers(rng, industry, cluster, groups, confounded)
    weight = np.ones(buyers.size)
    if giants:
        weight[:giants] = (buyers.size - giants) / giants
    group = rng.choice(buyers.size, deals, p=weight / weight.sum())
    likes = rng.normal(size=buyers.size) * taste
    rows = []
    for one in group:
        buyer = buyers[one]
        own = industry[buyer]
        pull = PULL[own % 3] + np.log(times) * (cluster[buyer] >= 0) + likes[one]
        chance = np.exp(pull * near[own, zone]) * (country != country[buyer])
        rows.append((buyer, rng.choice(chance.size, p=chance / chance.sum())))
    return _with_deals(study, np.array(rows)), cluster


def _near_similar(industry, cluster, zone):
    """Return which places hold a cluster of each industry. (industries, places)."""
    out = np.zeros((industry.max() + 1, zone.max() + 1))
    for one in range(cluster.max() + 1):
        members = np.flatnonzero(cluster == one)
        if not members.size:
            continue
        share = np.bincount(zone[members], minlength=out.shape[1]) / members.size
        out[industry[members[0]], share >= HOSTS] = 1
    return out


def _buyers(rng, industry, cluster, groups, confounded):
    """Return organisations that buy, each a group of its own."""
    found = []
    for number in range(groups):
        own = number % (industry.max() + 1)
        share = INSIDE[own % 3] if confounded else 0.5
        inside = cluster >= 0 if rng.random() < share else cluster < 0
        there = np.flatnonzero(
            (industry == own) & inside & ~np.isin(np.arange(industry.size), found)
        )
        if there.size:
            found.append(int(rng.choice(there)))
    return np.array(rng.permutation(found))


def _with_deals(study, rows):
    ids = study.organisations["org_id"].to_numpy()
    deals = pl.DataFrame({
        "source": ids[rows[:, 0]], "target": ids[rows[:, 1]], "layer": "investment",
        "directed": True,
    })  # fmt: skip
    return study.with_table("linkages", pl.concat([study.linkages, deals], how="diagonal"))
