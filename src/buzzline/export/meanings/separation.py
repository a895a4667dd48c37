"""Tables of labour-market areas and of social separation."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, PLACE, PLACE_ID, Meaning

TABLE_MEANING: dict[str, str] = {
    "labour_market_areas": "Areas in which most people both live and work, largest first.",
    "labour_market_areas_places": "Which place belongs to which labour-market area.",
}

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
}  # fmt: skip
