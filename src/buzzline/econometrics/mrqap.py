"""What goes with relations, when whoever has many of them keeps them?

A relation between all pairs of things (flows, counts, distances) is regressed on others, and
tested by dealing things anew: what is particular to one relation, net of all others, is given
to other things, whole rows and columns at once ("double semi-partialling" [1]_). Pairs that
share a thing stay together in every deal, so their luck is in the null too. For ties that are
there or not, see `tie_formation`.

.. [1] Dekker, D., Krackhardt, D., Snijders, T. (2007). Sensitivity of MRQAP tests to
   collinearity and autocorrelation conditions. Psychometrika 72(4).
   doi:10.1007/s11336-007-9016-1
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.econometrics.regression import fit_linear
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, generator

FEWEST_THINGS = 6  # 720 deals: fewer cannot give a p below 0.05 in both directions
SAME = 1e-9  # relative difference of t below which a deal counts as large
NOTHING_LEFT = 1e-10  # of the squares of a relation beside the others


@dataclass(frozen=True, slots=True, eq=False)
class Mrqap:
    """Coefficients of relations, with intervals of pairs and p-values by dealing.

    Attributes
    ----------
    rows : DataFrame
        `term`, `value`, `se`, `low`, `high`, `level` (pairs that share a thing vary together),
        `p_pairs`, `p` (things dealt anew), `n` (pairs), `n_things`, `draws`, `status`.
    n, n_things, draws : int
    notes : tuple[str, ...]
    """

    rows: pl.DataFrame
    n: int
    n_things: int
    draws: int
    notes: tuple[str, ...]

    def table(self) -> pl.DataFrame:
        """Return one row a relation."""
        return self.rows

    def __str__(self) -> str:
        said = "; ".join(
            f"{row['term']} {row['value']:.3g} [{row['low']:.3g}, {row['high']:.3g}], "
            f"p = {row['p']:.3g}"
            for row in self.rows.iter_rows(named=True)
            if row["p"] is not None
        )
        head = f"{self.n:,} pairs of {self.n_things:,}, {self.draws:,} deals: "
        return " ".join([head + (said or "nothing varies"), *self.notes])


def mrqap(
    y: Floats, x: Floats, *, names: Sequence[str] = (), is_directed: bool = True,
    draws: Draws = 999, level: Share = 0.95, rng: Seed = None,
) -> Mrqap:  # fmt: skip
    """Return least squares of a relation on others, tested by dealing things anew.

    Parameters
    ----------
    y : (n, n) float64              NaN: not known; the diagonal is not used
    x : (k, n, n) float64           NaN: not known
    names : sequence of str
    is_directed : bool
        Of relations that are the same both ways each pair counts once.
    draws : int
    level : share
    rng : Seed

    Raises
    ------
    InvalidArgument
        Shapes that do not fit, relations said to be the same both ways that are not, too few
        draws for the level.
    TooFew
        Fewer than six things, or fewer known pairs than coefficients.

    Notes
    -----
    p = (1 + deals with |t| as large) / (1 + draws), t with all other relations in the model.
    Pairs of which anything is not known are left out; dealt, what is not known of a relation
    counts as what the others give.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> near, size = rng.normal(size=(20, 20)), rng.normal(size=20)
    >>> y = 0.5 * near + size[:, None] + rng.normal(size=(20, 20))
    >>> made = mrqap(y, near[None], names=("near",), draws=199, rng=1)
    >>> made.rows["p"][0]
    0.005
    """
    y, x = as_floats(y), as_floats(x)
    names = tuple(names) or tuple(f"x{k + 1}" for k in range(x.shape[0]))
    _checked(y, x, names, is_directed=is_directed)
    if (draws + 1) * (1 - level) < 1:
        raise InvalidArgument(f"mrqap: {draws} draws are too few for level {level:g}")
    n_things = y.shape[0]
    one, other = (np.nonzero(~np.eye(n_things, dtype=np.bool_)) if is_directed
                  else np.triu_indices(n_things, 1))  # fmt: skip
    known = np.isfinite(y[one, other]) & np.isfinite(x[:, one, other]).all(axis=0)
    n_lost = int((~known).sum())
    ends = as_indices(one[known]), as_indices(other[known])
    if ends[0].size <= len(names) + 1:
        raise TooFew(f"mrqap: {ends[0].size} known pairs for {len(names)} relations")
    notes = (f"{n_lost:,} pairs left out: something is not known.",) if n_lost else ()
    values, columns = y[ends], as_floats(x[:, ends[0], ends[1]].T)
    fit = fit_linear(as_floats(values), columns, names=names)
    rows = fit.table(fit.of_pairs(ends), level=level).rename({"p": "p_pairs"})
    kept = [k for k, name in enumerate(names) if name in fit.names]
    p = dealt_p(as_floats(values), as_floats(columns[:, kept]), ends,
                n_things=n_things, draws=draws, rng=rng, is_directed=is_directed)  # fmt: skip
    return Mrqap(
        _told(rows, dict(zip([names[k] for k in kept], p.tolist(), strict=True)), fit.dropped,
              names).with_columns(n_things=pl.lit(n_things), draws=pl.lit(int(draws))),
        ends[0].size, n_things, int(draws), notes,
    )  # fmt: skip


def dealt_p(
    y: Floats, x: Floats, ends: tuple[Indices, Indices], *,
    n_things: int, draws: Draws, rng: Seed, is_directed: bool,
) -> Floats:  # fmt: skip
    """Return the p-value of each column by double semi-partialling. (k,).

    Parameters
    ----------
    y : (m,) float64
    x : (m, k) float64
    ends : two of (m,) int64
    n_things : int
    """
    parts = [_part(y, x, k) for k in range(x.shape[1])]
    nets = [_matrix(part[0], ends, n_things, is_directed=is_directed) for part in parts]
    observed = [abs(_t(part[0], part)) for part in parts]
    as_large = np.zeros(x.shape[1])
    source = generator(rng)
    for _ in range(draws):
        order = source.permutation(n_things)
        dealt = order[ends[0]], order[ends[1]]
        for k, part in enumerate(parts):
            as_large[k] += abs(_t(as_floats(nets[k][dealt]), part)) >= observed[k] * (1 - SAME)
    return as_floats((1 + as_large) / (1 + draws))


_Part = tuple[Floats, Floats, Floats]


def _part(y: Floats, x: Floats, k: int) -> _Part:
    """Return what is particular to a column, and what others leave of y; a base of others."""
    rest = np.column_stack([np.ones(y.size), np.delete(x, k, axis=1)])
    base = np.linalg.qr(rest)[0]
    return (
        as_floats(x[:, k] - base @ (base.T @ x[:, k])), as_floats(y - base @ (base.T @ y)),
        as_floats(base),
    )  # fmt: skip


def _t(net: Floats, part: _Part) -> float:
    """Return t of a column in the model with all others."""
    _, left, base = part
    own = net - base @ (base.T @ net)
    squares = float(own @ own)
    if squares <= NOTHING_LEFT * float(net @ net):
        return 0.0
    along = float(own @ left)
    spread = max(float(left @ left) - along**2 / squares, 1e-300)
    return float(along / np.sqrt(squares * spread / (left.size - base.shape[1] - 1)))


def _matrix(
    net: Floats, ends: tuple[Indices, Indices], n_things: int, *, is_directed: bool
) -> Floats:
    out = np.zeros((n_things, n_things))
    out[ends] = net
    if not is_directed:
        out[ends[1], ends[0]] = net
    return out


def _checked(y: Floats, x: Floats, names: Sequence[str], *, is_directed: bool) -> None:
    if x.ndim != 3 or y.ndim != 2 or {*x.shape[1:], *y.shape} != {y.shape[0]}:
        raise InvalidArgument("mrqap: y must be (n, n) and x (k, n, n)")
    if len(names) != x.shape[0]:
        raise InvalidArgument(f"mrqap: {len(names)} names for {x.shape[0]} relations")
    if y.shape[0] < FEWEST_THINGS:
        raise TooFew(f"mrqap: {y.shape[0]} things; {FEWEST_THINGS} are needed at least")
    for part in (y, *x):
        if not is_directed and not np.allclose(part, part.T, equal_nan=True):
            raise InvalidArgument("mrqap: not the same both ways; set is_directed")


def _told(
    rows: pl.DataFrame, p: dict[str, float], dropped: tuple[tuple[str, str], ...],
    names: Sequence[str],
) -> pl.DataFrame:  # fmt: skip
    reasons = dict(dropped)
    frame = pl.DataFrame({
        "term": list(names), "p": [p.get(name) for name in names],
        "status": [reasons.get(name, "estimated") for name in names],
    }, schema={"term": pl.String, "p": pl.Float64, "status": pl.String})  # fmt: skip
    found = frame.join(rows, on="term", how="left", maintain_order="left")
    return found.select("term", "value", "se", "low", "high", "level", "p_pairs", "p", "n",
                        "status")  # fmt: skip
