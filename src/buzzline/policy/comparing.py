"""Which policy brings growth, and to whom?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.errors import InvalidArgument
from buzzline.policy.asking import default_policies, policies_asked
from buzzline.policy.comparison import effects_in_world, policies_in_world
from buzzline.policy.costing import within_budget
from buzzline.policy.experiments.design import ALONE
from buzzline.policy.policy import Policy
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Ratio, Years
from buzzline.randomness import Seed
from buzzline.simulation.rates import STEPS_A_YEAR
from buzzline.simulation.running import Work
from buzzline.simulation.starting import world_of_study
from buzzline.simulation.world import World
from buzzline.tables.study import Study
from buzzline.wording import plural

LEVEL = 0.95
SAID = 3  # policies named in the sentence
THOUSAND = 1000.0  # thousand euros in a million


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PolicyComparison:
    """What policies change, against the same worlds without them.

    Attributes
    ----------
    effects : DataFrame
        One row a policy and outcome: `policy`, `title`, `outcome`, `kind` (growth, inequality,
        others), `unit`, `value` (paired, mean of runs), `low`, `high`, `level`, `n`, `p`, `q`,
        `run_low`, `run_high`, `same_sign`, `margin`, `within`, `finding`, `verdict`,
        `without` (the level without the policy). Policies stand in the order of growth of
        income.
    policies : DataFrame
        One row a policy: `changes`, `places`, `n_reached`, `years`, `cost_low`, `cost_high`
        (thousand euros in all), `cost_per_percent_low`, `cost_per_percent_high` (of income,
        where it surely grows), `n_other_events` (runs in which others enter or leave than
        without), `status`, `source`.
    places : DataFrame
        One row a policy and place: what it changes in income there.
    n_runs : int
    years : tuple of int        begins, ends, end of the simulation
    level : share
    notes : tuple of str        what the study did not tell
    aimed : str                 which policies act everywhere, and how to aim them
    """

    effects: pl.DataFrame
    policies: pl.DataFrame
    places: pl.DataFrame
    n_runs: int
    years: tuple[int, ...]
    level: float
    notes: tuple[str, ...] = ()
    aimed: str = ""
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a policy and outcome, most growth of income first."""
        return self.effects

    def __str__(self) -> str:
        income = self.effects.filter(outcome="income")
        first = (
            f"{plural(income.height, 'policy', 'policies')} from year {self.years[0]} to "
            f"{self.years[1]}, looked at in year {self.years[2]}, against the same "
            f"{plural(self.n_runs, 'run')} without."
        )
        is_nothing = pl.col("finding").is_in(["none", "exactly none"])
        nothing, others = income.filter(is_nothing), income.filter(~is_nothing)
        said = [self._of_policy(row) for row in others.head(SAID).to_dicts()]
        if nothing.height:
            names = "; ".join(nothing["title"].head(4).to_list())
            more = f" and {nothing.height - 4} more" if nothing.height > 4 else ""
            said.append(f"No effect on income that matters: {names}{more}.")
        parts = [first, self.aimed, *said, unequal_costs(self.policies), LIMITS, *self.notes]
        return " ".join(part for part in parts if part)

    def _of_policy(self, row: dict[str, Any]) -> str:
        between = self.effects.filter(
            policy=row["policy"], outcome="inequality between places"
        ).row(0, named=True)
        cost = cost_said(self.policies.row(by_predicate=pl.col("policy") == row["policy"],
                                           named=True))  # fmt: skip
        return (
            f"{row['title']}: income {_amount(row)} % ({row['verdict']}), inequality between "
            f"places {_amount(between)} points ({between['verdict']}); {cost}."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.effects.head(20)._repr_html_()}"


LIMITS = (
    "Doses and costs are assumptions, none an estimate; intervals are over luck, not over "
    "whether the model is right, and cover less often than they say where an effect comes by a "
    "few entries or exits."
)


@analysis("policy", "Which policy brings growth, and to whom?")
def compare_policies(
    study: Study,
    *,
    policies: Sequence[str] | None = None,
    years: Sequence[Years] = (2, 12, 20),
    runs: Count = 20,
    budget: Ratio | None = None,
    work: Work = ALONE,
    rng: Seed = None,
    progress: Progress = silent,
) -> PolicyComparison:
    """Simulate policies in the study's own world, each against the same runs without it.

    Parameters
    ----------
    study : Study
    policies : sequence of str, optional
        Levers of the shelf by code or name, several at once with "+", or regimes; "@" says in
        which place: P4, P4+P5, facilitating, P5@Prato. None: each lever of the shelf.
    years : three years
        In which the policies begin, end, and are looked at, counted from today.
    runs : count
        Run i has the same luck under every policy.
    budget : ratio, optional
        What each may cost a year, in thousand euros; what costs more reaches fewer. None: all
        that it needs.
    work : Work
    rng : Generator, int or None

    Returns
    -------
    PolicyComparison

    Raises
    ------
    InvalidArgument
        A lever, regime or place that there is not; years out of order.
    TooFew
        No organisation with coordinates.

    Notes
    -----
    A policy is a set of dated changes to parameters; organisation by organisation, draws are
    functions of run, mechanism, step and birth, so that worlds with and without it share their
    luck even after entry and exit differ [1]_. A policy that changes nothing has an effect of
    exactly 0 in every run. `value` is the mean of differences with Student's t interval over
    runs; "no effect that matters" means that the whole interval lies within `margin`, and
    would if one organisation more or less, in as many as 3/n of the runs, had not been seen.
    `run_low` and `run_high` hold the central runs: what one world, which is all there is, may
    bring.

    References
    ----------
    .. [1] Glasserman, P., Yao, D. (1992). Some guidelines and guarantees for common random
       numbers. Management Science 38(6). doi:10.1287/mnsc.38.6.884

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=200, rng=1).study
    >>> nothing = ["laissez_faire"]
    >>> found = compare_policies(study, policies=nothing, years=(0, 1, 2), runs=3, rng=1)
    >>> found.effects["finding"][0]
    'exactly none'
    """
    begins, ends, looked_at = _checked(years)
    world = world_of_study(study)
    asked = policies_asked(
        policies or default_policies(), world, start=begins * STEPS_A_YEAR,
        stop=ends * STEPS_A_YEAR,
    )  # fmt: skip
    steps = looked_at * STEPS_A_YEAR
    pulled, said = _within(asked, world, steps, budget)
    found = policies_in_world(
        world, pulled, steps=steps, runs=runs, work=work, rng=rng, progress=progress
    )
    effects, rows, places = effects_in_world(world, pulled, found, level=LEVEL)
    return PolicyComparison(
        in_order_of_growth(effects), _with_status(rows, said), places, runs,
        (begins, ends, looked_at), LEVEL, tuple(world.notes), aimed_at(pulled, world),
    )  # fmt: skip


def _checked(years: Sequence[int]) -> tuple[int, int, int]:
    if len(years) != 3:
        raise InvalidArgument(
            "compare_policies: `years` must be three: in which policies begin, end, and are "
            f"looked at; got {list(years)}"
        )
    begins, ends, looked_at = years
    if ends < begins or looked_at < 1:
        raise InvalidArgument(
            f"compare_policies: policies cannot end in year {ends} when they begin in "
            f"{begins}; the year they are looked at must be 1 or later, got {looked_at}"
        )
    return begins, ends, looked_at


def _within(
    asked: Sequence[Policy], world: World, steps: int, budget: float | None
) -> tuple[tuple[Policy, ...], dict[str, str]]:
    if budget is None:
        return tuple(asked), {}
    cut = {one.name: within_budget(one, world, steps, budget=budget) for one in asked}
    return (
        tuple(policy for policy, _ in cut.values()),
        {name: said for name, (_, said) in cut.items() if said},
    )


def _with_status(rows: pl.DataFrame, said: dict[str, str]) -> pl.DataFrame:
    if not said:
        return rows
    more = pl.col("policy").replace_strict(said, default="", return_dtype=pl.String)
    joined = pl.concat_str(pl.col("status"), pl.lit("; "), more)
    return rows.with_columns(status=pl.when(more != "").then(joined).otherwise("status"))


def in_order_of_growth(effects: pl.DataFrame) -> pl.DataFrame:
    """Return effects, policies that raise income most first; outcomes stay in order."""
    income = effects.filter(outcome="income").sort(
        "value", descending=True, nulls_last=True, maintain_order=True
    )
    order = {name: number for number, name in enumerate(income["policy"])}
    rank = pl.col("policy").replace_strict(order, return_dtype=pl.Int64)
    return effects.sort(rank, maintain_order=True)


def aimed_at(policies: Sequence[Policy], world: World) -> str:
    """Return which policies act in all places, and how to aim them; "" where none does."""
    n = world.places.n
    everywhere = [
        one.name for one in policies if one.all_changes and len(one.places or range(n)) == n
    ]
    if not everywhere or n < 2:
        return ""
    largest = world.places.names[int(np.bincount(world.place, minlength=n).argmax())]
    names = ", ".join(everywhere[:3])
    more = f" and {len(everywhere) - 3} more" if len(everywhere) > 3 else ""
    act = "acts" if len(everywhere) == 1 else "act"
    return (
        f"{names}{more} {act} in all {n} places, also those outside your region; aim with "
        f"{everywhere[0].partition('@')[0]}@'{largest}'."
    )


def cost_said(row: Mapping[str, Any]) -> str:
    """Return what a policy costs in all, in words.

    Examples
    --------
    >>> cost_said({"cost_low": 200.0, "cost_high": 1500.0})
    'costs 0.2 to 1.5 million euros'
    >>> cost_said({"cost_low": None, "cost_high": None})
    'nobody gives a cost'
    """
    low, high = row["cost_low"], row["cost_high"]
    if low is None or high is None:
        return "nobody gives a cost"
    if not high:
        return "costs nothing"
    ends = [f"{value / THOUSAND:.2g}" if value < 99.5 * THOUSAND else f"{value / THOUSAND:,.0f}"
            for value in (low, high)]  # fmt: skip
    return f"costs {' to '.join(dict.fromkeys(ends))} million euros"


def unequal_costs(policies: pl.DataFrame) -> str:
    """Return that policies are not at one cost; "" where they are, or there is but one."""
    known = policies.filter(pl.col("cost_high") > 0)
    spread = known.select("cost_low", "cost_high").n_unique()
    unknown = policies.filter(pl.col("cost_high").is_null()).height
    if not spread or spread + (unknown > 0) < 2:
        return ""
    low = min(known["cost_low"].to_list()) / THOUSAND
    high = max(known["cost_high"].to_list()) / THOUSAND
    return (
        f"Policies are at unequal cost ({low:.2g} to {high:.2g} million euros): "
        "one that does more may cost more; give a budget to compare them at one cost."
    )


def _amount(row: dict[str, Any]) -> str:
    if row["value"] is None:
        return "not measured"
    ends = "" if row["low"] is None else f" [{row['low']:+.2g}, {row['high']:+.2g}]"
    return f"{row['value']:+.2g}{ends}"
