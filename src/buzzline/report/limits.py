"""What cannot be said, and why: as much a result as what can."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from buzzline.clusters.clustering import FIRST_TEST_ONLY, Clustering
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.report.budget import UNTESTED_ROWS
from buzzline.report.tables import Column, PageTable, rows_of, text, whole
from buzzline.report.wording import listed, percent, plural
from buzzline.space.scales import UNKNOWN_SCALE
from buzzline.tables.study import Study


@dataclass(frozen=True, slots=True, eq=False)
class Limit:
    """One thing that cannot be said, and the cases behind it."""

    title: str
    text: str
    table: PageTable | None = None


def limits(
    study: Study,
    profile: ScaleProfile,
    clustering: Clustering,
    balance: ScaleBalance,
    *,
    second: bool = False,
) -> list[Limit]:
    """Return every limit that applies to this study, the general ones first.

    Parameters
    ----------
    second : bool
        The second test on clusters, that of social separation, was made; it says itself what
        could not be tested.
    """
    stated = [Limit("Limit of the source", note) for note in study.about.notes]
    if not study.organisations.height:
        return stated
    found = [
        None if second else Limit("Whether a cluster is socially separate", FIRST_TEST_ONLY),
        Limit(
            "Which of two causes an excess has",
            "The yardsticks know size, distance and borders, but not industries: part of an "
            "excess of local ties is that like trades with like. An excess or a gap is a "
            "question to ask on the ground, not its answer, and says nothing about what a "
            "policy would change.",
        ),
        _without_coordinates(study), _unplaced(profile), _not_enough(balance),
        _untested(balance), _unstable(balance), _unexamined(clustering),
    ]  # fmt: skip
    return [limit for limit in (*found, *stated) if limit is not None]


def _without_coordinates(study: Study) -> Limit | None:
    missing = study.organisations["longitude"].null_count()
    if not missing:
        return None
    return Limit(
        "Organisations without coordinates",
        f"{plural(missing, 'organisation')} "
        f"({percent(missing / study.organisations.height, 1)}) "
        "have no coordinates. They are in no cluster and on no map, and their ties "
        "have no scale.",
    )


def _unplaced(profile: ScaleProfile) -> Limit | None:
    unknown = profile.profile.filter((pl.col("scale") == UNKNOWN_SCALE) & (pl.col("n") > 0))
    if not unknown.height:
        return None
    totals = dict(profile.profile.group_by("layer").agg(pl.col("n").sum()).iter_rows())
    parts = [
        f"{row['n']:,} of {totals[row['layer']]:,} {row['layer'].replace('_', ' ')} ties "
        f"({percent(row['n'] / totals[row['layer']])})"
        for row in unknown.iter_rows(named=True)
    ]
    return Limit(
        "Ties that fall on no scale",
        f"{listed(parts)} have an end without coordinates, or without country where that "
        "decides. They are left out of every share; if they are unlike the others, shares are "
        "biased.",
    )


def _not_enough(balance: ScaleBalance) -> Limit | None:
    short = balance.balance.filter(
        (pl.col("model") == "G1") & (pl.col("verdict") == "not enough links")
    )
    if not short.height:
        return None
    columns = (
        Column("cluster", "Cluster"),
        Column("industry", "Industry"),
        Column("layer", "Layer"),
        Column("scale", "Scale"),
        Column("n", "Ties it has", "number"),
        Column(
            "n_needed", "Ties needed", "number", "To show a halving, with 80 % probability."
        ),
    )
    industries = dict(short.select("cluster_id", pl.lit("")).iter_rows())
    if "industry" in short.columns:
        industries = dict(short.select("cluster_id", "industry").iter_rows())
    lines = [
        (text(row["label"]), text(industries[row["cluster_id"]]),
         text(row["layer"].replace("_", " ")), text(row["scale"]), whole(row["n"]),
         whole(row["n_needed"]))
        for row in short.head(UNTESTED_ROWS).iter_rows(named=True)
    ]  # fmt: skip
    left = short.height - len(lines)
    note = f"{left:,} more are in the result files." if left else ""
    return Limit(
        "Too few ties to tell",
        f"For {plural(short.height, 'comparison')} of a cluster, layer and scale the ties are "
        "too few: even if only half the expected ties were there, this would show in fewer "
        "than four of five such studies. A dash means that no number of ties would do.",
        PageTable("not_enough_links", "Ties there are, and ties that would be enough (G1)",
                  columns, rows_of(lines), is_long=len(lines) > 8, note=note),
    )  # fmt: skip


def _untested(balance: ScaleBalance) -> Limit | None:
    if not balance.untested.height:
        return None
    columns = (
        Column("cluster", "Cluster"),
        Column("layer", "Layer"),
        Column("reason", "Why it was not tested"),
    )
    lines = [
        (
            text(row["label"]),
            text((row["layer"] or "all").replace("_", " ")),
            text(row["reason"]),
        )
        for row in balance.untested.head(UNTESTED_ROWS).iter_rows(named=True)
    ]
    left = balance.untested.height - len(lines)
    note = f"{left:,} more are in the result files." if left else ""
    return Limit(
        "Clusters that were not tested",
        f"{plural(balance.untested.height, 'pair')} of a cluster and a layer could not be held "
        "against any yardstick.",
        PageTable("untested", "Clusters and layers that were not tested", columns,
                  rows_of(lines), is_long=len(lines) > 8, note=note),
    )  # fmt: skip


def _unstable(balance: ScaleBalance) -> Limit | None:
    default = balance.balance.filter(pl.col("model") == "G1")
    shaky = default.filter(~pl.col("is_stable"))
    if not shaky.height:
        return None
    cutoffs = balance.cutoffs
    return Limit(
        "Verdicts that hang on the cut-offs",
        f"{shaky.height:,} of {plural(default.height, 'verdict')} against size and distance "
        f"change when local ends a third nearer or further than {cutoffs.local_km:g} km and "
        f"regional than {cutoffs.regional_km:g} km. They are marked in the tables; "
        "do not lean on them.",
    )


def _unexamined(clustering: Clustering) -> Limit | None:
    missing = clustering.coverage.filter(pl.col("status") != "examined")
    if not missing.height:
        return None
    columns = (
        Column("industry", "Industry"),
        Column("scale_km", "Scale, km", "number"),
        Column("n_organisations", "Organisations", "number"),
        Column("n_located", "With coordinates", "number"),
        Column("status", "Why it was not examined"),
    )
    lines = [
        (text(row["industry"]), whole(None) if row["scale_km"] is None else
         text(f"{row['scale_km']:g}"), whole(row["n_organisations"]), whole(row["n_located"]),
         text(row["status"]))
        for row in missing.head(UNTESTED_ROWS).iter_rows(named=True)
    ]  # fmt: skip
    left = missing.height - len(lines)
    note = f"{left:,} more are in the result files." if left else ""
    return Limit(
        "Industries and scales that were not examined",
        f"Clusters of {plural(missing['industry'].n_unique(), 'industry', 'industries')} could "
        "not be looked for at some or all scales. No cluster there does not "
        "mean that there is none.",
        PageTable("not_examined", "Industries and scales that were not examined", columns,
                  rows_of(lines), is_long=len(lines) > 8, note=note),
    )  # fmt: skip
