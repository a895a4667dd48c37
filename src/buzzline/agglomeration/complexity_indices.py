"""Which places do what few others can, and which industries need such places?

ECI and PCI are the second singular vectors of the table of presence scaled by diversity D and
ubiquity U, D^-1/2 M U^-1/2: they place similar places, and industries found in similar places,
next to each other on one line [1]_ [2]_. A singular vector has no sign; `complexity_sign` says
which end is called complex, and why.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.linalg import eigh
from scipy.sparse.linalg import LinearOperator, eigsh

from buzzline.agglomeration.checks import as_jobs, as_presence
from buzzline.agglomeration.proximity import co_occurrence
from buzzline.arrays import Flags, Floats, as_flags, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count, Ratio

SMALL = 40  # industries up to which all eigenvectors are as quick as two
NARROWEST_GAP = 1e-9  # between second and third eigenvalue: closer, neither is told apart


@dataclass(frozen=True, slots=True, eq=False)
class ComplexityIndices:
    """Places and industries on the line of complexity.

    Attributes
    ----------
    eci : (places,) float64         mean 0, standard deviation 1; NaN where not measured
    pci : (industries,) float64     the same for industries
    eigenvalue, gap : float         second, and how far above the third; a small gap is a line
                                    that little would turn
    decided_by : str                "size", "diversity" or "nothing": what fixed the sign
    place_connected : (places,) bool        in the largest connected part
    industry_connected : (industries,) bool
    """

    eci: Floats
    pci: Floats
    eigenvalue: float
    gap: float
    decided_by: str
    place_connected: Flags
    industry_connected: Flags


def economic_complexity(
    presence: Flags, size: Floats | None = None, start: Floats | None = None
) -> ComplexityIndices:
    """Return the complexity of places (ECI) and of industries (PCI).

    Parameters
    ----------
    presence : (places, industries) bool
    size : (places,) float64, optional
        Jobs of each place, to fix the sign (see `complexity_sign`); diversity does without.
    start : (industries,) float64, optional
        PCI of a similar table, to start from: quicker, the same answer.

    Returns
    -------
    ComplexityIndices

    Raises
    ------
    InvalidArgument
        `presence` is not of zeros and ones, or there is not one size a place.

    Notes
    -----
    ECI of a place is an affine function of the mean PCI of its industries. If presence falls
    into parts that share nothing, the second vector only tells the parts apart: the largest
    part is measured, the rest is NaN. If second and third eigenvalue coincide, all is NaN.

    References
    ----------
    .. [1] Hidalgo, C. A., Hausmann, R. (2009). The building blocks of economic complexity. PNAS
       106(26). doi:10.1073/pnas.0900943106
    .. [2] Mealy, P., Farmer, J. D., Teytelboym, A. (2019). Interpreting economic complexity.
       Science Advances 5(1). doi:10.1126/sciadv.aau1705

    Examples
    --------
    >>> steps = np.tri(6, dtype=bool)  # place k has the k commonest industries
    >>> economic_complexity(steps).eci.round(2).tolist()
    [-1.46, -0.88, -0.29, 0.29, 0.88, 1.46]
    """
    flags = as_presence(presence, "economic_complexity")
    if size is not None:
        size = as_jobs(size, "economic_complexity", "size", axes=1, n=len(flags))
    together = co_occurrence(flags)
    columns = _largest_part(together)
    rows = as_flags(flags[:, columns].any(axis=1))
    eci = np.full(flags.shape[0], np.nan)
    pci = np.full(flags.shape[1], np.nan)
    if min(rows.sum(), columns.sum()) < 3:
        return ComplexityIndices(eci, pci, np.nan, np.nan, "nothing", rows, columns)
    near = as_floats(flags[np.ix_(rows, columns)])
    first = None if start is None else start[columns]
    by_place, by_industry, values = _second_vectors(near, first)
    gap = float(values[1] - values[0])
    if gap <= NARROWEST_GAP or values[1] <= NARROWEST_GAP:
        return ComplexityIndices(eci, pci, float(values[1]), gap, "nothing", rows, columns)
    sign, decided_by = complexity_sign(
        by_place, near.sum(axis=1), None if size is None else size[rows]
    )
    eci[rows], pci[columns] = sign * _standardised(by_place), sign * _standardised(by_industry)
    return ComplexityIndices(eci, pci, float(values[1]), gap, decided_by, rows, columns)


def _largest_part(together: Floats) -> Flags:
    """Return which industries belong to the largest set connected by shared places."""
    linked = together > 0
    left = together.diagonal() > 0
    best = np.zeros(left.size, dtype=bool)
    while left.sum() > best.sum():
        part = np.zeros(left.size, dtype=bool)
        part[np.argmax(left)] = True
        edge = part
        while edge.any():
            reached = linked[edge].any(axis=0)
            edge = reached & ~part
            part = part | reached
        left = left & ~part
        best = part if part.sum() > best.sum() else best
    return best


def _second_vectors(near: Floats, start: Floats | None) -> tuple[Floats, Floats, Floats]:
    """Return second vectors of places and industries, and eigenvalues three and two."""
    diverse, common = near.sum(axis=1), near.sum(axis=0)
    trivial = np.sqrt(common / common.sum())  # the first vector, known, is taken out
    n = common.size
    if n <= SMALL:
        scaled = near / np.sqrt(diverse)[:, None] / np.sqrt(common)
        square = scaled.T @ scaled - np.multiply.outer(trivial, trivial)
        values, vectors = eigh(square, subset_by_index=[n - 2, n - 1])
    else:
        values, vectors = _largest_two(near, trivial, start)
    second = vectors[:, 1]
    by_industry = second / np.sqrt(common)
    return as_floats((near @ by_industry) / diverse), as_floats(by_industry), as_floats(values)


def _largest_two(near: Floats, trivial: Floats, start: Floats | None) -> tuple[Floats, Floats]:
    """Return the two largest eigenvalues beside the trivial one, without the square matrix.

    Some thirty products with the table itself cost a third of making its square.
    """
    diverse, common = near.sum(axis=1), near.sum(axis=0)
    root = np.sqrt(common)

    def times(x: Floats) -> Floats:
        through = ((near @ (x / root)) / diverse) @ near
        return np.asarray(through / root - trivial * (trivial @ x))

    first = root * (np.log(common) if start is None else np.nan_to_num(start))
    first = first - trivial * (trivial @ first)
    if np.abs(first).max() < 1e-12:
        first = np.cos(np.arange(common.size) + 1.0)
    operator = LinearOperator((common.size, common.size), matvec=times, dtype=np.float64)
    values, vectors = eigsh(operator, k=2, which="LA", v0=first, ncv=min(common.size, 24))
    return values, vectors


def _standardised(values: Floats) -> Floats:
    spread = values.std()
    return as_floats((values - values.mean()) / spread) if spread > 0 else values * np.nan


def complexity_sign(
    eci: Floats, diversity: Floats, size: Floats | None = None
) -> tuple[int, str]:
    """Return the sign that complexity should be multiplied with, and what decided it.

    Parameters
    ----------
    eci : (places,) float64
    diversity : (places,) float64 [industries]
    size : (places,) float64 [jobs], optional

    Returns
    -------
    sign : 1 or -1
    decided_by : "size", "diversity" or "nothing"

    Notes
    -----
    **Size**, where jobs are given: the average job must be in a more complex place than the
    average place is. Complex activities concentrate in large cities [1]_; a metropolis that is
    specialised in few rare industries then stands at the top although it is not diverse.
    **Diversity**, else: correlation of ECI with diversity above zero, the rule of most
    packages. In data of cities it can be near zero or negative (it ranks London last among
    British places), which is why it comes second here.

    References
    ----------
    .. [1] Balland, P.-A. et al. (2020). Complex economic activities concentrate in large
           cities.
       Nature Human Behaviour 4. doi:10.1038/s41562-019-0803-3

    Examples
    --------
    >>> eci, diverse = np.array([1.0, -0.5, -0.5]), np.array([2.0, 5, 5])
    >>> complexity_sign(eci, diverse), complexity_sign(eci, diverse, np.array([900.0, 50, 50]))
    ((-1, 'diversity'), (1, 'size'))
    """
    if size is not None:
        with_size = covariance_sign(eci, size)
        if with_size:
            return with_size, "size"
    with_diversity = covariance_sign(eci, diversity)
    return (with_diversity, "diversity") if with_diversity else (1, "nothing")


def covariance_sign(first: Floats, second: Floats) -> int:
    """Return the sign of a correlation; 0 where there is none beyond rounding."""
    known = np.isfinite(first) & np.isfinite(second)
    if known.sum() < 3:
        return 0
    one, two = first[known] - first[known].mean(), second[known] - second[known].mean()
    length = np.sqrt(np.sum(one**2) * np.sum(two**2))
    if length == 0 or abs(one @ two) <= 1e-9 * length:
        return 0
    return int(np.sign(one @ two))


def reflections(presence: Flags, steps: Count = 20) -> tuple[Floats, Floats]:
    """Return the method of reflections: each side the mean of the other, so many times.

    Parameters
    ----------
    presence : (places, industries) bool
    steps : count
        0 is diversity and ubiquity; even steps refine diversity, odd steps ubiquity.

    Returns
    -------
    places, industries : float64
        NaN for a place without industry, an industry without place. With many steps all values
        draw together and only their order is left: it is that of ECI.

    Raises
    ------
    InvalidArgument
        `presence` is not of zeros and ones, or `steps` is too small.

    References
    ----------
    .. [1] Hidalgo, C. A., Hausmann, R. (2009). The building blocks of economic complexity. PNAS
       106(26). doi:10.1073/pnas.0900943106

    Examples
    --------
    >>> places, industries = reflections(np.array([[1, 1], [1, 0]], dtype=bool), 1)
    >>> places.tolist(), industries.tolist()
    ([1.5, 2.0], [1.5, 2.0])
    """
    near = as_floats(as_presence(presence, "reflections"))
    if steps < 0:
        raise InvalidArgument(f"reflections: `steps` must be 0 or more, got {steps}")
    diverse, common = near.sum(axis=1), near.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        to_place, to_industry = 1 / diverse, 1 / common
    places, industries = diverse.copy(), common.copy()
    for _ in range(steps):
        places, industries = (
            near @ np.nan_to_num(industries) * to_place,
            near.T @ np.nan_to_num(places) * to_industry,
        )
    places[diverse == 0] = np.nan
    industries[common == 0] = np.nan
    return as_floats(places), as_floats(industries)


@dataclass(frozen=True, slots=True, eq=False)
class Fitness:
    """Fitness of places and complexity of industries.

    Attributes
    ----------
    fitness : (places,) float64         mean 1; NaN where the iteration did not settle
    complexity : (industries,) float64  mean 1
    n_steps : int
    has_settled : bool
    """

    fitness: Floats
    complexity: Floats
    n_steps: int
    has_settled: bool


def economic_fitness(
    presence: Flags, *, steps: Count = 2000, tolerance: Ratio = 1e-10
) -> Fitness:
    """Return fitness: diverse places are fit, and what unfit places can do is not complex.

    Parameters
    ----------
    presence : (places, industries) bool
    steps : count
        At most.
    tolerance : ratio
        Settled when no place moves by more (mean fitness is 1) and no place still falls towards
        0; for many tables fitness of the least diverse places does fall for ever [2]_. 0: the
        values after exactly `steps` steps, settled or not, as other packages give them.

    Returns
    -------
    Fitness
        Where the iteration has not settled every value still moving is NaN.

    Raises
    ------
    InvalidArgument
        `presence` is not of zeros and ones, or `steps` is too small.

    References
    ----------
    .. [1] Tacchella, A. et al. (2012). A new metrics for countries' fitness and products'
       complexity. Scientific Reports 2. doi:10.1038/srep00723
    .. [2] Pugliese, E., Zaccaria, A., Pietronero, L. (2016). On the convergence of the
       fitness-complexity algorithm. European Physical Journal Special Topics 225.
       doi:10.1140/epjst/e2015-50118-1

    Examples
    --------
    >>> economic_fitness(np.array([[1, 1], [1, 1]], dtype=bool)).fitness.tolist()
    [1.0, 1.0]
    """
    near = as_floats(as_presence(presence, "economic_fitness"))
    if steps < 1 or not tolerance >= 0:
        raise InvalidArgument(
            "economic_fitness: `steps` must be above 0 and `tolerance` not below it"
        )
    rows, columns = near.any(axis=1), near.any(axis=0)
    fit, complexity = np.full(rows.size, np.nan), np.full(columns.size, np.nan)
    if not rows.any():
        return Fitness(fit, complexity, 0, False)
    kept = near[np.ix_(rows, columns)]
    f, q = np.ones(kept.shape[0]), np.ones(kept.shape[1])
    step, moved = 0, np.full(f.size, np.inf)
    while step < steps and moved.max() > tolerance:
        new_f = kept @ q
        new_q = 1 / (kept.T @ (1 / np.maximum(f, 1e-300)))
        new_f, q = new_f / new_f.mean(), new_q / new_q.mean()
        # the absolute move decides above 1, the relative below: what decays is not settled
        moved = np.abs(new_f - f) / np.clip(f, 1e-300, 1.0)
        f, step = new_f, step + 1
    still = moved > tolerance
    if tolerance:
        q[(kept[still] > 0).any(axis=0)] = np.nan
        f[still] = np.nan
    fit[rows], complexity[columns] = f, q
    return Fitness(fit, complexity, step, not still.any())
