"""How varied the industries of places are at the start: specialised, related, unrelated."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from buzzline.arrays import Codes
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.settings import Settings
from buzzline.simulation.world import World

KINDS = ("related_variety", "unrelated_variety")


def varied(world: World, settings: Settings) -> World:
    """Return a world whose places have as varied industries as settings say.

    With the usual values a world stays as it is: in one's own, industries are facts. Otherwise
    each place has a first industry, those most related to it as far as `related_variety` says,
    and those least related as far as `unrelated_variety` says; organisations are dealt evenly
    among them. With both at 0 every place is specialised in one industry, with both at 1 every
    place has all.

    Examples
    --------
    >>> from buzzline.simulation.starting import world_of_settings
    >>> world = world_of_settings(2, 4, 4, rng=1)
    >>> special = Settings({"related_variety": 0, "unrelated_variety": 0})
    >>> varied(world, special).industry.tolist()
    [0, 0, 0, 0, 1, 1, 1, 1]
    """
    related, unrelated = (settings.value(name) for name in KINDS)
    if (related, unrelated) == tuple(PARAMETER[name].default for name in KINDS):
        return world
    industry = np.empty(world.n, np.int32)
    for r in range(world.places.n):
        rows = np.flatnonzero(world.place == r)
        mix = _mix(world, r % len(world.industries), related, unrelated)
        industry[rows] = mix[np.arange(rows.size) % mix.size]
    return replace(world, industry=industry)


def _mix(world: World, first: int, related: float, unrelated: float) -> Codes:
    """Return the industries of a place: the first, then near ones, then far ones."""
    others = np.argsort(-world.related[first], kind="stable")
    others = others[others != first]
    near, far = np.array_split(others, 2)
    few = near[: round(related * near.size)]
    more = far[far.size - round(unrelated * far.size) :]
    return np.concatenate([[first], few, more]).astype(np.int32)
