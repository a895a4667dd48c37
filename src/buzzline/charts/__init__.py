"""What does a result look like? chart(result): one verb, a specification as data."""

# Importing a family registers its charts with `chart`.
from buzzline.charts import profile, quality, verdicts
from buzzline.charts.balance import balance_chart
from buzzline.charts.clusters import candidates_chart
from buzzline.charts.drawing import chart
from buzzline.charts.gallery import gallery, save_charts
from buzzline.charts.spec import Spec

FAMILIES = (profile, quality, verdicts)

__all__ = ["Spec", "balance_chart", "candidates_chart", "chart", "gallery", "save_charts"]
