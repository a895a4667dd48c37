"""What all signs say together: agreed, disagreed, open, and what would settle it."""

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.diagnosis.balances import (
    balance,
    balance_row,
    clustering,
    every_scale,
    study,
)

from buzzline import candidate_clusters, make_world, scale_balance
from buzzline.cli.demonstrating import MISSING, found_codes, matches
from buzzline.diagnosis import cluster_diagnosis
from buzzline.diagnosis.answers import answer
from buzzline.diagnosis.findings import CONFIDENCE_MEANING, findings_of
from buzzline.diagnosis.needs import NEEDS, not_made
from buzzline.diagnosis.signs import THEMES, Sign, reading_of, short, signs_table, theme_named
from buzzline.errors import InvalidArgument, TooFew


def diagnosed(rows, **choices):
    return cluster_diagnosis(study(), clustering(), balance(rows), **choices)


def found(rows, theme, **choices):
    return diagnosed(rows, **choices).findings.row(
        by_predicate=pl.col("theme") == theme, named=True
    )


def test_by_hand_agreed_signs_that_stay_are_firm_and_carry_their_numbers():
    said = found(every_scale(**{"global": 0.2}), "global ties")
    assert (said["answer"], said["confidence"]) == ("fewer than expected", "firm")
    assert (said["n_low"], said["n_middle"], said["n_high"], said["n_open"]) == (1, 0, 0, 0)
    told = "supply: 0.20 times [0.18, 0.22] what size, distance and borders give"
    assert said["evidence"] == told
    assert said["against"] == said["settled_by"] == ""


def test_by_hand_an_unstable_sign_is_only_likely_and_size_and_distance_do_without_borders():
    one = found([balance_row("global", 0.2, 1.1)], "global ties")
    assert one["confidence"] == "firm"
    assert one["evidence"].endswith("what size and distance give")
    moved = [balance_row("global", 0.2, 1.1, model=m, is_stable=False) for m in ("G1", "G2")]
    assert found(moved, "global ties")["confidence"] == "likely"


def test_by_hand_what_borders_explain_is_no_shortage_and_says_both():
    rows = [balance_row("global", 0.3, 1.1), balance_row("global", 1.0, 1.1, model="G2")]
    said = found(rows, "global ties")
    assert (said["answer"], said["confidence"]) == ("as many as expected", "likely")
    assert said["evidence"] == (
        "supply: 1.0 times [0.91, 1.1] what size, distance and borders give "
        "(0.30 times [0.27, 0.33] what size and distance give)"
    )


def test_by_hand_some_layers_short_and_others_not_is_weak():
    rows = [
        balance_row("global", 0.3, 1.1),
        balance_row("global", 1.0, 1.1, layer="research"),
    ]
    said = found(rows, "global ties")
    assert (said["answer"], said["confidence"]) == ("fewer than expected", "weak")
    assert "supply: 0.30 times" in said["evidence"]
    assert "research: 1.0 times" in said["against"]


def test_by_hand_layers_at_both_ends_are_different_questions_and_no_dispute():
    rows = [
        balance_row("global", 0.2, 1.1, layer="supply"),
        balance_row("global", 5.0, 1.1, layer="licences"),
    ]
    said = found(rows, "global ties")
    assert (said["answer"], said["confidence"]) == (
        "fewer in some layers, more in others", "weak",
    )  # fmt: skip
    assert (said["low_in"], said["middle_in"], said["high_in"]) == ("supply", "", "licences")
    assert diagnosed(rows).clusters["answer"][0] == (
        "Prato, IT (textiles) is short of global supply ties (supply: 0.20 times [0.18, 0.22] "
        "what size and distance give; weak, not of licences ties) and rich in global licences "
        "ties (licences: 5.0 times [4.5, 5.5] what size and distance give; weak, not in supply "
        "ties)."
    )


def test_by_hand_a_shortage_in_some_layers_is_named_with_the_layers_without():
    rows = [
        balance_row("national", times, 1.1, layer=layer)
        for layer, times in (("supply", 0.1), ("research", 0.2), ("licences", 1.0))
    ]
    said = diagnosed(rows).clusters["answer"][0]
    assert "is short of national supply and research ties (supply: 0.10 times" in said
    assert "weak, not of licences ties)" in said


def test_by_hand_signs_of_one_layer_against_each_other_are_disputed_and_have_no_answer():
    signs = [
        Sign("c", "l", "i", "global ties", "scale_balance", f"supply, {model}", reading)
        for model, reading in (("G1", "low"), ("G2", "high"))
    ]
    (said,) = findings_of(signs).to_dicts()
    assert (said["answer"], said["confidence"]) == ("signs point both ways", "disputed")
    assert said["settled_by"]


def test_by_hand_too_few_ties_are_open_and_say_how_many_more():
    rows = [
        balance_row("global", 0.6, 3.0, verdict="not enough links", n=74, n_needed=231),
        balance_row("global", 0.6, 3.0, verdict="not enough links", n=74, n_needed=231,
                    model="G2"),
    ]  # fmt: skip
    said = found(rows, "global ties")
    assert (said["answer"], said["confidence"]) == ("cannot be told", "open")
    assert said["settled_by"] == "157 more supply ties (231 in all)"
    first = diagnosed(rows).clusters.row(0, named=True)
    assert first["answer"] == (
        "Prato, IT (textiles): how it is tied cannot be told; 74 supply ties are too few; 231 "
        "would tell a halving."
    )
    assert first["open"].startswith("global ties, who carries the outside, ")
    assert first["settled_by"].startswith(said["settled_by"])


def test_by_hand_a_verdict_that_chance_gives_among_so_many_is_no_pole():
    by_chance = [balance_row("global", 0.2, 1.1, model=m, q=0.2) for m in ("G1", "G2")]
    said = found(by_chance, "global ties")
    assert said["confidence"] == "open"
    assert "chance gives one like it: p = 0.20" in said["reason"]
    assert found(by_chance, "global ties", level=0.7)["answer"] == "fewer than expected"


def test_by_hand_few_ties_of_the_commonest_scale_and_many_others_look_alike():
    """98 % are expected to be local; 84 % are: a fifth of them, or five times the others?"""
    local = {"expected_share": 0.98, "verdict": "as expected"}  # of ALIKE
    others = [balance_row(scale, 5.0, 1.2) for scale in ("regional", "national", "global")]
    short_of = found([balance_row("local", 0.84, 1.03, **local), *others], "local ties")
    assert short_of["confidence"] == "open"
    assert "look alike" in short_of["reason"]
    assert short_of["settled_by"].startswith("ties of several years in `linkages`")
    alone = found([balance_row("local", 0.84, 1.03, **local)], "local ties")
    assert alone["confidence"] == "open"


@pytest.mark.parametrize("spread", [1.08, 1.02])
def test_by_hand_the_commonest_scale_is_as_expected_only_where_its_odds_are_known(spread):
    """Planted: half the local ties are missing, 79 % are expected, 77 % are there."""
    row = balance_row("local", 0.97, spread, model="G2", expected_share=0.79)
    said = found([row | {"verdict": "as expected"}], "local ties")
    assert said["confidence"] == ("open" if spread > 1.05 else "likely")
    known = row | {"verdict": "as expected", "odds_low": -0.6, "odds_high": 0.1}
    assert found([known], "local ties")["confidence"] == "open"


def test_by_hand_members_with_ties_are_counted_and_ties_to_oneself_are_not():
    first = diagnosed(every_scale()).clusters.row(0, named=True)
    assert (first["n_members"], first["n_tied"], first["n_ties"]) == (4, 2, 2)
    assert (first["n_questions"], first["n_firm"], first["n_open"]) == (13, 4, 9)


def test_by_hand_the_answer_names_poles_with_numbers_then_what_is_as_expected():
    said = diagnosed(every_scale(local=2.0, **{"global": 0.2})).clusters["answer"][0]
    assert said == (
        "Prato, IT (textiles) is short of global ties (supply: 0.20 times [0.18, 0.22] what "
        "size, distance and borders give; firm) and rich in local ties (supply: 2.0 times [1.8, "
        "2.2] what size, distance and borders give; firm), and has as many regional and national "
        "ties as expected."
    )
    plain = diagnosed(every_scale()).clusters["answer"][0]
    assert plain == (
        "Prato, IT (textiles) has the local, regional, national and global ties that size, "
        "distance and borders give."
    )


def test_special_case_untested_layers_are_open_with_their_reason():
    none = balance([], [("c", "Prato, IT", "textiles", "supply", "it has 3 ties")])
    said = cluster_diagnosis(study(), clustering(), none)
    assert set(said.findings["confidence"]) == {"open"}
    ties = said.findings.filter(pl.col("theme").str.ends_with(" ties"))
    assert set(ties["reason"]) == {"it has 3 ties"}
    assert all(each.endswith("; so far: it has 3 ties") for each in ties["settled_by"])
    assert said.clusters["answer"][0] == (
        "Prato, IT (textiles): how it is tied cannot be told; it has 3 ties."
    )
    assert said.signs.filter(analysis="scale_balance").height == 4


def test_special_case_no_cluster_and_no_such_cluster_are_refused():
    with pytest.raises(TooFew, match="no cluster"):
        cluster_diagnosis(study(), clustering(()), balance([]))
    with pytest.raises(InvalidArgument, match="no cluster 'x'; the first are c"):
        diagnosed(every_scale(), cluster="x")


def test_special_case_a_cluster_held_against_nothing_is_not_said_to_have_too_few_ties():
    said = diagnosed([])
    assert said.clusters["answer"][0] == (
        "Prato, IT (textiles): how it is tied cannot be told; its ties were held against nothing "
        "in this run."
    )
    assert set(said.findings["confidence"]) == {"open"}


@pytest.mark.parametrize("n", [74, 802])
def test_by_hand_ties_that_are_enough_are_not_called_few(n):
    row = {"verdict": "not enough links", "n": n, "n_needed": 231}
    said = found([balance_row("global", 0.6, 3.0, **row)], "global ties")
    assert ("too few" in said["reason"]) is (n == 74)
    assert ("yardstick is too uncertain" in said["reason"]) is (n == 802)
    assert said["settled_by"].startswith("157 more" if n == 74 else "further ties of others")


def test_invariant_whatever_is_open_names_what_would_settle_it():
    few = {"verdict": "not enough links", "n": 802, "n_needed": 45}
    by_chance = balance_row("regional", 0.2, 1.1, q=0.5)
    none = [("c", "Prato, IT", "textiles", "supply", "")]
    said = cluster_diagnosis(
        study(), clustering(),
        balance([balance_row("global", 0.6, 3.0, **few), by_chance], none),
    ).findings  # fmt: skip
    open_ = said.filter(pl.col("confidence").is_in(["open", "disputed"]))
    assert open_.height == 13
    assert all(re.match(r"[a-z0-9][a-z0-9,]* ", each) for each in open_["settled_by"])


def test_by_hand_the_answer_goes_on_with_what_is_likely_beyond_the_scales():
    sign = Sign("c", "Prato", "textiles", "distant pipelines", "buzz_and_pipelines", "", "low",
                sentence="pipelines a member: 0.50 times [0.3, 0.7] those of others")  # fmt: skip
    said = answer("Prato", "textiles", findings_of([sign]))
    assert said.endswith(
        "Further, distant pipelines: fewer than others (pipelines a member: 0.50 times "
        "[0.3, 0.7] those of others; likely)."
    )


def test_collapse_one_cluster_alone_says_what_it_says_among_all():
    both = [
        *every_scale(**{"global": 0.2}),
        *[row | {"cluster_id": "d"} for row in every_scale(local=3.0)],
    ]
    all_ = cluster_diagnosis(study(), clustering(("c", "d")), balance(both))
    one = cluster_diagnosis(study(), clustering(("c", "d")), balance(both), cluster="d")
    assert one.findings.equals(all_.findings.filter(cluster_id="d"))
    assert one.clusters.equals(all_.clusters.filter(cluster_id="d"), null_equal=True)
    assert all_.clusters["cluster_id"].to_list() == ["c", "d"]


READINGS = st.sampled_from(["low", "middle", "high", "open"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(READINGS, st.booleans()), min_size=1, max_size=6), st.randoms())
def test_invariant_confidence_does_not_depend_on_the_order_of_signs(read, random):
    signs = [
        Sign("c", "l", "i", "what breaks", "redundancy", str(k), reading, is_stable=stable)
        for k, (reading, stable) in enumerate(read)
    ]
    mixed = list(signs)
    random.shuffle(mixed)
    columns = ["answer", "confidence", "n_low", "n_middle", "n_high", "n_open"]
    first, second = (findings_of(each).select(columns) for each in (signs, mixed))
    assert first.equals(second)
    readings = {reading for reading, _ in read}
    confidence = first["confidence"][0]
    assert (confidence == "open") is (readings == {"open"})
    assert (confidence == "disputed") is ({"low", "high"} <= readings)
    if confidence == "firm":
        assert len(readings - {"open"}) == 1


def test_by_hand_readings_of_intervals_and_short_numbers():
    assert reading_of(0.5, 0.9, at=1.0) == "low"
    assert reading_of(float("nan"), 1.0) == "open"
    assert short(-0.5) == "-0.50"
    assert short(0) == "0"


def test_every_theme_has_its_words_and_every_word_of_confidence_a_meaning():
    assert all(theme.question.endswith("?") for theme in THEMES)
    assert theme_named("what breaks").says("open") == "cannot be told"
    assert set(CONFIDENCE_MEANING) == {"firm", "likely", "weak", "disputed", "open"}
    assert signs_table([]).height == 0
    assert set(NEEDS) > {"gatekeepers", "redundancy"}
    assert not not_made({"gatekeepers": "there"}).height
    assert answer("a", "b", findings_of([])).endswith("how it is tied.")


def test_recovers_planted_imbalances_and_says_nothing_false():
    world = make_world(organisations=3000, clusters=6, missing=MISSING, rng=7)
    found = candidate_clusters(world.study, draws=199, rng=1)
    compared = scale_balance(world.study, found, draws=499, rng=1)
    said = cluster_diagnosis(world.study, found, compared).findings
    match = matches(world, found_codes(world, found))
    right = 0
    for planted, factors in MISSING.items():
        for scale, factor in factors.items():
            if scale == "local":  # most ties are local: cannot be told from many others
                continue
            its = found.clusters["cluster_id"][match[planted]]
            told = said.filter(cluster_id=its, theme=f"{scale} ties")["answer"][0]
            words = "fewer than expected" if factor < 1 else "more than expected"
            assert told in (words, "cannot be told")
            right += told == words
    assert right >= 2
