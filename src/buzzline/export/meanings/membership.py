"""Tables of who belongs to which cluster."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, INDUSTRY, LABEL, LEVEL, Meaning

TABLE_MEANING: dict[str, str] = {
    "membership": "Who belongs to which cluster, in which respects, and how probably.",
    "membership_clusters": "How many members of each type each cluster has.",
}

_TYPE: Meaning = (
    "type", "",
    "Core member, remote member, local outsider, associate, non-member, or not testable.",
)  # fmt: skip


def _relation(kind: str) -> tuple[Meaning, ...]:
    return (
        (kind, "share", f"Of its {kind} ties, those that lead to members."),
        (f"{kind}_expected", "share", "What size and distance give of that."),
        (f"{kind}_cut", "share", "What chance exceeds in 1 - level of cases at most."),
        (f"{kind}_n", "ties", f"Independent ties its {kind} ties amount to."),
    )


COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "membership": (
        CLUSTER_ID, LABEL,
        ("org_id", "", "Identifier of the organisation, as in the tables read."),
        ("name", "", "Name of the organisation; its identifier where it has none."),
        _TYPE,
        ("p_core", "probability", "Of being a core member: near, and tied to the others."),
        ("p_remote", "probability", "Of being a remote member: far, and tied to the others."),
        ("p_outsider", "probability", "Of being a local outsider: near, and tied elsewhere."),
        ("p_associate", "probability", "Of being in between."),
        ("p_none", "probability", "Of being none of these."),
        ("km", "km", "To the nearest other organisation of the core."),
        ("geographic", "share", "Nearness: 1 at no distance, 0.37 at `fade_km`."),
        ("geographic_cut", "share", "Nearness at the edge of the ground of the cluster."),
        *_relation("labour"), *_relation("trade"), *_relation("knowledge"),
        ("n_beyond", "kinds", "Kinds of relation beyond their cut."),
        ("identity", "share", "Declared degree of membership; 0 where none is declared."),
        ("affinity", "ratio", "Visits of walks from the core, to those chance gives."),
        ("in_affinity", "ratio", "The same along the ties, from the core."),
        ("out_affinity", "ratio", "The same against the ties: from it to the core."),
        ("reciprocity", "ratio", "The smaller of the two to the larger."),
        ("evidence", "ratio", "How many times its own ties raise the odds of its type."),
        ("declared_only", "", "Declared a member, and no relation beyond chance."),
        ("is_listed", "", "Whether it is a member in the clustering."),
        ("of_industry", "", "Whether it is active in the industry of the cluster."),
        ("longitude", "degree", "East of Greenwich."),
        ("latitude", "degree", "North of the equator."),
        ("reason", "", "What lies behind the type, where it needs saying."),
    ),
    "membership_clusters": (
        CLUSTER_ID, LABEL, INDUSTRY, _TYPE,
        ("n", "organisations", "How many it is the most probable type of."),
        ("n_beyond", "organisations", "Of these, beyond chance by their own ties alone."),
        ("value", "organisations", "Number expected from the probabilities."),
        ("low", "organisations", "Lower end of the interval of `value`."),
        ("high", "organisations", "Upper end of the interval of `value`."),
        LEVEL,
        ("within_km", "km", "Who is this near to one of the core counts as near."),
        ("declared_as", "", "Declared clusters that were taken for it."),
        ("status", "", "Measured, or not testable."),
    ),
}  # fmt: skip
