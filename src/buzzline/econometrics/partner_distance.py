"""How far are the partners of each organisation, in space, in knowledge, in rules?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_flags, as_floats
from buzzline.linkages.proximities import Measure, Proximities, proximities
from buzzline.linkages.tied_pairs import tied_pairs
from buzzline.tables.study import Study

DISTANCES = {
    "halvings of the distance": "doublings of 1 km",
    "alike in what they know (cosine)": "1 - cosine of what they know",
    "of one industry": "share of partners of another industry",
    "in one country": "share of partners abroad",
}
MOST_INDUSTRIES = 20
FEWEST_GROUPS = 15


@dataclass(frozen=True, slots=True, eq=False)
class PartnerDistance:
    """One kind of distance, the mean over the partners of each organisation.

    Attributes
    ----------
    dimension, measured_by : str
    mean : (n,) float64         NaN without a partner of whom it is known
    has_partners : (n,) bool    whether or not the distance is known
    has_partners : (n,) bool
    """

    dimension: str
    measured_by: str
    mean: Floats
    has_partners: Flags


def partner_distances(study: Study, layers: Sequence[str]) -> list[PartnerDistance]:
    """Return the kinds of distance that are measured, geographic first."""
    near = proximities(study, "")
    pairs = tied_pairs(study, layers)
    n = study.organisations.height
    has_partners = np.bincount(np.concatenate([pairs.one, pairs.other]), minlength=n) > 0
    found = []
    for measure in near.measured:
        if measure.measured_by not in DISTANCES:
            continue
        known = _known(near, measure)
        keep = known[pairs.one] & known[pairs.other]
        one, other = pairs.one[keep], pairs.other[keep]
        ends = np.concatenate([one, other])
        nearness = replace(near, measures=(measure,)).of(one, other)[:, 0]
        count = np.bincount(ends, minlength=n)
        total = np.bincount(ends, weights=np.tile(_distance(measure, nearness), 2),
                            minlength=n)  # fmt: skip
        mean = np.where(count > 0, total / np.maximum(count, 1), np.nan)
        by = DISTANCES[measure.measured_by]
        found.append(
            PartnerDistance(measure.dimension, by, as_floats(mean), as_flags(has_partners))
        )
    return found


def _known(near: Proximities, measure: Measure) -> Flags:
    """Return of which organisations one kind of nearness is known."""
    match measure.dimension:
        case "geographic":
            return as_flags(np.isfinite(near.xyz).all(axis=1))
        case "cognitive" if near.space is not None:
            return as_flags(np.asarray(abs(near.space.unit).sum(axis=1)).ravel() > 0)
        case "cognitive":
            return as_flags(near.industry >= 0)
    return as_flags(near.country >= 0)


def _distance(measure: Measure, nearness: Floats) -> Floats:
    return -nearness if measure.dimension == "geographic" else 1 - nearness


def controls_of(study: Study, layers: Sequence[str], rows: Flags) -> Floats:
    """Return controls of organisations: partners and jobs (logs), and their industry.

    Parameters
    ----------
    study : Study
    layers : names of layers
    rows : (n,) bool
        Organisations that are compared; industries of one of them, or beyond the twenty
        largest, are one.
    """
    pairs = tied_pairs(study, layers)
    n = study.organisations.height
    partners = np.bincount(np.concatenate([pairs.one, pairs.other]), minlength=n)
    columns = [np.log1p(partners.astype(np.float64))]
    jobs = study.organisations["jobs"]
    if not jobs.filter(pl.Series(rows)).null_count():
        columns.append(np.log1p(jobs.fill_null(0.0).to_numpy()))
    industry = study.organisations["industry"].fill_null("")
    counts = (
        industry.filter(pl.Series(rows)).value_counts(sort=True).filter(pl.col("count") > 1)
    )
    for name in counts[industry.name][1:MOST_INDUSTRIES]:
        columns.append((industry == name).to_numpy().astype(np.float64))
    found = np.column_stack(columns)
    inside = found[rows]
    return as_floats(found[:, (inside != inside[:1]).any(axis=0)])


def groups_of(study: Study, rows: Flags) -> Codes | None:
    """Return which organisations share luck: those of one region, where there are enough."""
    region = study.organisations.select(
        pl.struct(pl.col("country").fill_null(""), pl.col("region").fill_null(pl.col("city")))
        .rank("dense").cast(pl.Int32)
    ).to_series().to_numpy()  # fmt: skip
    n_groups = np.unique(region[rows]).size
    return as_codes(region) if n_groups >= FEWEST_GROUPS else None
