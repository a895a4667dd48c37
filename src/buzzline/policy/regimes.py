"""Regimes of regional policy: the same levers, aimed in different ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from buzzline.arrays import as_floats
from buzzline.policy.policy import Policy, together
from buzzline.policy.shelf import lever_of
from buzzline.simulation.changes import Who
from buzzline.simulation.world import World

Aim = Callable[[World, Sequence[int]], tuple[int, ...]]


def everywhere(world: World, asked: Sequence[int]) -> tuple[int, ...]:
    """Return the places asked about, all where none is."""
    return tuple(asked) or tuple(range(world.places.n))


def weakest(world: World, asked: Sequence[int]) -> tuple[int, ...]:
    """Return the half of the places asked about with fewest jobs to people."""
    places = np.array(everywhere(world, asked))
    strong = jobs_to_people(world)[places]
    return tuple(int(r) for r in places[np.argsort(strong, kind="stable")][: _half(places)])


def strongest(world: World, asked: Sequence[int]) -> tuple[int, ...]:
    """Return the half with most jobs to people."""
    places = np.array(everywhere(world, asked))
    strong = jobs_to_people(world)[places]
    return tuple(int(r) for r in places[np.argsort(-strong, kind="stable")][: _half(places)])


def jobs_to_people(world: World) -> np.ndarray:
    """Return jobs of organisations to people of places; (r,)."""
    jobs = np.bincount(world.place, world.jobs, world.places.n)
    people = world.places.population
    return as_floats(np.divide(jobs, people, out=jobs.astype(float), where=people > 0))


def _half(places: np.ndarray) -> int:
    return max(1, len(places) // 2)


@dataclass(frozen=True, slots=True, eq=False)
class Regime:
    """A way of doing regional policy.

    Attributes
    ----------
    name, title : str
    levers : tuple of str       codes
    aim : callable              which places, of those asked about
    who : str                   among organisations
    reach : float or None       None: as on the shelf
    strength : float            multiple of the doses
    source : str
    """

    name: str
    title: str
    levers: tuple[str, ...]
    aim: Aim = field(default=everywhere)
    who: Who = "all"
    reach: float | None = None
    strength: float = 1.0
    source: str = "Bathelt 2019 (0.2)"

    def policy(self, world: World, places: Sequence[int], *, start: int, stop: int) -> Policy:
        """Return the regime as a policy in a world.

        Parameters
        ----------
        world : World
        places : sequence of int
            Asked about; () is all.
        start, stop : int [steps]
        """
        reached = self.aim(world, places)
        parts = [
            lever_of(code).policy(
                places=reached, start=start, stop=stop, reach=self.reach,
                strength=self.strength, who=self.who,
            )
            for code in self.levers
        ]  # fmt: skip
        whole = together(self.name, parts, self.title)
        return whole if parts else Policy(self.name, self.title, source=self.source)


REGIMES: tuple[Regime, ...] = (
    Regime("laissez_faire", "Laissez-faire", (), source="Bathelt 2019 (0.2): USA"),
    Regime("directed", "Directed: the state seeds parks", ("P6", "P17", "P16"), weakest,
           strength=1.5, source="Bathelt 2019 (0.2): China; Bathelt and Zhao 2016 (2.20)"),
    Regime("equalising", "By rule, equalising", ("P11", "P17", "P8"), weakest,
           source="Bathelt 2019 (0.2): Germany; Maskell (4.105)"),
    Regime("facilitating", "Following the market, facilitating", ("P4", "P5", "P1"), reach=0.3,
           source="Maskell, Wolfe (4.88); X25"),
    Regime("pick_winners", "Picking winners", ("P5", "P11", "P9"), strongest, "largest", 0.2,
           1.5, source="Wolfe (4.106); X34"),
    Regime("supply_chain", "Indirectly, by the supply chain", ("P7", "P8", "P3"), reach=0.3,
           source="J. Smith, Landry (4.106); X34"),
)  # fmt: skip
REGIME = {regime.name: regime for regime in REGIMES}
