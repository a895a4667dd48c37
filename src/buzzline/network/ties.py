"""Who is tied to whom across which distance: the few functions that touch raw ties.

Written once on narwhals lazy frames, so that polars, DuckDB and Spark Connect give equal
answers. Engines compare chords of the unit sphere instead of great-circle distances: a tie of
d km has the chord 2 sin(d / 2R). An empty weight counts as one tie.
"""

from __future__ import annotations

from math import inf, pi

import narwhals as nw
import polars as pl

from buzzline.network.doors import TIE_COLUMNS, frame_with, organisations_with, ties_beside
from buzzline.network.engines import AnyFrame, Lazy, collected
from buzzline.network.sums import counted, weighed
from buzzline.quantities import Kilometres
from buzzline.space.globe import EARTH_RADIUS_KM, chord
from buzzline.space.scales import SCALES, UNKNOWN_SCALE, Cutoffs

_RADIANS = pi / 180


def ties_by_scale(linkages: AnyFrame, organisations: AnyFrame, cutoffs: Cutoffs) -> Lazy:
    """Return the ties with the length of each and the rung of the ladder it falls on.

    Parameters
    ----------
    linkages : frame
        Needs `source`, `target`, `layer`; every row is kept, once.
    organisations : frame
        Needs `org_id` (unique), `longitude`, `latitude` and `country`.
    cutoffs : Cutoffs

    Returns
    -------
    LazyFrame
        The columns of `linkages` and
        `chord` [radii of the Earth]: null when an end has no coordinates; `globe.kilometres`
        turns a collected column into km;
        `scale`: "local" up to `local_km` and "regional" up to `regional_km`, across borders
        too; further apart "national" in one country and "global" between two; "unknown" when
        an end has no coordinates, or beyond `regional_km` no country.

    Raises
    ------
    InvalidTables
        A column is missing, or an organisation is listed twice.
    InvalidArgument
        The two frames are not on the same engine.

    Notes
    -----
    An end without coordinates leaves the scale unknown even when both countries are known: a
    tie across a border can be local, and one inside a country local or regional.

    Examples
    --------
    >>> places = pl.DataFrame({"org_id": ["a", "b"], "longitude": [11.1, 10.9],
    ...                        "latitude": [43.9, 44.8], "country": ["IT", "IT"]})
    >>> ties = pl.DataFrame({"source": ["a"], "target": ["b"], "layer": ["supply"]})
    >>> ties_by_scale(ties, places, Cutoffs()).collect().to_polars()["scale"].to_list()
    ['regional']
    """
    ends = placed(organisations)
    ties = ties_beside(linkages, ends)
    for end in ("source", "target"):
        names = {name: f"{end}_{name}" for name in ("ux", "uy", "uz", "country")}
        ties = ties.join(ends.rename(names), how="left", left_on=end, right_on="org_id")
    across = [
        nw.col(f"source_{axis}") - nw.col(f"target_{axis}") for axis in ("ux", "uy", "uz")
    ]
    squared = across[0] * across[0] + across[1] * across[1] + across[2] * across[2]
    ties = ties.with_columns(chord=squared.sqrt(), scale=_scale(squared, cutoffs))
    return ties.drop([f"{end}_{name}" for end in ("source", "target")
                      for name in ("ux", "uy", "uz", "country")])  # fmt: skip


def placed(organisations: AnyFrame) -> Lazy:
    """Return organisations as points of the unit sphere: `org_id`, `ux`, `uy`, `uz`, `country`.

    The three coordinates are null when longitude or latitude is missing.

    Raises
    ------
    InvalidTables
        A column is missing, or an organisation is listed twice: joining ties to it would
        multiply them.
    """
    frame = organisations_with(organisations, "longitude", "latitude", "country")
    east, north = nw.col("longitude") * _RADIANS, nw.col("latitude") * _RADIANS
    located = nw.col("longitude").is_finite() & nw.col("latitude").is_finite()
    return frame.select(
        "org_id",
        ux=nw.when(located).then(north.cos() * east.cos()),
        uy=nw.when(located).then(north.cos() * east.sin()),
        uz=nw.when(located).then(north.sin()),
        country=nw.col("country"),
    )


def scale_counts(linkages: AnyFrame, organisations: AnyFrame, cutoffs: Cutoffs) -> pl.DataFrame:
    """Return how many ties each layer has at each scale.

    Returns
    -------
    DataFrame
        One row a layer and scale, zeros included, in the order of the ladder, "unknown" last:
        `layer`, `scale`, `n` [ties], `weight` [summed; an empty weight counts as 1]. The sum of
        `n` is the number of rows of `linkages`.

    Raises
    ------
    InvalidTables, InvalidArgument
        As `ties_by_scale`; or a weight is negative or not a number.
    """
    ties = ties_by_scale(weighed(frame_with("linkages", linkages, TIE_COLUMNS)),
                         organisations, cutoffs)  # fmt: skip
    found = counted(ties, ("layer", "scale"))
    layers = found.select("layer").unique().sort("layer", nulls_last=True)
    ladder = pl.DataFrame({"scale": [*SCALES, UNKNOWN_SCALE]})
    return (
        layers.join(ladder, how="cross", maintain_order="left_right")
        .join(found, on=["layer", "scale"], how="left", validate="1:1", nulls_equal=True,
              maintain_order="left")
        .with_columns(pl.col("n").fill_null(0), pl.col("weight").fill_null(0.0))
    )  # fmt: skip


def flows(linkages: AnyFrame, organisations: AnyFrame, *, zone: str = "zone") -> pl.DataFrame:
    """Return how many ties lead from each zone to each zone, a layer at a time.

    Parameters
    ----------
    linkages : frame
        Needs `source`, `target`, `layer`.
    organisations : frame
        Needs `org_id` (unique) and the column named by `zone`.
    zone : str
        Any grouping of organisations: country, region, place, cluster.

    Returns
    -------
    DataFrame
        One row a layer and pair of zones that has ties: `layer`, `source_zone`, `target_zone`
        (null: no zone, or an unknown organisation), `n` [ties], `weight`. Undirected ties are
        counted in the direction they are written in.

    Raises
    ------
    InvalidTables, InvalidArgument
        As `scale_counts`.

    Examples
    --------
    >>> zones = pl.DataFrame({"org_id": ["a", "b"], "zone": ["Prato", "Carpi"]})
    >>> ties = pl.DataFrame({"source": ["a"], "target": ["b"], "layer": ["supply"]})
    >>> flows(ties, zones).rows()
    [('supply', 'Prato', 'Carpi', 1, 1.0)]
    """
    ends = organisations_with(organisations, zone)
    ties = weighed(ties_beside(linkages, ends))
    for end in ("source", "target"):
        named = ends.select("org_id", **{f"{end}_zone": nw.col(zone)})
        ties = ties.join(named, how="left", left_on=end, right_on="org_id")
    return counted(ties, ("layer", "source_zone", "target_zone"))


def degrees(linkages: AnyFrame) -> pl.DataFrame:
    """Return how many ties and partners each organisation has in each layer.

    Returns
    -------
    DataFrame
        One row a layer and organisation that has ties: `layer`, `org_id`, `n_out`, `n_in`,
        `n_ties` (a self-tie counts once here, once as out and once as in), `n_partners`
        (distinct others, in either direction). Ties with an empty end count for the other
        end and bring it no partner.

    Raises
    ------
    InvalidTables
        A column is missing.

    Examples
    --------
    >>> ties = pl.DataFrame({"source": ["a", "b"], "target": ["b", "a"],
    ...                      "layer": ["supply", "supply"]})
    >>> degrees(ties).rows()
    [('supply', 'a', 1, 1, 2, 1), ('supply', 'b', 1, 1, 2, 1)]
    """
    ties = frame_with("linkages", linkages, TIE_COLUMNS)
    halves = [
        ties.select("layer", org_id=nw.col(end), other=nw.col(other), n_out=nw.lit(out),
                    n_in=nw.lit(1 - out))
        for end, other, out in (("source", "target", 1), ("target", "source", 0))
    ]  # fmt: skip
    pairs = (
        nw.concat(halves)
        .filter(~nw.col("org_id").is_null())
        .group_by("layer", "org_id", "other")
        .agg(nw.col("n_out").sum(), nw.col("n_in").sum())
    )
    is_other = (nw.col("org_id") != nw.col("other")).fill_null(value=False)
    is_self = (nw.col("org_id") == nw.col("other")).fill_null(value=False)
    counts = ("n_out", "n_in", "n_ties", "n_partners")
    summed = (
        pairs.with_columns(
            n_ties=nw.col("n_out") + nw.when(is_self).then(0).otherwise(nw.col("n_in")),
            n_partners=nw.when(is_other).then(1).otherwise(0),
        )
        .group_by("layer", "org_id")
        .agg(*(nw.col(count).sum() for count in counts))
    )
    return collected(summed, counts, order=("layer", "org_id"))


def _scale(squared: nw.Expr, cutoffs: Cutoffs) -> nw.Expr:
    same_country = nw.col("source_country") == nw.col("target_country")
    beyond = squared > _squared_chord(cutoffs.regional_km)
    return (
        nw.when(squared <= _squared_chord(cutoffs.local_km)).then(nw.lit("local"))
        .when(squared <= _squared_chord(cutoffs.regional_km)).then(nw.lit("regional"))
        .when(beyond & same_country).then(nw.lit("national"))
        .when(beyond & ~same_country).then(nw.lit("global"))
        .otherwise(nw.lit(UNKNOWN_SCALE))
    )  # fmt: skip


def _squared_chord(distance_km: Kilometres) -> float:
    # Beyond half the circumference the chord would shrink again.
    return chord(distance_km) ** 2 if distance_km < pi * EARTH_RADIUS_KM else inf
