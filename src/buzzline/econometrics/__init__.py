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
from buzzline.econometrics.conley import conley, driscoll_kraay
from buzzline.econometrics.eligibility import EligibilityEffect, eligibility_effect
from buzzline.econometrics.fitted import Fitted
from buzzline.econometrics.forward_deviations import forward_deviations
from buzzline.econometrics.gravity import InvestmentGravity, investment_gravity
from buzzline.econometrics.income import IncomeLadder, income_ladder
from buzzline.econometrics.inverted_u import TwoLines, UTest, two_lines, u_test
from buzzline.econometrics.location_choice import LocationChoice, location_choice
from buzzline.econometrics.mixed_logit import MixedFit, fit_mixed
from buzzline.econometrics.mrqap import Mrqap, mrqap
from buzzline.econometrics.mutual_stimulation import MutualStimulation, mutual_stimulation
from buzzline.econometrics.panel import Panel, PanelFit, fit_panel
from buzzline.econometrics.policy_effect import PolicyEffect, policy_effect
from buzzline.econometrics.policy_spillovers import PolicySpillovers, policy_spillovers
from buzzline.econometrics.quantile_effects import QuantileEffects, quantile_effects
from buzzline.econometrics.region_lag import RegionLag, fit_region_lag, nearest_weights
from buzzline.econometrics.region_years import RegionFit, RegionYears, fit_regions
from buzzline.econometrics.regression import fit_linear, fit_poisson
from buzzline.econometrics.shift_share_iv import Pushes, ShiftShare, shift_share_iv
from buzzline.econometrics.spatial import (
    SpatialTests,
    inverse_distance,
    moran,
    moran_test,
    nearest_neighbours,
    spatial_tests,
)
from buzzline.econometrics.spatial_models import SpatialModel, spatial_model
from buzzline.econometrics.synthetic_control import SyntheticControl, synthetic_control
from buzzline.econometrics.tie_formation import TieFormation, tie_formation
from buzzline.econometrics.value_by_distance import ValueByDistance, value_by_distance
from buzzline.econometrics.wild_bootstrap import WildBootstrap, wild_bootstrap

__all__ = [
    "BestDistance",
    "ChoiceFit",
    "Choices",
    "EligibilityEffect",
    "Fitted",
    "IncomeLadder",
    "InvestmentGravity",
    "LocationChoice",
    "MixedFit",
    "Mrqap",
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
    "SpatialModel",
    "SpatialTests",
    "SyntheticControl",
    "TieFormation",
    "TwoLines",
    "UTest",
    "ValueByDistance",
    "WildBootstrap",
    "best_distance",
    "choice_probabilities",
    "choices_of",
    "conley",
    "destination_errors",
    "driscoll_kraay",
    "eligibility_effect",
    "fit_choices",
    "fit_linear",
    "fit_mixed",
    "fit_panel",
    "fit_poisson",
    "fit_region_lag",
    "fit_regions",
    "forward_deviations",
    "hausman_mcfadden",
    "iia_test",
    "income_ladder",
    "inverse_distance",
    "investment_gravity",
    "location_choice",
    "moran",
    "moran_test",
    "mrqap",
    "mutual_stimulation",
    "nearest_neighbours",
    "nearest_weights",
    "policy_effect",
    "policy_spillovers",
    "quantile_effects",
    "sampled_alternatives",
    "shift_share_iv",
    "spatial_model",
    "spatial_tests",
    "synthetic_control",
    "tie_formation",
    "two_lines",
    "u_test",
    "value_by_distance",
    "wild_bootstrap",
]
