import numpy as np
import polars as pl

from buzzline.linkages.against_gravity import Comparison, compared_with_nulls, layer_of
from buzzline.linkages.tie_ends import squared_limits
from buzzline.network import ties_by_scale
from buzzline.space.scales import Cutoffs
from buzzline.space.sites import sites_of
from buzzline.space.zones import zones_of
from buzzline.tables.worlds import make_world


def test_a_clusters_own_ties_do_not_move_its_yardstick():
    """Doubling the local ties of a cluster leaves what is expected of it nearly unchanged."""
    world = make_world(organisations=800, clusters=3, rng=1)
    study = world.study
    members = world.truth.cluster == 0
    limits = squared_limits([Cutoffs()])
    zones = zones_of(study.organisations, sites_of(study.organisations))
    inside = set(study.organisations["org_id"].to_numpy()[members])
    local = [
        row for row in study.linkages.filter(layer="supply").iter_rows(named=True)
        if row["source"] in inside and row["target"] in inside
    ]  # fmt: skip
    doubled = pl.concat([study.linkages, pl.DataFrame(local, schema=study.linkages.schema)])
    more = study.with_table("linkages", doubled)
    expected = []
    for each in (world.study, more):
        found = compared_with_nulls(
            layer_of(each, zones, "supply", limits=limits), members, limits,
            level=0.95, draws=9, rng=np.random.default_rng(1),
        )  # fmt: skip
        assert isinstance(found, Comparison)
        model = found.models["G2"]
        total = found.counted.observed.sum()
        expected.append(model.compared[0].expected / total)
    assert np.allclose(expected[0], expected[1], atol=1e-6)


def test_ties_bundled_by_project_count_for_less():
    """The same ties, once each on its own and once in consortia that differ from each other."""
    world = make_world(organisations=800, clusters=3, rng=1)
    members = world.truth.cluster == 0
    limits = squared_limits([Cutoffs()])
    zones = zones_of(world.study.organisations, sites_of(world.study.organisations))
    scale = ties_by_scale(
        world.study.linkages, world.study.organisations, Cutoffs()
    ).collect().to_polars()  # fmt: skip
    consortia = pl.format("{} {}", scale["scale"], pl.int_range(scale.height) // 400)
    effects = []
    for record in (pl.lit("register"), consortia):
        ties = scale.select(world.study.linkages.columns).with_columns(observed_by=record)
        study = world.study.with_table("linkages", ties)
        found = compared_with_nulls(
            layer_of(study, zones, "research", limits=limits), members, limits,
            level=0.95, draws=9, rng=np.random.default_rng(1),
        )  # fmt: skip
        effects.append(found.counted.overdispersion)
    assert effects[1] > 3 * effects[0]
