"""Tables of clusters over the years."""

from __future__ import annotations

from buzzline.export.meanings.columns import INDUSTRY, LABEL, LEVEL, YEAR, Meaning, P, Q

TABLE_MEANING: dict[str, str] = {
    "cluster_history": "What became of each cluster over the years, largest first.",
    "cluster_history_years": "Each cluster in each year: size, growth, knowledge, citations.",
    "cluster_history_events": "What was born, merged, split, dissolved or faded, and when.",
    "cluster_history_states": "Probability of each state of its life, cluster by year.",
    "cluster_history_drift": "How far borders moved, against what turnover alone gives.",
    "cluster_history_flows": "Where members of each cluster were the year before and after.",
    "cluster_history_members": "Who was in which cluster, from when to when.",
}

_HISTORY_ID: Meaning = ("history_id", "", "Identifier of the cluster over all years.")
_SINCE: Meaning = ("since", "years", "Year it is compared with.")
_PLACE: tuple[Meaning, ...] = (
    ("longitude", "degree", "Of its densest site, in its largest year."),
    ("latitude", "degree", "Of its densest site, in its largest year."),
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "cluster_history": (
        _HISTORY_ID, LABEL, INDUSTRY,
        ("first_year", "years", "First year it was found in."),
        ("last_year", "years", "Last year it was found in."),
        ("n_years", "years", "Years it was found in."),
        ("began", "", "Born, emerged, merged, split; or there when observation began."),
        ("ended", "", "Dissolved, faded, merged, split; or there when observation ended."),
        ("n_first", "organisations", "Members in the first year."),
        ("n_last", "organisations", "Members in the last year."),
        ("n_most", "organisations", "Members in its largest year."),
        ("course", "", "Grown, stable or shrunk beyond chance, or both in turn."),
        ("value", "log points", "Growth a year of the number of members; 0.05 is about 5 %."),
        ("low", "log points", "Lower end of the interval of `value`."),
        ("high", "log points", "Upper end of the interval of `value`."),
        LEVEL,
        ("exchange", "", "Whether it takes up knowledge (absorbing) or gives it (creating)."),
        ("crossing_year", "years", "When citations received began to exceed those made."),
        ("crossing_low", "years", "Lower end of the interval of `crossing_year`."),
        ("crossing_high", "years", "Upper end of the interval of `crossing_year`."),
        ("exchange_reason", "", "Why nothing can be said of the exchange, where it cannot."),
        *_PLACE,
    ),
    "cluster_history_years": (
        _HISTORY_ID, LABEL, INDUSTRY, YEAR,
        ("n_members", "organisations", "Members."),
        ("n_entered", "organisations", "Members that were none when it was last found."),
        ("n_left", "organisations", "Who was a member when it was last found, and is none."),
        ("growth", "log points", "Growth a year of the number of members."),
        ("growth_low", "log points", "Lower end of its interval."),
        ("growth_high", "log points", "Upper end of its interval."),
        ("verdict", "", "Grown, stable or shrunk beyond chance."),
        ("heterogeneity", "share", "Mean cognitive distance of two members (Rao's Q)."),
        ("heterogeneity_low", "share", "Lower end of its interval."),
        ("heterogeneity_high", "share", "Upper end of its interval."),
        ("heterogeneity_expected", "share", "The same of any two organisations that year."),
        ("n_known", "organisations", "Members with knowledge items that year."),
        ("received", "citations", "From elsewhere to members."),
        ("made", "citations", "By members of others elsewhere."),
        ("ratio", "ratio", "Received to made: above 1 it gives more than it takes."),
        ("ratio_low", "ratio", "Lower end of its interval."),
        ("ratio_high", "ratio", "Upper end of its interval."),
        LEVEL,
        ("status", "", "Found, or not found in a year between."),
    ),
    "cluster_history_events": (
        ("year", "years", "First year of the new state."),
        _SINCE, INDUSTRY,
        ("kind", "", "What happened."),
        ("before", "", "Clusters before."),
        ("after", "", "Clusters after."),
        ("n_before", "organisations", "Members before."),
        ("n_after", "organisations", "Members after."),
        ("n_shared", "organisations", "Members before and after."),
        ("n_new", "organisations", "Members after that were not there before."),
        ("n_gone", "organisations", "Members before that are not there after."),
        ("support", "share", "Of resampled organisations that give the same."),
        ("by_chance", "events", "Of the kind that turnover alone gives that year."),
        P,
        ("before_ids", "", "Identifiers of the clusters before."),
        ("after_ids", "", "Identifiers of the clusters after."),
    ),
    "cluster_history_states": (
        _HISTORY_ID, LABEL, INDUSTRY, YEAR,
        ("emerging", "probability", "Small, knowledge becoming more different."),
        ("growing", "probability", "Size rising."),
        ("sustaining", "probability", "Size flat."),
        ("declining", "probability", "Size falling, knowledge not becoming more different."),
        ("renewal", "probability", "Back to emerging or growing, knowledge more different."),
        ("status", "", "Measured, or why not."),
    ),
    "cluster_history_drift": (
        INDUSTRY, _SINCE,
        ("year", "years", "Later year; empty for the mean of all steps."),
        ("value", "bit", "Variation of information between the clusters of both years."),
        ("expected", "bit", "The same with turnover alone."),
        ("low", "bit", "Lower end of the range turnover gives."),
        ("high", "bit", "Upper end of the range turnover gives."),
        LEVEL, P, Q,
        ("shared_information", "share", "Normalised mutual information; 1 is no change."),
        ("n", "organisations", "There in both years and in a cluster in either; or steps."),
        ("status", "", "Measured, or why there is no null."),
    ),
    "cluster_history_flows": (
        INDUSTRY, _SINCE, YEAR,
        ("before", "", "Cluster in the earlier year, or none, or not there."),
        ("after", "", "Cluster in the later year, or none, or not there."),
        ("n", "organisations", "That went from the one to the other."),
    ),
    "cluster_history_members": (
        _HISTORY_ID,
        ("org_id", "", "Identifier of the organisation, as in the tables read."),
        ("since", "years", "First year of the stay."),
        ("until", "years", "Last year of the stay."),
    ),
}  # fmt: skip
