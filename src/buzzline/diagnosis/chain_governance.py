"""How is a chain of suppliers and buyers governed, tie by tie?"""

from __future__ import annotations

from typing import Literal

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument

Governance = Literal["market", "modular", "relational", "captive", "hierarchy"]
# complexity of what is passed on, whether it can be codified, capability of the supplier
GOVERNANCE: dict[Governance, tuple[bool, bool, bool]] = {
    "market": (False, True, True),
    "modular": (True, True, True),
    "relational": (True, False, True),
    "captive": (True, True, False),
    "hierarchy": (True, False, False),
}


def governance_shares(complexity: Floats, codifiability: Floats, capability: Floats) -> Floats:
    """Return how likely each form of governance is for ties of suppliers and buyers.

    Parameters
    ----------
    complexity, codifiability, capability : (m,) float64 [share]
        How likely each is high, from a survey or contracts; 0 or 1 where it is known.

    Returns
    -------
    (m, 6) float64
        Market, modular, relational, captive, hierarchy, and what the theory leaves out (low
        complexity that cannot be codified, or with suppliers that are not capable).

    Raises
    ------
    InvalidArgument
        A share outside 0 to 1.

    References
    ----------
    .. [1] Gereffi, G., Humphrey, J., Sturgeon, T. (2005). The governance of global value
       chains. Review of International Political Economy 12(1). doi:10.1080/09692290500049805

    Examples
    --------
    >>> one = np.ones(1)
    >>> governance_shares(one, 0 * one, one).tolist()  # relational
    [[0.0, 0.0, 1.0, 0.0, 0.0, 0.0]]
    """
    high = np.stack([as_floats(each) for each in (complexity, codifiability, capability)])
    if not ((high >= 0) & (high <= 1)).all():
        raise InvalidArgument("governance_shares: shares must lie between 0 and 1")
    columns = [
        np.prod([h if wanted else 1 - h for h, wanted in zip(high, signs, strict=True)], axis=0)
        for signs in GOVERNANCE.values()
    ]
    left = 1 - np.sum(columns, axis=0)
    return as_floats(np.column_stack([*columns, np.maximum(left, 0.0)]))
