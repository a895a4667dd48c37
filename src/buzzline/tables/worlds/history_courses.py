"""What becomes of the clusters of a history: their sizes, names and states year by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from buzzline.arrays import Codes, Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Kilometres, Share, Years

Fate = Literal[
    "steady", "growing", "declining", "born", "dissolved", "merged", "split", "life cycle"
]
FATES: tuple[Fate, ...] = get_args(Fate)
STATES = ("emerging", "growing", "sustaining", "declining")
SEATS = ("centre", "first", "second", "bridge")
BRIDGE = 2  # the organisations between two parks, to those of one park
USUAL_SPREAD = 0.5  # of items over classes, outside life cycles
CLASSES = 8  # technology classes of each cluster
LEAST_YEARS, LEAST_SIZE = 8, 8


@dataclass(frozen=True, slots=True)
class Course:
    """How long a history is and how large its clusters are.

    Attributes
    ----------
    first_year : year
    years : years            8 or more
    size : count             members of a steady cluster, 8 or more
    turnover : share         of members that leave after each year, and are replaced
    apart_km : km            between the two parks of clusters that merge or were split
    spread_km : km           no organisation of a park lies further than 2 of these from it
    region_km : km           reach of the organisations around
    others : count           of them in each city-region, and as many in far towns in all
    industries : count       the one of the clusters and those of all others
    """

    first_year: Years = 2000
    years: Years = 24
    size: Count = 40
    turnover: Share = 0.05
    apart_km: Kilometres = 8.0
    spread_km: Kilometres = 1.5
    region_km: Kilometres = 20.0
    others: Count = 150
    industries: Count = 7

    def __post_init__(self) -> None:
        for name, least in (("years", LEAST_YEARS), ("size", LEAST_SIZE), ("others", 2),
                            ("industries", 3), ("first_year", 1950)):  # fmt: skip
            if getattr(self, name) < least:
                raise InvalidArgument(
                    f"Course: `{name}` must be at least {least}, got {getattr(self, name)}"
                )
        if not 0 <= self.turnover < 1:
            raise InvalidArgument(
                f"Course: `turnover` must be at least 0 and below 1, got {self.turnover}"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """What happens to the seats of one city-region, in s seats and y years.

    Attributes
    ----------
    seats : tuple of str         positions: "centre", "first", "second", "bridge"
    size : (s, y) int64          members in each seat
    label : (s, y) int32         cluster they belong to, counted from 0 here; -1 is none
    state : (y,) int32           position in `STATES`
    spread : (y,) float64        share of items that fall on any class alike, not the main one
    received : (y,) float64      share it receives of the citations between it and others
    turns : int                  position of the year in which it turns; -1 when it never does
    """

    seats: tuple[str, ...]
    size: Indices
    label: Codes
    state: Codes
    spread: Floats
    received: Floats
    turns: int


def heterogeneity(spread: Floats) -> Floats:
    """Return Rao's Q of items over classes that differ by 1: the sum of p_i p_j over i != j.

    Examples
    --------
    >>> heterogeneity(np.array([0.0, 1.0])).tolist()
    [0.0, 0.875]
    """
    other = spread / CLASSES
    main = 1 - spread + other
    quotient: Floats = 1 - main**2 - (CLASSES - 1) * other**2
    return quotient


def script(fate: Fate, course: Course) -> Script:
    """Return what a fate means in a course.

    Raises
    ------
    InvalidArgument
        There is no such fate.
    """
    if fate not in FATES:
        raise InvalidArgument(f"fates are {', '.join(FATES)}; got {fate!r}")
    if fate in ("merged", "split"):
        return _two_parks(fate, course)
    if fate == "life cycle":
        return _life_cycle(course)
    y, s = course.years, course.size
    year = np.arange(y)
    turns = {"born": y // 3, "dissolved": 2 * y // 3}.get(fate, -1)
    path = {
        "steady": np.full(y, float(s)),
        "growing": np.linspace(s / 2, 2 * s, y),
        "declining": np.linspace(2 * s, s / 2, y),
        "born": np.where(year >= turns, s, 0.0),
        "dissolved": np.where(year < turns, s, 0.0),
    }[fate]
    state = {"growing": 1, "declining": 3}.get(fate, 2)
    return _one_seat(path, np.full(y, state), np.full(y, USUAL_SPREAD), turns=turns)


def _one_seat(path: Floats, state: Indices, spread: Floats, *, turns: int) -> Script:
    size = np.round(path).astype(np.int64)[None]
    label = np.where(size > 0, 0, -1).astype(np.int32)
    received = np.full(path.size, 0.5)
    return Script(("centre",), size, label, state.astype(np.int32), spread, received, turns)


def _two_parks(fate: Fate, course: Course) -> Script:
    """Return two parks that a bridge of organisations joins, or that lose it."""
    y, turns = course.years, course.years // 2
    late = np.arange(y) >= turns
    joined = late if fate == "merged" else ~late
    park = np.full(y, course.size)
    size = np.stack([park, park, np.where(joined, BRIDGE * course.size, 0)])
    one, apart = (2, (0, 1)) if fate == "merged" else (0, (1, 2))
    label = np.stack(
        [np.where(joined, one, code) for code in apart] + [np.where(joined, one, -1)]
    )
    return Script(
        ("first", "second", "bridge"), size.astype(np.int64), label.astype(np.int32),
        np.full(y, 2, dtype=np.int32), np.full(y, USUAL_SPREAD), np.full(y, 0.5), turns,
    )  # fmt: skip


def _life_cycle(course: Course) -> Script:
    """Return a quarter of the years in each state, as Menzel and Fornahl describe them."""
    y, s = course.years, course.size
    edge = [0, y // 4, y // 2, 3 * y // 4, y]
    at = np.arange(y, dtype=np.float64)
    knots = [edge[0], edge[1], edge[2], edge[3], y - 1]
    path = np.interp(at, knots, [s / 8, s / 4, 2 * s, 2 * s, s / 2])
    middle = [0, edge[1], (edge[1] + edge[2]) / 2, edge[2], edge[3], y - 1]
    spread = np.interp(at, middle, [0.2, 0.6, 0.8, 0.5, 0.5, 0.1])
    state = np.repeat(np.arange(4), np.diff(edge))
    cycle = _one_seat(np.maximum(path, 3.0), state, spread, turns=-1)
    received = np.linspace(0.25, 0.75, y)
    return Script(cycle.seats, cycle.size, cycle.label, cycle.state, spread, received, -1)


def biographies(
    size: Indices, turnover: float, *, rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """Return first and last year (positions) of each organisation that a seat ever has.

    In every year exactly `size` of them are there; from one year to the next the share
    `turnover` leaves, more where the seat shrinks, and others come in their place.
    """
    first: list[int] = []
    last: list[int] = []
    alive = np.zeros(0, dtype=np.int64)
    for year, wanted in enumerate(size):
        leaving = max(round(turnover * alive.size), alive.size - int(wanted))
        shuffled = rng.permutation(alive)
        for row in shuffled[:leaving]:
            last[row] = year - 1
        entering = int(wanted) - (alive.size - leaving)
        fresh = np.arange(len(first), len(first) + entering)
        first += [year] * entering
        last += [size.size - 1] * entering
        alive = np.concatenate([shuffled[leaving:], fresh])
    return np.array(first, dtype=np.int64), np.array(last, dtype=np.int64)
