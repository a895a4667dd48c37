"""Areas that hold places, level by level: the same measure at several levels of area.

What looks concentrated among municipalities need not be so among regions: the areas chosen
change the answer (the modifiable areal unit problem), so measures are told at every level there
is.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import ArrayLike
from scipy.spatial import cKDTree

from buzzline.agglomeration.checks import as_numbers
from buzzline.arrays import Codes, Floats, Indices, as_codes, as_indices
from buzzline.errors import InvalidArgument
from buzzline.space.globe import unit_vectors

PLACE = "place"


@dataclass(frozen=True, slots=True, eq=False)
class Areas:
    """Areas of one level, and which of them each place lies in.

    Attributes
    ----------
    level : str                     "municipality", "region", "country", ...
    code : (r,) int32               area of each place, from 0
    ids, names : tuple[str, ...]    of the areas
    """

    level: str
    code: Codes
    ids: tuple[str, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)

    def summed(self, values: Floats) -> Floats:
        """Return sums of `values` (r, ...) over the places of each area. (areas, ...)."""
        out = np.zeros((len(self), *values.shape[1:]))
        np.add.at(out, self.code, values)
        return out


def areas_of(places: pl.DataFrame, known: pl.DataFrame) -> tuple[Areas, ...]:
    """Return the places themselves, then the areas that hold them, smallest first.

    Climbs `parent_id`, then takes countries. A place whose parent is not known stays an area of
    its own. A level that joins nothing, or everything, is left out.

    Parameters
    ----------
    places : DataFrame
        `place_id`, and `country` and `name` where known, in the order of the measure.
    known : DataFrame
        The table `places`.
    """
    here = places["place_id"].to_list()
    table = {row["place_id"]: row for row in known.iter_rows(named=True)}
    levels = [_areas(here, [table.get(one, {}) for one in here], PLACE)]
    at = list(here)
    for _ in range(12):  # deeper than any ladder of areas; a circle of parents must end
        up = [table.get(one, {}).get("parent_id") or one for one in at]
        if up == at:
            break
        at = up
        levels.append(_areas(at, [table.get(one, {}) for one in at], "parent"))
    country = [
        table.get(one, {}).get("country") or own
        for one, own in zip(here, _column(places, "country"), strict=True)
    ]
    if all(country):
        levels.append(_areas([str(one) for one in country], [{}] * len(here), "country"))
    return tuple(_coarser(levels))


def _column(frame: pl.DataFrame, name: str) -> list[str | None]:
    return frame[name].to_list() if name in frame.columns else [None] * frame.height


def _areas(ids: list[str], rows: list[dict[str, str | None]], level: str) -> Areas:
    """Return areas in order of first appearance, named by the level that most rows tell."""
    number = {one: k for k, one in enumerate(dict.fromkeys(ids))}
    name = dict(zip(ids, (row.get("name") for row in rows), strict=True))
    told = [one for row in rows if (one := row.get("level"))]
    return Areas(
        max(set(told), key=told.count) if told else level,
        as_codes([number[one] for one in ids]),
        tuple(number),
        tuple(name[one] or one for one in number),
    )


def _coarser(levels: list[Areas]) -> list[Areas]:
    kept = levels[:1]
    for areas in levels[1:]:
        nested = len({*zip(kept[-1].code.tolist(), areas.code.tolist(), strict=True)})
        if 1 < len(areas) < len(kept[-1]) == nested:
            kept.append(areas)
    return kept


def near_places(longitude: ArrayLike, latitude: ArrayLike, k: int) -> tuple[Indices, Codes]:
    """Return the neighbours of each place: its k nearest, and those that have it among theirs.

    Parameters
    ----------
    longitude, latitude : (r,) float64 [degree]
        NaN: a place without neighbours.
    k : int
        At least 1.

    Returns
    -------
    start : (r + 1,) int64
    to : int32
        Neighbours of place i are to[start[i]:start[i + 1]].

    Raises
    ------
    InvalidArgument
        Longitudes and latitudes are not one each, or `k` is below 1.

    Examples
    --------
    >>> start, to = near_places(np.array([0.0, 1.0, 5.0]), np.zeros(3), 1)
    >>> start.tolist(), to.tolist()
    ([0, 1, 3, 4], [1, 0, 2, 1])
    """
    longitude = as_numbers(longitude, "near_places", "longitude", axes=1)
    latitude = as_numbers(latitude, "near_places", "latitude", axes=1)
    if longitude.size != latitude.size or k < 1:
        raise InvalidArgument(
            "near_places: `longitude` and `latitude` must be one each, and `k` at least 1; got "
            f"{longitude.size:,}, {latitude.size:,} and {k}"
        )
    rows = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
    empty = np.zeros(longitude.size + 1, np.int64), np.empty(0, np.int32)
    if rows.size < 2:
        return empty
    xyz = unit_vectors(longitude[rows], latitude[rows])
    _, found = cKDTree(xyz).query(xyz, k=min(k, rows.size - 1) + 1)
    here = np.repeat(np.arange(rows.size), found.shape[1])
    pairs = np.column_stack([here, found.ravel()])
    pairs = rows[pairs[pairs[:, 0] != pairs[:, 1]]]
    both = np.unique(np.concatenate([pairs, pairs[:, ::-1]]), axis=0)
    start = np.searchsorted(both[:, 0], np.arange(longitude.size + 1))
    return start.astype(np.int64), as_codes(both[:, 1])


def as_neighbours(
    neighbours: tuple[ArrayLike, ArrayLike], where: str, *, n: int
) -> tuple[Indices, Codes]:
    """Return lists of neighbours as `near_places` gives them, once they are known to be such.

    Parameters
    ----------
    neighbours : starts (n + 1,), codes
    where : str
        Function, for the message.
    n : int
        How many places there are.

    Raises
    ------
    InvalidArgument
        No pair of starts and codes, starts that do not rise from 0 to the number of codes,
        codes of no place, a place that is its own neighbour or is listed twice, or neighbours
        on one side only.
    """
    remedy = "`near_places` gives them: starts, one more than places, and codes of places."
    if not isinstance(neighbours, (tuple, list)) or len(neighbours) != 2:
        raise InvalidArgument(f"{where}: `neighbours` must be two lists. {remedy}")
    start, to = (as_numbers(part, where, "neighbours", axes=1) for part in neighbours)
    wrong = _starts_wrong(start, to.size, n) or _codes_wrong(start, to, n)
    if wrong:
        raise InvalidArgument(f"{where}: `neighbours` {wrong}. {remedy}")
    return as_indices(start), as_codes(to)


def _starts_wrong(start: Floats, n_codes: int, n: int) -> str:
    if start.size != n + 1:
        return f"need {n + 1:,} starts for {n:,} places, got {start.size:,}"
    rises = start[0] == 0 and start[-1] == n_codes and bool((np.diff(start) >= 0).all())
    if not (rises and np.array_equal(start, np.round(start))):
        return f"need whole starts that rise from 0 to {n_codes:,}, the number of codes"
    return ""


def _codes_wrong(start: Floats, to: Floats, n: int) -> str:
    if to.size and not (to.min() >= 0 and to.max() < n and np.array_equal(to, np.round(to))):
        return f"hold codes that are no place; places are 0 to {n - 1:,}"
    here = np.repeat(np.arange(n), np.diff(as_indices(start)))
    if (here == to).any():
        return "hold a place that is its own neighbour"
    pairs, back = np.sort(here * n + to), np.sort(to * n + here)
    if (np.diff(pairs) == 0).any():
        return "hold a place twice in one list"
    if not np.array_equal(pairs, back):
        return "are on one side only: where j is listed for i, i must be for j"
    return ""
