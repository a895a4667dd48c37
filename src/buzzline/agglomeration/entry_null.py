"""Would industries enter the same places if nothing mattered but who enters much?

Each place keeps its number of events and each industry its own; among all tables with these
totals, and events only in cells where one could happen, every one is equally likely. So a place
that gains many industries, or an industry that spreads everywhere, is no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np

from buzzline.arrays import Flags, Floats, Indices
from buzzline.kernels.degree_swaps import swap_events
from buzzline.randomness import child
from buzzline.space.threads import spread

SWAPS_AN_EVENT = 10


@dataclass(frozen=True, slots=True, eq=False)
class EventTable:
    """Cells in which an event could happen, and those in which it did.

    Attributes
    ----------
    may, did : (places, industries) bool
    density : (places, industries) float64 [share]
    bin_of : (places, industries) int64     density class of each cell, -1 outside
    n_bins : int
    """

    may: Flags
    did: Flags
    density: Floats
    bin_of: Indices
    n_bins: int


def dealt_events(table: EventTable, draws: int, seed: int) -> tuple[Floats, Floats]:
    """Return mean density of the events, and events by class, when events are dealt anew.

    Parameters
    ----------
    table : EventTable
    draws : int
    seed : int

    Returns
    -------
    mean : (draws,) float64 [share]
    by_bin : (draws, n_bins) float64 [count]

    Notes
    -----
    The chain of exchanges is run backwards from the observed table once and forwards again for
    each draw [1]_: observed and drawn tables are then exchangeable, and the p-value is exact
    however slowly the chain mixes.

    References
    ----------
    .. [1] Besag, J., Clifford, P. (1989). Generalized Monte Carlo significance tests.
           Biometrika
       76(4). doi:10.1093/biomet/76.4.633
    """
    row, column = np.nonzero(table.did)
    origin = _mixed(
        (row, column, table.did.copy(), table.may), child(seed, "events", -1 % 2**32)
    )
    one = partial(_one_draw, table, origin, seed)
    found = list(spread(one, range(draws)))
    mean = np.array([part[0] for part in found])
    return mean, np.array([part[1] for part in found]).reshape(draws, table.n_bins)


_Cells = tuple[Indices, Indices, Flags, Flags]


def _one_draw(table: EventTable, origin: _Cells, seed: int, draw: int) -> tuple[float, Floats]:
    row, column, has, may = origin
    row, column, _, _ = _mixed(
        (row, column.copy(), has.copy(), may), child(seed, "events", draw)
    )
    counts = np.bincount(table.bin_of[row, column], minlength=table.n_bins)
    return float(table.density[row, column].mean()), counts.astype(np.float64)


def _mixed(cells: _Cells, rng: np.random.Generator) -> _Cells:
    row, column, has, may = cells
    n = SWAPS_AN_EVENT * row.size
    first, second = rng.integers(row.size, size=(2, n))
    swap_events(row, column, has, may, first, second)
    return row, column, has, may
