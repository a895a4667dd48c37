"""Tables of the choice of places."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, Meaning

TABLE_MEANING: dict[str, str] = {
    "location_choice": "What makes a place likelier to be chosen for a deal, all else equal.",
    "location_choice_models": "The models behind it, and whether their assumptions hold.",
    "location_choice_left_out": "Deals that were set aside, and why.",
}

_MODEL: Meaning = (
    "model", "", "By industry: each industry held to itself; pooled: industries mixed.",
)  # fmt: skip

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "location_choice": (
        _MODEL,
        ("term", "", "What differs between places, or between deals and places."),
        ("industry", "", "Industry whose pull of similar clusters it is."),
        ("measured_by", "", "What is held against what, and its unit."),
        ("verdict", "", "Likelier, less likely, cannot tell, or not testable."),
        ("value", "log odds", "That a place is chosen, for one unit, all else equal."),
        ("low", "log odds", "Lower end of the interval of `value`."),
        ("high", "log odds", "Upper end of the interval of `value`."),
        LEVEL,
        ("odds", "ratio", "The same as a ratio of odds."),
        ("se", "log odds", "Error; deals of one group and of one place share luck."),
        ("p", "probability", "Of a value as far from 0, were there none."),
        ("n", "deals", "Deals of which all is known."),
        ("n_groups", "groups", "Ultimate owners behind them."),
        ("worth", "count", "Equal groups that these groups are worth."),
        ("n_needed", "deals", "Such deals that would show odds twice as high."),
        ("reason", "", "Why nothing can be said."),
    ),
    "location_choice_models": (
        _MODEL,
        ("n", "deals", "Deals of which all is known."),
        ("n_groups", "groups", "Ultimate owners behind them."),
        ("n_places", "places", "Among which was chosen."),
        ("alternatives", "places", "A deal was held against, mean."),
        ("log_likelihood", "log", "How likely the choices are, at the effects found."),
        ("explained", "share", "Of the log likelihood without effects (McFadden)."),
        ("p_iia", "probability", "Of such a change, were odds independent of other places."),
        ("shift_iia", "log odds", "Change without the country most deals go to."),
        ("p_alike", "probability", "Of such a gain in likelihood, were all groups alike."),
        ("reason", "", "How errors were made, or why the model was not."),
        ("reason_iia", "", "Why independence was not tested."),
    ),
    "location_choice_left_out": (
        ("reason", "", "Why deals were set aside."),
        ("n", "deals", "How many."),
    ),
}
