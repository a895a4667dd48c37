"""How long work tells how far it is: a callable that faces turn into a bar."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

T = TypeVar("T")

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""


def told(progress: Progress, what: str, items: Collection[T]) -> Iterator[T]:
    """Yield the items, telling before each how many are done, and at the end that all are.

    Examples
    --------
    >>> list(told(lambda what, done, total: print(what, done, "of", total), "counting", ["a"]))
    counting 0 of 1
    counting 1 of 1
    ['a']
    """
    for done, item in enumerate(items):
        progress(what, done, len(items))
        yield item
    progress(what, len(items), len(items))
