"""Add deals to any study: groups that invest in clusters like their own, or anywhere.

Whether a deal lands in a cluster of the investor's industry follows odds that are multiplied
where the investor stands in such a cluster itself. Deals of one group are alike: each group has
its own chance, drawn so that the odds between groups of one industry are exactly those planted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_indices
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Ratio, Share
from buzzline.tables.study import Study
from buzzline.tables.worlds.geography import great_circle_km
from buzzline.tables.worlds.investment_tables import (
    Planted,
    establishment_rows,
    linkage_rows,
)

FROM_CLUSTERS, INTO_CLUSTERS = 0.5, 0.2
CONFOUNDED = ((0.9, 0.6), (0.4, 0.2), (0.1, 0.05))  # shares of origins, of destinations
ALIKE = 0.1  # correlation of deals of one group
ABROAD = 0.7  # of the deals, where there is a target abroad
CLEAR_KM = 60.0  # what does not land in a cluster is at least so far from its members


@dataclass(frozen=True, slots=True, eq=False)
class InvestmentTruth:
    """What was planted.

    Attributes
    ----------
    times : ratio
        Odds of landing in a cluster of the own industry: of investors in such a cluster to
        those outside, within an industry.
    industries : DataFrame
        `industry`, `from_clusters` (share of groups in a cluster), `base` (chance of landing in
        a similar cluster, of investors outside), `inside` (of investors in one).
    risk_ratio, odds_ratio : ratio
        Pooled over industries, in expectation.
    horizontal : share
        Deals within one industry, in expectation.
    deals : DataFrame
        One row a deal: `deal` (row of `linkages`), `source`, `target`, `group` (org_id),
        `industry`, `from_cluster`, `lands_similar`, `is_horizontal`, `mode`, `year`.
    groups : DataFrame
        `group`, `org_id`: heads and their affiliates, as ownership ties tell.
    cluster : (n,) int32
        As it was given: the cluster of each organisation, -1 for none.
    """

    times: Ratio
    industries: pl.DataFrame
    risk_ratio: Ratio
    odds_ratio: Ratio
    horizontal: Share
    deals: pl.DataFrame
    groups: pl.DataFrame
    cluster: Codes


class _Scene(NamedTuple):
    industry: np.ndarray  # (n,) str
    cluster: Codes
    country: np.ndarray
    names: tuple[str, ...]  # industries that invest
    near: dict[str, Flags]  # of each industry: in or near one of its clusters


def plant_investments(
    study: Study,
    cluster: Codes,
    *,
    times: Ratio = 1.0,
    confounded: bool = False,
    giants: int = 0,
    horizontal: Share = 0.5,
    deals: Count = 600,
    rng: np.random.Generator,
) -> tuple[Study, InvestmentTruth]:
    """Add groups and their deals over ten years to any study.

    Parameters
    ----------
    study : Study
    cluster : (n,) int32
        Cluster of each organisation, -1 for none, e.g. `world.truth.cluster`.
    times : ratio
        By which the odds of landing in a similar cluster are multiplied for investors in one.
    confounded : bool
        Three industries differ in how clustered they are at both ends: a pooled ratio is then
        far from 1 with `times` of 1.
    giants : int
        Groups that make half of the deals together.
    horizontal : share
        Deals within one industry; at least those that land in a similar cluster.
    deals : count
    rng : Generator

    Returns
    -------
    Study
        With layers `acquisition`, `affiliate` and `investment` (the deals), `ownership` (what
        groups hold, minority stakes, two that hold each other) and functions of sites added.
    InvestmentTruth

    Raises
    ------
    InvalidArgument
        No industry, or with `confounded` fewer than three, with a cluster and organisations
        outside.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=600, clusters=6, industries=3, rng=1)
    >>> planted, truth = plant_investments(world.study, world.truth.cluster, confounded=True,
    ...                                    rng=np.random.default_rng(1))
    >>> round(truth.risk_ratio, 2), round(truth.odds_ratio, 2)
    (3.17, 4.93)
    """
    scene = _scene(study, as_codes(cluster), 3 if confounded else None)
    plain = [(FROM_CLUSTERS, INTO_CLUSTERS)] * len(scene.names)
    shares = np.array(CONFOUNDED if confounded else plain)
    inside = times * shares[:, 1] / (1 - shares[:, 1] + times * shares[:, 1])
    chance = np.column_stack([shares[:, 1], inside])
    groups = _groups(scene, shares[:, 0], deals, giants, rng)
    drawn = _drawn(scene, groups, chance, horizontal, rng)
    org_id = study.organisations["org_id"]
    added = Planted(org_id, groups.head, groups.holding, groups.member, *drawn[:4])
    linkages = linkage_rows(added, rng)
    first = study.linkages.height
    planted = study.with_table("organisations", _owners(study, groups)).with_table(
        "linkages", pl.concat([study.linkages, linkages], how="diagonal_relaxed")
    )
    sites = establishment_rows(study, drawn.target, drawn.source, rng=rng)
    planted = planted.with_table(
        "establishments", pl.concat([study.establishments, sites], how="diagonal_relaxed")
    )
    told = _told_deals(scene, groups, drawn, linkages.head(drawn.source.size), org_id)
    told = told.with_columns(deal=pl.col("deal") + first)
    truth = InvestmentTruth(
        times, *_expected(scene, (shares, chance), horizontal), told, _told(org_id, groups),
        scene.cluster,
    )  # fmt: skip
    return planted, truth


def _equal(industry: np.ndarray, drawn: _Drawn) -> Flags:
    return np.asarray(industry[drawn.source] == industry[drawn.target], dtype=np.bool_)


def _told_deals(
    scene: _Scene, groups: _Groups, drawn: _Drawn, linkages: pl.DataFrame, org_id: pl.Series
) -> pl.DataFrame:
    return linkages.select(
        pl.int_range(linkages.height, dtype=pl.Int64).alias("deal"),
        "source", "target", org_id.gather(groups.head[drawn.group]).alias("group"),
        pl.Series("industry", scene.industry[drawn.source].tolist(), dtype=pl.String),
        pl.Series("from_cluster", scene.cluster[drawn.source] >= 0),
        pl.Series("lands_similar", drawn.lands),
        pl.Series("is_horizontal", _equal(scene.industry, drawn)),
        pl.col("layer").alias("mode"), pl.col("start").dt.year().alias("year"),
    )  # fmt: skip


def _expected(
    scene: _Scene, odds: tuple[Floats, Floats], horizontal: float
) -> tuple[pl.DataFrame, float, float, float]:
    """Return what was planted by industry, and pooled ratios and the share horizontal."""
    shares, chance = odds
    outside = np.average(chance[:, 0], weights=1 - shares[:, 0])
    inside = np.average(chance[:, 1], weights=shares[:, 0])
    mean = float(((1 - shares[:, 0]) * chance[:, 0] + shares[:, 0] * chance[:, 1]).mean())
    industries = pl.DataFrame(
        {"industry": list(scene.names), "from_clusters": shares[:, 0], "base": chance[:, 0],
         "inside": chance[:, 1]}
    )  # fmt: skip
    risk_ratio = float(inside / outside)
    odds_ratio = float(inside * (1 - outside) / (outside * (1 - inside)))
    return industries, risk_ratio, odds_ratio, max(horizontal, mean)


def _scene(study: Study, cluster: Codes, n_industries: int | None) -> _Scene:
    frame = study.organisations
    if cluster.size != frame.height:
        raise InvalidArgument(
            f"plant_investments: {cluster.size:,} codes of clusters for {frame.height:,} "
            "organisations; give one each, -1 for none"
        )
    industry = frame["industry"].fill_null("").to_numpy()
    at = [frame[name].cast(pl.Float64).fill_null(np.nan).to_numpy() for name in
          ("longitude", "latitude")]  # fmt: skip
    near = {}
    for name in sorted(set(industry[cluster >= 0]) - {""}):
        own = np.unique(cluster[(cluster >= 0) & (industry == name)])
        close = np.zeros(cluster.size, np.bool_)
        for code in own:
            rows = np.flatnonzero((cluster == code) & np.isfinite(at[0]))
            middle = np.median(at[0][rows]), np.median(at[1][rows])
            km = great_circle_km(*middle, *at)
            close |= km <= np.quantile(km[rows], 0.9) + CLEAR_KM
        outside = (industry == name) & (cluster < 0)
        if outside.sum() >= 4 and (~close & (cluster != -2)).any():
            near[name] = close | np.isin(cluster, own)
    names = tuple(near)[:n_industries]
    if len(names) < (n_industries or 1):
        raise InvalidArgument(
            f"plant_investments: {len(names)} industries have a cluster and organisations "
            f"outside; {n_industries or 1} are needed. Make a world with more clusters."
        )
    return _Scene(industry, cluster, frame["country"].fill_null("").to_numpy(), names, near)


class _Groups(NamedTuple):
    head: Indices  # (g,) rows of organisations
    industry: Indices  # (g,) number of its industry
    inside: Indices  # (g,) 1: in a cluster
    n_deals: Indices  # (g,)
    holding: Indices  # (m,) who holds each member
    member: Indices  # (m,) affiliates that heads hold, or affiliates of theirs
    of: Indices  # (m,) group of each


def _groups(
    scene: _Scene, from_clusters: Floats, deals: int, giants: int, rng: np.random.Generator
) -> _Groups:
    g = max(deals // 3, giants + 1, 2)
    industry = rng.integers(len(scene.names), size=g)
    inside = (rng.random(g) < from_clusters[industry]).astype(np.int64)
    weight = rng.lognormal(0, 1, g)
    if giants:
        weight[:giants] = weight[giants:].sum() / giants
    n_deals = rng.multinomial(deals, weight / weight.sum())
    head = np.full(g, -1)
    member, holding, of = [], [], []
    for number, name in enumerate(scene.names):
        for within in (0, 1):
            pool = rng.permutation(np.flatnonzero(
                (scene.industry == name) & ((scene.cluster >= 0) == bool(within))
            ))  # fmt: skip
            pool = pool[: max(pool.size // 2, 1)]  # the others can be bought
            here = np.flatnonzero((industry == number) & (inside == within))
            head[here] = pool[np.arange(here.size) % pool.size]
            heads, free = here[: pool.size], pool[here.size :]
            for k, row in enumerate(free[: 2 * heads.size]):
                of.append(heads[k % heads.size])
                member.append(row)
                holding.append(head[of[-1]] if k < heads.size else member[-1 - heads.size])
    return _Groups(
        as_indices(head), as_indices(industry), as_indices(inside), as_indices(n_deals),
        as_indices(holding), as_indices(member), as_indices(of),
    )  # fmt: skip


class _Drawn(NamedTuple):
    source: Indices
    target: Indices
    repeated: Flags  # the same group went to the same target before or later
    group: Indices
    lands: Flags


def _drawn(
    scene: _Scene, groups: _Groups, chance: Floats, horizontal: float, rng: np.random.Generator
) -> _Drawn:
    mean = chance[groups.industry, groups.inside]
    spread = 1 / ALIKE - 1
    own = rng.beta(mean * spread, (1 - mean) * spread)
    group = np.repeat(np.arange(groups.head.size), groups.n_deals)
    lands = rng.random(group.size) < own[group]
    average = float(mean[group].mean()) if group.size else 0.0
    along = rng.random(group.size) < max(horizontal - average, 0) / (1 - average)
    abroad = rng.random(group.size) < ABROAD
    source = _sources(groups, group, rng)
    busy = np.zeros(scene.cluster.size, np.bool_)
    busy[np.concatenate([groups.head, groups.member])] = True
    target = np.empty(group.size, np.int64)
    for k, row in enumerate(source):
        name = scene.names[groups.industry[group[k]]]
        pool = _pool(scene, ~busy, name, lands=bool(lands[k]), along=bool(along[k]))
        others = pool & (scene.cluster != scene.cluster[row]) if lands[k] else pool
        pool = others if others.any() else pool
        foreign = pool & (scene.country != scene.country[row])
        home = pool & (scene.country == scene.country[row])
        wanted = foreign if abroad[k] else home
        target[k] = rng.choice(np.flatnonzero(wanted if wanted.any() else pool))
    pairs = pl.DataFrame({"head": groups.head[group], "target": target})
    repeated = pairs.select(pl.struct("head", "target").is_duplicated()).to_series().to_numpy()
    return _Drawn(source, target, repeated, as_indices(group), np.asarray(lands))


def _pool(scene: _Scene, free: Flags, name: str, *, lands: bool, along: bool) -> Flags:
    """Return who can be the target: in a cluster of the industry, or away from all of them."""
    same = scene.industry == name
    if lands:
        wanted = free & same & (scene.cluster >= 0)
    else:
        away = free & ~scene.near[name]
        wanted = away & (same if along else ~same)
        wanted = wanted if wanted.any() else away
    if not wanted.any():
        raise InvalidArgument(
            f"plant_investments: nobody is left to be bought in {name}. Make a larger world."
        )
    return np.asarray(wanted)


def _sources(groups: _Groups, group: Indices, rng: np.random.Generator) -> Indices:
    """Return who of the group makes each deal: its head, or one of its affiliates."""
    source = groups.head[group].copy()
    for number in np.unique(groups.of):
        here = np.flatnonzero(group == number)
        everyone = np.append(groups.member[groups.of == number], groups.head[number])
        source[here] = rng.choice(everyone, here.size)
    return as_indices(source)


def _owners(study: Study, groups: _Groups) -> pl.DataFrame:
    """Return organisations, groups without any owner but those that ties tell."""
    org_id = study.organisations["org_id"]
    theirs = org_id.gather(np.concatenate([groups.head, groups.member])).implode()
    planted = pl.col("org_id").is_in(theirs) | pl.col("owner_id").is_in(theirs)
    kept = pl.when(~planted).then("owner_id")
    return study.organisations.with_columns(owner_id=kept)


def _told(org_id: pl.Series, groups: _Groups) -> pl.DataFrame:
    rows = np.concatenate([groups.head, groups.member])
    heads = np.concatenate([groups.head, groups.head[groups.of]])
    return pl.DataFrame({"group": org_id.gather(heads), "org_id": org_id.gather(rows)}).unique(
        maintain_order=True
    )
