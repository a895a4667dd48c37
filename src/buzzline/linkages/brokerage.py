"""Who stands between whom: structural holes, and the five roles of brokers between clusters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Codes, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.linkages.advice_ties import AdviceTies, advice_ties, knowledge_layers
from buzzline.linkages.response_gate import answers_of, response_of, told_by
from buzzline.linkages.structural_holes import holes_against_rewiring
from buzzline.linkages.surveyed import unused_rate
from buzzline.network.brokerage import ROLES, brokerage_by_chance, brokerage_roles
from buzzline.network.network import Network, network_of
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import false_discovery_q, too_few_draws
from buzzline.tables.study import Study
from buzzline.wording import plural

_WHO = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "org_id": pl.String,
    "name": pl.String,
}  # fmt: skip
MEMBER_SCHEMA = {
    **_WHO, "role": pl.String, "z": pl.Float64, "n_pairs": pl.Int64, "n_partners": pl.Int64,
    "effective_size": pl.Float64, "constraint": pl.Float64, "expected": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "p": pl.Float64,
    "q": pl.Float64,
}  # fmt: skip
ROLE_SCHEMA = {
    **_WHO, "role": pl.String, "value": pl.Int64, "expected": pl.Float64, "sd": pl.Float64,
    "z": pl.Float64, "p": pl.Float64, "q": pl.Float64,
}  # fmt: skip
CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "n_members": pl.Int64,
    "n_brokers": pl.Int64, **{f"n_{role}": pl.Int64 for role in ROLES},
    "response_rate": pl.Float64, "status": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Brokerage:
    """Who brokers between whom, inside clusters and between them.

    Attributes
    ----------
    members : DataFrame
        One row a member with ties, fewest constraints by chance first: `role` (in which it
        brokers most beyond chance, by `z`), `z`, `n_pairs` (brokered in all), `n_partners`,
        `effective_size`, `constraint`, `expected` (with ties dealt anew), `low`, `high` (range
        of that), `level`, `p` (as little constraint), `q`.
    roles : DataFrame
        One row a member and role: `value` (pairs brokered), `expected`, `sd`, `z`, `p`, `q`
        (with clusters dealt anew among organisations).
    clusters : DataFrame
        `n_members`, `n_brokers`, the pairs brokered by role, `response_rate`, `status`.
    layers : tuple of str
    is_directed : bool
    level : share
    draws : int
    notes : tuple of str
    """

    members: pl.DataFrame
    roles: pl.DataFrame
    clusters: pl.DataFrame
    layers: tuple[str, ...]
    is_directed: bool
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a member, fewest constraints by chance first."""
        return self.members

    def __str__(self) -> str:
        of = ", ".join(self.layers).replace("_", " ")
        if not self.members.height:
            why = self.clusters["status"].unique(maintain_order=True).head(2).to_list()
            said = "; ".join(why) or "there is no cluster"
            return " ".join([f"Brokerage is not testable ({of}): {said}.", *self.notes])
        brokers = self.roles.filter(pl.col("value") > 0)["org_id"].n_unique()
        free = int((self.members["q"] <= 1 - self.level).sum())
        text = (
            f"{brokers:,} of {plural(self.members.height, 'member')} with ties ({of}) stand "
            f"between others who are not tied; {free:,} are less constrained than their number "
            f"of partners gives (false discoveries at {1 - self.level:.0%})."
        )
        return " ".join([text, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.members.head(20)._repr_html_()}"


@analysis("linkages", "Who stands between others, inside clusters and between them?")
def brokerage(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    response_rate: Share | None = None,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> Brokerage:
    """Return the constraint of members, and how often they broker, role by role.

    Parameters
    ----------
    study : Study
    clustering : Clustering
        An organisation of several clusters counts to the first.
    layers : names of layers, or None
        None: advice where there is any, else all layers in which knowledge passes.
    response_rate : share, optional
        Of members who answered, where the study does not say who did. Below 0.7 no roles.
    level : share
    draws : draws
        Of clusters dealt anew among organisations with ties, and of rewired networks.
    rng : Generator, int or None

    Returns
    -------
    Brokerage

    Raises
    ------
    TooFew
        No layer in which knowledge passes.
    InvalidArgument
        A layer without linkages; a `level` of 0 or 1; fewer than two draws.

    Notes
    -----
    A member v brokers from a to b where a tie leads from a to v, one from v to b, and none from
    a to b: coordinator (all of one cluster), gatekeeper (into its cluster), representative (out
    of it), itinerant (between two of another cluster), liaison (all different) [1]_. Whoever is
    in no cluster counts as by itself. Expected counts keep the ties and the cluster of v and
    deal those of all others anew, so that more coordinating than expected says no more than
    that clusters tie inward.

    Constraint is that of [2]_, ties counting one; expected with ties dealt anew, each
    organisation keeping its number. Ties not recorded make brokers look more alone than they
    are.

    References
    ----------
    .. [1] Gould, R., Fernandez, R. (1989). Structures of mediation: a formal approach to
       brokerage in transaction networks. Sociological Methodology 19. doi:10.2307/270949
    .. [2] Burt, R. (1992). Structural holes. Harvard University Press.

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> brokerage(study, found, draws=19, rng=1).is_directed
    False
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"brokerage: `level` must be between 0 and 1, got {level:g}")
    if draws < 2:
        raise InvalidArgument("brokerage: its expectation needs at least 2 draws (`draws`)")
    seed = seed_of(rng)
    ties = advice_ties(study, knowledge_layers(study, layers, "brokerage"))
    network = _network(study, ties)
    group, first = _groups(study, clustering)
    clusters = _gated(study, clustering, (network, group), response_rate)
    measured = clusters["status"].str.starts_with("measured").to_numpy()
    tied = network.degree + network.reversed().degree > 0
    rows = np.flatnonzero(tied & (group >= 0))
    rows = rows[measured[group[rows]]]
    progress("brokerage", 0, 2)
    roles = _roles(network, group, rows, draws=draws, rng=child(seed, "roles"))
    progress("brokerage", 1, 2)
    holes = holes_against_rewiring(
        network, ties, rows, draws=draws, level=level, rng=child(seed, "holes")
    )
    progress("brokerage", 2, 2)
    who = _who(study, clusters, first[rows], rows)
    notes = _notes(network, too_few_draws(draws, level, max(rows.size, 1)), holes.note)
    notes += unused_rate(study, network.layers, response_rate)
    return Brokerage(
        _members(who, roles, holes.columns), _with_names(roles, who),
        _totals(clusters, roles, who), network.layers, network.is_directed, level, draws,
        notes,
    )  # fmt: skip


def _notes(network: Network, few: str, held: str) -> tuple[str, ...]:
    said = (
        f"p-values: {few}." if few else "",
        held,
        "" if network.is_directed else (
            "These ties have no direction: every pair counts both ways, and gatekeepers and "
            "representatives are the same."
        ),
    )  # fmt: skip
    return tuple(text for text in said if text)


def _network(study: Study, ties: AdviceTies) -> Network:
    """Return the ties as a network in which each counts one."""
    ids = study.organisations["org_id"]
    source, target = ties.source, ties.target
    if not ties.is_directed:
        source, target = np.concatenate([source, target]), np.concatenate([target, source])
    none = as_indices(np.zeros(ids.len() + 1))
    like = Network(
        ids, none, as_codes([]), as_floats([]), ties.layers, "ties", ties.is_directed
    )
    return network_of(ids, (source, target), np.ones(source.size), like=like).unweighted()


def _groups(study: Study, clustering: Clustering) -> tuple[Codes, Indices]:
    """Return the cluster of each organisation by position, -1 for none; and again as int64."""
    number = clustering.clusters.select("cluster_id").with_row_index("cluster")
    first = (
        clustering.members.join(number, on="cluster_id", validate="m:1")
        .group_by("org_id")
        .agg(pl.col("cluster").min())
    )
    joined = study.organisations.select("org_id").join(
        first, on="org_id", how="left", validate="1:1", maintain_order="left"
    )["cluster"]
    group = as_codes(joined.cast(pl.Int32).fill_null(-1).to_numpy())
    return group, group.astype(np.int64)


def _gated(
    study: Study, clustering: Clustering, scene: tuple[Network, Codes], rate: float | None
) -> pl.DataFrame:
    """Return the clusters with how many answered, and whether that bears roles."""
    network, group = scene
    answers, end = answers_of(study, network.layers), told_by(study, network.layers)
    tied = network.degree + network.reversed().degree > 0
    rows = []
    for number, cluster in enumerate(clustering.clusters.to_dicts()):
        members = np.flatnonzero(group == number)
        ids = study.organisations["org_id"].gather(members)
        response = response_of(ids, answers, end=end, rate=rate)
        none = "" if tied[members].any() else "not testable: no member has a tie"
        rows.append({
            **{key: cluster[key] for key in ("cluster_id", "label", "industry")},
            "n_members": members.size, "response_rate": response.rate,
            "status": response.refusal() or none or response.status(),
        })  # fmt: skip
    columns = {name: [row.get(name) for row in rows] for name in CLUSTER_SCHEMA}
    return pl.DataFrame(columns, schema=CLUSTER_SCHEMA, strict=False).fill_nan(None)


def _roles(
    network: Network, group: Codes, rows: Indices, *, draws: int, rng: np.random.Generator
) -> pl.DataFrame:
    """Return one row a broker (by its position in `rows`) and role."""
    counts = brokerage_roles(network, group, brokers=rows)
    chance = brokerage_by_chance(network, group, brokers=rows, draws=draws, rng=rng)
    p = chance.p.ravel()
    q = false_discovery_q(as_floats(p)) if p.size else p
    return pl.DataFrame({
        "broker": np.repeat(np.arange(rows.size), len(ROLES)),
        "role": list(ROLES) * rows.size, "value": counts.ravel(),
        "expected": chance.mean.ravel(), "sd": chance.sd.ravel(), "z": chance.z.ravel(),
        "p": p, "q": q,
    }, schema_overrides={"role": pl.String}).fill_nan(None)  # fmt: skip


def _who(study: Study, clusters: pl.DataFrame, first: Indices, rows: Indices) -> pl.DataFrame:
    named = clusters.select("cluster_id", "label", "industry")[first]
    return pl.concat(
        [named, study.organisations.select("org_id", "name")[rows]], how="horizontal"
    ).with_row_index("broker").with_columns(pl.col("broker").cast(pl.Int64))  # fmt: skip


def _members(
    who: pl.DataFrame, roles: pl.DataFrame, holes: dict[str, np.ndarray]
) -> pl.DataFrame:
    pairs = roles.group_by("broker").agg(n_pairs=pl.col("value").sum())
    most = (
        roles.filter((pl.col("value") > 0) & pl.col("z").is_not_null())
        .sort("z", descending=True, maintain_order=True)
        .unique("broker", keep="first", maintain_order=True)
        .select("broker", "role", "z")
    )
    joined = who.with_columns(pl.Series(k, v, strict=False) for k, v in holes.items())
    for part in (pairs, most):
        joined = joined.join(
            part, on="broker", how="left", validate="1:1", maintain_order="left"
        )
    shaped = joined.select(pl.col(name).cast(kind) for name, kind in MEMBER_SCHEMA.items())
    return shaped.fill_nan(None).sort(
        ["p", "n_pairs"], descending=[False, True], nulls_last=True, maintain_order=True
    )


def _with_names(roles: pl.DataFrame, who: pl.DataFrame) -> pl.DataFrame:
    joined = roles.join(who, on="broker", validate="m:1", maintain_order="left")
    shaped = joined.select(pl.col(name).cast(kind) for name, kind in ROLE_SCHEMA.items())
    return shaped.sort("z", descending=True, nulls_last=True, maintain_order=True)


def _totals(clusters: pl.DataFrame, roles: pl.DataFrame, who: pl.DataFrame) -> pl.DataFrame:
    named = roles.join(who, on="broker", validate="m:1")
    sums = [
        pl.col("value").filter(pl.col("role") == role).sum().alias(f"n_{role}")
        for role in ROLES
    ]
    brokers = pl.col("broker").filter(pl.col("value") > 0).n_unique().alias("n_brokers")
    totals = named.group_by("cluster_id").agg(brokers, *sums)
    joined = clusters.drop("n_brokers", *(f"n_{role}" for role in ROLES)).join(
        totals, on="cluster_id", how="left", validate="1:1", maintain_order="left"
    )
    return joined.select(pl.col(name).cast(kind) for name, kind in CLUSTER_SCHEMA.items())
