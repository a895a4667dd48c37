"""Points on a map: GeoJSON with the standard library, GeoPackage with pyogrio."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from buzzline.errors import MissingPackage, UnreadableFile
from buzzline.tables.source import (
    FIRST_ROW,
    Loaded,
    Source,
    damaged,
    first_line,
    numbered,
    of_frame,
)


def geojson(path: Path) -> list[Source]:
    """Return the points of a GeoJSON file with their properties."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
        rows = [
            {**(feature.get("properties") or {}), **_point(feature)}
            for feature in content["features"]
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableFile(
            f"{path.name}: is no GeoJSON collection of features ({first_line(error)}). Export "
            "the layer as GeoJSON with coordinates in WGS 84."
        ) from error
    crs = str(content.get("crs", {}).get("properties", {}).get("name", "CRS84"))
    if not crs.endswith(("CRS84", ":4326")):
        raise _not_degrees(path, crs)
    names = list(dict.fromkeys(name for row in rows for name in row))
    frame = pl.DataFrame(
        {name: [_cell(row.get(name)) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )
    return [of_frame(path.stem, path.name, frame.lazy())]


def _point(feature: dict[str, Any]) -> dict[str, float | None]:
    shape = feature.get("geometry") or {}
    at = shape.get("coordinates") or []
    if shape.get("type") == "MultiPoint" and len(at) == 1:
        at = at[0]
    elif shape.get("type") != "Point":
        at = []
    x, y = (at[0], at[1]) if len(at) > 1 else (None, None)
    return {"longitude": x, "latitude": y}


def geopackage(path: Path) -> list[Source]:
    """Return the layers of a GeoPackage, points as longitude and latitude."""
    try:
        import pyogrio
    except ImportError as error:
        raise MissingPackage("pyogrio", "geo", f"Reading {path.name}") from error
    try:
        layers = [str(name) for name, _ in pyogrio.list_layers(path)]
        return [_layer(path, layer, pyogrio) for layer in layers]
    except pyogrio.errors.DataSourceError as error:
        raise damaged(path, "GeoPackage", error) from error


def _layer(path: Path, layer: str, pyogrio: Any) -> Source:
    about = pyogrio.read_info(path, layer=layer)
    crs = str(about["crs"] or "EPSG:4326")
    if about["geometry_type"] and crs not in ("EPSG:4326", "OGC:CRS84"):
        raise _not_degrees(path, crs)
    fields = [str(name) for name in about["fields"]]
    places = ["longitude", "latitude"] if about["geometry_type"] else []
    columns = (*(name for name in fields if name not in places), *places)

    def load(wanted: Sequence[str], limit: int | None) -> Loaded:
        kept = [name for name in wanted if name in fields and name not in places]
        meta, table = pyogrio.read_arrow(
            path, layer=layer, columns=kept, max_features=limit, read_geometry=bool(places)
        )
        frame = pl.DataFrame(pl.from_arrow(table))
        if places:
            geometry = frame[meta["geometry_name"] or "wkb_geometry"]
            if isinstance(geometry.dtype, pl.BaseExtension):
                geometry = geometry.ext.storage()
            frame = frame.with_columns(points(geometry))
        return Loaded(numbered(frame.select(wanted), FIRST_ROW))

    return Source(layer, f"{path.name}, layer {layer}", columns, load)


def points(wkb: pl.Series) -> list[pl.Series]:
    """Return longitude and latitude of points in well-known binary; missing for other shapes.

    Examples
    --------
    >>> import struct
    >>> [s.to_list() for s in points(pl.Series([struct.pack("<BIdd", 1, 1, 9.5, 45.0), None]))]
    [[9.5, None], [45.0, None]]
    """
    is_point = wkb.bin.size().is_between(21, 37) & (
        wkb.bin.starts_with(b"\x01\x01") | wkb.bin.starts_with(b"\x01\xe9")
    )
    positions = is_point.fill_null(value=False).arg_true()
    raw = b"".join(cell[5:21] for cell in wkb.gather(positions).to_list())
    xy = np.full((wkb.len(), 2), np.nan)
    xy[positions.to_numpy()] = np.frombuffer(raw, dtype="<f8").reshape(-1, 2)
    return [
        pl.Series(name, xy[:, place]).fill_nan(None)
        for place, name in enumerate(("longitude", "latitude"))
    ]


def _cell(value: Any) -> Any:
    """Return a cell as text; lists of words as words separated by bars."""
    if value is None or isinstance(value, float):
        return value if value is None else repr(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "|".join(str(item) for item in value)
    return str(value)


def _not_degrees(path: Path, crs: str) -> UnreadableFile:
    return UnreadableFile(
        f"{path.name}: its coordinates are in {crs}, not in degrees. Export it again in WGS 84 "
        "(EPSG:4326), for example with QGIS."
    )
