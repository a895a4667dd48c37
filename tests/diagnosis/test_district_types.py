"""Types of districts by hand and planted; governance of chains by its published table."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.clusters.planted import clustering_of
from tests.linkages.planted_patterns import as_clustering

from buzzline.arrays import as_codes
from buzzline.diagnosis.chain_governance import GOVERNANCE, governance_shares
from buzzline.diagnosis.district_signs import DistrictTypeRule
from buzzline.diagnosis.district_types import district_types
from buzzline.diagnosis.job_shares import job_shares
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


def district(*, owner=None, jobs=20.0, kind="sme", local=0.9, n_ties=400, acting=False):
    """Sixty members at one place, as many others around, as many far away."""
    rng = np.random.default_rng(1)
    n, members = 180, np.arange(60)
    there = np.repeat([5.0, 5.1, 25.0], 60)
    organisations = pl.DataFrame({
        "org_id": [f"o{i}" for i in range(n)], "industry": ["wine"] * 60 + ["glass"] * 120,
        "kind": [kind] * 60 + ["sme"] * 120, "longitude": there, "latitude": [45.0] * n,
        "country": ["FR"] * 120 + ["BG"] * 60,
        "jobs": np.broadcast_to(jobs, 60).tolist() + [20.0] * 120,
        "owner_id": pl.Series(owner or [None] * 59 + ["o0"], dtype=pl.String).extend(
            pl.Series([None] * 120, dtype=pl.String)),
    })  # fmt: skip
    source = rng.integers(0, 60, n_ties)
    near = rng.random(n_ties) < local
    target = np.where(near, rng.integers(0, 120, n_ties), rng.integers(120, 180, n_ties))
    others = rng.integers(60, 180, (2, 400))
    ends = np.concatenate([np.stack([source, target]), others], axis=1)
    ties = pl.DataFrame({"source": [f"o{i}" for i in ends[0]],
                         "target": [f"o{i}" for i in ends[1]], "layer": "supply",
                         "directed": True})  # fmt: skip
    if acting:
        pairs = pl.DataFrame({"source": [f"o{i}" for i in members[:-1]],
                              "target": [f"o{i}" for i in members[1:]]})  # fmt: skip
        ties = pl.concat([ties, *(
            pairs.with_columns(layer=pl.lit(layer), directed=pl.lit(layer == "labour_move"))
            for layer in ("joint_action", "labour_move"))])  # fmt: skip
    clusters = pl.DataFrame({"cluster_id": ["c"], "label": ["Here"], "industry": ["wine"],
                             "longitude": [5.0], "latitude": [45.0]})  # fmt: skip
    inside = pl.DataFrame({"cluster_id": "c", "org_id": [f"o{i}" for i in members],
                           "is_core": True})  # fmt: skip
    return Study.of(organisations=organisations, linkages=ties), clustering_of(clusters, inside)


def top(**choices):
    return district_types(*district(**choices), draws=499, rng=1).likeliest().row(0, named=True)


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ({}, "Marshallian"),
        ({"acting": True}, "Italianate"),
        ({"jobs": [4000.0] + [20.0] * 59}, "none of these"),  # led by one that is owned here
        ({"owner": [f"o{120 + k}" for k in range(60)], "local": 0.1}, "satellite platform"),
        ({"kind": "public"}, "state-anchored"),
    ],
)
def test_recovers_the_truth_planted_types(choices, expected):
    if "jobs" in choices:
        expected = "hub-and-spoke"
    found = top(**choices)
    assert found["district"] == expected
    assert found["probability"] > 0.9


def changed(study, **columns):
    return study.with_table("organisations", study.organisations.with_columns(**columns))


def of_cluster(study, clustering):
    found = district_types(study, clustering, draws=499, rng=1)
    types = dict(found.districts.select("district", "probability").iter_rows())
    return types, {row["sign"]: row for row in found.signs.iter_rows(named=True)}


def test_by_hand_jobs_that_are_all_known_are_a_count_not_a_sample():
    # one of 60 has 60 % of all jobs and owns another; nobody is a public employer
    jobs = [10.0 * 59 * 1.5] + [10.0] * 59
    types, signs = of_cluster(*district(jobs=jobs))
    assert types["hub-and-spoke"] == 1.0
    assert "state-anchored" not in types
    for name, share in (("one employer leads", 895 / 1475), ("public employers", 0.0)):
        row = signs[name]
        assert (row["value"], row["low"], row["high"]) == pytest.approx((share,) * 3)
    # ten of equal size: each has a tenth
    study, clustering = district()
    clustering = replace(clustering, members=clustering.members.head(10))
    types, signs = of_cluster(study, clustering)
    assert "hub-and-spoke" not in types
    assert signs["one employer leads"]["finding"] == "below"


@pytest.mark.parametrize("n", [1, 3, 4])
def test_of_very_few_members_nobody_leads(n):
    study, clustering = district()
    few = replace(clustering, members=clustering.members.head(n))
    types, signs = of_cluster(study, few)
    assert types["hub-and-spoke"] == 0.0
    assert f"only {n} member" in signs["one employer leads"]["reason"]


def test_trade_without_coordinates_is_not_distant():
    study, clustering = district()
    nowhere = {one: pl.lit(None, pl.Float64) for one in ("longitude", "latitude")}
    types, signs = of_cluster(changed(study, **nowhere), clustering)
    assert signs["local trade"]["finding"] == "?"
    assert "coordinates" in signs["local trade"]["reason"]
    assert types["Marshallian"] == 0.0


def test_owners_that_are_not_known_make_no_local_leader():
    study, clustering = district(jobs=[4000.0] + [20.0] * 59)
    bare = changed(study, owner_id=pl.lit(None, pl.String))
    types, signs = of_cluster(bare, clustering)
    assert types["hub-and-spoke"] == 0.0
    assert types["cannot be told"] == 1.0
    assert signs["leader owned locally"]["finding"] == "?"
    assert "owner_id" in signs["leader owned locally"]["reason"]


def test_where_the_owner_stands_not_known_is_no_local_owner():
    study, clustering = district(jobs=[4000.0] + [20.0] * 59, owner=["o179"] + [None] * 59)
    last = pl.int_range(pl.len()) == 179
    lost = changed(study, **{
        name: pl.when(last).then(None).otherwise(pl.col(name)).alias(name)
        for name in ("longitude", "latitude", "country")
    })  # fmt: skip
    types, signs = of_cluster(lost, clustering)
    assert signs["leader owned locally"]["finding"] == "?"
    assert types["hub-and-spoke"] == 0.0


def test_only_jobs_that_are_not_known_are_drawn():
    study, clustering = district(kind="agency")
    part = changed(study, jobs=pl.when(pl.int_range(pl.len()) < 6).then(None).otherwise("jobs"),
                   kind=pl.when(pl.int_range(pl.len()) < 30).then(pl.lit("sme"))
                   .otherwise("kind"))  # fmt: skip
    row = of_cluster(part, clustering)[1]["public employers"]
    assert (row["value"], row["low"], row["n"]) == (0.5, 0.5, 54)  # all are of one size


def test_by_hand_kinds_of_some_members_are_drawn_with_the_odds_of_the_others():
    shares = job_shares(np.array([10.0, np.nan, *[10.0] * 38]), draws=4000,
                        rng=np.random.default_rng(1))  # fmt: skip
    holds = np.array([np.nan, np.nan, *[1.0] * 19, *[0.0] * 19])
    draws = shares.share(holds, np.random.default_rng(2))
    assert set(np.round(draws, 6)) == {0.475, 0.5, 0.525}
    assert draws.mean() == pytest.approx(0.5, abs=0.003)


@pytest.mark.parametrize("sizes", ["log-normal", "Pareto"])
def test_recovers_the_truth_where_some_jobs_are_not_known(sizes):
    rng, n = np.random.default_rng(2), 200
    covered = {"public": 0, "largest": 0, "small": 0}
    for _ in range(n):
        every = {"log-normal": np.exp(3 + rng.standard_normal(60)),
                 "Pareto": np.ceil(1 + 2 * rng.pareto(1.3, 60))}[sizes]  # fmt: skip
        public = (rng.random(60) < 0.4).astype(float)
        jobs = every.copy()
        jobs[rng.choice(60, 10, replace=False)] = np.nan
        shares = job_shares(jobs, draws=199, rng=rng)
        for name, draws, truth in (
            ("public", shares.share(public, rng), every[public == 1].sum()),
            ("largest", shares.largest(as_codes(np.arange(60)))[0], every.max()),
            ("small", shares.share_below(20), every[every < 20].sum()),
        ):
            low, high = np.quantile(draws, [0.025, 0.975])
            covered[name] += low <= truth / every.sum() <= high
    assert min(covered.values()) / n > 0.95 - 0.02 - 2.6 * np.sqrt(0.95 * 0.05 / n)


def test_kinds_that_are_not_known_are_not_private():
    study, clustering = district()
    _, signs = of_cluster(changed(study, kind=pl.lit(None, pl.String)), clustering)
    assert signs["public employers"]["finding"] == "?"
    assert "kind" in signs["public employers"]["reason"]


def test_ties_of_both_layers_of_supply_count():
    study, clustering = district()
    first = pl.int_range(pl.len()) < 12
    mixed = study.with_table("linkages", study.linkages.with_columns(
        layer=pl.when(first).then(pl.lit("supply")).otherwise(pl.lit("subcontract"))))  # fmt: skip
    one, two = (of_cluster(each, clustering)[1]["local trade"] for each in (study, mixed))
    assert (two["value"], two["n"]) == (one["value"], one["n"])


def test_what_is_not_known_leaves_types_possible():
    study, clustering = district()
    bare = study.organisations.with_columns(
        owner_id=pl.lit(None, pl.String), jobs=pl.lit(None, pl.Float64)
    )
    found = district_types(study.with_table("organisations", bare), clustering, draws=99, rng=1)
    first = found.likeliest().row(0, named=True)
    assert first["district"] == "cannot be told"
    assert "local owners" in first["settled_by"]
    reasons = found.signs.filter(sign="small organisations")["reason"]
    assert "jobs" in reasons[0]


def test_probabilities_add_up_to_one():
    world = make_world(organisations=600, clusters=4, rng=2)
    found = district_types(world.study, as_clustering(world), draws=199, rng=1)
    sums = found.districts.group_by("cluster_id").agg(pl.col("probability").sum())
    assert sums["probability"].to_list() == pytest.approx([1] * 4)


def test_bad_input_is_refused():
    with pytest.raises(InvalidArgument, match="mostly"):
        DistrictTypeRule(mostly=1.0)
    with pytest.raises(InvalidArgument, match="at least 1"):
        district_types(*district(), draws=0)


def test_published_table_of_governance():
    for k, signs in enumerate(GOVERNANCE.values()):
        shares = governance_shares(*(np.array([float(sign)]) for sign in signs))
        assert shares[0, k] == 1
    assert governance_shares(np.zeros(1), np.zeros(1), np.ones(1))[0, 5] == 1


def test_governance_shares_add_up_to_one_and_shares_are_checked():
    rng = np.random.default_rng(1)
    shares = governance_shares(*rng.random((3, 50)))
    assert shares.sum(axis=1) == pytest.approx(np.ones(50))
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        governance_shares(np.array([1.2]), np.ones(1), np.ones(1))
