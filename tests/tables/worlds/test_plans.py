"""Plans of parks and bonds: bounds, odds, and shares that overlap as asked."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.oracles.siblings import morisita_horn

from buzzline.errors import InvalidArgument
from buzzline.tables.worlds import Bonds, Odds, Parks
from buzzline.tables.worlds.plans import shares_with_overlap, sources_with_overlap


@given(st.integers(2, 6), st.floats(0, 1))
def test_brute_force_any_two_rows_overlap_as_asked(siblings, overlap):
    shares = shares_with_overlap(siblings, overlap)
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    for k in range(siblings):
        for other in range(k):
            assert morisita_horn(shares[k], shares[other]) == pytest.approx(overlap, abs=1e-9)
            p, q = shares[k], shares[other]
            assert p @ q / math.hypot(*p) / math.hypot(*q) == pytest.approx(overlap, abs=1e-9)
        assert shares[k, k] == shares[k].max()


@given(st.integers(2, 6), st.floats(0, 1))
def test_brute_force_siblings_share_more_with_each_other_than_with_others(siblings, overlap):
    shares = sources_with_overlap(siblings, overlap)
    others = np.full(siblings + 1, 1 / (siblings + 1))
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    for k in range(siblings):
        for other in range(k):
            assert morisita_horn(shares[k], shares[other]) == pytest.approx(overlap, abs=1e-9)
        if overlap >= 0.9:
            assert morisita_horn(shares[k], others) < overlap - 0.15


def test_by_hand_shares_of_two_and_one():
    # a = 2/3, b = 1/3: 2 ab / (a² + b²) = (4/9) / (5/9) = 0.8
    np.testing.assert_allclose(shares_with_overlap(2, 0.8), [[2 / 3, 1 / 3], [1 / 3, 2 / 3]])
    assert shares_with_overlap(1, 0.3).tolist() == [[1.0]]


def test_by_hand_odds_of_a_layer():
    bonds = Bonds(separation=4, collaboration=2, beyond=0.5, odds={"supply": Odds(9, 3, 1)})
    assert bonds.odds_of("research", separate=True, relation="both") == Odds(8, 2, 0.5)
    assert bonds.odds_of("research", separate=False, relation="competing") == Odds(
        0.5, 0.5, 0.5
    )
    assert bonds.odds_of("research", separate=True, relation=None) == Odds(4, 1, 0.5)
    assert bonds.odds_of("supply", separate=False, relation=None) == Odds(9, 3, 1)
    assert Odds(9, 3, 1).log_odds_ratio == pytest.approx(2 * math.log(3))


def test_by_hand_overlap_and_response_of_relations():
    bonds = Bonds(rivalry=0.8, response=0.3)
    relations = ("collaborating", "competing", "both", "neither", None)
    overlap = [bonds.overlap_of(relation) for relation in relations]
    np.testing.assert_allclose(overlap, [0.2, 0.8, 0.8, 0.2, 1.0])
    assert [bonds.response_of(relation) for relation in relations] == [0.3, -0.3, 0, 0, 0]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: Parks(siblings=9), "`siblings` must lie between 1 and 6"),
        (lambda: Parks(siblings=4, industries=4), "need at least 6 industries"),
        (lambda: Parks(members=0.9, elsewhere=0.2), "more than all"),
        (lambda: Parks(apart_km=-1), "`apart_km`"),
        (lambda: Bonds(layers=("friendship",)), "is not a layer"),
        (lambda: Bonds(layers=("supply", "supply")), "every layer once"),
        (lambda: Bonds(odds={"board": Odds()}), "for these only"),
        (lambda: Bonds(separation=0), "`separation`"),
        (lambda: Odds(within=-1), "none may be negative"),
    ],
)
def test_impossible_plans_are_refused(wrong, words):
    with pytest.raises(InvalidArgument, match=words):
        wrong()
