"""What is one more tie worth, near and far? Planted values, coverage, and refusals."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.econometrics import value_by_distance
from buzzline.econometrics.ties_by_year import ties_by_year
from buzzline.errors import InvalidArgument
from buzzline.space.scales import SCALES, Cutoffs
from buzzline.tables.study import Study
from buzzline.tables.worlds import PanelPlan, make_world, plant_panel

WORTH = (0.1, 0.1, 0.2, 0.5)


@pytest.fixture(scope="module")
def bare():
    return make_world(organisations=300, clusters=2, rng=1).study


def planted(bare, seed=1, **plan):
    plan = {"ties_each": 1.0, "by_scale": WORTH, "organisations": 150, "years": 8} | plan
    return plant_panel(bare, PanelPlan(**plan), rng=seed)[0]


def test_partners_by_year_and_scale_by_hand():
    # a and b together, c abroad; b twice in 2011 counts once; a tie lasts from start to end
    frame = pl.DataFrame({
        "org_id": list("abc"), "longitude": [0.0, 0.0, 20.0], "latitude": 0.0,
        "country": ["FR", "FR", "DE"], "jobs": [1.0, 9.0, 99.0],
    })  # fmt: skip
    ties = pl.DataFrame({
        "source": ["a", "b", "a", "a"], "target": ["b", "a", "c", "a"], "layer": "supply",
        "start": [date(2010, 5, 1), date(2011, 1, 1), date(2011, 1, 1), date(2011, 1, 1)],
        "end": [date(2011, 12, 31), date(2011, 3, 1), None, None],
        "formal": [True, False, False, True],
    })  # fmt: skip
    study = Study.of(organisations=frame, linkages=ties)
    found = ties_by_year(study, pl.DataFrame({"row": [0, 2]}), range(2009, 2013), layers=None,
                         cutoffs=Cutoffs())  # fmt: skip
    of_a = found.filter(row=0).select(SCALES).rows()
    assert of_a == [(0, 0, 0, 0), (1, 0, 0, 0), (1, 0, 0, 1), (0, 0, 0, 1)]
    assert found.filter(row=2)["global"].to_list() == [0, 0, 1, 1]
    formal = found.filter(row=0)["formal"].to_list()
    # 2010: the one contract; 2011: one of three ties; 2009: none, so the mean of all ends
    assert formal[1:3] == pytest.approx([1.0, 1 / 3])
    assert 0 < formal[0] < 1


def test_planted_values_are_recovered_and_the_scales_differ(bare):
    result = value_by_distance(planted(bare), layers=["advice"])
    slopes = dict(result.slopes.select("scale", "value").iter_rows())
    assert slopes["global"] == max(slopes.values())
    assert result.p_equal < 0.01
    assert "Slopes differ" in str(result)
    row = result.differences.filter(scale="global", other="local").row(0, named=True)
    assert row["low"] > 0
    assert row["value"] == pytest.approx(slopes["global"] - slopes["local"])


def test_intervals_cover(bare):
    inside = []
    for seed in range(30):
        rows = value_by_distance(planted(bare, seed), layers=["advice"]).slopes
        inside += [
            low <= true <= high
            for low, true, high in zip(rows["low"], WORTH, rows["high"], strict=True)
        ]
    assert np.mean(inside) >= 0.89  # 120 intervals


def test_equal_values_are_called_different_in_one_of_twenty_worlds(bare):
    even = {"by_scale": (0.2,) * 4, "organisations": 100, "years": 7}
    fell = [
        value_by_distance(planted(bare, seed, **even), layers=["advice"]).p_equal
        for seed in range(40)
    ]
    assert np.mean(np.array(fell) <= 0.05) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 40)


def test_qualities_that_ties_share_alike_are_left_out(bare):
    result = value_by_distance(planted(bare), layers=["advice"])
    assert result.qualities["quality"].to_list() == ["size of partner"]  # all advice is formal
    every = value_by_distance(planted(bare))
    assert "formal" in every.qualities["quality"].to_list()
    assert "Held constant: formal" in every.notes[0]


def test_a_scale_without_ties_that_change_says_so(bare):
    study = planted(bare)
    result = value_by_distance(study, layers=["advice"], cutoffs=Cutoffs(15_000, 20_000))
    rows = result.slopes
    assert rows.filter(scale="local")["value"][0] is not None
    assert rows["value"].null_count() == 3
    assert "and 20 are needed" in rows.filter(scale="global")["status"][0]
    assert np.isnan(result.p_equal)


def test_ties_without_dates_cannot_tell_anything(bare):
    study = planted(bare)
    undated = study.linkages.with_columns(start=pl.lit(None), end=pl.lit(None))
    result = value_by_distance(study.with_table("linkages", undated))
    assert "are `start` and `end` of linkages known?" in str(result)


def test_what_is_missing_is_named(bare):
    assert "add rows of `outcomes`" in str(value_by_distance(bare))
    study = planted(bare)
    none = value_by_distance(study.with_table("linkages", study.linkages.clear()))
    assert "no linkages" in str(none)
    assert "3 years" in str(value_by_distance(planted(bare, years=3)))
    with pytest.raises(InvalidArgument, match="no linkage has the layer"):
        value_by_distance(study, layers=["commute"])
    with pytest.raises(InvalidArgument, match="level"):
        value_by_distance(study, level=1.0)


def with_ties(study, **columns):
    return study.with_table("linkages", study.linkages.with_columns(**columns))


def test_ties_of_which_many_lack_a_first_day_are_refused_and_counted(bare):
    study = planted(bare)
    every, advice = pl.int_range(pl.len()), pl.col("layer") == "advice"
    half = with_ties(study, start=pl.when(~advice | (every % 2 == 0)).then("start"))
    found = value_by_distance(half, layers=["advice"])
    assert "have no `start` while others of their layer have" in str(found)
    assert found.slopes["value"].null_count() == 4
    few = with_ties(study, start=pl.when(~advice | (every % 20 > 0)).then("start"))
    found = value_by_distance(few, layers=["advice"])
    assert "without a first day count in every year" in str(found)
    assert found.slopes["value"].null_count() == 0


def test_ties_without_a_last_day_are_counted_and_many_are_a_warning(bare):
    study, every = planted(bare), pl.int_range(pl.len())
    assert "last day" not in str(value_by_distance(study, layers=["advice"]))
    few = with_ties(study, end=pl.when(every % 20 > 0).then("end"))
    said = str(value_by_distance(few, layers=["advice"]))
    assert "without a last day count as lasting" in said
    assert "with care" not in said
    many = with_ties(study, end=pl.when(every % 2 > 0).then("end"))
    assert "read values with care" in str(value_by_distance(many, layers=["advice"]))


def test_a_constant_outcome_has_no_value_by_distance(bare):
    study = planted(bare)
    still = study.outcomes.with_columns(
        value=pl.when(pl.col("indicator") == "innovation").then(5.0).otherwise("value")
    )
    found = value_by_distance(study.with_table("outcomes", still), layers=["advice"])
    assert "does not move over the years" in str(found)
