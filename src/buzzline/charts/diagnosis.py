"""The diagnosis: each question about a cluster with its answer and how sure that is.

An answer is said by where its mark stands, by its word, and by whether it is filled (firm),
ringed (likely, weak) or absent (open); no colour is needed.
"""

from __future__ import annotations

from typing import Any

from buzzline.charts.drawing import chart, nothing_to_draw
from buzzline.charts.palette import ACCENT, INK, OTHER_COLOUR, PAPER
from buzzline.charts.rows import Axis, Row, dots, laid_out, line, row, spans, stacked
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.diagnosis.diagnosis import ClusterDiagnosis
from buzzline.diagnosis.findings import MIXED
from buzzline.wording import plural

TITLE = "How is each cluster tied, and how sure is that?"
CLUSTERS_SHOWN = 3
PLACE = {"low": -1.0, "middle": 0.0, "high": 1.0}
SURE = ("firm", "likely")
AXIS = Axis(
    -1.35, 1.35, (-1.0, 0.0, 1.0), "what the signs say",
    "datum.value < 0 ? 'fewer, lower' : datum.value > 0 ? 'more, higher' : 'as expected'",
)  # fmt: skip


@chart.register
def diagnosis_chart(result: ClusterDiagnosis, *, width: int = WIDTH) -> Spec:
    """Return each question of the first clusters with where its signs point.

    Parameters
    ----------
    result : ClusterDiagnosis
    width : int [px]
    """
    if not result.findings.height:
        return nothing_to_draw(TITLE, str(result), width)
    rows = []
    for cluster in result.clusters.head(CLUSTERS_SHOWN).iter_rows(named=True):
        found = result.findings.filter(cluster_id=cluster["cluster_id"])
        if found.height:
            heading = f"{cluster['label']} ({cluster['industry']})"
            rows.append(row(heading, is_heading=True))
            rows += [_bar(finding) for finding in found.iter_rows(named=True)]
    marks = [
        line(0.0, INK),
        spans("low", "high", width=1.6, colour="colour"),
        dots("at", colour="colour", fill="fill", size=85),
    ]
    body = stacked(rows, marks, axis=AXIS, layout=laid_out(rows, width))
    return picture(
        body, title=TITLE, subtitle=_reading(result), alt=f"{TITLE} {result}", width=width
    )


def _bar(finding: dict[str, Any]) -> Row:
    reading = _reading_of(finding)
    told = [
        PLACE[name] for name in PLACE if finding[f"n_{name}"]
    ]  # fmt: skip
    colour = ACCENT if finding["confidence"] in SURE else OTHER_COLOUR
    note = f"{finding['answer']} · {finding['confidence']}"
    if finding["confidence"] == "open":
        note = f"open · {plural(finding['n_signs'], 'sign')}"
    return row(
        finding["theme"], note, colour=colour,
        fill=colour if finding["confidence"] == "firm" else PAPER,
        at=PLACE.get(reading) if reading else None,
        low=min(told) if len(told) > 1 else None, high=max(told) if len(told) > 1 else None,
    )  # fmt: skip


def _reading_of(finding: dict[str, Any]) -> str | None:
    """Return where the mark stands: the pole that some signs name, else the middle."""
    if finding["confidence"] in ("open", "disputed") or finding["answer"] == MIXED:
        return None
    return next((name for name in ("low", "high", "middle") if finding[f"n_{name}"]), None)


def _reading(result: ClusterDiagnosis) -> list[str]:
    n = result.clusters.height
    which = f"The first {CLUSTERS_SHOWN} of {n:,} clusters. " if n > CLUSTERS_SHOWN else ""
    return [
        f"{which}A filled mark is firm: all signs agree, and none changes when cut-offs or "
        "yardstick do. A ring is likely or weak. A line joins what signs say that differ. No "
        "mark: open. Nothing is added up.",
    ]
