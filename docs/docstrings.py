"""NumPy docstrings as Markdown: sections as headings, entries as definition lists."""

from __future__ import annotations

import re

LISTS = ("Parameters", "Attributes", "Returns", "Yields", "Raises")
TEXTS = ("Notes", "References", "Examples", "See Also")
HEADING = re.compile(r"^([A-Z][A-Za-z ]+)\n-{3,}$", re.MULTILINE)
ENTRY = re.compile(r"^(?P<name>[^:]+?)(?:\s+:\s*(?P<kind>.*?))?(?:\s{2,}(?P<text>\S.*))?$")


def as_markdown(docstring: str) -> str:
    """Return a docstring (already cleaned of its indentation) as Markdown."""
    parts = HEADING.split(docstring)
    out = [_prose(parts[0])]
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        out.append(f'<p class="rubric">{title}</p>\n')
        if title in LISTS:
            out.append(_definitions(body))
        elif title == "Examples":
            out.append(f"```pycon\n{body.strip()}\n```\n")
        elif title == "References":
            out.append(_references(body))
        else:
            out.append(_prose(body))
    return "\n".join(out)


def _prose(text: str) -> str:
    """Keep paragraphs and bullet lists; an indented block becomes a code block."""
    text = re.sub(r"\[(\d+)\]_", r"<sup>\1</sup>", text.strip("\n"))
    blocks = re.split(r"\n\s*\n", text)
    return "\n\n".join(_block(block) for block in blocks if block.strip()) + "\n"


def _block(block: str) -> str:
    lines = block.split("\n")
    if all(line.startswith("    ") for line in lines):
        inner = "\n".join(line[4:] for line in lines)
        return f"```text\n{inner}\n```"
    return "\n".join(f"\n{line}" if line.startswith(("- ", "* ")) else line for line in lines)


def _definitions(body: str) -> str:
    entries: list[tuple[str, list[str]]] = []
    for line in body.strip("\n").split("\n"):
        if line and not line.startswith(" "):
            match = ENTRY.match(line)
            assert match is not None
            kind = (
                f' <span class="kind">{_escape(match["kind"])}</span>' if match["kind"] else ""
            )
            first = [match["text"]] if match["text"] else []
            entries.append((f"`{match['name'].strip()}`{kind}", first))
        elif entries:
            entries[-1][1].append(line.strip())
    out = []
    for term, lines in entries:
        text = "\n    ".join(_escape(line) for line in lines).strip() or "\u200b"
        out.append(f"{term}\n:   {text}\n")
    return "\n".join(out)


def _references(body: str) -> str:
    text = re.sub(r"^\.\. \[(\d+)\] ", r"\n\1. ", body.strip(), flags=re.MULTILINE)
    text = re.sub(r"\n {2,}", "\n   ", text)
    return linked(text) + "\n"


def linked(text: str) -> str:
    """Turn `doi:10.…` into a link; the page itself requests nothing."""
    return re.sub(r"doi:(10\.\d{4,9}/[^\s;,]*[^\s;,.])", r"[doi:\1](https://doi.org/\1)", text)


def _escape(text: str) -> str:
    return text.replace("<", "&lt;").replace("*", "\\*") if "`" not in text else text
