"""Which declared clusters are none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import hypergeom
from tests.clusters.planted import planted, study_at

from buzzline.arrays import as_codes, as_indices
from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.declared_clusters import declared_clusters
from buzzline.clusters.declared_tests import (
    Partners,
    inward_share,
    members_by_chance,
    members_needed,
    members_to_be_found,
    neighbourhoods,
    together,
)
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.tables.worlds import Parks, make_sibling_world

WORLD = make_sibling_world(parks=Parks(paper=3), organisations=900, regions=2, rng=3)
FOUND = candidate_clusters(WORLD.study, draws=49, rng=1)


def declare(study, groups, industry=None):
    """Return the study with other declared clusters: name to members."""
    names = list(groups)
    table = pl.DataFrame({"cluster_id": names, "name": names, "industry": industry},
                         schema_overrides={"industry": pl.String})  # fmt: skip
    members = pl.DataFrame({
        "cluster_id": [name for name in names for _ in groups[name]],
        "org_id": [member for name in names for member in groups[name]],
    }, schema_overrides={"cluster_id": pl.String, "org_id": pl.String})  # fmt: skip
    empty = replace(study, memberships=study.memberships.clear())
    return empty.with_table("declared_clusters", table).with_table("memberships", members)


def rate(result, which):
    return result.rates.filter(pl.col("rate").str.contains(which)).row(0, named=True)


def test_recovers_the_truth_of_planted_clusters_and_those_on_paper():
    found = declared_clusters(WORLD.study, FOUND, draws=199, rng=1)
    said = dict(found.declared.select("group_id", "verdict").iter_rows())
    paper = set(WORLD.truth.paper)
    assert len(paper) == 3
    assert {key for key, verdict in said.items() if verdict == "none"} == paper
    assert {verdict for key, verdict in said.items() if key not in paper} == {"found"}
    assert set(found.found["verdict"]) == {"declared"}
    none = rate(found, "are none")
    assert (none["n_positive"], none["n"]) == (3, 7)
    assert none["low"] < 3 / 7 < none["high"]


@pytest.mark.parametrize(
    ("distinct", "separate"), [(True, False), (False, True), (False, False)]
)
def test_recovers_the_truth_whichever_test_siblings_fail(distinct, separate):
    world = make_sibling_world(distinct=distinct, separate=separate, parks=Parks(paper=3),
                               organisations=900, regions=2, rng=5)  # fmt: skip
    clusters = candidate_clusters(world.study, draws=49, rng=1)
    found = declared_clusters(world.study, clusters, draws=199, rng=1).declared
    paper = found.filter(verdict="none")["group_id"]
    assert set(paper) == set(world.truth.paper)
    assert set(found.filter(~pl.col("group_id").is_in(paper.to_list()))["verdict"]) == {"found"}


def test_by_hand_the_interval_of_the_rate_is_exact():
    found = declared_clusters(WORLD.study, FOUND, draws=199, rng=1)
    none = rate(found, "are none")
    # Clopper-Pearson of 3 in 7, as in tables
    assert none["low"] == pytest.approx(0.0990, abs=5e-5)
    assert none["high"] == pytest.approx(0.8159, abs=5e-5)


def test_a_cluster_that_nobody_declared_is_told():
    first = WORLD.study.memberships.filter(pl.col("cluster_id") != "D0")
    study = WORLD.study.with_table("memberships", first)
    found = declared_clusters(study, FOUND, draws=99, rng=1)
    alone = found.found.filter(verdict="nobody declared it")
    truth = planted(WORLD).members.filter(pl.col("cluster_id") == "D0")["org_id"]
    held = FOUND.members.filter(pl.col("cluster_id").is_in(alone["cluster_id"].to_list()))
    assert alone.height == 1
    assert held["org_id"].is_in(truth.to_list()).mean() > 0.7
    assert rate(found, "nobody declared")["n_positive"] == 1
    assert "1 declared cluster has no members" in str(found)


def test_a_network_spread_over_the_land_is_no_place():
    rng = np.random.default_rng(1)
    study = WORLD.study
    others = study.organisations.filter(pl.Series(WORLD.truth.cluster < 0))["org_id"]
    some = others.gather(np.sort(rng.permutation(others.len())[:30])).to_list()
    pairs = [(a, b) for k, a in enumerate(some) for b in some[k + 1 : k + 6]]
    ties = pl.DataFrame({"source": [a for a, _ in pairs], "target": [b for _, b in pairs],
                         "layer": "research"})  # fmt: skip
    joined = pl.concat([study.linkages, ties], how="diagonal_relaxed")
    spread = declare(study.with_table("linkages", joined), {"web": some}, "optics")
    row = declared_clusters(spread, FOUND, draws=199, rng=1).declared.row(0, named=True)
    assert (row["verdict"], row["place"], row["ties"]) == (
        "network without a place",
        "no",
        "yes",
    )
    assert row["inward"] > row["inward_chance_high"]


def test_p_values_of_random_groups_are_uniform():
    study = WORLD.study
    rng = np.random.default_rng(2)
    ids = study.organisations["org_id"]
    groups = {f"r{k}": ids.gather(rng.permutation(ids.len())[:40]).to_list() for k in range(60)}
    found = declared_clusters(declare(study, groups), FOUND, draws=99, rng=1).declared
    for p in ("p", "inward_p"):
        values = found[p].to_numpy()
        # of 60, one in twenty by chance; more than eight have a probability below 0.01
        assert (values <= 0.05).sum() <= 8
        assert 0.35 < values.mean() < 0.75  # ties of discrete shares push it up, not down
    assert found.filter(verdict="found").height <= 2


@given(st.integers(1, 8), st.integers(2, 12), st.integers(8, 30))
def test_brute_force_of_the_chance_of_common_members(n_common, n_group, n_all):
    n_declared = 6
    expected = sum(
        hypergeom.pmf(k, n_all, n_declared, min(n_group, n_all))
        for k in range(n_common, n_declared + 1)
    )
    common, declared = np.array([n_common, 0]), np.array([n_declared, n_declared])
    ours = members_by_chance(common, min(n_group, n_all), n_declared=declared, n_all=n_all)
    assert ours.tolist() == pytest.approx([expected, 1.0], abs=1e-9)


def test_by_hand_how_many_members_are_needed():
    # one in ten by chance: 2 of 4 in 5.2 %, but 3 of 5 in 0.9 %, 3 of 6 in 1.6 %
    assert members_needed(0.1, 0.95) == 5
    assert members_needed(0.5, 0.95) is None
    # half of 8 at one in four: 0.25 ** 4 = 0.0039
    assert members_to_be_found(0.25, 0.005) == 8
    assert members_to_be_found(1.0, 0.005) is None


def test_brute_force_of_the_share_that_chance_gives():
    code = np.array([0, 0, 1, -1, -1, 0, 1, 1], np.int32)
    stratum = np.array([0, 0, 0, 0, 0, 1, 1, 1], np.int32)
    rows = np.array([0, 1, 5], np.int64)
    found = together(code, stratum, rows, draws=4000, level=0.9, rng=np.random.default_rng(1))
    assert found.value == 1.0
    shares = [
        max(np.bincount(code[[a, b, c]][code[[a, b, c]] >= 0], minlength=2)) / 3
        for a in range(5) for b in range(a + 1, 5) for c in range(5, 8)
    ]  # fmt: skip
    assert found.null_mean == pytest.approx(np.mean(shares), abs=0.02)
    assert found.p == pytest.approx(np.mean(np.array(shares) >= 1), abs=0.02)


def test_by_hand_the_share_of_partners_inside():
    # 0-1, 0-2, 1-3: members 0 and 1 have four partners, of which two are members
    ends = np.array([0, 0, 1, 1, 2, 3]), np.array([1, 2, 0, 3, 0, 1])
    rows = csr_array((np.ones(6, bool), ends), shape=(4, 4))
    tied = Partners(as_indices(rows.indptr), as_codes(rows.indices))
    assert inward_share(tied, np.array([0, 1]), np.zeros(4, bool)) == 0.5
    assert tied.number.tolist() == [2, 2, 1, 1]


def test_substitutes_are_of_the_same_industry_and_block():
    rng = np.random.default_rng(1)
    block, industry = rng.integers(-1, 4, 200), rng.integers(-1, 3, 200)
    near = neighbourhoods(block.astype(np.int32), industry.astype(np.int32))
    rows = np.flatnonzero(block >= 0)[:40]
    drawn = near.substitutes(rows, rng)
    assert np.unique(drawn).size == rows.size
    mine, theirs = (sorted(zip(block[r], industry[r], strict=True)) for r in (rows, drawn))
    assert mine == theirs


def test_members_without_an_industry_that_was_looked_at_are_no_evidence():
    ids = WORLD.study.organisations["org_id"].to_list()
    unknown = pl.when(pl.col("org_id").is_in(ids[:40])).then(None).otherwise(pl.col("industry"))
    blank = WORLD.study.organisations.with_columns(industry=unknown)
    study = declare(WORLD.study.with_table("organisations", blank), {"blank": ids[:40]})
    clusters = candidate_clusters(study, draws=19, rng=1)
    row = declared_clusters(study, clusters, draws=99, rng=1).declared.row(0, named=True)
    assert (row["verdict"], row["n"]) == ("not testable", 0)
    assert "industry in which clusters were looked for" in row["reason"]


def test_an_industry_that_is_nearly_everything_cannot_stand_out():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-200, 200, (2, 400))
    study = study_at(x, y, ["x"] * 360 + ["y"] * 40)
    clusters = candidate_clusters(study, industries=["x"], draws=19, rng=1)
    ids = study.organisations["org_id"][:14].to_list()
    declared = declare(study, {"few": ids}, "x")
    row = declared_clusters(declared, clusters, draws=99, rng=1).declared.row(0, named=True)
    assert row["verdict"] == "not testable"
    assert row["n_needed"] > 50


def test_organisations_of_no_known_industry_are_no_background():
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-200, 200, (2, 400))
    study = study_at(x, y, ["x"] * 60 + ["y"] * 40 + [None] * 300)
    clusters = candidate_clusters(study, industries=["x"], draws=19, rng=1)
    declared = declare(study, {"few": study.organisations["org_id"][:14].to_list()}, "x")
    row = declared_clusters(declared, clusters, draws=99, rng=1).declared.row(0, named=True)
    # 60 of 100 whose industry is known: 2 ln(0.005) / ln(0.6)
    assert (row["verdict"], row["n_needed"]) == ("not testable", 21)


@pytest.mark.parametrize("draws", [0, 9])
def test_too_few_draws_are_said(draws):
    found = declared_clusters(WORLD.study, FOUND, draws=draws, rng=1)
    assert set(found.declared["verdict"]) == {"not testable"}
    assert found.declared["reason"].str.contains("too few draws").all()
    assert "not testable" in str(found)


def test_nothing_declared_no_ties_no_clusters_no_coordinates_are_legal():
    nothing = declared_clusters(declare(WORLD.study, {}), FOUND, rng=1)
    assert "no declared clusters" in str(nothing)
    assert set(nothing.found["verdict"]) == {"not testable"}
    untied = declared_clusters(
        replace(WORLD.study, linkages=WORLD.study.linkages.clear()), FOUND, draws=99, rng=1
    )
    assert set(untied.declared["ties"]) == {"not testable"}
    assert set(untied.declared["verdict"]) == {"found", "none"}
    empty = replace(FOUND, clusters=FOUND.clusters.clear(), members=FOUND.members.clear())
    without = declared_clusters(WORLD.study, empty, draws=99, rng=1)
    assert "found" not in set(without.declared["verdict"])
    nowhere = WORLD.study.organisations.with_columns(
        longitude=pl.lit(None, pl.Float64), latitude=pl.lit(None, pl.Float64)
    )
    lost = declared_clusters(
        replace(WORLD.study, organisations=nowhere), FOUND, draws=99, rng=1
    )
    assert set(lost.declared["verdict"]) == {"not testable"}


def test_members_of_a_year_only():
    found = declared_clusters(WORLD.study, FOUND, year=1999, draws=99, rng=1)
    assert not found.declared.height
    assert "Members in 1999." in found.notes
    known = declared_clusters(WORLD.study, FOUND, year=2015, draws=99, rng=1)
    assert known.declared.height == 7


def test_same_seed_same_rows():
    first, second = (declared_clusters(WORLD.study, FOUND, draws=49, rng=5) for _ in range(2))
    assert first.declared.equals(second.declared, null_equal=True)


def test_organisations_of_no_study_are_not_there():
    study = Study.of(organisations=pl.DataFrame({"org_id": ["a"]}))
    empty = replace(
        FOUND, clusters=FOUND.clusters.clear(), members=FOUND.members.clear(), provenance=None
    )
    assert not declared_clusters(study, empty, rng=1).declared.height


def test_by_hand_nothing_is_said_to_be_none_of_which_half_cannot_be_looked_at():
    paper = WORLD.truth.paper[0]
    members = WORLD.study.memberships.filter(cluster_id=paper)["org_id"].to_list()
    strangers = pl.DataFrame({"org_id": [f"stranger {n}" for n in range(len(members) + 1)]})
    organisations = pl.concat([WORLD.study.organisations, strangers], how="diagonal_relaxed")
    study = WORLD.study.with_table("organisations", organisations)
    some = declare(study, {"p": [*members, *strangers["org_id"][:-1]]})
    many = declare(study, {"p": [*members, *strangers["org_id"]]})
    verdicts = [
        declared_clusters(each, FOUND, draws=99, rng=1).declared for each in (some, many)
    ]
    assert [row["verdict"][0] for row in verdicts] == ["none", "not testable"]
    n = len(members)
    assert verdicts[1]["reason"][0] == (
        f"place: only {n} of {2 * n + 1} members can be looked at, less than half"
    )


def test_by_hand_a_national_list_does_not_hide_an_initiative():
    study = WORLD.study
    cluster = FOUND.clusters["cluster_id"][0]
    there = FOUND.members.filter(cluster_id=cluster)["org_id"].to_list()
    local, ids = there[:-4], study.organisations["org_id"].to_list()
    both = {"local": local, "national": sorted({*there, *ids[: 4 * len(ids) // 5]})}
    found = declared_clusters(declare(study, both), FOUND, draws=19, rng=1).found
    row = found.filter(cluster_id=cluster).row(0, named=True)
    assert (row["verdict"], row["group_id"], row["n_common"]) == (
        "declared",
        "local",
        len(local),
    )
    n_all, n_group = study.organisations.height, row["n_members"]
    assert row["p"] == pytest.approx(hypergeom.sf(len(local) - 1, n_all, len(local), n_group))
    alone = declared_clusters(
        declare(study, {"national": ids[: 4 * len(ids) // 5]}), FOUND, draws=19, rng=1
    )
    least = float(hypergeom.sf(0, n_all, 4 * n_all // 5, 1))
    assert least > 0.05  # most of everybody: no sign of any cluster
    assert "nobody declared it" in set(alone.found["verdict"])


def test_by_hand_ties_and_the_share_inward_are_of_the_same_members():
    study = study_at(
        np.array([0.0, 0.1, 0.2, 0.3, 9, 9.1]), np.zeros(6), np.array(["x"] * 6), jobs=[1.0] * 6
    )
    ids = study.organisations["org_id"].to_list()
    # four members in a ring; the fifth, without coordinates, is tied to all of them
    pairs = [(0, 1), (1, 2), (2, 3), (3, 0), (4, 0), (4, 1), (4, 2), (4, 3), (0, 5)]
    nowhere = study.organisations.with_columns(
        longitude=pl.when(pl.col("org_id") == ids[4]).then(None).otherwise("longitude")
    )
    ties = pl.DataFrame({"source": [ids[a] for a, _ in pairs], "target": [ids[b] for _, b in pairs],
                         "layer": "supply"})  # fmt: skip
    tied = Study.of(organisations=nowhere, linkages=ties)
    clusters = replace(FOUND, clusters=FOUND.clusters[:0], members=FOUND.members[:0])
    row = declared_clusters(declare(tied, {"ring": ids[:5]}), clusters, draws=19, rng=1)
    row = row.declared.row(0, named=True)
    assert row["n_ties"] == 13  # eight in the ring, four to the fifth, one to the stranger
    assert row["inward"] == pytest.approx(8 / 13)


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_levels_that_say_nothing_are_refused(level):
    with pytest.raises(InvalidArgument, match="above 0 and below 1"):
        declared_clusters(WORLD.study, FOUND, draws=19, level=level)
