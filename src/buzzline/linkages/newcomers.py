"""Are newcomers let in? How many are tied, soon after they opened, to those there before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.linkages.small_samples import jeffreys_interval
from buzzline.linkages.social_rows import Row, Scene
from buzzline.quantities import Years
from buzzline.randomness import child
from buzzline.resampling import central_range, too_few_draws

FEWEST_NEWCOMERS = 5
SOON: Years = 2  # after the year of opening: the same for newcomers and for those before them
DATED = 0.8  # of the ties, from which on those without a first day are left out
UNDATED = (
    "when ties began is not known (`start`): newcomers had less time to tie than others, so "
    "that they cannot be compared"
)


@dataclass(frozen=True, slots=True, eq=False)
class _Welcome:
    """Who was tied how soon.

    Attributes
    ----------
    opened : (n,) float64           year; NaN unknown
    one, other : (m,) int64         ties, each both ways round
    start : (m,) float64            year of the first tie; NaN unknown
    first, last : float             years in which ties began
    years, soon : years
    """

    opened: Floats
    one: Indices
    other: Indices
    start: Floats
    first: float
    last: float
    years: Years
    soon: Years

    @property
    def since(self) -> int:
        """First year in which one is a newcomer."""
        return int(self.last - self.years + 1)

    def let_in(self, *, dated: bool) -> Flags:
        """Return who is tied to somebody who opened before: soon, or ever where undated."""
        counts = self.opened[self.other] < self.opened[self.one]
        if dated:
            counts &= self.start - self.opened[self.one] <= self.soon
        else:
            counts &= self.opened[self.other] < self.since
        found = np.zeros(self.opened.size, np.bool_)
        found[self.one[counts]] = True
        return as_flags(found)


def newcomer_rows(scene: Scene, years: Years) -> list[Row]:
    """Return, cluster by cluster, the share of newcomers soon tied to one there before.

    Parameters
    ----------
    scene : Scene
    years : years
        Newcomers opened in the last so many years of the study.
    """
    opened = as_floats(
        scene.study.organisations["opened"].dt.year().cast(pl.Float64).fill_null(np.nan)
        .to_numpy()
    )  # fmt: skip
    known = as_flags(np.isfinite(opened))
    if not known.any():
        reason = "when organisations opened is not known (`opened`)"
        return [named | {"level": scene.level, "reason": reason} for named, _ in scene.clusters]
    one, other, start = _first_ties(scene)
    dates = start[np.isfinite(start)]
    first, last = (float(dates.min()), float(dates.max())) if dates.size else (
        np.inf, float(np.nanmax(opened)))  # fmt: skip
    soon = min(SOON, max(years - 1, 0))
    found: list[Row] = []
    for named, inside in scene.clusters:
        members = as_flags(inside & known)
        within = members[one] & members[other]
        own = _Welcome(opened, one[within], other[within], as_floats(start[within]), first,
                       last, years, soon)  # fmt: skip
        row = named | {"level": scene.level, "since": own.since}
        found.append(row | _accepted(scene, members, own, str(named["cluster_id"])))
    return found


def _first_ties(scene: Scene) -> tuple[Indices, Indices, Floats]:
    """Return ties both ways round, and the year in which each pair was first tied."""
    number = scene.study.organisations.select("org_id").with_row_index("row")
    ties = scene.study.linkages.filter(
        (pl.col("source") != pl.col("target"))
        & pl.col("layer").is_in(list(scene.by_layer))
        & (pl.col("weight").fill_null(1.0) > 0)
    )
    for end in ("source", "target"):
        ties = ties.join(number.rename({"row": f"{end}_row"}), left_on=end, right_on="org_id",
                         how="left", validate="m:1", maintain_order="left")  # fmt: skip
    pairs = ties.group_by(
        low=pl.min_horizontal("source_row", "target_row"),
        high=pl.max_horizontal("source_row", "target_row"), maintain_order=True,
    ).agg(pl.col("start").dt.year().cast(pl.Float64).min().fill_null(np.nan))  # fmt: skip
    low, high = pairs["low"].to_numpy(), pairs["high"].to_numpy()
    return (as_indices(np.concatenate([low, high])), as_indices(np.concatenate([high, low])),
            as_floats(np.tile(pairs["start"].to_numpy(), 2)))  # fmt: skip


def _accepted(scene: Scene, members: Flags, own: _Welcome, cluster: str) -> Row:
    dated = bool(own.start.size and np.isfinite(own.start).mean() >= DATED)
    new = members & (own.opened >= own.since)
    if dated:
        new &= own.opened <= own.last - own.soon  # others had no time yet
    n, n_before = int(new.sum()), int((members & (own.opened < own.since)).sum())
    row: Row = {"n": n, "n_members": int(members.sum())}
    if n < FEWEST_NEWCOMERS or n_before < FEWEST_NEWCOMERS:
        had_time = f" of {own.soon} years and more" if dated else ""
        few = f"{n} newcomers{had_time} and {n_before} others"
        return row | {"reason": f"{few}, at least {FEWEST_NEWCOMERS} of each needed"}
    tied = own.let_in(dated=dated)
    n_tied = int(tied[new].sum())
    low, high = jeffreys_interval(n_tied, n, scene.level)
    row |= {"value": n_tied / n, "low": low, "high": high}
    if not dated:
        return row | {"reason": UNDATED}
    before = _compared(members, own)
    n_before = int(before.sum())
    row |= {"n_others": n_before}
    if n_before < FEWEST_NEWCOMERS:
        few = f"of {n_before} others it is known with whom they tied when they were new"
        return row | {"reason": f"{few}, at least {FEWEST_NEWCOMERS} needed"}
    return row | _chance(tied[new], tied[before], scene, cluster)


def _compared(members: Flags, own: _Welcome) -> Flags:
    """Return members who were newcomers earlier, while ties were recorded and others there."""
    opened = np.where(members, own.opened, np.nan)
    elders = np.searchsorted(np.sort(opened[members]), opened)  # who opened before
    before = (opened < own.since) & (opened >= own.first) & (elders >= FEWEST_NEWCOMERS)
    return as_flags(before & members)


def _chance(new: Flags, before: Flags, scene: Scene, cluster: str) -> Row:
    """Return how many newcomers would be tied, had any of both been the newcomers."""
    if few := too_few_draws(scene.draws, scene.level):
        return {"reason": few}
    tied, n = np.concatenate([new, before]), new.size
    rng = child(scene.seed, "newcomers", cluster)
    dealt = as_floats([rng.permutation(tied)[:n].mean() for _ in range(scene.draws)])
    low, high = central_range(dealt, scene.level)
    p = (1 + int((dealt <= new.mean() + 1e-12).sum())) / (1 + scene.draws)
    return {"expected": float(dealt.mean()), "expected_low": low, "expected_high": high, "p": p}


def norms_of(outcomes: pl.DataFrame, asked: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return which indicators are answers on norms: as asked, else those named so."""
    if asked is not None:
        return asked
    names = outcomes["indicator"].unique().sort().to_list()
    return tuple(name for name in names if name.startswith(("norm", "convention")))
