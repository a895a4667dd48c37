"""All charts of a study at once, by name, and their files."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from buzzline.analysis import Answer, result_names
from buzzline.charts.balance import balance_chart
from buzzline.charts.drawing import chart, charts_of
from buzzline.charts.spec import WIDTH, Spec
from buzzline.clusters.clustering import Clustering
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.tables.study import Study

BALANCES = 5  # clusters whose balance is drawn in full: the first ones, in their first layer
ENDINGS = (".json", ".svg", ".png")


def gallery(
    study: Study,
    *,
    profile: ScaleProfile | None = None,
    clustering: Clustering | None = None,
    balance: ScaleBalance | None = None,
    measures: Sequence[Answer] = (),
    width: int = WIDTH,
) -> dict[str, Spec]:
    """Return every chart of a study by a name that can be a file name.

    Parameters
    ----------
    study : Study
    profile, clustering, balance : results or None
        What has not been run is left out.
    measures : sequence of results
        Of any further analyses, such as those of agglomeration.
    width : int [px]

    Returns
    -------
    dict of Spec
        `quality`, then `scale_profile`, `clusters`, `clusters.candidates`, `scale_balance` and,
        for the first five clusters tested, `balance_<number>_<cluster>_<layer>` of the layer
        with most ties; then each measure by the name of its analysis, followed by its further
        charts (such as `relatedness.industry_space`).
    """
    found = {"quality": chart(study.about.quality, width=width)}
    if profile is not None:
        found["scale_profile"] = chart(profile, width=width)
    if clustering is not None:
        found |= charts_of("clusters", clustering, width=width)
    if balance is not None:
        found["scale_balance"] = chart(balance, width=width)
        for number, (cluster_id, layer) in enumerate(_tested_first(balance), 1):
            name = _file_name(f"balance_{number}_{cluster_id}_{layer}")
            found[name] = balance_chart(balance, cluster_id, layer, width=width)
    for name, result in zip(result_names(measures), measures, strict=True):
        found |= charts_of(name, result, width=width)
    return found


def _tested_first(balance: ScaleBalance) -> list[tuple[str, str]]:
    """Return the first clusters, each with the layer in which it has most ties."""
    pairs = balance.balance.select("cluster_id", "layer", "n").unique(maintain_order=True)
    most = pairs.sort("n", descending=True, maintain_order=True, nulls_last=True)
    richest: dict[str, str] = {}
    for cluster_id, layer in most.select("cluster_id", "layer").iter_rows():
        richest.setdefault(cluster_id, layer)
    order = pairs["cluster_id"].unique(maintain_order=True).head(BALANCES)
    return [(cluster_id, richest[cluster_id]) for cluster_id in order]


def _file_name(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text)[:80]


def save_charts(folder: Path | str, charts: Mapping[str, Spec]) -> tuple[Path, ...]:
    """Write each chart as .json, .svg and .png into `folder` and return the paths.

    Raises
    ------
    UnwritableOutput
        No room on the disk, or no permission; a file is whole or not there.
    """
    return tuple(
        spec.save(Path(folder) / f"{name}{ending}")
        for name, spec in charts.items()
        for ending in ENDINGS
    )
