"""Levels of a classification of industries: which codes are how deep, and what lies in what.

The table `industries` decides where it tells levels and parents. Otherwise the depth of a code
is the number of its digits (`31-33` has two, a single letter is level 1), and a code lies in
the longest shorter code it begins with. Codes that only look nested (a list numbered 1 to 20)
are taken for one level: see `nested`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from buzzline.tables.codes import CODE, depth, is_root, within

EXCESS = 1.1  # published parts may exceed their whole a little: noise is added to each
MOST = 0.8  # share of the parents that must hold their children


def roots(codes: Sequence[str], industries: pl.DataFrame) -> frozenset[str]:
    """Return the codes that stand for all industries together.

    By their usual names; and the one industry of the table `industries` that lies in no other,
    when every other code lies in one.
    """
    found = {code for code in codes if is_root(code)}
    lies_in_one = industries.filter(pl.col("parent").is_not_null())["industry"]
    top = set(industries["industry"]) - set(lies_in_one)
    if len(top) == 1 and lies_in_one.len() and set(codes) <= {*top, *lies_in_one}:
        found |= top
    return frozenset(found)


def levels(codes: Sequence[str], industries: pl.DataFrame) -> dict[str, int | None]:
    """Return the level of each code: as `industries` tells, else by the form of the code."""
    told = industries.filter(pl.col("level").is_not_null())
    known = dict(zip(told["industry"], told["level"], strict=True))
    return {code: known.get(code, depth(code)) for code in codes}


def parents(codes: Sequence[str], industries: pl.DataFrame) -> dict[str, str]:
    """Return code → the code it lies in, for codes that lie in one."""
    listed = industries.filter(pl.col("parent").is_not_null())
    told = dict(zip(listed["industry"], listed["parent"], strict=True))
    return within([*codes, *industries["industry"]]) | told


def rolled_up(
    codes: Sequence[str], digits: int, industries: pl.DataFrame
) -> dict[str, str | None]:
    """Return code → the code at level `digits` it lies in; None when it lies in none.

    Where no code of that level is listed, the first digits of the code are taken.
    """
    level, up = (
        levels([*codes, *industries["industry"]], industries),
        parents(codes, industries),
    )
    return {code: _ancestor(code, digits, level, up) for code in codes}


def nested(jobs: Mapping[str, float], industries: pl.DataFrame) -> bool:
    """Tell whether codes of different length hold each other, as their jobs show.

    Codes are nested when at least 80 % of those that begin others have at least about as many
    jobs (1 : 1.1) as the next longer ones together. Levels told in `industries` need no check.
    """
    codes = list(jobs)
    if industries["level"].is_not_null().any():
        return True
    up = parents(codes, industries)
    parts: dict[str, float] = {}
    for code, parent in up.items():
        if parent in jobs and code in jobs:
            parts[parent] = parts.get(parent, 0.0) + jobs[code]
    if not parts:
        return False
    held = sum(part <= EXCESS * jobs[whole] for whole, part in parts.items())
    return held >= MOST * len(parts)


def _ancestor(
    code: str, digits: int, level: Mapping[str, int | None], up: Mapping[str, str]
) -> str | None:
    at: str | None = code
    seen = set()
    while at is not None and at not in seen:
        seen.add(at)
        depth_here = level.get(at, depth(at))
        if depth_here == digits:
            return at
        if depth_here is not None and depth_here < digits:
            break
        at = up.get(at)
    own = level.get(code, depth(code))
    if own is None or own < digits or not CODE.match(code):
        return None
    return _first_digits(code, digits)


def _first_digits(code: str, digits: int) -> str:
    kept, seen = "", 0
    for letter in code:
        if seen == digits:
            break
        kept += letter
        seen += letter.isdigit()
    return kept
