import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from buzzline.linkages.verdicts import (
    Counted,
    compare,
    deviance,
    drawn_ends,
    drawn_under,
    effective_ties,
    jensen_shannon,
    links_for,
    links_for_a_halving,
    log_ratios,
    overdispersion,
)

O = np.array([62.0, 6, 10, 2])
E = np.array([38.0, 14, 16, 12])


def test_golden_log_ratios_deviance_and_divergence():
    assert log_ratios(O, E).round(4).tolist() == [0.4845, -0.8023, -0.452, -1.6094]
    assert deviance(O, E) == pytest.approx(33.969, abs=5e-4)
    assert deviance(O, E) / (2 * O.sum()) == pytest.approx(0.21231, abs=5e-6)


@given(st.lists(st.floats(0.01, 1), min_size=4, max_size=4))
def test_divergence_agrees_with_another_package(weights):
    q = np.array(weights)
    assert jensen_shannon(O, q) == pytest.approx(jensenshannon(O, q, base=2) ** 2, abs=1e-9)


def counted(observed, internal=0, design_effect=1.0):
    ties = sum(observed) - internal
    return Counted(np.array(observed, np.float64), internal, ties / design_effect)


def against(count, share, draws=2000, seed=1):
    rng = np.random.default_rng(seed)
    share = np.array(share)
    return compare(
        count, share,
        share_draws=np.tile(share, (draws, 1)), observed_draws=drawn_ends(count, draws, rng),
    )  # fmt: skip


def test_a_halved_scale_is_missing_and_a_doubled_one_in_excess():
    found = against(counted([800, 100, 50, 50]), [0.4, 0.2, 0.2, 0.2])
    assert found.verdict == ("excess", "missing", "missing", "missing")


def test_close_to_expected_with_power_is_as_expected():
    found = against(counted([400, 200, 200, 200]), [0.4, 0.2, 0.2, 0.2])
    assert set(found.verdict) == {"as expected"}


def test_few_links_are_not_enough_and_say_how_many_would_be():
    found = against(counted([9, 1, 8, 2]), [0.4, 0.1, 0.4, 0.1])
    assert found.verdict[1] == "not enough links"
    assert found.n_needed[1] == 231
    bundled = against(counted([9, 1, 8, 2], design_effect=2.0), [0.4, 0.1, 0.4, 0.1])
    assert bundled.n_needed[1] == 462


def test_a_scale_that_cannot_occur_needs_no_number():
    found = against(counted([500, 500, 0, 0]), [0.5, 0.5, 0.0, 0.0])
    assert found.n_needed[2] is None
    assert np.isnan(found.low[2])
    assert found.p[2] == 1
    assert found.verdict[2] == "not enough links"


def test_ties_between_members_are_one_tie_and_two_ends():
    count = counted([10, 4, 0, 0], internal=5)
    assert count.n_ties == 9
    ends = drawn_ends(count, 4000, np.random.default_rng(1))
    # Jeffreys' half a tie in each of five cells: (5.5 * 2 + 0.5) * 9 / 11.5 local ends
    assert ends.mean(axis=0)[0] == pytest.approx(9.0, rel=0.03)


def test_under_the_null_ends_follow_the_shares():
    shares = np.tile([0.5, 0.3, 0.1, 0.1], (4000, 1))
    ends = drawn_under(shares, counted([50, 30, 10, 10]), np.random.default_rng(1))
    assert (ends / ends.sum(axis=1, keepdims=True)).mean(axis=0) == pytest.approx(
        shares[0], abs=0.01
    )


def test_a_scale_without_ties_can_still_have_some():
    found = against(counted([300, 0, 0, 0]), [0.97, 0.03, 0.0, 0.0])
    # nine expected and none seen: by Poisson at most 3.7 at 97.5 %
    assert np.exp(found.high[1]) == pytest.approx((2.5 + 0.5) / 9.5, rel=0.15)


def test_bundling_by_organisation_widens_the_draws():
    rng = np.random.default_rng(1)
    plain = drawn_ends(counted([50, 30, 10, 10]), 4000, rng)
    bundled = drawn_ends(counted([50, 30, 10, 10], design_effect=4.0), 4000, rng)
    assert bundled.var(axis=0)[0] / plain.var(axis=0)[0] == pytest.approx(4, rel=0.15)


def test_design_effect_is_one_when_organisations_are_alike():
    rng = np.random.default_rng(1)
    alike = rng.multinomial(20, [0.4, 0.3, 0.2, 0.1], size=200).astype(float)
    assert overdispersion(alike) == pytest.approx(1, abs=0.15)
    assert overdispersion(np.zeros((3, 4))) == 1.0
    assert overdispersion(np.diag([10.0, 10, 0, 0])) == pytest.approx(20)


def test_intervals_cover_a_known_ratio_as_often_as_said():
    share, rng, hits = np.array([0.5, 0.3, 0.15, 0.05]), np.random.default_rng(3), 0
    for world in range(200):
        observed = rng.multinomial(150, share)
        found = against(counted(observed), share, draws=400, seed=world)
        hits += (found.low <= 0) & (found.high >= 0)
    # 95 % of 200, three binomial standard errors; the half added to each count costs a little
    assert (np.array(hits) >= 178).all()


def test_golden_links_needed_by_class():
    # theory C2.2: expected and true shares, links that show the difference with power 0.8
    assert [links_for(share, 0.5, 1) for share in (0.10, 0.20, 0.30)] == [231, 107, 61]
    assert links_for(0.10, 0.2, 1) == 70
    assert links_for(0.05, 0.2, 1) == 142
    assert links_for(0.10, 0.5, 2.0) == 462
    assert links_for(0.6, 2.0, 1) is None


def ends_of(bundles):
    sizes = bundles.sum(axis=1)
    return effective_ties(bundles, np.column_stack([sizes, sizes]))


def test_effective_ties_collapse_to_the_inverse_sum_of_squares():
    weight = np.array([5.0, 3.0, 1.0, 1.0])
    bundles = np.diag([1.0, 1, 1, 1])  # every tie its own bundle
    found = effective_ties(bundles, np.column_stack([weight, weight**2]))
    assert found == pytest.approx(100 / 36)


def test_effective_ties_of_whole_bundles_by_hand():
    # four bundles of five, each at one scale: four facts; all mixed alike: twenty
    assert ends_of(np.diag([5.0, 5, 5, 5])) == pytest.approx(4)
    assert ends_of(np.full((4, 4), 5.0)) == pytest.approx(80)
    # one organisation with nine tenths of the ties: hardly more than one fact
    assert ends_of(np.array([[90.0, 0], [0, 5.0], [5.0, 0]])) < 2


def test_effective_ties_recover_a_planted_correlation():
    """Dirichlet-multinomial bundles of 20 with correlation 0.1: design effect 2.9."""
    rng, found = np.random.default_rng(1), []
    for _ in range(200):
        share = rng.dirichlet(9 * np.array([0.5, 0.3, 0.1, 0.1]), size=60)
        found.append(1200 / ends_of(rng.multinomial(20, share).astype(float)))
    assert np.mean(found) == pytest.approx(2.9, rel=0.05)


def test_as_expected_is_said_only_where_a_halving_is_ruled_out():
    """A halved scale is hardly ever called as expected, however many ties there are."""
    rng, share = np.random.default_rng(2), [0.5, 0.3, 0.1, 0.1]
    for n in (100, 231, 600):
        said = []
        for world in range(200):
            observed = rng.multinomial(n, [0.5, 0.35, 0.05, 0.1])
            said.append(against(counted(observed), share, draws=200, seed=world).verdict[2])
        assert said.count("as expected") <= 0.05 * 200
        assert said.count("excess") == 0


@given(
    st.lists(st.integers(0, 300), min_size=4, max_size=4).filter(lambda o: sum(o) > 9),
    st.lists(st.floats(0.01, 1), min_size=4, max_size=4),
    st.floats(1, 9),
)
def test_every_interval_holds_its_own_value(observed, weight, design_effect):
    share = np.array(weight) / sum(weight)
    found = against(counted(observed, design_effect=design_effect), share, draws=50)
    assert (found.low <= found.log_ratio).all()
    assert (found.log_ratio <= found.high).all()


def test_why_there_are_not_enough_links_in_three_ways():
    share, rng = np.array([0.4, 0.3, 0.2, 0.1]), np.random.default_rng(1)
    few, many = counted([16, 12, 8, 4]), counted([400, 300, 200, 100])
    unsure = rng.dirichlet(share * 6, size=2000)

    def said(count, drawn):
        ends = drawn_ends(count, len(drawn), np.random.default_rng(2))
        return compare(count, share, share_draws=drawn, observed_draws=ends).reason

    assert said(few, np.tile(share, (500, 1)))[2].startswith("too few ties: 40 of 107")
    assert said(many, unsure)[3].startswith("the yardstick is too uncertain")
    assert said(many, unsure[:9])[3].startswith("too few draws")
    assert set(said(many, np.tile(share, (500, 1)))) == {""}


def test_a_halving_among_most_ties_is_never_as_expected():
    """Odds halved where four of five are expected: shares 0.8 and 0.667."""
    rng, share = np.random.default_rng(4), [0.8, 0.1, 0.06, 0.04]
    for n in (40, 85, 400, 4000):
        others = np.array(share[1:]) * 2
        true = np.append(0.8, others) / (0.8 + others.sum())
        found = [
            against(counted(rng.multinomial(n, true)), share, draws=100, seed=world)
            for world in range(100)
        ]
        assert sum(one.verdict[0] == "as expected" for one in found) <= 5
    assert found[0].reason[0].endswith("fewer of these and more of all others look alike")
    assert found[0].log_odds[0] == pytest.approx(np.log(0.5), abs=0.15)
    even = against(counted(np.array(share) * 400), share)
    assert even.verdict[0] == "as expected"
    assert links_for_a_halving(0.8, 1.0) == 85
