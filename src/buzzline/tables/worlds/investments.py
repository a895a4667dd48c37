"""Add deals to any study: groups that invest in clusters like their own, or anywhere.

Whether a deal lands in a cluster of the investor's industry, other than its own, follows odds
that are multiplied where the investor stands in such a cluster itself. Deals of one group are
alike: each group has its own chance, drawn so that the odds between groups of one industry and
country are exactly those planted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Ratio, Share
from buzzline.tables.study import Study
from buzzline.tables.worlds.geography import great_circle_km
from buzzline.tables.worlds.investment_draws import (
    CLEAR_KM,
    Drawn,
    Groups,
    Scene,
    draw_deals,
    expected_ratios,
    has_reach,
)
from buzzline.tables.worlds.investment_tables import (
    Planted,
    establishment_rows,
    linkage_rows,
)

FROM_CLUSTERS, INTO_CLUSTERS = 0.5, 0.2
CONFOUNDED = ((0.9, 0.6), (0.4, 0.2), (0.1, 0.05))  # shares of origins, of destinations


@dataclass(frozen=True, slots=True, eq=False)
class InvestmentTruth:
    """What was planted.

    Attributes
    ----------
    times : ratio
        Odds of landing in another cluster of the own industry rather than in none: of investors
        in such a cluster to those outside, within industry and country. This is what
        `investment_odds` estimates held by these, across borders and not.
    industries : DataFrame
        `industry`, `from_clusters` (share of groups in a cluster), `base` (chance of landing in
        a similar cluster, of investors outside), `inside` (of investors in one).
    risk_ratio, odds_ratio : ratio
        Pooled over industries, where all countries have the same clusters to offer.
    expected : DataFrame
        Pooled and held, as Mantel and Haenszel have it, of the chances the deals of this world
        were drawn by: `across`, `held`, `risk_ratio`, `odds_ratio` (null: not defined).
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
    expected: pl.DataFrame
    deals: pl.DataFrame
    groups: pl.DataFrame
    cluster: Codes


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
        By which the odds of landing in another similar cluster are multiplied for investors in
        one. Across borders only countries with a similar cluster abroad can show it: give a
        world several clusters an industry.
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
    drawn = draw_deals(
        scene, groups, as_floats(shares[:, 1]), times=times, horizontal=horizontal, rng=rng
    )
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
        times, *_expected(scene, (shares, chance)), _horizontal(drawn, horizontal),
        expected_ratios(scene, groups, drawn, times=times), told, _told(org_id, groups),
        scene.cluster,
    )  # fmt: skip
    return planted, truth


def _equal(industry: np.ndarray, drawn: Drawn) -> Flags:
    return np.asarray(industry[drawn.source] == industry[drawn.target], dtype=np.bool_)


def _told_deals(
    scene: Scene, groups: Groups, drawn: Drawn, linkages: pl.DataFrame, org_id: pl.Series
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


def _expected(scene: Scene, odds: tuple[Floats, Floats]) -> tuple[pl.DataFrame, float, float]:
    """Return what was planted by industry, and pooled ratios."""
    shares, chance = odds
    outside = np.average(chance[:, 0], weights=1 - shares[:, 0])
    inside = np.average(chance[:, 1], weights=shares[:, 0])
    industries = pl.DataFrame(
        {"industry": list(scene.names), "from_clusters": shares[:, 0], "base": chance[:, 0],
         "inside": chance[:, 1]}
    )  # fmt: skip
    risk_ratio = float(inside / outside)
    odds_ratio = float(inside * (1 - outside) / (outside * (1 - inside)))
    return industries, risk_ratio, odds_ratio


def _horizontal(drawn: Drawn, wanted: float) -> float:
    lands = drawn.mass[:, :, 0].sum(axis=1)
    return max(wanted, float(lands.mean())) if lands.size else wanted


def _scene(study: Study, cluster: Codes, n_industries: int | None) -> Scene:
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
    country = frame["country"].fill_null("").to_numpy()
    scene = Scene(industry, cluster, country, (at[0], at[1]), (), near)
    apart = {name: _is_apart(scene, name) for name in near}
    wanted = n_industries or 1
    names = tuple(sorted(near, key=lambda name: (not apart[name], name)))[:n_industries]
    if len(names) < wanted:
        raise InvalidArgument(
            f"plant_investments: {len(names)} industries have a cluster and organisations "
            f"outside; {wanted} are needed. Make a world with more clusters."
        )
    return scene._replace(names=names)


def _is_apart(scene: Scene, name: str) -> bool:
    """Tell whether an industry has clusters in more than one country."""
    members = np.flatnonzero((scene.cluster >= 0) & (scene.industry == name))
    return any(has_reach(scene, int(row)) for row in members)


def _groups(
    scene: Scene, from_clusters: Floats, deals: int, giants: int, rng: np.random.Generator
) -> Groups:
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
            pool = rng.permutation(_heads(scene, name, within=bool(within)))
            pool = pool[: max(pool.size // 2, 1)]  # the others can be bought
            here = np.flatnonzero((industry == number) & (inside == within))
            head[here] = pool[np.arange(here.size) % pool.size]
            heads, free = here[: pool.size], pool[here.size :]
            for k, row in enumerate(free[: 2 * heads.size]):
                of.append(heads[k % heads.size])
                member.append(row)
                holding.append(head[of[-1]] if k < heads.size else member[-1 - heads.size])
    return Groups(
        as_indices(head), as_indices(industry), as_indices(inside), as_indices(n_deals),
        as_indices(holding), as_indices(member), as_indices(of),
    )  # fmt: skip


def _heads(scene: Scene, name: str, *, within: bool) -> np.ndarray:
    """Return who can be a head: where there are some, those who can reach clusters abroad."""
    here = (scene.industry == name) & ((scene.cluster >= 0) == within)
    clear = here & ~scene.near[name]  # from no cluster: near none either
    pool = np.flatnonzero(clear if clear.sum() >= 2 else here)
    abroad = np.array([has_reach(scene, int(row)) for row in pool], dtype=np.bool_)
    return pool[abroad] if abroad.sum() >= 2 else pool


def _owners(study: Study, groups: Groups) -> pl.DataFrame:
    """Return organisations, groups without any owner but those that ties tell."""
    org_id = study.organisations["org_id"]
    theirs = org_id.gather(np.concatenate([groups.head, groups.member])).implode()
    planted = pl.col("org_id").is_in(theirs) | pl.col("owner_id").is_in(theirs)
    kept = pl.when(~planted).then("owner_id")
    return study.organisations.with_columns(owner_id=kept)


def _told(org_id: pl.Series, groups: Groups) -> pl.DataFrame:
    rows = np.concatenate([groups.head, groups.member])
    heads = np.concatenate([groups.head, groups.head[groups.of]])
    return pl.DataFrame({"group": org_id.gather(heads), "org_id": org_id.gather(rows)}).unique(
        maintain_order=True
    )
