"""Who belongs to a cluster, and do co-located clusters collaborate or compete?"""

from math import log

import numpy as np
import polars as pl
from tests.clusters.planted import planted

from benchmarks.delineation_cells import SIZES
from benchmarks.recovering import Row, Trial, rate, share_of, table
from buzzline.clusters import candidate_clusters
from buzzline.clusters.membership import Membership, membership
from buzzline.linkages.colocated import colocated_clusters
from buzzline.linkages.rivalry import morisita_horn
from buzzline.tables.worlds import Bonds, Parks, SiblingWorld, make_sibling_world
from buzzline.tables.worlds.fields import pair_odds, pair_rates

# ── membership ────────────────────────────────────────────────────────────────────────────

ROLES = ("core member", "remote member", "local outsider", "none")
TYPES = ("core member", "remote member", "local outsider", "associate", "non-member",
         "not testable")  # fmt: skip
KINDS = ("labour", "trade", "knowledge")
CREWS = (("planted", 6.0), ("found", 6.0), ("planted", 3.0))  # candidates, odds within


def members(setting: Row, seed: int) -> list[Row]:
    """Return how many of each role were taken for which type of the cluster they belong to."""
    world = make_sibling_world(
        organisations=setting["organisations"], rng=seed,
        bonds=Bonds(separation=setting["odds"]),
    )  # fmt: skip
    clusters = planted(world)
    if setting["candidates"] == "found":
        industry = world.truth.clusters["industry"][0]
        clusters = candidate_clusters(world.study, industries=[industry], draws=99, rng=seed)
    found = membership(world.study, clusters, draws=49, rng=seed)
    best = found.members.sort("p_none", "org_id").unique("org_id", keep="first")
    roles = world.study.organisations.select("org_id").with_columns(role=world.truth.role)
    typed = roles.join(best.select("org_id", "type"), on="org_id", how="left")
    counts = typed.with_columns(pl.col("type").fill_null("non-member")).group_by("role", "type")
    rows = counts.len("number").to_dicts()
    if (setting["candidates"], setting["odds"]) == CREWS[0]:
        rows += _numbers(world, found)
    return rows


def _numbers(world: SiblingWorld, found: Membership) -> list[Row]:
    """Return whether the interval of the number of each type holds the true number.

    Others of the industry that happen to stand on the ground of a cluster are its local
    outsiders too.
    """
    roles = world.study.organisations.select("org_id").with_columns(role=world.truth.role)
    chanced = (
        found.members.join(roles, on="org_id")
        .filter(
            pl.col("role") == "none", pl.col("of_industry"),
            pl.col("geographic") >= pl.col("geographic_cut"),
        )
        .group_by("cluster_id").len("chanced")
    )  # fmt: skip
    true = world.truth.clusters.join(chanced, on="cluster_id", how="left").select(
        "cluster_id", pl.col("n_core").alias("core member"),
        pl.col("n_remote").alias("remote member"),
        (pl.col("n_outsiders") + pl.col("chanced").fill_null(0)).alias("local outsider"),
    ).unpivot(index="cluster_id", variable_name="type", value_name="true")  # fmt: skip
    both = found.clusters.join(true, on=["cluster_id", "type"])
    return both.select(
        role=pl.lit("number"), type="type", number=pl.lit(1),
        off=pl.col("value") - pl.col("true"),
        holds=(pl.col("low") <= pl.col("true")) & (pl.col("true") <= pl.col("high")),
    ).to_dicts()  # fmt: skip


def told_members(found: pl.DataFrame) -> str:
    rows = []
    for candidates, odds in CREWS:
        for role in ROLES:
            for n in SIZES:
                part = found.filter(
                    candidates=candidates, odds=odds, role=role, organisations=n
                )
                total = int(part["number"].sum())
                if not total:
                    continue
                count = dict(part.group_by("type").agg(pl.col("number").sum()).iter_rows())
                cells = [f"{100 * count.get(kind, 0) / total:.3g}" for kind in TYPES]
                right = "non-member" if role == "none" else role
                cells[TYPES.index(right)] = f"**{cells[TYPES.index(right)]}**"
                rows.append([f"{candidates}, {odds:g} times the ties", role, f"{n:,}",
                             f"{total:,}", *cells,
                             rate(count.get(right, 0), total)])  # fmt: skip
    head = ["candidates", "planted", "organisations", "of them", *TYPES, "recovered (95 %)"]
    return table(head, rows, words=2) + "\n" + _told_numbers(found)


def _told_numbers(found: pl.DataFrame) -> str:
    rows = []
    for n in SIZES:
        part = found.filter(role="number", organisations=n)
        cells = []
        for kind in ROLES[:3]:
            one = part.filter(type=kind)
            cells += [share_of(one, pl.col("holds")), f"{one['off'].mean():+.2f}"]
        rows.append([f"{n:,}", *cells])
    head = [part for kind in ROLES[:3] for part in (kind, "off by, mean")]
    return (
        "The interval of the number of members of a cluster holds the true one (nominal 95 %), "
        "and by how many the number is off on average:\n\n"
        + table(["organisations", *head], rows)
    )


def chance_members(setting: Row, seed: int) -> list[Row]:
    """Return how often shares of ties exceed what chance exceeds in 5 % of cases at most."""
    world = make_sibling_world(
        separate=False, organisations=setting["organisations"], rng=seed,
        parks=Parks(remote=0.0, outsiders=0.0),
    )  # fmt: skip
    found = membership(world.study, planted(world), draws=0, rng=seed).members
    rows = []
    for kind in KINDS:
        known = found.filter(pl.col(f"{kind}_n") >= 1, pl.col(f"{kind}_cut").is_not_null())
        above = known.filter(pl.col(kind) > pl.col(f"{kind}_cut")).height
        rows.append({"kind": kind, "above": above, "number": known.height})
    return rows


def told_chance_members(found: pl.DataFrame) -> str:
    rows = []
    for n in SIZES:
        cells = []
        for kind in KINDS:
            part = found.filter(organisations=n, kind=kind)
            cells.append(rate(int(part["above"].sum()), int(part["number"].sum())))
        rows.append([f"{n:,}", *cells])
    return table(["organisations", *KINDS], rows)


# ── co-located clusters ───────────────────────────────────────────────────────────────────

RELATIONS = ("collaborating", "competing", "both", "neither")
TRUE_TIES = {"collaborating": log(3), "competing": -log(3), "both": log(3), "neither": -log(3)}


def true_overlap(world: SiblingWorld, layer: str = "supply") -> float:
    """Return the overlap of other industries that two siblings draw on, given who is around."""
    field, affinity = world.truth.field, world.truth.affinities[layer]
    industries = world.study.organisations["industry"]
    industry = industries.rank("dense").to_numpy() - 1
    own = (industries == world.truth.clusters["industry"][0]).to_numpy()
    others = np.flatnonzero((field.cluster < 0) & ~own)
    drawn = []
    for code in (0, 1):
        rows = np.flatnonzero(field.cluster == code)
        pairs = np.repeat(rows, others.size), np.tile(others, rows.size)
        rate = pair_rates(field, affinity, pairs) * pair_odds(field, affinity, pairs)
        by_partner = rate.reshape(rows.size, others.size).sum(axis=0)
        drawn.append(np.bincount(industry[others], by_partner))
    return morisita_horn(*drawn)


def relations(setting: Row, seed: int) -> list[Row]:
    world = make_sibling_world(
        relation=setting["relation"], organisations=setting["organisations"], rng=seed
    )
    found = colocated_clusters(world.study, planted(world), draws=99, rng=seed)
    pair = found.pairs.row(0, named=True)
    kept = (
        "verdict", "complementarity_p", "collaboration_low", "collaboration_high",
        "rivalry_low", "rivalry_high",
    )  # fmt: skip
    response = found.responses.row(0, named=True) if found.responses.height else {}
    return [
        {name: pair[name] for name in kept}
        | {"response_p": response.get("p"), "response_verdict": response.get("verdict")}
        | {"true_overlap": true_overlap(world)}
        | {"types_p": found.types.filter(pl.col("owners") == pair["owners"])["p"].to_list()}
    ]


def told_relations(found: pl.DataFrame) -> str:
    names = (*RELATIONS, "not testable")
    rows = []
    for relation in RELATIONS:
        for n in SIZES:
            part = found.filter(relation=relation, organisations=n)
            cells = [
                f"{100 * part.filter(verdict=one).height / part.height:.3g}" for one in names
            ]
            cells[names.index(relation)] = f"**{cells[names.index(relation)]}**"
            rows.append([
                relation, f"{n:,}", part.height, *cells,
                share_of(part, pl.col("verdict") == relation),
                share_of(part, _holds("collaboration", TRUE_TIES[relation])),
                share_of(part, _holds("rivalry", pl.col("true_overlap"))),
            ])  # fmt: skip
    return table(
        ["planted", "organisations", "worlds", *names, "recovered (95 %)",
         "interval of ties holds the truth", "interval of the overlap holds the truth"], rows,
    )  # fmt: skip


def told_no_relation(found: pl.DataFrame) -> str:
    rows = []
    for n in SIZES:
        part = found.filter(pl.col("relation").is_null(), organisations=n)
        types = part.explode("types_p")
        rows.append([
            f"{n:,}", part.height, share_of(types, pl.col("types_p") <= 0.05),
            share_of(part, pl.col("collaboration_low") > 0),
            share_of(part, pl.col("complementarity_p") <= 0.05),
            share_of(part, pl.col("response_p") <= 0.05),
        ])  # fmt: skip
    return table(
        ["organisations", "worlds", "a type, *p* ≤ 0.05 (5 %)",
         "all types together, interval above 0 (2.5 %)", "functions, *p* ≤ 0.05 (5 %)",
         "response to a shock, *p* ≤ 0.05 (5 %)"], rows,
    )  # fmt: skip


def _holds(axis: str, true: float | pl.Expr) -> pl.Expr:
    return (pl.col(f"{axis}_low") <= true) & (pl.col(f"{axis}_high") >= true)


SIBLINGS = ("buzzline.tables.worlds.siblings",)
TRIALS = (
    Trial("members", members,
          [{"candidates": kind, "odds": odds, "organisations": n}
           for n in SIZES for kind, odds in CREWS], 30,
          (*SIBLINGS, "buzzline.clusters.membership", "buzzline.clusters.candidate_clusters"),
          told_members),
    Trial("chance-members", chance_members, [{"organisations": n} for n in SIZES], 40,
          (*SIBLINGS, "buzzline.clusters.membership"), told_chance_members),
    Trial("relations", relations,
          [{"relation": relation, "organisations": n} for n in SIZES for relation in RELATIONS],
          60, (*SIBLINGS, "buzzline.linkages.colocated"), told_relations),
    Trial("no-relation", relations, [{"relation": None, "organisations": n} for n in SIZES],
          150, (*SIBLINGS, "buzzline.linkages.colocated"), told_no_relation),
)  # fmt: skip
