"""Do pipelines between experts help the clusters at their ends?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.kernels.barter import in_random_order
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
from buzzline.simulation.luck import STREAMS, Luck, luck_of
from buzzline.simulation.means import checked_level, ends_said, mean_interval
from buzzline.space.threads import spread

LEADERS = 10  # who hold pipelines: experts, or as many by luck where there are none
Case = Literal["equal", "small_and_weak"]
Pipelines = Annotated[int, Quantity("pipelines", 0, LEADERS * LEADERS)]
SIZES: dict[Case, tuple[tuple[int, int], tuple[int, int]]] = {
    "equal": ((100, 10), (100, 10)),  # organisations and experts of either cluster
    "small_and_weak": ((30, 0), (170, 10)),
}
REWIRED = 0.1
_PIPELINE_STEP = (1 << 29) + 1


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class TwoClusters:
    """What pipelines between two clusters add to what either knows.

    Attributes
    ----------
    gains : DataFrame
        One row a quality of buzz, number of pipelines and cluster: `buzz_quality`,
        `n_pipelines`, `cluster` ("first", "second"), `value` (knowledge with these pipelines
        less that without any, paired by run), `low`, `high`, `level`, `knowledge`, `verdict`
        ("gains", "loses" or "open"), `n`.
    case : str
    level : share
    """

    gains: pl.DataFrame
    case: Case
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a quality of buzz, number of pipelines and cluster."""
        return self.gains

    def __str__(self) -> str:
        most = self.gains.filter(pl.col("n_pipelines") == pl.col("n_pipelines").max())
        first = most.filter(pl.col("cluster") == "first").sort("buzz_quality")
        said = [
            f"{row['value']:+.2f} {ends_said(row['low'], row['high'], '+.2f')} where a trade "
            f"passes {row['buzz_quality']:.0%} of a difference"
            for row in first.iter_rows(named=True)
        ]
        row = first.row(0, named=True)
        which = {
            "equal": "one of two equal clusters",
            "small_and_weak": "a small, weak cluster tied to a large one",
        }[self.case]
        return (
            f"{row['n_pipelines']} pipelines change the knowledge of {which} by "
            f"{'; '.join(said)} ({row['n']:,} paired runs)."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.gains._repr_html_()}"


@analysis("simulation", "Do pipelines between experts help the clusters at their ends?")
def two_clusters_with_pipelines(
    *,
    case: Case = "equal",
    pipelines: Sequence[Pipelines] = (5, 10, 20, 40),
    buzz_quality: Sequence[Share] = (0.05, 0.1, 0.3, 0.6),
    pipeline_quality: Share = 0.1,
    runs: Count = 30,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> TwoClusters:
    """Return what pipelines between leaders add to the knowledge of two clusters.

    Parameters
    ----------
    case : "equal" or "small_and_weak"
        Two clusters of 100 organisations with ten experts each; or 30 organisations without
        experts beside 170 with ten.
    pipelines : counts
        Between leaders of the two: experts, or ten by luck where there are none.
    buzz_quality, pipeline_quality : shares, share
        Share of a difference that one trade passes on, inside and along pipelines.
    runs : count
        Run k has the same luck, knowledge and ties at all points.
    level : share
    rng : Generator, int or None

    Returns
    -------
    TwoClusters

    Raises
    ------
    InvalidArgument
        No pipelines or qualities to try; outside their bounds; a `level` of 0 or 1.

    Notes
    -----
    In the spirit of [1]_: the trade of `cowan_jonard` in two small-world clusters (a tenth of
    ties moved), pipelines first in every sweep. Leaders trade with each other until nobody at
    home has anything to offer them: they become external stars rather than gatekeepers. So
    pipelines cost an equal cluster knowledge, less with good buzz, and a small cluster without
    experts gains. Their text was not at hand: only signs are compared.

    References
    ----------
    .. [1] Morrison, A., Rabellotti, R., Zirulia, L. (2013). When do global pipelines enhance
       the diffusion of knowledge in clusters? Economic Geography 89(1).
       doi:10.1111/j.1944-8287.2012.01167.x

    Examples
    --------
    >>> found = two_clusters_with_pipelines(
    ...     pipelines=(40,), buzz_quality=(0.05,), runs=6, rng=1
    ... )
    >>> found.gains["verdict"].to_list()
    ['loses', 'loses']
    """
    checked_level("two_clusters_with_pipelines", level)
    (qualities,) = checked_speeds("two_clusters_with_pipelines", buzz_quality)
    counts = sorted({int(count) for count in pipelines} - {0})
    if not counts:
        raise InvalidArgument("two_clusters_with_pipelines: give a number of pipelines")
    seed = seed_of(rng)
    luck = [luck_of(seed, run) for run in range(runs)]
    rows = []
    for quality in told(progress, "qualities of buzz", qualities):
        rates = (quality, pipeline_quality)
        without = knowledge_of_two(case, 0, luck, rates=rates)
        for count in counts:
            found = knowledge_of_two(case, count, luck, rates=rates)
            rows += [
                _columns(found[:, own], without[:, own], level)
                | {"buzz_quality": quality, "n_pipelines": count, "cluster": name}
                for own, name in enumerate(("first", "second"))
            ]
    first = ["buzz_quality", "n_pipelines", "cluster"]
    frame = pl.DataFrame(rows).fill_nan(None)
    return TwoClusters(frame.select(*first, pl.exclude(first)), case, level)


def knowledge_of_two(
    case: Case, pipelines: int, luck: Sequence[Luck], *, rates: tuple[float, float]
) -> Floats:
    """Return the mean knowledge of the first and the second cluster at rest; (runs, 2).

    Parameters
    ----------
    case : "equal" or "small_and_weak"
    pipelines : int
    luck : sequence of Luck
    rates : pair of share
        What one trade passes on, inside and along pipelines.
    """
    sizes = SIZES[case]
    edge = sizes[0][0]
    rules = BarterRules(organisations=edge + sizes[1][0])

    def one(own: Luck) -> list[float]:
        levels = start_of_barter(own, rules)
        leaders = []
        for first, (n, n_experts) in zip((0, edge), sizes, strict=True):
            leaders.append(some_of(own, (first, first + n), LEADERS))
            make_experts(levels, leaders[-1][:n_experts], rules)
        ties = np.concatenate([
            _pipelines(own, leaders[0], leaders[1], pipelines),
            ring_ties(own, (0, edge), degree=rules.degree, rewiring=REWIRED),
            ring_ties(own, (edge, rules.organisations), degree=rules.degree, rewiring=REWIRED),
        ])  # fmt: skip
        rate = np.full(ties.shape[0], rates[0])
        rate[:pipelines] = rates[1]
        found = barter(levels, ties, own, rate=rate, n_first=pipelines).knowledge()
        return [float(found[:edge].mean()), float(found[edge:].mean())]

    return np.array(list(spread(one, luck)))


def _pipelines(luck: Luck, mine: Indices, yours: Indices, n: int) -> Indices:
    """Return n different pairs of leaders, (n, 2); more are the fewer and others."""
    every = np.stack(np.meshgrid(mine, yours, indexing="ij"), axis=-1).reshape(-1, 2)
    order = in_random_order(luck.key, STREAMS["classics"], _PIPELINE_STEP, 0, len(every))
    found: Indices = every[order[:n]]
    return found


def _columns(found: Floats, without: Floats, level: float) -> dict[str, Any]:
    mean, low, high = (float(end) for end in mean_interval(found - without, level))
    verdict = "gains" if low > 0 else "loses" if high < 0 else "open"
    return {
        "value": mean, "low": low, "high": high, "level": level,
        "knowledge": float(found.mean()), "verdict": verdict, "n": found.size,
    }  # fmt: skip
