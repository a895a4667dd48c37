"""The shape of the network of clusters, measure by measure, each against ties dealt anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.envelopes import curve_band
from buzzline.errors import TooFew
from buzzline.investment.arrivals import Arrivals
from buzzline.network.reciprocity import (
    Flows,
    feedback_share,
    flows_dealt_anew,
    on_cycles,
    reciprocity,
)
from buzzline.network.rich_club import assortativity, club_threshold, cores, rich_club
from buzzline.network.simple_ties import SimpleTies, simple_ties, ties_dealt_anew
from buzzline.network.small_world import (
    against_dealt,
    lattice_of,
    mean_clustering,
    mean_distance,
    shared_small_world,
)
from buzzline.quantities import Draws, Share

FEWEST_CLUSTERS, FEWEST_TIES = 8, 12
FEWEST_MOVED = 0.1  # of the ties, or the dealt networks are nearly the same
PLAIN_DRAWS = 49
TIED = ("clustering", "distance", "sigma", "omega", "assortativity", "core", "rich_club")
SHARED = ("shared_clustering", "shared_distance", "shared_sigma")
DIRECTED = ("reciprocity", "on_cycles", "feedback")
MEASURES = (*TIED, *SHARED, *DIRECTED)


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """One measure of a network.

    Attributes
    ----------
    value : float               NaN where it is not defined
    dealt : (draws,) float64    the same of networks dealt anew
    n_clusters, n_ties : int    it is about
    reason : str                why it is not tested; empty where it is
    plain : float               mean with ties dealt across industries too; NaN where not asked
    """

    value: float
    dealt: Floats
    n_clusters: int
    n_ties: int
    reason: str = ""
    plain: float = np.nan


@dataclass(frozen=True, slots=True, eq=False)
class Parcels:
    """Deals between clusters, by group: all of one group from one cluster to another are one.

    Attributes
    ----------
    n : int                                     clusters touched
    cluster : (n,) int64                        their numbers in the clustering
    group, origin, destination : (m,) int64     numbered within these
    amount : (m,) float64                       deals
    industry : (n,) int32
    """

    n: int
    cluster: Indices
    group: Indices
    origin: Indices
    destination: Indices
    amount: Floats
    industry: Codes

    def ties(self) -> SimpleTies:
        """Return the pairs of clusters with a deal between them."""
        return simple_ties(
            self.n, as_indices(np.column_stack([self.origin, self.destination])), self.industry
        )

    def flows(self) -> Flows:
        """Return the flows of groups; ends are dealt among those of the same industries."""
        k = int(self.industry.max(initial=0)) + 1
        kind = self.industry[self.origin] * k + self.industry[self.destination]
        return Flows(self.n, self.origin, self.destination, self.amount, as_codes(kind))


def parcels_of(between: Arrivals) -> Parcels:
    """Return deals between clusters as parcels of groups, clusters numbered anew."""
    n = max(between.clusters.height, 1)
    keys = (between.group * n + between.origin) * n + between.destination
    keys, amount = np.unique(keys, return_counts=True)
    ends = np.concatenate([keys // n % n, keys % n])
    cluster, number = np.unique(ends, return_inverse=True)
    half = keys.size
    return Parcels(
        cluster.size, as_indices(cluster), as_indices(keys // n**2),
        as_indices(number[:half]), as_indices(number[half:]),
        as_floats(amount.astype(np.float64)), between.industry[cluster],
    )  # fmt: skip


def too_small(parcels: Parcels, word: str = "deal") -> str:
    """Say why a network is too small to be told from chance; nothing where it is not."""
    ties = parcels.ties()
    n_giant = int(ties.giant().n) if parcels.n else 0
    if n_giant < FEWEST_CLUSTERS:
        return (
            f"not testable: {n_giant} clusters hang together by {word}s; at least "
            f"{FEWEST_CLUSTERS} are needed"
        )
    if len(ties.pairs) < FEWEST_TIES:
        return (
            f"not testable: {len(ties.pairs)} pairs of clusters are tied; at least "
            f"{FEWEST_TIES} are needed"
        )
    return ""


def tied_measures(
    parcels: Parcels, draws: Draws, *, level: Share, rng: np.random.Generator
) -> tuple[dict[str, Measured], pl.DataFrame]:
    """Return measures of who is tied to whom, whichever way, and the curve of the rich club.

    Of the largest component; every cluster keeps how many others it is tied to in each
    industry. The curve has columns `k`, `n_clusters`, `value`, `expected`, and `expected_low`,
    `expected_high` of the band that chance leaves anywhere with probability 1 - level.
    """
    giant = parcels.ties().giant()
    dealt = list(ties_dealt_anew(giant, draws, rng))
    world = against_dealt(giant, dealt, lattice=mean_clustering(lattice_of(giant)), rng=rng)
    found: dict[str, tuple[float, Floats]] = {
        "clustering": (world.clustering, world.clustering_dealt),
        "distance": (world.distance, world.distance_dealt),
        "sigma": (world.sigma, world.sigma_dealt),
        "omega": (world.omega, world.omega_dealt),
        "assortativity": (assortativity(giant), _each(assortativity, dealt)),
        "core": (_core(giant), _each(_core, dealt)),
    }
    club, rich = _clubs(giant, dealt, level)
    found["rich_club"] = rich
    few = "" if world.moved >= FEWEST_MOVED else (
        f"not testable: each cluster keeping its number of partners, only {world.moved:.0%} of "
        "the ties can be dealt otherwise"
    )  # fmt: skip
    size, plain = (giant.n, len(giant.pairs)), _across(giant, draws, rng)
    return {
        name: Measured(
            value, chance, *size, few or undefined(value, chance), plain.get(name, np.nan)
        )
        for name, (value, chance) in found.items()
    }, club


def shared_measures(
    parcels: Parcels, draws: Draws, rng: np.random.Generator
) -> dict[str, Measured]:
    """Return how small a world clusters are that are tied by groups present in both.

    A group of ten clusters ties them all to each other; chance deals anew which group is
    present where, so that only what goes beyond that counts.
    """
    party = as_indices(np.concatenate([parcels.origin, parcels.destination]))
    event = as_indices(np.tile(parcels.group, 2))
    try:
        world = shared_small_world(party, event, group=parcels.industry, draws=draws, rng=rng)
    except TooFew:
        few = "not testable: groups tie fewer than four clusters to each other"
        return dict.fromkeys(SHARED, Measured(np.nan, as_floats([]), 0, 0, few))
    few = "" if world.n >= FEWEST_CLUSTERS else (
        f"not testable: {world.n} clusters hang together by groups; at least {FEWEST_CLUSTERS} "
        "are needed"
    )  # fmt: skip
    pairs = (
        (world.clustering, world.clustering_dealt), (world.distance, world.distance_dealt),
        (world.sigma, world.sigma_dealt),
    )  # fmt: skip
    return {
        name: Measured(value, chance, world.n, world.m, few or undefined(value, chance))
        for name, (value, chance) in zip(SHARED, pairs, strict=True)
    }


def directed_measures(
    parcels: Parcels, draws: Draws, rng: np.random.Generator
) -> dict[str, Measured]:
    """Return whether what flows between clusters comes back.

    Every cluster keeps how many deals leave it and how many groups arrive, by industry at both
    ends.
    """
    flows = parcels.flows()
    dealt = list(flows_dealt_anew(flows, draws, rng))
    moved = float(np.mean([_moved(flows, one) for one in dealt])) if dealt else 0.0
    few = "" if moved >= FEWEST_MOVED else (
        f"not testable: only {moved:.0%} of the flows can arrive elsewhere"
    )  # fmt: skip
    functions = {
        "reciprocity": lambda one: reciprocity(one)[1], "on_cycles": on_cycles,
        "feedback": feedback_share,
    }  # fmt: skip
    out = {}
    for name, function in functions.items():
        value = float(function(flows))
        chance = as_floats([function(one) for one in dealt])
        why = few or undefined(value, chance)
        out[name] = Measured(value, chance, flows.n, flows.source.size, why)
    return out


def _moved(flows: Flows, dealt: Flows) -> float:
    """Return the share of pairs of clusters with a flow that have none when dealt."""
    one, other = ({*zip(each.source.tolist(), each.target.tolist(), strict=True)}
                  for each in (flows, dealt))  # fmt: skip
    return 1 - len(one & other) / max(len(one), 1)


def _clubs(
    giant: SimpleTies, dealt: list[SimpleTies], level: float
) -> tuple[pl.DataFrame, tuple[float, Floats]]:
    """Return phi(k) against that of dealt networks, and phi of the foremost tenth."""
    k, n, value = rich_club(giant)  # degrees are kept, and with them k and n
    chance = as_floats([rich_club(one)[2] for one in dealt]).reshape(len(dealt), k.size)
    ends = np.full((3, k.size), np.nan)
    if len(dealt) > 1:
        band = curve_band(chance, level=level, kind="global", observed=value)
        ends = np.stack([chance.mean(axis=0), band.low, band.high])
    frame = pl.DataFrame({
        "k": k, "n_clusters": n, "value": value, "expected": ends[0], "expected_low": ends[1],
        "expected_high": ends[2],
    }).with_columns(pl.col(pl.Float64).fill_nan(None))  # fmt: skip
    at = np.flatnonzero(k == club_threshold(giant))
    if not at.size:
        return frame, (np.nan, as_floats(np.full(len(dealt), np.nan)))
    return frame, (float(value[at[0]]), as_floats(chance[:, at[0]]))


def _across(giant: SimpleTies, draws: Draws, rng: np.random.Generator) -> dict[str, float]:
    """Return clustering and distance where chance takes no notice of industries."""
    alike = simple_ties(giant.n, giant.pairs)
    dealt = [one.giant() for one in ties_dealt_anew(alike, min(draws, PLAIN_DRAWS), rng)]
    return {
        "clustering": float(np.mean([mean_clustering(one) for one in dealt])),
        "distance": float(np.mean([mean_distance(one) for one in dealt])),
    }


def _core(ties: SimpleTies) -> float:
    return float(cores(ties).max(initial=0))


def _each(function: Callable[[SimpleTies], float], dealt: list[SimpleTies]) -> Floats:
    return as_floats([function(one) for one in dealt])


def undefined(value: float, chance: Floats) -> str:
    """Say why a measure cannot be held against chance; nothing where it can."""
    if not np.isfinite(value):
        return "not defined for this network"
    known = chance[np.isfinite(chance)]
    if known.size < chance.size or not known.size:
        return "not testable: not defined for networks dealt anew"
    if np.ptp(known) < 1e-12 and abs(known[0] - value) < 1e-12:
        return "fixed: ties dealt anew give the same"
    return ""
