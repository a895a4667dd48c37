"""A study as large as the largest export at hand: how long, how big, and what is left out."""

import time
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.report.conftest import visited

from buzzline.report import map as map_module
from buzzline.report import report
from buzzline.report.ties import scaled_ties
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import About, Study

ORGANISATIONS, TIES, TOWNS = 26_000, 19_000, 3_000
MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def large() -> Study:
    rng = np.random.default_rng(11)
    town = rng.integers(0, TOWNS, ORGANISATIONS)
    longitude, latitude = rng.uniform(-120, 140, TOWNS), rng.uniform(-40, 60, TOWNS)
    ids = np.array([f"o{i}" for i in range(ORGANISATIONS)])
    return Study.of(
        organisations=pl.DataFrame({
            "org_id": ids, "industry": rng.choice(["textiles", "optics", "toys"], ids.size),
            "longitude": longitude[town], "latitude": latitude[town],
            "city": [f"Town {i}" for i in town], "country": rng.choice(["IT", "FR"], ids.size),
        }),
        linkages=pl.DataFrame({
            "source": rng.choice(ids, TIES), "target": rng.choice(ids, TIES),
            "layer": rng.choice(["supply", "research"], TIES),
        }),
        about=About("Large"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def clusters_of_large(large, clustering):
    members = large.organisations.select("org_id").head(600).with_columns(
        cluster_id=pl.Series(["c1", "c2", "c3"] * 200), is_core=pl.lit(True)
    )  # fmt: skip
    return replace(clustering, members=members.select("cluster_id", "org_id", "is_core"))


def test_opens_in_seconds_and_stays_below_five_megabytes(
    large, profile, clusters_of_large, balance, browsers, tmp_path
):
    """Loose on time, for the machine may be busy: 1 s to draw and 1 s to write when it is not."""
    page = report(large, profile, clusters_of_large, balance)
    assert len(page.text.encode()) < 5 * MEGABYTE
    started = time.perf_counter()
    visit = visited(browsers["desktop"], page.save(tmp_path / "large.html"))
    assert time.perf_counter() - started < 60
    assert visit.complaints == []
    assert f"of {TIES:,} ties" in visit.page.locator("#map .note").inner_text()
    visit.page.close()


def test_flows_left_out_are_counted_special_case(large, clusters_of_large, monkeypatch):
    """With room for a hundred flows, the coarsest grid and the strongest hundred remain."""
    monkeypatch.setattr(map_module, "FLOWS", 100)
    ties = scaled_ties(large, Cutoffs())
    figure = map_module.map_figure(large, clusters_of_large, ties)
    totals = figure.meta["totals"]
    assert totals["grid"] == 1
    assert totals["keptFlows"] == 100
    assert 0 < totals["keptTies"] < totals["placed"] == TIES
    assert figure.flows_kept_share == pytest.approx(totals["keptTies"] / TIES)
