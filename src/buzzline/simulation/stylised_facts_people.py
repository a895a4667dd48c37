"""Stylised facts of people, gatherings and programmes: 5, 10, 11, 13, 14, 22 and 24."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Flags, Floats
from buzzline.kernels.moving import keep_in_touch
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.rates import rates_at
from buzzline.simulation.settings import Settings
from buzzline.simulation.state import NOBODY, State
from buzzline.simulation.stepping import advance
from buzzline.simulation.stylised_facts_runs import (
    YEAR,
    Measured,
    at_end,
    chance_to_innovate,
    contacts,
    over,
    recorded,
    rows_in_both,
    states,
    whole,
    world_like,
)

SETTLED, WATCHED = 40, 20  # steps: until people move; in which contacts are counted
OWN_LUCK = 1_000_000  # steps that no run has, for moves that are made here
REACHED = Target((0,), reach=0.4)
PROGRAMME = (  # what a cluster organisation does (lever P4 of the shelf), to its members
    ("trust_commons", 0.2), ("trust_gain", 0.05), ("joint_action", 0.02),
)  # fmt: skip


def flows_to_former_place(luck: Luck, given: Settings) -> Measured:
    """Fact 5. People of some organisations move to another place; who meets them then?"""
    world = world_like(8, 24, 4)
    state = begin(world, luck, given)
    for _ in range(SETTLED):
        advance(state, given, (), luck)
    moved = _move_people(state, given, luck)
    births = state.birth.copy()
    sums = np.zeros((2, 2))  # across and within industries: with those, with neighbours
    for _ in range(WATCHED):
        advance(state, given, (), luck)
        met = _met_by_industry(state)
        for left, row in moved:
            if not state.alive[row] or state.birth[row] != births[row]:
                continue
            here, kind = state.place[row], state.industry[row]
            near = state.member[state.start[here] : state.start[here + 1]]
            near = near[(near != row) & (state.industry[near] == kind)]
            if near.size:
                of_others = np.arange(met.shape[1]) != kind
                for same, by in enumerate((of_others, ~of_others)):
                    seen = met[left, by].sum(axis=0)
                    sums[same] += seen[row], seen[near].mean()
    return sums.sum(axis=0), sums.ravel()


def _move_people(state: State, given: Settings, luck: Luck) -> list[tuple[int, int]]:
    """Move people to every fourth organisation; return the place they left, and its row."""
    rng = np.random.default_rng(int(luck.key))
    came = np.full(state.alive.size, NOBODY, np.int32)
    moved = []
    for row in rng.choice(state.member, state.member.size // 4, replace=False):
        source = int(rng.choice(state.member))
        if state.place[source] != state.place[row]:
            came[row] = source
            moved.append((int(state.place[source]), int(row)))
    rates = rates_at(state.step, given, (), state.world.places.n)
    places = state.world.places
    chance = rates.of("stays_in_touch") * np.minimum(1, rates.of("labour_mobility"))
    keep_in_touch(
        luck.key, STREAMS["mobility"], state.step + OWN_LUCK, came, state.birth, state.place,
        places.region, places.nation, state.cell,
        np.stack([chance, rates.of("trust_after_copresence")]), np.zeros(places.n),
        state.partner, state.tie_trust, state.tie_age, state.tie_scale, state.tie_layer,
        state.tie_copresent,
    )  # fmt: skip
    return moved


def _met_by_industry(state: State) -> Floats:
    """Return how often organisations of a place and industry met each one; (r, s, n)."""
    one, other = contacts(state)
    shape = (state.world.places.n, len(state.world.industries), state.alive.size)
    met = np.zeros(shape)
    np.add.at(met, (state.place[one], state.industry[one], other), 1)
    return met


def ratio_of_ratios(sums: Floats) -> float:
    """Return the first ratio over the second."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(sums[0] / sums[1] / (sums[2] / sums[3]))


def gathering_cancelled(luck: Luck, given: Settings) -> Measured:
    """Fact 10. Distant ties of at most a year, with the gatherings of that year and without."""
    given = given.with_values(gatherings=0.1)
    off = Change("gatherings", to=0.0, start=SETTLED, stop=SETTLED + YEAR)
    cancelled, held = (
        at_end(world_like(), given, luck, steps=SETTLED + YEAR, changes=changes)
        for changes in ((off,), ())
    )
    return (over(_new_ties(cancelled), _new_ties(held)),)


def _new_ties(state: State) -> float:
    new = (state.partner >= 0) & (state.tie_age < YEAR) & (state.tie_scale > 0)
    return float(new[state.alive].sum())


def fairs_bring_jobs(luck: Luck, given: Settings) -> Measured:
    """Fact 11. A place that goes to gatherings, and the same place if it does not."""
    goes = (Change("gatherings", to=0.25, start=20, target=Target((0,))),)
    others = given.with_values(gatherings=0.05).at_place(0, gatherings=0.0)
    with_fairs, without = (
        at_end(world_like(), others, luck, steps=20 + 8 * YEAR, changes=changes)
        for changes in (goes, ())
    )
    return (over(recorded(with_fairs, "jobs"), recorded(without, "jobs")),)


def small_gain_most(luck: Luck, given: Settings) -> Measured:
    """Fact 24. Of those who go, the smaller half against the larger."""
    others = given.with_values(gatherings=0.05).at_place(0, gatherings=0.0)
    goes = Change("gatherings", to=0.5, start=20, target=Target((0,), reach=0.5))
    with_fairs, without = (
        at_end(world_like(), others, luck, steps=20 + 4 * YEAR, changes=changes)
        for changes in ((goes,), ())
    )
    went = _reached(with_fairs)
    rows, same = rows_in_both(with_fairs, without, went & (with_fairs.origin >= 0))
    gain = np.log(with_fairs.knowledge[rows].sum(axis=1) / without.knowledge[same].sum(axis=1))
    jobs = with_fairs.world.jobs[with_fairs.origin[rows]]
    small = jobs <= np.median(jobs)
    return (whole(float(gain[small].mean() - gain[~small].mean())),)


def _reached(state: State) -> Flags:
    """Return who is reached by the one change there is."""
    reached: Flags = state.alive & (state.place == 0) & (state.cell % 2 == 1)
    return reached


def _programme(start: int) -> tuple[Change, ...]:
    return tuple(Change(name, by=by, start=start, target=REACHED) for name, by in PROGRAMME)


def programme_innovates(luck: Luck, given: Settings) -> Measured:
    """Fact 13. Chance to innovate in a year of those that a programme reaches."""
    steps = SETTLED + 3 * YEAR
    with_it = at_end(world_like(), given, luck, steps=steps, changes=_programme(SETTLED))
    without = at_end(world_like(), given, luck, steps=steps)
    rows, same = rows_in_both(with_it, without, _reached(with_it))
    yearly = [
        1 - (1 - chance_to_innovate(state, given)[some]) ** YEAR
        for state, some in ((with_it, rows), (without, same))
    ]
    return (whole(float(yearly[0].mean() - yearly[1].mean())),)


def programme_spills_over(luck: Luck, given: Settings) -> Measured:
    """Fact 14. Output of those in the place that a programme does not reach."""
    late = SETTLED + 10 * YEAR
    pair = zip(
        states(world_like(), given, luck, steps=late, changes=_programme(SETTLED)),
        states(world_like(), given, luck, steps=late),
        strict=True,
    )
    early_gain: list[float] = []
    late_gain: list[float] = []
    for with_it, without in pair:
        if with_it.step <= SETTLED or SETTLED + 2 * YEAR < with_it.step <= SETTLED + 8 * YEAR:
            continue
        beside = (with_it.place == 0) & ~_reached(with_it) & (with_it.origin >= 0)
        rows, same = rows_in_both(with_it, without, beside)
        gain = float(np.log(with_it.output[rows].sum() / without.output[same].sum()))
        (early_gain if with_it.step <= SETTLED + 2 * YEAR else late_gain).append(gain)
    return whole(float(np.mean(early_gain))), whole(float(np.mean(late_gain)))


def failure_forgiven(luck: Luck, given: Settings) -> Measured:
    """Fact 22. Organisations on average over twenty years, by how failure is treated."""
    number = [
        float(np.mean([
            state.member.size
            for state in states(world_like(), given.with_values(failure_penalty=penalty), luck,
                                steps=160)
            if state.step > 80
        ]))
        for penalty in (0.1, 0.9)
    ]  # fmt: skip
    return (over(*number),)
