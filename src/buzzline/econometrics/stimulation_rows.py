"""The rows of mutual stimulation: effects, marginal effects, checks, and what follows what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.econometrics.forward_deviations import STRONG, ForwardFit, forward_deviations
from buzzline.econometrics.panel import (
    FEWEST_GROUPS,
    Family,
    Interval,
    Panel,
    PanelFit,
    fit_panel,
    jackknifed,
)
from buzzline.econometrics.yearly import BUZZ, PIPELINES
from buzzline.errors import BuzzlineError
from buzzline.quantities import Share

TERMS = (BUZZ, PIPELINES, "interaction")
FORMS = ("levels", "logs")
PAST, FIXED = "past as instrument", "fixed effects"
POINTS = 21
FEWEST_PAIRS = 3  # of a year and the next
Cells = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """The panel in levels or in logs, centred, ready to be fitted.

    Attributes
    ----------
    name : "levels" or "logs"
    panel : Panel           columns: buzz, pipelines, their product
    family : Family         Poisson where outcomes with zeros are held against logs
    shown : (n,) float64    buzz as it stands in the tables
    x : (n,) float64        the same in this form, centred
    kind : str              what the groups are
    """

    name: str
    panel: Panel
    family: Family
    shown: Floats
    x: Floats
    kind: str


def form_of(name: str, rows: pl.DataFrame, grouped: tuple[Panel, str]) -> Form | str:
    """Return buzz, pipelines and the outcome in levels or logs; or why that cannot be.

    Parameters
    ----------
    rows : DataFrame
        `y`, `buzz`, `pipelines`, in the order of the panel.
    grouped : Panel, and what its groups are
    """
    panel, kind = grouped
    y, buzz, pipelines = (as_floats(rows[c].to_numpy()) for c in ("y", BUZZ, PIPELINES))
    family: Family = "linear"
    first, second = buzz, pipelines
    if name == "logs":
        if (y < 0).any() or (buzz < 0).any() or (pipelines < 0).any():
            return "values below 0 have no logarithm"
        first, second = logarithm(buzz), np.log1p(pipelines)
        family = "poisson" if (y == 0).any() else "linear"
        y = y if family == "poisson" else np.log(y)
    for what, values in ((BUZZ, first), (PIPELINES, second)):
        if not _moves(values, panel):
            return f"no organisation's {what} moves over the years"
    first, second = first - first.mean(), second - second.mean()
    x = as_floats(np.column_stack([first, second, first * second]))
    return Form(
        name, replace(panel, y=as_floats(y), x=x, names=TERMS), family, buzz, as_floats(first),
        kind,
    )  # fmt: skip


def logarithm(values: Floats) -> Floats:
    """Return ln of values; where some are 0, of 1 plus them in units of their median.

    Examples
    --------
    >>> logarithm(np.array([0.0, 5.0, 10.0, 20.0])).round(3).tolist()
    [0.0, 0.405, 0.693, 1.099]
    """
    if (values > 0).all():
        return as_floats(np.log(values))
    above = values[values > 0]
    return as_floats(np.log1p(values / (np.median(above) if above.size else 1.0)))


def _moves(values: Floats, panel: Panel) -> bool:
    n = np.maximum(np.bincount(panel.unit), 1)
    mean = np.bincount(panel.unit, weights=values) / n
    off = values - mean[panel.unit]
    return bool(np.abs(off).max(initial=0) > 1e-9 * (1 + np.abs(values).max(initial=0)))


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The estimate that is reported, and why it is not another."""

    fit: PanelFit
    estimator: str
    note: str


def fitted(form: Form) -> Fitted:
    """Return the estimate of a form: with the past as instrument where that tells enough.

    Raises
    ------
    BuzzlineError
        The data do not allow any.
    """
    if form.family == "poisson":
        note = "zeros in the outcome: Poisson, which holds if nobody answers to the past"
        return Fitted(fit_panel(form.panel, "poisson"), "Poisson", note)
    try:
        found = forward_deviations(form.panel)
    except BuzzlineError as error:
        return Fitted(fit_panel(form.panel), FIXED, str(error))
    if found.is_strong:
        return Fitted(found.fit, PAST, "")
    note = f"{_weak(found)}: fixed effects, which hold if nobody answers to the past"
    return Fitted(fit_panel(form.panel), FIXED, note)


def effect_rows(form: Form, found: Fitted, level: Share) -> list[Cells]:
    """Return one row a term: effect on the outcome a year later."""
    return [
        {"form": form.name, "term": term, **_cells(found.fit, k, form.kind, level),
         "estimator": found.estimator, "status": _status(found, k)}
        for k, term in enumerate(TERMS)
    ]  # fmt: skip


def refused(form: str, reason: str) -> list[Cells]:
    """Return the rows of a form that cannot be fitted."""
    return [{"form": form, "term": term, "status": f"not testable: {reason}"} for term in TERMS]


def margin_rows(form: Form, found: Fitted, level: Share) -> list[Cells]:
    """Return the effect of pipelines along buzz, from its 5 % to its 95 % quantile."""
    at = np.linspace(0.05, 0.95, POINTS)
    shown, x = np.quantile(form.shown, at), np.quantile(form.x, at)
    fit, rows = found.fit, []
    for share, buzz, place in zip(at, shown, x, strict=True):
        value = float(fit.beta[1] + fit.beta[2] * place)
        told = jackknifed(value, fit.left_out[:, 1] + fit.left_out[:, 2] * place, level=level)
        rows.append({"form": form.name, "share": float(share), "buzz": float(buzz),
                     **_interval(told), "level": level})  # fmt: skip
    return rows


def check_rows(form: Form, found: Fitted, later: Floats, *, level: Share) -> list[Cells]:
    """Return other estimates of the interaction, and whether pipelines answer to the past.

    Parameters
    ----------
    later : (n,) float64
        Pipelines of the year after the outcome; NaN where they are not known.
    """
    rows: list[Cells] = []

    def add(check: str, panel: Panel, column: int) -> None:
        cells: Cells = {"form": form.name, "check": check}
        try:
            fit = fit_panel(panel, form.family)
            cells |= _cells(fit, column, form.kind, level) | {"status": "measured"}
        except BuzzlineError as error:
            cells["status"] = f"not testable: {error}"
        rows.append(cells)

    if found.estimator != FIXED:
        add("interaction, fixed effects", form.panel, 2)
    own = within(form.panel.x[:, :2], form.panel.unit)
    alone = np.column_stack([form.panel.x[:, :2], own[:, 0] * own[:, 1]])
    add("interaction, within organisations alone", form.panel.with_x(alone, TERMS), 2)
    known = np.isfinite(later)
    if known.any():
        ahead = later if form.name == "levels" else np.log1p(np.where(known, later, 0))
        columns = np.column_stack([form.panel.x, np.where(known, ahead, 0)])
        lead = form.panel.with_x(columns, (*TERMS, "later")).chosen(known)
        add("later pipelines on the outcome", lead, 3)
    return rows


def within(columns: Floats, unit: np.ndarray) -> Floats:
    """Take the mean of each organisation out of columns."""
    n = np.maximum(np.bincount(unit), 1)
    mean = np.column_stack([np.bincount(unit, weights=one) / n for one in columns.T])
    return as_floats(columns - mean[unit])


def cross_lag_rows(panels: Mapping[str, tuple[Panel, str]], level: Share) -> list[Cells]:
    """Return what follows what: buzz and pipelines, each on both of a year before.

    Parameters
    ----------
    panels : mapping of target to its panel and what its groups are
        Columns: buzz, pipelines of the year before.
    """
    out: list[Cells] = []
    for target, (panel, kind) in panels.items():
        own = within(panel.x, panel.unit).std(axis=0)
        to = float(within(panel.y[:, None], panel.unit).std())
        fit, status = _without_bias(panel)
        for k, source in enumerate((BUZZ, PIPELINES)):
            cells: Cells = {"source": source, "target": target, "status": status}
            if fit is not None:
                cells |= _cells(fit, k, kind, level)
                cells["per_sd"] = float(fit.beta[k] * own[k] / to) if to > 0 else None
                cells["status"] = _status(Fitted(fit, "", ""), k)
            out.append(cells)
    return out


def _without_bias(panel: Panel) -> tuple[PanelFit | None, str]:
    n = np.unique(panel.period).size
    if n < FEWEST_PAIRS:
        return None, f"not testable: {n} pairs of years, and {FEWEST_PAIRS} are needed"
    try:
        found = forward_deviations(panel)
    except BuzzlineError as error:
        return None, f"not testable: {error}"
    if not found.is_strong:
        return None, f"not testable: {_weak(found)}"
    return found.fit, "measured"


def _weak(found: ForwardFit) -> str:
    return (
        f"the past tells too little of what changed (F = {found.strength:.1f}, and {STRONG:g} "
        "are needed)"
    )


def _cells(fit: PanelFit, k: int, kind: str, level: Share) -> Cells:
    told = jackknifed(float(fit.beta[k]), fit.left_out[:, k], level=level)
    return {
        **_interval(told), "level": level, "n": fit.n, "n_organisations": fit.n_units,
        "n_years": fit.n_periods, "n_groups": fit.n_groups, "groups": kind,
    }  # fmt: skip


def _interval(told: Interval) -> Cells:
    return {"value": told.value, "low": told.low, "high": told.high, "se": told.se, "p": told.p}


def _status(found: Fitted, k: int) -> str:
    fit = found.fit
    if fit.n_groups < FEWEST_GROUPS:
        return f"no interval: {fit.n_groups} groups, and at least {FEWEST_GROUPS} are needed"
    if not isfinite(float(fit.left_out[:, k].sum())):
        return "no interval: without one of the groups it cannot be told"
    return found.note or "measured"
