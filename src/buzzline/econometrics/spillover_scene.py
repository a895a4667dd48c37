"""Changes of units from before to after, who is near the treated, and who is tied to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_floats, as_indices
from buzzline.econometrics.aimed_at import OWN, places_by_luck
from buzzline.econometrics.evaluation import Evaluated
from buzzline.econometrics.exposure_mapping import Ties, ties_of
from buzzline.econometrics.rings import FAR, TREATED, km_to_treated, ring_codes
from buzzline.errors import InvalidArgument, TooFew
from buzzline.quantities import Kilometres
from buzzline.tables.study import Study

FEWEST_IN_RING = 5
EARLIER = "not known in all the years that are compared"
UNPLACED = "without coordinates"
THIN = "in a ring with too few units"
FEW_TIED = "tied to a treated one, as too few others are"


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What is compared.

    Attributes
    ----------
    rows : (n,) int64            rows of the evaluated units that are used
    change : (n,) float64        mean after less mean before
    treated, tied : (n,) bool    `tied`: untreated and tied to a treated one
    ring : (n,) int32            -1 treated, -2 beyond the last ring
    km : (n,) float64            to the nearest treated one
    group : (n,) int32
    grouped_by : str
    stratum : (n,) int32         country, for the probability of being treated
    ties : Ties                  among the units used
    left_out : dict              reason to number
    before, after : (first, last) year
    """

    rows: np.ndarray
    change: Floats
    treated: Flags
    tied: Flags
    ring: Codes
    km: Floats
    group: Codes
    grouped_by: str
    stratum: Codes
    ties: Ties
    left_out: dict[str, int]
    before: tuple[int, int]
    after: tuple[int, int]


def scene_of(
    study: Study, panel: Evaluated, *, rings_km: Sequence[Kilometres],
    layers: Sequence[str] | None,
) -> Scene:  # fmt: skip
    """Return changes, rings and ties.

    Raises
    ------
    TooFew
        No year after all have begun, no coordinates, or nobody beyond the rings.
    InvalidArgument
        Rings that do not rise, or a layer without linkages.
    """
    _check(rings_km)
    longitude, latitude, country = _where(study, panel)
    change, before, after = _changes(panel)
    treated = panel.is_treated
    known = ~np.isnan(change)
    placed = ~np.isnan(longitude) & ~np.isnan(latitude)
    ties = _ties(study, panel, layers)
    km = km_to_treated(longitude, latitude, treated)
    ring = ring_codes(np.where(np.isnan(km), np.inf, km), treated, rings_km)
    keep = known & placed
    reasons = {EARLIER: int((~known).sum()), UNPLACED: int((known & ~placed).sum())}
    tied = ties.with_any(treated) & ~treated
    keep = _told_of(keep, ring, tied, reasons)
    if not (keep & treated).any():
        raise TooFew("no treated unit has coordinates and an outcome before and after")
    if (keep & (ring == FAR) & ~tied).sum() < FEWEST_IN_RING:
        raise TooFew(
            f"fewer than {FEWEST_IN_RING} units are beyond {rings_km[-1]:g} km of, and not "
            "tied to, a treated one: nobody is left alone to compare with. Shorten "
            "`rings_km`, or add places further away"
        )
    rows = np.flatnonzero(keep)
    group, grouped_by = _groups(study, panel)
    number = np.cumsum(keep) - 1
    both = keep[ties.one] & keep[ties.other]
    return Scene(
        rows, as_floats(change[rows]), treated[rows], tied[rows], as_codes(ring[rows]),
        as_floats(km[rows]), as_codes(group[rows]), grouped_by, as_codes(country[rows]),
        Ties(rows.size, as_indices(number[ties.one[both]]),
             as_indices(number[ties.other[both]])),
        {reason: n for reason, n in reasons.items() if n}, before, after,
    )  # fmt: skip


def _told_of(keep: Flags, ring: Codes, tied: Flags, reasons: dict[str, int]) -> Flags:
    """Leave out whoever is near or tied where they are too few to be told of."""
    keep = keep.copy()
    for code in np.unique(ring[ring >= 0]):
        here = keep & (ring == code)
        if here.sum() < FEWEST_IN_RING:
            keep &= ~here
            reasons[THIN] = reasons.get(THIN, 0) + int(here.sum())
    if (keep & tied).sum() < FEWEST_IN_RING:
        reasons[FEW_TIED] = int((keep & tied).sum())
        keep &= ~tied
    return keep


def _check(rings_km: Sequence[Kilometres]) -> None:
    radii = np.asarray(rings_km, np.float64)
    if not radii.size or not (radii > 0).all() or not (np.diff(radii) > 0).all():
        raise InvalidArgument("policy_spillovers: `rings_km` must rise from above 0")


def _changes(panel: Evaluated) -> tuple[Floats, tuple[int, int], tuple[int, int]]:
    """Return mean after all have begun less mean before any has, over the same years."""
    starts = panel.first[panel.is_treated]
    before = np.asarray(panel.years < starts.min())
    after = np.asarray(panel.years >= starts.max())
    if not before.any():
        raise TooFew("there is no year before the first was treated")
    used = _years_used(panel, before, after)
    y = np.where(~np.isnan(panel.y[:, used]).all(axis=1, keepdims=True), panel.y, np.nan)
    before, after = before & used, after & used
    change = y[:, after].mean(axis=1) - y[:, before].mean(axis=1)
    ends = [(int(panel.years[some][0]), int(panel.years[some][-1])) for some in (before, after)]
    return as_floats(change), ends[0], ends[1]


def _years_used(panel: Evaluated, before: Flags, after: Flags) -> Flags:
    """Return the years, the same for all, that keep most treated units and years.

    With other years from unit to unit, what changes from year to year for all would be in the
    effect.
    """
    told = ~np.isnan(panel.y)
    told &= np.logical_or(before, after)
    both = told[:, before].any(axis=1) & told[:, after].any(axis=1)
    best, most = told[0], (0, 0)
    for years in np.unique(told[both & panel.is_treated], axis=0):
        has = told[:, years].all(axis=1)
        kept = int((has & panel.is_treated).sum()) * int(years.sum()), int(has.sum())
        best, most = (years, kept) if kept > most else (best, most)
    if most == (0, 0):
        raise TooFew("no treated unit has an outcome before and after")
    return np.asarray(best, np.bool_)


def _where(study: Study, panel: Evaluated) -> tuple[Floats, Floats, Codes]:
    table, key = {
        "place": (study.places, "place_id"), "organisation": (study.organisations, "org_id"),
    }.get(panel.kind, (None, ""))  # fmt: skip
    if table is None:
        raise TooFew(
            f"outcomes are of {panel.kind}s, which have no coordinates: give outcomes of "
            "places or of organisations"
        )
    known = table.select(pl.col(key).alias("unit"), "longitude", "latitude", "country")
    frame = pl.DataFrame({"unit": list(panel.ids)}).join(
        known, on="unit", how="left", validate="1:1", maintain_order="left"
    )
    longitude, latitude = (
        as_floats(frame[name].fill_null(np.nan).to_numpy())
        for name in ("longitude", "latitude")
    )
    return longitude, latitude, _codes(frame["country"])


def _codes(names: pl.Series) -> Codes:
    _, codes = np.unique(names.fill_null("").to_numpy().astype(str), return_inverse=True)
    return as_codes(codes)


def _ties(study: Study, panel: Evaluated, layers: Sequence[str] | None) -> Ties:
    """Return ties that were there before the first was treated, or have no date."""
    frame = study.linkages
    if layers is not None:
        there = set(frame["layer"])
        for layer in layers:
            if layer not in there:
                raise InvalidArgument(
                    f"policy_spillovers: there are no linkages in the layer {layer!r}; layers "
                    f"are {', '.join(sorted(there)) or 'none'}"
                )
        frame = frame.filter(pl.col("layer").is_in(list(layers)))
    begun = int(panel.first[panel.is_treated].min())
    frame = frame.filter(pl.col("start").is_null() | (pl.col("start").dt.year() < begun))
    number = {unit: k for k, unit in enumerate(panel.ids)}
    at = {unit: number.get(unit) for unit in study.organisations["org_id"]}
    if panel.kind == "place":
        at = _places_of(study, number)
    ends = [
        (at.get(one), at.get(other))
        for one, other in frame.select("source", "target").iter_rows()
    ]
    told = [(a, b) for a, b in ends if a is not None and b is not None]
    pairs = np.array(told, np.int64).reshape(-1, 2)
    return ties_of(panel.n, as_indices(pairs[:, 0]), as_indices(pairs[:, 1]))


def _places_of(study: Study, number: dict[str, int]) -> dict[str, int | None]:
    """Return the unit in which each organisation stands: its place, or what that lies in."""
    parent = dict(study.places.select("place_id", "parent_id").iter_rows())
    found: dict[str, int | None] = {}
    for org_id, place in study.organisations.select("org_id", "place_id").iter_rows():
        seen: set[str] = set()
        while place is not None and place not in number and place not in seen:
            seen.add(place)
            place = parent.get(place)
        found[org_id] = number.get(place) if place is not None else None
    return found


def _groups(study: Study, panel: Evaluated) -> tuple[Codes, str]:
    """Return whose luck goes together; places by what they lie in, where that is known."""
    if panel.kind != "place" or panel.grouped_by != OWN:
        return panel.group, panel.grouped_by
    above, said = places_by_luck(study, panel.ids)
    if not above:
        return panel.group, OWN
    return _codes(pl.Series([above[unit] for unit in panel.ids])), said


def design_of(scene: Scene, n_rings: int) -> tuple[Floats, list[int], bool]:
    """Return columns (one, treated, rings, tied), the rings there are, and whether any tie."""
    rings = [code for code in range(n_rings) if (scene.ring == code).any()]
    has_tied = scene.tied.any()
    columns = [np.ones(scene.rows.size), scene.ring == TREATED]
    columns += [scene.ring == code for code in rings]
    columns += [scene.tied] if has_tied else []
    return as_floats(np.column_stack(columns)), rings, bool(has_tied)
