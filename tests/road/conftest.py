"""A small world, run once."""

from __future__ import annotations

import pytest

from buzzline.road import run_road
from buzzline.tables.study_file import RunSettings
from buzzline.tables.worlds import make_world

QUICK = RunSettings(draws=99, scales_km=(5.0, 10.0), seed=3, measures=("none",))


@pytest.fixture(scope="session")
def small_study():
    return make_world(
        organisations=300, clusters=2, industries=3, layers=("supply",), rng=5
    ).study


@pytest.fixture(scope="session")
def road(small_study, tmp_path_factory):
    return run_road(small_study, tmp_path_factory.mktemp("road") / "out", settings=QUICK)
