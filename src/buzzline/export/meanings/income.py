"""Tables of income, inequality and deals across borders."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, STATUS, YEAR, Meaning

HOW = "Association within regions over time; richer regions invest more abroad."
PER_DEAL = "log points per deal, or unit of amounts, per 10,000"
TABLE_MEANING: dict[str, str] = {
    "income_ladder": f"Income on deals across borders, in ten specifications. {HOW}",
    "income_ladder_errors": f"The same coefficients with other errors. {HOW}",
    "income_ladder_lags": f"Specification 4 with deals of earlier years. {HOW}",
    "income_ladder_quantiles": f"Effects along the distribution of the outcome. {HOW}",
    "income_ladder_spatial": f"Effects on a region itself and on others. {HOW}",
    "income_ladder_cells": f"What the shift-share effect hangs on. {HOW}",
    "income_ladder_theil": f"Inequality between regions with and without deals. {HOW}",
    "income_ladder_regions": f"Regions of the cross-section. {HOW}",
    "income_ladder_left_out": "Deals that were not used, and why.",
}

TERM: Meaning = ("term", "", "Outward: its organisations invest; inward: are invested in.")
_ENDS: tuple[Meaning, ...] = (
    ("low", PER_DEAL, "Lower end of the interval."),
    ("high", PER_DEAL, "Upper end of the interval."),
    LEVEL,
)
_VALUE: tuple[Meaning, ...] = (
    ("value", PER_DEAL, "What one more goes with; in the outcome's unit if no logarithm."),
    *_ENDS,
    ("se", PER_DEAL, "Standard error."),
    ("p", "probability", "How often no effect would give something as far out."),
)
_SIZES: tuple[Meaning, ...] = (
    ("n", "rows", "Regions by years in the fit."),
    ("n_regions", "regions", "Regions in the fit."),
    ("n_years", "years", "Years in the fit."),
)
_ERRORS: Meaning = ("errors", "", "What the error allows to go together.")
_DETECTABLE: Meaning = (
    "detectable",
    PER_DEAL,
    "Effect that would be found in 80 % of samples like this.",
)
_STEP: tuple[Meaning, ...] = (
    ("step", "", "Number of the specification."),
    ("specification", "", "What is taken out, or added."),
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "income_ladder": (
        *_STEP, TERM,
        ("is_default", "", "Effects of regions and of years: the one to read."),
        *_VALUE,
        ("per_sd", "log points", "For one standard deviation of deals over regions and years."),
        _DETECTABLE, _ERRORS, *_SIZES,
        ("reading", "", "What is compared, and what that leaves open."),
        STATUS,
    ),
    "income_ladder_errors": (*_STEP, TERM, _ERRORS, *_VALUE, STATUS),
    "income_ladder_lags": (
        ("lag", "years", "Deals of three years up to that many years before."),
        TERM, *_VALUE, _DETECTABLE, _ERRORS, *_SIZES, STATUS,
    ),
    "income_ladder_quantiles": (
        ("quantile", "share", "Of the outcome, net of regions; empty: a difference of two."),
        TERM, *_VALUE, *_SIZES[:2], STATUS,
    ),
    "income_ladder_spatial": (
        ("term", "", "Outward, inward, or the mean of neighbours' outcomes."),
        ("effect", "", "On the region itself, on all others together, both; or the lag."),
        ("value", PER_DEAL, "The effect; of the lag, a share."),
        *_ENDS,
    ),
    "income_ladder_cells": (
        TERM,
        ("industry", "", "Industry of whom is invested in."),
        ("host", "", "Country at the other end."),
        ("weight", "share", "Rotemberg weight in the shift-share effect; they sum to 1."),
        ("value", PER_DEAL, "The effect by that cell alone."),
    ),
    "income_ladder_theil": (
        TERM, YEAR,
        ("theil", "nats", "Theil's index between regions by inhabitants, as it is."),
        ("without", "nats", "The same if nothing went with deals."),
        ("value", "nats", "The difference: above 0, gaps are wider with deals."),
        ("low", "nats", "Least of that for effects within their interval."),
        ("high", "nats", "Most of that for effects within their interval."),
        LEVEL,
        ("share", "share", "The difference as a share of the index."),
        ("n", "regions", "Regions with everything known."),
        STATUS,
    ),
    "income_ladder_regions": (
        ("region", "", "Identifier of the region, a place."),
        ("name", "", "Name of the region."),
        YEAR,
        ("value", "see outcomes", "The outcome."),
        ("outward", "per 10,000", "Outward deals of three years per 10,000 inhabitants."),
        ("inward", "per 10,000", "Inward deals of three years per 10,000 inhabitants."),
        ("population", "persons", "Inhabitants."),
    ),
    "income_ladder_left_out": (
        ("reason", "", "Why a deal was not used."),
        ("n", "deals", "How many."),
    ),
}  # fmt: skip
