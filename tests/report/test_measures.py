"""Measures of agglomeration in the report, taken from results and catalogue alone."""

import re
from dataclasses import replace

import polars as pl
import pytest

from buzzline.charts.drawing import further_charts
from buzzline.errors import InvalidArgument
from buzzline.report import report
from buzzline.report.budget import MEASURE_ROWS
from buzzline.report.docstrings import method_of
from buzzline.report.measure_tables import measure_table, said_as
from buzzline.report.measures import first_sentence, measure_findings, measure_limits
from buzzline.road import run_road
from buzzline.tables.study import About, Study
from buzzline.tables.study_file import RunSettings

MEANINGS = {"value": ("ratio", "How much.")}


@pytest.fixture(scope="module")
def page(study, profile, clustering, balance, measures):
    reasons = {"kdensity": "<b>no coordinates</b>"}
    return report(
        study, profile, clustering, balance, measures=measures, not_measured=reasons
    ).text


@pytest.fixture(scope="module")
def of_jobs(world, tmp_path_factory):
    """The road on a study with nothing but jobs, places and industries."""
    bare = Study.of(
        employment=world.employment, places=world.places, industries=world.industries,
        about=About("Only jobs"),
    )  # fmt: skip
    settings = RunSettings(draws=19, measures=("concentration", "kdensity"))
    return run_road(bare, tmp_path_factory.mktemp("jobs") / "out", settings=settings)


def section(page, name):
    return re.search(rf'<section id="{name}".*?</section>', page, re.S)[0]


def test_invariant_each_measure_has_question_sentence_picture_and_table(page, measures):
    part = section(page, "measures")
    pictures = sum(1 + len(further_charts(measure)) for measure in measures)
    assert part.count("<article") == len(measures) < pictures == part.count('class="wide"')
    assert "The space of industries" in part
    assert "Which industries are more concentrated than chance would have them?" in part
    for measure in measures:
        words = str(measure).split(" (")[0].replace("'", "&#39;")
        assert words in part
    assert 'id="table-table-concentration"' in part
    assert '<a href="#measures">Concentration</a>' in page


def test_invariant_sources_and_settings_of_measures_are_in_the_page(page):
    assert "10.1086/262098" in section(page, "methods")
    assert "location quotient" in section(page, "methods")
    assert ">coagglomeration</td>" in section(page, "provenance")


def test_invariant_what_was_not_run_is_among_the_limits_and_escaped(page):
    part = section(page, "limits")
    assert "Analyses that were not run" in part
    assert "&lt;b&gt;no coordinates&lt;/b&gt;" in part


def test_collapses_without_measures_the_section_is_absent(study, profile, clustering, balance):
    page = report(study, profile, clustering, balance).text
    assert 'id="measures"' not in page
    assert "#measures" not in page
    assert "location quotient" not in page


def test_invariant_ids_are_unique(page):
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_invariant_the_same_results_give_the_same_page(
    study, profile, clustering, balance, measures
):
    pages = [report(study, profile, clustering, balance, measures=measures) for _ in "ab"]
    assert pages[0].text == pages[1].text


def test_special_case_two_results_of_one_analysis_keep_apart(
    study, profile, clustering, balance, measures
):
    twice = report(study, profile, clustering, balance, measures=(measures[0], measures[0]))
    assert 'id="measure-concentration"' in twice.text
    assert 'id="measure-concentration-2"' in twice.text


def test_special_case_a_result_made_by_hand_is_refused(
    study, profile, clustering, balance, measures
):
    by_hand = replace(measures[0], provenance=None)
    with pytest.raises(InvalidArgument, match="a Concentration does not say which analysis"):
        report(study, profile, clustering, balance, measures=(by_hand,))


def test_invariant_a_study_of_jobs_alone_has_no_empty_sections(of_jobs):
    page = of_jobs.report.read_text("utf-8")
    for name in ("map-section", "network-section", "clusters-section", "balance"):
        assert f'id="{name}"' not in page
        assert f'href="#{name}"' not in page
    assert "no organisations: there is no map" in section(page, "findings")
    assert "candidate" not in section(page, "limits")
    assert "establishments with coordinates" in section(page, "limits")
    assert "<article" in section(page, "measures")


def test_invariant_the_road_writes_jobs_alone_without_clusters(of_jobs):
    names = {path.name for path in of_jobs.files}
    assert {"concentration.parquet", "concentration.svg", "report.html"} <= names
    assert not names & {"clusters.parquet", "clusters.svg", "scale_balance.csv"}
    assert "cluster" not in str(of_jobs)
    assert list(of_jobs.not_measured) == ["kdensity"]


def test_by_hand_rows_without_a_value_are_counted_by_reason(measures):
    rows = measures[0].areas if hasattr(measures[0], "areas") else measures[0].table()
    few = rows.with_columns(
        value=pl.when(pl.int_range(pl.len()) < 2).then(None).otherwise("value"),
        reason=pl.when(pl.int_range(pl.len()) < 2).then(pl.lit("too few plants")),
    )
    changed = replace(measures[0], **{_field_of(measures[0]): few})
    (limit,) = measure_limits((changed,), {})
    assert "2 rows could not be measured" in limit.text
    assert [cell.text for cell in limit.table.rows[0].cells][:2] == ["too few plants", "2"]


def _field_of(record):
    table = record.table()
    return next(
        name
        for name in record.__slots__
        if isinstance(getattr(record, name), pl.DataFrame)
        and getattr(record, name).columns == table.columns
    )


def test_by_hand_headings_and_cells_of_a_table():
    rows = pl.DataFrame({
        "industry": ["31", "32"], "title": ["Wine", None], "value": [2.0, float("nan")],
        "low": [1.5, None], "high": [2.5, None], "level": [0.9, 0.9], "n_plants": [1200, 3],
        "reason": ["", "one plant"], "is_strong": [True, False], "p": [0.001, None],
        "kind": ["log_spread", "gini"],
    })  # fmt: skip
    table = measure_table("by_hand", "by_hand", rows)
    titles = [column.title for column in table.columns]
    assert titles == ["Industry", "Value", "Interval", "Plants", "Strong", "p", "Kind"]
    (cells,) = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells == ["Wine", "2", "1.5\u00a0to\u00a02.5", "1,200", "yes", "0.001", "log spread"]
    assert table.caption == "By hand (level 90%)"
    assert "1 more" in table.note


def test_by_hand_an_end_may_be_alone_and_an_interval_open():
    rows = pl.DataFrame({
        "value": [2.0, 3.0], "low": [1.5, 1.25], "high": [2.5, None], "e_value_low": [1.1, None],
    })  # fmt: skip
    table = measure_table("by_hand", "by_hand", rows)
    titles = [column.title for column in table.columns]
    assert titles == ["Value", "Interval", "E value low"]
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert cells[0][1:] == ["1.5\u00a0to\u00a02.5", "1.1"]
    assert cells[1][1] == "from\u00a01.25\u00a0on"


def test_by_hand_long_tables_are_cut_and_say_where_the_rest_is():
    rows = pl.DataFrame({"value": list(range(500))})
    table = measure_table("long", "long", rows)
    assert len(table.rows) == MEASURE_ROWS
    assert (
        table.note
        == f"The first {MEASURE_ROWS} rows; {500 - MEASURE_ROWS} more are in tables/long.csv."
    )
    assert measure_table("none", "none", rows.with_columns(value=None)) is None


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("One. Two.", "One."),
        ("At 0.5 km it is (St. Ives) so. More.", "At 0.5 km it is (St. Ives) so."),
        ("No full stop", "No full stop"),
        ("Theil 0.03 [0.02, 0.04]: e.g. this. Then.", "Theil 0.03 [0.02, 0.04]: e.g. this."),
    ],
)
def test_by_hand_the_first_sentence(words, first):
    assert first_sentence(words) == first


def test_by_hand_findings_take_at_most_three_sentences(measures):
    said = [str(measures[at]) for at in (0, 2, 4)]  # concentration, K-density, relatedness
    assert measure_findings(measures, "agglomeration") == [
        first_sentence(words) for words in said
    ]
    assert measure_findings((), "agglomeration") == []
    assert measure_findings(measures, "clusters") == []


def test_by_hand_a_method_note_comes_from_the_docstring():
    note = method_of("concentration")
    assert note.title == "Concentration"
    assert "`" not in note.text
    assert "]_" not in note.text
    assert any(source.doi == "10.1086/262098" for source in note.sources)


def test_by_hand_names_are_said_as_a_person_says_them():
    assert [said_as(name) for name in ("n_places", "is_strong", "peak_km", "share")] == [
        "Places", "Strong", "Peak, km", "Share",
    ]  # fmt: skip
