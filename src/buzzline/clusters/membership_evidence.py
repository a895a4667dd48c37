"""Everything that speaks for or against the membership of each organisation in each cluster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.expected_ties import ground_of
from buzzline.clusters.gravity_tree import Located, gravity_forest
from buzzline.clusters.layer_ties import LayerTies, layer_ties
from buzzline.clusters.membership_borders import (
    borders_of,
    fade_of,
    outside_zones,
    with_countries,
)
from buzzline.clusters.membership_null import GravityField, gravity_field, strengths
from buzzline.clusters.membership_rows import (
    crew_in,
    declared_in,
    flags_at,
    footprint,
    industry_rows,
    near_of,
    values_at,
)
from buzzline.clusters.membership_rule import KINDS, MembershipRule
from buzzline.clusters.membership_ties import Crew, ends_of, shares_with
from buzzline.progress import Progress, told
from buzzline.quantities import Share
from buzzline.tables.study import Study

NO_TIES = "no ties of these layers"


@dataclass(frozen=True, slots=True, eq=False)
class Fields:
    """The network of every layer that can be held against chance.

    Attributes
    ----------
    crew : Crew
    ground : Located
    ties : mapping of layer to LayerTies
    nulls : mapping of layer to GravityField
    kinds : mapping of kind to layers    that are held against chance
    reasons : mapping of kind to str     why a kind of relation cannot be
    """

    crew: Crew
    ground: Located
    ties: Mapping[str, LayerTies]
    nulls: Mapping[str, GravityField]
    kinds: Mapping[str, tuple[str, ...]]
    reasons: Mapping[str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """One entry an organisation and cluster that have anything to do with each other.

    Attributes
    ----------
    who, cluster : (r,) int64
    km : (r,) float64              to the nearest other organisation of the core
    within_km : (clusters,) float64
    is_near, of_industry, is_listed, is_tied, is_declared : (r,) bool
    degree : (r,) float64          declared
    found, number, chance : (r, kinds) float64
    declared_names : tuple of str  of each cluster
    """

    who: Indices
    cluster: Indices
    km: Floats
    within_km: Floats
    is_near: Flags
    of_industry: Flags
    is_listed: Flags
    is_tied: Flags
    is_declared: Flags
    degree: Floats
    found: Floats
    number: Floats
    chance: Floats
    declared_names: tuple[str, ...]


def fields_of(
    study: Study, clustering: Clustering, rule: MembershipRule, *, progress: Progress
) -> Fields:
    """Return the network of every layer, and what size, distance and borders make of it."""
    crew = crew_in(study, clustering, rule.max_clusters)
    label = as_codes(np.where(np.diff(crew.start) > 0, 0, -1))
    organisations = with_countries(study.organisations)
    standing = ground_of(organisations, label)
    ground = Located(standing.xyz, standing.floor_km)
    nations, outside = borders_of(organisations, ground), outside_zones(organisations, crew)
    present = study.linkages["layer"].unique().to_list()
    ties, fades, reasons = {}, {}, {}
    for kind in KINDS:
        why = []
        for layer in getattr(rule, kind):
            if layer not in present and layer != "labour_move":
                continue
            one = layer_ties(study, layer)
            fade = NO_TIES if not one.source.size else fade_of(
                one, outside, standing, has_borders=nations is not None
            )  # fmt: skip
            if isinstance(fade, str):
                why += [f"{layer}: {fade}"] if one.source.size else []
                continue
            ties[layer], fades[layer] = one, fade
        if not any(layer in ties for layer in getattr(rule, kind)):
            reasons[kind] = "; ".join(why) or NO_TIES
    strength = {layer: strengths(one, ground) for layer, one in ties.items()}
    somebody = np.zeros(study.organisations.height, np.bool_)
    for held in strength.values():
        somebody |= held > 0
    forest = gravity_forest(ground, nations, as_indices(np.flatnonzero(somebody)))
    nulls = {
        layer: gravity_field(forest, strength[layer], fades[layer])
        for layer in told(progress, "ties as size, distance and borders give", list(ties))
    }
    kinds = {
        kind: tuple(layer for layer in getattr(rule, kind) if layer in ties)
        for kind in KINDS if kind not in reasons
    }  # fmt: skip
    return Fields(crew, ground, ties, nulls, kinds, reasons)


def candidates_of(
    study: Study, clustering: Clustering, fields: Fields, *, level: Share, progress: Progress
) -> Candidates:
    """Return the organisations that have anything to do with each cluster, and the evidence."""
    crew, ground = fields.crew, fields.ground
    k = len(crew.rows)
    clusters = clustering.clusters.head(k)
    prints = [
        footprint(core, ground, scale_km=scale)
        for core, scale in zip(crew.core, _scales(clusters), strict=True)
    ]
    own = {name: industry_rows(study, name) for name in clusters["industry"].unique()}
    industries = clusters["industry"].to_list()
    near = [
        near_of(own[name], one, ground) * k + c
        for c, (name, one) in enumerate(zip(industries, prints, strict=True))
    ]
    listed = _union([rows * k + c for c, rows in enumerate(crew.rows)])
    declared = declared_in(study, clusters["cluster_id"].to_list(), crew, level=level)
    shares, numbers = _shares(fields)
    tied = _union([key for key, _ in shares.values()])
    keys = _union([*near, listed, declared.key, tied])
    who, cluster = as_indices(keys // max(k, 1)), as_indices(keys % max(k, 1))
    km, of_industry = np.full(keys.size, np.nan), np.zeros(keys.size, np.bool_)
    for c, one in enumerate(prints):
        rows = np.flatnonzero(cluster == c)
        km[rows] = one.km_from(as_indices(who[rows]), ground)
        of_industry[rows] = np.isin(who[rows], own[industries[c]])
    within = as_floats([one.within_km for one in prints])
    evidence = _evidence(fields, keys, shares, numbers, progress)
    return Candidates(
        who, cluster, as_floats(km), within, np.asarray(km <= within[cluster] + 1e-9),
        of_industry, flags_at(keys, listed), flags_at(keys, tied),
        flags_at(keys, declared.key), values_at(keys, declared.key, declared.degree),
        *evidence, declared.names,
    )  # fmt: skip


def _scales(clusters: pl.DataFrame) -> list[float | None]:
    if "scale_km" not in clusters.columns:
        return [None] * clusters.height
    return clusters["scale_km"].to_list()


def _union(keys: Sequence[Indices]) -> Indices:
    return as_indices(np.unique(np.concatenate([np.empty(0, np.int64), *keys])))


Shares = dict[str, tuple[Indices, Floats]]


def _shares(fields: Fields) -> tuple[Shares, dict[str, Floats]]:
    located = ~np.isnan(fields.ground.xyz[:, 0])
    shares, numbers = {}, {}
    for layer, ties in fields.ties.items():
        ends = ends_of(ties, located)
        shares[layer], numbers[layer] = shares_with(ends, fields.crew), ends.number
    return shares, numbers


def _evidence(
    fields: Fields,
    keys: Indices,
    shares: Shares,
    numbers: Mapping[str, Floats],
    progress: Progress,
) -> tuple[Floats, Floats, Floats]:
    """Return ties with members, all ties, and the share expected, by kind of relation."""
    k = max(len(fields.crew.rows), 1)
    who, cluster = keys // k, keys % k
    size = (keys.size, len(KINDS))
    found, number, chance = np.zeros(size), np.zeros(size), np.zeros(size)
    of_cluster = [
        as_indices(np.flatnonzero(cluster == c)) for c in range(len(fields.crew.rows))
    ]
    for kind, layers in fields.kinds.items():
        at = KINDS.index(kind)
        for layer in told(progress, f"{kind} ties with members", layers):
            many = numbers[layer][who]
            number[:, at] += many
            found[:, at] += many * values_at(keys, *shares[layer])
            for c, rows in enumerate(of_cluster):
                some = rows[many[rows] > 0]
                share = fields.nulls[layer].share_with(fields.crew.rows[c], who[some])
                chance[some, at] += many[some] * share
    expected = np.divide(chance, number, out=np.full(size, np.nan), where=number > 0)
    return as_floats(found), as_floats(number), as_floats(np.minimum(expected, 1.0))
