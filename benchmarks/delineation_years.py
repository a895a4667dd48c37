"""Clusters over the years: are planted events found, and is there drift where there is none?"""

import numpy as np
import polars as pl

from benchmarks.recovering import Row, Trial, rate, share_of, table
from buzzline.clusters.lifecycle import cluster_history
from buzzline.clusters.lifecycle_history import ClusterHistory
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.tables.worlds import Bonds, Course, HistoryWorld, make_history_world

SIZES = (20, 40, 80)  # members of a steady cluster
FATES = ("steady", "growing", "declining", "born", "dissolved", "merged", "split")
COURSES = {"steady": "stable", "growing": "grown", "declining": "shrunk"}
SAME = {"born": ("born", "emerged"), "dissolved": ("dissolved", "faded"), "merged": ("merged",),
        "split": ("split",)}  # fmt: skip
KINDS = ("born", "emerged", "dissolved", "faded", "merged", "split")
SAID = ("grown", "stable", "shrunk", "not testable", "not found")
NO_TIES = Bonds(layers=())
YEARS, STEADY_YEARS = 12, 8
NEAR_KM, NEAR_YEARS = 30.0, 1


def history(setting: Row, seed: int) -> list[Row]:
    """Return one row a planted event, course and event that was not planted."""
    size = setting["members"]
    world = make_history_world(
        fates=FATES, course=Course(size=size, others=4 * size, years=YEARS), bonds=NO_TIES,
        rng=seed,
    )  # fmt: skip
    industry = world.truth.clusters["industry"][0]
    found = cluster_history(world.study, industries=[industry], draws=9, rng=seed)
    areas = _areas(world, found)
    return _events(world, found, areas) + _courses(world, found, areas)


def _areas(world: HistoryWorld, found: ClusterHistory) -> dict[str, int]:
    """Return the city-region of each cluster that was found; -1 far from all."""
    truth, rows = world.truth.clusters, found.clusters
    if not rows.height:
        return {}
    here, there = (
        unit_vectors(frame["longitude"].to_numpy(), frame["latitude"].to_numpy())
        for frame in (rows, truth)
    )
    km = np.stack([distance_km(here, one[None]) for one in there])
    nearest = km.argmin(axis=0)
    area = np.where(km.min(axis=0) <= NEAR_KM, truth["area"].to_numpy()[nearest], -1)
    return dict(zip(rows["history_id"], area.tolist(), strict=True))


def _events(world: HistoryWorld, found: ClusterHistory, areas: dict[str, int]) -> list[Row]:
    seen = []
    for one in found.events.rows(named=True):
        ids = [
            name
            for side in ("before_ids", "after_ids")
            for name in one[side].split(" + ")
            if name
        ]
        seen.append([one["year"], one["kind"], areas[ids[0]] if ids else -1, one["support"]])
    rows, taken = [], set()
    for planted in world.truth.events.rows(named=True):
        hits = [
            number for number, (year, kind, area, _) in enumerate(seen)
            if area == planted["area"] and kind in SAME[planted["kind"]]
            and abs(year - planted["year"]) <= NEAR_YEARS and number not in taken
        ]  # fmt: skip
        taken |= set(hits[:1])
        exact = bool(hits) and seen[hits[0]][0] == planted["year"]
        rows.append(
            {"row": "event", "kind": planted["kind"], "found": bool(hits), "exact": exact}
        )
    for number, (_, kind, area, support) in enumerate(seen):
        if number not in taken:
            fate = FATES[area] if area >= 0 else "elsewhere"
            rows.append({"row": "false", "kind": kind, "fate": fate, "support": support})
    return rows


def _courses(world: HistoryWorld, found: ClusterHistory, areas: dict[str, int]) -> list[Row]:
    rows = []
    for area, fate in enumerate(FATES[: len(COURSES)]):
        there = [name for name, one in areas.items() if one == area]
        own = found.clusters.filter(pl.col("history_id").is_in(there))
        own = own.sort("n_years", descending=True)
        said = own["course"][0] if own.height else "not found"
        rows.append({"row": "course", "kind": fate, "said": said})
    return rows


def told_history(found: pl.DataFrame) -> str:
    rows = []
    for kind in SAME:
        for size in SIZES:
            part = found.filter(row="event", kind=kind, members=size)
            rows.append([kind, size, part.height, share_of(part, pl.col("found")),
                         share_of(part, pl.col("exact"))])  # fmt: skip
    head = ["planted", "members", "events", "found within a year", "found in the year"]
    text = table(head, rows) + "\n"
    rows = []
    for fate, said in COURSES.items():
        for size in SIZES:
            part = found.filter(row="course", kind=fate, members=size)
            told = [f"{100 * part.filter(said=one).height / part.height:.3g}" for one in SAID]
            rows.append(
                [fate, size, part.height, *told, share_of(part, pl.col("said") == said)]
            )
    head = ["planted", "members", "clusters", *SAID, "recovered (95 %)"]
    return text + table(head, rows) + "\n" + _told_false(found)


def _told_false(found: pl.DataFrame) -> str:
    rows = []
    for size in SIZES:
        part = found.filter(members=size)
        worlds = part["seed"].n_unique()
        years = worlds * len(FATES) * (YEARS - 1)
        false = part.filter(row="false")
        rows.append([
            size, f"{years:,}", rate(false.height, years),
            *(false.filter(kind=kind).height for kind in KINDS),
        ])  # fmt: skip
    return "Events that were not planted, of all years of city-regions:\n\n" + table(
        ["members", "years", "with one", *KINDS], rows
    )


def steady(setting: Row, seed: int) -> list[Row]:
    """Return how drift is told where members come and go, and clusters stay what they are."""
    size = setting["members"]
    course = Course(size=size, others=4 * size, years=STEADY_YEARS)
    world = make_history_world(fates=("steady",), course=course, bonds=NO_TIES, rng=seed)
    industry = world.truth.clusters["industry"][0]
    found = cluster_history(world.study, industries=[industry], draws=99, rng=seed)
    whole = found.drift.filter(pl.col("year").is_null())
    steps = found.drift.filter(pl.col("year").is_not_null())
    return [
        {"step": name, "p": p}
        for name, part in (("all", whole), ("one", steps)) for p in part["p"].to_list()
    ]  # fmt: skip


def told_steady(found: pl.DataFrame) -> str:
    rows = []
    for size in SIZES:
        one, whole = (found.filter(members=size, step=name) for name in ("one", "all"))
        rows.append([
            size, one["p"].drop_nulls().len(), share_of(one, pl.col("p") <= 0.05),
            share_of(one, pl.col("p") <= 0.5), whole["p"].drop_nulls().len(),
            share_of(whole, pl.col("p") <= 0.05),
        ])  # fmt: skip
    return table(
        ["members", "years", "a year, *p* ≤ 0.05 (5 %)", "a year, *p* ≤ 0.5 (50 %)", "worlds",
         "all years, *p* ≤ 0.05 (5 %)"], rows,
    )  # fmt: skip


NEEDED = ("buzzline.clusters.lifecycle", "buzzline.tables.worlds.histories")
TRIALS = (
    Trial("history", history, [{"members": size} for size in SIZES], 20, NEEDED, told_history),
    Trial("steady", steady, [{"members": size} for size in SIZES], 10, NEEDED, told_steady),
)
