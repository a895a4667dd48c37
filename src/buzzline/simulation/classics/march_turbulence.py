"""Does turnover keep an organisation's knowledge up in a world that changes?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
from buzzline.quantities import Count, Share
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.classics.march import AS_PUBLISHED, checked_speeds, learning_history
from buzzline.simulation.luck import Luck, luck_of
from buzzline.simulation.means import checked_level, ends_said, mean_interval
from buzzline.space.threads import spread


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MarchTurbulence:
    """What an organisation knows over time in a world that changes, by turnover.

    Attributes
    ----------
    paths : DataFrame
        One row a turnover and step: `turnover`, `step`, `value` (score of the code), `low`,
        `high`, `level`, `n`.
    ends : DataFrame
        One row a turnover: the last step, with `gain`, `gain_low`, `gain_high` over the least
        turnover, paired by run.
    turbulence, level : share
    """

    paths: pl.DataFrame
    ends: pl.DataFrame
    turbulence: Share
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a turnover, most knowledge in the end first."""
        return self.ends

    def __str__(self) -> str:
        best = self.ends.row(0, named=True)
        least = self.ends.sort("turnover").row(0, named=True)
        if best["turnover"] == least["turnover"]:
            more = "no more turnover does better"
        else:
            more = (
                f"{best['value']:.3f} with a turnover of {best['turnover']:g}, "
                f"{best['gain']:+.3f} "
                f"{ends_said(best['gain_low'], best['gain_high'], '+.3f')}"
            )
        return (
            f"Where {self.turbulence:.0%} of the world changes in a step, the code knows "
            f"{least['value']:.3f} after {least['step']:,} steps with a turnover of "
            f"{least['turnover']:g}; {more} ({least['n']:,} runs)."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.ends._repr_html_()}"


@analysis("simulation", "Does turnover keep knowledge up in a world that changes?")
def march_turbulence(
    *,
    turnover: Sequence[Share] = (0, 0.1),
    turbulence: Share = 0.02,
    socialisation: Share = 0.5,
    code_learning: Share = 0.5,
    steps: Count = 100,
    runs: Count = 100,
    level: Share = 0.95,
    rng: Seed = None,
) -> MarchTurbulence:
    """Return what an organisation knows over time while its world and its members change.

    Parameters
    ----------
    turnover : shares
        Chance that an individual is replaced by a newcomer in a step (p3).
    turbulence : share
        Chance that a dimension of the world turns in a step (p4).
    socialisation : share
        Chance that a belief moves towards the code, a dimension and step (p1).
    code_learning : share
        Chance that the code learns from one vote of those who do better (p2).
    steps : count
        Periods that are run; the world turns in each.
    runs : count
        Of each turnover; run k has the same luck at all.
    level : share
    rng : Generator, int or None

    Returns
    -------
    MarchTurbulence

    Raises
    ------
    InvalidArgument
        No turnover, or outside 0 to 1; a `level` of 0 or 1.

    Notes
    -----
    Figure 5 of [1]_: fifty individuals, thirty dimensions. Without turnover everybody soon
    believes the same, and nobody notices that the world is another. See `march_learning`.

    References
    ----------
    .. [1] March, J.G. (1991). Exploration and exploitation in organizational learning.
       Organization Science 2(1). doi:10.1287/orsc.2.1.71

    Examples
    --------
    >>> found = march_turbulence(runs=30, rng=1)
    >>> found.ends["turnover"].to_list()
    [0.1, 0.0]
    """
    (shares,) = checked_speeds("march_turbulence", turnover)
    checked_level("march_turbulence", level)
    seed = seed_of(rng)
    luck = [luck_of(seed, run) for run in range(runs)]
    chances = np.full(AS_PUBLISHED.individuals, socialisation)
    found = {}
    for share in shares:

        def one(own: Luck, share: float = share) -> Floats:
            return learning_history(
                chances, own, code_learning=code_learning, turnover=share,
                turbulence=turbulence, steps=steps,
            )  # fmt: skip

        found[share] = np.stack(list(spread(one, luck)), axis=-1)
    ends = [_end(share, found[share], found[shares[0]], level) for share in shares]
    return MarchTurbulence(
        pl.concat([_path(share, found[share], level) for share in shares]),
        pl.DataFrame(ends).fill_nan(None).sort("value", descending=True, maintain_order=True),
        turbulence, level,
    )  # fmt: skip


def _path(share: float, scores: Floats, level: float) -> pl.DataFrame:
    mean, low, high = mean_interval(scores, level)
    return pl.DataFrame({
        "turnover": np.full(mean.size, share), "step": np.arange(mean.size), "value": mean,
        "low": low, "high": high, "level": np.full(mean.size, level),
        "n": np.full(mean.size, scores.shape[1]),
    }).fill_nan(None)  # fmt: skip


def _end(share: float, scores: Floats, least: Floats, level: float) -> dict[str, float | int]:
    mean, low, high = (float(end) for end in mean_interval(scores[-1], level))
    gain = [float(end) for end in mean_interval(scores[-1] - least[-1], level)]
    return {
        "turnover": share, "step": scores.shape[0] - 1, "value": mean, "low": low,
        "high": high, "gain": gain[0], "gain_low": gain[1], "gain_high": gain[2],
        "level": level, "n": scores.shape[1],
    }  # fmt: skip
