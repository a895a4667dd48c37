"""What the columns of flows mean."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, INDUSTRY, LABEL, LEVEL, Meaning

TABLE_MEANING: dict[str, str] = {
    "cluster_flows": "Where the ties of each cluster lead, by partner and scale.",
    "cluster_flows_scales": "The same by scale alone.",
    "cluster_flows_between": "Partners of a cluster that are tied to each other.",
    "cluster_flows_clusters": "Ties and partners of each cluster in all.",
}

_SCALE: Meaning = ("scale", "", "Local, regional, national, global, or unknown.")
_SHARES: tuple[Meaning, ...] = (
    ("n", "ties", "Ties; one between two members counts once."),
    ("n_members", "organisations", "Members that hold them."),
    ("share", "share", "Of all ties of the cluster."),
    ("low", "share", "Lower end of its interval; empty where units are too few."),
    ("high", "share", "Upper end of its interval."),
    LEVEL,
)
_PLACE: tuple[Meaning, ...] = (
    ("longitude", "degree", "Where it is."),
    ("latitude", "degree", "Where it is."),
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "cluster_flows": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("partner_id", "", "Identifier of the cluster, or place, at the other end."),
        ("partner", "", "What a person calls it."),
        ("partner_kind", "", "Own members, a cluster, a city, an area, or not known."),
        ("country", "", "Its country."),
        _SCALE, *_SHARES, *_PLACE,
    ),
    "cluster_flows_scales": (CLUSTER_ID, LABEL, INDUSTRY, _SCALE, *_SHARES),
    "cluster_flows_between": (
        CLUSTER_ID,
        ("first_id", "", "Identifier of a partner."),
        ("second_id", "", "Identifier of another."),
        ("n", "ties", "Ties between the two."),
    ),
    "cluster_flows_clusters": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("n_ties", "ties", "Ties with a member at an end."),
        ("n_tied", "organisations", "Members that hold them."),
        ("n_partners", "partners", "Clusters and places at the other ends, itself included."),
        ("n_left_out", "ties", "Ties to partners that are not listed."),
        *_PLACE,
    ),
}  # fmt: skip
