"""What the columns of ownership mean."""

from __future__ import annotations

from buzzline.export.meanings.columns import REASON, STATUS, Meaning

TABLE_MEANING: dict[str, str] = {
    "ownership": "Groups: ultimate owners and what they control.",
    "ownership_organisations": "Who controls each organisation, by what, up to its owner.",
    "ownership_holdings": "Every holding, and what it amounts to through all chains.",
    "ownership_changes": "Years in which an organisation's ultimate owner became another.",
    "ownership_left_out": "Ties that say nothing about who holds whom, with the reason.",
}

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "ownership": (
        ("group", "", "Identifier of the ultimate owner."),
        ("name", "", "Its name."),
        ("country", "", "Its country."),
        ("value", "organisations", "Organisations it controls."),
        ("n_direct", "organisations", "Of these, controlled without another in between."),
        ("n_countries", "countries", "Countries they are in, where known."),
        ("n_industries", "industries", "Industries they are in, where known."),
        ("n_steps", "steps", "The longest chain of control in the group."),
        ("abroad", "share", "Share abroad, among those whose country is known."),
        ("abroad_low", "share", "Share abroad, were all of unknown country at home."),
        ("abroad_high", "share", "Share abroad, were all of unknown country abroad."),
    ),
    "ownership_organisations": (
        ("org_id", "", "Identifier of the organisation."),
        ("name", "", "Its name."),
        ("country", "", "Its country."),
        ("parent", "", "Who controls it; empty where nobody is known to."),
        ("parent_stake", "share", "What the parent holds of it; empty where not known."),
        ("basis", "", "By what the parent controls it."),
        ("group", "", "Its ultimate owner; itself where nobody controls it; none in a circle."),
        ("owner_country", "", "Country of the ultimate owner."),
        ("is_abroad", "", "Whether its ultimate owner is in another country."),
        ("n_steps", "steps", "Steps of control up to the ultimate owner."),
        ("group_stake", "share", "What the ultimate owner owns of it, through known stakes."),
        ("n_holders", "organisations", "Organisations that hold some of it."),
        ("total_stake", "share", "Sum of the stakes recorded in it."),
        ("n_controlled", "organisations", "Organisations it controls itself."),
        STATUS,
    ),
    "ownership_holdings": (
        ("holder", "", "Who holds."),
        ("held", "", "What is held."),
        ("stake", "share", "How much of it; empty where not known."),
        ("owned", "share", "How much through all chains whose stakes are known."),
        ("kind", "", "Majority, minority, or not known."),
        ("controls", "", "Whether the holder is its parent."),
        ("is_mutual", "", "Whether each holds some of the other."),
        ("since", "", "First day, where recorded."),
        ("until", "", "Last day, where recorded."),
    ),
    "ownership_changes": (
        ("year", "years", "Year by the end of which the owner had become another."),
        ("org_id", "", "Identifier of the organisation."),
        ("before", "", "Its ultimate owner at the end of the year before."),
        ("after", "", "Its ultimate owner at the end of the year."),
        ("what", "", "Came under an owner, changed its owner, left its owner."),
    ),
    "ownership_left_out": (REASON, ("n", "ties", "Ties with that reason.")),
}  # fmt: skip
