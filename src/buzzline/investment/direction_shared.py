"""Which deals are between organisations that have any industry in common?

For names of industries of which organisations have several: which of them comes first is often
a convention, so that the first two being the same says less than any two.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from buzzline.arrays import Flags, Indices
from buzzline.tables.study import Study

Sets = NDArray[np.uint64]
BITS = 64


def industry_sets(study: Study, org_ids: pl.Series) -> Sets:
    """Return the industries of organisations as bits. (n, words) uint64; none set: not known.

    Parameters
    ----------
    study : Study
    org_ids : (n,) series of str

    Examples
    --------
    >>> two = pl.DataFrame({"org_id": ["a", "a", "b"], "industry": ["x", "y", "y"]})
    >>> orgs = pl.DataFrame({"org_id": ["a", "b"]})
    >>> study = Study.of(organisations=orgs, activities=two)
    >>> industry_sets(study, pl.Series(["a", "b"])).tolist()
    [[3], [2]]
    """
    pairs = study.industries_of()
    names = pairs["industry"].unique().sort()
    code = pairs["industry"].replace_strict(
        names, np.arange(names.len()), return_dtype=pl.Int64
    ).to_numpy() if names.len() else np.empty(0, np.int64)  # fmt: skip
    orgs = pairs["org_id"].unique().sort()
    row = orgs.search_sorted(pairs["org_id"]).to_numpy()
    sets = np.zeros((orgs.len() + 1, max(-(-names.len() // BITS), 1)), np.uint64)
    np.bitwise_or.at(sets, (row, code // BITS), np.uint64(1) << (code % BITS).astype(np.uint64))
    wanted = pl.DataFrame({"org_id": org_ids}).join(
        orgs.to_frame("org_id").with_row_index("row"), on="org_id", how="left",
        maintain_order="left", validate="m:1",
    )["row"]  # fmt: skip
    chosen: Sets = sets[wanted.fill_null(orgs.len()).to_numpy()]
    return chosen


def in_common(source: Sets, target: Sets, buyer: Indices) -> Flags:
    """Tell which deals have an industry in common when each has the buyer of another."""
    return np.asarray((source[buyer] & target).any(axis=1), dtype=np.bool_)
