"""Finished parts of a run: kept beside the results, so that a run can go on where it stopped.

A part is a folder with one Parquet file a table, one .npy file an array and `record.json`,
which is written last: where it stands the part is whole. Its name is a digest of everything
the part depends on, so a part is found again only when it would come out the same.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import typing
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar

import numpy as np
import polars as pl

from buzzline.analysis import VERSION, Provenance
from buzzline.tables.writing import atomically

FOLDER = ".parts"
RECORD = "record.json"
PACKAGES = ("narwhals", "numba", "numpy", "polars", "scipy")  # those that can change a number

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Parts:
    """The finished parts of one output folder.

    Attributes
    ----------
    folder : Path
        Where they are; need not exist yet.
    """

    folder: Path

    @classmethod
    def of(cls, out: Path) -> Parts:
        """Return the parts that belong to an output folder."""
        return cls(out / FOLDER)

    def names(self) -> tuple[str, ...]:
        """Return what is finished, in the order of the alphabet."""
        found = {
            spoken(record.parent.parent.name) for record in self.folder.glob(f"*/*/{RECORD}")
        }
        return tuple(sorted(found))

    def find(self, name: str, key: str, kind: type[R]) -> R | None:
        """Return a finished part, or None when there is none that can be read."""
        folder = self.folder / name / key
        try:
            return _read(folder, kind)
        except (OSError, ValueError, TypeError, KeyError, pl.exceptions.PolarsError):
            return None  # damaged or absent: it is computed again

    def only(self, name: str, kind: type[R]) -> R | None:
        """Return the newest finished part of a name, whatever it depends on."""
        records = list((self.folder / name).glob(f"*/{RECORD}"))
        if not records:
            return None
        newest = max(records, key=lambda record: record.stat().st_mtime_ns)
        return self.find(name, newest.parent.name, kind)

    def keep(self, name: str, key: str, record: Any) -> None:
        """Write a finished part, whole or not at all.

        Raises
        ------
        UnwritableOutput
            No room, no permission.
        TypeError
            A field is neither frame nor array nor plain value nor a record of plain values: a
            mistake in buzzline.
        """
        folder = self.folder / name / key
        plain: dict[str, Any] = {}
        for field in fields(record):
            value = getattr(record, field.name)
            if isinstance(value, pl.DataFrame):
                with atomically(folder / f"{field.name}.parquet") as unfinished:
                    value.write_parquet(unfinished)
            elif isinstance(value, np.ndarray):
                with atomically(folder / f"{field.name}.npy") as unfinished:
                    _save_array(unfinished, value)
            else:
                plain[field.name] = _plain(value)
        text = json.dumps(plain, indent=1)
        with atomically(folder / RECORD) as unfinished:
            unfinished.write_text(text, encoding="utf-8")

    def keep_only(self, keys: Mapping[str, str]) -> None:
        """Remove every part but the ones named, so that the folder does not grow run by run."""
        for folder in self.folder.glob("*/*"):
            if folder.is_dir() and keys.get(folder.parent.name) != folder.name:
                shutil.rmtree(folder, ignore_errors=True)
        if not keys:
            shutil.rmtree(self.folder, ignore_errors=True)


def part_key(name: str, *depends_on: object) -> str:
    """Return the digest of everything a part depends on, this program included.

    Examples
    --------
    >>> part_key("clusters", {"draws": 99}) == part_key("clusters", {"draws": 99})
    True
    >>> part_key("clusters", {"draws": 99}) == part_key("clusters", {"draws": 199})
    False
    """
    parts = [name, program_digest(), versions(), *depends_on]
    text = json.dumps(parts, sort_keys=True, default=repr)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def spoken(name: str) -> str:
    """Return the name of a part as a person says it.

    Examples
    --------
    >>> spoken("scale-balance")
    'scale balance'
    """
    return name.replace("-", " ")


def versions() -> dict[str, str]:
    """Return the versions of buzzline and of the packages that can change a number."""
    return {"buzzline": VERSION} | {name: version(name) for name in PACKAGES}


@cache
def program_digest() -> str:
    """Return sixteen digits that change with every line of buzzline's own code.

    A version number does not change while somebody works on the code; results kept from before
    a change must not be taken for results after it.
    """
    digest = hashlib.sha256()
    for source in _sources(files("buzzline")):
        digest.update(source.read_bytes())
    return digest.hexdigest()[:16]


def _sources(folder: Traversable) -> list[Traversable]:
    found = []
    for entry in sorted(folder.iterdir(), key=lambda item: item.name):
        if entry.is_dir():
            found += _sources(entry)
        elif entry.name.endswith(".py"):
            found.append(entry)
    return found


def _save_array(path: Path, array: Any) -> None:
    with path.open("wb") as file:  # np.save would add an ending to the name
        np.save(file, array, allow_pickle=False)


def _read(folder: Path, kind: type[R]) -> R:
    plain = json.loads((folder / RECORD).read_text(encoding="utf-8"))
    hints = typing.get_type_hints(kind)
    values: dict[str, Any] = {}
    for field in fields(kind):  # type: ignore[arg-type]  # a record of the house
        frame, array = (folder / f"{field.name}.{suffix}" for suffix in ("parquet", "npy"))
        if field.name in plain:
            values[field.name] = _revived(hints[field.name], plain[field.name])
        elif array.exists():
            values[field.name] = np.load(array, allow_pickle=False)
        else:
            values[field.name] = pl.read_parquet(frame)
    return kind(**values)


def _plain(value: Any) -> Any:
    if isinstance(value, Provenance):  # things stand in it as whatever they say of themselves
        return json.loads(json.dumps(asdict(value), default=repr))
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _revived(hint: Any, value: Any) -> Any:
    choices = typing.get_args(hint) if isinstance(hint, UnionType) else (hint,)
    record = next((choice for choice in choices if is_dataclass(choice)), None)
    if record is not None and isinstance(value, dict):
        value = {name: _with_tuples(each) for name, each in value.items()}
        return record(**value)  # type: ignore[operator]  # a class, not an instance
    is_list = any(typing.get_origin(choice) is list for choice in choices)
    return value if is_list else _with_tuples(value)


def _with_tuples(value: Any) -> Any:
    """Return lists as the tuples they were; JSON knows none, and settings hold no lists."""
    if isinstance(value, dict):
        return {name: _with_tuples(each) for name, each in value.items()}
    return tuple(map(_with_tuples, value)) if isinstance(value, list) else value
