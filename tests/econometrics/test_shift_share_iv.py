"""Shift-share: by hand, against loops, another form of the same, and what is recovered."""

import numpy as np
import pytest
from scipy.stats import norm
from tests.oracles import shift_share as oracle

from buzzline.arrays import as_codes
from buzzline.econometrics.shift_share_iv import (
    Pushes,
    leave_out_pushes,
    shift_share_iv,
    told_cells,
)
from buzzline.errors import InvalidArgument, TooFew


def design(seed, *, regions=60, cells=12, years=3, mix=0.5):
    rng = np.random.default_rng(seed)
    exposure = rng.dirichlet(np.full(cells, mix), regions)
    region = np.repeat(np.arange(regions), years)
    year = np.tile(np.arange(years), regions)
    push = rng.normal(size=(years, cells))[year]
    controls = np.column_stack([
        region[:, None] == np.arange(regions), year[:, None] == np.arange(1, years)
    ]).astype(float)  # fmt: skip
    return rng, exposure, region, year, push, controls


def fitted(y, x, exposure, push, controls, region, year, **choices):
    return shift_share_iv(
        y, x, Pushes(exposure, push), controls=controls, region=as_codes(region),
        year=as_codes(year), **choices,
    )  # fmt: skip


def data(seed, **choices):
    rng, exposure, region, year, push, controls = design(seed, **choices)
    z = (exposure[region] * push).sum(axis=1)
    x = z + rng.normal(size=z.size)
    y = 0.7 * x + rng.normal(size=z.size) + region * 0.1
    return y, x, exposure, push, controls, region, year


def test_by_hand_what_others_did_leaves_a_region_out():
    deals = np.array([[[2.0, 0.0]], [[4.0, 1.0]], [[0.0, 5.0]]])
    before = np.array([[1.0, 0.0], [1.0, 1.0], [0.0, 0.0]])
    found = leave_out_pushes(
        deals, before, region=as_codes([0, 1, 2]), year=as_codes([0, 0, 0])
    )
    assert found.tolist() == [[4.0, 6.0], [2.0, 0.0], [3.0, 1.0]]  # nobody else had one: 0


def test_by_hand_rare_cells_are_put_together():
    of_cell, merged = told_cells(np.array([[1.0, 9.0, 4.0, 2.0]]), most=3)
    assert of_cell.tolist() == [2, 0, 1, 2]
    assert merged.tolist() == [False, False, True]
    assert told_cells(np.ones((1, 3)), most=5)[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_brute_force_effect_and_error_are_those_of_the_paper(seed):
    y, x, exposure, push, controls, region, year = data(seed)
    found = fitted(y, x, exposure, push, controls, region, year)
    beta, se = oracle.by_exposure(y, x, exposure[region], push, controls, year)
    assert found.beta == pytest.approx(beta, rel=1e-9)
    assert found.se == pytest.approx(se, rel=1e-9)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_brute_force_the_ends_of_akm0_are_where_effects_begin_to_be_rejected(seed):
    y, x, exposure, push, controls, region, year = data(seed)
    found = fitted(y, x, exposure, push, controls, region, year)
    reach = norm.ppf(0.975)

    def inside(effect):
        return oracle.is_in_akm0(effect, y, x, exposure[region], push, controls, year, reach)

    small = 1e-6
    assert inside(found.low0 + small)
    assert inside(found.high0 - small)
    assert not inside(found.low0 - small)
    assert not inside(found.high0 + small)
    assert (found.p0 < 0.05) == (not inside(0.0))


def test_another_form_a_regression_over_cells_gives_the_same_effect():
    rng, exposure, region, year, push, _ = design(4, years=1)
    x = (exposure * push).sum(axis=1) + rng.normal(size=60)
    y = 0.5 * x + rng.normal(size=60)
    found = fitted(y, x, exposure, push, np.ones((60, 1)), region, year)
    assert found.beta == pytest.approx(
        oracle.of_cells(y, x, exposure, push[0], np.ones((60, 1))), rel=1e-9
    )


def test_invariant_rotemberg_weights_put_the_effect_together():
    y, x, exposure, push, controls, region, year = data(5)
    found = fitted(y, x, exposure, push, controls, region, year)
    assert found.rotemberg.sum() == pytest.approx(1.0)
    assert (found.rotemberg * found.by_cell).sum() == pytest.approx(found.beta)


def test_collapse_one_cell_each_is_errors_of_independent_regions():
    rng = np.random.default_rng(6)
    n = 40
    exposure = np.eye(n)[:, : n - 1]
    push = np.tile(rng.normal(size=n - 1), (n, 1))
    x = (exposure * push).sum(axis=1) + rng.normal(size=n)
    y = x + rng.normal(size=n)
    found = fitted(y, x, exposure, push, np.ones((n, 1)), np.arange(n), np.zeros(n))
    z = oracle.residual((exposure * push).sum(axis=1), np.ones((n, 1)))
    off = oracle.residual(y, np.ones((n, 1))) - found.beta * oracle.residual(x, np.ones((n, 1)))
    held = (z * off)[: n - 1]
    assert found.se == pytest.approx(np.sqrt((held**2).sum()) / abs(z @ x))


def placebo(seed):
    """Errors that regions of one mix share, pushes that do nothing: as in the paper."""
    rng, exposure, region, year, push, _ = design(seed, regions=150, cells=40, years=1)
    x = (exposure * push).sum(axis=1)
    y = 2 * exposure @ rng.normal(size=40) + 0.3 * rng.normal(size=150)
    return fitted(y, x, exposure, push, np.ones((150, 1)), region, year)


def test_planted_truth_errors_by_exposure_hold_their_size_and_errors_by_region_do_not():
    found = [placebo(seed) for seed in range(300)]
    akm = np.mean([one.p < 0.05 for one in found])
    akm0 = np.mean([one.p0 < 0.05 for one in found])
    region = np.mean([abs(one.beta / one.region_se) > 1.96 for one in found])
    assert 0.02 <= akm0 <= 0.09
    assert akm <= 0.14
    assert region > 0.3


def test_bad_input_is_refused_with_the_reason():
    y, x, exposure, push, controls, region, year = data(7)
    few = region < 10
    with pytest.raises(TooFew, match="more regions than cells"):
        fitted(y[few], x[few], exposure[:10], push[few], controls[few], region[few], year[few])
    with pytest.raises(TooFew, match="does not vary"):
        fitted(y, x, exposure, np.ones_like(push), controls, region, year)
    with pytest.raises(InvalidArgument, match="a row for each"):
        fitted(y, x, exposure, push, controls[:-1], region, year)


def test_bad_input_a_useless_instrument_has_no_bounded_interval():
    rng, exposure, region, year, push, controls = design(8)
    x, y = rng.normal(size=(2, region.size))
    found = [
        fitted(y, rng.normal(size=x.size), exposure, push, controls, region, year)
        for _ in range(20)
    ]
    unbounded = [one for one in found if one.is_whole]
    assert unbounded
    assert all(one.low0 == -np.inf and one.high0 == np.inf for one in unbounded)
