"""The core rules written plainly: one organisation at a time, parameters by name, NumPy only."""

from __future__ import annotations

import numpy as np

from buzzline.kernels.luck import four_uniforms
from buzzline.simulation.luck import STREAMS, Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.state import State


def drawn(state: State, luck: Luck, mechanism: str, i: int, number: int) -> float:
    """Return draw number `number` of organisation i for a mechanism in this step."""
    four = four_uniforms(luck.key, STREAMS[mechanism], state.step, state.birth[i], number // 4)
    return four[number % 4]


def of(state: State, rates: Rates, i: int, name: str) -> float:
    return float(rates.of(name)[state.cell[i]])


def neighbours(state: State, i: int, *, own_industry: bool) -> list[int]:
    """Return who is in the place of i, i among them, sorted by industry, then birth."""
    here = [
        int(j)
        for j in np.flatnonzero(state.alive & (state.place == state.place[i]))
        if not own_industry or state.industry[j] == state.industry[i]
    ]
    return sorted(here, key=lambda j: (state.industry[j], state.birth[j]))


def one_of(u: float, i: int, here: list[int]) -> int:
    """Return one of the others, each alike; the last stands in where i itself is drawn."""
    if len(here) < 2:
        return -1
    j = here[int(u * (len(here) - 1))]
    return here[-1] if j == i else j


# ── K1 ────────────────────────────────────────────────────────────────────────────────────


def meetings(state: State, rates: Rates, luck: Luck) -> np.ndarray:
    out = np.zeros((state.place.size, 4), int)
    for i in np.flatnonzero(state.alive):
        infrastructure = 1 - of(state, rates, i, "infrastructure") / 2
        cost = [
            of(state, rates, i, "cost_local") * infrastructure,
            of(state, rates, i, "cost_regional") * infrastructure,
            of(state, rates, i, "cost_national"),
            of(state, rates, i, "cost_global") * (1 - of(state, rates, i, "ict") / 2),
        ]
        time = of(state, rates, i, "time_budget")
        if of(state, rates, i, "monitoring") > 0:
            watched = of(state, rates, i, "remote_monitoring")
            time = max(0.0, time - watched * of(state, rates, i, "remote_monitoring_cost"))
        far = of(state, rates, i, "global_share")
        if state.standing[i] >= of(state, rates, i, "gatekeepers"):
            far = 0.0
        share = [
            0, of(state, rates, i, "regional_share"), of(state, rates, i, "national_share"), far
        ]  # fmt: skip
        owned = state.owner[i] >= 0 and state.owner[i] != state.place[i]
        if owned and of(state, rates, i, "embedding") > 0:
            region, nation = state.world.places.region, state.world.places.nation
            here, there = state.place[i], state.owner[i]
            scale = 1 if region[here] == region[there] else 3
            if scale == 3 and nation[here] == nation[there]:
                scale = 2
            share[scale] = 1 - of(state, rates, i, "embedded_share")
        tied = set(state.tie_scale[i][state.partner[i] >= 0])
        left = time
        for scale in (3, 2, 1):
            if scale in tied and share[scale] > 0:
                u = drawn(state, luck, "time", i, scale)
                spent = min(share[scale] * time, left)
                out[i, scale] = int(np.floor(spent / cost[scale] + u))
                left -= spent
        out[i, 0] = int(np.floor(left / cost[0] + drawn(state, luck, "time", i, 0)))
    return out


def contacts(state: State, rates: Rates, luck: Luck) -> list[list[tuple[int, int]]]:
    """Return (partner, slot) of each meeting of each organisation."""
    out: list[list[tuple[int, int]]] = [[] for _ in range(state.place.size)]
    for i in np.flatnonzero(state.alive):
        mixed = of(state, rates, i, "mixed_contacts") * 2 * of(state, rates, i, "mixed_use")
        for scale in range(4):
            for _ in range(state.meetings[i, scale]):
                at = 4 + 2 * len(out[i])
                kind, pick = (drawn(state, luck, "time", i, at + k) for k in (0, 1))
                slots = [
                    slot
                    for slot in range(12)
                    if state.partner[i, slot] >= 0 and state.tie_scale[i, slot] == scale
                ]
                j, slot = -1, -1
                if slots and not (scale == 0 and kind < mixed):
                    slot = slots[int(pick * len(slots))]
                    j = int(state.partner[i, slot])
                elif scale == 0:
                    if kind >= mixed:
                        j = one_of(pick, i, neighbours(state, i, own_industry=True))
                    if j < 0:
                        j = one_of(pick, i, neighbours(state, i, own_industry=False))
                out[i].append((j if j >= 0 and state.alive[j] else -1, slot))
    return out


# ── K2, K3, K4 ────────────────────────────────────────────────────────────────────────────


def distance(mine: np.ndarray, theirs: np.ndarray) -> float:
    mine, theirs = mine.astype(float), theirs.astype(float)
    norm = np.linalg.norm(mine) * np.linalg.norm(theirs)
    return 1.0 if norm == 0 else 1 - mine @ theirs / norm


def understood(state: State, rates: Rates, i: int, j: int) -> float:
    """Return exp(-(d / mu)^2) of knowledge alone."""
    reach = of(state, rates, i, "cognitive_reach")
    if state.place[i] == state.place[j]:
        reach *= 1 + of(state, rates, i, "local_cognitive_bonus")
    dose = of(state, rates, i, "cognitive_distance")
    skill = distance(state.knowledge[i], state.knowledge[j])
    return float(np.exp(-dose * (skill / reach) ** 2))


def adapted(state: State, rates: Rates, i: int, j: int) -> float:
    apart = np.abs(state.vision[i].astype(float) - state.vision[j]).sum() / 2
    return 1 - of(state, rates, i, "vision_variety") * of(state, rates, i, "adaptation") * apart


def learned(state: State, rates: Rates, trust_here: float) -> np.ndarray:
    """Return knowledge after learning, from `state.contact`; only skill sets distance apart."""
    new = state.knowledge.astype(float)
    layers = ("weight_community", "weight_supply")
    for i in np.flatnonzero(state.alive):
        for e in range(state.contact_start[i], state.contact_start[i + 1]):
            j, slot = int(state.contact[e]), int(state.contact_slot[e])
            if j < 0:
                continue
            together = state.place[i] == state.place[j]
            gain = of(state, rates, i, "interactive_learning")
            gain *= of(state, rates, i, "learning_rate") * state.absorption[i]
            if slot < 0:
                gain *= trust_here
                if state.owner[j] >= 0 and state.owner[j] != state.place[j]:
                    gain *= of(state, rates, i, "embedded_share")
            else:
                gain *= state.tie_trust[i, slot]
                layer = state.tie_layer[i, slot]
                gain *= of(state, rates, i, layers[layer]) if layer < 2 else 1
            if state.is_university[j]:
                gain *= of(state, rates, i, "university_weight")
            gain *= understood(state, rates, i, j) * adapted(state, rates, i, j)
            gain *= second_key(state, rates, i, j, together=together)
            new[i] += min(1.0, gain) * np.maximum(state.knowledge[j] - new[i], 0)
    return new


def second_key(state: State, rates: Rates, i: int, j: int, *, together: bool) -> float:
    apart = np.linalg.norm(state.conventions[i].astype(float) - state.conventions[j])
    shared = np.exp(-((apart / of(state, rates, i, "convention_reach")) ** 2))
    if not together:
        shared += (1 - shared) * of(state, rates, i, "ict_tacit")
    tacit = of(state, rates, i, "tacit_share")
    return (1 - tacit) + tacit * shared


def watched(state: State, rates: Rates, luck: Luck) -> np.ndarray:
    """Return knowledge after watching those near; nobody is watched elsewhere."""
    new = state.knowledge.astype(float)
    alive = np.flatnonzero(state.alive)
    normal = {
        s: state.profit[[i for i in alive if state.industry[i] == s]].mean(dtype=float)
        for s in set(state.industry[alive])
    }
    for i in alive:
        u = drawn(state, luck, "monitoring", i, 0)
        for number in range(1, int(of(state, rates, i, "n_observed") + u) + 1):
            pick = drawn(state, luck, "monitoring", i, number)
            j = one_of(pick, i, neighbours(state, i, own_industry=False))
            if j < 0 or state.profit[j] <= normal[state.industry[j]]:
                continue
            best = int(np.argmax(state.value * state.knowledge[j]))
            gain = of(state, rates, i, "monitoring") * of(state, rates, i, "monitoring_rate")
            gain *= understood(state, rates, i, j) * adapted(state, rates, i, j)
            new[i, best] += min(1.0, gain) * max(0.0, state.knowledge[j, best] - new[i, best])
    return new


def searched(state: State, rates: Rates, luck: Luck) -> np.ndarray:
    new = state.knowledge.astype(float)
    for i in np.flatnonzero(state.alive):
        share = new[i] / new[i].sum()
        entropy = -(share[share > 0] * np.log(share[share > 0])).sum()
        variety = np.exp(entropy) / new.shape[1]
        chance = of(state, rates, i, "innovation") * of(state, rates, i, "innovation_chance")
        chance *= 0.5 + of(state, rates, i, "recombination") * variety
        if drawn(state, luck, "search", i, 0) < chance:
            odds = state.vision[i].astype(float) * state.value * new[i]
            upto = np.cumsum(odds) / odds.sum()
            c = int(np.searchsorted(upto, drawn(state, luck, "search", i, 1), side="right"))
            new[i, c] += of(state, rates, i, "innovation_gain") * (1 + 0.02 * new[i, c])
    return new


# ── K6, K10 ───────────────────────────────────────────────────────────────────────────────


def trusted(state: State, rates: Rates, luck: Luck) -> np.ndarray:
    new = state.tie_trust.astype(float)
    for i in np.flatnonzero(state.alive):
        met = state.contact_slot[state.contact_start[i] : state.contact_start[i + 1]]
        for slot in np.flatnonzero(state.partner[i] >= 0):
            much = np.sum(met == slot) ** of(state, rates, i, "time_compression")
            gap = max(0.0, of(state, rates, i, "trust_ceiling") - new[i, slot])
            lost = of(state, rates, i, "trust_decay") * new[i, slot]
            gain = of(state, rates, i, "trust_gain") * much if np.any(met == slot) else 0.0
            new[i, slot] += min(1.0, gain) * gap - lost
            if drawn(state, luck, "trust", i, int(slot)) < of(state, rates, i, "defection"):
                new[i, slot] = 0
    return new


def revalued(state: State, luck: Luck, spread: float) -> np.ndarray:
    new = np.empty(state.value.size)
    for c in range(new.size):
        u = four_uniforms(luck.key, STREAMS["demand"], state.step, np.uint64(c), 0)
        normal = np.sqrt(-2 * np.log(u[0])) * np.cos(2 * np.pi * u[1])
        new[c] = state.value[c] * np.exp(spread * normal)
    return new / new.mean()
