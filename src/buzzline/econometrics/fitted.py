"""A fit with fixed effects, and the errors that can be made of it.

Groups and ends are given for all rows a fit was asked for, used or not, so that callers need
not follow which rows told something.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from buzzline.arrays import Floats, Indices
from buzzline.quantities import Share
from buzzline.sandwiches import (
    Groups,
    Sandwich,
    clustered,
    dyadic,
    group_codes,
    heteroskedastic,
    multiway,
)

Family = Literal["linear", "poisson"]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Coefficients net of fixed effects, and what their errors are made of.

    Attributes
    ----------
    family : "linear" or "poisson"
    names : tuple[str, ...]         of the coefficients kept, "constant" first if there is one
    beta : (k,) float64
    rows : (n,) int64               which of the rows given were used
    scores : (n, k) float64         of each row used, summing to 0
    bread : (k, k) float64          inverse information
    design : (n, k) float64         columns net of effects, times the root of the weight
    residual : (n,) float64         y less its fitted mean
    fitted : (n,) float64           the mean
    weight : (n,) float64           of each row; for Poisson times the mean
    effects : tuple[(n,) int64]     groups of each set of effects, from 0
    dropped : tuple[(name, reason)] columns without a coefficient
    left_out : tuple[(reason, n)]   rows that tell nothing
    notes : tuple[str, ...]         what was done on the way
    """

    family: Family
    names: tuple[str, ...]
    beta: Floats
    rows: Indices
    scores: Floats
    bread: Floats
    design: Floats
    residual: Floats
    fitted: Floats
    weight: Floats
    effects: tuple[Indices, ...]
    dropped: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, int], ...]
    notes: tuple[str, ...]

    @property
    def n(self) -> int:
        """Rows used."""
        return int(self.rows.size)

    @property
    def n_effects(self) -> tuple[int, ...]:
        """Groups in each set of effects."""
        return tuple(int(code.max()) + 1 for code in self.effects)

    def n_parameters(self, ways: Sequence[Groups] = ()) -> int:
        """Return coefficients used up: effects nested in a way of grouping do not count.

        Parameters
        ----------
        ways : sequence of (n,) any     groups of the rows used
        """
        counted = [
            n for code, n in zip(self.effects, self.n_effects, strict=True)
            if not any(_is_nested(code, way) for way in ways)
        ]  # fmt: skip
        # every set after the first repeats a constant
        return self.beta.size + sum(counted) - max(len(counted) - 1, 0)

    def independent(self) -> Sandwich:
        """Return the covariance if rows are independent, of any variance."""
        return heteroskedastic(self.scores, self.bread, n_parameters=self.n_parameters())

    def by_group(self, groups: Groups) -> Sandwich:
        """Return the covariance by group. groups : of ALL rows given, used or not."""
        chosen = np.asarray(groups)[self.rows]
        return clustered(
            self.scores, self.bread, chosen, design=self.design,
            n_parameters=self.n_parameters((chosen,)),
        )  # fmt: skip

    def in_ways(self, ways: Sequence[Groups]) -> Sandwich:
        """Return the covariance in several ways. ways : each of ALL rows given."""
        chosen = [np.asarray(way)[self.rows] for way in ways]
        return multiway(self.scores, self.bread, chosen, n_parameters=self.n_parameters(chosen))

    def of_pairs(self, ends: tuple[Groups, Groups]) -> Sandwich:
        """Return the covariance of pairs. ends : each of ALL rows given."""
        first, second = (np.asarray(end)[self.rows] for end in ends)
        return dyadic(
            self.scores, self.bread, (first, second), design=self.design,
            n_parameters=self.n_parameters((first, second)),
        )  # fmt: skip

    def table(self, errors: Sandwich, *, level: Share = 0.95) -> pl.DataFrame:
        """Return one row a coefficient: term, value, se, low, high, level, p, n, errors."""
        low, high = errors.interval(self.beta, level=level)
        return pl.DataFrame({
            "term": list(self.names), "value": self.beta, "se": errors.se, "low": low,
            "high": high, "level": [level] * self.beta.size, "p": errors.p(self.beta),
            "n": [self.n] * self.beta.size, "errors": [errors.kind] * self.beta.size,
        })  # fmt: skip


def _is_nested(code: Indices, way: Groups) -> bool:
    """Return whether every group of effects lies in one group of a way."""
    groups = group_codes(np.asarray(way))
    first = np.zeros(int(code.max()) + 1, np.int64)
    first[code] = groups
    return bool((first[code] == groups).all())
