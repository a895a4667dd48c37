import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from buzzline.kernels.hypergeometric import (
    bernoulli_log_likelihood_ratio,
    critical_counts,
    upper_tails,
)


@st.composite
def urns(draw):
    total = draw(st.integers(2, 400))
    marked, within = draw(st.integers(0, total)), draw(st.integers(0, total))
    return draw(st.integers(0, within)), within, marked, total


@given(urns())
def test_tails_agree_with_another_package(urn):
    count, within, marked, total = urn
    ours = upper_tails(np.array([count]), np.array([within]), marked, total)[0]
    assert ours == pytest.approx(
        hypergeom.sf(count - 1, total, marked, within), rel=1e-9, abs=1e-14
    )


@given(urns(), st.sampled_from([0.005, 0.05, 0.5]))
def test_critical_counts_by_brute_force(urn, p):
    _, within, marked, total = urn
    least = int(critical_counts(np.array([within]), marked, total, p, 1)[0])
    counts = np.arange(1, within + 2)
    tails = hypergeom.sf(counts - 1, total, marked, within)
    reached = counts[tails <= p * (1 + 1e-9)]
    possible = reached[reached <= min(within, marked)]
    if possible.size:
        assert least == possible[0]
    else:
        assert least > min(within, marked)


def test_scan_statistic_by_hand():
    # 8 of 10 inside, 2 of 30 outside, against 10 of 40 everywhere
    logs = 8 * np.log(0.8) + 2 * np.log(0.2) + 2 * np.log(2 / 30) + 28 * np.log(28 / 30)
    logs -= 10 * np.log(0.25) + 30 * np.log(0.75)
    assert bernoulli_log_likelihood_ratio(8, 10, 10, 40) == pytest.approx(logs)


def test_scan_statistic_is_zero_where_it_is_not_denser():
    assert bernoulli_log_likelihood_ratio(2, 10, 10, 40) == 0
    assert bernoulli_log_likelihood_ratio(10, 40, 10, 40) == 0
