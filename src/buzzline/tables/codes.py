"""Codes of industries by their form: how deep one is, and which stand for everything."""

from __future__ import annotations

import re

ROOTS = frozenset(
    {"00", "0", "000", "0000", "------", "_t", "tot", "total", "totals", "all",
     "all industries", "all_industries", "insgesamt", "ensemble", "totale"}
)  # fmt: skip
CODE = re.compile(r"^[A-Z]?\d+(?:\.\d+)*$", re.IGNORECASE)
RANGE = re.compile(r"^(\d{2})-(\d{2})$")
LETTER = re.compile(r"^[A-Z]$")


def depth(code: str) -> int | None:
    """Return the level of a code by its form, or None when it has no form of a code.

    Examples
    --------
    >>> depth("C"), depth("31-33"), depth("10.11"), depth("334413"), depth("optics")
    (1, 2, 4, 6, None)
    """
    if LETTER.match(code):
        return 1
    if RANGE.match(code):
        return 2
    return sum(map(str.isdigit, code)) if CODE.match(code) else None


def is_root(code: str) -> bool:
    """Tell whether a code stands for all industries together, by common usage.

    Examples
    --------
    >>> is_root("00"), is_root("TOTAL"), is_root("31-33")
    (True, True, False)
    """
    return code.strip().casefold() in ROOTS
