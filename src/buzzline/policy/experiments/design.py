"""What an experiment is: cases that share their luck, and contrasts between them, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from buzzline.arrays import Floats
from buzzline.policy.experiments.recorded import Recorded
from buzzline.simulation.changes import Change
from buzzline.simulation.running import Work
from buzzline.simulation.settings import MINIMAL, Settings
from buzzline.simulation.state import State
from buzzline.simulation.world import World

SizeName = Literal["small", "usual", "large"]
Model = Literal["full", "disputed", "minimal"]
Direction = Literal["above", "below", "none", "open"]
ALONE = Work()
BASES: Mapping[Model, Settings] = {
    "full": Settings(), "disputed": Settings(), "minimal": MINIMAL,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Size:
    """How much is simulated: runs of each case, steps of each run, and how large worlds are.

    Attributes
    ----------
    runs : int
    steps : int                 of a quarter
    places : int
    organisations : int         of each place
    """

    runs: int
    steps: int
    places: int
    organisations: int


SIZES: Mapping[SizeName, Size] = {
    "small": Size(runs=6, steps=40, places=4, organisations=12),
    "usual": Size(runs=30, steps=100, places=8, organisations=24),
    "large": Size(runs=100, steps=100, places=12, organisations=60),
}


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One way things could be; all cases of an experiment share their luck, run by run.

    Attributes
    ----------
    name : str                  unique in the experiment, lower case with underscores
    title : str                 as charts and tables write it
    world : callable            (size, seed) to the world it starts in; cases that are to differ
                                in behaviour only share one
    settings : dict             values that differ from the model's, everywhere
    by_place : dict             the same for some places: {parameter: {row number: value}}
    changes : tuple of Change   dated; steps are of a run of 100 and are scaled to its length
    shocks : dict               {step of 100: function that changes the state}, for what no
                                parameter is
    is_dated_by_steps : bool    dates are of the run itself, and are not scaled
    levels : dict               of the factors of the design, for tables: {"trust": "high"}
    """

    name: str
    title: str
    world: Callable[[Size, int], World]
    settings: Mapping[str, float] = field(default_factory=dict)
    by_place: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    shocks: Mapping[int, Callable[[State], None]] = field(default_factory=dict)
    levels: Mapping[str, str | float] = field(default_factory=dict)
    is_dated_by_steps: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is looked at: one number of each run of a case.

    Attributes
    ----------
    name, title, unit : str
    of : callable               what was recorded of a case, to one number a run, (runs,)
    margin : float              differences smaller than this do not matter, in its unit
    better : int                1: more is better, -1: less is, 0: neither
    """

    name: str
    title: str
    unit: str
    of: Callable[[Recorded], Floats]
    margin: float
    better: int = 1


@dataclass(frozen=True, slots=True)
class Contrast:
    """A comparison that the experiment is made for: weights of cases, run by run.

    Attributes
    ----------
    name : str
    asks : str                  the question, one sentence
    weights : dict              {case: weight}; {"a": 1, "b": -1} is a less b, and
                                {"ab": 1, "a": -1, "b": -1, "none": 1} an interaction
    outcome : str               name of the outcome
    claim : str                 what a source claims: "above" 0, "below" 0, "none" (within the
                                margin), or "open" where nobody says
    source : str                whose claim, with the item of the concept map
    """

    name: str
    asks: str
    weights: Mapping[str, float]
    outcome: str
    claim: Direction = "open"
    source: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Playing:
    """How the cases of one experiment are played.

    Attributes
    ----------
    size : Size
    seed : int                  run number i has the same luck in all cases
    model : "full", "disputed" or "minimal"
    outcomes : tuple of Outcome
    work : Work                 processes, and where finished cases are kept
    drawn : sequence of dict    of each run, values of disputed parameters; (): defaults
    """

    size: Size
    seed: int
    model: Model
    outcomes: tuple[Outcome, ...] = ()
    work: Work = ALONE
    drawn: Sequence[Mapping[str, float]] = ()


Player = Callable[[Case, Playing], Mapping[str, Floats]]


@dataclass(frozen=True, slots=True, eq=False)
class Experiment:
    """A question of the literature, put to the simulation.

    Attributes
    ----------
    number : str                "2"; "CJ"
    name : str                  as typed: one or two words with a hyphen
    question, design, rule : str
        What is asked, what is varied, and which result would count as which answer.
    cases : tuple of Case
    outcomes : tuple of Outcome the first is the one of the chart
    contrasts : tuple of Contrast
    limits : str                what it cannot say
    source : str                items of the concept map, and the literature
    play : callable or None     (case, how) to {outcome: (runs,)}, where another model than that
                                of buzzline is run; None: `simulated`
    sizes : dict                where the usual ones do not fit
    """

    number: str
    name: str
    question: str
    design: str
    rule: str
    cases: tuple[Case, ...]
    outcomes: tuple[Outcome, ...]
    contrasts: tuple[Contrast, ...]
    limits: str
    source: str
    play: Player | None = None
    sizes: Mapping[SizeName, Size] = field(default_factory=lambda: SIZES)
