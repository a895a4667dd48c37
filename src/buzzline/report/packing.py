"""Numbers inside a page: small, exact and readable by every browser.

Coordinates are quantised to 1e-4 degree (about ten metres, which also blurs exact addresses)
and sorted along a Morton curve, so that neighbours in the file are neighbours on the ground and
their differences are small. Integers are stored as differences, zigzag coded, one plane a byte,
and compressed; the browser undoes it with its own DecompressionStream.
"""

from __future__ import annotations

import base64
import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from buzzline.arrays import Floats, Indices

QUANTA_PER_DEGREE = 10_000
Coding = Literal["differences", "integers", "bytes"]


@dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """Columns of integers as text.

    Attributes
    ----------
    columns : list[dict]
        In order of storage: `name`, `coding`, `n`.
    text : str
        Base64 of the gzipped bytes.
    """

    columns: list[dict[str, str | int]]
    text: str


def packed(columns: Mapping[str, tuple[Coding, NDArray[np.integer]]]) -> Packed:
    """Pack columns of integers: "differences" for sorted ones, "bytes" for codes below 256.

    Examples
    --------
    >>> packed({"code": ("bytes", np.array([3, 1]))}).columns
    [{'name': 'code', 'coding': 'bytes', 'n': 2}]
    """
    header: list[dict[str, str | int]] = []
    parts: list[bytes] = []
    for name, (coding, values) in columns.items():
        header.append({"name": name, "coding": coding, "n": int(values.size)})
        parts.append(_coded(coding, values))
    return Packed(header, compressed(b"".join(parts)))


def compressed(content: bytes) -> str:
    """Return gzip of `content` as base64; equal content gives equal text (no time inside)."""
    return base64.b64encode(gzip.compress(content, 9, mtime=0)).decode("ascii")


def quantised(degrees: Floats, origin: float) -> Indices:
    """Return whole quanta of 1e-4 degree east or north of `origin`."""
    return np.rint((degrees - origin) * QUANTA_PER_DEGREE).astype(np.int64)


def morton_order(x: Indices, y: Indices) -> Indices:
    """Return the order of points along the Z-curve; `x` and `y` below 2**32."""
    curve = _spread(x) | (_spread(y) << np.uint64(1))
    return np.argsort(curve, kind="stable").astype(np.int64)


def _coded(coding: Coding, values: NDArray[np.integer]) -> bytes:
    if coding == "bytes":
        return values.astype(np.uint8).tobytes()
    whole = values.astype(np.int64)
    if coding == "differences":
        whole = np.diff(whole, prepend=0)
    zigzag = ((whole << 1) ^ (whole >> 63)).astype("<u4")
    return np.ascontiguousarray(zigzag.view(np.uint8).reshape(-1, 4).T).tobytes()


def _spread(values: Indices) -> NDArray[np.uint64]:
    """Put a zero between every two bits."""
    wide = values.astype(np.uint64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333), (1, 0x5555555555555555),
    ):  # fmt: skip
        wide = (wide | (wide << np.uint64(shift))) & np.uint64(mask)
    return wide
