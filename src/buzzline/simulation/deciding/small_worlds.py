"""Small worlds in which little happens, so that one thing can decide."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.world import LAYERS, SCALES, World

SEED = 5  # of where places lie; luck differs from run to run


def plain(n_places: int = 3, organisations: int = 12, industries: int = 1) -> World:
    """Return a world whose organisations know what luck gives them."""
    return world_of_settings(n_places, organisations, industries, rng=SEED)


def one_knows(world: World | None = None, *, much: float = 1.0, little: float = 0.2) -> World:
    """Return a world in which one place knows much and the others little."""
    world = world or plain()
    return knowing(world, np.where(world.place == 0, much, little)[:, None])


def knowing(world: World, level: Floats) -> World:
    """Return a world with given knowledge; level broadcasts to (n, k)."""
    shape = (world.n, world.n_categories)
    return replace(world, knowledge=as_floats(np.broadcast_to(level, shape).copy()))


def two_fields(world: World | None = None) -> World:
    """Return a world in which each industry knows its own categories only."""
    world = world or plain(2, 12, 2)
    k, s = world.n_categories, len(world.industries)
    of_industry = np.arange(k)[None, :] * s // k == np.arange(s)[:, None]
    return knowing(replace(world, related=np.eye(s)), of_industry[world.industry].astype(float))


def levels(world: World | None = None) -> World:
    """Return a world in which all know the same things, some of them more."""
    world = world or plain()
    return knowing(world, np.linspace(0.2, 2, 7)[np.arange(world.n) % 7][:, None])


def tied(world: World, *, scale: str, layer: str = "community", **given: float) -> World:
    """Return a world in which organisations are tied to the next one: in place, or elsewhere.

    given : trust, copresent
    """
    n = world.n
    here = np.arange(n)
    if scale == "local":
        first = np.searchsorted(world.place, world.place)
        size = np.bincount(world.place)[world.place]
        other = first + (here - first + 1) % size
    else:
        other = (here + n // world.places.n) % n  # the same in the next place
    kept = here != other
    one = np.ones(int(kept.sum()))
    return replace(world, ties={
        "source": here[kept].astype(np.int32), "target": other[kept].astype(np.int32),
        "scale": (one * SCALES.index(scale)).astype(np.uint8),
        "layer": (one * LAYERS.index(layer)).astype(np.uint8),
        "trust": (one * given.get("trust", 0.5)).astype(np.float32),
        "copresent": one * given.get("copresent", 0) > 0,
    })  # fmt: skip


def owned_elsewhere(world: World, share: float = 0.5) -> World:
    """Return a world in which a share of each place belongs to owners in the next place."""
    rank = np.arange(world.n) - np.searchsorted(world.place, world.place)
    size = np.bincount(world.place)[world.place]
    away = (world.place + 1) % world.places.n
    return replace(world, owner=np.where(rank < share * size, away, -1).astype(np.int32))
