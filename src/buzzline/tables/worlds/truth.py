"""What was planted in a made-up world."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.tables.worlds.gravity import (
    SCALE_NAMES,
    Gravity,
    Sites,
    planted,
    rates,
    scale_codes,
)


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The planted clusters and the gravity model behind the ties.

    Attributes
    ----------
    cluster : (n,) int32
        Planted cluster of each row of `study.organisations`; -1 is none.
    clusters : DataFrame
        One row a planted cluster: `cluster` (code), `industry`, `longitude`, `latitude` (of its
        centre), `radius_km`, `place_id`, `place`, `country`, `n_members`.
    gravity : Gravity
        Parameters of the gravity model, the same in every layer.
    factors : DataFrame
        One row a planted cluster and scale: `cluster`, `scale`, `factor` (1 where nothing was
        planted). A tie is multiplied by the factors of both clusters, once when both ends
        are in the same one.
    sites : Sites
        Coordinates, mass, country and zone of the organisations, as arrays.
    """

    cluster: Codes
    clusters: pl.DataFrame
    gravity: Gravity
    factors: pl.DataFrame
    sites: Sites

    @property
    def mass(self) -> Floats:
        """Propensity of each organisation to hold ties, (n,)."""
        return self.sites.mass

    def scale_shares(self, cluster: int) -> pl.DataFrame:
        """Return how the ties of a planted cluster split over the scales, by exact summation.

        Parameters
        ----------
        cluster : int
            Code of the planted cluster.

        Returns
        -------
        DataFrame
            `scale`, `gravity_share` (without the planted factors), `share` (with them).

        Notes
        -----
        Sums over members times organisations: O(members x n) time and memory.
        """
        members = np.flatnonzero(self.cluster == cluster)
        if not members.size:
            raise InvalidArgument(
                f"Truth.scale_shares: no planted cluster has the code {cluster}"
            )
        others = np.arange(self.cluster.size)
        source = np.repeat(members, others.size)
        target = np.tile(others, members.size)
        pairs = source, target
        twice = np.where(self.cluster[target] == cluster, 0.5, 1.0)  # inner pairs come up twice
        weight = rates(self.sites, self.gravity, pairs) * twice * (source != target)
        scale = scale_codes(self.sites, self.gravity, pairs)
        factor = planted(self.sites, self.gravity, pairs)
        bare = np.bincount(scale, weights=weight, minlength=len(SCALE_NAMES))
        full = np.bincount(scale, weights=weight * factor, minlength=len(SCALE_NAMES))
        return pl.DataFrame(
            {
                "scale": SCALE_NAMES,
                "gravity_share": bare / bare.sum(),
                "share": full / full.sum(),
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """A made-up study and what was planted in it."""

    study: Study
    truth: Truth

    def __str__(self) -> str:
        return f"World with {self.truth.clusters.height} planted clusters: {self.study!r}"
