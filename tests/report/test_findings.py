"""Sentences of the report about what was found."""

from dataclasses import replace

import polars as pl

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
