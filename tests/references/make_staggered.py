"""Make staggered.json: a small panel, and what `differences` 0.3.0 says of it.

    pip install differences==0.3.0; python tests/references/make_staggered.py

Sant'Anna and Callaway's estimators in Python (PyPI `differences`, Apache 2.0); numbers only.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
from differences import ATTgt

KEPT = Path(__file__).with_suffix("").with_name("staggered.json")
N, YEARS = 90, 2000 + np.arange(7)


def panel() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    first = rng.choice([0, 2003, 2004, 2006], N, p=[0.4, 0.2, 0.2, 0.2])
    x = rng.normal(size=N) + 0.5 * (first > 0)
    y = rng.normal(size=N)[:, None] + np.cumsum(rng.normal(size=YEARS.size))
    y = y + 0.3 * x[:, None] * np.arange(YEARS.size) + rng.normal(size=(N, YEARS.size))
    is_on = (first[:, None] > 0) & (first[:, None] <= YEARS)
    y += np.where(is_on, 1 + 0.5 * (YEARS - first[:, None]), 0)
    return np.round(y, 6), np.round(x, 6), first


def main() -> None:
    y, x, first = panel()
    frame = pd.DataFrame({
        "unit": np.repeat(np.arange(N), YEARS.size), "year": np.tile(YEARS, N), "y": y.ravel(),
        "x": np.repeat(x, YEARS.size),
        "cohort": np.repeat(np.where(first > 0, first, np.nan), YEARS.size),
    }).set_index(["unit", "year"])  # fmt: skip
    found = {}
    for control in ("never_treated", "not_yet_treated"):
        for method, formula in (("reg", "y"), ("dr", "y ~ x")):
            for base in ("varying", "universal"):
                att = ATTgt(data=frame, cohort_column="cohort", base_period=base)
                att.fit(formula, est_method=method, control_group=control, progress_bar=False)
                rows = att.results().reset_index().to_numpy().tolist()
                sums = {
                    name: att.aggregate(name, overall=True).to_numpy()[0, :2].tolist()
                    for name in ("cohort", "event")
                }
                found[f"{control}|{method}|{base}"] = {
                    "cells": [[int(r[0]), int(r[2]), float(r[3])] for r in rows], **sums,
                }  # fmt: skip
    KEPT.write_text(json.dumps({
        "source": "PyPI differences 0.3.0", "y": y.tolist(), "x": x.tolist(),
        "first": first.tolist(), "years": YEARS.tolist(), "found": found,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
