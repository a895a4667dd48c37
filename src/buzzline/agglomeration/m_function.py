"""Is an industry denser around its own members than everything is? M and m."""

from __future__ import annotations

from collections.abc import Sequence

from buzzline.agglomeration.m_curves import Choices, MCurves, m_curves_of
from buzzline.agglomeration.population import Industries, PointWeight
from buzzline.agglomeration.sampling import Sampling
from buzzline.agglomeration.tested_curves import DISTANCES_KM
from buzzline.analysis import analysis
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.randomness import Seed, seed_of
from buzzline.tables.study import Study


@analysis("agglomeration", "Within which distances is an industry denser around itself?")
def m_function(  # noqa: PLR0913  # `progress` is no choice
    study: Study,
    *,
    industries: Industries = None,
    distances_km: Sequence[Kilometres] = DISTANCES_KM,
    weight: PointWeight = "none",
    sampling: Sampling = Sampling(),  # noqa: B008  # frozen
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> MCurves:
    """Compare an industry's share of what is within each distance of its members with chance.

    Marcon and Puech's M [1]_: around each point of the industry, the industry's share of all
    weight within r, over its share of all weight. M(20) = 2: within 20 km the industry is twice
    as common as overall. It follows people, not areas: a big city is no cluster in itself.

    Parameters
    ----------
    study : Study
        Needs coordinates and an industry for `establishments` or `organisations`.
    industries : names, mapping of group name to industries, or None
        None: the dozen most numerous.
    distances_km : km
        Radii around each point, rising.
    weight : "none" or "jobs"
        Count points, or their jobs.
    sampling : Sampling
        What a point is, and how chance deals the industry.
    draws : draws
        Industries of the same size dealt at random.
    level : share
        Of the bands.
    rng : Generator, int or None

    Returns
    -------
    MCurves

    Raises
    ------
    TooFew
        Nothing has coordinates and an industry, or fewer than two draws.
    InvalidArgument
        An industry that no point has, or distances that do not rise.

    Notes
    -----
    The formula is that of `marcon_puech_m`. Points without anybody within r do not count at r;
    where that is all of them, M is empty, not 1. Under chance the curve is about 1 at every
    distance; `expected` is the mean of the draws. With "all_sites" the jobs move with their
    owners, everybody's, and with "relabelling" they stay where they are. The p-value is that of
    the whole curve, over all distances given.

    References
    ----------
    .. [1] Marcon, E., Puech, F. (2010). Measures of the geographic concentration of industries:
       improving distance-based methods. Journal of Economic Geography 10(5).
       doi:10.1093/jeg/lbp056

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=300, clusters=2, industries=3, rng=1)
    >>> result = m_function(world.study, draws=99, rng=1)
    >>> result.industries["verdict"][0]
    'localised'
    """
    choices = Choices(
        "m_function", "M", distances_km, weight, sampling, draws, level, seed_of(rng)
    )
    return m_curves_of(study, industries, choices, progress=progress)


@analysis(
    "agglomeration", "At which distances is an industry denser around itself than all are?"
)
def m_density(  # noqa: PLR0913  # `progress` is no choice
    study: Study,
    *,
    industries: Industries = None,
    distances_km: Sequence[Kilometres] = DISTANCES_KM,
    weight: PointWeight = "none",
    sampling: Sampling = Sampling(),  # noqa: B008  # frozen
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> MCurves:
    """Compare an industry's share of what is at about each distance of its members with chance.

    Lang, Marcon and Puech's m [1]_: M with a smooth ring in place of a disc, so that what is
    near does not linger in the curve further out. m(100) below 1 says that 100 km from a member
    one rather finds other industries.

    Parameters
    ----------
    study : Study
        Needs coordinates and an industry for `establishments` or `organisations`.
    industries : names, mapping of group name to industries, or None
        None: the dozen most numerous.
    distances_km : km
        Distances between two points, rising.
    weight : "none" or "jobs"
        Count points, or their jobs.
    sampling : Sampling
        What a point is, and how chance deals the industry.
    draws : draws
        Industries of the same size dealt at random.
    level : share
        Of the bands.
    rng : Generator, int or None

    Returns
    -------
    MCurves

    Raises
    ------
    TooFew
        Nothing has coordinates and an industry, or fewer than two draws.
    InvalidArgument
        An industry that no point has, or distances that do not rise.

    Notes
    -----
    The formula is that of `lang_m`, but the bandwidth is that of chance: Silverman's rule on
    distances between all points, for as many pairs as the industry has. Were it that of the
    industry itself, a concentrated industry would be drawn sharper than what chance deals, and
    the two would no longer be alike under the null.

    References
    ----------
    .. [1] Lang, G., Marcon, E., Puech, F. (2020). Distance-based measures of spatial
       concentration: introducing a relative density function. Annals of Regional Science 64.
       doi:10.1007/s00168-019-00946-7

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=300, clusters=2, industries=3, rng=1)
    >>> m_density(world.study, draws=99, rng=1).industries["verdict"][0]
    'localised'
    """
    choices = Choices(
        "m_density", "m", distances_km, weight, sampling, draws, level, seed_of(rng)
    )
    return m_curves_of(study, industries, choices, progress=progress)
