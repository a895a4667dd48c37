"""Make a study of co-located clusters: distinct in space or not, socially separate or not.

Clusters of one industry lie in the same city-region, each in a park of its own or all at one
centre. Ties follow size and distance, times planted odds within a cluster, between siblings
and beyond; where clusters are not separate, the odds within and between are the same, so that
distance alone accounts for who is tied to whom.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from itertools import combinations

import numpy as np
import polars as pl

from buzzline.arrays import Indices
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.schema import table_named
from buzzline.tables.study import About, Study
from buzzline.tables.worlds import sibling_tables as rows
from buzzline.tables.worlds.city_regions import (
    CORE,
    OTHER,
    OUTSIDER,
    REMOTE,
    ROLES,
    Map,
    Settled,
    enrol,
    lay_out,
    settle_in,
)
from buzzline.tables.worlds.fields import Affinity, Field, arcs_km, draw_pairs, on_the_sphere
from buzzline.tables.worlds.gravity import Pairs
from buzzline.tables.worlds.organisations import industry_codes
from buzzline.tables.worlds.plans import RELATIONS, Bonds, Parks, Relation
from buzzline.tables.worlds.sibling_truth import OUTCOMES, SiblingTruth, SiblingWorld

PAPER_MEMBERS = 15


@dataclass(frozen=True, slots=True, eq=False)
class _Plan:
    """All choices of one world, and its seed."""

    distinct: bool
    separate: bool
    relation: Relation | None
    parks: Parks
    bonds: Bonds
    seed: int


def make_sibling_world(
    *,
    distinct: bool = True,
    separate: bool = True,
    relation: Relation | None = None,
    organisations: Count = 1500,
    regions: Count = 1,
    parks: Parks | None = None,
    bonds: Bonds | None = None,
    rng: Seed = None,
) -> SiblingWorld:
    """Make a study with clusters of one industry side by side in a city-region.

    Parameters
    ----------
    distinct : bool
        Whether each cluster has a park of its own, `parks.apart_km` from its neighbours, or all
        lie around one centre.
    separate : bool
        Whether ties within a cluster are `bonds.separation` times as likely as ties to a
        sibling, net of size and distance, or just as likely.
    relation : "collaborating", "competing", "both", "neither" or None
        Collaborating siblings have more ties to each other than distance gives, competing ones
        draw on the same industries, more than anybody else does; the others have fewer, and
        draw on different ones. None: ties between siblings as distance gives, and all draw on
        all industries alike.
    organisations : count
        In all, 60 or more; the study has exactly that many.
    regions : count
        City-regions, each with its own `parks.siblings` clusters.
    parks : Parks
        Siblings, distances, members, remote members, local outsiders, owners of several sites.
    bonds : Bonds
        Layers, ties an organisation, odds, functions, fall with distance.
    rng : Generator, int or None

    Returns
    -------
    SiblingWorld
        `study` with organisations, establishments, linkages, spells (of the moves of labour),
        places, industries, declared clusters and memberships (the planted ones, and those on
        paper), initiatives and yearly jobs (`outcomes`); and `truth`.

    Raises
    ------
    InvalidArgument
        Too few organisations for the clusters, more city-regions than the map has room for, or
        choices out of bounds.

    Examples
    --------
    >>> world = make_sibling_world(distinct=True, separate=False, organisations=300, rng=1)
    >>> print(world)  # doctest: +ELLIPSIS
    SiblingWorld of 2 clusters in 1 city-region (one cluster, several sites): Study ...
    >>> world.truth.clusters.select("cluster_id", "n_core", "n_remote", "n_outsiders").rows()
    [('D0', 35, 2, 4), ('D1', 36, 2, 4)]
    """
    plan = _Plan(distinct, separate, relation, parks or Parks(), bonds or Bonds(), seed_of(rng))
    _check(organisations, regions, relation)
    land = lay_out(plan.parks, regions, distinct=distinct, seed=plan.seed)
    roster = enrol(plan.parks, regions, organisations, rng=child(plan.seed, "roster"))
    settled = settle_in(land, plan.parks, roster, seed=plan.seed)
    owner = _owners(settled, plan, regions)
    frame = rows.organisation_rows(
        land, settled, owner, n_industries=plan.parks.industries, seed=plan.seed
    )
    affinities = _affinities(plan)
    linkages = _linkages(frame["org_id"], settled.field, affinities, owner=owner, plan=plan)
    tables = _tables(land, settled, frame, linkages, plan=plan)
    about = About("Made-up city-regions", "CC0", ("made-up world",), _notes(plan))
    study = Study.of(about=about, organisations=frame, linkages=linkages, **tables)
    return SiblingWorld(study, _truth(land, settled, frame, affinities, owner=owner, plan=plan))


def _check(organisations: int, regions: int, relation: Relation | None) -> None:
    for name, value, least in (("organisations", organisations, 10), ("regions", regions, 1)):
        if value < least:
            raise InvalidArgument(
                f"make_sibling_world: `{name}` must be at least {least}, got {value}"
            )
    if relation is not None and relation not in RELATIONS:
        raise InvalidArgument(
            f"make_sibling_world: `relation` must be one of {', '.join(RELATIONS)} or None, "
            f"got {relation!r}"
        )


def _owners(settled: Settled, plan: _Plan, regions: int) -> Indices:
    """Return the row of each organisation's owner: one site in every park, a seat outside."""
    parks, owner = plan.parks, np.full(settled.role.size, -1, dtype=np.int64)
    if not parks.owners:
        return owner
    rng = child(plan.seed, "owners")
    for region in range(regions):
        seats = np.flatnonzero((settled.role == OTHER) & (settled.area == region))
        crew = [
            np.flatnonzero((settled.role == CORE) & (settled.cluster == cluster))
            for cluster in range(region * parks.siblings, (region + 1) * parks.siblings)
        ]
        if min(seats.size, *(part.size for part in crew)) < parks.owners:
            raise InvalidArgument(
                f"make_sibling_world: {parks.owners} owners with a site in every park need as "
                "many members in each and organisations around; ask for fewer owners or more "
                "organisations"
            )
        chosen = rng.choice(seats, parks.owners, replace=False)
        for part in crew:
            owner[rng.choice(part, parks.owners, replace=False)] = chosen
    return owner


def _affinities(plan: _Plan) -> dict[str, Affinity]:
    overlap = plan.bonds.overlap_of(plan.relation) if plan.relation else None
    return {
        layer: Affinity.planned(
            plan.bonds,
            plan.bonds.odds_of(layer, separate=plan.separate, relation=plan.relation),
            siblings=plan.parks.siblings, overlap=overlap,
        )
        for layer in plan.bonds.layers
    }  # fmt: skip


def _linkages(
    org_id: pl.Series,
    field: Field,
    affinities: Mapping[str, Affinity],
    *,
    owner: Indices,
    plan: _Plan,
) -> pl.DataFrame:
    n = round(plan.bonds.ties_each * org_id.len())
    parts = []
    for layer, affinity in affinities.items():
        drawn = draw_pairs(field, affinity, n=n, rng=child(plan.seed, "ties", layer))
        more = _owner_pairs(owner, plan, child(plan.seed, "owner ties", layer))
        ends = tuple(np.concatenate(part) for part in zip(drawn, more, strict=True))
        parts.append(
            rows.tie_rows(
                org_id, (ends[0], ends[1]), layer=layer, rng=child(plan.seed, "rows", layer)
            )
        )
    return pl.concat(parts) if parts else table_named("linkages").empty()


def _owner_pairs(owner: Indices, plan: _Plan, rng: np.random.Generator) -> Pairs:
    """Return ties among different sites of each owner."""
    sites = np.flatnonzero(owner >= 0)
    if plan.parks.siblings < 2 or not sites.size:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    of_owner = sites[np.argsort(owner[sites], kind="stable")].reshape(-1, plan.parks.siblings)
    row = np.repeat(np.arange(of_owner.shape[0]), plan.bonds.owner_ties)
    one = rng.integers(0, plan.parks.siblings, row.size)
    other = (one + rng.integers(1, plan.parks.siblings, row.size)) % plan.parks.siblings
    return of_owner[row, one], of_owner[row, other]


def _tables(
    land: Map,
    settled: Settled,
    frame: pl.DataFrame,
    linkages: pl.DataFrame,
    *,
    plan: _Plan,
) -> dict[str, pl.DataFrame]:
    siblings, seed = plan.parks.siblings, plan.seed
    tables = {
        "establishments": rows.establishment_rows(
            frame, settled, siblings=siblings, overlap=1 - plan.bonds.complementarity,
            rng=child(seed, "functions"),
        ),
        "places": rows.place_rows(land, plan.parks, settled),
        "industries": rows.industry_rows(plan.parks.industries),
        "initiatives": rows.opening_rows(land, siblings),
        "outcomes": rows.job_rows(
            land, siblings=siblings, response=plan.bonds.response_of(plan.relation), seed=seed
        ),
        **_declared(land, settled, frame["org_id"], plan),
    }  # fmt: skip
    if plan.bonds.spells and "labour_move" in plan.bonds.layers:
        moves = linkages.filter(pl.col("layer") == "labour_move")
        tables["spells"] = rows.spell_rows(moves, rng=child(seed, "spells"))
    return tables


def _declared(
    land: Map, settled: Settled, org_id: pl.Series, plan: _Plan
) -> dict[str, pl.DataFrame]:
    siblings, n = plan.parks.siblings, org_id.len()
    clusters = land.park.shape[0]
    industry = industry_codes(1)[0]
    names = [
        f"{land.names[k // siblings]} {industry} {'ABCDEF'[k % siblings]}"
        for k in range(clusters)
    ]
    names += [f"{industry} valley {k + 1}".capitalize() for k in range(plan.parks.paper)]
    members = np.flatnonzero(settled.cluster >= 0)
    code, row = [settled.cluster[members].astype(np.int64)], [members]
    rng, others = child(plan.seed, "paper"), np.flatnonzero(settled.role == OTHER)
    for k in range(plan.parks.paper):
        row.append(np.sort(rng.permutation(others)[: min(PAPER_MEMBERS, n // 4)]))
        code.append(np.full(row[-1].size, clusters + k))
    joined = pl.Series(np.concatenate(code)).cast(pl.String)
    memberships = pl.DataFrame(
        {"cluster_id": "D" + joined, "org_id": org_id.gather(np.concatenate(row)),
         "degree": 1.0, "start": date(2012, 1, 1), "end": date(2023, 12, 31)}
    )  # fmt: skip
    return {
        "declared_clusters": rows.declared_rows(names, industry),
        "memberships": memberships,
    }


def _truth(
    land: Map,
    settled: Settled,
    frame: pl.DataFrame,
    affinities: Mapping[str, Affinity],
    *,
    owner: Indices,
    plan: _Plan,
) -> SiblingTruth:
    clusters = _clusters(land, settled, plan)
    sites, codes = np.flatnonzero(owner >= 0), range(land.park.shape[0], 10**9)
    owners = pl.DataFrame(
        {"owner_id": frame["owner_id"].gather(sites), "org_id": frame["org_id"].gather(sites),
         "cluster": settled.cluster[sites]}
    )  # fmt: skip
    odds = [(layer, one.odds) for layer, one in affinities.items()]
    return SiblingTruth(
        outcome=OUTCOMES[plan.distinct, plan.separate],
        cluster=settled.cluster,
        inside=settled.inside,
        role=pl.Series("role", ROLES).gather(settled.role),
        clusters=clusters,
        pairs=_pairs(clusters, plan),
        odds=pl.DataFrame(
            [(layer, one.within, one.between, one.beyond, one.log_odds_ratio)
             for layer, one in odds],
            schema={"layer": pl.String, "within": pl.Float64, "between": pl.Float64,
                    "beyond": pl.Float64, "log_odds_ratio": pl.Float64}, orient="row",
        ),
        owners=owners.sort("owner_id", "cluster"),
        owner_ties=_owner_pairs(owner, plan, child(0))[0].size,
        paper=tuple(f"D{codes[k]}" for k in range(plan.parks.paper)),
        field=settled.field,
        affinities=affinities,
    )  # fmt: skip


def _clusters(land: Map, settled: Settled, plan: _Plan) -> pl.DataFrame:
    code, siblings = np.arange(land.park.shape[0]), plan.parks.siblings
    of = np.where(settled.role == OUTSIDER, settled.inside, settled.cluster)

    def counted(role: int) -> Indices:
        return np.bincount(of[settled.role == role], minlength=code.size)

    return pl.DataFrame(
        {
            "cluster": code,
            "cluster_id": [f"D{k}" for k in code],
            "area": code // siblings,
            "sibling": code % siblings,
            "city": [land.names[k // siblings] for k in code],
            "industry": industry_codes(1)[0],
            "longitude": land.park[:, 0],
            "latitude": land.park[:, 1],
            "spread_km": plan.parks.spread_km,
            "n_core": counted(CORE),
            "n_remote": counted(REMOTE),
            "n_outsiders": counted(OUTSIDER),
        }
    )


def _pairs(clusters: pl.DataFrame, plan: _Plan) -> pl.DataFrame:
    siblings, regions = plan.parks.siblings, clusters["area"].n_unique()
    within = np.array(list(combinations(range(siblings), 2)), dtype=np.int64).reshape(-1, 2)
    pair = (within[None] + siblings * np.arange(regions)[:, None, None]).reshape(-1, 2)
    centre = on_the_sphere(clusters["longitude"].to_numpy(), clusters["latitude"].to_numpy())
    km = arcs_km(centre[pair[:, 0]], centre[pair[:, 1]])
    frame = pl.DataFrame(
        {"cluster": pair[:, 0], "other": pair[:, 1], "distance_km": km,
         "distance_in_spreads": km / plan.parks.spread_km}
    )  # fmt: skip
    first = pl.col("cluster") % siblings == 0
    return frame.with_columns(
        overlap=pl.lit(plan.bonds.overlap_of(plan.relation)),
        complementarity=pl.lit(plan.bonds.complementarity),
        response=pl.when(first).then(pl.lit(plan.bonds.response_of(plan.relation))),
    )


def _notes(plan: _Plan) -> tuple[str, ...]:
    return (
        "Made up: places, organisations, persons and ties are invented.",
        f"Planted: {OUTCOMES[plan.distinct, plan.separate]}; relation of siblings: "
        f"{plan.relation or 'as distance gives'}; drawn with seed {plan.seed}.",
    )
