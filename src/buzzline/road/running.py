"""The whole road: tables in, a folder of results out; what is finished is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buzzline.analysis import Answer
from buzzline.charts import gallery, save_charts
from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.export import write_results
from buzzline.linkages.balance import ScaleBalance, scale_balance
from buzzline.linkages.profile import ScaleProfile, scale_profile
from buzzline.progress import Progress, silent
from buzzline.report import report
from buzzline.report.measures import is_tested_twice
from buzzline.road.choices import hold_to
from buzzline.road.gaps import NO_INDUSTRY, no_balance, no_clustering, no_profile
from buzzline.road.manifest import (
    MANIFEST,
    manifest,
    remember_written,
    remove_stale,
    write_manifest,
)
from buzzline.road.measuring import not_asked_of
from buzzline.road.opening import Kind, Source, opened, settings_of, sha256
from buzzline.road.parts import Parts
from buzzline.road.public import Edition, public_edition, rule_of
from buzzline.road.quality_files import write_quality
from buzzline.road.stages import Stages
from buzzline.road.taking import CLUSTERS, clusters_of, take_measures
from buzzline.space.scales import Cutoffs
from buzzline.tables.privacy import pseudonymous
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings

REPORT = "report.html"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Road:
    """Everything one run found, and where it was written.

    Attributes
    ----------
    study : Study
    profile : ScaleProfile
    clustering : Clustering
        Candidates.
    balance : ScaleBalance
        Of the clusters that both tests leave, where they were made, else of the candidates.
    measures : tuple of results
        Of agglomeration, clusters and linkages, in the order of the report.
    not_measured : mapping of analysis to reason
        Measures that the tables do not allow.
    not_asked : tuple of analyses
        Those there are beside the measures of this run.
    files : tuple[Path, ...]
        Every file written, the report and the manifest among them.
    report : Path
    remarks : tuple of (file, text)
        Files that could not be written, or only with a change, and why.
    continued : tuple[str, ...]
        Parts that an earlier run had finished and that were not computed again.
    """

    study: Study
    profile: ScaleProfile
    clustering: Clustering
    balance: ScaleBalance
    measures: tuple[Answer, ...]
    not_measured: Mapping[str, str]
    not_asked: tuple[str, ...]
    files: tuple[Path, ...]
    report: Path
    remarks: tuple[tuple[str, str], ...]
    continued: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([*map(str, self.results), str(self.report)])

    @property
    def results(self) -> tuple[Answer, ...]:
        """Everything computed; without organisations nothing is said of clusters and ties."""
        of_ties = (self.profile, self.clustering, self.balance)
        return (*(of_ties if self.study.organisations.height else ()), *self.measures)

    def __repr__(self) -> str:
        return str(self)


def run_road(
    source: Source,
    out: Path | str,
    *,
    settings: RunSettings | None = None,
    kind: Kind = "tables",
    progress: Progress = silent,
) -> Road:
    """Read a study, find its clusters, hold their ties against chance, and write the report.

    The data-quality report is written before any number is computed. Each finished part is
    kept in `out/.parts`; after an interrupt the same call goes on from there, and after a
    change of settings it computes only what depends on them. Same input, settings and seed:
    the same bytes of every table and of the report.

    Parameters
    ----------
    source : path of a study.toml, folder or file, data frames by table name, or a Study
    out : Path or str
        Folder for the results; made when it is not there.
    settings : RunSettings, optional
        Instead of the section [run] of the study file.
    kind : "tables", "crunchbase", "cordis", "cbp", "exhibitors" or "uscmp"
        Which public source this is, when it is one and has no study.toml.
    progress : callable
        Told what is being done, steps done and steps in all.

    Returns
    -------
    Road

    Raises
    ------
    MissingFile, UnreadableFile, InvalidStudyFile, InvalidTables
        Nothing is written.
    InvalidArgument
        An industry or layer of the settings is not in the study, or `out` is the source itself.
        Nothing is written.
    UnwritableOutput
        No room, no permission; finished parts stay.
    """
    folder = Path(out)
    _keep_apart(source, folder)
    chosen = settings or settings_of(source)
    progress("reading tables", 0, 1)
    study = opened(source, kind)
    hold_to(study, chosen)
    if chosen.public:
        study = pseudonymous(study, rule_of(chosen), rng=chosen.seed)
    progress("reading tables", 1, 1)
    quality = write_quality(folder, study.about.quality)
    remember_written(folder, _names(folder, quality))
    stages = Stages(Parts.of(folder), chosen, progress, {}, [])
    results = _results(study, stages)
    return _written(folder, study, results, stages, quality)


def _keep_apart(source: Source, folder: Path) -> None:
    """Refuse to write results among the tables, where the next run would read them."""
    if isinstance(source, Path | str) and Path(source).resolve() == folder.resolve():
        raise InvalidArgument(
            f"out: {folder} is the folder of the tables; results written there would be read "
            "as tables next time. Choose another folder with --out."
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Results:
    profile: ScaleProfile
    clustering: Clustering
    balance: ScaleBalance
    measures: tuple[Answer, ...]
    not_measured: dict[str, str]


def _results(study: Study, stages: Stages) -> _Results:
    fingerprint = study.fingerprint
    profile = stages.part(
        "scale-profile", ScaleProfile, lambda: _profile(study, stages),
        depends_on=(fingerprint, stages.choices("scale_profile")),
    )  # fmt: skip
    of_clusters = (fingerprint, stages.choices("candidate_clusters"))
    clustering = stages.part(
        CLUSTERS, Clustering, lambda: _clustering(study, stages),
        depends_on=of_clusters,
    )  # fmt: skip
    taken = take_measures(
        study,
        clustering,
        stages,
        profile=profile,
        balance_of=lambda after: _balance_part(study, after, stages),
    )
    shown = clustering.tested_beside() if is_tested_twice(taken.shown) else clustering
    return _Results(profile, shown, taken.balance, taken.shown, taken.reasons)


def _balance_part(study: Study, after: Clustering, stages: Stages) -> ScaleBalance:
    keys = [stages.keys[part] for part in clusters_of("scale_balance", stages)]
    return stages.part(
        "scale-balance", ScaleBalance, lambda: _balance(study, after, stages),
        depends_on=(study.fingerprint, *keys, stages.choices("scale_balance")),
    )  # fmt: skip


def _profile(study: Study, stages: Stages) -> ScaleProfile:
    stages.progress("ties by scale", 0, 1)
    try:
        profile = scale_profile(study, **stages.choices("scale_profile"))
    except TooFew:  # said again by the balance, which lists it as a reason
        profile = no_profile(_cutoffs(stages.settings), stages.settings.level)
    stages.progress("ties by scale", 1, 1)
    return profile


def _clustering(study: Study, stages: Stages) -> Clustering:
    settings = stages.settings
    reason = NO_INDUSTRY
    try:
        clustering = candidate_clusters(
            study, **stages.choices("candidate_clusters"), progress=stages.progress
        )
        if clustering.coverage.height:
            return clustering
    except TooFew as error:
        reason = str(error).removeprefix("candidate_clusters: ")
    return no_clustering(
        study, reason, level=settings.level, rate=settings.false_discovery_rate
    )


def _balance(study: Study, clustering: Clustering, stages: Stages) -> ScaleBalance:
    settings = stages.settings
    reason = "there is no cluster"
    try:
        if clustering.clusters.height:
            return scale_balance(
                study, clustering, **stages.choices("scale_balance"), progress=stages.progress
            )
    except TooFew as error:
        reason = str(error).removeprefix("scale_balance: ")
    return no_balance(clustering, reason, cutoffs=_cutoffs(settings), level=settings.level)


def _cutoffs(settings: RunSettings) -> Cutoffs:
    return Cutoffs(settings.local_km, settings.regional_km)


def _written(
    folder: Path, study: Study, results: _Results, stages: Stages, quality: list[Path]
) -> Road:
    """Write every result, then remove what an earlier run left and this one did not make."""
    progress, is_public = stages.progress, stages.settings.public
    edition = Edition(
        study, study, results.profile, results.clustering, results.clustering,
        results.balance, results.measures, results.not_measured,
    )  # fmt: skip
    edition = public_edition(edition, stages.settings) if is_public else edition
    profile, clustering, balance = edition.profile, edition.clustering, edition.balance
    measures, not_measured = edition.measures, edition.not_measured
    progress("writing results", 0, 3)
    (folder / MANIFEST).unlink(missing_ok=True)  # written last: where it stands, all is whole
    of_ties: dict[str, Any] = {}
    if study.organisations.height:
        of_ties = {"profile": profile, "clustering": clustering, "balance": balance}
    tables = write_results(folder, edition.tables, measures=measures, **of_ties)
    files = [*quality, *tables]
    progress("writing results", 1, 3)
    charts = gallery(edition.page, measures=measures, **of_ties)
    files += save_charts(folder / "charts", charts)
    remember_written(folder, _names(folder, files))
    progress("writing results", 2, 3)
    not_asked = not_asked_of(stages.settings)
    remarks = (*((name, f"not written: {why}") for name, why in tables.skipped), *tables.notes)
    page = report(
        edition.page, profile, edition.drawn, balance, measures=measures,
        not_measured=not_measured, not_asked=not_asked,
    ).save(folder / REPORT)  # fmt: skip
    digests = {name: sha256(folder / name) for name in _names(folder, [*files, page])}
    content = _manifest(study, results, stages, digests, dict(remarks))
    files += [page, write_manifest(folder, content)]
    remove_stale(folder, _names(folder, files))
    stages.parts.keep_only({} if is_public else stages.keys)
    progress("writing results", 3, 3)
    return Road(
        study, profile, clustering, balance, measures, not_measured, not_asked,
        files=tuple(dict.fromkeys(files)), report=page, remarks=remarks,
        continued=tuple(stages.continued),
    )  # fmt: skip


def _manifest(
    study: Study,
    results: _Results,
    stages: Stages,
    digests: dict[str, str],
    remarks: dict[str, str],
) -> dict[str, Any]:
    """Return what the manifest says of one run."""
    made: tuple[Answer, ...] = (
        results.profile,
        results.clustering,
        results.balance,
        *results.measures,
    )
    reasons = {f"measure {name}": why for name, why in results.not_measured.items()}
    return manifest(
        study, [one.provenance for one in made],
        settings=stages.settings.model_dump(mode="json"), outputs=digests,
        remarks=remarks | reasons,
    )  # fmt: skip


def _names(folder: Path, files: Sequence[Path]) -> list[str]:
    return sorted({path.relative_to(folder).as_posix() for path in files})
