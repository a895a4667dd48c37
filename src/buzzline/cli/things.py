"""Things an analysis takes: the study, and results of other analyses, each made once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from buzzline.analysis import Analysis, NotMade, maker_of, optional_things_of, things_of
from buzzline.cli.options import arguments_from
from buzzline.cli.printing import say
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.declared_as_clusters import declared_as_clusters
from buzzline.clusters.delineation import Delineation
from buzzline.errors import InvalidArgument, NotConverged, TooFew
from buzzline.progress import Progress
from buzzline.road.choices import choices_of
from buzzline.road.measuring import ALWAYS, OF_CANDIDATES, SENSIBLE, WHO
from buzzline.road.parts import Parts
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings

DECLARED = Path("declared")  # in place of the folder of an earlier run
NOT_MADE = "it takes long and is not made unasked; ask for it with `buzzline {}`, or in a run"
NOTHING: Mapping[str, Mapping[str, Any]] = MappingProxyType({})


class AfterTests:
    """Key of the clusters both tests leave, beside that of the candidates."""


def things_for(
    item: Analysis,
    have: dict[type, Any],
    settings: RunSettings,
    *,
    progress: Progress,
    typed: Mapping[str, Mapping[str, Any]] = NOTHING,
) -> list[Any]:
    """Return what an analysis takes, in the order of its arguments.

    Clusters are those both tests leave, as in a whole run, where it is not an analysis of the
    candidates.

    Parameters
    ----------
    item : Analysis
    have : dict of type to thing
        What there is already; what is made is put into it.
    settings : RunSettings
        Of the study file; what they leave open keeps the defaults of each analysis.
    progress : Progress
    typed : mapping of analysis to its options, as typed
    """
    kinds = [
        AfterTests if kind is Clustering and item.name not in OF_CANDIDATES else kind
        for kind in things_of(item).values()
    ]
    return [made(kind, have, settings, progress=progress, typed=typed) for kind in kinds]


def made(
    kind: type,
    have: dict[type, Any],
    settings: RunSettings,
    *,
    progress: Progress,
    typed: Mapping[str, Mapping[str, Any]] = NOTHING,
) -> Any:
    """Return the thing of a kind, made by its analysis and all that one takes.

    Parameters
    ----------
    kind : type
        Study, the record of an analysis, or `AfterTests`.
    have, settings, progress, typed : as for `things_for`
    """
    if kind not in have and kind is AfterTests:
        have[kind] = _after_tests(have, settings, progress=progress)
    if kind not in have:
        item = maker_of(kind)
        assert item is not None, f"no analysis makes a {kind.__name__}"
        told = choices_of(item.name, settings)
        choices = arguments_from(item, typed.get(item.name, {}), told)
        if "progress" in item.choices:
            choices["progress"] = progress
        things = things_for(item, have, settings, progress=progress, typed=typed)
        choices |= offered_to(item, have, settings, progress=progress)
        have[kind] = item.function(*things, **choices)
    return have[kind]


def offered_to(
    item: Analysis, have: dict[type, Any], settings: RunSettings, *, progress: Progress
) -> dict[str, Any]:
    """Return the results an analysis takes where there are any, or why there are none.

    Those that a run makes unasked are made now; of the others only what there is is taken.

    Parameters
    ----------
    item, have, settings, progress : as for `things_for`
    """
    found = {}
    for parameter, kind in optional_things_of(item).items():
        maker = maker_of(kind)
        assert maker is not None, f"no analysis makes a {kind.__name__}"
        if kind not in have and maker.name not in (*ALWAYS, *SENSIBLE):
            found[parameter] = NotMade(NOT_MADE.format(maker.name.replace("_", "-")))
            continue
        try:
            found[parameter] = made(kind, have, settings, progress=progress)
        except (TooFew, NotConverged, InvalidArgument) as error:
            found[parameter] = NotMade(WHO.sub("", str(error)))
    return found


def _after_tests(
    have: dict[type, Any], settings: RunSettings, *, progress: Progress
) -> Clustering:
    """Return the clusters both tests leave, or the candidates where none could be made."""
    candidates: Clustering = made(Clustering, have, settings, progress=progress)
    if not candidates.clusters.height:
        return candidates
    try:
        tested: Delineation = made(Delineation, have, settings, progress=progress)
    except (TooFew, NotConverged, InvalidArgument) as error:
        why = WHO.sub("", str(error))
        say(f"Candidate clusters are taken as they are; they could not be tested: {why}")
        return candidates
    return tested.clustering(candidates)


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
