"""Do many small groups find more than a few large ones, and at what inequality?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument
from buzzline.kernels.recombining import N_BASIC, N_THINGS, VALUES, recombine
from buzzline.quantities import Count, Share
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.classics.march import checked_speeds
from buzzline.simulation.luck import STREAMS, Luck, luck_of
from buzzline.simulation.means import checked_level, ends_said, mean_interval
from buzzline.space.threads import spread

FEWEST, MOST = 2, 5_000


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ManySmallGroups:
    """What groups of different size find together, and how unequally it is known.

    Attributes
    ----------
    groups : DataFrame
        One row a share that is told and a size: `sharing`, `group_size`, `value` (innovations
        anybody found, of seven), `low`, `high`, `over_one` (the same over one group of all,
        paired by run), `over_one_low`, `over_one_high`, `each_knows` (innovations), `worth`
        (of the best each knows, mean), `gini` (of that worth), `last_found` (share of runs in
        which the innovation that needs both lines was found), `level`, `n`.
    organisations, steps : int
    level : share
    """

    groups: pl.DataFrame
    organisations: int
    steps: int
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a share that is told and a size of groups."""
        return self.groups

    def __str__(self) -> str:
        most = self.groups.filter(pl.col("sharing") == pl.col("sharing").max())
        row = most.sort("over_one", descending=True).row(0, named=True)
        return (
            f"Where {row['sharing']:.0%} of a group hear of an innovation, groups of "
            f"{row['group_size']:,} find most: {row['value']:.2f} of 7, {row['over_one']:+.2f} "
            f"{ends_said(row['over_one_low'], row['over_one_high'], '+.2f')} over one group of "
            f"all {self.organisations:,}; each knows {row['each_knows']:.2f}, with a Gini of "
            f"{row['gini']:.3f} ({row['n']:,} runs of {self.steps:,} steps)."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.groups._repr_html_()}"


@analysis("simulation", "Do many small groups find more than a few large ones?")
def many_small_groups(
    *,
    group_size: Sequence[Count] = (4, 8, 16, 48),
    sharing: Sequence[Share] = (0, 0.5, 1),
    organisations: Count = 96,
    steps: Count = 100,
    runs: Count = 50,
    level: Share = 0.95,
    rng: Seed = None,
) -> ManySmallGroups:
    """Return what organisations find in groups of different size, and how unequal they are.

    Parameters
    ----------
    group_size : counts
        Groups do not hear of each other; one group of all is added.
    sharing : shares
        Chance that another of the group hears of an innovation at once.
    organisations : count
        In all groups of one size together.
    steps : count
        Rounds in which everybody may meet somebody.
    runs : count
        Run k has the same luck everywhere.
    level : share
    rng : Generator, int or None

    Returns
    -------
    ManySmallGroups

    Raises
    ------
    InvalidArgument
        No sizes, or groups larger than all organisations; shares outside 0 to 1; a `level` of 0
        or 1.

    Notes
    -----
    Own rules in the spirit of [1]_, whose task was not at hand in detail: two who meet put
    three things together, valuable ones more often; there are two lines of three innovations
    each, and a seventh that needs the ends of both. Where everybody hears of everything, a
    large group soon works on one line only, and many small groups find more between them. Where
    nothing is told, small groups run out of partners, and it is the other way round.

    References
    ----------
    .. [1] Moser, C., Smaldino, P.E. (2023). Innovation-facilitating networks create inequality.
       Proceedings of the Royal Society B 290. doi:10.1098/rspb.2023.2281

    Examples
    --------
    >>> found = many_small_groups(group_size=(8,), sharing=(1,), runs=20, rng=1)
    >>> found.groups["over_one"].to_list()[0] > 0
    True
    """
    checked_level("many_small_groups", level)
    (told,) = checked_speeds("many_small_groups", sharing)
    sizes = sorted({int(size) for size in group_size} | {organisations})
    if sizes[0] < FEWEST or sizes[-1] > min(organisations, MOST) or len(sizes) < 2:
        raise InvalidArgument(
            f"many_small_groups: give sizes of groups from {FEWEST} to less than the "
            f"{organisations:,} organisations, of which there may be {MOST:,}"
        )
    seed = seed_of(rng)
    luck = [luck_of(seed, run) for run in range(runs)]
    rows = []
    for share in told:
        found = {
            size: found_in_groups(size, share, luck, shape=(organisations, steps))
            for size in sizes
        }
        for size in sizes:
            named = {"sharing": share, "group_size": size}
            rows.append(named | _columns(found[size], found[organisations], level))
    return ManySmallGroups(pl.DataFrame(rows).fill_nan(None), organisations, steps, level)


def found_in_groups(
    size: int, sharing: float, luck: Sequence[Luck], *, shape: tuple[int, int] = (96, 100)
) -> Floats:
    """Return what groups find, one row a luck.

    Parameters
    ----------
    size : int
    sharing : share
    luck : sequence of Luck
    shape : pair of int
        Organisations and steps.

    Returns
    -------
    (runs, 5) float64
        Innovations anybody found, mean innovations each knows, mean worth of the best each
        knows, its Gini, and whether the last innovation was found.
    """

    def one(own: Luck) -> list[float]:
        first = np.empty(N_THINGS, np.int64)
        known = recombine(
            own.key, STREAMS["classics"], shape[0], size, sharing, shape[1], first
        )
        worth = np.sort((known * VALUES).max(axis=1))
        n = worth.size
        rank = 2 * np.arange(1, n + 1) - n - 1
        return [
            float((first[N_BASIC:] > 0).sum()), float(known[:, N_BASIC:].sum() / n),
            float(worth.mean()), float((rank * worth).sum() / (n * worth.sum())),
            float(first[-1] > 0),
        ]  # fmt: skip

    return np.array(list(spread(one, luck)))


def _columns(own: Floats, of_all: Floats, level: float) -> dict[str, float | int]:
    mean, low, high = (float(end) for end in mean_interval(own[:, 0], level))
    over = [float(end) for end in mean_interval(own[:, 0] - of_all[:, 0], level)]
    return {
        "value": mean, "low": low, "high": high, "over_one": over[0], "over_one_low": over[1],
        "over_one_high": over[2], "each_knows": float(own[:, 1].mean()),
        "worth": float(own[:, 2].mean()), "gini": float(own[:, 3].mean()),
        "last_found": float(own[:, 4].mean()), "level": level, "n": own.shape[0],
    }  # fmt: skip
