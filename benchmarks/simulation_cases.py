"""How fast a step of the full simulation is, by mechanism, and how large a world may be.

    python -m benchmarks.simulation_cases                  192 to 100 000 organisations
    python -m benchmarks.simulation_cases million          a million organisations, 100 steps

Every mechanism is on, at its default. Time is of the processor, one core; memory is the highest
of the process. The world is made, begun, and warmed up by one small world before.
"""

import resource
import sys
import time
from collections import defaultdict

from buzzline.simulation.beginning import begin
from buzzline.simulation.luck import luck_of
from buzzline.simulation.members import cover, sort_members
from buzzline.simulation.rates import rates_at
from buzzline.simulation.rules import RULES
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance

INDUSTRIES = 10
# Places, organisations in each, steps.
SIZES = {
    "small": ((8, 24, 200), (20, 100, 100), (100, 100, 20), (100, 1_000, 20)),
    "million": ((1_000, 1_000, 100),),
}


def stepped(n_places: int, each: int, steps: int) -> tuple[float, float, float, int]:
    """Return processor and wall seconds, organisation-steps a core-second, how many live."""
    settings, luck = Settings(), luck_of(1, 0)
    state = begin(world_of_settings(n_places, each, INDUSTRIES, rng=1), luck, settings)
    advanced = 0
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(steps):
        advance(state, settings, (), luck)
        advanced += state.member.size
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return cpu, wall, advanced / cpu, state.member.size


def by_mechanism(n_places: int, each: int, steps: int) -> dict[str, float]:
    """Return nanoseconds an organisation-step takes in each rule, most first."""
    settings, luck = Settings(), luck_of(1, 0)
    state = begin(world_of_settings(n_places, each, INDUSTRIES, rng=1), luck, settings)
    took: dict[str, float] = defaultdict(float)
    advanced = 0
    for _ in range(steps):
        rates = _prepared(state, settings)
        for rule in RULES:
            if rule.dose is None or rates.any(rule.dose):
                begun = time.process_time()
                rule.act(state, rates, luck)
                took[f"{rule.code} {rule.name}"] += time.process_time() - begun
        state.step += 1
        advanced += state.member.size
    return dict(
        sorted(
            ((name, 1e9 * s / advanced) for name, s in took.items()), key=lambda pair: -pair[1]
        )
    )


def _prepared(state: State, settings: Settings):
    rates = rates_at(state.step, settings, (), state.world.places.n)
    sort_members(state)
    cover(state, (), luck_of(1, 0))
    state.by_place["search"][:] = 1
    return rates


def main() -> None:
    """Print the tables."""
    stepped(3, 20, 3)  # compiled
    print(
        "| places | organisations | steps | processor s | wall s "
        "| organisation-steps a core-second | alive at the end | highest memory, MB |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for size in sys.argv[1:] or ["small"]:
        for n_places, each, steps in SIZES[size]:
            cpu, wall, speed, alive = stepped(n_places, each, steps)
            mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(
                f"| {n_places} | {n_places * each:,} | {steps} | {cpu:.1f} | {wall:.1f} "
                f"| {speed:,.0f} | {alive:,} | {mb:,.0f} |",
                flush=True,
            )
    print("\n| rule | ns an organisation-step |\n|---|---|")
    for name, ns in by_mechanism(100, 500, 10).items():
        print(f"| {name} | {ns:.0f} |")


if __name__ == "__main__":
    main()
