"""Trust in ties."""

from __future__ import annotations

from buzzline.kernels.trusting import trust
from buzzline.simulation.luck import Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.rules.labour import speed_of_trust
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State


def build_trust(state: State, rates: Rates, luck: Luck) -> None:
    """Trust grows with meetings, less when they are crowded; it decays and is betrayed.

    tau + kappa n^zeta (tau_max - tau) - delta tau (Dei Ottati 4.56; Markusen 4.49).
    """
    table = rates.table(
        "trust_gain", "trust_ceiling", "trust_decay", "time_compression", "defection"
    )
    table[:, [0, 2, 4]] *= rates.of("trust")[:, None]
    table[:, 0] *= speed_of_trust(rates)
    trust(
        luck.key, luck.stream("trust"), state.step, state.member, state.cell, state.birth,
        state.contact_start, state.contact, state.contact_slot, state.partner, table,
        state.tie_trust, state.tie_age,
    )  # fmt: skip


TRUST_RULES = (
    Rule("K6", "trust in ties", "trust", "trust", build_trust, "Dei Ottati, item 4.56"),
)
