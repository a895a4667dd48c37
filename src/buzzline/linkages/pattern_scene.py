"""What of a study the signs of patterns are read off: who owns whom, where, and which ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import (
    Codes,
    Flags,
    Floats,
    Indices,
    as_codes,
    as_flags,
    as_floats,
    as_indices,
)
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.layer_ties import LayerTies, layer_ties
from buzzline.kernels.distances import scales_of
from buzzline.linkages.backward_linkage import SKILLED, owned_abroad
from buzzline.linkages.city_spread import Standing
from buzzline.linkages.linkage_types import owner_units
from buzzline.linkages.tie_ends import squared_limits
from buzzline.quantities import Kilometres
from buzzline.space.globe import unit_vectors
from buzzline.space.precision import precision_km
from buzzline.space.scales import Cutoffs
from buzzline.space.sites import grouped_within
from buzzline.space.zones import INSIDE_A_DISC, NEAREST_KM
from buzzline.tables.study import Study

LOCAL, GLOBAL = 0, 3  # codes of scales
BUYING = ("supply", "subcontract")
HUB_KM = 10.0  # nearer to each other, cities are parts of one


@dataclass(frozen=True, slots=True, eq=False)
class LayerScene:
    """Ties of one layer and the scale of each. scale : (m,) int32, 4 where not known."""

    ties: LayerTies
    scale: Codes


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Organisations as arrays.

    Attributes
    ----------
    organisations : DataFrame
    owner : (n,) int32               row of the ultimate owner; itself where there is none
    owner_known : (n,) bool          it has an owner (maybe itself), or owns another
    is_foreign : (n,) bool           the owner is of another country
    standing : Standing
    industry : (n,) int32            -1 not known
    rows_of : dict of cluster to (k,) int64    rows of its members
    layers : dict of layer to LayerScene
    bought, skilled : tuple of LayerScene    of supply: all of it, and of skilled inputs
    last_year : int or None          of anything dated in the study
    """

    organisations: pl.DataFrame
    owner: Codes
    owner_known: Flags
    is_foreign: Flags
    standing: Standing
    industry: Codes
    rows_of: dict[str, Indices]
    layers: dict[str, LayerScene]
    bought: tuple[LayerScene, ...]
    skilled: tuple[LayerScene, ...]
    last_year: int | None

    def members(self, cluster: str) -> Flags:
        """Return who is a member of a cluster. (n,) bool."""
        flags = np.zeros(self.owner.size, np.bool_)
        flags[self.rows_of[cluster]] = True
        return flags


def scene_of(
    study: Study, clustering: Clustering, layers: tuple[str, ...], *, cutoffs: Cutoffs
) -> Scene:
    """Gather what the signs of patterns need."""
    organisations = study.organisations
    owner = owner_units(organisations)
    standing, nation = _standing(organisations), codes_of(organisations["country"]) + 1
    limits = squared_limits([cutoffs])

    def scaled(of: Study, name: str) -> LayerScene:
        ties = layer_ties(of, name)
        scale = scales_of(ties.source, ties.target, standing.xyz, as_codes(nation), limits)
        return LayerScene(ties, as_codes(scale[0]))

    present = study.linkages["layer"].unique()
    buying = [name for name in BUYING if name in present]
    content = study.linkages.filter(pl.col("content").is_in(SKILLED))
    skilled = study.with_table("linkages", content) if buying else study
    return Scene(
        organisations, owner, _with_owner(organisations),
        owned_abroad(organisations, owner), standing,
        codes_of(organisations["industry"]), members_of(study, clustering),
        {name: scaled(study, name) for name in layers},
        tuple(scaled(study, name) for name in buying),
        tuple(scaled(skilled, name) for name in buying), last_year(study),
    )  # fmt: skip


def _with_owner(organisations: pl.DataFrame) -> Flags:
    """Return whose owner is known: an empty cell may be nobody, or not known."""
    owns = pl.col("org_id").is_in(organisations["owner_id"].drop_nulls().implode())
    known = pl.col("owner_id").is_not_null() | owns
    return as_flags(organisations.select(known).to_series().to_numpy())


def members_of(study: Study, clustering: Clustering) -> dict[str, Indices]:
    """Return the rows of the members of each cluster, (k,) int64 each."""
    row = study.organisations.select("org_id").with_row_index("row")
    placed = clustering.members.join(
        row, on="org_id", how="inner", validate="m:1", maintain_order="left"
    )
    found = {str(name): as_indices([]) for name in clustering.clusters["cluster_id"]}
    for (cluster_id,), rows in placed.group_by(["cluster_id"]):
        if str(cluster_id) in found:
            found[str(cluster_id)] = as_indices(rows["row"].sort().to_numpy())
    return found


def _standing(organisations: pl.DataFrame) -> Standing:
    at = organisations.select(
        pl.col("longitude", "latitude").cast(pl.Float64).fill_null(float("nan"))
    ).to_numpy()
    xyz = unit_vectors(as_floats(at[:, 0]), as_floats(at[:, 1]))
    xyz = as_floats(np.where(np.isnan(at).any(axis=1)[:, None], np.nan, xyz))
    floor = np.maximum(NEAREST_KM, INSIDE_A_DISC * precision_km(organisations))
    city = organisations.select(
        pl.concat_str("city", pl.col("country").fill_null(""), separator="|")
    ).to_series()
    return Standing(hubs_of(codes_of(city), xyz), xyz, as_floats(floor))


def hubs_of(city: Codes, xyz: Floats, *, apart_km: Kilometres = HUB_KM) -> Codes:
    """Return the hub of each organisation: cities whose middles are near are one. (n,) int32.

    Parameters
    ----------
    city : (n,) int32          -1 not known
    xyz : (n, 3) float64       unit vectors, NaN without coordinates
    apart_km : km
        Cities within it, or within it of one between, are one hub; those without coordinates
        are hubs of their own.
    """
    placed = (city >= 0) & ~np.isnan(xyz[:, 0])
    n = int(city.max(initial=-1)) + 1
    held = np.bincount(city[placed], minlength=n)
    sums = [np.bincount(city[placed], weights=xyz[placed, k], minlength=n) for k in range(3)]
    middle = np.stack(sums, axis=1)[held > 0]
    hub = np.arange(n) + n
    if len(middle):
        length = np.linalg.norm(middle, axis=1, keepdims=True)
        hub[held > 0] = grouped_within(as_floats(middle / length), apart_km)
    return as_codes(np.where(city >= 0, hub[np.maximum(city, 0)] if n else -1, -1))


def codes_of(values: pl.Series) -> Codes:
    """Return a code from 0 for each distinct value, -1 where there is none."""
    return as_codes(values.rank("dense").cast(pl.Int64).fill_null(0).to_numpy() - 1)


def last_year(study: Study) -> int | None:
    """Return the last calendar year anything in the study is dated, or None.

    Ends of ties are often planned, in the future: they count only where no tie has a start.
    """
    begun = study.linkages["start"].is_not_null().any()
    dated = (
        (study.linkages, ("start",) if begun else ("end",)),
        (study.organisations, ("opened", "closed")),
        (study.establishments, ("opened", "closed")),
    )  # fmt: skip
    years = [
        year
        for frame, columns in dated
        for column in columns
        if (year := frame[column].dt.year().max()) is not None
    ]
    if study.outcomes.height:
        years += study.outcomes.select(pl.col("year").max())["year"].to_list()
    return max(int(str(year)) for year in years) if years else None


def first_opened(organisations: pl.DataFrame, rows: Floats | Codes) -> int | None:
    """Return the year in which the first of some organisations opened, or None."""
    year = organisations["opened"].gather(rows).dt.year().min()
    return None if year is None else int(str(year))
