"""The columns of the tables of an income ladder."""

from __future__ import annotations

import polars as pl

_TOLD = dict.fromkeys(("value", "low", "high", "level", "se", "p"), pl.Float64)
_SIZES = dict.fromkeys(("n", "n_regions", "n_years"), pl.Int64)
LADDER = {
    "step": pl.Int64, "specification": pl.String, "term": pl.String, "is_default": pl.Boolean,
    **_TOLD, "per_sd": pl.Float64, "detectable": pl.Float64, "errors": pl.String, **_SIZES,
    "reading": pl.String, "status": pl.String,
}  # fmt: skip
ERRORS = {
    "step": pl.Int64, "specification": pl.String, "term": pl.String, "errors": pl.String,
    **_TOLD, "status": pl.String,
}  # fmt: skip
LAGS = {"lag": pl.Int64, "term": pl.String, **_TOLD, "detectable": pl.Float64,
        "errors": pl.String, **_SIZES, "status": pl.String}  # fmt: skip
QUANTILES = {"quantile": pl.Float64, "term": pl.String, **_TOLD, "n": pl.Int64,
             "n_regions": pl.Int64, "status": pl.String}  # fmt: skip
SPATIAL = {
    "term": pl.String, "effect": pl.String,
    **dict.fromkeys(("value", "low", "high", "level"), pl.Float64),
}  # fmt: skip
CELLS = {"term": pl.String, "industry": pl.String, "host": pl.String, "weight": pl.Float64,
         "value": pl.Float64}  # fmt: skip
THEIL = {
    "term": pl.String, "year": pl.Int64,
    **dict.fromkeys(("theil", "without", "value", "low", "high", "level", "share"), pl.Float64),
    "n": pl.Int64, "status": pl.String,
}  # fmt: skip
REGIONS = {
    "region": pl.String, "name": pl.String, "year": pl.Int64,
    **dict.fromkeys(("value", "outward", "inward", "population"), pl.Float64),
}  # fmt: skip
LEFT_OUT = {"reason": pl.String, "n": pl.Int64}
