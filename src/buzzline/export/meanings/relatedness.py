"""Tables of relatedness, complexity and entry of industries."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    INDUSTRY,
    LEVEL,
    PLACE,
    PLACE_ID,
    REASON,
    STATUS,
    TITLE,
    YEAR,
    Meaning,
    Q,
)

TABLE_MEANING: dict[str, str] = {
    "relatedness": "How related each pair of industries is, most surely related first.",
    "relatedness_industries": "Industries in an order in which related ones are neighbours.",
    "relatedness_density_by_place": "What each place has of the industries related to each.",
    "complexity": "How complex what each place does is, most complex first.",
    "complexity_industries": "How complex the places are that have each industry.",
    "industry_entry": "Entry and exit of industries against relatedness density.",
    "industry_entry_curve": "How often industries enter and leave, by relatedness density.",
    "industry_entry_left_out": "Industries that stand in one of the two years only.",
}

_JOBS: Meaning = ("jobs", "jobs", "Jobs; empty where not known.")
_P: Meaning = ("p", "probability", "How often chance alone would give as many joint places.")
_EVENT: Meaning = (
    "event", "",
    "Entry: the location quotient passes the cut from below; exit: from above.",
)  # fmt: skip
_CELLS: Meaning = ("n_cells", "cells", "Pairs of place and industry where it could happen.")
_EVENTS: Meaning = ("n", "events", "Pairs of place and industry where it happened.")
_VALUE_LOW: Meaning = ("low", "see value", "Lower end of the interval of `value`.")
_VALUE_HIGH: Meaning = ("high", "see value", "Upper end of the interval of `value`.")
_RANKS: tuple[Meaning, ...] = (
    ("rank", "rank", "1 is the most complex; equal values share a rank."),
    ("rank_low", "rank", "Best rank of the interval."),
    ("rank_high", "rank", "Worst rank of the interval."),
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "relatedness": (
        INDUSTRY, TITLE,
        ("other", "", "The other industry."),
        ("other_title", "", "Name of the other industry."),
        ("value", "see kind", "Relatedness, of the kind asked for."),
        _VALUE_LOW, _VALUE_HIGH, LEVEL,
        ("n_both", "places", "Places that have both industries."),
        ("expected", "places", "Places that would have both by chance."),
        ("z", "standard deviations", "Joint places above those expected."),
        _P, Q,
        ("status", "", "Related, as expected, too few places to tell, or why not measured."),
    ),
    "relatedness_industries": (
        INDUSTRY, TITLE,
        ("cluster", "", "Cluster the industry belongs to by definition; empty where none."),
        _JOBS,
        ("n_places", "places", "Places where the industry is present."),
        ("n_measured", "pairs", "Pairs with other industries that could be measured."),
        ("n_related", "pairs", "Pairs that are related beyond chance."),
        STATUS,
        ("block", "", "Number of the block of related industries it stands in."),
        ("block_name", "", "Its most central industry, and how many others there are."),
    ),
    "relatedness_density_by_place": (
        PLACE_ID, PLACE, INDUSTRY, TITLE,
        ("is_present", "", "True where the location quotient reaches the cut."),
        ("quotient", "ratio", "Location quotient."),
        ("value", "share", "Of the industries related to it, weighted by proximity, what "
                           "the place has."),
        ("expected", "share", "The same for a place as diverse, by chance."),
        ("chance_low", "share", "Lower end of what chance gives."),
        ("chance_high", "share", "Upper end of what chance gives."),
        LEVEL,
        ("z", "standard deviations", "Density above the one expected."),
        ("p", "probability", "How often chance alone would give as high a density."),
        Q, STATUS,
    ),
    "complexity": (
        PLACE_ID, PLACE, _JOBS,
        ("diversity", "industries", "Industries present."),
        ("mean_ubiquity", "places", "In how many places its industries are, on average."),
        ("value", "standard deviations", "Economic complexity index; mean 0 over places."),
        _VALUE_LOW, _VALUE_HIGH, LEVEL, *_RANKS, STATUS,
        ("fitness", "ratio", "Fitness after Tacchella; mean 1; empty where not settled."),
    ),
    "complexity_industries": (
        INDUSTRY, TITLE, _JOBS,
        ("ubiquity", "places", "Places where the industry is present."),
        ("value", "standard deviations", "Complexity index of the industry; mean 0."),
        _VALUE_LOW, _VALUE_HIGH, LEVEL, *_RANKS, STATUS,
        ("complexity", "ratio", "Complexity after Tacchella; mean 1; empty where not settled."),
    ),
    "industry_entry": (
        _EVENT, _CELLS, _EVENTS,
        ("n_no_density", "cells", "Left out: nothing is related to the industry elsewhere."),
        ("n_places", "places", "Places with such an event."),
        ("n_industries", "industries", "Industries with such an event."),
        ("value", "share", "Mean relatedness density of the events in the first year."),
        ("expected", "share", "The same when events are dealt with all totals kept."),
        ("chance_low", "share", "Lower end of what dealing gives."),
        ("chance_high", "share", "Upper end of what dealing gives."),
        ("p", "probability", "How often dealing gives something as far from `expected`."),
        ("detectable", "share", "Smallest difference seen with power 0.8."),
        ("odds_ratio", "ratio", "Of the event, for 0.1 more density."),
        ("low", "ratio", "Lower end of the interval of `odds_ratio`."),
        ("high", "ratio", "Upper end of the interval of `odds_ratio`."),
        LEVEL,
        ("verdict", "", "More or fewer where related, as expected, or not enough events."),
    ),
    "industry_entry_curve": (
        _EVENT,
        ("density_low", "share", "Lowest relatedness density of the class."),
        ("density_high", "share", "Highest relatedness density of the class."),
        ("density", "share", "Mean relatedness density of the class."),
        _CELLS, _EVENTS,
        ("value", "share", "Of the cells, those where it happened."),
        _VALUE_LOW, _VALUE_HIGH,
        ("chance_low", "share", "Lower end of what dealing the events gives."),
        ("chance_high", "share", "Upper end of what dealing the events gives."),
        LEVEL,
    ),
    "industry_entry_left_out": (
        INDUSTRY, TITLE,
        ("present_in", "", "The first or the second year."),
        YEAR, _JOBS,
        ("share", "share", "Of all jobs of that year."),
        REASON,
    ),
}  # fmt: skip
