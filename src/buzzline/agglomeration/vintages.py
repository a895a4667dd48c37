"""Are codes of industries of one vintage of the classification, in a year and between two?"""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.special import gammaln

from buzzline.agglomeration.proximity import co_occurrence
from buzzline.arrays import Flags, Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.tables.study import Study

MOST = 0.2  # of the jobs of a year in codes the other does not have: two classifications
LEAST = 1e-6  # chance of a pair never together, after as many pairs as there are
TOLD = 3  # pairs and codes named in a note


def never_together(present: Flags) -> Indices:
    """Return the pairs of industries that are common, and never in one place. (n, 2) int64.

    Parameters
    ----------
    present : (r, s) bool
        Where there are jobs, or may be.

    Returns
    -------
    (n, 2) int64
        Columns of `present`, commonest pair first.

    Notes
    -----
    Where half of the places code an activity by one vintage of a classification and half by
    another, its old and its new code never meet. Were two industries of n and m of r places
    dealt to places at random they would never meet with probability (r - n)! (r - m)! /
    (r! (r - n - m)!); pairs are told for which this is below one in a million even after
    Bonferroni's correction for all pairs. Large places hold nearly everything, so that
    industries which merely need different places do meet somewhere; a classification changed
    in a few small places only is not found.

    Examples
    --------
    >>> half = np.arange(40) < 20
    >>> never_together(np.column_stack([half, ~half, np.ones(40, dtype=bool)])).tolist()
    [[0, 1]]
    """
    r, s = present.shape
    if r < 2 or s < 2:
        return np.empty((0, 2), np.int64)
    together = co_occurrence(present)
    first, second = np.nonzero(np.triu(together == 0, 1))
    n, m = together.diagonal()[first], together.diagonal()[second]
    room = np.maximum(r - n - m, 0)
    log_p = gammaln(r - n + 1) + gammaln(r - m + 1) - gammaln(r + 1) - gammaln(room + 1)
    found = log_p + np.log(s * (s - 1) / 2) < np.log(LEAST)
    order = np.argsort(-np.minimum(n, m)[found], kind="stable")
    return np.column_stack([first[found], second[found]])[order].astype(np.int64)


def notes_on_codes(codes: pl.Series, jobs: Floats, study: Study) -> list[str]:
    """Return what is to be said of codes that are in no list, or seem to be of two vintages.

    Parameters
    ----------
    codes : (s,) series of str
        Industries of one year.
    jobs : (r, s) float64 [jobs]
        NaN is suppressed: some are there.
    """
    notes = []
    listed, given = study.industries["industry"], study.employment["industry"]
    strange = ~codes.is_in(listed.implode()) & codes.is_in(given.implode())
    if listed.len() and strange.any():
        share = _share(np.nansum(jobs, axis=0), strange.to_numpy())
        notes.append(
            f"Codes of `employment` that are not in the table `industries`: {strange.sum():,}, "
            f"with {share:.1%} of jobs (e.g. {', '.join(codes.filter(strange).head(TOLD))}). "
            "They may be of another vintage; complete the table, or recode them."
        )
    pairs = never_together(np.nan_to_num(jobs, nan=1.0) > 0)
    if len(pairs):
        named = "; ".join(f"{codes[int(a)]} and {codes[int(b)]}" for a, b in pairs[:TOLD])
        share = _share(np.nansum(jobs, axis=0), np.unique(pairs))
        notes.append(
            "Pairs of industries that are both common and never in one place, as where codes "
            f"of two vintages are mixed in one year: {len(pairs):,}, with {share:.1%} of jobs "
            f"(e.g. {named}). If they are, bring them to one vintage before measuring."
        )
    return notes


def gap_text(gap: pl.DataFrame) -> str:
    """Return how many industries stand in one of two years only, with their share of jobs.

    Parameters
    ----------
    gap : DataFrame
        From `vintage_gap`.
    """
    if not gap.height:
        return ""
    first, second = gap_shares(gap)
    n = f"{gap.height:,} industr{'y stands' if gap.height == 1 else 'ies stand'}"
    return (
        f" {n} in one year only, with {first:.1%} of the jobs of the first and {second:.1%} of "
        "those of the last, and are left out."
    )


def gap_shares(gap: pl.DataFrame) -> tuple[float, float]:
    """Return the share of jobs in industries of one year only, of the first and the second."""
    first, second = (
        float(np.nansum(gap.filter(pl.col("present_in") == which)["share"].to_numpy()))
        for which in ("first", "second")
    )
    return first, second


def hold_to_one_vintage(gap: pl.DataFrame, asked_by: str) -> None:
    """Refuse two years that mostly differ in their codes.

    Raises
    ------
    InvalidArgument
        Industries of one year only hold more than a fifth of its jobs.
    """
    for which, share in zip(("first", "second"), gap_shares(gap), strict=True):
        if share > MOST:
            codes = gap.filter(pl.col("present_in") == which)["industry"]
            raise InvalidArgument(
                f"{asked_by}: {share:.0%} of the jobs of the {which} year are in "
                f"{codes.len():,} codes that the other does not have "
                f"(e.g. {', '.join(codes.head(TOLD))}): the years are of two "
                "vintages of the classification. Bring them to one with a crosswalk, measure a "
                "coarser level (`digits`), or choose years of one vintage."
            )


def _share(jobs: Floats, chosen: Flags | Indices) -> float:
    total = float(jobs.sum())
    return float(jobs[chosen].sum()) / total if total > 0 else 0.0
