"""How often each cluster is found again when owners are resampled."""

from __future__ import annotations

from typing import Any

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, INNER_BAND_COLOUR, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, band, dots, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.clusters.stability import (
    FATE_WORDS,
    NOT_TESTABLE,
    OFTEN,
    STABLE,
    DelineationStability,
)

TITLE = "Would the same clusters be found again?"
SHOWN = 20
AXIS = Axis(
    0.0, 1.0, (0, 0.25, 0.5, 0.75, 1.0), "share of resamples in which it is found again",
    "format(datum.value, '.0%')",
)  # fmt: skip


@chart.register
def stability_chart(result: DelineationStability, *, width: int = WIDTH) -> Spec:
    """Return how often each cluster is found again, the least stable first.

    Parameters
    ----------
    result : DelineationStability
    width : int [px]
    """
    if not (result.clusters["verdict"] != NOT_TESTABLE).any():
        return nothing_to_draw(TITLE, str(result), width)
    rows = [_bar(item) for item in result.clusters.head(SHOWN).to_dicts()]
    marks = [
        band(OFTEN, 1.0, INNER_BAND_COLOUR),
        spans("low", "high", width=1.8, colour="colour"),
        dots("at", colour="colour"),
    ]
    n = result.clusters.height
    which = f"The {SHOWN} least stable of {n:,} clusters. " if n > SHOWN else ""
    said = [
        f"{which}Of {result.draws:,} resamples of owners; lines are {result.level:.0%} "
        f"intervals. Strip: stable, {OFTEN:.0%} and more. Beside it: what else became of it.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=AXIS, layout=laid_out(rows, width)),
        title=TITLE, subtitle=said, alt=f"{TITLE} {result}", width=width,
    )  # fmt: skip


def _bar(item: dict[str, Any]) -> Row:
    label = f"{item['label']}, {item['industry']}"
    if item["verdict"] == NOT_TESTABLE:
        return row(label, f"not testable: {item['n_members']:,} members", at=None, low=None,
                   high=None, colour=OTHER_COLOUR)  # fmt: skip
    fates = {said: item[name] for name, said in FATE_WORDS.items() if item[name]}
    rest = max(fates, key=lambda said: fates[said], default="")
    note = f"{item['n_members']:,} members" + (f", {fates[rest]:.0%} {rest}" if rest else "")
    return row(
        label, note, at=item["value"], low=item["low"], high=item["high"],
        colour=ACCENT if item["verdict"] == STABLE else OTHER_COLOUR,
    )  # fmt: skip
