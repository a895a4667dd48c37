"""How much of an insider a group is in a hotspot: years there, and ties to locals.

I = (1 - exp(-years / tau)) g(e). The share e of a site's ties that go to locals of other groups
is held against that of the other members of the hotspot: g = min(1, e / theirs), and 1 where it
is not known, which is said.
"""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats, as_floats

TAU_YEARS = (
    4.0,
    7.0,
    12.0,
)  # the middle one is the convention, the others show what hangs on it
MISSING_BELOW = 0.2  # insiders below are none


def insider(years: Floats, tau: float = 7.0, *, embedded: Floats | None = None) -> Floats:
    """Return how much of an insider a group is, 0 to 1; NaN where the years are not known.

    Parameters
    ----------
    years : (n,) float64
        Since the group is there; below 0 counts as 0.
    tau : float [years]
        After which 63 % of an insider is one.
    embedded : (n,) float64, optional
        Factor g, 0 to 1; NaN: not known, counts as 1.

    Examples
    --------
    >>> insider(np.array([20.0, 15.0, 4.0])).round(4).tolist()
    [0.9426, 0.8827, 0.4353]
    """
    tenure = -np.expm1(-np.maximum(years, 0) / tau)
    if embedded is None:
        return as_floats(tenure)
    factor = np.where(np.isnan(embedded), 1.0, np.clip(embedded, 0, 1))
    return as_floats(tenure * factor)


def reach(weight: Floats, inside: Floats) -> float:
    """Return the share of a field that is reached as an insider: sum of weight times insider.

    Parameters
    ----------
    weight : (k,) float64
        Of each hotspot of the field; scaled to a sum of 1.
    inside : (k,) float64
        How much of an insider; 0 where there is no site.

    Examples
    --------
    >>> reach(np.array([3.0, 1.0]), np.array([0.5, 1.0]))
    0.625
    """
    return float((weight / weight.sum()) @ inside)


def breadth(share: Floats) -> float:
    """Return the number of places of equal size that the shares are worth: 1 / sum of squares.

    Examples
    --------
    >>> breadth(np.array([0.5, 0.25, 0.25]))
    2.6666666666666665
    """
    part = share / share.sum()
    return float(1 / (part @ part))
