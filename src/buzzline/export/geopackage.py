"""Clusters, organisations and ties as one GeoPackage, for QGIS and ArcGIS.

Needs the extra `geo`. Layers: `clusters` (areas), `cluster_centres`, `organisations`, `members`
and, where that was examined, `membership` (points: who belongs how), and `ties` (straight
lines; across the 180th meridian in two pieces).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from buzzline.arrays import Floats
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.membership import Membership
from buzzline.errors import MissingPackage
from buzzline.export.outlines import Area
from buzzline.export.places import (
    ORGANISATION_COLUMNS,
    areas,
    organisations_with_clusters,
    related,
)  # fmt: skip
from buzzline.export.written import Written
from buzzline.linkages.gatekeepers import Gatekeepers
from buzzline.network.ties import ties_by_scale
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study
from buzzline.tables.writing import atomically

MOST_TIES = 250_000  # lines; more take minutes and cannot be read on a map
STAMP = "2000-01-01T00:00:00Z"  # fixed: same results, same bytes
_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("xy", "<f8", 2)])
_LINE = np.dtype([("order", "u1"), ("kind", "<u4"), ("n", "<u4"), ("xy", "<f8", (2, 2))])
_HEAD = struct.Struct("<BII")
Layers = dict[str, tuple[str, pl.DataFrame]]


def write_geopackage(
    study: Study,
    clustering: Clustering | None,
    path: Path | str,
    *,
    membership: Membership | None = None,
    roles: Gatekeepers | None = None,
    cutoffs: Cutoffs | None = None,
) -> Written:
    """Write everything that has a place as layers of one GeoPackage.

    Parameters
    ----------
    study : Study
    clustering : Clustering or None
    path : Path or str
    membership : Membership or None
        Gives the layer `membership`, and each organisation its type.
    roles : Gatekeepers or None
        Gives each organisation its role.
    cutoffs : Cutoffs or None
        Where local and regional end; None is the default ladder.

    Raises
    ------
    MissingPackage
        `pyogrio` is not installed.
    UnwritableOutput
        No room on the disk, or no permission; what was there before is left as it was.
    """
    try:
        import pyogrio
        from pyogrio.raw import write_arrow
    except ImportError as error:
        raise MissingPackage("pyogrio", "geo", "Writing a GeoPackage") from error
    layers, notes = _layers(
        study, clustering, membership, roles=roles, cutoffs=cutoffs or Cutoffs()
    )
    target = Path(path)
    with atomically(target) as unfinished, _fixed_time(pyogrio):
        unfinished.unlink()
        for name, (shape, frame) in layers.items():
            try:
                write_arrow(
                    frame.to_arrow(compat_level=pl.CompatLevel.oldest()), str(unfinished),
                    layer=name, driver="GPKG", geometry_name="geometry", geometry_type=shape,
                    crs="EPSG:4326", append=unfinished.exists(),
                )  # fmt: skip
            except RuntimeError as error:  # what GDAL says of a full disk
                raise OSError(None, str(error)) from error
    return Written((target,), notes=tuple((target.name, note) for note in notes))


@contextmanager
def _fixed_time(pyogrio: Any) -> Iterator[None]:
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": STAMP})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def _layers(
    study: Study,
    clustering: Clustering | None,
    membership: Membership | None,
    *,
    roles: Gatekeepers | None,
    cutoffs: Cutoffs,
) -> tuple[Layers, list[str]]:
    organisations = organisations_with_clusters(study, clustering, membership, roles=roles)
    placed = organisations.drop_nulls(["longitude", "latitude"])
    layers: Layers = {}
    if clustering is not None:
        shapes = [_area(area) for area in areas(study, clustering)]
        outlined = pl.Series("geometry", shapes, dtype=pl.Binary)
        layers["clusters"] = ("MultiPolygon", clustering.clusters.with_columns(outlined))
        layers["cluster_centres"] = ("Point", _with_points(clustering.clusters))
        members = clustering.members.join(
            placed.select(ORGANISATION_COLUMNS), on="org_id", how="inner", validate="m:1",
            maintain_order="left",
        )  # fmt: skip
        layers["members"] = ("Point", _with_points(members))
    if membership is not None:
        near = related(membership).drop_nulls(["longitude", "latitude"])
        layers["membership"] = ("Point", _with_points(near))
    layers["organisations"] = ("Point", _with_points(placed))
    notes = []
    if away := organisations.height - placed.height:
        notes.append(f"organisations without coordinates, in no layer: {away:,}")
    ties, note = _ties(study, placed, cutoffs)
    if ties is not None:
        layers["ties"] = ("MultiLineString", ties)
    return layers, [*notes, *([note] if note else [])]


def _with_points(frame: pl.DataFrame) -> pl.DataFrame:
    records = np.empty(frame.height, dtype=_POINT)
    records["order"], records["kind"] = 1, 1
    records["xy"] = frame.select("longitude", "latitude").to_numpy()
    return frame.with_columns(_as_binary(records))


def _as_binary(records: Any) -> pl.Series:
    size, raw = records.dtype.itemsize, records.tobytes()
    cut = [raw[at : at + size] for at in range(0, len(raw), size)]
    return pl.Series("geometry", cut, dtype=pl.Binary)


def _area(area: Area) -> bytes:
    """Return a multipolygon as well-known binary."""
    parts = [_HEAD.pack(1, 6, len(area.rings))]
    for ring in area.rings:
        corners = np.array(ring, dtype="<f8")
        parts += [_HEAD.pack(1, 3, 1), struct.pack("<I", len(ring)), corners.tobytes()]
    return b"".join(parts)


def _ties(
    study: Study, placed: pl.DataFrame, cutoffs: Cutoffs
) -> tuple[pl.DataFrame | None, str]:
    if study.linkages.height > MOST_TIES:
        return None, (
            f"no layer of ties: {study.linkages.height:,} lines are more than {MOST_TIES:,}; "
            "the GraphML and GEXF files hold all"
        )
    numbered = study.linkages.with_row_index("number")
    scaled = ties_by_scale(numbered, study.organisations, cutoffs).collect(backend="polars")
    ties = scaled.to_polars().sort("number")
    at = placed.select("org_id", "longitude", "latitude")
    for end in ("source", "target"):
        ties = ties.join(at, left_on=end, right_on="org_id", how="left", validate="m:1",
                         suffix=f"_{end}", maintain_order="left")  # fmt: skip
    drawn = ties.drop_nulls(["longitude", "longitude_target"])
    ends = drawn.select("longitude", "latitude", "longitude_target", "latitude_target")
    shapes = pl.Series("geometry", _lines(ends.to_numpy()), dtype=pl.Binary)
    away = ties.height - drawn.height
    note = f"ties with an end without coordinates, without a line: {away:,}" if away else ""
    kept = drawn.select("source", "target", "layer", "directed", "weight", "unit", "start",
                        "end", "scale")  # fmt: skip
    return kept.with_columns(shapes), note


def _lines(ends: Floats) -> list[bytes]:
    """Return ties as multilines in well-known binary, the short way round the globe."""
    records = np.empty(len(ends), dtype=_LINE)
    records["order"], records["kind"], records["n"] = 1, 2, 2
    records["xy"] = ends.reshape(-1, 2, 2)
    size, raw = _LINE.itemsize, records.tobytes()
    one = _HEAD.pack(1, 5, 1)
    lines = [one + raw[at : at + size] for at in range(0, len(raw), size)]
    for row in np.flatnonzero(np.abs(ends[:, 2] - ends[:, 0]) > 180):
        lines[row] = _halves(ends[row])
    return lines


def _halves(ends: Floats) -> bytes:
    x0, y0, x1, y1 = (float(value) for value in ends)
    edge = 180.0 if x0 > 0 else -180.0
    beyond = x1 + 2 * edge  # the far end as seen from the near one
    middle = y0 + (y1 - y0) * (edge - x0) / (beyond - x0) if beyond != x0 else y0
    pieces = ((x0, y0, edge, middle), (-edge, middle, x1, y1))
    parts = [struct.pack("<BII4d", 1, 2, 2, *piece) for piece in pieces]
    return b"".join([_HEAD.pack(1, 5, 2), *parts])
