import numpy as np
import polars as pl
import pytest

from buzzline.report.sites import dots, located, map_sites


def crowd(n: int) -> pl.DataFrame:
    rng = np.random.default_rng(5)
    return located(pl.DataFrame({
        "org_id": [str(i) for i in range(n)],
        "longitude": rng.uniform(5, 15, n), "latitude": rng.uniform(40, 50, n),
        "city": rng.choice(["Prato", "Lyon"], n), "country": ["IT"] * n,
    }))  # fmt: skip


def test_organisations_without_coordinates_have_no_site_by_hand():
    frame = pl.DataFrame({"org_id": ["a", "b"], "longitude": [1.0, None], "latitude": [2.0, 3.0],
                          "city": ["Prato", "Lyon"], "country": ["IT", "FR"]})  # fmt: skip
    gathering = next(map_sites(located(frame)))
    assert gathering.ends["org_id"].to_list() == ["a"]
    assert gathering.sites.rows() == [(1_810_000, 920_000, 1, "Prato", "IT")]


@pytest.mark.parametrize("most", [400, 120])
def test_no_more_sites_than_asked_for_and_nobody_lost_invariant(most):
    organisations = crowd(500)
    gathering = next(map_sites(organisations, most=most))
    assert gathering.sites.height <= most
    assert gathering.ends.height == 500
    assert gathering.sites["n"].sum() == 500
    counted = gathering.ends["node"].value_counts().sort("node")["count"].to_list()
    assert counted == gathering.sites["n"].to_list()


def test_a_site_is_called_by_its_commonest_city_by_hand():
    frame = located(pl.DataFrame({
        "org_id": ["a", "b", "c"], "longitude": [1.0] * 3, "latitude": [2.0] * 3,
        "city": ["Prato", "Prato", "Lyon"], "country": ["IT", "IT", "FR"],
    }))  # fmt: skip
    assert next(map_sites(frame)).sites["name"].to_list() == ["Prato"]


def test_dots_hold_everybody_or_say_how_many_are_left_out_special_case():
    coded = crowd(300).with_columns(category=pl.lit(0), cluster=pl.lit(-1))
    drawn, one_in = dots(coded, most=1000)
    assert (drawn["n"].sum(), one_in) == (300, 1)
    drawn, one_in = dots(coded, most=100)
    assert (drawn.height, one_in) == (100, 3)


def test_grids_get_coarser_down_to_one_degree_invariant():
    gatherings = list(map_sites(crowd(300)))
    widths = [gathering.grid_degrees for gathering in gatherings]
    assert widths == sorted(widths)
    assert widths[-1] == 1
    assert all(gathering.sites["n"].sum() == 300 for gathering in gatherings)
