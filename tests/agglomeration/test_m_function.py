import json

import numpy as np
import polars as pl
import pytest
from tests.oracles.neighbours import pairs_within as pairs_by_looking

from buzzline.agglomeration.m_function import m_density, m_function
from buzzline.agglomeration.relative import marcon_puech_m
from buzzline.agglomeration.ripley_curves import pairs_within, ripley
from buzzline.agglomeration.sampling import Sampling
from buzzline.errors import InvalidArgument, TooFew
from buzzline.space.globe import EARTH_RADIUS_KM
from buzzline.space.points import on_plane, on_sphere
from buzzline.space.standing import standing
from buzzline.tables.study import Study

KM = (10.0, 40.0, 120.0)
BOTH = pytest.mark.parametrize("analysis", [m_function, m_density, ripley])


def uniform_study(seed, n=90, n_industry=25):
    """Organisations denser in the middle, with the label of an industry dealt among them."""
    rng = np.random.default_rng(seed)
    label = np.array(["other"] * n, dtype=object)
    label[rng.choice(n, n_industry, replace=False)] = "dealt"
    frame = pl.DataFrame({
        "org_id": [str(i) for i in range(n)], "industry": label.tolist(),
        "longitude": rng.normal(8, 0.6, n), "latitude": rng.normal(50, 0.6, n),
        "jobs": rng.exponential(20, n),
    })  # fmt: skip
    return Study.of(organisations=frame)


def planted_study(n=200):
    """A third of one industry in one town, the rest anywhere."""
    rng = np.random.default_rng(1)
    at = rng.uniform([5, 48], [9, 52], (n, 2))
    at[:20] = [7, 50] + rng.normal(0, 0.03, (20, 2))
    label = ["dense"] * 60 + ["loose"] * (n - 60)
    frame = pl.DataFrame({
        "org_id": [str(i) for i in range(n)], "industry": label, "longitude": at[:, 0],
        "latitude": at[:, 1], "jobs": np.full(n, 10.0),
    })  # fmt: skip
    return Study.of(organisations=frame)


@BOTH
def test_p_values_are_uniform_under_the_null(analysis):
    p = [
        analysis(uniform_study(seed), industries=["dealt"], distances_km=KM, draws=19, rng=seed)
        .industries["p"][0]
        for seed in range(120)
    ]  # fmt: skip
    # exact: each of 1/20 ... 1 is equally likely; mean 0.525, sd 0.288 / sqrt(120) = 0.026
    assert abs(np.mean(p) - 0.525) < 0.1
    assert np.mean(np.array(p) <= 0.1) < 0.1 + 3 * np.sqrt(0.09 / 120)


@pytest.mark.slow
@pytest.mark.parametrize("weight", ["none", "jobs"])
@pytest.mark.parametrize("null", ["all_sites", "relabelling"])
@pytest.mark.parametrize("analysis", [m_function, m_density])
def test_p_values_are_uniform_under_the_null_however_weighted(analysis, null, weight):
    p = np.array([
        analysis(
            uniform_study(seed), industries=["dealt"], distances_km=KM, draws=39, rng=seed,
            sampling=Sampling(null=null), weight=weight,
        ).industries["p"][0]
        for seed in range(600)
    ])  # fmt: skip
    for size in (0.05, 0.1, 0.5):  # four binomial standard errors
        room = 4 * np.sqrt(size * (1 - size) / p.size)
        assert abs(np.mean(p <= size + 1e-9) - size) < room


@BOTH
def test_a_planted_concentration_is_found_and_placed(analysis):
    result = analysis(planted_study(), distances_km=range(5, 105, 10), draws=199, rng=1)
    row = result.industries.filter(industry="dense").row(0, named=True)
    assert row["verdict"] == "localised"
    assert row["p"] == pytest.approx(1 / 200)
    assert row["above_from_km"] == 5
    assert result.industries["industry"][0] == "dense"
    assert "dense" in str(result)


def test_curves_are_those_of_the_array_function():
    study = uniform_study(3)
    for weight, jobs in (("none", None), ("jobs", study.organisations["jobs"].to_numpy())):
        result = m_function(
            study, industries=["dealt"], distances_km=KM, weight=weight, draws=9, rng=1
        )
        organisations = study.organisations
        points = on_sphere(organisations["longitude"], organisations["latitude"])
        flags = (organisations["industry"] == "dealt").to_numpy()
        expected = marcon_puech_m(points, flags, KM, weight=jobs)
        assert result.curves["value"].to_numpy() == pytest.approx(expected)


def test_mean_of_draws_is_about_one():
    result = m_function(uniform_study(1), industries=["dealt"], distances_km=KM, rng=1)
    assert result.curves["expected"].to_numpy() == pytest.approx([1, 1, 1], abs=0.05)


def test_envelope_agrees_with_dbmss(shared_data):
    folder = shared_data.parent / "reference" / "measurement"
    case = json.loads((folder / "dbmss.json").read_text())["envelope_M"]
    rows = pl.read_csv(folder / "dbmss_paracou16.csv")
    # the plane, laid around 0 degrees: a metre of the plot is a kilometre here
    km_a_degree = EARTH_RADIUS_KM * np.pi / 180
    frame = pl.DataFrame({
        "org_id": [str(i) for i in range(rows.height)], "industry": rows["type"],
        "longitude": (rows["x"] - 400) / 1000 / km_a_degree,
        "latitude": (rows["y"] - 125) / 1000 / km_a_degree, "jobs": rows["weight"],
    })  # fmt: skip
    km = [r / 1000 + 1e-9 for r in case["r"][1:]]
    result = m_function(
        Study.of(organisations=frame), industries=["V. Americana"], distances_km=km,
        weight="jobs", sampling=Sampling(null="all_sites"), rng=1,
    )  # fmt: skip
    assert result.curves["value"].to_numpy() == pytest.approx(case["obs"][1:], abs=1e-6)
    # Monte Carlo on either side, as the fixture says
    assert result.curves["low"].to_numpy() == pytest.approx(case["lo"][1:], abs=0.05)
    assert result.curves["high"].to_numpy() == pytest.approx(case["hi"][1:], abs=0.06)


@BOTH
def test_threads_change_nothing(analysis, monkeypatch):
    found = []
    for threads in ("1", "2"):
        monkeypatch.setenv("BUZZLINE_THREADS", threads)
        found.append(analysis(uniform_study(2), distances_km=KM, draws=19, rng=5).curves)
    assert found[0].equals(found[1], null_equal=True)


@BOTH
def test_rows_in_another_order_give_the_same_curves(analysis):
    study = uniform_study(4)
    order = np.random.default_rng(0).permutation(study.organisations.height)
    shuffled = study.with_table("organisations", study.organisations[order])
    one, other = (
        analysis(each, industries=["dealt"], distances_km=KM, draws=9, rng=1).curves["value"]
        for each in (study, shuffled)
    )
    assert one.to_numpy() == pytest.approx(other.to_numpy())


def test_case_control_looks_at_the_industry_and_its_controls_only():
    frame = uniform_study(2).organisations.with_row_index()
    is_control = (pl.col("industry") == "other") & (pl.col("index") % 2 == 0)
    frame = frame.with_columns(
        industry=pl.when(is_control).then(pl.lit("control")).otherwise("industry")
    ).drop("index")
    study, sampling = (
        Study.of(organisations=frame),
        Sampling(null="case_control", controls=("control",)),
    )
    choices = {"industries": ["dealt"], "distances_km": KM, "sampling": sampling, "rng": 1}
    result = m_function(study, draws=99, **choices)
    kept = frame.filter(pl.col("industry").is_in(["dealt", "control"]))
    points = on_sphere(kept["longitude"], kept["latitude"])
    expected = marcon_puech_m(points, (kept["industry"] == "dealt").to_numpy(), KM)
    assert result.curves["value"].to_numpy() == pytest.approx(expected)
    assert ripley(study, draws=9, **choices).curves["expected"].is_finite().all()


def test_ripleys_measures_are_one_count_in_four_units():
    study = planted_study()
    found = {
        measure: ripley(
            study, industries=["dense"], distances_km=KM, measure=measure, draws=99, rng=1
        )
        for measure in ("neighbours", "K", "L", "D")
    }
    area = 4 * np.pi * EARTH_RADIUS_KM**2
    value = {name: each.curves["value"].to_numpy() for name, each in found.items()}
    assert value["K"] == pytest.approx(value["neighbours"] / 59 * area)
    cap = 2 * np.pi * EARTH_RADIUS_KM**2 * (1 - np.cos((value["L"] + KM) / EARTH_RADIUS_KM))
    assert cap == pytest.approx(value["K"])
    assert len({each.industries["p"][0] for each in found.values()}) == 1
    others = study.organisations.filter(industry="loose")
    points = on_sphere(others["longitude"], others["latitude"])
    k_others = area * pairs_by_looking(points, KM) / (len(points) * (len(points) - 1) / 2)
    assert value["D"] == pytest.approx(value["K"] - k_others)


def test_neighbours_by_hand():
    frame = pl.DataFrame({
        "org_id": list("abcdefgh"), "industry": ["x"] * 5 + ["y"] * 3,
        "longitude": [0.0, 0, 0, 0.1, 5, 7, 7, 7], "latitude": [0.0] * 8,
    })  # fmt: skip
    # three at one place, one 11 km off, one far: 6 ordered pairs at 0 km, 12 within 20
    result = ripley(
        Study.of(organisations=frame), industries=["x"], distances_km=[1, 20], draws=9, rng=1
    )
    assert result.curves["value"].to_list() == pytest.approx([6 / 5, 12 / 5])


def test_pairs_agree_with_brute_force_where_points_share_places():
    rng = np.random.default_rng(8)
    points = on_plane(rng.integers(0, 6, 60), rng.integers(0, 6, 60))
    km = np.array([0.0, 1, 2, 5])
    rows = rng.choice(60, 25, replace=False)
    found = pairs_within(standing(points, km), np.sort(rows))
    assert found.tolist() == pairs_by_looking(points.at(rows), km).tolist()


@BOTH
def test_too_few_points_are_said_and_not_tested(analysis):
    frame = uniform_study(1).organisations.with_columns(
        industry=pl.Series(["rare"] * 3 + ["other"] * 87)
    )
    result = analysis(
        Study.of(organisations=frame), industries=["rare", "other"], distances_km=KM, draws=9
    )
    row = result.industries.filter(industry="rare").row(0, named=True)
    assert row["verdict"] == "not testable"
    assert row["status"] == "fewer than 5 points"
    assert row["p"] is None
    assert "not testable" in str(result)


@BOTH
def test_by_hand_points_at_one_place_are_not_testable_and_it_is_said(analysis):
    frame = uniform_study(1).organisations.with_columns(
        longitude=pl.lit(8.0), latitude=pl.lit(50.0)
    )
    result = analysis(Study.of(organisations=frame), distances_km=KM, draws=9, rng=1)
    assert result.industries["verdict"].to_list() == ["not testable"] * 2
    assert set(result.industries["status"]) == {
        "all points are at one place: nothing to compare"
    }
    assert "of 0 industries tested" in str(result)
    assert "2 not testable" in str(result)
    assert "all points are at one place" in str(result)


@BOTH
def test_an_industry_that_is_everybody_is_said_and_not_tested(analysis):
    frame = uniform_study(1).organisations.with_columns(industry=pl.lit("all"))
    result = analysis(Study.of(organisations=frame), distances_km=KM, draws=9, rng=1)
    assert "Give a wider population" in result.industries["status"][0]


@BOTH
def test_no_coordinates_is_an_error_with_the_remedy(analysis):
    frame = pl.DataFrame({"org_id": ["a"], "industry": ["x"]})
    with pytest.raises(TooFew, match="Add `longitude` and `latitude`"):
        analysis(Study.of(organisations=frame))


@BOTH
def test_one_draw_is_too_few(analysis):
    with pytest.raises(TooFew, match="at least 2 draws"):
        analysis(uniform_study(1), draws=1)


@BOTH
def test_case_control_without_controls_is_an_error(analysis):
    with pytest.raises(InvalidArgument, match="controls"):
        analysis(uniform_study(1), sampling=Sampling(null="case_control"))


def test_jobs_that_nobody_has_are_an_error():
    study = uniform_study(1)
    without = study.with_table("organisations", study.organisations.drop("jobs"))
    with pytest.raises(TooFew, match="has `jobs` to weight by"):
        m_function(without, weight="jobs")


@BOTH
def test_all_at_one_place_is_as_chance_or_said(analysis):
    frame = uniform_study(1).organisations.with_columns(longitude=8.0, latitude=50.0)
    row = (
        analysis(
            Study.of(organisations=frame), industries=["dealt"], distances_km=KM, draws=9, rng=1
        )
        .industries.row(0, named=True)
    )  # fmt: skip
    assert row["verdict"] in ("as chance", "not testable")
    assert row["p"] is None or row["p"] == 1
