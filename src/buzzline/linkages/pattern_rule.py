"""Patterns of missing links, as data: which signs make which pattern, and what would help."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, as_codes
from buzzline.errors import InvalidArgument
from buzzline.quantities import Ratio, Share, Years

NONE, OPEN = "none of these", "cannot be told"
Truth = Codes  # (d,) int32: 1 holds, 0 does not, -1 is not known


@dataclass(frozen=True, slots=True)
class PatternRule:
    """From where on a sign counts.

    Attributes
    ----------
    notable : ratio
        Ties at a scale this many times as many, or as few, as expected are more, or fewer.
    dependence : share
        One owner is an anchor when two global ties lead to the same owner more often.
    dispersed : share
        Members are dispersed when their entropy over cities is a larger share of the largest.
    lead_share : share
        An organisation leads when it holds more of the cluster's ties.
    long_years : years
        It has been there long when it is older.
    """

    notable: Ratio = 1.25
    dependence: Share = 0.25
    dispersed: Share = 0.5
    lead_share: Share = 0.25
    long_years: Years = 10

    def __post_init__(self) -> None:
        if not 1 <= self.notable < inf:
            raise InvalidArgument(
                f"PatternRule: `notable` must be at least 1 (1.25: a quarter more), got "
                f"{self.notable}"
            )


@dataclass(frozen=True, slots=True)
class Pattern:
    """One pattern of the literature.

    Attributes
    ----------
    name : str
    signs : tuple of str      all must hold; "a or b" where one of two will do
    case : str                named in the source; a claim with evidence for and against
    reading : str             what the signs would mean
    levers : str              what is tried first, in this order
    """

    name: str
    signs: tuple[str, ...]
    case: str
    reading: str
    levers: str


# The narrower patterns first: signs of several may hold together.
PATTERNS: tuple[Pattern, ...] = (
    Pattern(
        "no cluster", ("few ties at every scale",), "",
        "Fewer ties than others at every scale: nothing policy for clusters could hold on to.",
        "do not run cluster policy",
    ),
    Pattern(
        "over-local lead organisation",
        ("local above", "national below or global below", "lead organisation", "long tenure"),
        "Blackberry, Waterloo",
        "Who leads, long there and tied nearby, sees little of what is elsewhere.",
        "a portfolio of sites abroad",
    ),
    Pattern(
        "dependent enclave",
        ("local below", "regional below", "global above", "anchor dependence"),
        "Costa Rica, semiconductors",
        "Ties abroad hang on one owner, and little of it reaches whoever is nearby.",
        "supplier programme; skills; embeddedness clauses",
    ),
    Pattern(
        "scattered hubs",
        ("global above", "no anchor dependence", "dispersed", "inter-city ties below"),
        "Costa Rica, medical devices",
        "Several hubs, each tied abroad and few of them to each other.",
        "regional network; concentration; shared training",
    ),
    Pattern(
        "unconnected", ("local below", "low trust", "global below"),
        "Medellín, at the start",
        "Members neither trust nor know each other, and sell little abroad.",
        "trust programme and joint purchasing first; pipelines after",
    ),
    Pattern(
        "metropolitan enclave", ("local above", "global above", "regional below"), "",
        "Tied within the city and abroad, past its own region.",
        "urban-rural supplier links, where the region shares an industry base",
    ),
    Pattern(
        "introverted", ("local above", "global below"),
        "failed copies of the Third Italy; Medellín before markets",
        "Tied among themselves, without ties to wider markets and knowledge.",
        "fairs; market learning; investment abroad; diaspora",
    ),
    Pattern(
        "balanced district", ("local above", "regional above", "not global below"),
        "Third Italy, Marche",
        "A local division of labour tied into its region and not cut off from the world.",
        "protect cohesion; renewal",
    ),
)  # fmt: skip

# What would tell a sign that is not known.
SETTLED_BY: Mapping[str, str] = {
    "few ties at every scale": "more independent ties (records), of members and of others",
    "lead organisation": "ties of members",
    "long tenure": "`organisations.opened`",
    "anchor dependence": "10 global ties with `organisations.owner_id`",
    "no anchor dependence": "10 global ties with `organisations.owner_id`",
    "dispersed": "`organisations.city`",
    "inter-city ties below": "ties among members, with `city` and coordinates",
    "low trust": "trust of members: a survey (`outcomes` with indicator `trust`)",
}


def truth_of(pattern: Pattern, signs: Mapping[str, Truth]) -> Truth:
    """Return whether all signs of a pattern hold, by draw; -1 where that hangs on unknowns.

    Examples
    --------
    >>> signs = {"local above": np.array([1, 1, 0]), "global below": np.array([1, -1, -1])}
    >>> truth_of(PATTERNS[6], signs).tolist()
    [1, -1, 0]
    """
    return all_of([_sign(name, signs) for name in pattern.signs])


def all_of(parts: Sequence[Truth]) -> Truth:
    """Return where all hold: 0 where one does not, else -1 where one is not known. (d,)."""
    stacked = np.stack(parts)
    out = np.where((stacked == -1).any(axis=0), -1, 1)
    return np.where((stacked == 0).any(axis=0), 0, out).astype(np.int32)


def _sign(name: str, signs: Mapping[str, Truth]) -> Truth:
    arms = [signs[arm] for arm in name.split(" or ")]
    stacked = np.stack(arms)
    out = np.where((stacked == -1).any(axis=0), -1, 0)
    return np.where((stacked == 1).any(axis=0), 1, out).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class PatternShares:
    """How often each pattern holds over draws of the signs.

    Attributes
    ----------
    probability : dict of pattern to float
        Of each pattern, of "none of these" and of "cannot be told"; together 1.
    possible : dict of pattern to float
        How often it holds or cannot be excluded by what is known; at least `probability`.
    open_signs : dict of pattern to tuple of str
        The signs not known that it hangs on.
    """

    probability: dict[str, float]
    possible: dict[str, float]
    open_signs: dict[str, tuple[str, ...]]


def pattern_shares(
    signs: Mapping[str, Truth], patterns: Sequence[Pattern] = PATTERNS
) -> PatternShares:
    """Return how often each pattern holds, the narrower one where several do.

    Parameters
    ----------
    signs : dict of sign to (d,) int32
        1 holds, 0 does not, -1 is not known.
    patterns : sequence of Pattern
        The narrower ones first.

    Notes
    -----
    A pattern that hangs on a sign not known is assigned to no draw; it stays possible there,
    unless a narrower one holds. Draws in which none holds and one is possible cannot be told.
    """
    d = next(iter(signs.values())).size
    free, is_open = np.ones(d, np.bool_), np.zeros(d, np.bool_)
    probability: dict[str, float] = {}
    possible: dict[str, float] = {}
    hanging: dict[str, tuple[str, ...]] = {}
    for pattern in patterns:
        truth = truth_of(pattern, signs)
        holds, may = free & (truth == 1), free & (truth == -1)
        probability[pattern.name] = float(holds.mean())
        possible[pattern.name] = float((holds | may).mean())
        hanging[pattern.name] = _unknown(pattern, signs, may)
        is_open |= may
        free &= ~holds
    probability[OPEN] = possible[OPEN] = float((free & is_open).mean())
    probability[NONE] = float((free & ~is_open).mean())
    possible[NONE] = float(free.mean())
    return PatternShares(probability, possible, hanging)


def _unknown(pattern: Pattern, signs: Mapping[str, Truth], where: Flags) -> tuple[str, ...]:
    if not where.any():
        return ()
    arms = [arm for name in pattern.signs for arm in name.split(" or ")]
    return tuple(arm for arm in arms if (signs[arm][where] == -1).any())


def held(
    draws: Floats | None, d: int, *, above: float | None = None, below: float | None = None
) -> Truth:
    """Return whether draws lie above (or below) a cut; -1 everywhere without draws. (d,)."""
    if draws is None or (above is None and below is None):
        return as_codes(np.full(d, -1))
    hit = draws > above if above is not None else draws < (below or 0.0)
    return as_codes(np.where(np.isnan(draws), -1, hit))
