"""The minimal core shows what the theory says it shows: directions, in runs that share luck.

Few runs here; the same directions with 50 paired runs are marked slow.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from benchmarks.minimal_core import (
    NO_TRUST,
    PAGE,
    balance_cases,
    other_cases,
    outcome,
    reaching_cases,
    story_cases,
)

FEW, MANY = 8, 50
CASES = balance_cases() | reaching_cases() | other_cases() | story_cases()
CLOSED, HALF_OPEN, OPEN = "share 0.0", "share 0.5", "share 1.0"

# (name, quantity of the smaller, quantity of the larger): the theory's D4 and D4b.
ORDERED = {
    "closed places fall behind": (CLOSED, HALF_OPEN),
    "purely distant learning loses what could be shared": (OPEN, HALF_OPEN),
    "closed places are last": (CLOSED, OPEN),
    "one gatekeeper beats none": ("nobody, trust 0.6", "one of 24, trust 0.6"),
    "three gatekeepers beat one": ("one of 24, trust 0.6", "three of 24, trust 0.6"),
    "half with 40 % beats all with 20 %": ("all, 20 %, trust 0.6", "half, 40 %, trust 0.6"),
    "cheap distance is worse for the closed": ("closed, cheap distance", CLOSED),
    "without cognitive distance too": ("closed, understanding unbound", CLOSED),
    "copying only the local network": (
        "IT copy: trust .8, local only", "IT: trust .8, share .2"
    ),
    "without trust": ("IT none: trust .2, local only", "IT copy: trust .8, local only"),
    "a quarter of a programme": ("CO: nothing", "CO: trust programme, a quarter"),
    "all of a programme": ("CO: trust programme, a quarter", "CO: trust programme"),
    "pipelines alone": ("CO: nothing", "CO: pipelines at 50"),
    "trust, then pipelines": ("CO: trust programme", "CO: trust, then pipelines"),
    "an embedded anchor": ("CR: one anchor, enclave", "CR: one anchor, embedded"),
    "an embedded anchor that leaves": (
        "CR: one anchor, embedded, leaves at 60", "CR: one anchor, embedded"
    ),
    "something stays of an embedded anchor": (
        "CR: one anchor, enclave, leaves at 60", "CR: one anchor, embedded, leaves at 60"
    ),
    "embedding beats number": ("CR: eight small, enclave", "CR: eight small, embedded, one city"),
    "concentration": (
        "CR: eight small, embedded, four cities", "CR: eight small, embedded, one city"
    ),
}  # fmt: skip
QUICK = list(ORDERED)[:3] + ["half with 40 % beats all with 20 %", "all of a programme"]
QUICK += ["cheap distance is worse for the closed", "copying only the local network"]
QUICK += ["an embedded anchor", "embedding beats number"]


@cache
def found(name: str, runs: int):
    return outcome(CASES[name], runs)


def sure(difference: np.ndarray) -> bool:
    """Tell whether a paired difference is above 0 by two standard errors."""
    return difference.mean() > 2 * difference.std(ddof=1) / np.sqrt(difference.size)


def larger(name: str, runs: int) -> np.ndarray:
    less, more = ORDERED[name]
    return found(more, runs).relative - found(less, runs).relative


def interaction(who: str, quantity: str, low: float, runs: int) -> np.ndarray:
    """Return how much more pipelines bring where trust is high."""
    gains = [
        getattr(found(f"{who}, trust {trust}", runs), quantity)
        - getattr(found(f"nobody, trust {trust}", runs), quantity)
        for trust in (low, 0.9)
    ]
    return gains[1] - gains[0]


@pytest.mark.parametrize("name", QUICK)
def test_reproduces_the_direction_of_the_theory(name):
    assert sure(larger(name, FEW))


def test_pipelines_of_all_and_trust_replace_each_other_in_part():
    assert sure(-interaction("all, 40 %", "relative", 0.3, FEW))


def test_pipelines_of_few_reach_others_only_where_there_is_trust():
    assert sure(interaction("three of 24", "without", NO_TRUST, FEW))


def test_watching_makes_a_closed_place_more_alike():
    watched, unwatched = found(CLOSED, FEW), found("closed, no monitoring", FEW)
    assert sure(unwatched.unlike - watched.unlike)


def test_cheap_distance_raises_the_level_of_the_open():
    assert sure(found("20 %, cheap distance", FEW).level - found("share 0.2", FEW).level)


@pytest.mark.slow
@pytest.mark.parametrize("name", list(ORDERED))
def test_reproduces_the_direction_with_fifty_paired_runs(name):
    assert sure(larger(name, MANY))


@pytest.mark.slow
def test_interactions_have_their_signs_with_fifty_paired_runs():
    for who in ("all, 20 %", "all, 40 %"):
        assert sure(-interaction(who, "relative", 0.3, MANY))
    for who in ("one of 24", "three of 24"):
        assert sure(interaction(who, "without", 0.3, MANY))


def test_the_page_has_every_case():
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in CASES if f"| {name} |" not in page] == []
