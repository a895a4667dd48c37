"""The two-test rule: when are two clusters two, from what is known of space and of ties?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from buzzline.clusters.distinctness import NOT_TESTABLE, STABLE
from buzzline.quantities import Ratio, Share

Needs = Literal["both", "labour", "linkages"]

MULTIPLE, SITES = "multiple clusters", "one cluster, several sites"
OVERLAPPING, ONE = "overlapping communities in one place", "one cluster"
# distinct in space, socially separate -> outcome
OUTCOME: dict[tuple[bool, bool], str] = {
    (True, True): MULTIPLE, (True, False): SITES,
    (False, True): OVERLAPPING, (False, False): ONE,
}  # fmt: skip
OUTCOMES = (*OUTCOME.values(), NOT_TESTABLE)
MERGED = (SITES, ONE)  # outcomes in which two are one
APART = (MULTIPLE, OVERLAPPING)


@dataclass(frozen=True, slots=True)
class TwoTestRule:
    """What two clusters must show to be socially separate.

    Attributes
    ----------
    autonomy : share
        Of what arrives at either cluster, the least share that must not come from siblings, in
        the layer in which it depends on them most.
    share_of_layers : share
        More than this share of the layers of linkages that could be tested must be separate;
        0 is any one of them.
    needs : "both", "labour" or "linkages"
        What each cluster must have of its own: labour market, linkages, or both.
    """

    autonomy: Share = 0.5
    share_of_layers: Share = 0.5
    needs: Needs = "both"


@dataclass(frozen=True, slots=True)
class Held:
    """All that a verdict is held to: the rule, and what the two tests are read at.

    Attributes
    ----------
    rule : TwoTestRule
    ratio : ratio               smallest ratio of ties that one would not overlook
    reads_modularity : bool     whether corrected modularity must agree, where it was measured
    stability : share           of resamples in which two clusters stay apart
    bandwidth : str
        At which bandwidth valleys are read: "", "_narrow" or "_wide", as in their columns.
    valley_level, tie_level : share or None
        To read valleys, and separation, at another level than recorded.
    reads_open : bool           whether open country between two clusters makes them distinct
    read_ratio : ratio or None  to read separation at another smallest ratio than recorded
    """

    rule: TwoTestRule
    ratio: Ratio
    reads_modularity: bool
    stability: Share = STABLE
    bandwidth: str = ""
    valley_level: Share | None = None
    tie_level: Share | None = None
    reads_open: bool = True
    read_ratio: Ratio | None = None


def outcome_of(distinct: bool | None, separate: bool | None) -> str:
    """Return the outcome of the two tests; None is not testable.

    Examples
    --------
    >>> outcome_of(True, False), outcome_of(False, True)
    ('one cluster, several sites', 'overlapping communities in one place')
    >>> outcome_of(True, None)
    'not testable'
    """
    if distinct is None or separate is None:
        return NOT_TESTABLE
    return OUTCOME[distinct, separate]


def still_possible(distinct: bool | None, separate: bool | None) -> tuple[str, ...]:
    """Return the outcomes that the tests made leave open.

    Examples
    --------
    >>> still_possible(False, None)
    ('overlapping communities in one place', 'one cluster')
    """
    return tuple(
        outcome for (one, other), outcome in OUTCOME.items()
        if distinct in (one, None) and separate in (other, None)
    )  # fmt: skip


def all_of(parts: Sequence[bool | None]) -> bool | None:
    """Return whether all hold: one that fails decides, one not known leaves it open.

    Examples
    --------
    >>> all_of([True, None, False]), all_of([True, None]), all_of([True, True])
    (False, None, True)
    """
    if any(part is False for part in parts):
        return False
    return None if any(part is None for part in parts) else True
