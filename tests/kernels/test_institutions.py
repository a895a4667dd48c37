"""Kernels of institutions, cohesion, coded practice and further clusters, against plain Python."""

import itertools

import numpy as np
import pytest
from tests.oracles import institutions as plain

from buzzline.kernels.codification import coded_practice, coded_practice_read
from buzzline.kernels.cohesion import local_ties_loosened, meeting_shares
from buzzline.kernels.institutions import institution_fit, institutions_moved
from buzzline.kernels.knowledge_flows import knowledge_flows
from buzzline.kernels.new_clusters import own_infrastructure_paid

SEVERAL = pytest.mark.parametrize("seed", range(5))


def crowd(seed, n=40, n_places=5, n_industries=3, k=4):
    """Organisations of several industries in places, one of which is empty; some are no more."""
    rng = np.random.default_rng(seed)
    alive = rng.random(n) < 0.8
    place = rng.integers(0, n_places - 1, n).astype(np.int32)
    industry = rng.integers(0, n_industries, n).astype(np.int32)
    order = np.lexsort((np.arange(n), industry, place))
    member = order[alive[order]].astype(np.int32)
    start = np.searchsorted(place[member], np.arange(n_places + 1)).astype(np.int64)
    return rng, alive, place, industry, start, member


@SEVERAL
def test_institutions_move_as_in_plain_python(seed):
    rng, _, place, industry, start, member = crowd(seed)
    size = rng.lognormal(0, 1, place.size).astype(np.float32)
    conventions = rng.normal(size=(place.size, 4)).astype(np.float32)
    needs, speed, uptake = rng.normal(size=(3, 4)), rng.random(5) / 2, rng.random(5) / 2
    out = rng.normal(size=(5, 4)).astype(np.float32)
    places = [
        [(industry[i], float(size[i]), conventions[i].astype(float)) for i in member[a:b]]
        for a, b in itertools.pairwise(start)
    ]
    expected = plain.institutions_moved(places, needs, speed, uptake, out.astype(float))
    institutions_moved(start, member, industry, size, conventions, needs, speed, uptake, out)
    np.testing.assert_allclose(out, expected, rtol=1e-5, atol=1e-6)


@SEVERAL
def test_fit_is_as_in_plain_python(seed):
    rng = np.random.default_rng(seed)
    given = (rng.normal(size=(5, 4)), rng.normal(size=(3, 4)), *rng.random((3, 5)))
    fit = np.empty((5, 3))
    institution_fit(*given, fit)
    np.testing.assert_allclose(fit, plain.fit(*given))


def test_a_perfect_fit_loses_nothing_and_no_dose_leaves_institutions_alone():
    here = np.array([[0.5, 0, 0, 0]], np.float32)
    fit = np.empty((1, 2))
    needs = np.array([[0.5, 0, 0, 0], [50, 0, 0, 0]], float)
    institution_fit(here, needs, np.array([0.5]), np.zeros(1), np.zeros(1), fit)
    assert fit.tolist() == [[1.0, 0.5]]  # by hand: as it needs, and nothing like it
    before = here.tobytes()
    institutions_moved(
        np.array([0, 1]), np.zeros(1, np.int32), np.zeros(1, np.int32), np.ones(1, np.float32),
        np.ones((1, 4), np.float32), needs, np.zeros(1), np.zeros(1), here,
    )  # fmt: skip
    assert here.tobytes() == before


def test_meetings_add_up_by_hand():
    shares = np.empty((2, 3))
    meetings = np.array([[3, 0, 0, 1], [1, 1, 1, 1]], np.uint8)
    start, member = np.array([0, 2, 2]), np.array([0, 1], np.int32)
    meeting_shares(start, member, meetings, np.array([2, 3], np.float32), shares)
    assert shares.tolist() == [[0.5, 0.5, 5.0], [0.0, 0.0, 0.0]]


def _ties():
    partner = np.array([[1, 2, -1], [0, -1, -1], [0, 1, -1]], np.int32)
    trust = np.full((3, 3), 0.5, np.float32)
    age = np.array([[9, 0, 0], [9, 0, 0], [0, 9, 0]], np.int16)
    scale = np.array([[0, 0, 0], [0, 0, 0], [0, 3, 0]], np.uint8)
    return partner, trust, age, scale


def _loosen(ties, wear, norm):
    alive, zeros = np.ones(3, np.bool_), np.zeros(3, np.int32)
    meetings = np.array([[1, 0, 0, 1], [2, 0, 0, 0], [0, 0, 0, 0]], np.uint8)
    rates = np.array([[wear], [norm]])
    local_ties_loosened(alive, zeros, zeros, zeros, meetings, rates, np.array([0.3]), ties)


def test_no_dose_leaves_ties_as_they_are():
    ties = _ties()
    before = [part.tobytes() for part in ties]
    _loosen(ties, 0.0, 0.0)
    assert [part.tobytes() for part in ties] == before


def test_only_who_meets_elsewhere_loses_local_trust():
    ties = _ties()
    _loosen(ties, 0.2, 0.0)
    assert ties[1][0, :2].tolist() == pytest.approx([0.45, 0.45])  # half of its meetings
    assert (ties[1][1:] == 0.5).all()


def test_norms_bar_ties_that_are_new_local_and_horizontal():
    ties = _ties()
    _loosen(ties, 0.0, 0.31)
    assert ties[0].tolist() == [[1, -1, -1], [0, -1, -1], [-1, 1, -1]]
    ties = _ties()
    _loosen(ties, 0.0, 0.3)  # trust of the place is 0.3: enough
    assert ties[0].tolist() == _ties()[0].tolist()


@SEVERAL
def test_coded_practice_is_read_as_in_plain_python(seed):
    rng, alive, place, industry, start, member = crowd(seed)
    knowledge = rng.random((place.size, 4)).astype(np.float32)
    coded, leak = np.array([0, 2], np.int32), np.array([0.3, 0.1])
    rows = np.flatnonzero(alive)
    expected = plain.coded_practice_read(
        place[rows].tolist(), industry[rows].tolist(), [0, 2], {0: 0.3, 2: 0.1},
        knowledge[rows].astype(float).tolist(),
    )  # fmt: skip
    gone = knowledge[~alive].copy()
    practice = np.empty((2, 3, 4))
    coded_practice(start, member, industry, knowledge, coded, practice)
    coded_practice_read(alive, place, industry, coded, leak, practice, knowledge)
    np.testing.assert_allclose(knowledge[rows], expected, rtol=1e-5)
    np.testing.assert_array_equal(knowledge[~alive], gone)


@SEVERAL
def test_further_clusters_pay_as_in_plain_python(seed):
    rng, alive, place, industry, _start, member = crowd(seed)
    region = np.array([0, 0, 0, 1, 1], np.int32)
    sizes = np.zeros((5, 3), np.int64)
    np.add.at(sizes, (place[member], industry[member]), 1)
    rates = np.stack([rng.random(5), rng.integers(1, 9, 5).astype(float)])
    jobs, usual = rng.integers(1, 50, place.size).astype(np.float32), rng.random(3)
    profit = np.zeros(place.size, np.float32)
    own_infrastructure_paid(alive, place, industry, region, sizes, rates, jobs, usual, profit)
    rows = np.flatnonzero(alive)
    owed = plain.paid(place[rows].tolist(), industry[rows].tolist(), region, *rates)
    expected = np.array(owed) * usual[industry[rows]]  # each the same, whatever its size
    np.testing.assert_allclose(-profit[rows] * jobs[rows], expected, rtol=1e-5, atol=1e-6)
    assert (profit[~alive] == 0).all()


@SEVERAL
def test_flows_of_knowledge_are_as_in_plain_python(seed):
    rng, alive, place, _, _, member = crowd(seed)
    partner = np.full((place.size, 3), -1, np.int32)
    for i in member:
        partner[i, :2] = rng.choice(member[member != i], 2, replace=False)
    trust = rng.random(partner.shape).astype(np.float32)
    knowledge = rng.random((place.size, 4)).astype(np.float32)
    flows = np.empty((5, 2))
    knowledge_flows(alive, place, partner, trust, knowledge, flows)
    ties = [(i, partner[i, t], float(trust[i, t])) for i in member for t in range(2)]
    out, into = plain.flows(place, ties, knowledge.astype(float), 5)
    np.testing.assert_allclose(flows, np.array([out, into]).T, rtol=1e-5)
