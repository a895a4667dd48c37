"""The demonstration finds what was planted, and says so."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from tests.cli.conftest import contents

from buzzline.cli import main
from buzzline.cli.demonstrating import matches, planted_world


@dataclass(frozen=True, slots=True)
class Shown:
    """Where a demonstration was written, and what it printed."""

    out: Path
    said: str


@pytest.fixture(scope="module")
def shown(tmp_path_factory) -> Shown:
    out, said = tmp_path_factory.mktemp("demo"), io.StringIO()
    with redirect_stdout(said):
        code = main(["demo", "--out", str(out), "--organisations", "1200", "--quiet"])
    assert code == 0
    return Shown(out, said.getvalue())


def test_planted_truth_is_found_and_told(shown):
    found, planted = map(int, re.search(r"found +(\d+) of (\d+);", shown.said).groups())
    assert planted == 6
    assert found >= 5
    rand = float(re.search(r"adjusted Rand index (\S+)", shown.said)[1])
    assert rand > 0.8
    odds = re.search(r"similar clusters +(at least )?(\S+) times.*; (\S+) planted", shown.said)
    assert odds[3] == "5"
    assert float(odds[2]) <= 5 if odds[1] else 1 < float(odds[2]) < 25
    assert f"{shown.out}/report.html" in shown.said.replace("\n", "")


def test_the_study_it_writes_is_one_to_copy(buzzline, shown):
    assert {"data/organisations.csv", "data/linkages.csv", "data/study.toml"} <= set(
        contents(shown.out)
    )
    assert buzzline("check", shown.out / "data", "--strict").code == 0


def test_special_case_the_truth_matches_itself():
    world = planted_world(400)
    truth = world.truth.cluster
    assert matches(world, truth) == {c: c for c in range(6)}
    assert matches(world, np.full_like(truth, -1)) == {}


def test_too_small_a_world_is_refused(buzzline, tmp_path):
    done = buzzline("demo", "--out", tmp_path / "x", "--organisations", "20")
    assert done.code == 1
    assert "at least 300" in done.err
    assert not (tmp_path / "x").exists()
