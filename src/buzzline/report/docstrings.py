"""From the docstring of an analysis to its method note: what is done, and after whom."""

from __future__ import annotations

import inspect
import re

from buzzline.analysis import CATALOGUE
from buzzline.report.methods import Method, Source

SECTION = re.compile(r"^(?P<name>[A-Z]\w+)\n-{3,}$", re.MULTILINE)
DOI = re.compile(r"\s*(?:https?://doi\.org/|doi:\s*)(?P<doi>10\.\S+?)\.?$")
ENTRY = re.compile(r"^\s*(?:\.\. \[\w+\]\s*|\* )", re.MULTILINE)


def method_of(name: str) -> Method:
    """Return the method note of an analysis: its summary, its Notes and its References.

    Examples
    --------
    >>> import buzzline
    >>> note = method_of("scale_profile")
    >>> note.title, note.sources[0].citation[:13]
    ('Scale profile', 'Cochran, W. G')
    """
    entry = CATALOGUE[name]
    docstring = inspect.getdoc(inspect.unwrap(entry.function)) or ""
    parts = _sections(docstring)
    said = [spoken(part) for part in (parts.get("", ""), parts.get("Notes", ""))]
    sources = tuple(
        _source(text) for text in ENTRY.split(parts.get("References", "")) if text.strip()
    )
    title = name.replace("_", " ")
    return Method(title[:1].upper() + title[1:], "\n\n".join(filter(None, said)), sources)


def _sections(docstring: str) -> dict[str, str]:
    """Return the text of each section of a NumPy docstring; "" is what comes before them."""
    pieces = SECTION.split(docstring)
    return {"": pieces[0]} | dict(zip(pieces[1::2], pieces[2::2], strict=True))


def spoken(text: str) -> str:
    r"""Return text of a docstring as it is read: no marks of reStructuredText, no line breaks.

    Examples
    --------
    >>> spoken("Shares of `jobs` [1]_,\nas ``value``.\n\n:math:`x^2` is used.")
    'Shares of jobs,\nas value.\n\nx^2 is used.'
    """
    text = re.sub(r"\s*\[\w+\]_", "", text)
    text = re.sub(r":\w+:`([^`]*)`", r"\1", text)
    text = re.sub(r"`{1,2}([^`]+)`{1,2}_?", r"\1", text)
    return "\n\n".join(
        part.strip("\n") for part in text.replace("::\n", ":\n").split("\n\n")
    ).strip()


def _source(text: str) -> Source:
    citation = " ".join(text.split())
    found = DOI.search(citation)
    return Source(citation[: found.start()], found["doi"]) if found else Source(citation)
