"""How many ties members hold against organisations outside, a record counted as one."""

from __future__ import annotations

import numpy as np
from scipy.stats import norm

from buzzline.arrays import Codes, Flags, as_codes, as_floats, as_indices
from buzzline.clusters.layer_ties import LayerTies
from buzzline.linkages.backward_linkage import Difference
from buzzline.linkages.pipeline_rates import comparable, rate_ratio
from buzzline.linkages.pipelines import Pipelines
from buzzline.quantities import Share

FEWEST_WORTH = 5.0  # independent ties expected of members; fewer tell nothing of how many


def activity_of(
    ties: LayerTies, members: Flags, industry: Codes, *, city: Codes, level: Share = 0.95
) -> Difference | str:
    """Return ln of ties a member to ties a comparable organisation outside, or why not known.

    Parameters
    ----------
    ties : LayerTies
    members : (n,) bool
    industry : (n,) int32      others are mixed as members are; -1 not known
    city : (n,) int32          neighbours may share records; -1 not known
    level : share

    Notes
    -----
    Ties of one record (a consortium of ten) are one of each organisation in it. The variance is
    by organisation plus by record less by both, with what neighbours outside share where that
    is more than what members do.
    """
    n = members.size
    shares = participations(ties)
    place = np.where(city >= 0, city, np.arange(n) + int(city.max(initial=-1)) + 1)
    whole = as_codes(np.zeros(n))
    compared = comparable(
        members, np.asarray(~members), (as_codes(industry + 1), whole), place=as_indices(place)
    )
    if not compared.members.size or not compared.others.size:
        return "too few organisations to hold members against"
    found = rate_ratio(shares, compared, level=level)
    if not np.isfinite([found.value, found.low, found.high]).all():
        return "organisations outside hold no ties"
    if not found.n:  # nor could be told how bundled they are
        return "members hold no ties"
    z = float(norm.ppf((1 + level) / 2))
    # of members that are as others: their ties are worth one over its square
    null = 2 / z * (np.sqrt(found.high_rate / found.expected) - 1)
    if null**-2 < FEWEST_WORTH:
        return (
            f"ties expected of members, bundled in records, are worth {null**-2:.1f} "
            f"independent ones; at least {FEWEST_WORTH:.0f} are needed"
        )
    error = (found.high - found.low) / (2 * z)
    return Difference(found.value, found.low, found.high, error, compared.members.size)


def participations(ties: LayerTies) -> Pipelines:
    """Return how often each organisation takes part in a record, once a record.

    Ties without records count each; those of the same two belong together.
    """
    n, m = ties.n_organisations, ties.source.size
    if ties.record.size and m:
        number = ties.record.astype(np.int64)
    else:
        low = np.minimum(ties.source, ties.target).astype(np.int64)
        number = low * n + np.maximum(ties.source, ties.target)
    _, number = np.unique(number, return_inverse=True)
    cell = np.tile(number.astype(np.int64) * n, 2)
    cell += np.concatenate([ties.source, ties.target])
    cells, of = np.unique(cell, return_inverse=True)
    credit = as_floats(np.bincount(of, weights=np.tile(ties.weight, 2), minlength=cells.size))
    if ties.record.size and m:
        credit = as_floats(credit / np.bincount(of, minlength=cells.size))
    holder = as_codes(cells % max(n, 1))
    return Pipelines(
        holder, holder, credit, as_codes(np.zeros(cells.size)),
        as_codes(cells // max(n, 1)), n, (),
    )  # fmt: skip
