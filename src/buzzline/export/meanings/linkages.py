"""Tables of ties at each scale, and of ties against what chance would give."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, LABEL, LEVEL, STATUS, Meaning

TABLE_MEANING: dict[str, str] = {
    "scale_profile": "Ties at each scale, a layer at a time.",
    "scale_balance": "Observed against expected ties of each cluster at each scale.",
    "model_fits": "How the models behind the expected ties were fitted.",
    "not_tested": "Clusters whose ties were not compared, and why.",
}

_LAYER = ("layer", "", "Kind of tie.")
_MODEL = (
    "model", "",
    "What is expected from: G0 size; G1 size and distance; G2 size, distance and borders.",
)  # fmt: skip
_SCALE = (
    "scale",
    "",
    "Local, regional, national or global; unknown when an end is not placed.",
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "scale_profile": (
        _LAYER, _SCALE,
        ("n", "ties", "Ties of the layer at the scale."),
        ("share", "share", "Of the layer's ties with a known scale."),
        ("low", "share", "Lower end of the interval of `share`."),
        ("high", "share", "Upper end of the interval of `share`."),
        LEVEL,
        ("n_known", "ties", "Ties of the layer with a known scale."),
    ),
    "scale_balance": (
        CLUSTER_ID, LABEL, _LAYER, _MODEL, _SCALE,
        ("observed", "ties", "Ties of the cluster at the scale."),
        ("expected", "ties", "Ties the model would give."),
        ("share", "share", "Observed, of all ties of the cluster."),
        ("expected_share", "share", "Expected, of all ties of the cluster."),
        ("log_ratio", "nats", "ln((observed + 1/2) / (expected + 1/2)); 0.69 is double."),
        ("low", "nats", "Lower end of the interval of `log_ratio`."),
        ("high", "nats", "Upper end of the interval of `log_ratio`."),
        LEVEL,
        ("n", "ties", "Ties of the cluster in the layer."),
        ("n_needed", "ties", "Ties that would show a halving; empty when no number would."),
        ("verdict", "", "Missing, excess, as expected, or not enough links."),
        ("verdict_smaller", "", "The verdict with cut-offs a third smaller."),
        ("verdict_larger", "", "The verdict with cut-offs a third larger."),
        ("is_stable", "", "True when the three verdicts agree."),
    ),
    "model_fits": (
        CLUSTER_ID, LABEL, _LAYER, _MODEL,
        ("n", "ties", "Ties of the cluster in the layer."),
        ("distance_elasticity", "ratio", "Per cent more ties for one per cent more distance."),
        ("elasticity_low", "ratio", "Lower end of its interval."),
        ("elasticity_high", "ratio", "Upper end of its interval."),
        ("border", "nats", "Log factor of crossing a country border."),
        ("dispersion", "ratio", "Variance of ties over their mean; 1 is Poisson."),
        ("g2", "nats", "Distance between observed and expected, over the four scales."),
        ("p", "probability", "How often ties drawn from the model lie as far away."),
        ("kl", "nats", "Divergence of observed from expected shares, a tie."),
        ("js", "bits", "The same, symmetric, between 0 and 1."),
        STATUS,
    ),
    "not_tested": (
        CLUSTER_ID, LABEL, _LAYER,
        ("reason", "", "Why observed and expected ties were not compared."),
    ),
}  # fmt: skip
