"""Are planted gatekeepers found, do intervals cover, do tests keep their size?

    python -m benchmarks.gatekeeper_recovery               as in docs/explanation/gatekeepers.md
    python -m benchmarks.gatekeeper_recovery --share 0.1   quicker

Made-up worlds with a survey of advice in two clusters. Writes into the page.
"""

import argparse
import sys
from pathlib import Path

import polars as pl
from tests.linkages.planted_advice import planted, planted_clusters

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.linkages.cognitive_roles import COGNITIVE_ROLES, RoleCuts, cognitive_roles
from buzzline.linkages.external_reach import external_reach
from buzzline.linkages.gatekeepers import gatekeepers

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "gatekeepers.md"
KEPT = Path(__file__).parents[1] / ".cache" / "gatekeeper-recovery"
CUTS = ("few_inside", "many_inside", "few_outside", "many_outside")
SETTINGS = [
    {"gatekeepers": n, "outside": outside, "others": others, "answered": answered}
    for n, outside, others, answered in (
        (0, 12.0, 1.0, 1.0), (0, 12.0, 3.0, 1.0), (1, 12.0, 0.3, 1.0), (1, 12.0, 2.0, 1.0),
        (1, 6.0, 2.0, 1.0), (1, 12.0, 3.0, 1.0), (8, 12.0, 0.3, 1.0), (8, 12.0, 2.0, 1.0),
        (8, 6.0, 2.0, 1.0), (1, 12.0, 0.3, 0.75), (8, 12.0, 0.3, 0.75), (8, 6.0, 2.0, 0.75),
    )
]  # fmt: skip


def measure(setting: Row, seed: int) -> list[Row]:
    study, truth = planted(
        seed, n_gatekeepers=setting["gatekeepers"], response_rate=setting["answered"],
        outside_ties=setting["outside"], others_outside=setting["others"],
    )  # fmt: skip
    clustering = planted_clusters()
    found = gatekeepers(study, clustering, draws=99, rng=seed)
    lost = external_reach(study, clustering, draws=99, rng=seed).clusters
    members = found.members.join(truth.members, on="org_id", validate="m:1")
    rows = []
    for code, row in enumerate(found.clusters.to_dicts()):
        own = members.filter(pl.col("cluster_id") == row["cluster_id"], pl.col("role") != "")
        by_role = own.filter(pl.col("role") == COGNITIVE_ROLES[0])
        likely = by_role.filter(pl.col("gatekeeper") >= 0.5)
        planned = truth.members.filter(cluster=code)
        expected = (planned[f"expected_{name}"] for name in ("in", "out", "outside"))
        roles = cognitive_roles(*expected, cuts=RoleCuts(*(row[cut] for cut in CUTS)))
        n_true = int((roles == 0).sum())
        reach = lost.filter(cluster_id=row["cluster_id"]).row(0, named=True)
        rows.append({
            "cluster": code, "known": int(own["is_gatekeeper"].sum()), "members": own.height,
            "found": int(likely["is_gatekeeper"].sum()),
            "false": int((~likely["is_gatekeeper"]).sum()),
            "found_role": int(by_role["is_gatekeeper"].sum()),
            "false_role": int((~by_role["is_gatekeeper"]).sum()),
            "covers": row["low"] <= n_true <= row["high"],
            "open_false": bool(own.filter(~pl.col("is_gatekeeper"))["q"].min() <= 0.05),
            "carries": row["carried_p"] <= 0.05,
            "loss": reach["lost"], "loss_low": reach["lost_low"],
            "loss_high": reach["lost_high"], "loss_p": reach["p"],
        })  # fmt: skip
    return rows


def told(rows: pl.DataFrame) -> str:
    keys = ["gatekeepers", "outside", "others", "answered"]
    means = rows.group_by(*keys, "cluster").agg(mean=pl.col("loss").mean())
    rows = rows.join(means, on=[*keys, "cluster"])
    lines = []
    for (n, outside, others, answered), part in rows.group_by(*keys, maintain_order=True):
        known, all_others = part["known"].sum(), part["members"].sum() - part["known"].sum()
        has_ends = part["loss_low"].null_count() < part.height
        lines.append([
            f"{n}, {outside:.0f} ties" if n else n, f"{others:g}", f"{answered:.0%}",
            *(f"{part[found].sum() / known:.0%}, {part[false].sum() / all_others:.1%}" if known
              else f"-, {part[false].sum() / all_others:.1%}"
              for found, false in (("found", "false"), ("found_role", "false_role"))),
            share_of(part, pl.col("covers")), share_of(part, pl.col("open_false")),
            share_of(part, pl.col("carries")), share_of(part, pl.col("loss_p") <= 0.05),
            share_of(part, (pl.col("loss_low") <= pl.col("mean"))
                     & (pl.col("mean") <= pl.col("loss_high"))) if has_ends else "no interval",
        ])  # fmt: skip
    head = ["planted, each tied outside", "others' ties outside", "answered",
            "likely: found, others taken for one", "by role alone: found, others",
            "interval of their number covers", "any other open beyond chance (q)",
            "carry beyond chance (p)", "reach hangs on the foremost beyond chance (p)",
            "interval of the reach lost covers"]  # fmt: skip
    n = rows.group_by(keys).len()["len"].max()
    said = (
        f"{n} clusters a row, with gatekeepers planted (found: of those who answered; likely: "
        "gatekeepers in half of the draws of their ties or more), 99 draws, intervals at 95 %. "
        "The interval of the number is held against members whose expected ties make them "
        "gatekeepers.\n\n"
    )
    return said + table(head, lines, words=3)


TRIAL = Trial(
    "gatekeepers", measure, SETTINGS, 20,
    ("buzzline.linkages.gatekeepers", "buzzline.linkages.external_reach",
     "buzzline.tables.worlds.advice"), told,
)  # fmt: skip


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--share", type=float, default=1.0, help="of the worlds")
    parser.add_argument("--processes", type=int, default=2)
    chosen = parser.parse_args(arguments)
    found = rows_of(TRIAL, KEPT, share=chosen.share, processes=chosen.processes)
    put_into(PAGE, "gatekeepers", told(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
