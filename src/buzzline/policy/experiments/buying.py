"""What a budget buys of the shelf, so that experiments compare levers at equal cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from buzzline.errors import InvalidArgument
from buzzline.policy.lever import Lever
from buzzline.policy.policy import OF_ORGANISATIONS
from buzzline.policy.shelf import lever_of
from buzzline.simulation.changes import Change, Target

YEARS = 10  # of a programme, over which what is paid once is spread


def bought(
    budget: float, codes: Sequence[str], places: tuple[int, ...], *, start: int, stop: int
) -> tuple[Change, ...]:
    """Return levers as far as a budget goes, split evenly among them.

    Parameters
    ----------
    budget : float [thousand euros a year for each organisation of the places]
    codes : sequence of str
        Levers with a known cost of an organisation; the middle of its range is paid.
    places : tuple of int
    start, stop : int [steps]

    Returns
    -------
    tuple of Change
        A lever reaches as many as are paid for; beyond all of them, each gets more of it.

    Raises
    ------
    InvalidArgument
        A lever whose cost is not of an organisation, or not known.

    Examples
    --------
    >>> [round(one.target.reach, 2) for one in bought(1, ["P5"], (0,), start=0, stop=9)][:1]
    [0.06]
    """
    parts = [
        lever.policy(
            places=places, start=start, stop=stop, reach=min(1.0, paid),
            strength=max(1.0, paid),
        ).all_changes
        for lever in map(lever_of, codes)
        for paid in [budget / len(codes) / cost_a_year(lever)]
    ]  # fmt: skip
    return tuple(change for part in parts for change in part)


def cost_a_year(lever: Lever) -> float:
    """Return what a lever costs a year for each organisation, in thousand euros.

    Examples
    --------
    >>> cost_a_year(lever_of("P4")), cost_a_year(lever_of("P7"))
    (5.5, 2.0)
    """
    middle = (lever.cost.low + lever.cost.high) / 2
    if lever.cost.is_known and lever.cost.per in OF_ORGANISATIONS:
        return middle * lever.cost.units
    if lever.cost.is_known and lever.cost.per == "organisation":
        return middle / YEARS
    raise InvalidArgument(f"{lever.code} has no known cost of an organisation: {lever.cost}")


def aimed(
    budget: float, codes: Sequence[str], target: Target, *, share: float, start: int, stop: int
) -> tuple[Change, ...]:
    """Return the same doses in all, given to some: the fewer they are, the more each gets.

    Parameters
    ----------
    budget : float
        Share of a full dose that there is for each organisation of the places.
    codes : sequence of str
    target : Target
        Who gets it, in which places.
    share : float
        Of the organisations there, whom the target reaches.
    start, stop : int [steps]

    Examples
    --------
    >>> half = aimed(0.2, ["P1"], Target((0,), reach=0.5), share=0.5, start=0, stop=9)
    >>> [round(one.by, 4) for one in half]
    [0.6, 0.004, -0.0012]
    """
    out: list[Change] = []
    for lever in map(lever_of, codes):
        given = {
            dose.parameter for dose in (*lever.doses, *lever.side_effects)
            if dose.of == "organisations"
        }  # fmt: skip
        whole = lever.policy(
            places=target.places, start=start, stop=stop, reach=1.0, strength=budget
        )
        out += (
            replace(one, by=(one.by or 0.0) / share, target=target)
            if one.parameter in given
            else one
            for one in whole.all_changes
        )
    return tuple(out)
