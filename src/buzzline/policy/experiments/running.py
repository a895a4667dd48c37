"""What does the simulation say about a question of the literature?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument
from buzzline.policy.experiments.contrasting import (
    cases_table,
    contrasts_table,
    factors_table,
    runs_table,
)
from buzzline.policy.experiments.design import (
    ALONE,
    Experiment,
    Model,
    Playing,
    Size,
    SizeName,
)
from buzzline.policy.experiments.doubting import disputed_values, doubts_table
from buzzline.policy.experiments.keeping import kept_or_played
from buzzline.policy.experiments.playing import simulated
from buzzline.policy.experiments.registry import EXPERIMENTS
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Count, Share
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.running import Work
from buzzline.wording import plural


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ExperimentFindings:
    """What an experiment found.

    Attributes
    ----------
    contrasts : DataFrame
        One row a contrast, in the order of the experiment: `contrast`, `asks`, `outcome`,
        `unit`, `value` (paired difference, mean of runs), `low`, `high`, `level`, `n`, `p`,
        `q`, `run_low`, `run_high`, `same_sign`, `margin`, `within`, `finding`, `claim`,
        `answer`, `source`.
    cases : DataFrame           one row a case and outcome: `value`, `low`, `high`
    factors : DataFrame         one row a case and factor: `factor`, `at`
    runs : DataFrame            one row a case, outcome and run
    doubts : DataFrame
        Where disputed parameters were drawn: one row a contrast and parameter that tells most
        whether anything matters.
    name, number, question, design, rule, limits, source : str
    model : "full", "disputed" or "minimal"
    n_runs, n_steps : int
    level : share
    """

    contrasts: pl.DataFrame
    cases: pl.DataFrame
    factors: pl.DataFrame
    runs: pl.DataFrame
    doubts: pl.DataFrame
    name: str
    number: str
    question: str
    design: str
    rule: str
    limits: str
    source: str
    model: str
    n_runs: int
    n_steps: int
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a contrast, in the order of the experiment."""
        return self.contrasts

    def __str__(self) -> str:
        said = [_sentence(row) for row in self.contrasts.to_dicts()]
        drawn = (
            "Disputed parameters were drawn anew in each run, so intervals hold over the "
            "dispute as well."
            if self.doubts.height
            else "Intervals are over luck at one set of parameters; they say nothing of "
            "whether the model is right."
        )
        first = (
            f"Experiment {self.number}: {self.question} {plural(self.n_runs, 'run')} of each "
            f"case, {plural(self.n_steps, 'step')}, {self.model} model, same luck in all cases."
        )
        return " ".join([first, *said, drawn, *([self.limits] if self.limits else [])])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.contrasts._repr_html_()}"


@analysis("policy", "What does the simulation say about a question of the literature?")
def experiment(
    *,
    name: str = "copies",
    size: SizeName = "usual",
    runs: Count | None = None,
    model: Model = "full",
    level: Share = 0.95,
    work: Work = ALONE,
    rng: Seed = None,
    progress: Progress = silent,
) -> ExperimentFindings:
    """Run a named experiment: cases that share their luck, and the contrasts that decide.

    Parameters
    ----------
    name : str
        Of the experiment, such as copies, medellin or costa-rica; a wrong name lists them all.
    size : "small", "usual" or "large"
        Runs of each case, steps of a run, and how large worlds are: to try, to report, to be
        sure.
    runs : count, optional
        Of each case, instead of what `size` says.
    model : "full", "disputed" or "minimal"
        All mechanisms; the same with all disputed parameters drawn anew in each run within the
        range of positions, to see where in it nothing matters; or time, learning, monitoring,
        search, trust and demand only. What an experiment varies is there in all.
    level : share
    work : Work
        Processes, and a folder for finished cases: an interrupted experiment goes on from
        there.
    rng : Generator, int or None

    Returns
    -------
    ExperimentFindings

    Raises
    ------
    InvalidArgument
        No such experiment; a `level` of 0 or 1.
    UnwritableOutput
        No room in the folder; finished cases stay.

    Notes
    -----
    Run i has the same luck in all cases: each draw is a function of run, mechanism, step and
    birth, so that cases differ by what they change only [1]_. A contrast is the mean over runs
    of weighted cases with Student's t interval; `none` means the whole interval lies within the
    margin that the experiment names, and `perhaps above` or `perhaps below` that the interval
    is on one side of 0 but `q`, with all contrasts counted, is above 1 - `level`.

    References
    ----------
    .. [1] Glasserman, P., Yao, D. (1992). Some guidelines and guarantees for common random
       numbers. Management Science 38(6). doi:10.1287/mnsc.38.6.884

    Examples
    --------
    >>> found = experiment(name="copies", size="small", runs=3, rng=1)
    >>> found.number, found.n_runs
    ('2', 3)
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"experiment: `level` must be between 0 and 1, got {level:g}")
    asked = experiment_of(name)
    chosen = asked.sizes[size]
    return run_of(
        asked, chosen if runs is None else replace(chosen, runs=runs), model=model,
        level=level, work=work, rng=rng, progress=progress,
    )  # fmt: skip


def experiment_of(name: str) -> Experiment:
    """Return the experiment with a name or number.

    Raises
    ------
    InvalidArgument
        There is none; the message lists those there are.
    """
    for one in EXPERIMENTS:
        if name in (one.name, one.number):
            return one
    known = "; ".join(f"{one.name} ({one.number}): {one.question}" for one in EXPERIMENTS)
    raise InvalidArgument(f"experiment: there is no {name!r}. There are {known}")


def run_of(
    asked: Experiment,
    size: Size,
    *,
    model: Model = "full",
    level: Share = 0.95,
    work: Work = ALONE,
    rng: Seed = None,
    progress: Progress = silent,
) -> ExperimentFindings:
    """Run an experiment of one's own.

    Parameters
    ----------
    asked : Experiment
    size : Size
    model, level, work, rng
        As in `experiment`.
    """
    seed = seed_of(rng)
    drawn = disputed_values(seed, size.runs) if model == "disputed" else []
    how = Playing(size, seed, model, asked.outcomes, work, drawn)
    play = simulated if asked.play is None else partial(kept_or_played, play=asked.play)
    each = f"cases of {plural(size.runs, 'run')} of {plural(size.steps, 'step')}"
    found = {
        case.name: _checked(play(case, how), asked, how)
        for case in told(progress, f"experiment {asked.name}: {each}", asked.cases)
    }
    return ExperimentFindings(
        contrasts=contrasts_table(asked, found, level), cases=cases_table(asked, found, level),
        factors=factors_table(asked), runs=runs_table(asked, found),
        doubts=doubts_table(asked, found, drawn), name=asked.name, number=asked.number,
        question=asked.question, design=asked.design, rule=asked.rule, limits=asked.limits,
        source=asked.source, model=model, n_runs=size.runs, n_steps=size.steps, level=level,
    )  # fmt: skip


def _checked(found: Mapping[str, Floats], asked: Experiment, how: Playing) -> dict[str, Floats]:
    for outcome in asked.outcomes:
        values = np.asarray(found[outcome.name])
        assert values.shape == (how.size.runs,), f"{asked.name}: {outcome.name} {values.shape}"
    return dict(found)


def _sentence(row: Mapping[str, object]) -> str:
    """Return what one contrast says, in words."""
    said = {
        "as claimed": "as claimed", "not as claimed": "not as claimed",
        "cannot tell": "these runs cannot tell", "nobody claims": "",
        "does not act here": "what is varied does not act in this model",
    }[str(row["answer"])]  # fmt: skip
    finding = {
        "above": "more", "below": "less", "perhaps above": "perhaps more",
        "perhaps below": "perhaps less", "none": f"no difference beyond {row['margin']:g}",
        "exactly none": "exactly the same", "open": "open", "too few runs": "too few runs",
    }[str(row["finding"])]  # fmt: skip
    value, low, high = row["value"], row["low"], row["high"]
    ends = "" if low is None else f" [{low:+.3g}, {high:+.3g}]"
    number = "" if value is None else f" ({value:+.3g}{ends} {row['unit']})"
    by = f"; {said}" if said else ""
    who = f" by {row['source']}" if said.endswith("claimed") and row["source"] else ""
    return f"{row['asks']} {finding.capitalize()}{number}{by}{who}."
