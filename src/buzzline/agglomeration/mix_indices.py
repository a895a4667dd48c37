"""How far is a place's mix of industries from even, and from the mix of all places?

Each function takes jobs (or establishments) by place and industry and returns one number a
place. NaN (not known) is left out of every sum: shares are shares of what is known. A place
without jobs is NaN. Negative or infinite jobs, and other shapes, are an InvalidArgument.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from buzzline.agglomeration.checks import as_jobs, one_of
from buzzline.agglomeration.quotient_errors import totals_of
from buzzline.agglomeration.shares import gini
from buzzline.arrays import Floats

Against = Literal["whole", "others", "mean_of_others"]


def mix(jobs: Floats) -> Floats:
    """Return the share of each industry in each place, (r, s); NaN where a place has no jobs.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
    """
    known = np.nan_to_num(as_jobs(jobs, "mix"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(known / known.sum(axis=1, keepdims=True))


def _pair(jobs: ArrayLike, whole: ArrayLike | None, where: str) -> tuple[Floats, Floats]:
    """Return jobs, and the mix they are held against: that of all places unless given."""
    known = as_jobs(jobs, where)
    if whole is not None:
        given = as_jobs(whole, where, "whole", axes=1, n=known.shape[1], known=True)
        return known, np.asarray(given / (given.sum() or np.nan))
    total = totals_of(known)
    return known, np.asarray(total.industry / (total.everything or np.nan))


def specialisation_coefficient(jobs: Floats, whole: Floats | None = None) -> Floats:
    """Return the share of a place's jobs that would have to change industry to match the whole.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
    whole : (s,) float64, optional
        The mix compared with, as jobs or shares; that of all places together by default.

    Returns
    -------
    (r,) float64 [share]
        Half the sum of absolute differences of shares (Hoover and Balassa's coefficient).

    Examples
    --------
    >>> specialisation_coefficient(np.array([[10.0, 0], [0, 10]])).tolist()
    [0.5, 0.5]
    """
    jobs, compared = _pair(jobs, whole, "specialisation_coefficient")
    return np.asarray(0.5 * np.abs(mix(jobs) - compared).sum(axis=1))


def krugman_specialisation(jobs: Floats, *, against: Against = "whole") -> Floats:
    """Return Krugman's index of specialisation: the sum of absolute differences of shares.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
    against : "whole", "others" or "mean_of_others"
        All places together, the place itself included (EconGeo); all other places together; or
        the plain mean of the other places' shares (Midelfart-Knarvik et al., REAT). In a small
        place the three agree; a large place is part of the whole it is held against.

    Returns
    -------
    (r,) float64
        0 to 2; with "whole" it is twice the coefficient of specialisation.

    References
    ----------
    .. [1] Krugman, P. (1991). Geography and Trade. MIT Press.

    Examples
    --------
    >>> jobs = np.array([[10.0, 0], [0, 10], [0, 20]])
    >>> krugman_specialisation(jobs, against="others")[0].item()
    2.0
    """
    jobs = as_jobs(jobs, "krugman_specialisation")
    return np.asarray(np.abs(mix(jobs) - compared_mix(jobs, against)).sum(axis=1))


def compared_mix(jobs: Floats, against: Against) -> Floats:
    """Return the mix each place is held against, (r, s); see `krugman_specialisation`.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
    against : "whole", "others" or "mean_of_others"
    """
    one_of(against, Against, where="krugman_specialisation", name="against")
    jobs, whole = _pair(jobs, None, "krugman_specialisation")
    if against == "whole":
        return np.asarray(np.broadcast_to(whole, jobs.shape))
    if against == "others":
        return mix(np.nan_to_num(jobs).sum(axis=0) - np.nan_to_num(jobs))
    shares = mix(jobs)
    there = np.isfinite(shares).all(axis=1, keepdims=True)
    known = np.where(there, shares, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray((known.sum(axis=0) - known) / (there.sum() - there))


def hachman(jobs: Floats, whole: Floats | None = None) -> Floats:
    """Return the Hachman index: 1 where a place has the mix of the whole, towards 0 otherwise.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
    whole : (s,) float64, optional

    Returns
    -------
    (r,) float64
        1 / Σ (share x location quotient).

    Examples
    --------
    >>> hachman(np.array([[10.0, 10], [5, 5]])).tolist()
    [1.0, 1.0]
    """
    jobs, compared = _pair(jobs, whole, "hachman")
    with np.errstate(invalid="ignore", divide="ignore"):
        share = mix(
            jobs
        )  # of an industry that the whole does not have: the quotient is infinite
        squares = np.where(share > 0, share**2 / compared, 0.0)
        return np.asarray(1 / np.where(_has_jobs(jobs), squares.sum(axis=1), np.nan))


def gini_specialisation(jobs: Floats, whole: Floats | None = None) -> Floats:
    """Return the Gini coefficient of a place's location quotients, each industry counted once.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
    whole : (s,) float64, optional

    Returns
    -------
    (r,) float64 [share]
        As in REAT. Weighting industries by their size (`gini` with a weight) asks another
        question and gives smaller numbers.
    """
    jobs, compared = _pair(jobs, whole, "gini_specialisation")
    with np.errstate(invalid="ignore", divide="ignore"):
        quotient = np.where(compared > 0, mix(jobs) / compared, np.nan)
    return np.where(_has_jobs(jobs), gini(quotient), np.nan)


def diversity(jobs: Floats, whole: Floats | None = None) -> Floats:
    """Return in how many industries a place holds at least its share of all places.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
    whole : (s,) float64, optional

    Returns
    -------
    (r,) float64 [count]
        Industries with a location quotient of at least 1.

    Examples
    --------
    >>> diversity(np.array([[10.0, 0], [5, 5]])).tolist()
    [1.0, 1.0]
    """
    jobs, compared = _pair(jobs, whole, "diversity")
    # Relative rounding must not decide about a quotient of exactly 1.
    at_least = (mix(jobs) >= compared * (1 - 1e-12)) & (np.nan_to_num(jobs) > 0)
    return np.where(_has_jobs(jobs), at_least.sum(axis=1), np.nan)


def unbiased_herfindahl(index: Floats, n: Floats) -> Floats:
    """Return the Herfindahl index without the part that few plants alone give.

    Parameters
    ----------
    index : (r,) float64
    n : (r,) float64
        Effective plants of each place.

    Returns
    -------
    (r,) float64
        (n index - 1) / (n - 1), Simpson's unbiased estimate; NaN for one plant or fewer. It can
        be negative: no evidence of any concentration.

    References
    ----------
    .. [1] Simpson, E. H. (1949). Measurement of diversity. Nature 163. doi:10.1038/163688a0
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(n > 1, (n * index - 1) / (n - 1), np.nan))


def corrected_entropy(entropy_bits: Floats, n: Floats, n_seen: Floats) -> Floats:
    """Return the entropy plus what few plants hide, after Miller and Madow.

    Parameters
    ----------
    entropy_bits : (r,) float64 [bits]
    n : (r,) float64
        Effective plants of each place.
    n_seen : (r,) float64 [count]
        Industries with a job.

    Returns
    -------
    (r,) float64 [bits]
        Adds (n_seen - 1) / (2 n ln 2), the first-order bias. NaN where there are fewer
        effective plants than industries seen: a first order is then no guide.

    References
    ----------
    .. [1] Miller, G. A. (1955). Note on the bias of information estimates. In: Information
       Theory in Psychology, Free Press, 95-100.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = entropy_bits + (n_seen - 1) / (2 * n * np.log(2))
    return np.where(n >= n_seen, whole, np.nan)


def _has_jobs(jobs: Floats) -> Floats:
    return np.asarray(np.nan_to_num(jobs).sum(axis=1) > 0)
