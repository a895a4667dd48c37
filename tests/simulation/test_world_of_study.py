"""Worlds that start from the user's own study."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.errors import InvalidArgument, TooFew
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import place_named, world_of_study
from buzzline.simulation.study_ties import KIND_OF
from buzzline.simulation.world import LAYERS
from buzzline.tables.connectors.cordis import read_cordis
from buzzline.tables.connectors.crunchbase import read_crunchbase
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import LAYERS as STUDY_LAYERS
from buzzline.tables.worlds import make_world


@pytest.fixture(scope="module")
def small() -> Study:
    """Prato (two organisations), Carpi in another region, Lyon in another country."""
    return Study.of(
        organisations=pl.DataFrame({
            "org_id": ["a", "b", "c", "d", "lost"],
            "kind": ["sme", "university", "large", "sme", "sme"],
            "industry": ["textiles", "textiles", "ceramics", None, "textiles"],
            "longitude": [11.10, 11.11, 10.88, 4.83, None],
            "latitude": [43.88, 43.88, 44.78, 45.76, None],
            "city": ["Prato", "Prato", "Carpi", "Lyon", None],
            "region": ["Toscana", "Toscana", "Emilia", "Rhône", None],
            "country": ["IT", "IT", "IT", "FR", "IT"],
            "jobs": [10.0, None, 30.0, 20.0, 5.0],
            "owner_id": [None, None, "d", None, None],
        }),
        linkages=pl.DataFrame({
            "source": ["a", "b", "a", "c", "a", "a", "a", "d"],
            "target": ["b", "a", "c", "d", "lost", "a", "d", "c"],
            "layer": ["research", "research", "supply", "supply", "supply", "supply",
                      "competition", "social"],
            "trust": [0.4, 0.6, None, None, None, None, None, None],
            "initiated_copresent": [None, None, None, True, None, None, None, None],
            "start": [date(2010, 1, 1)] * 8,
            "end": [None, None, date(2014, 1, 1), *[None] * 5],
        }),
    )  # fmt: skip


def test_ties_of_a_small_study_by_hand(small):
    world = world_of_study(small)
    ids, ties = world.ids, world.ties
    found = {
        (frozenset((ids[s], ids[t])), LAYERS[layer]): (int(scale), round(float(trust), 3))
        for s, t, layer, scale, trust in zip(
            ties["source"], ties["target"], ties["layer"], ties["scale"], ties["trust"],
            strict=True,
        )
    }  # fmt: skip
    assert found == {
        (frozenset("ab"), "research"): (0, 0.5),  # told twice: the mean
        (frozenset("ac"), "supply"): (2, 0.5),  # (0.2 + 0.8) / 2
        (frozenset("cd"), "supply"): (3, 0.7),  # begun face to face: (0.6 + 0.8) / 2
        (frozenset("cd"), "community"): (3, 0.5),
    }


def test_what_is_not_known_is_assumed_and_said(small):
    world = world_of_study(small)
    by_id = dict(zip(world.ids, world.jobs, strict=True))
    assert by_id == {"a": 10, "b": 20, "c": 30, "d": 20}
    assert world.industries == ("textiles", "ceramics", "other")
    said = " ".join(world.notes)
    for words in ("1 organisation without coordinates", "Jobs of 1 of 4", "without industry",
                  "Population of 3 of 3 places", "trust is not told"):  # fmt: skip
        assert words in said


def test_owners_and_universities_are_kept(small):
    world = world_of_study(small)
    row = {name: k for k, name in enumerate(world.ids)}
    assert world.owner[row["c"]] == world.place[row["d"]]
    assert world.owner[row["a"]] == -1
    assert world.is_university.tolist() == [name == "b" for name in world.ids]


def test_a_year_leaves_out_ties_that_had_ended(small):
    assert len(world_of_study(small, year=2016).ties["source"]) == 3


def test_trust_that_is_not_told_follows_the_settings(small):
    world = world_of_study(small, settings=Settings({"trust_ceiling": 0.4}))
    assert sorted(world.ties["trust"].tolist()) == pytest.approx([0.3, 0.3, 0.4, 0.5])


def test_rows_do_not_matter(small):
    turned = Study.of(
        organisations=small.organisations.reverse(), linkages=small.linkages.reverse()
    )
    one, other = world_of_study(small), world_of_study(turned)
    assert one.places.names == other.places.names
    assert dict(zip(one.ids, one.place, strict=True)) == dict(
        zip(other.ids, other.place, strict=True)
    )


def test_places_are_found_by_their_names(small):
    world = world_of_study(small, focal=["Prato, IT"])
    assert world.places.names[world.focal[0]] == "Prato, IT"
    assert place_named(world.places, "lyon") == world.places.names.index("Lyon, FR")
    with pytest.raises(InvalidArgument, match="Florence"):
        world_of_study(small, focal=["Florence"])


def test_without_coordinates_there_is_no_world():
    with pytest.raises(TooFew, match="coordinates"):
        world_of_study(Study.of(organisations=pl.DataFrame({"org_id": ["a"]})))


def test_without_ties_all_begin_without():
    study = Study.of(
        organisations=pl.DataFrame(
            {"org_id": ["a"], "longitude": [1.0], "latitude": [2.0], "country": ["FR"]}
        )
    )
    world = world_of_study(study)
    assert world.n == 1
    assert len(world.ties["source"]) == 0
    assert any("no ties" in note for note in world.notes)


def test_every_layer_of_the_schema_is_of_a_kind():
    assert set(KIND_OF) == set(STUDY_LAYERS)
    assert set(KIND_OF.values()) == set(LAYERS)


def test_a_made_up_world_keeps_its_places_population_and_knowledge():
    study = make_world(organisations=200, rng=1).study
    world = world_of_study(study)
    told = dict(study.places.select("place_id", "population").iter_rows())
    assert world.places.population.tolist() == [told[k] for k in world.places.ids]
    assert world.knowledge.shape == (200, 10)
    assert world.knowledge.mean() == pytest.approx(0.5, rel=1e-4)
    assert (world.knowledge > 0).all()
    assert (np.diff(world.place) >= 0).all()


def test_fewer_categories_than_classes_gather_them():
    study = make_world(organisations=200, rng=1).study
    world = world_of_study(study, n_categories=3)
    assert world.knowledge.shape == (200, 3)
    assert np.isfinite(world.knowledge).all()


def test_crunchbase_becomes_a_world_in_which_the_large_places_are_known(shared_data):
    world = world_of_study(read_crunchbase(shared_data / "crunchbase2015_acquisitions"))
    assert world.n == 20_587
    sizes = np.bincount(world.place)
    largest = [world.places.names[k] for k in np.argsort(-sizes)[:4]]
    assert "London, GB" in largest
    assert "New York, US" in largest
    assert len(world.ties["source"]) > 10_000
    assert world.related.min() >= 0
    assert world.related.max() == 1


def test_cordis_becomes_a_world_of_research_ties(shared_data):
    world = world_of_study(read_cordis(shared_data / "cordis_semiconductor_ev"))
    assert world.n == 765
    assert set(world.ties["layer"].tolist()) == {LAYERS.index("research")}
    assert world.is_university.sum() == 272


def test_knowledge_of_a_handful_is_not_taken_for_knowledge_of_all():
    study = make_world(organisations=200, rng=1).study
    few = study.with_table("knowledge_items", study.knowledge_items.head(5))
    world = world_of_study(few)
    assert world.knowledge is None
    assert any("knowledge is drawn" in note for note in world.notes)
