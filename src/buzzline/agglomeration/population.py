"""The points of a study: what counts as one, where it stands, and in which industries it is.

Three units to choose from, because one owner with forty shops in one town is no sign that
*others* seek each other's company:

* "establishments": each establishment is a point; an organisation that lists none stands for
  itself. Its industry is its own, else that of its organisation.
* "organisations": each organisation is one point, at its own coordinates.
* "owners": all organisations of one owner are one point, where the largest of them (most jobs)
  stands; they are in all the industries of the group, with its jobs added up.

Points at identical coordinates are points all the same: their distance is 0, and it counts.
Where coordinates are centroids of cities that is most of a short-distance curve, so results
carry the share of such pairs and the precision of the coordinates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.space.points import Points, is_located, points_of
from buzzline.space.precision import precision_km
from buzzline.tables.study import Study

PointUnit = Literal["establishments", "organisations", "owners"]
PointWeight = Literal["none", "jobs"]
Industries = Sequence[str] | Mapping[str, Sequence[str]] | None

DEFAULT_INDUSTRIES = 12  # as many as a picture shows


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """All points of a study that have coordinates.

    Attributes
    ----------
    points : Points
    ids : DataFrame             `id`, `longitude`, `latitude`: one row a point, in order
    jobs : (n,) float64         NaN where not known
    members : DataFrame         `row`, `industry`: which point is in which industry
    titles : mapping            of the code of an industry to its title
    precision_km : (n,) float64 how far each may stand from its coordinates [km]
    unit : PointUnit
    n_left_out : int            without coordinates
    """

    points: Points
    ids: pl.DataFrame
    jobs: Floats
    members: pl.DataFrame
    titles: Mapping[str, str]
    precision_km: Floats
    unit: PointUnit
    n_left_out: int

    def __len__(self) -> int:
        return len(self.points)

    def among(self, chosen: Flags) -> Population:
        """Return some of the points; the others do not count as left out."""
        number = np.cumsum(chosen) - 1
        new = pl.DataFrame(
            {
                "row": np.flatnonzero(chosen).astype(np.uint32),
                "new": number[chosen].astype(np.uint32),
            }
        )
        members = self.members.join(new, on="row", how="inner", maintain_order="left")
        return replace(
            self,
            points=self.points.at(chosen),
            ids=self.ids.filter(pl.Series(chosen)),
            jobs=self.jobs[chosen],
            members=members.select(pl.col("new").alias("row"), "industry"),
            precision_km=self.precision_km[chosen],
        )

    def cases(self, wanted: Industries = None, *, fewest: int = 10) -> dict[str, Indices]:
        """Return the rows of each industry asked for, most numerous first.

        Parameters
        ----------
        wanted : names, mapping of group name to industries, or None
            None: the dozen most numerous of those with at least `fewest` points; where there
            are none, the most numerous whatever its size.

        Raises
        ------
        InvalidArgument
            An industry that no point has.
        """
        counts = (
            self.members.group_by("industry")
            .len()
            .sort(["len", "industry"], descending=[True, False])
        )
        groups = _groups(wanted, counts, fewest)
        found = {name: self._rows(members, counts) for name, members in groups.items()}
        in_order = sorted(found.items(), key=lambda item: -item[1].size)
        return {self.titles.get(name, name): rows for name, rows in in_order}

    def _rows(self, industries: Sequence[str], counts: pl.DataFrame) -> Indices:
        for name in industries:
            if name not in counts["industry"]:
                usual = ", ".join(counts["industry"].head(8).to_list())
                raise InvalidArgument(
                    f"no point with coordinates is in the industry {name!r}. "
                    f"The most numerous are: {usual}. Correct the industries asked for."
                )
        chosen = self.members.filter(pl.col("industry").is_in(list(industries)))
        return as_indices(chosen["row"].unique().sort().to_numpy())

    def same_place_share(self, rows: Indices) -> float:
        """Return the share of pairs of these points that are at identical coordinates."""
        places = self.ids[rows].group_by("longitude", "latitude").len()["len"].to_numpy()
        pairs = rows.size * (rows.size - 1)
        return float((places * (places - 1)).sum() / pairs) if pairs else 0.0


def population_of(study: Study, unit: PointUnit = "establishments") -> Population:
    """Return the points of a study.

    Raises
    ------
    TooFew
        Nothing has coordinates, or nothing has an industry.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> population = population_of(make_world(organisations=300, clusters=2, rng=1).study)
    >>> len(population) + population.n_left_out >= 300
    True
    """
    frame, members = _UNITS[unit](study)
    located = is_located(frame)
    if not located.any():
        raise TooFew(
            f"the study has no {unit} with coordinates. Add `longitude` and `latitude`."
        )
    kept = frame.filter(located).drop("row").with_row_index("row")
    of_point = members.join(kept.select("row", "id"), on="id", how="inner")
    if not of_point.height:
        raise TooFew(f"none of the {unit} with coordinates has an industry. Add `industry`.")
    return Population(
        points=points_of(kept),
        ids=kept.select("id", "longitude", "latitude"),
        jobs=as_floats(kept["jobs"].fill_null(np.nan).to_numpy()),
        members=of_point.select("row", "industry").unique(maintain_order=True),
        titles=dict(study.industries.select("industry", "title").drop_nulls().iter_rows()),
        precision_km=precision_km(kept),
        unit=unit,
        n_left_out=int((~located).sum()),
    )


_COLUMNS = ("id", "longitude", "latitude", "precision", "country", "city", "jobs")


def _establishments(study: Study) -> tuple[pl.DataFrame, pl.DataFrame]:
    listed = study.establishments
    alone = study.organisations.join(listed, on="org_id", how="anti", maintain_order="left")
    sites = listed.with_columns(id=pl.lit("site ") + pl.col("establishment_id"))
    whole = alone.with_columns(id=pl.lit("organisation ") + pl.col("org_id"))
    of_organisation = study.industries_of()
    own = sites.select("id", "industry").drop_nulls()
    inherited = (
        sites.filter(pl.col("industry").is_null())
        .select("id", "org_id")
        .join(of_organisation, on="org_id", how="inner")
    )
    of_whole = whole.select("id", "org_id").join(of_organisation, on="org_id", how="inner")
    members = [own, inherited.select("id", "industry"), of_whole.select("id", "industry")]
    frame = pl.concat([sites.select(_COLUMNS), whole.select(_COLUMNS)])
    return frame.with_row_index("row"), pl.concat(members)


def _organisations(study: Study) -> tuple[pl.DataFrame, pl.DataFrame]:
    frame = study.organisations.rename({"org_id": "id"}).select(_COLUMNS)
    return frame.with_row_index("row"), study.industries_of().rename({"org_id": "id"})


def _owners(study: Study) -> tuple[pl.DataFrame, pl.DataFrame]:
    named = study.organisations.with_columns(
        id=pl.coalesce("owner_id", "org_id"),
        is_located=pl.Series(is_located(study.organisations)),
    )
    largest_first = named.sort(
        ["is_located", "jobs"], descending=True, nulls_last=True, maintain_order=True
    )
    first = largest_first.unique("id", keep="first", maintain_order=True)
    known = pl.col("jobs").is_not_null().any()
    jobs = named.group_by("id").agg(pl.when(known).then(pl.col("jobs").sum()).alias("jobs"))
    frame = first.drop("jobs").join(jobs, on="id", how="left", maintain_order="left")
    members = (
        study.industries_of()
        .join(named.select("org_id", "id"), on="org_id", how="inner")
        .select("id", "industry")
        .unique(maintain_order=True)
    )
    return frame.select(_COLUMNS).with_row_index("row"), members


_UNITS = {
    "establishments": _establishments,
    "organisations": _organisations,
    "owners": _owners,
}


def _groups(
    wanted: Industries, counts: pl.DataFrame, fewest: int
) -> dict[str, tuple[str, ...]]:
    if wanted is None:
        large = counts.filter(pl.col("len") >= fewest)
        shown = (large if large.height else counts.head(1))["industry"]
        return {name: (name,) for name in shown.head(DEFAULT_INDUSTRIES)}
    if isinstance(wanted, Mapping):
        return {name: tuple(members) for name, members in wanted.items()}
    return {name: (name,) for name in wanted}
