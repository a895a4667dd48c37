"""What did a sibling do when a cluster was shocked: a park opened, a grant came?"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.clusters.siblings import Family
from buzzline.linkages.event_study import Response, response
from buzzline.quantities import Kilometres, Share
from buzzline.space.globe import distance_km, unit_vectors
from buzzline.tables.study import Study

SAME = 0.5  # Jaccard overlap of members from which a declared cluster is taken for a found one
MOST_INDICATORS = 5
NO_SERIES = "no yearly outcomes of both clusters"
NO_SHOCK = "no initiative with a year is aimed at one of the two"


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Yearly outcomes of every unit that has them, and who was shocked when.

    Attributes
    ----------
    units : unit_id to row
    years : (y,) int64
    values : indicator to (u, y) float64     in logs; NaN where missing or not above 0
    shocks : tuple of (unit_id, year, name)
    names : cluster_id to unit_id            under which unit the outcomes of a cluster stand
    xyz : (u, 3) float64                     unit vectors of places and clusters, else NaN
    left_out : tuple of str                  indicators that were not taken
    """

    units: Mapping[str, int]
    years: Indices
    values: Mapping[str, Floats]
    shocks: tuple[tuple[str, int, str], ...]
    names: Mapping[str, str]
    xyz: Floats
    left_out: tuple[str, ...] = ()

    @property
    def aimed(self) -> tuple[tuple[str, int, str], ...]:
        """Return the shocks under the unit they hit; those of one year to one unit are one."""
        found: dict[tuple[str, int], list[str]] = {}
        for target, year, name in self.shocks:
            found.setdefault((self.names.get(target, target), year), []).append(name)
        return tuple(
            (unit, year, " + ".join(dict.fromkeys(names)))
            for (unit, year), names in found.items()
        )

    @property
    def note(self) -> str:
        """Say which indicators were taken, where that is not all of them."""
        if not self.left_out:
            return ""
        return (
            f"Responses are of {', '.join(self.values)}, the first {len(self.values)} "
            f"indicators by name; not of {', '.join(self.left_out)}."
        )


def panel_of(study: Study, clusters: pl.DataFrame, members: pl.DataFrame) -> Panel:
    """Return the yearly outcomes of a study.

    Parameters
    ----------
    study : Study
    clusters : DataFrame     `cluster_id`, `longitude`, `latitude` (of the densest site)
    members : DataFrame      `cluster_id`, `org_id`
    """
    outcomes = study.outcomes
    ids = outcomes["unit_id"].unique().sort().to_list()
    first, last = outcomes["year"].min(), outcomes["year"].max()
    years = np.arange(int(first), int(last) + 1) if ids else np.empty(0)  # type: ignore[arg-type]  # years are numbers
    aimed = study.initiatives.filter(pl.col("start").is_not_null(), pl.col("target") != "")
    shocks = aimed.select(
        "target", pl.col("start").dt.year(), pl.coalesce("name", "initiative_id")
    ).sort("start", "target").rows()  # fmt: skip
    same = declared_as(study, members)
    names = names_in_outcomes(members, same, set(ids))
    for cluster, declared in same:  # whatever the cluster is called, one unit was hit
        names.setdefault(declared, names.get(cluster, cluster))
    # whoever was shocked without a series is there to be kept away from
    hit = {names.get(target, target) for target, _, _ in shocks}
    ids += sorted(hit - set(ids))
    units = dict(zip(ids, range(len(ids)), strict=True))
    indicators = outcomes["indicator"].unique().sort().to_list()
    values = {}
    for indicator in indicators[:MOST_INDICATORS]:
        rows = outcomes.filter(pl.col("indicator") == indicator, pl.col("value") > 0)
        found = np.full((len(ids), years.size), nan)
        unit = rows["unit_id"].replace_strict(units, return_dtype=pl.Int64).to_numpy()
        found[unit, rows["year"].to_numpy() - years[0]] = np.log(rows["value"].to_numpy())
        values[indicator] = as_floats(found)
    xyz = _where(study, ids, clusters, names)
    return Panel(units, as_indices(years), values, tuple(shocks), names, xyz,
                 tuple(indicators[MOST_INDICATORS:]))  # fmt: skip


def _where(
    study: Study, ids: Sequence[str], clusters: pl.DataFrame, names: Mapping[str, str]
) -> Floats:
    known = {
        unit: (longitude, latitude)
        for unit, longitude, latitude in study.places.select(
            "place_id", "longitude", "latitude"
        ).iter_rows()
    }
    known |= {
        names.get(cluster, cluster): (longitude, latitude)
        for cluster, longitude, latitude in clusters.select(
            "cluster_id", "longitude", "latitude"
        ).iter_rows()
    }
    none = (None, None)
    at = np.array(
        [[nan if v is None else v for v in known.get(unit, none)] for unit in ids], np.float64
    ).reshape(-1, 2)
    return unit_vectors(at[:, 0], at[:, 1])


def declared_as(study: Study, members: pl.DataFrame) -> list[tuple[str, str]]:
    """Return found clusters with the declared ones that are the same, best match first.

    The same are those with at least half of the members of both in common.

    Parameters
    ----------
    members : DataFrame      `cluster_id`, `org_id`
    """
    joined = study.memberships.select(pl.col("cluster_id").alias("declared"), "org_id")
    declared = joined.unique()
    own = members.select("cluster_id", "org_id").unique()
    both = own.join(declared, on="org_id").group_by("cluster_id", "declared").len("both")
    sizes = both.join(own.group_by("cluster_id").len("n"), on="cluster_id").join(
        declared.group_by("declared").len("m"), on="declared"
    )
    share = pl.col("both") / (pl.col("n") + pl.col("m") - pl.col("both"))
    same = sizes.with_columns(share.alias("share")).filter(pl.col("share") >= SAME)
    best = same.sort("share", "declared", "cluster_id", descending=[True, False, False])
    return list(best.select("cluster_id", "declared").iter_rows())


def names_in_outcomes(
    members: pl.DataFrame, same: Sequence[tuple[str, str]], units: Collection[str]
) -> dict[str, str]:
    """Return under which unit the outcomes of each cluster stand.

    Its own identifier, else that of the declared cluster that is the same.

    Parameters
    ----------
    members : DataFrame      `cluster_id`, `org_id`
    same : sequence of (cluster, declared)
        From `declared_as`.
    units : collection of str
        Those with outcomes.
    """
    found = {c: c for c in members["cluster_id"].unique().to_list() if c in units}
    for cluster, unit in same:
        if unit in units:
            found.setdefault(cluster, unit)
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Shock:
    """One shock to one cluster of a pair, and what both did.

    Attributes
    ----------
    shocked, other : int         clusters by position in the family
    name, indicator : str
    year : int or None
    own, sibling : Response
    """

    shocked: int
    other: int
    name: str
    indicator: str
    year: int | None
    own: Response
    sibling: Response


def pair_shocks(
    panel: Panel,
    family: Family,
    pair: tuple[int, int],
    *,
    reach_km: Kilometres,
    window: int,
    level: Share,
) -> list[Shock]:
    """Return the responses of each of two clusters to the shocks of the other.

    Controls are places and clusters further than `reach_km` from the shocked cluster, neither
    shocked themselves within the window nor near one that was.
    """
    found = []
    ids = [str(cluster["cluster_id"]) for cluster in family.clusters]
    for shocked, other in (pair, pair[::-1]):
        hit, watched = (panel.names.get(ids[k], ids[k]) for k in (shocked, other))
        rows = [panel.units.get(one) for one in (hit, watched)]
        if None in rows or not {ids[shocked], ids[other]} <= set(panel.names):
            continue
        for year, name in [(when, name) for unit, when, name in panel.aimed if unit == hit]:
            free = _untouched(panel, (hit, watched), year, reach_km, window)
            again = _again(panel, hit, year, window)
            alone = f"the shocked cluster was shocked again, in {again}" if again else ""
            too = _again(panel, watched, year, window, same_year=True)
            reasons = alone, alone if too is None else f"it was shocked itself, in {too}"
            for indicator, values in panel.values.items():
                own, sibling = (
                    Response(reason=reason) if reason else
                    response(values[row], values[free], panel.years, event=year,
                             window=window, level=level)
                    for row, reason in zip(rows, reasons, strict=True)
                )  # fmt: skip
                found.append(Shock(shocked, other, name, indicator, year, own, sibling))
    return found


def _again(
    panel: Panel, unit: str, year: int, window: int, *, same_year: bool = False
) -> int | None:
    """Return the year of another shock to a unit within the window."""
    for one, when, _ in panel.aimed:
        if one == unit and abs(when - year) < window and (same_year or when != year):
            return when
    return None


def _untouched(
    panel: Panel, pair: tuple[str, str], year: int, reach_km: Kilometres, window: int
) -> Flags:
    """Tell which units had no part in any shock of these years."""
    free: Flags = np.asarray(~np.isnan(panel.xyz).any(axis=1))
    for unit in pair:
        free[panel.units[unit]] = False
    hit = {unit for unit, when, _ in panel.aimed if abs(when - year) < 2 * window}
    for unit in (hit | {pair[0]}) & set(panel.units):
        row = panel.units[unit]
        free[row] = False
        if not np.isnan(panel.xyz[row]).any():
            away = distance_km(panel.xyz, panel.xyz[row][None])
            with np.errstate(invalid="ignore"):
                free &= ~(away <= reach_km)
    return free


def shock_reason(panel: Panel, family: Family, pair: tuple[int, int]) -> str:
    """Say why no response of a pair could be looked at."""
    ids = [str(family.clusters[k]["cluster_id"]) for k in pair]
    if any(one not in panel.names for one in ids):
        return NO_SERIES
    return NO_SHOCK
