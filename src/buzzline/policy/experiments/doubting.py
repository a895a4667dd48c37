"""Disputed parameters drawn within the range of positions: where in it does nothing matter?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from scipy import stats

from buzzline.arrays import Floats, as_floats
from buzzline.policy.experiments.contrasting import Outcomes, weighted
from buzzline.policy.experiments.design import Experiment
from buzzline.randomness import child
from buzzline.resampling import false_discovery_q
from buzzline.simulation.parameters import PARAMETERS

FEWEST_RUNS = 10
SHOWN = 5  # parameters of each contrast, those that tell most
DOUBT_SCHEMA = {
    "contrast": pl.String, "parameter": pl.String, "switches": pl.String, "value": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "n": pl.Int64, "within": pl.Float64,
    "median_within": pl.Float64, "median_beyond": pl.Float64, "status": pl.String,
}  # fmt: skip


def disputed_values(seed: int, runs: int) -> list[dict[str, float]]:
    """Return for each run one value of each parameter that scholars dispute.

    A Latin hypercube: each parameter has one value in each of `runs` slices of its range, so
    that few runs cover it evenly.

    Examples
    --------
    >>> drawn = disputed_values(1, 20)
    >>> len(drawn), min(one["cognitive_reach"] for one in drawn) >= 0.3
    (20, True)
    """
    ranges = {one.name: one.contested for one in PARAMETERS if one.contested is not None}
    columns = {
        name: _spread(seed, name, runs) * (high - low) + low
        for name, (low, high) in ranges.items()
    }
    return [
        {name: float(values[run]) for name, values in columns.items()} for run in range(runs)
    ]


def _spread(seed: int, name: str, runs: int) -> Floats:
    rng = child(seed, "disputed", name)
    return as_floats((rng.permutation(runs) + rng.random(runs)) / runs)


def doubts_table(
    experiment: Experiment, found: Outcomes, drawn: Sequence[Mapping[str, float]]
) -> pl.DataFrame:
    """Return which disputed parameters decide whether a contrast matters at all.

    One row a contrast and parameter: the rank correlation of the parameter with the size of
    the difference, the share of runs in which it is within the margin, and the parameter's
    median there and elsewhere. A case that sets a parameter itself leaves its draw no say.
    """
    margins = {one.name: one.margin for one in experiment.outcomes}
    frames = [
        _of_contrast(weighted(contrast, found), margins[contrast.outcome], drawn).with_columns(
            contrast=pl.lit(contrast.name)
        )
        for contrast in experiment.contrasts
        if drawn
    ]
    shaped = [frame.select(*DOUBT_SCHEMA) for frame in frames]
    return pl.concat([pl.DataFrame(schema=DOUBT_SCHEMA), *shaped])


def _of_contrast(
    differences: Floats, margin: float, drawn: Sequence[Mapping[str, float]]
) -> pl.DataFrame:
    known = ~np.isnan(differences)
    size = np.abs(differences[known])
    near = size <= margin
    if size.size < FEWEST_RUNS or np.ptp(size) == 0:
        few = f"not testable: {size.size} runs; at least {FEWEST_RUNS} that differ are needed"
        return pl.DataFrame(
            {name: [few if name == "status" else None] for name in DOUBT_SCHEMA},
            schema=DOUBT_SCHEMA,
        )
    rows = []
    for name in drawn[0]:
        values = np.array([one[name] for one in drawn])[known]
        told = stats.spearmanr(values, size)
        rows.append({
            "parameter": name, "switches": _switches(name), "value": float(told.statistic),
            "p": float(told.pvalue), "n": int(size.size), "within": float(near.mean()),
            "median_within": _median(values[near]), "median_beyond": _median(values[~near]),
            "status": "tested", "contrast": "", "q": None,
        })  # fmt: skip
    frame = pl.DataFrame(rows, schema=DOUBT_SCHEMA)
    q = false_discovery_q(as_floats(frame["p"].to_numpy()))
    return frame.with_columns(q=pl.Series(q)).sort("p", maintain_order=True).head(SHOWN)


def _switches(name: str) -> str:
    return next(one.disputed for one in PARAMETERS if one.name == name)


def _median(values: Floats) -> float | None:
    return float(np.median(values)) if values.size else None
