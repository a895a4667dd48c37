"""Do industries enter the places that already have what is related to them?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.agglomeration.density import densities_without_own
from buzzline.agglomeration.employment import (
    EmploymentMatrix,
    employment_matrix,
    in_common,
    vintage_gap,
)
from buzzline.agglomeration.entry_null import EventTable, dealt_events
from buzzline.agglomeration.presence import Presence, could_be_present, presence_of
from buzzline.agglomeration.proximity import co_occurrence
from buzzline.agglomeration.specialisation import location_quotients
from buzzline.agglomeration.two_way import fit_logit, share_interval
from buzzline.agglomeration.vintages import gap_text, hold_to_one_vintage
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags, Floats
from buzzline.errors import NotConverged, TooFew
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Count, Draws, Ratio, Share, Years
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import central_range
from buzzline.tables.study import Study

ENTRY, FROM_AFAR, EXIT = "entry", "entry from below half the cut", "exit"
EVENTS = (ENTRY, FROM_AFAR, EXIT)
BINS = 10
FEWEST_EVENTS = 20
STEP = 0.1  # density by which odds are told
MORE, FEWER, CHANCE, FEW = "more where related", "fewer where related", "as expected", (
    "not enough events"
)  # fmt: skip
POWER = 0.8


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class IndustryEntry:
    """Entry and exit of industries against relatedness density.

    Attributes
    ----------
    effects : DataFrame
        One row a kind of event: `event`, `n_cells` (where it could happen), `n` (events),
        `n_no_density` (cells left out because nothing is related to the industry elsewhere),
        `n_places`, `n_industries` (with events), `value` (mean density of the events),
        `expected`, `chance_low`, `chance_high` (when events are dealt with every place's and
        industry's number kept), `p`, `detectable` (smallest difference from `expected` seen
        with power 0.8), `odds_ratio` (for 0.1 more density, given diversity and ubiquity),
        `low`, `high`, `level`, `verdict`.
    curve : DataFrame
        One row an event and class of density: `event`, `density_low`, `density_high`, `density`
        (mean), `n_cells`, `n`, `value` (share of cells with the event), `low`, `high`,
        `chance_low`, `chance_high`, `level`.
    left_out : DataFrame
        Industries that stand in one year only: `industry`, `title`, `present_in`, `year`,
        `jobs`, `share`, `reason`.
    first_year, last_year : int
    n_unknown : int
        Cells not known in one of the years: no event can be seen there.
    n_places, n_industries : int
        In both years.
    suppressed_share : share
        Of the jobs of the first year.
    publication_floor : int [establishments]
        Cells of fewer are not published; 1 where all are.
    n_withheld : int
        Cells that were not published in one of the years and may have been present all the
        same: no event can be seen there either.
    cut : ratio
    level : share
    """

    effects: pl.DataFrame
    curve: pl.DataFrame
    left_out: pl.DataFrame
    first_year: int
    last_year: int
    n_unknown: int
    n_places: int
    n_industries: int
    suppressed_share: float
    cut: Ratio
    level: Share
    publication_floor: int = 1
    n_withheld: int = 0
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a kind of event."""
        return self.effects

    def __str__(self) -> str:
        said = ". ".join(_sentence(row) for row in self.effects.to_dicts())
        return (
            f"{self.first_year} to {self.last_year}, {self.n_places:,} places and "
            f"{self.n_industries:,} industries: {said}.{gap_text(self.left_out)}"
            f"{self._withheld()}"
        )

    def _withheld(self) -> str:
        if not self.n_withheld:
            return ""
        return (
            f" Cells of fewer than {self.publication_floor} establishments are not published: "
            f"{self.n_withheld:,} cells may have been present unseen in one of the years and "
            "are left out."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.effects._repr_html_()}"


def _sentence(row: dict[str, Any]) -> str:
    if row["value"] is None:
        return f"{row['event']}: {FEW} (n={row['n']:,})"
    said = f"{row['event']}: {row['verdict']}"
    if row["verdict"] == FEW:
        return f"{said} (n={row['n']:,})"
    said += f", density {row['value']:.3f}"
    if row["expected"] is not None:
        said += f" where {row['expected']:.3f} is expected (p = {row['p']:.2g})"
    if row["odds_ratio"] is not None:
        said += f", odds ×{row['odds_ratio']:.2f} [{row['low']:.2f}, {row['high']:.2f}]"
        said += f" for {STEP:g} more density"
    return f"{said} (n={row['n']:,} of {row['n_cells']:,} cells)"


@analysis("agglomeration", "Do industries enter the places that already have what is related?")
def industry_entry(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    *,
    first: Years | None = None,
    last: Years | None = None,
    digits: Count | None = None,
    cut: Ratio = 1.0,
    draws: Draws = 199,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> IndustryEntry:
    """Compare where industries enter and leave with the relatedness density they had there.

    Answers whether places gain industries that are near what they have. An industry enters a
    place when its location quotient passes the cut from below; many such steps are small, so
    entries from below half the cut are told apart.

    Parameters
    ----------
    study : Study
        Needs the table `employment` with at least two years.
    first, last : years, optional
        The first and the last year of the table by default.
    digits : count, optional
        Level of the classification; the deepest by default.
    cut : ratio
        An industry is present where its location quotient is at least this.
    draws : draws
        Times the events are dealt anew.
    level : share
    rng : Generator, int or None
    progress : callable

    Returns
    -------
    IndustryEntry

    Raises
    ------
    TooFew
        Fewer than two years, three places or two industries.

    Notes
    -----
    Densities are of the first year, with the conditional proximity of all *other* places
    (`densities_without_own`), so that a place does not predict itself. Null: every place and
    every industry keeps its number of events (`dealt_events`). p is two-sided. The odds are
    those of a logit on density with the logarithms of diversity and ubiquity beside it, errors
    clustered by place and by industry. Fewer than 20 events are not judged.

    Where cells of few establishments are not published, a cell that passes that floor would
    look like an entry. A cell that is not published counts as absent only where even as many
    plants as can be withheld, of the industry's mean size, would stay below the cut (below half
    of it for entries from there); others are not known in that year, and left out.

    References
    ----------
    .. [1] Neffke, F., Henning, M., Boschma, R. (2011). How do regions diversify over time?
           Economic
       Geography 87(3). doi:10.1111/j.1944-8287.2011.01121.x

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, industries=6, rng=1).study
    >>> industry_entry(study, draws=9, rng=1).effects["event"].to_list()
    ['entry', 'entry from below half the cut', 'exit']
    """
    years = _years(study, first, last)
    matrices = [employment_matrix(study, year=year, digits=digits) for year in years]
    left_out = _left_out(*matrices)
    hold_to_one_vintage(left_out, "industry_entry")
    before, after = in_common(*matrices)
    now = presence_of(before, cut, counted="jobs", what="industry_entry")
    then = presence_of(after, cut, counted="jobs", what="industry_entry")
    density = densities_without_own(now.flags, co_occurrence(now.flags))
    known = np.isfinite(before.jobs) & np.isfinite(after.jobs)
    hidden = {at: _hidden((before, after), at) & known for at in (cut, cut / 2)}
    seed = seed_of(rng)
    rows, curves = [], []
    for event in told(progress, "dealing events anew", EVENTS):
        seen = known & ~hidden[cut / 2 if event == FROM_AFAR else cut]
        may, did = _cells_of(event, (now, then), density, seen)
        row, curve = _measured(event, (may, did, density), now.flags, (draws, seed, level))
        rows.append(row)
        curves.append(curve)
    return IndustryEntry(
        pl.DataFrame(rows, schema=_EFFECTS).pipe(_without_nan),
        pl.concat(curves).pipe(_without_nan), left_out, *years,
        int((~known).sum()), before.places.height, before.industries.height,
        float(matrices[0].suppressed_share), cut, level,
        max(before.publication_floor, after.publication_floor), int(hidden[cut].sum()),
    )  # fmt: skip


def _hidden(years: tuple[EmploymentMatrix, EmploymentMatrix], cut: Ratio) -> Flags:
    """Return the cells that may have been present unseen in one of two years."""
    now, then = (could_be_present(one, cut) for one in years)
    return now | then


def _years(study: Study, first: int | None, last: int | None) -> tuple[int, int]:
    there = study.employment["year"].drop_nulls().unique().sort()
    one = first if first is not None else there.min()
    two = last if last is not None else there.max()
    if one is None or two is None or not int(str(one)) < int(str(two)):
        raise TooFew(
            "industry_entry: entry is seen between two years; the table `employment` has "
            f"{', '.join(map(str, there)) or 'none'}. Add rows of another year, or set `first` "
            "below `last`."
        )
    return int(str(one)), int(str(two))


def _cells_of(
    event: str, years: tuple[Presence, Presence], density: Floats, known: Flags
) -> tuple[Flags, Flags]:
    """Return in which cells an event can happen, and in which it did."""
    now, then = years
    may = known & (now.flags if event == EXIT else ~now.flags)
    if event == FROM_AFAR:
        quotient = np.nan_to_num(location_quotients(now.amount), nan=0.0)
        may = may & (quotient < now.cut / 2)
    return may, may & (~then.flags if event == EXIT else then.flags)


def _left_out(first: EmploymentMatrix, second: EmploymentMatrix) -> pl.DataFrame:
    return vintage_gap(first, second).with_columns(
        reason=pl.lit("stands in one year only: its code was changed, or it is not published")
    )


_EFFECTS = {
    "event": pl.String, "n_cells": pl.Int64, "n": pl.Int64, "n_no_density": pl.Int64,
    "n_places": pl.Int64, "n_industries": pl.Int64, "value": pl.Float64, "expected": pl.Float64,
    "chance_low": pl.Float64, "chance_high": pl.Float64, "p": pl.Float64,
    "detectable": pl.Float64, "odds_ratio": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64, "verdict": pl.String,
}  # fmt: skip


def _measured(
    event: str,
    cells: tuple[Flags, Flags, Floats],
    present: Flags,
    how: tuple[int, int, Share],
) -> tuple[dict[str, Any], pl.DataFrame]:
    could, did, density = cells
    draws, seed, level = how
    may = could & np.isfinite(density)
    did = did & may
    edges = _edges(density[may])
    bin_of = np.where(may, np.searchsorted(edges[1:-1], density, side="right"), -1)
    table = EventTable(may, did, density, bin_of.astype(np.int64), edges.size - 1)
    n = int(did.sum())
    row: dict[str, Any] = dict.fromkeys(_EFFECTS, np.nan) | {
        "event": event, "n_cells": int(may.sum()), "n": n, "level": level, "verdict": FEW,
        "n_no_density": int((could & ~may).sum()),
        "n_places": int(did.any(axis=1).sum()), "n_industries": int(did.any(axis=0).sum()),
    }  # fmt: skip
    dealt = None
    if n:
        row["value"] = float(density[did].mean())
        if draws:
            mean, dealt = dealt_events(table, draws, seed)
            row |= _against(row["value"], mean, level)
        row |= _odds(table, present, level)
        row["verdict"] = _verdict(row, level)
    return row, _curve(event, table, edges, dealt, level)


def _edges(density: Floats) -> Floats:
    """Return the borders of up to ten classes of density with equally many cells."""
    if not density.size:
        return np.array([0.0, 1.0])
    edges = np.unique(np.quantile(density, np.linspace(0, 1, BINS + 1)))
    return edges if edges.size > 1 else np.array([edges[0], edges[0]])


def _against(value: float, mean: Floats, level: Share) -> dict[str, float]:
    expected = float(mean.mean())
    further = int(np.sum(np.abs(mean - expected) >= abs(value - expected) - 1e-12))
    low, high = central_range(mean, level)
    reach = float(norm.ppf((1 + level) / 2) + norm.ppf(POWER))
    spread = float(mean.std(ddof=1)) if mean.size > 1 else np.nan
    return {
        "expected": expected, "chance_low": low, "chance_high": high,
        "p": (1 + further) / (1 + mean.size), "detectable": reach * spread,
    }  # fmt: skip


def _odds(table: EventTable, present: Flags, level: Share) -> dict[str, float]:
    """Return the odds ratio for one step of density, given diversity and ubiquity."""
    row, column = np.nonzero(table.may)
    y = table.did[table.may].astype(np.float64)
    diverse = np.log(np.maximum(present.sum(axis=1), 1))
    common = np.log(np.maximum(present.sum(axis=0), 1))
    columns = [table.density[table.may], diverse[row], common[column]]
    kept = [part - part.mean() for part in columns if np.ptp(part) > 1e-12]
    if y.sum() < FEWEST_EVENTS or np.ptp(columns[0]) <= 1e-12 or y.all():
        return {}
    try:
        fitted = fit_logit(np.column_stack([np.ones(y.size), *kept]), y, (row, column))
    except NotConverged:
        return {}  # the row keeps its gap; density against chance is still told
    at, error = fitted.coefficients[1], np.sqrt(fitted.covariance[1, 1])
    half = norm.ppf((1 + level) / 2) * error
    ends = np.exp(STEP * np.array([at, at - half, at + half]))
    return dict(zip(("odds_ratio", "low", "high"), ends.tolist(), strict=True))


def _verdict(row: dict[str, Any], level: Share) -> str:
    if row["n"] < FEWEST_EVENTS or not np.isfinite(row["p"]):
        return FEW
    if row["p"] > 1 - level:
        return CHANCE
    return MORE if row["value"] > row["expected"] else FEWER


def _curve(
    event: str, table: EventTable, edges: Floats, dealt: Floats | None, level: Share
) -> pl.DataFrame:
    rows = []
    row, column = np.nonzero(table.may)
    y, density = table.did[table.may].astype(np.float64), table.density[table.may]
    code = table.bin_of[table.may]
    for number in range(table.n_bins):
        here = code == number
        value, low, high = share_interval(y[here], (row[here], column[here]), level)
        chance = (np.nan, np.nan)
        if dealt is not None and here.any():
            chance = central_range(dealt[:, number] / here.sum(), level)
        rows.append({
            "event": event, "density_low": float(edges[number]),
            "density_high": float(edges[number + 1]),
            "density": float(density[here].mean()) if here.any() else np.nan,
            "n_cells": int(here.sum()), "n": int(y[here].sum()), "value": value, "low": low,
            "high": high, "chance_low": chance[0], "chance_high": chance[1], "level": level,
        })  # fmt: skip
    return pl.DataFrame(rows)


def _without_nan(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(pl.selectors.float().fill_nan(None))
