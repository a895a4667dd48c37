"""Cognitive distance of clusters: planted alikeness, size under chance, bad input."""

import numpy as np
import polars as pl
import pytest
from tests.linkages.planted_nearness import clustering_in, knowing_world

from buzzline.charts import chart
from buzzline.errors import InvalidArgument
from buzzline.linkages.cognitive_distance import cognitive_distance
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


def test_members_drawn_at_random_are_as_chance_and_ties_made_by_likeness_are_alike():
    found = []
    for seed in range(4):
        world, study, _ = knowing_world(seed)
        rows = cognitive_distance(
            study, clustering_in(world, study), layers=["coinvention"], draws=59, rng=seed
        ).rows.filter(pl.col("measure") == "jaffe")
        found.append(rows)
    rows = pl.concat(found)
    members = rows.filter(pl.col("among") == "members")
    assert (members["p"] <= 0.05).mean() <= 0.2
    outward = rows.filter(pl.col("among") == "ties to others").drop_nulls("value")
    assert (outward["value"] < outward["expected"]).mean() > 0.9
    assert (outward["verdict"] == "alike").mean() > 0.3


def test_a_cluster_that_knows_the_same_is_alike():
    world, study, _ = knowing_world(7)
    members = study.organisations["org_id"].filter(pl.Series(world.truth.cluster == 0))
    others = study.knowledge_items.filter(~pl.col("org_id").is_in(members.implode()))
    code = others["classes"].mode()[0]
    same = pl.DataFrame({
        "item_id": [f"S{k}" for k in range(members.len())], "org_id": members,
        "kind": ["patent"] * members.len(), "classes": [code] * members.len(),
        "date": [None] * members.len(),
    }).cast(others.schema)  # fmt: skip
    study = study.with_table("knowledge_items", pl.concat([others, same]))
    rows = cognitive_distance(study, clustering_in(world, study), draws=199, rng=1).rows
    first = rows.filter(
        (pl.col("cluster_id") == "cluster 0") & (pl.col("among") == "members")
        & (pl.col("measure") == "jaffe")
    ).row(0, named=True)  # fmt: skip
    assert (first["value"], first["verdict"]) == (0.0, "alike")
    assert first["p"] == pytest.approx(0.01)


def test_what_is_not_known_is_said_not_guessed():
    world = make_world(organisations=200, clusters=2, rng=1)
    bare = world.study.with_table("knowledge_items", world.study.knowledge_items.clear())
    found = cognitive_distance(bare, clustering_in(world, bare), draws=9, rng=1)
    jaffe = found.rows.filter(pl.col("measure") == "jaffe")
    assert set(jaffe["verdict"]) == {"not testable"}
    assert jaffe["reason"].str.contains("knowledge_items").all()
    assert "cannot be compared" in str(found)
    few = cognitive_distance(world.study, clustering_in(world, world.study), draws=0, rng=1)
    assert "not testable" in few.rows["verdict"].to_list()


def test_bad_arguments_are_refused():
    world = make_world(organisations=100, clusters=1, rng=1)
    clustering = clustering_in(world, world.study)
    with pytest.raises(InvalidArgument, match="has the layer 'nonsense'"):
        cognitive_distance(world.study, clustering, layers=["nonsense"])
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        cognitive_distance(world.study, clustering, level=1.0)


def test_no_ties_and_no_coordinates_are_legal():
    world = make_world(organisations=100, clusters=1, rng=1)
    clustering = clustering_in(world, world.study)
    empty = world.study.with_table("linkages", world.study.linkages.clear())
    found = cognitive_distance(empty, clustering, draws=19, rng=1)
    assert set(found.rows.filter(pl.col("among") != "members")["verdict"]) == {"not testable"}
    null = world.study.organisations.with_columns(
        longitude=pl.lit(None), latitude=pl.lit(None), industry=pl.lit(None)
    )
    blank = world.study.with_table("organisations", null)
    assert isinstance(blank, Study)
    assert np.isfinite(
        cognitive_distance(blank, clustering, draws=19, rng=1).rows["n"].to_numpy()
    ).all()


def test_a_cluster_that_is_its_industry_is_not_held_against_itself():
    world, study, _ = knowing_world(3)
    clustering = clustering_in(world, study)
    own = dict(clustering.members.select("org_id", "cluster_id").iter_rows())
    industry = [own.get(name, "other") for name in study.organisations["org_id"]]
    study = study.with_table(
        "organisations", study.organisations.with_columns(industry=pl.Series(industry))
    )
    found = cognitive_distance(study, clustering, draws=39, rng=1)
    rows = found.rows.filter(pl.col("among") == "members").drop_nulls("value")
    assert set(rows["verdict"]) == {"not testable"}
    assert rows["reason"].str.contains("changes nothing").all()
    assert rows["p"].null_count() == rows.height
    assert (rows["expected"] - rows["value"]).abs().max() < 1e-9
    assert "not testable" in str(found)
    assert chart(found).svg()
