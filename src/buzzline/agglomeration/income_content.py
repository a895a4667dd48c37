"""How much income goes with an industry, and with what a place does?"""

from __future__ import annotations

import numpy as np

from buzzline.agglomeration.checks import as_jobs, as_numbers
from buzzline.arrays import Floats, as_floats
from buzzline.errors import InvalidArgument


def income_content(jobs: Floats, income: Floats) -> tuple[Floats, Floats]:
    """Return PRODY and EXPY: the income behind each industry, and behind what places do.

    Parameters
    ----------
    jobs : (places, industries) float64
        Jobs, exports or any other amount.
    income : (places,) float64
        Income per head, or any other level of the places.

    Returns
    -------
    prody : (industries,) float64
        Mean income of the places, weighted by the industry's share of each.
    expy : (places,) float64
        Mean PRODY of a place's industries, weighted by jobs; NaN for a place without.

    Raises
    ------
    InvalidArgument
        Jobs are negative or not known, or an income is not known. Both are means over all
        places, so that a gap would be in every number.

    References
    ----------
    .. [1] Hausmann, R., Hwang, J., Rodrik, D. (2007). What you export matters. Journal of
       Economic Growth 12(1). doi:10.1007/s10887-006-9009-4

    Examples
    --------
    >>> prody, expy = income_content(np.array([[1.0, 0], [1, 1]]), np.array([10.0, 40]))
    >>> prody.tolist(), expy.tolist()
    ([20.0, 40.0], [20.0, 30.0])
    """
    jobs = as_jobs(jobs, "income_content", known=True)
    income = as_numbers(income, "income_content", "income", axes=1)
    if not np.isfinite(income).all():
        raise InvalidArgument(
            f"income_content: the income of {int(np.isnan(income).sum()):,} of {income.size:,} "
            "places is not known. Leave those places out of both, and say how many."
        )
    if income.shape != jobs.shape[:1]:
        raise InvalidArgument(
            f"income_content: {income.size} incomes for {jobs.shape[0]} places"
        )
    with np.errstate(divide="ignore", invalid="ignore"):
        share = jobs / jobs.sum(axis=1, keepdims=True)
        held = np.nan_to_num(share)
        prody = (held.T @ income) / held.sum(axis=0)
    expy = held @ np.nan_to_num(prody)
    return as_floats(prody), np.where(jobs.sum(axis=1) > 0, expy, np.nan)
