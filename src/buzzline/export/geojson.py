"""Clusters and organisations as GeoJSON (RFC 7946): WGS 84, areas anticlockwise, cut at 180°.

An organisation without coordinates stays in the file, with `"geometry": null`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.clusters.membership import Membership
from buzzline.export.outlines import Area
from buzzline.export.places import areas, organisations_with_clusters, related
from buzzline.export.written import Written, one_file
from buzzline.linkages.gatekeepers import Gatekeepers
from buzzline.tables.study import Study
from buzzline.tables.writing import atomically

AT_ONCE = 50_000  # rows turned into text at a time, to bound memory


def write_cluster_areas(study: Study, clustering: Clustering, path: Path | str) -> Written:
    """Write the area of each cluster, with every column of the cluster table.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission; what was there before is left as it was.
    """
    outlined = areas(study, clustering)
    properties = clustering.clusters.with_columns(
        pl.Series("outline", [area.outline for area in outlined], dtype=pl.String)
    )
    shapes = pl.Series("geometry", [_polygon(area) for area in outlined], dtype=pl.String)
    return _write(_features(properties, shapes), Path(path))


def write_cluster_centres(clustering: Clustering, path: Path | str) -> Written:
    """Write the densest site of each cluster as a point, with the columns of the cluster table.

    Raises
    ------
    UnwritableOutput
        As `write_cluster_areas`.
    """
    return _write(_features(clustering.clusters, _points(clustering.clusters)), Path(path))


def write_organisation_points(
    study: Study,
    clustering: Clustering | None,
    path: Path | str,
    *,
    membership: Membership | None = None,
    roles: Gatekeepers | None = None,
) -> Written:
    """Write every organisation as a point, with the cluster it belongs to and its role.

    Raises
    ------
    UnwritableOutput
        As `write_cluster_areas`.
    """
    rows = organisations_with_clusters(study, clustering, membership, roles=roles)
    return _write_points(rows, Path(path))


def write_membership_points(membership: Membership, path: Path | str) -> Written:
    """Write every organisation that has to do with a cluster as a point, with its type.

    Raises
    ------
    UnwritableOutput
        As `write_cluster_areas`.
    """
    return _write_points(related(membership), Path(path))


def _write_points(placed: pl.DataFrame, path: Path) -> Written:
    nowhere = placed.filter(_is_nowhere()).height
    note = f"organisations without coordinates, with an empty geometry: {nowhere:,}"
    slices = placed.iter_slices(AT_ONCE)
    features = (line for part in slices for line in _features(part, _points(part)))
    return _write(features, path, note=note if nowhere else "")


def _is_nowhere() -> pl.Expr:
    return pl.col("longitude").is_null() | pl.col("latitude").is_null()


def _polygon(area: Area) -> str:
    rings = [[[list(corner) for corner in ring]] for ring in area.rings]
    if len(rings) == 1:
        return json.dumps({"type": "Polygon", "coordinates": rings[0]})
    return json.dumps({"type": "MultiPolygon", "coordinates": rings})


def _points(frame: pl.DataFrame) -> pl.Series:
    longitude, latitude = pl.col("longitude").round(6), pl.col("latitude").round(6)
    pair = pl.concat_str(longitude, pl.lit(", "), latitude)
    point = pl.concat_str(pl.lit('{"type": "Point", "coordinates": ['), pair, pl.lit("]}"))
    return frame.select(point.fill_null("null").alias("geometry")).to_series()


def _features(properties: pl.DataFrame, geometry: pl.Series) -> Iterator[str]:
    said = properties.select(pl.struct(pl.all()).struct.json_encode()).to_series()
    for shape, text in zip(geometry, said, strict=True):
        yield f'{{"type": "Feature", "geometry": {shape}, "properties": {text}}}'


def _write(features: Iterable[str], path: Path, note: str = "") -> Written:
    with (
        atomically(path) as unfinished,
        unfinished.open("w", encoding="utf-8", newline="\n") as out,
    ):
        out.write('{"type": "FeatureCollection", "features": [')
        for number, feature in enumerate(features):
            out.write(f"{',' if number else ''}\n{feature}")
        out.write("\n]}\n")
    return one_file(path, note)
