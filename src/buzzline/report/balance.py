"""The scale balance: all ties, then one part a cluster, with a chart and a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import exp

import polars as pl

from buzzline.charts import balance_chart, chart
from buzzline.clusters.clustering import Clustering
from buzzline.linkages.balance import MODELS, ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.report.budget import BALANCE_ROWS, CHARTED_CLUSTERS, CHARTED_LAYERS
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
    """One cluster: a sentence, charts of its busiest layers if it is a strong one, a table."""

    cluster_id: str
    label: str
    industry: str
    sentence: str
    charts: tuple[Drawing, ...]
    table: PageTable


@dataclass(frozen=True, slots=True, eq=False)
class BalanceView:
    """What the section shows.

    Attributes
    ----------
    profile_chart : Drawing or None
    overview : Drawing or None
        The verdicts of all clusters side by side.
    profile : PageTable
    parts : tuple[ClusterBalance, ...]
    n_clusters : int        clusters with a balance; those beyond `parts` are in the files
    """

    profile_chart: Drawing | None
    overview: Drawing | None
    profile: PageTable
    parts: tuple[ClusterBalance, ...]
    n_clusters: int


def balance_view(
    profile: ScaleProfile, clustering: Clustering, balance: ScaleBalance
) -> BalanceView:
    """Gather the section, strongest cluster first."""
    tested = balance.balance["cluster_id"].unique()
    ordered = clustering.clusters.filter(pl.col("cluster_id").is_in(tested.implode()))
    shown = ordered.head(_affordable(balance, ordered))
    parts = tuple(
        _part(balance, row, n_charts=CHARTED_LAYERS if place < CHARTED_CLUSTERS else 0)
        for place, row in enumerate(shown.iter_rows(named=True))
    )
    reach = verdicts = None
    if profile.profile.height:
        reach = drawing(lambda width: chart(profile, width=width), "profile")
    if parts:
        verdicts = drawing(lambda width: chart(balance, width=width), "verdicts")
    return BalanceView(reach, verdicts, _profile_table(profile), parts, ordered.height)


def _affordable(balance: ScaleBalance, ordered: pl.DataFrame) -> int:
    """Return how many clusters have a part of their own before the page gets too long."""
    rows = balance.balance.group_by("cluster_id").agg(n=pl.len() // len(MODELS))
    sizes = ordered.join(rows, on="cluster_id", how="left", maintain_order="left")["n"]
    return max(1, int((sizes.cum_sum() <= BALANCE_ROWS).sum()))


def of_cluster(balance: ScaleBalance, cluster_id: str) -> ScaleBalance:
    """Return the balance of one cluster alone."""
    is_it = pl.col("cluster_id") == cluster_id
    return replace(
        balance,
        balance=balance.balance.filter(is_it),
        fits=balance.fits.filter(is_it),
        untested=balance.untested.filter(is_it),
    )


def _part(balance: ScaleBalance, row: dict[str, object], *, n_charts: int) -> ClusterBalance:
    cluster_id, label = str(row["cluster_id"]), str(row["label"])
    alone = of_cluster(balance, cluster_id)
    busiest = alone.balance.group_by("layer").agg(pl.col("n").max())
    layers = busiest.sort(["n", "layer"], descending=[True, False])["layer"].head(n_charts)
    pictures = tuple(_picture(alone, cluster_id, layer) for layer in layers)
    return ClusterBalance(
        cluster_id, label, str(row["industry"]), sentence(alone.balance), pictures,
        _table(alone.balance, cluster_id, label, str(row["industry"])),
    )  # fmt: skip


def _picture(balance: ScaleBalance, cluster_id: str, layer: str) -> Drawing:
    return drawing(
        lambda width: balance_chart(balance, cluster_id, layer, width=width),
        f"chart-{cluster_id}-{layer}",
    )


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
            between(_factor(row["low"]), _factor(row["high"])), verdict(row["verdict"]),
        ]  # fmt: skip
    return [*cells, _stability(by_model), whole(first["n"]), whole(first["n_needed"])]


def _factor(log_ratio: float | None) -> float | None:
    return None if log_ratio is None else exp(log_ratio)


def _stability(by_model: dict[str, dict[str, object]]) -> Cell:
    shaky = [
        f"{model}: {row['verdict_smaller']} / {row['verdict_larger']}"
        for model, row in by_model.items()
        if not row["is_stable"]
    ]
    return text("yes" if not shaky else f"no – {listed(shaky)}")
