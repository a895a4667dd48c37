"""What was planted in a world of co-located clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study
from buzzline.tables.worlds.fields import CLASSES, Affinity, Field, expected_classes

Outcome = Literal[
    "multiple clusters",
    "one cluster, several sites",
    "overlapping communities in one place",
    "one cluster",
]
OUTCOMES: dict[tuple[bool, bool], Outcome] = {
    (True, True): "multiple clusters",
    (True, False): "one cluster, several sites",
    (False, True): "overlapping communities in one place",
    (False, False): "one cluster",
}


@dataclass(frozen=True, slots=True, eq=False)
class SiblingTruth:
    """What was planted in a world of co-located clusters.

    Attributes
    ----------
    outcome : str
        "multiple clusters" (distinct and separate), "one cluster, several sites" (distinct
        only), "overlapping communities in one place" (separate only) or "one cluster".
    cluster : (n,) int32
        Planted cluster of each row of `study.organisations`, members near and far; -1 is none.
    inside : (n,) int32
        In whose park each lies, member or not; -1 is nobody's.
    role : (n,) str
        "core member", "remote member", "local outsider" or "none".
    clusters : DataFrame
        One row a planted cluster: `cluster` (code), `cluster_id` (in `declared_clusters`),
        `area` (number of its city-region), `sibling` (its number there), `city`, `industry`,
        `longitude`, `latitude` (of the park's centre), `spread_km`, `n_core`, `n_remote`,
        `n_outsiders`.
    pairs : DataFrame
        One row a pair of siblings: `cluster`, `other`, `distance_km` (between the centres),
        `distance_in_spreads`, `overlap` (Morisita-Horn of the industries they draw on),
        `complementarity` (1 minus the cosine of their functions), `response` (log points of
        the other's jobs to the shock to the first sibling; null where neither is the first).
    odds : DataFrame
        One row a layer: `layer`, `within`, `between`, `beyond` (odds net of size and distance),
        `log_odds_ratio` (ln(within² / between²), 0 where not separate).
    owners : DataFrame
        One row a site of an owner with several: `owner_id`, `org_id`, `cluster`.
    owner_ties : int
        Ties among sites of one owner that were added to each layer, at its end.
    paper : tuple of str
        Declared clusters with nothing behind them.
    field : Field
        Position, mass and zone of the organisations, where they are at home socially.
    affinities : mapping of layer to Affinity
        What the ties of each layer follow, those of owners aside.
    """

    outcome: Outcome
    cluster: Codes
    inside: Codes
    role: pl.Series
    clusters: pl.DataFrame
    pairs: pl.DataFrame
    odds: pl.DataFrame
    owners: pl.DataFrame
    owner_ties: int
    paper: tuple[str, ...]
    field: Field
    affinities: Mapping[str, Affinity]

    @property
    def mass(self) -> Floats:
        """Propensity of each organisation to hold ties, (n,)."""
        return self.field.mass

    def expected(self, layer: str) -> pl.DataFrame:
        """Return how the ties of each cluster split over within, between and beyond, exactly.

        Parameters
        ----------
        layer : str

        Returns
        -------
        DataFrame
            `cluster`, `layer`, `kind` ("within", "between", "beyond"), `gravity_share` (what
            size and distance give), `share` (with the planted odds). A tie within counts once;
            ties of owners that were added are left out.

        Raises
        ------
        InvalidArgument
            The world has no such layer.

        Notes
        -----
        Sums over members times organisations: O(members x n) time and memory, a cluster at a
        time.
        """
        if layer not in self.affinities:
            raise InvalidArgument(
                f"SiblingTruth.expected: no layer {layer!r}; layers are "
                f"{', '.join(self.affinities)}"
            )
        codes = self.clusters["cluster"].to_list()
        shares = [expected_classes(self.field, self.affinities[layer], code) for code in codes]
        return pl.DataFrame(
            {
                "cluster": np.repeat(codes, 3),
                "layer": layer,
                "kind": list(CLASSES[:3]) * len(codes),
                "gravity_share": np.concatenate([bare for bare, _ in shares]),
                "share": np.concatenate([planted for _, planted in shares]),
            }
        )


@dataclass(frozen=True, slots=True, eq=False)
class SiblingWorld:
    """A made-up study of co-located clusters and what was planted in it."""

    study: Study
    truth: SiblingTruth

    def __str__(self) -> str:
        regions = self.truth.clusters["area"].n_unique()
        return (
            f"SiblingWorld of {self.truth.clusters.height:,} clusters in {regions:,} "
            f"city-region{'' if regions == 1 else 's'} ({self.truth.outcome}): {self.study!r}"
        )
