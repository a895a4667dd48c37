"""Tables of what could happen, and of outcomes over two parameters."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, PLACE, REASON, Meaning

TABLE_MEANING: dict[str, str] = {
    "simulate": "What places are like at the end of many runs of the model.",
    "simulate_paths": "What places are like at each step recorded, over runs.",
    "simulate_maps": "What organisations of each place know, at a few moments.",
    "response_surface": "An outcome at each point of a grid of two parameters.",
}
PLACE_ID: Meaning = ("place_id", "", "Identifier of the place; empty for all places together.")
OVER_RUNS: tuple[Meaning, ...] = (
    ("value", "see unit", "Mean over runs."),
    ("low", "see unit", "Lower end of the interval of the mean (Student's t)."),
    ("high", "see unit", "Upper end of the interval of the mean."),
    ("run_low", "see unit", "Lower end of the central range of single runs."),
    ("run_high", "see unit", "Upper end of the central range of single runs."),
    LEVEL,
    ("n", "runs", "Runs with a value."),
)
QUANTITY: tuple[Meaning, ...] = (
    ("quantity", "", "What was recorded."),
    ("unit", "", "Its unit."),
)
WHEN: tuple[Meaning, ...] = (
    ("step", "steps", "Quarters of a year since the start."),
    ("years", "years", "Since the start."),
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "simulate": (
        PLACE_ID, PLACE, *QUANTITY,
        ("start", "see unit", "First mean: of what a step brings forth, after a year."),
        *OVER_RUNS,
        ("change", "see unit", "From the start to the end, mean over runs."),
        ("change_low", "see unit",
         "Lower end of its interval, for all places asked about at once."),
        ("change_high", "see unit", "Upper end of that interval."),
        REASON,
    ),
    "simulate_paths": (PLACE_ID, PLACE, *QUANTITY, *WHEN, *OVER_RUNS),
    "simulate_maps": (
        PLACE_ID, PLACE,
        ("longitude", "degrees", "East of Greenwich."),
        ("latitude", "degrees", "North of the equator."),
        *WHEN,
        ("relative_knowledge", "ratio", "Against the mean of all other places; over runs."),
        ("knowledge", "units of knowledge", "Mean over organisations, categories and runs."),
        ("n_organisations", "organisations", "Mean over runs."),
    ),
    "response_surface": (
        ("across", "see parameter", "Value of the first parameter."),
        ("down", "see parameter", "Value of the second parameter."),
        ("value", "see outcome", "Mean over runs."),
        ("low", "see outcome", "Lower end of the interval of the mean."),
        ("high", "see outcome", "Upper end of the interval of the mean."),
        LEVEL,
        ("n", "runs", "Runs with a value."),
        ("below_best", "see outcome", "Mean difference to the best point, run by run."),
        ("below_low", "see outcome", "Lower end of the interval of that difference."),
        ("below_high", "see outcome", "Upper end of the interval of that difference."),
        ("is_best", "", "The highest, or not told apart from it."),
    ),
}  # fmt: skip
