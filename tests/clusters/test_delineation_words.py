"""Verdicts in plain words: by hand, case by case."""

from dataclasses import replace

import polars as pl
import pytest

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.clusters.clustering import FIRST_TEST_ONLY, TESTED_BESIDE
from buzzline.clusters.delineation_rule import TwoTestRule
from buzzline.clusters.delineation_words import headline, sentence
from buzzline.tables.worlds import make_sibling_world

NAMES = ["Nillon north, RO", "Nillon south, RO", "Nillon west, RO"]


def pairs(*outcomes, **more):
    """Return pairs of three clusters (or two) with these outcomes."""
    ends = [(0, 1), (0, 2), (1, 2)][: len(outcomes)]
    return pl.DataFrame([
        {"industry": "Optics", "cluster_id": f"c{one}", "label": NAMES[one],
         "sibling_id": f"c{two}", "sibling": NAMES[two], "outcome": outcome,
         "possible": "multiple clusters; one cluster, several sites", "labour": "not testable",
         "linkages": "separate", "distinct": "distinct", "needed_in": "labour_move",
         "n_needed": 74, **more}
        for (one, two), outcome in zip(ends, outcomes, strict=True)
    ])  # fmt: skip


def members(*clusters):
    return pl.DataFrame({"site_id": [f"c{k}" for k in range(len(clusters))],
                         "cluster_id": list(clusters)})  # fmt: skip


@pytest.mark.parametrize(
    ("outcomes", "after", "said"),
    [(["multiple clusters"] * 3, "c0 c1 c2", "three clusters, not one."),
     (["one cluster, several sites"], "c0 c0", "one cluster with two sites."),
     (["one cluster"], "c0 c0", "one cluster, not two."),
     (["overlapping communities in one place"], "c0 c1",
      "two overlapping communities in one place."),
     (["multiple clusters", "multiple clusters", "one cluster"], "c0 c1 c1",
      "three candidates make two clusters."),
     (["not testable"] * 3, "c0 c1 c2",
      "not testable whether the three candidates are several clusters or one."),
     (["multiple clusters", "not testable", "not testable"], "c0 c1 c2",
      "three candidates make three clusters, 2 pairs of them not testable.")],
)  # fmt: skip
def test_the_verdict_in_plain_words_by_hand(outcomes, after, said):
    found = headline(pairs(*outcomes), members(*after.split()))
    assert found == f"Optics around Nillon: {said}"


def test_untested_candidates_stay_untested_by_hand():
    table = pairs(*["not testable"] * 3)
    clusters = pl.DataFrame({"n_sites": [1, 1, 1]})
    said = sentence(table, clusters, TwoTestRule())
    assert said.startswith(
        "3 candidates, kept apart because not testable; it needs about 74 ties of labour move; "
        "possible: multiple clusters, one cluster, several sites."
    )
    assert "make 3 clusters" not in said
    assert 'In 3 pairs only labour is missing: needs="linkages"' in said


def test_without_any_layer_of_labour_it_is_said_which_is_needed_by_hand():
    table = pairs("not testable", n_needed=None, needed_in=None, linkages="not testable")
    said = sentence(table, pl.DataFrame({"n_sites": [1, 1]}), TwoTestRule())
    assert "needs a layer of labour (labour_move or commute)" in said
    assert "only labour is missing" not in said


def test_the_weaker_claim_is_called_weaker_by_hand():
    table, clusters = pairs("multiple clusters"), pl.DataFrame({"n_sites": [1, 1]})
    assert "weaker claim" in sentence(table, clusters, TwoTestRule(needs="linkages"))
    assert "weaker" not in sentence(table, clusters, TwoTestRule())
    assert "2 candidates make 2 clusters." in sentence(table, clusters, TwoTestRule())


def test_candidates_tested_beside_say_where_and_nothing_else_changes_an_invariant():
    study = make_sibling_world(organisations=600, rng=1).study
    found = candidate_clusters(study, industries=["optics"], draws=19, rng=1)
    shown = found.tested_beside()
    assert (found.note, shown.note) == (FIRST_TEST_ONLY, TESTED_BESIDE)
    assert "not been tested" not in str(shown)
    assert "candidate cluster" in str(shown)
    assert shown.clusters is found.clusters
    assert replace(found, note="as given").tested_beside().note == "as given"
