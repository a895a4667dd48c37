"""Tables of what goes with deals between places."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, Meaning

TABLE_MEANING: dict[str, str] = {
    "investment_gravity": "What goes with deals between places, in three gravity models.",
    "investment_gravity_by_error": "The same, by which deals may share luck.",
}

_WHICH: tuple[Meaning, ...] = (
    ("specification", "", "Sizes of both places; effects of both; three sets of effects."),
    ("term", "", "What lies between two places, or stands in them."),
)
_LOW: Meaning = ("low", "log points", "Lower end of the interval of `value`.")
_HIGH: Meaning = ("high", "log points", "Upper end of the interval of `value`.")
_P: Meaning = ("p", "probability", "Two-sided, against no difference.")
_SE: Meaning = ("se", "log points", "Standard error.")
_DEALS: Meaning = ("n_deals", "deals", "In the cells of the model.")

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "investment_gravity": (
        *_WHICH,
        ("times", "ratio", "How many times as many deals go with the change in `unit`."),
        ("times_low", "ratio", "Lower end of its interval."),
        ("times_high", "ratio", "Upper end of its interval."),
        ("unit", "", "The change that `times` is for."),
        ("value", "log points", "Coefficient; of logs an elasticity."),
        _LOW, _HIGH, LEVEL, _P, _SE,
        ("errors", "", "What deals may share in the interval: the wider of two is told."),
        ("n", "cells", "Pairs of places, or of places by industry, in the model."),
        _DEALS,
        ("needed", "deals", "That would show twice as many, four times in five."),
        ("status", "", "Estimated, or why not."),
    ),
    "investment_gravity_by_error": (
        *_WHICH,
        ("errors", "", "What cells or deals may share."),
        _SE, _LOW, _HIGH, LEVEL, _P,
        ("degrees", "", "Degrees of freedom of t."),
        _DEALS,
        ("note", "", "What was done for small samples."),
    ),
}  # fmt: skip
