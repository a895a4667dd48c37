"""Completeness of raw ties on three engines against plain Python."""

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from tests.network.test_ties import known, on_all, rows, worlds
from tests.oracles import ties as oracle

from buzzline.errors import InvalidTables
from buzzline.network import end_counts, quality_counts

few = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(world=worlds())
def test_quality_counts_agree_with_brute_force_on_every_engine(engines, world):
    for frame in world:
        answer = on_all(engines, lambda f: quality_counts(f, f.columns), frame)
        assert answer.rows() == oracle.quality(rows(frame), frame.columns)


@few
@given(world=worlds())
def test_end_counts_agree_with_brute_force_on_every_engine(engines, world):
    organisations, ties = world
    answer = on_all(engines, end_counts, ties, organisations)
    assert {row[0]: row[1:] for row in answer.rows()} == oracle.ends(
        rows(ties), known(organisations)
    )


def test_end_counts_by_hand():
    organisations = pl.DataFrame({"org_id": ["a", "b"]})
    ties = pl.DataFrame(
        {"source": ["a", "a", "a", None, None], "target": ["b", "a", "x", "b", "x"],
         "layer": ["supply"] * 5}
    )  # fmt: skip
    assert end_counts(ties, organisations).to_dicts() == [
        {"layer": "supply", "n": 5, "n_self": 1, "n_missing": 2, "n_unknown": 2}
    ]


def test_quality_counts_by_hand():
    frame = pl.DataFrame({"city": ["Prato", "Prato", None], "jobs": [1.0, 2.0, 3.0]})
    assert quality_counts(frame, ["jobs", "city"]).rows() == [
        ("jobs", 3, 0, 3),
        ("city", 3, 1, 1),
    ]


def test_not_a_number_is_one_value_and_zero_has_no_sign_on_every_engine(engines):
    frame = pl.DataFrame({"weight": [float("nan"), float("nan"), -0.0, 0.0, 1.0, None]})
    answer = on_all(engines, lambda f: quality_counts(f, ["weight"]), frame)
    assert answer.rows() == [("weight", 6, 1, 3)]


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(InvalidTables, match="`town` is missing"):
        quality_counts(pl.DataFrame({"city": ["Prato"]}), ["town"])
