"""The plane of collaboration and rivalry: which quadrant, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import nan, sqrt
from typing import Literal

import numpy as np
from scipy.stats import norm

from buzzline.arrays import Floats, as_floats
from buzzline.linkages.collaboration import (
    Collaboration,
    Combined,
    combined,
    directions,
    log_of,
)
from buzzline.linkages.rivalry import Drawn, Roster, overlap
from buzzline.linkages.verdicts import NOTABLE
from buzzline.quantities import Ratio, Share
from buzzline.resampling import central_range

Relation = Literal["collaborating", "competing", "both", "neither", "not testable"]
RELATIONS: tuple[Relation, ...] = (
    "collaborating", "competing", "both", "neither", "not testable"
)  # fmt: skip
QUADRANTS: Mapping[tuple[str, str], Relation] = {
    ("high", "low"): "collaborating",
    ("low", "high"): "competing",
    ("high", "high"): "both",
    ("low", "low"): "neither",
}
MOST_HETEROGENEITY = 0.5  # I2 from which types of linkages are not taken together
FEWEST_TIES = 10  # to a source, of each cluster
FEWEST_UNITS = 5  # organisations with such ties, of each cluster


@dataclass(frozen=True, slots=True)
class Against:
    """The overlap of each of two clusters with others like the members of its sibling.

    Attributes
    ----------
    expected : float     mean, of the side on which it is larger
    p : float            of as much as with the sibling; of both sides the larger
    reason : str         why there is none
    """

    expected: float = nan
    p: float = nan
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class AxisValue:
    """Where a pair stands on one axis.

    Attributes
    ----------
    value, low, high : float
    side : "high", "low" or ""       empty where it cannot be told
    n : int                          types of linkages, or resources, behind it
    reason : str
    drawn : (draws,) float64         with resampled members; empty where nothing was measured
    together : Combined or None
    against : Against or None        of rivalry: what each has in common with others
    """

    value: float = nan
    low: float = nan
    high: float = nan
    side: str = ""
    n: int = 0
    reason: str = ""
    drawn: Floats = field(default_factory=lambda: as_floats([]))
    together: Combined | None = None
    against: Against | None = None


def collaboration_axis(
    found: Mapping[str, Collaboration | str],
    rosters: tuple[Roster, Roster],
    *,
    ratio: Ratio,
    level: Share,
    rng: np.random.Generator,
) -> AxisValue:
    """Return the types of linkages taken together where they agree.

    Parameters
    ----------
    found : type to Collaboration, or why there is none
    rosters : two Roster
    ratio : ratio
        The smallest one of interest: "low" is said where it is excluded.
    level : share
    """
    told = [part for part in found.values() if isinstance(part, Collaboration)]
    if not told:
        reasons = "; ".join(dict.fromkeys(str(part) for part in found.values()))
        return AxisValue(reason=f"collaboration: {reasons}")
    values = as_floats([part.value for part in told])
    variances = as_floats([part.variance for part in told])
    whole = combined(values, variances)
    weights = 1 / variances
    drawn = sum(
        (weight * drawn_collaboration(part, rosters, rng)
         for weight, part in zip(weights, told, strict=True)),
        start=np.zeros(rosters[0].times.shape[0]),
    ) / weights.sum()  # fmt: skip
    scatter = float(drawn.std(ddof=1)) if drawn.size > 1 else 0.0
    reach = float(norm.ppf((1 + level) / 2)) * max(whole.spread, scatter)
    low, high = whole.value - reach, whole.value + reach
    if whole.i2 >= MOST_HETEROGENEITY:
        side, reason = _side(low, high, ratio), _disagree(whole)
        side = side if side == directions(told, ratio, level) else ""
    else:
        side, reason = _side(low, high, ratio), _wide(low, high)
    return AxisValue(whole.value, low, high, side, len(told), "" if side else reason,
                     as_floats(drawn), whole)  # fmt: skip


def drawn_collaboration(
    part: Collaboration, rosters: tuple[Roster, Roster], rng: np.random.Generator
) -> Floats:
    """Return the log ratio with resampled members, to first order. (draws,).

    Draws have the variance of the estimate, what others and the fall with distance add
    included.
    """
    moved = np.zeros(rosters[0].times.shape[0])
    squares = 0.0
    for roster in rosters:
        influence = part.by_unit[roster.units]
        moved += (roster.times - 1) @ influence
        squares += float(influence @ influence)
    own = part.variance - part.elasticity_variance
    scale = sqrt(own / squares) if squares else 0.0
    more = rng.normal(0.0, sqrt(part.elasticity_variance), moved.size)
    return as_floats(part.value + scale * moved + more)


def _side(low: float, high: float, ratio: Ratio) -> str:
    if low > NOTABLE:
        return "high"
    return "low" if high < log_of(ratio) else ""


def _disagree(whole: Combined) -> str:
    return (
        f"collaboration: the {whole.n} types of linkages disagree (I2 = {whole.i2:.0%}), see "
        "them one by one"
    )


def _wide(low: float, high: float) -> str:
    def amount(end: float) -> str:
        times = float(np.exp(end))
        return f"{times:,.0f}" if times >= 10 else f"{times:.2g}"

    return (
        f"collaboration: too few ties to tell ({amount(low)} to {amount(high)} times "
        "as many as size and distance give)"
    )


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """The overlap of two clusters in one resource.

    Attributes
    ----------
    value, low, high : float
    n, n_other : float               ties of each
    n_units, n_other_units : int     organisations with any
    n_needed : int or None           ties of both that would tell it from the cut
    reason : str
    drawn : (draws,) float64
    """

    value: float = nan
    low: float = nan
    high: float = nan
    n: float = 0.0
    n_other: float = 0.0
    n_units: int = 0
    n_other_units: int = 0
    n_needed: int | None = None
    reason: str = ""
    drawn: Floats = field(default_factory=lambda: as_floats([]))


def resource_overlap(
    one: Drawn, other: Drawn, rosters: tuple[Roster, Roster], *, cut: Share, level: Share
) -> Overlap:
    """Return how far two clusters draw on the same pools of one resource, with its interval."""
    known = {"n": one.n, "n_other": other.n, "n_units": one.n_units,
             "n_other_units": other.n_units}  # fmt: skip
    if not max(one.n, other.n):
        return Overlap(**known, reason="no ties to such a source")  # type: ignore[arg-type]  # as named
    if min(one.n, other.n) < FEWEST_TIES or min(one.n_units, other.n_units) < FEWEST_UNITS:
        said = (
            f"only {one.n:,.0f} and {other.n:,.0f} ties of {one.n_units} and "
            f"{other.n_units} organisations; at least {FEWEST_TIES} of {FEWEST_UNITS} are "
            "needed"
        )
        return Overlap(**known, reason=said)  # type: ignore[arg-type]  # as named
    if _n_pools(one, other) < 2:
        return Overlap(**known, reason="only one pool to draw on is known")  # type: ignore[arg-type]  # as named
    value = float(overlap(one.counts, other.counts, (rosters[0].once, rosters[1].once))[0])
    drawn = overlap(one.counts, other.counts, (rosters[0].times, rosters[1].times))
    fine = drawn[np.isfinite(drawn)]
    if not np.isfinite(value) or (drawn.size > 1 and fine.size < 2):
        return Overlap(**known, reason="no two organisations of either share a source")  # type: ignore[arg-type]  # as named
    value = min(value, 1.0)  # by chance the unbiased overlap of twins comes out above 1
    ends = central_range(as_floats(fine), level) if fine.size > 1 else (0.0, 1.0)
    low, high = (min(end, 1.0) for end in ends)
    short = (high - low) / 2 / max(abs(value - cut), 1e-3)
    needed = int(np.ceil((one.n + other.n) * short**2)) if low <= cut <= high else None
    return Overlap(value, low, high, **known, n_needed=needed, drawn=drawn)  # type: ignore[arg-type]  # as named


def _n_pools(one: Drawn, other: Drawn) -> int:
    both = (
        np.asarray(one.counts.sum(axis=0)).ravel()
        + np.asarray(other.counts.sum(axis=0)).ravel()
    )
    return int(np.count_nonzero(both))


def rivalry_side(
    low: float, high: float, against: Against, *, cut: Share, level: Share
) -> tuple[str, str]:
    """Return "high", "low" or "", and why it cannot be told.

    High: above the cut, and more than each has in common with others like its sibling.
    """
    if against.reason:
        return "", against.reason
    if high < cut:
        return "low", ""
    if low <= cut:
        return "", f"the overlap ({low:.2f} to {high:.2f}) may lie on either side of {cut:g}"
    if against.p <= 1 - level:
        return "high", ""
    return "", (
        f"the overlap ({low:.2f} to {high:.2f}) is no more than with organisations of no "
        f"cluster as far away and as active ({against.expected:.2f}, p = {against.p:.2g})"
    )


def rivalry_axis(
    found: Mapping[str, Overlap], against: Against, *, cut: Share, level: Share
) -> AxisValue:
    """Return the mean overlap over resources, against the cut and against others."""
    told = [part for part in found.values() if not part.reason]
    if not told:
        whose: dict[str, list[str]] = {}
        for name, part in found.items():
            whose.setdefault(part.reason, []).append(name)
        said = "; ".join(f"{reason} ({', '.join(names)})" for reason, names in whose.items())
        return AxisValue(reason=f"rivalry: {said}")
    value = float(np.mean([part.value for part in told]))
    drawn = as_floats(np.mean([part.drawn for part in told], axis=0))
    fine = drawn[np.isfinite(drawn)]
    low, high = central_range(as_floats(fine), level) if fine.size > 1 else (0.0, 1.0)
    low, high = min(low, 1.0), min(high, 1.0)
    side, reason = rivalry_side(low, high, against, cut=cut, level=level)
    reason = f"rivalry: {reason}" if reason else ""
    return AxisValue(value, low, high, side, len(told), reason, drawn, against=against)


def relation_of(collaborates: AxisValue, rivals: AxisValue) -> tuple[Relation, str]:
    """Return the quadrant, or why there is none."""
    found = QUADRANTS.get((collaborates.side, rivals.side))
    if found is not None:
        return found, ""
    return "not testable", "; ".join(filter(None, (collaborates.reason, rivals.reason)))


def quadrant_shares(collaborates: AxisValue, rivals: AxisValue, cut: Share) -> Floats:
    """Return the share of draws in each quadrant, in the order of `QUADRANTS`. (4,).

    NaN where either axis was not measured.
    """
    if not (collaborates.drawn.size and rivals.drawn.size):
        return as_floats(np.full(4, nan))
    fine = np.isfinite(collaborates.drawn) & np.isfinite(rivals.drawn)
    if not fine.any():
        return as_floats(np.full(4, nan))
    usual = rivals.against.expected if rivals.against is not None else nan
    bar = max(cut, usual) if np.isfinite(usual) else cut
    tied, rival = collaborates.drawn[fine] > NOTABLE, rivals.drawn[fine] > bar
    return as_floats([
        np.mean(tied & ~rival), np.mean(~tied & rival), np.mean(tied & rival),
        np.mean(~tied & ~rival),
    ])  # fmt: skip
