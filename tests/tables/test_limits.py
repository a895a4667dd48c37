"""Tables handed over as data frames are held to the bounds and words of the schema."""

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidTables
from buzzline.tables.schema import TABLES
from buzzline.tables.study import Study, shaped_like
from buzzline.tables.worlds import make_world

INF = float("inf")


def employment(**columns):
    rows = {"place_id": ["a", "b", "c"], "industry": ["10", "10", "11"], **columns}
    return Study.of(employment=pl.DataFrame(rows))


def problems(**tables):
    with pytest.raises(InvalidTables) as caught:
        Study.of(**tables)
    return caught.value.problems


@pytest.mark.parametrize("column", ["jobs", "establishments"])
@pytest.mark.parametrize("value", [-50.0, -1e-9, INF, -INF])
def test_by_hand_one_cell_out_of_bounds_is_refused_with_where_and_remedy(column, value):
    with pytest.raises(InvalidTables) as caught:
        employment(**{column: [5.0, value, None]})
    (found,) = caught.value.problems
    assert (found.table, found.column, found.n, found.rows) == ("employment", column, 1, (3,))
    assert found.examples == (str(value),)
    assert "0 or more" in found.what
    assert "read_study" in found.remedy


def test_by_hand_an_organisation_with_negative_jobs_off_the_globe_of_unknown_kind():
    found = problems(
        organisations=pl.DataFrame(
            {"org_id": ["a", "b"], "jobs": [-5.0, 1.0], "latitude": [95.0, 45.0],
             "longitude": [0.0, 200.0], "kind": ["firm", "sme"]}
        )
    )  # fmt: skip
    assert {(p.column, p.n, p.examples[0]) for p in found} == {
        ("jobs", 1, "-5.0"), ("latitude", 1, "95.0"), ("longitude", 1, "200.0"),
        ("kind", 1, "firm"),
    }  # fmt: skip


def test_by_hand_the_bounds_themselves_and_missing_values_are_good():
    study = employment(jobs=[0.0, None, 1e9], year=[1500, 2200, None])
    assert study.employment["jobs"].to_list() == [0.0, None, 1e9]


def test_by_hand_nan_is_read_as_not_known():
    study = employment(jobs=[float("nan"), 1.0, 2.0], year=np.array([2018.0, np.nan, 2019.0]))
    assert study.employment["jobs"].to_list() == [None, 1.0, 2.0]
    assert study.employment["year"].to_list() == [2018, None, 2019]


def test_by_hand_nan_slipped_past_the_door_is_refused():
    study = employment(jobs=[1.0, 2.0, 3.0])
    spoilt = study.employment.with_columns(jobs=pl.lit(float("nan")))
    with pytest.raises(InvalidTables, match="is NaN"):
        Study(employment=spoilt)


def test_by_hand_decimals_are_not_cut_off():
    with pytest.raises(InvalidTables, match="not a whole number"):
        employment(year=[2018.5, 2019.0, 2019.0])
    with pytest.raises(InvalidTables, match="between 1500 and 2200"):
        employment(year=[18, 19, 2019])


def test_by_hand_an_exchanged_table_is_held_to_the_same_bounds():
    study = employment(jobs=[1.0, 2.0, 3.0])
    bad = study.employment.with_columns(jobs=-pl.col("jobs"))
    with pytest.raises(InvalidTables) as caught:
        study.with_table("employment", bad)
    assert caught.value.problems[0].n == 3


def test_invariant_every_bound_and_every_list_of_the_schema_is_held():
    checked = 0
    for table in TABLES:
        for column in table.columns:
            bad = {"low": column.low - 1, "high": column.high + 1, "values": "no such word"}
            tried = [bad[name] for name in ("low", "high") if abs(getattr(column, name)) < INF]
            tried += [bad["values"]] if column.values else []
            for value in tried:
                assert said_of(table, column, value), (table.name, column.name, value)
                checked += 1
    assert checked > 50


def said_of(table, column, value):
    row = {c.name: ["x"] for c in table.columns if c.required and c.dtype == pl.String()}
    row |= {c.name: [2000] for c in table.columns if c.required and c.dtype.is_numeric()}
    row |= {c.name: [c.values[0]] for c in table.columns if c.values}
    frame = shaped_like(table, pl.DataFrame(row | {column.name: [value]}))
    with pytest.raises(InvalidTables) as caught:
        Study(**{table.name: frame})
    return any(p.column == column.name and p.n == 1 for p in caught.value.problems)


def test_collapse_a_made_up_world_passes_and_equals_itself():
    study = make_world(organisations=100, clusters=2, rng=1).study
    again = Study.of(**{name: getattr(study, name) for name in study.names()})
    assert again.fingerprint == study.fingerprint
