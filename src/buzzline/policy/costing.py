"""What policies cost, and what is left of them within a budget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import isnan, nan

import numpy as np

from buzzline.policy.policy import Cost, Policy
from buzzline.simulation.changes import Change
from buzzline.simulation.rates import STEPS_A_YEAR
from buzzline.simulation.world import World


@dataclass(frozen=True, slots=True)
class Bill:
    """What a policy costs in a world, until the end that is looked at.

    Attributes
    ----------
    low, high : float [thousand euros]      NaN where a cost is not known
    years : float                           that it is paid for
    n_reached : float [organisations]       at the start of the world
    said : str                              what is not in it
    """

    low: float
    high: float
    years: float
    n_reached: float
    said: str


def bill_of(policy: Policy, world: World, steps: int, *, jobs_won: float = 0.0) -> Bill:
    """Return what a policy costs, by the organisations there are at the start.

    Parameters
    ----------
    policy : Policy
    world : World
    steps : int
        Of the simulation; nothing is paid after its end.
    jobs_won : float [jobs]
        Of affiliates that came, for levers that pay for each.
    """
    years = max(0, min(policy.stop, steps) - policy.start) / STEPS_A_YEAR
    here = np.isin(world.place, policy.places) if policy.places else np.ones(world.n, bool)
    reached = float(here.sum()) * policy.reach
    n_places = len(policy.places) or world.places.n
    of_places = {
        "year": years, "place and year": n_places * years, "job": max(jobs_won, 0.0),
        "no budget": 0.0,
    }  # fmt: skip

    def units(cost: Cost) -> float:
        if cost.per in of_places:
            return of_places[cost.per]
        many = float(here.sum()) * (policy.reach if cost.reach is None else cost.reach)
        once = float(years > 0) if cost.per == "organisation" else years
        return many * cost.units * once

    known = [cost for cost in policy.costs if cost.is_known]
    unknown = [cost for cost in policy.costs if not cost.is_known]
    low, high = (
        sum(_end(cost, end) * units(cost) for cost in known) for end in ("low", "high")
    )
    said = f"without what nobody gives a cost for (per {unknown[0].per})" if unknown else ""
    if unknown and not known:
        low, high = nan, nan
    return Bill(float(low), float(high), years, reached if years else 0.0, said)


def _end(cost: Cost, end: str) -> float:
    value = float(getattr(cost, end))
    return 0.0 if isnan(value) else value


def within_budget(
    policy: Policy, world: World, steps: int, *, budget: float
) -> tuple[Policy, str]:
    """Return what is left of a policy within a budget, and a sentence on it.

    Parameters
    ----------
    policy : Policy
    world : World
    steps : int
    budget : float [thousand euros a year]

    Returns
    -------
    policy, sentence
        As it was where it costs no more, or nobody knows what it costs; else it reaches
        fewer, or does less where it reaches places as a whole. With a budget of 0 it changes
        nothing.
    """
    bill = bill_of(policy, world, steps)
    if isnan(bill.low):
        return policy, "not cut to the budget: nobody gives a cost for it"
    middle = (bill.low + bill.high) / 2
    allowed = budget * bill.years
    if middle <= allowed:
        return policy, ""
    share = allowed / middle
    if share == 0:
        return scaled(policy, 0.0), "the budget pays for nothing of it"
    return scaled(policy, share), f"the budget pays for {share:.0%} of it"


def scaled(policy: Policy, share: float) -> Policy:
    """Return a policy that reaches, or does, a share of what it did.

    Examples
    --------
    >>> from buzzline.policy.shelf import lever_of
    >>> scaled(lever_of("P8").policy(), 0.5).reach
    0.2
    """
    return replace(
        policy, reach=policy.reach * share, changes=_scaled(policy.changes, share),
        side_effects=_scaled(policy.side_effects, share),
        costs=tuple(
            cost if cost.reach is None else replace(cost, reach=cost.reach * share)
            for cost in policy.costs
        ),
    )  # fmt: skip


def _scaled(changes: Sequence[Change], share: float) -> tuple[Change, ...]:
    covered = [
        one if one.covers is None else replace(one, covers=one.covers * share)
        for one in changes
    ]
    return tuple(
        replace(one, by=(one.by or 0.0) * share)
        if one.target.is_whole and one.to is None
        else replace(one, target=replace(one.target, reach=one.target.reach * share))
        for one in covered
    )
