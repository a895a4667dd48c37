"""Sentences of the report about what was found."""

from dataclasses import replace

import polars as pl
from tests.diagnosis.balances import balance as by_hand
from tests.diagnosis.balances import balance_row
from tests.diagnosis.balances import clustering as by_hand_clusters
from tests.diagnosis.balances import study as tied

from buzzline.diagnosis import cluster_diagnosis
from buzzline.report.diagnosis import overall
from buzzline.report.findings import findings
from buzzline.space.scales import UNKNOWN_SCALE


def test_nothing_is_claimed_where_nothing_could_be_examined(
    study, profile, clustering, balance
):
    none_looked_for = clustering.coverage.with_columns(status=pl.lit("not examined: too few"))
    unplaced = profile.profile.filter(pl.col("scale") == UNKNOWN_SCALE)
    said = findings(
        study,
        replace(profile, profile=unplaced),
        replace(clustering, clusters=clustering.clusters.clear(), coverage=none_looked_for),
        replace(balance, balance=balance.balance.clear()),
    )
    assert unplaced.height
    assert said[1] == "No cluster could be looked for; the section on limits says why."
    assert said[2] == "No tie has a known scale; the section on limits says why."


def test_an_empty_search_is_told_from_none(study, profile, clustering, balance):
    empty = replace(clustering, clusters=clustering.clusters.clear())
    said = findings(study, profile, empty, replace(balance, balance=balance.balance.clear()))
    assert said[1].startswith("No candidate cluster stands out from chance")


def test_no_finding_about_scales_contradicts_the_diagnosis(study, profile, clustering):
    """Against size and distance all is short; against borders, too, only Jena is, and least."""
    rows = [
        balance_row("global", times, 1.1, model=model, cluster_id=name, label=name, q=q)
        for name, of_g1, of_g2, q in (("Lyon", 0.1, 1.0, 0.01), ("Jena", 0.5, 0.5, 0.001),
                                      ("Prato", 0.2, 0.2, 0.3))
        for model, times in (("G1", of_g1), ("G2", of_g2))
    ]  # fmt: skip
    said = findings(study, profile, clustering, by_hand(rows))
    (counted,) = [each for each in said if each.startswith("Held against")]
    assert counted == (
        "Held against what size, distance and borders give, 3 comparisons of 3 clusters by "
        "layer and scale came out as 1 fewer than expected, 1 as expected and 1 without enough "
        "known to tell."
    )
    assert said[-1].startswith("Most firmly")
    assert "Jena (textiles) has 0.5 times the global ties of the layer supply" in said[-1]
    assert "size, distance and borders give" in said[-1]
    assert not any(name in said[-1] for name in ("Lyon", "Prato"))


def test_special_case_ties_that_were_not_compared_are_told_with_the_reason(
    study, profile, clustering
):
    none = by_hand([], [("c", "Jena", "optics", "advice", "all ties are this cluster's own")])
    said = findings(study, profile, clustering, none)
    assert said[-1] == (
        "No cluster has ties that could be held against size and distance (all ties are this "
        "cluster's own)."
    )
    diagnosed = cluster_diagnosis(tied(), by_hand_clusters(), none)
    assert overall(diagnosed) == (
        "Of no cluster can anything be said about ties at any scale: all ties are this "
        "cluster's own."
    )


def test_by_hand_the_headline_counts_who_is_short_in_some_layer_and_names_few():
    rows = [
        balance_row("national", times, 1.1, layer=layer)
        for layer, times in (("supply", 0.1), ("licences", 1.0))
    ]
    both = [*rows, balance_row("global", 0.1, 1.1),
            balance_row("global", 5.0, 1.1, layer="licences")]  # fmt: skip
    assert overall(cluster_diagnosis(tied(), by_hand_clusters(), by_hand(both))) == (
        "Of 1 cluster whose ties can be compared 1 is short of national ties in some layer "
        "(Prato, IT), 1 is short of global ties in some layer (Prato, IT) and 1 is rich in "
        "global ties in some layer (Prato, IT)."
    )
