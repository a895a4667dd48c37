"""A tiny study as CSV files, one run of it, and commands in this process and in their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from buzzline.cli import main
from buzzline.cli.demonstrating import write_world
from buzzline.tables.worlds import make_world

STUDY_FILE = """\
[study]
title = "Tiny"
gazetteer = false

[tables.organisations]
file = "organisations.csv"

[tables.linkages]
file = "linkages.csv"

[run]
draws = 99
scales_km = [5, 10]
seed = 3
measures = ["concentration", "location_quotients_by_place", "relatedness_density_by_place"]
"""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def buzzline(capsys):
    """Run a command in this process."""

    def run(*words) -> Ended:
        capsys.readouterr()
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return run


def started(*words, **kwargs) -> subprocess.Popen:
    """Start a command in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "buzzline", *map(str, words)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "COLUMNS": "120"}, **kwargs,
    )  # fmt: skip


@pytest.fixture(scope="session")
def tiny_world():
    return make_world(organisations=300, clusters=2, industries=3, layers=("supply",), rng=5)


@pytest.fixture(scope="session")
def tiny(tiny_world, tmp_path_factory) -> Path:
    """Folder of a study that has nothing wrong with it."""
    folder = write_world(tmp_path_factory.mktemp("tiny"), tiny_world)
    (folder / "places.csv").unlink()
    (folder / "study.toml").write_text(STUDY_FILE, encoding="utf-8")
    return folder


@pytest.fixture
def study(tiny, tmp_path) -> Path:
    """A copy of the tiny study to spoil."""
    return Path(shutil.copytree(tiny, tmp_path / "study"))


@pytest.fixture(scope="session")
def finished(tiny, tmp_path_factory) -> Path:
    """Results of one uninterrupted run of the tiny study."""
    out = tmp_path_factory.mktemp("finished") / "out"
    assert main(["run", str(tiny), "--out", str(out), "--quiet"]) == 0
    return out


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a folder by name, without what is kept for a later run."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".parts" not in path.parts
    }
