"""Which data would let an analysis speak that could not."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from buzzline.analysis import NotMade
from buzzline.diagnosis.signs import Sign

NOT_MADE_SCHEMA = {"analysis": pl.String, "reason": pl.String, "needs": pl.String}
NEEDS: dict[str, str] = {
    "scale_balance": "a list of ties with the places of both ends, domestic and foreign",
    "missing_link_patterns": "ties with owners of organisations (`owner_id`), sites, and "
    "purchases of affiliates",
    "gatekeepers": "directed ties of advice among the members and from outside, from a survey "
    "by roster that four in five answer (`buzzline survey`)",
    "external_reach": "ties among the members and to organisations outside",
    "redundancy": "ties among the members and to organisations outside, with their weights",
    "removal_curves": "ties among the members",
    "weakest_link_test": "who adopted a practice when (`knowledge_items`), and the ties along "
    "which it came",
    "buzz_and_pipelines": "coordinates of establishments, and ties that show an investment "
    "(contracts, joint research, affiliates)",
    "mutual_stimulation": "outcomes of organisations over five years or more",
    "investment_direction": "deals (`linkages` in the layers acquisition, investment, "
    "ownership or affiliate) with the industries of both ends",
    "five_dimensions": "several clusters of one industry, input-output flows, support "
    "organisations and ownership",
    "social_capital": "a survey on norms and trust (`buzzline survey`)",
    "temporary_clusters": "who attended which gathering, with ties before and after it",
}


# The questions that nothing else answers where a result is not there.
ASKED_BY: dict[str, tuple[str, ...]] = {
    "gatekeepers": ("who carries the outside",),
    "redundancy": ("what breaks",),
    "buzz_and_pipelines": ("distant pipelines",),
    "missing_link_patterns": ("owners abroad",),
    "five_dimensions": tuple(
        f"{name} dimension"
        for name in ("horizontal", "vertical", "institutional", "external", "power")
    ),
}


def signs_of_unmade(clusters: pl.DataFrame, results: Mapping[str, object]) -> list[Sign]:
    """Return an open sign a cluster and question that no result was there to answer.

    Parameters
    ----------
    clusters : DataFrame
        `cluster_id`, `label`, `industry`.
    results : mapping of analysis to its result or `NotMade`
    """
    return [
        Sign(
            row["cluster_id"], row["label"], row["industry"], theme, name, "not made", "open",
            reason=f"not made: {result.reason.rstrip('.')}",
        )
        for row in clusters.iter_rows(named=True)
        for name, result in results.items()
        if isinstance(result, NotMade)
        for theme in ASKED_BY.get(name, ())
    ]  # fmt: skip


def not_made(results: Mapping[str, object]) -> pl.DataFrame:
    """Return which results were not there, why, and which data they need.

    Parameters
    ----------
    results : mapping of analysis to its result or `NotMade`

    Examples
    --------
    >>> not_made({"gatekeepers": NotMade("no ties")}).row(0)[:2]
    ('gatekeepers', 'no ties')
    """
    rows = [
        (name, result.reason, NEEDS.get(name, ""))
        for name, result in results.items()
        if isinstance(result, NotMade)
    ]
    return pl.DataFrame(rows, schema=NOT_MADE_SCHEMA, orient="row")
