"""The rows of social separation: pairs of siblings, clusters, and whole industries."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import numpy as np

from buzzline.clusters.autonomy import MEASURES, Kept, autonomy, kept_with_error, member_flows
from buzzline.clusters.expected_ties import Fall, Ground, fall_with_distance, ground_of
from buzzline.clusters.layer_ties import LayerTies
from buzzline.clusters.net_mass import net_of_access, sizes
from buzzline.clusters.pair_ties import Sorted, members_of, sorted_by_clusters
from buzzline.clusters.pair_verdicts import (
    FEWEST_TIES,
    NO_TIES,
    Terms,
    modularity_cells,
    pair_row,
)
from buzzline.clusters.siblings import Family, SiblingRule
from buzzline.clusters.spatial_modularity import modularity_against_gravity, reach_of_groups
from buzzline.quantities import Share
from buzzline.randomness import child
from buzzline.tables.study import Study

UNPLACED = "not testable: where it lies is not known, so neither are its siblings"
Rows = list[dict[str, object]]


def pair_rows(
    study: Study, family: Family, ties: Mapping[str, LayerTies], *, terms: Terms, seed: int
) -> tuple[Rows, Rows]:
    """Return one row a pair of siblings and layer, and one a layer for all clusters together.

    Parameters
    ----------
    study : Study
    family : Family
    ties : layer to LayerTies
    terms : Terms
    seed : int
    """
    if not len(family.pairs):
        return [], []
    ground = ground_of(study.organisations, family.label)
    members = members_of(family.label, len(family.clusters))
    rows, together = [], []
    for layer, whole in ties.items():
        fall = fall_with_distance(whole, ground) if whole.source.size else NO_TIES
        size = sizes(whole, family.label)
        if isinstance(fall, Fall):
            size = net_of_access(size, family.label, ground, elasticity=fall.elasticity)
        among = sorted_by_clusters(whole, members, size)
        rows += [
            _pair(family, number, layer, among=among, fall=fall, ground=ground, terms=terms,
                  seed=seed)
            for number in range(len(family.pairs))
        ]  # fmt: skip
        named = {"industry": family.clusters[0]["industry"], "layer": layer}
        rng = child(seed, layer, str(named["industry"]))
        together.append(named | _together(among, fall, ground, terms=terms, rng=rng))
    return rows, together


def _pair(
    family: Family,
    number: int,
    layer: str,
    *,
    among: Sorted,
    fall: Fall | str,
    ground: Ground,
    terms: Terms,
    seed: int,
) -> dict[str, object]:
    one, other = family.pairs[number].tolist()
    first, second = family.clusters[one], family.clusters[other]
    found = pair_row(
        among.between(one, other, ground), fall, terms=terms,
        rng=child(seed, layer, str(first["cluster_id"]), str(second["cluster_id"])),
    )  # fmt: skip
    if fall == NO_TIES:
        found["reason"] = f"{NO_TIES}; {found['reason']}"
    return {
        "industry": first["industry"], "cluster_id": first["cluster_id"],
        "label": first["label"], "sibling_id": second["cluster_id"],
        "sibling": second["label"], "km": float(family.km[number]), "layer": layer,
        "level": terms.level,
    } | found  # fmt: skip


def _together(
    among: Sorted,
    fall: Fall | str,
    ground: Ground,
    *,
    terms: Terms,
    rng: np.random.Generator,
) -> dict[str, object]:
    """Return the modularity of all clusters of an industry in one layer."""
    n, number = float(among.ties.weight.sum()), len(among.members.rows)
    row: dict[str, object] = {"n_clusters": number, "n": n}
    if n < FEWEST_TIES:
        return row | {"status": f"only {n:,.0f} ties among members, at least {FEWEST_TIES}"}
    if isinstance(fall, str):
        return row | {"status": f"how ties fall with distance is not known: {fall}"}
    reach = reach_of_groups(
        ground, among.size, among.members.label, elasticity=fall.elasticity, number=number
    )
    found = modularity_against_gravity(
        among.ties, among.members.label, reach, fall=fall, draws=terms.draws, rng=rng
    )
    if np.isnan(found.value):
        few = "a cluster with ties has fewer than two members with ties and coordinates"
        return row | {"status": few}
    return row | modularity_cells(found) | {"n_worth": found.worth, "status": "measured"}


def cluster_rows(
    family: Family,
    ties: Mapping[str, LayerTies],
    *,
    terms: Terms,
    rule: SiblingRule,
    seed: int,
) -> tuple[Rows, Rows]:
    """Return one row a cluster and layer, and one a cluster.

    Parameters
    ----------
    family : Family
    ties : layer to LayerTies
    terms : Terms
    rule : SiblingRule
    seed : int
    """
    siblings = family.siblings()
    flows = {layer: member_flows(part, family.label, siblings) for layer, part in ties.items()}
    parts, rows = [], []
    for k, cluster in enumerate(family.clusters):
        named = {key: cluster[key] for key in ("cluster_id", "label", "industry")}
        kept = {}
        for layer, found in flows.items():
            # the same members in the same draw of every layer
            rng = child(seed, "members", str(cluster["cluster_id"]))
            kept[layer] = kept_with_error(
                found[k], draws=terms.draws, level=terms.level, rng=rng
            )
        n_siblings = int(siblings[k].sum())
        parts += [
            named | {"layer": layer, "level": terms.level} | _layer_cells(one, n_siblings)
            for layer, one in kept.items()
        ]
        alone = f"no sibling within {rule.reach_km:g} km" if _placed(cluster) else UNPLACED
        rows.append(named | _autonomy_cells(kept, n_siblings, terms.level, alone))
    return parts, rows


def _layer_cells(kept: Kept, n_siblings: int) -> dict[str, object]:
    if not kept.n:
        return {"n": 0.0, "status": "no ties of a member"}
    cells: dict[str, object] = {"n": kept.n, "status": "measured"}
    for m, name in enumerate(MEASURES[: 3 if n_siblings else 2]):
        ends = {"": kept.value[m], "_low": kept.low[m], "_high": kept.high[m]}
        cells |= {f"{name}{end}": float(value) for end, value in ends.items()}
    return cells


def _placed(cluster: Mapping[str, object]) -> bool:
    at = [cluster[name] for name in ("longitude", "latitude")]
    return all(isinstance(value, int | float) and isfinite(value) for value in at)


def _autonomy_cells(
    kept: Mapping[str, Kept], n_siblings: int, level: Share, alone: str
) -> dict[str, object]:
    cells: dict[str, object] = {"n_siblings": n_siblings, "level": level}
    if not n_siblings:
        return cells | {"status": alone}
    found = autonomy(kept, level)
    if not found.layer:
        return cells | {"status": "not testable: fewer than 10 ties arrive in every layer"}
    return cells | {"value": found.value, "low": found.low, "high": found.high,
                    "layer": found.layer, "status": "measured"}  # fmt: skip
