"""What the documents show runs, and the built site asks nobody for anything.

In a page, Python blocks run in their order and share their names. Shell blocks run when the
line before them is `<!-- run -->`; `<!-- setup: ... -->` runs a line the reader does not see,
and `<!-- do not run: reason -->` leaves a Python block out. All of it in an empty folder with a
copy of examples/.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.source import ROOT, none

PAGES = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
)
PIECE = re.compile(
    r"(?:^<!-- (?P<mark>run|setup: (?P<setup>.*?)|do not run: .*?) -->\n)?"
    r"(?:^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<code>.*?)^(?P=indent)```$)?",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Block:
    """One block of a page that is to be run: its first line, language and code."""

    line: int
    language: str
    code: str


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for piece in PIECE.finditer(text):
        line = text[: piece.start()].count("\n") + 1
        mark, language, code = piece["mark"] or "", piece["language"], piece["code"] or ""
        if piece["setup"]:
            yield Block(line, "bash", piece["setup"])
        if language == "python" and not mark.startswith("do not run"):
            yield Block(line, "python", code)
        if language in {"bash", "console", "sh"} and mark == "run":
            yield Block(line, "bash", re.sub(r"^\$ ", "", code, flags=re.MULTILINE))


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", [page for page in PAGES if any(blocks(page))], ids=named)
def test_what_the_page_shows_runs(page, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)
    names: dict[str, object] = {"__name__": "page"}
    for block in blocks(page):
        where = f"{named(page)}:{block.line}"
        if block.language == "python":
            exec(compile(block.code, where, "exec"), names)  # that is the test
        else:
            run_shell(block.code, where)


def run_shell(code: str, where: str) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", code],
        capture_output=True, text=True, check=False, env={**os.environ, "PATH": path},
    )  # fmt: skip
    assert done.returncode == 0, (
        f"{where}\n{code}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
    )


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_toml_block_parses(page):
    text = page.read_text(encoding="utf-8")
    for code in re.findall(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        tomllib.loads(code)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_file_a_page_links_to_is_there(page):
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    made = {
        "reference/",
        "examples/",
        "changelog.md",
    }  # by docs/generate.py; mkdocs checks them
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text)
    none([
        f"{named(page)}: {target} is not there"
        for target in targets
        if not re.match(r"https?:|mailto:", target)
        and not (page.parent / target).exists()
        and not ("docs" in page.parts and any(part in target for part in made))
    ])  # fmt: skip


# ── the site ──────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_site_requests_nothing(site):
    outside = re.compile(
        r"<(?:script|img|iframe|source|video|audio|embed|object)\b[^>]*\b(?:src|data)=[\"']?(?:https?:)?//"
        r"|<link\b[^>]*\bhref=[\"']?(?:https?:)?//|@import\s+(?:url\()?[\"']?(?:https?:)?//"
        r"|url\([\"']?(?:https?:)?//|\bfetch\(|XMLHttpRequest|importScripts",
        re.IGNORECASE,
    )
    offences = []
    for path in site.rglob("*"):
        if path.suffix in {".html", ".css", ".js", ".svg"} and path.name != "search-index.js":
            for found in outside.finditer(path.read_text(encoding="utf-8")):
                offences.append(f"{path.relative_to(site)}: {found[0]}")
    none(offences)


def test_every_page_is_in_the_site_and_leads_somewhere(site):
    pages = [p for p in site.rglob("*.html") if p.name != "404.html"]
    assert len(pages) > 20
    offences = []
    for page in pages:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r'(?:href|src)="([^"#?]+)', text):
            outside = re.match(r"https?:|mailto:|data:", target)
            if not outside and not (page.parent / target).resolve().exists():
                offences.append(f"{page.relative_to(site)}: {target}")
    none(sorted(set(offences)))


def test_the_search_index_knows_every_column(site):
    text = (site / "search-index.js").read_text(encoding="utf-8")
    assert "observed against expected" in text
    assert "org_id" in text
