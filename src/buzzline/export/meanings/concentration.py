"""Tables of concentration, co-agglomeration and inequality."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    INDUSTRY,
    LEVEL,
    REASON,
    STATUS,
    TITLE,
    YEAR,
    Meaning,
    P,
    Q,
)

TABLE_MEANING: dict[str, str] = {
    "concentration": "How concentrated each industry is, most concentrated first.",
    "concentration_measures": "Every measure of concentration of every industry.",
    "coagglomeration": "Pairs of industries, most together first.",
    "coagglomeration_groups": "Groups of related industries, most together first.",
    "inequality": "Inequality of each indicator between places, with its parts.",
}

_AREA_LEVEL: Meaning = ("area_level", "", "Kind of area the places are summed to.")
_PLANTS: Meaning = ("n", "plants", "Plants with jobs.")
_LOW: Meaning = ("chance_low", "as value", "Lower end of what chance gives.")
_HIGH: Meaning = ("chance_high", "as value", "Upper end of what chance gives.")
_NULL_MEAN: Meaning = ("null_mean", "as value", "Mean of what chance gives.")
_BAND_LEVEL: Meaning = ("level", "share", "Share of the draws in the range of chance.")

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "concentration": (
        _AREA_LEVEL, INDUSTRY, TITLE,
        ("value", "index", "Gamma of Ellison and Glaeser: 0 is chance, 1 is one place."),
        _LOW, _HIGH, _BAND_LEVEL, _PLANTS, P, Q,
        ("status", "", "Localised, dispersed, as chance, or why it was not tested."),
        REASON,
        ("gini", "index", "Gini on Lorenz's scale, which needs no plants: 0 is as all jobs."),
        ("value_least", "index", "Gamma if plants of one cell are as unequal as can be."),
        _NULL_MEAN,
        ("z", "standard deviations", "Raw concentration as published: area shares given."),
        ("jobs", "jobs", "Jobs of the industry in known cells, or plants if these count."),
        ("n_areas", "areas", "Areas with jobs of the industry."),
        ("herfindahl_plants", "index", "Herfindahl index of the sizes of plants."),
        ("suppressed_share", "share", "Jobs one level up that are in no known cell."),
        ("n_thrown", "plants", "Plants thrown: those published, and those chance withholds."),
    ),
    "concentration_measures": (
        _AREA_LEVEL,
        ("measure", "", "Which measure; the documentation has the formulas."),
        INDUSTRY, TITLE,
        ("value", "see measure", "Its value."),
        _LOW, _HIGH, _NULL_MEAN, _PLANTS, P, Q, _BAND_LEVEL,
    ),
    "coagglomeration": (
        INDUSTRY, TITLE,
        ("other", "", "The other industry."),
        ("other_title", "", "Name of the other industry."),
        ("value", "index", "Index of Ellison, Glaeser and Kerr: 0 is chance."),
        _LOW, _HIGH, _BAND_LEVEL,
        ("n", "plants", "Plants of the industry that has fewer."),
        P, Q,
        ("status", "", "Together, apart, as chance, or why it was not tested."),
        REASON,
    ),
    "coagglomeration_groups": (
        ("cluster", "", "Group of related industries, as in the table `industries`."),
        ("n_industries", "industries", "Industries of the group with jobs."),
        ("value", "index", "Co-agglomeration of its industries, weighted by jobs."),
        _LOW, _HIGH, _BAND_LEVEL, P, Q,
        ("status", "", "Together, apart, as chance, or not tested."),
        REASON,
    ),
    "inequality": (
        ("indicator", "", "Indicator, as in the table `outcomes`."),
        YEAR,
        ("measure", "", "Which measure; the documentation has the formulas."),
        ("part", "", "All of it, or what lies between or within areas of a level."),
        ("value", "see measure", "Its value."),
        ("low", "as value", "Lower end of the interval that the margins give."),
        ("high", "as value", "Upper end of the interval that the margins give."),
        LEVEL,
        ("share", "share", "Part of Theil's index."),
        ("chance_low", "as value", "Lower end when values are dealt among the places."),
        ("chance_high", "as value", "Upper end when values are dealt among the places."),
        P, Q,
        ("n", "places", "Places with a value."),
        STATUS, REASON,
    ),
}  # fmt: skip
