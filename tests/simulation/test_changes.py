"""What a change can be, and what it cannot."""

from __future__ import annotations

from math import inf, nan

import pytest

from buzzline.errors import InvalidArgument
from buzzline.policy.comparison import policies_in_world
from buzzline.policy.policy import Policy, together
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.running import histories
from buzzline.simulation.starting import world_of_settings


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda: Change("tusrt", by=0.1), "no parameter"),
        (lambda: Change("ict"), "either"),
        (lambda: Change("ict", by=0.1, to=0.2), "either"),
        (lambda: Change("ict", by=nan), "number"),
        (lambda: Change("ict", by=inf), "number"),
        (lambda: Change("ict", to=7.0), "between 0 and 1"),
        (lambda: Change("ict", to=nan), "between 0 and 1"),
        (lambda: Change("ict", by=0.1, start=8, stop=4), "before"),
        (lambda: Change("ict", by=0.1, lag=-1), "below"),
        (lambda: Change("ict", by=0.1, decay=-0.5), "share"),
        (lambda: Change("ict", by=0.1, decay=1.5), "share"),
        (lambda: Target(reach=-1), "share"),
        (lambda: Target(reach=nan), "share"),
        (lambda: Target((-1,)), "from 0"),
        (lambda: Target((1, 1)), "once"),
        (lambda: Target(who="everybody"), "one of"),
        (lambda: Target(who="industry"), "industry"),
        (lambda: Policy("p", "P", reach=1.5), "share"),
        (lambda: Policy("p", "P", start=8, stop=4), "stop"),
        (lambda: Policy("p", "P", places=(-1,)), "from 0"),
    ],
)
def test_what_cannot_be_is_refused_in_words(made, said):
    with pytest.raises(InvalidArgument, match=said):
        made()


def test_a_value_of_0_is_checked_like_any_other():
    with pytest.raises(InvalidArgument, match="between"):
        Change("cost_global", to=0.0)


@pytest.mark.parametrize(
    ("target", "said"),
    [(Target((9,)), "place 9.*0 to 1"), (Target(who="industry", industry=5), "industry 5")],
)
def test_what_a_world_does_not_have_is_refused_in_words(target, said):
    world = world_of_settings(2, 4, rng=1)
    change = Change("ict", by=0.1, target=target)
    with pytest.raises(InvalidArgument, match=said):
        histories(world, changes=[change], steps=2, runs=1, rng=1)
    with pytest.raises(InvalidArgument, match=said):
        policies_in_world(world, [Policy("p", "P", (change,))], steps=2, runs=1, rng=1)
    with pytest.raises(InvalidArgument, match="place 4"):
        policies_in_world(world, [Policy("p", "P", places=(4,))], steps=2, runs=1, rng=1)


def test_policies_together_are_for_the_places_of_each():
    here, there = Policy("a", "A", places=(0,)), Policy("b", "B", places=(2, 0))
    assert together("both", [here, there]).places == (0, 2)
    assert together("both", [here, Policy("c", "C")]).places == ()
