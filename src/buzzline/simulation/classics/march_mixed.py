"""Does an organisation know more with slow and fast learners than with equal ones?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.quantities import Count, Share
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.classics.march import (
    AS_PUBLISHED,
    MarchRules,
    Runs1991,
    checked_speeds,
    many_histories,
)
from buzzline.simulation.luck import Luck, luck_of
from buzzline.simulation.means import checked_level, ends_said, mean_interval

EARLY = 20  # steps, as in figure 3


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MarchMixedLearning:
    """What mixed organisations know, against homogeneous ones that learn as fast in the mean.

    Attributes
    ----------
    mixtures : DataFrame
        One row a share of fast learners, largest gain first: `fast_share`, `socialisation` (the
        mean), `gain` (mixed less homogeneous, paired by run), `gain_low`, `gain_high`, `value`
        (score of the code, mixed), `low`, `high`, `homogeneous`, `homogeneous_low`,
        `homogeneous_high`, `right_fast`, `right_slow` (share of beliefs that are right after 20
        steps), `level`, `n`.
    level : share
    """

    mixtures: pl.DataFrame
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a share of fast learners, largest gain first."""
        return self.mixtures

    def __str__(self) -> str:
        best = self.mixtures.row(0, named=True)
        return (
            f"Mixing gains most with {best['fast_share']:.0%} fast learners: the code knows "
            f"{best['value']:.3f} against {best['homogeneous']:.3f} in a homogeneous "
            f"organisation of the same mean speed, {best['gain']:+.3f} "
            f"{ends_said(best['gain_low'], best['gain_high'], '+.3f')} ({best['n']:,} runs)."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.mixtures._repr_html_()}"


@analysis("simulation", "Does an organisation know more with slow and fast learners together?")
def march_mixed_learning(
    *,
    fast_share: Sequence[Share] = (0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1),
    slow: Share = 0.1,
    fast: Share = 0.9,
    code_learning: Share = 0.5,
    rules: MarchRules = AS_PUBLISHED,
    runs: Count = 100,
    level: Share = 0.95,
    rng: Seed = None,
) -> MarchMixedLearning:
    """Return what organisations with slow and fast learners know, against homogeneous ones.

    Parameters
    ----------
    fast_share : shares
        Of individuals that learn fast; rounded to whole individuals.
    slow, fast : share
        Chances to learn from the code of the two kinds.
    code_learning : share
        Chance that the code learns from one vote of those who do better (p2).
    rules : MarchRules
    runs : count
        Of each mixture; run k has the same luck everywhere.
    level : share
    rng : Generator, int or None

    Returns
    -------
    MarchMixedLearning

    Raises
    ------
    InvalidArgument
        No shares, or outside 0 to 1; a `level` of 0 or 1.

    Notes
    -----
    Figures 2 and 3 of [1]_. Fast learners know more after twenty steps, and slow ones are what
    they live on: the gain is the organisation's, not the slow learners'. See `march_learning`.

    References
    ----------
    .. [1] March, J.G. (1991). Exploration and exploitation in organizational learning.
       Organization Science 2(1). doi:10.1287/orsc.2.1.71

    Examples
    --------
    >>> found = march_mixed_learning(fast_share=(0.5,), runs=40, rng=1)
    >>> found.mixtures["gain"][0] > 0.03
    True
    """
    (shares,) = checked_speeds("march_mixed_learning", fast_share)
    checked_level("march_mixed_learning", level)
    seed = seed_of(rng)
    luck = [luck_of(seed, run) for run in range(runs)]
    rows = []
    for share in shares:
        n_fast = round(share * rules.individuals)
        chances = np.full(rules.individuals, slow)
        chances[:n_fast] = fast
        found = _both(rules, chances, code_learning, luck, n_fast)
        rows.append({
            "fast_share": n_fast / rules.individuals, "socialisation": float(chances.mean()),
            **_columns(*found, level, n_fast > 0, n_fast < rules.individuals),
        })  # fmt: skip
    frame = pl.DataFrame(rows).fill_nan(None)
    return MarchMixedLearning(frame.sort("gain", descending=True, maintain_order=True), level)


def _both(
    rules: MarchRules, chances: np.ndarray, code: float, luck: Sequence[Luck], n_fast: int
) -> tuple[Runs1991, Runs1991]:
    alike = np.full(chances.size, chances.mean())
    mixed = many_histories(
        rules, chances, code_learning=code, luck=luck, n_fast=n_fast, kept=EARLY + 1
    )
    return mixed, many_histories(rules, alike, code_learning=code, luck=luck)


def _columns(
    mixed: Runs1991, alike: Runs1991, level: float, is_fast: bool, is_slow: bool
) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for stem, values in (
        ("gain", mixed.final - alike.final), ("", mixed.final), ("homogeneous", alike.final),
    ):  # fmt: skip
        mean, low, high = (float(end) for end in mean_interval(values, level))
        joint = f"{stem}_" if stem else ""
        found |= {stem or "value": mean, f"{joint}low": low, f"{joint}high": high}
    early = mixed.history[:, EARLY].mean(axis=0)
    return found | {
        "right_fast": float(early[1]) if is_fast else float("nan"),
        "right_slow": float(early[2]) if is_slow else float("nan"),
        "level": level, "n": mixed.final.size,
    }  # fmt: skip
