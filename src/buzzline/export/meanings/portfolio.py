"""What the columns of insider portfolios mean."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    CLUSTER_ID,
    INDUSTRY,
    LABEL,
    LEVEL,
    STATUS,
    Meaning,
)

TABLE_MEANING: dict[str, str] = {
    "insider_portfolio": "What share of its field's hotspots each group reaches as an insider.",
    "insider_portfolio_pools": "How much of an insider each group is in each hotspot.",
}

_GROUP: Meaning = ("group", "", "Identifier of the ultimate owner.")


def _tau(what: str) -> tuple[Meaning, ...]:
    return (
        ("tau_4", "share", f"{what}, were insiders made in 4 years rather than 7."),
        ("tau_12", "share", f"{what}, were insiders made in 12 years rather than 7."),
        ("least", "share", f"{what}: 12 years, and sites of unknown age none."),
        ("most", "share", f"{what}: 4 years, and sites of unknown age insiders."),
    )


COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "insider_portfolio": (
        _GROUP,
        ("name", "", "Its name."),
        ("country", "", "Country of the ultimate owner."),
        INDUSTRY,
        ("value", "share", "Reach: weight of hotspots times how much of an insider it is."),
        *_tau("Reach"),
        ("expected", "share", "Median reach of groups of its industry and size."),
        ("expected_low", "share", "Lower end of the range of groups of its industry and size."),
        ("expected_high", "share", "Upper end of the range of such groups."),
        ("p", "probability", "How often groups of its industry and size reach as far out."),
        LEVEL,
        ("n_peers", "groups", "Groups of its industry with about as many sites."),
        ("breadth", "places", "Places of equal size that its sites are worth."),
        ("home", "share", "Share of it within 100 km of its head; empty where not known."),
        ("n_sites", "sites", "Its sites."),
        ("n_unlocated", "sites", "Of these, sites without coordinates, which may be anywhere."),
        ("n_countries", "countries", "Countries they are in, where known."),
        ("n_hotspots", "clusters", "Hotspots of its industry."),
        ("n_inside", "clusters", "Of these, those in which it is an insider (0.2 and more)."),
        ("foremost_missing", "", "The largest hotspot in which it is none."),
        STATUS,
    ),
    "insider_portfolio_pools": (
        _GROUP,
        ("field", "", "Its industry."),
        CLUSTER_ID, LABEL,
        ("weight", "share", "Weight of the hotspot in the industry."),
        ("value", "share", "How much of an insider the group is, 0 to 1."),
        *_tau("How much of an insider it is"),
        ("n_sites", "sites", "Its sites there."),
        ("share", "share", "Share of the group there, in `measure`."),
        ("years", "years", "Since the first of them opened or came under the group."),
        ("embedded", "ratio", "Its ties to locals beside those of others there, up to 1."),
        ("is_missing", "", "Whether it is an insider by less than 0.2."),
        STATUS,
    ),
}  # fmt: skip
