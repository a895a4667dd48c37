"""How alike is what the organisations of a cluster know, and how far is what partners know?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.linkages.cognitive_rows import (
    ROW_SCHEMA,
    Grounds,
    cognitive_rows,
    grounds_of,
    knowledge_layers,
)
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.tables.study import Study
from buzzline.wording import plural

VERDICTS = ("alike", "diverse", "as chance", "not testable", "no null")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CognitiveDistance:
    """Distances between what organisations know, cluster by cluster.

    Attributes
    ----------
    rows : DataFrame
        One row a cluster, set of pairs and measure: `cluster_id`, `label`, `industry`, `among`
        ("members": all pairs of members; "ties within": members tied to each other; "ties to
        others": a member and a partner elsewhere), `measure` ("jaffe", "mahalanobis",
        "skill"), `verdict` ("alike", "diverse", "as chance", "not testable", "no null"),
        `value` (mean distance, 0 to 1), `low`, `high`, `level`, `expected`, `expected_low`,
        `expected_high` (with portfolios dealt anew within industries), `p` (two-sided), `q`
        (false-discovery rate over clusters), `n` (pairs), `n_organisations` (of which any
        item is known), `covered` (these as a share of all there), `reason`.
    layers : tuple[str, ...]    layers whose ties count
    skill_from : str            which table skill distances come from; empty: none
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    rows: pl.DataFrame
    layers: tuple[str, ...]
    skill_from: str
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, set of pairs and measure."""
        return self.rows

    def __str__(self) -> str:
        members = self.rows.filter(
            (pl.col("among") == "members") & (pl.col("measure") == "jaffe")
        )
        told = members.filter(pl.col("value").is_not_null())
        if not told.height:
            why = self.rows["reason"].drop_nulls().unique(maintain_order=True).head(1).to_list()
            return " ".join(["What clusters know cannot be compared:", *why, *self.notes])
        counts = dict(told.group_by("verdict").len().iter_rows())
        said = ", ".join(
            f"{counts[verdict]:,} {verdict}" for verdict in VERDICTS if counts.get(verdict)
        )
        first = told.row(0, named=True)
        return " ".join([
            f"Members of {plural(told.height, 'cluster')} by what they know: {said}. "
            f"{first['label']} ({first['industry']}): mean distance {first['value']:.2f} "
            f"[{first['low']:.2f}, {first['high']:.2f}] on a scale from 0 to 1; portfolios "
            f"dealt at random within industries give {first['expected']:.2f}.",
            *self.notes,
        ])  # fmt: skip

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.rows.head(20)._repr_html_()}"


@analysis(
    "linkages", "How alike is what the organisations of a cluster and their partners know?"
)
def cognitive_distance(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
) -> CognitiveDistance:
    """Return how far apart members and their partners are in what they know.

    Answers whether members of a cluster know the same things, more than others of their
    industry do; and whether they tie near or far in knowledge, among themselves and
    with others. Being too near leaves nothing to learn, being too far leaves it not understood.

    Parameters
    ----------
    study : Study
        Needs `knowledge_items` with `classes` and `org_id`; `linkages` for partners;
        `industry_flows`, `occupations` or `spells` for skills.
    clustering : Clustering
    layers : names of layers, or None
        Whose ties count; None: those in which knowledge flows, else all.
    level : share
    draws : draws
        Of portfolios dealt anew.
    rng : Generator, int or None

    Returns
    -------
    CognitiveDistance

    Raises
    ------
    InvalidArgument
        A layer without linkages; a `level` of 0 or 1.

    Notes
    -----
    jaffe: 1 - cos(v_i, v_j), v the items by class [1]_. mahalanobis: the same angle in a space
    in which classes are as related as those who hold them [2]_. skill: 1 - how related the
    industries are by moves of workers, (1 - r) / 2 for r from -1 to 1 [3]_, or 1 minus the
    cosine of their occupations; 0 within an industry. Chance deals whole portfolios
    anew among the organisations of an industry: is a cluster, or are partners, more alike than
    organisations of these industries anywhere? Items dealt one by one would call every group
    diverse in which organisations are specialised. Intervals: leaving out one member at a time;
    of ties, pairs that share an organisation or a record vary together. Skills have no null:
    industries are not dealt.

    References
    ----------
    .. [1] Jaffe, A. (1986). Technological opportunity and spillovers of R&D. American Economic
       Review 76(5).
    .. [2] Bloom, N., Schankerman, M., Van Reenen, J. (2013). Identifying technology spillovers
       and product market rivalry. Econometrica 81(4). doi:10.3982/ECTA9466
    .. [3] Neffke, F., Henning, M. (2013). Skill relatedness and firm diversification. Strategic
       Management Journal 34(3). doi:10.1002/smj.2014

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> known = cognitive_distance(study, found, draws=19, rng=1)
    >>> known.rows["among"].unique().sort().to_list()
    ['members', 'ties to others', 'ties within']
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"cognitive_distance: `level` must be between 0 and 1, got {level:g}"
        )
    chosen = knowledge_layers(study, layers)
    grounds = grounds_of(study, chosen)
    found = cognitive_rows(
        study, clustering, grounds, level=level, draws=draws, seed=seed_of(rng)
    )
    rows = pl.DataFrame(
        {name: [row.get(name) for row in found] for name in ROW_SCHEMA},
        schema=ROW_SCHEMA, strict=False,
    ).fill_nan(None)  # fmt: skip
    return CognitiveDistance(
        rows, chosen, grounds.skill_from, level, draws, _notes(clustering, grounds)
    )


def _notes(clustering: Clustering, grounds: Grounds) -> tuple[str, ...]:
    notes = [] if clustering.clusters.height else ["There are no clusters."]
    if grounds.profiles is None:
        notes.append(grounds.why)
    elif (share := float(grounds.profiles.known.mean())) < 1:
        notes.append(f"Of {share:.0%} of the organisations any knowledge item is known.")
    return tuple(notes)
