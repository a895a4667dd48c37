"""Tables of labour-market areas and of social separation."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    CLUSTER_ID,
    INDUSTRY,
    LABEL,
    LEVEL,
    PLACE,
    PLACE_ID,
    Meaning,
    Q,
)

TABLE_MEANING: dict[str, str] = {
    "labour_market_areas": "Areas in which most people both live and work, largest first.",
    "labour_market_areas_places": "Which place belongs to which labour-market area.",
    "labour_market_areas_merges": "Which area was dissolved when, and what it was linked to.",
    "separation": "Whether sibling clusters keep to themselves, by pair and layer.",
    "separation_industries": "Whether all clusters of an industry together do, by layer.",
    "separation_removal": "What is left of each cluster without its siblings, by layer.",
    "separation_clusters": "How far each cluster could do without its siblings.",
    "separation_layers": "What each cluster keeps inside, layer by layer.",
}

_LAYER: Meaning = ("layer", "", "Kind of tie.")


def _measured(name: str, meaning: str) -> tuple[Meaning, ...]:
    return (
        (name, "share", meaning),
        (f"{name}_low", "share", f"Lower end of the interval of `{name}`."),
        (f"{name}_high", "share", f"Upper end of the interval of `{name}`."),
    )


_MODULARITY: tuple[Meaning, ...] = (
    ("modularity", "share", "Ties within clusters beyond what size and distance give."),
    ("modularity_expected", "share", "Its mean over networks simulated by size and distance."),
    ("modularity_p", "probability", "How often these have as many ties within."),
)
_AREA_ID: Meaning = ("area_id", "", "Identifier of the area: that of its largest place.")
_FLOWS: tuple[Meaning, ...] = (
    ("live", "persons", "Persons whose way (or move) starts there."),
    ("work", "persons", "Persons whose way (or move) ends there."),
    ("within", "persons", "Persons whose way (or move) does both."),
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "labour_market_areas": (
        _AREA_ID,
        ("label", "", "Its largest place."),
        ("n_places", "places", "Places in the area."),
        ("n_reserved", "places", "Of these, attached last: no area gained by them."),
        *_FLOWS,
        ("value", "share", "Self-containment: `within` to the larger of `live` and `work`."),
        ("low", "share", "Lower end of its interval."),
        ("high", "share", "Upper end of its interval."),
        LEVEL,
        ("validity", "ratio", "Size and self-containment together; 1 and more is valid."),
        ("stability", "share", "Mean best overlap with the areas of resampled flows."),
        ("status", "", "Valid, or why not."),
    ),
    "labour_market_areas_places": (
        PLACE_ID, PLACE, _AREA_ID, *_FLOWS,
        ("status", "", "Attached, attached last, or why in no area."),
    ),
    "labour_market_areas_merges": (
        ("step", "", "Order in which areas were dissolved."),
        ("place_id", "", "Identifier of the area dissolved: the place it began with."),
        ("label", "", "That place."),
        ("validity", "ratio", "Size and self-containment together when it was dissolved."),
        ("into_id", "", "Identifier of the area its largest place was linked to most."),
        ("into", "", "The place that one began with."),
        ("cohesion", "ratio", "How strong that link was, relative to the sizes of both."),
        ("status", "", "Linked, or stayed for want of any link."),
    ),
    "separation": (
        INDUSTRY, CLUSTER_ID, LABEL,
        ("sibling_id", "", "Identifier of the other cluster."),
        ("sibling", "", "Place a person recognises the other cluster by."),
        ("km", "km", "Between the densest sites of the two."),
        _LAYER,
        ("verdict", "", "Separate, not separate, or not testable."),
        ("value", "log odds", "Ties within to between, net of size and distance; 0: as given."),
        ("low", "log odds", "Lower end of the interval of `value`."),
        ("high", "log odds", "Upper end of the interval of `value`."),
        LEVEL,
        ("p", "probability", "Of a value as far from 0, were distance and size all."),
        Q,
        ("n_within", "ties", "Ties within either cluster."),
        ("n_between", "ties", "Ties between the two."),
        ("n", "ties", "Both together."),
        ("n_needed", "ties", "Ties that would show the smallest ratio of interest."),
        ("observed_log_odds", "log odds", "As counted."),
        ("expected_log_odds", "log odds", "As size and distance give."),
        ("elasticity", "ratio", "Power of distance with which ties fall in this layer."),
        ("fitted_to", "", "Whose ties that is from: others, or all (then conservative)."),
        ("design_effect", "ratio", "How much ties resemble others of their organisation."),
        ("ei", "ratio", "E-I index: -1 all ties within, 1 all between."),
        ("ei_expected", "ratio", "E-I index of groups of these sizes dealt at random."),
        ("ei_p", "probability", "How often such groups look as much inward."),
        *_MODULARITY,
        ("reason", "", "Why nothing can be said, where it cannot."),
    ),
    "separation_industries": (
        INDUSTRY, _LAYER,
        ("n_clusters", "clusters", "Clusters of the industry."),
        ("n", "ties", "Ties among their members."),
        ("n_worth", "ties", "Independent ties that would be worth as much."),
        *_MODULARITY,
        ("status", "", "Measured, or why not."),
    ),
    "separation_removal": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER,
        ("n_siblings", "clusters", "Clusters of its industry near it, taken out here."),
        ("n_partners", "organisations", "Organisations outside it that members are tied to."),
        ("n_partners_lost", "organisations", "Of these, in siblings."),
        ("n", "ties", "Ties that arrive from somebody of a known role."),
        ("n_lost", "ties", "Of these, from siblings."),
        *_measured("replaceable", "Share of these in roles that keep two other holders."),
        ("n_roles", "roles", "Roles (occupation, else industry and function) it draws on."),
        ("complete_before", "share", "Share of roles with two holders or more, as it is."),
        ("complete", "share", "The same without siblings."),
        ("complete_low", "share", "Lower end, as many partners taken out at random."),
        ("complete_high", "share", "Upper end, as many partners taken out at random."),
        ("complete_p", "probability", "How often that leaves as few complete."),
        ("complete_within", "share", "Share of roles with two holders in the cluster itself."),
        ("complete_near", "share", "Share with two in its city-region, siblings left out."),
        ("component_before", "share", "Members in the largest component, as it is."),
        ("component", "share", "The same without siblings."),
        ("component_low", "share", "Lower end, as many partners taken out at random."),
        ("component_high", "share", "Upper end, as many partners taken out at random."),
        ("component_p", "probability", "How often that leaves as few together."),
        LEVEL,
        ("status", "", "Measured, or why not."),
    ),
    "separation_clusters": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("n_siblings", "clusters", "Clusters of its industry near it."),
        ("value", "share", "Autonomy: 1 minus the largest dependence on siblings over layers."),
        ("low", "share", "Lower end of its interval."),
        ("high", "share", "Upper end of its interval."),
        LEVEL,
        ("layer", "", "Layer in which it depends on siblings most."),
        ("status", "", "Measured, or why not."),
    ),
    "separation_layers": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER,
        ("n", "ties", "Ties with a member."),
        *_measured("self_containment", "Smaller share of ties leaving or arriving that stay."),
        *_measured("conductance", "Share of its tie ends by which it is tied to the rest."),
        *_measured("dependence", "Share of arriving ties that come from siblings."),
        LEVEL,
        ("status", "", "Measured, or why not."),
    ),
}  # fmt: skip
