"""Conditional logit: by hand, brute force, collapses, invariants, other packages, truth."""

import numpy as np
import polars as pl
import pyfixest
import pytest
from benchmarks import choice_cases
from scipy.optimize import minimize
from statsmodels.discrete.conditional_models import ConditionalLogit
from tests.oracles import choice as oracle

from buzzline.econometrics import (
    choice_probabilities,
    choices_of,
    destination_errors,
    fit_choices,
    hausman_mcfadden,
    iia_test,
)
from buzzline.econometrics.choice import (
    Separated,
    Unvarying,
    fit_what_can_be,
    scores_of_rows,
)
from buzzline.errors import InvalidArgument, TooFew

NAMES = ("near", "large", "home")


def made_up(n=60, *, rng=1, beta=(0.8, -0.5, 0.4), most=6, alternatives=None):
    """Cases with 2 to `most` alternatives, rows in random order."""
    rng = np.random.default_rng(rng)
    width = rng.integers(2, most + 1, n) if alternatives is None else np.full(n, alternatives)
    case = np.repeat(np.arange(n), width)
    x = np.column_stack([rng.normal(size=(case.size, 2)), rng.random(case.size) < 0.4])
    worth = x @ beta + rng.gumbel(size=case.size)
    best = np.array([worth[case == one].max() for one in range(n)])
    return x.astype(float), case, worth == best[case]


def test_two_of_three_by_hand():
    # near chosen in 2 of 3 pairs: odds 2, information 3 * (2/3) * (1/3)
    x = np.array([[1.0], [0.0]] * 3)
    found = fit_choices(choices_of(x, [0, 0, 1, 1, 2, 2], np.array([1, 0, 1, 0, 0, 1]) == 1))
    assert found.beta[0] == pytest.approx(np.log(2), abs=1e-8)
    assert found.bread[0, 0] == pytest.approx(1.5, abs=1e-8)
    assert found.log_likelihood == pytest.approx(2 * np.log(2 / 3) + np.log(1 / 3))
    assert found.at_zero == pytest.approx(3 * np.log(0.5))


def test_a_brute_force_search_finds_the_same_top():
    x, case, is_chosen = made_up(25)
    offset = np.random.default_rng(5).normal(size=case.size)
    found = fit_choices(choices_of(x, case, is_chosen, offset=offset))
    top = minimize(
        lambda beta: -oracle.log_likelihood(x, case, is_chosen, beta, offset), np.zeros(3),
        method="BFGS",
    )  # fmt: skip
    assert found.beta == pytest.approx(top.x, abs=1e-4)
    assert found.log_likelihood == pytest.approx(-top.fun, abs=1e-8)


def test_information_is_the_curvature_by_brute_force():
    x, case, is_chosen = made_up(25)
    found = fit_choices(choices_of(x, case, is_chosen))
    step, unit = 1e-4, np.eye(3)
    curve = [[sum(sign * oracle.log_likelihood(x, case, is_chosen, found.beta + step * shift)
                  for sign, shift in ((1, a + b), (-1, a - b), (-1, b - a), (1, -a - b)))
              / (4 * step**2) for b in unit] for a in unit]  # fmt: skip
    assert np.linalg.inv(found.bread) == pytest.approx(-np.array(curve), rel=1e-4, abs=1e-4)


def test_statsmodels_agrees():
    x, case, is_chosen = made_up(200)
    found = fit_choices(choices_of(x, case, is_chosen))
    other = ConditionalLogit(is_chosen.astype(float), x, groups=case).fit(disp=False)
    assert found.beta == pytest.approx(other.params, abs=1e-4)  # its search ends early
    assert np.sqrt(np.diag(found.bread)) == pytest.approx(other.bse, rel=1e-4)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_poisson_with_chooser_effects_is_the_same_as_in_pyfixest():
    x, case, is_chosen = made_up(200, alternatives=5)
    groups = np.arange(200) // 4
    frame = pl.DataFrame(x, schema=list(NAMES)).with_columns(
        y=pl.Series(is_chosen).cast(pl.Float64), case=pl.Series(case),
        parent=pl.Series(groups[case]),
    )  # fmt: skip
    other = pyfixest.fepois(
        "y ~ near + large + home | case", frame.to_pandas(), vcov={"CRV1": "parent"},
        iwls_tol=1e-10, ssc=pyfixest.ssc(k_adj=False, G_adj=False),
    )  # fmt: skip
    choices = choices_of(x, case, is_chosen, names=NAMES)
    found = fit_choices(choices)
    assert found.beta == pytest.approx(other.coef().to_numpy(), abs=1e-7)
    errors = found.errors(groups)
    assert errors.se / np.sqrt(errors.factor) == pytest.approx(other.se().to_numpy(), rel=1e-5)


def test_scores_of_rows_add_up_to_those_of_cases():
    x, case, is_chosen = made_up(40)
    choices = choices_of(x, case, is_chosen)
    found = fit_choices(choices)
    rows = scores_of_rows(choices, found.beta)
    summed = np.array([rows[case == one].sum(axis=0) for one in range(40)])
    assert summed == pytest.approx(found.scores, abs=1e-10)
    assert summed.sum(axis=0) == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize("rng", range(4))
def test_errors_by_group_and_place_match_brute_force(rng):
    x, case, is_chosen = made_up(40, rng=rng, alternatives=5)
    choices = choices_of(x, case, is_chosen)
    found = fit_choices(choices)
    groups, place = np.arange(40) // 3, np.tile(np.arange(5), 40)
    errors = destination_errors(choices, found, groups=groups, alternative=place)
    expected = oracle.group_and_place(
        x, case, is_chosen, beta=found.beta, group=groups[case], place=place
    )
    alone = np.einsum("ij,ij->j", found.scores @ found.bread, found.scores @ found.bread)
    if np.linalg.eigvalsh(expected)[0] > 0 and (np.diag(expected) >= alone).all():
        assert errors.covariance == pytest.approx(expected, rel=1e-6, abs=1e-9)
    else:
        assert errors.is_mended or errors.raised.any()
        assert (np.diag(errors.covariance) >= alone - 1e-12).all()


def test_equal_groups_are_worth_their_number_and_a_giant_far_less():
    x, case, is_chosen = made_up(400, alternatives=5)
    choices = choices_of(x, case, is_chosen)
    found, place = fit_choices(choices), np.tile(np.arange(5), 400)
    equal = destination_errors(
        choices, found, groups=np.arange(400) // 10, alternative=place
    ).degrees
    giant = destination_errors(
        choices,
        found,
        groups=np.where(np.arange(400) < 200, 0, np.arange(400) // 10),
        alternative=place,
    )
    assert (equal > 30).all()
    assert (giant.degrees < 3.5).all()


def test_what_one_group_alone_tells_of_does_not_stop_errors():
    x, case, is_chosen = made_up(60, alternatives=5)
    x[case >= 12, 2] = 0  # varies in the first group alone
    choices = choices_of(x, case, is_chosen)
    found = fit_choices(choices)
    errors = destination_errors(
        choices, found, groups=np.arange(60) // 12, alternative=np.tile(np.arange(5), 60)
    )
    assert np.isfinite(errors.covariance).all()
    assert errors.degrees[2] == pytest.approx(0, abs=0.05)


def test_probabilities_add_up_to_one_and_follow_odds():
    x, case, is_chosen = made_up(30)
    beta = np.array([0.3, -0.2, 0.9])
    share = choice_probabilities(choices_of(x, case, is_chosen), beta)
    assert np.bincount(case, weights=share) == pytest.approx(1)
    assert np.log(share[0] / share[1]) == pytest.approx((x[0] - x[1]) @ beta)


def test_weights_count_cases_and_a_case_of_weight_zero_says_nothing():
    x, case, is_chosen = made_up(30)
    weight = np.where(case < 10, 2.0, np.where(case < 25, 1.0, 0.0))
    weighted = fit_choices(choices_of(x, case, is_chosen, weight=weight))
    twice, once = case < 10, (case >= 10) & (case < 25)
    parts = [(x[kept], case[kept] + shift, is_chosen[kept])
             for kept, shift in ((twice, 0), (twice, 100), (once, 0))]  # fmt: skip
    repeated = fit_choices(
        choices_of(*(np.concatenate(some) for some in zip(*parts, strict=True)))
    )
    assert weighted.beta == pytest.approx(repeated.beta, abs=1e-7)
    assert weighted.bread == pytest.approx(repeated.bread, rel=1e-6)


def test_order_of_rows_and_what_is_the_same_for_a_case_change_nothing():
    x, case, is_chosen = made_up(80)
    found = fit_choices(choices_of(x, case, is_chosen))
    order = np.random.default_rng(2).permutation(case.size)
    shifted = x + 100 * np.sin(case)[:, None]
    other = fit_choices(choices_of(shifted[order], case[order], is_chosen[order]))
    assert other.beta == pytest.approx(found.beta, abs=1e-6)
    assert other.log_likelihood == pytest.approx(found.log_likelihood, abs=1e-8)


def test_huge_numbers_do_not_overflow():
    x = np.array([[800.0], [0.0], [0.0], [800.0], [800.0], [0.0]])
    found = fit_choices(choices_of(x, [0, 0, 1, 1, 2, 2], np.array([1, 0, 1, 0, 1, 0]) == 1))
    assert found.beta[0] * 800 == pytest.approx(np.log(2), abs=1e-6)


@pytest.mark.parametrize("rng", range(5))
def test_perfect_separation_is_named(rng):
    x, case, is_chosen = made_up(60, rng=rng)
    x[:, 2] = is_chosen  # all chosen are at home, no other is
    with pytest.raises(Separated) as said:
        fit_choices(choices_of(x, case, is_chosen, names=NAMES))
    assert said.value.names == ("home",)


@pytest.mark.parametrize("rng", range(5))
def test_quasi_separation_is_named(rng):
    x, case, is_chosen = made_up(60, rng=rng)
    x[is_chosen, 2] = 0  # none is chosen at home; many cases have nobody at home at all
    with pytest.raises(Separated) as said:
        fit_choices(choices_of(x, case, is_chosen, names=NAMES))
    assert said.value.names == ("home",)
    found, rest, dropped = fit_what_can_be(choices_of(x, case, is_chosen, names=NAMES))
    assert found.names == rest.names == ("near", "large")
    assert "separated" in dropped["home"]


def test_separation_by_two_columns_together_is_named():
    x, case, is_chosen = made_up(60)
    x[:, 2] = x[:, 1] + is_chosen  # neither alone, their difference does
    with pytest.raises(Separated) as said:
        fit_choices(choices_of(x, case, is_chosen, names=NAMES))
    assert set(said.value.names) >= {"large", "home"}


def test_one_choice_against_it_is_no_separation():
    x, case, is_chosen = made_up(60)
    x[:, 2] = 0
    x[is_chosen, 2] = 1
    rows = np.flatnonzero(case == 3)
    x[rows, 2] = ~is_chosen[rows]
    found = fit_choices(choices_of(x, case, is_chosen, names=NAMES))
    assert np.isfinite(found.beta).all()
    assert found.beta[2] > 2


def test_columns_that_say_nothing_are_named():
    x, case, is_chosen = made_up(60)
    x[:, 2] = case  # the same for all alternatives of a case
    with pytest.raises(Unvarying) as said:
        fit_choices(choices_of(x, case, is_chosen, names=NAMES))
    assert said.value.names == ("home",)
    x[:, 2] = x[:, 0] - 2 * x[:, 1] + case
    with pytest.raises(Unvarying):
        fit_choices(choices_of(x, case, is_chosen, names=NAMES))


@pytest.mark.parametrize(("change", "said"), [
    (lambda x, case, c: (x, case, c & False), "exactly one"),
    (lambda x, case, c: (x, case, c | True), "exactly one"),
    (lambda x, case, c: (np.where(x == x[3, 0], np.nan, x), case, c), "finite"),
    (lambda x, case, c: (x[1:], case, c), "as many"),
    (lambda x, case, c: (x[:0], case[:0], c[:0]), "exactly one"),
])  # fmt: skip
def test_bad_input_is_said(change, said):
    with pytest.raises(InvalidArgument, match=said):
        choices_of(*change(*made_up(20)))


def test_one_group_has_no_error():
    found = fit_choices(choices_of(*made_up(30)))
    with pytest.raises(TooFew):
        found.errors(np.zeros(30))


def test_hausman_mcfadden_by_hand():
    x, case, is_chosen = made_up(400, alternatives=5)
    choices = choices_of(x, case, is_chosen)
    full = fit_choices(choices)
    rest, _ = choices.without_rows(np.tile(np.arange(5), 400) == 4)
    part = fit_choices(rest)
    value, p = hausman_mcfadden(full, part)
    away = part.beta - full.beta
    assert value == pytest.approx(away @ np.linalg.inv(part.bread - full.bread) @ away)
    assert 0.001 < p <= 1


def test_leaving_out_alternatives_is_as_if_they_had_never_been():
    x, case, is_chosen = made_up(50, alternatives=4)
    left_out = np.tile(np.arange(4), 50) == 2
    rest, kept = choices_of(x, case, is_chosen).without_rows(left_out)
    still = ~np.isin(case, case[left_out & is_chosen]) & ~left_out
    assert (kept == still).all()
    plain = choices_of(x[still], case[still], is_chosen[still])
    assert rest.x == pytest.approx(plain.x)
    assert (rest.chosen == plain.chosen).all()
    assert (rest.start == plain.start).all()


def test_the_test_of_independence_keeps_its_size_and_sees_nests():
    rng = np.random.default_rng(3)
    p, nested = [], []
    for _ in range(60):
        x, case, is_chosen = made_up(300, rng=rng, alternatives=5)
        p.append(_iia(x, case, is_chosen))
        # of 3 and 4, what makes both likely is not seen: between them odds are steeper
        common = np.repeat(rng.normal(size=300) * 4, 5) * np.tile([0, 0, 0, 1, 1], 300)
        x[:, 0] *= np.tile([0, 0, 0, 1, 1], 300)
        worth = x @ [2.0, -0.5, 0.4] + common + rng.gumbel(size=case.size)
        best = worth.reshape(-1, 5).max(axis=1)[case]
        nested.append(_iia(x, case, worth == best))
    assert sum(value < 0.05 for value in p) <= 8  # P(X > 8) = 0.3 % at 5 % of 60
    assert sum(value < 0.05 for value in nested) >= 45


def _iia(x, case, is_chosen):
    choices = choices_of(x, case, is_chosen, names=NAMES)
    left_out = np.tile(np.arange(5), 300) < 3
    return iia_test(choices, fit_choices(choices), left_out, ways=(case,), of="near").p


def test_intervals_cover_the_truth_with_shared_luck():
    """60 groups of 5 deals whose taste differs: clustered errors cover, plain ones do not."""
    rng = np.random.default_rng(8)
    inside = plain = 0
    for _ in range(150):
        group = np.repeat(np.arange(60), 5)
        x = rng.normal(size=(1500, 1))
        taste = rng.normal(size=60)[group][:, None] * 0.5
        x = x + np.repeat(rng.normal(size=60)[group], 5)[:, None]
        z = (rng.random((300, 5)) < 0.4) * 1.0
        z = (rng.random((60, 5)) < 0.4)[group] * 1.0  # a group looks at the same places
        worth = z * (0.5 + taste) + rng.gumbel(size=(300, 5))
        is_chosen = worth == worth.max(axis=1, keepdims=True)
        choices = choices_of(z.reshape(-1, 1), np.repeat(np.arange(300), 5), is_chosen.ravel())
        found = fit_choices(choices)
        low, high = found.errors(group).interval(found.beta)
        inside += low[0] <= 0.47 <= high[0]  # what a logit shows of tastes that differ
        plain += abs(found.beta[0] - 0.47) <= 1.96 * np.sqrt(found.bread[0, 0])
    assert inside >= 134  # 0.1 % of binomial(150, 0.95) lie below
    assert plain < inside


def test_two_groups_with_half_of_the_deals_do_not_make_intervals_too_narrow():
    """Recovers: errors by group as usual cover about 85 %; with each left out, 95 %."""
    inside = usual = n = 0
    for seed in range(60):
        rng = np.random.default_rng([5, seed])
        group = rng.choice(60, 300, p=np.r_[[0.25] * 2, [0.5 / 58] * 58])
        origin, taste = rng.random(60) < 0.5, rng.normal(size=60)
        hosts = np.arange(30) < 8
        pull = 0.5 + taste[group]
        worth = hosts * pull[:, None] + rng.gumbel(size=(300, 30))
        x = np.stack([np.broadcast_to(hosts, worth.shape), hosts * origin[group][:, None]], 2)
        is_chosen = (worth == worth.max(axis=1, keepdims=True)).ravel()
        choices = choices_of(x.reshape(-1, 2), np.repeat(np.arange(300), 30), is_chosen)
        try:
            found = fit_choices(choices)
        except InvalidArgument:
            continue
        errors = destination_errors(
            choices, found, groups=group, alternative=np.tile(np.arange(30), 300)
        )
        n += 1
        covers = [bool(low[1] <= 0 <= high[1]) for low, high in (
            kind.interval(found.beta) for kind in (errors, found.errors(group))
        )]  # fmt: skip
        inside, usual = inside + covers[0], usual + covers[1]
    assert n >= 55
    assert inside >= 0.87 * n  # 1 % of binomial(60, 0.95) lie below
    assert usual <= inside


def test_the_plain_newton_of_the_benchmark_agrees():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(200 * 7, 3))
    chosen = (x @ [0.5, -0.5, 1] + rng.gumbel(size=1400)).reshape(200, 7).argmax(axis=1)
    beta, _ = choice_cases.in_numpy(x, chosen)
    case = np.repeat(np.arange(200), 7)
    found = fit_choices(choices_of(x, case, np.tile(np.arange(7), 200) == chosen[case]))
    assert found.beta == pytest.approx(beta, abs=1e-5)
