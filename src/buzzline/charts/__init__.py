"""What does a result look like? chart(result): one verb, a specification as data."""

# Importing a family registers its charts with `chart`.
from buzzline.charts import (
    against_chance,
    city_threshold,
    cluster_agreement,
    colocated,
    colocated_parts,
    complexity,
    concentration,
    declared_clusters,
    delineation,
    density,
    diagnosis,
    dimensions,
    distinctness,
    entry,
    flows,
    hot_spots,
    industrial_districts,
    inequality,
    kdensity,
    labour_market_areas,
    lifecycle,
    membership,
    merges,
    patterns,
    profile,
    quality,
    regional_mix,
    relative,
    separation,
    specialisation,
    stability,
    verdicts,
)
from buzzline.charts.balance import balance_chart
from buzzline.charts.clusters import candidates_chart
from buzzline.charts.drawing import chart, charts_of, further_charts
from buzzline.charts.gallery import gallery, save_charts
from buzzline.charts.industry_groups import definitions_chart
from buzzline.charts.relatedness import industry_space_chart
from buzzline.charts.spec import Spec

FAMILIES = (
    against_chance,
    city_threshold,
    cluster_agreement,
    colocated,
    colocated_parts,
    complexity,
    concentration,
    declared_clusters,
    delineation,
    density,
    diagnosis,
    dimensions,
    distinctness,
    entry,
    flows,
    hot_spots,
    industrial_districts,
    inequality,
    kdensity,
    labour_market_areas,
    lifecycle,
    membership,
    merges,
    patterns,
    profile,
    quality,
    relative,
    regional_mix,
    separation,
    specialisation,
    stability,
    verdicts,
)

__all__ = [
    "Spec",
    "balance_chart",
    "candidates_chart",
    "chart",
    "charts_of",
    "definitions_chart",
    "further_charts",
    "gallery",
    "industry_space_chart",
    "save_charts",
]
