"""A response surface: an outcome over two parameters, as shaded cells."""

from __future__ import annotations

import numpy as np

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.heat import Side, heat
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.surface import ResponseSurface

TITLE = "An outcome over two parameters"


@chart.register
def surface_chart(result: ResponseSurface, *, width: int = WIDTH) -> Spec:
    """Return the outcome at every point; points alike with the best have a mark.

    Parameters
    ----------
    result : ResponseSurface
    width : int [px]
    """
    known = result.points.filter(result.points["value"].is_not_null())
    if not known.height:
        return nothing_to_draw(TITLE, str(result), width)
    across = sorted(set(result.points["across"]))
    down = sorted(set(result.points["down"]), reverse=True)
    values = np.full((len(down), len(across)), np.nan)
    best = set()
    for row in known.iter_rows(named=True):
        at = down.index(row["down"]), across.index(row["across"])
        values[at] = row["value"]
        if row["is_best"]:
            best.add(at)
    highest = np.unravel_index(np.nanargmax(values), values.shape)
    words = dict.fromkeys(best, "=") | {(int(highest[0]), int(highest[1])): "best"}
    rows = Side([f"{value:g}" for value in down], title=_named(result.down))
    said = result.outcome.replace("_", " ")
    body = heat(
        values, rows, Side([f"{value:g}" for value in across], title=_named(result.across)),
        meaning=f"{said} [{result.unit}], mean over {result.runs:,} runs", width=width,
        from_lowest=True, marked=words,
    )  # fmt: skip
    alike = ", ".join(f"{across[c]:g} and {down[r]:g}" for r, c in sorted(best)[:6])
    lines = [
        f"Columns: {_meant(result.across)}",
        f"Rows: {_meant(result.down)}",
        f"best: the highest; =: not told apart from it (across and down: {alike}"
        f"{' and others' if len(best) > 6 else ''}). {result.level:.0%} intervals, run by run. "
        "Shades run from the lowest value, not from 0.",
    ]
    return picture(body, title=TITLE, subtitle=lines, alt=f"{TITLE}. {result}", width=width)


def _named(name: str) -> str:
    unit = PARAMETER[name].unit
    return f"{name} [{unit}]" if unit else name


def _meant(name: str) -> str:
    meaning = PARAMETER[name].meaning
    return f"{name}, {meaning[:1].lower()}{meaning[1:]}"
