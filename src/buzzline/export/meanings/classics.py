"""Tables of published models of learning, and of what simulated outcomes depend on."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, STATUS, Meaning

TABLE_MEANING: dict[str, str] = {
    "march_learning": "What an organisation knows in the end, by two speeds of learning.",
    "march_mixed_learning": "What slow and fast learners know together, and equal ones.",
    "march_turbulence": "What an organisation knows at last in a changing world, by turnover.",
    "march_turbulence_paths": "The same, step by step.",
    "cowan_jonard": "Knowledge when trade is at rest, from a ring to ties at random.",
    "two_clusters_with_pipelines": "What pipelines between leaders add to either cluster.",
    "many_small_groups": "What groups of different size find, and how unequally it is known.",
    "many_small_or_one_large": "What many small organisations learn, and one large.",
    "sensitivity_morris": "How far each parameter moves an outcome.",
    "sensitivity_sobol": "What share of an outcome's variance involves each parameter.",
}

_N: Meaning = ("n", "runs", "Runs.")
_SCORE = "Score of the code: dimensions right less wrong, of all."
_UNITS = "units of knowledge"


def _ends(name: str, unit: str) -> tuple[Meaning, ...]:
    stem = "" if name == "value" else f"{name}_"
    return (
        (f"{stem}low", unit, f"Lower end of the interval of `{name}`."),
        (f"{stem}high", unit, f"Upper end of the interval of `{name}`."),
    )


def _measured(name: str, unit: str, meaning: str) -> tuple[Meaning, ...]:
    return ((name, unit, meaning), *_ends(name, unit))


_RANGE: tuple[Meaning, ...] = (
    ("from_value", "of the parameter", "Lowest value tried."),
    ("to_value", "of the parameter", "Highest value tried."),
)
_PARAMETER: Meaning = ("parameter", "", "Name of the parameter.")

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "march_learning": (
        ("socialisation", "share", "Chance to learn from the code, a dimension and step."),
        ("code_learning", "share", "Chance that the code learns from one vote."),
        *_measured("value", "share", _SCORE), LEVEL,
        ("sd", "share", "Standard deviation of one run."),
        ("steps", "steps", "Until all agree, on average."),
        _N, STATUS,
    ),
    "march_mixed_learning": (
        ("fast_share", "share", "Of individuals, who learn fast."),
        ("socialisation", "share", "Mean chance to learn from the code."),
        *_measured("gain", "share", "`value` less `homogeneous`, paired by run."),
        *_measured("value", "share", _SCORE),
        *_measured("homogeneous", "share", "The same where all learn at the mean speed."),
        ("right_fast", "share", "Beliefs of fast learners that are right after 20 steps."),
        ("right_slow", "share", "Beliefs of slow learners that are right after 20 steps."),
        LEVEL, _N,
    ),
    "march_turbulence": (
        ("turnover", "share", "Chance that an individual is replaced in a step."),
        ("step", "steps", "The last one."),
        *_measured("value", "share", _SCORE),
        *_measured("gain", "share", "Over the least turnover, paired by run."),
        LEVEL, _N,
    ),
    "march_turbulence_paths": (
        ("turnover", "share", "Chance that an individual is replaced in a step."),
        ("step", "steps", "Since the start."),
        *_measured("value", "share", _SCORE),
        LEVEL, _N,
    ),
    "cowan_jonard": (
        ("rewiring", "share", "Ties of the ring whose far end was moved to anybody."),
        *_measured("value", _UNITS, "Mean over organisations and categories."),
        *_measured("variance", "squared units", "Between means of organisations."),
        *_measured("cv", "ratio", "Coefficient of variation of means of organisations."),
        *_measured("over_ring", _UNITS, "`value` less that of fewest moved ties, by run."),
        *_measured("over_random", _UNITS, "`value` less that of most moved ties, by run."),
        ("clustering", "share", "Of pairs of neighbours that are tied."),
        ("distance", "steps", "Mean length of the shortest ways."),
        ("sweeps", "sweeps", "Through all ties, until nobody traded."),
        ("trades", "trades", "Categories traded one for one, until then."),
        LEVEL, _N,
    ),
    "two_clusters_with_pipelines": (
        ("buzz_quality", "share", "Of a difference, that one trade inside passes on."),
        ("n_pipelines", "ties", "Pipelines between leaders."),
        ("cluster", "", "First or second."),
        *_measured("value", _UNITS, "Knowledge added by the pipelines, paired by run."),
        LEVEL,
        ("knowledge", _UNITS, "Mean of the cluster with these pipelines."),
        ("verdict", "", "Gains, loses, or open."),
        _N,
    ),
    "many_small_groups": (
        ("sharing", "share", "Chance that another of the group hears of an innovation."),
        ("group_size", "organisations", "In each group."),
        *_measured("value", "innovations", "Found by anybody, of seven."),
        *_measured("over_one", "innovations", "`value` less that of one group of all, by run."),
        ("each_knows", "innovations", "Known to each, on average."),
        ("worth", "points", "Of the best thing each knows, on average."),
        ("gini", "Gini", "Inequality of that worth."),
        ("last_found", "share", "Of runs, in which the last innovation was found."),
        LEVEL, _N,
    ),
    "many_small_or_one_large": (
        ("n_units", "units", "Each makes one experiment."),
        ("within", "share", "Correlation of payoffs in the large organisation."),
        ("value", "share", "Chance to see another from which many small ones learn more; "
         "empty: never."),
        ("one_large", "sd", "Expected payoff in one large organisation."),
        ("many_small", "sd", "Expected payoff in many small ones."),
        ("mixed", "sd", "Mean expected payoff with one large and many small ones."),
        ("most", "", "Which of the three is highest; alike: none is."),
        STATUS,
    ),
    "sensitivity_morris": (
        _PARAMETER,
        *_measured("value", "of the outcome", "Mean size of its change over the whole range."),
        LEVEL,
        ("signed", "of the outcome", "Mean change, with its sign."),
        ("spread", "of the outcome", "Standard deviation of changes; large where they depend "
         "on other parameters."),
        ("by_luck", "of the outcome", "What `value` would be by luck alone."),
        STATUS, *_RANGE,
        ("n", "moves", "How often the parameter was moved."),
    ),
    "sensitivity_sobol": (
        _PARAMETER,
        *_measured("value", "share", "Of the variance, alone, with others and with luck."),
        *_measured("alone", "share", "Of the variance, alone."),
        LEVEL, STATUS, *_RANGE,
        ("n", "points", "Base points."),
    ),
}  # fmt: skip
