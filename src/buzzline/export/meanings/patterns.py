"""Tables of patterns of missing links, and of the signs behind them."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, INDUSTRY, LABEL, LEVEL, REASON, Meaning

TABLE_MEANING: dict[str, str] = {
    "missing_link_patterns": "How likely each pattern is, by cluster and layer.",
    "missing_link_patterns_signs": "The signs behind patterns, each with its error.",
    "missing_link_patterns_untested": "Clusters without ties enough for a pattern.",
}

_LAYER: Meaning = ("layer", "", "Kind of tie; empty where a sign is of the whole cluster.")
_MODEL: Meaning = (
    "model", "",
    "What is expected from: G0 size; G1 size and distance; G2 size, distance and borders.",
)  # fmt: skip

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "missing_link_patterns": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER, _MODEL,
        ("pattern", "", "Pattern; none of these; or cannot be told for signs not known."),
        ("probability", "share", "Draws of the signs, within their errors, that make it."),
        ("possible", "share", "The same, were signs that are not known as it needs them."),
        ("n", "ties", "Ties of the cluster in the layer."),
        ("settled_by", "", "What data would tell whether it holds."),
        ("case", "", "Case it is named after; disputed cases are claims, not labels."),
        ("reading", "", "What the signs would mean."),
        ("levers", "", "What is tried first, in this order."),
    ),
    "missing_link_patterns_signs": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER, _MODEL,
        ("sign", "", "What was measured."),
        ("value", "see sign", "Log ratio (scales, activity, inter-city ties), share or years."),
        ("low", "see sign", "Lower end of its interval."),
        ("high", "see sign", "Upper end of its interval."),
        LEVEL,
        ("n", "observations", "Ties, organisations or owners it is measured from."),
        ("yardstick", "see sign", "What it is held against."),
        ("finding", "", "Above, below, as expected, open (the interval holds both), or ?."),
        ("org_id", "", "Whom it is about: the owner most global ties hang on, or who leads."),
        REASON,
    ),
    "missing_link_patterns_untested": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER, REASON,
    ),
}  # fmt: skip
