"""Made-up worlds in which nearness, watching, norms and best distances are planted."""

import numpy as np
import polars as pl
from scipy.special import expit

from benchmarks.recovering import Row, Trial, share_of, table
from benchmarks.uneven_towns import PLANTED as TOWNS_PLANTED
from benchmarks.uneven_towns import uneven_towns
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.econometrics.best_distance import best_distance
from buzzline.econometrics.inverted_u import two_lines, u_test
from buzzline.econometrics.tie_formation import tie_formation
from buzzline.linkages.cognitive_distance import cognitive_distance
from buzzline.linkages.conventions import intraclass
from buzzline.linkages.monitoring import monitoring
from buzzline.linkages.proximities import proximities
from buzzline.randomness import child
from buzzline.tables.schema import LINKAGES
from buzzline.tables.study import Study
from buzzline.tables.worlds import (
    KnowledgePlan,
    KnowledgeTruth,
    WatchingPlan,
    World,
    make_world,
    plant_knowledge,
    plant_watching,
)

DRAWS = 99
PLANTED = ("halvings of the distance", "alike in what they know (cosine)",
           "of one ultimate owner", "tied in social", "in one country")  # fmt: skip
PROJECTS, SIZE = 60, 8


def small_world(seed: int, n: int = 300, clusters: int = 4) -> World:
    return make_world(organisations=n, clusters=clusters, rng=seed)


def clustering_in(world: World, study: Study) -> Clustering:
    names = [None if k < 0 else f"cluster {k}" for k in world.truth.cluster]
    return clustering_of_labels(study, names)


def consortia(study: Study, seed: int) -> Study:
    """Projects of eight organisations drawn without regard to nearness; one is in a third."""
    rng = child(seed, "projects")
    ids = study.organisations["org_id"]
    rows = []
    for project in range(PROJECTS):
        who = rng.choice(np.arange(1, ids.len()), SIZE, replace=False)
        if project % 3 == 0:
            who[0] = 0
        rows += [(ids[int(a)], ids[int(b)], f"project {project}")
                 for k, a in enumerate(who) for b in who[k + 1 :]]  # fmt: skip
    ties = pl.DataFrame(rows, schema=["source", "target", "observed_by"], orient="row")
    ties = ties.with_columns(layer=pl.lit("research"), directed=pl.lit(value=False))
    frame = ties.select(
        (pl.col(c.name) if c.name in ties.columns else pl.lit(None).alias(c.name)).cast(c.dtype)
        for c in LINKAGES.columns
    )
    others = study.linkages.filter(pl.col("layer") != "research")
    return study.with_table("linkages", pl.concat([others, frame]))


def nearness(setting: Row, seed: int) -> list[Row]:
    world = small_world(seed)
    plan = KnowledgePlan(sociability=setting["sociability"])
    study, truth = plant_knowledge(world.study, world.truth.cluster, plan=plan, rng=seed)
    layer, planted = "coinvention", averaged(study, truth)
    if setting["ties"] == "consortia":
        study, layer, planted = consortia(study, seed), "research", {}
    found = tie_formation(study, layers=[layer], draws=DRAWS, rng=seed).rows
    return [
        {"measure": row["measured_by"], "planted": planted.get(row["measured_by"], 0.0),
         **{name: row[name] for name in ("value", "low", "high", "p", "p_dealt", "verdict")}}
        for row in found.iter_rows(named=True)
        if row["value"] is not None
    ]  # fmt: skip


def averaged(study: Study, truth: KnowledgeTruth) -> dict[str, float]:
    """Log odds over all pairs, however readily they tie: what a logit of ties estimates."""
    near = proximities(study, "coinvention")
    one, other = np.triu_indices(study.organisations.height, k=1)
    x, chance = near.of(one, other), truth.chance[one, other]
    z = np.column_stack([x, np.ones(one.size)])
    beta = np.array([*(truth.log_odds.get(m.measured_by, 0.0) for m in near.measured), 0.0])
    beta[-1] = np.log(chance.sum() / np.exp(z @ beta).sum())  # near: ties are rare
    for _ in range(25):
        fitted = expit(z @ beta)
        information = z.T @ (z * (fitted * (1 - fitted))[:, None])
        beta += np.linalg.solve(information, z.T @ (chance - fitted))
    return {
        measure.measured_by: float(value)
        for measure, value in zip(near.measured, beta[:-1], strict=True)
    }


def told_nearness(found: pl.DataFrame) -> str:
    rows = []
    for (ties, sociability), part in found.group_by("ties", "sociability", maintain_order=True):
        named = f"{ties}, readiness {sociability:g}"
        covers = (pl.col("low") <= pl.col("planted")) & (pl.col("planted") <= pl.col("high"))
        is_planted = pl.col("measure").is_in(PLANTED) & (pl.col("ties") != "consortia")
        none, some = part.filter(~is_planted), part.filter(is_planted)
        rows.append([
            named, share_of(some, covers) if some.height else "-", share_of(none, covers),
            share_of(none, pl.col("p_dealt") <= 0.05),
            share_of(none, pl.col("verdict").str.contains(" tie more")),
            share_of(some, pl.col("verdict").str.contains("nearer")) if some.height else "-",
        ])  # fmt: skip
    head = ["ties", "intervals cover what was planted", "... cover 0 where nothing was",
            "dealing rejects there", "verdict there", "verdict where planted"]  # fmt: skip
    return table(head, rows)


def uneven(setting: Row, seed: int) -> list[Row]:
    study = uneven_towns(seed, ties_each=setting["ties_each"], ready=setting["ready"])
    rows = tie_formation(study, draws=0, rng=seed).rows.drop_nulls("value")
    return rows.select("measured_by", "value", "low", "high").to_dicts()


def told_uneven(found: pl.DataFrame) -> str:
    rows = []
    for keys, part in found.group_by("ties_each", "ready", "measured_by", maintain_order=True):
        planted = TOWNS_PLANTED[str(keys[2])]
        covers = (pl.col("low") <= planted) & (planted <= pl.col("high"))
        rows.append([f"{keys[0]:g}", f"{keys[1]:g}", str(keys[2]), f"{planted:g}",
                     f"{part['value'].mean():.2f}", share_of(part, covers)])  # fmt: skip
    return table(["ties each", "readiness", "nearness", "planted", "mean found",
                  "intervals cover"], rows)  # fmt: skip


def watching(setting: Row, seed: int) -> list[Row]:
    world = small_world(seed, n=800, clusters=14)
    plan = WatchingPlan(local=setting["local"], network=setting["network"], start=-4.5)
    study, _ = plant_watching(world.study, world.truth.cluster, plan=plan, rng=seed)
    found = monitoring(study, clustering_in(world, study), rng=seed).terms
    planted = {("local", "outcome visible"): plan.local,
               ("network", "outcome visible"): plan.network}  # fmt: skip
    return [
        {"channel": row["channel"], "seen": row["seen"], "low": row["low"],
         "high": row["high"], "value": row["value"], "verdict": row["verdict"],
         "planted": planted.get((row["channel"], row["seen"]), 0.0)}
        for row in found.iter_rows(named=True)
        if row["value"] is not None and row["seen"] != "difference"
    ]  # fmt: skip


def told_watching(found: pl.DataFrame) -> str:
    rows = []
    for keys, part in found.group_by("channel", "seen", "planted", maintain_order=True):
        covers = (pl.col("low") <= pl.col("planted")) & (pl.col("planted") <= pl.col("high"))
        clear = pl.col("verdict").is_in(["monitoring", "placebo failed"])
        rows.append([f"{keys[0]}, {keys[1]}", f"{keys[2]:g}", f"{part['value'].mean():.2f}",
                     share_of(part, covers), share_of(part, clear)])  # fmt: skip
    return table(["channel", "planted", "mean found", "intervals cover", "said to be"], rows)


def best(setting: Row, seed: int) -> list[Row]:
    world = small_world(seed, n=setting["n"])
    plan = KnowledgePlan(harm=setting["harm"])
    study, _ = plant_knowledge(world.study, world.truth.cluster, plan=plan, rng=seed)
    found = best_distance(
        study, indicators=["innovations"], layers=["coinvention"], rng=seed
    ).rows
    row = found.filter(pl.col("dimension") == "cognitive").row(0, named=True)
    covers = None if row["low"] is None else row["low"] <= plan.best <= row["high"]
    return [{"verdict": row["verdict"], "covers": covers, "p_quadratic": row["p_quadratic"]}]


def told_best(found: pl.DataFrame) -> str:
    rows = []
    for (n, harm), part in found.group_by("n", "harm", maintain_order=True):
        told = part.drop_nulls("covers")
        rows.append([f"{n:,}", f"{harm:g}", share_of(part, pl.col("verdict") == "inverted U"),
                     share_of(told, pl.col("covers")) if harm and told.height else "-"
                     ])  # fmt: skip
    return table(["organisations", "planted curvature", "said to be an inverted U",
                  "interval of the peak covers the best"], rows)  # fmt: skip


SHAPES = {
    "flat": lambda x: 0 * x, "straight": lambda x: x, "saturating": lambda x: -np.exp(-6 * x),
    "one step": lambda x: 1.0 * (x > 0.3), "level from 0.5": lambda x: 2 * np.minimum(x, 0.5),
    "inverted U": lambda x: -4 * (x - 0.5) ** 2, "lopsided peak": lambda x: -4 * (x - 0.7) ** 2,
}  # fmt: skip


def shapes(setting: Row, seed: int) -> list[Row]:
    rng = child(seed, "shape", setting["shape"])
    x = rng.uniform(0, 1, setting["n"])
    y = SHAPES[setting["shape"]](x) + rng.normal(0, 0.5, x.size)
    return [{"lines": two_lines(x, y).p, "quadratic": u_test(x, y).p}]


def told_shapes(found: pl.DataFrame) -> str:
    rows = []
    for (shape, n), part in found.group_by("shape", "n", maintain_order=True):
        rows.append([shape, f"{n:,}", share_of(part, pl.col("lines") <= 0.05),
                     share_of(part, pl.col("quadratic") <= 0.05)])  # fmt: skip
    return table(["truth", "n", "two lines say inverted U", "a quadratic does"], rows)


def likeness(setting: Row, seed: int) -> list[Row]:
    rng = child(seed, "norms")
    group = np.repeat(np.arange(setting["groups"]), rng.integers(2, 25, setting["groups"]))
    icc = setting["icc"]
    answer = rng.normal(0, np.sqrt(icc), setting["groups"])[group]
    answer = answer + rng.normal(0, np.sqrt(1 - icc), group.size)
    found = intraclass(answer, group.astype(np.int32))
    return [{"covers": found.low <= icc <= found.high, "p": found.p}]


def told_likeness(found: pl.DataFrame) -> str:
    rows = []
    for (groups, icc), part in found.group_by("groups", "icc", maintain_order=True):
        rows.append([f"{groups}", f"{icc:g}", share_of(part, pl.col("covers")),
                     share_of(part, pl.col("p") <= 0.05)])  # fmt: skip
    return table(["groups", "planted share between", "intervals cover", "p up to 0.05"], rows)


def knowing(setting: Row, seed: int) -> list[Row]:
    world = small_world(seed)
    study, _ = plant_knowledge(world.study, world.truth.cluster, rng=seed)
    found = cognitive_distance(study, clustering_in(world, study), draws=DRAWS, rng=seed).rows
    part = found.filter((pl.col("measure") == "jaffe") & pl.col("p").is_not_null())
    return part.select("among", "p").to_dicts()


def told_knowing(found: pl.DataFrame) -> str:
    rows = [
        [among, share_of(part, pl.col("p") <= 0.05)]
        for (among,), part in found.group_by("among", maintain_order=True)
    ]
    return table(["pairs", "p up to 0.05"], rows)


ECONOMETRICS, LINKAGES_ = "buzzline.econometrics", "buzzline.linkages"
TRIALS = {trial.name: trial for trial in (
    Trial("nearness", nearness,
          [{"ties": "made by nearness", "sociability": 0.5},
           {"ties": "made by nearness", "sociability": 1.0},
           {"ties": "consortia", "sociability": 0.5}],
          100, (f"{ECONOMETRICS}.tie_formation",), told_nearness),
    Trial("uneven", uneven,
          [{"ties_each": 0.8, "ready": 0.0}, {"ties_each": 5.0, "ready": 1.0}],
          30, (f"{ECONOMETRICS}.tie_formation",), told_uneven),
    Trial("watching", watching,
          [{"local": 0.5, "network": 0.4}, {"local": 0.0, "network": 0.0}],
          150, (f"{LINKAGES_}.monitoring",), told_watching),
    Trial("best-distance", best, [{"n": n, "harm": h} for n in (150, 400) for h in (0.0, 25.0)],
          100, (f"{ECONOMETRICS}.best_distance",), told_best),
    Trial("shapes", shapes, [{"shape": s, "n": n} for s in SHAPES for n in (60, 300)],
          1000, (f"{ECONOMETRICS}.inverted_u",), told_shapes),
    Trial("likeness", likeness, [{"groups": g, "icc": i} for g in (8, 30) for i in (0.0, 0.3)],
          1000, (f"{LINKAGES_}.conventions",), told_likeness),
    Trial("knowing", knowing, [{"of": "members drawn at random"}], 60,
          (f"{LINKAGES_}.cognitive_distance",), told_knowing),
)}  # fmt: skip
