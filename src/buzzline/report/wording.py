"""How numbers are written for people."""

from __future__ import annotations

from math import isfinite

from buzzline.wording import plural

GAP = "\u00a0"  # keeps a number and its unit on one line


def count(number: float | None) -> str:
    """Return a whole number with thousands marked.

    Examples
    --------
    >>> count(12345), count(None)
    ('12,345', '–')
    """
    return "–" if number is None else f"{number:,.0f}"


def percent(share: float | None, digits: int = 0) -> str:
    r"""Return a share as per cent; shares that would round to none or all are said so.

    Examples
    --------
    >>> percent(0.224), percent(0.004), percent(0.997)
    ('22\xa0%', 'below 1\xa0%', 'above 99\xa0%')
    """
    if share is None or not isfinite(share):
        return "–"
    smallest = 10.0**-digits / 100
    if 0 < share < smallest / 2:
        return f"below {smallest * 100:.{digits}f}{GAP}%"
    if 1 - smallest / 2 < share < 1:
        return f"above {(1 - smallest) * 100:.{digits}f}{GAP}%"
    return f"{share * 100:.{digits}f}{GAP}%"


def decimal(number: float | None, digits: int = 3) -> str:
    """Return a number to `digits` significant digits, without exponents for ordinary sizes.

    Examples
    --------
    >>> decimal(5.2134), decimal(0.00021), decimal(1234.5), decimal(None)
    ('5.21', '0.00021', '1,234', '–')
    """
    if number is None or not isfinite(number):
        return "–"
    if abs(number) >= 10 ** (digits - 1):
        return f"{number:,.0f}"
    return f"{number:.{digits}g}"


def interval(low: float | None, high: float | None, digits: int = 3) -> str:
    r"""Return both ends of an interval.

    Examples
    --------
    >>> interval(0.5, 2.0), interval(None, None)
    ('0.5\xa0to\xa02', '–')
    """
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return "–"
    return f"{decimal(low, digits)}{GAP}to{GAP}{decimal(high, digits)}"


def probability(p: float | None) -> str:
    """Return a p-value.

    Examples
    --------
    >>> probability(0.005), probability(0.00002)
    ('0.005', 'below 0.0001')
    """
    if p is None or not isfinite(p):
        return "–"
    return "below 0.0001" if p < 0.0001 else f"{p:.2g}"


def stated(p: float | None) -> str:
    """Return a p-value with its letter.

    Examples
    --------
    >>> stated(0.005), stated(0.00002)
    ('p = 0.005', 'p below 0.0001')
    """
    text = probability(p)
    return f"p {text}" if text.startswith("below") else f"p = {text}"


def listed(parts: list[str]) -> str:
    """Join parts as in a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    return (
        parts[0]
        if len(parts) == 1
        else f"{', '.join(parts[:-1])} and {parts[-1]}"
        if parts
        else ""
    )


__all__ = [
    "GAP",
    "count",
    "decimal",
    "interval",
    "listed",
    "percent",
    "plural",
    "probability",
    "stated",
]
