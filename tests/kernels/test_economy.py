"""Kernels of selling, failing, moving, beginning and paying, against plain Python."""

import numpy as np
import pytest
from tests.oracles import economy as plain

from buzzline.kernels import earning, entering, incomes, leaving, moving

SEVERAL = pytest.mark.parametrize("seed", range(4))
KEY, STREAM, STEP = np.uint64(11), 5, 3
NOBODY = -1


class Crowd:
    """Organisations in five places, one of them empty; some are no more."""

    def __init__(self, seed, n=60, n_places=5, n_industries=3, k=6):
        rng = self.rng = np.random.default_rng(seed)
        self.n, self.n_places, self.n_industries = n, n_places, n_industries
        self.alive = rng.random(n) < 0.8
        self.birth = rng.permutation(np.arange(1, n + 1)).astype(np.uint64)
        self.place = rng.integers(0, n_places - 1, n).astype(np.int32)
        self.industry = rng.integers(0, n_industries, n).astype(np.int32)
        self.cell = self.place.copy()
        self.knowledge = rng.random((n, k)).astype(np.float32)
        self.vision = rng.dirichlet(np.ones(k), n).astype(np.float32)
        self.market = rng.random((n, 3)).astype(np.float32)
        self.conventions = rng.normal(size=(n, 4)).astype(np.float32)
        self.size = rng.lognormal(2, 1, n).astype(np.float32)
        self.cash = rng.normal(0.3, 1, n).astype(np.float32)
        self.profit = rng.normal(0.3, 0.3, n).astype(np.float32)
        self.embedded = rng.integers(0, 30, n).astype(np.float32)
        self.partner = np.where(rng.random((n, 6)) < 0.4, rng.integers(0, n, (n, 6)), NOBODY)
        self.partner = self.partner.astype(np.int32)
        key = self.place * n_industries + self.industry
        order = np.lexsort((np.arange(n), key))
        self.member = order[self.alive[order]].astype(np.int32)
        bounds = np.arange(n_places * n_industries + 1)
        self.industry_start = np.searchsorted(key[self.member], bounds).astype(np.int64)
        self.start = np.ascontiguousarray(self.industry_start[::n_industries])

    def here(self, place, industry=None):
        """Who of those alive is in a place, and an industry."""
        among = self.alive & (self.place == place)
        return among if industry is None else among & (self.industry == industry)

    def rates(self, *bounds):
        """A row for each parameter, between 0 and its bound, a column for each cell."""
        return np.array([bound * self.rng.random(self.n_places) for bound in bounds])


@SEVERAL
def test_worth_and_performance_are_as_in_plain_python(seed):
    crowd = Crowd(seed)
    value = (0.5 + crowd.rng.random(6)).astype(np.float32)
    found = earning.worths(
        crowd.alive, crowd.knowledge, value, crowd.place, crowd.industry, crowd.size, 5, 3
    )
    for one, other in zip(found, plain.worths(crowd, value.astype(float)), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    worth, usual, _ = found
    rates = crowd.rates(1, 0.5, 0.1, 8, 0.5, 0.5) + np.array([0, 0, 0, 1, 0, 0.01])[:, None]
    advantage = 0.5 + crowd.rng.random((5, 3))
    made = earning.performances(
        KEY, STREAM, STEP, crowd.alive, crowd.birth, worth, usual, crowd.place,
        crowd.industry, crowd.cell, crowd.market, crowd.embedded, crowd.cash, advantage, rates,
    )  # fmt: skip
    expected = plain.performances(crowd, KEY, STREAM, STEP, worth, usual, advantage, rates)
    np.testing.assert_allclose(made, expected, rtol=1e-6)  # cash has single precision


@SEVERAL
def test_profits_cash_and_size_are_as_in_plain_python(seed):
    crowd, rng = Crowd(seed), np.random.default_rng(seed + 100)
    made, price = rng.random(crowd.n), 0.5 + rng.random((5, 3))
    normal, wage, rent = 0.5 + rng.random(3), 0.5 + rng.random(5), 0.5 + rng.random(5)
    cell = (crowd.alive, crowd.place, crowd.industry)
    sums = earning.sums_by_cell(*cell, crowd.size, made, 5, 3)
    np.testing.assert_allclose(sums, plain.sums_by_cell(crowd, made))
    rates = crowd.rates(2, 0.8, 1, 0.2) + 0.01
    output, profit = np.ones((2, crowd.n), np.float32)
    earning.margins(
        *cell, crowd.cell, crowd.size, made, price, normal, wage, rent, rates, output, profit
    )
    expected = plain.margins(crowd, made, price, normal, wage, rent, rates)
    np.testing.assert_allclose(output, expected[0], rtol=1e-5)
    np.testing.assert_allclose(profit, expected[1], rtol=1e-5, atol=1e-6)
    fair = earning.normal_profits(crowd.alive, crowd.industry, crowd.profit, 3)
    assert fair == pytest.approx(
        [crowd.profit[crowd.alive & (crowd.industry == q)].mean() for q in range(3)]
    )
    together = earning.jobs_and_profits(crowd.start, crowd.member, crowd.size, crowd.profit)
    each = [crowd.here(place) for place in range(5)]
    assert together[0] == pytest.approx([crowd.size[who].sum() for who in each], rel=1e-5)
    earned = [(crowd.size * crowd.profit)[who].sum() for who in each]
    assert together[1] == pytest.approx(earned, rel=1e-4, abs=1e-4)
    rates = crowd.rates(1, 0.5, 4, 0.05, 0.6)
    expected = plain.put_by(crowd, fair, normal, rates)
    cash, size = crowd.cash.copy(), crowd.size.copy()
    earning.put_by(
        crowd.alive, crowd.industry, crowd.cell, crowd.profit, fair, normal, rates, cash, size
    )
    np.testing.assert_allclose(cash, expected[0], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(size, expected[1], rtol=1e-5)


@SEVERAL
def test_failures_are_as_in_plain_python_and_leave_no_tie(seed):
    crowd = Crowd(seed)
    stays, normal, rates = crowd.rng.random(crowd.n) < 0.2, np.full(3, 0.5), np.ones((2, 5))
    rates[1] = 0.7
    gone = np.empty(crowd.n, np.bool_)
    count = leaving.failures(
        KEY, STREAM, STEP, crowd.alive, crowd.birth, crowd.industry, crowd.cell, stays,
        crowd.profit, crowd.cash, normal, rates, gone,
    )  # fmt: skip
    expected = plain.failures(crowd, KEY, STREAM, STEP, stays, normal, rates)
    assert count == expected.sum() > 0
    np.testing.assert_array_equal(gone, expected)
    before, trust = crowd.partner.copy(), np.ones(crowd.partner.shape, np.float32)
    leaving.drop_ties_to(gone, crowd.partner, trust)
    lost = (before >= 0) & (gone[before] | gone[:, None])
    np.testing.assert_array_equal(crowd.partner, np.where(lost, NOBODY, before))
    np.testing.assert_array_equal(trust, np.where(lost, 0, 1))


@SEVERAL
def test_people_go_and_carry_as_in_plain_python(seed):
    crowd = Crowd(seed)
    wage, distance = 0.5 + crowd.rng.random(5), 300 * crowd.rng.random((5, 5))
    rates = np.array([[0.9], [0.5], [0.3]]) * np.ones(5)
    to, came = np.empty((2, crowd.n), np.int32)
    moving.destinations(
        KEY, STREAM, STEP, crowd.alive, crowd.birth, crowd.place, crowd.industry, crowd.cell,
        crowd.start, crowd.member, crowd.industry_start, wage, distance, rates, to,
    )  # fmt: skip
    expected = plain.destinations(crowd, KEY, STREAM, STEP, wage, distance, rates)
    np.testing.assert_array_equal(to, expected)
    n_arrivals = moving.arrivals(to, crowd.birth, came)
    np.testing.assert_array_equal(came, plain.arrivals(crowd, to))
    assert n_arrivals == (came >= 0).sum() < (to >= 0).sum()  # some arrive together
    share = crowd.rates(1)[0]
    expected = plain.carry(crowd, came, share)
    moving.carry(came, crowd.cell, share, n_arrivals, crowd.knowledge)
    np.testing.assert_allclose(crowd.knowledge, expected, rtol=1e-5)


def test_by_hand_a_tie_takes_an_empty_slot_then_the_weakest_of_its_layer():
    partner = np.array([[4, NOBODY, 5], [0, 0, 0]], np.int32)
    trust = np.array([[0.1, 0, 0.3], [0, 0, 0]], np.float32)
    age, scale = np.full((2, 3), 9, np.int16), np.zeros((2, 3), np.uint8)
    layer, copresent = np.array([[1, 0, 0], [0, 0, 0]], np.uint8), np.zeros((2, 3), np.bool_)
    slots = (partner, trust, age, scale, layer, copresent)
    assert moving.open_tie(0, 7, 0.6, 3, 0, *slots)
    assert (partner[0].tolist(), age[0].tolist()) == ([4, 7, 5], [9, 0, 9])
    assert moving.open_tie(0, 8, 0.6, 2, 0, *slots)  # for 5: of supply, 4 does not give way
    assert partner[0].tolist() == [4, 7, 8]
    assert scale[0].tolist() == [0, 3, 2]
    assert not moving.open_tie(0, 9, 0.5, 2, 0, *slots)  # none is trusted less
    assert not moving.open_tie(0, 7, 0.7, 2, 0, *slots)  # there already, trusted more now
    assert trust[0].tolist() == pytest.approx([0.1, 0.7, 0.6])


@SEVERAL
def test_who_begins_knows_as_in_plain_python(seed):
    crowd = Crowd(seed)
    usual = entering.mean_knowledge(crowd.start, crowd.member, crowd.knowledge)
    np.testing.assert_allclose(usual, plain.mean_knowledge(crowd), rtol=1e-6)
    rows = np.flatnonzero(~crowd.alive).astype(np.int32)[:5]
    first, share = np.array([0, 2, 2, 3, 3, 5]), crowd.rates(1)[0]
    standing = np.zeros(crowd.n, np.float32)
    entering.begin_alone(
        KEY, STREAM, STEP, rows, first, crowd.start, crowd.member, crowd.industry, usual,
        share, crowd.birth, crowd.place, crowd.knowledge, standing,
    )  # fmt: skip
    wanted = [(0, 0), (0, 1), (2, 0), (4, 0), (4, 1)]  # the last place is empty till now
    for row, (place, number) in zip(rows, wanted, strict=True):
        one = plain.newcomer(KEY, STREAM, STEP, place, number, usual[place], share[place])
        birth, like, lot, knowledge = one
        among = crowd.member[crowd.start[place] : crowd.start[place + 1]]
        among = among if among.size else crowd.member
        assert crowd.birth[row] == birth
        assert crowd.place[row] == place
        assert crowd.industry[row] == crowd.industry[among[int(like * among.size)]]
        assert standing[row] == pytest.approx(lot)
        np.testing.assert_allclose(crowd.knowledge[row], knowledge, rtol=1e-6)


@SEVERAL
def test_spin_offs_and_holes_are_as_in_plain_python(seed):
    crowd = Crowd(seed)
    leaves, chance = np.empty(crowd.n, np.bool_), np.array([0.0, 0.5, 1, 1, 1])
    n = entering.founders(
        KEY, STREAM, STEP, crowd.alive, crowd.birth, crowd.cell, crowd.knowledge,
        crowd.vision, chance, leaves,
    )  # fmt: skip
    expected = plain.founders(crowd, KEY, STREAM, STEP, chance)
    np.testing.assert_array_equal(leaves, expected)
    assert n == expected.sum() > 0
    usual = plain.mean_knowledge(crowd)
    holes = entering.holes_between(
        crowd.start, crowd.member, crowd.place, crowd.partner, crowd.knowledge, usual
    )
    np.testing.assert_allclose(holes, plain.holes_between(crowd, usual), rtol=1e-6)


def test_by_hand_a_spin_off_searches_where_its_parent_does_not():
    knowledge = np.array([[3, 1, 0], [0, 0, 0]], np.float32)
    vision = np.array([[0.5, 0.5, 0], [0, 0, 0]], np.float32)
    birth, parent = np.array([9, 0], np.uint64), np.zeros(2, np.uint64)
    place, industry, cell = np.array([[4, 0], [2, 0], [0, 0]], np.int32)
    entering.begin_from(
        KEY, STREAM, STEP, np.array([1], np.int32), np.array([0], np.int32), np.array([0.8]),
        birth, parent, cell, place, industry, knowledge, vision,
        np.ones((2, 4), np.float32), np.ones((2, 1), np.float32), np.zeros(2, np.float32),
    )  # fmt: skip
    assert knowledge[1].tolist() == pytest.approx([2.4, 0.8, 0])
    assert vision[1].tolist() == pytest.approx([1, 0, 0])  # 3/4 is known there, 1/2 searched
    assert (parent[1], place[1], industry[1]) == (9, 4, 2)


@SEVERAL
def test_incomes_are_as_in_plain_python(seed):
    crowd = Crowd(seed)
    owner = np.where(crowd.rng.random(crowd.n) < 0.4, 2, NOBODY).astype(np.int32)
    output = (crowd.size * crowd.rng.random(crowd.n)).astype(np.float32)
    usual, wage, rates = 0.5 + np.arange(3.0), 0.5 + np.arange(5.0), crowd.rates(0.8, 1, 1)
    found = incomes.place_incomes(
        crowd.alive, crowd.place, crowd.industry, crowd.cell, owner, crowd.size, output,
        crowd.profit, usual, wage, rates,
    )  # fmt: skip
    expected = plain.place_incomes(crowd, owner, output, usual, wage, rates)
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    # Whoever receives them, profits are what organisations earn.
    earned = (crowd.size * crowd.profit)[crowd.alive].astype(float).sum()
    assert found[2].sum() == pytest.approx(earned, rel=1e-5)
