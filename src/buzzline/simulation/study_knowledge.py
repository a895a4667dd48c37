"""What organisations of a study know, as knowledge of a world: their patents and the like."""

from __future__ import annotations

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, as_codes, as_indices
from buzzline.errors import TooFew
from buzzline.linkages.knowledge_profiles import KnowledgeProfiles, knowledge_profiles
from buzzline.quantities import Count
from buzzline.tables.study import Study

ENOUGH_KNOWN = 0.2  # share of organisations of which something is known
MEAN_AT_START = 0.5  # units of knowledge in a category, as where knowledge is drawn: U(0, 1)


def knowledge_of(
    study: Study, placed: pl.DataFrame, industry: Codes, *, n_categories: Count
) -> tuple[Floats | None, tuple[str, ...]]:
    """Return (n, k) float32 knowledge, or None where the study tells nothing.

    Classes beyond the `n_categories` commonest go to the category they are held together with
    most. Knowledge is ln(1 + items), with one item more spread over all categories, as nobody
    knows nothing of any; who holds no item knows what is usual in its industry.
    """
    try:
        profiles = knowledge_profiles(study)
    except TooFew:
        return None, ("The study has no knowledge items: knowledge is drawn for each run.",)
    held = _by_category(profiles, n_categories)[as_indices(placed["row"].to_numpy())]
    known = held.sum(1) > 0
    if known.mean() < ENOUGH_KNOWN:
        note = (
            f"Only {known.mean():.0%} of organisations hold a knowledge item: knowledge is "
            "drawn for each run."
        )
        return None, (note,)
    level = np.log1p(held + 1 / n_categories)
    usual = _usual(level, known, industry)
    filled = np.where(known[:, None], level, usual)
    knowledge = np.ascontiguousarray(filled * MEAN_AT_START / filled.mean(), dtype="float32")
    note = (
        f"Knowledge is read off {profiles.holder.size:,} items in {len(profiles.classes):,} "
        f"classes, gathered into {n_categories} categories; {int((~known).sum()):,} "
        "organisations without items know what is usual in their industry."
    )
    return knowledge, (note,)


def _by_category(profiles: KnowledgeProfiles, n_categories: int) -> Floats:
    matrix = profiles.matrix()
    size = np.asarray(matrix.sum(axis=0)).ravel()
    order = np.lexsort((np.arange(size.size), -size))
    heads = order[:n_categories]
    category = np.empty(size.size, np.int32)
    category[heads] = np.arange(heads.size)
    together = (matrix.T @ matrix[:, heads]).toarray()
    rest = order[n_categories:]
    category[rest] = np.argmax(together[rest], axis=1)
    gathered = np.zeros((profiles.n_organisations, n_categories))
    entries = matrix.tocoo()
    np.add.at(gathered, (entries.row, as_codes(category[entries.col])), entries.data)
    return gathered


def _usual(level: Floats, known: Floats, industry: Codes) -> Floats:
    """Return the mean of those known in the same industry, else of all known."""
    everywhere = level[known].mean(0)
    usual = np.tile(everywhere, (level.shape[0], 1))
    for code in np.unique(industry[known]):
        usual[industry == code] = level[known & (industry == code)].mean(0)
    return usual
