"""The scale balance: all ties, then one part a cluster, with a chart and a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp

import polars as pl

from buzzline.charts import chart
from buzzline.clusters.clustering import Clustering
from buzzline.linkages.balance import MODELS, ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.report.budget import BALANCED_CLUSTERS, CHARTED_CLUSTERS
from buzzline.report.drawings import Drawing, drawing
from buzzline.report.tables import (
    Cell,
    Column,
    PageTable,
    between,
    number,
    rows_of,
    share,
    text,
    verdict,
    whole,
)
from buzzline.report.wording import GAP, decimal, interval, listed, plural
from buzzline.space.scales import SCALES

DEFAULT = "G1"


@dataclass(frozen=True, slots=True, eq=False)
class ClusterBalance:
    """One cluster: a sentence, a chart unless there are too many, and a table."""

    cluster_id: str
    label: str
    industry: str
    sentence: str
    chart: Drawing | None
    table: PageTable


@dataclass(frozen=True, slots=True, eq=False)
class BalanceView:
    """What the section shows.

    Attributes
    ----------
    profile_chart : Drawing or None
    profile : PageTable
    parts : tuple[ClusterBalance, ...]
    n_clusters : int        clusters with a balance; those beyond `parts` are in the files
    """

    profile_chart: Drawing | None
    profile: PageTable
    parts: tuple[ClusterBalance, ...]
    n_clusters: int


def balance_view(
    profile: ScaleProfile, clustering: Clustering, balance: ScaleBalance
) -> BalanceView:
    """Gather the section, strongest cluster first."""
    tested = balance.balance["cluster_id"].unique()
    ordered = clustering.clusters.filter(pl.col("cluster_id").is_in(tested.implode()))
    parts = tuple(
        _part(balance, row, is_charted=place < CHARTED_CLUSTERS)
        for place, row in enumerate(ordered.head(BALANCED_CLUSTERS).iter_rows(named=True))
    )
    picture = drawing(chart(profile), "profile") if profile.profile.height else None
    return BalanceView(picture, _profile_table(profile), parts, ordered.height)


def of_cluster(balance: ScaleBalance, cluster_id: str) -> ScaleBalance:
    """Return the balance of one cluster alone."""
    is_it = pl.col("cluster_id") == cluster_id
    return replace(
        balance,
        balance=balance.balance.filter(is_it),
        fits=balance.fits.filter(is_it),
        untested=balance.untested.filter(is_it),
    )


def _part(balance: ScaleBalance, row: dict[str, object], *, is_charted: bool) -> ClusterBalance:
    cluster_id, label = str(row["cluster_id"]), str(row["label"])
    alone = of_cluster(balance, cluster_id)
    picture = drawing(chart(alone), f"chart-{cluster_id}") if is_charted else None
    return ClusterBalance(
        cluster_id, label, str(row["industry"]), sentence(alone.balance), picture,
        _table(alone.balance, cluster_id, label, str(row["industry"])),
    )  # fmt: skip


def sentence(balance: pl.DataFrame) -> str:
    """Say in words what stands out against size and distance (G1)."""
    default = balance.filter(pl.col("model") == DEFAULT)
    said = [
        f"{row['layer'].replace('_', ' ')} ties: {row['scale']} ones {_against(row)}"
        for row in default.iter_rows(named=True)
        if row["verdict"] in ("missing", "excess")
    ]
    short = default.filter(pl.col("verdict") == "not enough links").height
    rest = default.height - len(said) - short
    parts = [*said]
    if rest:
        parts.append(f"{plural(rest, 'comparison')} as expected")
    if short:
        parts.append(f"{short} without enough links to tell")
    text_ = "; ".join(parts)
    return f"{text_[0].upper()}{text_[1:]}." if text_ else "No layer could be compared."


def _against(row: dict[str, object]) -> str:
    ratio, low, high = (exp(float(str(row[name]))) for name in ("log_ratio", "low", "high"))
    firm = "" if row["is_stable"] else ", not stable when the cut-offs move by a third"
    word = "in excess" if row["verdict"] == "excess" else "missing"
    return f"{word} ({decimal(ratio)} times expected, {interval(low, high)}{firm})"


def _profile_table(profile: ScaleProfile) -> PageTable:
    columns = (
        Column("layer", "Layer"),
        Column("scale", "Scale"),
        Column("n", "Ties", "number"),
        Column("share", "Share of placed ties", "number"),
        Column("interval", f"Interval ({profile.level:.0%})"),
    )
    lines = [
        (text(row["layer"].replace("_", " ")), text(row["scale"]), whole(row["n"]),
         share(row["share"], 1), _percent_interval(row["low"], row["high"]))
        for row in profile.profile.iter_rows(named=True)
    ]  # fmt: skip
    return PageTable("scale_profile", "All ties by layer and scale", columns, rows_of(lines))


def _percent_interval(low: float | None, high: float | None) -> Cell:
    if low is None or high is None or low != low:  # NaN
        return between(None, None)
    return Cell(f"{100 * low:.1f}{GAP}to{GAP}{100 * high:.1f}{GAP}%")


def _table(balance: pl.DataFrame, cluster_id: str, label: str, industry: str) -> PageTable:
    columns = [
        Column("layer", "Layer"),
        Column("scale", "Scale"),
        Column("observed", "Observed", "number", "Tie ends; a tie inside counts at both ends."),
        Column("share", "Share", "number"),
    ]
    for model in MODELS:
        columns += [
            Column(f"{model}_expected", f"{model} expected", "number"),
            Column(f"{model}_ratio", f"{model} times expected", "number"),
            Column(f"{model}_interval", f"{model} interval"),
            Column(f"{model}_verdict", f"{model} verdict"),
        ]
    columns += [
        Column("stable", "Same at ±33\u00a0%?", hint="Cut-offs a third smaller, or larger."),
        Column("n", "Ties", "number", "Distinct ties of the cluster in this layer."),
        Column("n_needed", "Needed", "number", "Ties that would show a halving."),
    ]  # fmt: skip
    grouped = balance.group_by(["layer"], maintain_order=True)
    lines = [
        _line(rows.filter(pl.col("scale") == scale)) for _, rows in grouped for scale in SCALES
    ]
    return PageTable(
        f"balance_{cluster_id}", f"{label}, {industry}: observed and expected tie ends",
        tuple(columns), rows_of([line for line in lines if line]),
    )  # fmt: skip


def _line(rows: pl.DataFrame) -> list[Cell]:
    """One layer and scale: what was observed, then the three models side by side."""
    if not rows.height:
        return []
    by_model = {row["model"]: row for row in rows.iter_rows(named=True)}
    first = by_model.get(DEFAULT) or next(iter(by_model.values()))
    cells = [
        text(first["layer"].replace("_", " ")), text(first["scale"]),
        whole(first["observed"]), share(first["share"], 1),
    ]  # fmt: skip
    for model in MODELS:
        row = by_model.get(model)
        if row is None:
            cells += [text(None)] * 4
            continue
        cells += [
            number(row["expected"]), number(exp(row["log_ratio"])),
            between(exp(row["low"]), exp(row["high"])), verdict(row["verdict"]),
        ]  # fmt: skip
    return [*cells, _stability(by_model), whole(first["n"]), whole(first["n_needed"])]


def _stability(by_model: dict[str, dict[str, object]]) -> Cell:
    shaky = [
        f"{model}: {row['verdict_smaller']} / {row['verdict_larger']}"
        for model, row in by_model.items()
        if not row["is_stable"]
    ]
    return text("yes" if not shaky else f"no – {listed(shaky)}")
