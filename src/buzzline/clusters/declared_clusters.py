"""Which declared clusters are none, and which clusters did nobody declare?"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.declared_rows import Declared, declared_rows, found_rows, rate_rows
from buzzline.clusters.declared_scene import scene_of
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Draws, Kilometres, Share, Years
from buzzline.randomness import Seed, seed_of
from buzzline.tables.study import Study

DECLARED_SCHEMA = {
    "group_id": pl.String, "group": pl.String, "industry": pl.String, "verdict": pl.String,
    "n_members": pl.Int64, "n": pl.Int64, "n_needed": pl.Int64, "cluster_id": pl.String,
    "label": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "null_mean": pl.Float64, "chance_low": pl.Float64, "chance_high": pl.Float64,
    "level": pl.Float64, "p": pl.Float64, "q": pl.Float64,
    "n_ties": pl.Int64, "inward": pl.Float64, "inward_mean": pl.Float64,
    "inward_chance_low": pl.Float64, "inward_chance_high": pl.Float64, "inward_p": pl.Float64,
    "inward_q": pl.Float64, "block_km": pl.Float64, "place": pl.String,
    "ties": pl.String, "reason": pl.String,
}  # fmt: skip
FOUND_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "verdict": pl.String,
    "n_members": pl.Int64, "group_id": pl.String, "group": pl.String, "n_common": pl.Int64,
    "share": pl.Float64, "p": pl.Float64, "reason": pl.String,
}  # fmt: skip
RATE_SCHEMA = {
    "rate": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "n_positive": pl.Int64, "n": pl.Int64, "n_not_testable": pl.Int64,
    "status": pl.String,
}  # fmt: skip
NOTHING_DECLARED = (
    "Not testable: the study has no declared clusters with members. Add the tables "
    "`declared_clusters` and `memberships`."
)


@dataclass(frozen=True, slots=True)
class DeclaredRule:
    """When members of a declared cluster lie together, and who stands in for them.

    Attributes
    ----------
    fewest : count
        Members that can be tested, below which nothing is.
    block_km : km
        Size of the blocks of land in which others of an industry stand in for members; twice
        and five times as large where more than half of the members would be alone.
    """

    fewest: Count = 5
    block_km: Kilometres = 20.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DeclaredClusters:
    """Declared clusters held against the clusters found, and against ties.

    Attributes
    ----------
    declared : DataFrame
        One row a declared cluster, those that are none first: `group_id`, `group`, `industry`,
        `verdict` ("none", "network without a place", "found", "not testable"), `n_members`, `n`
        (with coordinates and an industry in which clusters were looked for), `n_needed` (that
        would show half of them in one cluster), `cluster_id`, `label` (of the cluster found
        that holds most of them), `value` (share of `n` in it), `low`, `high` (exact binomial,
        as if members were drawn), `null_mean`, `chance_low`, `chance_high` (of as many
        organisations of the same industries dealt at random), `level`, `p`, `q`, `n_ties` (ends
        of ties of members with coordinates), `inward` (share of them that lead to such
        members), `inward_mean`, `inward_chance_low`, `inward_chance_high` (of neighbours of the
        same industry in their place), `inward_p`, `inward_q`, `block_km` (in which neighbours
        stand), `place`, `ties` ("yes", "no", "not testable"), `reason`.
    found : DataFrame
        One row a cluster found: `cluster_id`, `label`, `industry`, `verdict` ("declared",
        "nobody declared it", "not testable"), `n_members`, `group_id`, `group` (whose share in
        it is the least likely by chance), `n_common`, `share`, `p`, `reason`.
    rates : DataFrame
        `rate`, `value`, `low`, `high` (exact binomial), `level`, `n_positive`, `n`,
        `n_not_testable`, `status`.
    rule : DeclaredRule
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    declared: pl.DataFrame
    found: pl.DataFrame
    rates: pl.DataFrame
    rule: DeclaredRule
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a declared cluster, those that are none first."""
        return self.declared

    def __str__(self) -> str:
        if not self.declared.height:
            return " ".join([NOTHING_DECLARED, *self.notes])
        said = [self._rate(row) for row in self.rates.to_dicts()]
        return " ".join([*said, *self.notes])

    def _rate(self, row: dict[str, object]) -> str:
        aside = f", {row['n_not_testable']:,} not testable" if row["n_not_testable"] else ""
        if not row["n"]:
            return f"{row['rate']}: not testable{aside}."
        return (
            f"{row['rate']}: {row['n_positive']:,} of {row['n']:,} = {row['value']:.0%} "
            f"[{row['low']:.0%}, {row['high']:.0%}]{aside}."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.declared.head(20)._repr_html_()}"


@analysis("clusters", "Which declared clusters are none, and which did nobody declare?")
def declared_clusters(
    study: Study,
    clustering: Clustering,
    *,
    year: Years | None = None,
    rule: DeclaredRule = DeclaredRule(),  # frozen
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> DeclaredClusters:
    """Hold declared clusters against the clusters found, and against the ties of members.

    Answers which initiatives and official lists have a cluster behind them, how often one has
    not (with its interval), and which clusters nobody declared.

    Parameters
    ----------
    study : Study
        Needs `declared_clusters` and `memberships`; coordinates and `industry` of
        organisations; `linkages` for the second sign.
    clustering : Clustering
    year : years or None
        Members in that year; None: whoever was one at any time.
    rule : DeclaredRule
    draws : draws
        Deals of as many organisations, and draws of neighbours in the place of members.
    level : share
    rng : Generator, int or None

    Returns
    -------
    DeclaredClusters
        Without rows where nothing is declared; the sentence says what to add.

    Raises
    ------
    InvalidArgument
        A level of 0 or 1.

    Notes
    -----
    Place: the largest share of the members in one cluster of the declared industry (of any,
    where none is declared), against as many organisations of the same main industries dealt at
    random; who has no coordinates, or no industry in which clusters were looked for, could be
    in none and does not count. Ties: the share of partners of members that are members,
    whatever the layer, each partner counted once, against other organisations of their industry
    in the same block of land that have ties. Found: place, at a false-discovery rate of
    1 - level over declared clusters. Network without a place: ties only. None: neither, with
    members enough to show half of them in one cluster, and to be found as one if half of them
    stood together with nobody else (at the p-value of a core point, among organisations whose
    industry is known); ties that cannot be tested
    do not save it. A cluster found
    counts as declared when one declared cluster has more of its members than chance gives its
    size (hypergeometric, Bonferroni over declared clusters). A rate is a share of those
    testable, with its exact binomial interval [1]_.

    References
    ----------
    .. [1] Clopper, C. J., Pearson, E. S. (1934). The use of confidence or fiducial limits
       illustrated in the case of the binomial. Biometrika 26(4). doi:10.1093/biomet/26.4.404

    Examples
    --------
    >>> from buzzline.clusters import candidate_clusters
    >>> from buzzline.tables.worlds import Parks, make_sibling_world
    >>> study = make_sibling_world(parks=Parks(paper=2), organisations=900, rng=1).study
    >>> found = declared_clusters(study, candidate_clusters(study, rng=1), draws=199, rng=1)
    >>> sorted(found.declared["verdict"])
    ['found', 'found', 'none', 'none']
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"declared_clusters: `level` must be above 0 and below 1, got {level:g}"
        )
    scene = scene_of(study, clustering, year=year, block_km=rule.block_km)
    terms = Declared(rule.fewest, draws, level, seed_of(rng))
    rows = declared_rows(scene, terms, progress)
    there = found_rows(scene, rows, level)
    return DeclaredClusters(
        pl.DataFrame(rows, schema=DECLARED_SCHEMA, orient="row"),
        pl.DataFrame(there, schema=FOUND_SCHEMA, orient="row"),
        pl.DataFrame(rate_rows(rows, there, level), schema=RATE_SCHEMA, orient="row"),
        rule, level, draws, scene.notes,
    )  # fmt: skip
