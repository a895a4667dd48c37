"""Declared clusters, clusters found, who is tied to whom: gathered once, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from buzzline.arrays import Codes, Flags, Indices, as_codes, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.declared_tests import Neighbourhoods, Partners, neighbourhoods
from buzzline.clusters.groupings import Labels, cluster_labels
from buzzline.clusters.industries import industries_of
from buzzline.quantities import Kilometres
from buzzline.space.sites import gathered, sites_of
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

WIDER = (1, 2, 5)  # times as large blocks, where members are alone in smaller ones


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """One declared cluster.

    Attributes
    ----------
    group_id, name, industry : str      industry empty where none is declared
    rows : (m,) int64                   members, rows of the study
    """

    group_id: str
    name: str
    industry: str
    rows: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Everything declared clusters are held against.

    Attributes
    ----------
    groups : tuple of Group
    found : dict of industry to Labels      clusters found
    any_industry : Labels                   the same, an organisation in the strongest of all
    examined : dict of industry to (n,) bool    looked at, and who is active in it
    located : (n,) bool
    industry : (n,) int32                   main industry, -1 where not known
    tied : Partners
    near : dict of km to Neighbourhoods     in blocks of that size, small ones first
    notes : tuple of str
    """

    groups: tuple[Group, ...]
    found: dict[str, Labels]
    any_industry: Labels
    examined: dict[str, Flags]
    located: Flags
    industry: Codes
    tied: Partners
    near: dict[float, Neighbourhoods]
    notes: tuple[str, ...]

    def could_be_found(self) -> Flags:
        """Return who could be in a cluster found: of any industry looked at."""
        parts = list(self.examined.values())
        return np.logical_or.reduce(parts) if parts else np.zeros_like(self.located)


def scene_of(
    study: Study, clustering: Clustering, *, year: int | None, block_km: Kilometres
) -> Scene:
    """Gather declared clusters, clusters found and ties of a study.

    Parameters
    ----------
    year : int or None      members in that year; None: at any time
    block_km : km           size of the blocks in which neighbours stand
    """
    sites = sites_of(study.organisations)
    code = study.organisations["industry"].rank("dense").cast(pl.Int32).fill_null(0) - 1
    industry = as_codes(code.to_numpy())
    found = cluster_labels(study, clustering)
    groups, notes = _groups(study, year)
    tied = _tied(study)
    has_ties = tied.number > 0
    near = {}
    for times in WIDER:
        km = times * block_km
        block = gathered(sites, km).site if sites.located.any() and km else sites.site
        near[km] = neighbourhoods(as_codes(np.where(has_ties, block, -1)), industry)
    return Scene(
        groups, found, _of_any(clustering, found), _examined(study, clustering), sites.located,
        industry, tied, near, notes,
    )  # fmt: skip


def _examined(study: Study, clustering: Clustering) -> dict[str, Flags]:
    """Return who is active in each industry in which clusters were looked for."""
    made, coverage = clustering.provenance, clustering.coverage
    if made is not None and made.analysis == "candidate_clusters":
        looked_at = coverage.filter(pl.col("status") == "examined")["industry"].to_list()
        every = industries_of(study, made.arguments.get("industries"))
        return {one.name: one.active for one in every if one.name in looked_at}
    titles = study.industries.select("industry", "title").drop_nulls().iter_rows()
    code = {title: industry for industry, title in titles}
    known = set(study.industries_of()["industry"])
    names = {name: code.get(name, name) for name in clustering.clusters["industry"].unique()}
    every = industries_of(study, {name: [key] for name, key in names.items() if key in known})
    anybody = np.ones(study.organisations.height, np.bool_)
    return dict.fromkeys(names, anybody) | {one.name: one.active for one in every}


def members_in(study: Study, year: int | None) -> pl.DataFrame:
    """Return the memberships in a year, an undated one in any; None: at any time."""
    if year is None:
        return study.memberships
    begun = pl.col("start").is_null() | (pl.col("start") <= date(year, 12, 31))
    lasting = pl.col("end").is_null() | (pl.col("end") >= date(year, 1, 1))
    return study.memberships.filter(begun & lasting)


def rows_by_cluster(study: Study, memberships: pl.DataFrame) -> dict[str, Indices]:
    """Return the members of each declared cluster that has any, as rows of the study."""
    row = study.organisations.select("org_id").with_row_index("row")
    joined = memberships.unique(["cluster_id", "org_id"]).join(row, on="org_id", how="inner")
    return {
        str(key[0]): as_indices(np.sort(part["row"].to_numpy()))
        for key, part in joined.partition_by("cluster_id", as_dict=True).items()
    }


def _groups(study: Study, year: int | None) -> tuple[tuple[Group, ...], tuple[str, ...]]:
    members = members_in(study, year)
    notes = [] if year is None else [f"Members in {year}."]
    rows = rows_by_cluster(study, members)
    titles = dict(study.industries.select("industry", "title").drop_nulls().iter_rows())
    listed = study.declared_clusters.select("cluster_id", "name", "industry").iter_rows()
    groups = tuple(
        Group(key, name or key, titles.get(industry, industry) or "", rows[key])
        for key, name, industry in listed
        if key in rows
    )
    empty = study.declared_clusters.height - len(groups)
    if empty:
        notes.append(
            f"{plural(empty, 'declared cluster')} {verb(empty, 'has', 'have')} no members in "
            "the study."
        )
    return groups, tuple(notes)


def _of_any(clustering: Clustering, found: dict[str, Labels]) -> Labels:
    """Return clusters of all industries; who is in several counts for the strongest."""
    ids = tuple(clustering.clusters["cluster_id"])
    names = tuple(clustering.clusters["label"])
    number = dict(zip(ids, range(len(ids)), strict=True))
    n = next((labels.code.size for labels in found.values()), 0)
    best = np.full(n, len(ids), np.int64)
    for labels in found.values():
        rank = np.array([number[key] for key in labels.ids] + [len(ids)])
        best = np.minimum(best, rank[labels.code])
    return Labels(ids, names, as_codes(np.where(best < len(ids), best, -1)))


def _tied(study: Study) -> Partners:
    number = study.organisations.select("org_id").with_row_index("row").lazy()
    ties = study.linkages.lazy().select("source", "target")
    for end in ("source", "target"):
        ties = ties.join(
            number.rename({"row": f"{end}_row"}), left_on=end, right_on="org_id", how="inner"
        )
    here, there = pl.col("source_row"), pl.col("target_row")
    pairs = ties.filter(here != there).select(
        one=pl.min_horizontal(here, there), other=pl.max_horizontal(here, there)
    ).unique().collect()  # fmt: skip
    one, other = pairs["one"].to_numpy(), pairs["other"].to_numpy()
    n = study.organisations.height
    ends = np.concatenate([one, other]), np.concatenate([other, one])
    found = csr_array((np.ones(2 * one.size, np.bool_), ends), shape=(n, n))
    return Partners(as_indices(found.indptr), as_codes(found.indices))
