"""Tables of what data tell of the parameters of the simulation."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, Meaning

TABLE_MEANING: dict[str, str] = {
    "calibrate": "What the data tell of each parameter of the simulation, best told first.",
    "calibrate_moments": "The numbers by which the study and simulations of it were compared.",
    "calibrate_accepted": "Sets of values that give data like these, with their weights.",
    "calibrate_pairs": "How far two parameters make up for each other in what the data tell.",
}

_PARAMETER: Meaning = ("parameter", "", "Name of the parameter.")
_AS = "unit of the parameter"
COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "calibrate": (
        _PARAMETER,
        ("value", _AS, "Mean of what gives data like these; empty where the data do not tell."),
        ("low", _AS, "Lower end of its interval."),
        ("high", _AS, "Upper end of its interval."),
        LEVEL,
        ("shrinkage", "share", "How much narrower the posterior is than the prior."),
        ("coverage", "share", "Intervals that hold known values, of simulations as data."),
        ("coverage_low", "share", "Lower end of the interval of `coverage`."),
        ("coverage_high", "share", "Upper end of the interval of `coverage`."),
        ("agreement", "correlation", "Between known and found values of such simulations."),
        ("prior_low", _AS, "Lower end of the prior."),
        ("prior_high", _AS, "Upper end of the prior."),
        ("default", _AS, "Value where nothing is told."),
        ("unit", "", "Unit of the parameter."),
        ("mechanism", "", "Mechanism it belongs to."),
        ("n", "simulations", "Simulations that were kept."),
        ("status", "", "Told, or why not."),
    ),
    "calibrate_moments": (
        ("moment", "", "Name of the number."),
        ("observed", "see meaning", "In the study; empty where it does not tell it."),
        ("low", "as observed", "Lower end of what simulations give."),
        ("high", "as observed", "Upper end of what simulations give."),
        LEVEL,
        ("kept", "as observed", "Mean of the simulations kept."),
        ("status", "", "Whether the model reaches what was observed."),
        ("meaning", "", "What the number is."),
    ),
    "calibrate_accepted": (
        ("set", "", "Number of the set, nearest first."),
        _PARAMETER,
        ("value", _AS, "Its value in this set."),
        ("weight", "share", "Weight of the set; those of all sets add up to 1."),
        ("distance", "", "How far its data lie from those observed."),
    ),
    "calibrate_pairs": (
        _PARAMETER,
        ("other", "", "Another parameter."),
        ("correlation", "correlation", "Of the two among the sets of values kept."),
    ),
}  # fmt: skip
