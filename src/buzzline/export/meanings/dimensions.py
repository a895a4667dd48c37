"""Tables of the five dimensions of clusters, and of what trades off against what."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    CLUSTER_ID,
    INDUSTRY,
    LABEL,
    LEVEL,
    REASON,
    Meaning,
    P,
    Q,
)

TABLE_MEANING: dict[str, str] = {
    "district_types": "How likely each type of industrial district is, by cluster.",
    "district_types_signs": "The shares by which types of districts are told apart.",
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
    "district_types": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("district", "", "Type of district; none of these; or cannot be told."),
        ("probability", "share", "Draws of the signs, within their errors, that make it."),
        ("possible", "share", "The same, were signs that are not known as it needs them."),
        ("n_members", "organisations", "Members of the cluster."),
        ("settled_by", "", "Signs that are not known and would tell."),
        ("case", "", "Case it is named after."),
        ("reading", "", "What the signs would mean."),
        ("levers", "", "What is tried first."),
    ),
    "district_types_signs": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("sign", "", "What was measured."),
        ("value", "share", "Its value."),
        ("low", "share", "Lower end of its interval."),
        ("high", "share", "Upper end of its interval."),
        LEVEL,
        ("n", "observations", "Members, ties or moves it is measured from."),
        ("yardstick", "share", "From where on it counts."),
        ("finding", "", "Above, below, open (the interval holds both), or ?."),
        REASON,
    ),
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
