"""Does the simulation bring forth what is known to be so?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Runs, Share
from buzzline.randomness import Seed, seed_of
from buzzline.simulation.means import checked_level, ends_said
from buzzline.simulation.pools import spread_out
from buzzline.simulation.running import Work
from buzzline.simulation.settings import Settings
from buzzline.simulation.stylised_facts_measures import (
    MEASURES,
    WORST_FIRST,
    OneRun,
    estimated,
    measured,
    verdict_of,
)
from buzzline.simulation.stylised_facts_runs import world_like
from buzzline.simulation.stylised_facts_table import Fact, facts_of
from buzzline.simulation.typed_settings import typed_settings
from buzzline.space.threads import thread_count
from buzzline.wording import plural

NOT_HERE = "not in the model"
ENOUGH_FOR_PROCESSES = 60  # runs of facts; to start processes takes some seconds
ALONE = Work()
OF_PART = {
    "part": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "n": pl.Int64, "unit": pl.String, "target_low": pl.Float64,
    "target_high": pl.Float64, "verdict": pl.String,
}  # fmt: skip
OF_FACT = {
    "number": pl.Int64, "fact": pl.String, "verdict": pl.String, "target": pl.String,
    "part": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "n": pl.Int64, "unit": pl.String, "target_low": pl.Float64,
    "target_high": pl.Float64, "fitted": pl.String, "beyond": pl.String, "how": pl.String,
    "tag": pl.String, "source": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class StylisedFacts:
    """Which stylised facts the simulation reproduces.

    Attributes
    ----------
    facts : DataFrame
        One row a fact: `number`, `fact`, `verdict` ("pass", "fail", "cannot tell", "not in the
        model"), `target`, and of the part that decides `part`, `value`, `low`, `high`,
        `level`, `n` (runs), `unit`, `target_low`, `target_high`; `fitted` (parameters set for
        it, so that it is no test), `beyond` (what of it is not measured), `how`, `tag`,
        `source`.
    parts : DataFrame
        One row a fact and part of it; all must hold.
    settings : str                 what was set otherwise
    level : share
    """

    facts: pl.DataFrame
    parts: pl.DataFrame
    settings: str
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a fact, in the order of the literature."""
        return self.facts

    def numbers(self, verdict: str) -> list[int]:
        """Return the numbers of facts with a verdict."""
        found: list[int] = self.facts.filter(verdict=verdict)["number"].to_list()
        return found

    def __str__(self) -> str:
        passed = self.facts.filter(verdict="pass")
        fitted = passed.filter(pl.col("fitted") != "")["number"].to_list()
        set_for = f" ({_listed(fitted)} because parameters were set for it)" if fitted else ""
        other = [
            f"{verdict}: {_listed(self.numbers(verdict))}"
            for verdict in ("fail", "cannot tell", NOT_HERE)
            if self.numbers(verdict)
        ]
        where = f" with {self.settings}" if self.settings else " at its defaults"
        return (
            f"The model{where} reproduces {passed.height} of "
            f"{plural(self.facts.height, 'stylised fact')}{set_for}. "
            f"{self._first()}{'; '.join([*other]).capitalize()}{'.' if other else ''} "
            "A pass says that the model can, not that it is right."
        ).replace("  ", " ")

    def _first(self) -> str:
        told = self.facts.filter(pl.col("value").is_not_null())
        if told.is_empty():
            return ""
        row = told.row(0, named=True)
        return (
            f"Fact {row['number']}, {row['part']}: {row['value']:.3g} "
            f"{ends_said(row['low'], row['high'], '.3g')} {row['unit']}, {row['verdict']}. "
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.facts._repr_html_()}"


def bounds_said(low: float | None, high: float | None) -> str:
    """Return a target in words.

    Examples
    --------
    >>> bounds_said(None, 0.0), bounds_said(1.0, None), bounds_said(0.1, 0.2)
    ('below 0', 'above 1', '0.1 to 0.2')
    """
    if low is None or high is None:
        return f"below {high:g}" if low is None else f"above {low:g}"
    return f"{low:g} to {high:g}"


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


@analysis("simulation", "Does the simulation bring forth what is known to be so?")
def stylised_facts(
    *,
    facts: Sequence[Count] = (),
    settings: Sequence[str] = (),
    runs: Runs = 30,
    level: Share = 0.95,
    work: Work = ALONE,
    rng: Seed = None,
    progress: Progress = silent,
) -> StylisedFacts:
    """Hold the simulation against stylised facts of the literature.

    Parameters
    ----------
    facts : sequence of count
        Numbers of facts, 1 to 26; () is all.
    settings : sequence of str
        "minimal" or "parameter=value", as for `simulate`; without them the defaults.
    runs : count
        Of each fact; run k has the same luck in all worlds that are compared.
    level : share
    work : Work
        Processes. Finished runs are not kept, so a `folder` is refused.
    rng : Generator, int or None

    Returns
    -------
    StylisedFacts

    Raises
    ------
    InvalidArgument
        No such fact or parameter; a value in one place; a `folder`; a `level` of 0 or 1.

    Notes
    -----
    Pattern-oriented: a model that brings forth many patterns at once, for none of which it was
    made, is worth more than one that fits one well [1]_. Each fact is one number or more, each
    with a target. It passes where all intervals lie within their targets, fails where one lies
    beside its target, and cannot be told in between. Worlds that are compared share their luck
    run by run, and intervals leave out one run after the other. Verdicts are of each fact by
    itself: of twenty facts that hold just on the edge, one fails by luck.

    Nothing was tuned for a pass. `fitted` names parameters that were set for a fact before, so
    that it is no test of the model.

    References
    ----------
    .. [1] Grimm, V. et al. (2005). Pattern-oriented modeling of agent-based complex systems.
       Science 310. doi:10.1126/science.1116681

    Examples
    --------
    >>> found = stylised_facts(facts=(9, 21), runs=3, rng=1)
    >>> found.facts["verdict"][0]
    'not in the model'
    """
    chosen = facts_of(tuple(facts))
    checked_level("stylised_facts", level)
    if work.folder is not None:
        raise InvalidArgument("stylised_facts: finished runs are not kept; leave `folder` out")
    given = typed_settings(settings, world_like().places)
    if given.by_place:
        raise InvalidArgument(
            "stylised_facts: facts are looked for in many worlds, so a setting holds "
            f"everywhere; leave out @ in {', '.join(settings)}"
        )
    found = measurements(
        [one.number for one in chosen if one.parts], given, runs=runs, rng=rng, work=work,
        progress=progress,
    )  # fmt: skip
    parts = [row for fact in chosen if fact.parts for row in _parts(fact, found, level)]
    rows = [_of_fact(fact, [one for one in parts if one["number"] == fact.number])
            for fact in chosen]  # fmt: skip
    return StylisedFacts(
        _frame(rows, OF_FACT), _frame(parts, {"number": pl.Int64, **OF_PART}),
        ", ".join(settings), level,
    )  # fmt: skip


def measurements(
    numbers: Sequence[int], given: Settings, *, runs: int, rng: Seed = None,
    work: Work = ALONE, progress: Progress = silent,
) -> dict[int, tuple[Floats, ...]]:  # fmt: skip
    """Return what runs give for each part of facts; a (runs, m) array a part.

    Parameters
    ----------
    numbers : sequence of int
    given : Settings
    runs : int
    rng, work, progress : as for `stylised_facts`
    """
    seed = seed_of(rng)
    tasks = [OneRun(number, given, seed, run) for number in numbers for run in range(runs)]
    enough = len(tasks) >= ENOUGH_FOR_PROCESSES
    workers = work.workers or (thread_count() if enough else 1)
    done = []
    progress("facts, run by run", 0, len(tasks))
    for one in spread_out(measured, tasks, workers=workers, pool=work.pool):
        done.append(one)
        progress("facts, run by run", len(done), len(tasks))
    return {
        number: tuple(
            np.stack(part) for part in zip(*done[at * runs : (at + 1) * runs], strict=True)
        )
        for at, number in enumerate(numbers)
    }


def _parts(
    fact: Fact, found: Mapping[int, tuple[Floats, ...]], level: float
) -> list[dict[str, Any]]:
    rows = []
    statistics = MEASURES[fact.number][1]
    for part, values, statistic in zip(fact.parts, found[fact.number], statistics, strict=True):
        value, low, high = estimated(values, statistic, level)
        rows.append({
            "number": fact.number, "part": part.name, "value": value, "low": low, "high": high,
            "level": level, "n": len(values), "unit": part.unit, "target_low": part.low,
            "target_high": part.high, "verdict": verdict_of(part, low, high),
        })  # fmt: skip
    return rows


def _of_fact(fact: Fact, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the row of a fact with the part that decides: the first of the worst verdict."""
    said = {
        name: getattr(fact, name)
        for name in ("number", "fact", "target", "fitted", "beyond", "how", "tag", "source")
    }
    if not parts:
        return said | {"verdict": NOT_HERE}
    worst = min(parts, key=lambda part: WORST_FIRST.index(part["verdict"]))
    return dict(worst) | said


def _frame(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    frame = pl.DataFrame(columns, schema=dict(schema)).fill_nan(None)
    ends = [pl.when(pl.col(name).is_finite()).then(name) for name in OF_PART
            if name in ("target_low", "target_high")]  # fmt: skip
    return frame.with_columns(ends)
