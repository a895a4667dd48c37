"""In a world in which it alone decides, what does each disagreement change?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent
from buzzline.quantities import Runs, Share
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.deciding import CASE, Case, decided
from buzzline.simulation.means import checked_level, mean_interval
from buzzline.simulation.switches import Switch, switches_of
from buzzline.wording import plural

AS_SAID, OTHERWISE, NEITHER = "as theory says", "the other way round", "no difference seen"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DecidingWorlds:
    """What each disagreement changes in a small world in which nothing else differs.

    Attributes
    ----------
    worlds : DataFrame
        One row a switch: `switch`, `question`, `held_by_a`, `held_by_b`, `says` (what theory
        says of this world), `outcome`, `more` (the side with more of it, by theory),
        `by_construction` (the outcome is what the parameter is defined to do), `under_a`,
        `under_b` (means), `value` (paired difference, side with more less the other), `low`,
        `high`, `level`, `n` (runs), `status`.
    level : share
    """

    worlds: pl.DataFrame
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a switch, in the order of the literature."""
        return self.worlds

    def __str__(self) -> str:
        n = int((self.worlds["status"] == AS_SAID).sum())
        first = self.worlds.row(0, named=True)
        rest = self.worlds.filter(pl.col("status") != AS_SAID)["switch"].to_list()
        but = f" Not so: {', '.join(rest)}." if rest else ""
        return (
            f"{n} of {plural(self.worlds.height, 'disagreement')} change what theory says they "
            f"change, each in a world in which it alone differs.{but} First of them "
            f"{first['switch']}: {first['says']} This is by construction, since the model was "
            "written so that either side can be right; it is no evidence for any of them."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.worlds._repr_html_()}"


@analysis("simulation", "What does each disagreement change where it alone decides?")
def deciding_worlds(
    *,
    switches: Sequence[str] | None = None,
    runs: Runs = 8,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> DecidingWorlds:
    """Return what each scholarly disagreement changes in a world in which it alone differs.

    Parameters
    ----------
    switches : codes of switches, or None
        "X1" to "X45" and "X-GCN"; None: all.
    runs : runs
        Of each side; run k of both sides has the same luck.
    level : share
    rng : Generator, int or None

    Returns
    -------
    DecidingWorlds

    Raises
    ------
    InvalidArgument
        A switch that there is not; fewer than 2 runs; a `level` of 0 or 1.

    Notes
    -----
    Each world is small, and all mechanisms are off but those the disagreement is about. The
    difference shows that a switch does what its sides say it would; it is no evidence for
    either of them, since the model was written so that both can be right. Intervals are
    Student's t over paired runs.

    Examples
    --------
    >>> deciding_worlds(switches=["X16"], runs=4, rng=1).table()["status"].item()
    'as theory says'
    """
    checked_level("deciding_worlds", level)
    if runs < 2:
        raise InvalidArgument("deciding_worlds: an error needs at least 2 runs (`runs`)")
    some, seed = switches_of(switches), seed_of(rng)
    rows = []
    for done, switch in enumerate(some):
        progress("disagreements", done, len(some))
        rows.append(_row(switch, CASE[switch.code], runs=runs, level=level, seed=seed))
    progress("disagreements", len(some), len(some))
    return DecidingWorlds(pl.DataFrame(rows), level)


def _row(
    switch: Switch, case: Case, *, runs: int, level: float, seed: int
) -> dict[str, object]:
    a, b = decided(case, runs=runs, seed=seed)
    value, low, high = (
        float(x) for x in mean_interval(a - b if case.more == "a" else b - a, level)
    )
    status = AS_SAID if low > 0 else OTHERWISE if high < 0 else NEITHER
    return {
        "switch": switch.code, "question": switch.question, "held_by_a": switch.held_by_a,
        "held_by_b": switch.held_by_b, "says": case.says, "outcome": case.looked_at,
        "more": case.more, "by_construction": case.by_construction,
        "under_a": float(a.mean()), "under_b": float(b.mean()),
        "value": value, "low": low, "high": high, "level": level, "n": runs, "status": status,
    }  # fmt: skip
