import polars as pl
import pytest

from buzzline.charts import chart
from buzzline.clusters import candidate_clusters
from buzzline.clusters.names import (
    Place,
    degrees_label,
    pair_name,
    place_label,
    place_of_most,
    short_names,
    slug,
    told_apart,
    unique,
)
from buzzline.tables.worlds import Parks, make_sibling_world


def members(city, region=None, country=None):
    n = len(city)
    return pl.DataFrame(
        {"city": city, "region": region or [None] * n, "country": country or ["IT"] * n,
         "longitude": [10.0] * n, "latitude": [44.0] * n},
        schema_overrides={"city": pl.String, "region": pl.String},
    )  # fmt: skip


def test_the_commonest_city_names_the_cluster():
    assert place_label(members(["Prato", "Carpi", "Prato"]))[0] == "Prato, IT"


def test_a_region_shared_by_most_is_added_unless_it_is_the_city():
    assert place_label(members(["Burlington"] * 2, ["Boston"] * 2, ["US"] * 2))[0] == (
        "Burlington (Boston), US"
    )
    assert place_label(members(["Milano"], ["Milano"]))[0] == "Milano, IT"


def test_names_in_capitals_are_not_shouted():
    assert place_label(members(["BILBAO", "Bilbao", "KÖLN"]))[::2] == (
        "Bilbao, IT", "Bilbao (2), Köln (1)"
    )  # fmt: skip


def test_without_cities_the_point_is_named():
    assert place_label(members([None, None]))[0] == "44.0°N 10.0°E"
    assert degrees_label(-70.66, -33.45) == "33.5°S 70.7°W"


def test_identifiers_are_plain_and_unique():
    assert slug("São Paulo, BR") == "sao-paulo-br"
    assert slug("北京") == "x"
    assert unique(["a", "a", "b"]) == ["a", "a 2", "b"]


def at(label, longitude, latitude, within=""):
    return Place(label, within, longitude, latitude)


def test_districts_tell_clusters_of_one_city_apart_by_hand():
    here = [at("Beijing, CN", 116.3, 40.0, "Haidian"), at("Beijing, CN", 116.5, 39.8, "Yizhuang"),
            at("Prato, IT", 11.1, 43.9, "Prato")]  # fmt: skip
    assert told_apart(here) == ["Beijing Haidian, CN", "Beijing Yizhuang, CN", "Prato, IT"]
    members = pl.DataFrame({"place_id": ["a", "b", None, None]})
    assert place_of_most(members, pl.DataFrame({"place_id": ["a"], "name": ["A"]})) == ""


def test_a_district_shared_by_two_gives_way_to_directions_by_hand():
    here = [at("Nillon (Olt), RO", 26.7, 46.0, "A1"), at("Nillon (Olt), RO", 26.7, 45.9, "A1")]
    assert told_apart(here) == ["Nillon north (Olt), RO", "Nillon south (Olt), RO"]


def test_four_winds_then_eight_then_numbers_by_hand():
    cross = [at("X, RO", 0.0, 1.0), at("X, RO", 0.0, -1.0), at("X, RO", 1.0, 0.0),
             at("X, RO", -1.0, 0.0), at("X, RO", 0.0, 0.0)]  # fmt: skip
    assert told_apart(cross) == [
        "X north, RO", "X south, RO", "X east, RO", "X west, RO", "X centre, RO"
    ]  # fmt: skip
    eight = [*cross[:4], at("X, RO", 1.0, 1.0)]
    assert told_apart(eight)[-1] == "X north-east, RO"
    assert told_apart([at("X, RO", 1.0, 1.0)] * 3) == ["X, RO", "X 2, RO", "X 3, RO"]


def test_directions_do_not_depend_on_the_order_of_clusters_an_invariant():
    here = [at("X, RO", 26.73, 45.92), at("X, RO", 26.76, 45.83), at("X, RO", 26.64, 45.85)]
    forth, back = told_apart(here), told_apart(here[::-1])
    assert forth == back[::-1]
    assert len(set(forth)) == 3


def test_names_on_charts_stay_apart_by_hand():
    assert short_names(["Boston, US", "Boston, GB"]) == ["Boston, US", "Boston, GB"]
    assert pair_name("Nillon north, RO", "Nillon, RO") == "Nillon north · Nillon"


@pytest.fixture(scope="module")
def found():
    study = make_sibling_world(parks=Parks(siblings=3), organisations=1500, rng=1).study
    return candidate_clusters(study, industries=["optics"], draws=19, rng=1)


def test_clusters_of_one_city_have_labels_of_their_own_recovers_the_truth(found):
    labels = found.clusters["label"].to_list()
    assert len(labels) == 3
    assert len(set(labels)) == 3
    city = {label.split()[0] for label in labels}
    assert len(city) == 1
    known = dict(found.clusters.select("cluster_id", "label").iter_rows())
    chosen = found.tree.drop_nulls("cluster_id")
    assert dict(chosen.select("cluster_id", "label").iter_rows()) == known
    assert all(label in chart(found).svg() for label in labels)
