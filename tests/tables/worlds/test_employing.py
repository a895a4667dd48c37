"""Employment of a made-up world agrees with its organisations."""

import numpy as np
import polars as pl
import pytest

from buzzline.tables.worlds import make_world
from buzzline.tables.worlds.employing import ALL_INDUSTRIES, CLASSES, YEARS


@pytest.fixture(scope="module")
def study():
    return make_world(organisations=400, clusters=3, industries=6, rng=9).study


def whole(study, year):
    return study.employment.filter((pl.col("year") == year) & pl.col("size_class").is_null())


def test_planted_truth_the_last_year_counts_the_organisations(study):
    last = whole(study, YEARS[-1])
    total = last.filter(pl.col("industry") == ALL_INDUSTRIES)
    assert total["jobs"].sum() == study.organisations["jobs"].sum()
    cells = last.filter(pl.col("industry") != ALL_INDUSTRIES)
    assert cells["establishments"].sum() == 400
    assert cells["jobs"].sum() < total["jobs"].sum()
    assert cells.filter(pl.col("suppressed"))["establishments"].unique().to_list() == [1.0]
    assert cells.filter(pl.col("jobs").is_null())["suppressed"].all()


def test_planted_truth_who_opened_later_is_missing_in_the_first_year(study):
    then = study.organisations.filter(pl.col("opened").dt.year() <= YEARS[0]).height
    cells = whole(study, YEARS[0]).filter(pl.col("industry") != ALL_INDUSTRIES)
    assert cells["establishments"].sum() == then < 400


def test_by_hand_size_classes_hold_what_they_say(study):
    sized = study.employment.drop_nulls("size_class")
    assert sized["establishments"].sum() == 400
    for name, fewest in CLASSES.items():
        rows = sized.filter(pl.col("size_class") == name)
        mean = rows["jobs"] / rows["establishments"]
        assert rows.is_empty() or mean.min() >= fewest


def test_planted_truth_industries_of_one_group_trade_and_employ_alike(study):
    group = dict(study.industries.select("industry", "cluster").iter_rows())
    flows = study.industry_flows.filter(pl.col("industry") != pl.col("other")).with_columns(
        same=pl.col("industry").replace(group) == pl.col("other").replace(group)
    )
    for kind in ("input_output", "labour"):
        part = flows.filter(pl.col("kind") == kind)
        same, others = (part.filter(pl.col("same") == flag)["value"] for flag in (True, False))
        assert same.median() > 1.5 * others.median()
    mix = study.occupations.pivot("occupation", index="industry", values="jobs").sort(
        "industry"
    )
    close = np.corrcoef(mix.drop("industry").to_numpy())
    names = mix["industry"].to_list()
    inside = [close[i, j] for i, one in enumerate(names) for j, two in enumerate(names)
              if i < j and group[one] == group[two]]  # fmt: skip
    across = [close[i, j] for i, one in enumerate(names) for j, two in enumerate(names)
              if i < j and group[one] != group[two]]  # fmt: skip
    assert np.mean(inside) > np.mean(across) + 0.3


def test_invariant_same_seed_same_employment(study):
    again = make_world(organisations=400, clusters=3, industries=6, rng=9).study
    assert again.employment.equals(study.employment)
    assert again.fingerprint == study.fingerprint
