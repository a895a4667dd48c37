"""Tables of distance-based measures and hot spots."""

from __future__ import annotations

from buzzline.export.meanings.columns import INDUSTRY, LEVEL, STATUS, Meaning, P, Q

TABLE_MEANING: dict[str, str] = {
    "kdensity": "Whether the distances within an industry are shorter than chance would have.",
    "kdensity_curves": "The density of those distances with the bands of chance.",
    "m_function": "How much denser each industry is within distances of its members (M).",
    "m_function_curves": "M at each distance with the bands of chance.",
    "m_density": "How much denser each industry is at distances from its members (m).",
    "m_density_curves": "m at each distance with the bands of chance.",
    "ripley": "Whether an industry's members have more of their own kind around them.",
    "ripley_curves": "Ripley's measure at each distance with the bands of chance.",
    "hot_spots": "Places around which an industry is over- or under-represented.",
    "hot_spots_spots": "Hot places within reach of each other taken together.",
    "hot_spots_industries": "How many hot and cold places each industry has.",
}

_TESTED: tuple[Meaning, ...] = (
    INDUSTRY,
    ("verdict", "", "Localised, dispersed, as chance, or not testable."),
    ("peak_ratio", "ratio", "Largest ratio of what is observed to what chance gives."),
    ("peak_km", "km", "Distance of that ratio."),
    P,
    Q,
    LEVEL,
    ("above_from_km", "km", "Shortest distance at which the curve is above the band."),
    ("above_to_km", "km", "Longest distance at which the curve is above the band."),
    ("n", "points", "Points of the industry."),
)
_PLACED: tuple[Meaning, ...] = (
    ("same_place_share", "share", "Pairs at identical coordinates, of all pairs."),
    ("precision_km", "km", "How far a point may stand from its coordinates (median)."),
    STATUS,
)
_M_TESTED = (
    *_TESTED,
    ("bandwidth_km", "km", "Of the Gaussian of m; empty for M."),
    *_PLACED,
)


def _curve(unit: str, value: str) -> tuple[Meaning, ...]:
    return (
        INDUSTRY,
        ("distance_km", "km", "Distance from a point of the industry."),
        ("value", unit, value),
        ("expected", unit, "Mean of the draws."),
        ("low", unit, "Lower end of the band at each distance (pointwise)."),
        ("high", unit, "Upper end of the band at each distance (pointwise)."),
        ("global_low", unit, "Lower end of the band for whole curves (global)."),
        ("global_high", unit, "Upper end of the band for whole curves (global)."),
        ("level", "share", "Of both bands."),
        ("n_reference", "points", "Points of the industry around which was counted."),
    )


_LONGITUDE: Meaning = ("longitude", "degree", "East of Greenwich, WGS 84.")
_LATITUDE: Meaning = ("latitude", "degree", "North of the equator, WGS 84.")
_NAMED: tuple[Meaning, ...] = (
    ("label", "", "Commonest city of what stands there, else its coordinates."),
    ("country", "", "Commonest country of what stands there."),
    _LONGITUDE,
    _LATITUDE,
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "kdensity": (
        INDUSTRY,
        ("verdict", "", "Localised, dispersed, as chance, or not testable."),
        ("n", "points", "Points of the industry."),
        ("localisation", "share", "Area of the curve above the global band."),
        ("dispersion", "share", "Area of the curve below it; 0 where it is localised."),
        ("near", "", "Above, inside or below the band within one bandwidth of 0 km."),
        P,
        Q,
        LEVEL,
        ("above_from_km", "km", "Shortest distance at which the curve is above the band."),
        ("above_to_km", "km", "Longest distance at which the curve is above the band."),
        ("peak_km", "km", "Where the curve is furthest above its mean under chance."),
        ("peak_ratio", "ratio", "Curve over its mean under chance, there."),
        ("bandwidth_km", "km", "Of the Gaussian that smooths the distances."),
        ("same_place_share", "share", "Pairs at identical coordinates, of all pairs."),
        ("precision_km", "km", "How far a point may stand from its coordinates (median)."),
        ("error_share", "share", "Bound on the error of gridding; 0 where pairs were counted."),
        STATUS,
    ),
    "kdensity_curves": (
        INDUSTRY,
        ("distance_km", "km", "Distance between two points of the industry."),
        ("k_density", "1/km", "Density of pairs at that distance; integrates to 1."),
        ("expected", "1/km", "Mean of the draws."),
        ("low", "1/km", "Lower end of the band at each distance (pointwise)."),
        ("high", "1/km", "Upper end of the band at each distance (pointwise)."),
        ("global_low", "1/km", "Lower end of the band for whole curves (global)."),
        ("global_high", "1/km", "Upper end of the band for whole curves (global)."),
        ("level", "share", "Of both bands."),
    ),
    "m_function": _M_TESTED,
    "m_function_curves": _curve("ratio", "M: 1 is as dense as everything."),
    "m_density": _M_TESTED,
    "m_density_curves": _curve("ratio", "m: 1 is as dense as everything."),
    "ripley": (*_TESTED, *_PLACED),
    "ripley_curves": _curve("see measure", "Neighbours [points], D or K [km2], or L [km]."),
    "hot_spots": (
        INDUSTRY,
        *_NAMED,
        ("heat", "", "Hot, cold, neither, or too few around it to tell."),
        ("ratio", "ratio", "Share of the industry within reach over its share of all."),
        ("low", "ratio", "Lower end of the interval of `ratio`; empty when jobs are counted."),
        ("high", "ratio", "Upper end of the interval of `ratio`; empty when jobs are counted."),
        LEVEL,
        ("n", "points", "Points of the industry within reach, those at the place included."),
        ("n_within", "points", "All points within reach."),
        ("n_here", "points", "Points of the industry at the place itself."),
        ("expected", "points", "Points of the industry chance would put there."),
        ("p", "probability", "How often relabelling gives a share as far out, two-sided."),
        ("q", "share", "False-discovery rate over all rows (Benjamini and Hochberg)."),
        ("q_any", "share", "The same whatever the dependence (Benjamini and Yekutieli)."),
        ("spot", "", "Hot spot the place belongs to."),
    ),
    "hot_spots_spots": (
        ("spot", "", "Name of the hot spot."),
        INDUSTRY,
        *_NAMED,
        ("n_sites", "places", "Hot places that make it up."),
        ("n", "points", "Points of the industry within reach of the place named."),
        ("ratio", "ratio", "Share of the industry there over its share of all."),
        ("q", "share", "False-discovery rate of that place."),
    ),
    "hot_spots_industries": (
        INDUSTRY,
        ("n", "points", "Points of the industry."),
        ("n_hot", "places", "Places around which it is over-represented."),
        ("n_cold", "places", "Places around which it is under-represented."),
        ("n_tested", "places", "Places that could be tested."),
        ("n_too_few", "places", "Places with too few points around them."),
        ("n_spots", "hot spots", "Groups of hot places within reach of each other."),
        STATUS,
    ),
}
