"""Observed ties of one cluster against expected ones, at each scale under each model.

Each verdict is said three times, by the shape of its mark, by its word and by its colour, so
that no one of them is needed.
"""

from __future__ import annotations

from math import isfinite, log
from typing import Any

import polars as pl

from buzzline.charts.palette import INK, PAPER, VERDICT_COLOUR, VERDICT_MARK
from buzzline.charts.rows import (
    Axis,
    Row,
    band,
    beyond,
    dots,
    laid_out,
    line,
    row,
    spans,
    stacked,
    within,
)  # fmt: skip
from buzzline.charts.spec import WIDTH, Spec, picture
from buzzline.errors import InvalidArgument
from buzzline.linkages.balance import MODEL_MEANING, MODELS, Model, ScaleBalance
from buzzline.space.scales import SCALES

EQUIVALENCE = log(1.25)  # inside this band observed and expected count as equal
WIDEST = log(64)  # intervals that go on past a factor of 64 end in an arrow
BAND_COLOUR = "#E8EDF1"
ADDED: dict[Model, str] = {"G0": "size", "G1": "+ distance", "G2": "+ borders"}
SHAPE = {
    "missing": "triangle-down", "excess": "triangle-up",
    "as expected": "circle", "not enough links": "circle",
}  # fmt: skip
UNSTABLE = "~ the verdict changes when the cut-offs of the scales move by a third."
_FEW_DOUBLINGS = log(10)  # up to here each doubling has its line, beyond each second one


def balance_chart(
    result: ScaleBalance, cluster_id: str, layer: str, *, width: int = WIDTH
) -> Spec:
    """Return observed over expected ties of one cluster, at each scale under each model.

    Parameters
    ----------
    result : ScaleBalance
    cluster_id, layer : str
    width : int [px]

    Raises
    ------
    InvalidArgument
        The balance of this cluster and layer was not tested.
    """
    found = result.balance.filter(
        (pl.col("cluster_id") == cluster_id) & (pl.col("layer") == layer)
    )
    if not found.height:
        raise InvalidArgument(
            f"balance_chart: there is no balance of cluster {cluster_id!r} in layer {layer!r}; "
            "see `untested` for the reason"
        )
    axis = axis_around(found, "observed / expected ties")
    rows = [bar for scale in SCALES for bar in _block(found, scale, axis)]
    layout = laid_out(rows, width)
    name, kind = named(cluster_id, found["label"][0]), layer.replace("_", " ")
    title = f"{name}: {kind} ties, observed against expected"
    return picture(
        stacked(rows, ratio_marks(axis), axis=axis, layout=layout),
        title=title,
        subtitle=_reading(result, found),
        alt=f"{title}. {_sentence(found)}",
        width=width,
    )


def named(cluster_id: str, label: str | None) -> str:
    """Return the place of a cluster with its industry, when the identifier holds one.

    Examples
    --------
    >>> named("games/los-angeles-us", "Los Angeles, US"), named("c1", "Prato")
    ('Los Angeles, US · games', 'Prato')
    """
    industry, slash, _ = cluster_id.partition("/")
    return f"{label} · {industry}" if label and slash else label or cluster_id


def axis_around(found: pl.DataFrame, title: str) -> Axis:
    """Return the axis of log ratios in `low`, `high` and `log_ratio`, by doublings."""
    bounds = pl.concat([found[name].drop_nulls() for name in ("low", "high", "log_ratio")])
    finite = [abs(bound) for bound in bounds.to_list() if isfinite(bound)]
    furthest = min(max([*finite, log(2)]) * 1.06, WIDEST)
    step = log(2) if furthest < _FEW_DOUBLINGS else log(4)
    reach = int(furthest / step + 1e-9)
    ticks = tuple(step * number for number in range(-reach, reach + 1))
    label = "'×' + format(exp(datum.value), '.2~r')"
    return Axis(-furthest, furthest, ticks, title, label)


def ratio_marks(axis: Axis) -> list[dict[str, Any]]:
    """Return what each bar of a log ratio is made of, with the band that counts as equal."""
    return [
        band(-EQUIVALENCE, EQUIVALENCE, BAND_COLOUR),
        line(0.0, INK),
        spans("low", "high", width=1.8, colour="colour"),
        beyond("low", axis, "colour"),
        beyond("high", axis, "colour"),
        dots("at", colour="colour", fill="fill", shape="shape", size=80),
    ]


def _block(found: pl.DataFrame, scale: str, axis: Axis) -> list[Row]:
    items = {item["model"]: item for item in found.filter(pl.col("scale") == scale).to_dicts()}
    shown = [_bar(items[model], axis) for model in MODELS if model in items]
    if not shown:
        return []
    observed = next(iter(items.values()))["observed"]
    return [row(scale, f"{observed:,.0f} ties observed", is_heading=True), *shown]


def _bar(item: dict[str, Any], axis: Axis) -> Row:
    verdict = item["verdict"]
    colour = VERDICT_COLOUR[verdict]
    unsure = "" if item["is_stable"] is not False else " ~"
    shown = within(item["low"], item["high"], axis)
    log_ratio = item["log_ratio"]
    at = log_ratio if log_ratio is not None and abs(log_ratio) <= axis.high else None
    return row(
        f"{item['model']} {ADDED[item['model']]}",
        f"{VERDICT_MARK[verdict]} {verdict}{unsure}, {_amount(item['expected'])} expected",
        at=at,
        colour=colour,
        fill=PAPER if verdict == "not enough links" else colour,
        shape=SHAPE[verdict],
        **shown,
    )


def _amount(ties: float | None) -> str:
    if ties is None or ties != ties:
        return "?"
    return f"{ties:,.0f}" if ties >= 100 else f"{ties:.3g}"


def _reading(result: ScaleBalance, found: pl.DataFrame) -> list[str]:
    models = "; ".join(f"{model}: {meaning}" for model, meaning in MODEL_MEANING.items())
    lines = [
        f"{found['n'][0]:,} ties against what would be expected from {models}.",
        f"Lines are {result.level:.0%} intervals; in the grey band (×0.8 to ×1.25) observed "
        "and expected count as equal.",
    ]
    return lines if found["is_stable"].all() else [*lines, UNSTABLE]


def _sentence(found: pl.DataFrame) -> str:
    parts = [
        f"{item['scale']} {item['verdict']} ({item['observed']:,.0f} observed, "
        f"{_amount(item['expected'])} expected)"
        for item in found.filter(pl.col("model") == "G1").to_dicts()
    ]
    return f"Against size and distance: {'; '.join(parts) or 'not tested'}."
