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
    jensen_shannon,
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
    return Counted(np.array(observed, np.int64), internal, design_effect)


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
