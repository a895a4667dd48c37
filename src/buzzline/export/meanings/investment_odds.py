"""Tables of investment odds."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, STATUS, Meaning, P, Q

TABLE_MEANING: dict[str, str] = {
    "investment_odds": "How much likelier deals from clusters land in a similar one.",
    "investment_odds_strata": "The risk ratio by industry, country, year and size.",
    "investment_odds_needed": "How many deals would show a risk ratio of 5, 2 and 1.5.",
    "investment_odds_reading": "What five times means as odds and as risk.",
    "investment_odds_left_out": "Deals set aside, with the reason.",
}

_ENDS: tuple[Meaning, ...] = (
    ("low", "", "Lower end of the interval of `value`, over groups; 0: a ratio has none."),
    ("high", "", "Upper end of the interval of `value`; empty: it has none."),
    LEVEL,
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "investment_odds": (
        ("similar", "", "When a cluster is similar to the investor's industry."),
        ("held", "", "What deals compared have in common; without country, see the guide."),
        ("measure", "", "Risk ratio, odds ratio or risk difference; exact: deals independent."),
        ("value", "ratio or share", "Its value: from clusters to, or less, elsewhere."),
        *_ENDS,
        P,
        ("mid_p", "", "Of the exact odds ratio: two-sided, what was observed counted by half."),
        ("resampled_low", "ratio", "Lower end by bootstrap of groups; too short for few."),
        ("resampled_high", "ratio", "Upper end by bootstrap of groups."),
        ("e_value", "ratio", "How strong something left out must be to explain `value`."),
        ("e_value_low", "ratio", "The same for the end of the interval nearer to 1."),
        ("n", "deals", "Deals in strata in which there is something to compare."),
        ("n_groups", "groups", "Groups that made them; empty: deals count as independent."),
        ("n_strata", "strata", "Strata in which there is something to compare."),
        ("n_unknown", "deals", "Deals of which this rule does not tell where they land."),
        STATUS,
    ),
    "investment_odds_strata": (
        ("by", "", "Industry, country or size of the investor, or year; the others are held."),
        ("stratum", "", "Which one."),
        ("title", "", "Its name."),
        ("from_clusters", "deals", "All deals from clusters, compared with others or not."),
        ("share_from_clusters", "share", "Share landing in a similar cluster, nothing held."),
        ("elsewhere", "deals", "All deals from elsewhere, compared with others or not."),
        ("share_elsewhere", "share", "Share landing in a similar cluster, nothing held."),
        ("value", "ratio", "Risk ratio with the others held."),
        *_ENDS,
        P,
        Q,
        ("n", "deals", "Deals in strata in which there is something to compare."),
        ("n_groups", "groups", "Groups that made them."),
        STATUS,
    ),
    "investment_odds_needed": (
        ("ratio", "ratio", "Risk ratio to be shown."),
        ("base", "share", "Deals from elsewhere that land in a similar cluster."),
        ("from_clusters", "share", "Deals that come from clusters."),
        ("n_independent", "deals", "Deals it takes if they are independent; power 80 %."),
        ("alike", "deals", "Deals of these groups that tell as much as an independent one."),
        ("n_needed", "deals", "Deals of groups as alike as these that it takes."),
        ("n", "deals", "Deals that can be compared."),
    ),
    "investment_odds_reading": (
        ("times", "ratio", "What is said of deals from clusters."),
        ("base", "share", "Deals from elsewhere that land in a similar cluster."),
        ("risk_ratio", "ratio", "Risk ratio, if odds were meant."),
        ("odds_ratio", "ratio", "Odds ratio, if risk was meant; empty: there is none."),
        ("is_observed", "", "The base is that of these deals."),
    ),
    "investment_odds_left_out": (
        ("reason", "", "Why they are set aside."),
        ("n", "deals", "How many."),
    ),
}  # fmt: skip
