"""Results of a pseudonymous study as they may be shown to everybody."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from buzzline import candidate_clusters
from buzzline.export.publishing import TOLD_BY_SUMS, publisher
from buzzline.export.sentences import Cut, public_text
from buzzline.investment.ownership import Ownership
from buzzline.tables.privacy import PublicRule, pseudonymous
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world

RULE = PublicRule(smallest_group=3)


def study() -> Study:
    frame = pl.DataFrame({
        "org_id": list("abcdefg"), "kind": ["sme"] * 6 + ["university"],
        "industry": ["shoes"] * 4 + ["yachts"] * 2 + [None],
    })  # fmt: skip
    return pseudonymous(Study.of(organisations=frame), RULE, rng=1)


def test_by_hand_rows_about_somebody_go_and_texts_lose_the_name():
    cutter = publisher(study(), None, RULE)
    frame = pl.DataFrame({
        "org_id": ["withheld-2", "g"],
        "text": ["x", "without withheld-site-04 and withheld-3 it breaks"],
    })  # fmt: skip
    cut = cutter.frame(frame, "members")
    assert cut.rows() == [("g", "without name withheld and name withheld it breaks")]
    assert cutter.cut.n_rows == {"members": 1}
    assert "1 row" in str(cutter.cut)


def test_by_hand_groups_too_small_go():
    cutter = publisher(study(), None, RULE)
    frame = pl.DataFrame({"industry": ["shoes", "yachts", "unknown", None], "value": [1.0] * 4})
    assert cutter.frame(frame, "x")["industry"].to_list() == ["shoes", "unknown", None]


def test_by_hand_rows_of_too_few_go():
    cutter = publisher(study(), None, PublicRule(smallest_group=5))
    frame = pl.DataFrame({"cluster_id": ["k"] * 4, "n_members": [0, 4, 5, 23]})
    assert cutter.frame(frame, "clusters")["n_members"].to_list() == [0, 5, 23]


def test_by_hand_the_middle_of_a_cluster_is_that_of_a_cell():
    cutter = publisher(study(), None, RULE)
    frame = pl.DataFrame({"cluster_id": ["k"], "longitude": [11.097], "latitude": [-43.9]})
    assert cutter.frame(frame, "x").row(0)[1:] == (11.125, -43.875)


def test_what_singles_out_is_shown_only_where_an_office_has_published_it():
    cutter = publisher(study(), None, RULE)
    assert "sites" in cutter.why_not("hot_spots")
    assert "places" in cutter.why_not("variety")
    assert not cutter.why_not("gatekeepers")
    jobs = pl.DataFrame({"place_id": ["p"], "industry": ["shoes"], "jobs": [900.0]})
    office = publisher(study().with_table("employment", jobs), None, RULE)
    assert office.why_not("hot_spots")
    assert not office.why_not("variety")


def test_invariant_no_frame_of_a_record_tells_of_anybody():
    world = make_world(organisations=600, clusters=3, rng=1).study
    hidden = pseudonymous(world, RULE, rng=1)
    found = candidate_clusters(hidden, draws=49, rng=1)
    cutter = publisher(hidden, found, PublicRule(smallest_group=12))
    shown = cutter.record(found, "clusters")
    assert shown.clusters.height <= found.clusters.height
    size = dict(found.members.group_by("cluster_id").len().iter_rows())
    assert {c for c, n in size.items() if n < 12} == set(cutter.small_clusters)
    assert not set(shown.clusters["cluster_id"]) & cutter.small_clusters
    assert not shown.members["org_id"].str.contains("withheld").any()
    assert set(shown.clusters["cluster_id"]) == cutter.clusters


def test_by_hand_a_record_says_of_the_whole_what_it_said_before_the_cut():
    groups = pl.DataFrame({
        "group": ["withheld-1", "g"], "name": [None, "Gamma"], "country": ["IT", "IT"],
        "value": [7, 4], "n_direct": [7, 4], "n_countries": [1, 1], "n_industries": [1, 1],
        "n_steps": [1, 1], "abroad": [0.0, 0.0], "abroad_low": [0.0] * 2,
        "abroad_high": [0.0] * 2,
    })  # fmt: skip
    none = pl.DataFrame()
    whole = Ownership(groups, none, none, none, none, None, ("3 ties set aside.",))
    shown = publisher(study(), None, RULE).record(whole, "ownership")
    assert shown.groups["group"].to_list() == ["g"]
    assert isinstance(shown, Ownership)
    said = str(shown)
    assert said == str(whole).replace("withheld-1", "one that may not be named")
    assert said.startswith("11 organisations are controlled by 2 ultimate owners")
    assert str(replace(shown, groups=groups.clear())) == said


def test_by_hand_a_sentence_on_a_row_that_was_cut_goes():
    cut = Cut(pairs={("St. Pölten", "Graz")}, unbroken={"St. Pölten"})
    text = "9 of 54 deals. Most from St. Pölten into Graz, 2 deals. By chance 1."
    told = "9 of 54 deals. (A sentence is withheld: it tells of too few.) By chance 1."
    assert public_text(text, cut) == told
    assert public_text(text, Cut(["Graz"], unbroken={"St. Pölten"})) == told
    back = "9 of 54 deals. Most from Graz into St. Pölten, 9 deals. By chance 1."
    assert public_text(back, cut) == back
    assert public_text(back, Cut(["Gra", "olten"])) == back


def test_by_hand_cells_of_none_cannot_be_told_from_cells_of_few():
    cutter = publisher(study(), None, PublicRule(smallest_group=5))
    pairs = pl.DataFrame({
        "origin": list("abc"), "destination": list("bca"), "value": [0, 9, 9],
        "n_groups": [0, 3, 6],
    })  # fmt: skip
    assert cutter.frame(pairs, "cluster_investments")["origin"].to_list() == ["c"]


def test_by_hand_strata_go_by_every_count_and_by_groups_nobody_knows():
    cutter = publisher(study(), None, PublicRule(smallest_group=5))
    strata = pl.DataFrame({
        "from_clusters": [12, 3, 12, 12], "elsewhere": [8] * 4, "n": [0, 20, 20, 20],
        "n_groups": [0, 9, None, 9], "stratum": list("wxyz"),
    })  # fmt: skip
    assert cutter.frame(strata, "investment_odds_strata")["stratum"].to_list() == ["z"]


def test_what_sums_or_rates_tell_exactly_is_left_out():
    cutter = publisher(study(), None, PublicRule(smallest_group=5))
    for name in TOLD_BY_SUMS:
        frame = pl.DataFrame({"value": [1.0]})
        assert not cutter.frame(frame, name).height
        assert cutter.cut.n_rows[name] == 1
