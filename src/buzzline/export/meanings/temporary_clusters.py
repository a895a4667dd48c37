"""Tables of temporary clusters."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, STATUS, Meaning

TABLE_MEANING: dict[str, str] = {
    "temporary_clusters": "Whether those who meet at gatherings tie, by layer and term.",
    "temporary_clusters_changes": "How who is tied to whom changes from before to after.",
    "temporary_clusters_phases": "How far ties stay at home before, during and after.",
    "temporary_clusters_retention": "How many ties last how many months.",
    "temporary_clusters_yields": "New ties owed to meeting, and what a lasting one costs.",
    "temporary_clusters_attendance": "Who came to which gathering; exact counts.",
}

_LAYER: Meaning = ("layer", "", "Kind of tie.")
_ID: Meaning = ("gathering_id", "", "Identifier of the gathering; empty for all together.")
_NAME: Meaning = ("name", "", "Name of the gathering.")
_START: Meaning = ("start", "", "Its first day.")
_PLACE: Meaning = ("took_place", "", "False where it was cancelled.")
_PRESENT: Meaning = ("n_organisations", "organisations", "That took part, or had planned to.")
_P: Meaning = ("p", "probability", "Two-sided, of no difference.")


def _ends(name: str, unit: str, of: str) -> tuple[Meaning, ...]:
    return (
        (f"{name}low", unit, f"Lower end of the interval of `{of}`."),
        (f"{name}high", unit, f"Upper end of the interval of `{of}`."),
    )


COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "temporary_clusters": (
        _LAYER,
        ("model", "", "Of all pairs, or with distance and earlier ties crossed with meeting."),
        ("term", "", "What the row is about."),
        ("value", "log odds", "Of a new tie; 0: no difference."),
        *_ends("", "log odds", "value"), LEVEL, _P,
        ("n", "ties", "New ties of pairs who met."),
        ("n_needed", "ties", "New ties of pairs who met that would show twice the odds."),
        ("n_pairs", "pairs", "Pairs who met."),
        ("n_held", "gatherings", "That took place, and after which some pair tied."),
        ("n_cancelled", "gatherings", "That were cancelled, and after which some pair tied."),
        ("design_effect", "ratio", "Error variance over that of independent pairs."),
        STATUS,
    ),
    "temporary_clusters_changes": (
        _LAYER, _ID, _NAME, _START, _PLACE, _PRESENT,
        ("n_pairs", "pairs", "Pairs of those present."),
        ("n_before", "pairs", "Tied in the window before."),
        ("n_during", "pairs", "That tied at the gathering, or in the month after."),
        ("n_after", "pairs", "Tied in the window after."),
        ("value", "share", "Reconfiguration: tied pairs that are so before or after only."),
        *_ends("", "share", "value"), LEVEL,
        ("usual", "share", "The same, one window earlier."),
        ("excess", "share", "`value` less `usual`."),
        *_ends("excess_", "share", "excess"), _P, STATUS,
    ),
    "temporary_clusters_phases": (
        _LAYER, _ID, _NAME, _PLACE,
        ("phase", "", "Before, during or after."),
        ("n", "pairs", "Tied pairs with known homes."),
        ("same_home", "share", "Of them, at home in one place."),
        ("by_chance", "share", "As often as homes occur among the ends of ties."),
        ("value", "ratio", "Assortativity: 1 all ties stay at home, 0 homes mix by chance."),
        *_ends("", "ratio", "value"), LEVEL,
        ("change", "ratio", "From before."),
        *_ends("change_", "ratio", "change"), _P, STATUS,
    ),
    "temporary_clusters_retention": (
        _LAYER,
        ("begun", "", "At a gathering of both, or otherwise."),
        ("months", "months", "Since the first day of the tie."),
        ("n", "ties", "Followed from their first day."),
        ("n_at_risk", "ties", "Still watched and lasting by then."),
        ("value", "share", "Of ties that last at least so long."),
        *_ends("", "share", "value"), LEVEL,
        ("difference", "share", "To ties begun otherwise; at 6, 12 and 24 months."),
        *_ends("difference_", "share", "difference"), _P, STATUS,
    ),
    "temporary_clusters_yields": (
        _LAYER,
        ("n_held", "gatherings", "That took place, and whose window after is over."),
        ("n_present", "organisations", "That took part, each time counted."),
        ("n_new", "ties", "Pairs who met and tied within the window."),
        ("n_expected", "ties", "Had their gatherings been cancelled."),
        *_ends("n_expected_", "ties", "n_expected"),
        ("value", "ties", "Owed to meeting: `n_new` less `n_expected`."),
        *_ends("", "ties", "value"), LEVEL,
        ("lasting", "share", "Of ties begun at a gathering, those that last 12 months."),
        *_ends("lasting_", "share", "lasting"),
        ("cost_musd", "million USD", "Of taking part, for each tie owed to it that lasts."),
        ("cost_low_musd", "million USD", "Lower end of the interval of `cost_musd`."),
        ("cost_high_musd", "million USD", "Upper end; empty where there is none."),
        STATUS,
    ),
    "temporary_clusters_attendance": (
        ("gathering_id", "", "Identifier of the gathering."), _NAME,
        ("kind", "", "Fair, conference, mission or other."), _START, _PLACE, _PRESENT,
        ("n_again", "organisations", "Of these, seen at an earlier gathering."),
        ("n_elsewhere", "organisations", "Of these, seen at another gathering."),
        ("n_known", "organisations", "Of these, with a known home."),
        ("n_homes", "homes", "Different homes among them."),
        ("value", "share", "How likely two of them are of different homes; exact."),
        STATUS,
    ),
}  # fmt: skip
