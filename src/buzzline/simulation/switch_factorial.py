"""Which scholarly disagreement matters for this decision?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy.special import stdtr

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags, Floats, as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.progress import Progress, silent
from buzzline.quantities import Cutoff, Runs, Share, Steps
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.simulation.changes import Change
from buzzline.simulation.evaluating import OUTCOMES, USUAL_WORK
from buzzline.simulation.factorial import Effects, factorial_design, factorial_effects
from buzzline.simulation.governing import USUAL, governed
from buzzline.simulation.means import checked_level
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.running import Case, Work, many
from buzzline.simulation.settings import Settings, checked
from buzzline.simulation.starting import world_of_study
from buzzline.simulation.switches import Switch, switches_of
from buzzline.simulation.variety import KINDS
from buzzline.simulation.world import World
from buzzline.tables.study import Study
from buzzline.wording import plural

MATTERS, LITTLE = "matters", "differs little"
BY_LUCK, NOTHING = "not told from luck", "changes nothing here"
ENOUGH = 0.01  # of what all disagreements move: below, one matters little
SHOWN_ALIASES = 4


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be decided, and by which outcome.

    Attributes
    ----------
    outcome : str            a quantity recorded of the whole world
    lever : str              a parameter that a policy changes; "" is the outcome itself
    change : float           by how much
    steps : count            quarters of a year
    """

    outcome: str = "knowledge"
    lever: str = ""
    change: Cutoff = 0.1
    steps: Steps = 20

    def __post_init__(self) -> None:
        if self.outcome not in OUTCOMES:
            raise InvalidArgument(
                f"switch_factorial: there is no outcome {self.outcome!r}; there are "
                f"{', '.join(OUTCOMES)}"
            )
        if self.lever:
            known = PARAMETER.get(self.lever)
            checked(self.lever, known.default if known else 0.0)
        if self.steps < 1:
            raise InvalidArgument("switch_factorial: `steps` must be at least 1")

    def __str__(self) -> str:
        if not self.lever:
            return f"`{self.outcome}` after {plural(self.steps, 'step')}"
        return (
            f"what {self.change:+g} of `{self.lever}` does to `{self.outcome}` after "
            f"{plural(self.steps, 'step')}"
        )

    @property
    def changes(self) -> tuple[Change, ...]:
        """The policy that is decided on, by an intermediary; none where there is no lever."""
        if not self.lever:
            return ()
        return (Change(self.lever, by=self.change, delivery="intermediary"),)


USUAL_DECISION = Decision()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SwitchFactorial:
    """What an outcome, or what a policy does to it, depends on: who is right in which dispute.

    Attributes
    ----------
    switches : DataFrame
        One row a switch, what matters most first: `switch`, `question`, `held_by_a`,
        `held_by_b`, `under_a`, `under_b` (mean outcome if that side is right), `value` (the
        second less the first), `low`, `high`, `level`, `p`, `q`, `share` (of the variance over
        all combinations), `turns` (the policy helps under one side and harms under the other),
        `n` (runs), `status`.
    pairs : DataFrame
        One row a pair, or pairs that are not told apart: `pairs`, `value` (how much more one
        switch does if the other stands on side b rather than a, halved), `low`, `high`,
        `level`, `share`, `n`.
    decision : str
    n_points, runs : int
    level : share
    notes : tuple of str
    """

    switches: pl.DataFrame
    pairs: pl.DataFrame
    decision: str
    n_points: int
    runs: int
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a switch, what matters most first."""
        return self.switches

    def __str__(self) -> str:
        first = self.switches.row(0, named=True)
        n = int((self.switches["status"] == MATTERS).sum())
        verb = "matters" if n == 1 else "matter"
        text = (
            f"{n} of {plural(self.switches.height, 'disagreement')} {verb} for "
            f"{self.decision}. Most does {first['switch']}: {first['question']} "
            f"{first['under_a']:.3g} under one position ({first['held_by_a']}), "
            f"{first['under_b']:.3g} under the other ({first['held_by_b']}); difference "
            f"{first['value']:.2g} [{first['low']:.2g}, {first['high']:.2g}], "
            f"{first['share']:.0%} of what all disagreements move."
        )
        return " ".join([text, *self._turning(), *self.notes])

    def _turning(self) -> tuple[str, ...]:
        found = self.switches.filter((pl.col("status") == MATTERS) & pl.col("turns"))
        if not found.height:
            return ()
        return (f"Whether it helps or harms hangs on {', '.join(found['switch'])}.",)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.switches._repr_html_()}"


@analysis("simulation", "Which scholarly disagreement matters for this decision?")
def switch_factorial(
    study: Study,
    *,
    switches: Sequence[str] | None = None,
    decision: Decision = USUAL_DECISION,
    runs: Runs = 6,
    level: Share = 0.95,
    rng: Seed = None,
    work: Work = USUAL_WORK,
    progress: Progress = silent,
) -> SwitchFactorial:
    """Return how far an outcome depends on who is right in each scholarly disagreement.

    Parameters
    ----------
    study : Study
    switches : codes of switches, or None
        "X1" to "X45" and "X-GCN"; None: all that can make a difference here. One whose sides
        set the lever itself is left out, with a note.
    decision : Decision
        The outcome, the policy and the steps.
    runs : runs
        At every combination; run k has the same luck at all of them.
    level : share
    rng : Generator, int or None
    work : Work

    Returns
    -------
    SwitchFactorial

    Raises
    ------
    InvalidArgument
        A switch, an outcome or a parameter that there is not; only switches that set the lever;
        fewer than 2 runs; a `level` of 0 or 1.
    TooFew
        No organisation has coordinates, or the outcome does not exist at some combination.

    Notes
    -----
    Every switch stands on one of its sides at each point of a two-level factorial design: all
    combinations up to four switches, a half of them for five, a folded-over Hadamard matrix
    beyond (resolution IV: main effects are clear of pairs, pairs are not clear of each other)
    [1]_. An effect is computed within each run, all points of which share their luck; intervals
    are Student's t over runs. They tell luck, not whether the model is right. `share` is the
    effect's part of the variance over points, less what luck adds; what is told from luck but
    has less than a hundredth of it differs little.

    References
    ----------
    .. [1] Box, G.E.P., Hunter, J.S. (1961). The 2^(k-p) fractional factorial designs.
       Technometrics 3(3). doi:10.1080/00401706.1961.10489951

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=200, clusters=2, rng=1).study
    >>> short = Decision(steps=4)
    >>> found = switch_factorial(study, switches=["X2", "X6"], decision=short, runs=2, rng=1)
    >>> found.n_points
    4
    """
    checked_level("switch_factorial", level)
    some, notes = those_that_can(switches, decision)
    design = factorial_design(len(some))
    if runs < 2:
        raise InvalidArgument("switch_factorial: an error needs at least 2 runs (`runs`)")
    outcomes = outcomes_at(
        world_of_study(study), some, design, decision=decision, runs=runs,
        seed=seed_of(rng), work=work, progress=progress,
    )  # fmt: skip
    found = factorial_effects(design, outcomes)
    by_switch = switches_table(some, found, level, has_lever=bool(decision.lever))
    return SwitchFactorial(
        by_switch,
        pairs_table(some, found, level),
        str(decision),
        len(design),
        runs,
        level,
        notes,
    )


def outcomes_at(
    world: World, switches: Sequence[Switch], design: Flags, *, decision: Decision, runs: int,
    seed: int, work: Work = USUAL_WORK, progress: Progress = silent,
) -> Floats:  # fmt: skip
    """Return the outcome at each point of a design, or what the policy does to it.

    Returns
    -------
    (points, runs) float64

    Raises
    ------
    TooFew
        The outcome does not exist at some point.
    """
    work = replace(work, every=decision.steps)  # only the end counts
    settings = [_settings(world, switches, point) for point in design]
    cases = [Case(each) for each in settings]
    if decision.lever:
        cases += [Case(each, governed(decision.changes, world, each)) for each in settings]
    found = many(
        world, cases, steps=decision.steps, runs=runs, rng=seed, work=work, progress=progress
    )
    ends = np.stack([found.at(decision.outcome, case=case) for case in range(len(cases))])
    if not np.isfinite(ends).all():
        raise TooFew(
            f"switch_factorial: `{decision.outcome}` does not exist at every combination (say, "
            "nobody is left, or there is no tie); use another outcome"
        )
    return ends[len(design) :] - ends[: len(design)] if decision.lever else ends


def _settings(world: World, switches: Sequence[Switch], point: Flags) -> Settings:
    settings = world.settings
    for switch, second in zip(switches, point, strict=True):
        settings = switch.applied(settings, "b" if second else "a")
    return settings


def those_that_can(
    codes: Sequence[str] | None, decision: Decision
) -> tuple[tuple[Switch, ...], tuple[str, ...]]:
    """Return the switches asked for; of all, those that can do anything in a study.

    A switch of which a side sets the very parameter that the policy moves tells how much of it
    there is already, not what it does: under one side the policy has no room. It is left out.
    """
    asked, notes = switches_of(codes), list[str]()
    some = tuple(one for one in asked if decision.lever not in one.parameters)
    if len(some) < len(asked):
        same = ", ".join(one.code for one in asked if one not in some)
        moved = f"`{decision.lever}`, which the policy moves"
        notes.append(f"Left out: {same} (its sides set {moved}).")
        if not some:
            raise InvalidArgument(
                f"switch_factorial: the sides of {same} set {moved}; ask about other switches, "
                "or about another lever"
            )
    if codes is not None:
        return some, tuple(notes)
    idle = set(KINDS) | (set() if decision.lever else set(USUAL))
    left_out = [one.code for one in some if set(one.parameters) <= idle]
    kept = tuple(one for one in some if one.code not in left_out)
    why = "industries are facts here" + ("" if decision.lever else ", and there is no policy")
    return kept, (*notes, f"Left out: {', '.join(left_out)} ({why}).")


def switches_table(
    some: Sequence[Switch], found: Effects, level: float, *, has_lever: bool
) -> pl.DataFrame:
    """Return one row a switch, what matters most first."""
    reach = found.margin(level) * found.main_error
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(found.main) / found.main_error
    p = np.where(found.main == 0, 1.0, 2 * (1 - stdtr(found.runs - 1, t)))
    q = false_discovery_q(as_floats(p))
    return pl.DataFrame({
        "switch": [one.code for one in some], "question": [one.question for one in some],
        "held_by_a": [one.held_by_a for one in some],
        "held_by_b": [one.held_by_b for one in some],
        "under_a": found.first, "under_b": found.second, "value": found.main,
        "low": found.main - reach, "high": found.main + reach,
        "level": [level] * len(some), "p": p, "q": q, "share": found.share,
        "turns": (found.first * found.second < 0) & has_lever, "n": [found.runs] * len(some),
        "status": [
            _status(*each, level)
            for each in zip(found.main, q, found.share, strict=True)
        ],
    }).sort(pl.col("value").abs(), descending=True, maintain_order=True)  # fmt: skip


def _status(effect: float, q: float, share: float, level: float) -> str:
    if effect == 0:
        return NOTHING
    if q > 1 - level:
        return BY_LUCK
    return MATTERS if share >= ENOUGH else LITTLE


def pairs_table(some: Sequence[Switch], found: Effects, level: float) -> pl.DataFrame:
    """Return one row a pair of switches, or pairs that the design does not tell apart."""
    reach = found.margin(level) * found.pair_error
    names = []
    for group in found.pairs:
        said = [f"{some[i].code} x {some[j].code}" for i, j in group[:SHOWN_ALIASES]]
        more = len(group) - len(said)
        names.append(" = ".join(said) + (f" = {more} more" if more else ""))
    return pl.DataFrame({
        "pairs": pl.Series(names, dtype=pl.String), "value": found.pair,
        "low": found.pair - reach, "high": found.pair + reach,
        "level": pl.Series([level] * len(names), dtype=pl.Float64), "share": found.pair_share,
        "n": pl.Series([found.runs] * len(names), dtype=pl.Int64),
    }).sort(pl.col("value").abs(), descending=True, maintain_order=True)  # fmt: skip
