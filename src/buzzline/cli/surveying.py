"""The command `survey`: a questionnaire for the members of a cluster, and its answers read."""

from __future__ import annotations

import inspect
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from buzzline.cli.helping import example_lines, unwrapped
from buzzline.cli.leaving import DONE, FAILED
from buzzline.cli.printing import say, show, show_list
from buzzline.cli.things import AfterTests, earlier_clusters, made
from buzzline.cli.waiting import shown_progress
from buzzline.cli.working import StudyPath
from buzzline.export import write_csv
from buzzline.road.opening import opened, settings_of
from buzzline.survey import languages as known_languages
from buzzline.survey import questionnaire, read_survey, write_survey
from buzzline.tables.study import Study
from buzzline.tables.writing import write_study

LISTED_MISTAKES = 40
ClustersFrom = Annotated[
    Path | None,
    Parameter(
        help="Folder of an earlier `buzzline run` to take clusters from, or `declared`; "
        "without it they are looked for now.",
        show_default=False,
    ),
]
Languages = Annotated[
    list[str] | None,
    Parameter(help="en, de, es, fr, or those of --texts.", consume_multiple=True),
]
Practices = Annotated[
    list[str] | None,
    Parameter(help="Practices to ask for, instead of those known.", consume_multiple=True),
]
EXAMPLES = (
    'my-region --cluster textiles-prato --out survey --languages en de',
    'read survey my-region --out my-region-with-answers',
)  # fmt: skip


def add_survey(app: App, **place: Any) -> None:
    """Give the program the command `survey`, with `survey read` under it."""
    survey = App(
        name="survey", help=unwrapped(inspect.getdoc(write) or ""),
        help_epilogue=example_lines("survey", EXAMPLES), **place,
    )  # fmt: skip
    survey.default(write)
    survey.command(read, name="read", help=unwrapped(inspect.getdoc(read) or ""))
    app.command(survey)


def write(  # each is one option of the command
    study: StudyPath,
    *,
    cluster: Annotated[str, Parameter(help="Identifier or label of the cluster.")],
    out: Annotated[Path, Parameter(help="Folder for the questionnaire.")] = Path("survey"),
    clusters: ClustersFrom = None,
    languages: Languages = None,
    texts: Annotated[
        Path | None, Parameter(help="Table of texts (CSV) with languages of your own.")
    ] = None,
    practices: Practices = None,
    year: Annotated[
        int | None, Parameter(help="Year the answers are stored under. Unit: year.")
    ] = None,
) -> int:
    """Write a questionnaire for the members of a cluster: who advises whom, whom they trust.

    A page to print and a workbook to fill in, in each language. Says how long it takes and what
    was cut. Fill in the workbook, then go on with `buzzline survey read`.

    Parameters
    ----------
    study : Path
    """
    found = opened(study, "tables")
    have: dict[type, Any] = {Study: found}
    if clusters is not None:
        have[AfterTests] = earlier_clusters(clusters, found, study, after_tests=True)
    with shown_progress(quiet=False) as progress:
        clustering = made(AfterTests, have, settings_of(study), progress=progress)
    asked = questionnaire(
        found, clustering, cluster=cluster, year=year or date.today().year,
        practices=practices,
    )  # fmt: skip
    chosen = languages or list(known_languages(texts))[:1]
    for path in write_survey(asked, out, languages=chosen, texts=texts):
        say(f"written: {path}")
    show(
        f"{asked}\nNext: fill in {out}/answers.*.xlsx, then buzzline survey read {out} {study}"
    )
    return DONE


def read(
    folder: Annotated[
        Path, Parameter(help="Folder of the questionnaire, workbooks filled in.")
    ],
    study: StudyPath,
    *,
    out: Annotated[
        Path | None,
        Parameter(help="Folder for the study with the answers; FOLDER/study without it."),
    ] = None,
    strict: Annotated[
        bool,
        Parameter(help="Fail (exit code 1) when there is any mistake.", show_default=False),
    ] = False,
) -> int:
    """Read filled-in workbooks back into the study, and name every mistake by sheet and row.

    Rows that cannot be used are left out; the study with all other answers is written anew,
    your own files are not changed.

    Parameters
    ----------
    folder : Path
    study : Path
    """
    answers = read_survey(folder, opened(study, "tables"))
    mistakes = answers.mistakes
    show_list([
        (f"{row['file']}, {row['sheet']}, row {row['row']}", _said(row))
        for row in mistakes.head(LISTED_MISTAKES).to_dicts()
    ])  # fmt: skip
    if strict and mistakes.height:
        say(f"Error: {mistakes.height} mistakes above are to be mended; --strict allows none.")
        return FAILED
    target = out or folder / "study"
    if mistakes.height:
        for path in write_csv(mistakes, target / "mistakes" / "mistakes.csv"):
            say(f"written: {path}")
    write_study(answers.study, target)
    say(f"written: {target}")
    show(f"{answers}\nNext: buzzline gatekeepers {target}")
    return DONE


def _said(row: dict[str, Any]) -> str:
    value = f" ({row['value']!r})" if row["value"] else ""
    used = "" if row["is_kept"] else " The row is left out."
    return f"{row['column']}: {row['what']}{value}. {row['remedy']}{used}"
