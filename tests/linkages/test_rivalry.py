"""Overlap, complementarity, exact tests, meta-analysis, event study: numbers by hand."""

from itertools import combinations
from math import comb, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.spatial.distance import cosine
from scipy.stats import beta, fisher_exact

from buzzline.errors import InvalidArgument
from buzzline.linkages.city_gravity import balanced_masses, log_ratio
from buzzline.linkages.collaboration import PairTies, combined, ties_needed
from buzzline.linkages.complementarity import complementarity, input_output_fit
from buzzline.linkages.event_study import response
from buzzline.linkages.quadrants import (
    Against,
    AxisValue,
    Overlap,
    quadrant_shares,
    relation_of,
    resource_overlap,
    rivalry_axis,
)
from buzzline.linkages.rivalry import Drawn, Roster, morisita_horn, overlap
from buzzline.linkages.small_samples import (
    bands,
    jeffreys_interval,
    paired_exact_p,
    stratified_exact_p,
)

SHARES = st.lists(st.floats(0.01, 1), min_size=3, max_size=3)


def test_overlap_equals_the_published_number():
    one, other = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    assert round(morisita_horn(one, other), 6) == 0.763158


@given(SHARES, SHARES)
def test_overlap_is_symmetric_between_0_and_1_and_1_for_equals(one, other):
    one, other = np.array(one), np.array(other)
    assert 0 <= morisita_horn(one, other) <= 1 + 1e-12
    assert morisita_horn(one, other) == pytest.approx(morisita_horn(other, one))
    assert morisita_horn(one, 7 * one) == pytest.approx(1)


def test_overlap_special_cases():
    assert morisita_horn(np.array([1.0, 0]), np.array([0, 1.0])) == 0
    assert np.isnan(morisita_horn(np.array([0.0, 0]), np.array([0, 1.0])))
    # rows of equal length: overlap is the cosine
    one, other = np.array([0.6, 0.3, 0.1]), np.array([0.1, 0.6, 0.3])
    assert morisita_horn(one, other) == pytest.approx(1 - cosine(one, other))


def test_log_ratios_equal_the_published_numbers():
    found = [log_ratio(o, e) for o, e in zip((62, 6, 10, 2), (38, 14, 16, 12), strict=True)]
    assert np.round(found, 4).tolist() == [0.4845, -0.8023, -0.452, -1.6094]


def once(counts):
    return np.ones((1, counts.shape[0]))


def test_overlap_of_units_equals_pairs_of_different_units():
    """Brute force: all pairs of different organisations."""
    rng = np.random.default_rng(1)
    one, other = rng.poisson(1.0, (8, 4)), rng.poisson(1.0, (6, 4))

    def square(counts):
        pairs = [(i, j) for i in range(len(counts)) for j in range(len(counts)) if i != j]
        same = sum(counts[i] @ counts[j] for i, j in pairs)
        return same / sum(counts[i].sum() * counts[j].sum() for i, j in pairs)

    cross = one.sum(axis=0) @ other.sum(axis=0) / (one.sum() * other.sum())
    wanted = 2 * cross / (square(one) + square(other))
    found = overlap(csr_array(one * 1.0), csr_array(other * 1.0), (once(one), once(other)))
    assert found[0] == pytest.approx(wanted)


def test_overlap_of_many_units_collapses_to_that_of_shares():
    rng = np.random.default_rng(2)
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    one, other = (csr_array(rng.multinomial(2, x, 40_000) * 1.0) for x in (p, q))
    found = overlap(one, other, (once(one), once(other)))
    assert found[0] == pytest.approx(0.763158, abs=0.01)


def test_overlap_of_few_units_is_unbiased_where_the_plain_one_is_not():
    rng = np.random.default_rng(3)
    p = np.full(10, 0.1)
    drawn = [[csr_array(rng.multinomial(1, p, 12) * 1.0) for _ in (0, 1)] for _ in range(800)]
    plain = [morisita_horn(np.asarray(a.sum(axis=0)), np.asarray(b.sum(axis=0)))
             for a, b in drawn]  # fmt: skip
    ours = [overlap(a, b, (once(a), once(b)))[0] for a, b in drawn]
    assert np.mean(plain) < 0.6
    assert np.nanmedian(ours) == pytest.approx(1, abs=0.2)


def test_shares_of_overlap_and_their_intervals_lie_between_0_and_1():
    twins = Overlap(0.97, 0.9, 1.0, drawn=np.linspace(0.9, 1.06, 100))
    axis = rivalry_axis({"hires": twins}, Against(0.5, 0.01), cut=0.5, level=0.95)
    assert axis.low < axis.value <= axis.high == 1.0
    rng = np.random.default_rng(1)
    beyond = 0
    for seed in range(20):
        counts = rng.poisson(0.6, (2, 12, 3)).astype(float)
        drawn = [Drawn(csr_array(one), one.sum(), 12) for one in counts]
        rosters = roster(12, 60, seed), roster(12, 60, seed + 50)
        found = resource_overlap(*drawn, rosters, cut=0.5, level=0.95)
        plain = overlap(drawn[0].counts, drawn[1].counts, [one.times for one in rosters])
        beyond += np.nanmax(plain) > 1
        assert found.reason or 0 <= found.low <= found.high <= 1 >= found.value
    assert beyond > 5  # draws do come out above 1


def roster(n, draws=0, rng=0):
    times = np.random.default_rng(rng).multinomial(n, np.full(n, 1 / n), size=draws)
    return Roster(np.arange(n), np.arange(n, dtype=np.int32), times * 1.0)


def placed(counts, first, n):
    """Return rosters of the first and the other rows of one table."""
    place = np.full(n, -1, np.int32)
    place[first] = np.arange(len(first))
    some = roster(len(first), draws=199)
    return Roster(np.array(first), place, some.times)


def test_complementarity_by_hand():
    counts = np.zeros((20, 2))
    counts[:10, 0] = counts[10:, 1] = 1.0
    rosters = placed(counts, range(10), 20), placed(counts, range(10, 20), 20)
    rng = np.random.default_rng(1)
    apart = complementarity(csr_array(counts), rosters, level=0.95, draws=99, rng=rng)
    assert (apart.value, apart.p) == (1.0, 0.01)
    same = complementarity(csr_array(np.ones((20, 1))), rosters, level=0.95, draws=99, rng=rng)
    assert same.value == pytest.approx(0)
    assert same.p == 1.0
    few = complementarity(csr_array((20, 2)), rosters, level=0.95, draws=9, rng=rng)
    assert "known function" in few.reason


def test_p_of_complementarity_is_uniform_under_the_null():
    rng = np.random.default_rng(4)
    p = []
    for _ in range(120):
        counts = csr_array(rng.multinomial(1, [0.5, 0.3, 0.2], 40) * 1.0)
        rosters = placed(counts, range(20), 40), placed(counts, range(20, 40), 40)
        p.append(complementarity(counts, rosters, level=0.95, draws=39, rng=rng).p)
    assert 0.35 < np.mean(p) < 0.65
    assert np.mean(np.array(p) <= 0.05) < 0.12


def test_input_output_fit_by_hand_and_of_equals():
    coefficients = np.array([[0.2, 0.6], [0.1, 0.3]])
    chips, phones = np.array([1.0, 0]), np.array([0, 1.0])
    assert input_output_fit(chips, phones, coefficients) == pytest.approx(0.7 / 0.5)
    half = np.array([0.5, 0.5])
    assert input_output_fit(half, half, coefficients) == pytest.approx(1)
    assert np.isnan(input_output_fit(chips, phones, np.zeros((2, 2))))


def test_jeffreys_intervals_equal_quantiles_of_the_beta_and_its_ends():
    low, high = jeffreys_interval(4, 20, 0.95)
    assert low == pytest.approx(beta.ppf(0.025, 4.5, 16.5))
    assert high == pytest.approx(beta.ppf(0.975, 4.5, 16.5))
    assert jeffreys_interval(0, 20)[0] == 0
    assert jeffreys_interval(20, 20)[1] == 1
    assert jeffreys_interval(0, 0) == (0, 1)
    with pytest.raises(InvalidArgument):
        jeffreys_interval(3, 2)


def test_jeffreys_intervals_agree_with_statsmodels():
    from statsmodels.stats.proportion import proportion_confint

    for hits, n in ((4, 20), (11, 60), (19, 21)):
        wanted = proportion_confint(hits, n, method="jeffreys")
        assert jeffreys_interval(hits, n) == pytest.approx(wanted)


def test_jeffreys_intervals_cover_shares_of_20_to_60_interviews():
    rng = np.random.default_rng(5)
    for n in (20, 40, 60):
        share = rng.uniform(0.05, 0.95, 3000)
        hits = rng.binomial(n, share)
        ends = np.array([jeffreys_interval(int(k), n) for k in hits])
        inside = (ends[:, 0] <= share) & (share <= ends[:, 1])
        assert inside.mean() == pytest.approx(0.95, abs=0.02)


def test_exact_p_of_one_stratum_equals_fishers():
    for chosen, hits, n, both in ((10, 7, 20, 6), (5, 12, 30, 1), (8, 8, 16, 4)):
        table = [[both, chosen - both], [hits - both, n - chosen - hits + both]]
        tails = [fisher_exact(table, side)[1] for side in ("greater", "less")]
        drawn, hits, n = (np.array([k]) for k in (chosen, hits, n))
        found = stratified_exact_p(both, drawn=drawn, hits=hits, n=n)
        assert found == pytest.approx(min(1, 2 * min(tails)))


def test_exact_p_equals_all_permutations_within_strata():
    """Brute force: every way to deal the labels in two bands of distance."""
    hit = [np.array([1, 1, 0, 0, 0]), np.array([1, 0, 1, 1])]
    chosen, seen = (2, 2), 4
    sums = [
        hit[0][list(a)].sum() + hit[1][list(b)].sum()
        for a in combinations(range(5), 2) for b in combinations(range(4), 2)
    ]  # fmt: skip
    assert len(sums) == comb(5, 2) * comb(4, 2)
    upper = np.mean(np.array(sums) >= seen)
    lower = np.mean(np.array(sums) <= seen)
    found = stratified_exact_p(
        seen, drawn=np.array(chosen), hits=np.array([2, 3]), n=np.array([5, 4])
    )
    assert found == pytest.approx(min(1, 2 * min(upper, lower)))


def test_exact_p_of_many_equals_that_of_few_folded_by_hand():
    n = np.array([9000, 9000])
    found = stratified_exact_p(
        1000, drawn=np.array([4000, 4000]), hits=np.array([1000, 1100]), n=n
    )
    expected = 4 / 9 * 2100
    spread = sqrt(sum(k * 4 / 9 * 5 / 9 * (9000 - k) / 8999 for k in (1000, 1100)))
    from scipy.stats import norm

    assert found == pytest.approx(2 * norm.sf((1000 - 0.5 - expected) / spread), rel=0.05)


def test_exact_p_refuses_more_than_there_are():
    with pytest.raises(InvalidArgument):
        stratified_exact_p(1, drawn=np.array([3]), hits=np.array([1]), n=np.array([2]))


def test_paired_p_and_bands_by_hand():
    assert paired_exact_p(5, 0) == pytest.approx(2 / 2**5)
    assert paired_exact_p(0, 0) == 1
    found = bands(np.array([2.0, 2.5, 4.0, np.nan, 3.0]), np.array([1.0, 1.0, 1.0, 1.0, 0.0]))
    assert found.tolist() == [2, 2, 4, -1, -1]


def test_meta_analysis_by_hand():
    # weights 4 and 1: mean 1.2, q = 4 * 0.04 + 1 * 0.64 = 0.8
    found = combined(np.array([1.0, 2.0]), np.array([0.25, 1.0]))
    assert found.value == pytest.approx(1.2)
    assert found.q == pytest.approx(0.8)
    assert found.spread == pytest.approx(1 / sqrt(5))
    assert found.i2 == 0
    assert combined(np.array([1.0]), np.array([1.0])).i2 == 0
    with pytest.raises(InvalidArgument):
        combined(np.array([1.0]), np.array([0.0]))


def test_meta_analysis_agrees_with_statsmodels():
    from statsmodels.stats.meta_analysis import combine_effects

    value, variance = np.array([0.3, 1.1, 0.9, 2.0]), np.array([0.1, 0.2, 0.15, 0.4])
    peer = combine_effects(value, variance)
    found = combined(value, variance)
    assert found.value == pytest.approx(peer.mean_effect_fe)
    assert found.spread == pytest.approx(peer.sd_eff_w_fe)
    assert found.q == pytest.approx(peer.q)
    assert found.i2 == pytest.approx(peer.i2)


def test_balanced_masses_give_every_zone_its_ends():
    rng = np.random.default_rng(6)
    deterrence = rng.uniform(0.1, 1, (30, 30))
    deterrence = deterrence + deterrence.T
    ends = rng.poisson(20, 30) * 1.0
    ends[3] = 0
    mass = balanced_masses(deterrence, ends)
    assert np.allclose(mass * (deterrence @ mass), ends, rtol=1e-6)
    assert mass[3] == 0


def test_as_many_ties_as_needed_show_the_ratio():
    rng = np.random.default_rng(7)
    usual = np.array([0, 0, 10, 50, 50.0])
    found = PairTies(None, None, None, usual, usual[3:])
    needed = ties_needed(found, 10.0, 1.0, ratio=2, level=0.95)
    share = np.array([20, 50, 50]) / 120
    counts = rng.multinomial(needed, share, 20_000)
    value = np.log(counts[:, 0] / (counts[:, 1] * counts[:, 2])) + log(50 * 50 / 10)
    value += np.log(needed / 120)  # the base does not grow with the sample
    spread = np.sqrt((1 / counts).sum(axis=1))
    assert np.mean(abs(value) > 1.96 * spread) == pytest.approx(0.8, abs=0.04)


def test_the_response_by_hand():
    years = np.arange(2010, 2016)
    others = np.array([[0, 0, 0, 1, 1, 1], [0, 0, 0, 2, 2, 2], [0, 0, 0, 3, 3, 3.0]])
    own = np.array([5, 5, 5, 8, 8, 8.0])
    found = response(own, others, years, event=2013, window=3, level=0.95)
    assert found.value == 1.0  # up by 3, others by 2
    spread = sqrt(1 + 1 / 3)  # standard deviation 1 among three
    assert found.high - found.value == pytest.approx(4.302653 * spread)
    assert (found.n_before, found.n_after, found.n_controls) == (3, 3, 3)
    # of 1, 2, 3 and 3 with the mean 2.25 it is .75 away, as its equal and the 1 at least are
    assert found.p_rank == (1 + 2) / 4


@pytest.mark.parametrize("n", [3, 9, 19])
def test_ranks_of_responses_are_exact_under_the_null(n):
    rng = np.random.default_rng(n)
    years = np.arange(2010, 2016)
    series = rng.normal(0, 0.05, (2000, n + 1, 6))
    p = np.array([
        response(one[0], one[1:], years, event=2013, window=3, level=0.95).p_rank
        for one in series
    ])  # fmt: skip
    for k in (1, 2):
        assert np.mean(p <= k / (n + 1) + 1e-9) == pytest.approx(k / (n + 1), abs=0.03)


def test_the_rank_is_the_same_whichever_series_is_taken_for_the_one_out():
    """Brute force: distances of all series from the mean of all, ranked."""
    rng = np.random.default_rng(12)
    years, series = np.arange(2010, 2016), rng.normal(0, 1, (8, 6))
    moved = series[:, 3:].mean(axis=1) - series[:, :3].mean(axis=1)
    away = np.abs(moved - moved.mean())
    for k in range(8):
        found = response(series[k], np.delete(series, k, axis=0), years, event=2013, window=3,
                         level=0.95)  # fmt: skip
        assert found.p_rank == pytest.approx(np.mean(away >= away[k] - 1e-12))


def test_the_response_has_its_reasons():
    years = np.arange(2010, 2016)
    flat = np.zeros((4, 6))
    early = response(flat[0], flat, years, event=2011, window=5, level=0.95)
    assert "1 years before" in early.reason
    assert (
        "only 2 series"
        in response(flat[0], flat[:2], years, event=2013, window=3, level=0.95).reason
    )
    gaps = np.where(years % 2 == 0, 0.0, np.nan)
    assert response(gaps, flat, years, event=2013, window=5, level=0.95).reason


def test_responses_are_found_as_often_as_the_level_says_under_the_null():
    rng = np.random.default_rng(8)
    years = np.arange(2008, 2024)
    found = [
        response(rng.normal(0, 0.02, 16), rng.normal(0, 0.02, (12, 16)), years, event=2016,
                 window=5, level=0.95)
        for _ in range(1500)
    ]  # fmt: skip
    p = np.array([one.p for one in found])
    assert 0.01 < np.mean(p <= 0.05) <= 0.06
    assert np.mean([one.p_before <= 0.05 for one in found]) == pytest.approx(0.05, abs=0.02)


def test_quadrants_by_hand():
    drawn = np.array([1.0, 1.0, -1.0, -1.0]), np.array([0.9, 0.1, 0.9, 0.1])
    tied, rivals = (AxisValue(drawn=part) for part in drawn)
    assert quadrant_shares(tied, rivals, 0.5).tolist() == [0.25] * 4
    assert np.isnan(quadrant_shares(AxisValue(), rivals, 0.5)).all()
    high, low = AxisValue(side="high"), AxisValue(side="low")
    assert [relation_of(a, b)[0] for a, b in ((high, low), (low, high), (high, high))] == [
        "collaborating", "competing", "both"]  # fmt: skip
    assert relation_of(low, low)[0] == "neither"
    assert relation_of(high, AxisValue(reason="why"))[:2] == ("not testable", "why")
