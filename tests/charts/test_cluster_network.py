"""Pictures of hotspots, networks of clusters, co-investment and groups."""

import numpy as np
import pytest
from tests.charts.pictures import overlaps, texts
from tests.investment.between_clusters import at_random, dealt
from tests.investment.test_co_investment import at_random as investments
from tests.investment.test_co_investment import invested
from tests.investment.test_group_hierarchy import TREE, grouped

from buzzline.charts import chart, charts_of
from buzzline.errors import InvalidArgument
from buzzline.investment.cluster_network import cluster_network
from buzzline.investment.co_investment import co_investment
from buzzline.investment.group_hierarchy import group_hierarchy
from buzzline.investment.hotspots import hotspots


@pytest.fixture(scope="module")
def results():
    rng = np.random.default_rng(1)
    deals = at_random(14, 160, rng)
    years = [2001 + k % 9 for k in range(len(deals))]
    study, clustering = dealt(deals, 14, year=years, industries=("optics", "steel"))
    ring = [(k, k % 7 + 1) for k in range(1, 8)]
    return {
        "hotspots": hotspots(study, clustering, draws=39, rng=1),
        "cluster_network": cluster_network(study, clustering, draws=39, rng=1),
        "co_investment": co_investment(invested(investments(rng)), draws=39, rng=1),
        "group_hierarchy": group_hierarchy(grouped([(8, TREE), (8, ring)]), draws=39, rng=1),
    }  # fmt: skip


WORDS = {
    "hotspots": "deals of", "hotspots.concentration": "deals in",
    "cluster_network": "Reciprocity", "cluster_network.by_period": "change",
    "co_investment": "Sigma, uncorrected", "group_hierarchy": "headquarters",
}  # fmt: skip


@pytest.mark.parametrize("width", [280, 680])
@pytest.mark.parametrize("name", ["hotspots", "cluster_network", "co_investment",
                                  "group_hierarchy"])  # fmt: skip
def test_what_was_measured_is_drawn_and_no_words_overlap(results, name, width):
    for which, spec in charts_of(name, results[name], width=width).items():
        svg = spec.svg()
        assert WORDS[which] in " ".join(box[0] for box in texts(svg)).replace("\n", " ")
        assert not overlaps(svg)
        assert spec.alt


@pytest.mark.parametrize("name", ["hotspots", "cluster_network", "co_investment",
                                  "group_hierarchy"])  # fmt: skip
def test_too_narrow_is_said(results, name):
    with pytest.raises(InvalidArgument, match="width"):
        chart(results[name], width=100)


def test_what_lies_beyond_the_axis_is_an_arrow(results):
    drawn = chart(results["co_investment"]).spec["data"]["values"]
    uncorrected = [row for row in drawn if row["label"] == "Sigma, uncorrected"]
    assert all(row["goes_on_high"] or row["at"] > 1 for row in uncorrected)
    assert all(row["at"] is None for row in uncorrected if row["goes_on_high"])
