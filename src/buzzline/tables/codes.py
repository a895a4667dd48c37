"""Codes of industries by their form: how deep one is, and which stand for everything."""

from __future__ import annotations

import re
from collections.abc import Iterable

ROOTS = frozenset(
    {"00", "0", "000", "0000", "------", "_t", "tot", "total", "totals", "all",
     "all industries", "all_industries", "insgesamt", "ensemble", "totale", "summe", "gesamt",
     "zusammen", "alle wirtschaftszweige", "sum", "grand total", "all sectors", "column total",
     "toutes activités", "totaal", "ogółem", "razem", "suma", "total general"}
)  # fmt: skip
CODE = re.compile(r"^[A-Z]?\d+(?:\.\d+)*$", re.IGNORECASE)
RANGE = re.compile(r"^(\d{2})-(\d{2})$")
TITLED = re.compile(r"^([A-Z]?\d+(?:\.\d+)*|\d{2}-\d{2}|[A-Z])\s*[:–-]\s+(\S.*)$")
YEAR = re.compile(r"^(19|20)\d\d$")
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


def within(codes: Iterable[str]) -> dict[str, str]:
    """Return code → the longest shorter code it begins with, for codes that begin with one.

    Examples
    --------
    >>> within(["31-33", "325", "3254", "10", "10.1"])
    {'325': '31-33', '3254': '325', '10.1': '10'}
    """
    known = {_bare(code): code for code in codes}
    for code in list(known.values()):
        span = RANGE.match(code)
        if span:
            numbers = range(int(span[1]), int(span[2]) + 1)
            known |= {f"{number:02d}": code for number in numbers}
    found = {}
    for code in dict.fromkeys(known.values()):
        bare = _bare(code)
        shorter = (bare[:n] for n in range(len(bare) - 1, 0, -1)) if CODE.match(code) else ()
        parent = next((known[part] for part in shorter if part in known), "")
        if parent:
            found[code] = parent
    return found


def is_root(code: str) -> bool:
    """Tell whether a code stands for all industries together, by common usage.

    Examples
    --------
    >>> is_root("00"), is_root("TOTAL"), is_root("31-33")
    (True, True, False)
    """
    return code.strip().casefold() in ROOTS


def code_and_title(header: str) -> tuple[str, str]:
    """Return the code a header begins with and the title behind it; no title: an empty text.

    Examples
    --------
    >>> code_and_title("10 : Food"), code_and_title("10-12"), code_and_title("Food")
    (('10', 'Food'), ('10-12', ''), ('Food', ''))
    """
    parts = TITLED.match(header.strip())
    return (parts[1], parts[2]) if parts else (header.strip(), "")


def is_coded(header: str) -> bool:
    """Tell whether a header is a code or begins with one; a year is none.

    Examples
    --------
    >>> is_coded("10 : Food"), is_coded("62.01"), is_coded("2019"), is_coded("Area name")
    (True, True, False, False)
    """
    return depth(code_and_title(header)[0]) is not None and not YEAR.match(header)


def is_sum(name: str) -> bool:
    """Tell whether a place is called as a sum of all places is; numbers never are.

    Examples
    --------
    >>> is_sum("Insgesamt"), is_sum("000"), is_sum("Totnes")
    (True, False, False)
    """
    return is_root(name) and any(map(str.isalpha, name)) and name.strip().casefold() != "_t"


def _bare(code: str) -> str:
    return code.replace(".", "")
