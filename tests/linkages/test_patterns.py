"""Patterns of missing links: by hand, logic, planted worlds, bad input."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from scipy.stats import binom
from tests.linkages.planted_patterns import FACTORS, patterned, true_pattern

from buzzline.arrays import as_codes
from buzzline.errors import InvalidArgument
from buzzline.linkages.balance import scale_balance
from buzzline.linkages.pattern_rule import (
    NONE,
    OPEN,
    PATTERNS,
    PatternRule,
    pattern_shares,
    truth_of,
)
from buzzline.linkages.pattern_scene import last_year
from buzzline.linkages.patterns import missing_link_patterns

ALL_SIGNS = sorted({arm for p in PATTERNS for name in p.signs for arm in name.split(" or ")})


def signs(**said):
    """Signs of one draw, false unless said; underscores are spaces."""
    values = dict.fromkeys(ALL_SIGNS, 0) | {k.replace("_", " "): v for k, v in said.items()}
    values["inter-city ties below"] = values.pop("inter city ties below", values.get(
        "inter-city ties below", 0))  # fmt: skip
    return {name: as_codes([value]) for name, value in values.items()}


def likeliest(found):
    shares = found.probability
    return max(shares, key=lambda name: shares[name])


@pytest.mark.parametrize(
    ("said", "pattern"),
    [
        ({"local_above": 1, "regional_above": 1, "not_global_below": 1}, "balanced district"),
        ({"local_above": 1, "global_below": 1}, "introverted"),
        ({"local_below": 1, "global_below": 1, "low_trust": 1}, "unconnected"),
        ({"local_below": 1, "regional_below": 1, "global_above": 1, "anchor_dependence": 1},
         "dependent enclave"),
        ({"global_above": 1, "no_anchor_dependence": 1, "dispersed": 1,
          "inter_city_ties_below": 1}, "scattered hubs"),
        ({"local_above": 1, "global_above": 1, "regional_below": 1}, "metropolitan enclave"),
        ({"local_above": 1, "national_below": 1, "lead_organisation": 1, "long_tenure": 1},
         "over-local lead organisation"),
        ({"few_ties_at_every_scale": 1, "local_above": 1, "global_below": 1}, "no cluster"),
        ({"local_above": 1}, NONE),
    ],
)  # fmt: skip
def test_published_table_of_patterns(said, pattern):
    assert likeliest(pattern_shares(signs(**said))) == pattern


def test_by_hand_a_sign_not_known_leaves_the_pattern_possible():
    found = pattern_shares(signs(local_below=1, global_below=1, low_trust=-1))
    assert found.probability[OPEN] == 1
    assert found.probability["unconnected"] == 0
    assert found.possible["unconnected"] == 1
    assert found.open_signs["unconnected"] == ("low trust",)


def test_by_hand_the_narrower_pattern_wins_and_an_unknown_one_stays_possible():
    lead = signs(local_above=1, global_below=1, lead_organisation=1, long_tenure=1)
    assert likeliest(pattern_shares(lead)) == "over-local lead organisation"
    unknown = signs(local_above=1, global_below=1, lead_organisation=1, long_tenure=-1)
    found = pattern_shares(unknown)
    assert likeliest(found) == "introverted"
    assert found.possible["over-local lead organisation"] == 1


def test_invariant_probabilities_add_up_to_one_whatever_the_signs():
    rng = np.random.default_rng(1)
    drawn = {name: as_codes(rng.integers(-1, 2, 500)) for name in ALL_SIGNS}
    found = pattern_shares(drawn)
    assert sum(found.probability.values()) == pytest.approx(1)
    assert all(found.possible[name] >= found.probability[name] - 1e-12
               for name in found.probability)  # fmt: skip


def test_brute_force_of_three_valued_logic():
    for one in (-1, 0, 1):
        for other in (-1, 0, 1):
            values = {"local above": as_codes([one]), "global below": as_codes([other])}
            # what two worlds, in which unknowns are true or false, have in common
            worlds = {a and b for a in ((0, 1) if one == -1 else (one,))
                      for b in ((0, 1) if other == -1 else (other,))}  # fmt: skip
            expected = -1 if len(worlds) == 2 else worlds.pop()
            introverted = next(p for p in PATTERNS if p.name == "introverted")
            assert truth_of(introverted, values)[0] == expected


@pytest.fixture(scope="module")
def introverted():
    study, clustering, world = patterned("introverted", rng=1)
    return study, clustering, scale_balance(study, clustering, draws=99, rng=1), world


def top_of(found, cluster="c0"):
    return found.likeliest().filter(cluster_id=cluster).row(0, named=True)


def test_recovers_the_truth_an_introverted_cluster(introverted):
    study, clustering, balance, world = introverted
    found = missing_link_patterns(study, clustering, balance, draws=499, rng=1)
    top = top_of(found)
    assert true_pattern(world)[0] == "introverted"
    assert top["pattern"] == "introverted"
    assert top["probability"] > 0.9
    assert "fairs" in top["levers"]
    assert top_of(found, "c1")["pattern"] == NONE


def test_recovers_the_truth_a_dependent_enclave_and_its_anchor():
    study, clustering, world = patterned("dependent enclave", rng=2)
    balance = scale_balance(study, clustering, draws=99, rng=1)
    found = missing_link_patterns(study, clustering, balance, draws=499, rng=1)
    assert top_of(found)["pattern"] == "dependent enclave"
    anchor = found.signs.filter(cluster_id="c0", sign="anchor dependence").row(0, named=True)
    owner = study.organisations["owner_id"].mode()[0]
    assert anchor["org_id"] == owner
    assert anchor["low"] > 0.25
    # the same ties, with as many owners as partners: no dependence, so no such enclave
    alone = study.organisations.with_columns(owner_id=pl.col("org_id"))
    free = study.with_table("organisations", alone)
    again = missing_link_patterns(free, clustering, balance, draws=499, rng=1)
    assert "dependent enclave" not in again.patterns.filter(
        (pl.col("probability") > 0) & (pl.col("cluster_id") == "c0")
    )["pattern"].to_list()  # fmt: skip
    assert true_pattern(world, anchored=True)[0] == "dependent enclave"
    # nor is there any where no owner is known: it cannot be told
    nobody = study.organisations.with_columns(owner_id=pl.lit(None, pl.String))
    dark = study.with_table("organisations", nobody)
    unsure = missing_link_patterns(dark, clustering, balance, draws=99, rng=1)
    sign = unsure.signs.filter(cluster_id="c0", sign="anchor dependence").row(0, named=True)
    assert (sign["finding"], sign["value"]) == ("?", None)
    assert "owner_id" in sign["reason"]
    assert top_of(unsure)["pattern"] == OPEN


@pytest.mark.slow
def test_recovers_the_truth_clear_answers_are_right():
    wrong = clear = 0
    for pattern in FACTORS:
        for seed in range(100, 106):
            study, clustering, world = patterned(pattern, rng=seed, ties_each=2.0)
            balance = scale_balance(study, clustering, draws=99, rng=seed)
            found = missing_link_patterns(study, clustering, balance, draws=199, rng=seed)
            top, (truth, _) = top_of(found), true_pattern(world, pattern == "dependent enclave")
            clear += top["probability"] >= 0.8
            wrong += top["probability"] >= 0.8 and top["pattern"] != truth
    assert clear >= 10
    assert wrong <= binom.ppf(0.995, clear, 0.2)


def test_invariant_rows_and_names_of_organisations_change_nothing(introverted):
    study, clustering, balance, _ = introverted
    order = np.random.default_rng(1).permutation(study.organisations.height)
    shuffled = study.with_table("organisations", study.organisations[order])
    first = missing_link_patterns(study, clustering, balance, draws=199, rng=1)
    again = missing_link_patterns(shuffled, clustering, balance, draws=199, rng=1)
    assert again.patterns.equals(first.patterns)
    known = ["sign", "value", "n", "finding"]
    assert_frame_equal(again.signs.select(known), first.signs.select(known), rel_tol=1e-9)


def test_trust_is_read_off_a_survey(introverted):
    study, clustering, balance, world = introverted
    answers = pl.DataFrame({
        "unit_id": study.organisations["org_id"], "indicator": "trust", "year": 2022,
        "value": np.where(world.truth.cluster == 0, 0.3, 0.7) + np.linspace(0, 0.1, 500),
    })  # fmt: skip
    asked = study.with_table("outcomes", answers)
    found = missing_link_patterns(asked, clustering, balance, draws=99, rng=1)
    trust = found.signs.filter(cluster_id="c0", sign="trust").row(0, named=True)
    assert trust["value"] == pytest.approx(-0.4, abs=0.05)
    assert trust["finding"] == "below"


def test_backward_linkage_of_those_owned_abroad(introverted):
    study, clustering, balance, world = introverted
    org = study.organisations
    members = np.flatnonzero(world.truth.cluster == 0)
    abroad = org.filter(pl.col("country") != org["country"][int(members[0])])["org_id"][0]
    owner = [None] * org.height
    for k in members[:20]:
        owner[k] = abroad
    owned = study.with_table(
        "organisations", org.with_columns(owner_id=pl.Series(owner), kind=pl.lit("sme"))
    )
    found = missing_link_patterns(owned, clustering, balance, draws=99, rng=1)
    row = found.signs.filter(cluster_id="c0", sign="backward linkage").row(0, named=True)
    bought = study.linkages.filter(
        pl.col("target").is_in(org["org_id"][members[:20]].implode())
    )
    assert row["n"] == bought.filter(pl.col("source") != pl.col("target")).height
    assert 0 < row["low"] < row["value"] < row["high"] < 1


def test_skill_upgrading_by_hand(introverted):
    study, clustering, balance, world = introverted
    ids = study.organisations["org_id"].filter(pl.Series(world.truth.cluster == 0))[:10]
    made = pl.DataFrame(
        {
            "establishment_id": [f"m{k}" for k in range(10)],
            "org_id": ids,
            "function": "production",
            "jobs": 10.0,
            "opened": date(1990, 1, 1),
        }
    )
    lab = made.with_columns(pl.col("establishment_id").str.replace("m", "r"),
                            function=pl.lit("research"), opened=date(2020, 1, 1))  # fmt: skip
    sites = study.with_table("establishments", pl.concat([made, lab]))
    found = missing_link_patterns(sites, clustering, balance, draws=99, rng=1)
    row = found.signs.filter(cluster_id="c0", sign="skill upgrading").row(0, named=True)
    assert row["value"] == pytest.approx(0.5)
    assert row["n"] == 10


def test_planned_ends_are_not_the_present(introverted):
    study, *_ = introverted
    begun = study.linkages.with_columns(start=pl.lit(date(2015, 1, 1)),
                                        end=pl.lit(date(2045, 1, 1)))  # fmt: skip
    bare = study.organisations.with_columns(
        opened=pl.lit(None, pl.Date), closed=pl.lit(None, pl.Date)
    )
    alone = replace(
        study.with_table("organisations", bare).with_table("linkages", begun),
        establishments=study.establishments.head(0), outcomes=study.outcomes.head(0),
    )  # fmt: skip
    assert last_year(alone) == 2015
    only_ends = begun.with_columns(start=pl.lit(None, pl.Date), end=pl.lit(date(2019, 1, 1)))
    assert last_year(replace(alone, linkages=only_ends)) == 2019


def test_bad_input_is_refused(introverted):
    study, clustering, balance, _ = introverted
    with pytest.raises(InvalidArgument, match="at least 1"):
        missing_link_patterns(study, clustering, balance, draws=0)
    strange = replace(clustering, clusters=clustering.clusters.head(0))
    with pytest.raises(InvalidArgument, match="other clusters"):
        missing_link_patterns(study, strange, balance)
    with pytest.raises(InvalidArgument, match="notable"):
        PatternRule(notable=0.5)


def test_a_balance_without_rows_is_told(introverted):
    study, clustering, balance, _ = introverted
    nothing = replace(balance, balance=balance.balance.head(0), fits=balance.fits.head(0))
    found = missing_link_patterns(study, clustering, nothing, draws=9, rng=1)
    assert not found.patterns.height
    assert "No cluster" in str(found)


@pytest.mark.parametrize("which", ["one point", "only inside"])
def test_clusters_without_a_model_are_listed_with_the_reason(introverted, which):
    study, clustering, *_ = introverted
    if which == "one point":
        at = {"longitude": pl.lit(5.0), "latitude": pl.lit(50.0)}
        study = study.with_table("organisations", study.organisations.with_columns(**at))
    else:
        own = clustering.members.filter(cluster_id="c0")["org_id"].implode()
        inside = study.linkages.filter(
            pl.col("source").is_in(own) & pl.col("target").is_in(own)
        )
        study = study.with_table("linkages", inside)
    balance = scale_balance(study, clustering, draws=19, rng=1)
    reason = balance.untested.filter(cluster_id="c0")["reason"]
    assert reason.to_list() == ["not fitted: ties touch fewer than two zones"]
    assert "2 pairs of cluster and layer could not be tested" in str(balance)
    found = missing_link_patterns(study, clustering, balance, draws=9, rng=1)
    assert found.untested["cluster_id"].to_list() == ["c0", "c1"]
    assert "2 pairs" in str(found)


def test_no_country_no_city_no_owner_and_one_member(introverted):
    study, clustering, balance, _ = introverted
    bare = study.organisations.with_columns(
        country=pl.lit(None, pl.String), city=pl.lit(None, pl.String),
        longitude=pl.lit(None, pl.Float64), latitude=pl.lit(None, pl.Float64),
        opened=pl.lit(None, pl.Date),
    )  # fmt: skip
    one = replace(clustering, members=clustering.members.unique("cluster_id", keep="first"))
    found = missing_link_patterns(
        study.with_table("organisations", bare), one, balance, draws=9, rng=1
    )
    reasons = dict(found.signs.filter(cluster_id="c0").select("sign", "reason").iter_rows())
    assert "city" in reasons["dispersion"]
    assert "only 0" in reasons["anchor dependence"]
    assert found.patterns.height
