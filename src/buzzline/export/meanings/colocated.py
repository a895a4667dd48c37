"""Tables of co-located clusters: collaboration, rivalry, and what stands behind them."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, INDUSTRY, LABEL, LEVEL, Meaning, Q

TABLE_MEANING: dict[str, str] = {
    "colocated_clusters": "Whether co-located clusters collaborate, compete, both or neither.",
    "colocated_clusters_types": "Ties between them to what is expected, by type of linkage.",
    "colocated_clusters_ties": "Four types of linkages by within, between and beyond.",
    "colocated_clusters_resources": "How much they draw on the same sources.",
    "colocated_clusters_organisations": "How many members have ties, with exact tests.",
    "colocated_clusters_responses": "What a cluster did when its sibling was shocked.",
    "colocated_clusters_courses": "Both clusters in the years around each shock.",
    "colocated_clusters_sensitivity": "The verdict at other cuts of the overlap.",
}

_SIBLING_ID: Meaning = ("sibling_id", "", "Identifier of the other cluster.")
_PAIR: tuple[Meaning, ...] = (
    INDUSTRY, CLUSTER_ID, LABEL, _SIBLING_ID,
    ("sibling", "", "Place a person recognises the other cluster by."),
    ("km", "km", "Between the densest sites of the two."),
)  # fmt: skip
_OWNERS: Meaning = ("owners", "", "Sites of one owner taken as one, or as recorded.")
_TYPE: Meaning = ("type", "", "Research, input-output, labour or knowledge.")
_REASON: Meaning = ("reason", "", "Why nothing can be said, where it cannot.")
_SHOCKED: Meaning = ("shocked_id", "", "Identifier of the cluster the shock was aimed at.")
_SHOCK: Meaning = ("shock", "", "Name of the initiative.")
_INDICATOR: Meaning = ("indicator", "", "Which yearly outcome.")
_CLASSES = {"within": "in their own cluster", "between": "in the sibling",
            "beyond": "outside both"}  # fmt: skip


def _ends(name: str, unit: str, meaning: str) -> tuple[Meaning, ...]:
    return (
        (name, unit, meaning),
        (f"{name}_low", unit, f"Lower end of the interval of `{name}`."),
        (f"{name}_high", unit, f"Upper end of the interval of `{name}`."),
    )


def _value(unit: str, meaning: str) -> tuple[Meaning, ...]:
    return (
        ("value", unit, meaning), ("low", unit, "Lower end of the interval of `value`."),
        ("high", unit, "Upper end of the interval of `value`."), LEVEL,
    )  # fmt: skip


COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "colocated_clusters": (
        *_PAIR,
        ("verdict", "", "Collaborating, competing, both, neither, or not testable."),
        *_ends("collaboration", "log ratio", "Ties between the two to what is expected."),
        *_ends("rivalry", "share", "Overlap of what the two draw on: potential rivalry."),
        ("rivalry_expected", "share", "Overlap with others as far away and as active."),
        ("rivalry_p", "probability", "Of as much as with the sibling."),
        LEVEL,
        ("i2", "share", "Of what types differ by, the part beyond their error."),
        ("heterogeneity_p", "probability", "Of types as different, did they all agree."),
        ("n_types", "types", "Types of linkages behind `collaboration`."),
        ("n_resources", "resources", "Resources behind `rivalry`."),
        *((f"share_{name}", "share", f"Of draws in which the two are {said}.")
          for name, said in (("collaborating", "collaborating"), ("competing", "competing"),
                             ("both", "both"), ("neither", "neither"))),
        *_ends("complementarity", "share", "1 minus the cosine of their functions."),
        *_ends("input_output_fit", "ratio", "Buying from each other to buying from oneself."),
        ("complementarity_p", "probability", "Of functions as different, were members dealt."),
        *_ends("response", "log points", "Of the sibling to a shock that raised the other."),
        ("over_time", "", "What the response says of the verdict."),
        _OWNERS,
        ("n_owner_ties", "ties", "Between the two, within one owner; left out."),
        ("verdict_as_recorded", "", "The verdict with these ties."),
        ("collaboration_as_recorded", "log ratio", "`collaboration` with these ties."),
        _REASON,
    ),
    "colocated_clusters_types": (
        *_PAIR, _OWNERS, _TYPE,
        ("verdict", "", "More ties than expected, not more, or not testable."),
        *_value("log ratio", "Ties between the two to what size and distance give."),
        ("p", "probability", "Of a ratio as far from 1, were size and distance all."),
        Q,
        ("n_between", "ties", "Between the two."),
        ("expected", "ties", "Between the two, as size and distance give."),
        ("n", "ties", "With a member of either."),
        ("n_needed", "ties", "Leaving either that would show the smallest ratio of interest."),
        ("design_effect", "ratio", "How much ties resemble others of their organisation."),
        _REASON,
    ),
    "colocated_clusters_ties": (
        *_PAIR, _OWNERS, _TYPE,
        ("class", "", "Within either cluster, between the two, or beyond."),
        ("n", "ties", "As counted."),
        ("share", "share", "Of the ties with a member of either."),
        ("low", "share", "Lower end of the credible interval of `share`."),
        ("high", "share", "Upper end of the credible interval of `share`."), LEVEL,
        ("expected", "ties", "As size, distance and the ties beyond let expect."),
        ("expected_share", "share", "Share of these."),
        ("log_ratio", "log ratio", "`n` to `expected`; 0 beyond, which is the yardstick."),
        ("log_ratio_low", "log ratio", "Lower end of its interval; empty beyond."),
        ("log_ratio_high", "log ratio", "Upper end of its interval; empty beyond."),
        ("design_effect", "ratio", "How much ties resemble others of their organisation."),
    ),
    "colocated_clusters_resources": (
        *_PAIR, ("resource", "", "What the two may be rivals for."),
        ("verdict", "", "Rivals, no rivals, or not testable."),
        *_value("share", "Morisita-Horn overlap of the sources they draw on."),
        ("expected", "share", "Overlap with others as far away and as active."),
        ("p", "probability", "Of as much as with the sibling."),
        ("n", "ties", "Of the cluster to such sources."),
        ("n_other", "ties", "Of the sibling to such sources."),
        ("n_organisations", "organisations", "Members with such ties."),
        ("n_other_organisations", "organisations", "Members of the sibling with such ties."),
        ("n_needed", "ties", "That would tell the overlap from the cut."), _REASON,
    ),
    "colocated_clusters_organisations": (
        *_PAIR, _TYPE, ("side", "", "Whose members are counted."),
        ("n", "organisations", "Members with any tie of this type."),
        ("n_silent", "organisations", "Members without; nobody knows whether they were asked."),
        *(meaning for name, said in _CLASSES.items() for meaning in (
            (f"n_{name}", "organisations", f"Of these, with a tie {said}."),
            *_ends(name, "share", f"Share of these with a tie {said}."))),
        LEVEL,
        ("p_within", "probability", "Exact: as many with ties only within as only between."),
        ("n_matched", "organisations", "Members with others as far away and as active."),
        ("n_controls", "organisations", "These others, in no cluster."),
        ("between_matched", "share", "Of matched members with a tie to the sibling."),
        ("between_controls", "share", "Of these others, weighted alike."),
        ("p", "probability", "Exact: membership dealt at random within distance bands."),
        _REASON,
    ),
    "colocated_clusters_responses": (
        *_PAIR, _SHOCKED, _SHOCK, ("year", "years", "First year of the shock."), _INDICATOR,
        ("verdict", "", "With it, against it, no response seen, or not testable."),
        *_value("log points", "Change of the other cluster, less that of places elsewhere."),
        ("p", "probability", "Of a change as far from 0 at a place elsewhere."),
        ("p_adjusted", "probability", "The same over all readings of the pair (Holm)."),
        ("p_rank", "probability", "The same by rank; at least 1 / (1 + series)."),
        ("p_before", "probability", "Of as much drift before the shock."),
        ("detectable", "log points", "What would have been seen with probability 0.8."),
        *_ends("own", "log points", "Change of the shocked cluster itself."),
        ("n_before", "years", "Years before the shock."),
        ("n_after", "years", "Years from the shock on."),
        ("n_controls", "series", "Places and clusters elsewhere."), _REASON,
    ),
    "colocated_clusters_courses": (
        CLUSTER_ID, _SIBLING_ID, _SHOCKED, _SHOCK, _INDICATOR,
        ("unit_id", "", "Cluster whose course it is."),
        ("years_after", "years", "From the shock; negative before."),
        *_value("log points", "Gap to series elsewhere, less its mean before."),
    ),
    "colocated_clusters_sensitivity": (
        CLUSTER_ID, _SIBLING_ID,
        ("overlap_cut", "share", "Overlap from which clusters are called rivals."),
        ("smallest_ratio", "ratio", "Collaboration is low where as much is excluded."),
        ("notable_ratio", "ratio", "Collaboration is high above this."),
        ("verdict", "", "The verdict then."), _REASON,
    ),
}  # fmt: skip
