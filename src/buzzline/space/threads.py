"""Kernels on all cores: they release the interpreter lock, so threads are enough."""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

T = TypeVar("T")
R = TypeVar("R")


def thread_count() -> int:
    """Return `BUZZLINE_THREADS`, or the number of cores this process may use."""
    wanted = int(os.environ.get("BUZZLINE_THREADS", 0))
    allowed = (
        len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    )
    return wanted or allowed or 1


def spread(function: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
    """Yield function(item) for every item, in order, worked on by all threads."""
    with ThreadPoolExecutor(thread_count()) as pool:
        yield from pool.map(function, items)


def in_parts(function: Callable[[slice], np.ndarray], n: int) -> np.ndarray:
    """Return function(slice) over 0..n, cut into parts that the threads share, joined again."""
    edges = np.linspace(0, n, 8 * thread_count() + 1).astype(int)
    parts = [slice(low, high) for low, high in itertools.pairwise(edges) if high > low]
    return np.concatenate(list(spread(function, parts)) or [function(slice(0, 0))])
