"""Hot spots of plain points, on a plane or on the globe, against chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike

from buzzline.agglomeration.local_counts import Marks
from buzzline.agglomeration.local_tests import dealt_quotients, places_tested
from buzzline.agglomeration.points_against_chance import (
    SAID,
    DealtTo,
    cases_dealt,
    known_weights,
)
from buzzline.agglomeration.spot_tables import with_rates
from buzzline.arrays import as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.randomness import Seed, seed_of
from buzzline.space.globe import degrees
from buzzline.space.points import Points
from buzzline.space.standing import standing

PLACES = {"hot": 0, "cold": 1, "neither": 2, "too few": 3}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LocalAgainstChance:
    """Places around which cases are over- or under-represented among points.

    Attributes
    ----------
    places : DataFrame
        One row a distinct place, hot ones first: `x_km`, `y_km` or `longitude`, `latitude`;
        `heat` ("hot", "cold", "neither" or "too few"), `ratio` (share of the cases within reach
        over their share of all), `low`, `high`, `level`, `n` (cases within reach), `n_within`
        (points), `n_here` (cases at the place), `expected` (cases there would be), `p`, `q`,
        `q_any`.
    reach_km : km
    level : share       of intervals; false discoveries are held at 1 - level
    n : int             cases
    draws : int         0: p-values are exact
    chance : str        how chance deals
    """

    places: pl.DataFrame
    reach_km: Kilometres
    level: Share
    n: int
    draws: int
    chance: str

    def table(self) -> pl.DataFrame:
        """Return one row a place, hot ones first."""
        return self.places

    def __str__(self) -> str:
        heat = self.places["heat"]
        hot, cold, too_few = (int((heat == name).sum()) for name in ("hot", "cold", "too few"))
        how = f"{self.draws:,} draws" if self.draws else "exact"
        return (
            f"{hot:,} hot and {cold:,} cold of {heat.len() - too_few:,} places tested within "
            f"{self.reach_km:g} km, false discoveries at most {1 - self.level:.0%} "
            f"({how}; {self.chance}); {too_few:,} with too few around them"
        )

    def __repr__(self) -> str:
        return str(self)


def local_m_against_chance(
    points: Points,
    cases: ArrayLike,
    reach_km: Kilometres,
    *,
    weight: ArrayLike | None = None,
    null: DealtTo = "all_sites",
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
) -> LocalAgainstChance:
    """Return the places around which cases are denser, or thinner, than chance would have it.

    Parameters
    ----------
    points : Points             all of them, on a plane or on the globe
    cases : (n,) bool
    reach_km : km
    weight : (n,) float64, optional
        Of each point, e.g. jobs; p-values are then from draws, and there is no interval.
    null : "all_sites" or "relabelling"
        With weights: these move with their owners, or stay. For cases against controls, give
        these points alone.
    draws : draws               for weights only
    level : share
    rng : Generator, int or None

    Returns
    -------
    LocalAgainstChance

    Raises
    ------
    TooFew
        Fewer than two cases or draws, no other point, or all points at one place.
    InvalidArgument
        Flags or weights that do not fit, a null there is not, a reach that is not above 0.

    Notes
    -----
    The test of `hot_spots`: M around every place, not only around the cases, and with what
    stands at the place itself, which `local_m` leaves out. Without weights p is exact.

    Examples
    --------
    >>> from buzzline.space.points import on_plane
    >>> x, y = np.random.default_rng(1).random((2, 300)) * 100
    >>> near = np.hypot(x - 50, y - 50) < 15
    >>> local_m_against_chance(on_plane(x, y), near, 10).places["heat"][0]
    'hot'
    """
    name = "local_m_against_chance"
    rows, pool = cases_dealt(points, cases, name, null=null, draws=draws)
    if not reach_km > 0:
        raise InvalidArgument(f"{name}: `reach_km` must be above 0, got {reach_km}")
    counted = standing(points, as_floats([reach_km]))
    if len(counted.places) < 2:
        raise TooFew(f"{name}: all points are at one place: nothing to compare")
    is_case = np.isin(np.arange(len(points)), rows)
    each = np.ones(len(points)) if weight is None else known_weights(points, weight)
    marks = Marks(is_case, np.ones(len(points), np.bool_), each)
    dealt = None
    if weight is not None:
        seed = (seed_of(rng), "cases")
        dealt = dealt_quotients(counted, marks, seed, draws=draws, is_moved=null == "all_sites")
    sites = with_rates([places_tested(counted, marks, level=level, dealt=dealt)], level)
    used = draws if weight is not None else 0
    return LocalAgainstChance(
        _ranked(sites, counted.places), reach_km, level, rows.size, used,
        SAID[null].format(n=pool.size),
    )  # fmt: skip


def _ranked(sites: pl.DataFrame, places: Points) -> pl.DataFrame:
    xyz = places.xyz[sites["place"].to_numpy()]
    names = ("longitude", "latitude") if places.is_sphere else ("x_km", "y_km")
    at = degrees(xyz) if places.is_sphere else (xyz[:, 0], xyz[:, 1])
    located = pl.DataFrame(dict(zip(names, at, strict=True)))
    of_heat = pl.col("heat").replace_strict(PLACES, default=9)
    columns = ["heat", "ratio", "low", "high", "level", "n", "n_within", "n_here", "expected"]
    ranked = pl.concat([located, sites], how="horizontal").sort(
        [of_heat, "p", "n", "place"], descending=[False, False, True, False], nulls_last=True
    )
    return ranked.select(*names, *columns, "p", "q", "q_any")
