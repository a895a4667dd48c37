"""What goes with what?"""

from buzzline.econometrics.best_distance import BestDistance, best_distance
from buzzline.econometrics.choice import (
    ChoiceFit,
    Choices,
    choice_probabilities,
    choices_of,
    fit_choices,
)
from buzzline.econometrics.choice_errors import destination_errors
from buzzline.econometrics.choice_iia import hausman_mcfadden, iia_test
from buzzline.econometrics.choice_sampling import sampled_alternatives
from buzzline.econometrics.eligibility import EligibilityEffect, eligibility_effect
from buzzline.econometrics.forward_deviations import forward_deviations
from buzzline.econometrics.gravity import InvestmentGravity, investment_gravity
from buzzline.econometrics.income import IncomeLadder, income_ladder
from buzzline.econometrics.inverted_u import TwoLines, UTest, two_lines, u_test
from buzzline.econometrics.location_choice import LocationChoice, location_choice
from buzzline.econometrics.mixed_logit import MixedFit, fit_mixed
from buzzline.econometrics.mutual_stimulation import MutualStimulation, mutual_stimulation
from buzzline.econometrics.panel import Panel, PanelFit, fit_panel
from buzzline.econometrics.policy_effect import PolicyEffect, policy_effect
from buzzline.econometrics.policy_spillovers import PolicySpillovers, policy_spillovers
from buzzline.econometrics.quantile_effects import QuantileEffects, quantile_effects
from buzzline.econometrics.region_lag import RegionLag, fit_region_lag, nearest_weights
from buzzline.econometrics.region_years import RegionFit, RegionYears, fit_regions
from buzzline.econometrics.shift_share_iv import Pushes, ShiftShare, shift_share_iv
from buzzline.econometrics.synthetic_control import SyntheticControl, synthetic_control
from buzzline.econometrics.tie_formation import TieFormation, tie_formation
from buzzline.econometrics.value_by_distance import ValueByDistance, value_by_distance

__all__ = [
    "BestDistance",
    "ChoiceFit",
    "Choices",
    "EligibilityEffect",
    "IncomeLadder",
    "InvestmentGravity",
    "LocationChoice",
    "MixedFit",
    "MutualStimulation",
    "Panel",
    "PanelFit",
    "PolicyEffect",
    "PolicySpillovers",
    "Pushes",
    "QuantileEffects",
    "RegionFit",
    "RegionLag",
    "RegionYears",
    "ShiftShare",
    "SyntheticControl",
    "TieFormation",
    "TwoLines",
    "UTest",
    "ValueByDistance",
    "best_distance",
    "choice_probabilities",
    "choices_of",
    "destination_errors",
    "eligibility_effect",
    "fit_choices",
    "fit_mixed",
    "fit_panel",
    "fit_region_lag",
    "fit_regions",
    "forward_deviations",
    "hausman_mcfadden",
    "iia_test",
    "income_ladder",
    "investment_gravity",
    "location_choice",
    "mutual_stimulation",
    "nearest_weights",
    "policy_effect",
    "policy_spillovers",
    "quantile_effects",
    "sampled_alternatives",
    "shift_share_iv",
    "synthetic_control",
    "tie_formation",
    "two_lines",
    "u_test",
    "value_by_distance",
]
