"""Experiment 6: specialise or diversify, and on an existing or a new base."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from buzzline.arrays import Codes, as_codes, as_floats
from buzzline.policy.experiments.design import Case, Contrast, Direction, Experiment, Size
from buzzline.policy.experiments.outcomes import KNOWLEDGE, OUTPUT
from buzzline.policy.experiments.weighing import Logged, logged
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.state import State
from buzzline.simulation.variety import varied
from buzzline.simulation.world import World

INDUSTRIES = 5  # on a circle, as what they know is
NEAR, APART = 0.5, 0.1  # relatedness of neighbours
JOBS = 12.0  # of everybody
NEWCOMERS = 0.25  # of the organisations of a place
BASE = {"existing": 0, "related": 1, "unrelated": 2}  # industry of newcomers
NEWCOMERS_KNOW = 0.5  # of what is usual: a base that is still to be built
HIT = 60  # of a run of 100 steps
HIT_CATEGORIES = (9, 0, 1)  # what the first industry knows most of
LEFT = 0.3  # of what they were worth
SHORTLY_AFTER = 0.68
MIXES = {"specialised": (0, 0), "related": (1, 0), "unrelated": (0, 1), "both": (1, 1)}
TITLES = {"specialised": "one industry", "related": "related industries",
          "unrelated": "unrelated industries", "both": "all industries"}  # fmt: skip
WORLDS = {"usual": "", "scale": "strong scale economies", "fit": "strict institutions",
          "apart": "industries far apart"}  # fmt: skip
SETTINGS = {"usual": {}, "scale": {"agglomeration": 0.2}, "fit": {"institution_fit": 1.0},
            "apart": {}}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Mixed:
    """A place with a mix of industries among places that have all of them.

    Attributes
    ----------
    related, unrelated : float [share]      of its variety
    relatedness : float [share]             of neighbours on the circle of industries
    newcomers : int or None                 industry of a quarter more organisations; None: none
    """

    related: float
    unrelated: float
    relatedness: float = NEAR
    newcomers: int | None = None

    def __call__(self, size: Size, seed: int) -> World:
        """Return the world."""
        more = 0 if self.newcomers is None else newcomers_among(size.organisations)
        numbers = [size.organisations + more] + [size.organisations] * (size.places - 1)
        world = world_of_settings(size.places, numbers, INDUSTRIES, focal=(0,), rng=seed)
        world = replace(world, related=circle(INDUSTRIES, self.relatedness),
                        jobs=as_floats(np.full(world.n, JOBS)))  # fmt: skip
        return replace(world, industry=self._industries(world, more))

    def _industries(self, world: World, more: int) -> Codes:
        """Return the mix of the first place; all others have every industry."""
        mixes = {"related_variety": self.related, "unrelated_variety": self.unrelated}
        industry = world.industry.copy()
        here = np.flatnonzero(world.place == 0)
        industry[here] = varied(world, Settings(mixes)).industry[here]
        if self.newcomers is not None:
            industry[here[here.size - more :]] = self.newcomers
        return as_codes(industry)


def newcomers_among(organisations: int) -> int:
    """Return how many newcomers come to so many.

    Examples
    --------
    >>> newcomers_among(24)
    6
    """
    return max(1, round(NEWCOMERS * organisations))


def circle(n: int, near: float) -> np.ndarray:
    """Return relatedness that falls with steps along a circle; (n, n) float64.

    Examples
    --------
    >>> circle(5, 0.5)[0].tolist()
    [1.0, 0.5, 0.25, 0.25, 0.5]
    """
    steps = np.abs(np.arange(n)[:, None] - np.arange(n)[None, :])
    return as_floats(near ** np.minimum(steps, n - steps))


def begin_with_little(state: State) -> None:
    """Let newcomers of the first place know less: the last quarter of those there."""
    here = np.flatnonzero(state.alive & (state.place == 0))
    usual = np.count_nonzero(state.place[state.alive] == 1)  # what the first had without
    state.knowledge[here[usual:]] *= NEWCOMERS_KNOW


def demand_falls(state: State) -> None:
    """Let what the first industry knows most of lose its worth."""
    state.value[list(HIT_CATEGORIES)] *= LEFT


def _case(mix: str, world: str) -> Case:
    levels: dict[str, str | float] = {
        "mix": TITLES[mix], "related variety": MIXES[mix][0],
        "unrelated variety": MIXES[mix][1], "world": WORLDS[world] or "usual",
    }  # fmt: skip
    title = f"{TITLES[mix]}, {WORLDS[world]}" if WORLDS[world] else TITLES[mix]
    made = Mixed(*MIXES[mix], APART if world == "apart" else NEAR)
    return Case(f"{mix}_{world}", title, made, settings=SETTINGS[world], levels=levels)


def _hit(mix: str) -> Case:
    return Case(
        f"{mix}_hit", f"{TITLES[mix]}, demand falls", Mixed(*MIXES[mix]),
        shocks={HIT: demand_falls},
        levels={"mix": TITLES[mix], "world": "demand of the first industry falls"},
    )  # fmt: skip


def _based(name: str) -> Case:
    return Case(
        f"base_{name}", f"newcomers on a base that is {name}",
        Mixed(0, 0, newcomers=BASE[name]), shocks={0: begin_with_little},
        levels={"mix": TITLES["specialised"], "newcomers": name},
    )  # fmt: skip


CASES = (
    *(_case(mix, world) for world in WORLDS for mix in MIXES),
    *(_hit(mix) for mix in MIXES),
    *(_based(name) for name in BASE),
)
EACH = logged("each", "output of the place", Logged("output"), margin=2.0)
AFTER = logged("after", "output of the place, two years after demand fell",
               Logged("output", when=SHORTLY_AFTER), margin=2.0)  # fmt: skip


def _less(name: str, asks: str, plus: str, minus: str, outcome: str = OUTPUT.name,
          *, claim: Direction = "open", source: str = "") -> Contrast:  # fmt: skip
    return Contrast(name, asks, {plus: 1, minus: -1}, outcome, claim, source)


def _more(world: str, asks: str, source: str = "") -> Contrast:
    """By how much more specialised places lead in a world than in the usual one."""
    return Contrast(
        f"specialising_pays_more_{world}", asks,
        {f"specialised_{world}": 1, f"both_{world}": -1, "specialised_usual": -1,
         "both_usual": 1}, OUTPUT.name, "above" if source else "open", source,
    )  # fmt: skip


def _dampens(mix: str, source: str) -> Contrast:
    """How much less a mix loses than one industry does, shortly after."""
    return Contrast(
        f"{mix}_dampens", f"Do {TITLES[mix]} lose less when demand falls than one industry?",
        {f"{mix}_hit": 1, f"{mix}_usual": -1, "specialised_hit": -1, "specialised_usual": 1},
        AFTER.name, "above", source,
    )  # fmt: skip


FRENKEN = "Frenken et al. 2007"
SPECIALISE_OR_DIVERSIFY = Experiment(
    number="6",
    name="variety",
    question="Specialise or diversify, and on an existing or a new base?",
    design=(
        "A place of one industry, three related, three unrelated, or all five, among places "
        "that have all; with usual or strong scale economies (elasticity 0.055 or 0.2), usual "
        "or strict institutions (half or all of earnings lost where they do not fit), and "
        "industries near each other or apart. Demand for what the first industry knows falls "
        "by 70 % at 60 of 100 steps. A quarter of newcomers, who know half, in the existing, "
        "a related or an unrelated industry."
    ),
    rule=(
        "Specialising pays if one industry ends above all five in output; related variety is "
        "best for learning if it ends above both in knowledge; variety is an insurance if it "
        "loses less when demand falls; a new base is worse if newcomers bring the place less "
        "there than in its own industry."
    ),
    cases=CASES,
    outcomes=(OUTPUT, KNOWLEDGE, EACH, AFTER),
    contrasts=(
        _less("specialising", "Does one industry earn more than all five?",
              "specialised_usual", "both_usual"),
        _less("specialised_knowledge", "Does it know more?", "specialised_usual", "both_usual",
              KNOWLEDGE.name),
        _less("related_learns", "Do related industries know more than one?", "related_usual",
              "specialised_usual", KNOWLEDGE.name, claim="above", source="Lorenzen (4.127)"),
        _less("related_learns_more_than_all", "And more than all five?", "related_usual",
              "both_usual", KNOWLEDGE.name, claim="above", source="Lorenzen (4.127)"),
        _less("related_or_unrelated", "Do related industries know more than unrelated ones?",
              "related_usual", "unrelated_usual", KNOWLEDGE.name,
              claim="above", source="Dei Ottati (4.127)"),
        _less("related_earns", "Do related industries earn more than unrelated ones?",
              "related_usual", "unrelated_usual", claim="above", source=FRENKEN),
        _more("scale", "Does specialising pay more with strong scale economies?",
              "Lorenzen (4.127)"),
        _more("fit", "Does specialising pay more where institutions are strict?",
              "Maskell, Lorenzen (4.86)"),
        _more("apart", "Does specialising pay more where industries are far apart?"),
        _dampens("related", "balance: Malmberg (4.127)"),
        _dampens("unrelated", FRENKEN),
        _less("related_base", "Do newcomers bring more in a related than in the existing "
              "industry?", "base_related", "base_existing", EACH.name),
        _less("new_base", "Do newcomers bring less in an unrelated than in the existing "
              "industry?", "base_unrelated", "base_existing", EACH.name,
              claim="below", source="Bathelt (0.26); Maskell (4.90)"),
        _less("new_base_knowledge", "Does the place know less with them?", "base_unrelated",
              "base_existing", KNOWLEDGE.name,
              claim="below", source="Bathelt (0.26); Maskell (4.90)"),
    ),
    limits=(
        "What an industry is about, and whether it has a future, is luck here, so that a place "
        "of one industry wins or loses with it: single runs differ far more than means. All "
        "have the same jobs; transport costs are not modelled."
    ),
    source="Concept map 0.26, 4.127, 4.90; switches X24, X27, X41; stylised fact 18.",
)  # fmt: skip
