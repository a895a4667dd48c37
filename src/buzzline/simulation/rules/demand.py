"""What knowledge is worth, how it is lost, and where search turns."""

from __future__ import annotations

from buzzline.kernels.demand import forget, revalue, turn_search
from buzzline.simulation.luck import Luck
from buzzline.simulation.rates import Rates
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State


def change_demand(state: State, rates: Rates, luck: Luck) -> None:
    """Markets turn: m_c exp(sigma e), with mean 1 (March 1991; theory, K10)."""
    spread = rates.of_world("turbulence") * rates.of_world("market_turbulence")
    revalue(luck.key, luck.stream("demand"), state.step, spread, state.value)


def lose_knowledge(state: State, rates: Rates, luck: Luck) -> None:
    """Knowledge that is not used goes: (1 - delta) v (theory, K10; unlearning, item 4.32)."""
    forget(state.member, state.cell, rates.of("forgetting"), state.knowledge)


def change_rules(state: State, rates: Rates, luck: Luck) -> None:
    """Organisations change their rules of search rather than unlearn (Dei Ottati 4.32)."""
    speed = rates.per_step("rule_change")
    turn_search(state.member, state.cell, speed, state.value, state.vision)


DEMAND_RULES = (
    Rule("K10", "change of demand", "shocks", "turbulence", change_demand, "March 1991"),
    Rule("K10", "forgetting", "shocks", "forgetting", lose_knowledge, "Item 4.32"),
    Rule(
        "K5", "change of rules", "shocks", "rule_change", change_rules, "Dei Ottati, item 4.32"
    ),
)
