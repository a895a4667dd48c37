"""How policy is governed: who decides, through whom, for whom, and after the market or not.

Scholars dispute these ways (X25, X27, X29, X30, X34), so they are parameters. With their usual
values a policy is as it is written down; other values change whom it reaches, how strongly, and
what comes with it. All numbers here are assumptions.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from buzzline.arrays import Floats
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.rates import STEPS_A_YEAR
from buzzline.simulation.settings import Settings
from buzzline.simulation.world import World

KNOWS_LESS = 0.3  # of its effect that a policy loses where it is decided far away
TAKEN_UP = 0.5  # of a policy that sets a direction nobody has asked for
TURNS = 0.2  # per year: how much faster such a policy turns search to what demand becomes
WINNERS = 0.2  # share of organisations that are picked
STRANGENESS = 0.5  # of what newcomers know that is of no use where nothing is related
STARTS = ("entry_rate", "spin_rate")  # parameters by which policy creates what is new
USUAL = {
    name: PARAMETER[name].default
    for name in ("market_following", "target_relatedness", "local_decision",
                 "intermediary_talent", "intermediary_rigidity", "targeting")
}  # fmt: skip


def governed(changes: Sequence[Change], world: World, settings: Settings) -> tuple[Change, ...]:
    """Return the changes of a policy as they come about under a way of governing.

    Under the usual way, and where nothing is changed, they are returned as they are.

    Examples
    --------
    >>> from buzzline.simulation.starting import world_of_settings
    >>> fairs = Change("global_share", by=0.2)
    >>> governed([fairs], world_of_settings(2, 5, rng=1), Settings()) == (fairs,)
    True
    """
    ways = {name: settings.value(name) for name in USUAL}
    if ways == USUAL or not any(_moves(change, settings) for change in changes):
        return tuple(changes)
    done: list[Change] = []
    for change in changes:
        if not _moves(change, settings):
            done.append(change)
            continue
        taken = _taken_up(_as_step(change, settings), ways["market_following"])
        for aimed in _aimed(taken, ways["targeting"]):
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


def _aimed(change: Change, targeting: float) -> Iterable[Change]:
    """Give some of it to winners: the largest of each place, each as many times more."""
    if targeting == 0 or change.target.who != "all":
        return (change,)
    winners = replace(change.target, who="largest", reach=WINNERS)
    each = _scaled(change, targeting * change.target.reach / WINNERS, winners)
    return (each, _scaled(change, 1 - targeting)) if targeting < 1 else (each,)


def _aged(change: Change, rigidity: float) -> Iterable[Change]:
    """Take away what an intermediary loses with age, in a straight line, against the usual."""
    more = rigidity - USUAL["intermediary_rigidity"]
    if more == 0:
        return ()
    years = 1 / abs(more)
    lost = _scaled(change, -1.0 if more > 0 else USUAL["intermediary_rigidity"])
    return (replace(lost, lag=max(1, round(years * STEPS_A_YEAR))),)


def _beside(
    changes: Sequence[Change], settings: Settings, ways: dict[str, float]
) -> Iterable[Change]:
    """Return what comes with a policy, once for each time and place of it."""
    moving = [change for change in changes if _moves(change, settings)]
    seen = {
        (change.start, change.stop, change.lag, change.decay, change.target.places): change
        for change in moving
    }
    for change in seen.values():
        whole = Target(places=change.target.places)
        talent = ways["intermediary_talent"] - USUAL["intermediary_talent"]
        turns = TURNS * (1 - ways["market_following"])
        for name, by in (("innovation", -talent), ("rule_change", turns)):
            if by != 0:
                yield replace(change, parameter=name, by=by, to=None, target=whole)
    strange = STRANGENESS * (USUAL["target_relatedness"] - ways["target_relatedness"])
    for change in moving:
        if change.parameter in STARTS and strange != 0:
            yield replace(change, parameter="newcomer_knowledge", by=-strange, to=None)
