"""Tables of policy evaluation."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, REASON, STATUS, Meaning, Q

TABLE_MEANING: dict[str, str] = {
    "policy_effect": "What an initiative changed for those it reached.",
    "policy_effect_event_study": "The same by years since it began, and before.",
    "policy_effect_by_cohort": "The same by first year treated and year.",
    "policy_effect_checks": "Whether both moved alike before, and what other counts would say.",
    "policy_effect_left_out": "Units that were not used.",
    "synthetic_control": "What treated units would have been, by others that moved alike.",
    "synthetic_control_paths": "The same year by year.",
    "synthetic_control_weights": "How much each other counts, and what it shows as a placebo.",
    "synthetic_control_left_out": "Units that were not used.",
    "policy_spillovers": "What an initiative did to the treated, and to others near and tied.",
    "policy_spillovers_exposures": "The same by exposure, weighted by its probability.",
    "policy_spillovers_left_out": "Units that were not used.",
    "eligibility_effect": "How far eligible and other units are apart at the cutoff.",
    "eligibility_effect_curve": "The local curves on both sides.",
    "eligibility_effect_left_out": "Units that were not used.",
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
_SMALLEST: Meaning = ("smallest", _OUTCOME, "Smallest effect that matters.")
_UNIT_ID: Meaning = ("unit_id", "", "Treated place, declared cluster or organisation.")
_LEFT_OUT: tuple[Meaning, ...] = (REASON, ("n", "units", "How many."))

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "policy_effect": (
        ("term", "", "The average effect, or that on those first treated in one year."),
        _VALUE, _LOW, _HIGH, LEVEL, _SE, _P, _N_TREATED, _N_OTHERS,
        ("n_groups", "groups", "Groups with treated units; errors are by group."),
        ("n_other_groups", "groups", "Groups without."),
        _DETECTABLE, _WITHIN,
        _SMALLEST,
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
    "synthetic_control": (
        _UNIT_ID, ("name", "", "Name of the unit, or all together."),
        ("first_year", "years", "First year treated."),
        ("value", _OUTCOME, "Mean of observed less synthetic in the years treated."),
        _LOW, _HIGH, LEVEL,
        ("p", "probability", "Rank of the gap among others treated as if."), Q,
        ("ratio", "ratio", "Gap after to gap before (root mean squares)."),
        ("fit", _OUTCOME, "By how much years before are missed when left out."),
        ("fit_others", _OUTCOME, "The same of others, at the middle."),
        ("without_low", _OUTCOME, "Smallest effect without any one of the others used."),
        ("without_high", _OUTCOME, "Largest such effect."),
        _DETECTABLE, _WITHIN, _SMALLEST,
        ("n_before", "years", "Years before."), ("n_after", "years", "Years treated."),
        ("n_others", "units", "Others that could have weight; each is also a placebo."),
        ("n_used", "units", "Others with a weight of 0.01 or more."),
        ("method", "", "Weights, or weights moved by ridge regression."), _VERDICT, STATUS,
    ),
    "synthetic_control_paths": (
        _UNIT_ID, ("year", "years", "Year of the outcome."),
        ("observed", _OUTCOME, "As it was."), ("synthetic", _OUTCOME, "Mean of others."),
        ("value", _OUTCOME, "Observed less synthetic."),
        ("low", _OUTCOME, "Lower end of where placebos would lie around the synthetic one."),
        ("high", _OUTCOME, "Upper end."), LEVEL,
        ("is_treated", "", "Whether it is treated in that year."),
    ),
    "synthetic_control_weights": (
        _UNIT_ID, ("other", "", "Identifier of the other."), ("name", "", "Its name."),
        ("weight", "share", "Its weight; they sum to 1."),
        ("placebo_value", _OUTCOME, "Effect it shows when treated as if it had been the one."),
        ("placebo_fit", _OUTCOME, "By how much its years before are missed when left out."),
    ),
    "synthetic_control_left_out": _LEFT_OUT,
    "policy_spillovers": (
        ("term", "", "On whom."),
        ("from_km", "km", "Inner edge of the ring."), ("to_km", "km", "Outer edge."),
        _VALUE, _LOW, _HIGH, LEVEL, _SE, _P, _DETECTABLE, _WITHIN, _SMALLEST,
        ("n", "units", "How many of them."),
        ("n_groups", "groups", "Groups left out in turn for the error."), _VERDICT, STATUS,
    ),
    "policy_spillovers_exposures": (
        ("exposure", "", "Treated or not, tied to a treated one or not."),
        ("value", _OUTCOME, "Change against those neither treated nor tied."),
        _LOW, _HIGH, LEVEL, _P,
        ("mean", _OUTCOME, "Mean change, held equal by the probability of the exposure."),
        ("horvitz_thompson", _OUTCOME, "The value without dividing by the sum of weights."),
        ("probability", "share", "Mean probability of the exposure by lot."),
        ("n", "units", "So exposed."), STATUS,
    ),
    "policy_spillovers_left_out": _LEFT_OUT,
    "eligibility_effect": (
        ("term", "", "Where: at the cutoff, or where there should be no jump."),
        ("value", _OUTCOME, "How much higher the eligible side is."),
        _LOW, _HIGH, LEVEL, _SE, _P, ("linear", _OUTCOME, "The same by straight lines."),
        _DETECTABLE, _WITHIN, _SMALLEST,
        ("width", "as the indicator", "How far from the cutoff units count."),
        ("n_eligible", "units", "Eligible units within the width."),
        ("n_others", "units", "Others within it."),
        ("n_groups", "groups", "Groups left out in turn for the error."), _VERDICT, STATUS,
    ),
    "eligibility_effect_curve": (
        ("running", "as the indicator", "What eligibility went by."),
        ("value", _OUTCOME, "Height of the local curve."), _LOW, _HIGH, LEVEL,
    ),
    "eligibility_effect_left_out": _LEFT_OUT,
}  # fmt: skip
