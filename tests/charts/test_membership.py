"""The pictures of membership."""

import polars as pl
import pytest
from tests.charts.pictures import overlaps, texts
from tests.clusters.planted import planted

from buzzline.charts import chart, charts_of
from buzzline.charts.membership import AROUND_KM, membership_chart
from buzzline.clusters.membership import membership
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_sibling_world


@pytest.fixture(scope="module")
def found():
    world = make_sibling_world(organisations=400, rng=3)
    return membership(world.study, planted(world), draws=19, rng=1)


@pytest.mark.parametrize("width", [280, 680])
def test_maps_and_counts_are_drawn_and_no_words_overlap(found, width):
    pictures = charts_of("membership", found, width=width)
    assert set(pictures) == {"membership", "membership.far", "membership.types"}
    for spec in pictures.values():
        svg = spec.svg()
        assert not overlaps(svg)
        assert "core member" in " ".join(box[0] for box in texts(svg))


def test_by_hand_the_map_of_the_surroundings_counts_who_is_on_it(found):
    here = found.members.filter(pl.col("cluster_id") == "D1", pl.col("km") <= AROUND_KM)
    svg = membership_chart(found, cluster="D1").svg()
    said = " ".join(box[0] for box in texts(svg))
    for name in ("core member", "local outsider"):
        assert f"{name} ({here.filter(pl.col('type') == name).height:,})" in said
    assert "away, outside this map" in said


def test_no_members_and_no_coordinates_say_why():
    world = make_sibling_world(organisations=300, rng=3)
    lost = Study.of(
        organisations=world.study.organisations.with_columns(longitude=None, latitude=None),
        linkages=world.study.linkages,
    )
    nobody = membership(lost, planted(world), draws=9, rng=1)
    for spec in charts_of("membership", nobody).values():
        assert "not testable" in spec.alt.lower()
    assert "Who belongs to" in chart(nobody).title
