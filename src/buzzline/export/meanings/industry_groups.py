"""Tables of groups of related industries."""

from __future__ import annotations

from buzzline.export.meanings.columns import INDUSTRY, JOBS, LEVEL, REASON, TITLE, Meaning, P

TABLE_MEANING: dict[str, str] = {
    "industry_groups": "The group of each industry, how well it fits, and where else it would.",
    "industry_groups_summary": "The definition used, against chance and declared groups.",
    "industry_groups_definitions": "Every definition of groups that was tried, the best first.",
    "industry_groups_scores": "How each definition was judged by each matrix of relatedness.",
}

_MATRIX = ("matrix", "", "Matrix of similarity in which the groups were sought.")
_FUNCTION = ("function", "", "Clustering function: ward, ward_rows or k_means.")
_N_GROUPS = ("n_groups", "groups", "Number of groups.")
_SCORE = (
    "value", "share",
    "Mean share of groups and industries that are valid; kinds of linkage count equally.",
)  # fmt: skip
_AGREEMENT = (
    "agreement", "ratio",
    "Adjusted Rand index with the declared groups: 1 equal, 0 by chance.",
)  # fmt: skip

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "industry_groups": (
        ("group", "", "Number of the group; 1 has most jobs."),
        ("group_name", "", "Its most central industry, the one most related to the others."),
        INDUSTRY, TITLE, JOBS,
        ("within", "standard deviations", "Mean relatedness with the others of its group."),
        ("elsewhere", "standard deviations", "Mean relatedness with the nearest other group."),
        ("nearest", "", "Name of that group."),
        ("others_p95", "standard deviations",
         "Relatedness that 5 % of the other groups exceed."),
        ("stability", "share",
         "Mean overlap of its group with its group when other places are drawn."),
        ("status", "",
         "In its group; moved there after the search; marginal; alone; or not grouped."),
        REASON,
        ("declared", "", "Group it belongs to by the table of industries."),
    ),
    "industry_groups_summary": (
        ("definition", "", "The one used, the best before outliers moved, or the declared."),
        _N_GROUPS,
        ("n", "industries", "Industries in groups."),
        _SCORE,
        ("low", "share", "Lower end of the range of groups of these sizes dealt at random."),
        ("high", "share", "Upper end of that range."),
        LEVEL, P, _AGREEMENT,
        ("agreement_high", "ratio", "Upper end of the range when declared groups are dealt."),
        ("agreement_p", "probability", "How often dealt groups agree as much, or more."),
    ),
    "industry_groups_definitions": (
        _MATRIX, _FUNCTION, _N_GROUPS, _SCORE,
        ("low", "share",
         "Lower end of the range of the same definition on unrelated industries."),
        ("high", "share", "Upper end of that range."),
        LEVEL,
        ("contrast", "standard deviations",
         "How much more pairs within groups are related than pairs between groups."),
        _AGREEMENT,
    ),
    "industry_groups_scores": (
        _MATRIX, _FUNCTION, _N_GROUPS,
        ("judged_by", "", "Matrix of relatedness, as measured, that judged the groups."),
        ("groups_mean", "share",
         "Groups more related within than to the other groups on average."),
        ("groups_p95", "share", "Groups more related within than to 95 % of the others."),
        ("industries_mean", "share",
         "Industries more related to their group than to the others on average."),
        ("industries_p95", "share",
         "Industries more related to their group than to 95 % of the others."),
    ),
}  # fmt: skip
