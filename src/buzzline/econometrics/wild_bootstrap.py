"""Few groups: would the null, with luck dealt anew by group, give as large a t?

The usual error by group is too sure with few groups. Here residuals of the fit that holds the
null keep their size and shape within a group, each group is multiplied by one random number,
and everything is estimated anew ("wild cluster restricted" [1]_). The numbers are those of
Webb [2]_, six values, so that six groups already give thousands of different draws.

.. [1] Cameron, A., Gelbach, J., Miller, D. (2008). Bootstrap-based improvements for inference
   with clustered errors. Review of Economics and Statistics 90(3). doi:10.1162/rest.90.3.414
.. [2] Webb, M. (2023). Reworking wild bootstrap-based inference for clustered errors. Canadian
   Journal of Economics 56(3). doi:10.1111/caje.12661
.. [3] Roodman, D., MacKinnon, J., Nielsen, M., Webb, M. (2019). Fast and wild: bootstrap
   inference in Stata using boottest. Stata Journal 19(1). doi:10.1177/1536867X19830877
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.econometrics.fitted import Fitted
from buzzline.econometrics.regression import without_effects
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, generator
from buzzline.sandwiches import Groups, group_codes, group_sums

WEBB = np.array([-np.sqrt(1.5), -1.0, -np.sqrt(0.5), np.sqrt(0.5), 1.0, np.sqrt(1.5)])
FEWEST_GROUPS = 4
FURTHEST = 2000.0  # errors from the estimate: an interval that reaches there has no end
HALVINGS = 40
SAME = 1e-9  # relative difference of t below which a draw counts as large


@dataclass(frozen=True, slots=True)
class WildBootstrap:
    """One coefficient, its interval and p-value from a wild bootstrap by group.

    Attributes
    ----------
    term : str
    value, low, high : float    the ends are infinite where no value is ever rejected
    level : share
    p : float                   that the coefficient is the null
    null : float
    t : float                   observed, by group
    n, n_groups, draws : int
    """

    term: str
    value: float
    low: float
    high: float
    level: float
    p: float
    null: float
    t: float
    n: int
    n_groups: int
    draws: int

    def __str__(self) -> str:
        return (
            f"{self.term}: {self.value:.4g} [{self.low:.4g}, {self.high:.4g}] at "
            f"{self.level:.0%}, p = {self.p:.3g} that it is {self.null:g} (wild bootstrap of "
            f"{self.n_groups} groups, {self.draws:,} draws)"
        )


def wild_bootstrap(
    fit: Fitted, groups: Groups, term: str, *, null: float = 0.0, draws: Draws = 9_999,
    level: Share = 0.95, rng: Seed = None,
) -> WildBootstrap:  # fmt: skip
    """Return the interval and p-value of one coefficient by a wild bootstrap of groups.

    Parameters
    ----------
    fit : Fitted
        Linear.
    groups : (rows given,) any
        Of ALL rows the fit was asked for, used or not.
    term : str
        Name of the coefficient.
    null : float
        The value tested.
    draws : int
    level : share
    rng : Seed

    Raises
    ------
    TooFew
        Fewer than four groups.
    InvalidArgument
        A Poisson fit, an unknown term, or too few draws for the level.

    Notes
    -----
    t is that of errors by group. The interval is every value that is not rejected with the
    same draws. Where few groups hold all variation of a term (a policy in two regions), the
    test hardly ever rejects, and the interval is wide or without end: that is what is known.

    Examples
    --------
    >>> from buzzline.econometrics.regression import fit_linear
    >>> rng = np.random.default_rng(1)
    >>> group = np.repeat(np.arange(10), 20)
    >>> x = rng.normal(size=10)[group] + rng.normal(size=200)
    >>> y = 0.5 * x + rng.normal(size=10)[group] + rng.normal(size=200)
    >>> made = wild_bootstrap(fit_linear(y, x[:, None], names=("x",)), group, "x", rng=1)
    >>> made.low < 0.5 < made.high, made.p < 0.05
    (True, True)
    """
    if fit.family != "linear":
        raise InvalidArgument("wild_bootstrap: needs a linear fit; for Poisson use by_group")
    if term not in fit.names:
        raise InvalidArgument(f"wild_bootstrap: no coefficient {term!r}; {fit.names} are there")
    if (draws + 1) * (1 - level) < 1:
        raise InvalidArgument(f"wild_bootstrap: {draws} draws are too few for level {level:g}")
    code = group_codes(np.asarray(groups)[fit.rows])
    n_groups = int(code.max()) + 1
    if n_groups < FEWEST_GROUPS:
        raise TooFew(
            f"wild_bootstrap: {n_groups} groups; {FEWEST_GROUPS} are needed at least, and more "
            "for an interval that says anything"
        )
    parts = _parts(fit, code, fit.names.index(term))
    dealt = as_floats(generator(rng).choice(WEBB, size=(draws, n_groups)))
    value = float(fit.beta[fit.names.index(term)])
    low, high = (_end(parts, dealt, value, side=side, level=level) for side in (-1, 1))
    return WildBootstrap(
        term, value, low, high, level, _p(parts, dealt, value, null), null,
        (value - null) / parts.se, fit.n, n_groups, draws,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Everything a draw needs, by group, as a line in the value held under the null.

    A draw with weights w has the coefficient ``w @ (move + off * own)`` above the null, and
    what group h adds to its error is row h of ``(spread + off * own_spread) @ w``, with `off`
    how far the estimate lies above the null.
    """

    move: Floats
    own: Floats
    spread: Floats
    own_spread: Floats
    se: float


def _parts(fit: Fitted, code: Indices, at: int) -> _Parts:
    root = np.sqrt(fit.weight)
    left = as_floats(fit.residual * root)
    influence = as_floats(fit.design @ fit.bread[:, at])
    # what is particular to the column: the residual that holds a null adds it times `off`
    own = as_floats(influence / fit.bread[at, at])
    n_groups = int(code.max()) + 1
    moves = group_sums(as_floats(np.column_stack([influence * left, influence * own])), code)
    spread, own_spread = (_spread(fit, code, influence, part) for part in (left, own))
    observed = group_sums(as_floats((influence * left)[:, None]), code)
    small = n_groups / (n_groups - 1)
    return _Parts(
        as_floats(moves[:, 0]), as_floats(moves[:, 1]), spread, own_spread,
        float(np.sqrt(small * (observed**2).sum())),
    )  # fmt: skip


def _spread(fit: Fitted, code: Indices, influence: Floats, part: Floats) -> Floats:
    """Return, for group h and g, what h adds to the error from residuals of g. (G, G)."""
    n_groups = int(code.max()) + 1
    root = np.sqrt(fit.weight)
    direct = group_sums(as_floats(_by_group(influence * part, code, n_groups)), code)
    if fit.effects:
        apart = _by_group(part / root, code, n_groups)
        apart = without_effects(as_floats(apart), fit.effects, weights=fit.weight)
        direct = group_sums(as_floats(influence[:, None] * apart * root[:, None]), code)
    scores = group_sums(as_floats(fit.design * part[:, None]), code)
    across = group_sums(as_floats(influence[:, None] * fit.design), code)
    return as_floats(direct - across @ fit.bread @ scores.T)


def _by_group(part: Floats, code: Indices, n_groups: int) -> Floats:
    """Return one column a group: its rows, 0 elsewhere."""
    out = np.zeros((part.size, n_groups))
    out[as_indices(np.arange(part.size)), code] = part
    return out


def _p(parts: _Parts, dealt: Floats, value: float, null: float) -> float:
    off = value - null
    small = dealt.shape[1] / (dealt.shape[1] - 1)
    above = dealt @ (parts.move + off * parts.own)
    added = dealt @ (parts.spread + off * parts.own_spread).T
    se = np.sqrt(small * np.einsum("ij,ij->i", added, added))
    t = np.abs(off) / parts.se if parts.se > 0 else inf
    large = np.abs(above) >= t * se * (1 - SAME)
    return float((1 + large.sum()) / (1 + dealt.shape[0]))


def _end(parts: _Parts, dealt: Floats, value: float, *, side: int, level: Share) -> float:
    """Return the furthest value that is not rejected, on one side."""
    if not parts.se > 0:
        return value

    def rejected(errors: float) -> bool:
        return _p(parts, dealt, value, value + side * errors * parts.se) <= 1 - level

    near, far = 0.0, 2.0
    while not rejected(far):
        near, far = far, far * 2
        if far > FURTHEST:
            return side * inf
    for _ in range(HALVINGS):
        middle = (near + far) / 2
        near, far = (near, middle) if rejected(middle) else (middle, far)
        if far - near < 1e-4 * far:
            break
    return value + side * far * parts.se
