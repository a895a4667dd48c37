"""Least squares and Poisson with any number of sets of fixed effects, through pyfixest.

A kept library does the fitting; its scores go to `sandwiches`. What it does without a word is
said here: rows that tell nothing, columns that repeat others, a slower solver, no end.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import polars as pl
import pyfixest as pf
from pyfixest.core.demean import demean

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats
from buzzline.econometrics.fit_rows import Given, given_of, telling
from buzzline.econometrics.fitted import Fitted
from buzzline.econometrics.separated_rows import separated_rows
from buzzline.errors import InvalidArgument, NotConverged, TooFew
from buzzline.sandwiches import Groups, group_codes

MOST_STEPS, FIRST_STEPS = 100, 15  # a mean that runs to 0 does so in the first
MOST_TURNS = 1000  # in which effects are taken out; beyond, LSMR is faster
TOLERANCE = 1e-9  # of the deviance
SETTLED = 1e-8  # of means, where effects are taken out by turns
NEVER = 1e-7  # of the mean: a fitted Poisson mean below it is not finite in logs
STILL = 0.01  # of an error
LEFT = 1e-7  # of a column's variation that has to be left beside effects
GAVE_UP = "Demeaning failed"
REPEATS, BESIDE = "repeats other columns or the effects", "does not vary beside the effects"
SEPARATED = "separated: no finite coefficients give them a mean"


def fit_linear(
    y: Floats, x: Floats, effects: Sequence[Groups] = (), *, names: Sequence[str] = (),
    weights: Floats | None = None,
) -> Fitted:  # fmt: skip
    """Return least squares net of fixed effects.

    Parameters
    ----------
    y : (n,) float64
    x : (n, k) float64              without a constant: it is added where there are no effects
    effects : sequence of (n,) any  groups of each set of fixed effects
    names : sequence of str         of the columns of `x`; default x1, x2, ...
    weights : (n,) float64, optional
        Not negative.

    Raises
    ------
    InvalidArgument
        Values that are not finite, arrays of different lengths.
    TooFew
        Fewer rows than coefficients, or no column that varies beside the effects.

    Examples
    --------
    >>> x = np.arange(12.0)[:, None] ** [1, 2]
    >>> unit = np.repeat([0, 1, 2], 4)
    >>> fit = fit_linear(2 * x[:, 0] - x[:, 1] + 5 * unit, x, (unit,), names=("a", "b"))
    >>> fit.names, fit.beta.round(6).tolist()
    (('a', 'b'), [2.0, -1.0])
    """
    return _fit(given_of(y, x, effects, family="linear", names=names, weights=weights))


def fit_poisson(
    y: Floats, x: Floats, effects: Sequence[Groups] = (), *, names: Sequence[str] = (),
    weights: Floats | None = None, offset: Floats | None = None,
) -> Fitted:  # fmt: skip
    """Return Poisson pseudo-maximum likelihood (PPML) net of fixed effects.

    Parameters
    ----------
    y : (n,) float64                counts or amounts, 0 and more; need not be whole
    x, effects, names, weights : see `fit_linear`
    offset : (n,) float64, optional
        Added to the log mean.

    Raises
    ------
    InvalidArgument
        Negative y, values that are not finite, arrays of different lengths.
    TooFew
        Nothing above 0, or no column that varies beside the effects.
    NotConverged
        No finite fit within 100 steps.

    Notes
    -----
    Rows of an effect with zeros only have a mean of 0 whatever the coefficients, and are left
    out. So are rows on which some combination of columns can go to minus infinity unopposed
    [1]_: those with nothing whose fitted mean vanishes; where there is no fit, by rectifying.

    References
    ----------
    .. [1] Correia, S., Guimaraes, P., Zylkin, T. (2021). Verifying the existence of maximum
       likelihood estimates for generalized linear models. arXiv:1903.01633

    Examples
    --------
    >>> x = np.array([0.0, 0, 1, 1])
    >>> fit_poisson(np.array([1.0, 3, 4, 4]), x[:, None]).beta.round(4).tolist()
    [0.6931, 0.6931]
    """
    if not (np.asarray(y) >= 0).all():
        raise InvalidArgument("fit_poisson: needs values of 0 and more")
    return _fit(
        given_of(y, x, effects, family="poisson", names=names, weights=weights, offset=offset)
    )


def without_effects(
    columns: Floats, effects: Sequence[Groups], *, weights: Floats | None = None
) -> Floats:
    """Return columns net of sets of fixed effects. (n, k).

    >>> without_effects(np.array([[1.0], [3.0]]), (np.zeros(2),)).ravel().tolist()
    [-1.0, 1.0]
    """
    if not effects:
        return as_floats(columns)
    codes = np.column_stack([group_codes(np.asarray(effect)) for effect in effects])
    weights = np.ones(columns.shape[0]) if weights is None else weights
    out, settled = demean(as_floats(columns), codes.astype(np.uint64), weights, tol=SETTLED)
    if not settled:
        raise NotConverged("without_effects: effects are hardly connected; use fewer of them")
    return as_floats(out)


def _fit(given: Given) -> Fitted:
    rows, left_out = telling(given, as_flags(np.ones(given.y.size)))
    dropped: dict[str, str] = {}
    notes: list[str] = []
    is_checked, steps = given.family == "linear", FIRST_STEPS
    before: _Made | None = None
    while True:
        columns = _varying(given, rows, dropped)
        if not columns or rows.size <= len(columns):
            raise TooFew(
                f"{given.word}: {rows.size} rows tell something and {len(columns)} columns "
                "vary beside the effects; more rows or fewer effects are needed"
            )
        made = _tried(given, rows, columns, notes, steps=steps, is_checked=is_checked)
        if made and (lost := made.lost()):
            dropped |= {given.names[columns[j]]: reason for j, reason in lost}
            continue
        apart = made.vanishing() if made else _separated(given, rows, columns)
        is_checked = is_checked or not made
        if made and ((made.is_settled and not apart.any()) or made.stays(before)):
            return made.fitted(tuple(dropped.items()), tuple(left_out.items()))
        before = made
        steps = FIRST_STEPS if apart.any() else MOST_STEPS
        rows, more = _without(given, rows, apart)
        left_out = {why: left_out.get(why, 0) + more.get(why, 0) for why in left_out | more}


def _varying(given: Given, rows: Indices, dropped: dict[str, str]) -> list[int]:
    """Return the columns that vary and are not dropped yet; the others are."""
    for j, name in enumerate(given.names):
        values = given.x[rows, j]
        if name not in dropped and not (values.size and values.max() > values.min()):
            dropped[name] = "does not vary"
    return [j for j, name in enumerate(given.names) if name not in dropped]


def _tried(
    given: Given,
    rows: Indices,
    columns: list[int],
    notes: list[str],
    *,
    steps: int,
    is_checked: bool,
) -> _Made | None:
    """Return a fit; none if it may be for separated rows that there is none."""
    try:
        return _Made(given, rows, columns, notes, steps=steps)
    except NotConverged:
        if is_checked:
            raise
        return None


def _separated(given: Given, rows: Indices, columns: list[int]) -> Flags:
    """Return which rows no finite fit can serve, where none was found."""
    frame = _frame(given, rows, columns)
    formula = _formula(frame)

    def projected(target: Floats, weights: Floats) -> Floats:
        asked = {
            "weights": "w",
            "demeaner": pf.LsmrDemeaner(fixef_atol=1e-12, fixef_btol=1e-12),
        }
        with_target = frame.with_columns(y=pl.Series(target), w=pl.Series(weights))
        try:
            return as_floats(target - _quietly(pf.feols, formula, with_target, asked).resid())
        except (np.linalg.LinAlgError, ValueError):  # every column repeats the effects
            return as_floats(np.zeros(target.size))

    return separated_rows(as_floats(given.y[rows]), projected)


def _without(given: Given, rows: Indices, apart: Flags) -> tuple[Indices, dict[str, int]]:
    keep = np.zeros(given.y.size, np.bool_)
    keep[rows[~apart]] = True
    kept, left_out = telling(given, keep)
    return kept, left_out | ({SEPARATED: int(apart.sum())} if apart.any() else {})


def _frame(given: Given, rows: Indices, columns: list[int]) -> pl.DataFrame:
    """Return what pyfixest reads: columns scaled to one, effects as numbers from 0."""
    whole = rows.size == given.y.size
    parts: dict[str, Any] = {"y": given.y if whole else given.y[rows]}
    for at, j in enumerate(columns):
        column = given.x[:, j] if whole else given.x[rows, j]
        parts[f"x{at}"] = column / column.std()
    for at, code in enumerate(given.codes):
        parts[f"e{at}"] = code if whole else group_codes(code[rows])
    for name, part in (("w", given.weights), ("o", given.offset)):
        if part is not None:
            parts[name] = part[rows]
    return pl.DataFrame(parts)


def _formula(frame: pl.DataFrame) -> str:
    columns = " + ".join(name for name in frame.columns if name[0] == "x")
    effects = " + ".join(name for name in frame.columns if name[0] == "e")
    return f"y ~ {columns}" + (f" | {effects}" if effects else "")


class _Made:
    """One call of pyfixest, read out."""

    __slots__ = ("columns", "fit", "given", "notes", "rows", "scale")

    def __init__(
        self, given: Given, rows: Indices, columns: list[int], notes: list[str], *, steps: int
    ) -> None:
        self.given, self.rows, self.columns, self.notes = given, rows, columns, notes
        self.scale = as_floats([given.x[rows, j].std() for j in columns])
        self.fit = _run(given, _frame(given, rows, columns), notes, steps=steps)

    def lost(self) -> list[tuple[int, str]]:
        """Return columns without a coefficient of their own, with the reason."""
        places = range(len(self.columns))
        found = [(j, REPEATS) for j in places if f"x{j}" not in self.fit._coefnames]
        if found or not self.given.codes:
            return found
        left = np.einsum("ij,ij->j", self.fit._X, self.fit._X)
        total = float(np.sum(self.fit._weights))
        return [(j, BESIDE) for j in places if left[j] < LEFT**2 * total]

    def mean(self) -> Floats:
        if self.given.family == "poisson":
            return as_floats(np.asarray(self.fit._Y_hat_response).ravel())
        return as_floats(self.given.y[self.rows] - self.fit.resid())

    @property
    def is_settled(self) -> bool:
        return self.given.family == "linear" or bool(self.fit.convergence)

    def known(self) -> tuple[Floats, Floats]:
        """Return coefficients, in units of their own, and errors; not of a constant."""
        k = len(self.columns)
        beta, spread = np.asarray(self.fit._beta_hat), np.linalg.inv(self.fit._hessian)
        return (
            as_floats(beta[-k:] / self.scale),
            as_floats(np.sqrt(np.diag(spread))[-k:] / self.scale),
        )

    def stays(self, before: _Made | None) -> bool:
        """Return whether coefficients no longer move, though effects do."""
        if before is None or before.columns != self.columns:
            return False
        (now, error), (then, past) = self.known(), before.known()
        if not (
            (np.abs(now - then) < STILL * error) & (np.abs(error / past - 1) < STILL)
        ).all():
            return False
        self.notes.append("some effects have no finite value; coefficients no longer move")
        return True

    def vanishing(self) -> Flags:
        """Return rows with nothing whose mean runs to 0: they are separated, or as good as."""
        y = self.given.y[self.rows]
        if self.given.family == "linear":
            return as_flags(np.zeros(y.size))
        return as_flags((y == 0) & (self.mean() < NEVER * float(y.mean())))

    def fitted(
        self, dropped: tuple[tuple[str, str], ...], left_out: tuple[tuple[str, int], ...]
    ) -> Fitted:
        names = tuple(self.given.names[c] for c in self.columns)
        scale = self.scale
        if "Intercept" in self.fit._coefnames:
            names, scale = ("constant", *names), as_floats([1.0, *scale])
        mean = self.mean()
        whole = self.rows.size == self.given.y.size
        codes = self.given.codes
        return Fitted(
            self.given.family, names, as_floats(np.asarray(self.fit._beta_hat) / scale),
            self.rows, as_floats(self.fit._scores * scale),
            as_floats(np.linalg.inv(self.fit._hessian) / np.outer(scale, scale)),
            as_floats(self.fit._X * scale), as_floats(self.given.y[self.rows] - mean), mean,
            as_floats(np.asarray(self.fit._weights).ravel()),
            codes if whole else tuple(group_codes(code[self.rows]) for code in codes),
            dropped, left_out, tuple(dict.fromkeys(self.notes)),
        )  # fmt: skip


def _run(given: Given, frame: pl.DataFrame, notes: list[str], *, steps: int) -> Any:
    formula = _formula(frame)
    asked: dict[str, Any] = {"weights": "w" if "w" in frame.columns else None}
    fit: Callable[..., Any] = pf.feols
    if given.family == "poisson":
        fit = pf.fepois
        asked |= {
            "iwls_tol": TOLERANCE, "iwls_maxiter": steps, "separation_check": [],
            "offset": "o" if "o" in frame.columns else None,
        }  # fmt: skip
    try:
        done = _in_turns(fit, formula, frame, asked, notes)
    except (np.linalg.LinAlgError, ValueError) as error:
        if "collinear" in str(error):
            raise TooFew(f"{given.word}: no columns vary beside the effects") from error
        raise NotConverged(
            f"{given.word}: no finite fit; a column may tell exactly which rows are 0, or "
            "repeat the effects. Leave it out, or use fewer effects."
        ) from error
    if not np.isfinite(np.asarray(done._beta_hat)).all():
        raise NotConverged(f"{given.word}: no finite coefficients")
    if steps == MOST_STEPS and given.family == "poisson" and not done.convergence:
        raise NotConverged(f"{given.word}: did not settle within {MOST_STEPS} steps")
    return done


def _in_turns(
    fit: Callable[..., Any], formula: str, frame: pl.DataFrame, asked: dict[str, Any],
    notes: list[str],
) -> Any:  # fmt: skip
    turns = asked | {"demeaner": pf.MapDemeaner(fixef_tol=SETTLED, fixef_maxiter=MOST_TURNS)}
    try:
        return _quietly(fit, formula, frame, turns)
    except ValueError as error:
        if GAVE_UP not in str(error):
            raise
    notes.append("effects are hardly connected: taken out by LSMR in place of turns")
    return _quietly(fit, formula, frame, asked | {"demeaner": pf.LsmrDemeaner()})


def _quietly(
    fit: Callable[..., Any], formula: str, frame: pl.DataFrame, asked: dict[str, Any]
) -> Any:
    """Call pyfixest; what it warns of is found and said by the caller."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit(
            formula, frame, vcov="iid", fixef_rm="none", store_data=False, copy_data=False,
            **asked,
        )  # fmt: skip
