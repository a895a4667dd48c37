"""Organisations in towns of very unequal size, few of whom tie: most tie with nobody."""

import numpy as np
import polars as pl
from scipy.special import expit

from buzzline.arrays import Floats
from buzzline.randomness import child
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.tables.schema import LINKAGES
from buzzline.tables.study import Study

TOWNS = 30
PLANTED = {"halvings of the distance": 0.5, "of one industry": 0.8, "in one country": 0.7,
           "both public, or both businesses": 0.4}  # fmt: skip
LAYER = "research"


def uneven_towns(
    seed: int, *, n: int = 600, ties_each: float = 0.8, ready: float = 0.0
) -> Study:
    """Return a study whose ties follow `PLANTED`.

    Parameters
    ----------
    seed, n : int
    ties_each : float       mean number of partners
    ready : float           standard deviation of how readily organisations tie (log odds)
    """
    rng = child(seed, "uneven towns")
    size = 1 / np.arange(1, TOWNS + 1)
    town = rng.choice(TOWNS, n, p=size / size.sum())
    x = rng.uniform(0, 12, TOWNS)[town] + rng.normal(0, 0.05, n)
    y = rng.uniform(44, 52, TOWNS)[town] + rng.normal(0, 0.05, n)
    country, public = x < 6, rng.random(n) < 0.3
    industry = rng.integers(0, 8, n)
    one, other = np.triu_indices(n, 1)
    xyz = unit_vectors(x, y)
    near = -np.log2(np.maximum(distance_km(xyz[one], xyz[other]), 1))
    alike = np.column_stack(
        [near, *(codes[one] == codes[other] for codes in (industry, country, public))]
    )
    readiness = rng.normal(0, ready, n) if ready else np.zeros(n)
    odds = alike @ np.array(list(PLANTED.values())) + readiness[one] + readiness[other]
    tied = rng.random(one.size) < expit(odds + _constant(odds, ties_each * n / 2))
    ids = np.array([f"o{k:03d}" for k in range(n)])
    ties = pl.DataFrame({
        "source": ids[one[tied]], "target": ids[other[tied]], "layer": LAYER, "directed": False,
    })  # fmt: skip
    organisations = pl.DataFrame({
        "org_id": ids, "longitude": x, "latitude": y,
        "country": np.where(country, "FR", "DE"), "industry": industry.astype(str),
        "kind": np.where(public, "university", "sme"),
    })  # fmt: skip
    frame = ties.select(
        (pl.col(c.name) if c.name in ties.columns else pl.lit(None).alias(c.name)).cast(c.dtype)
        for c in LINKAGES.columns
    )
    return Study.of(organisations=organisations, linkages=frame)


def _constant(odds: Floats, expected: float) -> float:
    low, high = -40.0, 40.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if expit(odds + middle).sum() < expected else (low, middle)
    return low
