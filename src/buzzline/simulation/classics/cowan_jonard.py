"""Does knowledge spread best where most ties are near and a few reach far?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument
from buzzline.kernels.small_world import clustering_of, rows_of, ways_from
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Count, Quantity, Share
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.classics.barter import (
    BarterRules,
    barter,
    make_experts,
    ring_ties,
    some_of,
    start_of_barter,
)
from buzzline.simulation.classics.march import checked_speeds
from buzzline.simulation.luck import Luck, luck_of
from buzzline.simulation.means import checked_level, ends_said, mean_interval
from buzzline.space.threads import spread

Experts = Annotated[int, Quantity("organisations", 0, 5_000)]
AS_PUBLISHED = BarterRules()
REWIRED = (0.001, 0.003, 0.01, 0.03, 0.06, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.0)
_MEASURED = ("value", "variance", "cv", "clustering", "distance", "sweeps", "trades")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CowanJonard:
    """What organisations know when trade is at rest, by how many ties were moved.

    Attributes
    ----------
    networks : DataFrame
        One row a share of moved ties, in their order: `rewiring`, `value` (mean knowledge),
        `low`, `high`, `variance` (between organisations), `variance_low`, `variance_high`,
        `cv`, `cv_low`, `cv_high`, `over_ring` (knowledge over that with fewest moved ties,
        paired by run), `over_ring_low`, `over_ring_high`, `over_random` (over that with most),
        `over_random_low`, `over_random_high`, `clustering`, `distance` (steps), `sweeps`,
        `trades`, `level`, `n`.
    best : share                moved ties at which knowledge is highest
    verdict : str               "interior maximum", "no interior maximum" or "open"
    level : share
    """

    networks: pl.DataFrame
    best: Share
    verdict: str
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a share of moved ties, in their order."""
        return self.networks

    def __str__(self) -> str:
        row = self.networks.filter(pl.col("rewiring") == self.best).row(0, named=True)
        return (
            f"Knowledge at rest is highest, {row['value']:.2f} "
            f"{ends_said(row['low'], row['high'], '.2f')}, with {self.best:.3g} of ties moved "
            f"({row['n']:,} runs): {self.verdict}; {row['over_ring']:+.2f} "
            f"{ends_said(row['over_ring_low'], row['over_ring_high'], '+.2f')} over the ring "
            f"and {row['over_random']:+.2f} "
            f"{ends_said(row['over_random_low'], row['over_random_high'], '+.2f')} over ties "
            "at random, at a level for all places of the maximum together."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.networks._repr_html_()}"


@analysis("simulation", "Does knowledge spread best where most ties are near and few far?")
def cowan_jonard(
    *,
    rewiring: Sequence[Share] = REWIRED,
    experts: Experts = 10,
    rules: BarterRules = AS_PUBLISHED,
    runs: Count = 20,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> CowanJonard:
    """Return what organisations know when trade is at rest, from a ring to random ties.

    Parameters
    ----------
    rewiring : shares
        Of the ties of a ring whose far end is moved to anybody.
    experts : organisations
        Each knows far more than all others in one category, taken in turn.
    rules : BarterRules
    runs : count
        Of each network; run k has the same luck, knowledge and experts at all of them.
    level : share
    rng : Generator, int or None

    Returns
    -------
    CowanJonard

    Raises
    ------
    InvalidArgument
        No shares, or outside 0 to 1; more experts than organisations; a `level` of 0 or 1.

    Notes
    -----
    The model of [1]_, with parameters as others report them. Two tied organisations trade where
    each is ahead of the other: k categories against k, chosen by chance, k being what the one
    with less to offer has. The receiver gains a share of the difference, the giver loses
    nothing. Every sweep visits all ties once, in random order, until one passes without trade.
    On a ring, knowledge stays where it is; with ties at random nobody has neighbours who know
    each other, among whom it could go round. The maximum lies at about a fifth of ties moved,
    and there is none without experts. The paper also says that variance is highest and the
    coefficient of variation lowest in between: this holds for few experts and for many,
    respectively, not for both.

    Differences to the ring and to ties at random are paired by run, and their intervals widened
    (Bonferroni) because the best of several networks is looked for.

    References
    ----------
    .. [1] Cowan, R., Jonard, N. (2004). Network structure and the diffusion of knowledge.
       Journal of Economic Dynamics and Control 28(8). doi:10.1016/j.jedc.2003.04.002

    Examples
    --------
    >>> rules = BarterRules(organisations=100)
    >>> found = cowan_jonard(rewiring=(0.001, 0.2), rules=rules, runs=3, rng=1)
    >>> found.networks["rewiring"].to_list()
    [0.001, 0.2]
    """
    (shares,) = checked_speeds("cowan_jonard", rewiring)
    checked_level("cowan_jonard", level)
    if not 0 <= experts <= rules.organisations:
        raise InvalidArgument(
            f"cowan_jonard: `experts` must lie between 0 and {rules.organisations:,}, the "
            f"number of organisations; got {experts:,}"
        )
    seed = seed_of(rng)
    luck = [luck_of(seed, run) for run in range(runs)]
    found = [
        at_rest(share, luck, rules=rules, experts=experts)
        for share in told(progress, "shares of moved ties", shares)
    ]
    values = np.stack([each[:, 0] for each in found])
    wide = 1 - (1 - level) / max(len(shares) - 2, 1)
    rows = [
        _columns(share, each, level) | _over(each[:, 0], values, wide)
        for share, each in zip(shares, found, strict=True)
    ]
    best = int(values.mean(axis=1).argmax())
    frame = pl.DataFrame(rows).fill_nan(None)
    return CowanJonard(frame, shares[best], _verdict(rows[best], best, len(rows)), level)


def at_rest(
    rewiring: float, luck: Sequence[Luck], *, rules: BarterRules = AS_PUBLISHED,
    experts: int = 10,
) -> Floats:  # fmt: skip
    """Return what is measured when trade is at rest, one row a luck.

    Parameters
    ----------
    rewiring : share
    luck : sequence of Luck
    rules : BarterRules
    experts : int

    Returns
    -------
    (runs, 7) float64
        Mean knowledge, its variance and coefficient of variation between organisations,
        clustering, mean steps between organisations, sweeps, trades.
    """

    def one(own: Luck) -> list[float]:
        levels = start_of_barter(own, rules)
        make_experts(levels, some_of(own, (0, rules.organisations), experts), rules)
        ties = ring_ties(own, (0, rules.organisations), degree=rules.degree, rewiring=rewiring)
        rate = np.full(ties.shape[0], rules.learning_rate)
        rest = barter(levels, ties, own, rate=rate, tolerance=rules.tolerance)
        knows = rest.knowledge()
        start, to = rows_of(ties[:, 0], ties[:, 1], rules.organisations)
        steps, reached = ways_from(start, to, np.arange(rules.organisations))
        return [
            float(knows.mean()), float(knows.var()), float(knows.std() / knows.mean()),
            float(clustering_of(start, to).mean()), steps / max(reached, 1),
            float(rest.sweeps), float(rest.trades),
        ]  # fmt: skip

    return np.array(list(spread(one, luck)))


def _columns(share: float, measured: Floats, level: float) -> dict[str, Any]:
    mean, low, high = mean_interval(measured.T, level)
    found: dict[str, Any] = {"rewiring": share}
    for number, name in enumerate(_MEASURED):
        found[name] = float(mean[number])
        if number < 3:
            stem = "" if name == "value" else f"{name}_"
            found |= {f"{stem}low": float(low[number]), f"{stem}high": float(high[number])}
    return found | {"level": level, "n": measured.shape[0]}


def _over(own: Floats, values: Floats, level: float) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, other in (("over_ring", values[0]), ("over_random", values[-1])):
        mean, low, high = (float(end) for end in mean_interval(own - other, level))
        found |= {name: mean, f"{name}_low": low, f"{name}_high": high}
    return found


def _verdict(best: dict[str, Any], at: int, n: int) -> str:
    if at in (0, n - 1):
        return "no interior maximum"
    is_sure = best["over_ring_low"] > 0 and best["over_random_low"] > 0
    return "interior maximum" if is_sure else "open"
