"""Horizontal, up the chain, down the chain, or neither: the kind of a deal.

Up: the industry bought into sells to the buyer's; down: it buys from it. Both hold where the
direct coefficient (what one buys of the other, a dollar of its output) is at least 0.001.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import polars as pl

from buzzline.agglomeration.industry_flows import flows_of, has_flows
from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats
from buzzline.errors import TooFew
from buzzline.investment.direction_codes import Ladder
from buzzline.tables.study import Study

Kind = Literal["horizontal", "vertical up", "vertical down", "vertical both", "neither",
               "within one industry of the flows"]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "horizontal", "vertical up", "vertical down", "vertical both", "neither",
    "within one industry of the flows",
)  # fmt: skip
HORIZONTAL, UP, DOWN, BOTH, NEITHER, ONE_INDUSTRY = range(6)
UNKNOWN = -1
LEAST_COEFFICIENT = 0.001
NO_FLOWS = "not testable: no flows of goods and services between industries (`industry_flows`)"


@dataclass(frozen=True, slots=True, eq=False)
class Chain:
    """Where both ends of deals stand in the flows between industries.

    Attributes
    ----------
    source, target : (n,) int32
        Row of the flows; -1 where they do not describe the industry.
    coefficients : (c, c) float64
        Row i, column j: what j buys of i, a unit of j's output.
    note : str
        What is covered, or why nothing is.
    """

    source: Codes
    target: Codes
    coefficients: Floats
    note: str

    @property
    def is_known(self) -> bool:
        """Tell whether there are flows at all."""
        return bool(self.coefficients.size)


def direct_coefficients(flows: Floats) -> Floats:
    """Return what each industry buys of each other, a unit of its own output.

    Parameters
    ----------
    flows : (c, c) float64 [any currency]
        Row i, column j: what i sells to j.

    Returns
    -------
    (c, c) float64
        Output is taken for the larger of all an industry buys and all it sells among the
        industries given, at most what it truly makes; coefficients are too large rather than
        too small. 0 where an industry neither buys nor sells.

    References
    ----------
    .. [1] Alfaro, L., Charlton, A. (2009). Intra-industry foreign direct investment. American
       Economic Review 99(5). doi:10.1257/aer.99.5.2096

    Examples
    --------
    >>> direct_coefficients(np.array([[0.0, 5.0], [1.0, 0.0]])).round(3).tolist()
    [[0.0, 1.0], [0.2, 0.0]]
    """
    flows = as_floats(flows)
    output = np.maximum(flows.sum(axis=0), flows.sum(axis=1))
    return as_floats(flows / np.where(output > 0, output, 1.0))


def chain_of(study: Study, source: pl.Series, target: pl.Series) -> Chain:
    """Return where both ends of deals stand in the flows of a study.

    Parameters
    ----------
    study : Study
    source, target : (n,) series of str
        Industries; null where not known.
    """
    nowhere = as_codes(np.full(source.len(), UNKNOWN))
    names = pl.concat([source.alias("code"), target.alias("code")]).drop_nulls().unique().sort()
    if not has_flows(study, "input_output"):
        return Chain(nowhere, nowhere, np.zeros((0, 0)), NO_FLOWS)
    try:
        flows = flows_of(study, names.to_list(), "input_output")
    except TooFew as error:
        return Chain(nowhere, nowhere, np.zeros((0, 0)), f"not testable: {_bare(error)}")
    row = dict(zip(names, flows.row.tolist(), strict=True))
    ends = [
        as_codes(end.replace_strict(row, default=UNKNOWN, return_dtype=pl.Int32).to_numpy())
        for end in (source, target)
    ]
    return Chain(ends[0], ends[1], direct_coefficients(flows.values), flows.note)


def _bare(error: Exception) -> str:
    """Return a message without the name of the function, and without its full stop."""
    return str(error).removeprefix("flows_of: ").rstrip(".")


def kinds_at(ladder: Ladder, chain: Chain, row: int, *, buyer: Indices | None = None) -> Codes:
    """Return the kind of each deal at one number of digits. (n,) int32, -1 where unknown.

    Parameters
    ----------
    ladder : Ladder
    chain : Chain
    row : int
        Of `ladder.levels`.
    buyer : (n,) int64, optional
        The deal whose buyer each deal has; its own by default.

    Notes
    -----
    With flows, deals of industries that the flows do not describe are unknown, also where both
    industries are the same: otherwise what is covered would decide over the shares. Codes that
    differ within one industry of the flows may be vertical, in a direction they do not tell.
    """
    source = ladder.source[row] if buyer is None else ladder.source[row][buyer]
    target = ladder.target[row]
    known = (source >= 0) & (target >= 0)
    same = source == target
    if not chain.is_known:
        return as_codes(np.where(known, np.where(same, HORIZONTAL, NEITHER), UNKNOWN))
    seller = chain.source if buyer is None else chain.source[buyer]
    known &= (seller >= 0) & (chain.target >= 0)
    first, second = np.maximum(seller, 0), np.maximum(chain.target, 0)
    up = chain.coefficients[second, first] >= LEAST_COEFFICIENT
    down = chain.coefficients[first, second] >= LEAST_COEFFICIENT
    kind = np.where(up & down, BOTH, np.where(up, UP, np.where(down, DOWN, NEITHER)))
    kind = np.where(first == second, ONE_INDUSTRY, kind)
    return as_codes(np.where(known, np.where(same, HORIZONTAL, kind), UNKNOWN))
