"""Measures of different units beside each other: dots against the range that chance gives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from buzzline.charts.palette import ACCENT, BAND_COLOUR, QUIET_INK
from buzzline.charts.rows import Axis, Row, beyond, dots, laid_out, line, row, spans, stacked

FURTHEST = 4.0  # half ranges of chance; beyond, an arrow
WORDS = {
    "clustering": "Clustering", "distance": "Steps between two", "sigma": "Sigma",
    "omega": "Omega", "assortativity": "Assortativity", "core": "Innermost core",
    "rich_club": "Rich club", "shared_clustering": "Clustering by groups in both",
    "shared_distance": "Steps by groups in both", "shared_sigma": "Sigma by groups in both",
    "reciprocity": "Reciprocity", "on_cycles": "Share on cycles",
    "feedback": "Least share backwards", "concentration": "Concentration",
    "one_mode_sigma": "Sigma, uncorrected", "connectedness": "Connectedness",
    "hierarchy": "Hierarchy", "efficiency": "Efficiency",
    "least_upper_bound": "Least upper bound", "without_head": "Past the headquarters",
}  # fmt: skip
AXIS = Axis(
    -FURTHEST, FURTHEST, (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0),
    "from what chance gives on average, in half widths of its range",
    "datum.value == 0 ? '0' : format(datum.value, '+.0f')",
)  # fmt: skip


def scaled_row(item: dict[str, Any], label: str) -> Row:
    """Return a measure on the common axis: 0 where chance is, 1 at the end of its range."""
    low, high, expected = (item[end] for end in ("expected_low", "expected_high", "expected"))
    note = f"{item['value']:.3g}; chance {low:.3g} to {high:.3g}"
    above, below = max(high - expected, 1e-9), max(expected - low, 1e-9)
    at = item["value"] - expected
    at = at / above if at > 0 else at / below
    outside = abs(at) > FURTHEST
    return row(
        label, note, at=None if outside else at, chance_low=-1.0, chance_high=1.0,
        goes_on_low=at < -FURTHEST, goes_on_high=at > FURTHEST,
        colour=QUIET_INK if item["p"] is None else ACCENT,
    )  # fmt: skip


def is_drawn(item: dict[str, Any]) -> bool:
    """Tell whether a measure has a value and a range of chance that is not a point."""
    ends = ("expected", "expected_low", "expected_high")
    if any(item[name] is None for name in ("value", "p", *ends)):
        return False
    return bool(item["expected_high"] > item["expected_low"])


def against_dealt(rows: Sequence[Row], width: int) -> dict[str, Any]:
    """Return the body of a picture of rows made by `scaled_row`, and headings."""
    marks = [
        line(0.0, BAND_COLOUR),
        spans("chance_low", "chance_high", width=13, colour=BAND_COLOUR),
        dots("at", colour="colour", size=46),
        beyond("low", AXIS, ACCENT),
        beyond("high", AXIS, ACCENT),
    ]
    return stacked(rows, marks, axis=AXIS, layout=laid_out(rows, width))


def untested(items: Iterable[dict[str, Any]]) -> str:
    """Say which measures are not drawn, and why."""
    reasons: dict[str, list[str]] = {}
    for item in items:
        if not is_drawn(item):
            why = item["status"] if item["p"] is None else "chance gives one value only"
            reasons.setdefault(str(why), []).append(WORDS[item["measure"]].lower())
    return " ".join(f"Not drawn: {', '.join(names)} ({why})." for why, names in reasons.items())
