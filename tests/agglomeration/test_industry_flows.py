from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration.industry_flows import flows_of, has_flows
from buzzline.errors import TooFew
from buzzline.tables.study import Study


def flows(rows, kind="input_output", **more):
    table = pl.DataFrame(rows, schema=["industry", "other", "value"], orient="row")
    return table.with_columns(kind=pl.lit(kind), **more)


def test_by_hand_in_the_order_asked_for():
    study = Study.of(industry_flows=flows([("a", "b", 3.0), ("b", "a", 1.0), ("a", "a", 1.0)]))
    found = flows_of(study, ["b", "a"], "input_output")
    related = found.relatedness()
    # b buys all its inputs from a: 3/3
    assert related[0, 1] == 1
    assert related[1, 1] == 0.5  # a sells 1 of 4 to itself, and buys 1 of its 2 inputs there
    assert found.share_covered == 1


def test_finer_industries_take_the_figures_of_the_one_they_are_part_of():
    table = flows([("33", "52", 3.0), ("52", "33", 1.0), ("33", "33", 1.0)])
    industries = pl.DataFrame({"industry": ["33", "52", "x1"], "parent": [None, None, "52"]})
    study = Study.of(industry_flows=table, industries=industries)
    found = flows_of(study, ["3344", "3341", "x1", "90"], "input_output")
    assert [found.codes[row] if row >= 0 else "" for row in found.row] == ["33", "33", "52", ""]
    related = found.relatedness()
    assert related[0, 2] == related[1, 2] == 1
    assert related[0, 1] == 0.5  # what 33 has with itself
    assert np.isnan(related[3]).all()
    assert "3 of 4" in found.note
    assert "3 through a coarser" in found.note


def test_the_latest_year_unless_another_is_asked_for():
    table = pl.concat([
        flows([("a", "b", 3.0), ("c", "b", 1.0)], year=pl.lit(2012, pl.Int64)),
        flows([("a", "b", 1.0), ("c", "b", 1.0)], year=pl.lit(2017, pl.Int64)),
    ])  # fmt: skip
    study = Study.of(industry_flows=table)
    assert flows_of(study, ["a", "b"], "input_output").values[0].tolist() == [0, 1, 0]
    assert flows_of(study, ["a", "b"], "input_output", year=2012).values[0].tolist() == [
        0,
        3,
        0,
    ]


def test_moves_of_people_from_spells_by_hand():
    organisations = pl.DataFrame({"org_id": ["p", "q", "r"], "industry": ["a", "b", "a"]})
    spells = pl.DataFrame({
        "person_id": ["1", "1", "1", "2", "2", "3"],
        "org_id": ["p", "q", "r", "q", "p", "p"],
        "start": [date(2001, 1, 1), date(2002, 1, 1), date(2003, 1, 1), date(2005, 1, 1),
                  date(2004, 1, 1), date(2001, 1, 1)],
    })  # fmt: skip
    study = Study.of(organisations=organisations, spells=spells)
    found = flows_of(study, ["a", "b"], "labour")
    # 1: a to b, b to a; 2 (by date): a to b; 3 stays
    assert found.values.tolist() == [[0, 2], [1, 0]]


def test_occupations_by_hand():
    table = pl.DataFrame({
        "industry": ["a", "a", "b", "b"], "occupation": ["x", "y", "x", "y"],
        "jobs": [8.0, 2.0, 1.0, None],
    })  # fmt: skip
    study = Study.of(occupations=table)
    assert has_flows(study, "occupations")
    assert flows_of(study, ["a", "b"], "occupations").values.tolist() == [[8, 2], [1, 0]]


def test_nothing_told_is_an_error_with_the_remedy():
    study = Study.of(industry_flows=flows([("a", "b", 3.0)]))
    with pytest.raises(TooFew, match="Add a table `occupations`"):
        flows_of(study, ["a"], "occupations")
    with pytest.raises(TooFew, match="one classification"):
        flows_of(study, ["zz"], "input_output")
