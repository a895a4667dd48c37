"""Which kinds of nearness go with ties? By hand, other packages, planted truth, size."""

from itertools import permutations

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import sparse
from tests.linkages.planted_nearness import knowing_world

from buzzline.econometrics.tie_formation import tie_formation
from buzzline.econometrics.tie_permutation import permutation_p
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.pair_logit import grouped_logit
from buzzline.linkages.pair_sampling import sampled_pairs, sharing_pairs
from buzzline.linkages.proximities import proximities
from buzzline.linkages.tied_pairs import tied_pairs
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

NONE = np.empty(0, np.int64)


def test_nearness_by_hand():
    frame = pl.DataFrame({
        "org_id": list("abcd"), "industry": ["x", "x", "y", "x"],
        "longitude": [0.0] * 4, "latitude": [0.0, 8 / 111.195, 0.0, 0.002],
        "country": ["BE", "BE", "NL", "BE"], "kind": ["sme", "university", "sme", "large"],
        "owner_id": [None, "a", None, None], "jobs": [10.0, 100.0, 1.0, 10.0],
    })  # fmt: skip
    ties = pl.DataFrame({
        "source": ["a", "a"], "target": ["c", "b"], "layer": ["board", "supply"],
    })  # fmt: skip
    study = Study.of(organisations=frame, linkages=ties)
    near = proximities(study, "supply")
    assert [m.dimension for m in near.measured] == [
        "geographic", "cognitive", "organisational", "social", "institutional",
        "institutional", "size", "activity",
    ]  # fmt: skip
    ab, ac, ad = near.of(np.array([0, 0, 0]), np.array([1, 2, 3]))
    assert ab == pytest.approx([-3.0, 1, 1, 0, 1, 0, np.log(1000), np.log(2)], rel=1e-4)
    assert ac == pytest.approx([0.0, 0, 0, 1, 0, 1, np.log(10), np.log(4)])
    assert ad == pytest.approx(
        [0.0, 1, 0, 0, 1, 1, np.log(100), np.log(2)]
    )  # nearer than 1 km is 1 km
    own = proximities(study, "board")
    assert not any(m.dimension == "social" for m in own.measured)


def test_pairs_that_are_taken_and_how():
    rng = np.random.default_rng(1)
    n = 400
    study = make_world(organisations=n, clusters=2, rng=1).study
    ties = tied_pairs(study, ["supply"])
    owner = np.arange(n, dtype=np.int32)
    owner[1:4] = 0
    found = sampled_pairs(ties, np.ones(n, bool), sharing_pairs(owner, None), most=500, rng=rng)
    assert found.tied.sum() == 500
    assert found.n_tied == ties.one.size
    keys = set(zip(ties.one.tolist(), ties.other.tolist(), strict=True))
    pairs = list(zip(found.one.tolist(), found.other.tolist(), strict=True))
    assert len(set(pairs)) == len(pairs)
    assert all(
        (pair in keys) == tied for pair, tied in zip(pairs, found.tied.tolist(), strict=True)
    )
    # weights give back how many pairs there are
    assert (1 / found.taken).sum() == pytest.approx(n * (n - 1) / 2, rel=1e-9)
    shared = {(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)}
    rare = {pair for pair, flag in zip(pairs, found.rare.tolist(), strict=True) if flag}
    assert shared - keys <= rare <= shared


def test_a_sample_of_pairs_gives_the_coefficients_of_all_pairs():
    rng = np.random.default_rng(2)
    n = 300
    place = rng.uniform(0, 30, n)
    one, other = np.triu_indices(n, 1)
    x = -np.abs(place[one] - place[other])[:, None]
    tied = rng.random(one.size) < 1 / (1 + np.exp(-(0.2 * x[:, 0] - 2.0)))
    full = sm.Logit(tied.astype(float), sm.add_constant(x)).fit(disp=0)
    keep = tied | (rng.random(one.size) < 0.1)
    offset = np.full(keep.sum(), np.log(1 / 0.1))
    found = grouped_logit(
        tied[keep].astype(float), x[keep], np.zeros(keep.sum(), np.int64), offset=offset
    )
    assert found.coefficient[0] == pytest.approx(full.params[1], abs=3 * full.bse[1])


def test_dealing_agrees_with_every_permutation():
    # five organisations, all pairs: 120 orders of one kind of nearness
    one, other = np.triu_indices(5, 1)
    place = np.array([0.0, 1.0, 2.5, 4.5, 5.0])
    tied = np.array([1, 1, 0, 0, 0, 0, 0, 0, 0, 1.0])

    def nearness(first, second):
        return -np.abs(place[first] - place[second])[:, None]

    ones = np.ones(10)
    p = permutation_p(
        (one, other), tied, nearness, offset=np.zeros(10), population=ones, draws=3999,
        rng=np.random.default_rng(3),
    )  # fmt: skip

    def score(order):
        order = np.asarray(order)
        x = nearness(order[one], order[other])[:, 0]
        x = x - x.mean()
        return abs(x @ tied) / np.sqrt(x @ x)

    seen = score(range(5))
    exact = np.mean([score(order) >= seen - 1e-9 for order in permutations(range(5))])
    assert p[0] == pytest.approx(exact, abs=4 * np.sqrt(exact / 4000))


def test_dealing_keeps_its_size_where_organisations_are_unequal():
    rng = np.random.default_rng(4)
    n, rejected = 60, []
    one, other = np.triu_indices(n, 1)
    for _ in range(60):
        ready, place, kind = rng.normal(0, 1.0, n), rng.normal(0, 1, n), rng.normal(0, 1, n)
        kind = kind + place  # what is tested goes with what matters
        odds = ready[one] + ready[other] - np.abs(place[one] - place[other]) - 1.5
        tied = (rng.random(one.size) < 1 / (1 + np.exp(-odds))).astype(float)

        def nearness(first, second, place=place, kind=kind):
            return np.column_stack([
                -np.abs(place[first] - place[second]), -np.abs(kind[first] - kind[second])
            ])  # fmt: skip

        p = permutation_p(
            (one, other), tied, nearness, offset=np.zeros(one.size),
            population=np.ones(one.size), draws=59, rng=rng,
        )  # fmt: skip
        rejected.append(p <= 0.05)
    rejected = np.mean(rejected, axis=0)
    assert rejected[0] > 0.9  # what matters is seen
    assert rejected[1] <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 60)


def test_planted_nearness_is_found_and_nothing_else():
    seen = []
    for seed in range(3):
        _, study, truth = knowing_world(seed)
        rows = tie_formation(study, layers=["coinvention"], draws=59, rng=seed).rows
        for row in rows.drop_nulls("value").iter_rows(named=True):
            planted = truth.log_odds.get(row["measured_by"], 0.0)
            near = abs(row["value"] - planted) <= 3 * (row["high"] - row["low"]) / 3.92
            seen.append((planted > 0, "nearer" in row["verdict"], near))
    planted, found, near = np.array(seen).T
    assert found[planted].mean() >= 0.8
    assert found[~planted].mean() <= 0.2
    assert near.mean() >= 0.9


def consortium(n_projects, size, seed, n=120):
    rng = np.random.default_rng(seed)
    rows = []
    for project in range(n_projects):
        who = rng.choice(n, size, replace=False)
        rows += [(f"o{a:03d}", f"o{b:03d}", f"p{project}")
                 for k, a in enumerate(who) for b in who[k + 1 :]]  # fmt: skip
    ties = pl.DataFrame(rows, schema=["source", "target", "observed_by"], orient="row")
    frame = pl.DataFrame({
        "org_id": [f"o{k:03d}" for k in range(n)],
        "longitude": rng.uniform(0, 5, n), "latitude": rng.uniform(45, 50, n),
        "country": rng.choice(["BE", "NL"], n), "industry": rng.choice(["x", "y"], n),
        "kind": "sme", "jobs": rng.gamma(2, 10, n) + 1,
    })  # fmt: skip
    ties = ties.with_columns(layer=pl.lit("research"))
    return Study.of(organisations=frame, linkages=ties)


def test_a_consortium_of_ten_is_not_forty_five_observations():
    rows = pl.concat([
        tie_formation(consortium(25, 10, seed), draws=39, rng=seed).rows.drop_nulls("value")
        for seed in range(12)
    ])  # fmt: skip
    degrees = rows["n_organisations"] - 1
    half = (rows["high"] - rows["low"]) / 2 / 1.98
    naive = (rows["value"] / (half / rows["design_effect"].sqrt())).abs() > 1.96
    assert (degrees > 50).all()
    assert naive.mean() > 0.1  # as if every pair were an observation of its own
    assert rows["verdict"].str.contains("tie more").mean() <= 0.1


def test_what_nobody_shares_cannot_be_told():
    study = make_world(organisations=300, clusters=2, rng=2).study
    rows = tie_formation(study, layers=["supply"], draws=19, rng=1).rows
    owner = rows.filter(pl.col("dimension") == "organisational").row(0, named=True)
    assert owner["verdict"] == "not testable"
    assert "needed" in owner["reason"]
    social = rows.filter(pl.col("dimension") == "social").row(0, named=True)
    assert "no other layer" in social["reason"]


def test_few_ties_no_ties_and_self_ties():
    study = make_world(organisations=100, clusters=1, rng=1).study
    few = study.with_table("linkages", study.linkages.head(3))
    rows = tie_formation(few, draws=19, rng=1).rows
    assert set(rows["verdict"]) == {"not testable"}
    assert rows["reason"].str.contains("at least 30").any()
    alone = study.linkages.with_columns(target=pl.col("source"))
    assert set(tie_formation(study.with_table("linkages", alone), rng=1).rows["verdict"]) == {
        "not testable"
    }
    with pytest.raises(TooFew, match="no linkages"):
        tie_formation(study.with_table("linkages", study.linkages.clear()))
    with pytest.raises(InvalidArgument, match="has the layer"):
        tie_formation(study, layers=["nonsense"])


def test_too_few_deals_give_no_verdict():
    study = make_world(organisations=200, clusters=1, rng=1).study
    found = tie_formation(study, layers=["supply"], draws=5, rng=1)
    assert not found.rows["verdict"].str.contains("tie more").any()
    assert found.rows["reason"].str.contains("too few draws").any()


def test_nothing_but_one_place_and_one_country():
    study = make_world(organisations=120, clusters=1, rng=1).study
    same = study.organisations.with_columns(
        longitude=pl.lit(4.0), latitude=pl.lit(50.0), country=pl.lit("BE"),
        industry=pl.lit("x"), kind=pl.lit("sme"), jobs=pl.lit(5.0),
    )  # fmt: skip
    study = study.with_table("knowledge_items", study.knowledge_items.clear())
    found = tie_formation(study.with_table("organisations", same), draws=19, rng=1)
    assert found.rows["value"].null_count() == found.rows.height
    assert found.rows["reason"].null_count() == 0


def test_pairs_of_large_owners_are_not_listed():
    owner = np.zeros(500, np.int32)
    assert sharing_pairs(owner, None).nnz == 0
    owner[5:] = np.arange(5, 500)
    assert sharing_pairs(owner, sparse.csr_array((500, 500))).nnz == 20
