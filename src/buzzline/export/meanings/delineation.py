"""Tables of both tests together."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, INDUSTRY, LABEL, LEVEL, Meaning

TABLE_MEANING: dict[str, str] = {
    "delineation": "What two tests make of each pair of sibling clusters.",
    "delineation_sensitivity": "The outcome of each pair at other thresholds.",
    "delineation_clusters": "Clusters after sites found to be one were merged.",
    "delineation_members": "Members of the clusters after merging.",
    "delineation_merges": "In which order sites become one cluster, the least separate first.",
}

_SIBLING_ID: Meaning = ("sibling_id", "", "Identifier of the other cluster.")
_OUTCOME: Meaning = (
    "outcome",
    "",
    "Multiple clusters; one cluster, several sites; overlapping communities in one place; one "
    "cluster; or not testable.",
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "delineation": (
        INDUSTRY, CLUSTER_ID, LABEL, _SIBLING_ID,
        ("sibling", "", "Place a person recognises the other cluster by."),
        ("km", "km", "Between the densest sites of the two."),
        _OUTCOME,
        ("robustness", "share", "Readings at other thresholds with the same outcome."),
        ("possible", "", "Outcomes that the tests made leave open."),
        ("distinct", "", "First test: distinct, not distinct, or not testable."),
        ("valley", "share", "Dsp: depth of the valley between, 0 none, 1 down to nothing."),
        ("valley_p", "probability", "How often chance gives one agglomeration one as deep."),
        ("stability", "share", "Resamples, by owner, in which the two stay apart."),
        ("separate", "", "Second test: separate, not separate, or not testable."),
        ("layer", "", "Layer of ties on which the second test turns."),
        ("value", "log odds", "Ties within to between in it, net of size and distance."),
        ("low", "log odds", "Lower end of the interval of `value`."),
        ("high", "log odds", "Upper end of the interval of `value`."),
        LEVEL,
        ("p", "probability", "Of a value as far from 0, were distance and size all."),
        ("modularity", "share", "There: ties within beyond what size and distance give."),
        ("modularity_p", "probability", "How often size and distance alone give as much."),
        ("n", "ties", "Ties within or between the two, in that layer."),
        ("labour", "", "Whether each has a labour market of its own."),
        ("linkages", "", "Whether each has linkages of its own, in most layers tested."),
        ("autonomy", "share", "Of the less autonomous: 1 minus the share from siblings."),
        ("autonomy_low", "share", "Lower end of its interval."),
        ("autonomy_high", "share", "Upper end of its interval."),
        ("separate_in", "", "Layers in which they are separate."),
        ("not_separate_in", "", "Layers in which they are not."),
        ("untested", "", "Layers with too few ties to tell."),
        ("needed_in", "", "Layer that could not be tested and has the fewest ties missing."),
        ("n_needed", "ties", "Ties that would do in that layer."),
        ("reason", "", "What each test found, and why, where it could not tell."),
    ),
    "delineation_sensitivity": (
        CLUSTER_ID, _SIBLING_ID,
        ("choice", "", "What was chosen otherwise, all else the same."),
        ("setting", "", "How."),
        _OUTCOME,
        ("is_same", "", "Whether that is the outcome at the thresholds chosen."),
    ),
    "delineation_clusters": (
        ("cluster_id", "", "Identifier: that of the strongest of its sites."),
        LABEL, INDUSTRY,
        ("verdict", "", "Outcome for the cluster; no sibling: nothing to be told from."),
        ("n_sites", "sites", "Candidate clusters in it."),
        ("sites", "", "Their labels, the strongest first."),
        ("site_ids", "", "Their identifiers."),
        ("n_members", "organisations", "Members of all sites, each counted once."),
        ("n_siblings", "clusters", "Other clusters of its industry near it, after merging."),
        ("n_multiple", "clusters", "Of these, distinct in space and socially separate."),
        ("n_overlapping", "clusters", "Of these, separate, but not distinct in space."),
        ("n_one", "clusters", "Of these, one with it but for a third site that is apart."),
        ("n_untested", "clusters", "Of these, not testable."),
        ("reason", "", "Why it stands as it does."),
    ),
    "delineation_members": (
        ("cluster_id", "", "Identifier of the cluster after merging."),
        ("site_id", "", "Identifier of the candidate cluster it is a member of."),
        ("org_id", "", "Identifier of the organisation."),
        ("is_core", "", "Whether it is a core point."),
    ),
    "delineation_merges": (
        ("step", "count", "Order of the merges."),
        INDUSTRY,
        ("cluster_id", "", "Strongest site of the one group; the name of both after merging."),
        ("other_id", "", "Strongest site of the other."),
        ("height", "log odds", "Separation at which they merge, or an earlier merge if more."),
        ("n_sites", "sites", "Sites after the merge."),
        ("is_made", "", "Whether they are one cluster, or would merely be next."),
        _OUTCOME,
    ),
}  # fmt: skip
