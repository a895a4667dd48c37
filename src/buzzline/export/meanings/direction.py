"""Tables of the direction of investment: horizontal, vertical, functional."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    CLUSTER_ID,
    INDUSTRY,
    LABEL,
    LEVEL,
    REASON,
    STATUS,
    Meaning,
    Q,
)

TABLE_MEANING: dict[str, str] = {
    "investment_direction": "The share of deals in the buyer's own industry, digit by digit.",
    "investment_direction_kinds": "Horizontal, up the chain, down the chain, or neither.",
    "investment_direction_splits": "The share in the own industry by mode, borders and others.",
    "investment_direction_functions": "How often what is bought does what its buyer does not.",
    "investment_direction_clusters": "How often deals reach other clusters of the industry.",
    "investment_direction_left_out": "Deals whose direction is not told, with the reason.",
}

_DIGITS: Meaning = ("digits", "digits", "Digits compared; empty where industries are names.")
_N: Meaning = ("n", "deals", "Deals behind `value`.")
_N_GROUPS: Meaning = ("n_groups", "groups", "Groups that made them.")
_ENDS: tuple[Meaning, ...] = (
    ("low", "share", "Lower end of the interval of `value`, over groups and targets."),
    ("high", "share", "Upper end of the interval of `value`."),
    LEVEL,
)


def _share(meaning: str) -> tuple[Meaning, ...]:
    return (
        ("value", "share", meaning),
        *_ENDS,
        ("expected", "share", "The same when buyers change hands at random, on average."),
        ("expected_low", "share", "Lower end of what random matchings give."),
        ("expected_high", "share", "Upper end of what random matchings give."),
        ("p", "probability", "How often random matching gives as much; one-sided."),
        Q,
        _N,
        _N_GROUPS,
        ("needed", "deals", "Deals that would tell `value` from `expected` (power 80 %)."),
        STATUS,
    )


_HORIZONTAL = "Share of deals in the buyer's own industry."

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "investment_direction": (
        _DIGITS,
        ("rule", "", "What counts as the buyer's own industry."),
        *_share(_HORIZONTAL),
        ("within_expected", "share", "Expected with buyers of the same coarser industry."),
        ("within_low", "share", "Lower end of what such matchings give."),
        ("within_high", "share", "Upper end of what such matchings give."),
        ("within_p", "probability", "How often such matchings give as much; one-sided."),
        ("two_digits", "share", "Share in the own industry at two digits of the same deals."),
        ("n_unknown", "deals", "Deals whose codes do not reach so many digits."),
    ),
    "investment_direction_kinds": (
        _DIGITS,
        ("kind", "", "Horizontal, vertical (up, down, both), neither, or not told by flows."),
        *_share("Share of the deals that flows between industries cover."),
    ),
    "investment_direction_splits": (
        ("by", "", "What deals are split by."),
        ("which", "", "Which of them."),
        _DIGITS,
        *_share(_HORIZONTAL),
    ),
    "investment_direction_functions": (
        ("function", "", "What is done by what is bought; `all`: any."),
        ("value", "share", "Share, within one industry, whose buyer does not do that itself."),
        *_ENDS,
        _N,
        _N_GROUPS,
        ("n_unknown", "deals", "Deals in one industry whose functions are not known."),
        STATUS,
    ),
    "investment_direction_clusters": (
        CLUSTER_ID,
        LABEL,
        INDUSTRY,
        *(
            ("expected", "share", "The same of buyers of its country and industry at random.")
            if meaning[0] == "expected"
            else meaning
            for meaning in _share(
                "Share of the deals that leave it landing in another cluster of its industry."
            )
        ),
    ),
    "investment_direction_left_out": (REASON, ("n", "deals", "How many.")),
}
