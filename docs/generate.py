"""MkDocs hook: puts the generated reference, the gallery and the search index into the site.

Nothing it makes is committed, so the reference cannot be out of date.
"""

from __future__ import annotations

import html
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from docs.docstrings import linked  # noqa: E402
from docs.reference_pages import packages, reference_pages  # noqa: E402
from mkdocs.structure.files import File, Files  # noqa: E402

SEARCHED: list[dict[str, str]] = []


def examples() -> list[Path]:
    """Return the folders of the gallery."""
    return sorted(path.parent for path in (ROOT / "examples").glob("*/README.md"))


def on_config(config: Any) -> Any:
    """Add the generated pages to the navigation."""
    for section in config.nav or []:
        if "Reference" in section:
            api = [{name: f"reference/api/{name}.md"} for name in packages()]
            section["Reference"].append({"Python": api})
        if "Examples" in section:
            section["Examples"] = [f"examples/{folder.name}.md" for folder in examples()]
    SEARCHED.clear()
    return config


def on_files(files: Files, config: Any) -> Files:
    """Add the generated pages themselves, and the pictures of the gallery."""
    for place, text in reference_pages().items():
        files.append(File.generated(config, place, content=text))
    for folder in examples():
        text = (
            (folder / "README.md").read_text(encoding="utf-8").replace("(../../docs/", "(../")
        )
        files.append(File.generated(config, f"examples/{folder.name}.md", content=text))
        for picture in [*folder.glob("*.png"), *folder.glob("*.svg")]:
            files.append(
                File.generated(config, f"examples/{picture.name}", content=picture.read_bytes())
            )
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    files.append(File.generated(config, "changelog.md", content=changes))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Link every DOI."""
    return linked_once(markdown)


def linked_once(markdown: str) -> str:
    """Link the DOIs that stand bare, leaving those already inside a link alone."""
    pieces = re.split(r"(\[doi:[^\]]+\]\([^)]+\)|```.*?```)", markdown, flags=re.DOTALL)
    return "".join(
        piece if number % 2 else linked(piece) for number, piece in enumerate(pieces)
    )


def on_page_content(text: str, page: Any, **_: Any) -> str:
    """Remember what a page says, one entry a heading, for the search box."""
    text = text.replace("<dd>\u200b</dd>", "")  # an entry without text
    pieces = re.split(r'<h[123] id="([^"]+)">(.*?)</h[123]>', text, flags=re.DOTALL)
    for anchor, title, body in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        SEARCHED.append(
            {
                "page": page.title,
                "title": _plain(title),
                "url": f"{page.url}#{anchor}",
                "text": _plain(body)[:1200],
            }
        )
    return text


def _plain(fragment: str) -> str:
    fragment = re.sub(r'<a class="headerlink".*?</a>', "", fragment, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", fragment)).split())


def on_post_build(config: Any) -> None:
    """Write the index as a script, so that searching works from a file as well as a server."""
    index = json.dumps(SEARCHED, ensure_ascii=False, separators=(",", ":"))
    (Path(config.site_dir) / "search-index.js").write_text(
        f"window.SEARCH_INDEX = {index};\n", encoding="utf-8"
    )
