"""Stylised facts of how knowledge is learned and spreads: 1, 2, 4, 6, 16, 17, 19 to 21."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.simulation.beginning import begin
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.classics.cowan_jonard import at_rest
from buzzline.simulation.luck import Luck
from buzzline.simulation.recording import NAMES, record
from buzzline.simulation.settings import Settings
from buzzline.simulation.state import State
from buzzline.simulation.stepping import advance
from buzzline.simulation.stylised_facts_runs import (
    YEAR,
    Measured,
    at_end,
    chance_to_innovate,
    contacts,
    gini,
    of_world,
    over,
    recorded,
    rows_in_both,
    states,
    whole,
    world_like,
)

BETWEEN = (0.05, 0.1, 0.2, 0.4)
ALONG = (0.001, 0.01, 0.03, 0.1, 0.3, 0.6, 1.0)
SETTLED = 40  # steps


def best_between_ring_and_chance(luck: Luck, given: Settings) -> Measured:
    """Fact 1. The model of Cowan and Jonard has no parameters of ours."""
    ring, *middle, random = (at_rest(share, [luck])[0] for share in (0.0, *BETWEEN, 1.0))
    between = np.mean(middle, axis=0)
    return tuple(
        whole(between[column] - end[column]) for column in (0, 2) for end in (ring, random)
    )


def parabola_of_small_worlds(luck: Luck, given: Settings) -> Measured:
    """Fact 2. Small-world quotient: clustering over chance, by distance over chance."""
    found = np.array([at_rest(share, [luck])[0] for share in ALONG])
    quotient = found[:, 3] / found[-1, 3] / (found[:, 4] / found[-1, 4])
    at = quotient / quotient.max()
    bent, steep, _ = np.polyfit(at, np.log(found[:, 0]), 2)
    return whole(steep + 2 * bent * at.min()), whole(steep + 2 * bent)


def new_knowledge_stays_near(luck: Luck, given: Settings) -> Measured:
    """Fact 4. What one organisation is given is followed, against the same run without."""
    world, given_to, much = world_like(20, 24, 4), range(4), 20.0
    with_it, without = begin(world, luck, given), begin(world, luck, given)
    for _ in range(SETTLED):
        advance(with_it, given, (), luck)
        advance(without, given, (), luck)
    firsts = [int(with_it.member[with_it.start[place]]) for place in given_to]
    for place, row in zip(given_to, firsts, strict=True):
        with_it.knowledge[row, place] += much
    for _ in range(5 * YEAR):
        advance(with_it, given, (), luck)
        advance(without, given, (), luck)
    others = with_it.alive.copy()
    others[firsts] = False
    mine, theirs = rows_in_both(with_it, without, others)
    near = everywhere = 0.0
    for place, row in zip(given_to, firsts, strict=True):
        more = with_it.knowledge[mine, place] - without.knowledge[theirs, place]
        alike = with_it.industry[mine] == with_it.industry[row]
        here = alike & (with_it.place[mine] == place)
        if here.any():
            near += float(more[here].mean())
            everywhere += float(more[alike].mean())
    return (over(near, everywhere),)


def few_teach(luck: Luck, given: Settings) -> Measured:
    """Fact 6. Links of a year from who knows more, against as many dealt at random."""
    world = world_like(8, 24, 1)
    links: set[tuple[int, int]] = set()
    state = begin(world, luck, given)
    for state in states(world, given, luck, steps=SETTLED + YEAR):
        if state.step > SETTLED:
            known = state.knowledge.mean(axis=1)
            learner, teacher = contacts(state)
            near = state.place[learner] == state.place[teacher]
            more = near & (known[teacher] > known[learner])
            links |= set(zip(teacher[more].tolist(), learner[more].tolist(), strict=True))
    rng = np.random.default_rng(int(luck.key))
    taught = np.bincount([teacher for teacher, _ in links], minlength=state.alive.size)
    unequal, isolates = [], []
    for place in range(world.places.n):
        here = state.member[state.start[place] : state.start[place + 1]]
        own = taught[here]
        dealt = rng.multinomial(own.sum(), np.full(here.size, 1 / here.size), size=50)
        unequal.append(gini(as_floats(own)) - np.mean([gini(as_floats(one)) for one in dealt]))
        isolates.append((own == 0).mean() - (dealt == 0).mean())
    return whole(float(np.mean(unequal))), whole(float(np.mean(isolates)))


def lost_place_to_meet(luck: Luck, given: Settings) -> Measured:
    """Fact 16. Meeting takes twice the time in one place, for three years."""
    years, world = 3, world_like()
    first, last = SETTLED, SETTLED + years * YEAR
    doubled = 2 * given.value("cost_local")
    dear = Change("cost_local", to=doubled, start=first, stop=last, target=Target((0,)))
    found = []
    for changes in ((dear,), ()):
        expected = np.array(
            [
                chance_to_innovate(state, given)[state.place == 0].sum()
                for state in states(world, given, luck, steps=last + YEAR, changes=changes)
            ]
        )
        found.append(expected)
    with_loss, without = found
    while_lost, after = slice(first, last), slice(last, last + YEAR)
    at_last = slice(last - YEAR, last)
    lost = with_loss[while_lost].sum() / without[while_lost].sum() - 1
    back = with_loss[after].sum() / without[after].sum()
    return whole(lost), whole(back - with_loss[at_last].sum() / without[at_last].sum())


def cheap_distance(luck: Luck, given: Settings) -> Measured:
    """Fact 17. A place without pipelines, where distance is cheap for all, and where not."""
    closed = given.at_place(0, gatekeepers=0.0)
    cheap, dear = (
        at_end(world_like(), closed.with_values(ict=dose), luck, steps=80)
        for dose in (1.0, 0.0)
    )
    name = "relative_knowledge"
    return (whole(recorded(cheap, name) - recorded(dear, name)),)


def too_much(luck: Luck, given: Settings) -> Measured:
    """Fact 19. Trust of a place, and likeness of those who learn from each other."""
    low, middle, high = (
        np.log(recorded(at_end(world_like(), some, luck, steps=80), "knowledge"))
        for some in (given.at_place(0, trust_commons=trust) for trust in (0.05, 0.5, 0.95))
    )
    alike, half, unlike = (np.log(_learned(luck, given, apart)) for apart in (0.1, 0.5, 1.0))
    return (
        whole(middle - low), whole(middle - high), whole(half - alike), whole(half - unlike),
    )  # fmt: skip


def _learned(luck: Luck, given: Settings, apart: float) -> float:
    """Return what is learned in a year in one place by two kinds, so far apart."""
    world = world_like(1, 40, 1)
    kind = np.where(np.arange(world.n) % 2, 1.0, -1.0)
    half = np.where(np.arange(world.n_categories) % 2, 1.0, -1.0)
    knows = (1 + apart * kind[:, None] * half).astype(np.float32)
    only = given.with_values(innovation=0.0, forgetting=0.0, monitoring=0.0, entry=0.0)
    end = at_end(of_world(world, knowledge=knows), only, luck, steps=YEAR)
    return float(end.knowledge[: world.n].sum() - knows.sum())


def proximities(luck: Luck, given: Settings) -> Measured:
    """Fact 20. Growth of knowledge on proximities to those whom one meets, by least squares."""
    world, years = world_like(8, 24, 4, nations=4), 5
    state = begin(world, luck, given)
    sums, at_first = np.zeros((world.n, 5)), np.zeros(world.n)
    for state in states(world, given, luck, steps=SETTLED + years * YEAR):
        if state.step == SETTLED:
            at_first = np.log(state.knowledge[: world.n].mean(axis=1) + 1e-9)
        if SETTLED <= state.step < SETTLED + YEAR:
            _add_proximities(state, sums)
    kept = (state.origin[: world.n] >= 0) & state.alive[: world.n] & (sums[:, 4] > 0)
    grown = np.log(state.knowledge[: world.n].mean(axis=1) + 1e-9)[kept] - at_first[kept]
    near = sums[kept, :4] / sums[kept, 4:]
    spread = near.std(axis=0)
    near = (near - near.mean(axis=0)) / np.where(spread > 0, spread, 1)
    design = np.column_stack([near, at_first[kept], np.ones(grown.size)])
    slope = np.linalg.lstsq(design, grown, rcond=None)[0]
    return tuple(whole(float(one)) for one in slope[:4])


def _add_proximities(state: State, sums: Floats) -> None:
    """Add cognitive, social, institutional and geographic proximity, and the number met."""
    one, other = contacts(state)
    chosen = (one < len(sums)) & (state.origin[one] >= 0)
    slots = state.contact_slot[: state.contact.size]
    met = np.repeat(np.arange(state.contact_start.size - 1), np.diff(state.contact_start))
    there = (state.contact[: met.size] >= 0) & state.alive[met]
    there[there] = state.alive[state.contact[: met.size][there]]
    slot = slots[: met.size][there][chosen].astype(int)
    one, other = one[chosen], other[chosen]
    known = state.knowledge.astype(np.float64)
    unit = known / np.maximum(np.linalg.norm(known, axis=1, keepdims=True), 1e-12)
    tied = np.where(slot >= 0, state.tie_trust[one, np.maximum(slot, 0)], np.nan)
    trust = np.where(slot >= 0, tied, state.by_place["commons"][state.place[one]])
    ways = -np.linalg.norm(state.conventions[one] - state.conventions[other], axis=1)
    columns = (
        (unit[one] * unit[other]).sum(axis=1), trust, ways,
        state.place[one] == state.place[other], np.ones(one.size),
    )  # fmt: skip
    for column, values in enumerate(columns):
        np.add.at(sums[:, column], one, as_floats(values))


def near_and_far(luck: Luck, given: Settings) -> Measured:
    """Fact 21. How different organisations of a place are, by where they learn."""

    def different(**values: float) -> float:
        end = at_end(world_like(), given.at_place(0, **values), luck, steps=80)
        return float(record(end)[0, NAMES.index("heterogeneity")])

    closed = {"global_share": 0.0, "national_share": 0.0, "regional_share": 0.0}
    near = different(trust_commons=0.8, **closed) - different(trust_commons=0.1, **closed)
    return whole(near), whole(different(global_share=0.5) - different(global_share=0.0))
