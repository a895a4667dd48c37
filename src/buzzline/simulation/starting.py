"""Where a simulation starts: from a few settings, or from the user's own study.

A world from settings has the organisations, industries and places that are asked for and no
ties; its knowledge and its ties are drawn at the start of each run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from buzzline.arrays import Codes, Floats, as_codes, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count
from buzzline.randomness import Seed, child, seed_of
from buzzline.simulation.made_places import MOST_NATIONS, made_places
from buzzline.simulation.settings import Settings
from buzzline.simulation.world import World
from buzzline.tables.worlds.organisations import industry_codes

JOBS_AT_MEDIAN = 12.0
MOST_MARKETS = 8


def world_of_settings(
    n_places: Count = 8,
    organisations: int | Sequence[int] = 24,
    industries: Count = 1,
    *,
    nations: int | None = None,
    n_categories: Count = 10,
    settings: Settings | None = None,
    focal: tuple[int, ...] = (),
    rng: Seed = None,
) -> World:
    """Make a world from a few lines of settings.

    Parameters
    ----------
    n_places : count
    organisations : int or sequence of int
        In each place, or one number a place; a place may be empty.
    industries : count
        Dealt evenly among the organisations of each place; neighbours in the list are related.
    nations : int or None
        None: a nation for each place as long as there are enough (12).
    n_categories : count
        Of knowledge.
    settings : Settings or None
        Values other than the defaults.
    focal : tuple of int
        Places that are asked about; () is all.
    rng : Generator, int or None
        Where the places lie and how large the organisations are.

    Raises
    ------
    InvalidArgument
        No place, no organisation, as many numbers as there are no places, or a focal place
        that there is not.

    Examples
    --------
    >>> world = world_of_settings(3, [10, 5, 0], rng=1)
    >>> print(world)
    World of settings: 15 organisations of 1 industry in 3 places
    """
    n_here = _numbers(organisations, n_places, industries)
    _check_focal(focal, n_places)
    seed = seed_of(rng)
    places = made_places(
        n_places,
        min(n_places, MOST_NATIONS) if nations is None else nations,
        child(seed, "places"),
    )
    place = as_codes(np.repeat(np.arange(n_places), n_here))
    n = place.size
    jobs = np.ceil(JOBS_AT_MEDIAN * child(seed, "jobs").lognormal(0, 1, n))
    return World(
        places=places,
        industries=industry_codes(industries),
        ids=tuple(f"O{k:0{len(str(n))}d}" for k in range(n)),
        place=place,
        industry=_dealt(n_here, industries),
        jobs=as_floats(jobs),
        is_university=np.zeros(n, np.bool_),
        owner=np.full(n, -1, np.int32),
        related=chain_of_industries(industries),
        n_categories=n_categories,
        n_markets=min(MOST_MARKETS, max(1, len(set(places.countries)) - 1)),
        settings=settings or Settings(),
        focal=focal,
        title="World of settings",
    )


def _numbers(organisations: int | Sequence[int], n_places: int, industries: int) -> Codes:
    if isinstance(organisations, int | np.integer):
        numbers = np.full(max(n_places, 0), organisations)
    else:
        numbers = np.asarray(organisations, dtype=np.int64)
    if numbers.size != n_places:
        raise InvalidArgument(
            f"world_of_settings: `organisations` has {numbers.size} numbers for {n_places} "
            "places; give one a place, or one for all"
        )
    if numbers.size and (numbers.min() < 0 or numbers.sum() < 1):
        raise InvalidArgument(
            "world_of_settings: `organisations` must be 0 or more in each place and 1 or more "
            f"in all, got {numbers.tolist()[:5]}"
        )
    if industries < 1:
        raise InvalidArgument(
            f"world_of_settings: `industries` must be at least 1, got {industries}"
        )
    return as_codes(numbers)


def _check_focal(focal: tuple[int, ...], n_places: int) -> None:
    for place in focal:
        if not 0 <= place < n_places:
            raise InvalidArgument(
                f"world_of_settings: `focal` names place {place}; places are 0 to "
                f"{n_places - 1}"
            )


def _dealt(n_here: Codes, industries: int) -> Codes:
    """Return industries in turn within each place."""
    first = np.repeat(np.cumsum(n_here) - n_here, n_here)
    return as_codes((np.arange(first.size) - first) % industries)


def chain_of_industries(n: int) -> Floats:
    """Return relatedness that halves with each step along the list; (n, n) float64."""
    steps = np.abs(np.arange(n)[:, None] - np.arange(n)[None, :])
    return as_floats(0.5**steps)
