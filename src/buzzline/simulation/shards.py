"""Finished runs kept as files, so that an interrupted simulation goes on where it stopped.

A shard holds some runs of one case. Its name is a digest of all that its numbers depend on: the
world, the settings, the changes, the luck, the steps and the code of the model. It is written
whole or not at all, with its name and a digest of its numbers: what is there and fits both need
not be run again, and what was damaged or renamed since is run again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import VERSION
from buzzline.tables.writing import atomically

DIGITS = 24
CODE = ("buzzline.simulation", "buzzline.kernels")
MARK, BLANK = b"buzzline-digest:", b"0" * 64  # in the metadata of the file


def shard_name(*depends_on: object) -> str:
    """Return the file name of a shard whose numbers depend on some things.

    Examples
    --------
    >>> shard_name({"a": 1}, 2) == shard_name({"a": 1}, 2)
    True
    >>> shard_name({"a": 1}, 2) == shard_name({"a": 1}, 3)
    False
    """
    digest = hashlib.sha256(f"{VERSION} {code_digest(CODE)}".encode())
    _feed(digest, depends_on)
    return f"{digest.hexdigest()[:DIGITS]}.parquet"


def digest_of(thing: object) -> str:
    """Return digits that differ when a record, or an array in it, differs."""
    digest = hashlib.sha256()
    _feed(digest, thing)
    return digest.hexdigest()[:DIGITS]


def write_shard(frame: pl.DataFrame, path: Path) -> None:
    """Write a shard, whole or not at all.

    Raises
    ------
    UnwritableOutput
        No room, no permission; shards written before stay.
    """
    with atomically(path) as unfinished:
        frame.write_parquet(
            unfinished, compression="zstd", statistics=False,
            metadata={"digest": (MARK + BLANK).decode()},
        )  # fmt: skip
        written = unfinished.read_bytes()
        unfinished.write_bytes(written.replace(MARK + BLANK, MARK + _digest(written, path), 1))


def is_whole(path: Path) -> bool:
    """Tell whether a shard is there, is the one its name says, and holds what was written."""
    return read_shard(path) is not None


def read_shard(path: Path) -> pl.DataFrame | None:
    """Return a shard; None where there is none, or it is not as it was written."""
    try:
        written = path.read_bytes()
    except OSError:
        return None
    at = written.rfind(MARK) + len(MARK)
    told = written[at : at + len(BLANK)]
    if at < len(MARK) or told != _digest(written.replace(told, BLANK, 1), path):
        return None  # not ours, of another name, or damaged
    return pl.read_parquet(written)


def _digest(written: bytes, path: Path) -> bytes:
    """Return digits of a file, in which they stand as zeros themselves, and of its name."""
    return hashlib.sha256(path.name.encode() + written).hexdigest().encode()


def _feed(digest: Any, thing: object) -> None:
    """Give a digest all of a thing: its kind, then its parts, in a fixed order."""
    digest.update(f"<{type(thing).__name__}>".encode())
    if isinstance(thing, np.ndarray):
        digest.update(f"{thing.dtype} {thing.shape}".encode())
        digest.update(np.ascontiguousarray(thing).tobytes())
    elif isinstance(thing, Mapping):
        for key in sorted(thing, key=str):
            _feed(digest, (key, thing[key]))
    elif isinstance(thing, tuple | list):
        digest.update(f"{len(thing)}".encode())
        for each in thing:
            _feed(digest, each)
    elif is_dataclass(thing) and not isinstance(thing, type):
        for field in fields(thing):
            _feed(digest, (field.name, getattr(thing, field.name)))
    else:
        digest.update(repr(thing).encode())


@cache
def code_digest(packages: tuple[str, ...]) -> str:
    """Return digits that differ when the code of one of the packages does."""
    digest = hashlib.sha256()
    for package in packages:
        for source in _sources(files(package)):
            digest.update(source.read_bytes())
    return digest.hexdigest()[:DIGITS]


def _sources(folder: Traversable) -> list[Traversable]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            found += _sources(entry)
        elif entry.name.endswith(".py"):
            found.append(entry)
    return found
