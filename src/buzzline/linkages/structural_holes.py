"""Constraint of organisations against networks in which ties are dealt anew."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Indices, as_indices
from buzzline.linkages.advice_ties import AdviceTies
from buzzline.linkages.dealt_ties import TieList, dealt_ties
from buzzline.network.network import Network, network_of
from buzzline.network.position import constraint_and_size
from buzzline.quantities import Draws, Share
from buzzline.resampling import false_discovery_q

MOST_TIES_DEALT = 200_000_000  # over all draws; beyond, there are fewer draws
FEWEST_DRAWS = 19


@dataclass(frozen=True, slots=True, eq=False)
class Holes:
    """Columns of members by how constrained they are, and what a reader must know."""

    columns: dict[str, np.ndarray]
    note: str


def holes_against_rewiring(
    network: Network, ties: AdviceTies, rows: Indices, *, draws: Draws, level: Share,
    rng: np.random.Generator,
) -> Holes:  # fmt: skip
    """Return constraint and effective size, with what networks of the same degrees give.

    Parameters
    ----------
    network : Network
        Of these ties, each once.
    ties : AdviceTies
    rows : (k,) int64
        Organisations in question.
    draws : draws
    level : share
    rng : Generator
    """
    plain = network.undirected().unweighted()
    held, size = constraint_and_size(plain)
    few = max(FEWEST_DRAWS, MOST_TIES_DEALT // max(plain.n_ties, 1))
    n_draws = min(draws, few) if rows.size else 0
    dealt = np.empty((n_draws, rows.size))
    for draw, drawn in enumerate(dealt_ties(_listed(plain, ties), n_draws, rng)):
        source, target = drawn.source, drawn.target
        ends = np.concatenate([source, target]), np.concatenate([target, source])
        other = network_of(plain.ids, ends, np.ones(2 * source.size), like=plain)
        dealt[draw] = constraint_and_size(other)[0][rows]
    tail = (1 - level) / 2
    if n_draws:
        p = (1 + (dealt <= held[rows] + 1e-12).sum(axis=0)) / (1 + n_draws)
        mean, (low, high) = dealt.mean(axis=0), np.quantile(dealt, [tail, 1 - tail], axis=0)
        q = false_discovery_q(p)
    else:
        mean = low = high = p = q = np.full(rows.size, np.nan)
    columns = {
        "n_partners": plain.degree[rows], "effective_size": size[rows],
        "constraint": held[rows], "expected": mean, "low": low, "high": high,
        "level": np.full(rows.size, level), "p": p, "q": q,
    }  # fmt: skip
    note = f"Constraint is held against {n_draws:,} rewired networks." if few < draws else ""
    return Holes(columns, note)


def _listed(plain: Network, ties: AdviceTies) -> TieList:
    low, high = np.minimum(ties.source, ties.target), np.maximum(ties.source, ties.target)
    keys, pair = np.unique(low * plain.n + high, return_inverse=True)
    _, unit = np.unique(ties.unit, return_inverse=True)
    return TieList(
        as_indices(keys // plain.n), as_indices(keys % plain.n), as_indices(pair),
        as_indices(unit), plain.n, plain.n, False,
    )  # fmt: skip
