"""What the minimal model of learning shows: which claim follows from which mechanism.

    python -m benchmarks.minimal_core               50 paired runs, as in the documentation
    python -m benchmarks.minimal_core --runs 10     quicker

Eight places of 24 organisations, 100 steps; the focal place's knowledge against that of the
others, which spend 20 % of their time on distant partners. Writes its tables into
docs/explanation/minimal-core.md, between the marks.
"""

import argparse
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.recovering import put_into
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.luck import luck_of
from buzzline.simulation.settings import MINIMAL, Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.stepping import advance
from buzzline.simulation.world import World

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "minimal-core.md"
SEED, STEPS, RUNS = 1, 100, 50
FOCAL = (0,)
USUAL = MINIMAL.with_values(trust_commons=0.6)
EIGHT = world_of_settings(8, 24, rng=SEED)


@dataclass(frozen=True)
class Case:
    """A focal region in a world: `focal` is its places, `affiliates` how many are owned."""

    settings: Settings
    changes: tuple[Change, ...] = ()
    world: World = EIGHT
    focal: tuple[int, ...] = FOCAL


@dataclass(frozen=True)
class Outcome:
    """By run: knowledge relative to other places, of all and of those without pipelines.

    Where some are owned elsewhere, `without` are those that are not.
    """

    relative: np.ndarray
    without: np.ndarray
    level: np.ndarray
    unlike: np.ndarray


def outcome(case: Case, runs: int, steps: int = STEPS) -> Outcome:
    """Run a case; run number r has the luck of run r, so cases are paired."""
    return Outcome(*np.array([_run(case, run, steps) for run in range(runs)]).T)


def _run(case: Case, run: int, steps: int) -> tuple[float, float, float, float]:
    luck = luck_of(SEED, run)
    state = begin(case.world, luck, case.settings)
    for _ in range(steps):
        advance(state, case.settings, case.changes, luck)
    known = state.knowledge.sum(axis=1, dtype=np.float64)
    here = state.alive & np.isin(state.place, case.focal)
    there = state.alive & ~np.isin(state.place, case.focal)
    owned = case.world.owner[case.world.place == case.focal[0]] >= 0
    without = here & (state.owner < 0 if owned.any() else ~state.keeps_pipelines)
    rows = state.knowledge[here].astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    n = len(rows)
    unlike = 1 - ((rows @ rows.T).sum() - n) / (n * (n - 1))
    elsewhere = known[there].mean()
    missing = known[without].mean() / elsewhere if without.any() else np.nan
    return known[here].mean() / elsewhere, missing, known[here].mean() / 10, unlike


def focal(settings: Settings = USUAL, **values: float) -> Case:
    """Return the case of a focal place with values of its own."""
    return Case(settings.at_place(0, **values))


# ── D4: balance, trust and pipelines, gatekeepers, monitoring, cheap distance ─────────────

SHARES = (0.0, 0.2, 0.3, 0.5, 0.7, 1.0)
TRUSTS = (0.3, 0.6, 0.9)
# Who reaches out: share of organisations, share of their time.
REACHING = {
    "nobody": (0.0, 0.0), "one of 24": (1 / 24, 1.0), "three of 24": (3 / 24, 1.0),
    "half, 40 %": (0.5, 0.4), "all, 20 %": (1.0, 0.2), "all, 40 %": (1.0, 0.4),
}  # fmt: skip
NO_TRUST = 0.05
STRONG = USUAL.with_values(learning_rate=0.1)
FAR = STRONG.with_values(cost_global=4.0)


def balance_cases() -> dict[str, Case]:
    """Return the focal place's share of time for distant partners, in three variants."""
    cases = {f"share {share:.1f}": focal(global_share=share) for share in SHARES}
    for name, settings in (("mixing, c_G 2", STRONG), ("mixing, c_G 4", FAR)):
        cases |= {
            f"{name}, share {share:.1f}": focal(settings, global_share=share)
            for share in SHARES
        }
    return cases


def reaching_cases() -> dict[str, Case]:
    """Return who reaches out, by local trust."""
    return {
        f"{who}, trust {trust}": focal(
            trust_commons=trust, gatekeepers=gatekeepers, global_share=share
        )
        for trust in (NO_TRUST, *TRUSTS)
        for who, (gatekeepers, share) in REACHING.items()
    }


def other_cases() -> dict[str, Case]:
    """Return monitoring, cheap distance, and cognitive distance on and off."""
    unbound = USUAL.with_values(cognitive_distance=0.0)
    cheap = USUAL.with_values(ict=1.0)
    return {
        "closed, no monitoring": focal(global_share=0.0, monitoring=0.0),
        "half open, no monitoring": focal(global_share=0.5, monitoring=0.0),
        "closed, cheap distance": focal(cheap, global_share=0.0),
        "20 %, cheap distance": Case(cheap),
        "closed, understanding unbound": focal(unbound, global_share=0.0),
    }


# ── D4b: Third Italy, Colombia, Costa Rica ────────────────────────────────────────────────

POOR = {"trust_commons": 0.2, "global_share": 0.02}
PROGRAMME = {"to": 0.6, "start": 20, "lag": 20}
COSTA_RICA = USUAL.with_values(
    embedding=1.0, supplier_gain=0.0, rural_suppliers=0.0, repatriation=0.0
)
EMBEDDED = 0.5


def story_cases() -> dict[str, Case]:
    """Return the three cases as scenarios."""
    poor = USUAL.at_place(0, **POOR)
    trust = Change("trust_commons", target=Target((0,)), **PROGRAMME)
    quarter = Change("trust_commons", target=Target((0,), reach=0.25), **PROGRAMME)
    pipelines = tuple(
        Change(name, to=value, start=50, target=Target((0,)))
        for name, value in (("gatekeepers", 3 / 24), ("global_share", 1.0))
    )
    return {
        "IT: trust .8, share .2": focal(trust_commons=0.8),
        "IT copy: trust .8, local only": focal(trust_commons=0.8, global_share=0.0),
        "IT none: trust .2, local only": focal(trust_commons=0.2, global_share=0.0),
        "CO: nothing": Case(poor),
        "CO: trust programme": Case(poor, (trust,)),
        "CO: trust programme, a quarter": Case(poor, (quarter,)),
        "CO: pipelines at 50": Case(poor, pipelines),
        "CO: trust, then pipelines": Case(poor, (trust, *pipelines)),
    } | anchor_cases()  # fmt: skip


def anchor_cases() -> dict[str, Case]:
    """Return one anchor or eight small investors, embedded or not, in one city or in four."""
    one, eight = _with_affiliates(EIGHT, 1), _with_affiliates(EIGHT, 8)
    apart = _with_affiliates(world_of_settings(11, [6] * 4 + [24] * 7, rng=SEED), 2, cities=4)
    leaving = (Change("affiliate_exit", to=1.0, start=60, stop=61, target=Target((0,))),)
    loose, tied = _affiliated(0.0, (0,)), _affiliated(EMBEDDED, (0,))
    return {
        "CR: one anchor, enclave": Case(loose, world=one),
        "CR: one anchor, enclave, leaves at 60": Case(loose, leaving, one),
        "CR: one anchor, embedded": Case(tied, world=one),
        "CR: one anchor, embedded, leaves at 60": Case(tied, leaving, one),
        "CR: eight small, enclave": Case(loose, world=eight),
        "CR: eight small, embedded, four cities": Case(
            _affiliated(EMBEDDED, range(4)), world=apart, focal=(0, 1, 2, 3)
        ),
        "CR: eight small, embedded, one city": Case(tied, world=eight),
    }


def _affiliated(embedded: float, places) -> Settings:
    settings = COSTA_RICA
    for place in places:
        settings = settings.at_place(place, embedded_share=embedded, **POOR)
    return settings


def _with_affiliates(world: World, number: int, cities: int = 1) -> World:
    """Return a world in which the first of some cities are owned in its last place."""
    owner = world.owner.copy()
    for city in range(cities):
        owner[np.flatnonzero(world.place == city)[:number]] = world.places.n - 1
    return replace(world, owner=owner)


# ── tables ────────────────────────────────────────────────────────────────────────────────


def _said(values: np.ndarray) -> str:
    known = values[np.isfinite(values)]
    if known.size < 2:
        return ""
    half = 1.96 * known.std(ddof=1) / np.sqrt(known.size)
    return f"{known.mean():.3f} ± {half:.3f}"


def _lines(found: dict[str, Outcome]) -> list[str]:
    return [
        f"| {name} | {_said(one.relative)} | {_said(one.without)} | {one.level.mean():.2f} "
        f"| {one.unlike.mean():.3f} |"
        for name, one in found.items()
    ]


def interactions(found: dict[str, Outcome]) -> list[str]:
    """Return what trust adds to the gain of pipelines, paired by run."""
    lines = []
    for who in list(REACHING)[1:]:
        for low in (NO_TRUST, TRUSTS[0]):
            terms = []
            for name in ("relative", "without"):
                gain = [
                    getattr(found[f"{who}, trust {trust}"], name)
                    - getattr(found[f"nobody, trust {trust}"], name)
                    for trust in (low, TRUSTS[-1])
                ]
                terms.append(_said(gain[1] - gain[0]))
            lines.append(f"| {who} | {low} → {TRUSTS[-1]} | {terms[0]} | {terms[1]} |")
    return lines


def main() -> None:
    """Measure, and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs = parser.parse_args().runs
    head = [
        "| case | relative knowledge | of those without pipelines | level | heterogeneity |",
        "|---|---|---|---|---|",
    ]
    by_table = {}
    for mark, cases in (
        ("balance", balance_cases()), ("reaching", reaching_cases()),
        ("others", other_cases()), ("stories", story_cases()),
    ):  # fmt: skip
        found = {name: outcome(case, runs) for name, case in cases.items()}
        by_table[mark] = "\n".join([*head, *_lines(found)])
        if mark == "reaching":
            head_of = ["| who reaches out | trust | all | those without pipelines |"]
            by_table["interaction"] = "\n".join(
                [*head_of, "|---|---|---|---|", *interactions(found)]
            )
        print(by_table[mark], flush=True)
    for mark, text in by_table.items():
        put_into(PAGE, mark, text)


if __name__ == "__main__":
    main()
