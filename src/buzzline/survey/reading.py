"""Answers read back: who answered, who advises whom, whom they trust, what they do."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from buzzline.errors import InvalidArgument, MissingFile, UnreadableFile
from buzzline.estimates import Estimate, exact_count
from buzzline.survey.answered import Answers, answers_from
from buzzline.survey.questionnaire import Questionnaire
from buzzline.survey.sheets import Mistakes, filled_workbooks, lines_of
from buzzline.survey.writing import FORM, SURVEY_FILE
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

ENOUGH, FEWEST = 0.8, 0.7  # response rates: below, bounds; below, no roles of brokers


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SurveyAnswers:
    """A study with the answers of a survey, and what was wrong with them.

    Attributes
    ----------
    study : Study                   with advice, trust, answers and practices
    asked : Questionnaire
    response_rate : Estimate        of the members; an exact count
    mistakes : DataFrame            `file`, `sheet`, `row`, `column`, `value`, `what`, `remedy`,
                                    `is_kept`
    n_advice, n_trust, n_external, n_practices : int
                                    answers used
    """

    study: Study
    asked: Questionnaire
    response_rate: Estimate
    mistakes: pl.DataFrame
    n_advice: int
    n_trust: int
    n_external: int
    n_practices: int

    def table(self) -> pl.DataFrame:
        """Return one row a mistake."""
        return self.mistakes

    def __str__(self) -> str:
        k = self.asked.members.height
        rate = self.response_rate.value
        left_out = self.mistakes.filter(~pl.col("is_kept"))
        n_out = left_out.select("file", "sheet", "row").unique().height
        n = self.mistakes.height
        wrong = "no mistakes"
        if n:
            wrong = f"{plural(n, 'mistake')}, for which {plural(n_out, 'row')} "
            wrong += f"{verb(n_out, 'is', 'are')} left out"
        return (
            f"{rate * k:.0f} of {k:,} members of {self.asked.label} answered ({rate:.0%}): "
            f"{plural(self.n_advice, 'tie')} of advice among them, "
            f"{self.n_external:,} from outside, {self.n_trust:,} of trust, "
            f"{plural(self.n_practices, 'practice')}; {wrong}. {_bearing(rate, k)}"
        )

    def __repr__(self) -> str:
        return str(self)


def _bearing(rate: float, k: int) -> str:
    """Say what the response rate bears."""
    if rate >= ENOUGH:
        return "That is enough for roles without bounds."
    more = -(-int(1000 * ENOUGH) * k // 1000) - round(rate * k)
    needed = f"{plural(more, 'more answer')} would make it {ENOUGH:.0%}."
    if rate >= FEWEST:
        return f"Below {ENOUGH:.0%}, roles are told with bounds; {needed}"
    return f"Below {FEWEST:.0%}, no roles of brokers can be told; {needed}"


def read_survey(folder: Path | str, study: Study) -> SurveyAnswers:
    """Read filled-in workbooks back into a study.

    Parameters
    ----------
    folder : path
        As `write_survey` wrote it, with workbooks filled in.
    study : Study
        The one the questionnaire was made from.

    Returns
    -------
    SurveyAnswers
        Advice leads from who advises to who is advised (layer `advice`, directed, recorded by
        the latter); trust from who trusts to who is trusted (layer `social`), apart from
        advice; `answered`, `skills`, `experience` and `rd_intensity` are in `outcomes`,
        practices in `knowledge_items`. Sources outside that the study does not know become
        organisations.

    Raises
    ------
    MissingFile, UnreadableFile
    InvalidArgument
        The questionnaire is of members the study does not have.

    Examples
    --------
    >>> from tempfile import mkdtemp
    >>> from buzzline.clusters.declared_as_clusters import declared_as_clusters
    >>> from buzzline.survey import questionnaire, write_survey
    >>> from buzzline.tables.worlds import make_world
    >>> study, folder = make_world(organisations=400, clusters=2, rng=1).study, mkdtemp()
    >>> declared = declared_as_clusters(study)
    >>> name = declared.clusters["cluster_id"][0]
    >>> _ = write_survey(questionnaire(study, declared, cluster=name, year=2025), folder)
    >>> read_survey(folder, study).response_rate.value
    0.0
    """
    folder = Path(folder)
    asked = survey_of(folder)
    unknown = asked.members.join(study.organisations, on="org_id", how="anti")
    if unknown.height:
        raise InvalidArgument(
            f"survey: {plural(unknown.height, 'member')} of the questionnaire "
            f"{verb(unknown.height, 'is', 'are')} not in the study, e.g. "
            f"{unknown['org_id'][0]!r}. Use the study it was made from."
        )
    mistakes = Mistakes()
    lines = lines_of(filled_workbooks(folder), mistakes)
    answers = answers_from(lines, asked, study, mistakes=mistakes)
    rate = exact_count(len(answers.answered) / asked.members.height, asked.members.height)
    return SurveyAnswers(
        _with_answers(study, answers), asked, rate, mistakes.table(), answers.advice.height,
        answers.trust.height, answers.external.height, answers.practices.height,
    )  # fmt: skip


def survey_of(folder: Path) -> Questionnaire:
    """Return the questionnaire of a folder.

    Raises
    ------
    MissingFile, UnreadableFile
    """
    path = folder / SURVEY_FILE
    if not path.is_file():
        raise MissingFile(
            f"{folder}: `{SURVEY_FILE}` is not there; it is written with the questionnaire."
        )
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        if said.pop("form") != FORM:
            raise UnreadableFile(f"{path}: made by another version of buzzline; update it.")
        members = pl.DataFrame(
            said.pop("members"), schema={"org_id": pl.String, "name": pl.String}, orient="row"
        )
        said = {key: tuple(v) if isinstance(v, list) else v for key, v in said.items()}
        return Questionnaire(members=members, **said)
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, UnreadableFile):
            raise
        raise UnreadableFile(f"{path}: is not as it was written. Restore it.") from error


def _with_answers(study: Study, answers: Answers) -> Study:
    """Return the study with all that was answered."""
    own = {
        "organisations": answers.organisations,
        "linkages": answers.linkages(),
        "outcomes": answers.outcomes,
        "knowledge_items": answers.practices,
    }
    # what was answered before under the same name is replaced
    keys = {
        "linkages": ("source", "target", "layer", "observed_by"),
        "outcomes": ("unit_id", "indicator", "year"), "knowledge_items": ("item_id",),
    }  # fmt: skip
    changed = study
    for name, rows in own.items():
        before = getattr(changed, name)
        if name in keys:
            before = before.join(rows, on=list(keys[name]), how="anti", nulls_equal=True)
        if rows.height:
            changed = changed.with_table(
                name, pl.concat([before, rows], how="diagonal_relaxed")
            )
    return changed
