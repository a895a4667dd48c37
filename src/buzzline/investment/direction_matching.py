"""Random matching: the same baskets of deals in the hands of other buyers.

Deals of one group go together, so that dealing out single deals anew would make chance look
narrower than it is. Here each group keeps what it bought, and the buyers' industries change
hands: a group takes those of another group of the same country that made about as many deals.
A group may buy through several subsidiaries, each with an industry and a taste of its own: its
deals are in order of them, and the first part of a basket goes to the first of the other
group's buyers, so that what one subsidiary bought is mostly bought by one again. Where what is
bought has nothing to do with who buys, such exchanges are as likely as the one that came about
if groups have as many deals each; where they have only about as many, nearly so (simulated:
the test then errs once in twenty or less often).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.sandwiches import group_codes

Measure = Callable[[Indices], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """Groups that can stand for each other.

    Attributes
    ----------
    order : (n,) int64        deals, block by block, in each by buyer
    start, size : (b,) int64  of each block: the deals of one group in one stratum
    stratum : (b,) int64      blocks of equal numbers can change hands
    block : (n,) int64        of each deal in `order`
    """

    order: Indices
    start: Indices
    size: Indices
    stratum: Codes
    block: Indices

    @property
    def share_alone(self) -> float:
        """The share of deals whose group has no other to change with."""
        return float(self.is_alone.mean()) if self.order.size else 1.0

    @property
    def is_alone(self) -> Flags:
        """Whether the group of a deal has no other to change with. (n,) bool."""
        out = np.zeros(self.order.size, np.bool_)
        blocks = np.bincount(self.stratum, minlength=1)[self.stratum]
        out[self.order] = blocks[self.block] == 1
        return out

    def dealt(self, rng: np.random.Generator) -> Indices:
        """Return, for each deal, the deal whose buyer it takes. (n,) int64."""
        base = np.argsort(self.stratum, kind="stable")
        donor = np.empty_like(base)
        donor[base] = np.lexsort((rng.random(base.size), self.stratum))
        rank = np.arange(self.order.size) - self.start[self.block]
        giver = donor[self.block]
        place = rank * self.size[giver] // self.size[self.block]
        taken = np.empty_like(self.order)
        taken[self.order] = self.order[self.start[giver] + place]
        return taken


def matching_of(group: Indices, stratum: Indices, buyer: Indices | None = None) -> Matching:
    """Return which groups can stand for each other: one stratum, and about as many deals.

    Parameters
    ----------
    group, stratum : (n,) int
        Of each deal; deals of one group in several strata are a block in each. About as many:
        1, 2 to 3, 4 to 7, 8 to 15, ...
    buyer : (n,) int, optional
        Who of the group bought; without, deals stay in the order they come in.

    Examples
    --------
    >>> two = matching_of(np.array([0, 0, 1, 1, 2]), np.zeros(5, dtype=np.int64))
    >>> two.size.tolist(), two.share_alone  # the third has no other with a single deal
    ([2, 2, 1], 0.2)
    """
    group, stratum = group_codes(group), group_codes(stratum)
    n_groups = int(group.max(initial=-1)) + 1
    own = group_codes(as_indices(stratum * n_groups + group))
    within = np.zeros(own.size) if buyer is None else buyer
    order = as_indices(np.lexsort((within, own)))
    size = as_indices(np.bincount(own, minlength=0))
    start = as_indices(np.concatenate([[0], np.cumsum(size)[:-1]]) if size.size else size)
    step = np.floor(np.log2(np.maximum(size, 1))).astype(np.int64)
    of_block = stratum[order[start]] if size.size else stratum
    alike = group_codes(as_indices(of_block * 64 + step))
    return Matching(order, start, size, as_codes(alike), own[order])


def replicates(
    measure: Measure, matching: Matching, *, draws: int, rng: np.random.Generator
) -> Floats:
    """Return what is measured when buyers change hands at random. (draws, k) float64.

    Parameters
    ----------
    measure : callable
        Takes, for each deal, the deal whose buyer it has, and returns (k,) numbers.
    """
    return as_floats([measure(matching.dealt(rng)) for _ in range(draws)])
