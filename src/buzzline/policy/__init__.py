"""What would help: policies compared in worlds that share their luck."""

from buzzline.policy.comparing import PolicyComparison, compare_policies
from buzzline.policy.comparison import effects_in_world, policies_in_world
from buzzline.policy.experiments.running import ExperimentFindings, experiment
from buzzline.policy.lever import Lever
from buzzline.policy.policy import Cost, Dose, Policy
from buzzline.policy.regimes import REGIMES, Regime
from buzzline.policy.shelf import SHELF, shelf_table

__all__ = [
    "REGIMES",
    "SHELF",
    "Cost",
    "Dose",
    "ExperimentFindings",
    "Lever",
    "Policy",
    "PolicyComparison",
    "Regime",
    "compare_policies",
    "effects_in_world",
    "experiment",
    "policies_in_world",
    "shelf_table",
]
