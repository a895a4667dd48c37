"""The questionnaire as a page to print: no scripts, nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from math import ceil

from buzzline.survey.questionnaire import RECALLED, Questionnaire

STYLE = """
body { font: 11pt/1.4 sans-serif; color: #1f2933; max-width: 46rem; margin: 1.5rem auto; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid #d5dbe1; padding: .28rem .4rem; text-align: left; }
th { font-weight: 600; vertical-align: bottom; } td.box, th.box { text-align: center; }
td.line { min-width: 7rem; height: 1.5rem; } .small { color: #52606d; font-size: .9rem; }
tr { break-inside: avoid; } thead { display: table-header-group; }
@page { size: A4; margin: 15mm; }
"""
BOX = "☐"


def page(asked: Questionnaire, language: str, words: Mapping[str, str]) -> str:
    """Return the questionnaire as one HTML file.

    Parameters
    ----------
    asked : Questionnaire
    language : str                  ISO 639 code, for reading aloud and hyphenation
    words : mapping                 texts of that language
    """
    title = escape(words["title"])
    body = [
        f"<h1>{title}</h1>",
        f"<p>{escape(words['cluster'])}: <strong>{escape(asked.label)}</strong></p>",
        f"<p>{escape(words['intro'].format(minutes=ceil(asked.minutes)))}</p>",
        f'<p class="small">{escape(words["privacy"])}</p>',
        f"<p>{escape(words['organisation'])}: {'_' * 40}</p>",
        *_background(asked, words), *_advice(asked, words), *_external(asked, words),
        *_practices(asked, words), f"<p>{escape(words['thanks'])}</p>",
    ]  # fmt: skip
    return (
        f'<!doctype html>\n<html lang="{escape(language)}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}: {escape(asked.label)}</title><style>{STYLE}</style></head><body>\n"
        + "\n".join(body)
        + "\n</body></html>\n"
    )


def _background(asked: Questionnaire, words: Mapping[str, str]) -> list[str]:
    rows = [[escape(words[name]), ""] for name in asked.background]
    return [f"<h2>1. {escape(words['background'])}</h2>", _table([], rows)]


def _advice(asked: Questionnaire, words: Mapping[str, str]) -> list[str]:
    said = (
        words["advice_ask"]
        if asked.has_roster
        else words["advice_recall"].format(most=RECALLED)
    )
    trust = words["trust"]
    if asked.most_trusted < asked.members.height - 1:
        trust = f"{trust} {words['trust_first'].format(most=asked.most_trusted)}"
    head = [words["name"], words["once"], words["sometimes"], words["often"], "0-10"]
    names = asked.members["name"].to_list() if asked.has_roster else [""] * RECALLED
    rows = [[escape(name), BOX, BOX, BOX, ""] for name in names]
    return [
        f"<h2>2. {escape(words['advice'])}</h2>", f"<p>{escape(said)}</p>",
        f"<p>0-10: {escape(trust)}</p>", _table(head, rows),
    ]  # fmt: skip


def _external(asked: Questionnaire, words: Mapping[str, str]) -> list[str]:
    head = [words["name"], words["city"], words["country"], words["kind"]]
    head += [words["once"], words["sometimes"], words["often"]]
    rows = [["", "", "", "", BOX, BOX, BOX]] * asked.most_external
    said = words["external_ask"].format(most=asked.most_external)
    return [
        f"<h2>3. {escape(words['external'])}</h2>", f"<p>{escape(said)}</p>",
        _table(head, rows),
    ]  # fmt: skip


def _practices(asked: Questionnaire, words: Mapping[str, str]) -> list[str]:
    if not asked.practices:
        return []
    rows = [[escape(name), BOX, ""] for name in asked.practices]
    return [
        f"<h2>4. {escape(words['practices'])}</h2>", f"<p>{escape(words['practices_ask'])}</p>",
        _table([words["practice"], "", words["year"]], rows),
    ]  # fmt: skip


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    top = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in head)
    lines = [f"<thead><tr>{top}</tr></thead>"] if head else []
    lines += ["<tbody>", *("<tr>" + "".join(map(_cell, row)) + "</tr>" for row in rows)]
    return "<table>" + "\n".join([*lines, "</tbody>"]) + "</table>"


def _cell(text: str) -> str:
    kind = ' class="box"' if text == BOX else ' class="line"' if not text else ""
    return f"<td{kind}>{text}</td>"
