"""Regions with an outcome of people, and the deals across borders of three years."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_codes, as_floats
from buzzline.econometrics.border_deals import (
    BorderDeals,
    border_deals,
    region_of_place,
)
from buzzline.econometrics.region_years import RegionYears
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.holdings import PER_CENT, SHARES
from buzzline.tables.study import Study
from buzzline.wording import plural

Measured = Literal["deals", "amounts"]
WINDOW = 3  # years over which deals are added up
INHABITANTS = 10_000
OUTWARD, INWARD = "outward", "inward"
WAYS = (OUTWARD, INWARD)
OF_PEOPLE = "income|earning|wage|salar"
MOST_REGIONS = 0.9  # share of regions that a year of the cross-section has to have
WITH_AMOUNT = 0.5  # share of deals with an amount, below which amounts are not added up


@dataclass(frozen=True, slots=True, eq=False)
class IncomePanel:
    """Regions by years, with deals of any year around.

    Attributes
    ----------
    regions : DataFrame
        `region`, `name`, `longitude`, `latitude`, `population`, `parent`; rows are codes.
    years : tuple of int        of the outcome, rising
    value : (regions, years) float64        the outcome as it stands; NaN where not known
    is_log : bool               it is taken in logarithms
    controls : (regions, years, c) float64
    control_names : tuple of str
    yearly : (regions, all years, 2) float64
        New deals per 10,000 inhabitants, outward and inward, from `first_year` on.
    first_year : int
    deals : BorderDeals
    measured : "deals" or "amounts"
    outcome, unit : str
    amount_unit : str           of amounts; "" where deals are counted
    notes : tuple of str
    """

    regions: pl.DataFrame
    years: tuple[int, ...]
    value: Floats
    is_log: bool
    controls: Floats
    control_names: tuple[str, ...]
    yearly: Floats
    first_year: int
    deals: BorderDeals
    measured: Measured
    outcome: str
    unit: str
    amount_unit: str
    notes: tuple[str, ...]

    @property
    def per(self) -> str:
        """Of what one more is told: "deal", or the unit of amounts."""
        return self.amount_unit or "deal"

    @property
    def ways(self) -> tuple[str, ...]:
        """Ways in which there are deals at all; both where there are none."""
        return tuple(way for k, way in enumerate(WAYS) if self.yearly[:, :, k].any()) or WAYS

    def dealt(self, earlier: int = 0) -> RegionYears:
        """Return rows with deals of three years, one column a way there is."""
        return self.rows(self.in_ways(self.stock(earlier)), self.ways)

    def in_ways(self, both: Floats) -> Floats:
        """Return the columns of ways there are. both : (regions, years, 2) float64."""
        return as_floats(both[:, :, [WAYS.index(way) for way in self.ways]])

    def year_of_cross_section(self) -> int:
        """Return the place of the last year with nine in ten regions, else with most.

        Raises
        ------
        TooFew
            No region is known in any year.
        """
        known = np.isfinite(self.value) & np.isfinite(self.stock()).all(axis=2)
        counts = (known & np.isfinite(self.controls).all(axis=2)).sum(axis=0)
        if not counts.any():
            raise TooFew(
                "income_ladder: in no year of the outcome are deals of three years known; "
                f"deals are dated {self.deals.first_year} to {self.deals.last_year}"
            )
        least = min(MOST_REGIONS * self.regions.height, counts.max())
        return int(np.flatnonzero(counts >= least)[-1])

    def largest_investor(self) -> tuple[str, float]:
        """Return who makes most deals across borders, and what share of them; nobody: 0."""
        counts = self.deals.deals["investor"].value_counts(sort=True)
        if not counts.height:
            return "", 0.0
        return str(counts["investor"][0]), float(counts["count"][0]) / self.deals.deals.height

    def without(self, investor: str) -> IncomePanel:
        """Return the same without the deals of one investor."""
        rest = self.deals.deals.filter(pl.col("investor") != investor)
        deals = replace(self.deals, deals=rest)
        return replace(self, deals=deals, yearly=_yearly(deals, self.regions, self.amount_unit))

    def new(self, later: int = 0) -> Floats:
        """Return new deals `later` years after each outcome; NaN beyond what is known.

        Returns
        -------
        (regions, years, 2) float64
        """
        return self._at(self.yearly, later, 1)

    def stock(self, earlier: int = 0) -> Floats:
        """Return deals of three years up to `earlier` years before each outcome.

        Returns
        -------
        (regions, years, 2) float64
        """
        total = np.cumsum(self.yearly, axis=1)
        total[:, WINDOW:] = total[:, WINDOW:] - total[:, :-WINDOW].copy()
        return self._at(total, -earlier, WINDOW)

    def rows(self, asked: Floats, names: Sequence[str]) -> RegionYears:
        """Return rows with these columns, and the controls, in which all is known.

        Parameters
        ----------
        asked : (regions, years, a) float64
        names : sequence of str
        """
        n, t = self.value.shape
        y = np.log(self.value) if self.is_log else self.value
        x = np.concatenate([asked, self.controls], axis=2).reshape(n * t, -1)
        return RegionYears(
            as_floats(y.ravel()), as_floats(x), (*names, *self.control_names), len(names),
            as_codes(np.repeat(np.arange(n), t)), as_codes(np.tile(self.years, n)),
        ).known()  # fmt: skip

    def _at(self, yearly: Floats, later: int, least: int) -> Floats:
        place = np.asarray(self.years) + later - self.first_year
        known = (place >= least - 1) & (place < yearly.shape[1])
        out = yearly[:, np.clip(place, 0, yearly.shape[1] - 1)]
        return as_floats(np.where(known[None, :, None], out, np.nan))


def income_panel(
    study: Study,
    *,
    outcome: str | None = None,
    controls: Sequence[str] = (),
    layers: Sequence[str] | None = None,
    measured: Measured = "deals",
) -> IncomePanel:
    """Return regions by years with what is held against each other.

    Parameters
    ----------
    study : Study
        `outcomes` of places, `places.population`, and dated deals of organisations in them.
    outcome : indicator, optional
        None: the one of income, earnings or wages that most places and years have.
    controls : names of indicators
    layers : names of layers, or None
        See `border_deals`.
    measured : "deals" or "amounts"
        What is added up: how many, or how much in the one unit that amounts are given in.

    Raises
    ------
    TooFew
        No such outcome of places, no deals, no population.
    InvalidArgument
        An indicator that no place has.
    """
    name, unit = _outcome(study, outcome)
    told = _of_places(study, name)
    regions, apart = one_level(_regions(study, told))
    deals = border_deals(study, regions, layers=layers)
    regions, notes = _seen(study, regions)
    years = tuple(int(year) for year in told["year"].unique().sort())
    value = _laid_out(told, regions, years)
    held = [
        _laid_out(_of_places(study, one), regions, years) for one in _known(study, controls)
    ]
    known = value[np.isfinite(value)]
    is_log = bool((known > 0).all())
    if not is_log:
        notes.append(f"Some values of {name!r} are not above 0, so it is taken as it stands, "
                     "not in logarithms.")  # fmt: skip
    used_unit, said = ("", []) if measured == "deals" else _one_unit(deals.deals)
    yearly = _yearly(deals, regions, used_unit)
    return IncomePanel(
        regions, years, value, is_log,
        np.stack(held, axis=2) if held else np.zeros((*value.shape, 0)), tuple(controls),
        yearly, deals.first_year, deals, measured, name, unit, used_unit,
        (*deals.notes, *apart, *notes, *said),
    )  # fmt: skip


def _outcome(study: Study, outcome: str | None) -> tuple[str, str]:
    of_places = study.outcomes.join(
        study.places, left_on="unit_id", right_on="place_id", how="semi"
    )
    if outcome is not None:
        of_places = of_places.filter(pl.col("indicator") == outcome)
        if not of_places.height:
            raise InvalidArgument(f"income_ladder: no place has the indicator {outcome!r}")
    elif of_places.height:
        of_people = pl.col("indicator").str.to_lowercase().str.contains(OF_PEOPLE)
        of_places = of_places.filter(of_people)
    if not of_places.height:
        raise TooFew(
            "income_ladder: no indicator of places is of income, earnings or wages; add one to "
            "`outcomes`, or name one as `outcome`"
        )
    counts = of_places.group_by("indicator").agg(n=pl.len())
    first = counts.sort("n", "indicator", descending=[True, False])["indicator"][0]
    units = of_places.filter(pl.col("indicator") == first)["unit"].fill_null("").unique().sort()
    if units.len() > 1:
        raise TooFew(
            f"income_ladder: the outcome {first!r} stands in {units.len()} units "
            f"({', '.join(repr(unit) for unit in units)}); bring it into one"
        )
    return str(first), str(units[0])


def _known(study: Study, controls: Sequence[str]) -> tuple[str, ...]:
    for name in controls:
        if not _of_places(study, name).height:
            raise InvalidArgument(f"income_ladder: no place has the indicator {name!r}")
    return tuple(controls)


def _of_places(study: Study, indicator: str) -> pl.DataFrame:
    return study.outcomes.filter(pl.col("indicator") == indicator).join(
        study.places, left_on="unit_id", right_on="place_id", how="semi"
    )


def _regions(study: Study, told: pl.DataFrame) -> pl.DataFrame:
    """Return places that have the outcome, each once."""
    return study.places.join(
        told.select(place_id="unit_id").unique(), on="place_id", how="semi"
    ).select(
        region="place_id", name=pl.coalesce("name", "place_id"), longitude="longitude",
        latitude="latitude", population="population", parent="parent_id",
        place_level=pl.col("level").fill_null(""),
    ).sort("region")  # fmt: skip


def one_level(regions: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Keep regions of one level of places, none of which lies in another.

    A town and the region around it are no two regions: the level with most is kept, and of
    places inside each other the innermost.

    Parameters
    ----------
    regions : DataFrame
        `region`, `parent`, `place_level`.

    Returns
    -------
    DataFrame
    list of str
        What was left out.
    """
    counts = regions.group_by("place_level").agg(
        n=pl.len(), inside=pl.col("parent").is_in(regions["region"].implode()).sum()
    ).sort("n", "inside", "place_level", descending=[True, False, False])  # fmt: skip
    kept = regions.filter(pl.col("place_level") == counts["place_level"][0])
    others = [f"{n:,} of level {name or 'unknown'!r}" for name, n, _ in counts[1:].iter_rows()]
    notes = []
    if others:
        name = counts["place_level"][0] or "unknown"
        notes.append(
            "The outcome stands at several levels of places: regions are the "
            f"{kept.height:,} of level {name!r}, which has most; {' and '.join(others)} are "
            "left out. To choose another, drop those you do not want from `outcomes`."
        )
    outer = kept.filter(pl.col("region").is_in(kept["parent"].drop_nulls().implode()))
    if outer.height:
        kept = kept.join(outer, on="region", how="anti")
        notes.append(
            f"{plural(outer.height, 'region')} left out in which others with the outcome lie."
        )
    return kept, notes


def _seen(study: Study, regions: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Leave out regions without inhabitants, and those of which the study knows nobody."""
    from_places = _with_organisations(study, regions)
    peopled = regions.filter(pl.col("population") > 0)
    seen = peopled.join(from_places, on="region", how="semi").sort("region")
    notes = []
    if n := regions.height - peopled.height:
        notes.append(f"{plural(n, 'region')} without a known population left out.")
    if n := peopled.height - seen.height:
        notes.append(
            f"{plural(n, 'region')} left out in which the study knows no organisation: "
            "no deals known is not no deals."
        )
    if not seen.height:
        raise TooFew(
            "income_ladder: no region has both inhabitants and organisations; fill "
            "`places.population`"
        )
    return seen, notes


def _with_organisations(study: Study, regions: pl.DataFrame) -> pl.DataFrame:
    of_place = region_of_place(study.places, regions)
    return (
        study.organisations.select("place_id")
        .join(of_place, on="place_id", how="inner", validate="m:1")
        .select(pl.col("region").drop_nulls().unique())
    )  # fmt: skip


def _laid_out(told: pl.DataFrame, regions: pl.DataFrame, years: Sequence[int]) -> Floats:
    """Return values by region and year; NaN where not known."""
    out = np.full((regions.height, len(years)), np.nan)
    at = told.join(
        regions.select(unit_id="region").with_row_index("row"), on="unit_id", how="inner",
        validate="m:1",
    ).filter(pl.col("year").is_in(list(years)))  # fmt: skip
    place = np.searchsorted(np.asarray(years), at["year"].to_numpy())
    out[at["row"].to_numpy(), place] = at["value"].to_numpy()
    return as_floats(out)


def _yearly(deals: BorderDeals, regions: pl.DataFrame, unit: str) -> Floats:
    """Return new deals, or amounts in a unit, per 10,000 by region, year and way."""
    used = deals.deals.filter(pl.col("unit") == unit) if unit else deals.deals
    span = deals.last_year - deals.first_year + 1
    out = np.zeros((regions.height, span, 2))
    at = used.join(
        regions.select("region").with_row_index("row"), on="region", how="inner", validate="m:1"
    )
    if unit:
        at = at.drop_nulls("amount")
    ways = at["way"].replace_strict({OUTWARD: 0, INWARD: 1}, return_dtype=pl.Int64).to_numpy()
    amount = at["amount"].to_numpy() if unit else np.ones(at.height)
    year = at["year"].to_numpy() - deals.first_year
    np.add.at(out, (at["row"].to_numpy(), year, ways), amount)
    people: Any = regions["population"].to_numpy()
    return as_floats(out * (INHABITANTS / people)[:, None, None])


def _one_unit(deals: pl.DataFrame) -> tuple[str, list[str]]:
    """Return the commonest unit of amounts, and what that leaves out; none is converted."""
    is_stake = pl.col("unit").str.strip_chars().str.to_lowercase().is_in(SHARES + PER_CENT)
    with_amount = deals.filter(
        pl.col("amount").is_not_null() & pl.col("unit").is_not_null() & ~is_stake
    )
    if not with_amount.height:
        raise TooFew(
            "income_ladder: no deal has an amount with a unit (stakes in per cent are none); "
            "use `measured` deals"
        )
    unit = str(
        with_amount["unit"].value_counts().sort("count", "unit", descending=True)["unit"][0]
    )
    share = with_amount.filter(pl.col("unit") == unit).height / deals.height
    if share < WITH_AMOUNT:
        raise TooFew(
            f"income_ladder: {share:.0%} of deals have an amount in {unit}; sums of so few "
            "would take unknown amounts for none. Use `measured` deals"
        )
    notes = [
        f"Amounts are in {unit}; {share:.0%} of deals have one, all others count as nothing "
        "here, so small deals and other currencies are missing."
    ]
    if n := deals.filter(is_stake).height:
        notes.append(f"{plural(n, 'deal')} with a stake in per cent or shares: no amount.")
    return unit, notes
