"""Which industries live on knowledge: as the user says, else by whom they employ."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from buzzline.tables.study import Study

# Computing, engineering and science: SOC 15, 17 and 19; ISCO-08 21 and 25.
SCIENTIFIC = r"^(1[579]-\d{4}|2[15]\d{0,2}$)"
NOT_TOLD = (
    "Knowledge intensity is not known: name the industries (`knowledge_intensive`), or add a "
    "table `occupations`."
)


def knowledge_intensive_industries(
    study: Study, industries: Sequence[str], given: Sequence[str] | None = None
) -> tuple[dict[str, bool], str]:
    """Tell of industries whether they are knowledge-intensive.

    Parameters
    ----------
    study : Study
    industries : sequence of str
    given : sequence of str, optional
        Industries that are, or the digits their codes begin with; all others are not.

    Returns
    -------
    dict of str to bool
        Industries that nothing is known of are left out.
    note : str
        By what it was told.

    Notes
    -----
    Without a list: industries in which computing, engineering and science (SOC 15, 17, 19;
    ISCO-08 21, 25) hold a larger share of jobs than in all industries of `occupations`
    together. An industry that the table lacks takes the figures of the longest code that its
    own begins with.

    Examples
    --------
    >>> knowledge_intensive_industries(Study.of(), ["3254", "3111"], ["325"])
    ({'3254': True, '3111': False}, 'named by the user')
    """
    if given is not None:
        begins = tuple(given)
        return {one: one.startswith(begins) for one in industries}, "named by the user"
    jobs = study.occupations.filter(pl.col("jobs").is_not_null())
    scientific = jobs["occupation"].str.contains(SCIENTIFIC)
    if not scientific.any():
        return {}, NOT_TOLD
    told = (
        jobs.with_columns(scientific=pl.when(scientific).then("jobs").otherwise(0.0))
        .group_by("industry").agg(pl.col("jobs", "scientific").sum())
        .filter(pl.col("jobs") > 0)
    )  # fmt: skip
    of_all = float(told["scientific"].sum()) / float(told["jobs"].sum())
    above = pl.col("scientific") / pl.col("jobs") > of_all
    is_high = dict(told.select("industry", above).iter_rows())
    found = {}
    for one in industries:
        shorter = (one[:end] for end in range(len(one), 1, -1))
        if (taken := next((code for code in shorter if code in is_high), None)) is not None:
            found[one] = bool(is_high[taken])
    return found, f"computing, engineering and science above {of_all:.1%} of jobs"
