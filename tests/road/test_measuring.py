"""Which measures a run takes, and what becomes of those the tables do not allow."""

import json

import polars as pl
import pytest

from buzzline.analysis import CATALOGUE
from buzzline.clusters.delineation import Delineation
from buzzline.clusters.distinctness import Distinctness
from buzzline.clusters.separation import Separation
from buzzline.errors import InvalidArgument, TooFew
from buzzline.road import run_road
from buzzline.road.measuring import (
    ALWAYS,
    LATER,
    SENSIBLE,
    STAGES,
    by_makers,
    in_order,
    makers_of,
    measured,
    measures_of,
    not_asked_of,
    record_of,
)
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings
from buzzline.tables.worlds import Parks, make_sibling_world

ASKED = ("kdensity", "inequality", "concentration")


def settings(*measures, **more):
    return RunSettings(draws=19, scales_km=(10.0,), measures=measures, seed=3, **more)


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    return tmp_path_factory.mktemp("measures") / "out"


@pytest.fixture(scope="module")
def first(small_study, out):
    return run_road(small_study, out, settings=settings(*ASKED))


def test_invariant_every_name_of_the_order_is_an_analysis():
    assert set(SENSIBLE) | set(LATER) == set(in_order())


def test_by_hand_all_none_some_and_those_that_are_quick():
    assert measures_of(settings("all")) == in_order()
    assert measures_of(settings("none")) == ()
    assert measures_of(settings()) == SENSIBLE
    tested = ("delineation", "distinctness", "separation")
    assert measures_of(settings("membership")) == (*tested, "membership")
    assert measures_of(settings("delineation_stability")) == ("delineation_stability",)
    assert measures_of(settings(*ASKED)) == ("concentration", "inequality", "kdensity")


def test_by_hand_a_measure_there_is_not_is_refused_before_anything_is_written(
    small_study, tmp_path
):
    with pytest.raises(InvalidArgument, match="no measure 'ginni'; measures are location"):
        run_road(small_study, tmp_path / "out", settings=settings("ginni"))
    assert not (tmp_path / "out").exists()


def test_by_hand_results_stand_in_the_order_of_the_report(first):
    assert [type(one) for one in first.measures] == [
        record_of(name) for name in ("concentration", "inequality", "kdensity")
    ]
    assert dict(first.not_measured) == {}


def test_by_hand_what_was_not_asked_for_is_said(first):
    assert first.not_asked == tuple(name for name in in_order() if name not in ASKED)
    assert set(not_asked_of(settings())) == set(LATER)
    assert not_asked_of(settings("none")) == in_order()
    page = first.report.read_text("utf-8")
    assert "Analyses that were not asked for" in page
    assert all(name in page for name in LATER)


def test_invariant_measures_are_tables_charts_and_provenance(first, out):
    names = {path.relative_to(out).as_posix() for path in first.files}
    for name in ASKED:
        assert {f"tables/{name}.parquet", f"tables/{name}.csv", f"charts/{name}.svg"} <= names
    content = json.loads((out / "manifest.json").read_text("utf-8"))
    assert [stamp["analysis"] for stamp in content["analyses"]][3:] == [
        "concentration", "inequality", "kdensity",
    ]  # fmt: skip
    assert content["settings"]["measures"] == list(ASKED)
    draws = {
        stamp["analysis"]: stamp["arguments"].get("draws") for stamp in content["analyses"]
    }
    assert draws["concentration"] == 19


def test_invariant_measures_are_kept_and_found_again(first, small_study, out):
    before = {path: path.read_bytes() for path in first.files}
    again = run_road(small_study, out, settings=settings(*ASKED))
    assert set(ASKED) <= set(again.continued)
    assert [str(one) for one in again.measures] == [str(one) for one in first.measures]
    assert {path: path.read_bytes() for path in again.files} == before


def test_by_hand_fewer_measures_leave_no_stale_files(first, small_study, tmp_path):
    folder = tmp_path / "out"
    run_road(small_study, folder, settings=settings("inequality"))
    assert (folder / "tables" / "inequality.csv").exists()
    run_road(small_study, folder, settings=settings("none"))
    assert not (folder / "tables" / "inequality.csv").exists()
    assert not list((folder / ".parts").glob("inequality*/*"))


def test_special_case_what_the_tables_do_not_allow_is_said_everywhere(tmp_path):
    ties = Study.of(
        organisations=pl.DataFrame({"org_id": ["a", "b"]}),
        linkages=pl.DataFrame({"source": ["a"], "target": ["b"], "layer": ["supply"]}),
    )
    road = run_road(ties, tmp_path / "out", settings=settings(*ASKED))
    assert list(road.not_measured) == ["concentration", "inequality", "kdensity"]
    content = json.loads((tmp_path / "out" / "manifest.json").read_text("utf-8"))
    page = road.report.read_text("utf-8")
    for name, reason in road.not_measured.items():
        assert content["remarks"][f"measure {name}"] == reason
        assert not reason.startswith(f"{name}:")
        assert name[0].upper() + name[1:] in page


def test_invariant_what_an_analysis_is_made_from_is_made_before_it():
    made = by_makers(in_order())
    assert sorted(made) == sorted(in_order())
    for name in made:
        assert all(made.index(maker) < made.index(name) for maker in makers_of(name))
        assert set(makers_of(name)) <= set(measures_of(settings(name)))
    assert set(makers_of("delineation")) == {"distinctness", "separation"}


def test_invariant_one_stage_after_the_other():
    stages = [CATALOGUE[name].stage for name in in_order()]
    assert stages == sorted(stages, key=STAGES.index)
    assert not set(ALWAYS) & set(in_order())


def test_invariant_analyses_of_clusters_hang_on_the_clusters(small_study, tmp_path):
    asked = settings("distinctness", "separation")
    first = run_road(small_study, tmp_path, settings=asked)
    assert [type(one) for one in first.measures] == [Distinctness, Separation]
    again = run_road(small_study, tmp_path, settings=asked)
    assert {"distinctness", "separation"} <= set(again.continued)
    wider = asked.model_copy(update={"scales_km": (20.0,)})
    assert not {"distinctness", "separation"} & set(
        run_road(small_study, tmp_path, settings=wider).continued
    )


def test_planted_truth_sites_of_one_cluster_are_one_in_later_analyses(tmp_path):
    parks = Parks(members=0.3, industries=4)
    city = make_sibling_world(separate=False, organisations=700, parks=parks, rng=3).study
    asked = settings("delineation").model_copy(update={"draws": 49, "scales_km": (1.0, 5.0)})
    road = run_road(city, tmp_path, settings=asked)
    assert [type(one) for one in road.measures] == [Delineation, Distinctness, Separation]
    assert set(road.measures[0].pairs["outcome"]) == {"one cluster, several sites"}
    tested = road.balance.balance["cluster_id"].n_unique()
    tested += road.balance.untested["cluster_id"].n_unique()
    assert tested == road.measures[0].clusters.height < road.clustering.clusters.height
    again = run_road(city, tmp_path, settings=asked)
    assert {"delineation", "distinctness", "separation", "scale-balance"} <= set(
        again.continued
    )
    assert again.report.read_bytes() == road.report.read_bytes()


def test_special_case_without_a_cluster_there_is_a_reason(small_study, tmp_path):
    flat = Study.of(organisations=small_study.organisations.head(8).drop("owner_id"))
    road = run_road(flat, tmp_path, settings=settings("separation"))
    assert road.not_measured == {"separation": "There is no candidate cluster."}
    assert "There is no candidate cluster." in road.report.read_text("utf-8")


def test_special_case_a_result_that_holds_nothing_but_why_is_a_reason(small_study, tmp_path):
    still = small_study
    for name in ("spells", "memberships", "linkages"):
        still = still.with_table(name, getattr(still, name).head(0))
    asked = ("labour_market_areas", "industrial_districts", "declared_clusters", "membership")
    road = run_road(still, tmp_path, settings=settings(*asked))
    tests = {"distinctness", "separation", "delineation"}  # membership is of what they leave
    assert {one.provenance.analysis for one in road.measures} <= tests
    assert set(asked) <= set(road.not_measured) <= set(asked) | tests
    assert all("ot testable" in reason for reason in road.not_measured.values())


def test_special_case_what_separation_says_of_clusters_without_siblings_is_kept(
    small_study, tmp_path
):
    road = run_road(small_study, tmp_path, settings=settings("separation"))
    (found,) = road.measures
    assert not found.pairs.height
    assert found.layers["self_containment"].drop_nulls().len()


def test_by_hand_a_reason_leaves_out_the_name_of_the_measure():
    item = CATALOGUE["concentration"]
    with pytest.raises(TooFew) as raised:
        measured(item, [Study.of()], {"draws": 19})
    assert not str(raised.value).startswith("concentration")
