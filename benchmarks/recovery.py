"""Does buzzline find what was planted, and nothing where nothing was?

    python -m benchmarks.recovery               as in RECOVERY.md
    python -m benchmarks.recovery --worlds 20   quicker

Made-up worlds with known truth: without clusters, with planted clusters, and with planted
imbalances of ties. Writes RECOVERY.md. Seeds are the numbers of the worlds.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from buzzline.clusters import Clustering, adjusted_rand, candidate_clusters
from buzzline.linkages import scale_balance
from buzzline.tables.worlds import Truth, World, make_world, null_world
from buzzline.tables.worlds.geography import Geography
from buzzline.tables.worlds.gravity import planted, rates, scale_codes

RESULTS = Path(__file__).with_name("RECOVERY.md")
DRAWS = 199


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="worlds of each kind")
    worlds = parser.parse_args(arguments).worlds
    parts = [
        _without_clusters(worlds),
        _with_clusters(max(50, worlds // 4)),
        _ties(max(20, worlds // 5)),
    ]
    RESULTS.write_text(HEAD + "\n".join(parts), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))
    return 0


HEAD = """# What is recovered from made-up worlds

Written by `python -m benchmarks.recovery`; change nothing here by hand.

"""


def _without_clusters(worlds: int) -> str:
    lines = ["## No clustering\n",
             "| organisations | worlds | with a false cluster | nominal |",
             "| ---: | ---: | ---: | ---: |"]  # fmt: skip
    for n in (400, 1200, 3000):
        studies = (null_world(organisations=n, rng=seed).study for seed in range(worlds))
        false = sum(
            candidate_clusters(study, draws=DRAWS, rng=seed).clusters.height > 0
            for seed, study in enumerate(studies)
        )
        lines.append(f"| {n:,} | {worlds} | {false / worlds:.1%} | at most 5 % |")
    return "\n".join(lines) + "\n"


def _with_clusters(worlds: int) -> str:
    lines = ["## Planted clusters\n",
             "| organisations | coordinates | worlds | planted found | others reported a world "
             "| adjusted Rand, median (5 % to 95 %) |",
             "| ---: | --- | ---: | ---: | ---: | ---: |"]  # fmt: skip
    for n, clusters, coordinates in ((600, 4, "exact"), (1200, 6, "exact"), (3000, 8, "exact"),
                                     (1200, 6, "city")):  # fmt: skip
        agreement, found, others = [], 0, 0
        for seed in range(worlds):
            world = make_world(
                organisations=n, clusters=clusters, rng=seed,
                geography=Geography(coordinates=coordinates),
            )  # fmt: skip
            clustering = candidate_clusters(world.study, draws=DRAWS, rng=seed)
            agreement.append(_agreement(world, clustering))
            matched = len(set(_planted_in(world, clustering).values()))
            found += matched
            others += clustering.clusters.height - matched
        low, middle, high = np.quantile(agreement, [0.05, 0.5, 0.95])
        lines.append(
            f"| {n:,} | {coordinates} | {worlds} | {found / (worlds * clusters):.1%} "
            f"| {others / worlds:.2f} | {middle:.3f} ({low:.3f} to {high:.3f}) |"
        )
    return "\n".join(lines) + "\n"


def _agreement(world: World, clustering: Clustering) -> float:
    labels = world.study.organisations.select("org_id").join(
        clustering.members.unique("org_id", keep="first", maintain_order=True),
        on="org_id", how="left", maintain_order="left",
    )["cluster_id"].fill_null("")  # fmt: skip
    return adjusted_rand(world.truth.cluster, labels.rank("dense").cast(pl.Int32).to_numpy())


def _planted_in(world: World, clustering: Clustering) -> dict[str, int]:
    """Return the planted cluster that most members of each cluster belong to."""
    truth = world.study.organisations.select("org_id").with_columns(
        planted=pl.Series(world.truth.cluster)
    )
    votes = clustering.members.join(truth, on="org_id").group_by("cluster_id", "planted").len()
    best = votes.sort("len", descending=True).unique("cluster_id", keep="first")
    return dict(best.filter(pl.col("planted") >= 0).select("cluster_id", "planted").iter_rows())


def _ties(worlds: int) -> str:
    rows = pl.concat([_compared(seed, {}) for seed in range(worlds)])
    planted_rows = pl.concat(
        [_compared(seed, {0: {"global": 0.3}, 1: {"national": 2.5}}) for seed in range(worlds)]
    )
    false = rows.filter(pl.col("verdict").is_in(["missing", "excess"])).height / rows.height
    covered = rows.filter((pl.col("low") <= 0) & (pl.col("high") >= 0)).height / rows.height
    lines = ["## Ties by scale, against G2, the model the worlds are made by\n",
             "| planted | comparisons | missing | excess | as expected | not enough links |",
             "| --- | ---: | ---: | ---: | ---: | ---: |"]  # fmt: skip
    shown = (
        ("nothing", rows),
        ("global ties × 0.3", planted_rows.filter(planted=0, scale="global")),
        ("national ties × 2.5", planted_rows.filter(planted=1, scale="national")),
    )
    for label, part in shown:
        counts = dict(part.group_by("verdict").len().iter_rows())
        verdicts = ("missing", "excess", "as expected", "not enough links")
        cells = " | ".join(f"{counts.get(v, 0) / part.height:.1%}" for v in verdicts)
        lines.append(f"| {label} | {part.height:,} | {cells} |")
    return "\n".join(lines) + (
        f"\n\nWith nothing planted {false:.1%} of verdicts are wrong, and {covered:.0%} of the "
        "95 % intervals hold the true ratio of 1: they are somewhat too narrow, because zones "
        "blur distances; the margin of a quarter around 1 keeps that out of the verdicts.\n"
    )


def _compared(seed: int, missing: dict[int, dict[str, float]]) -> pl.DataFrame:
    world = make_world(organisations=1500, clusters=5, missing=missing, rng=seed)
    clustering = candidate_clusters(world.study, draws=DRAWS, rng=seed)
    balance = scale_balance(
        world.study, clustering, layers=["supply"], draws=DRAWS, rng=seed
    ).balance.filter(model="G2")
    match = pl.DataFrame(
        list(_planted_in(world, clustering).items()),
        schema={"cluster_id": pl.String, "planted": pl.Int32}, orient="row",
    )  # fmt: skip
    possible = _possible(world.truth)
    return balance.join(match, on="cluster_id").join(
        possible, on=["planted", "scale"], how="semi"
    )


def _possible(truth: Truth) -> pl.DataFrame:
    """Return the scales at which a planted cluster could have ties at all."""
    found = []
    for cluster in truth.clusters["cluster"]:
        members = np.flatnonzero(truth.cluster == cluster)
        n = truth.cluster.size
        pairs = np.repeat(members, n), np.tile(np.arange(n), members.size)
        weight = rates(truth.sites, truth.gravity, pairs) * planted(
            truth.sites, truth.gravity, pairs
        )
        scale = scale_codes(truth.sites, truth.gravity, pairs)
        shares = np.bincount(scale, weights=weight, minlength=4)
        found += [
            (int(cluster), name)
            for name, share in zip(
                ("local", "regional", "national", "global"), shares, strict=True
            )
            if share > 0
        ]
    return pl.DataFrame(found, schema={"planted": pl.Int32, "scale": pl.String}, orient="row")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
