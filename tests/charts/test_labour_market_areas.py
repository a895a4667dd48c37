"""The picture of labour-market areas."""

import polars as pl
import pytest
from tests.charts.pictures import overlaps, texts

from buzzline.charts import chart
from buzzline.clusters.labour_market_areas import labour_market_areas
from buzzline.clusters.labour_markets import AreaRule
from buzzline.tables.study import Study


def areas(n_places=6):
    names = [f"Town {k}" for k in range(n_places)]
    frame = pl.DataFrame({"org_id": names, "city": names})
    ends = [(one, other) for one in range(n_places) for other in range(n_places)]
    ways = pl.DataFrame({
        "source": [names[a] for a, _ in ends], "target": [names[b] for _, b in ends],
        "layer": "commute", "weight": [400.0 if a // 2 == b // 2 else 9.0 for a, b in ends],
    })  # fmt: skip
    study = Study.of(organisations=frame, linkages=ways)
    return labour_market_areas(study, rule=AreaRule(300, 1000), draws=19, rng=1)


@pytest.mark.parametrize("width", [280, 680])
def test_areas_are_drawn_and_no_words_overlap(width):
    svg = chart(areas(), width=width).svg()
    said = " ".join(box[0] for box in texts(svg))
    assert "2 places" in said
    assert not overlaps(svg)


def test_no_flows_say_why():
    study = Study.of(organisations=pl.DataFrame({"org_id": ["a"]}))
    spec = chart(labour_market_areas(study, rng=1))
    assert "Not testable" in spec.alt or "Not testable" in spec.svg()
