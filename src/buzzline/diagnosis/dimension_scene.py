"""What of a study the five dimensions are read off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.linkages.pattern_scene import LayerScene, Scene, scene_of
from buzzline.quantities import Draws, Share
from buzzline.randomness import child
from buzzline.space.globe import chord, unit_vectors
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study

SUPPORTING = ("university", "laboratory", "school", "association", "agency")


@dataclass(frozen=True, slots=True, eq=False)
class DimensionScene:
    """Organisations and ties of a study as arrays, and how to look at them.

    Attributes
    ----------
    study : Study
    scene : Scene
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

    def near(self, cluster: dict[str, object]) -> Flags:
        """Return who stands within local reach of the middle of a cluster. (n,) bool."""
        longitude, latitude = cluster.get("longitude"), cluster.get("latitude")
        xyz = self.scene.standing.xyz
        if not isinstance(longitude, float) or not isinstance(latitude, float):
            return np.zeros(len(xyz), np.bool_)
        middle = unit_vectors(as_floats([longitude]), as_floats([latitude]))[0]
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
        """Return the first of some layers that has ties."""
        for name in names:
            found = self.scene.layers.get(name)
            if found is not None and found.ties.source.size:
                return found
        return None

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
    return DimensionScene(
        study, scene_of(study, clustering, layers, cutoffs=cutoffs),
        tuple(clustering.clusters.to_dicts()), as_floats(jobs), as_flags(kind.to_numpy()),
        cutoffs, level, draws, seed,
    )  # fmt: skip
