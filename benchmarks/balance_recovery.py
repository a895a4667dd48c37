"""Does the balance of ties find what was planted, and do its intervals hold the truth?

    python -m benchmarks.balance_recovery               as in docs/explanation/linkages.md
    python -m benchmarks.balance_recovery --share 0.2   quicker

Made-up worlds with a known gravity model; clusters as they were planted, so that nothing but
the balance is measured. The truth of a log ratio is that of the shares of tie ends, summed
exactly over all pairs of organisations, with the planted factor and without. Seeds are the
numbers of the worlds.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl
from tests.clusters.planted import clustering_of

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.linkages import scale_balance
from buzzline.space.scales import SCALES
from buzzline.space.zones import INSIDE_A_DISC
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import PRECISION_KM
from buzzline.tables.worlds import Geography, Gravity, World, make_world
from buzzline.tables.worlds.gravity import planted, rates, scale_codes

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "linkages.md"
KEPT = Path(__file__).parents[1] / ".cache" / "recovery"
MODULES = ("buzzline.linkages.balance", "buzzline.tables.worlds")
DRAWS = 299
STEEP = {"elasticity": 0.9, "border": 1.4}
FLAT = {"elasticity": 0.6, "border": 0.7}
# what a centroid stands for is the shortest distance there is, in the worlds as in the tables
TOWN = {"nearest_km": INSIDE_A_DISC * PRECISION_KM["city"]}
NOTHING: dict[int, dict[str, float]] = {}
FACTORS = (
    ("local", 0.2),
    ("local", 0.5),
    ("regional", 0.3),
    ("national", 2.5),
    ("global", 0.3),
)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds")
    parser.add_argument("--processes", type=int, default=2)
    asked = parser.parse_args(arguments)
    text = "\n\n".join(
        trial.told(rows_of(trial, KEPT, share=asked.share, processes=asked.processes))
        for trial in TRIALS
    )
    put_into(PAGE, "balance recovery", text)
    print(text)
    return 0


def world_of(setting: Row, seed: int, missing: dict[int, dict[str, float]]) -> World:
    return make_world(
        organisations=setting["organisations"], clusters=5, layers=("supply",),
        missing=missing, rng=seed,
        geography=Geography(coordinates=setting.get("coordinates", "exact")),
        gravity=Gravity(
            ties_each=setting.get("ties_each", 6.0),
            distance_elasticity=setting["elasticity"], border=setting["border"],
            nearest_km=setting.get("nearest_km", 1.0),
        ),
    )  # fmt: skip


def balance_of(world: World, study: Study, seed: int) -> pl.DataFrame:
    """Rows of G2 of the planted clusters, with the planted number of each."""
    truth = world.truth
    rows = np.flatnonzero(truth.cluster >= 0)
    members = pl.DataFrame(
        {"cluster_id": [f"c{k}" for k in truth.cluster[rows]],
         "org_id": study.organisations["org_id"].gather(rows), "is_core": True}
    )  # fmt: skip
    clusters = truth.clusters.select(
        cluster_id=pl.format("c{}", "cluster"), label="place", industry="industry"
    )
    found = scale_balance(study, clustering_of(clusters, members), draws=DRAWS, rng=seed)
    power = found.power.select("cluster_id", "layer", "model", "scale", "n_halving")
    overall = found.fits.select(
        "cluster_id", "model", "n_effective", "design_effect", omnibus="p"
    )
    return (
        found.balance.filter(model="G2")
        .join(power, on=["cluster_id", "layer", "model", "scale"])
        .join(overall, on=["cluster_id", "model"])
        .with_columns(cluster=pl.col("cluster_id").str.slice(1).cast(pl.Int64))
    )


def true_ratios(world: World) -> pl.DataFrame:
    """Log ratio of the shares of tie ends with and without the planted factors."""
    truth, found = world.truth, []
    n = truth.cluster.size
    for cluster in truth.clusters["cluster"]:
        members = np.flatnonzero(truth.cluster == cluster)
        pairs = np.repeat(members, n), np.tile(np.arange(n), members.size)
        weight = rates(truth.sites, truth.gravity, pairs) * (pairs[0] != pairs[1])
        factor = planted(truth.sites, truth.gravity, pairs)
        scale = scale_codes(truth.sites, truth.gravity, pairs)
        bare, full = (
            np.bincount(scale, weights=w, minlength=4) for w in (weight, weight * factor)
        )
        for s, name in enumerate(SCALES):
            if bare[s] > 0:
                true = np.log(full[s] / full.sum() / (bare[s] / bare.sum()))
                found.append((cluster, name, float(true), float(bare[s] / bare.sum())))
    schema = {
        "cluster": pl.Int64,
        "scale": pl.String,
        "true": pl.Float64,
        "true_share": pl.Float64,
    }
    return pl.DataFrame(found, schema=schema, orient="row")


def measured(world: World, study: Study, seed: int) -> list[Row]:
    rows = balance_of(world, study, seed).join(true_ratios(world), on=["cluster", "scale"])
    return rows.select(
        "cluster", "scale", "log_ratio", "low", "high", "true", "true_share", "verdict",
        "omnibus", "n", "n_needed", "n_effective", "design_effect",
    ).to_dicts()  # fmt: skip


COVERED = (pl.col("low") <= pl.col("true")) & (pl.col("true") <= pl.col("high"))
WRONG = pl.col("verdict").is_in(["missing", "excess"])


# ── nothing planted ───────────────────────────────────────────────────────────────────────


def nothing(setting: Row, seed: int) -> list[Row]:
    world = world_of(setting, seed, NOTHING)
    return measured(world, world.study, seed)


def told_nothing(rows: pl.DataFrame) -> str:
    lines = []
    keys = ["organisations", "elasticity", "coordinates"]
    for key, part in rows.group_by(keys, maintain_order=True):
        once = part.unique(["seed", "cluster"])
        by_scale = [
            share_of(part.filter(scale=scale), COVERED).split(" (")[0] for scale in SCALES
        ]
        lines.append(
            (f"{key[0]:,}, distance −{key[1]}, coordinates {key[2]}", part.height,
             share_of(part, COVERED), *by_scale, share_of(part, WRONG),
             share_of(once, pl.col("omnibus") <= 0.05))
        )  # fmt: skip
    head = ("organisations and ties", "comparisons", "intervals that hold the truth", *SCALES,
            "wrong verdicts", "omnibus p ≤ 0.05")  # fmt: skip
    return "**Nothing planted.** Against G2, the model the worlds are made by.\n\n" + table(
        head, lines
    )


# ── a class of links missing by a known factor ────────────────────────────────────────────


def one_class(setting: Row, seed: int) -> list[Row]:
    world = world_of(setting, seed, {0: {setting["planted_scale"]: setting["factor"]}})
    rows = measured(world, world.study, seed)
    return [row for row in rows if row["cluster"] == 0]


def told_class(rows: pl.DataFrame) -> str:
    lines = []
    for key, part in rows.group_by(["planted_scale", "factor"], maintain_order=True):
        own = part.filter(pl.col("scale") == pl.col("planted_scale"))
        others = part.filter(pl.col("scale") != pl.col("planted_scale"))
        right = "missing" if key[1] < 1 else "excess"
        wrong = "excess" if key[1] < 1 else "missing"
        lines.append(
            (f"{key[0]} × {key[1]:g}", own.height, share_of(own, COVERED),
             share_of(own, pl.col("verdict") == right),
             share_of(own, pl.col("verdict") == "not enough links"),
             share_of(own, pl.col("verdict") == "as expected"),
             share_of(own, pl.col("verdict") == wrong), share_of(others, COVERED))
        )  # fmt: skip
    head = ("planted", "clusters", "intervals that hold the truth", "found", "not enough links",
            "as expected", "the opposite said",
            "the other scales' intervals that hold theirs")  # fmt: skip
    return (
        "**A class of links changed by a known factor**, in one of five clusters.\n\n"
        + table(head, lines)
    )


# ── ties that come in bundles ─────────────────────────────────────────────────────────────


def bundled(setting: Row, seed: int) -> list[Row]:
    """Every tie stands in one record four times: four ties, one fact."""
    world = world_of(setting, seed, NOTHING)
    ties = world.study.linkages.with_columns(
        observed_by=pl.format("project {}", pl.int_range(pl.len()))
    )
    times = int(setting["times"])
    again = pl.concat([ties] * times)
    if not setting["recorded"]:
        again = again.with_columns(observed_by=pl.lit("register"))
    return measured(world, world.study.with_table("linkages", again), seed)


def told_bundled(rows: pl.DataFrame) -> str:
    lines = [
        ("each its record" if key[0] else "records not known", part.height,
         share_of(part, COVERED), share_of(part, WRONG),
         f"{part['design_effect'].median():.2f}")
        for key, part in rows.group_by(["recorded"], maintain_order=True)
    ]  # fmt: skip
    head = ("ties four times over", "comparisons", "intervals that hold the truth",
            "wrong verdicts", "median design effect")  # fmt: skip
    return (
        "**Bundles.** Every tie is there four times, in one record; where records are not "
        "named, only that ties of one organisation are alike can be seen.\n\n"
        + table(head, lines)
    )


# ── how many links are enough ─────────────────────────────────────────────────────────────


def thinned(setting: Row, seed: int) -> list[Row]:
    """Few ties, one class halved in cluster 0 or not."""
    halved = {0: {setting["planted_scale"]: 0.5}} if setting["halved"] else NOTHING
    world = world_of(setting, seed, halved)
    rows = measured(world, world.study, seed)
    return [
        row for row in rows if row["cluster"] == 0 and row["scale"] == setting["planted_scale"]
    ]


def told_thinned(rows: pl.DataFrame) -> str:
    lines = []
    enough = pl.col("n") >= pl.col("n_needed")
    for key, part in rows.group_by(["halved", enough.alias("enough")], maintain_order=True):
        cells = [
            share_of(part, pl.col("verdict") == verdict)
            for verdict in ("missing", "as expected", "not enough links", "excess")
        ]
        rejected = share_of(part, pl.col("high") < 0)
        words = (
            "halved" if key[0] else "as gravity gives",
            "as many as needed" if key[1] else "fewer",
        )
        lines.append((f"{words[0]}, {words[1]}", part.height, *cells, rejected))
    head = ("scale and ties", "comparisons", "missing", "as expected", "not enough links",
            "excess", "interval below 0")  # fmt: skip
    return (
        "**Not enough links.** Worlds of 1 to 12 ties an organisation, one scale of one "
        "cluster halved or not: a halved scale must hardly ever be called as expected, and "
        "with as many ties as `n_needed` its interval must lie below 0 in 80 %.\n\n"
        + table(head, sorted(lines))
    )


_EXACT = {"coordinates": "exact"}
TRIALS = (
    Trial(
        "balance-nothing", nothing,
        [{"organisations": n, **slope, "coordinates": coordinates}
         for n, slope, coordinates in (
             (600, STEEP, "exact"), (1500, STEEP, "exact"), (1500, FLAT, "exact"),
             (1500, FLAT | TOWN, "city"), (4000, FLAT, "exact"))],
        40, MODULES, told_nothing,
    ),
    Trial(
        "balance-class", one_class,
        [{"organisations": 1500, **FLAT, **_EXACT, "planted_scale": scale, "factor": factor}
         for scale, factor in FACTORS],
        60, MODULES, told_class,
    ),
    Trial(
        "balance-bundles", bundled,
        [{"organisations": 1000, **FLAT, **_EXACT, "times": 4, "recorded": recorded}
         for recorded in (True, False)],
        30, MODULES, told_bundled,
    ),
    Trial(
        "balance-enough", thinned,
        [{"organisations": 1000, **FLAT, **_EXACT, "ties_each": ties, "planted_scale": scale,
          "halved": halved}
         for ties in (1.0, 3.0, 6.0, 12.0) for scale in ("regional", "global")
         for halved in (True, False)],
        30, MODULES, told_thinned,
    ),
)  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
