"""Deals across borders by region and year: who invests abroad, and who is invested in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study

LAYERS = ("acquisition", "investment", "ownership", "affiliate")
MISDATED = 0.001  # share of deals at either end whose date may be wrong
DEEPEST = 12  # steps from a place to the region it lies in
UNKNOWN_INDUSTRY, UNKNOWN_COUNTRY = "industry unknown", "country unknown"


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
    first_year, last_year : int     of dated deals, across borders or not, but for one in a
                                    thousand at either end
    layers : tuple of str
    """

    deals: pl.DataFrame
    left_out: pl.DataFrame
    first_year: int
    last_year: int
    layers: tuple[str, ...]


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
        None: acquisitions, investments, ownership and affiliates, as far as there are any.

    Raises
    ------
    InvalidArgument
        A layer without linkages.
    TooFew
        No deals at all, none with a date, or no organisation in any of the regions.

    Notes
    -----
    The same two organisations in one layer on one day are one deal. A deal with oneself or
    between organisations of one owner is left out, and so is one where a country is not known:
    not known is not "at home".
    """
    used = _layers(study, layers)
    deals = study.linkages.filter(pl.col("layer").is_in(used)).unique(
        ["source", "target", "layer", "start"], maintain_order=True
    )
    ends = _organisations(study, regions)
    if not ends["region"].is_not_null().any():
        raise TooFew(
            "border_deals: no organisation stands in a region that has the outcome; fill "
            "`organisations.place_id`, and `places.parent_id` up to those regions"
        )
    for side in ("source", "target"):
        deals = deals.join(
            ends.rename({name: f"{side}_{name}" for name in ends.columns if name != "org_id"}),
            left_on=side, right_on="org_id", how="left", validate="m:1", maintain_order="left",
        )  # fmt: skip
    deals = deals.with_columns(year=pl.col("start").dt.year().cast(pl.Int64))
    told = deals.with_columns(reason=_reason())
    years = told.filter(pl.col("year").is_not_null())["year"]
    if not years.len():
        raise TooFew("border_deals: no deal has a date (`linkages.start`)")
    left_out = (
        told.filter(pl.col("reason").is_not_null())
        .group_by("reason").agg(n=pl.len().cast(pl.Int64)).sort("n", "reason", descending=True)
    )  # fmt: skip
    usable = told.filter(pl.col("reason").is_null())
    first, last = _span(years)
    return BorderDeals(_by_way(usable), left_out, first, last, used)


def _span(years: pl.Series) -> tuple[int, int]:
    """Return the years between which deals are recorded.

    One deal in a thousand at either end may be misdated (a year 1201, or one to come) without
    making years known in which nobody looked.
    """
    first = years.quantile(MISDATED, interpolation="lower")
    last = years.quantile(1 - MISDATED, interpolation="higher")
    assert first is not None
    assert last is not None
    return int(first), int(last)


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
    return (
        study.organisations.select("org_id", "place_id", "country", "industry", "owner_id")
        .join(of_place, on="place_id", how="left", validate="m:1", maintain_order="left")
        .join(country, on="place_id", how="left", validate="m:1", maintain_order="left")
        .select(
            "org_id", "region", "industry",
            country=pl.coalesce("country", "place_country"),
            owner=pl.coalesce("owner_id", "org_id"),
        )
    )  # fmt: skip


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


def _reason() -> pl.Expr:
    """Return why a deal is not used; null where it is."""
    away = pl.col("source_region").is_null() & pl.col("target_region").is_null()
    unknown = pl.col("source_country").is_null() | pl.col("target_country").is_null()
    return (
        pl.when(pl.col("source") == pl.col("target")).then(pl.lit("with oneself"))
        .when(pl.col("source_owner") == pl.col("target_owner"))
        .then(pl.lit("between organisations of one owner"))
        .when(away).then(pl.lit("no end in a region"))
        .when(unknown).then(pl.lit("country of an end not known"))
        .when(pl.col("source_country") == pl.col("target_country"))
        .then(pl.lit("within a country"))
        .when(pl.col("year").is_null()).then(pl.lit("date not known"))
    )  # fmt: skip


def _by_way(usable: pl.DataFrame) -> pl.DataFrame:
    industry = pl.coalesce(pl.col("target_industry"), pl.lit(UNKNOWN_INDUSTRY))
    parts = [
        usable.filter(pl.col(f"{here}_region").is_not_null()).select(
            region=f"{here}_region",
            way=pl.lit(way),
            year="year",
            amount="weight",
            unit="unit",
            industry=industry,
            host=f"{there}_country",
            investor="source_owner",
        )
        for here, there, way in (
            ("source", "target", "outward"),
            ("target", "source", "inward"),
        )
    ]
    return pl.concat(parts)
