"""The parts of write_results that a single command calls."""

from tests.results import clustering, study

from buzzline.export import Written, write_maps, write_networks


def test_by_hand_maps_of_clusters_and_organisations(tmp_path):
    found = write_maps(tmp_path, study(), clustering())
    assert [path.name for path in found] == [
        "organisations.geojson", "clusters.geojson", "cluster_centres.geojson", "buzzline.gpkg",
    ]  # fmt: skip


def test_special_case_maps_without_clusters(tmp_path):
    found = write_maps(tmp_path, study(), None)
    assert [path.name for path in found] == ["organisations.geojson", "buzzline.gpkg"]


def test_by_hand_networks_for_two_kinds_of_readers(tmp_path):
    found = write_networks(tmp_path, study(), clustering())
    assert [path.name for path in found] == ["ties.graphml", "ties.gexf"]


def test_by_hand_listings_add_up():
    both = Written(skipped=(("a.csv", "no"),)) + Written(skipped=(("b.csv", "no"),))
    assert [name for name, _ in both.skipped] == ["a.csv", "b.csv"]
    assert len(both) == 0
    assert str(both) == "0 files written; a.csv not written: no; b.csv not written: no"
