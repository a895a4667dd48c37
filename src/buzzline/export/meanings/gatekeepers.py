"""Tables of gatekeepers, of brokerage and of what reaches clusters from outside."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, INDUSTRY, LABEL, LEVEL, Meaning, Q

TABLE_MEANING: dict[str, str] = {
    "gatekeepers": "The role each member plays in the knowledge of its cluster.",
    "gatekeepers_clusters": "How many gatekeepers each cluster has and what they carry.",
}

_ORG: tuple[Meaning, ...] = (
    ("org_id", "", "Identifier of the organisation."),
    ("name", "", "Name of the organisation, where it is known."),
)
_STATUS: Meaning = ("status", "", "Measured, or why not.")

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "gatekeepers": (
        CLUSTER_ID, LABEL, INDUSTRY, *_ORG,
        ("role", "", "Likeliest role; empty for members who did not answer."),
        ("probability", "probability", "Of that role when ties are drawn anew."),
        ("low", "probability", "Least of that over ways of making up for those absent."),
        ("high", "probability", "Most of that over ways of making up for those absent."),
        ("gatekeeper", "probability", "Of being a gatekeeper when ties are drawn anew."),
        ("by_chance", "probability", "Of that role in networks with ties dealt anew."),
        ("n_inside", "ties", "With members of the cluster, both directions."),
        ("n_in", "ties", "That arrive from members: advice it gets."),
        ("n_out", "ties", "That lead to members: advice it gives."),
        ("transmission", "ratio", "Given to got, (out + 1/2) / (in + 1/2)."),
        ("n_outside", "ties", "With organisations outside the cluster."),
        ("p", "probability", "Of as many ties outside, given its number of ties in all."),
        Q,
        ("betweenness", "pairs", "Pairs of members whose shortest way leads through it."),
        ("betweenness_p", "probability", "How often rewired networks give as much."),
        ("absorptive", "sd", "Absorptive capacity: first component of its indicators."),
        ("status", "", "Measured, or did not answer."),
    ),
    "gatekeepers_clusters": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("value", "members", "Gatekeepers: members with that role as the likeliest."),
        ("low", "members", "Lower end when ties are drawn anew and absence is made up for."),
        ("high", "members", "Upper end when ties are drawn anew and absence is made up for."),
        LEVEL,
        ("expected", "members", "Gatekeepers in networks with ties dealt anew, on average."),
        ("expected_low", "members", "Lower end of the range of these."),
        ("expected_high", "members", "Upper end of the range of these."),
        ("p", "probability", "How often these have as many."),
        ("likely", "members", "Gatekeepers with a probability of at least `level`."),
        ("carried", "share", "Share of ties outside that gatekeepers hold."),
        ("carried_low", "share", "Lower end of its interval."),
        ("carried_high", "share", "Upper end of its interval."),
        ("carried_expected", "share", "The same in networks with ties dealt anew, on average."),
        ("carried_expected_low", "share", "Lower end of the range of these."),
        ("carried_expected_high", "share", "Upper end of the range of these."),
        ("carried_p", "probability", "How often they hold as much there."),
        ("n_members", "organisations", "Members of the cluster."),
        ("n_inside", "ties", "Among members, each direction once."),
        ("n_outside", "ties", "With organisations outside, each direction once."),
        ("response_rate", "share", "Members who answered; empty where it is not known."),
        ("few_inside", "ties", "That many inside and less are few."),
        ("many_inside", "ties", "More than that inside are many."),
        ("few_outside", "ties", "That many outside and less are few."),
        ("many_outside", "ties", "More than that outside are many."),
        ("absorptive_share", "share", "Variance of indicators in their first component."),
        ("absorptive_low", "share", "Lower end of its interval."),
        ("absorptive_high", "share", "Upper end of its interval."),
        ("n_absorptive", "organisations", "Members with all indicators."),
        _STATUS,
    ),
}  # fmt: skip
