"""Does buzzline find what was planted, and nothing where nothing was?

    python -m benchmarks.recovery               as in RECOVERY.md
    python -m benchmarks.recovery --worlds 20   quicker

Made-up worlds with known truth: without clusters, and with planted clusters. Writes
RECOVERY.md. Seeds are the numbers of the worlds. Of ties: `benchmarks.balance_recovery`.
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import polars as pl

from buzzline.clusters import Clustering, adjusted_rand, candidate_clusters
from buzzline.tables.worlds import World, make_world, null_world
from buzzline.tables.worlds.geography import Geography

RESULTS = Path(__file__).with_name("RECOVERY.md")
DRAWS = 199


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="worlds of each kind")
    worlds = parser.parse_args(arguments).worlds
    parts = [
        _without_clusters(worlds),
        _with_clusters(max(50, worlds // 4)),
    ]
    RESULTS.write_text(HEAD + "\n".join(parts), encoding="utf-8")
    print(RESULTS.read_text(encoding="utf-8"))
    return 0


HEAD = """# What is recovered from made-up worlds

Written by `python -m benchmarks.recovery`; change nothing here by hand.
What is recovered of ties by scale stands in
[linkages](../docs/explanation/linkages.md#what-is-recovered), of others on their own pages.

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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
