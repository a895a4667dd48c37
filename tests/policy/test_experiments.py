"""Experiments: cases that share their luck, and contrasts between them."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.source import ROOT

from buzzline.errors import InvalidArgument
from buzzline.policy.experiments import keeping
from buzzline.policy.experiments.contrasting import answer, contrasts_table, weighted
from buzzline.policy.experiments.costa_rica import EIGHT_APART, NOBODY
from buzzline.policy.experiments.design import (
    Case,
    Contrast,
    Experiment,
    Outcome,
    Playing,
    Size,
)
from buzzline.policy.experiments.doubting import disputed_values
from buzzline.policy.experiments.keeping import kept_or_played
from buzzline.policy.experiments.outcomes import KNOWLEDGE, OUTPUT, At
from buzzline.policy.experiments.recorded import Recorded
from buzzline.policy.experiments.registry import EXPERIMENTS
from buzzline.policy.experiments.running import _sentence, experiment, run_of
from buzzline.policy.experiments.scenes import equals
from buzzline.policy.experiments.telling import digest_of
from buzzline.simulation.parameters import PARAMETER
from buzzline.simulation.running import Work

TINY = Size(runs=3, steps=8, places=3, organisations=6)


PLAYED: list[str] = []
OFFSET = 2.0


def play_by_hand(case, how):
    PLAYED.append(case.name)
    return {"k": np.arange(how.size.runs) + float(case.name == "with")}


def of(cases, contrasts, outcomes=(KNOWLEDGE,), **more) -> Experiment:
    return Experiment(
        "0", "tiny", "Is it?", "By hand.", "If it is.", tuple(cases), tuple(outcomes),
        tuple(contrasts), "", "", **more,
    )  # fmt: skip


def at_place(title: str, **values: float) -> Case:
    return Case(title, title, equals, by_place={k: {0: v} for k, v in values.items()})


@pytest.mark.parametrize("one", EXPERIMENTS, ids=lambda one: one.name)
def test_every_experiment_is_whole(one):
    cases, outcomes = {case.name for case in one.cases}, {o.name for o in one.outcomes}
    assert len(cases) == len(one.cases)
    assert one.question.endswith("?")
    assert one.design
    assert one.rule
    assert one.limits
    assert one.source
    assert set(one.sizes) == {"small", "usual", "large"}
    assert one.sizes["usual"].runs >= 30 or one.play is not None
    for contrast in one.contrasts:
        assert set(contrast.weights) <= cases
        assert contrast.outcome in outcomes
        assert contrast.asks.endswith("?")
        assert sum(contrast.weights.values()) == pytest.approx(0)
        assert contrast.source or contrast.claim == "open"
    for case in one.cases:
        for name in (*case.settings, *case.by_place):
            assert name in PARAMETER


def test_names_and_numbers_are_each_given_once():
    assert len({one.name for one in EXPERIMENTS}) == len(EXPERIMENTS)
    assert len({one.number for one in EXPERIMENTS}) == len(EXPERIMENTS)


def test_a_contrast_by_hand():
    found = {
        "both": {"k": np.array([4.0, 5.0, 6.0])}, "a": {"k": np.array([2.0, 2.0, 3.0])},
        "b": {"k": np.array([1.0, 2.0, 1.0])}, "none": {"k": np.array([0.0, 1.0, 1.0])},
    }  # fmt: skip
    asked = Contrast("sum", "?", {"both": 1, "a": -1, "b": -1, "none": 1}, "k")
    np.testing.assert_array_equal(weighted(asked, found), [1, 2, 3])
    outcome = Outcome("k", "k", "units", lambda recorded: np.zeros(3), 0.5)
    table = contrasts_table(of([], [asked], [outcome]), found, 0.95)
    assert table["value"][0] == 2
    assert table["unit"][0] == "units"


@pytest.mark.parametrize(
    ("claim", "finding", "said"),
    [
        ("above", "above", "as claimed"), ("above", "below", "not as claimed"),
        ("above", "none", "not as claimed"), ("none", "none", "as claimed"),
        ("none", "exactly none", "as claimed"),
        ("above", "exactly none", "does not act here"), ("below", "open", "cannot tell"),
        ("open", "above", "nobody claims"), ("above", "too few runs", "cannot tell"),
    ],
)  # fmt: skip
def test_what_is_found_is_held_against_what_is_claimed(claim, finding, said):
    assert answer(claim, finding) == said


def test_cases_that_are_the_same_are_exactly_the_same():
    same = [at_place("one", global_share=0.1), at_place("other", global_share=0.1)]
    contrast = Contrast("same", "?", {"one": 1, "other": -1}, "knowledge_relative")
    found = run_of(of(same, [contrast]), TINY, rng=3)
    assert found.contrasts["finding"][0] == "exactly none"


def _offset():
    return OFFSET


def _with_offset(case, how):
    return {"k": np.zeros(how.size.runs) + _offset()}


def _with_mean(case, how):
    return {"k": np.mean(np.arange(3.0)) + np.zeros(how.size.runs)}


def _with_largest(case, how):
    return {"k": np.max(np.arange(3.0)) + np.zeros(how.size.runs)}


_with_largest.__qualname__ = _with_mean.__qualname__


def _kept_under(play, how=None, **more):
    how = how or Playing(TINY, 1, "full")
    return digest_of((at_place("one"), how.outcomes, how.work.every, play), *more.items())


def test_cases_are_kept_under_all_that_a_play_of_ones_own_depends_on(monkeypatch):
    assert _kept_under(_with_mean) == _kept_under(_with_mean)
    # the same code but for the names in it
    assert _with_mean.__code__.co_code == _with_largest.__code__.co_code
    assert _kept_under(_with_mean) != _kept_under(_with_largest)
    before = _kept_under(_with_offset)
    monkeypatch.setitem(globals(), "OFFSET", 3.0)  # in a function that it calls
    assert _kept_under(_with_offset) != before


def test_a_play_of_ones_own_is_played_again_for_other_outcomes_or_records(tmp_path):
    case, k = at_place("with"), Outcome("k", "k", "", At("knowledge"), 0.1)
    how = Playing(TINY, 1, "full", (k,), Work(folder=str(tmp_path)))
    PLAYED.clear()
    for some in (
        how, how, replace(how, outcomes=(replace(k, margin=0.2),)),
        replace(how, work=Work(folder=str(tmp_path), every=2)),
    ):  # fmt: skip
        kept_or_played(case, some, play=play_by_hand)
    assert len(PLAYED) == 3
    for path in tmp_path.iterdir():
        path.write_bytes(path.read_bytes()[:-9] + bytes(9))
    kept_or_played(case, how, play=play_by_hand)  # damaged
    assert len(PLAYED) == 4
    PLAYED.clear()


def test_another_version_of_the_policy_code_plays_again(tmp_path, monkeypatch):
    how = Playing(TINY, 1, "full", work=Work(folder=str(tmp_path)))
    kept_or_played(at_place("with"), how, play=play_by_hand)
    monkeypatch.setattr(keeping, "code_digest", lambda packages: "another")
    kept_or_played(at_place("with"), how, play=play_by_hand)
    assert len(list(tmp_path.iterdir())) == 2
    assert "buzzline.policy" in keeping.CODE
    PLAYED.clear()


def test_the_order_of_cases_changes_no_number():
    cases = [at_place("closed", global_share=0.0), at_place("open", global_share=0.6)]
    contrast = Contrast("open", "?", {"open": 1, "closed": -1}, "knowledge_relative")
    one, other = (run_of(of(order, [contrast]), TINY, rng=3) for order in (cases, cases[::-1]))
    assert one.contrasts.equals(other.contrasts, null_equal=True)


def test_an_interrupted_experiment_goes_on_from_its_folder(tmp_path):
    cases = [at_place("closed", global_share=0.0), at_place("open", global_share=0.6)]
    contrast = Contrast("open", "?", {"open": 1, "closed": -1}, "knowledge_relative")
    work = Work(folder=str(tmp_path))
    whole = run_of(of(cases, [contrast]), TINY, rng=3)

    def interrupt(what: str, done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_of(of(cases, [contrast]), TINY, rng=3, work=work, progress=interrupt)
    kept = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.parquet")}
    assert len(kept) == 1
    again = run_of(of(cases, [contrast]), TINY, rng=3, work=work)
    assert again.contrasts.equals(whole.contrasts, null_equal=True)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    run_of(of(cases, [contrast]), TINY, rng=4, work=work)  # other luck is another case
    assert len(list(tmp_path.glob("*.parquet"))) == 4


def test_an_experiment_can_have_a_model_of_its_own(tmp_path):
    outcome = Outcome("k", "k", "units", lambda recorded: np.zeros(3), 0.5)
    cases = [at_place("with"), at_place("without")]
    contrast = Contrast("more", "?", {"with": 1, "without": -1}, "k", "above", "us")
    asked = of(cases, [contrast], [outcome], play=play_by_hand)
    for _ in range(2):
        size = replace(TINY, runs=8)  # alike in 3 runs may be luck: p is 1/4, in 8 runs 1/128
        found = run_of(asked, size, rng=1, work=Work(folder=str(tmp_path)))
        assert found.contrasts["value"][0] == 1
        assert found.contrasts["answer"][0] == "as claimed"
    assert PLAYED == ["with", "without"]


def test_recorded_places_by_hand():
    values = np.array([[[[1.0], [3.0], [np.nan]]], [[[2.0], [np.nan], [4.0]]]])
    found = Recorded(("k",), values, ("k",), values[:, :, 0], np.array([4]), (0, 1))
    assert found.at("k").tolist() == [2, 2]
    assert found.at("k", how="sum").tolist() == [4, 2]
    assert found.at("k", "all", how="highest").tolist() == [3, 4]
    assert np.isnan(found.at("k", "others")[0])
    with pytest.raises(InvalidArgument, match="no quantity 'q'"):
        found.at("q")


def test_disputed_values_cover_their_ranges_evenly():
    drawn = disputed_values(5, 20)
    for name, values in ((n, [one[n] for one in drawn]) for n in drawn[0]):
        low, high = PARAMETER[name].contested
        slices = np.floor(20 * (np.array(values) - low) / (high - low)).astype(int)
        assert sorted(slices) == list(range(20)), name


def test_where_nothing_matters_is_said_of_disputed_parameters():
    cases = [at_place("low", trust_commons=0.1), at_place("high", trust_commons=0.8)]
    contrast = Contrast("trust", "?", {"high": 1, "low": -1}, "knowledge_relative")
    size = Size(runs=12, steps=8, places=3, organisations=6)
    found = run_of(of(cases, [contrast]), size, model="disputed", rng=3)
    assert 0 < found.doubts.height <= 5
    assert found.doubts["status"].unique().to_list() == ["tested"]
    assert found.doubts["p"].is_sorted()


def test_a_small_run_by_number_has_a_value_in_every_case():
    found = experiment(name="4", size="small", runs=3, rng=2)
    assert found.name == "costa-rica"
    assert found.contrasts["finding"].is_in(["too few runs"]).sum() == 0
    assert found.cases.filter(pl.col("value").is_null()).height == 0


def test_order_of_the_scenarios_in_the_minimal_core():
    # D4b: trust for all helps much, for a quarter less
    found = experiment(name="medellin", size="small", model="minimal", rng=2)
    said = dict(found.contrasts.select("contrast", "finding").iter_rows())
    assert said["trust_helps"] == "above"
    assert said["coverage"] == "above"


def test_markets_are_known_by_those_with_links():
    outcome = OUTPUT
    cases = [at_place("closed", global_share=0.0), at_place("open", global_share=0.6)]
    contrast = Contrast("open", "?", {"open": 1, "closed": -1}, outcome.name)
    found = run_of(of(cases, [contrast], [outcome]), TINY, rng=3)
    assert found.contrasts["n"][0] == 3


def test_affiliates_of_the_country_have_owners_abroad_and_locals_none():
    size = Size(runs=1, steps=1, places=4, organisations=12)
    nobody, apart = NOBODY(size, 1), EIGHT_APART(size, 1)
    assert (nobody.owner >= 0).sum() == 0
    owned = apart.owner >= 0
    assert owned.sum() == 8
    assert set(apart.place[owned]) == set(apart.focal)
    assert not np.isin(apart.owner[owned], apart.focal).any()
    assert np.isin(apart.place, apart.focal).sum() == 12 + 8
    assert len(set(apart.places.nation[list(apart.focal)])) == 1


@pytest.mark.parametrize(
    ("choices", "said"),
    [({"name": "nothing"}, r"copies \(2\)"), ({"level": 1.0}, "between 0 and 1")],
)
def test_bad_input_is_refused(choices, said):
    with pytest.raises(InvalidArgument, match=said):
        experiment(**choices)


def test_by_hand_a_contrast_that_stands_alone_may_not_stand_among_many():
    luck = np.array([-1.0, 1.0, 0.0, 2.0, 3.0, 1.0])  # p is 0.14; of `sure` far below 0.01
    sure = np.array([10.0, 11.0, 10.0, 11.0, 10.0, 11.0])
    near = np.array([0.1, 1.0, 2.0, 0.2, 1.9, 1.0])  # p is 0.03 alone
    found = {"none": {"k": np.zeros(6)}, "sure": {"k": sure}, "near": {"k": near},
             "luck": {"k": luck}}  # fmt: skip
    asked = [Contrast("sure", "?", {"sure": 1, "none": -1}, "k", "above", "X"),
             Contrast("near", "?", {"near": 1, "none": -1}, "k", "above", "X"),
             *(Contrast(f"luck_{n}", "?", {"luck": 1, "none": -1}, "k") for n in range(6))]  # fmt: skip
    outcome = Outcome("k", "k", "times others", lambda recorded: np.zeros(6), 0.01)
    table = contrasts_table(of([], asked, [outcome]), found, 0.95)
    assert table["finding"][:2].to_list() == ["above", "perhaps above"]
    assert table["p"][1] < 0.05 < table["q"][1]
    assert table["answer"][:2].to_list() == ["as claimed", "cannot tell"]
    assert table["unit"][0] == "of the level of others"
    assert "Perhaps more" in _sentence(table.row(1, named=True))


def test_the_page_lists_every_experiment_once_with_its_question():
    page = (ROOT / "docs" / "explanation" / "experiments.md").read_text(encoding="utf-8")
    for one in EXPERIMENTS:
        assert page.count(f"| {one.number} | {one.name} | {one.question} | [") == 1, one.name
    listed = re.findall(r"^\| (?:CJ|\d+) \| [a-z-]+ \| .* \| \[", page, re.MULTILINE)
    assert len(listed) == len(EXPERIMENTS)
