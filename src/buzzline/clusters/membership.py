"""Who belongs to a cluster, near or far, and who is only near it?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.membership_affinity import affinities
from buzzline.clusters.membership_evidence import Candidates, Fields, candidates_of, fields_of
from buzzline.clusters.membership_rule import KINDS, MembershipRule
from buzzline.clusters.membership_tables import Measured, cluster_rows, member_rows
from buzzline.clusters.membership_types import NOT_TESTABLE, TYPES, typed
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.study import Study


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Membership:
    """Who belongs to which cluster, in which respects, and how probably.

    Attributes
    ----------
    members : DataFrame
        One row an organisation and cluster that have anything to do with each other, members
        first: `cluster_id`, `label`, `org_id`, `name`, `type` ("core member", "remote
        member", "local outsider", "associate", "non-member", "not testable"), `p_core`,
        `p_remote`, `p_outsider`, `p_associate`, `p_none`; `km` (to the nearest
        other organisation of the core), `geographic` (nearness, 1 at no distance) and
        `geographic_cut` (nearness at the edge of the cluster's ground); for `labour`,
        `trade` and `knowledge` the share of its ties that lead to members, with
        `_expected` (what size, distance and borders give),
        `_cut` (what chance exceeds in 1 - level of cases) and `_n` (independent ties);
        `n_beyond` (kinds of relation beyond that); `identity` (declared degree of membership);
        `affinity` (visits of random walks from the core to those that chance gives; the
        geometric mean of both directions), `in_affinity`, `out_affinity`, `reciprocity` (the
        smaller to the larger); `evidence` (how many times its own ties raise the odds of
        its most probable type), `declared_only`,
        `is_listed` (a member in the clustering), `of_industry`, `longitude`, `latitude`,
        `reason`.
    clusters : DataFrame
        One row a cluster and type: `cluster_id`, `label`, `industry`, `type`, `n` (how many it
        is the most probable type of), `n_beyond` (of these, beyond chance in enough kinds of
        relation by their own ties alone), `value` (number expected from the probabilities,
        of those that are testable), `low`, `high`, `level`, `within_km` (who is this near to
        one of the core is near), `declared_as`, `status`.
    rule : MembershipRule
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    members: pl.DataFrame
    clusters: pl.DataFrame
    rule: MembershipRule
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row an organisation and cluster, members first."""
        return self.members

    def __str__(self) -> str:
        if not self.members.height:
            return " ".join(["Membership is not testable:", *self.notes])
        counts = dict(self.members.group_by("type").len().iter_rows())
        said = ", ".join(
            f"{counts[name]:,} {name}{'' if counts[name] == 1 or name == NOT_TESTABLE else 's'}"
            for name in (*TYPES, NOT_TESTABLE) if counts.get(name)
        )  # fmt: skip
        n = self.clusters["cluster_id"].n_unique()
        text = f"Of {n:,} cluster{'' if n == 1 else 's'}: {said}."
        return " ".join([text, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.members.head(20)._repr_html_()}"


@analysis("clusters", "Who belongs to a cluster, near or far, and who is only near it?")
def membership(
    study: Study,
    clustering: Clustering,
    *,
    rule: MembershipRule = MembershipRule(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> Membership:
    """Tell core members, remote members, local outsiders and associates of each cluster.

    Answers, for each organisation and cluster, whether it is near, which shares of its labour,
    trade and knowledge ties lead to the members and whether that is more than its size and
    distance give, whether somebody declared it a member, and what kind of member it is most
    probably. A place does not make a member: who is near and tied elsewhere is a local
    outsider, who is far and tied to the members a remote member.

    Parameters
    ----------
    study : Study
        Needs `linkages` (or `spells`), and `organisations` with coordinates; `memberships`
        where there are any.
    clustering : Clustering
    rule : MembershipRule
        Kinds of relation and their layers, how far beyond chance, how nearness fades.
    level : share
        Of what chance gives, that a share of ties must exceed; and of intervals.
    draws : draws
        Random assignments behind the intervals of the numbers of members.
    rng : Generator, int or None

    Returns
    -------
    Membership

    Notes
    -----
    Under chance each tie of an organisation leads to a member with q = sum over members of
    a_j d_ij^b to the same sum over all, times c where j is of another country; b and c are
    fitted together to the ties of organisations in no cluster (gravity null, PPML) and a
    balanced so that everybody keeps their own number of ties. c is 1 where countries are not
    known or there is only one. The ties of one record are one observation. Ties
    with members are Binomial(n, w q / (1 - q + w q)) with w = 1 as size and distance give, w >=
    `smallest_ratio` tied, w <= 1 / `smallest_ratio` apart; how frequent these are among near
    and far organisations, and w, are learnt from all organisations (empirical Bayes [1]_).
    Members are tied in `kinds` kinds of relation. Whose own ties do not raise the odds of their
    type three times is not testable, however probable a type is for the likes of it. The
    affinity is personalised PageRank [2]_ on all these layers, starting anew at the core, over
    what it is on the expected network.

    References
    ----------
    .. [1] Efron, B. (2010). Large-Scale Inference. Cambridge University Press.
       doi:10.1017/CBO9780511761362
    .. [2] Page, L., Brin, S., Motwani, R., Winograd, T. (1999). The PageRank citation ranking.
       Stanford InfoLab 1999-66.

    Examples
    --------
    >>> from buzzline.clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = membership(study, candidate_clusters(study, rng=1), rng=1)
    >>> sorted(found.members.select(pl.sum_horizontal("^p_.*$").round(9)).to_series().unique())
    [1.0]
    """
    seed = seed_of(rng)
    fields = fields_of(study, clustering, rule, progress=progress)
    found = candidates_of(study, clustering, fields, level=level, progress=progress)
    types = typed(found, rule, level=level, rng=child(seed, "membership", "learning"))
    measured = Measured(found, types, *_affinity(fields, found, rule, progress))
    shown = clustering.clusters.head(len(fields.crew.rows))
    return Membership(
        member_rows(study, shown, measured, fields=fields, rule=rule),
        cluster_rows(shown, measured, rule=rule, draws=draws, level=level, seed=seed),
        rule, level, draws, _notes(clustering, fields, rule),
    )  # fmt: skip


def _affinity(
    fields: Fields, found: Candidates, rule: MembershipRule, progress: Progress
) -> tuple[Floats, Floats]:
    inward, outward = np.full(found.who.size, np.nan), np.full(found.who.size, np.nan)
    if not fields.nulls or not found.who.size:
        return inward, outward
    of_cluster = [np.flatnonzero(found.cluster == c) for c in range(len(fields.crew.rows))]
    ways = affinities(
        fields.ties, fields.nulls, cores=fields.crew.core,
        rows=[found.who[rows] for rows in of_cluster], restart=rule.restart, progress=progress,
    )  # fmt: skip
    for out, way in zip((inward, outward), ways, strict=True):
        for rows, values in zip(of_cluster, way, strict=True):
            out[rows] = values
    return as_floats(inward), as_floats(outward)


def _notes(clustering: Clustering, fields: Fields, rule: MembershipRule) -> tuple[str, ...]:
    notes = []
    n = clustering.clusters.height
    if not n:
        notes.append("There are no clusters.")
    if n > rule.max_clusters:
        notes.append(f"The {rule.max_clusters} strongest of {n:,} clusters (`max_clusters`).")
    notes += [
        f"{kind.capitalize()}: not testable ({why})." for kind, why in fields.reasons.items()
    ]
    if 0 < len(fields.kinds) < rule.kinds:
        only = ", ".join(kind for kind in KINDS if kind in fields.kinds)
        notes.append(
            f"Members need relations beyond chance in {rule.kinds} kinds (`kinds`), and only "
            f"{only} can be tested: who has them is shown as an associate."
        )
    return tuple(notes)
