"""Tables of policy evaluation."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, REASON, STATUS, Meaning

TABLE_MEANING: dict[str, str] = {
    "policy_effect": "What an initiative changed for those it reached.",
    "policy_effect_event_study": "The same by years since it began, and before.",
    "policy_effect_by_cohort": "The same by first year treated and year.",
    "policy_effect_checks": "Whether both moved alike before, and what other counts would say.",
    "policy_effect_left_out": "Units that were not used.",
}

_OUTCOME = "as the outcome"
_VALUE: Meaning = ("value", _OUTCOME, "Effect: how much more the treated changed than others.")
_LOW: Meaning = ("low", _OUTCOME, "Lower end of its interval.")
_HIGH: Meaning = ("high", _OUTCOME, "Upper end of its interval.")
_SE: Meaning = ("se", _OUTCOME, "Standard error, by group.")
_P: Meaning = ("p", "probability", "Of a value as far from 0 without any effect.")
_SINCE: Meaning = ("since", "years", "Years since the first treated one; below 0: before.")
_N_TREATED: Meaning = ("n_treated", "units", "Treated units.")
_N_OTHERS: Meaning = ("n_others", "units", "Others they are held against; at most in any year.")
_DETECTABLE: Meaning = (
    "detectable", _OUTCOME, "Effect that would be told from 0 with probability 0.8.",
)  # fmt: skip
_WITHIN: Meaning = ("within", _OUTCOME, "The effect is surely smaller than this, either way.")
_VERDICT: Meaning = (
    "verdict", "", "Raised, lowered, no effect that matters, cannot tell, or not testable.",
)  # fmt: skip
_LEFT_OUT: tuple[Meaning, ...] = (REASON, ("n", "units", "How many."))

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "policy_effect": (
        ("term", "", "The average effect, or that on those first treated in one year."),
        _VALUE, _LOW, _HIGH, LEVEL, _SE, _P, _N_TREATED, _N_OTHERS,
        ("n_groups", "groups", "Groups with treated units; errors are by group."),
        ("n_other_groups", "groups", "Groups without."),
        _DETECTABLE, _WITHIN,
        ("smallest", _OUTCOME, "Smallest effect that matters."),
        ("n_needed", "units", "Treated units that would show it with probability 0.8."),
        _VERDICT, STATUS,
    ),
    "policy_effect_event_study": (
        _SINCE, _VALUE, _LOW, _HIGH, LEVEL,
        ("band_low", _OUTCOME, "Lower end of the band that holds for all years together."),
        ("band_high", _OUTCOME, "Upper end of that band."),
        _SE, _N_TREATED, ("n_groups", "groups", "Groups with treated units."), STATUS,
    ),
    "policy_effect_by_cohort": (
        ("cohort", "years", "Year in which these were first treated."),
        ("year", "years", "Year of the outcome."),
        _SINCE, _VALUE, _LOW, _HIGH, LEVEL, _N_TREATED, _N_OTHERS,
        ("method", "", "Means, regression of the outcome, or doubly robust."),
    ),
    "policy_effect_checks": (
        ("check", "", "What was tried."),
        ("value", _OUTCOME, "Effect so counted; of years before: the trend a year that shows."),
        _LOW, _HIGH, LEVEL, _P, ("said", "", "What it says, in words."),
    ),
    "policy_effect_left_out": _LEFT_OUT,
}  # fmt: skip
