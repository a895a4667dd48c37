"""Where a pair stands on collaboration at other ratios than those asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import exp, isnan, log

from buzzline.linkages.collaboration import log_of
from buzzline.linkages.quadrants import MOST_HETEROGENEITY, AxisValue
from buzzline.linkages.verdicts import NOTABLE
from buzzline.quantities import Ratio

SMALLEST_RATIOS = (1.5, 2.0, 3.0)
NOTABLE_RATIOS = (1.1, 1.25, 1.5)


def collaboration_readings(
    axis: AxisValue, ends: Sequence[tuple[float, float]], smallest: Ratio
) -> Iterator[tuple[Ratio, Ratio, AxisValue]]:
    """Return the axis at other ratios, one changed at a time.

    Parameters
    ----------
    axis : AxisValue                   as found
    ends : sequence of (low, high)     intervals of the types of linkages told
    smallest : ratio                   as asked for

    Yields
    ------
    smallest, notable : ratio
        Collaboration is low where `smallest` is excluded, high above `notable`.
    AxisValue
    """
    usual = round(exp(NOTABLE), 6)
    others = [(ratio, usual) for ratio in SMALLEST_RATIOS if ratio != smallest]
    others += [(smallest, ratio) for ratio in NOTABLE_RATIOS if ratio != usual]
    for limit, notable in others:
        yield limit, notable, _read(axis, ends, limit, notable)


def _read(
    axis: AxisValue, ends: Sequence[tuple[float, float]], smallest: Ratio, notable: Ratio
) -> AxisValue:
    if isnan(axis.value):
        return axis
    side = "high" if axis.low > log(notable) else "low" if axis.high < log_of(smallest) else ""
    apart = axis.together is not None and axis.together.i2 >= MOST_HETEROGENEITY
    if apart and side != _of_each(ends, smallest):
        side = ""
    span = f"{exp(axis.low):.2g} to {exp(axis.high):.2g} times what size and distance give"
    reason = "" if side else f"collaboration: {span}" + (", types disagree" if apart else "")
    return replace(axis, side=side, reason=reason)


def _of_each(ends: Sequence[tuple[float, float]], smallest: Ratio) -> str:
    """Return the side on which every type by itself stands."""
    if min(low for low, _ in ends) > 0:
        return "high"
    return "low" if max(high for _, high in ends) < log_of(smallest) else ""
