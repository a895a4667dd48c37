"""Telling things apart: digits that differ when a case, a world or a function does."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import CodeType, FunctionType
from typing import Any

import numpy as np


def digest_of(*things: Any) -> str:
    """Return a short text that is equal for equal cases, settings and worlds.

    Of a function its code counts, and that of functions it calls and the constants it looks up
    in its own module; not what it calls of other packages, whose versions are another matter.

    Examples
    --------
    >>> digest_of({"a": 1.0}) == digest_of({"a": 1.0}), digest_of(1) == digest_of(2)
    (True, False)
    """
    digest = hashlib.sha256()
    seen: set[int] = set()
    for thing in things:
        _feed(digest, thing, seen)
    return digest.hexdigest()[:16]


def _feed(digest: Any, thing: Any, seen: set[int]) -> None:
    if is_dataclass(thing) and not isinstance(thing, type):
        digest.update(type(thing).__name__.encode())
        for field in fields(thing):
            _feed(digest, (field.name, getattr(thing, field.name)), seen)
        if callable(thing):
            _feed(digest, type(thing).__call__, seen)
    elif isinstance(thing, np.ndarray):
        digest.update(str(thing.dtype).encode() + str(thing.shape).encode() + thing.tobytes())
    elif isinstance(thing, Mapping):
        digest.update(f"{{{len(thing)}".encode())
        for key in sorted(thing, key=str):
            _feed(digest, (str(key), thing[key]), seen)
    elif isinstance(thing, tuple | list):
        digest.update(f"[{len(thing)}".encode())
        for one in thing:
            _feed(digest, one, seen)
    elif callable(thing):
        _feed_function(digest, thing, seen)
    else:
        digest.update(repr(thing).encode() + b",")


def _feed_function(digest: Any, function: Any, seen: set[int]) -> None:
    """Name and code: a case that was rewritten is played again."""
    digest.update(getattr(function, "__qualname__", type(function).__name__).encode())
    if id(function) in seen:  # one that calls itself
        return
    seen.add(id(function))
    code = getattr(function, "__code__", None)
    if code is not None:
        _feed(digest, list(_parts(code)), seen)
        _feed(digest, (function.__defaults__, function.__kwdefaults__), seen)
        _feed(digest, list(_looked_up(function)), seen)
    cells = getattr(function, "__closure__", None) or ()
    _feed(digest, [cell.cell_contents for cell in cells], seen)
    if hasattr(function, "func"):  # functools.partial
        _feed(digest, (function.func, function.args, function.keywords), seen)


def _parts(code: CodeType) -> Iterator[object]:
    """Yield what a function does, by which names, and the same of functions inside it."""
    yield code.co_code.hex()
    yield code.co_names
    yield code.co_varnames
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _parts(one)
        else:
            yield repr(sorted(one, key=repr) if isinstance(one, frozenset) else one)


def _looked_up(function: FunctionType) -> Iterator[tuple[str, object]]:
    """Yield constants and functions of its own module that a function names."""
    for name in sorted(_names(function.__code__)):
        value = function.__globals__.get(name)
        if isinstance(value, str | int | float | tuple) or (
            isinstance(value, FunctionType) and value.__module__ == function.__module__
        ):
            yield name, value


def _names(code: CodeType) -> set[str]:
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return set(code.co_names).union(*(_names(one) for one in inner))
