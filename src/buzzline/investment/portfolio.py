"""In which hotspots is a group an insider?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.portfolio_rows import group_rows, hotspots_of, pool_rows
from buzzline.investment.portfolio_sites import day_in, sites_of
from buzzline.quantities import Share, Years
from buzzline.tables.study import Study
from buzzline.wording import plural

CONVENTION = (
    "That a site is 63 % of the way to an insider after 7 years is assumed; the range is that"
    " of 12 and of 4 years. Groups are ranked among others of their industry with about as "
    "many sites, never two against each other; one in twenty is beyond 95 % of them whatever "
    "the truth, so that a rank is a test only of a group named beforehand. Reach is no "
    "performance."
)

FEWEST_HOTSPOTS = 4  # of a field, to lead with what share of it a group reaches


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InsiderPortfolio:
    """What share of the hotspots of its field each group reaches as an insider.

    Attributes
    ----------
    groups : DataFrame
        One row a group with several sites, the largest reach first: `group` (org_id), `name`,
        `country`, `industry`, `value` (reach), `tau_4`, `tau_12` (the same if insiders are made
        faster or slower), `least`, `most` (with those as ends, and sites of unknown age from
        none to all of an insider, those without coordinates in any hotspot), `expected`
        (median of groups like it), `expected_low`,
        `expected_high`, `p`, `level`, `n_peers`, `breadth` (places of equal size its sites
        are worth), `home` (share within 100 km of its head), `n_sites`, `n_countries`,
        `n_unlocated` (sites without coordinates, which may be anywhere), `n_hotspots` (of its
        field), `n_inside`, `foremost_missing` (largest hotspot in which it
        is none), `status`.
    pools : DataFrame
        One row a group and hotspot of its field: `weight` (of the hotspot in the field),
        `value` (how much of an insider), `tau_4`, `tau_12`, `least`, `most`, `n_sites`,
        `share` (of the group), `years`, `embedded`, `is_missing` (below 0.2; null: not known),
        `status`.
    measure : str           what shares of groups are made of
    hotspot_measure : str   what the weight of hotspots is made of
    level : share
    n_single : int          groups with one site, which have no portfolio
    n_unlocated : int       sites of groups with several that have no coordinates
    """

    groups: pl.DataFrame
    pools: pl.DataFrame
    measure: str
    hotspot_measure: str
    level: Share
    n_single: int
    n_unlocated: int
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a group, the largest reach first."""
        return self.groups

    def __str__(self) -> str:
        done = self.groups.drop_nulls("value")
        caveat = CONVENTION
        if self.n_unlocated:
            caveat = (
                f"{plural(self.n_unlocated, 'site')} without coordinates may be anywhere, so "
                f"that reach is at least what is said. {CONVENTION}"
            )
        head = (
            f"{done.height:,} of {plural(self.groups.height, 'group')} with several sites can "
            "be placed among the hotspots of their industry"
        )
        if not done.height:
            why = self.groups["status"].unique(maintain_order=True).head(2).to_list()
            return f"{head}: {'; '.join(why) or 'no group has several sites'}. {caveat}"
        led = done.filter(pl.col("n_hotspots") >= FEWEST_HOTSPOTS, pl.col("value") > 0)
        if not led.height:
            return f"{head}. {self._too_few(done)}. {caveat}"
        first = led.row(0, named=True)
        return (
            f"{head}. Of fields with at least {FEWEST_HOTSPOTS} clusters, "
            f"{first['name'] or first['group']} reaches most of its own "
            f"({first['industry']}): {first['value']:.0%} [{first['least']:.0%}, "
            f"{first['most']:.0%}], an insider in {first['n_inside']} of the "
            f"{first['n_hotspots']:,} clusters found{_beside(first)}. {caveat}"
        )

    def _too_few(self, done: pl.DataFrame) -> str:
        """Say what can be said where no field has enough hotspots to lead with."""
        if (done["n_hotspots"] >= FEWEST_HOTSPOTS).any():
            return "None is known to be an insider anywhere"
        first = done.row(0, named=True)
        return (
            f"No field has {FEWEST_HOTSPOTS} clusters, so that reach tells little; "
            f"{first['name'] or first['group']} is an insider in {first['n_inside']} of the "
            f"{plural(first['n_hotspots'], 'cluster')} found in {first['industry']}"
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.groups.head(20)._repr_html_()}"


def _beside(first: dict[str, Any]) -> str:
    if first["p"] is None:
        return f" (not tested: {plural(first['n_peers'], 'group')} like it)"
    like_it = f"{first['expected']:.0%} in {first['n_peers']:,} groups like it"
    return f" ({like_it}, p = {first['p']:.2g})"


@analysis("investment", "In which hotspots is a group an insider?")
def insider_portfolio(
    study: Study, clustering: Clustering, *, year: Years | None = None, level: Share = 0.95
) -> InsiderPortfolio:
    """Return how much of its field each group reaches as an insider of its hotspots.

    Parameters
    ----------
    study : Study
        Needs who owns whom (as `ownership`), coordinates and first days (`opened`, or the start
        of ownership); `establishments`, `knowledge_items` and ties of research, coinvention,
        coauthor and labour_move are used where they are there.
    clustering : Clustering
        Its clusters are the hotspots of their industries.
    year : years or None
        As on its last day; None: as on the last day on which anything began.
    level : share

    Returns
    -------
    InsiderPortfolio

    Raises
    ------
    TooFew
        No clusters, or no group with several sites.
    InvalidArgument
        A `level` of 0 or 1.

    Notes
    -----
    A site is an establishment, else an organisation. A group is an insider of a hotspot to the
    degree I = (1 - exp(-years / 7)) g(e) of its most established site there: `years` since it
    opened or came under the group, whichever was later; e the share of its ties of knowledge
    that go to members of other groups there, g = min(1, e / that of the others there), 1 where
    fewer than three ties tell. Reach is the sum of I times the weight of hotspots: the
    knowledge items of their members, else members, within the industry of the group's head
    [1]_. Breadth is 1 / sum of squared shares of places. A hotspot with I below 0.2 is missing.

    p ranks reach among groups of the industry with about as many sites (2 to 3, 4 to 7, ...),
    both ways: of a group named beforehand, how often one like it would be as far out. With
    fewer than 39 of them (at 95 %) there is none, and no comparison of two groups is a test.

    References
    ----------
    .. [1] Li, P.-F., Bathelt, H. (2014). How multinationals utilise clusters. LSE blog.

    Examples
    --------
    >>> import numpy as np
    >>> from buzzline.clusters.declared_as_clusters import clustering_of_labels
    >>> from buzzline.tables.worlds import make_world, plant_investments
    >>> world = make_world(organisations=600, clusters=6, industries=3, rng=1)
    >>> rng = np.random.default_rng(1)
    >>> study, _ = plant_investments(world.study, world.truth.cluster, deals=200, rng=rng)
    >>> found = insider_portfolio(study, clustering_of_labels(study, world.truth.cluster))
    >>> bool((found.groups["value"].drop_nulls() <= 1).all())
    True
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"insider_portfolio: `level` must be between 0 and 1, got {level:g}"
        )
    if not clustering.clusters.height:
        raise TooFew("insider_portfolio: there are no clusters that could be hotspots")
    sites = sites_of(study, clustering, None if year is None else day_in(year))
    sizes = sites.frame.group_by("group").len()["len"]
    if not (sizes > 1).any():
        raise TooFew(
            "insider_portfolio: no group has several sites. Add linkages of the layers "
            "ownership, affiliate or acquisition, `organisations.owner_id` or `establishments`."
        )
    hotspots = hotspots_of(study, clustering, sites.day)
    pools = pool_rows(study, sites, hotspots)
    groups = group_rows(study, sites, pools, level=level)
    unlocated = int(groups["n_unlocated"].sum())
    return InsiderPortfolio(
        groups, _ordered(pools, groups), sites.measure, hotspots.measure, level,
        int((sizes == 1).sum()), unlocated,
    )  # fmt: skip


def _ordered(pools: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Return hotspots in the order of groups, those of most weight first."""
    order = groups.select("group").with_row_index("order")
    return (
        pools.join(order, on="group", validate="m:1")
        .sort("order", "weight", descending=[False, True], maintain_order=True)
        .drop("order")
    )
