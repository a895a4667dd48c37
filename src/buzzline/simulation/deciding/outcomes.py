"""What is looked at in a small world: one number of a state, and of how it began."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Flags
from buzzline.simulation.state import NOBODY, State


def knowledge(state: State, first: State) -> float:
    """Return mean knowledge of organisations, per category."""
    return _mean(state.knowledge, state.alive)


def knowledge_elsewhere(state: State, first: State) -> float:
    """Return mean knowledge outside the first place."""
    return _mean(state.knowledge, state.alive & (state.place > 0))


def knowledge_in_first(state: State, first: State) -> float:
    """Return mean knowledge in the first place."""
    return _mean(state.knowledge, state.alive & (state.place == 0))


def knowledge_of_entrants(state: State, first: State) -> float:
    """Return mean knowledge of those who came later, against those there from the start."""
    late = state.alive & (state.born > 0)
    return _mean(state.knowledge, late) - _mean(state.knowledge, state.alive & ~late)


def knowledge_of_owned(state: State, first: State) -> float:
    """Return mean knowledge of organisations that belong to their own place."""
    return _mean(state.knowledge, state.alive & (state.owner == NOBODY))


def spread_of_knowledge(state: State, first: State) -> float:
    """Return how differently organisations know: spread of each category, over its mean."""
    known = state.knowledge[state.alive]
    return float((known.std(axis=0) / known.mean(axis=0)).mean())


def worth_of_variety(state: State, first: State) -> float:
    """Return how much more the first place, which knows all, created than the second."""
    gained = state.knowledge - first.knowledge
    return _mean(gained, state.place == 0) - _mean(gained, state.place == 1)


def turned_search(state: State, first: State) -> float:
    """Return how far search has turned from where it began."""
    n = first.world.n
    return float(np.abs(state.vision[:n] - first.vision[:n]).sum(axis=1).mean())


def commons(state: State, first: State) -> float:
    """Return the trust that places lend."""
    return float(state.by_place["commons"].mean())


def trust_in_ties(state: State, first: State) -> float:
    """Return mean trust in ties there are."""
    return float(state.tie_trust[state.partner != NOBODY].mean())


def n_ties(state: State, first: State) -> float:
    """Return how many ties there are, seen from both ends."""
    return float((state.partner != NOBODY).sum())


def partners_alike(state: State, first: State) -> float:
    """Return how much nearer in conventions partners are than others of their industry."""
    i, slot = np.nonzero(state.partner != NOBODY)
    j = state.partner[i, slot]
    with_partner = np.linalg.norm(state.conventions[i] - state.conventions[j], axis=1).mean()
    b, s = state.conventions[state.alive], state.industry[state.alive]
    apart = np.linalg.norm(b[:, None] - b[None, :], axis=2)
    same = (s[:, None] == s[None, :]) & ~np.eye(s.size, dtype=bool)
    return float(apart[same].mean() - with_partner)


def output(state: State, first: State) -> float:
    """Return what organisations sell, in all."""
    return float(state.output[state.alive].sum(dtype=np.float64))


def output_elsewhere(state: State, first: State) -> float:
    """Return what organisations outside the first place sell."""
    return float(state.output[state.alive & (state.place > 0)].sum(dtype=np.float64))


def profit(state: State, first: State) -> float:
    """Return mean profit."""
    return float(state.profit[state.alive].mean(dtype=np.float64))


def lead_of_knowing(state: State, first: State) -> float:
    """Return output of a job in the first place over one elsewhere."""
    here, there = state.place == 0, state.place > 0
    per_job = [state.output[rows].sum() / state.size[rows].sum() for rows in (here, there)]
    return float(per_job[0] / per_job[1])


def output_of_minority(state: State, first: State) -> float:
    """Return what one organisation of the second industry sells, over one of the first."""
    return float(
        state.output[state.industry == 1].mean() / state.output[state.industry == 0].mean()
    )


def institutions_moved(state: State, first: State) -> float:
    """Return how far institutions have come from where they began."""
    return float(np.linalg.norm(state.institutions - first.institutions, axis=1).mean())


def spin_offs(state: State, first: State) -> float:
    """Return organisations that have a parent."""
    return float((state.alive & (state.parent > 0)).sum())


def late_comers(state: State, first: State) -> float:
    """Return organisations that came later."""
    return float((state.alive & (state.born > 0)).sum())


def best_of_places(state: State, first: State) -> float:
    """Return what is known best in a place, whoever knows it, as a mean over categories."""
    best = [
        state.knowledge[state.alive & (state.place == place)].max(axis=0, initial=0).mean()
        for place in range(state.start.size - 1)
    ]
    return float(np.mean(best))


def access_of_unskilled(state: State, first: State) -> float:
    """Return the share of people without skill who have a job of the clusters."""
    return float(state.by_place["access_unskilled"].mean())


def holes_bridged(state: State, first: State) -> float:
    """Return the share of holes between organisations that services fill."""
    return float(state.by_place["services"].mean())


def knowledge_of_large(state: State, first: State) -> float:
    """Return what the larger half of each place knows, over what the smaller half does."""
    r = state.start.size - 1
    middle = np.array([np.median(state.size[state.place == place]) for place in range(r)])
    large = state.size > middle[state.place]
    return _mean(state.knowledge, large) / _mean(state.knowledge, ~large)


def knowledge_of_poor_places(state: State, first: State) -> float:
    """Return mean knowledge in places after the first, which has most jobs."""
    return _mean(state.knowledge, state.alive & (state.place > 0))


def affiliates_in_clusters(state: State, first: State) -> float:
    """Return the share of affiliates that stand in the first two places, the clusters."""
    owned = state.alive & (state.born > 0) & (state.owner != NOBODY)
    return float((state.place[owned] < 2).mean()) if owned.any() else 0.5


def meetings_of_large_far_away(state: State, first: State) -> float:
    """Return by how much more the large meet others far away, within their industry."""
    far, size = state.meetings[:, 3].astype(float), state.size
    total = 0.0
    for s in range(int(state.industry.max()) + 1):
        rows = np.flatnonzero(state.alive & (state.industry == s))
        large = size[rows] > np.median(size[rows])
        total += far[rows[large]].mean() - far[rows[~large]].mean()
    return total


def _mean(values: np.ndarray, rows: Flags) -> float:
    return float(values[rows].mean(dtype=np.float64)) if rows.any() else 0.0
