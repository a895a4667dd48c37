"""Tables of ties at each scale, and of ties against what chance would give."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    CLUSTER_ID,
    INDUSTRY,
    LABEL,
    LEVEL,
    STATUS,
    Meaning,
    P,
    Q,
)

TABLE_MEANING: dict[str, str] = {
    "scale_profile": "Ties at each scale, a layer at a time.",
    "scale_balance": "Observed against expected ties of each cluster at each scale.",
    "model_fits": "How the models behind the expected ties were fitted.",
    "model_coefficients": "What distance and borders do to the expected ties, in each model.",
    "balance_power": "How many ties each comparison would need, and how many there are.",
    "urban_rural_ties": "Local and regional ties between cities, towns and the country.",
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
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER, _MODEL, _SCALE,
        ("observed", "ties", "Tie ends of the cluster at the scale; or their weight."),
        ("expected", "ties", "What the model would give of as many."),
        ("share", "share", "Observed, of all ties of the cluster."),
        ("expected_share", "share", "Expected, of all ties of the cluster."),
        ("log_ratio", "nats", "ln((observed + 1/2) / (expected + 1/2)); 0.69 is double."),
        ("low", "nats", "Lower end of the interval of `log_ratio`."),
        ("high", "nats", "Upper end of the interval of `log_ratio`."),
        LEVEL, P, Q,
        ("n", "ties", "Ties of the cluster in the layer."),
        (
            "n_needed", "ties",
            "Ties that would show a halving, of odds above an expected share of one half; "
            "empty when no number would.",
        ),
        ("verdict", "", "Missing, excess, as expected, or not enough links."),
        ("verdict_smaller", "", "The verdict with cut-offs a third smaller."),
        ("verdict_larger", "", "The verdict with cut-offs a third larger."),
        ("is_stable", "", "True when the three verdicts agree."),
        ("reason", "", "Why there are not enough links."),
        (
            "log_odds", "nats",
            "Where more than half is expected: ln of the odds against all other scales, over "
            "those expected.",
        ),
        ("odds_low", "nats", "Lower end of the interval of `log_odds`."),
        ("odds_high", "nats", "Upper end of the interval of `log_odds`."),
    ),
    "model_fits": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER, _MODEL,
        ("n", "ties", "Ties of the cluster in the layer."),
        ("unit", "", "What ties are counted in, or their weights."),
        ("n_equal", "ties", "Ties of one weight they are worth, 1 / sum of squared shares."),
        ("n_effective", "ties", "Independent ties they are worth."),
        ("top_share", "share", "Share of the ties that the busiest member holds."),
        ("inner_share", "share", "Share of the tie ends whose other end is a member, too."),
        ("distance_elasticity", "ratio", "Per cent more ties for one per cent more distance."),
        ("elasticity_low", "ratio", "Lower end of its interval."),
        ("elasticity_high", "ratio", "Upper end of its interval."),
        ("border", "nats", "Log factor of crossing a country border."),
        ("dispersion", "ratio", "Variance of ties over their mean; 1 is Poisson."),
        ("design_effect", "ratio", "Ties that say what one independent tie would."),
        ("g2", "nats", "Distance between observed and expected, over the four scales."),
        ("p", "probability", "How often ties drawn from the model lie as far away."),
        ("kl", "nats", "Divergence of observed from expected shares, a tie."),
        ("js", "bits", "The same, symmetric, between 0 and 1."),
        ("n_separated", "pairs", "Pairs of zones that no finite fit gives a tie; left out."),
        STATUS,
    ),
    "model_coefficients": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER, _MODEL,
        ("covariate", "", "Distance, border, region, language or relatedness."),
        ("value", "nats", "Change of ln ties for ln distance, a border, a deviation."),
        ("low", "nats", "Lower end of its interval."),
        ("high", "nats", "Upper end of its interval."),
        LEVEL,
        ("reason", "", "Why the model does without it."),
    ),
    "balance_power": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER, _MODEL, _SCALE,
        ("expected_share", "share", "Expected, of all ties of the cluster."),
        ("n", "ties", "Ties there are."),
        ("n_effective", "ties", "Independent ties they are worth."),
        ("n_halving", "ties", "Ties that would show a halving; empty when no number would."),
        ("n_doubling", "ties", "Ties that would show a doubling; empty when no number would."),
        ("answer", "", "What the ties there are would show with a power of 0.8."),
    ),
    "urban_rural_ties": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER, _SCALE,
        ("n", "ties", "Tie ends with the degree of urbanisation of both places known."),
        ("observed", "ties", "Of these, between places of another degree."),
        ("share", "share", "Observed, of those known."),
        ("expected_share", "share", "What size and distance would give."),
        ("log_ratio", "nats", "ln((observed + 1/2) / (expected + 1/2)); 0.69 is double."),
        ("low", "nats", "Lower end of the interval of `log_ratio`."),
        ("high", "nats", "Upper end of the interval of `log_ratio`."),
        LEVEL,
        ("n_needed", "ties", "Tie ends that would show a halving."),
        ("verdict", "", "Missing, excess, as expected, or not enough links."),
    ),
    "not_tested": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER,
        ("reason", "", "Why observed and expected ties were not compared."),
    ),
}  # fmt: skip
