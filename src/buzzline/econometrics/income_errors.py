"""The linear steps of the income ladder with other errors, side by side."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from buzzline.econometrics.income_panel import IncomePanel
from buzzline.econometrics.ladder_rows import (
    BY_REGION,
    Chance,
    Row,
    cross_section,
    linear_fit,
    step,
)
from buzzline.econometrics.region_errors import (
    FEW_REGIONS,
    Told,
    common_years,
    few_regions,
    nearby_regions,
    told_by,
)
from buzzline.econometrics.region_years import RegionFit
from buzzline.errors import TooFew
from buzzline.randomness import child

LINEAR = (1, 2, 3, 4, 5, 7)
DISTANCES_KM = (100.0, 300.0)
COMMON, WILD = "common years (Driscoll-Kraay)", "wild bootstrap by region"


def error_rows(panel: IncomePanel, chance: Chance) -> list[Row]:
    """Return each linear step with every error, or the reason for none."""
    found: list[Row] = []
    for number in LINEAR:
        try:
            fit = linear_fit(panel, number)
        except TooFew:
            continue
        for k, way in enumerate(panel.ways):
            found += [
                _row(fit, k, {"number": number, "term": way, "errors": name}, make, chance)
                for name, make in _kinds(panel, fit, k, chance, number).items()
            ]
    return found


Made = Callable[[], Told]


def _kinds(
    panel: IncomePanel, fit: RegionFit, k: int, chance: Chance, number: int
) -> dict[str, Made]:
    place = panel.regions.select("longitude", "latitude").to_numpy().astype(np.float64)
    rows = panel.dealt()
    if number == 1:
        rows = cross_section(panel, rows)
    at = place[np.unique(rows.region)]

    def by_region() -> Told:
        pick = np.eye(fit.line.beta.size)[k]
        low, high = fit.line.interval(pick, chance.level)
        return Told(fit.line.of(pick)[1], low, high, fit.line.p(pick))

    def near(within_km: float) -> Told:
        if len(at) != int(fit.region.max()) + 1:
            raise TooFew("income_ladder: regions drop out of this step")
        made = nearby_regions(fit, at[:, 0], at[:, 1], within_km=within_km)
        return told_by(fit, k, made, level=chance.level)

    def common() -> Told:
        return told_by(fit, k, common_years(fit), level=chance.level)

    def wild() -> Told:
        if (n := int(fit.region.max()) + 1) >= FEW_REGIONS:
            raise TooFew(f"income_ladder: {n} regions; by region will do from {FEW_REGIONS} on")
        rng = child(chance.seed, "wild", number, k)
        made = few_regions(fit, k, level=chance.level, draws=chance.draws, rng=rng)
        se = fit.line.of(np.eye(fit.line.beta.size)[k])[1]
        return Told(se, made.low, made.high, made.p)

    distant: dict[str, Made] = {
        f"regions within {km:g} km (Conley)": partial(near, km) for km in DISTANCES_KM
    }
    return {BY_REGION: by_region, COMMON: common, **distant, WILD: wild}


def _row(fit: RegionFit, k: int, named: Row, make: Made, chance: Chance) -> Row:
    at = step(int(str(named["number"])))
    row: Row = {
        "step": at.number, "specification": at.name, "term": named["term"],
        "errors": named["errors"], "value": float(fit.line.beta[k]), "level": chance.level,
        "status": "measured",
    }  # fmt: skip
    try:
        told = make()
    except TooFew as error:
        return row | {"status": f"not made: {str(error).partition(': ')[2]}"}
    return row | {"se": told.se, "low": told.low, "high": told.high, "p": told.p}
