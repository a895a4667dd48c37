import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tests.agglomeration.specialisation_worlds import study_of

from buzzline.agglomeration import entropy, related_variety, variety
from buzzline.agglomeration.variety import groups_of
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

GOLDEN = np.array([[0.2, 0.2, 0.1, 0.25, 0.25]])
GROUPS = np.array([0, 0, 0, 1, 1], dtype=np.int32)
jobs_of = arrays(np.float64, (4, 6), elements=st.integers(0, 20).map(float))
groupings = arrays(np.int32, 6, elements=st.integers(0, 3))


def test_published_values_of_the_toolkit():
    unrelated, related = related_variety(GOLDEN, GROUPS)
    assert unrelated[0] == pytest.approx(1.0, abs=1e-6)
    assert related[0] == pytest.approx(1.260964, abs=1e-6)
    assert unrelated[0] + related[0] == pytest.approx(2.260964, abs=1e-6)


@given(jobs_of, groupings)
def test_brute_force_related_variety_is_the_mean_entropy_within_groups(jobs, group):
    unrelated, related = related_variety(jobs, group)
    for place in range(4):
        total = jobs[place].sum()
        if not total:
            assert np.isnan(related[place])
            continue
        within = 0.0
        for one in set(group.tolist()):
            held = jobs[place, group == one]
            if held.sum():
                within += held.sum() / total * float(entropy(held))
        assert related[place] == pytest.approx(within, abs=1e-9)
        assert unrelated[place] + related[place] == pytest.approx(float(entropy(jobs[place])))


def test_collapses_one_group_and_all_alone():
    whole = float(entropy(GOLDEN[0]))
    together = related_variety(GOLDEN, np.zeros(5, dtype=np.int32))
    assert [float(part[0]) for part in together] == pytest.approx([0, whole])
    alone = related_variety(GOLDEN, np.arange(5, dtype=np.int32))
    assert [float(part[0]) for part in alone] == pytest.approx([whole, 0])


def test_as_many_groups_as_industries_are_needed():
    with pytest.raises(InvalidArgument, match="needs 5 codes"):
        related_variety(GOLDEN, np.zeros(3, dtype=np.int32))


def test_by_hand_groups_are_digits_else_clusters_else_none():
    codes = pl.DataFrame({"industry": ["311", "312", "321"], "cluster": [None, None, None]},
                         schema={"industry": pl.String, "cluster": pl.String})  # fmt: skip
    assert groups_of(codes, 2)[0].tolist() == [0, 0, 1]
    named = pl.DataFrame({"industry": ["net", "boat", "hat"], "cluster": ["sea", "sea", None]})
    group, said = groups_of(named, 2)
    assert group[0] == group[1] != group[2]
    assert said == "their clusters"
    nothing = named.with_columns(cluster=pl.lit(None, pl.String))
    assert len(set(groups_of(nothing, 2)[0].tolist())) == 3


def places_of(counts):
    codes = ["111", "112", "113", "211", "212", "213"]
    return study_of([
        (f"p{place}", code, 2020, float(n), 1.0)
        for place, each in enumerate(counts)
        for code, n in zip(codes, each, strict=True)
    ])  # fmt: skip


def test_recovers_the_truth_jobs_in_one_group_are_related():
    counts = np.full((12, 6), 10)
    counts[4] = [30, 30, 30, 1, 1, 1]
    result = variety(places_of(counts), draws=199, rng=1)
    top = result.table().row(0, named=True)
    assert top["place_id"] == "p4"
    assert top["related"] > top["chance_mean"]
    assert (result.n_industries, result.n_groups) == (6, 2)


def test_null_dealt_groups_give_the_mean_of_all_deals():
    """By brute force over all ways to deal six industries to two groups of three."""
    from itertools import combinations

    counts = np.array([[40, 20, 10, 5, 5, 20]])
    result = variety(places_of(np.vstack([counts] * 2)), draws=600, rng=2)
    every = []
    for chosen in combinations(range(6), 3):
        group = np.ones(6, dtype=np.int32)
        group[list(chosen)] = 0
        every.append(related_variety(counts.astype(float), group)[1][0])
    mean = result.table()["chance_mean"][0]
    assert mean == pytest.approx(np.mean(every), abs=3 * np.std(every) / np.sqrt(600))


def test_places_without_jobs_are_listed_with_the_reason():
    study = study_of([("a", "111", 2020, 5.0, 1.0), ("a", "211", 2020, 5.0, 1.0),
                      ("b", "111", 2020, 0.0, 0.0)])  # fmt: skip
    rows = {row["place_id"]: row for row in variety(study, draws=9, rng=1).table().to_dicts()}
    assert rows["b"]["related"] is None
    assert rows["b"]["status"] == "no known jobs: not measured"


def test_by_hand_groups_of_one_industry_are_not_tested_and_it_is_said():
    study = study_of([("a", "11", 2020, 5.0, 1.0), ("a", "210", 2020, 5.0, 1.0),
                      ("b", "11", 2020, 2.0, 1.0), ("b", "210", 2020, 6.0, 1.0)])  # fmt: skip
    result = variety(study, draws=9, rng=1)
    assert result.table()["related"].to_list() == [0.0, 0.0]
    assert result.table()["q"].null_count() == 2
    assert set(result.table()["status"]) == {
        "every industry is its own group: nothing is related"
    }
    assert "zero by construction" in str(result)
    assert "`group_digits`" in str(result)
    split = variety(study, draws=9, rng=1, group_digits=1)
    assert "zero by construction" in str(split)


def test_nothing_known_is_an_error():
    with pytest.raises(TooFew):
        variety(Study.of(organisations=pl.DataFrame({"org_id": ["a"]})))


def test_text_states_the_number_of_classes():
    text = str(variety(make_world(organisations=400, clusters=2, rng=1).study, draws=9, rng=1))
    assert "industries in" in text
    assert "nan" not in text
