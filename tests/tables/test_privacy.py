"""Nobody who may not be named is named, and nobody stands alone on a map."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline import Study
from buzzline.errors import InvalidArgument
from buzzline.tables.privacy import (
    PublicRule,
    blurred,
    is_withheld,
    may_be_named,
    only_named,
    pseudonymous,
)
from buzzline.tables.quality import Finding, Quality
from buzzline.tables.study import About
from buzzline.tables.worlds import make_world

RULE = PublicRule()


def small() -> Study:
    return Study.of(
        about=About(quality=Quality(findings=(
            Finding("organisations", "city", "r", "note", 1, (3,), ("Prato",), "Mend it."),
        ), set_aside={"organisations": pl.DataFrame({"org_id": ["z"]})})),
        organisations=pl.DataFrame({
            "org_id": ["a", "b", "c", "d"], "name": ["Aria", "Bora", "Cima", "Duna"],
            "kind": ["sme", "university", None, "sme"], "jobs": [3.0, 900.0, None, 250.0],
            "owner_id": ["b", None, "a", None],
        }),
        linkages=pl.DataFrame({
            "source": ["a", "b"], "target": ["b", "d"], "layer": ["advice"] * 2,
            "observed_by": ["Aria's answer", "Project X"],
        }),
        outcomes=pl.DataFrame({
            "unit_id": ["a", "Prato"], "indicator": ["sales"] * 2, "year": [2010] * 2,
            "value": [1.0, 2.0],
        }),
        spells=pl.DataFrame({"person_id": ["p"], "org_id": ["a"], "start": [date(2010, 1, 1)]}),
    )  # fmt: skip


def test_by_hand_who_may_be_named():
    assert may_be_named(small(), RULE).tolist() == [False, True, False, True]
    strict = PublicRule(named_from_jobs=1000.0, named_kinds=())
    assert not may_be_named(small(), strict).any()


def test_by_hand_every_trace_of_the_withheld_is_gone():
    study = pseudonymous(small(), RULE, rng=1)
    a, b, c, d = study.organisations["org_id"]
    assert (b, d) == ("b", "d")
    assert {a, c} == {"withheld-1", "withheld-2"}
    assert study.organisations["name"].to_list() == [None, "Bora", None, "Duna"]
    assert study.organisations["owner_id"].to_list() == ["b", None, a, None]
    assert study.linkages["source"].to_list() == [a, "b"]
    assert study.outcomes["unit_id"].to_list() == [a, "Prato"]
    assert study.spells["org_id"].to_list() == [a]
    everything = " ".join(
        value
        for name in Study.names()
        for column in getattr(study, name).iter_columns()
        if column.dtype == pl.String
        for value in column.drop_nulls()
    )
    assert not any(word in everything for word in ("Aria", "Cima", "Project X", "answer"))
    assert study.about.quality.findings[0].examples == ()
    assert not study.about.quality.set_aside


def test_pseudonyms_follow_nothing_in_the_tables():
    study = make_world(organisations=400, clusters=2, rng=1).study
    hidden = pseudonymous(study, RULE, rng=1).organisations["org_id"]
    drawn = hidden.filter(pl.Series(is_withheld(hidden))).str.extract(r"(\d+)$").cast(pl.Int64)
    assert abs(np.corrcoef(np.arange(drawn.len()), drawn)[0, 1]) < 0.15
    again = pseudonymous(study, RULE, rng=1).organisations["org_id"]
    assert hidden.equals(again)
    assert not hidden.equals(pseudonymous(study, RULE, rng=2).organisations["org_id"])


def test_only_named_keeps_their_ties():
    named = only_named(pseudonymous(small(), RULE, rng=1))
    assert named.organisations["org_id"].to_list() == ["b", "d"]
    assert named.linkages.select("source", "target").rows() == [("b", "d")]


@pytest.mark.parametrize("k", [3, 5, 10])
def test_invariant_nobody_withheld_stands_alone(k: int):
    study = pseudonymous(make_world(organisations=500, clusters=3, rng=2).study, RULE, rng=1)
    groups = study.organisations.select("org_id", cluster_id=pl.col("industry"))
    map_ = blurred(study, PublicRule(smallest_group=k), groups).organisations
    hidden = map_.filter(pl.Series(is_withheld(map_["org_id"])))
    placed = hidden.filter(pl.col("longitude").is_not_null())
    assert placed.height > hidden.height / 2
    alike = placed.group_by("longitude", "latitude", "industry").len()
    assert alike["len"].min() >= k
    assert hidden.drop_nulls("country").group_by("country", "industry").len()["len"].min() >= k
    assert hidden["city"].null_count() == hidden["jobs"].null_count() == hidden.height
    named = ~is_withheld(map_["org_id"])
    assert map_.filter(pl.Series(named)).equals(study.organisations.filter(pl.Series(named)))


def test_refusals_say_the_remedy():
    with pytest.raises(InvalidArgument, match="at least 2"):
        PublicRule(smallest_group=1)
    odd = Study.of(organisations=pl.DataFrame({"org_id": ["withheld-7"]}))
    with pytest.raises(InvalidArgument, match="another identifier"):
        pseudonymous(odd, RULE)


def test_by_hand_whom_an_initiative_addresses_has_a_pseudonym_too():
    towns = pl.DataFrame({"place_id": ["Prato"]})
    rows = pl.DataFrame({
        "initiative_id": list("12345"), "target": ["a", "b", "Prato", "Aria", None],
    })  # fmt: skip
    study = small().with_table("places", towns).with_table("initiatives", rows)
    hidden = pseudonymous(study, RULE, rng=1)
    own = hidden.organisations["org_id"][0]
    targets = hidden.initiatives["target"].to_list()
    assert targets == [own, "b", "Prato", "withheld-target-1", None]
