"""Do intervals for rows that share luck cover? Few groups, a giant, pairs, space, years.

python -m benchmarks.sandwich_recovery [SHARE]  of the worlds; writes the tables of the docs
"""

import sys
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.recovering import Row, Trial, put_into, rows_of, share_of, table
from buzzline.econometrics.conley import conley, driscoll_kraay
from buzzline.econometrics.regression import fit_linear, fit_poisson
from buzzline.econometrics.wild_bootstrap import wild_bootstrap
from buzzline.sandwiches import clustered, dyadic
from buzzline.space.globe import distance_km, unit_vectors

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "explanation" / "errors-for-networks.md"
KEPT = ROOT / ".cache" / "sandwich-recovery"
TRUE = 0.5
ROWS = 400
INDEPENDENT, GROUPS, WILD = "independent", "by group", "wild bootstrap"
SIZES = {
    "independent rows": np.ones(ROWS, int),
    "40 groups of 10": np.full(40, 10),
    "12 groups": np.full(12, 33),
    "6 groups": np.full(6, 66),
    "a giant with half, 40 others": np.array([200] + [5] * 40),
}
PLACES = 30
PAIRS = ("independent pairs", "places", "one place in half the pairs", "counts of deals")
LAND = ("independent places", "luck within 100 km", "luck within 250 km")
YEARS = (10, 20, 40)


def _groups(setting: Row, seed: int) -> list[Row]:
    rng = np.random.default_rng([seed, list(SIZES).index(setting["world"])])
    sizes = SIZES[setting["world"]]
    group = np.repeat(np.arange(sizes.size), sizes)
    x = rng.normal(size=sizes.size)[group] + rng.normal(size=group.size)
    y = TRUE * x + rng.normal(size=sizes.size)[group] + rng.normal(size=group.size)
    fit = fit_linear(y, x[:, None], names=("x",))
    wild = wild_bootstrap(fit, group, "x", draws=399, rng=seed)
    naive = 1.96 * clustered(fit.scores, fit.bread, group).se[1]
    beta = fit.beta[1]
    return [
        _row(INDEPENDENT, *_ends(fit, fit.independent(), "x")),
        _row("by group, as usual", beta - naive, beta + naive),
        _row(GROUPS, *_ends(fit, fit.by_group(group), "x")),
        _row(WILD, wild.low, wild.high),
    ]


def _pairs(setting: Row, seed: int) -> list[Row]:
    kind = setting["world"]
    rng = np.random.default_rng([seed, PAIRS.index(kind)])
    if kind == "counts of deals":
        return _counts(rng)
    one, other = np.triu_indices(PLACES, 1)
    if kind == "one place in half the pairs":
        keep = (one == 0) | (rng.random(one.size) < 1 / 15)
        one, other = one[keep], other[keep]
    x, luck = rng.normal(size=(2, one.size))
    if kind != "independent pairs":
        of_x, of_luck = rng.normal(size=(2, PLACES))
        x, luck = x + of_x[one] + of_x[other], luck + of_luck[one] + of_luck[other]
    fit = fit_linear(TRUE * x + luck, x[:, None], names=("x",))
    return _pair_rows(fit, (one, other))


def _counts(rng: np.random.Generator) -> list[Row]:
    """Counts between places; those from one of five blocs share luck in a place."""
    one, other = (end.ravel() for end in np.indices((PLACES, PLACES)))
    size = 0.5 * rng.normal(size=(2, PLACES))
    shared, luck = rng.normal(size=(2, 5, PLACES))
    x = 0.6 * shared[one % 5, other] + 0.4 * rng.normal(size=one.size)
    log = 1 + TRUE * x + size[0][one] + size[1][other] + 0.4 * luck[one % 5, other]
    fit = fit_poisson(rng.poisson(np.exp(log)).astype(float), x[:, None], (one, other),
                      names=("x",))  # fmt: skip
    return _pair_rows(fit, (one, other))


def _pair_rows(fit, ends: tuple[np.ndarray, np.ndarray]) -> list[Row]:
    return [
        _row(INDEPENDENT, *_ends(fit, fit.independent(), "x")),
        _row("by one end", *_ends(fit, fit.by_group(ends[0]), "x")),
        _row("in two ways", *_ends(fit, fit.in_ways(ends), "x")),
        _row("of pairs, as usual", *_normal(fit, dyadic(fit.scores, fit.bread, ends))),
        _row("of pairs", *_ends(fit, fit.of_pairs(ends), "x")),
    ]


@cache
def _land(reach: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return 200 places in an area as large as half of Europe, and the root of their luck."""
    rng = np.random.default_rng(1)
    longitude, latitude = rng.uniform(-10, 25, 200), rng.uniform(37, 58, 200)
    xyz = unit_vectors(longitude, latitude)
    km = distance_km(xyz[:, None], xyz[None])
    luck = np.maximum(1 - km / reach, 0) if reach else np.eye(200)
    values, vectors = np.linalg.eigh(luck)
    return longitude, latitude, vectors * np.sqrt(np.maximum(values, 0))


def _space(setting: Row, seed: int) -> list[Row]:
    reach = {LAND[0]: 0.0, LAND[1]: 100.0, LAND[2]: 250.0}[setting["world"]]
    longitude, latitude, root = _land(reach)
    rng = np.random.default_rng([seed, int(reach)])
    x, luck = root @ rng.normal(size=200), root @ rng.normal(size=200)
    fit = fit_linear(TRUE * x + luck, x[:, None], names=("x",))
    rows = [_row(INDEPENDENT, *_ends(fit, fit.independent(), "x"))]
    for km in (100.0, 300.0):
        for kernel in ("bartlett", "uniform"):
            made = conley(fit, longitude, latitude, reach=km, kernel=kernel)
            rows.append(_row(f"{kernel}, {km:g} km", *_ends(fit, made, "x")))
    return rows


def _time(setting: Row, seed: int) -> list[Row]:
    years = setting["years"]
    rng = np.random.default_rng([seed, years])
    year = np.tile(np.arange(years), 30)
    shared = np.zeros((2, years))
    for t in range(years):
        before = shared[:, t - 1] if t else np.zeros(2)
        shared[:, t] = 0.3 * before + rng.normal(size=2)
    x, luck = shared[:, year] + rng.normal(size=(2, year.size))
    unit = np.repeat(np.arange(30), years)
    fit = fit_linear(TRUE * x + luck, x[:, None], (unit,), names=("x",))
    made = driscoll_kraay(fit, year)
    normal = 1.96 * made.se[0]
    return [
        _row("by region", *_ends(fit, fit.by_group(unit), "x")),
        _row("Driscoll and Kraay, normal", fit.beta[0] - normal, fit.beta[0] + normal),
        _row("Driscoll and Kraay", *_ends(fit, made, "x")),
    ]


def _ends(fit, errors, term: str) -> tuple[float, float]:
    low, high = errors.interval(fit.beta)
    at = fit.names.index(term)
    return float(low[at]), float(high[at])


def _normal(fit, errors) -> tuple[float, float]:
    at = fit.names.index("x")
    return fit.beta[at] - 1.96 * errors.se[at], fit.beta[at] + 1.96 * errors.se[at]


def _row(error: str, low: float, high: float) -> Row:
    return {"error": error, "covered": bool(low <= TRUE <= high),
            "width": min(high - low, 1e6)}  # fmt: skip


def _told(rows: pl.DataFrame) -> str:
    world = "world" if "world" in rows.columns else "years"
    lines = [
        [name, error, share_of(part, pl.col("covered")), f"{part['width'].median():.2f}"]
        for (name, error), part in rows.group_by(world, "error", maintain_order=True)
    ]
    return table([world, "errors", "covered", "median width"], lines, words=2)


MODULES = ("buzzline.sandwiches", "buzzline.econometrics.regression")
TRIALS = (
    Trial("groups", _groups, [{"world": name} for name in SIZES], 600,
          (*MODULES, "buzzline.econometrics.wild_bootstrap"), _told),
    Trial("pairs", _pairs, [{"world": name} for name in PAIRS], 600, MODULES, _told),
    Trial("space", _space, [{"world": name} for name in LAND], 600,
          (*MODULES, "buzzline.econometrics.conley"), _told),
    Trial("years", _time, [{"years": years} for years in YEARS], 600,
          (*MODULES, "buzzline.econometrics.conley"), _told),
)  # fmt: skip


def main(share: float = 1.0) -> None:
    for trial in TRIALS:
        found = rows_of(trial, KEPT, share=share, processes=2)
        put_into(PAGE, trial.name, trial.told(found))


if __name__ == "__main__":
    main(*(float(part) for part in sys.argv[1:]))
