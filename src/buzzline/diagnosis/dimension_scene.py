"""What of a study the five dimensions are read off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_codes, as_flags, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.layer_ties import layer_ties
from buzzline.kernels.distances import scales_of
from buzzline.linkages.pattern_scene import BUYING, LayerScene, Scene, codes_of, scene_of
from buzzline.linkages.tie_ends import squared_limits
from buzzline.quantities import Draws, Share
from buzzline.randomness import child
from buzzline.space.globe import chord, unit_vectors
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study

RIVALRY = ("monitor", "competition")
ASKED_TOGETHER: tuple[tuple[str, ...], ...] = (
    BUYING,
    RIVALRY,
)  # layers that answer one question
SUPPORTING = ("university", "laboratory", "school", "association", "agency")


@dataclass(frozen=True, slots=True, eq=False)
class DimensionScene:
    """Organisations and ties of a study as arrays, and how to look at them.

    Attributes
    ----------
    study : Study
    scene : Scene
    together : dict of layers to LayerScene    of layers that answer one question
    clusters : tuple of dict
    jobs : (n,) float64                NaN not known
    is_support : (n,) bool             universities, schools, agencies, associations
    cutoffs : Cutoffs
    level : share
    draws : draws
    seed : int
    """

    study: Study
    scene: Scene
    together: dict[tuple[str, ...], LayerScene]
    clusters: tuple[dict[str, object], ...]
    jobs: Floats
    is_support: Flags
    cutoffs: Cutoffs
    level: Share
    draws: Draws
    seed: int

    def members(self, cluster: dict[str, object]) -> Flags:
        """Return who is a member. (n,) bool."""
        return self.scene.members(str(cluster["cluster_id"]))

    def near(self, cluster: dict[str, object]) -> Flags | None:
        """Return who stands within local reach of the middle of a cluster. (n,) bool.

        Of the middle of its members where it has no location; None where they have none.
        """
        longitude, latitude = cluster.get("longitude"), cluster.get("latitude")
        xyz = self.scene.standing.xyz
        if isinstance(longitude, float) and isinstance(latitude, float):
            middle = unit_vectors(as_floats([longitude]), as_floats([latitude]))[0]
        else:
            own = xyz[self.members(cluster)]
            middle = as_floats(own[~np.isnan(own).any(axis=1)].sum(axis=0))
            middle /= max(float(np.linalg.norm(middle)), 1e-12)
        if not np.isfinite(middle).all() or not middle.any():
            return None
        gap = np.sqrt(((xyz - middle) ** 2).sum(axis=1))
        return as_flags(np.nan_to_num(gap, nan=9.0) <= chord(self.cutoffs.local_km))

    def others_of(self, cluster: dict[str, object]) -> Indices:
        """Return rows of those of the cluster's industry outside it, in its countries first.

        In its own countries where there are as many as it has members, else anywhere.
        """
        members = self.members(cluster)
        own = np.unique(self.scene.industry[members & (self.scene.industry >= 0)])
        alike = ~members & np.isin(self.scene.industry, own)
        country = self.scene.organisations["country"]
        here = country.is_in(country.filter(pl.Series(members)).drop_nulls().implode())
        at_home = alike & here.fill_null(value=False).to_numpy()
        chosen = at_home if at_home.sum() >= members.sum() else alike
        return as_indices(np.flatnonzero(chosen))

    def layer(self, *names: str) -> LayerScene | None:
        """Return the ties of a layer, or of several together; None without ties."""
        found = self.together.get(names) or self.scene.layers.get(names[0])
        return found if found is not None and found.ties.source.size else None

    def located(self, layer: LayerScene) -> Flags:
        """Return which ties have coordinates at both ends; others may be local. (m,)."""
        known = as_flags(~np.isnan(self.scene.standing.xyz[:, 0]))
        return as_flags(known[layer.ties.source] & known[layer.ties.target])

    def rng(self, *names: str) -> np.random.Generator:
        """Return the generator of something by name."""
        return child(self.seed, *names)


def dimension_scene(
    study: Study, clustering: Clustering, *, cutoffs: Cutoffs, level: Share, draws: Draws,
    seed: int,
) -> DimensionScene:  # fmt: skip
    """Gather what the five dimensions need."""
    layers = tuple(study.linkages["layer"].unique().sort())
    kind = study.organisations["kind"].is_in(list(SUPPORTING)).fill_null(value=False)
    jobs = study.organisations["jobs"].cast(pl.Float64).fill_null(float("nan")).to_numpy()
    scene = scene_of(study, clustering, layers, cutoffs=cutoffs)
    together = {names: _together(study, scene, names, cutoffs) for names in ASKED_TOGETHER}
    return DimensionScene(
        study, scene, together, tuple(clustering.clusters.to_dicts()), as_floats(jobs),
        as_flags(kind.to_numpy()), cutoffs, level, draws, seed,
    )  # fmt: skip


def _together(
    study: Study, scene: Scene, names: tuple[str, ...], cutoffs: Cutoffs
) -> LayerScene:
    """Return the ties of several layers as those of one: their records, too, are shared."""
    present = [name for name in names if name in scene.layers]
    if len(present) == 1:
        return scene.layers[present[0]]
    ties = study.linkages.filter(pl.col("layer").is_in(present))
    as_one = study.with_table("linkages", ties.with_columns(layer=pl.lit(names[0])))
    found = layer_ties(as_one, names[0])
    nation = as_codes(codes_of(scene.organisations["country"]) + 1)
    scale = scales_of(
        found.source, found.target, scene.standing.xyz, nation, squared_limits([cutoffs])
    )
    return LayerScene(found, as_codes(scale[0]))
