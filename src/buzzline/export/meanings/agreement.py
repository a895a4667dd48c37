"""Tables of agreement, declared clusters, stability and industrial districts."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, INDUSTRY, LABEL, LEVEL, Meaning, P, Q

TABLE_MEANING: dict[str, str] = {
    "cluster_agreement": "How each cluster fits a region (or declared cluster), worst first.",
    "cluster_agreement_measures": "How far clusters and regions agree, by industry.",
    "declared_clusters": "Declared clusters against those found, those that are none first.",
    "declared_clusters_found": "Clusters found, and whether anybody declared them.",
    "declared_clusters_rates": "How often a declared cluster is none, or one undeclared.",
    "delineation_stability": "How often each cluster is found again, the least stable first.",
    "delineation_stability_industries": "How alike resampled clusters are, by industry.",
    "industrial_districts": "Labour-market areas, industrial districts first.",
    "industrial_districts_steps": "How many areas pass each step.",
    "industrial_districts_sensitivity": "How many districts there are at other thresholds.",
}

_GROUP: tuple[Meaning, ...] = (
    ("group_id", "", "Identifier of the region or declared cluster."),
    ("group", "", "Its name."),
)
_BY_CHANCE: tuple[Meaning, ...] = (
    ("low", "as value", "Lower end of its interval, had other members been drawn."),
    ("high", "as value", "Upper end of its interval, had other members been drawn."),
    ("null_mean", "as value", "Mean that chance gives."),
    ("chance_low", "as value", "Lower end of the range of chance."),
    ("chance_high", "as value", "Upper end of the range of chance."),
    LEVEL,
)
_INTERVAL: tuple[Meaning, ...] = (
    ("low", "share", "Lower end of its interval."),
    ("high", "share", "Upper end of its interval."),
    LEVEL,
)
_STATUS: Meaning = ("status", "", "Measured, or why not.")
_MEMBERS: Meaning = ("n_members", "organisations", "Members.")


def _step(name: str, meaning: str) -> Meaning:
    return (name, "", f"{meaning}: yes, no, not testable; empty where not reached.")


COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "cluster_agreement": (
        CLUSTER_ID, LABEL, INDUSTRY, _MEMBERS,
        ("n", "organisations", "Members that are in any region (or declared cluster)."),
        *_GROUP,
        ("n_common", "organisations", "Members in the one that holds most."),
        ("share", "share", "Of the members that are in any."),
        *_BY_CHANCE, P,
        ("overlap", "share", "Members of both over members of either (Jaccard)."),
        ("n_groups", "count", "Regions (or declared clusters) with a member."),
        _STATUS,
    ),
    "cluster_agreement_measures": (
        INDUSTRY,
        ("measure", "", "Which measure of agreement."),
        ("value", "see measure", "Adjusted Rand: 1 equal, 0 by chance; information: bits."),
        *_BY_CHANCE,
        ("p", "probability", "Of as much agreement by chance."),
        ("n", "organisations", "Organisations compared."),
        ("n_clusters", "clusters", "Clusters with any of them."),
        ("n_groups", "count", "Regions (or declared clusters) with any of them."),
        ("chance", "", "What was drawn at random."),
        _STATUS,
    ),
    "declared_clusters": (
        *_GROUP, INDUSTRY,
        ("verdict", "", "None, network without a place, found, or not testable."),
        _MEMBERS,
        ("n", "organisations", "Of these, with coordinates and an industry looked at."),
        ("n_needed", "organisations", "Members that would show half of them in one cluster."),
        ("cluster_id", "", "Cluster found that holds most of them."),
        ("label", "", "Place a person recognises it by."),
        ("value", "share", "Share of these members in it."),
        *_BY_CHANCE, P, Q,
        ("n_ties", "ends", "Partners of members with coordinates, each counted once a member."),
        ("inward", "share", "Of these, such members themselves."),
        ("inward_mean", "share", "Mean with neighbours of the same industry in their place."),
        ("inward_chance_low", "share", "Lower end of the range that gives."),
        ("inward_chance_high", "share", "Upper end of the range that gives."),
        ("inward_p", "probability", "Of as large a share inward with neighbours."),
        ("inward_q", "share", "False-discovery rate of that."),
        ("block_km", "km", "Size of the blocks of land in which neighbours stand."),
        ("place", "", "Whether members lie together: yes, no, not testable."),
        ("ties", "", "Whether members tie to each other: yes, no, not testable."),
        ("reason", "", "Why something cannot be told."),
    ),
    "declared_clusters_found": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("verdict", "", "Declared, nobody declared it, or not testable."),
        _MEMBERS, *_GROUP,
        ("n_common", "organisations", "Members that this declared cluster has as well; it is "
                                      "the one for which that is the least likely by chance."),
        ("share", "share", "Of the members."),
        ("p", "probability", "Of as many in common by chance."),
        ("reason", "", "Why something cannot be told."),
    ),
    "declared_clusters_rates": (
        ("rate", "", "Which rate."),
        ("value", "share", "Of those testable."),
        *_INTERVAL,
        ("n_positive", "count", "How many it is true of."),
        ("n", "count", "How many were testable."),
        ("n_not_testable", "count", "How many were not."),
        _STATUS,
    ),
    "delineation_stability": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("verdict", "", "Stable, doubtful, not stable, or not testable."),
        ("value", "share", "Of the resamples in which it is found again."),
        *_INTERVAL,
        ("overlap", "share", "Mean of the best Jaccard overlap."),
        ("overlap_low", "share", "Lower end of its range over resamples."),
        ("overlap_high", "share", "Upper end of its range over resamples."),
        ("in_a_larger_one", "share", "Of the resamples: half of it is in a larger one."),
        ("in_pieces", "share", "Of the resamples: it is in pieces."),
        ("gone", "share", "Of the resamples: most of it is in no cluster."),
        _MEMBERS,
        ("n_drawn", "organisations", "Members in a resample, on average."),
        ("n", "resamples", "Resamples."),
        ("reason", "", "Why it cannot be told."),
    ),
    "delineation_stability_industries": (
        INDUSTRY,
        ("n_clusters", "clusters", "Clusters given."),
        ("n_again", "clusters", "Clusters in a resample, on average."),
        ("n_again_low", "clusters", "Lower end of the range over resamples."),
        ("n_again_high", "clusters", "Upper end of the range over resamples."),
        ("value", "ratio", "Mean adjusted Rand index with the clusters given."),
        ("low", "ratio", "Lower end of its range over resamples."),
        ("high", "ratio", "Upper end of its range over resamples."),
        LEVEL,
        ("n", "resamples", "Resamples."),
        _STATUS,
    ),
    "industrial_districts": (
        ("area_id", "", "Identifier of the area."),
        ("label", "", "Its name, or largest place."),
        ("verdict", "", "District, none, or not testable."),
        _step("people", "Whether it is a labour market of its own"),
        ("jobs", "jobs", "Jobs in all industries."),
        ("manufacturing_jobs", "jobs", "Jobs in manufacturing."),
        ("quotient", "ratio", "Share of manufacturing in its jobs over that in all areas."),
        _step("manufacturing", "Whether that exceeds the threshold"),
        ("small_low", "share", "Least share of manufacturing jobs in small establishments."),
        ("small_high", "share", "Most share of manufacturing jobs in small establishments."),
        _step("small", "Whether that exceeds the threshold"),
        ("industry", "", "Main industry: that with most jobs of those that stand out."),
        ("industry_jobs", "jobs", "Its jobs."),
        ("industry_quotient", "ratio", "Its share of manufacturing over that in all areas."),
        _step("main", "Whether that exceeds the threshold"),
        ("industry_small_low", "share", "Least share of its jobs in small establishments."),
        ("industry_small_high", "share", "Most share of its jobs in small establishments."),
        _step("industry_small", "Whether that exceeds the threshold"),
        ("margin", "ratio", "Of the step nearest to its threshold; 1 is at it."),
        ("reason", "", "At which step it drops out, or why that cannot be told."),
    ),
    "industrial_districts_steps": (
        ("step", "", "Which step."),
        ("n_asked", "areas", "Areas that reach it."),
        ("n_yes", "areas", "Areas that pass."),
        ("n_no", "areas", "Areas that drop out."),
        ("n_not_testable", "areas", "Areas of which it cannot be told; they go on."),
    ),
    "industrial_districts_sensitivity": (
        ("times", "ratio", "What all thresholds are multiplied by."),
        ("n_districts", "areas", "Districts."),
        ("n_not_testable", "areas", "Areas of which it cannot be told."),
        ("n", "areas", "Areas."),
    ),
}  # fmt: skip
