"""Worlds that several experiments begin in."""

from __future__ import annotations

from buzzline.policy.experiments.design import Size
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.world import World


def equals(size: Size, seed: int) -> World:
    """Return places that are alike, the first of which is asked about.

    What it does differently is said by a case; all others keep a fifth of their time for
    pipelines, as by default.
    """
    return world_of_settings(size.places, size.organisations, focal=(0,), rng=seed)
