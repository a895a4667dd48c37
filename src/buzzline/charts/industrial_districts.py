"""How many labour-market areas pass each step on the way to an industrial district."""

from __future__ import annotations

from typing import Any

from buzzline.charts.axes import round_ticks
from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, INNER_BAND_COLOUR, OTHER_COLOUR
from buzzline.charts.rows import Axis, Row, laid_out, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.clusters.industrial_districts import IndustrialDistricts

TITLE = "Industrial districts, step by step"
SAID = {
    "people": "a labour market of its own",
    "manufacturing": "more manufacturing than elsewhere",
    "small": "mostly in small establishments",
    "main": "one industry stands out",
    "industry_small": "itself of small establishments",
}
DISTRICTS_SHOWN = 10


@chart.register
def districts_chart(result: IndustrialDistricts, *, width: int = WIDTH) -> Spec:
    """Return how many areas are asked and pass at each step, and the districts.

    Parameters
    ----------
    result : IndustrialDistricts
    width : int [px]
    """
    if not (result.steps["n_asked"] > 0).any():
        return nothing_to_draw(TITLE, str(result), width)
    steps = result.steps.to_dicts()
    most = float(max(step["n_asked"] for step in steps))
    axis = Axis(0.0, most, tuple(round_ticks(0.0, most, 5)), "labour-market areas",
                "format(datum.value, ',~r')")  # fmt: skip
    rows = [_step(step) for step in steps]
    districts = result.areas.filter(verdict="district")
    if districts.height:
        rows.append(row(f"Districts ({districts.height:,})", is_heading=True))
        rows += [_district(item) for item in districts.head(DISTRICTS_SHOWN).to_dicts()]
    marks = [
        spans("zero", "asked", width=12, colour=INNER_BAND_COLOUR),
        spans("zero", "open", width=12, colour=OTHER_COLOUR),
        spans("zero", "passed", width=12, colour=ACCENT),
    ]
    said = [
        "Pale: areas that reach the step. Blue: those that pass. Grey: those of which it "
        "cannot be told, which go on.",
        *result.notes,
    ]
    return picture(
        stacked(rows, marks, axis=axis, layout=laid_out(rows, width)),
        title=TITLE, subtitle=said, alt=f"{TITLE}. {result}", width=width,
    )  # fmt: skip


def _step(step: dict[str, Any]) -> Row:
    note = f"{step['n_yes']:,} of {step['n_asked']:,}"
    if step["n_not_testable"]:
        note += f", {step['n_not_testable']:,} not testable"
    asked, yes, open_ = step["n_asked"], step["n_yes"], step["n_not_testable"]
    return row(SAID[step["step"]], note, zero=0, asked=asked or None, passed=yes or None,
               open=(yes + open_) if open_ else None)  # fmt: skip


def _district(item: dict[str, Any]) -> Row:
    note = f"{item['industry']}, quotient {item['industry_quotient']:.1f}"
    return row(item["label"], note, zero=None, asked=None, passed=None, open=None)
