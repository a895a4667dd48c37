"""Sums of cells of which a part is secret."""

import numpy as np
import polars as pl
import pytest

from buzzline import Study, location_quotients_by_place
from buzzline.agglomeration.employment import employment_matrix

ROWS = [
    ("a", "total", 100.0), ("a", "10.1", 30.0), ("a", "10.2", None), ("a", "20.1", 60.0),
    ("b", "total", 100.0), ("b", "10.1", 10.0), ("b", "10.2", 5.0), ("b", "20.1", 85.0),
    ("c", "total", 200.0), ("c", "10.1", None), ("c", "10.2", None), ("c", "20.1", 170.0),
]  # fmt: skip


def study(*, has_totals: bool = True) -> Study:
    rows = pl.DataFrame(ROWS, schema=["place_id", "industry", "jobs"], orient="row")
    rows = rows.filter(pl.col("industry") != "total") if not has_totals else rows
    return Study.of(employment=rows)


def test_by_hand_a_sum_is_unknown_only_where_all_its_parts_are():
    matrix = employment_matrix(study(), digits=2)
    assert np.array_equal(matrix.jobs, [[30, 60], [15, 85], [np.nan, 170]], equal_nan=True)
    assert matrix.place_suppressed == pytest.approx([0.1, 0.0, 0.15])
    assert any("3 cells of 3 digits are not known" in note for note in matrix.notes)


def test_by_hand_without_totals_what_is_hidden_stays_unknown():
    shares = employment_matrix(study(has_totals=False), digits=2).place_suppressed
    assert np.isnan(shares[[0, 2]]).all()
    assert shares[1] == 0.0


def test_by_hand_a_quotient_compares_industry_and_all_jobs_over_the_same_places():
    rows = location_quotients_by_place(study(), digits=2).table()
    found = dict(rows.filter(industry="10").select("place_id", "value").iter_rows())
    # 45 of the 200 jobs of a and b, where industry 10 is known
    assert found == pytest.approx({"a": 0.30 / (45 / 200), "b": 0.15 / (45 / 200)})
