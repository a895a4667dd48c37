"""Which clusters invest in which?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.cluster_investment_rows import (
    amount_rows,
    cell_rows,
    cluster_rows,
    flow_rows,
    matrix_of,
    pair_rows,
)
from buzzline.investment.deals import Across, Deals, deals_of
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws, Share, Years
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

ONLY_MARGINS = (
    "Chance knows who deals and what is bought, not the industry, the distance or the year: a "
    "pair beyond it may be two clusters of one industry, or neighbours."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterInvestments:
    """Deals from cluster to cluster, against deals whose buyers change hands at random.

    Attributes
    ----------
    pairs : DataFrame
        One row an ordered pair; pairs of clusters with most deals first: `origin`,
        `destination` (cluster_id; null: outside of all clusters), label, industry, longitude
        and latitude of both, `value` (deals), `low`, `high`, `level` (of the expected number of
        deals behind it), `n_groups`, `expected`, `expected_low`, `expected_high` (buyers
        matched at random), `ratio`, `p`, `q`, `status`. Pairs without deals are listed where at
        least one was to be expected.
    flows : DataFrame
        Four rows, from and to clusters or outside: `n`, `value` (share of the deals that start
        there), `low`, `high`, `expected`, ..., `p`, `status`.
    clusters : DataFrame
        One row a cluster: `n_out`, `n_in`, `n_within`, `n_groups`, `n_reached` (other
        clusters), `value` (share of its deals that land in a cluster), `low`, `high`,
        `foremost`.
    cells : DataFrame
        `origin`, `destination`, `year`, `industry` (of the source), `mode`, `function`,
        `value`, `n_groups`.
    amounts : DataFrame
        `origin`, `destination`, `unit`, `n`, `n_groups`, `amount`: never added across units.
    left_out : DataFrame
        `reason`, `n`.
    n, n_groups : int
    largest : share              of all deals, of the most active group
    level : share
    draws : int
    notes : tuple of str
    """

    pairs: pl.DataFrame
    flows: pl.DataFrame
    clusters: pl.DataFrame
    cells: pl.DataFrame
    amounts: pl.DataFrame
    left_out: pl.DataFrame
    n: int
    n_groups: int
    largest: Share
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a pair of places, pairs of clusters with most deals first."""
        return self.pairs

    def __str__(self) -> str:
        between = self.pairs.drop_nulls(["origin", "destination"]).filter(pl.col("value") > 0)
        within = int(between["value"].sum())
        text = (
            f"{within:,} of {plural(self.n, 'deal')} of {plural(self.n_groups, 'group')} run "
            "from a cluster to a cluster"
        )
        if not within:
            return " ".join([f"{text}.", *self.notes])
        far = between.filter(pl.col("origin") != pl.col("destination"))
        parts = [f"{text}{self._landing()}."]
        if far.height:
            first = far.row(0, named=True)
            parts.append(_foremost(first))
        beyond = int((between["q"] <= 1 - self.level).sum())
        tested = int(self.pairs["q"].is_not_null().sum())
        parts.append(
            f"{beyond:,} of {plural(tested, 'pair')} of clusters that can be tested "
            f"{verb(beyond, 'differs', 'differ')} from chance."
        )
        return " ".join([*parts, ONLY_MARGINS, *self.notes])

    def _landing(self) -> str:
        row = self.flows.row(0, named=True)
        if row["expected"] is None:
            return ""
        told = f"{row['value']:.0%}"
        if row["low"] is not None:
            told += f" [{row['low']:.0%}, {row['high']:.0%}]"
        p = "" if row["p"] is None else f", p = {row['p']:.2g}"
        return (
            f": {told} of what starts in a cluster lands in one, {row['expected']:.0%} with "
            f"buyers matched at random{p}"
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.pairs.head(20)._repr_html_()}"


def _foremost(first: dict[str, Any]) -> str:
    ends = [f"{first[f'{end}_label']} ({first[f'{end}_industry']})"
            for end in ("origin", "destination")]  # fmt: skip
    return (
        f"Most between two clusters: {' into '.join(ends)}, {plural(first['value'], 'deal')} "
        f"[{first['low']:.1f}, {first['high']:.1f}], {first['expected']:.1f} by chance."
    )


@analysis("investment", "Which clusters invest in which?")
def cluster_investments(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    years: tuple[Years, Years] | None = None,
    across: Across = "all",
    level: Share = 0.95,
    draws: Draws = 499,
    rng: Seed = None,
    progress: Progress = silent,
) -> ClusterInvestments:
    """Return how many deals run from each cluster into each, against chance.

    Parameters
    ----------
    study : Study
        Needs linkages of acquisition, investment, affiliate or ownership.
    clustering : Clustering
    layers : names of layers, or None
        None: as in `deals_of`.
    years : (first, last), optional
        Deals of these years, both included.
    across : "all" or "borders"
        "borders": only deals between two countries.
    level : share
    draws : draws
        Matchings at random.
    rng : Generator, int or None

    Returns
    -------
    ClusterInvestments

    Raises
    ------
    TooFew
        No deals, or no clusters.
    InvalidArgument
        A layer that is none of deals; years in the wrong order; a `level` of 0 or 1.

    Notes
    -----
    Deals with an end that has no coordinates or no industry are set aside: nobody can tell
    whether it is in a cluster. A deal is counted once: from the strongest cluster its source is
    a member of into the strongest its target is a member of. Deals of one group (ultimate owner
    on the day of the deal) are not independent. So intervals of counts are those of a sum of
    groups, each with its deals [1]_, exact where groups have one deal each; and chance is what
    comes about when groups of one country with about as many deals (1, 2 to 3, 4 to 7, ...)
    change hands, each with the clusters it invests from, while what is bought stays together.
    `expected` is its exact mean, `p` two-sided over `draws`, `q` over all pairs of clusters.
    Where a group has no peer it stays where it is and tells nothing; pairs that depend on such
    groups alone are not tested.

    References
    ----------
    .. [1] Fay, M. P., Feuer, E. J. (1997). Confidence intervals for directly standardized
       rates. Statistics in Medicine 16(7).
       doi:10.1002/(SICI)1097-0258(19970415)16:7<791::AID-SIM500>3.0.CO;2-#

    Examples
    --------
    >>> import numpy as np
    >>> from buzzline.clusters.declared_as_clusters import clustering_of_labels
    >>> from buzzline.tables.worlds import make_world, plant_investments
    >>> world = make_world(organisations=600, clusters=6, industries=3, rng=1)
    >>> rng = np.random.default_rng(1)
    >>> study, _ = plant_investments(world.study, world.truth.cluster, deals=200, rng=rng)
    >>> clusters = clustering_of_labels(study, world.truth.cluster)
    >>> cluster_investments(study, clusters, draws=19, rng=1).n
    200
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"cluster_investments: `level` must be between 0 and 1, got {level:g}"
        )
    if not clustering.clusters.height:
        raise TooFew("cluster_investments: there are no clusters to invest from or in")
    seed = seed_of(rng)
    deals = deals_of(study, clustering, layers=layers, years=years, across=across)
    deals = _located(deals)
    if not deals.n:
        raise TooFew(
            f"cluster_investments: no deal is left ({deals}). Coordinates and industries of "
            "organisations tell who is in a cluster."
        )
    matrix = matrix_of(deals, clustering)
    rng = child(seed, "pairs")
    return ClusterInvestments(
        pair_rows(matrix, draws=draws, level=level, rng=rng, progress=progress),
        flow_rows(matrix, draws=draws, level=level, rng=child(seed, "flows")),
        cluster_rows(matrix, level=level), cell_rows(deals), amount_rows(deals), deals.left_out,
        deals.n, deals.n_groups, deals.largest_share(), level, draws,
        _notes(deals, matrix.matching.share_alone, draws, level),
    )  # fmt: skip


def _located(deals: Deals) -> Deals:
    """Set deals aside of which nobody can tell whether an end is in a cluster."""
    known = deals.deals.filter(pl.col("origin_known") & pl.col("destination_known"))
    missing = deals.n - known.height
    if not missing:
        return deals
    unknown = pl.DataFrame(
        {"reason": ["of an end without coordinates or industry"], "n": [missing]}
    )
    left_out = pl.concat([unknown, deals.left_out]).sort("n", descending=True)
    belongs = deals.belongs.join(known.select("deal"), on="deal", how="semi")
    return replace(deals, deals=known, belongs=belongs, left_out=left_out)


def _notes(deals: Deals, alone: float, draws: int, level: float) -> tuple[str, ...]:
    frame = deals.deals
    undated = int(frame["year"].null_count())
    units = frame.filter(pl.col("amount").is_not_null())["unit"].drop_nulls().n_unique()
    few = too_few_draws(draws, level)
    largest = deals.largest_share()
    several = int(deals.belongs.filter(pl.col("rank") == 1)["deal"].n_unique())
    aside = int(deals.left_out["n"].sum())
    reasons = "; ".join(f"{n:,} {reason}" for reason, n in deals.left_out.iter_rows())
    said = (
        (largest > 0.2, f"One group made {largest:.0%} of the deals."),
        (alone > 0.2, f"{alone:.0%} of the deals are of groups without a peer to change with, "
         "which tell nothing about chance."),
        (several, f"{plural(several, 'deal')} {verb(several, 'has', 'have')} an end in "
         "several clusters; the strongest counts."),
        (undated, f"The year of {plural(undated, 'deal')} is not known."),
        (units > 1, f"Amounts stand in {units} units and are not added."),
        (aside, f"Set aside: {reasons}."),
        (few, f"p-values: {few}."),
    )  # fmt: skip
    return tuple(text for holds, text in said if holds)
