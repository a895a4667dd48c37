"""The workbook answers are filled into: one sheet a question, names to choose from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from buzzline.survey.questionnaire import Questionnaire
from buzzline.tables.vocabularies import ORGANISATION_KINDS

FIRST_ROW = 3  # as a person counts: row 1 holds our names, row 2 the words
ROSTER = "roster"
CREATED = datetime(2000, 1, 1)  # fixed: same questionnaire, same bytes
ROWS_TO_FILL = 5_000
WIDTH = 26
SHEETS: Mapping[str, tuple[str, ...]] = {
    "respondents": ("respondent", "answered"),
    "advice": ("respondent", "adviser", "how_often", "trust"),
    "external": ("respondent", "name", "kind", "city", "country", "how_often"),
    "practices": ("respondent", "practice", "year"),
}


def columns_of(sheet: str, asked: Questionnaire) -> tuple[str, ...]:
    """Return the columns of a sheet, those of the background among them."""
    more = asked.background if sheet == "respondents" else ()
    return (*SHEETS[sheet], *more)


def entry(name: str, org_id: str) -> str:
    """Return how a member stands in lists: recognisable, and one of a kind.

    Examples
    --------
    >>> entry("Rossi & C.", "F-12")
    'Rossi & C. [F-12]'
    """
    return f"{name} [{org_id}]"


def workbook(asked: Questionnaire, words: Mapping[str, str]) -> bytes:
    """Return the workbook to fill in, in one language.

    Parameters
    ----------
    asked : Questionnaire
    words : mapping                 texts of the language
    """
    content = BytesIO()
    book = xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": f"Answers: {asked.label}", "created": CREATED})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    first = book.add_worksheet("read me")
    first.set_column(0, 0, 90)
    for number, key in enumerate(("title", "fill", "privacy")):
        first.write_string(number, 0, words[key], wrap)
    members = [entry(name, org_id) for org_id, name in asked.members.iter_rows()]
    for sheet in SHEETS:
        if sheet == "practices" and not asked.practices:
            continue
        _sheet(book, sheet, asked, words=words)
    filled = book.get_worksheet_by_name("respondents")
    for number, member in enumerate(members):
        filled.write_string(FIRST_ROW - 1 + number, 0, member)
    _lists(book, members, asked.practices)
    book.close()
    return content.getvalue()


def _sheet(
    book: xlsxwriter.Workbook, name: str, asked: Questionnaire, *, words: Mapping[str, str]
) -> None:
    grey = book.add_format({"font_color": "#7A8188", "font_size": 8})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(name)
    columns = columns_of(name, asked)
    sheet.set_column(0, len(columns) - 1, WIDTH)
    sheet.freeze_panes(FIRST_ROW - 1, 1)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column, grey)
        sheet.write_string(1, place, words[column], bold)
        if column.endswith("_percent"):
            sheet.set_column(place, place, WIDTH, book.add_format({"num_format": "0"}))
        rule = _allowed(column, asked)
        if rule:
            last = ROWS_TO_FILL
            sheet.data_validation(FIRST_ROW - 1, place, last, place, rule)


def _allowed(column: str, asked: Questionnaire) -> dict[str, Any]:
    """Return what Excel lets into a column; a warning, so that nobody is locked out."""
    n, m = asked.members.height, len(asked.practices)
    listed = {
        "respondent": f"={ROSTER}!$A$1:$A${n}", "adviser": f"={ROSTER}!$A$1:$A${n}",
        "practice": f"={ROSTER}!$B$1:$B${max(m, 1)}",
        "kind": f"={ROSTER}!$C$1:$C${len(ORGANISATION_KINDS)}", "answered": ["yes", "no"],
    }  # fmt: skip
    bounds = {
        "how_often": (1, 3), "trust": (0, 10), "year": (1900, asked.year),
        "degrees_percent": (0, 100), "experience_years": (0, 60), "rd_percent": (0, 100),
    }  # fmt: skip
    if column in listed:
        return {"validate": "list", "source": listed[column], "error_type": "warning"}
    if column in bounds:
        low, high = bounds[column]
        return {
            "validate": "decimal", "criteria": "between", "minimum": low, "maximum": high,
            "error_type": "warning",
        }  # fmt: skip
    return {}


def _lists(book: xlsxwriter.Workbook, members: Sequence[str], practices: Sequence[str]) -> None:
    sheet = book.add_worksheet(ROSTER)
    for place, names in enumerate((members, practices, ORGANISATION_KINDS)):
        for number, name in enumerate(names):
            sheet.write_string(number, place, name)
    sheet.set_column(0, 2, WIDTH)
