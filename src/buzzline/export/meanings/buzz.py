"""Tables of local buzz and distant pipelines, and of what they go with over years."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    CLUSTER_ID,
    INDUSTRY,
    LABEL,
    LEVEL,
    REASON,
    STATUS,
    Meaning,
    P,
    Q,
)

TABLE_MEANING: dict[str, str] = {
    "buzz_and_pipelines": "Local buzz around, and distant pipelines of, each cluster.",
    "buzz_and_pipelines_scales": "Pipelines of each cluster, scale by scale.",
    "buzz_and_pipelines_bands": "From how far the buzz of each cluster comes.",
    "buzz_and_pipelines_members": "Buzz around, and pipelines of, each member.",
    "mutual_stimulation": "Whether buzz and pipelines strengthen each other.",
    "mutual_stimulation_margins": "What pipelines add, along buzz.",
    "mutual_stimulation_cross_lags": "Whether pipelines follow buzz, or buzz pipelines.",
    "mutual_stimulation_checks": "The same by other estimates, and whether anything answers.",
    "value_by_distance": "What one more tie goes with, scale by scale.",
    "value_by_distance_differences": "How much more it is at one scale than at another.",
    "value_by_distance_qualities": "What is held constant of ties.",
}

_BUZZ = "square root of jobs"
_A_MEMBER = "pipelines a member"
_SCALE: Meaning = ("scale", "", "Regional, national, global, or all distant ones together.")
_N_ORGANISATIONS: Meaning = ("n_organisations", "organisations", "Organisations in the fit.")
_FIT: tuple[Meaning, ...] = (
    ("n", "rows", "Organisations by years in the fit."),
    _N_ORGANISATIONS,
    ("n_years", "years", "Years in the fit."),
    ("n_groups", "groups", "Groups within which luck may be shared."),
    ("groups", "", "What these groups are: regions, cities or organisations."),
)


def _estimate(unit: str, meaning: str) -> tuple[Meaning, ...]:
    return (
        ("value", unit, meaning),
        ("low", unit, "Lower end of the interval of `value`."),
        ("high", unit, "Upper end of the interval of `value`."),
        LEVEL,
        ("se", unit, "Standard error of `value`, leaving out one group at a time."),
        P,
    )


def _rate(names: tuple[str, str, str, str]) -> tuple[Meaning, ...]:
    value, expected, low, high = names
    return (
        (value, _A_MEMBER, "Distant ties made on purpose, a member."),
        (expected, _A_MEMBER, "The same of organisations of one industry and size elsewhere."),
        (low, _A_MEMBER, "Lower end of the null band: as many of those."),
        (high, _A_MEMBER, "Upper end of the null band: as many of those."),
        ("log_ratio", "log ratio", "ln of the first to the second; 0: as others."),
        ("low", "log ratio", "Lower end of the interval of `log_ratio`."),
        ("high", "log ratio", "Upper end of the interval of `log_ratio`."),
        LEVEL, P, Q,
    )  # fmt: skip


_WORTH: tuple[Meaning, ...] = (
    ("n_worth", "pipelines", "Independent ones that would tell as much."),
    ("n_needed", "pipelines", "Expected pipelines that would show twice as many."),
    ("verdict", "", "More, fewer, as others, not enough pipelines, or not testable."),
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "buzz_and_pipelines": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("n_members", "organisations", "Members."),
        ("buzz", _BUZZ, "Buzz around a member: sum of who is near, by distance, "
         "relatedness, size and occasions to mix."),
        ("buzz_near", _BUZZ, "Of this, from being near."),
        ("buzz_met", _BUZZ, "Of this, more from those whom members also meet."),
        ("buzz_expected", _BUZZ, "`buzz_near`, were organisations around dealt to each "
         "other's sites."),
        ("buzz_low", _BUZZ, "Lower end of the band of such deals."),
        ("buzz_high", _BUZZ, "Upper end of the band of such deals."),
        ("buzz_elsewhere", _BUZZ, "`buzz_near` of comparable organisations elsewhere."),
        ("buzz_ratio", "ratio", "`buzz_near` to that."),
        ("buzz_ratio_low", "ratio", "The same of the tenth member in a hundred."),
        ("buzz_ratio_high", "ratio", "The same of the ninetieth member in a hundred."),
        ("buzz_rank", "share", "Comparable organisations with less than the median member."),
        ("n_around", "organisations", "Organisations around that were dealt."),
        *_rate(("pipelines", "pipelines_expected", "pipelines_low", "pipelines_high")),
        ("n_pipelines", "pipelines", "Pipelines of all members."),
        *_WORTH,
        ("holders", "share", "Members with any pipeline."),
        ("top_share", "share", "Pipelines of the member with most."),
        ("n_effective", "organisations", "Holders, were their pipelines equal."),
        ("hotspot_share", "share", "Pipelines that end in another cluster."),
        ("hotspot_low", "share", "Lower end of the interval of `hotspot_share`."),
        ("hotspot_high", "share", "Upper end of the interval of `hotspot_share`."),
        ("hotspot_expected", "share", "The same of comparable organisations elsewhere."),
        ("hotspot_p", "probability", "Of a difference as large between the two."),
        STATUS,
    ),
    "buzz_and_pipelines_scales": (
        CLUSTER_ID, LABEL, INDUSTRY, _SCALE,
        *_rate(("value", "expected", "band_low", "band_high")),
        ("n", "pipelines", "Pipelines of all members at this scale."),
        *_WORTH,
        ("n_others", "organisations", "Comparable organisations."),
        ("n_alone", "organisations", "Members left out: fewer than ten comparable ones."),
        REASON,
    ),
    "buzz_and_pipelines_bands": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("from_km", "km", "Nearer end of the band of distance."),
        ("to_km", "km", "Further end; empty: all further ones."),
        ("buzz", _BUZZ, "Buzz around a member that comes from there."),
        ("share", "share", "Of all of it from being near."),
    ),
    "buzz_and_pipelines_members": (
        CLUSTER_ID, LABEL,
        ("org_id", "", "Identifier of the organisation."),
        ("name", "", "Its name."),
        ("buzz", _BUZZ, "Buzz around it."),
        ("buzz_met", _BUZZ, "Of this, from those it also meets."),
        ("pipelines", "pipelines", "Its distant ties made on purpose."),
        ("regional", "pipelines", "Of these, regional."),
        ("national", "pipelines", "Of these, national."),
        ("global", "pipelines", "Of these, global."),
    ),
    "mutual_stimulation": (
        ("form", "", "In levels or in logs."),
        ("term", "", "Interaction; buzz or pipelines, where the other is at its mean."),
        *_estimate("outcome", "Effect on the outcome (or its logarithm) a year later."),
        *_FIT,
        ("estimator", "", "Past as instrument, fixed effects, or Poisson."),
        STATUS,
    ),
    "mutual_stimulation_margins": (
        ("form", "", "In levels or in logs."),
        ("share", "share", "Quantile of buzz."),
        ("buzz", "see outcomes", "Buzz there."),
        *_estimate("outcome", "Effect of pipelines there."),
    ),
    "mutual_stimulation_cross_lags": (
        ("source", "", "What came a year before."),
        ("target", "", "What followed."),
        *_estimate("target by source", "Effect of the one on the other a year later."),
        *_FIT,
        ("per_sd", "sd", "Standard deviations of the target for one of the source."),
        STATUS,
    ),
    "mutual_stimulation_checks": (
        ("form", "", "In levels or in logs."),
        ("check", "", "What was estimated instead."),
        *_estimate("outcome", "Its value."),
        *_FIT,
        STATUS,
    ),
    "value_by_distance": (
        ("scale", "", "Local, regional, national or global."),
        *_estimate("outcome", "Of one more partner, a year later."),
        ("mean", "partners", "Partners of an organisation in a year."),
        ("n", "rows", "Organisations by years in the fit."),
        ("n_moving", "organisations", "Organisations whose number of partners changes."),
        *_FIT[1:],
        ("estimator", "", "Past as instrument, or fixed effects."),
        STATUS,
    ),
    "value_by_distance_differences": (
        ("scale", "", "The further scale."),
        ("other", "", "The nearer scale."),
        *_estimate("outcome", "Value of one more partner at the first less at the second."),
        Q, STATUS,
    ),
    "value_by_distance_qualities": (
        ("quality", "", "Of the ties of an organisation in a year."),
        *_estimate("outcome", "Effect of one more of it, a year later."),
        STATUS,
    ),
}  # fmt: skip
