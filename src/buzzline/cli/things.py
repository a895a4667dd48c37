"""Things an analysis takes: the study, and results of other analyses, each made once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from buzzline.analysis import maker_of, things_of
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.declared_as_clusters import declared_as_clusters
from buzzline.clusters.delineation import Delineation
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress
from buzzline.road.choices import choices_of
from buzzline.road.parts import Parts
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings

DECLARED = Path("declared")  # in place of the folder of an earlier run


def made(
    kind: type, have: dict[type, Any], settings: RunSettings, *, progress: Progress
) -> Any:
    """Return the thing of a kind, made by its analysis and all that one takes.

    Parameters
    ----------
    kind : type
        Study, or the record of an analysis.
    have : dict of type to thing
        What there is already; what is made is put into it.
    settings : RunSettings
        Of the study file; what they leave open keeps the defaults of each analysis.
    progress : Progress
    """
    if kind not in have:
        item = maker_of(kind)
        assert item is not None, f"no analysis makes a {kind.__name__}"
        choices = choices_of(item.name, settings)
        if "progress" in item.choices:
            choices["progress"] = progress
        things = [
            made(each, have, settings, progress=progress) for each in things_of(item).values()
        ]
        have[kind] = item.function(*things, **choices)
    return have[kind]


def earlier_clusters(
    folder: Path, study: Study, named: Path, *, after_tests: bool = False
) -> Clustering:
    """Return the clusters of an earlier run, or those the study declares.

    Parameters
    ----------
    folder : Path
        Of the earlier run; "declared": the declared clusters of the study.
    study : Study
    named : Path
        What the study was read from, for messages.
    after_tests : bool
        The clusters both tests leave, where that run made them, not the candidates.

    Raises
    ------
    InvalidArgument
        No clusters there, or clusters of other tables.
    """
    if folder == DECLARED:
        return declared_as_clusters(study)
    kept = Parts.of(folder).only("candidate-clusters", Clustering)
    if kept is None:
        raise InvalidArgument(
            f"--clusters: {folder} holds no finished clusters. Name the folder of an "
            "earlier `buzzline run`, or leave the option out."
        )
    if kept.provenance is not None and kept.provenance.fingerprint != study.fingerprint:
        raise InvalidArgument(
            f"--clusters: the clusters in {folder} are of other tables than "
            f"{named}. Run `buzzline run {named}` again, or leave it out."
        )
    tested = Parts.of(folder).only("delineation", Delineation) if after_tests else None
    return kept if tested is None else tested.clustering(kept)
