"""GraphML and GEXF, read back by networkx."""

import math
import re
from datetime import date
from xml.etree import ElementTree

import networkx as nx
import polars as pl
import pytest
from tests.results import clustering, study

from buzzline.export import graph_of, write_gexf, write_graphml
from buzzline.network.ties import ties_by_scale
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@pytest.fixture(scope="module")
def graph():
    return graph_of(study(), clustering())


@pytest.fixture(scope="module", params=["graphml", "gexf"])
def read_back(request, graph, tmp_path_factory):
    path = tmp_path_factory.mktemp("graph") / f"ties.{request.param}"
    if request.param == "graphml":
        write_graphml(graph, path)
        return nx.read_graphml(path)
    write_gexf(graph, path)
    return nx.read_gexf(path)


def test_another_package_reads_the_same_nodes(read_back):
    organisations = study().organisations
    assert list(read_back.nodes) == organisations["org_id"].to_list()
    members = dict(clustering().members.select("org_id", "cluster_id").iter_rows())
    for row in organisations.to_dicts():
        node = read_back.nodes[row["org_id"]]
        assert node["name"] == CONTROL.sub("", row["name"])
        assert node.get("cluster") == members.get(row["org_id"])
        for name in ("industry", "country", "longitude", "latitude"):
            assert node.get(name) == row[name]


def test_another_package_reads_the_same_ties(read_back):
    given = study()
    scaled = ties_by_scale(given.linkages.with_row_index(), given.organisations, Cutoffs())
    ties = scaled.collect().to_polars().sort("index").to_dicts()
    found = list(read_back.edges(keys=True, data=True))
    assert read_back.is_directed()
    assert len(found) == len(ties)
    by_number = {int(key.removeprefix("e")): (a, b, data) for a, b, key, data in found}
    for number, tie in enumerate(ties):
        source, target, data = by_number[number]
        assert (source, target) == (tie["source"], tie["target"])
        assert (data["layer"], data["scale"]) == (tie["layer"], tie["scale"])
        assert data["directed"] is (tie["layer"] != "research")
        assert data.get("weight") == tie["weight"]
        for name in ("start", "end"):
            assert data.get(name) == (tie[name].isoformat() if tie[name] else None)


def test_by_hand_gephi_gets_a_timeline(graph, tmp_path):
    write_gexf(graph, tmp_path / "t.gexf")
    root = ElementTree.parse(tmp_path / "t.gexf").getroot()
    space = {"g": "http://gexf.net/1.3"}
    found = root.find("g:graph", space)
    assert root.get("version") == "1.3"
    assert (found.get("mode"), found.get("timeformat")) == ("dynamic", "date")
    edges = found.findall("g:edges/g:edge", space)
    assert (edges[0].get("start"), edges[0].get("end")) == ("2010-01-01", "2012-12-31")
    assert (edges[1].get("start"), edges[1].get("kind")) == (None, "research")


def test_by_hand_characters_xml_does_not_allow_are_counted(graph):
    assert graph.n_removed == 6
    assert graph.note == "characters removed because XML does not allow them: 6"


def test_special_case_all_ties_undirected(tmp_path):
    ties = pl.DataFrame({"source": ["a"], "target": ["b"], "layer": ["research"]})
    given = Study.of(organisations=pl.DataFrame({"org_id": ["a", "b"]}), linkages=ties)
    for write, read in ((write_graphml, nx.read_graphml), (write_gexf, nx.read_gexf)):
        write(graph_of(given), tmp_path / "t.xml")
        assert not read(tmp_path / "t.xml").is_directed()


def test_special_case_ids_that_become_equal_stay_apart(tmp_path):
    ids = ["a", "a\x01", "a\x02", 'b"<&>', "c\n d"]
    ties = pl.DataFrame({"source": ids[:-1], "target": ids[1:], "layer": ["supply"] * 4})
    given = Study.of(organisations=pl.DataFrame({"org_id": ids}), linkages=ties)
    graph = graph_of(given)
    assert graph.n_removed == 2
    for write, read in ((write_graphml, nx.read_graphml), (write_gexf, nx.read_gexf)):
        write(graph, tmp_path / "t.xml")
        found = read(tmp_path / "t.xml")
        assert list(found.nodes) == ["a", "a~3", "a~4", 'b"<&>', "c\n d"]
        assert list(found.edges) == list(zip(found.nodes, list(found.nodes)[1:], strict=False))


def test_special_case_no_tie_and_no_organisation(tmp_path):
    for given in (Study(), Study.of(organisations=pl.DataFrame({"org_id": ["a"]}))):
        write_graphml(graph_of(given), tmp_path / "t.graphml")
        write_gexf(graph_of(given), tmp_path / "t.gexf")
        n = given.organisations.height
        assert nx.read_graphml(tmp_path / "t.graphml").number_of_nodes() == n
        assert nx.read_gexf(tmp_path / "t.gexf").number_of_nodes() == n


def test_special_case_weights_that_are_no_numbers_are_left_out(tmp_path):
    weights = [math.nan, None]
    ties = pl.DataFrame({"source": ["a", "b"], "target": ["b", "a"], "layer": ["supply"] * 2,
                         "weight": weights, "start": [date(1066, 1, 1)] * 2})  # fmt: skip
    given = Study.of(organisations=pl.DataFrame({"org_id": ["a", "b"]}), linkages=ties)
    write_gexf(graph_of(given), tmp_path / "t.gexf")
    found = nx.read_gexf(tmp_path / "t.gexf")
    assert [data.get("weight") for _, _, data in found.edges(data=True)] == [None, None]


def test_invariant_members_of_several_clusters_belong_to_the_strongest_first():
    found = clustering(2)
    both = pl.DataFrame({"cluster_id": ["c1", "c0"], "org_id": ["o0", "o0"], "is_core": True})
    several = type(found)(found.clusters, both, found.tree, found.coverage, 0.95, 0.05, 199)
    node = graph_of(study(), several).nodes.row(0, named=True)
    assert (node["cluster"], node["clusters"]) == ("c0", "c0|c1")
