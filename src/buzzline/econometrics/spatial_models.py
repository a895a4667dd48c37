"""What a change here does here and elsewhere: spatial lag and Durbin models.

y = rho W y + X beta + W X theta + e, by maximum likelihood through spreg (extra `spatial`). The
coefficients are not effects: a change passes on to neighbours, theirs, and back. Effects are
averages over places of what one unit more here adds here (direct), and elsewhere (indirect)
[1]_; their intervals are simulated from the covariance of the coefficients.

.. [1] LeSage, J., Pace, R. (2009). Introduction to spatial econometrics. CRC Press.
   doi:10.1201/9781420064254
"""

from __future__ import annotations

import contextlib
import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import polars as pl
from scipy import sparse

from buzzline.arrays import Floats, as_floats
from buzzline.econometrics.spatial import Neighbours, moran
from buzzline.errors import InvalidArgument, MissingPackage, NotConverged, TooFew
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, generator

SpatialKind = Literal["lag", "durbin"]
MOST_ROWS = 4000  # a covariance needs a dense matrix of rows by rows
FEWEST_ROWS_A_COLUMN = 5
FARTHEST = 0.999  # rho of a draw that still settles
FEWEST_KEPT = 0.9  # of draws


@dataclass(frozen=True, slots=True, eq=False)
class SpatialModel:
    """A spatial lag or Durbin model, told by its effects.

    Attributes
    ----------
    kind : "lag" or "durbin"
    rows : DataFrame            term, effect, value, low, high, level, p, n
    coefficients : DataFrame    term, value, se
    rho, rho_low, rho_high : float
    residual_moran : float
    n, draws : int
    notes : tuple[str, ...]
    """

    kind: SpatialKind
    rows: pl.DataFrame
    coefficients: pl.DataFrame
    rho: float
    rho_low: float
    rho_high: float
    residual_moran: float
    n: int
    draws: int
    notes: tuple[str, ...]

    def table(self) -> pl.DataFrame:
        """Return one row a term and effect."""
        return self.rows

    def __str__(self) -> str:
        said = "; ".join(
            f"{row['term']} {row['effect']} {row['value']:.3g} "
            f"[{row['low']:.3g}, {row['high']:.3g}]"
            for row in self.rows.iter_rows(named=True)
            if row["effect"] != "total"
        )
        return (
            f"Spatial {self.kind} model of {self.n:,} rows, rho {self.rho:.3g} "
            f"[{self.rho_low:.3g}, {self.rho_high:.3g}]: {said}"
        )


def spatial_model(
    y: Floats, x: Floats, neighbours: Neighbours, *, kind: SpatialKind = "durbin",
    names: Sequence[str] = (), draws: Draws = 2_000, level: Share = 0.95, rng: Seed = None,
) -> SpatialModel:  # fmt: skip
    """Return direct and indirect effects of a spatial lag or Durbin model.

    Parameters
    ----------
    y : (n,) float64
        Of a panel: net of its fixed effects (`without_effects`), with `repeated` neighbours.
    x : (n, k) float64              without a constant, which is added
    neighbours : (n, n) sparse      rows that sum to 1
    kind : "durbin" or "lag"
        With or without what is near in every column.
    names : sequence of str
    draws : int
    level : share
    rng : Seed

    Raises
    ------
    MissingPackage
        spreg is not installed.
    TooFew
        Fewer than five rows a coefficient.
    InvalidArgument
        More than 4,000 rows, rows of neighbours that do not sum to 1, values not finite.
    NotConverged
        rho at the end of its range: the model does not fit these data.

    Examples
    --------
    >>> from buzzline.econometrics.spatial import nearest_neighbours
    >>> rng = np.random.default_rng(1)
    >>> ring, x = nearest_neighbours(np.arange(90.0), np.zeros(90), n=2), rng.normal(size=90)
    >>> made = spatial_model(x + rng.normal(size=90), x[:, None], ring, names=("x",), rng=1)
    >>> made.table()["effect"].to_list()
    ['direct', 'indirect', 'total']
    """
    x, y = as_floats(x), as_floats(y)
    names = tuple(names) or tuple(f"x{j + 1}" for j in range(x.shape[1]))
    _checked(y, x, neighbours, n_columns=x.shape[1] * (2 if kind == "durbin" else 1) + 2)
    fit = _fitted(y, x, neighbours, kind)
    beta, covariance = as_floats(fit.betas.ravel()), as_floats(fit.vm)
    rho = float(beta[-1])
    if not abs(rho) < FARTHEST:
        raise NotConverged(
            f"spatial_model: rho is {rho:.3f}; the model does not fit these data"
        )
    roots = np.linalg.eigvals(neighbours.toarray())
    drawn = generator(rng).multivariate_normal(beta, covariance, size=draws, method="eigh")
    settled = drawn[np.abs(drawn[:, -1]) < FARTHEST]
    notes = []
    if settled.shape[0] < draws:
        notes.append(f"{draws - settled.shape[0]} of {draws} draws had rho beyond 1, left out")
    if settled.shape[0] < FEWEST_KEPT * draws:
        raise NotConverged("spatial_model: rho may be 1, so effects elsewhere have no end")
    value = _effects(beta[None], roots, x.shape[1], kind)[0]
    spread = _effects(as_floats(settled), roots, x.shape[1], kind)
    low, high = _central(spread, level)
    rho_low, rho_high = _central(settled[:, -1], level)
    terms = (*(f"near {name}" for name in names),) if kind == "durbin" else ()
    return SpatialModel(
        kind, _rows(names, (value, low, high, spread), level, y.size),
        pl.DataFrame({"term": ["constant", *names, *terms, "rho"], "value": beta,
                      "se": np.sqrt(np.diag(covariance))}),
        rho, rho_low.item(), rho_high.item(),
        moran(as_floats(fit.u).ravel(), neighbours),
        y.size, int(draws), tuple(notes),
    )  # fmt: skip


def _checked(y: Floats, x: Floats, neighbours: Neighbours, *, n_columns: int) -> None:
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise InvalidArgument("spatial_model: values must be finite; leave places out")
    if y.size > MOST_ROWS:
        raise InvalidArgument(f"spatial_model: {y.size:,} rows; {MOST_ROWS:,} are the most")
    if y.size < FEWEST_ROWS_A_COLUMN * n_columns:
        raise TooFew(
            f"spatial_model: {y.size} rows for {n_columns} coefficients; "
            f"{FEWEST_ROWS_A_COLUMN * n_columns} are needed"
        )
    lonely = int((np.abs(neighbours.sum(axis=1) - 1) > 1e-9).sum())
    if lonely:
        raise InvalidArgument(
            f"spatial_model: {lonely} rows of neighbours do not sum to 1; use "
            "nearest_neighbours, or leave places without neighbours out"
        )


def _fitted(y: Floats, x: Floats, neighbours: Neighbours, kind: SpatialKind) -> Any:
    said = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(said):
        warnings.simplefilter("ignore")
        try:
            from libpysal.weights import WSP
            from spreg import ML_Lag
        except ImportError as error:
            raise MissingPackage("spreg", "spatial", "A spatial model") from error
        weights = WSP(sparse.csr_matrix(neighbours)).to_W(silence_warnings=True)
        return ML_Lag(
            y[:, None], x, w=weights, slx_lags=1 if kind == "durbin" else 0, method="LU",
            spat_impacts=None, spat_diag=False,
        )  # fmt: skip


def _effects(beta: Floats, roots: Any, k: int, kind: SpatialKind) -> Floats:
    """Return direct, indirect and total effects of each column. (draws, k, 3)."""
    own, near = beta[:, 1 : k + 1], np.zeros((beta.shape[0], k))
    if kind == "durbin":
        near = beta[:, k + 1 : 2 * k + 1]
    rho = beta[:, -1]
    # traces of (I - rho W)^-1 and of it times W, from the eigenvalues of W
    part = 1 / (1 - rho[:, None] * roots)
    here = np.real(part.mean(axis=1))[:, None]
    passed = np.real((part * roots).mean(axis=1))[:, None]
    direct = here * own + passed * near
    total = (own + near) / (1 - rho)[:, None]
    return as_floats(np.stack([direct, total - direct, total], axis=2))


def _central(drawn: Floats, level: Share) -> tuple[Floats, Floats]:
    outside = (1 - level) / 2
    low, high = np.quantile(drawn, [outside, 1 - outside], axis=0)
    return as_floats(low), as_floats(high)


def _rows(
    names: Sequence[str], effects: tuple[Floats, Floats, Floats, Floats], level: Share, n: int
) -> pl.DataFrame:
    value, low, high, spread = effects
    above = (spread > 0).mean(axis=0)
    p = np.minimum(2 * np.minimum(above, 1 - above) + 2 / (spread.shape[0] + 1), 1.0)
    return pl.DataFrame([
        {"term": name, "effect": effect, "value": float(value[j, e]), "low": float(low[j, e]),
         "high": float(high[j, e]), "level": level, "p": float(p[j, e]), "n": n}
        for j, name in enumerate(names)
        for e, effect in enumerate(("direct", "indirect", "total"))
    ])  # fmt: skip
