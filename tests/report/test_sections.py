"""Sections of the report, one a stage: where a cluster begins and ends, tested twice."""

from __future__ import annotations

import re
from dataclasses import replace
from importlib.resources import files

import polars as pl
import pytest
from markupsafe import escape

from buzzline.agglomeration import concentration
from buzzline.clusters import (
    FIRST_TEST_ONLY,
    candidate_clusters,
    delineation,
    distinctness,
    membership,
    separation,
)
from buzzline.clusters.clustering import TESTED_BESIDE
from buzzline.clusters.delineation_words import headline
from buzzline.export.places import RANKED, member_types
from buzzline.export.writing import about_lines
from buzzline.linkages import scale_balance, scale_profile
from buzzline.report import report
from buzzline.report.map import map_figure
from buzzline.report.measures import MeasurePart, first_sentence, measure_limits
from buzzline.report.sections import HEADINGS, _place, sections
from buzzline.report.ties import scaled_ties
from buzzline.road.measuring import STAGES
from buzzline.simulation.simulate import Length, simulate
from buzzline.space.scales import Cutoffs
from buzzline.tables.worlds import Parks, make_sibling_world


@pytest.fixture(scope="module")
def city():
    return make_sibling_world(
        separate=False, organisations=700, parks=Parks(members=0.3, industries=4), rng=3
    ).study


@pytest.fixture(scope="module")
def found(city):
    return candidate_clusters(city, draws=99, rng=1)


@pytest.fixture(scope="module")
def tests(city, found):
    one = distinctness(city, found, draws=39, rng=1)
    return one, separation(city, found, layers=("supply", "advice"), draws=39, rng=1)


def written(city, found, measures, **more):
    balance = scale_balance(city, found, draws=19, rng=1)
    return report(city, scale_profile(city), found, balance, measures=measures, **more).text


@pytest.fixture(scope="module")
def page(city, found, tests):
    return written(city, found, tests)


def section(page, name):
    return re.search(rf'<section id="{name}".*?</section>', page, re.S)[0]


def test_invariant_every_stage_has_a_heading():
    assert set(HEADINGS) == set(STAGES)


def test_invariant_every_stage_has_its_place_on_the_page():
    template = files("buzzline.report").joinpath("templates/report.html.j2").read_text("utf-8")
    for stage in HEADINGS:
        assert template.count(f'"{stage}"') >= 2  # in the list of sections, and on the page


def test_invariant_both_tests_stand_in_the_section_on_where_clusters_begin(page, tests):
    part = section(page, "delineation")
    assert "Where does a cluster begin and end" in part
    assert part.count("<article") == 2
    assert '<a href="#delineation">' in page
    assert 'id="measures"' not in page
    for test in tests:
        assert first_sentence(str(test)).replace("'", "&#39;") in section(page, "findings")
    assert page.index('id="clusters-section"') < page.index('id="delineation"')


def test_by_hand_the_verdict_is_said_first_and_stands_before_its_tests(city, found, tests):
    verdict = delineation(city, found, *tests)
    page = written(city, found, (*tests, verdict, concentration(city, draws=19, rng=1)))
    said = headline(verdict.pairs, verdict.members)
    first = re.search(r"<li>(.*?)</li>|<p class=.lead.>(.*?)</p>", section(page, "findings"))
    assert (first[1] or first[2]).startswith(said)
    assert section(page, "findings").count(said) == 1
    at = [page.index(f'id="measure-{name}"') for name in
          ("delineation", "distinctness", "separation", "concentration")]  # fmt: skip
    assert at == sorted(at)
    assert page.index('href="#delineation"') < page.index('href="#measures"')


def test_by_hand_a_pair_is_named_and_its_verdict_shown(page, found):
    table = re.search(r'<table id="table-table-separation".*?</table>', page, re.S)[0]
    for heading in ("Cluster", "Neighbour", "Verdict"):
        assert f">{heading}</button>" in table
    assert "not separate" in table
    assert not any(cluster_id in table for cluster_id in found.clusters["cluster_id"])


def test_by_hand_the_page_says_what_was_not_tested_only_where_it_was_not(
    city, found, page, tests
):
    assert FIRST_TEST_ONLY not in page
    assert TESTED_BESIDE in page
    only_first = written(city, found, tests[:1])
    assert only_first.count(FIRST_TEST_ONLY) >= 3
    limits = [text for kind, text in about_lines(city, (found, *tests)) if kind == "limit"]
    assert FIRST_TEST_ONLY not in limits
    assert ("limit", FIRST_TEST_ONLY) in about_lines(city, (found, tests[0]))


def test_by_hand_pairs_that_are_not_testable_are_among_the_limits(tests):
    verdicts = ["not testable"] + ["separate"] * (tests[1].pairs.height - 1)
    reasons = ["only 3 ties"] + [""] * (tests[1].pairs.height - 1)
    pairs = tests[1].pairs.with_columns(
        verdict=pl.Series(verdicts), reason=pl.Series(reasons), value=pl.lit(None, pl.Float64)
    )
    alone = tests[1].clusters.with_columns(status=pl.lit("measured"), value=1.0)
    (limit,) = measure_limits([replace(tests[1], pairs=pairs, clusters=alone)], {})
    first = pairs.row(0, named=True)
    both = f"{first['label']} and {first['sibling']}"
    assert [cell.text for cell in limit.table.rows[0].cells] == ["only 3 ties", "1", both]


def test_collapses_without_results_there_is_no_section():
    assert sections(()) == {}


def test_invariant_the_map_can_colour_by_kind_of_member(city, found):
    kinds = membership(city, found, draws=19, rng=1)
    page = written(city, found, [kinds])
    assert '<option value="kind">kind of member</option>' in page
    ties = scaled_ties(city, Cutoffs())
    legend = map_figure(city, found, ties, membership=kinds).meta["kinds"]
    counts = dict(member_types(kinds)["member_type"].value_counts().iter_rows())
    assert {one["name"]: one["n"] for one in legend[:-1]} == {
        name: counts.get(name, 0) for name in RANKED
    }
    assert sum(one["n"] for one in legend) == city.organisations.height
    assert len({one["colour"] for one in legend}) == len(legend)
    assert map_figure(city, found, ties).meta["kinds"] == []


def test_by_hand_the_odds_stand_before_the_deals_behind_them():
    stage = {"stage": "investment", "question": "", "sentence": "", "pictures": (),
             "table": None, "columns": (), "unmeasured": ""}  # fmt: skip
    ids = ("hotspots", "cluster-investments", "investment-odds")
    parts = sorted((MeasurePart(id=f"measure-{one}", **stage) for one in ids), key=_place)
    assert [part.id.removeprefix("measure-") for part in parts] == [*ids[:0:-1], "hotspots"]


def test_every_stage_with_a_heading_is_in_the_list_and_in_the_page():
    template = (files("buzzline.report") / "templates" / "report.html.j2").read_text("utf-8")
    shown = {"in_list": set(), "show_section": set()}
    for macro, said in shown.items():
        for line in template.splitlines():
            if f"show.{macro}(" in line:
                said |= {stage for stage in HEADINGS if f'"{stage}"' in line}
    assert shown == {"in_list": set(HEADINGS), "show_section": set(HEADINGS)}


def test_notes_that_a_result_ends_with_stand_apart_from_what_it_says(city, found):
    simulated = simulate(city, length=Length(steps=2, runs=2), rng=1)
    assert simulated.notes
    text = written(city, found, (simulated,))
    part = text[text.index('<article class="measure" id="measure-simulate">') :]
    said = part[: part.index("</p>")]  # drawings carry their whole text for readers aloud
    _, apart, rest = part.partition("<summary>What the tables did not tell</summary>")
    assert apart
    for note in simulated.notes:
        assert str(escape(note)) not in said
        assert str(escape(note)) in rest
