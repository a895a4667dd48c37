"""How policy is governed: who decides, through whom, for whom, and after the market or not.

Scholars dispute these ways (X25, X27, X29, X30, X34), so they are parameters. With their usual
values a policy is as it is written down, but that what an intermediary does ages; other values
change whom it reaches, how strongly, and what comes with it. All numbers here are assumptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from buzzline.arrays import Floats
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.rates import STEPS_A_YEAR, rates_at
from buzzline.simulation.rules.starting_up import starts
from buzzline.simulation.settings import Settings
from buzzline.simulation.world import World

KNOWS_LESS = 0.3  # of its effect that a policy loses where it is decided far away
TAKEN_UP = 0.5  # of a policy that sets a direction nobody has asked for
TURNS = 0.2  # per year: how much faster such a policy turns search to what demand becomes
WINNERS = 0.2  # share of organisations that are picked
STRANGENESS = 0.5  # of what newcomers know that is of no use where nothing is related
STARTS = (  # parameters by which policy lets organisations begin
    "entry_rate", "spin_rate", "local_finance", "failure_penalty", "capital_constraint",
)  # fmt: skip
OF_PLACES = frozenset((  # parameters of places as a whole: nobody in one can be picked for them
    "access", "access_by_ties", "agglomeration", "ambiguity", "best_practice_slope", "blockers",
    "cluster_fixed_cost", "codification", "codify", "complacency", "congestion", "crowding",
    "entry_rate", "erosion_by_success", "hole_cost", "identity_weight", "institution_fit",
    "institution_speed", "institution_variety", "inward_promotion", "joint_action",
    "land_elasticity", "market_seats", "market_turbulence", "multiplier", "new_clusters",
    "newcomer_knowledge", "overlap_cost", "practice_uptake", "public_service", "retraining",
    "service_cost", "service_market", "size_of_units", "skilled_multiplier", "starting_again",
    "supplier_distance", "supplier_relatedness", "tax_rate", "turbulence",
    "uptake_by_wealth", "viable_size", "vision_concentration", "wage_elasticity",
))  # fmt: skip
USUAL = {
    name: PARAMETER[name].default
    for name in ("market_following", "target_relatedness", "local_decision",
                 "intermediary_talent", "intermediary_rigidity", "targeting")
}  # fmt: skip


def governed(changes: Sequence[Change], world: World, settings: Settings) -> tuple[Change, ...]:
    """Return the changes of a policy as they come about under a way of governing.

    Under the usual way, and where nothing is changed, they are returned as they are; what an
    intermediary does loses `intermediary_rigidity` of its effect a year once it is in full.

    Examples
    --------
    >>> from buzzline.simulation.starting import world_of_settings
    >>> fairs = Change("global_share", by=0.2)
    >>> governed([fairs], world_of_settings(2, 5, rng=1), Settings()) == (fairs,)
    True
    """
    ways = {name: settings.value(name) for name in USUAL}
    if not any(_moves(change, settings) for change in changes):
        return tuple(changes)
    if ways == USUAL:
        rigidity = ways["intermediary_rigidity"]
        return tuple(part for one in changes for part in _with_age(one, settings, rigidity))
    done: list[Change] = []
    for change in changes:
        if not _moves(change, settings):
            done.append(change)
            continue
        taken = _taken_up(_as_step(change, settings), ways["market_following"])
        for aimed in _aimed(taken, ways["targeting"], settings):
            for part in _by_level(aimed, world, ways["local_decision"]):
                done += (part, *_aged(part, ways["intermediary_rigidity"]))
    return (*done, *_beside(changes, settings, ways))


def _moves(change: Change, settings: Settings) -> bool:
    return _step(change, settings) != 0


def _step(change: Change, settings: Settings) -> float:
    if change.to is None:
        return change.by or 0.0
    return change.to - settings.value(change.parameter)


def _as_step(change: Change, settings: Settings) -> Change:
    return replace(change, by=_step(change, settings), to=None)


def _scaled(change: Change, by: float, target: Target | None = None) -> Change:
    return replace(change, by=(change.by or 0.0) * by, target=target or change.target)


def _by_level(change: Change, world: World, local: float) -> Iterable[Change]:
    """Let local deciders know more and spend what is theirs; the nation gives to all alike."""
    if local == USUAL["local_decision"]:
        return (change,)
    own = _means(world)
    weight = _strength(own, local) / _strength(own, USUAL["local_decision"])
    places = change.target.places or tuple(range(world.places.n))
    if not change.target.is_whole:  # few targets can be told apart, so places are not
        return (_scaled(change, float(weight[list(places)].mean())),)
    return tuple(
        _scaled(change, float(weight[r]), replace(change.target, places=(r,))) for r in places
    )


def _strength(own: Floats, local: float) -> Floats:
    return local * own + (1 - local) * (1 - KNOWS_LESS)


def _means(world: World) -> Floats:
    """Return what places can spend of their own, by jobs of an organisation; mean about 1."""
    r = world.places.n
    n = np.maximum(np.bincount(world.place, minlength=r), 1)
    each = np.bincount(world.place, world.jobs, r) / n
    return np.clip(each / each[each > 0].mean(), 0.25, 4) if (each > 0).any() else np.ones(r)


def _taken_up(change: Change, following: float) -> Change:
    return _scaled(change, 1 - (1 - TAKEN_UP) * (1 - following))


def _aimed(change: Change, targeting: float, settings: Settings) -> Iterable[Change]:
    """Give some of it to winners: the largest of each place, each as many times more.

    What winners cannot take, since the parameter is at its bound, goes to all. What is done to
    places as a whole is not aimed.
    """
    of_place = change.of == "place" or change.parameter in OF_PLACES
    if targeting == 0 or change.target.who != "all" or of_place:
        return (change,)
    winners = replace(change.target, who="largest", reach=WINNERS)
    times = change.target.reach / WINNERS
    taken = min(targeting * times, _room(change, settings))
    rest = 1 - taken / times if times else 1.0
    each = _scaled(change, taken, winners)
    return (each, _scaled(change, rest)) if rest > 0 else (each,)


def _room(change: Change, settings: Settings) -> float:
    """Return how many times a change fits between a parameter and its bound."""
    known, now = PARAMETER[change.parameter], settings.value(change.parameter)
    by = change.by or 0.0
    return ((known.high if by > 0 else known.low) - now) / by


def _with_age(change: Change, settings: Settings, rigidity: float) -> tuple[Change, ...]:
    if change.delivery != "intermediary" or not _moves(change, settings):
        return (change,)
    return (change, *_aged(_as_step(change, settings), rigidity))


def _aged(change: Change, rigidity: float) -> Iterable[Change]:
    """Take away what an intermediary loses with age, in a straight line once all is there."""
    start = change.start + change.lag
    if change.delivery != "intermediary" or rigidity == 0 or start >= change.stop:
        return ()
    lag = max(1, round(STEPS_A_YEAR / rigidity))
    return (replace(_scaled(change, -1.0), start=start, lag=lag),)


def _beside(
    changes: Sequence[Change], settings: Settings, ways: dict[str, float]
) -> Iterable[Change]:
    """Return what comes with a policy, once for its places, by the share that it reaches."""
    moving = [change for change in changes if _moves(change, settings)]
    theirs = [change for change in moving if change.delivery == "intermediary"]
    talent = ways["intermediary_talent"] - USUAL["intermediary_talent"]
    turns = TURNS * (1 - ways["market_following"])
    yield from _once("innovation", -talent, theirs)
    yield from _once("rule_change", turns, moving)
    strange = STRANGENESS * (USUAL["target_relatedness"] - ways["target_relatedness"])
    for change in moving:
        if change.parameter in STARTS and strange != 0:
            by = -strange * _new_starts(change, settings)
            if by != 0:
                yield replace(
                    change, parameter="newcomer_knowledge", by=by, to=None, of="place",
                    target=Target(places=change.target.places),
                )  # fmt: skip


def _once(name: str, by: float, changes: Sequence[Change]) -> Iterable[Change]:
    """Return one change for all that a policy does in some places, however many its parts."""
    if by == 0:
        return
    for places in dict.fromkeys(change.target.places for change in changes):
        here = [change for change in changes if change.target.places == places]
        yield Change(
            name, by=by * max(_covered(change) for change in here),
            start=min(change.start for change in here), stop=max(one.stop for one in here),
            lag=min(change.lag for change in here), decay=min(one.decay for one in here),
            target=Target(places=places), of="place",
        )  # fmt: skip


def _covered(change: Change) -> float:
    return change.target.reach if change.covers is None else change.covers


def _new_starts(change: Change, settings: Settings) -> float:
    """Return which share of those who begin do so because of a change; 0 where none do."""
    name, by = change.parameter, _step(change, settings)
    value = settings.value(name)
    if name in ("entry_rate", "spin_rate"):
        before, after = value, value + by
    else:
        before, after = (
            float(starts(rates_at(0, one, (), 1))[0])
            for one in (Settings(settings.values), Settings({
                **settings.values,
                name: float(np.clip(value + by, PARAMETER[name].low, PARAMETER[name].high)),
            }))
        )  # fmt: skip
    share = (after - before) / after if after > before else 0.0
    return share * _covered(change)
