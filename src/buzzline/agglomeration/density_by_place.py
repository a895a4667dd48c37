"""Which industries is a place near to, and is it nearer than a place as diverse would be?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.special import ndtr
from scipy.stats import norm

from buzzline.agglomeration.degree_null import degree_null
from buzzline.agglomeration.density import (
    Side,
    densities_without_own,
    weighed_without_own,
)
from buzzline.agglomeration.employment import EmploymentMatrix, employment_matrix
from buzzline.agglomeration.presence import presence_of
from buzzline.agglomeration.proximity import co_occurrence
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags, Floats, as_floats
from buzzline.quantities import Count, Ratio, Share, Years
from buzzline.resampling import false_discovery_q
from buzzline.tables.study import Study

ABOVE, EXPECTED, NOTHING_RELATED = "denser than chance", "as expected", "nothing is related"
SIDE_SAID = {
    "external": "that the place lacks",
    "internal": "that the place has",
    "all": "whether or not the place has it",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DensityByPlace:
    """How much of what is related to each industry each place has.

    Attributes
    ----------
    densities : DataFrame
        One row a place and industry, most above chance first: `place_id`, `name`, `industry`,
        `title`, `is_present`, `quotient` (location quotient), `value` (density), `expected`,
        `chance_low`, `chance_high`, `level`, `z`, `p`, `q`, `status`.
    side : str
    n_places, n_industries : int
    n_unknown : int
        Cells not known, taken for absent.
    suppressed_share : share
    level : share
    year : int or None
    """

    densities: pl.DataFrame
    side: str
    n_places: int
    n_industries: int
    n_unknown: int
    suppressed_share: float
    level: Share
    year: int | None
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a place and industry, most above chance first."""
        return self.densities

    def __str__(self) -> str:
        n = self.densities.height
        above = self.densities.filter(pl.col("status") == ABOVE)
        said = (
            f"Of {n:,} pairs of a place and an industry {SIDE_SAID[self.side]}, "
            f"{above.height:,} have more of what is related to it than a place as diverse "
            f"would (false discoveries held at {1 - self.level:.0%})"
        )
        if above.height:
            top = above.row(0, named=True)
            said += (
                f"; most surely {top['title'] or top['industry']} in "
                f"{top['name'] or top['place_id']}: {top['value']:.0%} of it, where "
                f"{top['expected']:.0%} is expected"
            )
        share = self.suppressed_share
        if np.isnan(share) or share > 0:
            known = "An unknown share" if np.isnan(share) else f"{share:.1%}"
            said += f". {known} of jobs are in no published cell"
        return f"{said}."

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.densities.head(50)._repr_html_()}"


@analysis("agglomeration", "Which industries is a place near to, and nearer than by chance?")
def relatedness_density_by_place(
    study: Study,
    *,
    side: Side = "external",
    cut: Ratio = 1.0,
    year: Years | None = None,
    digits: Count | None = None,
    level: Share = 0.95,
) -> DensityByPlace:
    """Measure how much of what is related to each industry each place already has.

    Answers which industries a place lacks although most of what is related to them is there
    (side "external"), or which of its industries stand alone ("internal", read from the end). A
    high density is a chance, not a cause, and says nothing of whether the industry is wanted.

    Parameters
    ----------
    study : Study
        Needs `employment`, `establishments` or `organisations`.
    side : "all", "internal" or "external"
        All industries, those a place has, or those it lacks.
    cut : ratio
        An industry is present where its location quotient is at least this.
    year : years, optional
        The last one by default.
    digits : count, optional
        Level of the classification; the deepest by default.
    level : share
        Of the range that chance gives; 1 - level is the rate of false discoveries.

    Returns
    -------
    DensityByPlace

    Raises
    ------
    TooFew
        Fewer than three places or two industries.

    Notes
    -----
    Proximity is the conditional one, measured without the place itself
    (`densities_without_own`): else a place would be near to what only it has. Other kinds, and
    the diagonal, are choices of the array function `relatedness_density`. Expected is the
    density of a place as diverse, its industries drawn as common as they are (`degree_null`);
    given its diversity, density is nearly normal.

    References
    ----------
    .. [1] Hidalgo, C. A., Klinger, B., Barabasi, A.-L., Hausmann, R. (2007). The product space
       conditions the development of nations. Science 317. doi:10.1126/science.1144581

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, industries=6, rng=1).study
    >>> relatedness_density_by_place(study).densities["is_present"].any()
    False
    """
    matrix = employment_matrix(study, year=year, digits=digits)
    presence = presence_of(matrix, cut, counted="jobs", what="relatedness_density_by_place")
    together = co_occurrence(presence.flags)
    value = densities_without_own(presence.flags, together)
    expected, spread = density_by_chance(presence.flags, together)
    asked = {"external": ~presence.flags, "internal": presence.flags}.get(
        side, np.ones_like(presence.flags)
    )
    return DensityByPlace(
        _rows(
            matrix, asked, (presence.flags, presence.quotient(), value, expected, spread), level
        ),
        side,
        matrix.places.height,
        matrix.industries.height,
        presence.n_unknown,
        float(matrix.suppressed_share),
        level,
        matrix.year,
    )


def density_by_chance(presence: Flags, together: Floats) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of densities when only degrees matter.

    Parameters
    ----------
    presence : (places, industries) bool
    together : (industries, industries) float64 [places]
        From `co_occurrence(presence)`.

    Returns
    -------
    expected, spread : (places, industries) float64
        Of `densities_without_own`; NaN where nothing is related to the industry elsewhere.

    Notes
    -----
    With v the variance of presence and w the proximities, the variance of the weighted sum
    given the diversity of the place is sum v w^2 - (sum v w)^2 / sum v. Whether the place has
    the industry itself is not part of its density, so the industry is left out of both.
    """
    chance = degree_null(presence).cells()
    v = chance * (1 - chance)
    expected, total = weighed_without_own(presence, together, chance)
    moved, _ = weighed_without_own(presence, together, v)
    square, _ = weighed_without_own(presence, together, v, power=2)
    others = np.maximum(v.sum(axis=1, keepdims=True) - v, 1e-12)
    # a place that has the industry, which was not certain, has less room for the others
    expected = expected - (presence - chance) * moved / others
    variance = np.maximum(square - moved**2 / others, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = np.where(total > 0, 1 / total, np.nan)
        return as_floats(expected * known), as_floats(np.sqrt(variance) * known)


def _rows(
    matrix: EmploymentMatrix,
    asked: Flags,
    cells: tuple[Flags, Floats, Floats, Floats, Floats],
    level: Share,
) -> pl.DataFrame:
    present, quotient, value, expected, spread = (part[asked] for part in cells)
    with np.errstate(divide="ignore", invalid="ignore"):
        z = np.where(spread > 1e-12, (value - expected) / spread, np.nan)
    tested = np.isfinite(z)
    p, q = np.full(z.size, np.nan), np.full(z.size, np.nan)
    p[tested] = ndtr(-z[tested])
    q[tested] = false_discovery_q(p[tested])
    half = float(norm.ppf((1 + level) / 2)) * spread
    status = np.where(tested, np.where(q <= 1 - level, ABOVE, EXPECTED), NOTHING_RELATED)
    measured = pl.DataFrame(
        {
            "is_present": present,
            "quotient": quotient,
            "value": value,
            "expected": expected,
            "chance_low": np.maximum(expected - half, 0),
            "chance_high": np.minimum(expected + half, 1),
            "level": np.full(z.size, level),
            "z": z,
            "p": p,
            "q": q,
            "status": pl.Series(status.tolist(), dtype=pl.String),
        },
        nan_to_null=True,
    )
    row, column = np.nonzero(asked)
    places = matrix.places.select("place_id", "name")[row]
    named = [places, matrix.industries.select("industry", "title")[column], measured]
    return pl.concat(named, how="horizontal").sort(
        ["p", "value", "place_id", "industry"],
        descending=[False, True, False, False],
        nulls_last=True,
    )
