"""From words such as "P4+P5@Prato" to policies in a world."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from buzzline.errors import InvalidArgument
from buzzline.policy.policy import Policy, together
from buzzline.policy.regimes import REGIME, REGIMES
from buzzline.policy.shelf import SHELF, lever_of
from buzzline.simulation.world import World


def policies_asked(
    names: Sequence[str], world: World, *, start: int, stop: int
) -> tuple[Policy, ...]:
    """Return the policies that names say, in a world.

    Parameters
    ----------
    names : sequence of str
        A lever of the shelf by code or name, several with "+", or a regime; "@" and the name of
        a place says where: "P4", "P4+P5", "facilitating", "P5@Prato". Without a place, it is in
        the places the world asks about, or in all.
    world : World
    start, stop : int [steps]

    Raises
    ------
    InvalidArgument
        A lever, regime or place that there is not, or the same policy twice.

    Examples
    --------
    >>> from buzzline.simulation.starting import world_of_settings
    >>> world = world_of_settings(3, 6, rng=1)
    >>> [one.name for one in policies_asked(["P4+P5", "laissez_faire"], world, start=0, stop=9)]
    ['P4+P5', 'laissez_faire']
    """
    twice = [name for name in names if list(names).count(name) > 1]
    if twice:
        raise InvalidArgument(f"policy: {twice[0]!r} is asked for twice; name it once")
    return tuple(_policy(name, world, start, stop) for name in names)


def _policy(name: str, world: World, start: int, stop: int) -> Policy:
    levers, _, where = name.partition("@")
    places = (_place(where, world),) if where else world.focal
    regime = REGIME.get(levers.replace("-", "_"))
    if regime is not None:
        found = regime.policy(world, places, start=start, stop=stop)
    else:
        found = _of_levers(levers, places, start, stop)
    title = f"{found.title} in {where}" if where else found.title
    return replace(found, name=name, title=title)


def _of_levers(words: str, places: tuple[int, ...], start: int, stop: int) -> Policy:
    parts = [word.strip() for word in words.split("+")]
    try:
        levers = [lever_of(part) for part in parts]
    except InvalidArgument as error:
        regimes = ", ".join(regime.name for regime in REGIMES)
        raise InvalidArgument(f"{error}. Regimes are {regimes}") from error
    pulled = [lever.policy(places=places, start=start, stop=stop) for lever in levers]
    return pulled[0] if len(pulled) == 1 else together(words, pulled)


def _place(where: str, world: World) -> int:
    places = world.places
    for r, names in enumerate(zip(places.ids, places.names, strict=True)):
        if where in names:
            return r
    towns = [r for r, name in enumerate(places.names) if name.rpartition(", ")[0] == where]
    if len(towns) == 1:  # "Prato, IT"
        return towns[0]
    some = "; ".join(places.names[:8])
    raise InvalidArgument(
        f"policy: there is no place {where!r} in this world; places are {some}"
        f"{'; ...' if places.n > 8 else ''}"
    )


def default_policies() -> tuple[str, ...]:
    """Return what is compared where nobody says what: the levers one can pull at once.

    Examples
    --------
    >>> default_policies()[:2]
    ('P1', 'P2')
    """
    return tuple(lever.code for lever in SHELF)
