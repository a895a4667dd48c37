"""Do ranges over missing ties cover, and does the weakest-link test keep its size?

python -m benchmarks.redundancy_recovery [SHARE]  of the worlds; writes the tables of the docs
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl
from tests.linkages.planted_redundancy import KINDS, outside_of, planted, thinned, truth

from benchmarks.recovering import Row, Trial, put_into, rate, rows_of, share_of, table
from buzzline.linkages.adoption_order import Order, left_out_scores, score_with_error
from buzzline.linkages.redundancy_rows import RedundancyRule, cluster_found

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "redundancy.md"
KEPT = ROOT / ".cache" / "redundancy-recovery"
SHAPES = {"4 of 60, degree 6": (6.0, 4), "2 of 60, degree 3": (3.0, 2)}
DRAWS = 39


def _covered(setting: Row, seed: int) -> list[Row]:
    degree, gatekeepers = SHAPES[setting["shape"]]
    rng = np.random.default_rng([seed, int(degree), KINDS.index(setting["kind"])])
    whole = planted(setting["kind"], degree=degree, gatekeepers=gatekeepers, rng=rng)
    access, lost = truth(whole, draws=800)
    known = thinned(whole, setting["recorded"], rng)
    rule = RedundancyRule(recorded=setting["recorded"])
    found = cluster_found(
        known, outside_of(known), rule=rule, draws=DRAWS, level=0.95, seed=seed
    ).cluster
    if found.get("low") is None:
        return []
    verdict, tolerated = found["verdict"], rule.tolerated
    return [{
        "lost_covered": bool(found["low"] <= lost <= found["high"]),
        "access_covered": bool(found["access_low"] <= access <= found["access_high"]),
        "wrong": bool(
            (verdict == "redundant" and lost > tolerated)
            or (verdict == "vulnerable" and lost <= tolerated)
        ),
        "told": verdict in ("redundant", "vulnerable"),
    }]  # fmt: skip


def _tested(setting: Row, seed: int) -> list[Row]:
    order = adoption(setting["spread"], setting["clusters"], seed)
    scores = [left_out_scores(order.of([k]), rng=np.random.default_rng(1)) for k in range(2)]
    n = int(order.adopted.sum())
    found = score_with_error(scores[1] - scores[0], n, 0.95)
    alone = [score_with_error(one, n, 0.95).low for one in scores]
    return [{
        "redundancy": bool(found.low > 0 and alone[1] > 0),
        "weakest": bool(found.high < 0 and alone[0] > 0), "n": n,
    }]  # fmt: skip


def adoption(spread: str, clusters: int, seed: int, *, members: int = 40) -> Order:
    """Return who adopted four practices when, in clusters with weighted random ties."""
    from buzzline.network import effective_conductance, opened, widest_paths

    rng = np.random.default_rng([seed, clusters])
    parts: list[list[np.ndarray]] = [[] for _ in range(5)]
    slopes = {"weakest link": (1, 0), "redundancy": (0, 1), "neither": (0, 0)}[spread]
    for c in range(clusters):
        whole = planted(n=members, degree=4.0, outward=3, rng=rng)
        weight = rng.lognormal(0, 0.8, len(whole.ends))
        cluster = opened(members, whole.ends, weight, strongest=weight)
        known = np.column_stack([widest_paths(cluster)[0], effective_conductance(cluster)])
        reached = np.flatnonzero(known[:, 0] > 0)
        x = np.log(known[reached])
        x = (x - x.mean(axis=0)) / x.std(axis=0)
        for practice in range(4):
            days = rng.exponential(1300, reached.size) / np.exp(x @ np.array(slopes))
            size = reached.size
            for part, values in zip(parts, (
                np.minimum(days, 2190), days < 2190, np.full(size, 4 * c + practice),
                members * c + reached, x,
            ), strict=True):  # fmt: skip
                part.append(values)
    time, adopted, stratum, unit, both = (np.concatenate(part) for part in parts)
    return Order(time, adopted, stratum.astype(np.int32), unit.astype(np.int32), both)


def _told_covered(rows: pl.DataFrame) -> str:
    lines = [
        [kind, shape, f"{recorded:.0%}", share_of(part, pl.col("lost_covered")),
         share_of(part, pl.col("access_covered")), share_of(part, pl.col("told")),
         share_of(part, pl.col("wrong"))]
        for (kind, shape, recorded), part in rows.group_by(
            "kind", "shape", "recorded", maintain_order=True)
    ]  # fmt: skip
    head = ["ties", "gatekeepers", "recorded", "loss covered", "access covered",
            "redundant or vulnerable was said", "of all, wrongly"]  # fmt: skip
    return table(head, lines, words=3)


def _told_tested(rows: pl.DataFrame) -> str:
    lines = [
        [spread, clusters, f"{part['n'].mean():.0f}",
         rate(int(part["weakest"].sum()), part.height),
         rate(int(part["redundancy"].sum()), part.height)]
        for (spread, clusters), part in rows.group_by("spread", "clusters", maintain_order=True)
    ]  # fmt: skip
    head = ["what adoption follows", "clusters", "adoptions", "said: weakest link",
            "said: redundancy"]  # fmt: skip
    return table(head, lines, words=1)


TRIALS = (
    Trial(
        "redundancy-coverage", _covered,
        [{"kind": kind, "shape": shape, "recorded": recorded}
         for kind in KINDS for shape in SHAPES for recorded in (0.9, 0.7)],
        100, ("buzzline.linkages.redundancy_rows",), _told_covered,
    ),
    Trial(
        "weakest-link", _tested,
        [{"spread": spread, "clusters": clusters}
         for spread in ("neither", "weakest link", "redundancy") for clusters in (1, 3)],
        200, ("buzzline.linkages.adoption_order",), _told_tested,
    ),
)  # fmt: skip


if __name__ == "__main__":
    wanted = float(sys.argv[1]) if len(sys.argv) > 1 else 1.0
    for trial in TRIALS:
        found = rows_of(trial, KEPT, share=wanted, processes=2)
        said = trial.told(found)
        print(said)
        put_into(PAGE, trial.name, said)
