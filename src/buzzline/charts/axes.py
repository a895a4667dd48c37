"""Round numbers for axes, and numbers as a person reads them."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10

STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
DECADES_WITH_ALL_TICKS = 2


def round_ticks(low: float, high: float, most: int) -> list[float]:
    """Return at most `most` evenly spaced round numbers between `low` and `high`.

    Examples
    --------
    >>> round_ticks(0, 183, 5)
    [0.0, 50.0, 100.0, 150.0]
    >>> round_ticks(-0.013, 0.04, 4)
    [0.0, 0.02, 0.04]
    """
    if not (isfinite(low) and isfinite(high)) or high <= low:
        return [low] if isfinite(low) else []
    power = 10.0 ** floor(log10((high - low) / max(most, 1)))
    for step in (factor * scale for scale in (power, 10 * power) for factor in STEPS):
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        if last - first + 1 <= most:
            return [float(f"{number * step:.10g}") for number in range(first, last + 1)]
    return [low]


def ratio_ticks(low: float, high: float) -> tuple[float, ...]:
    """Return round numbers of a logarithmic axis: 1, 2, 5; powers of ten beyond two decades.

    Examples
    --------
    >>> ratio_ticks(0.4, 12)
    (0.5, 1.0, 2.0, 5.0, 10.0)
    """
    steps = (1, 2, 5) if log10(high / low) <= DECADES_WITH_ALL_TICKS else (1,)
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    ticks = (float(f"{step}e{power}") for power in powers for step in steps)
    return tuple(tick for tick in ticks if low <= tick <= high)


def amount(value: float | None) -> str:
    """Return a number with as many digits as a person needs.

    Examples
    --------
    >>> [amount(value) for value in (1234.5, 12.34, 0.01234, 0.0, 3e-7, float("nan"))]
    ['1,234', '12.3', '0.0123', '0', '3e-7', '?']
    """
    if value is None or not isfinite(value):
        return "?"
    if value == 0:
        return "0"
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    if abs(value) < 1e-4:
        mantissa, power = f"{value:.2g}".split("e")
        return f"{mantissa}e{int(power)}"
    return f"{value:.3g}"
