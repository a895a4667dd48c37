"""Similar industries and clusters a place lies in: by hand, brute force, unknown is not no."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.errors import InvalidArgument
from buzzline.investment.codes import same_at, span_of, table_of_same
from buzzline.investment.similar import clusters_at, codes_behind, similar_clusters
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.tables.worlds import make_world


@pytest.mark.parametrize(
    ("one", "other", "digits", "expected"),
    [
        ("3254", "3254", 4, 1), ("3254", "3256", 3, 1), ("3254", "3256", 4, 0),
        ("33", "3341", 4, None), ("33", "3341", 2, 1), ("32", "3341", 4, 0),
        ("33", "33", 4, None), ("", "33", 2, None), ("C26.11", "2611", 4, 1),
        ("31-33", "3341", 2, 1), ("31-33", "3341", 3, None), ("31-33", "5415", 3, 0),
        ("31-33", "31-33", 2, 1), ("54----", "5415", 2, 1), ("5415", "software", 2, None),
    ],
)  # fmt: skip
def test_codes_by_hand(one, other, digits, expected):
    # others keep the classification one of digits
    table = table_of_same([one, "1111", "2222"], [other, "1111"], digits)
    assert table[0, 0] == expected or (expected is None and np.isnan(table[0, 0]))


def test_names_are_the_same_or_not_and_digits_do_not_apply():
    found = same_at(["biotech", "biotech", None], ["biotech", "games", "games"], 3)
    assert found[:2].tolist() == [1, 0]
    assert np.isnan(found[2])


def test_codes_of_another_vintage_are_not_known_to_differ():
    # 3346 is not in the list; 33411 is below one that is
    found = same_at(["3341", "33411", "3346"], ["3342"] * 3, 4, listed=["3341", "3342"])
    assert found[:2].tolist() == [0, 0]
    assert np.isnan(found[2])


CODES = st.lists(st.text("0123", min_size=0, max_size=4), min_size=1, max_size=8)


@given(CODES, CODES, st.integers(1, 4))
def test_table_agrees_with_brute_force(one, other, digits):
    table = table_of_same([*one, "0000"], [*other, "0000", "1111"], digits)
    for i, a in enumerate(one):
        for j, b in enumerate(other):
            m = min(len(a), len(b), digits)
            if not a or not b or (a[:m] == b[:m] and m < digits):
                assert np.isnan(table[i, j])
            else:
                assert table[i, j] == (a[:m] == b[:m])


@pytest.fixture(scope="module")
def found():
    study = make_world(organisations=600, clusters=3, rng=1).study
    return study, candidate_clusters(study, draws=19, rng=1)


def test_clusters_at_agrees_with_brute_force(found):
    study, clustering = found
    rng = np.random.default_rng(1)
    at = study.organisations.select("longitude", "latitude").to_numpy()
    points = at[rng.integers(len(at), size=200)] + rng.normal(0, 0.2, (200, 2))
    points[3] = np.nan
    listed = clusters_at(clustering, study, longitude=points[:, 0], latitude=points[:, 1])
    got = {(point, which): km for point, which, km in listed.iter_rows()}
    wanted = {}
    xyz = unit_vectors(points[:, 0], points[:, 1])
    where = dict(zip(study.organisations["org_id"], at, strict=True))
    for cluster in clustering.clusters.to_dicts():
        members = clustering.members.filter(cluster_id=cluster["cluster_id"])["org_id"]
        sites = np.array([where[org] for org in members])
        for i in range(200):
            if i == 3:
                continue
            km = distance_km(xyz[[i]], unit_vectors(sites[:, 0], sites[:, 1])).min()
            if km <= cluster["scale_km"]:
                wanted[i, cluster["cluster_id"]] = km
    assert set(got) == set(wanted)
    assert len(wanted) > 20
    for key, km in wanted.items():
        assert got[key] == pytest.approx(km, abs=1e-6)


def test_members_lie_in_their_own_cluster(found):
    study, clustering = found
    at = study.organisations.select("longitude", "latitude").to_numpy()
    listed = clusters_at(clustering, study, longitude=at[:, 0], latitude=at[:, 1])
    org = study.organisations["org_id"]
    got = {(org[point], which) for point, which, _ in listed.iter_rows()}
    assert set(clustering.members.select("org_id", "cluster_id").iter_rows()) <= got


def test_clusters_carry_titles_and_are_similar_by_code(found):
    study, clustering = found
    similar = similar_clusters(clustering, study, digits=2)
    assert similar.rule == "the same industry"
    assert "do not apply" in similar.notes[0]
    name = clustering.clusters["industry"][0]
    (code,) = codes_behind(study, name)
    others = [other for other in similar.industries if other != code]
    assert similar.between([code, others[0], None], [name] * 3)[:2].tolist() == [1, 0]
    assert np.isnan(similar.between(["nothing"], [name]))


def test_relatedness_beyond_a_quantile_and_what_was_not_measured(found):
    study, clustering = found
    names = clustering.clusters["industry"].unique().sort().to_list()
    codes = [codes_behind(study, name)[0] for name in names]
    related = pl.DataFrame({"industry": [codes[0], codes[1]], "other": [codes[1], codes[2]],
                            "value": [0.9, 0.1]})  # fmt: skip
    similar = similar_clusters(clustering, study, related=related, quantile=0.75)
    found_ = similar.between([codes[0], codes[0], codes[1], codes[0]],
                             [names[0], names[1], names[2], names[2]])  # fmt: skip
    assert found_[:3].tolist() == [1, 1, 0]
    assert np.isnan(found_[3])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1.0] * 3 + [0.0] * 63, (3, 3, 3)),  # the first 25 % are no more than differ from 0
        ([1.0] * 10 + [0.0] * 56, (None, None, 10)),  # ten tie where four are wanted
        (list(range(66)), (4, 7, 17)),
        ([0.5] * 66, (None, None, None)),
    ],
)
def test_first_pairs_are_never_more_than_their_share_by_hand(found, values, expected):
    study, clustering = found
    codes = sorted(set(study.industries_of()["industry"].drop_nulls()))
    others = [f"other {k}" for k in range(12 - len(codes))]
    pairs = list(combinations([*codes, *others], 2))[:66]
    related = pl.DataFrame(
        [(*pair, float(value)) for pair, value in zip(pairs, values, strict=True)],
        schema=["industry", "other", "value"], orient="row",
    )  # fmt: skip
    for quantile, n in zip((0.95, 0.9, 0.75), expected, strict=True):
        similar = similar_clusters(clustering, study, related=related, quantile=quantile)
        if n is None:
            assert np.isnan(similar.cut)
            assert "cannot be told" in similar.notes[0]
            assert not (similar.matrix == 0).any()  # not known, and not "no"
        else:
            assert sum(value >= similar.cut for value in values) == n


def test_digits_or_relatedness_not_both(found):
    study, clustering = found
    with pytest.raises(InvalidArgument, match="one of the two"):
        similar_clusters(clustering, study)


@settings(max_examples=20)
@given(st.text(max_size=6))
def test_any_text_is_a_legal_code(text):
    span = span_of(text)
    assert span.low == "" or span.low.isdecimal()
