"""Where does each place stand among the places that chance would make?"""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats
from buzzline.quantities import Share
from buzzline.resampling import false_discovery_q


def chance_columns(value: Floats, null: Floats, *, level: Share) -> dict[str, Floats]:
    """Return where each place stands among its replicates.

    Parameters
    ----------
    value : (r,) float64
    null : (draws, r) float64
    level : share

    Returns
    -------
    dict of (r,) float64
        `chance_mean`, `chance_low`, `chance_high`, `z`, `p` (two-sided) and `q`; NaN without
        replicates.
    """
    nothing = np.full(value.size, np.nan)
    names = ("chance_mean", "chance_low", "chance_high", "z", "p", "q")
    tested = np.isfinite(value) & (np.isfinite(null).all(axis=0) if len(null) else False)
    found = {name: nothing.copy() for name in names}
    if not tested.any():
        return found
    drawn, here = null[:, tested], value[tested]
    mean, sd = drawn.mean(axis=0), drawn.std(axis=0, ddof=1 if len(null) > 1 else 0)
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    # Values that differ by rounding only are ties.
    margin = 1e-9 * np.maximum(np.abs(here), 1e-9)
    above = (1 + (drawn >= here - margin).sum(axis=0)) / (1 + len(null))
    below = (1 + (drawn <= here + margin).sum(axis=0)) / (1 + len(null))
    p = np.minimum(1.0, 2 * np.minimum(above, below))
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(sd > 0, (here - mean) / sd, np.nan)
    for name, values in zip(names, (mean, low, high, z, p, false_discovery_q(p)), strict=True):
        found[name][tested] = values
    return found
