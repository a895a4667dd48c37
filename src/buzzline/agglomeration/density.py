"""How much of what is related to an industry does a place already have?

    density(place, i) = sum over j of presence(place, j) proximity(j, i)
                        / sum over j of proximity(j, i)

The proximities have no diagonal: an industry is not evidence for itself. `diagonal=True` counts
it as proximity 1 (the convention of the package ecomplexity); the two differ for industries
with few relatives, so the choice is said wherever a density is shown.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from buzzline.agglomeration.checks import as_jobs
from buzzline.agglomeration.proximity import without_diagonal
from buzzline.arrays import Flags, Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count

Side = Literal["all", "internal", "external"]


def relatedness_density(
    presence: Floats | Flags,
    proximity: Floats,
    *,
    side: Side = "all",
    diagonal: bool = False,
    nearest: Count | None = None,
) -> Floats:
    """Return the share of an industry's related industries that a place has.

    Parameters
    ----------
    presence : (places, industries) bool, or float64 for continuous densities
        Whether a place has an industry; or how much of it, 0 or more (e.g. location quotients),
        then the density is the proximity-weighted mean level of the related industries.
    proximity : (industries, industries) float64
        Symmetric or not; column i weighs what is related to industry i. NaN weighs nothing.
    side : "all", "internal" or "external"
        Internal: only industries the place has; external: only those it lacks; NaN elsewhere.
    diagonal : bool
        Count the industry itself with proximity 1.
    nearest : count, optional
        Use only so many of the nearest industries of each; equally near ones all stay.

    Returns
    -------
    (places, industries) float64 [share]
        NaN where nothing is related to the industry.

    References
    ----------
    .. [1] Hidalgo, C. A., Klinger, B., Barabasi, A.-L., Hausmann, R. (2007). The product space
       conditions the development of nations. Science 317. doi:10.1126/science.1144581
    .. [2] Boschma, R., Balland, P.-A., Kogler, D. F. (2015). Relatedness and technological
           change
       in cities. Industrial and Corporate Change 24(1). doi:10.1093/icc/dtu012

    Examples
    --------
    >>> near = np.array([[0, 0.5, 0.5], [0.5, 0, 0.1], [0.5, 0.1, 0]])
    >>> relatedness_density(np.array([[True, False, False]]), near).round(2).tolist()
    [[0.0, 0.83, 0.83]]
    """
    level = as_jobs(presence, "relatedness_density", "presence", known=True)
    near = as_jobs(proximity, "relatedness_density", "proximity")
    _check(level, near, side)
    weight = without_diagonal(np.nan_to_num(near, nan=0.0))
    if nearest is not None and nearest < 1:
        raise InvalidArgument(
            f"relatedness_density: `nearest` must be at least 1, got {nearest}; leave it out "
            "to use all"
        )
    if nearest is not None:
        weight = nearest_only(weight, nearest)
    if diagonal:
        np.fill_diagonal(weight, 1.0)
    total = weight.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        density = np.where(total > 0, (level @ weight) / total, np.nan)
    if side != "all":
        shown = level > 0 if side == "internal" else level <= 0
        density = np.where(shown, density, np.nan)
    return as_floats(density)


def _check(level: Floats, proximity: Floats, side: str) -> None:
    if side not in ("all", "internal", "external"):
        raise InvalidArgument(
            "relatedness_density: `side` must be 'all', 'internal' or 'external'"
        )
    n = level.shape[1] if level.ndim == 2 else -1
    if np.shape(proximity) != (n, n):
        raise InvalidArgument(
            f"relatedness_density: presence has shape {level.shape}, proximity "
            f"{np.shape(proximity)}; they must be places by industries, and industries by "
            "industries"
        )


def nearest_only(weight: Floats, nearest: Count) -> Floats:
    """Return proximities with only the nearest industries of each column; ties all stay."""
    if nearest >= weight.shape[0] - 1:
        return weight.copy()
    least = np.partition(weight, -nearest, axis=0)[-nearest]
    return as_floats(np.where(weight >= least, weight, 0.0))


def densities_without_own(presence: Flags, together: Floats) -> Floats:
    """Return densities that leave each place out of its own proximities, exactly.

    Parameters
    ----------
    presence : (places, industries) bool
    together : (industries, industries) float64 [places]
        From `co_occurrence(presence)`.

    Returns
    -------
    (places, industries) float64 [share]
        With the conditional proximity computed from all places but the one the density is of. A
        place whose industries defined the proximities would otherwise seem to predict itself.

    Notes
    -----
    Leaving place p out lowers C_ij by one where p has both i and j, and U_i where it has i.
    What p has is known for each cell, so four proximity matrices (with or without i, with or
    without j) and four matrix products give the exact answer for all places.

    Examples
    --------
    >>> flags = np.array([[1, 1, 0], [1, 0, 1], [1, 1, 1], [0, 1, 1]], dtype=bool)
    >>> together = flags.T.astype(float) @ flags
    >>> densities_without_own(flags, together)[0].round(2).tolist()
    [0.43, 0.43, 1.0]
    """
    has = np.asarray(presence, dtype=bool)
    numerator, total = weighed_without_own(has, together, has)
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_floats(numerator / total)


def weighed_without_own(
    presence: Flags, together: Floats, level: Floats | Flags, *, power: Count = 1
) -> tuple[Floats, Floats]:
    """Return levels weighed with the proximities of all other places, and these summed.

    Parameters
    ----------
    presence : (places, industries) bool
    together : (industries, industries) float64 [places]
    level : (places, industries) float64
        What is summed over the industries related to each.
    power : count
        Of the proximities in both sums.

    Returns
    -------
    weighed, total : (places, industries) float64
    """
    out = [np.zeros(presence.shape), np.zeros(presence.shape)]
    for own in (0, 1):  # does the place have the industry asked about?
        asked = presence == bool(own)
        for other in (0, 1):  # does it have the related one?
            near = _near_without(together, own, other) ** power
            there = (presence == bool(other)).astype(np.float64)
            out[0] += np.where(asked, (there * level) @ near.T, 0.0)
            out[1] += np.where(asked, there @ near.T, 0.0)
    return as_floats(out[0]), as_floats(out[1])


def _near_without(together: Floats, own: int, other: int) -> Floats:
    """Return proximities without a place that has the first industry, the other, or both."""
    alone = together.diagonal()
    with np.errstate(divide="ignore", invalid="ignore"):
        near = (together - own * other) / np.maximum.outer(alone - own, alone - other)
    near = np.nan_to_num(near, nan=0.0, posinf=0.0, neginf=0.0)
    np.fill_diagonal(near, 0.0)
    return as_floats(np.clip(near, 0.0, 1.0))
