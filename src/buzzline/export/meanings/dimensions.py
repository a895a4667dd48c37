"""Tables of the five dimensions of clusters, and of what trades off against what."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, INDUSTRY, LABEL, LEVEL, Meaning, P, Q

TABLE_MEANING: dict[str, str] = {
    "five_dimensions": "Where each cluster stands on five dimensions, among other clusters.",
    "five_dimensions_indicators": "The indicators behind the dimensions, each with its error.",
    "five_dimensions_trade_offs": "Which dimensions go together, or against each other.",
    "five_dimensions_responses": "Performance over each dimension, as two lines.",
}

_DIMENSION: Meaning = (
    "dimension", "", "Horizontal, vertical, institutional, external or power.",
)  # fmt: skip
_STANDING: tuple[Meaning, ...] = (
    (
        "percentile",
        "share",
        "Share of the reference clusters it exceeds, errors of all taken in.",
    ),
    ("percentile_low", "share", "Lower end of its interval."),
    ("percentile_high", "share", "Upper end of its interval."),
    ("n_reference", "clusters", "Other clusters measured alike."),
    ("reference", "", "Clusters of the same industry, or all where these are too few."),
)
_N_CLUSTERS: Meaning = ("n", "clusters", "Clusters known on both.")
_STATUS: Meaning = ("status", "", "What can be said, or why nothing can.")

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "five_dimensions": (
        CLUSTER_ID, LABEL, INDUSTRY, _DIMENSION, *_STANDING, LEVEL,
        ("n_indicators", "indicators", "Indicators it is made of."),
        ("indicators", "", "Which."),
        _STATUS,
    ),
    "five_dimensions_indicators": (
        CLUSTER_ID, LABEL, INDUSTRY, _DIMENSION,
        ("indicator", "", "What was measured."),
        ("unit", "", "Unit of `value`."),
        ("value", "see unit", "Its value."),
        ("low", "see unit", "Lower end of its interval."),
        ("high", "see unit", "Upper end of its interval."),
        ("expected", "see unit", "What the null gives for a cluster of this size."),
        ("null", "", "What it is held against besides other clusters."),
        ("n", "observations", "What it is measured from."),
        *_STANDING, LEVEL,
        ("is_counted", "", "True when it counts for the dimension; else it is read beside."),
        _STATUS,
    ),
    "five_dimensions_trade_offs": (
        _DIMENSION,
        ("other", "", "The other dimension."),
        ("value", "correlation", "Over clusters, net of size, age and industry."),
        ("low", "correlation", "Lower end of its interval."),
        ("high", "correlation", "Upper end of its interval."),
        LEVEL, P, Q, _N_CLUSTERS, _STATUS,
    ),
    "five_dimensions_responses": (
        _DIMENSION,
        ("performance", "", "Indicator of `outcomes`, averaged over members."),
        ("break_at", "standard deviations", "Standing on the dimension at which lines meet."),
        ("before", "performance", "Slope before the break."),
        ("before_low", "performance", "Lower end of its interval."),
        ("before_high", "performance", "Upper end of its interval."),
        ("after", "performance", "Slope after it."),
        ("after_low", "performance", "Lower end of its interval."),
        ("after_high", "performance", "Upper end of its interval."),
        ("p", "probability", "The larger of the two, that there is no such slope."),
        LEVEL, _N_CLUSTERS,
        ("verdict", "", "Inverted U, no such shape, or not testable."),
        _STATUS,
    ),
}  # fmt: skip
