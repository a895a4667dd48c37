"""Do two clusters share more of what they draw on than each does with others like its sibling?

Any two groups of one city hire and buy from much the same industries. The overlap of a cluster
with its sibling is therefore held against that with organisations of no cluster, as far away
and as active as the members of the sibling: membership dealt at random within bands.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, nan

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats, as_indices
from buzzline.linkages.family_ties import FamilyTies
from buzzline.linkages.quadrants import FEWEST_UNITS, Against, Overlap
from buzzline.linkages.rivalry import overlap
from buzzline.linkages.small_samples import BANDS, bands
from buzzline.quantities import Share
from buzzline.resampling import too_few_draws

FEWEST_MATCHED = 0.5  # share of the organisations of a cluster with others like them
UNMATCHED = "too few organisations of no cluster are as active as their members"


def shared_with_others(
    found: FamilyTies,
    pair: tuple[int, int],
    overlaps: Mapping[str, Overlap],
    *,
    level: Share,
    rng: np.random.Generator,
) -> tuple[Against, dict[str, Against]]:
    """Hold the overlap of two clusters against that of each with others like its sibling.

    Parameters
    ----------
    found : FamilyTies
    pair : two int
    overlaps : resource to Overlap
    level : share

    Returns
    -------
    together : Against
        Of the mean over the resources that can be measured.
    by_resource : resource to Against
    """
    told = [name for name, part in overlaps.items() if not part.reason]
    draws = found.rosters[pair[0]].times.shape[0]
    few = too_few_draws(draws, level)
    if few or not told:
        return Against(reason=few), {name: Against(reason=few) for name in told}
    sides = [_side(found, kept, replaced, told, rng) for kept, replaced in (pair, pair[::-1])]
    if any(side is None for side in sides):
        none = Against(reason=UNMATCHED)
        return none, dict.fromkeys(told, none)
    fine = [side for side in sides if side is not None]
    by_resource = {
        name: _against([(seen[:, k], dealt[:, k]) for seen, dealt in fine])
        for k, name in enumerate(told)
    }
    known = [k for k, name in enumerate(told) if not by_resource[name].reason]
    if not known:
        return Against(reason=UNMATCHED), by_resource
    means = [
        (seen[:, known].mean(axis=1), dealt[:, known].mean(axis=1)) for seen, dealt in fine
    ]
    return _against(means), by_resource


def _side(
    found: FamilyTies, kept: int, replaced: int, told: list[str], rng: np.random.Generator
) -> tuple[Floats, Floats] | None:
    """Return overlaps of a cluster with its sibling, and with others in the sibling's place.

    (1, resources) and (draws, resources); None where too few of the sibling have any like them.
    """
    stand = found.stand_ins
    sibling = found.rosters[replaced]
    bands_there = np.array(sorted(stand.rows[kept]), np.int64)
    stratum = _nearest_bands(unit_bands(found, replaced, kept), as_indices(bands_there))
    matched: Flags = np.asarray(stratum >= 0)
    if matched.sum() < max(FEWEST_UNITS, FEWEST_MATCHED * matched.size):
        return None
    draws = sibling.times.shape[0]
    shown = np.unique(stratum[matched])
    parts = [stand.rows[kept][int(one)] for one in shown]
    times = np.concatenate([
        rng.multinomial(int(np.sum(stratum[matched] == one)), np.full(part.size, 1 / part.size),
                        size=draws)
        for one, part in zip(shown, parts, strict=True)
    ], axis=1)  # fmt: skip
    some = np.concatenate(parts)
    once = found.rosters[kept].once
    seen, dealt = np.full((1, len(told)), nan), np.full((draws, len(told)), nan)
    for k, name in enumerate(told):
        own = found.drawn[kept][name].counts
        seen[:, k] = overlap(own, found.drawn[replaced][name].counts,
                             (once, as_floats(matched[None])))  # fmt: skip
        dealt[:, k] = overlap(own, stand.counts[name][some], (once, as_floats(times)))
    return as_floats(seen), as_floats(dealt)


def _nearest_bands(wanted: Codes, there: Indices) -> Indices:
    """Return, of the bands of the same activity, that at the nearest distance; -1 for none.

    Members amid their sibling have nobody of no cluster as near to it.
    """
    found = np.full(wanted.size, -1, np.int64)
    for one in np.unique(wanted[wanted >= 0]).tolist():
        alike = there[there // BANDS == one // BANDS]
        if alike.size:
            found[wanted == one] = alike[np.argmin(np.abs(alike - one))]
    return as_indices(found)


def unit_bands(found: FamilyTies, cluster: int, other: int) -> Codes:
    """Return how far each unit of a cluster is from another one, and how active, as a band."""
    place = found.rosters[cluster].place
    rows = np.flatnonzero(place >= 0)
    number = place[rows]
    active = np.bincount(number, weights=found.activity[rows])
    _, first = np.unique(number, return_index=True)
    return bands(as_floats(found.city.km[rows[first], other]), as_floats(active))


def _against(sides: list[tuple[Floats, Floats]]) -> Against:
    """Return the larger p of both sides: each must draw on what the other does."""
    p, expected = [], []
    for seen, dealt in sides:
        fine = dealt[np.isfinite(dealt)]
        if not isfinite(seen[0]) or fine.size < dealt.size / 2:
            return Against(reason="too few others draw on such sources")
        p.append((1 + int(np.sum(fine >= seen[0] - 1e-12))) / (1 + fine.size))
        expected.append(float(fine.mean()))
    return Against(min(max(expected), 1.0), max(p))
