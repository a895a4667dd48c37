"""What does a result look like? chart(result): one verb, a specification as data."""

from buzzline.charts.balance import balance_chart
from buzzline.charts.clusters import candidates_chart, strongest_chart
from buzzline.charts.drawing import chart
from buzzline.charts.gallery import gallery, save_charts
from buzzline.charts.profile import profile_chart
from buzzline.charts.quality import quality_chart
from buzzline.charts.spec import Spec
from buzzline.charts.verdicts import verdict_matrix

__all__ = [
    "Spec",
    "balance_chart",
    "candidates_chart",
    "chart",
    "gallery",
    "profile_chart",
    "quality_chart",
    "save_charts",
    "strongest_chart",
    "verdict_matrix",
]
