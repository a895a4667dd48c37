"""Tables of specialisation, strong clusters, regional mix, shift-share and variety."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    INDUSTRY,
    JOBS,
    LEVEL,
    PLACE,
    PLACE_ID,
    STATUS,
    TITLE,
    YEAR,
    Meaning,
)

TABLE_MEANING: dict[str, str] = {
    "location_quotients_by_place":
        "Location quotients of places and industries, surest over-representation first.",
    "location_quotients_by_place_industries":
        "Industries: their plants, and how unequal they are.",
    "location_quotients_by_place_coverage": "How much of each place is known.",
    "strong_clusters": "Clusters of each place: strong or not, stars, and how stable that is.",
    "strong_clusters_related": "Which clusters are found in the same places.",
    "cluster_strength": "What surrounds each industry of each place, and its growth.",
    "cluster_strength_growth": "Growth of industries against what surrounds them.",
    "specialisation": "Indices of specialisation of each place, against chance.",
    "variety": "Related and unrelated variety of each place, against shuffled groups.",
    "shift_share": "Changes of jobs of each place, in parts that add up.",
    "shift_share_industries": "Growth of the industries that stand in both years.",
    "shift_share_only_one_year": "Industries of one year only, in none of the parts.",
}  # fmt: skip

_ESTABLISHMENTS = ("establishments", "count", "Establishments, where they are known.")
_QUOTIENT = (
    "value", "ratio",
    "Location quotient: the industry's share of the place over its share of all places.",
)  # fmt: skip
_LOW = ("low", "ratio", "Lower end of its interval, with plants as the units of sampling.")
_HIGH = ("high", "ratio", "Upper end of its interval.")
_P_EXACT = (
    "p", "probability",
    "How often plants falling like everything else give a share as far out, either way.",
)  # fmt: skip
_P_NORMAL = (
    "p", "probability", "How often the luck of single plants gives a part as far from 0.",
)  # fmt: skip
_P_DRAWN = (
    "p", "probability",
    "How often chance alone gives something as far out, either way; at least 2 / (draws + 1).",
)  # fmt: skip
_Q_CELLS = ("q", "share", "False-discovery rate if this row and all with a smaller q are kept.")
_CHANCE_MEAN = ("chance_mean", "", "Mean of what chance gives.")
_CHANCE_LOW = ("chance_low", "", "Lower end of what chance gives.")
_CHANCE_HIGH = ("chance_high", "", "Upper end of what chance gives.")
_Z = ("z", "standard deviations", "How far from the mean of what chance gives.")
_N_INDUSTRIES = ("n_industries", "industries", "Industries with a known job.")
_N = ("n", "establishments", "Establishments of the place in known cells.")

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "location_quotients_by_place": (
        PLACE_ID, PLACE, INDUSTRY, TITLE, JOBS, _ESTABLISHMENTS,
        _QUOTIENT, _LOW, _HIGH, LEVEL,
        ("chance_low", "ratio", "Lower end of the quotients that chance gives."),
        ("chance_high", "ratio", "Upper end of the quotients that chance gives."),
        _P_EXACT, _Q_CELLS, STATUS,
    ),
    "location_quotients_by_place_industries": (
        INDUSTRY, TITLE, JOBS, _ESTABLISHMENTS,
        ("size_dispersion", "ratio",
         "Squared coefficient of variation of plant sizes; 0 if all are alike or counted."),
        ("effective_plants", "plants", "How many equal plants would be as concentrated."),
    ),
    "location_quotients_by_place_coverage": (
        PLACE_ID, PLACE, ("jobs", "jobs", "All jobs of the place, as published or summed."),
        ("n_measured", "industries", "Industries with known jobs."),
        ("n_none", "industries", "Industries without a job, or without a published one."),
        ("n_unknown", "industries", "Industries whose jobs are suppressed or not known."),
        ("known_share", "share", "Of the jobs of the place, in known cells."),
    ),
    "strong_clusters": (
        PLACE_ID, PLACE, ("cluster", "", "Cluster of related industries."), JOBS,
        _ESTABLISHMENTS, _QUOTIENT, _LOW, _HIGH, LEVEL,
        ("is_strong", "", "True where the rule calls the cluster strong."),
        ("stability", "share", "Of redrawn years in which it would be strong."),
        ("stars", "stars", "Stars for size, specialisation and focus."),
        ("star_size", "", "True for the star for size."),
        ("star_specialisation", "", "True for the star for specialisation."),
        ("star_focus", "", "True for the star for focus."),
        ("related", "ratio", "Mean quotient of the related clusters of the place."),
        ("neighbours", "ratio", "Mean quotient of the cluster in neighbouring places."),
    ),
    "strong_clusters_related": (
        ("cluster", "", "Cluster of related industries."),
        ("other", "", "A cluster found in the same places."),
    ),
    "cluster_strength": (
        PLACE_ID, PLACE, INDUSTRY, TITLE, ("cluster", "", "Cluster of related industries."),
        JOBS, _QUOTIENT,
        ("strength", "ratio", "Location quotient of its cluster without the industry itself."),
        ("related", "ratio", "Mean quotient of the related clusters of the place."),
        ("neighbours", "ratio", "Mean quotient of its cluster in neighbouring places."),
        ("growth", "log ratio", "Logarithm of jobs in the last year over jobs in the first."),
    ),
    "cluster_strength_growth": (
        ("term", "", "Regressor."),
        ("value", "log points", "Coefficient, with effects of places and industries."),
        ("se", "log points", "Standard error, clustered by place."),
        ("low", "log points", "Lower end of the interval."),
        ("high", "log points", "Upper end of the interval."),
        LEVEL, ("p", "probability", "Of a coefficient as far from 0 by chance."),
        ("n", "industries", "Industries of places with jobs in both years."),
        ("n_places", "places", "Places, within which errors may resemble each other."),
    ),
    "specialisation": (
        ("index", "", "Which index."), PLACE_ID, PLACE,
        ("value", "", "The index of the place."),
        ("corrected", "", "Without the bias of few plants; empty where none can be told."),
        _CHANCE_MEAN, _CHANCE_LOW, _CHANCE_HIGH, _Z, _P_DRAWN, _Q_CELLS, _N, _N_INDUSTRIES,
        STATUS, LEVEL,
    ),
    "variety": (
        PLACE_ID, PLACE,
        ("related", "bits", "Variety between industries of one group."),
        ("unrelated", "bits", "Variety between groups of industries."),
        ("total", "bits", "Both together: the entropy of industries."),
        _CHANCE_MEAN, _CHANCE_LOW, _CHANCE_HIGH, _Z, _P_DRAWN, _Q_CELLS, LEVEL, _N_INDUSTRIES,
        ("jobs", "jobs", "All jobs of the place."), STATUS,
    ),
    "shift_share": (
        PLACE_ID, PLACE,
        ("jobs_first", "jobs", "Jobs in the first year, in cells known in both."),
        ("change", "jobs", "Jobs in the last year less jobs in the first."),
        ("national", "jobs", "What growth at the rate of everything would give."),
        ("mix", "jobs", "What the growth of its industries adds."),
        ("regional", "jobs", "What is left: the place's own. The three add up to `change`."),
        ("low", "jobs", "Lower end of the interval of `regional`, plants as the units."),
        ("high", "jobs", "Upper end of the interval of `regional`."),
        LEVEL, _P_NORMAL, _Q_CELLS,
        ("competitive", "jobs", "Part of `regional` a place of the common mix would have."),
        ("allocation", "jobs", "Rest of `regional`: from strength in the right industries."),
        ("not_compared", "jobs", "Change in cells known or published in one year only."),
        _N, STATUS,
    ),
    "shift_share_industries": (
        INDUSTRY, TITLE,
        ("jobs_first", "jobs", "Jobs in the first year, in cells known in both."),
        ("jobs_last", "jobs", "Jobs in the last year, in the same cells."),
        ("growth", "share", "Change as a share of the first year."),
    ),
    "shift_share_only_one_year": (
        INDUSTRY, TITLE, ("present_in", "", "The year that has it: first or second."), YEAR,
        JOBS, ("share", "share", "Of all jobs of that year."),
    ),
}  # fmt: skip
