"""Work spread over processes of this machine, or over a Dask cluster, through one door."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, TypeVar

import joblib

from buzzline.errors import InvalidArgument, MissingPackage

T = TypeVar("T")
R = TypeVar("R")
Pool = Literal["processes", "dask", "serial"]
AHEAD = 4  # pieces of work a worker of a cluster is given in advance


def spread_out(
    work: Callable[[T], R], pieces: Sequence[T], *, workers: int, pool: Pool
) -> Iterator[R]:
    """Yield work(piece) for every piece, in order, as soon as it is there.

    Parameters
    ----------
    work : callable             of the top level of a module, so that it can be sent
    pieces : sequence
    workers : int
        Processes at once; one works here, in this process.
    pool : "processes", "dask" or "serial"
        With "dask", the cluster that a `distributed.Client` is connected to, else one of
        processes on this machine.

    Raises
    ------
    InvalidArgument
        No worker.
    MissingPackage
        "dask" without the package.
    """
    if workers < 1:
        raise InvalidArgument(f"simulation: `workers` must be 1 or more, got {workers}")
    if pool == "dask":
        yield from _over_dask(work, pieces, workers)
    elif pool == "serial" or workers == 1 or len(pieces) < 2:
        yield from map(work, pieces)
    else:
        over = joblib.Parallel(n_jobs=workers, backend="loky", return_as="generator")
        yield from over(joblib.delayed(work)(piece) for piece in pieces)


def _over_dask(work: Callable[[T], R], pieces: Sequence[T], workers: int) -> Iterator[R]:
    try:
        import distributed
    except ImportError as error:
        raise MissingPackage("distributed", "dask", "Running on a Dask cluster") from error
    try:
        client: Any = distributed.get_client()
        is_ours = False
    except ValueError:  # nobody is connected
        client = distributed.Client(
            n_workers=workers, threads_per_worker=1, dashboard_address=None
        )
        is_ours = True
    try:
        yield from _windowed(client, work, pieces)
    finally:
        if is_ours:
            client.close()
            client.cluster.close()


def _windowed(client: Any, work: Callable[[T], R], pieces: Sequence[T]) -> Iterator[R]:
    """Yield results with only a few pieces at the scheduler, whose memory grows with each."""
    most = AHEAD * max(len(client.scheduler_info()["workers"]), 1)
    waiting: list[Any] = []
    for piece in pieces:
        waiting.append(client.submit(work, piece, pure=False))
        if len(waiting) >= most:
            yield waiting.pop(0).result()
    for future in waiting:
        yield future.result()
