"""How often what a diagnosis says of ties at a scale is true, in worlds whose truth is planted.

    python -m benchmarks.diagnosis_recovery [--share 0.2] [--processes 1]

Prints a table into docs/explanation/diagnosis.md.
"""

import argparse
from pathlib import Path

import polars as pl

from benchmarks.recovering import Row, Trial, put_into, rate, rows_of, table
from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.diagnosis import cluster_diagnosis
from buzzline.linkages.balance import scale_balance
from buzzline.tables.worlds import Gravity, make_world

DOCS = Path(__file__).parents[1] / "docs" / "explanation"
KEPT = Path(__file__).parents[1] / ".cache" / "diagnosis-recovery"
SAYS = {"fewer than expected": -1, "more than expected": 1, "as many as expected": 0}
TOLD = ("firm", "likely")
NEAR = 1.25  # from here on a departure is worth saying


def findings(setting: Row, seed: int) -> list[Row]:
    """Return what is said of the first cluster at each scale, and how its ties were drawn."""
    factor = setting["factor"]
    missing = {0: {setting["scale"]: factor}} if factor != 1 else {}
    gravity = Gravity(ties_each=setting["ties_each"])
    world = make_world(
        organisations=1000, clusters=3, missing=missing, gravity=gravity, rng=seed
    )
    clusters = clustering_of_labels(world.study, world.truth.cluster.tolist())
    balance = scale_balance(world.study, clusters, draws=299, rng=seed)
    said = cluster_diagnosis(world.study, clusters, balance).findings
    shares = world.truth.scale_shares(0)
    ratio = dict(zip(shares["scale"], shares["share"] / shares["gravity_share"], strict=True))
    members = set(world.study.organisations["org_id"].filter(world.truth.cluster == 0))
    sizes = clusters.members.filter(pl.col("org_id").is_in(members))
    its = said.filter(cluster_id=sizes["cluster_id"][0])
    return [
        {"at": scale, "says": SAYS.get(row["answer"]), "confidence": row["confidence"],
         "ratio": ratio[scale]}
        for row in its.iter_rows(named=True)
        if (scale := row["theme"].removesuffix(" ties")) in ratio
    ]  # fmt: skip


def told_findings(found: pl.DataFrame) -> str:
    """Return, for each planted world, how often answers are given, and how often false."""
    rows = []
    for (scale, factor, each), part in found.group_by(
        "scale", "factor", "ties_each", maintain_order=True
    ):
        told = part.filter(pl.col("confidence").is_in(TOLD) & pl.col("says").is_not_null())
        poles = told.filter(pl.col("says") != 0)
        # false: the ties were drawn with no departure there, or with one the other way
        false = poles.filter(
            pl.when(pl.col("says") < 0).then(pl.col("ratio") > 0.95).otherwise(
                pl.col("ratio") < 1 / 0.95)
        )  # fmt: skip
        calm = told.filter(says=0)
        missed = calm.filter(~pl.col("ratio").is_between(0.5, 2.0))
        here = part.filter(pl.col("at") == scale)
        hit = here.filter(
            pl.col("confidence").is_in(TOLD) & (pl.col("says") == (1 if factor > 1 else -1))
        )
        planted = "nothing" if factor == 1 else f"{scale} × {factor:g}"
        n = part.height
        rows.append((
            planted, f"{each:g}", n, rate(told.height, n), rate(false.height, n),
            rate(missed.height, n), "-" if factor == 1 else rate(hit.height, here.height),
        ))  # fmt: skip
    head = ("planted", "ties each", "questions", "answered", "an end falsely named",
            "“as expected” though halved or doubled", "planted one found")  # fmt: skip
    return table(head, rows)


SETTINGS = [
    {"scale": scale, "factor": factor, "ties_each": each}
    for scale, factor in (("global", 1.0), ("global", 0.2), ("global", 4.0), ("national", 0.2))
    for each in (4.0, 12.0)
]
TRIALS = (
    Trial(
        "findings-of-a-diagnosis", findings, SETTINGS, 20,
        ("buzzline.diagnosis.diagnosis", "buzzline.linkages.balance",
         "buzzline.tables.worlds.making"), told_findings,
    ),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    for trial in TRIALS:
        found = rows_of(trial, KEPT, share=given.share, processes=given.processes)
        put_into(DOCS / "diagnosis.md", trial.name, trial.told(found))


if __name__ == "__main__":
    main()
