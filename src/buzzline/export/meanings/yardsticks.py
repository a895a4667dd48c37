"""Tables of ties against gravity, better peers and a target, side by side."""

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
    "yardsticks": "Ties of each cluster at each scale against every yardstick.",
    "yardsticks_performance": "How well each cluster does, by which peers are chosen.",
}

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "yardsticks": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("layer", "", "Kind of tie."),
        ("scale", "", "Local, regional, national or global."),
        ("yardstick", "", "Gravity (G0, G1, G2), clusters that do better, or a target."),
        ("share", "share", "Of the ties of the cluster."),
        ("expected_share", "share", "What the yardstick gives."),
        ("log_ratio", "nats", "ln((observed + 1/2) / (expected + 1/2)); 0.69 is double."),
        ("low", "nats", "Lower end of the interval of `log_ratio`."),
        ("high", "nats", "Upper end of the interval of `log_ratio`."),
        LEVEL, P, Q,
        ("n", "ties", "Ties of the cluster in the layer."),
        ("n_needed", "ties", "Ties that would show a halving; empty when no number would."),
        ("n_peers", "clusters", "Clusters that the yardstick is the mean of."),
        ("verdict", "", "Missing, excess, as expected, or not enough links."),
        REASON,
    ),
    "yardsticks_performance": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("n_members", "organisations", "Members of the cluster."),
        ("indicator", "", "Which outcome."),
        ("value", "see indicator", "Last value of the cluster, else the mean of its members."),
        ("n_values", "values", "Values behind it."),
        ("rank", "share", "Clusters of the industry that do no better."),
    ),
}  # fmt: skip
