"""Signs of patterns: by hand, multinomial draws, planted ties without a leader."""

import numpy as np
import pytest
from scipy.stats import norm

from buzzline.arrays import as_codes
from buzzline.clusters.layer_ties import LayerTies
from buzzline.linkages.pattern_evidence import lead_of
from buzzline.linkages.pattern_rule import PatternRule
from buzzline.linkages.pattern_signs import Sign, balance_signs, signs_held, unknown
from buzzline.space.scales import SCALES


def rows(ratio, *, share=(0.4, 0.3, 0.2, 0.1), half=0.3, usual=None):
    usual = usual or share
    return [
        {"scale": s, "observed": int(1000 * p), "share": p, "expected_share": e, "log_ratio": b,
         "low": b - half, "high": b + half}
        for s, p, e, b in zip(SCALES, share, usual, ratio, strict=True)
    ]  # fmt: skip


def drawn_signs(given, draws=4000):
    return balance_signs(given, level=0.95, rule=PatternRule(), draws=draws,
                         rng=np.random.default_rng(1))  # fmt: skip


def test_collapses_draws_have_the_interval_they_come_from():
    for sign, b in zip(drawn_signs(rows((0.2, 0.0, -0.1, 0.3))), (0.2, 0.0, -0.1, 0.3),
                       strict=True):  # fmt: skip
        low, high = np.quantile(sign.draws, [0.025, 0.975])
        assert (low, high) == pytest.approx((b - 0.3, b + 0.3), abs=0.03)


def test_another_way_shares_of_one_count_are_correlated_as_in_a_multinomial():
    share, n = np.array([0.45, 0.3, 0.15, 0.1]), 4000
    counts = np.random.default_rng(2).multinomial(n, share, size=20_000)
    expected = np.corrcoef(np.log(counts), rowvar=False)
    draws = np.stack([s.draws for s in drawn_signs(rows((0, 0, 0, 0), share=share))])
    assert np.corrcoef(draws) == pytest.approx(expected, abs=0.06)


def test_by_hand_where_most_ties_are_expected_local_the_rest_tells():
    # 90 % expected local, 97 % observed: three times fewer elsewhere
    b = float(np.log(0.97 / 0.9))
    given = rows((b, -1.2, -1.2, -1.2), share=(0.97, 0.01, 0.01, 0.01),
                 usual=(0.9, 0.04, 0.03, 0.03), half=0.01)  # fmt: skip
    local = drawn_signs(given)[0]
    assert local.value == pytest.approx(
        np.log((0.1 * 1000 + 0.5) / (0.03 * 1000 + 0.5)), abs=0.02
    )
    assert local.said(0.95) == "above"


def few_of(scales, activity, d=400):
    known = {sign.name: sign for sign in scales}
    known["activity"] = Sign("activity", activity, n=10, cut=0.0, draws=np.full(d, activity))
    return signs_held(known, PatternRule(), d)["few ties at every scale"]


def test_by_hand_scales_not_known_leave_few_ties_open():
    dark = [unknown(scale, "no") for scale in SCALES]
    assert (few_of(dark, -1.0) == -1).all()
    three = drawn_signs(rows((0, 0, 0, 0), half=0.01), draws=400)[:3]
    assert (few_of([*three, dark[3]], -1.0) == -1).all()
    assert (few_of([*three, dark[3]], 0.0) == 0).all()
    whole = drawn_signs(rows((0, 0, 0, 0), half=0.01), draws=400)
    assert (few_of(whole, -1.0) == 1).all()


def as_shares(usual, share, half=0.01):
    ratio = np.log(np.array(share) / np.array(usual))
    return rows(ratio, share=share, usual=usual, half=half)


def test_by_hand_few_ties_count_ties_where_most_are_local():
    # 90 % expected local, 97 % observed, 0.7 times the ties: 0.75 times the local ones,
    # and 0.2 times those elsewhere
    scales = drawn_signs(as_shares((0.9, 0.04, 0.03, 0.03), (0.97, 0.01, 0.01, 0.01)), 400)
    assert (few_of(scales, np.log(0.7)) == 1).all()
    assert (few_of(scales, np.log(0.8)) == 0).all()


@pytest.mark.parametrize(
    ("usual", "share", "finding", "above", "below"),
    [
        ((0.9, 0.04, 0.03, 0.03), (0.85, 0.06, 0.045, 0.045), "open", 0, -1),
        ((0.8, 0.1, 0.05, 0.05), (0.85, 0.075, 0.0375, 0.0375), "open", -1, 0),
        ((0.55, 0.15, 0.15, 0.15), (0.65, 0.117, 0.117, 0.116), "open", -1, 0),
        ((0.55, 0.15, 0.15, 0.15), (0.85, 0.05, 0.05, 0.05), "above", 1, 0),
        ((0.9, 0.04, 0.03, 0.03), (0.6, 0.14, 0.13, 0.13), "below", 0, 1),
        ((0.9, 0.04, 0.03, 0.03), (0.91, 0.03, 0.03, 0.03), "as expected", 0, 0),
    ],
)
def test_by_hand_what_looks_alike_is_not_told(usual, share, finding, above, below):
    scales = drawn_signs(as_shares(usual, share), 400)
    held = signs_held({sign.name: sign for sign in scales}, PatternRule(), 400)
    assert scales[0].said(0.95) == finding
    assert np.median(held["local above"]) == above
    assert np.median(held["local below"]) == below
    assert f"{share[0]:.0%} of ties are here" in scales[0].reason


class Bare:
    """Organisations that own themselves, and ties."""

    def __init__(self, ties):
        self.owner, self.ties = np.arange(ties.n_organisations), ties


@pytest.mark.parametrize(("m", "k"), [(8, 8), (10, 10), (6, 30)])
def test_recovers_the_truth_where_nobody_leads_none_is_found_to(m, k):
    draw, leads = np.random.default_rng(4), []
    members = np.arange(m + 100) < m
    for _ in range(60):
        ends = as_codes(draw.integers(0, m, k)), as_codes(m + draw.integers(0, 100, k))
        scene = Bare(LayerTies(*ends, np.ones(k), as_codes([]), True, m + 100))
        share, _ = lead_of(scene, scene, members, rng=draw)
        leads.append((share.drawn(199, draw) > 0.25).mean())
    assert np.mean(leads) < 0.35
    assert np.mean(np.array(leads) >= 0.975) < 0.05


def test_recovers_the_truth_who_leads_is_found():
    draw = np.random.default_rng(4)
    source = np.where(draw.random(60) < 0.6, 0, draw.integers(0, 10, 60))
    ends = as_codes(source), as_codes(10 + draw.integers(0, 100, 60))
    scene = Bare(LayerTies(*ends, np.ones(60), as_codes([]), True, 110))
    share, who = lead_of(scene, scene, np.arange(110) < 10, rng=draw)
    assert who == 0
    assert share.value == pytest.approx((source == 0).mean(), abs=0.02)
    three = Bare(scene.ties.chosen(np.arange(60) < 3))
    assert "only 3" in lead_of(three, three, np.arange(110) < 10, rng=draw)


def test_findings_need_the_level():
    reach = float(norm.ppf(0.975))
    far = float(np.log(1.25))
    beyond = drawn_signs(rows((far + 1.3 * 0.3 / reach * reach, 0, 0, 0)))[0]
    at = drawn_signs(rows((far, 0, 0, 0)))[0]
    assert (beyond.said(0.95), at.said(0.95)) == ("above", "open")
