"""What goes with what?"""

from buzzline.econometrics.best_distance import BestDistance, best_distance
from buzzline.econometrics.forward_deviations import forward_deviations
from buzzline.econometrics.inverted_u import TwoLines, UTest, two_lines, u_test
from buzzline.econometrics.mutual_stimulation import MutualStimulation, mutual_stimulation
from buzzline.econometrics.panel import Panel, PanelFit, fit_panel
from buzzline.econometrics.tie_formation import TieFormation, tie_formation
from buzzline.econometrics.value_by_distance import ValueByDistance, value_by_distance

__all__ = [
    "BestDistance",
    "MutualStimulation",
    "Panel",
    "PanelFit",
    "TieFormation",
    "TwoLines",
    "UTest",
    "ValueByDistance",
    "best_distance",
    "fit_panel",
    "forward_deviations",
    "mutual_stimulation",
    "tie_formation",
    "two_lines",
    "u_test",
    "value_by_distance",
]
