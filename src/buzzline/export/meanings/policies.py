"""Tables of policies compared by simulation, and of experiments."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, PLACE_ID, Meaning, Q

TABLE_MEANING: dict[str, str] = {
    "compare_policies": "What each policy changes, against the same runs without it.",
    "compare_policies_policies": "What each policy does, where, and what it costs.",
    "compare_policies_places": "What each policy changes in income of each place.",
    "experiment": "The contrasts that decide the question of an experiment.",
    "experiment_cases": "What each case of an experiment reaches.",
    "experiment_factors": "How cases differ in design.",
    "experiment_runs": "What each run of each case reaches.",
    "experiment_doubts": "Which disputed parameters decide whether a contrast matters at all.",
}

_UNIT: Meaning = ("unit", "", "Unit of the values.")
_POLICY: Meaning = ("policy", "", "Policy, as it was asked for.")
_TITLE: Meaning = ("title", "", "The same in words.")
_OUTCOME: Meaning = ("outcome", "", "What is looked at, at the end.")
_CASE: Meaning = ("case", "", "Case of the experiment.")
_CONTRAST: Meaning = ("contrast", "", "Comparison of cases, run by run.")
_VALUE: Meaning = ("value", "see unit", "Difference, mean over runs with the same luck.")
_LOW: Meaning = ("low", "see unit", "Lower end of its interval over runs (Student's t).")
_HIGH: Meaning = ("high", "see unit", "Upper end of that interval.")
_N: Meaning = ("n", "runs", "Runs in which both have a value.")
_P: Meaning = ("p", "probability", "Of a mean as far from 0 if nothing had changed.")
_RUN_LOW: Meaning = ("run_low", "see unit", "Lower end of what single runs give.")
_RUN_HIGH: Meaning = ("run_high", "see unit", "Upper end of what single runs give.")
_SAME: Meaning = ("same_sign", "share", "Runs whose difference has the sign of the mean.")
_MARGIN: Meaning = ("margin", "see unit", "Smaller differences do not matter.")
_WITHIN: Meaning = ("within", "share", "Runs whose difference is smaller than the margin.")
_FINDING: Meaning = (
    "finding", "",
    "Above or below 0; perhaps above, perhaps below (so, but q is too large); none (surely "
    "within the margin); exactly none; open; too few runs; too few for rare events; policy "
    "reaches everywhere.",
)  # fmt: skip
_STATUS: Meaning = ("status", "", "What was done, or why not.")
_DIFFERENCE = (_VALUE, _LOW, _HIGH, LEVEL, _N, _P, Q, _RUN_LOW, _RUN_HIGH, _SAME, _MARGIN,
               _WITHIN, _FINDING)  # fmt: skip

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "compare_policies": (
        _POLICY, _TITLE, _OUTCOME, ("kind", "", "Growth, inequality, or others."),
        _UNIT, *_DIFFERENCE,
        ("verdict", "", "Better or worse for those concerned, perhaps (q too big), none, ..."),
        ("without", "as the outcome", "Level without any policy, mean over runs."),
    ),
    "compare_policies_policies": (
        _POLICY, _TITLE, ("changes", "", "Parameters it changes, and by how much in full."),
        ("places", "", "Places it is for."),
        ("n_reached", "organisations", "Organisations it reaches at the start."),
        ("years", "years", "Years it is paid for."),
        ("cost_low", "thousand euros", "Least it costs in all: a placeholder."),
        ("cost_high", "thousand euros", "Most it costs in all: a placeholder."),
        ("cost_per_percent_low", "thousand euros", "The least for each percent of income."),
        ("cost_per_percent_high", "thousand euros", "The most for each percent of income."),
        ("n_other_events", "runs", "Runs in which others enter or leave than without it."),
        _STATUS, ("source", "", "Who proposed it."),
    ),
    "compare_policies_places": (
        _POLICY, PLACE_ID, ("name", "", "Name of the place."),
        ("is_reached", "", "The policy is for this place."),
        ("value", "%", "Change in income of the place, mean over runs."),
        ("low", "%", "Lower end of its interval."), ("high", "%", "Upper end."), LEVEL, _N,
        _FINDING,
    ),
    "experiment": (
        _CONTRAST, ("asks", "", "The question it answers."), _OUTCOME, _UNIT, *_DIFFERENCE,
        ("claim", "", "What a source claims: above 0, below 0, none; open where nobody does."),
        ("answer", "", "Whether the simulation finds what is claimed."),
        ("source", "", "Whose claim, with its item in the concept map."),
    ),
    "experiment_cases": (
        _CASE, _TITLE, _OUTCOME, _UNIT, ("value", "see unit", "Mean over runs."),
        ("low", "see unit", "Lower end of its interval."), ("high", "see unit", "Upper end."),
        LEVEL, _N,
    ),
    "experiment_factors": (
        _CASE, ("factor", "", "What is varied."), ("at", "", "At which level in this case."),
    ),
    "experiment_runs": (
        _CASE, _OUTCOME, ("run", "", "Number; runs of one number share their luck."),
        ("value", "see unit", "What the run reaches at the end."),
    ),
    "experiment_doubts": (
        _CONTRAST, ("parameter", "", "Disputed parameter, drawn anew in each run."),
        ("switches", "", "The disagreements that it stands for."),
        ("value", "rank correlation", "Of the parameter with the size of the difference."),
        ("p", "probability", "Of one as far from 0 by chance."), Q, ("n", "runs", "Runs."),
        _WITHIN,
        ("median_within", "of the parameter", "Its median where nothing matters."),
        ("median_beyond", "of the parameter", "Its median elsewhere."), _STATUS,
    ),
}  # fmt: skip
