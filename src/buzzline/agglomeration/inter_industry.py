"""How related are two industries, told by what they trade, whom they employ and where they are?

Three matrices, each symmetric and NaN in rows and columns of industries that the figures do not
describe. The diagonal is what an industry has with itself: the share it sells to itself, 1 for
correlations. A fourth, from moves of people, is in `labour_flows`.

    input and output   the largest of four coefficients: what share of its inputs i buys from j
                       and j from i, what share of its output i sells to j and j to i
    occupations        correlation (or cosine) of the two industries' shares of occupations
    location           correlation over places of their jobs, or of their establishments

Correlations come with an interval over the places or occupations they run over
(`correlation_interval`). Input-output coefficients are quotients of published accounts, whose
errors are not published, and have none.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import norm

from buzzline.agglomeration.checks import as_jobs, as_numbers, as_square, one_of
from buzzline.arrays import Flags, Floats, as_flags, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Share

Combined = Literal["largest", "mean"]
Likeness = Literal["correlation", "cosine"]


def input_output_relatedness(
    flows: ArrayLike,
    combined: Combined = "largest",
    *,
    inputs: ArrayLike | None = None,
    outputs: ArrayLike | None = None,
) -> Floats:
    """Return how much industries buy from and sell to each other.

    Parameters
    ----------
    flows : (s, s) float64 [any currency]
        Row i, column j: what i sells to j.
    combined : "largest" or "mean"
        Of the four coefficients.
    inputs : (s,) float64, optional
        All an industry buys. By default the column totals of `flows`; give it where inputs
        from outside the table (labour, imports) are to count in the whole.
    outputs : (s,) float64, optional
        All an industry sells. By default the row totals.

    Returns
    -------
    (s, s) float64 [share]
        NaN for an industry that neither buys nor sells. One that only sells is judged by its
        two coefficients of sales, and the other way round.

    Raises
    ------
    InvalidArgument
        A flow is negative or not known, the matrix is not square, or a total is smaller than
        what it is the total of.

    Notes
    -----
    The largest of the four is the measure of Ellison, Glaeser and Kerr [1]_.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L., Kerr, W. R. (2010). What causes industry agglomeration?
       American Economic Review 100(3). doi:10.1257/aer.100.3.1195

    Examples
    --------
    Of its inputs the second industry buys 3 in 4 from the first.

    >>> input_output_relatedness([[1.0, 3.0], [0.0, 1.0]]).tolist()
    [[1.0, 0.75], [0.75, 1.0]]
    """
    one_of(combined, Combined, where="input_output_relatedness", name="combined")
    flows = square_flows(flows, "input_output_relatedness")
    bought = _total(flows.sum(axis=0), inputs, "inputs")
    sold = _total(flows.sum(axis=1), outputs, "outputs")
    with np.errstate(divide="ignore", invalid="ignore"):
        of_inputs = flows / np.where(bought > 0, bought, np.nan)
        of_outputs = flows / np.where(sold > 0, sold, np.nan)[:, None]
    four = np.stack([of_inputs, of_inputs.T, of_outputs, of_outputs.T])
    known = ~np.isnan(four)
    filled = np.where(known, four, 0.0)
    together = (
        filled.max(axis=0)
        if combined == "largest"
        else filled.sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    )
    return blank(together, as_flags((bought == 0) & (sold == 0)))


def _total(within: Floats, given: ArrayLike | None, name: str) -> Floats:
    if given is None:
        return within
    total = as_floats(given)
    if total.shape != within.shape or not (total >= within * (1 - 1e-6)).all():
        raise InvalidArgument(
            f"input_output_relatedness: `{name}` must hold one total an industry, none smaller "
            "than the sum of its flows"
        )
    return total


def occupational_relatedness(jobs: ArrayLike, likeness: Likeness = "correlation") -> Floats:
    """Return how alike the occupations of industries are.

    Parameters
    ----------
    jobs : (s, o) float64 [jobs]
        Of each industry in each occupation; NaN where not known, which counts as none.
    likeness : "correlation" or "cosine"
        Of the shares of occupations.

    Returns
    -------
    (s, s) float64 [correlation or cosine]
        NaN for an industry without jobs, and for correlations also for one whose jobs are
        spread evenly over all occupations.

    References
    ----------
    .. [1] Ellison, G., Glaeser, E. L., Kerr, W. R. (2010). What causes industry agglomeration?
       American Economic Review 100(3). doi:10.1257/aer.100.3.1195

    Examples
    --------
    >>> occupational_relatedness([[8, 2, 0], [4, 1, 0], [0, 1, 9]]).round(2).tolist()
    [[1.0, 1.0, -0.76], [1.0, 1.0, -0.76], [-0.76, -0.76, 1.0]]
    """
    one_of(likeness, Likeness, where="occupational_relatedness", name="likeness")
    jobs = np.nan_to_num(_counts(jobs, "occupational_relatedness"), nan=0.0)
    with np.errstate(invalid="ignore"):
        shares = jobs / jobs.sum(axis=1, keepdims=True)
    if likeness == "correlation":
        return _correlation(shares.T)
    with np.errstate(invalid="ignore"):
        unit = shares / np.sqrt((shares**2).sum(axis=1, keepdims=True))
    empty = np.isnan(unit).any(axis=1)
    return blank(np.nan_to_num(unit) @ np.nan_to_num(unit).T, as_flags(empty))


def locational_correlation(employment: ArrayLike) -> Floats:
    """Return how alike the places of industries are: the correlation of their jobs over places.

    Two industries that are large in the same places correlate, whether they need each other or
    merely both need a large place; `pairwise_coagglomeration` takes the size of places out.

    Parameters
    ----------
    employment : (r, s) float64 [jobs, or establishments]
        NaN where not known; a pair of industries is compared over the places in which both
        are known.

    Returns
    -------
    (s, s) float64 [correlation]
        NaN for an industry that is everywhere alike, and for pairs known together in fewer
        than three places.

    References
    ----------
    .. [1] Porter, M. E. (2003). The economic performance of regions. Regional Studies 37(6-7).
       doi:10.1080/0034340032000108688

    Examples
    --------
    >>> locational_correlation([[10, 20, 0], [0, 0, 5], [5, 10, 0]]).round(3).tolist()
    [[1.0, 1.0, -0.866], [1.0, 1.0, -0.866], [-0.866, -0.866, 1.0]]
    """
    jobs = _counts(employment, "locational_correlation")
    return _correlation(jobs) if not np.isnan(jobs).any() else _known_correlation(jobs)


def _correlation(columns: Floats) -> Floats:
    """Return the correlations of columns without gaps; NaN for columns that do not vary."""
    centred = columns - columns.mean(axis=0)
    length = np.sqrt((centred**2).sum(axis=0))
    flat = ~(length > 1e-12 * np.sqrt((columns**2).sum(axis=0)))
    unit = np.where(flat, 0.0, centred / np.where(flat, 1.0, length))
    together = np.clip(unit.T @ unit, -1, 1)
    np.fill_diagonal(together, 1.0)
    return blank(together, as_flags(flat))


def _known_correlation(columns: Floats) -> Floats:
    """Return correlations over the rows in which both columns are known."""
    known = (~np.isnan(columns)).astype(np.float64)
    n = np.maximum(known.sum(axis=0), 1)
    # Centred by their own means first, so that the sums below do not cancel.
    centred = np.nan_to_num(columns - np.nansum(columns, axis=0) / n)
    pairs = known.T @ known
    with np.errstate(divide="ignore", invalid="ignore"):
        first = (centred.T @ known) / pairs  # mean of the one where the other is known
        spread = (centred**2).T @ known / pairs - first**2
        product = centred.T @ centred / pairs - first * first.T
        together = product / np.sqrt(spread * spread.T)
    varies = spread > 1e-12 * (np.nansum(columns**2, axis=0) / n)[:, None]
    compared = varies & varies.T & (pairs >= 3)
    together = np.where(compared, np.clip(together, -1, 1), np.nan)
    return as_floats((together + together.T) / 2)


def correlation_interval(
    correlation: ArrayLike, n: int, level: Share = 0.95
) -> tuple[Floats, Floats]:
    """Return the interval of correlations over `n` places or occupations.

    Fisher's transformation. It treats places as independent draws of one kind; employment has
    heavy tails and neighbouring places resemble each other, so that true intervals are wider.

    Parameters
    ----------
    correlation : float64, any shape
    n : count
        Places, or occupations.
    level : share

    Returns
    -------
    low, high : float64, shape of `correlation`
        NaN where `n` is below 4 or a correlation is exactly 1 or -1.

    References
    ----------
    .. [1] Fisher, R. A. (1921). On the "probable error" of a coefficient of correlation deduced
       from a small sample. Metron 1.

    Examples
    --------
    >>> low, high = correlation_interval(0.5, 103)
    >>> round(float(low), 3), round(float(high), 3)
    (0.339, 0.632)
    """
    value = as_numbers(correlation, "correlation_interval", "correlation")
    value = value.reshape(np.shape(correlation))
    if n < 4:
        return np.full_like(value, np.nan), np.full_like(value, np.nan)
    inside = np.where(np.abs(value) < 1, value, np.nan)
    half = norm.ppf((1 + level) / 2) / np.sqrt(n - 3)
    middle = np.arctanh(inside)
    return np.asarray(np.tanh(middle - half)), np.asarray(np.tanh(middle + half))


def square_flows(values: ArrayLike, what: str) -> Floats:
    """Return flows as a square matrix, or say what is wrong with them."""
    matrix = as_square(values, what, "flows")
    if not (matrix >= 0).all():
        n = int((~(matrix >= 0)).sum())
        raise InvalidArgument(
            f"{what}: {n:,} flow{'s' if n != 1 else ''} negative or not known. Set to 0 what "
            "is none, and leave out industries that are not known."
        )
    return matrix


def _counts(values: ArrayLike, what: str) -> Floats:
    return as_jobs(values, what)


def blank(matrix: Floats, rows: Flags) -> Floats:
    """Return the matrix with NaN in rows and columns of industries that cannot be compared."""
    matrix = as_floats(matrix).copy()
    matrix[rows] = np.nan
    matrix[:, rows] = np.nan
    return matrix
