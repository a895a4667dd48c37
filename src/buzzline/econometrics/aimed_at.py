"""At whom initiatives aim: places, members of declared clusters, organisations, industries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, as_codes
from buzzline.errors import InvalidArgument, TooFew
from buzzline.tables.study import Study

NO_START = "aimed at by an initiative without a start"
IN_PART = "an initiative reaches a part of it only"
BY_ANOTHER = "not treated, but reached by another initiative in these years"
OTHER_LEVEL = "a place of another level than those treated"
OWN = "unit"
NAMED_BY = ("initiative_id", "name", "instrument", "target")
GROUPINGS = ("region", "city")  # coarsest first: organisations that may share luck
NEARLY_ALL = 0.9  # of the organisations have a name, for groups to be by it
FEWEST_NAMES = 10


@dataclass(frozen=True, slots=True, eq=False)
class Aims:
    """Who is aimed at, from when.

    Attributes
    ----------
    units : Series of str              all units with an outcome
    first : dict                       unit to year first treated
    unclear : dict                     reason to units that are neither treated nor not
    group_of : dict                    unit to whose luck it may share; empty: each its own
    grouped_by : str
    notes : tuple of str
    """

    units: pl.Series
    first: Mapping[str, int]
    unclear: Mapping[str, set[str]]
    group_of: Mapping[str, str]
    grouped_by: str
    notes: tuple[str, ...]

    def groups(self, ids: Sequence[str]) -> tuple[Codes, str]:
        """Return the group of each unit, and what groups are."""
        names = [self.group_of.get(unit, f"\0{unit}") for unit in ids]
        _, codes = np.unique(np.array(names, dtype=str), return_inverse=True)
        return as_codes(codes), self.grouped_by if self.group_of else OWN


def chosen_initiatives(study: Study, wanted: str | None) -> pl.DataFrame:
    """Return the initiatives that are meant.

    Raises
    ------
    TooFew
        The study has none.
    InvalidArgument
        None is called so.
    """
    rows = study.initiatives
    if not rows.height:
        raise TooFew("there are no initiatives (table `initiatives`)")
    if wanted is None:
        return rows
    found = rows.filter(pl.any_horizontal(pl.col(name) == wanted for name in NAMED_BY))
    if not found.height:
        names = rows["name"].fill_null(rows["initiative_id"]).unique(maintain_order=True)
        raise InvalidArgument(
            f"initiative: none is called {wanted!r}; there are {', '.join(names.head(10))}"
            + (" ..." if names.len() > 10 else "")
        )
    return found


def kinds_of(study: Study) -> dict[str, pl.Series]:
    """Return the identifiers of whatever can have an outcome."""
    return {
        "place": study.places["place_id"],
        "declared cluster": study.declared_clusters["cluster_id"],
        "organisation": study.organisations["org_id"],
    }


def aims_of(study: Study, rows: pl.DataFrame, *, kind: str, units: pl.Series) -> Aims:
    """Return who of some units is aimed at, and from when.

    Parameters
    ----------
    study : Study
    rows : DataFrame      of `initiatives`
    kind : "place", "declared cluster" or "organisation"
    units : Series of str
    """
    reader = {"place": _places, "declared cluster": _clusters, "organisation": _members}[kind]
    known = set(units)
    first: dict[str, int] = {}
    no_start: set[str] = set()
    in_part: set[str] = set()
    through: dict[str, str] = {}
    chains = _chains(study)
    unnamed: set[str] = set()
    for item in rows.to_dicts():
        hit, part, unknown = reader(study, item, chains)
        in_part |= part
        unnamed |= {str(item["target"])} if unknown and known & set(hit) else set()
        for unit, year in hit.items():
            if year is None:
                no_start.add(unit)
                continue
            first[unit] = min(first.get(unit, year), year)
            if kind == "place" and item["place_id"] not in (None, unit):
                through[unit] = item["place_id"]
    notes = tuple(
        f"The target {target!r} names nobody in the tables; all of the place counts as treated."
        for target in sorted(unnamed)
    )
    group_of, grouped_by = _grouped(study, kind, through, chains)
    mine = {unit: year for unit, year in first.items() if unit in known}
    unclear = {
        NO_START: (no_start - set(first)) & known,
        IN_PART: (in_part - set(first)) & known,
    }
    if kind == "place" and mine:
        unclear[OTHER_LEVEL] = _of_other_levels(study, units, set(mine))
    return Aims(units, mine, unclear, group_of, grouped_by, notes)


def reached_between(
    study: Study, rows: pl.DataFrame, *, kind: str, units: pl.Series, years: tuple[int, int]
) -> set[str]:
    """Return who of some units is reached by an initiative that begins between two years.

    One that reaches all of them in the same year is none: it changes nothing between them.

    Parameters
    ----------
    study : Study
    rows : DataFrame      of `initiatives`
    kind : "place", "declared cluster" or "organisation"
    units : Series of str
    years : (first, last) year
    """
    reader = {"place": _places, "declared cluster": _clusters, "organisation": _members}[kind]
    known = set(units)
    found: set[str] = set()
    chains = _chains(study)
    for item in rows.to_dicts():
        hit, _, _ = reader(study, item, chains)
        mine = {unit: year for unit, year in hit.items() if unit in known}
        for_all = len(mine) == len(known) and len(set(mine.values())) == 1
        if not for_all:
            found |= {
                unit for unit, year in mine.items()
                if year is not None and years[0] <= year <= years[1]
            }  # fmt: skip
    return found


Hit = tuple[dict[str, int | None], set[str], bool]


def _year(item: Mapping[str, object]) -> int | None:
    start = item["start"]
    return None if start is None else int(start.year)  # type: ignore[attr-defined]  # a date


def _places(study: Study, item: Mapping[str, object], chains: Mapping[str, list[str]]) -> Hit:
    target, place = item["target"], item["place_id"]
    at = target if target in chains else place
    if at not in chains:
        return {}, set(), False
    narrow = bool(target) and target not in chains
    aimed_elsewhere = narrow and _names_somebody(study, str(target))
    inside = {unit for unit, chain in chains.items() if at in chain}
    above = set(chains[str(at)]) - {str(at)}
    if aimed_elsewhere:  # some organisations of the place: neither treated nor untreated
        return {}, inside | above, False
    return dict.fromkeys(inside, _year(item)), above, narrow


def _clusters(study: Study, item: Mapping[str, object], chains: object) -> Hit:
    known = set(study.declared_clusters["cluster_id"])
    target = item["target"]
    return ({str(target): _year(item)} if target in known else {}), set(), False


def _members(study: Study, item: Mapping[str, object], chains: Mapping[str, list[str]]) -> Hit:
    """Return organisations aimed at."""
    target, place = item["target"], item["place_id"]
    frame = study.organisations.select("org_id", "industry", "place_id")
    start = _year(item)
    if target in set(frame["org_id"]):
        return {str(target): start}, set(), False
    joined = study.memberships.filter(pl.col("cluster_id") == target) if target else None
    if joined is not None and joined.height:
        return _joined(joined, start), set(), False
    if place is not None:
        inside = [unit for unit, chain in chains.items() if place in chain]
        frame = frame.filter(pl.col("place_id").is_in(inside))
    narrow = bool(target) and target not in chains
    of_industry = (
        frame.filter(pl.col("industry").str.starts_with(str(target))) if narrow else None
    )
    if of_industry is not None and of_industry.height:
        return dict.fromkeys(of_industry["org_id"], start), set(), False
    if target in chains:
        inside = [unit for unit, chain in chains.items() if target in chain]
        frame = frame.filter(pl.col("place_id").is_in(inside))
    elif place is None:
        return {}, set(), False
    return dict.fromkeys(frame["org_id"], start), set(), narrow


def _joined(joined: pl.DataFrame, start: int | None) -> dict[str, int | None]:
    """Return the year from which each member is treated: the later of start and joining."""
    years = joined.group_by("org_id").agg(
        pl.col("start").min().dt.year().alias("year"),
        pl.col("end").max().dt.year().alias("last"),
        pl.col("end").is_null().any().alias("stays"),
    )
    return {
        org_id: None if start is None else max(start, year or start)
        for org_id, year, last, stays in years.iter_rows()
        if stays or start is None or last >= start
    }


def _names_somebody(study: Study, target: str) -> bool:
    return (
        target in set(study.organisations["org_id"])
        or target in set(study.memberships["cluster_id"])
        or bool(study.organisations["industry"].drop_nulls().str.starts_with(target).any())
    )


def _chains(study: Study) -> dict[str, list[str]]:
    """Return each place with all it lies in."""
    parent = dict(study.places.select("place_id", "parent_id").iter_rows())
    chains = {}
    for place in parent:
        chain: list[str] = []
        at: str | None = place
        while at is not None and at not in chain:
            chain.append(at)
            at = parent.get(at)
        chains[place] = chain
    return chains


def _of_other_levels(study: Study, units: pl.Series, treated: set[str]) -> set[str]:
    level = dict(study.places.select("place_id", "level").iter_rows())
    levels = {level.get(unit) for unit in treated}
    return {unit for unit in units if level.get(unit) not in levels}


def _grouped(
    study: Study, kind: str, through: Mapping[str, str], chains: Mapping[str, list[str]]
) -> tuple[dict[str, str], str]:
    """Return whose luck each unit may share, and what such groups are."""
    if kind == "organisation":
        return organisations_by_luck(study)
    if kind != "place" or not through:
        return {}, OWN
    level = dict(study.places.select("place_id", "level").iter_rows())
    levels = {level.get(place) for place in through.values()}  # treated as a whole
    whole = {
        unit: next((at for at in reversed(chain[1:]) if level.get(at) in levels), "")
        for unit, chain in chains.items()
    }
    return {unit: at for unit, at in whole.items() if at}, "place that is treated as a whole"


def organisations_by_luck(study: Study) -> tuple[dict[str, str], str]:
    """Return the region or city of each organisation, where enough are named."""
    for name in GROUPINGS:
        known = study.organisations.filter(pl.col(name).is_not_null())
        enough = known.height >= NEARLY_ALL * study.organisations.height
        if enough and known[name].n_unique() >= FEWEST_NAMES:
            return dict(known.select("org_id", name).iter_rows()), name
    return {}, OWN


def places_by_luck(study: Study, ids: Sequence[str]) -> tuple[dict[str, str], str]:
    """Return what each place lies in, where all lie in one of enough."""
    parent = dict(study.places.select("place_id", "parent_id").iter_rows())
    above = {unit: parent.get(unit) for unit in ids}
    told = {unit: at for unit, at in above.items() if at is not None}
    if len(told) < len(above) or len(set(told.values())) < FEWEST_NAMES:
        return {}, OWN
    return told, "place it lies in"
