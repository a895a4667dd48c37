"""What each mechanism of reaching out does alone.

    python -m benchmarks.pipelines_simulated               40 paired runs, as documented
    python -m benchmarks.pipelines_simulated --runs 5      quicker

Each experiment is the minimal core with one mechanism more. Writes its table into
docs/explanation/pipelines-simulated.md, between the marks.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.recovering import put_into
from buzzline.kernels.investing import clusters_of
from buzzline.simulation.beginning import begin
from buzzline.simulation.luck import luck_of
from buzzline.simulation.rates import rates_at
from buzzline.simulation.rules.investing import places_of_investment
from buzzline.simulation.settings import MINIMAL, Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance
from buzzline.simulation.world import World

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "pipelines-simulated.md"
SEED, RUNS = 1, 40
EIGHT = world_of_settings(8, 24, rng=SEED)
USUAL = MINIMAL.with_values(trust_commons=0.6)


@dataclass(frozen=True)
class Row:
    """Figures of one experiment, a number a run, in each of its cases."""

    mechanism: str
    measured: str
    cases: dict[str, np.ndarray]


def after(world: World, settings: Settings, run: int, steps: int) -> State:
    """Return the state of a run after some steps."""
    luck = luck_of(SEED, run)
    state = begin(world, luck, settings)
    for _ in range(steps):
        advance(state, settings, (), luck)
    return state


def over_runs(runs: int, steps: int, cases: dict, figure: Callable[[State], float]) -> dict:
    """Return a figure by run for each case: (world, settings)."""
    return {
        name: np.array([figure(after(world, settings, run, steps)) for run in range(runs)])
        for name, (world, settings) in cases.items()
    }


def of_eight(settings: dict[str, Settings]) -> dict:
    """Return the cases of one world under several settings."""
    return {name: (EIGHT, one) for name, one in settings.items()}


# ── K7 ────────────────────────────────────────────────────────────────────────────────────


def between_places(state: State) -> float:
    """Return the share of the variance of conventions that lies between places."""
    values, place = state.conventions[state.member].astype(float), state.place[state.member]
    means = np.array([values[place == r].mean(axis=0) for r in range(place.max() + 1)])
    return (
        1 - ((values - means[place]) ** 2).sum() / ((values - values.mean(axis=0)) ** 2).sum()
    )


def held_by_home(state: State) -> float:
    """Return how far affiliates of place 0 stand on the way from their hosts to their home."""
    values = state.conventions.astype(float)
    owned = (state.place == 0) & (state.owner == 1)
    host = values[(state.place == 0) & ~owned].mean(axis=0)
    way = values[state.place == 1].mean(axis=0) - host
    return float(((values[owned] - host).mean(axis=0) @ way) / (way @ way))


def conventions(runs: int) -> Iterator[Row]:
    """Being there makes alike; what was learned elsewhere fades slowly."""
    with_k7 = USUAL.with_values(being_there=1.0)
    yield Row(
        "K7 being there (Gertler)",
        "share of conventions' variance between places",
        over_runs(runs, 40, of_eight({"off": USUAL, "on": with_k7}), between_places),
    )
    owner = EIGHT.owner.copy()
    owner[:4] = 1
    owned = replace(EIGHT, owner=owner)
    still = with_k7.with_values(convention_noise=0.0, convention_rate=0.5)
    yield Row(
        "K7, X9: affiliates of another place",
        "from host (0) to home (1), after 8 years",
        over_runs(
            runs,
            32,
            {
                f"half-life {years:g} years": (
                    owned,
                    still.with_values(convention_half_life=years),
                )
                for years in (2.0, 8.0, 20.0)
            },
            held_by_home,
        ),
    )


# ── K8 ────────────────────────────────────────────────────────────────────────────────────


def relative(state: State) -> float:
    """Return knowledge of place 0 against that of the others."""
    known = state.knowledge.sum(axis=1, dtype=float)
    here = state.alive & (state.place == 0) & (state.owner < 0)
    return float(known[here].mean() / known[state.alive & (state.place > 0)].mean())


def length(state: State) -> float:
    """Return the mean length of pipelines [km]."""
    tied = (state.partner >= 0) & (state.tie_scale == 3) & state.alive[:, None]
    here = np.broadcast_to(state.place[:, None], tied.shape)[tied]
    there = state.place[state.partner[tied]]
    return float(state.world.places.distance_km[here, there].mean())


def pipelines(runs: int) -> Iterator[Row]:
    """Partners are drawn and divided; ties begun in one place are worth more."""
    begun = USUAL.at_place(0, global_share=0.5, pipeline_turnover=0.2)
    yield Row(
        "X9 ties begun in co-presence (Gertler, Saxenian)",
        "relative knowledge of place 0",
        over_runs(
            runs,
            60,
            of_eight({"none": begun, "all": begun.at_place(0, begun_in_copresence=1.0)}),
            relative,
        ),
    )
    near = USUAL.at_place(0, global_share=0.5)
    yield Row(
        "K8 choice by what is known there",
        "relative knowledge of place 0",
        over_runs(
            runs,
            60,
            of_eight({"by luck": near, "pull 3": near.at_place(0, hotspot_pull=3.0)}),
            relative,
        ),
    )
    far = world_of_settings(24, 10, rng=SEED)
    decay = USUAL.with_values(distance_elasticity=0.93, tacit_share=0.5)
    yield Row(
        "X1 information technology (Markusen; Maskell)",
        "mean length of pipelines, km",
        over_runs(
            runs,
            40,
            {
                name: (far, decay.with_values(**values))
                for name, values in {
                    "none": {},
                    "codified": {"ict": 1.0},
                    "tacit too": {"ict": 1.0, "ict_tacit": 1.0},
                }.items()
            },
            length,
        ),
    )


def by_size(within: bool) -> Callable[[State], float]:
    """Return distant meetings of the larger against the smaller: within, or of industries."""

    def ratio(state: State) -> float:
        distant, size = state.meetings[:, 3].astype(float), state.size
        first = state.industry == 0
        large = size > np.median(size[first])
        if within:
            return float(distant[first & large].mean() / distant[first & ~large].mean())
        return float(distant[first].mean() / distant[~first & state.alive].mean())

    return ratio


def size_and_activity(runs: int) -> Iterator[Row]:
    """Size as a resource works within an industry, activity between industries only."""
    world = world_of_settings(8, 24, 2, rng=SEED)
    world = replace(world, jobs=np.where(world.industry == 0, 4.0, 1.0) * world.jobs)
    usual = USUAL.with_values(time_budget=16.0, global_share=0.5)
    cases = {
        "neither": (world, usual),
        "resources": (world, usual.with_values(size_lowers_cost=0.5)),
        "activities": (world, usual.with_values(activity_needs_distance=0.5)),
    }
    yield Row(
        "X13 the large reach further (4.50)",
        "distant meetings, large to small in an industry",
        over_runs(runs, 4, cases, by_size(within=True)),
    )
    yield Row(
        "X13",
        "the same, industry of large to industry of small organisations",
        over_runs(runs, 4, cases, by_size(within=False)),
    )


# ── K9, K13, K14, K23 ─────────────────────────────────────────────────────────────────────


def markets(runs: int) -> Iterator[Row]:
    """Distant markets are known by partners there."""
    known = USUAL.with_values(market_knowledge=1.0)
    yield Row(
        "K9 market knowledge (0.16d)",
        "share of distant markets known in place 0",
        over_runs(
            runs,
            40,
            of_eight(
                {
                    f"global share {share:g}": known.at_place(0, global_share=share)
                    for share in (0.0, 0.2, 0.5)
                }
            ),
            lambda state: float(state.market[state.place == 0].mean()),
        ),
    )


def log_odds(values: dict[str, float], runs: int, leaders: bool = False) -> np.ndarray:
    """Return log odds of investing in a cluster: of those who come of one against the others.

    With `leaders`, of leaders against the others, among those who come of a cluster.
    """
    world = world_of_settings(12, 40, 2, rng=SEED)
    usual = (np.arange(world.n) % 40) < np.where(world.place < 6, 30, 6)
    world = replace(world, industry=np.where(usual, 0, 1).astype(np.int32))
    settings = MINIMAL.with_values(foreign_investment=1.0, investment_rate=1.0, **values)
    out = []
    for run in range(runs):
        luck, state = luck_of(SEED, run), begin(world, luck_of(SEED, run), settings)
        counts = np.full((2, 2), 0.5)
        cluster = clusters_of(state.start, state.member, state.industry, 2)
        known = state.knowledge.sum(axis=1)
        for step in range(10):
            state.step = step
            where = places_of_investment(state, rates_at(step, settings, (), 12), luck)
            for i in np.flatnonzero(where >= 0):
                origin = int(cluster[state.place[i], state.industry[i]])
                if leaders:
                    if not origin:
                        continue
                    same = known[state.alive & (state.industry == state.industry[i])]
                    origin = int(known[i] > same.mean() + same.std())
                counts[origin, int(cluster[where[i], state.industry[i]])] += 1
        out.append(np.log(counts[1, 1] * counts[0, 0] / counts[1, 0] / counts[0, 1]))
    return np.array(out)


def investment(runs: int) -> Iterator[Row]:
    """Who comes of a cluster seeks clusters; leaders may avoid them."""
    yield Row(
        "X-GCN side A (Li and Bathelt)",
        "log odds of a cluster, come of one against not",
        {
            f"pull {pull:.2f}": log_odds({"cluster_pull": pull}, runs)
            for pull in (0.0, 0.44, 1.609)
        },
    )
    yield Row(
        "X-GCN side B (Shaver and Flyer)",
        "log odds of a cluster, leaders against others",
        {
            f"avoidance {much:g}": log_odds({"leader_avoidance": much}, runs, leaders=True)
            for much in (0.0, 1.0)
        },
    )


def supplying(place: int) -> Callable[[State], float]:
    """Return the share of local organisations of a place that supply an affiliate."""
    return lambda state: float(
        (state.embedded[(state.place == place) & (state.owner < 0)] > 0).mean()
    )


def hosts(runs: int) -> Iterator[Row]:
    """Embedded affiliates have suppliers, near and around; enclaves have none."""
    owner = EIGHT.owner.copy()
    owner[:4] = 1
    km = np.full((8, 8), 2000, np.float32)
    km[0, 1:4] = km[1:4, 0] = (20, 100, 300)
    world = replace(EIGHT, owner=owner, places=replace(EIGHT.places, distance_km=km))
    poor = MINIMAL.with_values(trust_commons=0.6, embedding=1.0).at_place(
        0, trust_commons=0.2, global_share=0.02
    )
    shares = {
        f"embedded {share:g}": (world, poor.with_values(embedded_share=share))
        for share in (0.0, 0.3, 0.8)
    }
    yield Row(
        "K14 backward linkages (0.17)",
        "share of locals that supply an affiliate, place 0",
        over_runs(runs, 40, shares, supplying(0)),
    )
    yield Row(
        "X20 foreign ownership",
        "relative knowledge of locals of place 0",
        over_runs(runs, 80, shares, relative),
    )
    around = {
        name: (world, poor.with_values(embedded_share=0.8, rural_suppliers=dose))
        for name, dose in (("off", 0.0), ("on", 1.0))
    }
    for place, far in ((1, 20), (2, 100), (3, 300)):
        yield Row(
            "K23 rural suppliers (0.28)",
            f"share that supply, {far} km away",
            over_runs(runs, 40, around, supplying(place)),
        )


# ── the page ──────────────────────────────────────────────────────────────────────────────


def shown(values: np.ndarray) -> str:
    """Return a mean with 1.96 standard errors."""
    error = 1.96 * values.std(ddof=1) / np.sqrt(values.size)
    digits = 0 if abs(values.mean()) > 100 else 3
    return f"{values.mean():.{digits}f} ± {error:.{digits}f}"


def table(rows: list[Row]) -> str:
    """Return experiments as a table, the difference between last and first case paired."""
    out = ["| mechanism | measured | cases | last less first, paired |", "|---|---|---|---|"]
    for row in rows:
        cases = "; ".join(f"{name}: {shown(values)}" for name, values in row.cases.items())
        series = list(row.cases.values())
        out.append(
            f"| {row.mechanism} | {row.measured} | {cases} | {shown(series[-1] - series[0])} |"
        )
    return "\n".join(out)


def main() -> None:
    """Measure all, print the table and write it into the page."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--runs", type=int, default=RUNS)
    runs = arguments.parse_args().runs
    rows = [
        row
        for experiment in (
            conventions,
            pipelines,
            size_and_activity,
            markets,
            investment,
            hosts,
        )
        for row in experiment(runs)
    ]
    print(table(rows))
    if PAGE.exists():
        put_into(PAGE, "experiments", table(rows))


if __name__ == "__main__":
    main()
