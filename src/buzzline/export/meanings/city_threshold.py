"""Tables of the number of clusters of one industry by the size of the city."""

from __future__ import annotations

from buzzline.export.meanings.columns import STATUS, Meaning

TABLE_MEANING: dict[str, str] = {
    "city_threshold": "How many clusters of one industry each city holds, by its size.",
    "city_threshold_left_out": "The threshold without each of the largest cities.",
}

_CITY: tuple[Meaning, ...] = (
    ("city", "", "Region, else city, with its country."),
    ("size", "jobs or organisations", "Of the city, in the study."),
    ("n_clusters", "clusters", "Most of one industry."),
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "city_threshold": (
        *_CITY,
        ("industry", "", "Industry with most clusters there."),
        ("n_industries", "industries", "With a cluster there."),
        ("is_above", "", "Larger than the threshold."),
    ),
    "city_threshold_left_out": (
        *_CITY,
        ("value", "jobs or organisations", "Threshold without this city."),
        ("ratio", "ratio", "Further clusters above it to those a smooth rise gives."),
        ("p", "probability", "Of as clear a threshold by chance."),
        STATUS,
    ),
}
