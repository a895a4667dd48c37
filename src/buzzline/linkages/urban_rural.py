"""Local and regional ties between places of another degree of urbanisation."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, Indices, as_codes, as_floats
from buzzline.linkages.expected import Origins, expected_shares
from buzzline.linkages.parties import Ground, Parties
from buzzline.linkages.scale_readings import Seen, Verdict, held_against, log_ratios, read_scale
from buzzline.linkages.tie_ends import TieEnds
from buzzline.linkages.verdicts import interval_around, links_for_a_halving
from buzzline.network.mutual import MutualGravity
from buzzline.quantities import Share
from buzzline.tables.study import Study

CLASSES = ("city", "town", "rural")
SPLIT = ("local", "regional")  # scales at which ties are split
LEAST_SHARE = 1e-6  # expected: below, there is nothing to compare with


@dataclass(frozen=True, slots=True, eq=False)
class Mixing:
    """Ties at one scale between places of another degree of urbanisation.

    Attributes
    ----------
    n, observed : float              tie ends with both degrees known; of those, unlike ones
    share, expected_share : float
    log_ratio, low, high : float
    n_needed : int or None           tie ends at this scale that would show a halving
    verdict : Verdict
    """

    n: float
    observed: float
    share: float
    expected_share: float
    log_ratio: float
    low: float
    high: float
    n_needed: int | None
    verdict: Verdict


def degrees_of(study: Study) -> Codes:
    """Return the degree of urbanisation of each organisation's place; -1 unknown. (n,)."""
    number = pl.DataFrame({"urban_rural": CLASSES, "code": range(len(CLASSES))})
    places = study.places.select("place_id", "urban_rural").join(
        number, on="urban_rural", how="left", validate="m:1"
    )
    found = study.organisations.select("place_id").join(
        places, on="place_id", how="left", validate="m:1", maintain_order="left"
    )
    return as_codes(found["code"].fill_null(-1).to_numpy())


def mixings(
    seen: tuple[Ground, TieEnds, Codes],
    gravity: MutualGravity,
    places: tuple[Origins, Parties],
    *,
    own: Indices,
    design_effect: float,
    drawing: tuple[Share, int, np.random.Generator],
) -> dict[str, Mixing]:
    """Return how ties of a cluster mix urban and rural places, at each scale that has any.

    Parameters
    ----------
    seen : Ground, TieEnds and (n,) int32
        The degrees of urbanisation last.
    gravity : MutualGravity
        The null that says what would be expected: how many of the local (regional) ties would
        lead to places of another degree, from the mix of degrees in each zone.
    own : (e,) int64
        Tie ends of the cluster.
    design_effect : float
        Tie ends that say what one independent tie would.
    drawing : level, draws, rng
    """
    ground, ends, degree = seen
    level, draws, rng = drawing
    expected = expected_shares(gravity, _split(ground, degree, *places), draws=draws, rng=rng)
    here, there = degree[ends.here[own]], degree[ends.there[own]]
    known, unlike = (here >= 0) & (there >= 0), here != there
    out = {}
    for s, scale in enumerate(SPLIT):
        at = known & (ends.scale[0, own] == s)
        amount = ends.weight[own][at]
        counts = as_floats([amount[~unlike[at]].sum(), amount[unlike[at]].sum()])
        cells = slice(2 * s, 2 * s + 2)
        point, drawn = expected.share[0, cells], expected.draws[:, 0, cells]
        if counts.sum() > 0 and point.sum() > 0:
            shares = as_floats(drawn[:, 1] / np.maximum(drawn.sum(axis=1), 1e-300))
            out[scale] = _mixing(
                counts,
                (float(point[1] / point.sum()), shares),
                design_effect,
                level=level,
                rng=rng,
            )
    return out


def _split(ground: Ground, degree: Codes, origins: Origins, parties: Parties) -> Origins:
    """Return origins whose first four scales are local like, unlike, regional like, unlike."""
    zones = [ground.rows_of(zone) for zone in range(ground.n)]
    for at, rows in zip(parties.zone, parties.outsiders, strict=True):
        zones[at] = rows
    theirs, mine = _mix(degree, zones), _mix(degree, list(parties.members))
    return replace(
        origins,
        composition=_by_degree(origins.composition, 1 - mine @ theirs.T),
        inner_composition=_by_degree(origins.inner_composition, 1 - mine @ mine.T),
        leaving=as_floats(origins.leaving[:1]),
    )


def _by_degree(composition: Floats, unlike: Floats) -> Floats:
    local, regional = composition[:1, ..., 0], composition[:1, ..., 1]
    rest = composition[:1, ..., 2:].sum(axis=-1)
    split = [local * (1 - unlike), local * unlike, regional * (1 - unlike), regional * unlike]
    return as_floats(np.stack([*split, rest], axis=-1))


def _mix(degree: Codes, groups: list[Indices]) -> Floats:
    """Return the share of each degree among those known; as everywhere where none is."""
    counts = np.stack(
        [
            np.bincount(degree[rows][degree[rows] >= 0], minlength=len(CLASSES))
            for rows in groups
        ]
    ).astype(np.float64)
    whole = counts.sum(axis=0) / max(counts.sum(), 1)
    total = counts.sum(axis=1, keepdims=True)
    return as_floats(np.where(total > 0, counts / np.maximum(total, 1), whole))


def _mixing(
    counts: Floats,
    expected: tuple[float, Floats],
    per_tie: float,
    *,
    level: Share,
    rng: np.random.Generator,
) -> Mixing:
    n, (share, drawn) = float(counts.sum()), expected
    weight = rng.standard_gamma(counts / per_tie + 0.5, size=(drawn.size, 2))
    observed = as_floats(weight / weight.sum(axis=1, keepdims=True) * n)
    shares, likely = as_floats([1 - share, share]), np.column_stack([1 - drawn, drawn])
    ratio = log_ratios(counts, shares * n)
    low, high = interval_around(ratio, log_ratios(observed, as_floats(likely * n)), level)
    odds = [
        interval_around(
            held_against(counts[None], as_floats(shares * n)[None], shares)[0],
            held_against(observed, as_floats(expected_ends), shares), level,
        )
        for expected_ends in (likely * n, (shares * n)[None])
    ]  # fmt: skip
    needed = links_for_a_halving(share, per_tie)
    ends = (float(low[1]), float(high[1])) if share >= LEAST_SHARE else (np.nan, np.nan)
    reading, surely = ((float(each[0][1]), float(each[1][1])) for each in odds)
    seen = Seen(share, ends, reading, surely, n, needed)
    verdict, _ = read_scale(seen, draws=drawn.size, level=level)
    return Mixing(
        n,
        float(counts[1]),
        float(counts[1] / n),
        share,
        float(ratio[1]),
        *ends,
        needed,
        verdict,
    )
