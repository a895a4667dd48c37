"""Lanes of bands that run over the years: each at one height, none in another's way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.charts.palette import CATEGORY_COLOURS

NAME_PX = 14  # above each band
GAP_PX = 4


@dataclass(frozen=True, slots=True)
class Lane:
    """Where a band runs [px]: `top` with its name, `middle` of the band, `bottom`."""

    top: float
    middle: float
    bottom: float
    colour: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    first: int
    last: int
    tall: float


def lanes_of(
    clusters: pl.DataFrame, links: Sequence[tuple[str, str]], *, px: float
) -> dict[str, Lane]:
    """Return a lane for each cluster; those that came out of each other lie side by side.

    Parameters
    ----------
    clusters : DataFrame
        `history_id`, `first_year`, `last_year`, `n_most`; largest first.
    links : sequence of (history_id, history_id)
        Which came out of which.
    px : float
        Height of a member.
    """
    wanted = {
        name: _Wanted(first, last, max(n * px, 2.0) + NAME_PX + GAP_PX)
        for name, first, last, n in clusters.select(
            "history_id", "first_year", "last_year", "n_most"
        ).iter_rows()
    }
    known = [(one, other) for one, other in links if one in wanted and other in wanted]
    lanes: dict[str, Lane] = {}
    top = 0.0
    for family in _families(list(wanted), known):
        placed = _placed(family, wanted, known)
        for name, (start, end) in placed.items():
            middle = top + start + NAME_PX + (end - start - NAME_PX - GAP_PX) / 2
            colour = CATEGORY_COLOURS[len(lanes) % len(CATEGORY_COLOURS)]
            lanes[name] = Lane(top + start, middle, top + end, colour)
        top += max(end for _, end in placed.values())
    return lanes


def _families(names: Sequence[str], links: Sequence[tuple[str, str]]) -> list[list[str]]:
    """Return groups of clusters that came out of each other, in the order given."""
    head = {name: name for name in names}

    def first(name: str) -> str:
        while head[name] != name:
            name = head[name]
        return name

    for one, other in links:
        head[first(other)] = first(one)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(first(name), []).append(name)
    return list(groups.values())


def _placed(
    family: Sequence[str], wanted: dict[str, _Wanted], links: Sequence[tuple[str, str]]
) -> dict[str, tuple[float, float]]:
    """Return top and bottom of each, near what it came out of, free of those of its years."""
    placed: dict[str, tuple[float, float]] = {}
    for name in sorted(family, key=lambda one: (wanted[one].first, -wanted[one].tall, one)):
        own = wanted[name]
        parents = [one for one, other in links if other == name and one in placed]
        middle = sum(sum(placed[one]) / 2 for one in parents) / max(len(parents), 1)
        wish = max(0.0, middle - own.tall / 2) if parents else 0.0
        taken = sorted(
            span for other, span in placed.items()
            if wanted[other].first <= own.last and own.first <= wanted[other].last
        )  # fmt: skip
        placed[name] = _nearest_room(wish, own.tall, taken)
    return placed


def _nearest_room(
    wish: float, tall: float, taken: Sequence[tuple[float, float]]
) -> tuple[float, float]:
    tops = [wish, 0.0, *(end for _, end in taken), *(start - tall for start, _ in taken)]
    free = [
        top for top in tops
        if top >= 0 and all(top + tall <= start + 1e-9 or top >= end - 1e-9
                            for start, end in taken)
    ]  # fmt: skip
    top = min(free, key=lambda one: (abs(one - wish), one))
    return top, top + tall
