"""How counts are written in sentences."""

from __future__ import annotations


def plural(number: float, noun: str, several: str | None = None) -> str:
    """Return a count with its noun.

    Examples
    --------
    >>> plural(1, "tie"), plural(2000, "country", "countries")
    ('1 tie', '2,000 countries')
    """
    return f"{number:,.0f} {noun if number == 1 else several or noun + 's'}"


def verb(number: float, one: str, several: str) -> str:
    """Return the verb that goes with a count.

    Examples
    --------
    >>> verb(1, "is", "are"), verb(3, "is", "are")
    ('is', 'are')
    """
    return one if number == 1 else several
