"""A questionnaire as files: a page to print and a workbook to fill in, in each language."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from buzzline.errors import InvalidArgument
from buzzline.survey.page import page
from buzzline.survey.questionnaire import Questionnaire
from buzzline.survey.wording import FIRST_LANGUAGE, words_of
from buzzline.survey.workbook import workbook
from buzzline.tables.writing import atomically

SURVEY_FILE = "survey.json"
FORM = 1  # of the files; a later one is refused with its reason


def write_survey(
    asked: Questionnaire, folder: Path | str, *, languages: Sequence[str] = (FIRST_LANGUAGE,),
    texts: Path | str | None = None,
) -> list[Path]:  # fmt: skip
    """Write a questionnaire: `questionnaire.<language>.html`, `answers.<language>.xlsx`.

    Whoever asks fills in the workbook, in one language or several, in as many copies as they
    like (names that begin with `answers`); `read_survey` reads them all.

    Parameters
    ----------
    asked : Questionnaire
    folder : path
    languages : sequence of str     ISO 639 codes
    texts : path, optional          table of texts of one's own

    Raises
    ------
    InvalidArgument
        There are no texts in a language, or the folder holds answers already.
    UnwritableOutput
        No room or no permission.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from buzzline.clusters.declared_as_clusters import declared_as_clusters
    >>> from buzzline.survey import questionnaire
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, rng=1).study
    >>> declared = declared_as_clusters(study)
    >>> name = declared.clusters["cluster_id"][0]
    >>> asked = questionnaire(study, declared, cluster=name, year=2025)
    >>> [path.name for path in write_survey(asked, mkdtemp(), languages=["fr"])]
    ['questionnaire.fr.html', 'answers.fr.xlsx', 'survey.json']
    """
    folder = Path(folder)
    words = {language: words_of(language, texts) for language in languages}
    filled = sorted(folder.glob("answers*.xlsx"))
    if filled:
        raise InvalidArgument(
            f"survey: {filled[0]} is there and may hold answers; it is kept as it is. Choose "
            "another folder, or move it away."
        )
    written = []
    for language, said in words.items():
        for name, content in (
            (f"questionnaire.{language}.html", page(asked, language, said).encode()),
            (f"answers.{language}.xlsx", workbook(asked, said)),
        ):
            with atomically(folder / name) as unfinished:
                unfinished.write_bytes(content)
            written.append(folder / name)
    with atomically(folder / SURVEY_FILE) as unfinished:
        text = json.dumps(_plain(asked), indent=1, ensure_ascii=False)
        unfinished.write_text(text + "\n", encoding="utf-8")
    return [*written, folder / SURVEY_FILE]


def _plain(asked: Questionnaire) -> dict[str, object]:
    return {
        "form": FORM, "cluster_id": asked.cluster_id, "label": asked.label, "year": asked.year,
        "members": [list(row) for row in asked.members.iter_rows()],
        "background": list(asked.background), "has_roster": asked.has_roster,
        "most_trusted": asked.most_trusted, "most_external": asked.most_external,
        "practices": list(asked.practices), "cut": list(asked.cut),
    }  # fmt: skip
