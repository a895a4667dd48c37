"""What changed is said in fragments, one a topic, written for users."""

from __future__ import annotations

import re
import tomllib

from tests.source import ROOT, none

KINDS = ("added", "changed", "fixed", "removed")
NAME = re.compile(rf"[a-z-]+\.({'|'.join(KINDS)})\.md")


def fragments():
    return [path for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md"]


def test_every_fragment_has_a_topic_and_a_kind():
    none([
        f"changelog.d/{path.name}: name it <topic>.<{'|'.join(KINDS)}>.md"
        for path in fragments()
        if not NAME.fullmatch(path.name)
    ])  # fmt: skip


def test_every_fragment_is_a_short_text_for_users():
    offences = []
    for path in fragments():
        text = path.read_text(encoding="utf-8").strip()
        if not 20 < len(text) < 1500:
            offences.append(f"changelog.d/{path.name}: one short paragraph or list")
    none(offences)


def test_the_version_is_said_once_and_the_same_everywhere():
    from buzzline.analysis import VERSION

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    cited = re.search(r"^version: (\S+)$", (ROOT / "CITATION.cff").read_text(), re.MULTILINE)
    assert cited is not None
    assert project["version"] == VERSION == cited[1].strip("\"'")
