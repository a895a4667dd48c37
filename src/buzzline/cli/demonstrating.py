"""The command `demo`: the whole road on a made-up study whose truth is known."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import polars as pl
from cyclopts import Parameter

from buzzline.agreement import adjusted_rand
from buzzline.arrays import Codes, as_codes
from buzzline.cli.leaving import DONE, interruptible
from buzzline.cli.printing import say, show, show_list
from buzzline.cli.waiting import shown_progress
from buzzline.cli.working import kept_words, show_road, spent
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.export import write_csv
from buzzline.investment.odds import InvestmentOdds
from buzzline.randomness import child
from buzzline.road.running import Road, run_road
from buzzline.tables.worlds import (
    FairPlan,
    World,
    make_world,
    plant_advice,
    plant_fairs,
    plant_investments,
)
from buzzline.tables.writing import atomically

SEED = 7
# Planted imbalances, by cluster and scale: ties are multiplied by the factor.
MISSING = {0: {"global": 0.1}, 1: {"national": 0.1}, 2: {"local": 0.2}, 3: {"global": 6.0}}
UNBALANCED = ("research", "supply")  # the layers the imbalances are planted in
AFTER_FAIRS = "licence"
GATEKEEPERS = {4: 1, 5: 8}  # who carry the advice of a planted cluster from outside
TIMES = 5.0  # odds of deals from a cluster to land in one of its industry, to those of others
FOUND = 0.5  # share of a planted cluster in one found cluster, and the other way round
FEWEST = 300  # below, six clusters have too few members to be found
YARDSTICK = "G2"  # the model the ties were drawn from: size, distance and borders

STUDY_FILE = f"""\
# A made-up study: all of it is invented, so it is known what should be found.
[study]
title = "Made-up study with six planted clusters"
licence = "CC0"
notes = ["Made up: places, organisations and ties are invented."]

[tables.organisations]
file = "organisations.csv"

[tables.linkages]
file = "linkages.csv"

[tables.places]
file = "places.csv"
{{more}}
[run]
seed = {SEED}
"""
ALWAYS_WRITTEN = ("organisations", "linkages", "places")
PLANTED = (
    "outcomes",
    "gatherings",
    "attendance",
    "establishments",
)  # written where anything stands in them


def demo(
    *,
    out: Annotated[Path, Parameter(help="Folder for the study and the results.")] = Path(
        "demo"
    ),
    organisations: Annotated[
        int, Parameter(help="Size of the made-up study. Unit: count, at least 300.")
    ] = 3000,
    quiet: Annotated[bool, Parameter(help="Show no progress.", show_default=False)] = False,
) -> int:
    """Try everything on a made-up study with known truth, and say how much of it is found.

    The study is written as CSV files with a study.toml, so that it can serve as a pattern for
    your own.
    """
    started = time.perf_counter()
    if organisations < FEWEST:
        raise InvalidArgument(
            f"demo: `--organisations` must be at least {FEWEST}, got {organisations}"
        )
    world = planted_world(organisations)
    folder = write_world(out / "data", world)
    with interruptible(lambda: kept_words(out)), shown_progress(quiet=quiet) as progress:
        road = run_road(folder, out, progress=progress)
    show_road(road)
    show("\nAgainst the truth that was planted:")
    show_list(agreement(world, road))
    say(spent(time.perf_counter() - started))
    return DONE


def planted_world(organisations: int) -> World:
    """Return the made-up world of the demonstration."""
    world = make_world(organisations=organisations, clusters=6, missing=MISSING, rng=SEED)
    study = world.study
    for cluster, n_gatekeepers in GATEKEEPERS.items():
        only = as_codes(np.where(world.truth.cluster == cluster, 0, -1))
        study, _ = plant_advice(
            study, only, n_gatekeepers=n_gatekeepers, rng=child(SEED, "advice", cluster)
        )
    study, _ = plant_fairs(study, FairPlan(layer=AFTER_FAIRS), rng=child(SEED, "fairs"))
    study, _ = plant_investments(
        study, world.truth.cluster, times=TIMES, deals=organisations // 3,
        rng=child(SEED, "deals"),
    )  # fmt: skip
    return replace(world, study=study)


def write_world(folder: Path, world: World) -> Path:
    """Write a made-up study as a person would have it: CSV files and a study.toml."""
    more = [name for name in PLANTED if getattr(world.study, name).height]
    for name in (*ALWAYS_WRITTEN, *more):
        write_csv(getattr(world.study, name), folder / f"{name}.csv")
    named = "".join(f'\n[tables.{name}]\nfile = "{name}.csv"\n' for name in more)
    with atomically(folder / "study.toml") as unfinished:
        unfinished.write_text(STUDY_FILE.replace("{more}", named), encoding="utf-8")
    return folder


def agreement(world: World, road: Road) -> list[tuple[str, str]]:
    """Return what of the planted truth was found, as names and texts."""
    found = found_codes(world, road.clustering)
    match = matches(world, found)
    rand = adjusted_rand(world.truth.cluster, found)
    n_planted = world.truth.clusters.height
    n_false = road.clustering.clusters.height - len(match)
    hit, planted = recovered(road, match)
    return [
        ("planted clusters found", f"{len(match)} of {n_planted}; {n_false} others reported"),
        ("members", f"adjusted Rand index {rand:.3f} over all organisations (1 is perfect)"),
        ("planted imbalances found",
         f"{hit} of {planted} (of a cluster, scale and layer, against {YARDSTICK})"),
        *odds_found(road),
    ]  # fmt: skip


def odds_found(road: Road) -> list[tuple[str, str]]:
    """Return the odds of deals that were found, beside those planted; nothing without."""
    of_road = [one for one in road.measures if isinstance(one, InvestmentOdds)]
    rows = [
        one.ratios.filter(similar=one.rule, held=one.held, measure="odds ratio")
        for one in of_road
    ]  # fmt: skip
    return [
        ("odds of deals to similar clusters", f"{_told(row)}; {TIMES:g} planted")
        for found in rows
        for row in found.to_dicts()
    ]


def _told(row: dict[str, float | None]) -> str:
    value, low, high = row["value"], row["low"], row["high"]
    if value is None:
        return f"at least {low:.1f} times" if low else "cannot be told in so small a study"
    end = "no upper end" if high is None else f"{high:.1f}"
    return f"{value:.1f} times [{low or 0:.1f}, {end}]"


def found_codes(world: World, clustering: Clustering) -> Codes:
    """Return the strongest found cluster of each organisation, -1 for none. (n,) int32."""
    rank = clustering.clusters.select("cluster_id").with_row_index("rank")
    strongest = (
        clustering.members.join(rank, on="cluster_id", how="inner", validate="m:1")
        .group_by("org_id")
        .agg(pl.col("rank").min())
    )
    codes = world.study.organisations.select("org_id").join(
        strongest, on="org_id", how="left", validate="1:1", maintain_order="left"
    )
    return as_codes(codes["rank"].cast(pl.Int64).fill_null(-1).to_numpy())


def matches(world: World, found: Codes) -> dict[int, int]:
    """Return which found cluster is which planted one: each holds over half of the other."""
    planted = world.truth.cluster
    match = {}
    for cluster in range(world.truth.clusters.height):
        inside = found[(planted == cluster) & (found >= 0)]
        if not inside.size:
            continue
        best = int(np.bincount(inside).argmax())
        shared = int((inside == best).sum())
        of_planted = shared / int((planted == cluster).sum())
        if min(of_planted, shared / int((found == best).sum())) > FOUND:
            match[cluster] = best
    return match


def recovered(road: Road, match: dict[int, int]) -> tuple[int, int]:
    """Return how many planted imbalances got the right verdict, and how many were planted."""
    ids = road.clustering.clusters["cluster_id"]
    hit = planted = 0
    for cluster, scales in MISSING.items():
        for scale, factor in scales.items():
            planted += len(UNBALANCED)
            verdict = "missing" if factor < 1 else "excess"
            if cluster in match:
                hit += (
                    road.balance.balance.filter(
                        cluster_id=ids[match[cluster]],
                        scale=scale,
                        model=YARDSTICK,
                        verdict=verdict,
                    )
                    .filter(pl.col("layer").is_in(UNBALANCED))
                    .height
                )
    return hit, planted
