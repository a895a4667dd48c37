"""How far apart is what two organisations know? Golden values, other packages, collapses."""

import numpy as np
import polars as pl
import pytest
from scipy import sparse
from scipy.spatial.distance import cosine

from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.knowledge_profiles import knowledge_profiles
from buzzline.linkages.knowledge_space import (
    class_relatedness,
    jaffe_distance,
    knowledge_space,
    mean_distance,
    optimal_distance,
)
from buzzline.tables.study import Study


def profiles(rng, n=40, c=12):
    return sparse.csr_array(
        rng.poisson(0.6, (n, c)).astype(float) + np.eye(c)[np.arange(n) % c]
    )


def test_golden_cosine_of_jaffe():
    assert 1 - jaffe_distance(np.array([5.0, 3, 0, 2]), np.array([1.0, 4, 2, 0])) == (
        pytest.approx(0.601793, abs=5e-7)
    )


@pytest.mark.parametrize(
    ("start", "rise", "harm", "best"),
    [(0.1, 1, 1, 0.45), (0.1, 1, 1.5, 0.2833), (0.3, 1, 1, 0.35)],
)
def test_golden_optimum_of_novelty_times_understanding(start, rise, harm, best):
    assert optimal_distance((start, rise), harm) == pytest.approx(best, abs=5e-5)
    d = np.linspace(0, 1, 100_001)
    grid = d[np.argmax((start + rise * d) * (1 - harm * d))]
    assert optimal_distance((start, rise), harm) == pytest.approx(grid, abs=1e-4)


def test_an_optimum_needs_novelty_and_misunderstanding_that_rise():
    with pytest.raises(InvalidArgument, match="must rise"):
        optimal_distance((0.1, 0.0), 1.0)
    assert optimal_distance((5.0, 1.0), 1.0) == 0.0


def test_distances_agree_with_scipy():
    found = profiles(np.random.default_rng(1))
    space = knowledge_space(found)
    one, other = np.array([0, 3, 7]), np.array([1, 9, 7])
    theirs = [
        cosine(found.toarray()[i], found.toarray()[j]) for i, j in zip(one, other, strict=True)
    ]
    assert space.distances(one, other) == pytest.approx(theirs, abs=1e-10)


def test_mahalanobis_equals_brute_force():
    found = profiles(np.random.default_rng(2))
    related = class_relatedness(found).toarray()
    v = found.toarray()
    norm = np.sqrt(np.einsum("ic,cd,id->i", v, related, v))
    brute = 1 - v @ related @ v.T / np.outer(norm, norm)
    space = knowledge_space(found, sparse.csr_array(related))
    one, other = np.triu_indices(40, 1)
    assert space.distances(one, other) == pytest.approx(brute[one, other], abs=1e-9)


def test_mahalanobis_collapses_to_jaffe_where_classes_are_strangers():
    found = profiles(np.random.default_rng(3))
    plain, same = knowledge_space(found), knowledge_space(found, sparse.eye_array(12).tocsr())
    one, other = np.triu_indices(40, 1)
    assert plain.distances(one, other) == pytest.approx(same.distances(one, other))


def test_related_classes_bring_organisations_nearer():
    # classes 0 and 1 are held together by many, so holders of one each are near
    rows = np.array([[1.0, 1, 0]] * 20 + [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
    found = sparse.csr_array(rows)
    space = knowledge_space(found, class_relatedness(found))
    near, far = space.distances(np.array([20, 20]), np.array([21, 22]))
    assert near == pytest.approx(1 / 6)  # 20 * .5 * .5 / (20 * .5 * .5 + 1) in common
    assert far == 1.0


@pytest.mark.parametrize("related", [False, True])
def test_mean_distance_equals_all_pairs_and_leaving_each_out(related):
    found = profiles(np.random.default_rng(4))
    space = knowledge_space(found, class_relatedness(found) if related else None)
    rows = np.array([2, 5, 7, 11, 13, 17, 30])

    def brute(chosen):
        one, other = np.triu_indices(chosen.size, 1)
        return space.distances(chosen[one], chosen[other]).mean()

    value, without = mean_distance(space, rows)
    assert value == pytest.approx(brute(rows))
    assert without == pytest.approx([brute(np.delete(rows, k)) for k in range(rows.size)])


def study_of(items):
    ids = sorted({row[1] for row in items if row[1]} | {"z"})
    frame = pl.DataFrame(items, schema=["item_id", "org_id", "kind", "classes"], orient="row")
    return Study.of(organisations=pl.DataFrame({"org_id": ids}), knowledge_items=frame)


def test_items_by_class_by_hand():
    found = knowledge_profiles(study_of([
        ("1", "a", "patent", "x|y"), ("2", "a", "patent", "x"), ("3", "b", "product", " y |y"),
        ("4", "b", "practice", "x"), ("5", None, "patent", "x"), ("6", "b", "patent", None),
    ]))  # fmt: skip
    assert found.classes == ("x", "y")
    assert found.matrix().toarray().tolist() == [[1.5, 0.5], [0, 1], [0, 0]]
    assert found.known.tolist() == [True, True, False]


def test_dealing_moves_whole_portfolios_within_industries():
    rng = np.random.default_rng(5)
    items = [
        (f"{a}{k}", f"o{a:02d}", "patent", f"c{a % 7}") for a in range(20) for k in range(3)
    ]
    found = knowledge_profiles(study_of(items))
    stratum = np.array([0] * 10 + [1] * 11, np.int32)
    of = found.dealt(stratum, rng)
    assert sorted(of) == list(range(21))
    assert of[20] == 20  # nothing is known of z
    assert (stratum[of] == stratum).all()
    assert not np.array_equal(of, np.arange(21))


def test_no_items_and_too_many_classes_say_so():
    with pytest.raises(TooFew, match="knowledge_items"):
        knowledge_profiles(study_of([("1", None, "patent", "x")]))
    with pytest.raises(InvalidArgument, match="coarser"):
        class_relatedness(sparse.csr_array((3, 6000)))
