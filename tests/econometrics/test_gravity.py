"""Where do deals go, beyond size, distance and borders? By hand, pyfixest, planted truth."""

import warnings

import numpy as np
import pandas as pd
import polars as pl
import pyfixest as pf
import pytest

from buzzline.charts import chart
from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.econometrics.gravity import investment_gravity
from buzzline.econometrics.gravity_cells import Cells, Places, industry_cells, pair_cells
from buzzline.econometrics.gravity_rows import EFFECTS, SIZE, THREE, model_rows
from buzzline.errors import TooFew
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world
from buzzline.tables.worlds.investments import plant_investments


def _places(z: int, rng: np.random.Generator, industries: int = 2) -> Places:
    km = np.abs(np.subtract.outer(np.arange(z), np.arange(z))) * 50.0 + 5
    return Places(
        np.full(z, 10.0), (1 + np.arange(z) // 4).astype(np.int32), np.log(km),
        rng.uniform(0.2, 1, (z, z)), rng.random((z, industries)) < 0.4,
        np.eye(industries), tuple(f"i{k}" for k in range(industries)),
        np.arange(z, dtype=np.int32),
    )  # fmt: skip


def _deals(rows: list[tuple]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["i", "j", "s", "group"], orient="row")


# ---------------------------------------------------------------- by hand


def test_by_hand_cells_of_pairs_and_of_industries():
    places = _places(4, np.random.default_rng(1))
    places.holds[:] = [[True, False], [False, True], [True, True], [False, False]]
    deals = _deals([(0, 2, 0, "a"), (0, 2, 0, "b"), (1, 2, 1, "a"), (3, 3, -1, "c")])
    pairs = pair_cells(deals, places)
    assert pairs.count.reshape(4, 4).tolist() == [
        [0, 0, 2, 0], [0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 1],
    ]  # fmt: skip
    x = dict(zip(pairs.names, pairs.x[0 * 4 + 2], strict=True))
    assert x["clusters at both ends"] == 1
    assert x["across a border"] == 0
    assert x["distance"] == pytest.approx(np.log(105))
    cells = industry_cells(deals, places)  # an unknown industry is in no cell
    assert list(zip(cells.origin, cells.destination, cells.industry, cells.count, strict=True)) == [
        (0, 2, 0, 2), (1, 2, 1, 1),
    ]  # fmt: skip
    assert cells.x[:, 0].tolist() == [1, 1]


def test_by_hand_what_is_not_known_is_not_no():
    places = _places(3, np.random.default_rng(1))
    places.holds[:] = [[True, False], [True, False], [False, False]]
    places.similar[:] = [[np.nan, 0], [0, 1]]
    has = places.with_similar()
    assert np.isnan(has[:2, 0]).all()
    assert has[2].tolist() == [0, 0]
    assert has[0, 1] == 0
    places.nation[0] = 0
    x = pair_cells(_deals([(0, 1, 0, "a")]), places).x
    assert np.isnan(x[:3, 4]).all()


# ---------------------------------------------------------------- another package


def _made(z: int, rng: np.random.Generator, effect: float, groups: int = 200) -> Cells:
    """Deals between places, of groups; a share of each group's deals goes the same way."""
    i, j = (end.ravel() for end in np.indices((z, z)))
    both = ((i % 3 == 0) & (j % 3 == 0)).astype(float)
    distance = np.log(5 + 50.0 * np.abs(i - j))
    size = rng.normal(size=(2, z))
    luck = 0.3 * rng.normal(size=z)
    log = -0.3 * distance + effect * both + size[0][i] + size[1][j] + luck[i] * luck[j]
    chance = np.exp(log)
    deal = rng.choice(i.size, size=1500, p=chance / chance.sum())
    names = ("distance", "clusters at both ends")
    x = np.column_stack([distance, both])
    group = pl.Series(rng.integers(0, groups, deal.size).astype(str))
    return Cells(i, j, np.zeros_like(i), np.bincount(deal, minlength=i.size).astype(float), x,
                 names, deal, group)  # fmt: skip


def test_reference_pyfixest_same_coefficients_and_errors_by_origin_and_destination():
    cells = _made(20, np.random.default_rng(3), 0.5)
    rows, errors, _ = model_rows(cells, EFFECTS, level=0.95)
    frame = pd.DataFrame({"count": cells.count, "distance": cells.x[:, 0], "both": cells.x[:, 1],
                          "i": cells.origin, "j": cells.destination})  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = pf.fepois("count ~ distance + both | i + j", frame)
    assert [row["value"] for row in rows] == pytest.approx(peer.coef().to_list(), rel=1e-4)
    assert {row["errors"] for row in errors} == {
        "share a place", "share a group", "share an end, in 2 ways", "independent cells",
    }  # fmt: skip
    assert rows[0]["times"] == pytest.approx(2 ** rows[0]["value"])
    assert rows[1]["times"] == pytest.approx(np.exp(rows[1]["value"]))
    assert [row["term"] for row in rows] == list(cells.names)


# ---------------------------------------------------------------- invariants


def test_invariant_groups_of_one_deal_and_a_giant():
    cells = _made(20, np.random.default_rng(3), 0.5)
    alone = _with_groups(cells, np.arange(1500))
    giant = _with_groups(cells, np.where(np.arange(1500) < 750, 0, np.arange(1500)))

    def of_groups(some: Cells) -> dict:
        _, errors, _ = model_rows(some, EFFECTS, level=0.95)
        return next(row for row in errors if row["errors"] == "share a group")

    # one deal a group: the errors of a multinomial, which are those of its information
    one, many = of_groups(giant), of_groups(alone)
    assert one["degrees"] < 5
    assert many["degrees"] > 500
    assert one["high"] - one["low"] > many["high"] - many["low"]


def test_deals_of_one_group_have_no_interval_and_no_p():
    cells = _made(14, np.random.default_rng(3), 0.5)
    cells = _with_groups(cells, np.zeros(cells.deal_cell.size, dtype=np.int64))
    for row in model_rows(cells, SIZE, level=0.95)[0]:
        assert row.get("low") is None
        assert row.get("p") is None
        assert row["status"] == "no interval: all deals are of one group"


def _with_groups(cells: Cells, group: np.ndarray) -> Cells:
    return Cells(cells.origin, cells.destination, cells.industry, cells.count, cells.x,
                 cells.names, cells.deal_cell, pl.Series(group.astype(str)))  # fmt: skip


# ---------------------------------------------------------------- recovers the truth


def test_truth_intervals_cover_what_was_planted():
    covered = wrong = 0
    worlds = 60
    for world in range(worlds):
        rng = np.random.default_rng([5, world])
        rows, _, _ = model_rows(_made(24, rng, 0.7), EFFECTS, level=0.95)
        covered += rows[1]["low"] <= 0.7 <= rows[1]["high"]
        wrong += rows[1]["low"] <= 0 <= rows[1]["high"]
    assert covered / worlds >= 0.88
    assert wrong / worlds < 0.5


# ---------------------------------------------------------------- the analysis


@pytest.fixture(scope="module")
def planted() -> Study:
    world = make_world(organisations=900, clusters=6, industries=3, rng=1)
    return plant_investments(
        world.study, world.truth.cluster, times=4.0, deals=400, rng=np.random.default_rng(1)
    )[0]


def test_a_study_gives_three_models_a_sentence_and_a_chart(planted: Study):
    found = investment_gravity(planted, candidate_clusters(planted, draws=99, rng=1))
    assert found.rows["specification"].unique(maintain_order=True).to_list() == [
        SIZE, EFFECTS, THREE,
    ]  # fmt: skip
    told = found.rows.filter(pl.col("value").is_not_null())
    assert (told["low"] < told["value"]).all()
    assert (told["times"] > 0).all()
    assert "not what brings them about" in str(found)
    assert "Where do deals go" in chart(found).alt
    assert found.by_error["errors"].n_unique() >= 4


def test_few_deals_are_not_testable_and_say_what_is_needed(planted: Study):
    few = planted.with_table("linkages", planted.linkages.filter(
        pl.col("layer") != "acquisition"
    ).filter(pl.col("layer") != "investment").filter(pl.col("layer") != "affiliate").vstack(
        planted.linkages.filter(pl.col("layer") == "acquisition").head(5)
    ))  # fmt: skip
    clusters = candidate_clusters(planted, draws=99, rng=1)
    found = investment_gravity(few, clusters, layers=["acquisition"])
    assert found.rows["value"].null_count() == found.rows.height
    assert "20 deals and 6 places are needed" in str(found)
    assert "20 deals" in chart(found).alt
    none = planted.with_table("linkages", few.linkages.clear())
    with pytest.raises(TooFew, match="no ties in"):
        investment_gravity(none, clusters)


def test_without_coordinates_industries_or_countries_it_is_said(planted: Study):
    clusters = candidate_clusters(planted, draws=99, rng=1)
    bare = planted.with_table("organisations", planted.organisations.with_columns(
        pl.when(pl.int_range(pl.len()) % 4 > 0).then("industry").alias("industry"),
        pl.when(pl.int_range(pl.len()) % 5 > 0).then("country").alias("country"),
        *(pl.when(pl.int_range(pl.len()) % 6 > 0).then(name).alias(name)
          for name in ("longitude", "latitude")),
    ))  # fmt: skip
    found = investment_gravity(bare, clusters)
    assert any("no coordinates" in note for note in found.notes)
    assert any("not known" in note for note in found.notes)
    nowhere = planted.with_table("organisations", planted.organisations.with_columns(
        pl.lit(None, pl.Float64).alias(name) for name in ("longitude", "latitude")
    ))  # fmt: skip
    with pytest.raises(TooFew, match="coordinates"):
        investment_gravity(nowhere, clusters)
