"""Time, and whom one meets in it."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Codes, Flags, Floats
from buzzline.kernels.meetings import keep_pipelines, meet, spend_time
from buzzline.simulation.luck import Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State


def spend_the_time(state: State, rates: Rates, luck: Luck) -> None:
    """Meetings far away take time that is then missing in the place (Calafati 4.69; 0.22)."""
    who = (state.member, state.cell, state.birth)
    table = _costs_and_shares(rates)
    keep_pipelines(
        luck.key, luck.stream("start"), *who, table, state.standing, state.keeps_pipelines
    )
    spend_time(
        luck.key, luck.stream("time"), state.step, *who, state.keeps_pipelines,
        owner_scale(state), state.partner, state.tie_scale, table, state.meetings,
    )  # fmt: skip


def meet_others(state: State, rates: Rates, luck: Luck) -> None:
    """Ties say whom one meets; in a place chance does as well (Trombetta 4.67)."""
    np.cumsum(state.meetings.sum(axis=1, dtype=np.int64), out=state.contact_start[1:])
    state.contact = np.empty(int(state.contact_start[-1]), np.int32)
    state.contact_slot = np.empty(state.contact.size, np.int8)
    meet(
        luck.key, luck.stream("time"), state.step, state.member, state.start,
        state.industry_start, max(len(state.world.industries), 1), state.place, state.industry,
        state.cell, state.birth, state.alive, state.partner, state.tie_scale, state.meetings,
        _costs_and_shares(rates), state.contact_start, state.contact, state.contact_slot,
    )  # fmt: skip


def is_affiliate(state: State) -> Flags:
    """Tell who is owned in another place."""
    owned: Flags = (state.owner >= 0) & (state.owner != state.place)
    return owned


def owner_scale(state: State) -> Codes:
    """Return the scale between an organisation and its owner elsewhere; 0 without one; (n,)."""
    places, here = state.world.places, state.place
    owner = np.where(state.owner >= 0, state.owner, here)
    apart = np.where(
        places.region[owner] == places.region[here], 1,
        np.where(places.nation[owner] == places.nation[here], 2, 3),
    )  # fmt: skip
    return np.where(owner == here, 0, apart).astype(np.int32)


def _costs_and_shares(rates: Rates) -> Floats:
    """Return the columns that the kernels of meetings read, by cell."""
    table = rates.table(
        "time_budget", "cost_local", "cost_regional", "cost_national", "cost_global",
        "regional_share", "national_share", "global_share", "gatekeepers", "mixed_contacts",
        "embedding", "embedded_share",
    )  # fmt: skip
    watching = np.where(rates.of("monitoring") > 0, rates.of("remote_monitoring"), 0)
    table[:, 0] -= np.minimum(watching * rates.of("remote_monitoring_cost"), table[:, 0])
    table[:, 1:3] *= (1 - rates.of("infrastructure") / 2)[:, None]
    table[:, 4] *= 1 - rates.of("ict") / 2
    table[:, 9] *= 2 * rates.of("mixed_use")  # half of all land mixed is usual
    return table


MEETING_RULES = (
    Rule("K1", "time shared out", "time", None, spend_the_time, "Calafati, item 4.69"),
    Rule("K1", "meetings", "meetings", None, meet_others, "Trombetta, item 4.67"),
)
