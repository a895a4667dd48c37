"""Deals across borders by region and year: who invests abroad, and who is invested in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.deals import deals_of
from buzzline.tables.study import Study
from buzzline.wording import plural

LAYERS = ("acquisition", "investment", "ownership", "affiliate")
MISDATED = 0.001  # share of deals at either end whose date may be wrong
LONG_GAP = 3  # years without any deal at all, after which deals are not taken to be recorded
DEEPEST = 12  # steps from a place to the region it lies in
UNKNOWN_INDUSTRY, UNKNOWN_COUNTRY = "industry unknown", "country unknown"
NO_PLACE, NO_COUNTRY, NO_DATE = (
    "place of an end not known", "country of an end not known", "date not known"
)  # fmt: skip
TWICE, OTHER_YEARS = "told twice: same two, layer and day", "dated outside the years recorded"
_NAMES = pl.DataFrame(schema={"cluster_id": pl.String, "org_id": pl.String})
NO_CLUSTERS = Clustering(_NAMES, _NAMES, _NAMES, _NAMES, 0.95, 0.05, 0)


@dataclass(frozen=True, slots=True, eq=False)
class BorderDeals:
    """Deals across borders with an end in a region.

    Attributes
    ----------
    deals : DataFrame
        One row a deal and region: `region` (a place), `way` ("outward": the region's
        organisation invests, "inward": it is invested in), `year`, `amount`, `unit`,
        `industry` (of the organisation invested in), `host` (country at the other end),
        `investor` (owner of the organisation that invests, else itself).
    left_out : DataFrame
        `reason`, `n`: deals that were not used.
    first_year, last_year : int     of the years in which deals are recorded
    layers : tuple of str
    notes : tuple of str
    """

    deals: pl.DataFrame
    left_out: pl.DataFrame
    first_year: int
    last_year: int
    layers: tuple[str, ...]
    notes: tuple[str, ...] = ()


def border_deals(
    study: Study, regions: pl.DataFrame, *, layers: Sequence[str] | None = None
) -> BorderDeals:
    """Return deals across borders with an end in one of the regions.

    Parameters
    ----------
    study : Study
        Organisations stand in places by `place_id`; a place lies in the first region on the
        way from it through `parent_id`.
    regions : DataFrame
        `region`: identifiers of the places that are regions.
    layers : names of layers, or None
        None: acquisitions, investments and affiliates, as far as there are any; ownership
        where there is none of them.

    Raises
    ------
    InvalidArgument
        A layer without linkages, or one that is none of deals.
    TooFew
        No deals at all, none with a date, or no organisation in any of the regions.

    Notes
    -----
    The same two organisations in one layer on one day are one deal, and so is a purchase that
    is also listed as ownership or affiliate (see `deals_of`). A deal with oneself or inside a
    group as it was the day before is left out; whom a register names as owner of the target
    today says nothing about that day. Where a country or a place is not known the deal is left
    out: not known is not "at home", nor "elsewhere". Years run from the first to the last deal
    without three years in between in which nobody made any, but for one deal in a thousand at
    either end and for years to come.
    """
    used = _layers(study, layers)
    ends = _organisations(study, regions)
    if not ends["region"].is_not_null().any():
        raise TooFew(
            "border_deals: no organisation stands in a region that has the outcome; fill "
            "`organisations.place_id`, and `places.parent_id` up to those regions"
        )
    years = study.linkages.filter(pl.col("layer").is_in(used))["start"].dt.year().drop_nulls()
    if not years.len():
        raise TooFew("border_deals: no deal has a date (`linkages.start`)")
    span = recorded_years(years.to_numpy())
    once, twice = _once(study, used)
    found = deals_of(_as_bought(once, used), NO_CLUSTERS, layers=layers)
    deals = found.deals.select("source", "target", "group", "year", "amount", "unit")
    for side in ("source", "target"):
        deals = deals.join(
            ends.rename({name: f"{side}_{name}" for name in ends.columns if name != "org_id"}),
            left_on=side, right_on="org_id", how="left", validate="m:1", maintain_order="left",
        )  # fmt: skip
    told = deals.with_columns(pl.col("year").cast(pl.Int64)).with_columns(reason=_reason(*span))
    left_out = pl.concat([
        found.left_out, told.drop_nulls("reason")["reason"].value_counts(name="n").cast(
            {"n": pl.Int64}),
        pl.DataFrame({"reason": [TWICE], "n": [twice]}),
    ]).filter(pl.col("n") > 0).sort("n", "reason", descending=True)  # fmt: skip
    usable = told.filter(pl.col("reason").is_null())
    return BorderDeals(
        _by_way(usable), left_out, *span, found.layers, tuple(_notes(usable, left_out, span))
    )


def recorded_years(years: np.ndarray) -> tuple[int, int]:
    """Return the years between which deals are recorded.

    A misdated deal (a year 1201, or one to come) does not make years known in which nobody
    looked: one deal in a thousand may lie before or after, years to come do not count, and
    of stretches parted by three years without any deal the one with most deals is taken.

    Examples
    --------
    >>> recorded_years(np.array([1701, 2001, 2002, 2004, 2999]))
    (2001, 2004)
    """
    years = np.sort(years[years <= datetime.now(tz=UTC).year])
    if not years.size:
        raise TooFew("border_deals: all deals are dated in years to come")
    edge = int(np.floor(MISDATED * (years.size - 1)))
    years = years[edge : years.size - edge]
    parts = np.split(years, np.flatnonzero(np.diff(years) > LONG_GAP) + 1)
    most = max(parts, key=len)
    return int(most[0]), int(most[-1])


def _once(study: Study, used: Sequence[str]) -> tuple[Study, int]:
    """Return the study with each deal told once, and how many were told again."""
    again = (
        pl.col("layer").is_in(list(used))
        & ~pl.struct("source", "target", "layer", "start").is_first_distinct()
    )
    kept = study.linkages.filter(~again)
    return study.with_table("linkages", kept), study.linkages.height - kept.height


def _as_bought(study: Study, used: Sequence[str]) -> Study:
    """Forget who owns a target today: it may be by this very deal."""
    targets = study.linkages.filter(pl.col("layer").is_in(list(used)))["target"].implode()
    owner = pl.when(~pl.col("org_id").is_in(targets)).then("owner_id")
    return study.with_table("organisations", study.organisations.with_columns(owner_id=owner))


def _notes(usable: pl.DataFrame, left_out: pl.DataFrame, span: tuple[int, int]) -> list[str]:
    said = f"Deals are taken to be recorded from {span[0]} to {span[1]}"
    outside = dict(left_out.iter_rows()).get(OTHER_YEARS, 0)
    notes = [said + (f"; {outside:,} dated outside are not used." if outside else ".")]
    if n := usable.filter(pl.col("source_owner") == pl.col("target_owner")).height:
        notes.append(
            f"{plural(n, 'deal')} with an organisation whose owner today is the investor's "
            "too; no dated tie says that it was before, so "
            + ("it counts." if n == 1 else "they count.")
        )
    return notes


def _layers(study: Study, layers: Sequence[str] | None) -> tuple[str, ...]:
    there = set(study.linkages["layer"].unique())
    if layers is None:
        used = tuple(name for name in LAYERS if name in there)
        if not used:
            raise TooFew(
                "border_deals: the study has no deals (layers " + ", ".join(LAYERS) + ")"
            )
        return used
    for name in layers:
        if name not in there:
            raise InvalidArgument(f"border_deals: the study has no linkages of layer {name!r}")
    if not layers:
        raise InvalidArgument("border_deals: name one layer at least, or give None")
    return tuple(layers)


def _organisations(study: Study, regions: pl.DataFrame) -> pl.DataFrame:
    of_place = region_of_place(study.places, regions)
    country = study.places.select("place_id", place_country="country")
    of_regions = study.places.filter(pl.col("place_id").is_in(regions["region"].implode()))
    theirs = of_regions["country"]
    return (
        study.organisations.select("org_id", "place_id", "country", "industry", "owner_id")
        .join(of_place, on="place_id", how="left", validate="m:1", maintain_order="left")
        .join(country, on="place_id", how="left", validate="m:1", maintain_order="left")
        .with_columns(country=pl.coalesce(_filled("country"), _filled("place_country")))
        .select(
            "org_id", "region", "industry", "country",
            owner=pl.coalesce("owner_id", "org_id"),
            placed=pl.col("place_id").is_not_null() | (
                ~pl.col("country").is_in(theirs.drop_nulls().unique().implode())
                & pl.lit(theirs.null_count() == 0)
            ).fill_null(value=False),
        )
    )  # fmt: skip


def _filled(column: str) -> pl.Expr:
    return pl.col(column).replace("", None)


def region_of_place(places: pl.DataFrame, regions: pl.DataFrame) -> pl.DataFrame:
    """Return the region each place lies in: itself, or the first on the way up.

    Parameters
    ----------
    places : DataFrame
        As the table `places`.
    regions : DataFrame
        `region`.

    Returns
    -------
    DataFrame
        `place_id`, `region` (null: in none).

    Examples
    --------
    >>> places = pl.DataFrame({"place_id": ["a", "b", "c"], "parent_id": ["b", "c", None]})
    >>> region_of_place(places, pl.DataFrame({"region": ["b"]}))["region"].to_list()
    ['b', 'b', None]
    """
    known = regions["region"].implode()
    up = dict(places.select("place_id", "parent_id").iter_rows())
    at = places.select("place_id", here="place_id", region=pl.lit(None, pl.String))
    for _ in range(DEEPEST):
        found = pl.col("region").is_null() & pl.col("here").is_in(known)
        at = at.with_columns(region=pl.when(found).then("here").otherwise("region"))
        at = at.with_columns(
            here=pl.when(pl.col("region").is_null()).then(
                pl.col("here").replace_strict(up, default=None, return_dtype=pl.String)
            )
        )
        if not at["here"].is_not_null().any():
            break
    return at.select("place_id", "region")


def _reason(first: int, last: int) -> pl.Expr:
    """Return why a deal is not used; null where it is."""
    away = pl.col("source_region").is_null() & pl.col("target_region").is_null()
    placed = pl.col("source_placed").fill_null(value=False)
    placed &= pl.col("target_placed").fill_null(value=False)
    unknown = pl.col("source_country").is_null() | pl.col("target_country").is_null()
    return (
        pl.when(pl.col("source_country") == pl.col("target_country"))
        .then(pl.lit("within a country"))
        .when(away & placed).then(pl.lit("no end in a region"))
        .when(away).then(pl.lit(NO_PLACE))
        .when(unknown).then(pl.lit(NO_COUNTRY))
        .when(pl.col("year").is_null()).then(pl.lit(NO_DATE))
        .when(~pl.col("year").is_between(first, last)).then(pl.lit(OTHER_YEARS))
    )  # fmt: skip


def _by_way(usable: pl.DataFrame) -> pl.DataFrame:
    industry = pl.coalesce(pl.col("target_industry"), pl.lit(UNKNOWN_INDUSTRY))
    parts = [
        usable.filter(pl.col(f"{here}_region").is_not_null()).select(
            region=f"{here}_region",
            way=pl.lit(way),
            year="year",
            amount="amount",
            unit="unit",
            industry=industry,
            host=f"{there}_country",
            investor=pl.when(pl.col("group") == pl.col("source"))
            .then("source_owner")
            .otherwise("group"),
        )
        for here, there, way in (
            ("source", "target", "outward"),
            ("target", "source", "inward"),
        )
    ]
    return pl.concat(parts)
