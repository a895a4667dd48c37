"""Map of flows by scale, and the ego network of a cluster."""

import numpy as np
import pytest
from tests.charts.pictures import overlaps, texts
from tests.linkages.test_flows import TIES, clustering, study

from buzzline import candidate_clusters, make_world
from buzzline.charts import chart, further_charts
from buzzline.charts.flows import ego_chart, flow_map
from buzzline.charts.lines import Line, drawn_lines, great_circle
from buzzline.errors import InvalidArgument
from buzzline.linkages.flows import cluster_flows


@pytest.fixture(scope="module")
def flows():
    of_world = make_world(organisations=600, clusters=3, rng=1).study
    return cluster_flows(of_world, candidate_clusters(of_world, draws=199, rng=1))


@pytest.mark.parametrize("width", [300, 680])
def test_map_and_network_say_where_ties_lead_and_no_words_overlap(flows, width):
    drawn = {"map": chart(flows, width=width)} | further_charts(flows, width=width)
    assert {"map", "ego", "map_2", "ego_2"} <= set(drawn)
    for spec in drawn.values():
        assert not overlaps(spec.svg())
    said = " ".join(box[0] for box in texts(drawn["ego"].svg()))
    assert "local" in said
    assert "global" in said
    assert "ties" in drawn["map"].alt or "local" in drawn["map"].alt


def test_by_hand_partners_stand_on_the_ring_of_their_scale_in_their_direction():
    found = cluster_flows(study(TIES), clustering())
    svg = ego_chart(found).svg()
    names = [box[0] for box in texts(svg)]
    assert "Lyon, FR 2" in names
    assert "Florence, IT 1" in names
    assert "1 ties between members" in " ".join(names)


def test_special_case_nothing_to_draw_is_said():
    inside = cluster_flows(study([("o0", "o1"), ("o2", "o6")]), clustering())
    assert "No tie leads to a place outside" in flow_map(inside).alt
    assert ego_chart(inside).alt
    none = cluster_flows(study([("o4", "o5")]), clustering())
    assert chart(none).alt
    assert further_charts(none) == {}
    with pytest.raises(InvalidArgument, match="no cluster 'x'"):
        flow_map(inside, cluster_id="x")


def test_by_hand_lines_follow_great_circles_and_break_at_the_edge_of_the_map():
    way = great_circle((170.0, 0.0), (-170.0, 0.0))
    assert way[0].tolist() == pytest.approx([170.0, 0.0])
    assert abs(way[12][0]) == pytest.approx(180.0)
    (layer,) = drawn_lines([Line((170.0, 0.0), (-170.0, 0.0), 2.0, "#000000")], lambda p: 5 * p)
    assert len({row["line"] for row in layer["data"]["values"]}) == 2
    nowhere = drawn_lines([Line((0.0, 0.0), (1.0, 1.0), 1.0, "#000000")], lambda p: p * np.nan)
    assert nowhere == []
    assert np.ptp(great_circle((5.0, 5.0), (5.0, 5.0))) == 0
