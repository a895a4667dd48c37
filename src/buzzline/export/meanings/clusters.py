"""Tables of candidate clusters."""

from __future__ import annotations

from buzzline.export.meanings.columns import CLUSTER_ID, INDUSTRY, LABEL, LEVEL, STATUS, Meaning

TABLE_MEANING: dict[str, str] = {
    "clusters": "Candidate clusters, strongest first.",
    "members": "Which organisation belongs to which cluster.",
    "candidates": "Every candidate at every radius, with the candidate that holds it.",
    "coverage": "Which industries were examined at which radius, and which were not and why.",
}

_SCALE_KM = ("scale_km", "km", "Radius within which neighbours were counted.")
_MEMBERS = ("n_members", "organisations", "Organisations of the industry in the cluster.")
_CORE = ("n_core", "organisations", "Members in whose surroundings the industry is dense.")
_BACKGROUND = ("n_background", "organisations", "All organisations in the footprint.")
_EXPECTED_MEMBERS = (
    "expected", "organisations",
    "Members there would be if the industry were spread like all organisations.",
)  # fmt: skip
_STRENGTH = (
    "strength",
    "nats",
    "Log-likelihood ratio against the spread of all organisations.",
)
_P = ("p", "probability", "How often relabelled maps hold something as strong anywhere.")

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "clusters": (
        CLUSTER_ID, LABEL, INDUSTRY, _SCALE_KM, _MEMBERS, _CORE, _BACKGROUND,
        _EXPECTED_MEMBERS,
        ("ratio", "ratio", "Members divided by members expected."),
        ("low", "ratio", "Lower end of the interval of `ratio`."),
        ("high", "ratio", "Upper end of the interval of `ratio`."),
        LEVEL, _STRENGTH,
        _P,
        ("q", "share", "False-discovery rate over clusters and industries."),
        ("longitude", "degree", "Densest site, east of Greenwich, WGS 84."),
        ("latitude", "degree", "Densest site, north of the equator, WGS 84."),
        ("radius_km", "km", "From the densest site to the furthest member."),
        ("country", "", "Country most members are in."),
        ("places", "", "The commonest cities of the members."),
    ),
    "members": (
        CLUSTER_ID,
        ("org_id", "", "Identifier of the organisation, as in the tables read."),
        ("is_core", "", "True where the industry is dense around the organisation itself."),
    ),
    "candidates": (
        ("candidate_id", "", "Identifier of the candidate."),
        ("parent_id", "", "The larger candidate that holds it; empty at the top."),
        INDUSTRY, _SCALE_KM, _MEMBERS, _CORE, _BACKGROUND, _EXPECTED_MEMBERS, _STRENGTH, _P,
        ("cluster_id", "", "The cluster it became; empty unless chosen."),
        LABEL,
    ),
    "coverage": (
        INDUSTRY, _SCALE_KM,
        ("n_organisations", "organisations", "Organisations of the industry."),
        ("n_located", "organisations", "Those with coordinates."),
        ("n_core", "organisations", "Those around which the industry is dense."),
        ("n_candidates", "candidates", "Candidate clusters found at this radius."),
        STATUS,
    ),
}  # fmt: skip
