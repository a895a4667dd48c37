"""Do many small organisations learn more than a large one with as many units?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Share
from buzzline.simulation.classics.best_of_many import (
    many_small,
    mixed,
    one_large,
    visible_needed,
)
from buzzline.simulation.classics.march import checked_speeds


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ManySmallOrOneLarge:
    """What a unit learns in many small organisations, in one large one, and in a mixture.

    Attributes
    ----------
    cases : DataFrame
        One row a number of units and a correlation: `n_units`, `within` (correlation of payoffs
        in the large one), `value` (q*, the chance to see another from which many small ones
        learn more; empty: never), `one_large`, `many_small`, `mixed` (expected payoffs [sd]),
        `most` (which of the three is highest, or "alike"), `status`.
    visible, across : share
    """

    cases: pl.DataFrame
    visible: Share
    across: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a number of units and a correlation."""
        return self.cases

    def __str__(self) -> str:
        most = self.cases.filter(pl.col("n_units") == pl.col("n_units").max())
        first, *_, last = (most if most.height > 1 else pl.concat([most] * 2)).to_dicts()
        said = _needed(first["n_units"], first["value"])
        said += f", where payoffs correlate by {first['within']:g} in the large one"
        if most.height > 1:
            other = _needed(last["n_units"], last["value"])
            said += f"; where by {last['within']:g}, {other[:1].lower()}{other[1:]}"
        won = (self.cases["most"] == "many small").sum()
        return (
            f"{said}; across they correlate by {self.across:g}. What must be seen is q*, the "
            f"column `value`. Where {self.visible:.0%} are seen, many small learn most in "
            f"{won} of {self.cases.height} cases. Exact for these assumptions; whether they "
            "hold is another matter."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.cases._repr_html_()}"


@analysis("simulation", "When do many small organisations learn more than one large one?")
def many_small_or_one_large(
    *,
    units: Sequence[Count] = (5, 10, 20, 50, 100),
    within: Sequence[Share] = (0.3, 0.5, 0.7, 0.9),
    across: Share = 0.1,
    visible: Share = 0.3,
    coordination_cost: Share = 0.0,
    understanding: Share = 1.0,
    laboratory: Share = 0.5,
) -> ManySmallOrOneLarge:
    """Return what N organisations of size S learn, and one of size N x S, in closed form.

    Parameters
    ----------
    units : counts
        N: each makes one experiment.
    within : shares
        Correlation of payoffs under one vision, in the large organisation.
    across : share
        Correlation of payoffs between small ones.
    visible : share
        Chance that a small one sees what any other found.
    coordination_cost : share
        Of the large one's payoff.
    understanding : share
        Of another's lead that survives being copied.
    laboratory : share
        Of the units that are in one large organisation, in the mixed case.

    Returns
    -------
    ManySmallOrOneLarge

    Raises
    ------
    InvalidArgument
        No units or correlations; more than a million units.

    Notes
    -----
    Maskell's question [1]_. Payoffs are normal with mean 0 and variance 1, and e_n is the
    expected best of n. The large organisation adopts the best of N experiments everywhere:
    (1 - c) sqrt(1 - rho_s) e_N, c being what coordination costs. A small one adopts the best of
    its own and those it sees: u sqrt(1 - rho_c) E[e_(1 + Binomial(N - 1, q))], u being the
    part of another's lead over its own that survives copying. `value` is the q at which both
    are equal. In the mixed case the laboratory sees small ones, and they see its best, with
    the same chance.

    All is exact, so there are no intervals; the uncertainty is in q and the correlations, which
    have to be measured: q as in `monitoring`, correlations from portfolios of products.

    References
    ----------
    .. [1] Maskell, P. (2001). Towards a knowledge-based theory of the geographical cluster.
       Industrial and Corporate Change 10(4). doi:10.1093/icc/10.4.921

    Examples
    --------
    >>> found = many_small_or_one_large(units=(50,), within=(0.5,))
    >>> round(found.cases["value"][0], 3)
    0.258
    """
    sizes = sorted({int(n) for n in units})
    if not sizes or sizes[0] < 1 or sizes[-1] > 1_000_000:
        raise InvalidArgument(
            "many_small_or_one_large: give numbers of `units` between 1 and 1,000,000"
        )
    (correlations,) = checked_speeds("many_small_or_one_large", within)
    costs = {"coordination_cost": coordination_cost, "understanding": understanding}
    rows = []
    for n, correlation in product(sizes, correlations):
        expected = {
            "one large": one_large(
                n, correlation=correlation, coordination_cost=coordination_cost
            ),
            "many small": many_small(
                n, visible=visible, correlation=across, understanding=understanding
            ),
            "mixed": mixed(
                n, max(round(laboratory * n), 1), visible=visible, within=correlation,
                across=across, **costs,
            ),
        }  # fmt: skip
        needed = visible_needed(n, within=correlation, across=across, **costs)
        rows.append(
            {"n_units": n, "within": correlation, "value": needed}
            | {name.replace(" ", "_"): value for name, value in expected.items()}
            | {"most": _most(expected), "status": _status(correlation, across)}
        )
    return ManySmallOrOneLarge(pl.DataFrame(rows).fill_nan(None), visible, across)


def _needed(n: int, value: float | None) -> str:
    """Say from how much seeing on many small ones learn more, at the edges as well."""
    many = f"{n:,} small organisations"
    if n == 1:
        return "A single organisation learns the same, called small or large"
    if value is None:
        return f"{many} never learn as much as one large"
    if value == 0:
        return f"{many} learn at least as much as one large even if none sees any other"
    if value == 1:
        return f"{many} learn as much as one large only if each sees all others, and never more"
    return f"{many} learn more than one large as soon as each sees {value:.1%} of the others"


def _most(expected: dict[str, float]) -> str:
    possible = {name: value for name, value in expected.items() if value == value}
    if max(possible.values()) - min(possible.values()) < 1e-12:
        return "alike"
    return max(possible, key=lambda name: possible[name])


def _status(within: float, across: float) -> str:
    return "exact" if across <= within else "exact; no mixed case: `across` exceeds `within`"
