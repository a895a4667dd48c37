"""What was found, in sentences with numbers, one a line."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.report.tables import PageTable
from buzzline.report.wording import decimal, interval, listed, percent, plural, stated
from buzzline.space.scales import SCALES, UNKNOWN_SCALE
from buzzline.tables.study import Study

DEFAULT = "G1"


def findings(
    study: Study,
    profile: ScaleProfile,
    clustering: Clustering,
    balance: ScaleBalance,
    *,
    of_clusters: Sequence[str] = (),
) -> list[str]:
    """Return sentences: what was read, where clusters are, how far ties reach, what is odd.

    Parameters
    ----------
    of_clusters : sequence of str
        What further analyses say of the clusters, to stand after where they are.
    """
    if not has_organisations(study):
        return [_read(study)]
    sentences = [
        _read(study), _clusters(clustering), *of_clusters, *_scales(profile),
        *_balance(clustering, balance),
    ]  # fmt: skip
    return [sentence for sentence in sentences if sentence]


def has_organisations(study: Study) -> bool:
    """Tell whether there is anybody who could be in a cluster or hold a tie."""
    return bool(study.organisations.height)


def facts(study: Study, clusters: PageTable) -> list[str]:
    """Return what the study holds, in a few words each, for the head of the page."""
    if not has_organisations(study):
        return _employment(study)
    shown = " shown" if clusters.note else ""
    return [
        plural(study.organisations.height, "organisation"),
        plural(study.linkages.height, "tie"),
        plural(len(clusters.rows), "candidate cluster") + shown,
    ]


def _employment(study: Study) -> list[str]:
    table = study.employment
    if not table.height:
        return ["no organisations and no employment"]
    years = table["year"].drop_nulls().unique().sort().to_list()
    said = [
        plural(table["industry"].n_unique(), "industry", "industries"),
        plural(table["place_id"].n_unique(), "place"),
    ]
    return [*said, listed([str(year) for year in years])] if years else said


def _read(study: Study) -> str:
    layers = study.linkages["layer"].n_unique()
    aside = study.about.quality.n_set_aside
    lost = f"; {plural(aside, 'row')} had to be set aside" if aside else ""
    if not has_organisations(study):
        return (
            f"The study holds employment ({', '.join(_employment(study))}) and no "
            f"organisations{lost}: there is no map, and nothing is said about clusters of "
            "organisations or their ties."
        )
    return (
        f"The study holds {plural(study.organisations.height, 'organisation')} and "
        f"{plural(study.linkages.height, 'tie')} in {plural(layers, 'layer')}{lost}."
    )


def _clusters(clustering: Clustering) -> str:
    clusters = clustering.clusters
    looked = clustering.coverage.filter(pl.col("status") == "examined").height
    if not looked:
        return "No cluster could be looked for; the section on limits says why."
    if not clusters.height:
        return "No candidate cluster stands out from chance in the industries examined."
    first = clusters.row(0, named=True)
    industries = clusters["industry"].n_unique()
    odds = f", {stated(first['p'])}" if first["p"] is not None else ""
    stand = "stands" if clusters.height == 1 else "stand"
    return (
        f"{plural(clusters.height, 'candidate cluster')} in "
        f"{plural(industries, 'industry', 'industries')} {stand} out from chance, "
        f"at a false-discovery rate of {percent(clustering.false_discovery_rate)}; "
        f"the strongest is {first['label']} "
        f"({first['industry']}) with {first['n_members']:,} of the {first['n_background']:,} "
        f"organisations there, {decimal(first['ratio'], 2)} times what all organisations "
        f"together would give ({interval(first['low'], first['high'], 2)}{odds})."
    )


def _scales(profile: ScaleProfile) -> list[str]:
    """One sentence for each of the two layers with most ties."""
    if not profile.profile.height:
        return ["There are no ties to class by scale."]
    known = profile.profile.filter(pl.col("scale") != UNKNOWN_SCALE)
    sizes = known.group_by("layer").agg(pl.col("n").sum()).sort(
        ["n", "layer"], descending=[True, False]
    )  # fmt: skip
    if not known["n"].sum():
        return ["No tie has a known scale; the section on limits says why."]
    sentences = []
    for layer, n in sizes.filter(pl.col("n") > 0).head(2).iter_rows():
        rows = {row["scale"]: row for row in known.filter(pl.col("layer") == layer).to_dicts()}
        shares = [f"{percent(rows[s]['share'])} are {s}" for s in SCALES if s in rows]
        kind = str(layer).replace("_", " ")
        sentences.append(f"Of the {n:,} {kind} ties with a known scale, {listed(shares)}.")
    return sentences


def _balance(clustering: Clustering, balance: ScaleBalance) -> list[str]:
    default = balance.balance.filter(pl.col("model") == DEFAULT)
    if not default.height:
        return ["No cluster has ties that could be held against size and distance."]
    counts = dict(default.group_by("verdict").len().iter_rows())
    n_clusters = default["cluster_id"].n_unique()
    told = [f"{counts[v]:,} {v}" for v in ("missing", "excess", "as expected") if v in counts]
    told.append(f"{counts.get('not enough links', 0):,} without enough links to tell")
    sentences = [
        "Held against what size and distance would give, "
        f"{plural(default.height, 'comparison')} of {plural(n_clusters, 'cluster')} by "
        f"layer and scale came out as {listed(told)}."
    ]
    return [*sentences, *_standing_out(clustering, default)]


def _standing_out(clustering: Clustering, default: pl.DataFrame) -> list[str]:
    """Name the firmest departures of the strongest clusters, stable ones only."""
    ranks = clustering.clusters.select("cluster_id").with_row_index("rank")
    firm = (
        default.filter(pl.col("is_stable") & pl.col("verdict").is_in(["missing", "excess"]))
        .join(ranks, on="cluster_id", how="inner", validate="m:1", maintain_order="left")
        .with_columns(size=pl.col("log_ratio").abs())
        .sort(["rank", "size"], descending=[False, True], maintain_order=True)
        .unique("cluster_id", keep="first", maintain_order=True)
        .head(3)
    )
    if not firm.height:
        return ["No departure holds when the cut-offs are moved by a third."]
    industries = dict(clustering.clusters.select("cluster_id", "industry").iter_rows())
    named = [
        f"{row['label']} ({industries[row['cluster_id']]}) has "
        f"{decimal(exp(row['log_ratio']), 2)} times the {row['scale']} "
        f"{row['layer'].replace('_', ' ')} ties expected "
        f"({interval(exp(row['low']), exp(row['high']), 2)})"
        for row in firm.iter_rows(named=True)
    ]
    return [f"Most firmly, and whether the cut-offs are moved or not, {listed(named)}."]
