"""The shift-share rows of the ladder: what deals of others would have brought a region."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.econometrics.income_panel import (
    INHABITANTS,
    OUTWARD,
    WAYS,
    WINDOW,
    IncomePanel,
)
from buzzline.econometrics.ladder_rows import Chance, Row, detectable, refused_rows, row_of
from buzzline.econometrics.region_years import RegionYears, year_columns
from buzzline.econometrics.shift_share_iv import (
    FEWEST_PUSHES,
    WEAK_F,
    Pushes,
    ShiftShare,
    leave_out_pushes,
    shift_share_iv,
    told_cells,
)
from buzzline.errors import TooFew

MOST_CELLS = 60
REGIONS_A_CELL = 2  # there have to be that many regions to a cell
OTHER = "all others"
NO_BOUNDS = "no bounded interval"
EXPOSURE = "by exposure (AKM0)"


@dataclass(frozen=True, slots=True, eq=False)
class _Dealt:
    """Deals before and in each window, by region and cell."""

    before: Floats
    window: Floats
    names: tuple[tuple[str, str], ...]


def exposed_rows(panel: IncomePanel, chance: Chance) -> tuple[list[Row], list[Row]]:
    """Return rows of specification 8, and the weight of every cell in it."""
    ladder: list[Row] = []
    cells: list[Row] = []
    for k, way in enumerate(WAYS):
        try:
            rows = panel.rows(panel.stock()[:, :, k : k + 1], (way,))
            dealt = _dealt(panel, rows, way)
            found = _fitted(panel, rows, dealt, chance)
        except TooFew as error:
            ladder.append(refused_rows(8, error)[k])
            continue
        ladder.append(_told(found, way, rows, chance))
        cells += [
            {"term": way, "industry": industry, "host": host, "weight": weight, "value": value}
            for (industry, host), weight, value in zip(
                dealt.names, found.rotemberg.tolist(), found.by_cell.tolist(), strict=True
            )
        ]
    return ladder, sorted(cells, key=lambda row: (row["term"] != OUTWARD, -abs(row["weight"])))  # type: ignore[arg-type]


def _fitted(panel: IncomePanel, rows: RegionYears, dealt: _Dealt, chance: Chance) -> ShiftShare:
    place = np.searchsorted(np.asarray(panel.years), rows.year)
    people = panel.regions["population"].to_numpy()
    pushes = Pushes(
        as_floats(dealt.before * (INHABITANTS / people)[:, None]),
        leave_out_pushes(dealt.window, dealt.before, region=rows.region, year=as_codes(place)),
    )
    regions, region = np.unique(rows.region, return_inverse=True)
    intensity = pushes.exposure.sum(axis=1)[rows.region]
    dummies = year_columns(rows.year)
    controls = np.column_stack([
        region[:, None] == np.arange(regions.size), dummies, dummies * intensity[:, None],
        rows.x[:, 1:],
    ])  # fmt: skip
    return shift_share_iv(
        rows.y, as_floats(rows.x[:, 0]), Pushes(pushes.exposure[regions], pushes.push),
        controls=as_floats(controls), region=as_codes(region), year=rows.year,
        level=chance.level,
    )  # fmt: skip


def _dealt(panel: IncomePanel, rows: RegionYears, way: str) -> _Dealt:
    """Return deals by region and cell: before all windows, and in the window of each year."""
    if not rows.y.size:
        raise TooFew("income_ladder: deals of three years are not known in any year")
    start = int(rows.year.min()) - WINDOW + 1  # of the first window
    deals = panel.deals.deals.filter(pl.col("way") == way).join(
        panel.regions.select("region").with_row_index("row"), on="region", how="inner",
        validate="m:1",
    )  # fmt: skip
    earlier = deals.filter(pl.col("year") < start)
    if earlier.height == 0:
        raise TooFew(
            f"income_ladder: no {way} deals are dated before {start}, when the first window "
            "begins, so what regions were exposed to is not known"
        )
    cells = earlier.select("industry", "host").unique().sort("industry", "host")
    n_regions = panel.regions.height
    before = _counted(earlier, cells, n_regions)
    most = min(MOST_CELLS, int(np.unique(rows.region).size) // REGIONS_A_CELL)
    if most < 2:
        raise TooFew("income_ladder: too few regions for a shift-share instrument")
    of_cell, merged = told_cells(before, most=most)
    windows = [
        _put_together(
            _counted(deals.filter(pl.col("year").is_between(year - WINDOW + 1, year)), cells,
                     n_regions), of_cell,
        )
        for year in panel.years
    ]  # fmt: skip
    pairs = list(cells.iter_rows())
    names = [pairs[int(np.flatnonzero(of_cell == k)[0])] for k in range(int(of_cell.max()) + 1)]
    if merged.any():
        names[-1] = (OTHER, OTHER)
    return _Dealt(
        _put_together(before, of_cell), as_floats(np.stack(windows, axis=1)), tuple(names)
    )


def _counted(deals: pl.DataFrame, cells: pl.DataFrame, n_regions: int) -> Floats:
    out = np.zeros((n_regions, cells.height))
    at = deals.join(
        cells.with_row_index("cell"), on=["industry", "host"], how="inner", validate="m:1"
    )
    np.add.at(out, (at["row"].to_numpy(), at["cell"].to_numpy()), 1.0)
    return as_floats(out)


def _put_together(columns: Floats, of_cell: Codes) -> Floats:
    out = np.zeros((columns.shape[0], int(of_cell.max()) + 1))
    np.add.at(out.T, of_cell, columns.T)
    return as_floats(out)


def _told(found: ShiftShare, way: str, rows: RegionYears, chance: Chance) -> Row:
    status = "measured"
    if found.worth < FEWEST_PUSHES:
        status = (f"not testable: pushes are worth {found.worth:.0f} cells, and errors by "
                  f"exposure need {FEWEST_PUSHES}")  # fmt: skip
    elif found.is_whole:
        status = f"measured; {NO_BOUNDS}: the instrument is too weak"
    elif found.first_f < WEAK_F:
        status = f"measured; weak instrument (F = {found.first_f:.1f})"
    told = found.worth >= FEWEST_PUSHES
    is_bounded = told and not found.is_whole
    return row_of(8, way, {
        "value": found.beta if told else None,
        "low": found.low0 if is_bounded else None, "high": found.high0 if is_bounded else None,
        "se": found.se if told else None, "p": found.p0 if told else None,
        "level": chance.level,
        "per_sd": found.beta * float(rows.x[:, 0].std()) if told else None,
        "detectable": detectable(found.se, 1e9, chance.level) if told else None,
        "errors": EXPOSURE, "n": found.n, "n_regions": found.n_regions,
        "n_years": int(np.unique(rows.year).size), "status": status,
    })  # fmt: skip
