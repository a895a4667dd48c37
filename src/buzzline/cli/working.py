"""The commands for a whole study: init, check, run."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from pydantic import ValidationError

from buzzline.analysis import result_names
from buzzline.cli.leaving import DONE, FAILED, interruptible
from buzzline.cli.printing import put, say, show
from buzzline.cli.quality import quality_as_json, show_quality
from buzzline.cli.waiting import shown_progress
from buzzline.errors import InvalidArgument, InvalidTables, Problem
from buzzline.road.choices import hold_to
from buzzline.road.manifest import as_json
from buzzline.road.opening import Kind, opened, settings_of
from buzzline.road.parts import Parts
from buzzline.road.quality_files import write_quality
from buzzline.road.running import Road, run_road
from buzzline.tables.initialising import initialise
from buzzline.tables.quality import Quality
from buzzline.tables.reading import read_tables
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings

if sys.platform != "win32":
    import resource

StudyPath = Annotated[Path, Parameter(help="Folder with tables, one file, or a study.toml.")]
SourceKind = Annotated[
    Kind,
    Parameter(
        help="Which public source it is, when the files are as published.",
        show_default=False,
    ),
]
Quiet = Annotated[bool, Parameter(help="Show no progress.", show_default=False)]
Json = Annotated[
    bool, Parameter(name="--json", help="Print for other programs.", show_default=False)
]


def init(
    *tables: Annotated[
        Path, Parameter(help="Folder with your tables, or the files themselves.")
    ],
    overwrite: Annotated[
        bool, Parameter(help="Replace a study.toml that is there.", show_default=False)
    ] = False,
) -> int:
    """Look at your tables and write a first study.toml.

    The file says how every table and column was understood, with comments. Open it in an
    editor, correct what is wrong, then go on with `buzzline check`.

    Parameters
    ----------
    tables : Path
    """
    path = initialise(tables or (Path(),), overwrite=overwrite)
    show(
        f"{path} is written. Open it in an editor: it says how your tables were understood, "
        f"and what you can set.\nNext: buzzline check {path.parent}"
    )
    return DONE


def check(
    study: StudyPath,
    *,
    source: SourceKind = "tables",
    out: Annotated[
        Path | None, Parameter(help="Folder to write the report and the rows set aside to.")
    ] = None,
    strict: Annotated[
        bool,
        Parameter(
            help="Fail (exit code 1) when there is anything to mend.", show_default=False
        ),
    ] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Say what can be used of your tables, which rows cannot, and what to do about them.

    Nothing is computed and your files are not changed. Exit code 0: the tables can be used. 1:
    they cannot, or study.toml asks for what is not in them, or there is something to mend and
    --strict was given. Row numbers are those of your files; units of columns are in `buzzline
    schema`.

    Parameters
    ----------
    study : Path
    """
    with shown_progress(quiet=quiet) as progress:
        progress("reading tables", 0, 1)
        quality, problems, found = _read(study, source)
        progress("reading tables", 1, 1)
    if json:
        put(quality_as_json(quality, usable=not problems))
    else:
        show_quality(quality, usable=not problems)
    if out is not None:
        for path in write_quality(out, quality):
            say(f"written: {path}")
    if found is None:
        raise InvalidTables(problems)
    hold_to(found, settings_of(study))
    to_mend = [f for f in quality.findings if f.severity in ("set aside", "repaired")]
    if strict and to_mend:
        say(f"Error: {len(to_mend)} findings above are to be mended, and --strict allows none.")
        return FAILED
    return DONE


def _read(source: Path, kind: Kind) -> tuple[Quality, tuple[Problem, ...], Study | None]:
    """Return the quality of tables, what stops them, and else the study they make."""
    if kind != "tables":
        study = opened(source, kind)
        return study.about.quality, (), study
    read = read_tables(source)
    if read.problems:
        return read.quality, read.problems, None
    return read.quality, (), Study.of(about=read.about, **read.frames)


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Chosen:
    """Settings of a run that can be typed instead of written into study.toml."""

    draws: Annotated[
        int | None,
        Parameter(help="Random draws behind each p-value. Unit: draws, 19 to 1,000,000."),
    ] = None
    seed: Annotated[
        int | None,
        Parameter(help="Seed of everything that is drawn; the same seed, the same numbers."),
    ] = None
    public: Annotated[
        bool | None,
        Parameter(
            help="Results for everybody: no small organisation by name, no small group.",
            show_default=False,
        ),
    ] = None


def run(  # each is one option of the command
    study: StudyPath,
    *,
    out: Annotated[Path, Parameter(help="Folder for the results.")] = Path("out"),
    source: SourceKind = "tables",
    industries: Annotated[
        list[str] | None,
        Parameter(
            help="Industries to find clusters of, instead of those in study.toml.",
            consume_multiple=True,
        ),
    ] = None,
    chosen: Chosen = Chosen(),
    json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Do everything: check the tables, find clusters, compare their ties, write the report.

    The data-quality report is written first. Interrupt with Ctrl-C whenever you like: what is
    finished is kept, and the same command goes on from there. Settings are in the section
    [run] of study.toml; the cut-offs there are in km.

    Parameters
    ----------
    study : Path
    """
    started = time.perf_counter()
    typed = {"industries": industries} | asdict(chosen)
    settings = _with_typed(settings_of(study), typed)
    with interruptible(lambda: kept_words(out)), shown_progress(quiet=quiet) as progress:
        road = run_road(study, out, settings=settings, kind=source, progress=progress)
    if json:
        put(as_json(_summary(road)))
    else:
        show_road(road)
    say(spent(time.perf_counter() - started))
    return DONE


def _with_typed(settings: RunSettings, typed: dict[str, Any]) -> RunSettings:
    """Return the settings with what was typed in their place, checked again."""
    given = {key: value for key, value in typed.items() if value is not None}
    if "industries" in given:
        given["groups"] = {}
    try:
        return RunSettings.model_validate(settings.model_dump(exclude_unset=True) | given)
    except ValidationError as error:
        said = [
            f"`--{each['loc'][0]}`: {each['msg']}, got {each['input']!r}"
            for each in error.errors()
        ]
        raise InvalidArgument("; ".join(said)) from error


def kept_words(out: Path) -> str:
    """Return the last words of an interrupted run: what is finished, and how to go on."""
    names = Parts.of(out).names()
    if not names:
        return "Interrupted. No part was finished; the same command starts again."
    return (
        f"Interrupted. Finished and kept in {out}: {', '.join(names)}. "
        "The same command goes on from there."
    )


def show_road(road: Road) -> None:
    """Print what a run found, one paragraph a question, and where the report is."""
    aside = road.study.about.quality.n_set_aside
    lines = [str(road.study), *map(str, road.results)]
    lines += [
        f"{name.replace('_', ' ')}: not run: {why}" for name, why in road.not_measured.items()
    ]
    if road.not_asked:
        lines.append(how_to_ask(road.not_asked))
    if aside and road.study.about.quality.set_aside:
        lines.append(where_set_aside(aside, road.report.parent / "set_aside"))
    lines += [f"{name}: {text}" for name, text in road.remarks]
    show("\n\n".join([*lines, f"Report: {road.report}"]))


def how_to_ask(names: Sequence[str]) -> str:
    """Return the sentence that says which analyses there are besides, and how to run them.

    Examples
    --------
    >>> how_to_ask(["city_threshold"]).split("; ")[0]
    'Not asked for: city_threshold. `buzzline city-threshold` runs it alone'
    """
    it = "it" if len(names) == 1 else "the first"
    return (
        f"Not asked for: {', '.join(names)}. `buzzline {names[0].replace('_', '-')}` runs {it} "
        "alone; `measures` in study.toml says which ones a run takes."
    )


def where_set_aside(n_rows: int, folder: Path) -> str:
    """Return the sentence that says where rows that were set aside are.

    Examples
    --------
    >>> where_set_aside(1, Path("out"))
    '1 row was set aside; it is in out, with row number and reason.'
    """
    if n_rows == 1:
        return f"1 row was set aside; it is in {folder}, with row number and reason."
    return (
        f"{n_rows:,} rows were set aside; they are in {folder}, with row numbers and reasons."
    )


def _summary(road: Road) -> dict[str, Any]:
    return {
        "report": str(road.report),
        "files": [str(path) for path in road.files],
        "kept_from_an_earlier_run": list(road.continued),
        "fingerprint": road.study.fingerprint,
        "organisations": road.study.organisations.height,
        "linkages": road.study.linkages.height,
        "set_aside": road.study.about.quality.n_set_aside,
        "clusters": road.clustering.clusters.height,
        "verdicts": road.balance.balance.height,
        "untested": road.balance.untested.height,
        "measures": result_names(road.measures),
        "not_measured": dict(road.not_measured),
        "not_asked": list(road.not_asked),
    }


def spent(seconds: float) -> str:
    """Return what a run took: time and, where the system tells, the most memory it held."""
    if sys.platform == "win32":
        return f"{seconds:,.1f} s"
    unit = 1024**2 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return f"{seconds:,.1f} s, peak memory {peak:,.0f} MB"
