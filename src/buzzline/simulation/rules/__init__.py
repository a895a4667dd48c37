"""Every behavioural rule: one line of theory, its source, its kernel."""

from __future__ import annotations

from buzzline.simulation.rules.conventions import CONVENTION_RULES
from buzzline.simulation.rules.demand import DEMAND_RULES
from buzzline.simulation.rules.gathering import GATHERING_RULES
from buzzline.simulation.rules.incomes import INCOME_RULES
from buzzline.simulation.rules.institutions import INSTITUTION_RULES
from buzzline.simulation.rules.investing import INVESTING_RULES
from buzzline.simulation.rules.labour import LABOUR_RULES
from buzzline.simulation.rules.learning import LEARNING_RULES
from buzzline.simulation.rules.market import SELLING_RULES, SURVIVING_RULES
from buzzline.simulation.rules.meeting import MEETING_RULES
from buzzline.simulation.rules.reaching import REACHING_RULES
from buzzline.simulation.rules.rule import ORDER, Rule
from buzzline.simulation.rules.sharing import SHARING_RULES
from buzzline.simulation.rules.starting_up import SLEEPING_RULES, STARTING_RULES
from buzzline.simulation.rules.trusting import TRUST_RULES

# In the order of a step; within a stage, as listed here.
RULES: tuple[Rule, ...] = tuple(
    sorted(
        (
            *SELLING_RULES,  # before whatever else the market does
            *DEMAND_RULES,
            *MEETING_RULES,
            *LEARNING_RULES,
            *CONVENTION_RULES,
            *SHARING_RULES,
            *TRUST_RULES,
            *LABOUR_RULES,
            *SLEEPING_RULES,
            *STARTING_RULES,
            *REACHING_RULES,
            *GATHERING_RULES,  # after time is shared out, and before ties are sought
            *INVESTING_RULES,
            *INCOME_RULES,
            *INSTITUTION_RULES,
            *SURVIVING_RULES,  # after all that moves profits
        ),
        key=lambda rule: ORDER.index(rule.stage),
    )
)

__all__ = ["ORDER", "RULES", "Rule"]
