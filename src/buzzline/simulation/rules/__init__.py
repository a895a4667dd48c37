"""Every behavioural rule: one line of theory, its source, its kernel."""

from __future__ import annotations

from buzzline.simulation.rules.demand import DEMAND_RULES
from buzzline.simulation.rules.learning import LEARNING_RULES
from buzzline.simulation.rules.meeting import MEETING_RULES
from buzzline.simulation.rules.rule import ORDER, Rule
from buzzline.simulation.rules.sharing import SHARING_RULES
from buzzline.simulation.rules.trusting import TRUST_RULES

# In the order of a step; within a stage, as listed here.
RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *DEMAND_RULES,
            *MEETING_RULES,
            *LEARNING_RULES,
            *SHARING_RULES,
            *TRUST_RULES,
        ),
        key=lambda rule: ORDER.index(rule.stage),
    )
)

__all__ = ["ORDER", "RULES", "Rule"]
