"""Are newcomers let in? How many of them are tied to members who were there before."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import Flags, as_flags
from buzzline.linkages.small_samples import jeffreys_interval
from buzzline.linkages.social_rows import Row, Scene
from buzzline.quantities import Years
from buzzline.randomness import child
from buzzline.resampling import central_range, too_few_draws

FEWEST_NEWCOMERS = 5


def newcomer_rows(scene: Scene, years: Years) -> list[Row]:
    """Return, cluster by cluster, the share of newcomers tied to a member of longer standing.

    Parameters
    ----------
    scene : Scene
    years : years
        Newcomers opened in the last so many years of the study.
    """
    opened = scene.study.organisations["opened"].dt.year()
    if not opened.drop_nulls().len():
        reason = "when organisations opened is not known (`opened`)"
        return [named | {"level": scene.level, "reason": reason} for named, _ in scene.clusters]
    last = scene.study.linkages["start"].dt.year().max() or opened.max()
    known = as_flags(opened.is_not_null().to_numpy())
    assert isinstance(last, int)
    new = as_flags((opened.fill_null(-1) > last - years).to_numpy() & known)
    return [
        named | {"level": scene.level, "since": last - years + 1}
        | _accepted(scene, inside & known, new, str(named["cluster_id"]))
        for named, inside in scene.clusters
    ]  # fmt: skip


def _accepted(scene: Scene, inside: Flags, new: Flags, cluster: str) -> Row:
    members = np.flatnonzero(inside)
    n_new = int(new[members].sum())
    row: Row = {"n": n_new, "n_members": members.size}
    if n_new < FEWEST_NEWCOMERS or members.size - n_new < FEWEST_NEWCOMERS:
        few = f"{n_new} newcomers and {members.size - n_new} others"
        return row | {"reason": f"{few}, at least {FEWEST_NEWCOMERS} of each needed"}
    both = inside[scene.pairs.one] & inside[scene.pairs.other]
    one, other = scene.pairs.one[both], scene.pairs.other[both]

    def share(is_new: Flags) -> float:
        tied = np.zeros(inside.size, np.bool_)
        tied[one[~is_new[other]]] = True
        tied[other[~is_new[one]]] = True
        return float(tied[members][is_new[members]].mean())

    value = share(new)
    low, high = jeffreys_interval(round(value * n_new), n_new, scene.level)
    row |= {"value": value, "low": low, "high": high}
    if few := too_few_draws(scene.draws, scene.level):
        return row | {"reason": few}
    rng, dealt = child(scene.seed, "newcomers", cluster), np.empty(scene.draws)
    for draw in range(scene.draws):
        mixed = new.copy()
        mixed[members] = new[rng.permutation(members)]
        dealt[draw] = share(mixed)
    ends = central_range(dealt, scene.level)
    p = (1 + int((dealt <= value + 1e-12).sum())) / (1 + scene.draws)
    return row | {"expected": float(dealt.mean()), "expected_low": ends[0],
                  "expected_high": ends[1], "p": p}  # fmt: skip


def norms_of(outcomes: pl.DataFrame, asked: tuple[str, ...] | None) -> tuple[str, ...]:
    """Return which indicators are answers on norms: as asked, else those named so."""
    if asked is not None:
        return asked
    names = outcomes["indicator"].unique().sort().to_list()
    return tuple(name for name in names if name.startswith(("norm", "convention")))
