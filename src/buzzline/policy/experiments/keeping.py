"""Outcomes of a case in a file, so that an interrupted experiment goes on where it was."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Floats, as_floats
from buzzline.policy.experiments.design import Case, Player, Playing
from buzzline.simulation.shards import is_whole, shard_name, write_shard


def kept_or_played(case: Case, how: Playing, *, play: Player) -> dict[str, Floats]:
    """Return the outcomes of a case: as kept in the folder, or played now and kept.

    Raises
    ------
    UnwritableOutput
        No room or no permission; cases that are kept already stay.
    """
    if how.work.folder is None:
        return dict(play(case, how))
    depends_on = (case, how.size, how.seed, how.model, how.drawn, play)
    path = Path(how.work.folder) / shard_name(case.name, digest_of(depends_on))
    if is_whole(path):
        frame = pl.read_parquet(path)
        return {name: as_floats(frame[name].to_numpy()) for name in frame.columns}
    found = dict(play(case, how))
    write_shard(pl.DataFrame(found), path)
    return found


def digest_of(*things: Any) -> str:
    """Return a short text that is equal for equal cases, settings and worlds.

    Examples
    --------
    >>> digest_of({"a": 1.0}) == digest_of({"a": 1.0}), digest_of(1) == digest_of(2)
    (True, False)
    """
    digest = hashlib.sha256()
    for thing in things:
        _feed(digest, thing)
    return digest.hexdigest()[:16]


def _feed(digest: Any, thing: Any) -> None:
    if is_dataclass(thing) and not isinstance(thing, type):
        digest.update(type(thing).__name__.encode())
        for field in fields(thing):
            _feed(digest, getattr(thing, field.name))
    elif isinstance(thing, np.ndarray):
        digest.update(str(thing.dtype).encode() + str(thing.shape).encode() + thing.tobytes())
    elif isinstance(thing, Mapping):
        for key in sorted(thing, key=str):
            _feed(digest, (str(key), thing[key]))
    elif isinstance(thing, tuple | list):
        digest.update(f"[{len(thing)}".encode())
        for one in thing:
            _feed(digest, one)
    elif callable(thing):
        _feed_function(digest, thing)
    else:
        digest.update(repr(thing).encode())


def _feed_function(digest: Any, function: Any) -> None:
    """Name and code: a case that was rewritten is played again."""
    digest.update(getattr(function, "__qualname__", type(function).__name__).encode())
    code = getattr(function, "__code__", None)
    if code is not None:
        digest.update(code.co_code)
        digest.update(
            repr([one for one in code.co_consts if not hasattr(one, "co_code")]).encode()
        )
    _feed(digest, [cell.cell_contents for cell in getattr(function, "__closure__", None) or ()])
    if hasattr(function, "func"):  # functools.partial
        _feed(digest, (function.func, function.args, function.keywords))
