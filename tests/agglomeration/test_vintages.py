"""Codes of two vintages of a classification, in one year and between two."""

from math import comb

import numpy as np
import polars as pl
import pytest

from buzzline.agglomeration import employment_matrix, industry_entry, shift_share
from buzzline.agglomeration.vintages import LEAST, never_together
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study


def rows_of(jobs, *, codes=None, year=2018):
    s = jobs.shape[1]
    codes = codes or [f"{10 + k}" for k in range(s)]
    at, of = np.nonzero(jobs)
    return pl.DataFrame({
        "place_id": [f"p{k:03d}" for k in at], "industry": [codes[k] for k in of],
        "year": year, "jobs": jobs[at, of], "establishments": np.ones(at.size) * 3,
    })  # fmt: skip


def study_of(*frames, **tables):
    return Study.of(employment=pl.concat(frames), **tables)


def some_jobs(seed=0, places=60, industries=12):
    return np.random.default_rng(seed).integers(5, 90, (places, industries)).astype(float)


def two_vintages(jobs, column):
    """Give the second half of the places another code for one industry."""
    half = np.arange(len(jobs)) < len(jobs) // 2
    old, new = jobs[:, column] * half, jobs[:, column] * ~half
    return np.column_stack([np.delete(jobs, column, axis=1), old, new])


def notes_of(study):
    return " ".join(employment_matrix(study).notes)


def test_recovers_the_truth_two_vintages_in_one_year_are_named_with_their_jobs():
    jobs = two_vintages(some_jobs(), 3)
    notes = notes_of(study_of(rows_of(jobs)))
    share = jobs[:, -2:].sum() / jobs.sum()
    assert "never in one place" in notes
    assert "21 and 22" in notes
    assert f"1, with {share:.1%} of jobs" in notes


def test_special_case_one_vintage_is_not_doubted():
    assert "never in one place" not in notes_of(study_of(rows_of(some_jobs())))


def test_invariant_industries_spread_by_chance_are_not_doubted():
    rng = np.random.default_rng(3)
    for _ in range(50):
        assert not len(never_together(rng.random((60, 40)) < rng.uniform(0.05, 0.6, 40)))


@pytest.mark.parametrize(
    ("r", "n", "m"), [(20, 10, 10), (24, 12, 12), (40, 20, 20), (30, 9, 9)]
)
def test_by_hand_the_chance_of_never_meeting_is_counted(r, n, m):
    """With two industries there is one pair, and the chance is a ratio of two counts."""
    present = np.zeros((r, 2), dtype=bool)
    present[:n, 0], present[r - m :, 1] = True, True
    expected = comb(r - n, m) / comb(r, m) < LEAST
    assert bool(len(never_together(present))) is expected


def test_by_hand_codes_that_are_in_no_list_are_told_with_their_share():
    jobs = np.array([[30.0, 10.0], [30.0, 30.0]])
    listed = pl.DataFrame({"industry": ["10"]})
    assert "1, with 40.0% of jobs (e.g. 11)" in notes_of(
        study_of(rows_of(jobs), industries=listed)
    )
    assert "not in the table" not in notes_of(study_of(rows_of(jobs)))


def changed(share):
    """Two years, of which the second holds about `share` of its jobs under another code."""
    jobs = some_jobs(1, places=30, industries=10)
    jobs[:, 9] = jobs[:, :9].sum(axis=1) * share / (1 - share)
    codes = [f"{10 + k}" for k in range(10)]
    return study_of(
        rows_of(jobs, year=2012), rows_of(jobs, codes=[*codes[:9], "99"], year=2017)
    )


@pytest.mark.parametrize("share", [0.21, 0.5])
def test_by_hand_years_of_two_vintages_are_refused_with_a_remedy(share):
    study = changed(share)
    with pytest.raises(InvalidArgument, match=f"shift_share: {share:.0%}.*crosswalk"):
        shift_share(study)
    with pytest.raises(InvalidArgument, match=f"industry_entry: {share:.0%}.*crosswalk"):
        industry_entry(study, draws=9, rng=1)


def test_by_hand_a_small_change_of_codes_is_said_with_its_share():
    study = changed(0.1)
    for found in (shift_share(study), industry_entry(study, draws=9, rng=1)):
        assert "2 industries stand in one year only, with 10.0% of the jobs" in str(found)
