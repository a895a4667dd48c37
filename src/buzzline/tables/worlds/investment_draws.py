"""Draw where deals go: across borders or not, and into a cluster like the investor's or not.

For an investor, the odds of landing in a similar cluster rather than in none are those of its
industry, wherever it is from, times what is planted where it stands in such a cluster itself.
Its own cluster is no place to land: it is struck off, and what is left keeps its odds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.special import betaincinv

from buzzline.arrays import Codes, Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.quantities import Ratio, Share
from buzzline.tables.worlds.geography import great_circle_km

ALIKE = 0.1  # correlation of deals of one group
ABROAD = 0.7  # of the deals of investors from no cluster, where there is a target abroad
CLEAR_KM = 60.0  # what does not land in a cluster is at least so far from its members
EXPECTED_SCHEMA = {
    "across": pl.String, "held": pl.String, "risk_ratio": pl.Float64, "odds_ratio": pl.Float64,
}  # fmt: skip


class Scene(NamedTuple):
    """Organisations, and where clusters of their industries are."""

    industry: np.ndarray  # (n,) str
    cluster: Codes
    country: np.ndarray
    at: tuple[Floats, Floats]  # longitude, latitude, NaN where not known
    names: tuple[str, ...]  # industries that invest
    near: dict[str, Flags]  # of each industry: in or near one of its clusters


class Groups(NamedTuple):
    """Heads that invest, and what they hold."""

    head: Indices  # (g,) rows of organisations
    industry: Indices  # (g,) number of its industry
    inside: Indices  # (g,) 1: in a cluster
    n_deals: Indices  # (g,)
    holding: Indices  # (m,) who holds each member
    member: Indices  # (m,) affiliates that heads hold, or affiliates of theirs
    of: Indices  # (m,) group of each


class Drawn(NamedTuple):
    """One entry a deal."""

    source: Indices
    target: Indices
    repeated: Flags  # the same group went to the same target before or later
    group: Indices
    lands: Flags
    mass: (
        Floats  # (n, 2, 2): chance to go abroad or stay, by to land in a similar cluster or not
    )


class _Reach(NamedTuple):
    """Whom one organisation can go to."""

    lands: Flags  # members of other similar clusters
    away: Flags  # who is in or near none
    abroad: Flags
    kept: Floats  # (2,) abroad, at home: share of similar clusters that is not its own


def has_reach(scene: Scene, row: int) -> bool:
    """Tell whether there is a cluster of its industry in another country than its own."""
    same = (scene.industry == scene.industry[row]) & (scene.cluster >= 0)
    others = same & (scene.cluster != scene.cluster[row])
    return bool((others & (scene.country != scene.country[row])).any())


def draw_deals(
    scene: Scene,
    groups: Groups,
    base: Floats,
    *,
    times: Ratio,
    horizontal: Share,
    rng: np.random.Generator,
) -> Drawn:
    """Return deals of groups; `base` is the chance to land of those outside, by industry."""
    group = np.repeat(np.arange(groups.head.size), groups.n_deals)
    source = _sources(groups, group, rng)
    free = np.ones(scene.cluster.size, np.bool_)
    free[np.concatenate([groups.head, groups.member])] = False
    reach = {row: _reach(scene, as_flags(free), int(row)) for row in np.unique(source)}
    odds = base / (1 - base)
    odds = odds[groups.industry[group]] * np.where(groups.inside[group] == 1, times, 1.0)
    mass = _masses([reach[row] for row in source], odds, base[groups.industry[group]])
    abroad = rng.random(group.size) < mass[:, 0].sum(axis=1)
    way = np.where(abroad, 0, 1)
    there = mass[np.arange(group.size), way]
    luck = rng.random(groups.head.size)[group]
    lands = rng.random(group.size) < _own_chance(there[:, 0] / there.sum(axis=1), luck)
    average = float(mass[:, :, 0].sum(axis=1).mean()) if group.size else 0.0
    along = rng.random(group.size) < max(horizontal - average, 0) / (1 - average)
    target = np.empty(group.size, np.int64)
    for k, row in enumerate(source):
        pool = _pool(scene, reach[row], int(row), lands=bool(lands[k]), along=bool(along[k]),
                     abroad=bool(abroad[k]))  # fmt: skip
        target[k] = rng.choice(np.flatnonzero(pool))
    pairs = pl.DataFrame({"head": groups.head[group], "target": target})
    repeated = pairs.select(pl.struct("head", "target").is_duplicated()).to_series().to_numpy()
    return Drawn(source, as_indices(target), repeated, as_indices(group), as_flags(lands), mass)


def _reach(scene: Scene, free: Flags, row: int) -> _Reach:
    name = scene.industry[row]
    similar = free & (scene.industry == name) & (scene.cluster >= 0)
    others = similar & (scene.cluster != scene.cluster[row])
    if not others.any():
        others = similar  # its own is the only one there is
    km = great_circle_km(scene.at[0][row], scene.at[1][row], *scene.at)
    away = free & ~scene.near[name] & ~(km <= CLEAR_KM)
    if not away.any():
        raise InvalidArgument(
            f"plant_investments: nobody is left to be bought in {name}. Make a larger world."
        )
    abroad = as_flags(scene.country != scene.country[row])
    kept = [
        (others & there).sum() / max((similar & there).sum(), 1) for there in (abroad, ~abroad)
    ]
    return _Reach(as_flags(others), as_flags(away), abroad, as_floats(kept))


def _masses(reach: list[_Reach], odds: Floats, base: Floats) -> Floats:
    """Return the chance of every way a deal can go. (n, 2, 2)."""
    kept = np.array([one.kept for one in reach]).reshape(-1, 2)
    open_to = np.array([
        [(one.away & one.abroad).any(), (one.away & ~one.abroad).any()] for one in reach
    ]).reshape(-1, 2)  # fmt: skip
    outside = np.array([ABROAD, 1 - ABROAD]) * open_to * (1 - base[:, None])
    mass = np.stack([outside * odds[:, None] * kept, outside], axis=2)
    return as_floats(mass / mass.sum(axis=(1, 2), keepdims=True))


def _own_chance(mean: Floats, luck: Floats) -> Floats:
    """Return each group's own chance: beta around the mean, at the same rank everywhere."""
    spread = 1 / ALIKE - 1
    inner = np.clip(mean, 1e-9, 1 - 1e-9)
    own = betaincinv(inner * spread, (1 - inner) * spread, luck)
    return as_floats(np.where((mean > 0) & (mean < 1), own, mean))


def _pool(
    scene: Scene, reach: _Reach, row: int, *, lands: bool, along: bool, abroad: bool
) -> Flags:
    """Return who can be the target: in a cluster of the industry, or away from all of them."""
    there = reach.abroad if abroad else ~reach.abroad
    if lands:
        return as_flags(reach.lands & there)
    same = scene.industry == scene.industry[row]
    wanted = reach.away & there & (same if along else ~same)
    return as_flags(wanted if wanted.any() else reach.away & there)


def _sources(groups: Groups, group: Indices, rng: np.random.Generator) -> Indices:
    """Return who of the group makes each deal: its head, or one of its affiliates."""
    source = groups.head[group].copy()
    for number in np.unique(groups.of):
        here = np.flatnonzero(group == number)
        everyone = np.append(groups.member[groups.of == number], groups.head[number])
        source[here] = rng.choice(everyone, here.size)
    return as_indices(source)


def expected_ratios(
    scene: Scene, groups: Groups, drawn: Drawn, *, times: Ratio
) -> pl.DataFrame:
    """Return what Mantel and Haenszel's ratios are of the chances these deals were drawn by."""
    frame = pl.DataFrame({
        "industry": scene.industry[drawn.source].tolist(),
        "country": scene.country[drawn.source].tolist(),
        "inside": groups.inside[drawn.group] == 1,
        "lands": drawn.mass[:, 0, 0], "not": drawn.mass[:, 0, 1],
    })  # fmt: skip
    held = {"nothing": [], "industry": ["industry"],
            "industry and country": ["industry", "country"]}  # fmt: skip
    rows: list[tuple[str, str, float | None, float | None]] = [
        ("borders", name, *_ratios(frame, columns)) for name, columns in held.items()
    ]
    rows.append(("all", "industry and country", None, times))
    return pl.DataFrame(rows, schema=EXPECTED_SCHEMA, orient="row").fill_nan(None)


def _ratios(frame: pl.DataFrame, columns: list[str]) -> tuple[float, float]:
    inside = pl.col("inside")
    cells = frame.group_by(*columns, pl.lit(0).alias("_")).agg(
        a=pl.col("lands").filter(inside).sum(), b=pl.col("not").filter(inside).sum(),
        c=pl.col("lands").filter(~inside).sum(), d=pl.col("not").filter(~inside).sum(),
    )  # fmt: skip
    a, b, c, d = (cells[name].to_numpy() for name in "abcd")
    with np.errstate(divide="ignore", invalid="ignore"):
        n = np.where(a + b + c + d > 0, a + b + c + d, 1.0)
        risk = np.sum(a * (c + d) / n) / np.sum(c * (a + b) / n)
        odds = np.sum(a * d / n) / np.sum(b * c / n)
    return float(risk), float(odds)
