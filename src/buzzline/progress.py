"""How long work tells how far it is: a callable that faces turn into a bar."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all


def silent(what: str, done: int, total: int) -> None:
    """Tell nobody."""
