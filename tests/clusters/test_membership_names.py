"""Members are named in the table, not coded alone."""

import polars as pl
from tests.clusters.planted import planted

from buzzline.clusters.membership import membership
from buzzline.tables.worlds import make_sibling_world


def test_members_carry_the_names_of_the_study_an_invariant():
    world = make_sibling_world(organisations=400, rng=1)
    found = membership(world.study, planted(world), draws=0, rng=1).table()
    known = world.study.organisations.select("org_id", pl.col("name").alias("known"))
    rows = found.join(known, on="org_id", how="left", validate="m:1")
    assert rows.height == found.height > 0
    assert (rows["name"] == rows["known"]).all()
    assert found.columns[:5] == ["cluster_id", "label", "org_id", "name", "type"]
