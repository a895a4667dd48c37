"""Do two clusters do different work, and does the one buy what the other makes?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import nan

import numpy as np
import polars as pl
from scipy.sparse import csr_array, vstack

from buzzline.arrays import Floats, as_floats
from buzzline.linkages.rivalry import Roster, composition_overlap
from buzzline.quantities import Share
from buzzline.resampling import central_range
from buzzline.tables.study import Study

FEWEST_SITES = 5  # of known function in each cluster


@dataclass(frozen=True, slots=True)
class Difference:
    """How differently two clusters are composed, with what is known of its error.

    Attributes
    ----------
    value, low, high : float
    p : float                  of members dealt over the two at random
    n, n_other : int           organisations
    reason : str               why not measured
    """

    value: float = nan
    low: float = nan
    high: float = nan
    p: float = nan
    n: int = 0
    n_other: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """What the sites of every organisation do, and in which industries.

    Attributes
    ----------
    functions : (n, f) sparse float64     sites of each organisation by function
    industries : (n, s) sparse float64    activities of each organisation by industry
    coefficients : (s, s) float64         inputs from each industry a unit of input of another
    """

    functions: csr_array
    industries: csr_array
    coefficients: Floats


def work_of(study: Study) -> Work:
    """Return the functions and industries of the organisations of a study."""
    sites = study.establishments.select("org_id", pl.col("function").alias("is"))
    active = study.activities.select("org_id", pl.col("industry").alias("is"))
    if not active.height:
        active = study.organisations.select("org_id", pl.col("industry").alias("is"))
    flows = study.industry_flows.filter(pl.col("kind") == "input_output")
    known = pl.concat([flows["industry"], flows["other"]]).unique().sort()
    number = dict(zip(known.to_list(), range(known.len()), strict=True))
    values = np.zeros((known.len(), known.len()))
    for one, other, value in flows.select("industry", "other", "value").iter_rows():
        values[number[one], number[other]] += value
    bought = values.sum(axis=0)
    return Work(
        _counted(study, sites, sites["is"].drop_nulls().unique().sort().to_list()),
        _counted(study, active, known.to_list()),
        as_floats(np.divide(values, bought, out=np.zeros_like(values), where=bought > 0)),
    )


def _counted(study: Study, rows: pl.DataFrame, names: list[str]) -> csr_array:
    number = study.organisations.select("org_id").with_row_index("row")
    column = dict(zip(names, range(len(names)), strict=True))
    found = rows.filter(pl.col("is").is_in(names)).join(number, on="org_id", how="inner")
    at = found["is"].replace_strict(column, default=0, return_dtype=pl.Int64).to_numpy()
    shape = (study.organisations.height, len(names))
    return csr_array((np.ones(found.height), (found["row"].to_numpy(), at)), shape=shape)


def by_unit(counts: csr_array, roster: Roster) -> csr_array:
    """Return the sums of the rows of each unit of a cluster. (units, columns)."""
    rows = np.flatnonzero(roster.place >= 0)
    shape = (roster.units.size, counts.shape[0])
    sums = csr_array((np.ones(rows.size), (roster.place[rows], rows)), shape=shape)
    return csr_array(sums @ counts)


def complementarity(
    counts: csr_array,
    rosters: tuple[Roster, Roster],
    *,
    level: Share,
    draws: int,
    rng: np.random.Generator,
) -> Difference:
    """Return 1 - cos of the functions of two clusters.

    Parameters
    ----------
    counts : (n, f) sparse float64
        Sites of each organisation by function.
    rosters : two Roster

    Notes
    -----
    Squares are over pairs of different organisations, so 0 is expected of members dealt over
    the two at random, however few; single values can fall below 0.
    """
    one, other = (by_unit(counts, roster) for roster in rosters)
    known = Difference(n=_n_known(one), n_other=_n_known(other))
    if min(known.n, known.n_other) < FEWEST_SITES:
        reason = f"fewer than {FEWEST_SITES} members of one of the two have a known function"
        return replace(known, reason=reason)
    value = _distance(one, other, (rosters[0].once, rosters[1].once))[0]
    drawn = _distance(one, other, (rosters[0].times, rosters[1].times))
    drawn = drawn[np.isfinite(drawn)]
    low, high = central_range(drawn, level) if drawn.size > 1 else (nan, nan)
    both = csr_array(vstack([one, other]))
    chance = _dealt(both, one.shape[0], draws, rng)
    p = (1 + int(np.sum(chance >= value - 1e-12))) / (1 + chance.size) if chance.size else nan
    return replace(known, value=float(value), low=low, high=high, p=p)


def _n_known(counts: csr_array) -> int:
    return int(np.sum(counts.sum(axis=1) > 0))


def _distance(one: csr_array, other: csr_array, times: tuple[Floats, Floats]) -> Floats:
    cross, first, second = composition_overlap(one, other, times)
    with np.errstate(divide="ignore", invalid="ignore"):
        return as_floats(1 - cross / np.sqrt(first * second))


def _dealt(both: csr_array, n_first: int, draws: int, rng: np.random.Generator) -> Floats:
    """Return the distance of two groups of these sizes dealt from all members. (draws,)."""
    flags = np.zeros((draws, both.shape[0]))
    for draw in range(draws):
        flags[draw, rng.permutation(both.shape[0])[:n_first]] = 1.0
    found = _distance(both, both, (as_floats(flags), as_floats(1 - flags)))
    return as_floats(found[np.isfinite(found)])


def input_output_fit(one: Floats, other: Floats, coefficients: Floats) -> float:
    """Return how much two compositions buy from each other, to what each buys from itself.

    Parameters
    ----------
    one, other : (s,) float64        shares of industries
    coefficients : (s, s) float64    inputs from each industry a unit of input of another

    Returns
    -------
    float
        (f_k A f_l + f_l A f_k) / (f_k A f_k + f_l A f_l); 1 for equal compositions. NaN where
        neither buys from itself.

    Examples
    --------
    >>> chips, phones = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    >>> input_output_fit(chips, phones, np.array([[0.2, 0.6], [0.1, 0.3]]))
    1.4
    """
    across = float(one @ coefficients @ other + other @ coefficients @ one)
    own = float(one @ coefficients @ one + other @ coefficients @ other)
    return round(across / own, 12) if own > 0 else nan


def fit_of(work: Work, rosters: tuple[Roster, Roster], level: Share) -> Difference:
    """Return the input-output fit of two clusters with its interval over organisations."""
    one, other = (by_unit(work.industries, roster) for roster in rosters)
    known = Difference(n=_n_known(one), n_other=_n_known(other))
    if not work.coefficients.size:
        return replace(known, reason="no flows between industries")
    if min(known.n, known.n_other) < FEWEST_SITES:
        few = f"fewer than {FEWEST_SITES} members of one of the two"
        reason = f"{few} are in industries with flows"
        return replace(known, reason=reason)
    both = np.asarray(one.sum(axis=0)).ravel() + np.asarray(other.sum(axis=0)).ravel()
    if np.count_nonzero(both) < 2:
        return replace(known, reason="all members are in one industry")
    values = _fits(one, other, (rosters[0].once, rosters[1].once), work.coefficients)
    drawn = _fits(one, other, (rosters[0].times, rosters[1].times), work.coefficients)
    drawn = drawn[np.isfinite(drawn)]
    low, high = central_range(drawn, level) if drawn.size > 1 else (nan, nan)
    return replace(known, value=float(values[0]), low=low, high=high)


def _fits(
    one: csr_array, other: csr_array, times: tuple[Floats, Floats], coefficients: Floats
) -> Floats:
    parts = [(counts.T @ count.T).T for counts, count in zip((one, other), times, strict=True)]
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = (part / part.sum(axis=1, keepdims=True) for part in parts)
    return as_floats([
        input_output_fit(a, b, coefficients) for a, b in zip(first, second, strict=True)
    ])  # fmt: skip
