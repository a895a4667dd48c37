"""The glossary is kept: one word for one thing, British spelling, no trace of a machine."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator

import pytest
from tests.source import ROOT, modules, none

GLOSSARY = ROOT / "docs" / "explanation" / "words.md"

# Where a word of the "not this" list is the right one, and why.
ALLOWED = {
    ("org", "org_id"): "column of the schema",
    ("org", "org_ids"): "its plural",
    ("org", "_ORG"): "its reference within the schema",
    ("org", "orgs"): "a file name of the HopOn extract",
    ("firm", "*report*"): "the adjective: a finding is firm",
    ("company", "*connectors*"): "columns of a published source keep their names",
    ("sector", "*connectors*"): "columns of a published source keep their names",
    ("nace", "*connectors*"): "columns of a published source keep their names",
}

AMERICAN = re.compile(
    r"\b(organi[z]ation|neighbo[r]|cente[r]|colo[r]|behavio[r]|labo[r]|favo[r]|analy[z]e"
    r"|recogni[z]e|summari[z]e|normali[z]e|initiali[z]e|minimi[z]e|maximi[z]e)(s|ed|ing|ly|al)?\b",
    re.IGNORECASE,
)


def not_these() -> list[str]:
    """Every word of the last column of the glossary's table."""
    rows = [
        line for line in GLOSSARY.read_text(encoding="utf-8").splitlines() if line[:2] == "| "
    ]
    cells = [row.split("|")[3] for row in rows[1:]]
    return sorted({word.strip(" |") for cell in cells for word in cell.split(",")} - {""})


def identifiers(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Every name the file defines: functions, classes, parameters, variables, attributes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node, node.name
        elif isinstance(node, ast.arg):
            yield node, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node, node.id


def words_in(name: str) -> list[str]:
    """Split `org_ids` and `ScaleBalance` into words."""
    return [part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)]


def allowed(word: str, name: str, path: str) -> bool:
    places = [place for listed, place in ALLOWED if listed == word.removesuffix("s")]
    places += [place for listed, place in ALLOWED if listed == word]
    return any(place == name or place.strip("*") in path for place in places)


def test_the_glossary_lists_words_to_avoid():
    assert {"firm", "company", "sector"} <= set(not_these())


def test_words_on_the_not_this_list_do_not_occur_in_names():
    avoid = {word.lower() for word in not_these()}
    avoid |= {f"{word}s" for word in avoid} | {"companies"}
    offences = []
    for module in modules():
        for node, name in identifiers(module.tree):
            spoken = {*words_in(name), name.lower()} & avoid
            for word in sorted(spoken):
                if not allowed(word, name, str(module.path)):
                    offences.append(module.at(node, f"`{name}`: another word than '{word}'"))
    none(offences)


def test_spelling_is_british_in_names_and_docstrings():
    offences = []
    for module in modules():
        for node, name in identifiers(module.tree):
            if AMERICAN.search(" ".join(words_in(name))):
                offences.append(module.at(node, f"`{name}`: British spelling"))
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                continue
            said = ast.get_docstring(node) or ""
            said = said.split("\nReferences\n")[0]
            said = re.sub(
                r"`[^`]*`|https?://\S+|^\s*(>>>|\.\.\.).*$", "", said, flags=re.MULTILINE
            )
            if found := AMERICAN.search(said):
                offences.append(
                    module.at(node, f"docstring says '{found[0]}': British spelling")
                )
    none(offences)


def test_spelling_is_british_in_documents():
    pages = [
        *ROOT.glob("*.md"),
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
    ]
    offences = []
    for page in pages:
        text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
        for number, line in enumerate(text.splitlines(), 1):
            if found := AMERICAN.search(re.sub(r"`[^`]*`|\]\([^)]*\)|\*[^*]+\*?", "", line)):
                offences.append(f"{page.relative_to(ROOT)}: about line {number}: '{found[0]}'")
    none(offences)


def committed() -> list[str]:
    """Every file of the project, or every file that would be, when there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        return listed.stdout.splitlines()
    hidden = re.compile(r"(^|/)(\.(?!ci)|node_modules|site/|demo/|__pycache__|.*\.egg-info)")
    files = (path.relative_to(ROOT) for path in ROOT.rglob("*") if path.is_file())
    return [str(path) for path in files if not hidden.search(str(path))]


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a home folder", r"/(?:root|home/\w+|Users/\w+)/"),
        ("a workplace folder", r"(?<![\w.~-])/wor[k]/"),
        ("a package index", r"https?://(?:[\w.]+\.)?py[p]i\b|--index-ur[l]|/op[t]/"),
        ("a workplace tool", r"\bfar[m]-\w+|\bissue[s] show\b"),
    ],
)
def test_no_file_names_a_machine(what, pattern):
    wanted = re.compile(pattern)
    binary = {".png", ".parquet", ".xlsx", ".gpkg", ".db", ".duckdb", ".gz", ".woff2", ".ico"}
    offences = []
    for name in committed():
        path = ROOT / name
        if path.suffix in binary or not path.is_file():
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if wanted.search(line):
                offences.append(f"{name}:{number}: {what}")
    none(offences)
