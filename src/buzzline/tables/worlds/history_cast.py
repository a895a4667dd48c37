"""Who appears in a history of clusters, where and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, Indices
from buzzline.randomness import child
from buzzline.tables.worlds.city_regions import (
    CORE,
    FAR_TOWNS,
    OTHER,
    OWN_SHARE,
    TOWN_KM,
    Map,
    Settled,
    cells_of,
)
from buzzline.tables.worlds.fields import Field, on_the_sphere
from buzzline.tables.worlds.geography import scatter
from buzzline.tables.worlds.history_courses import Course, Fate, Script, biographies, script
from buzzline.tables.worlds.plans import Parks
from buzzline.tables.worlds.settling import MASS_SPREAD
from buzzline.tables.worlds.sibling_tables import day_of

OPENED_BEFORE = 20  # years before the history in which its first organisations opened


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """Everybody who appears in a history, and when: arrays of length n, positions of years."""

    area: Codes
    seat: Codes  # over all city-regions; -1 is none
    first: Indices
    last: Indices
    scripts: tuple[Script, ...]
    fates: tuple[Fate, ...]
    codes: tuple[int, ...]  # first cluster of each city-region
    label: Codes  # (seats, years) cluster of each seat
    kind_of_seat: tuple[str, ...]


def cast_of(fates: Sequence[Fate], course: Course, *, rng: np.random.Generator) -> Cast:
    """Return everybody who ever opens, in random order."""
    scripts = [script(fate, course) for fate in fates]
    area, seat, first, last, codes, labels = [], [], [], [], [], []
    kinds: list[str] = []
    next_code = 0
    for region, one in enumerate(scripts):
        codes.append(next_code)
        labels.append(np.where(one.label >= 0, one.label + next_code, -1))
        next_code += int(one.label.max()) + 1
        for k, kind in enumerate(one.seats):
            begins, ends = biographies(one.size[k], course.turnover, rng=rng)
            area.append(np.full(begins.size, region))
            seat.append(np.full(begins.size, len(kinds)))
            first.append(begins)
            last.append(ends)
            kinds.append(kind)
    others = np.append(np.repeat(np.arange(len(fates)), course.others),
                       len(fates) + rng.integers(0, FAR_TOWNS, course.others))  # fmt: skip
    area.append(others)
    seat.append(np.full(others.size, -1))
    first.append(np.zeros(others.size, dtype=np.int64))
    last.append(np.full(others.size, course.years - 1))
    joined = [np.concatenate(part) for part in (area, seat, first, last)]
    order = rng.permutation(joined[0].size)
    return Cast(
        joined[0][order].astype(np.int32), joined[1][order].astype(np.int32),
        joined[2][order], joined[3][order],
        tuple(scripts), tuple(fates), tuple(codes),
        np.vstack(labels).astype(np.int32), tuple(kinds),
    )  # fmt: skip


def settle_cast(land: Map, cast: Cast, parks: Parks, *, seed: int) -> Settled:
    """Give everybody an address, an industry and a place in the field of ties."""
    n, member = cast.area.size, cast.seat >= 0
    home = np.column_stack([land.longitude[cast.area], land.latitude[cast.area]])
    home[member] = _seat_points(land, cast, rng=child(seed, "bridges"))
    reach = np.where(cast.area < land.regions, parks.region_km, TOWN_KM)
    # bridges are narrower than parks, so that no gap by chance parts what they join
    width = np.where(np.array(cast.kind_of_seat)[cast.seat] == "bridge", 1, 2)
    reach = np.where(member, width * parks.spread_km, reach)
    x, y = scatter(home[:, 0], home[:, 1], reach, rng=child(seed, "scatter"))
    rng = child(seed, "industries")
    own = member | (rng.random(n) < OWN_SHARE)
    industry = np.where(own, 0, rng.integers(1, parks.industries, n)).astype(np.int32)
    cell = cells_of(land, parks, cast.area, longitude=x, latitude=y)
    nobody = np.full(n, -1, dtype=np.int32)
    field = Field(
        on_the_sphere(x, y), child(seed, "mass").lognormal(0.0, MASS_SPREAD, n), cast.area,
        nobody, np.zeros(n, dtype=np.bool_), nobody, cell,
        np.zeros(int(cast.label.max()) + 1, dtype=np.int32),
    )  # fmt: skip
    role = np.where(member, CORE, OTHER).astype(np.int32)
    return Settled(x.round(6), y.round(6), cast.area, cell, role, nobody, nobody, industry,
                   field)  # fmt: skip


def _seat_points(land: Map, cast: Cast, *, rng: np.random.Generator) -> Floats:
    """Return the centre that each member lies around; of a bridge, any point between."""
    seat, area = cast.seat[cast.seat >= 0], cast.area[cast.seat >= 0]
    kind = np.array(cast.kind_of_seat)[seat]
    along = np.select(
        [kind == "first", kind == "second", kind == "bridge"],
        [0.0, 1.0, rng.uniform(0, 1, seat.size)], 0.5,
    )[:, None]  # fmt: skip
    points: Floats = (1 - along) * land.park[2 * area] + along * land.park[2 * area + 1]
    return points


def dated(frame: pl.DataFrame, cast: Cast, course: Course, *, seed: int) -> pl.DataFrame:
    """Put in when each opens (in the first half of a year) and closes (in the second)."""
    rng, n = child(seed, "dates"), cast.first.size
    before = rng.integers(1, OPENED_BEFORE, n)
    opened = course.first_year + np.where(cast.first == 0, -before, cast.first)
    lasting = pl.Series(cast.last == course.years - 1)
    closed = day_of(course.first_year + cast.last, 181 + rng.integers(0, 184, n))
    return frame.with_columns(
        opened=day_of(opened, rng.integers(0, 181, n)),
        closed=pl.when(~lasting).then(closed),
    )
