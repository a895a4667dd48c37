"""All results of a study into one folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

import polars as pl

from buzzline.analysis import VERSION, Answer, Provenance
from buzzline.clusters.clustering import FIRST_TEST_ONLY, Clustering
from buzzline.clusters.membership import Membership
from buzzline.clusters.separation import Separation
from buzzline.errors import MissingPackage
from buzzline.export.cluster_graphs import cluster_graph
from buzzline.export.frames import result_frames
from buzzline.export.geojson import (
    write_cluster_areas,
    write_cluster_centres,
    write_membership_points,
    write_organisation_points,
)  # fmt: skip
from buzzline.export.geopackage import write_geopackage
from buzzline.export.gexf import write_gexf
from buzzline.export.graphml import write_graphml
from buzzline.export.graphs import graph_of
from buzzline.export.tabular import write_csv, write_parquet
from buzzline.export.workbook import write_workbook
from buzzline.export.written import Written
from buzzline.investment.cluster_investments import ClusterInvestments
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.gatekeepers import Gatekeepers
from buzzline.linkages.profile import ScaleProfile
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study

PRIVATE_TABLES = frozenset({"spells"})  # about persons: never part of any output


def write_results(
    folder: Path | str,
    study: Study,
    *,
    profile: ScaleProfile | None = None,
    clustering: Clustering | None = None,
    balance: ScaleBalance | None = None,
    measures: Sequence[Answer] = (),
) -> Written:
    """Write every result as tables, workbook, map layers and graphs.

    Parameters
    ----------
    folder : Path or str
        Created if need be. Gets `results.xlsx` and the folders `tables`, `maps`, `networks`
        and, when rows were set aside, `set_aside`.
    study : Study
    profile, clustering, balance : results or None
        What has not been run is left out.
    measures : sequence of results
        Of any further analyses; a membership gives maps and networks the type of members,
        gatekeepers their role.

    Returns
    -------
    Written
        Iterating over it gives the paths; `skipped` says what could not be written and why.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission. Files already written are whole and stay.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> study = Study.of(organisations=pl.DataFrame({"org_id": ["a"], "name": ["Aria"]}))
    >>> written = write_results(mkdtemp(), study)
    >>> sorted({path.suffix for path in written})
    ['.csv', '.geojson', '.gexf', '.gpkg', '.graphml', '.parquet', '.xlsx']
    """
    root = Path(folder)
    frames = result_frames(
        study.about.quality, profile=profile, clustering=clustering, balance=balance,
        measures=measures,
    )  # fmt: skip
    about = about_lines(study, (clustering, profile, balance, *measures))
    cutoffs = profile.cutoffs if profile else balance.cutoffs if balance else Cutoffs()
    types = next((one for one in measures if isinstance(one, Membership)), None)
    roles = next((one for one in measures if isinstance(one, Gatekeepers)), None)
    known: dict[str, Any] = {"membership": types, "roles": roles}
    return (
        write_tables(root / "tables", frames)
        + write_set_aside(root / "set_aside", study)
        + write_workbook(frames, root / "results.xlsx", about=about)
        + write_maps(root / "maps", study, clustering, **known, cutoffs=cutoffs)
        + write_networks(root / "networks", study, clustering, **known, cutoffs=cutoffs)
        + write_cluster_network(root / "networks", measures)
    )


def write_tables(folder: Path | str, frames: Mapping[str, pl.DataFrame]) -> Written:
    """Write each table as `<name>.parquet` and `<name>.csv`.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission.
    """
    written = Written()
    for name, frame in frames.items():
        written += write_parquet(frame, Path(folder) / f"{name}.parquet")
        written += write_csv(frame, Path(folder) / f"{name}.csv")
    return written


def write_set_aside(folder: Path | str, study: Study) -> Written:
    """Write the rows that were set aside, as they were read, with row number and reason.

    Rows about persons are never written; the quality report names them by row number.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission.
    """
    written = Written()
    for name, frame in sorted((study.about.quality.set_aside or {}).items()):
        target = Path(folder) / f"{name}.csv"
        if name in PRIVATE_TABLES:
            written += Written(skipped=((target.name, "rows about persons are never written"),))
        else:
            written += write_csv(frame, target)
    return written


def write_maps(
    folder: Path | str,
    study: Study,
    clustering: Clustering | None,
    *,
    membership: Membership | None = None,
    roles: Gatekeepers | None = None,
    cutoffs: Cutoffs | None = None,
) -> Written:
    """Write clusters, organisations and ties as GeoJSON and GeoPackage.

    Without the extra `geo` the GeoPackage is left out, and the listing says so.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission.
    """
    root = Path(folder)
    written = write_organisation_points(
        study, clustering, root / "organisations.geojson", membership=membership, roles=roles
    )
    if clustering is not None:
        written += write_cluster_areas(study, clustering, root / "clusters.geojson")
        written += write_cluster_centres(clustering, root / "cluster_centres.geojson")
    if membership is not None:
        written += write_membership_points(membership, root / "membership.geojson")
    try:
        return written + write_geopackage(
            study, clustering, root / "buzzline.gpkg", membership=membership, roles=roles,
            cutoffs=cutoffs,
        )  # fmt: skip
    except MissingPackage as error:
        return written + Written(skipped=(("buzzline.gpkg", str(error)),))


def write_networks(
    folder: Path | str,
    study: Study,
    clustering: Clustering | None,
    *,
    membership: Membership | None = None,
    roles: Gatekeepers | None = None,
    cutoffs: Cutoffs | None = None,
) -> Written:
    """Write all organisations and ties as GraphML and GEXF.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission.
    """
    graph = graph_of(study, clustering, membership=membership, roles=roles, cutoffs=cutoffs)
    root = Path(folder)
    return write_graphml(graph, root / "ties.graphml") + write_gexf(graph, root / "ties.gexf")


def write_cluster_network(folder: Path | str, measures: Sequence[Answer]) -> Written:
    """Write which clusters invest in which as GraphML and GEXF, where that was measured.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission.
    """
    found = [one for one in measures if isinstance(one, ClusterInvestments)]
    written = Written()
    for result in found[-1:]:
        graph, root = cluster_graph(result), Path(folder)
        written += write_graphml(graph, root / "clusters.graphml")
        written += write_gexf(graph, root / "clusters.gexf")
    return written


def about_lines(study: Study, results: Sequence[Answer | None]) -> tuple[tuple[str, str], ...]:
    """Return what a reader must know first: title, sources, limits, and how it was made."""
    lines = [("title", study.about.title), ("made by", f"buzzline {VERSION}")]
    lines += [("licence", study.about.licence)] if study.about.licence else []
    lines += [("source", _without_folder(source)) for source in study.about.sources]
    is_tested_twice = any(isinstance(result, Separation) for result in results)
    general = (FIRST_TEST_ONLY,) if study.organisations.height and not is_tested_twice else ()
    lines += [("limit", note) for note in (*study.about.notes, *general)]
    for result in results:
        if result is not None:
            lines.append(("finding", str(result)))
            lines += _made_by(result.provenance)
    return tuple(lines)


def _without_folder(source: str) -> str:
    """Where a file lies on this machine is nobody's business, and would change the bytes."""
    return PurePath(source).name if PurePath(source).is_absolute() else source


def _made_by(provenance: Provenance | None) -> list[tuple[str, str]]:
    if provenance is None:
        return []
    arguments = ", ".join(f"{name}={value}" for name, value in provenance.arguments.items())
    made = f"{provenance.analysis}({arguments})"
    origin = (
        f"study {provenance.fingerprint}, seed {provenance.seed}, buzzline {provenance.version}"
    )
    return [("made by", made), ("made from", origin)]
