"""The search: planted groups are found, none are claimed where there are none."""

import numpy as np
import polars as pl
import pytest
from sklearn.metrics import adjusted_rand_score, homogeneity_score

from buzzline.agglomeration.industry_chance import (
    dealt_scores,
    overlap,
    search_by_chance,
    stability,
)
from buzzline.agglomeration.industry_groups import industry_groups
from buzzline.agglomeration.industry_partitions import partitions
from buzzline.agglomeration.industry_search import GroupSearch, definitions
from buzzline.agglomeration.industry_similarity import Whereabouts, base_matrices, similarities
from buzzline.agglomeration.unrelated_industries import size_classes, unrelated
from buzzline.agglomeration.validation_scores import validation_scores
from buzzline.errors import InvalidArgument, TooFew
from buzzline.progress import silent
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

FEW = GroupSearch(fewest=3, most=6, functions=("ward",))


def establishments(rng, *, n_places=60, groups=4, members=6, shared=0.0):
    """Return counts: each industry has its own favourite places, a group shares some of them."""
    n = groups * members
    size = rng.lognormal(3.0, 1.0, n_places)
    own = rng.lognormal(0.0, 1.0, (n_places, n))
    common = np.repeat(rng.lognormal(0.0, 1.0, (n_places, groups)), members, axis=1)
    taste = np.exp(shared * np.log(common) + np.sqrt(1 - shared**2) * np.log(own))
    share = size[:, None] * taste
    return rng.poisson(200 * share / share.sum(axis=0)).astype(float)


def study_of(counted, declared=None, traded=None):
    n_places, n = counted.shape
    place, industry = np.nonzero(counted)
    names = [f"i{code:02d}" for code in range(n)]
    found = counted[place, industry]
    employment = pl.DataFrame({
        "place_id": [f"p{code:02d}" for code in place],
        "industry": [names[code] for code in industry],
        "jobs": found * 10, "establishments": found.astype(np.int64),
    })  # fmt: skip
    industries = pl.DataFrame({"industry": names, "title": [f"the {name}" for name in names]})
    if declared is not None:
        industries = industries.with_columns(cluster=pl.Series([str(one) for one in declared]))
    if traded is not None:
        industries = industries.with_columns(traded=pl.Series(traded))
    places = pl.DataFrame({"place_id": [f"p{code:02d}" for code in range(n_places)]})
    return Study.of(employment=employment, industries=industries, places=places)


@pytest.fixture(scope="module")
def planted():
    truth = np.repeat(np.arange(4), 6)
    counted = establishments(np.random.default_rng(1), shared=0.9)
    return truth, industry_groups(study_of(counted, truth), search=FEW, draws=39, rng=2)


def test_planted_truth_groups_are_found_and_better_than_chance(planted):
    truth, found = planted
    group = found.groups.sort("industry")["group"]
    # The score does not tell the number of groups: they may be split, but are not mixed.
    assert homogeneity_score(truth, group) > 0.95
    assert adjusted_rand_score(truth, group) > 0.7
    assert found.better_than_chance
    assert found.p == 1 / 40
    assert "no better than chance" not in str(found)
    assert found.agreement_again[0] > 0.7
    used = found.summary.row(0, named=True)
    assert used["agreement"] > 0.7
    assert used["agreement_p"] == 1 / 40
    assert used["value"] > used["high"]


def test_planted_truth_groups_are_recovered_when_their_number_is_known():
    truth = np.repeat(np.arange(4), 6)
    known = GroupSearch(fewest=4, most=4)
    for seed in range(3):
        counted = establishments(np.random.default_rng(seed), shared=0.9)
        found = industry_groups(study_of(counted), search=known, draws=0, rng=2)
        group = found.groups.sort("industry")["group"]
        assert adjusted_rand_score(truth, group) > 0.9


def test_planted_truth_without_structure_the_search_says_so():
    counted = establishments(np.random.default_rng(3))
    found = industry_groups(study_of(counted), search=FEW, draws=39, rng=2)
    assert found.better_than_chance is False
    assert "no better than chance" in str(found)
    assert found.agreement_again[0] < 0.5


def test_in_sample_scores_are_high_where_nothing_is_related():
    """The reason for the null: a search finds valid groups in any matrix."""
    where = Whereabouts(establishments(np.random.default_rng(4)), None, {})
    tried = definitions(base_matrices(where), FEW, [4])
    dealt = dealt_scores(
        base_matrices(where), tried.groups[tried.best], draws=99, rng=np.random.default_rng(1)
    )
    assert tried.mean.max() > dealt.max()


def p_values(n_worlds, draws, shared=0.0):
    rng, search = np.random.default_rng(5), GroupSearch(fewest=8, most=10, functions=("ward",))
    found = []
    for world in range(n_worlds):
        counted = establishments(rng, groups=8, members=5, shared=shared)
        where = Whereabouts(counted, None, {})
        tried = definitions(base_matrices(where), search, [8, 10])
        again = search_by_chance(where, tried, search, draws=draws, rng=world, progress=silent)
        found.append(again.p)
    return np.array(found)


def test_p_values_are_uniform_under_the_null():
    p = p_values(60, 19)
    # Three binomial standard errors of 60 worlds at 1 in 10 and at a half.
    assert (p <= 0.1).sum() <= 6 + 3 * np.sqrt(60 * 0.1 * 0.9)
    assert abs((p <= 0.5).mean() - 0.5) <= 3 * 0.5 / np.sqrt(60)


@pytest.mark.slow
def test_the_claim_of_structure_is_wrong_as_seldom_as_said():
    p = p_values(300, 39)
    assert (p <= 0.05).mean() <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 300)
    assert (p <= 0.05).mean() >= 0.05 - 3 * np.sqrt(0.05 * 0.95 / 300)


@pytest.mark.slow
def test_planted_structure_is_claimed_far_more_often_than_chance_would():
    """Tastes for places correlate by 0.64 within groups: 24 of 40 worlds when first measured."""
    found = p_values(40, 39, shared=0.8) <= 0.05
    # Half, less three binomial standard errors, is still five times what chance would claim.
    assert found.mean() > 0.5 - 3 * np.sqrt(0.25 / 40)


def test_unrelated_industries_keep_their_shares_and_lose_their_company():
    counted = establishments(np.random.default_rng(6), shared=0.95)
    where = Whereabouts(counted, counted * 2, {})
    rng = np.random.default_rng(7)
    apart = unrelated(where, size_classes(where), rng)
    assert apart.establishments == pytest.approx(apart.jobs * 2)  # both move together
    size = counted.sum(axis=1)
    for rows in size_classes(where):
        first = np.sort(counted[rows] / size[rows, None], axis=0)  # the same shares, dealt anew
        assert np.sort(apart.jobs[rows] / size[rows, None], axis=0) == pytest.approx(first)
    related = base_matrices(where)["coagglomeration"]
    lost = base_matrices(apart)["coagglomeration"]
    pair = np.ix_(range(6), range(6))
    off = ~np.eye(6, dtype=bool)
    assert lost[pair][off].mean() < 0.3 * related[pair][off].mean()


def test_overlap_by_hand():
    # {a, b}, {c} against {a}, {b, c}: a shares 1 of 2, b 1 of 3, c 1 of 2
    first, second = np.array([0, 0, 1]), np.array([0, 1, 1])
    assert overlap(first, second) == pytest.approx([1 / 2, 1 / 3, 1 / 2])


def test_special_case_a_definition_that_does_not_look_at_places_is_stable():
    where = Whereabouts(establishments(np.random.default_rng(8)), None, {})
    group = np.repeat(np.arange(4, dtype=np.int32), 6)
    again = stability(where, group, lambda bases: group, draws=3, rng=1, progress=silent)
    assert again.agreement.tolist() == [1, 1, 1]
    assert again.of_industry.tolist() == [1] * 24


def test_invariant_to_the_order_of_rows(planted):
    _, found = planted
    counted = establishments(np.random.default_rng(1), shared=0.9)
    study = study_of(counted, np.repeat(np.arange(4), 6))
    mixed = study.with_table(
        "employment", study.employment.sample(fraction=1, shuffle=True, seed=1)
    )
    again = industry_groups(mixed, search=FEW, draws=0, rng=2)
    assert again.groups.select("industry", "group").equals(
        found.groups.select("industry", "group")
    )


def test_relatedness_stands_in_the_order_of_the_groups(planted):
    _, found = planted
    group = found.groups["group"].to_numpy()
    off = ~np.eye(group.size, dtype=bool)
    same = (group[:, None] == group) & off
    assert found.relatedness[same].mean() > found.relatedness[~same & off].mean() + 0.5
    row = found.groups.row(0, named=True)
    mates = (group == row["group"]) & (np.arange(group.size) != 0)
    assert row["within"] == pytest.approx(found.relatedness[0, mates].mean())


def test_scores_and_definitions_tell_the_same(planted):
    _, found = planted
    best = found.definitions.row(0, named=True)
    key = {name: best[name] for name in ("matrix", "function", "n_groups")}
    judged = found.scores.filter(**key)
    four = ["groups_mean", "groups_p95", "industries_mean", "industries_p95"]
    assert judged["judged_by"].to_list() == ["jobs", "establishments", "coagglomeration"]
    assert judged.select(pl.mean_horizontal(four)).to_series().mean() == pytest.approx(
        best["value"]
    )
    assert found.definitions.height == 4 * 5  # numbers of groups, matrices


def test_only_traded_industries_are_grouped_and_the_others_say_why():
    counted = establishments(np.random.default_rng(9), shared=0.9)
    counted[4:, 0] = 0  # in four places at most
    study = study_of(counted, traded=[code < 18 for code in range(24)])
    found = industry_groups(study, search=FEW, draws=0, rng=1)
    reasons = dict(found.groups.drop_nulls("reason").select("industry", "reason").iter_rows())
    assert reasons["i20"] == "not traded"
    assert "are needed" in reasons["i00"]
    assert found.groups.height == 24
    assert found.summary["n"][0] == 17
    assert found.better_than_chance is None
    assert industry_groups(study, search=FEW, base="all", draws=0, rng=1).summary["n"][0] == 23


def test_too_few_draws_claim_nothing():
    counted = establishments(np.random.default_rng(1), shared=0.9)
    found = industry_groups(study_of(counted), search=FEW, draws=9, rng=1)
    assert found.better_than_chance is None
    assert "too few draws" in str(found)


def test_few_industries_are_not_grouped_and_it_is_said():
    study = make_world(organisations=300, clusters=2, industries=3, rng=1).study
    found = industry_groups(study, draws=9, rng=1)
    assert found.groups["status"].unique().to_list() == ["not grouped"]
    assert "need at least 6" in str(found)
    assert not found.definitions.height


def test_nothing_known_of_places_is_an_error():
    with pytest.raises(TooFew):
        industry_groups(Study.of(organisations=pl.DataFrame({"org_id": ["a"]})), draws=0)


def test_impossible_searches_are_an_error():
    with pytest.raises(InvalidArgument, match="fewest"):
        GroupSearch(fewest=10, most=5)
    with pytest.raises(InvalidArgument):
        GroupSearch(functions=())


def test_numbers_of_groups_leave_three_industries_a_group():
    assert GroupSearch().numbers(660) == tuple(range(30, 61))
    assert GroupSearch().numbers(24) == tuple(range(4, 9))


@pytest.fixture(scope="module")
def metros(shared_data):
    cells = pl.read_parquet(shared_data / "cbp_cbsa" / "cbp_cbsa_naics_2019.parquet")
    names = pl.read_csv(
        shared_data / "uscmp_crosswalk" / "naics_2012_2017_to_cluster_subcluster.csv",
        infer_schema_length=0,
    ).filter(pl.col("traded_local") == "Traded")
    cells = cells.join(names.unique("naics6"), left_on="naics", right_on="naics6")
    wide = cells.pivot(on="naics", index="cbsa", values="estab").fill_null(0)
    wide = wide.select(pl.all().exclude("cbsa"))
    wide = wide.select([code for code in wide.columns if (wide[code] > 0).sum() >= 5])
    cluster = dict(cells.select("naics", "cluster").unique().iter_rows())
    declared = [cluster[code] for code in wide.columns]
    return wide.to_numpy().astype(float), np.unique(declared, return_inverse=True)[1]


def test_published_traded_clusters_are_valid_by_establishments(metros):
    counted, declared = metros
    related = base_matrices(Whereabouts(None, counted, {}))["establishments"]
    scores = validation_scores(related, declared)
    assert scores.groups_mean > 0.85  # the authors' own test of their definition
    assert scores.industries_mean > 0.85
    dealt = validation_scores(related, np.random.default_rng(1).permutation(declared))
    assert scores.industries_p95 > 4 * dealt.industries_p95


def test_published_traded_clusters_and_ours_agree_beyond_chance(metros):
    counted, declared = metros
    bases = base_matrices(Whereabouts(None, counted, {}))
    (found,) = partitions(similarities(bases, "ranks")["everything"], "ward", [51])
    agreed = adjusted_rand_score(declared, found)
    dealt = [
        adjusted_rand_score(np.random.default_rng(seed).permutation(declared), found)
        for seed in range(99)
    ]
    assert agreed > 5 * max(dealt)
    assert agreed < 0.5  # locations alone do not give the published clusters, and none says so
