"""Which records bundle ties, and which are sources of data: by hand, both sides of the rule."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest

from buzzline.clusters.layer_ties import layer_ties
from buzzline.clusters.records import bundling, record_numbers
from buzzline.linkages.pipelines import pipelines_of
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


def consortia(sizes):
    """Projects in which everybody is tied to everybody, of different organisations."""
    rows, first = [], 0
    for number, size in enumerate(sizes):
        who = [f"o{first + k}" for k in range(size)]
        rows += [(one, other, f"project {number}") for one, other in combinations(who, 2)]
        first += size
    return pl.DataFrame(rows, schema=["source", "target", "record"], orient="row")


def chain(n, *records):
    """A line of ties: nobody is tied to everybody. Records take turns."""
    named = [records[k % len(records)] for k in range(n)]
    return pl.DataFrame({"source": [f"o{k}" for k in range(n)],
                         "target": [f"o{k + 1}" for k in range(n)], "record": named})  # fmt: skip


@pytest.mark.parametrize("n", [1, 2, 4, 5, 19, 20, 40])
def test_consortia_bundle_however_few_they_are(n):
    ties = consortia([4] * n)
    assert bundling(ties).to_list() == ties["record"].to_list()
    assert record_numbers(ties).n_unique() == n


@pytest.mark.parametrize(("n", "bundles"), [(1, False), (4, False), (5, True), (20, True)])
def test_fewer_than_five_records_that_are_no_consortia_are_sources(n, bundles):
    found = bundling(chain(60, *(f"record {k}" for k in range(n))))
    assert found.is_not_null().all() is bundles
    assert found.is_null().all() is not bundles


def test_a_record_of_nearly_all_ties_is_a_source_and_others_still_bundle():
    register = chain(2000, "register")
    ties = pl.concat([register, consortia([4] * 8)])
    found = bundling(ties)
    assert found.head(2000).null_count() == 2000
    assert found.tail(48).null_count() == 0
    fewer = pl.concat([register.head(300), consortia([4] * 8)])  # 300 of 348: not nine in ten
    assert bundling(fewer).null_count() == 0


def test_one_large_consortium_is_no_source():
    ties = consortia([40, *[3] * 9])
    assert bundling(ties).null_count() == 0


def test_ties_without_a_record_stand_with_their_own_pair_alone():
    ties = pl.concat([
        consortia([3]),
        pl.DataFrame({"source": ["x", "y", "x"], "target": ["y", "x", "z"], "record": None},
                     schema_overrides={"record": pl.String}),
    ])  # fmt: skip
    found = record_numbers(ties).to_list()
    assert len(set(found[:3])) == 1
    assert found[3] == found[4]
    assert len({found[0], found[3], found[5]}) == 3


def test_layers_are_told_apart():
    ties = pl.concat([
        consortia([3]).with_columns(layer=pl.lit("research")),
        chain(30, "project 0").with_columns(layer=pl.lit("supply")),
    ])  # fmt: skip
    found = bundling(ties)
    assert found.head(3).null_count() == 0
    assert found.tail(30).null_count() == 30


def test_nothing_to_tell_by_is_said():
    assert record_numbers(chain(30, None)) is None
    assert record_numbers(chain(0, "register")) is None
    assert record_numbers(chain(30, "register")) is None


@pytest.mark.parametrize("known", [0.04, 0.5, 0.9])
def test_ties_without_a_record_are_not_one_pipeline(known):
    study = make_world(organisations=300, clusters=3, rng=1, layers=("research",)).study
    n = study.linkages.height
    named = [f"project {k}" if k < n * known else None for k in range(n)]
    again = study.with_table("linkages", study.linkages.with_columns(
        observed_by=pl.Series(named)))  # fmt: skip
    assert pipelines_of(again).credit.sum() >= 0.95 * pipelines_of(study).credit.sum()
    ties = layer_ties(again, "research")
    pairs = np.sort(np.column_stack([ties.source, ties.target]), axis=1)
    repeated = np.unique(pairs, axis=0, return_counts=True)[1].max()
    assert np.bincount(ties.record).max() <= repeated
    assert layer_ties(study, "research").record.size == 0


def test_pipelines_of_nineteen_consortia_are_split_as_those_of_twenty():
    for n in (19, 20):
        ties = consortia([4] * n).rename({"record": "observed_by"})
        who = [f"o{k}" for k in range(4 * n)]
        places = pl.DataFrame({"org_id": who, "longitude": np.arange(4 * n) * 2.0,
                               "latitude": 0.0, "country": "FR"})  # fmt: skip
        study = Study.of(organisations=places,
                         linkages=ties.with_columns(layer=pl.lit("research")))  # fmt: skip
        assert pipelines_of(study).held().sum(axis=1) == pytest.approx(np.ones(4 * n))
