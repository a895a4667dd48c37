"""Rows of what is left of clusters without their siblings, layer by layer."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from buzzline.arrays import as_floats
from buzzline.clusters.autonomy import FEWEST_INFLOWS
from buzzline.clusters.layer_ties import LayerTies
from buzzline.clusters.pair_verdicts import Terms
from buzzline.clusters.removal import (
    Around,
    Left,
    Near,
    around,
    left_without_siblings,
    role_ties,
    roles_of,
    touching,
)
from buzzline.clusters.siblings import Family, SiblingRule
from buzzline.randomness import child
from buzzline.space.globe import chord, unit_vectors
from buzzline.tables.study import Study

REMOVAL_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "layer": pl.String,
    "n_siblings": pl.Int64, "n_partners": pl.Int64, "n_partners_lost": pl.Int64,
    "n": pl.Float64, "n_lost": pl.Float64, "replaceable": pl.Float64,
    "replaceable_low": pl.Float64, "replaceable_high": pl.Float64, "n_roles": pl.Int64,
    "complete_before": pl.Float64, "complete": pl.Float64, "complete_low": pl.Float64,
    "complete_high": pl.Float64, "complete_p": pl.Float64, "complete_within": pl.Float64,
    "complete_near": pl.Float64, "component_before": pl.Float64, "component": pl.Float64,
    "component_low": pl.Float64, "component_high": pl.Float64, "component_p": pl.Float64,
    "level": pl.Float64, "status": pl.String,
}  # fmt: skip


def removal_rows(
    study: Study,
    family: Family,
    ties: Mapping[str, LayerTies],
    *,
    terms: Terms,
    rule: SiblingRule,
    seed: int,
) -> list[dict[str, object]]:
    """Return one row a cluster with siblings, and layer.

    Parameters
    ----------
    study : Study
    family : Family
    ties : layer to LayerTies
    terms : Terms
    rule : SiblingRule
    seed : int
    """
    siblings = {k: flags for k, flags in family.siblings().items() if flags.any()}
    if not siblings:
        return []
    at = study.organisations.select("longitude", "latitude").cast(pl.Float64)
    known = at.fill_null(float("nan")).to_numpy()
    xyz, role = unit_vectors(known[:, 0], known[:, 1]), roles_of(study)
    rows = []
    for layer, whole in ties.items():
        by = touching(
            role_ties(study, layer, whole, role=role), family.label, len(family.clusters)
        )
        for k, flags in siblings.items():
            cluster = family.clusters[k]
            named = {name: cluster[name] for name in ("cluster_id", "label", "industry")}
            cut = around(by, k, siblings=flags, xyz=xyz, near=_near(cluster, rule))
            found = left_without_siblings(
                cut, draws=terms.draws, level=terms.level,
                rng=child(seed, "removal", layer, str(cluster["cluster_id"])),
            )  # fmt: skip
            rows.append(
                named | {"layer": layer, "n_siblings": int(flags.sum()), "level": terms.level}
                | _cells(cut, found)
            )  # fmt: skip
    return rows


def _near(cluster: Mapping[str, object], rule: SiblingRule) -> Near:
    at = [cluster[name] for name in ("longitude", "latitude")]
    longitude, latitude = (
        as_floats([value if isinstance(value, float) else np.nan]) for value in at
    )
    return Near(unit_vectors(longitude, latitude)[0], chord(rule.reach_km))


def _cells(cut: Around, left: Left) -> dict[str, object]:
    cells: dict[str, object] = {
        "n_partners": left.n_partners, "n_partners_lost": left.n_lost_partners, "n": left.n,
        "n_lost": left.n_lost, "n_roles": left.n_roles,
    }  # fmt: skip
    if not cut.n_members:
        return cells | {"status": "no ties of a member"}
    return cells | {
        "replaceable": left.replaceable, "replaceable_low": left.replaceable_range[0],
        "replaceable_high": left.replaceable_range[1], "complete_before": left.before,
        "complete": left.complete, "complete_low": left.band[0],
        "complete_high": left.band[1], "complete_p": left.p, "complete_within": left.within,
        "complete_near": left.near, "component_before": left.component_before,
        "component": left.component, "component_low": left.component_band[0],
        "component_high": left.component_band[1], "component_p": left.component_p,
        "status": _status(left),
    }  # fmt: skip


def _status(left: Left) -> str:
    if left.n < FEWEST_INFLOWS and left.n_roles:
        return f"too few to tell: only {left.n:,.0f} ties arrive in a known role"
    if not left.n_lost_partners:
        return "measured: none of its partners is in a sibling"
    if left.n_lost_partners == left.n_partners:
        return "measured: all its partners are in siblings, so there are no others to take out"
    return "measured" if left.n_roles else "measured: no role of any partner is known"
