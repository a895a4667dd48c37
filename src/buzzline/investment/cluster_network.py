"""What shape has the network of clusters: a small world, a rich club, a hierarchy?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.investment.arrivals import Arrivals, arrivals_of, word_of
from buzzline.investment.network_measures import parcels_of
from buzzline.investment.network_rows import (
    MEASURE_SCHEMA,
    TREND_SCHEMA,
    WHOLE,
    Asked,
    frame_of,
    period_rows,
    trend_rows,
    whole_rows,
)
from buzzline.network.rich_club import cores
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study
from buzzline.wording import plural

EASILY_MISSED = 200  # tied pairs: among fewer, three in four planted ones are not seen
FORGOTTEN = 1.2  # times what chance gives without industries: said
NOT_KNOWLEDGE = (
    "Deals run from who pays to who is bought; whether knowledge comes back is not in them."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterNetwork:
    """The shape of the network of clusters, against ties dealt anew.

    Attributes
    ----------
    measures : DataFrame
        One row a period ("all years" first) and measure: `value`, `expected` (mean of networks
        dealt anew), `expected_low`, `expected_high` (range of those), `level`, `p`
        (two-sided), `q`, `verdict` ("above chance", "below chance", "as chance gives"), `plain`
        (expected where ties are dealt across industries), `without_largest`,
        `without_largest_p` (the same without the most active group), `n_clusters`, `n_ties`,
        `n_deals`, `n_groups`, `status`.
    trends : DataFrame
        One row a measure: `value` (last period less first), `first`, `last`,
        `expected_low`, `expected_high` (range with periods dealt anew among groups), `level`,
        `p`, `q`, `n_deals`, `status`.
    club : DataFrame
        The rich club: `k`, `n_clusters` (with more than k partners), `value` (share of their
        pairs tied), `expected`, `expected_low`, `expected_high` (global band).
    clusters : DataFrame
        One row a cluster with deals to others: `n_partners`, `n_out`, `n_in` (deals), `core`.
    layers : tuple of str
    level : share
    draws : int
    notes : tuple of str
    """

    measures: pl.DataFrame
    trends: pl.DataFrame
    club: pl.DataFrame
    clusters: pl.DataFrame
    layers: tuple[str, ...]
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a period and measure, all years first."""
        return self.measures

    def __str__(self) -> str:
        whole = self.measures.filter(pl.col("period") == WHOLE)
        rows = {row["measure"]: row for row in whole.to_dicts()}
        what = ", ".join(self.layers).replace("_", " ")
        if not rows or all(row["p"] is None for row in rows.values()):
            why = (*whole["status"].head(1), "nothing leads from one cluster to another")[0]
            return " ".join([f"The network of clusters ({what}) is {why}.", *self.notes])
        first, word = rows["clustering"], word_of(self.layers)
        text = (
            f"{plural(first['n_clusters'], 'cluster')} hang together by "
            f"{first['n_deals']:,} {word}s of {plural(first['n_groups'], 'group')} ({what}). "
            f"{_small_world(rows)}"
        )
        return " ".join([text, *_further(rows), *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.measures.head(20)._repr_html_()}"


@analysis("investment", "Is the network of clusters a small world, a rich club, a hierarchy?")
def cluster_network(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    periods: Count = 3,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> ClusterNetwork:
    """Return the shape of the network of clusters, each measure against its null, over time.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    layers : names of layers, or None
        None: deals. Layers of knowledge, such as ("citation",), tell what deals cannot.
    periods : count
        Parts with about as many deals each that the years are cut into.
    level : share
    draws : draws
        Networks with ties dealt anew, for each period; at least 100 are usual.
    rng : Generator, int or None

    Returns
    -------
    ClusterNetwork

    Raises
    ------
    TooFew
        There are no such ties.
    InvalidArgument
        A layer without ties; a `level` of 0 or 1; no draws.

    Notes
    -----
    Nodes are clusters (place and industry), tied where a deal leads from a member of one to a
    member of another. Of the largest component:

    - `clustering` C, mean share of tied pairs of partners; `distance` L, mean steps;
      `sigma` = (C / C_rand) / (L / L_rand) [1]_; `omega` = L_rand / L - C / C_latt [2]_.
      sigma > 1 alone is weak evidence: nearly all sparse clustered networks have it.
    - `assortativity`; `core`, the innermost k-core; `rich_club`, share of pairs tied among the
      tenth with most partners (at least four).

    Chance keeps how many partners each cluster has *in each industry*, so that industries that
    keep to themselves are no small world; `plain` is what chance gives without that.

    - `shared_*`: the same of clusters tied by groups that are in both. A group in ten clusters
      alone gives 45 ties and nothing but triangles; chance deals anew which group is where,
      within each industry [3]_.
    - `reciprocity` rho = (r - a) / (1 - a) [4]_; `on_cycles`, share of deals on ties that lie
      on a directed cycle; `feedback`, least share that runs backwards in any order of
      clusters. Chance keeps how many deals of each kind leave and how many groups arrive. All
      deals of a group from one cluster to another are dealt as one.

    p is two-sided. There is no interval: these are all ties on record, not a sample; ties that
    are not recorded lower clustering and reciprocity. Trends compare the last period with the
    first; chance deals periods anew among groups.

    References
    ----------
    .. [1] Humphries, M. D., Gurney, K. (2008). Network 'small-world-ness'. PLoS ONE 3(4).
       doi:10.1371/journal.pone.0002051
    .. [2] Telesford, Q. K. et al. (2011). The ubiquity of small-world networks. Brain
       Connectivity 1(5). doi:10.1089/brain.2011.0038
    .. [3] Uzzi, B., Spiro, J. (2005). Collaboration and creativity: the small world problem.
       American Journal of Sociology 111(2). doi:10.1086/432782
    .. [4] Garlaschelli, D., Loffredo, M. I. (2004). Patterns of link reciprocity in directed
       networks. Physical Review Letters 93. doi:10.1103/PhysRevLett.93.268701

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> cluster_network(study, found, layers=("research",), draws=19, rng=1).layers
    ('research',)
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"cluster_network: `level` must be inside 0 to 1, got {level:g}")
    if draws < 2:
        raise InvalidArgument("cluster_network: chance needs at least 2 draws (`draws`)")
    landed = arrivals_of(study, clustering, layers)
    between = landed.between()
    asked = Asked(level, draws, seed_of(rng), landed.is_directed, landed.word)
    progress("network of clusters", 0, 3)
    rows, club = whole_rows(between, asked)
    progress("network of clusters", 1, 3)
    later, spans = period_rows(between, periods, asked)
    progress("network of clusters", 2, 3)
    trends = trend_rows(between, landed, periods=spans, asked=asked)
    progress("network of clusters", 3, 3)
    return ClusterNetwork(
        frame_of([*rows, *later], MEASURE_SCHEMA), frame_of(trends, TREND_SCHEMA), club,
        _clusters(between), landed.layers, level, draws, _notes(landed, between, draws, level),
    )  # fmt: skip


def _notes(landed: Arrivals, between: Arrivals, draws: int, level: float) -> tuple[str, ...]:
    few = too_few_draws(draws // 2, level)  # two-sided
    unknown = int((between.year == 0).sum())
    said = [
        f"Of {landed.n_all:,} {landed.word}s {between.n:,} lead from one cluster to another; "
        "the others are not looked at.",
        *between.notes(),
        NOT_KNOWLEDGE if landed.word == "deal" else "",
        f"{unknown:,} are in no period, because their year is not known." if unknown else "",
        f"p-values: {few}." if few else "",
    ]
    return tuple(one for one in said if one)


def _clusters(between: Arrivals) -> pl.DataFrame:
    parcels = parcels_of(between)
    ties = parcels.ties()
    n = between.clusters.height
    rows = between.clusters[parcels.cluster].select("cluster_id", "label", "industry")
    out, arrived = (np.bincount(end, minlength=n)[parcels.cluster]
                    for end in (between.origin, between.destination))  # fmt: skip
    return rows.with_columns(
        n_partners=pl.Series(np.bincount(ties.pairs.ravel(), minlength=ties.n)),
        n_out=pl.Series(out), n_in=pl.Series(arrived), core=pl.Series(cores(ties)),
    ).sort("n_partners", "n_in", descending=True, maintain_order=True)  # fmt: skip


def _small_world(rows: dict[str, dict[str, Any]]) -> str:
    closed, steps, sigma = (rows[name] for name in ("clustering", "distance", "sigma"))
    if closed["p"] is None:
        return f"Whether it is a small world is {closed['status']}."
    said = (
        f"Partners of a cluster are tied in {closed['value']:.0%} of pairs, "
        f"{closed['expected']:.0%} with ties dealt anew (p = {closed['p']:.2g}); "
        f"{steps['value']:.1f} steps lie between two, {steps['expected']:.1f} by chance"
    )
    if closed["plain"] is not None and closed["expected"] > FORGOTTEN * closed["plain"]:
        said += f" ({closed['plain']:.0%} and {steps['plain']:.1f} if industries are forgotten)"
    if sigma["value"] is not None:
        said += f"; sigma {sigma['value']:.2f}"
    is_small = closed["verdict"] == "above chance"
    judged = (
        "more closed than chance, as a small world is" if is_small
        else "no small world beyond what numbers of partners in each industry give"
    )  # fmt: skip
    if not is_small and closed["n_ties"] < EASILY_MISSED:
        judged += f" (among {closed['n_ties']:,} tied pairs one is easily missed)"
    return f"{said}: {judged}."


def _further(rows: dict[str, dict[str, Any]]) -> list[str]:
    """Say what else is beyond chance, and what comes back."""
    out = []
    shared = rows.get("shared_sigma")
    if shared and shared["p"] is not None:
        out.append(
            f"Tied by groups present in both, sigma is {shared['value']:.2f} against "
            f"{shared['expected']:.2f} with groups dealt anew ({shared['verdict']})."
        )
    back = rows.get("reciprocity")
    if back and back["p"] is not None:
        out.append(
            f"Reciprocity is {_two(back['value'])}, {_two(back['expected'])} with ends dealt "
            f"anew ({back['verdict']})."
        )
    names = [
        name.replace("_", " ") + " " + row["verdict"].replace(" chance", "")
        for name, row in rows.items()
        if name in ("assortativity", "core", "rich_club", "on_cycles", "feedback")
        and row["verdict"] in ("above chance", "below chance")
    ]
    if names:
        out.append(f"Beyond chance: {', '.join(names)}.")
    return out


def _two(value: float) -> str:
    """Return a number with two digits, and no minus before nought."""
    return f"{round(value, 2) + 0.0:.2f}"
