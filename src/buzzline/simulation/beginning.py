"""The state a run begins with: what the world says, and luck for what it does not say."""

from __future__ import annotations

import math

import numpy as np

from buzzline.arrays import Codes, Floats, as_floats
from buzzline.kernels.starts import fill_gammas, fill_uniforms, fill_visions
from buzzline.simulation.given_ties import fill_ties
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.members import sort_members
from buzzline.simulation.rates import Rates, rates_at
from buzzline.simulation.settings import Settings
from buzzline.simulation.state import N_CONVENTIONS, N_TIES, NOBODY, State
from buzzline.simulation.world import World

# Draws of the stream "start", as steps that no world has.
KNOWLEDGE, STANDING, CONVENTIONS, OF_NATION, OF_PLACE, KNOWN_IN_PLACE = range(6)
SPREAD_OF_CONVENTIONS = {"own": 0.05, "place": 0.1, "nation": 0.1}
BESIDE_ITS_OWN = 0.25  # of knowledge far from what an industry knows most of
ALIKE = 1.0  # shape of what places know of each category; larger is more alike
AROUND_ITS_PLACE = 0.3  # by which an organisation knows more or less than is usual there
GROWS = ("entry", "foreign_investment")  # mechanisms that need room for more organisations


def begin(world: World, luck: Luck, settings: Settings) -> State:
    """Return the state before the first step. Nothing of it is shared with the world."""
    rates = rates_at(0, settings, (), world.places.n)
    grows = any(rates.any(name) for name in GROWS)
    state = _blank(world, max(world.n, math.ceil(world.n * world.room)) if grows else world.n)
    n = world.n
    state.alive[:n] = True
    state.birth[:n] = np.arange(1, n + 1, dtype=np.uint64)
    state.place[:n], state.industry[:n] = world.place, world.industry
    state.cell[:] = state.place
    state.origin[:n] = np.arange(n)
    state.owner[:n] = world.owner
    state.is_university[:n] = world.is_university
    state.size[:n] = world.jobs
    state.cash[:n] = 1.0  # a step of usual sales
    state.openness[:n] = rates.of("openness")[world.place]
    sort_members(state)
    _fill_lots(state, luck, rates)
    _fill_knowledge(state, luck)
    _fill_conventions(state, luck)
    draw_visions(state, rates, luck, rows=np.arange(n, dtype=np.int32))
    fill_ties(state, rates, luck)
    state.profit[:n] = state.knowledge[:n].sum(axis=1)
    state.output[:n] = state.profit[:n]
    _fill_places(state, rates)
    return state


def draw_visions(state: State, rates: Rates, luck: Luck, *, rows: Codes) -> None:
    """Draw where organisations of some rows search, around what their place knows."""
    known = np.zeros((state.world.places.n, state.knowledge.shape[1]))
    np.add.at(known, state.place[state.member], state.knowledge[state.member])
    known += 1e-9
    fill_visions(
        luck.key, STREAMS["visions"], state.step, rows, state.birth, state.place,
        known / known.sum(axis=1, keepdims=True), rates.by_place("vision_concentration"),
        rates.by_place("vision_variety"), state.vision,
    )  # fmt: skip


def _blank(world: World, n: int) -> State:
    r, k = world.places.n, world.n_categories

    def zeros(*shape: int) -> Floats:
        empty: Floats = np.zeros(shape, np.float32)
        return empty

    def codes(value: int = 0) -> Codes:
        return np.full(n, value, np.int32)

    return State(
        world=world, step=0, alive=np.zeros(n, np.bool_), birth=np.zeros(n, np.uint64),
        born=codes(), place=codes(), industry=codes(), cell=codes(), origin=codes(NOBODY),
        parent=np.zeros(n, np.uint64), owner=codes(NOBODY),
        is_university=np.zeros(n, np.bool_), is_service=np.zeros(n, np.bool_),
        keeps_pipelines=np.zeros(n, np.bool_), knowledge=zeros(n, k),
        market=zeros(n, world.n_markets), conventions=zeros(n, N_CONVENTIONS),
        vision=zeros(n, k), absorption=np.ones(n, np.float32), standing=zeros(n),
        size=zeros(n), cash=zeros(n), profit=zeros(n), output=zeros(n), openness=zeros(n),
        embedded=zeros(n), partner=np.full((n, N_TIES), NOBODY, np.int32),
        tie_trust=zeros(n, N_TIES), tie_age=np.zeros((n, N_TIES), np.int16),
        tie_scale=np.zeros((n, N_TIES), np.uint8), tie_layer=np.zeros((n, N_TIES), np.uint8),
        tie_copresent=np.zeros((n, N_TIES), np.bool_), meetings=np.zeros((n, 4), np.uint8),
        contact_start=np.zeros(n + 1, np.int64), contact=np.zeros(0, np.int32),
        contact_slot=np.zeros(0, np.int8),
        value=np.ones(k, np.float32), start=np.zeros(r + 1, np.int64),
        member=np.zeros(0, np.int32),
        industry_start=np.zeros(r * max(len(world.industries), 1) + 1, np.int64),
        institutions=world.places.institutions.astype(np.float32),
        entries=np.zeros(r), exits=np.zeros(r), spin_offs=np.zeros(r), moves=np.zeros(r),
    )  # fmt: skip


def _drawn(luck: Luck, what: int, births: np.ndarray, k: int) -> Floats:
    out: Floats = np.zeros((births.size, k), dtype=np.float32)
    fill_uniforms(luck.key, STREAMS["start"], what, births.astype(np.uint64), out)
    return out


def _fill_lots(state: State, luck: Luck, rates: Rates) -> None:
    """Deal lots so that a share g of each place is below g, and not g on average only."""
    n, place = state.world.n, state.world.place
    lot = _drawn(luck, STANDING, state.birth[:n], 1)[:, 0]
    order = np.lexsort((lot, place))
    first = state.start[:-1][place[order]]
    n_here = np.diff(state.start)[place[order]]
    state.standing[order] = (np.arange(n) - first + 0.5) / n_here
    state.keeps_pipelines[:n] = state.standing[:n] < rates.of("gatekeepers")[place]


def _fill_knowledge(state: State, luck: Luck) -> None:
    """Fill in what the world says; else what is usual in a place and an industry, roughly."""
    world, k = state.world, state.world.n_categories
    if world.knowledge is not None:
        state.knowledge[: world.n] = world.knowledge
        return
    n_industries = len(world.industries)
    of_place = np.empty((world.places.n, k), np.float32)
    births = np.arange(world.places.n, dtype=np.uint64)
    fill_gammas(luck.key, STREAMS["start"], KNOWN_IN_PLACE, births, ALIKE, of_place)
    own = 2 * _drawn(luck, KNOWLEDGE, state.birth[: world.n], k) - 1
    state.knowledge[: world.n] = of_place[world.place] * (1 + AROUND_ITS_PLACE * own)
    if n_industries > 1:
        most = np.arange(n_industries)[:, None] * k / n_industries
        apart = np.abs(np.arange(k)[None, :] - most)
        near = np.exp(-((np.minimum(apart, k - apart) / (k / 5)) ** 2))
        usual = BESIDE_ITS_OWN + (1 - BESIDE_ITS_OWN) * near
        state.knowledge[: world.n] *= usual[world.industry].astype(np.float32)


def _fill_conventions(state: State, luck: Luck) -> None:
    """Nations, places and organisations each differ a little from what is usual."""
    places, n = state.world.places, state.world.n
    spread = SPREAD_OF_CONVENTIONS
    of_nation = _around(luck, OF_NATION, places.nation, spread["nation"])
    of_place = _around(luck, OF_PLACE, np.arange(places.n), spread["place"])
    own = _around(luck, CONVENTIONS, state.birth[:n], spread["own"])
    state.conventions[:n] = own + (of_nation + of_place)[state.place[:n]]


def _around(luck: Luck, what: int, births: np.ndarray, spread: float) -> Floats:
    """Return draws around 0 with a spread: of a uniform distribution, so never far out."""
    return spread * math.sqrt(12) * (_drawn(luck, what, births, N_CONVENTIONS) - 0.5)


def _fill_places(state: State, rates: Rates) -> None:
    places, n = state.world.places, state.world.n
    r, trust = places.n, rates.by_place("trust_commons")
    jobs = as_floats(np.bincount(state.place[:n], state.world.jobs, r))
    state.by_place.update(
        commons=trust.copy(), commons_start=trust.copy(), wage=np.ones(r), rent=np.ones(r),
        identity=np.full(r, 0.5), infrastructure=rates.by_place("infrastructure"),
        coded=np.zeros(r), population=places.population.astype(float).copy(),
        skilled=places.population * places.skilled_share, jobs=jobs,
        income=np.ones(r), services=np.zeros(r), search=np.ones(r),
    )  # fmt: skip
