"""How specialised is a place, and would so few plants of the common mix look the same?"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import numpy as np
import polars as pl

from buzzline.agglomeration.bases import dispersion_of
from buzzline.agglomeration.chance_columns import chance_columns
from buzzline.agglomeration.common_mix import CommonMix, common_mix
from buzzline.agglomeration.employment import EmploymentMatrix, employment_matrix
from buzzline.agglomeration.mix_indices import (
    Against,
    compared_mix,
    corrected_entropy,
    diversity,
    gini_specialisation,
    hachman,
    mix,
    specialisation_coefficient,
    unbiased_herfindahl,
)
from buzzline.agglomeration.quotient_errors import effective_plants, totals_of
from buzzline.agglomeration.shares import entropy, herfindahl
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats
from buzzline.errors import TooFew
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Count, Draws, Share, Years
from buzzline.randomness import Seed, child, seed_of
from buzzline.space.threads import spread
from buzzline.tables.study import Study

MEASURED = "measured"
NO_JOBS = "no known jobs: not measured"
NO_PLANTS = "number of plants not known: no chance band"
FEW = "few plants: chance alone looks specialised"
HIDDEN = "less than half of its jobs are in known cells"
FEW_PLANTS = 30  # below, chance gives a place of the common mix a Krugman index near 1

# What more specialised means: 1 larger, -1 smaller.
INDICES: dict[str, int] = {
    "krugman": 1,
    "specialisation coefficient": 1,
    "gini": 1,
    "herfindahl": 1,
    "hachman": -1,
    "entropy": -1,
    "diversity": -1,
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Specialisation:
    """Indices of specialisation of every place, each against chance.

    Attributes
    ----------
    places : DataFrame
        One row an index and place, of each index the places furthest beyond chance first:
        `index`, `place_id`, `name`, `value`, `corrected` (without the bias of few plants, where
        there is such a correction), `chance_mean`, `chance_low`, `chance_high` (a place with as
        many plants of the mix of all), `z`, `p` (two-sided: industries that serve a place
        themselves make it evener than chance), `q` (over places), `level`, `n`
        (establishments), `n_industries`, `status`.
    against : str
        What Krugman's index is held against.
    level : share
    draws : int
    n_industries : int
    notes : tuple of str
    """

    places: pl.DataFrame
    against: Against
    level: Share
    draws: int
    n_industries: int
    notes: tuple[str, ...] = ()
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row an index and place."""
        return self.places

    def __str__(self) -> str:
        rows = self.places.filter(pl.col("index") == "krugman")
        tested = rows.drop_nulls("q")
        if not tested.height:
            return (
                f"{rows.height:,} places over {self.n_industries:,} industries; the number of "
                "plants is not known, so nothing can be held against chance."
            )
        beyond = tested.filter(pl.col("q") <= 1 - self.level)
        more = beyond.filter(pl.col("z") > 0).height
        top = tested.row(0, named=True)
        return (
            f"{more:,} of {tested.height:,} places are more specialised (Krugman's index over "
            f"{self.n_industries:,} industries) than as many plants of the mix of all places "
            f"would be, {beyond.height - more:,} less; furthest beyond chance {top['name']}: "
            f"{top['value']:.3g} (chance {top['chance_low']:.3g} to {top['chance_high']:.3g} "
            f"at {self.level:.0%}, n={top['n']:,} establishments, {self.draws:,} draws)."
            f"{self._too_few_draws(tested, beyond.height)}"
        )

    def _too_few_draws(self, tested: pl.DataFrame, n_beyond: int) -> str:
        """Say so where q can hardly be small: each p is at least 2 / (1 + draws)."""
        outside = tested.filter(
            (pl.col("value") < pl.col("chance_low")) | (pl.col("value") > pl.col("chance_high"))
        ).height
        needed = ceil(2 * tested.height / (1 + self.draws) / (1 - self.level) - 1e-9)
        if n_beyond or not outside or needed <= 1:
            return ""
        return (
            f" {outside:,} lie outside what chance gives each alone, but with {self.draws:,} "
            f"draws q is small only where {needed:,} places lie outside all of them: set "
            "`draws` higher."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.places._repr_html_()}"


@analysis(
    "agglomeration", "How specialised is each place, beyond what few plants would look like?"
)
def specialisation(
    study: Study,
    *,
    against: Against = "whole",
    draws: Draws = 999,
    level: Share = 0.95,
    year: Years | None = None,
    digits: Count | None = None,
    rng: Seed = None,
    progress: Progress = silent,
) -> Specialisation:
    """Measure how specialised each place is, against as many plants of the common mix.

    Answers whether a place's mix of industries differs from that of all places by more than
    the luck of few plants: a small place looks specialised on any index.

    Parameters
    ----------
    study : Study
        Needs the table `employment`, or organisations with places and industries.
    against : "whole", "others" or "mean_of_others"
        What Krugman's index holds a place against: all places with it, all others together, or
        the plain mean of the others.
    draws : draws
        How many places of the common mix are drawn for each.
    level : share
        Of the chance band; false discoveries over places are held at 1 - level.
    year : years
        Which year of `employment`; the latest by default.
    digits : count
        How deep in the classification of industries; the deepest by default.
    rng : seed or generator
    progress : callable
        Told how far the drawing is.

    Returns
    -------
    Specialisation

    Raises
    ------
    TooFew
        Nothing is known of jobs by place and industry, or fewer than two places or industries.

    Notes
    -----
    Indices: Krugman Σ|s - t|; coefficient of specialisation, half of it against the whole; Gini
    of the location quotients; Herfindahl Σs²; Hachman 1 / Σ(s²/t); entropy in bits; diversity,
    the industries with a quotient of at least 1. A place of n plants is drawn by giving each
    plant an industry with the industry's share of all plants, and sizes as dispersed as in the
    industry (gamma); where small cells are not published, those of the drawn place are left out
    too. There is no interval around the value: a bootstrap of plants would add
    the very bias of few plants that the band shows. In a place with few plants Herfindahl is
    too high and entropy too low on average; `corrected` takes that out to first order.

    References
    ----------
    .. [1] Palan, N. (2010). Measurement of specialization: the choice of indices. FIW Working
       Paper 62.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, rng=1).study
    >>> specialisation(study, draws=19, rng=1).places["index"][0]
    'krugman'
    """
    matrix = _checked(employment_matrix(study, year=year, digits=digits))
    jobs = matrix.jobs if np.isfinite(matrix.jobs).any() else matrix.establishments
    total = totals_of(jobs)
    reference = _Reference(total.industry / total.everything, compared_mix(jobs, against))
    observed = _indices(jobs, reference)
    null = _null(common_mix(matrix), reference, draws, seed_of(rng), progress)
    corrected = _corrected(matrix, jobs, observed)
    parts = [
        _rows(matrix, name, (observed[name], corrected.get(name)), null[:, at], level)
        for at, name in enumerate(INDICES)
    ]
    places = pl.concat(parts).with_columns(level=pl.lit(level))
    return Specialisation(
        places, against, level, draws, matrix.industries.height, _said(matrix)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Reference:
    """What every place is held against: the mix of all (s,), and the one of Krugman (r, s)."""

    whole: Floats
    compared: Floats


def _indices(jobs: Floats, reference: _Reference) -> dict[str, Floats]:
    """Return every index of every place, (r,) each, in the order of `INDICES`."""
    whole = reference.whole
    return {
        "krugman": np.abs(mix(jobs) - reference.compared).sum(axis=1),
        "specialisation coefficient": specialisation_coefficient(jobs, whole),
        "gini": gini_specialisation(jobs, whole),
        "herfindahl": herfindahl(jobs, axis=1),
        "hachman": hachman(jobs, whole),
        "entropy": entropy(jobs, axis=1),
        "diversity": diversity(jobs, whole),
    }


def _null(
    plants: CommonMix, reference: _Reference, draws: Draws, seed: int, progress: Progress
) -> Floats:
    """Return (draws, indices, r): each index of each place, if it were of the common mix."""
    found = np.full((draws, len(INDICES), plants.n.size), np.nan)
    if not np.isfinite(plants.n).any():
        return found

    def drawn(draw: int) -> Floats:
        places = _indices(plants.drawn(child(seed, "mix", draw)), reference)
        return np.stack(list(places.values()))

    counted = told(progress, "drawing places of the common mix", range(draws))
    for draw, values in zip(counted, spread(drawn, range(draws)), strict=True):
        found[draw] = values
    return found


def _corrected(
    matrix: EmploymentMatrix, jobs: Floats, observed: dict[str, Floats]
) -> dict[str, Floats]:
    plants = effective_plants(matrix.establishments, dispersion_of(matrix))
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = np.nansum(np.where(jobs > 0, jobs**2 / plants, 0.0), axis=1)
        n = np.nansum(jobs, axis=1) ** 2 / squares
    n_seen = (np.nan_to_num(jobs) > 0).sum(axis=1).astype(np.float64)
    n = np.where(np.isfinite(n), n, np.nan)
    return {
        "herfindahl": unbiased_herfindahl(observed["herfindahl"], n),
        "entropy": corrected_entropy(observed["entropy"], n, n_seen),
    }


def _rows(
    matrix: EmploymentMatrix,
    name: str,
    found: tuple[Floats, Floats | None],
    null: Floats,
    level: Share,
) -> pl.DataFrame:
    value, corrected = found
    chance = chance_columns(value, null, level=level)
    n = np.nansum(matrix.establishments, axis=1)
    jobs = matrix.jobs if np.isfinite(matrix.jobs).any() else matrix.establishments
    rows = matrix.places.select(
        index=pl.lit(name), place_id="place_id", name=pl.coalesce("name", "place_id")
    ).with_columns(
        pl.Series("value", value, nan_to_null=True),
        pl.Series("corrected", np.full(value.size, np.nan) if corrected is None else corrected,
                  nan_to_null=True),
        *[pl.Series(key, values, nan_to_null=True) for key, values in chance.items()],
        pl.Series("n", n).cast(pl.Int64),
        pl.Series("n_industries", (np.nan_to_num(jobs) > 0).sum(axis=1)),
        pl.Series("status", _status(value, n, np.nan_to_num(matrix.place_suppressed))),
    )  # fmt: skip
    return rows.sort(pl.col("z") * INDICES[name], "place_id", descending=[True, False],
                     nulls_last=True)  # fmt: skip


def _status(value: Floats, n: Floats, hidden: Floats) -> list[str]:
    conditions = [~np.isfinite(value), n <= 0, hidden > 0.5, n < FEW_PLANTS]
    return [
        str(word) for word in np.select(conditions, [NO_JOBS, NO_PLANTS, HIDDEN, FEW], MEASURED)
    ]


def _said(matrix: EmploymentMatrix) -> tuple[str, ...]:
    if np.isfinite(matrix.jobs).any():
        return matrix.notes
    return (*matrix.notes, "Jobs are not known: establishments were counted instead.")


def _checked(matrix: EmploymentMatrix) -> EmploymentMatrix:
    r, s = matrix.jobs.shape
    known = np.nansum(matrix.jobs) > 0 or np.nansum(matrix.establishments) > 0
    if r < 2 or s < 2 or not known:
        raise TooFew(
            f"specialisation: a mix is compared between places and industries, and there are "
            f"{r} places and {s} industries with known jobs. Give at least two of each, or set "
            "`digits` deeper."
        )
    return matrix
