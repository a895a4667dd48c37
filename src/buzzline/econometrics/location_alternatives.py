"""Between which places did each deal choose? All places it could have gone to, or a sample.

Places are zones: sites of one country gathered within a reach. Where there are more than asked
for, some are drawn for each deal, and how likely each was to be drawn enters as a known
constant, so that effects are those among all places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.econometrics.choice_sampling import Sampled, sampled_alternatives
from buzzline.investment.deals import Across, Deals
from buzzline.investment.similar import Similar, codes_behind
from buzzline.quantities import Count
from buzzline.randomness import child
from buzzline.space.sites import sites_of
from buzzline.space.zones import Zones, zones_of
from buzzline.tables.study import Study

HOSTS = 0.1  # of a cluster's members that a zone holds to have the cluster in it
EXAMINED = "examined"
LEFT_OUT = {"reason": pl.String, "n": pl.Int64}


@dataclass(frozen=True, slots=True, eq=False)
class LocationCases:
    """Deals, and the places each could have gone to.

    Attributes
    ----------
    deals : DataFrame
        One row a case: `deal`, `source`, `group`, `industry`, `from_cluster` (bool).
    zone : (rows,) int64            place of each alternative
    start, chosen, offset           see `Sampled`
    similar : (rows,) bool          the place holds a cluster similar to the source's industry
    size : (rows,) float64          ln of the organisations there
    own : (rows,) float64           ln of 1 + those of the source's industry
    log_km : (rows,) float64        ln of the distance from where the source is
    at_home : (rows,) bool          in the country of the source
    country : (rows,) int64         of the place, as a number
    left_out : DataFrame            `reason`, `n`
    n_zones : int
    """

    deals: pl.DataFrame
    zone: Indices
    start: Indices
    chosen: Indices
    offset: Floats
    similar: Flags
    size: Floats
    own: Floats
    log_km: Floats
    at_home: Flags
    country: Indices
    left_out: pl.DataFrame
    n_zones: int

    @property
    def case(self) -> Indices:
        """The case of each row."""
        return as_indices(np.repeat(np.arange(self.chosen.size), np.diff(self.start)))


def same_industry(study: Study, clustering: Clustering) -> Similar:
    """Return which clusters are of the very industry of an organisation."""
    codes = sorted(set(study.industries_of()["industry"].drop_nulls()))
    names = sorted(set(clustering.clusters["industry"].drop_nulls()))
    behind = [set(codes_behind(study, name)) for name in names]
    matrix = np.array([[float(code in some) for some in behind] for code in codes])
    shaped = as_floats(matrix.reshape(len(codes), len(names)))
    return Similar(tuple(codes), tuple(names), shaped, "the same industry", ())


def location_cases(
    study: Study,
    clustering: Clustering,
    deals: Deals,
    *,
    similar: Similar,
    across: Across,
    most: Count,
    seed: int,
) -> LocationCases:
    """Return deals as choices among places.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    deals : Deals
    similar : Similar
    across : "all" or "borders"
        "borders": places of other countries only. "all": also those at home. Never the place
        of the source, or one that holds a cluster which that place or the source is part of:
        going there is staying.
    most : count
        Places a deal.
    seed : int

    Notes
    -----
    A place holds a cluster where a tenth of its members stand. A source is from a cluster where
    it is a member of one similar to its main industry; where it is a member of others only, or
    where its industry was not examined, it is neither, and set aside.
    """
    zones = zones_of(study.organisations, sites_of(study.organisations))
    known = _Known(clustering, similar, zones, _hosted(study, clustering, zones))
    cases, left_out = _usable(deals.deals, study, known)
    cases = cases.with_columns(near=_near(cases, known))
    stays = _stays(cases, known)
    barred = ~stays & _barred(cases, zones, across)
    kept = cases.filter(~stays & ~barred)
    left_out += [("into the place or the cluster of the source", int(stays.sum())), (
        "into a place whose other organisations give it no country, or that of the source",
        int(barred.sum()),
    )]  # fmt: skip
    aside = pl.DataFrame(left_out, schema=LEFT_OUT, orient="row").filter(pl.col("n") > 0)
    everything = pl.concat([deals.left_out.cast(LEFT_OUT), aside])  # type: ignore[arg-type]
    drawn = _drawn(kept, known, across=across, most=most, seed=seed)
    return _described(kept.select(KEPT), drawn, study, zones, everything)


KEPT = ("deal", "source", "group", "industry", "from_cluster", "zone", "nation", "to", "row")


class _Hosts(NamedTuple):
    """Which zone holds which cluster, and of what industry that is."""

    holds: Flags  # (clusters, zones)
    cluster_id: list[str]
    industry: list[str]


@dataclass(frozen=True, slots=True, eq=False)
class _Known:
    clustering: Clustering
    similar: Similar
    zones: Zones
    hosts: _Hosts


def _hosted(study: Study, clustering: Clustering, zones: Zones) -> _Hosts:
    number = clustering.clusters.select("cluster_id", "industry").with_row_index("c")
    row = study.organisations.select("org_id").with_row_index("row")
    members = clustering.members.select("cluster_id", "org_id").unique()
    members = members.join(number, on="cluster_id").join(row, on="org_id")
    c, zone = members["c"].to_numpy(), zones.zone[members["row"].to_numpy()]
    count = np.zeros((number.height, zones.n_here.size))
    np.add.at(count, (c[zone >= 0], zone[zone >= 0]), 1.0)
    needed = HOSTS * np.maximum(count.sum(axis=1, keepdims=True), 1.0)
    return _Hosts(
        as_flags((count > 0) & (count >= needed)), number["cluster_id"].to_list(),
        number["industry"].to_list(),
    )  # fmt: skip


def _usable(
    deals: pl.DataFrame, study: Study, known: _Known
) -> tuple[pl.DataFrame, list[tuple[str, int]]]:
    """Return deals of which all is known, and how many are not, by reason."""
    row = study.organisations.select("org_id").with_row_index("row").with_columns(
        pl.col("row").cast(pl.Int64)
    )  # fmt: skip
    ends = deals.select("deal", "source", "target", "group", industry="source_industry").join(
        row, left_on="source", right_on="org_id", how="left", maintain_order="left"
    ).join(
        row.rename({"row": "target_row"}), left_on="target", right_on="org_id", how="left",
        maintain_order="left",
    )  # fmt: skip
    zones = known.zones
    source, target = ends["row"].to_numpy(), ends["target_row"].to_numpy()
    ends = ends.with_columns(
        zone=pl.Series(zones.zone[source]).cast(pl.Int64),
        to=pl.Series(zones.zone[target]).cast(pl.Int64),
        nation=pl.Series(zones.organisation_nation[source]).cast(pl.Int64),
        to_nation=pl.Series(zones.organisation_nation[target]).cast(pl.Int64),
    )
    ends = pl.concat([ends, _from_cluster(ends, known)], how="horizontal")
    reason = (
        pl.when(pl.col("zone") < 0).then(pl.lit("of a source without coordinates"))
        .when(pl.col("to") < 0).then(pl.lit("of a target without coordinates"))
        .when(pl.col("nation").eq(0) | pl.col("to_nation").eq(0))
        .then(pl.lit("between countries not both known"))
        .when(pl.col("industry").is_null()).then(pl.lit("of a source without an industry"))
        .when(~pl.col("industry").is_in(_examined(known)))
        .then(pl.lit("of an industry without a cluster to land in"))
        .when(pl.col("from_cluster").is_null())
        .then(pl.lit("of a source in a cluster of another of its industries only"))
    )  # fmt: skip
    told = ends.with_columns(reason=reason)
    aside = told.drop_nulls("reason").group_by("reason").len().sort("len", descending=True)
    return told.filter(pl.col("reason").is_null()), [(r, int(n)) for r, n in aside.iter_rows()]


def _from_cluster(ends: pl.DataFrame, known: _Known) -> pl.DataFrame:
    """Return `from_cluster`: in a similar cluster (null: in others only), and `own`: which."""
    number = known.clustering.clusters.select("cluster_id", of="industry").with_row_index("c")
    members = known.clustering.members.select("cluster_id", source="org_id").unique()
    pairs = ends.select("deal", "source", "industry").join(members, on="source").join(
        number, on="cluster_id"
    )  # fmt: skip
    is_similar = known.similar.between(pairs["industry"].to_list(), pairs["of"].to_list()) == 1
    best = pairs.with_columns(similar=pl.Series(is_similar, dtype=pl.Boolean)).group_by("deal")
    found = ends.join(
        best.agg(pl.col("similar").any(), own=pl.col("c").filter("similar").sort()), on="deal",
        how="left", maintain_order="left", validate="m:1",
    )  # fmt: skip
    inside = (
        pl.when(pl.col("similar").is_null()).then(pl.lit(value=False))
        .when(pl.col("similar")).then(pl.lit(value=True))
    )  # fmt: skip
    return found.select("own", from_cluster=inside)


def _near(cases: pl.DataFrame, known: _Known) -> pl.Series:
    """Return the similar clusters that a source or its place is part of, as numbers in text."""
    hosts, rows = known.hosts, []
    similar = {
        industry: known.similar.between([industry] * len(hosts.industry), hosts.industry) == 1
        for industry in cases["industry"].unique().to_list()
    }
    for industry, zone, own in cases.select("industry", "zone", "own").iter_rows():
        here = np.flatnonzero(similar[industry] & hosts.holds[:, zone])
        rows.append(",".join(str(c) for c in sorted({*here.tolist(), *(own or ())})))
    return pl.Series(rows, dtype=pl.String)


def _holding(near: str, hosts: _Hosts) -> Flags:
    """Return the zones that hold any of some clusters."""
    numbers = [int(c) for c in near.split(",") if c]
    return as_flags(hosts.holds[numbers].any(axis=0))


def _stays(cases: pl.DataFrame, known: _Known) -> pl.Series:
    """Return which deals go to the place of the source, or to one of its cluster."""
    zones = {near: _holding(near, known.hosts) for near in cases["near"].unique().to_list()}
    rows = cases.select("near", "to", "zone").iter_rows()
    return pl.Series([bool(zones[near][to] or to == zone) for near, to, zone in rows],
                     dtype=pl.Boolean)  # fmt: skip


def _barred(cases: pl.DataFrame, zones: Zones, across: Across) -> pl.Series:
    """Return which deals go to a place that `_drawn` never draws for its country."""
    there = zones.nation[cases["to"].to_numpy()]
    barred = there == 0
    if across == "borders":
        barred |= there == cases["nation"].to_numpy()
    return pl.Series(barred, dtype=pl.Boolean)


def _examined(known: _Known) -> list[str]:
    """Return the industries that have a similar cluster somewhere."""
    matrix = known.similar.matrix
    if not matrix.size:
        return []
    similar = (matrix == 1).any(axis=1)
    return [name for name, has in zip(known.similar.industries, similar, strict=True) if has]


def _drawn(
    cases: pl.DataFrame, known: _Known, *, across: Across, most: Count, seed: int
) -> tuple[Sampled, Flags]:
    """Draw places, deals of one industry and home together; half by size, half by clusters."""
    zones, hosts = known.zones, known.hosts
    home = "nation" if across == "borders" else "zone"
    numbered = cases.with_row_index("case")
    parts: list[tuple[Indices, Sampled, Flags]] = []
    for (industry, at, near), part in numbered.group_by(
        "industry", home, "near", maintain_order=True
    ):
        names = [str(industry)] * len(hosts.industry)
        has = known.similar.between(names, hosts.industry) == 1
        holds = as_flags(hosts.holds[has].any(axis=0))
        away = zones.nation != at if across == "borders" else np.arange(holds.size) != at
        away = away & (zones.nation > 0) & ~_holding(str(near), hosts)
        chance = np.where(away, zones.n_here.astype(np.float64), 0.0)
        if (chance * holds).sum() > 0:
            chance = chance / chance.sum() + chance * holds / (chance * holds).sum()
        rng = child(seed, "alternatives", str(industry), str(at), str(near))
        found = sampled_alternatives(
            as_floats(chance), as_indices(part["to"].to_numpy()), most=most, rng=rng
        )
        parts.append((as_indices(part["case"].to_numpy()), found, holds[found.alternative]))
    return _joined(parts)


def _joined(parts: list[tuple[Indices, Sampled, Flags]]) -> tuple[Sampled, Flags]:
    """Put samples one after the other, in the order of the cases."""
    none = as_indices([])
    if not parts:
        return Sampled(none, as_indices([0]), none, as_floats([])), as_flags([])
    case = np.concatenate([np.repeat(c, np.diff(s.start)) for c, s, _ in parts])
    is_chosen = np.concatenate([
        np.isin(np.arange(s.alternative.size), s.chosen) for _, s, _ in parts
    ])  # fmt: skip
    order = np.argsort(case, kind="stable")
    n = int(case.max()) + 1
    start = np.searchsorted(case[order], np.arange(n + 1))
    return Sampled(
        as_indices(np.concatenate([s.alternative for _, s, _ in parts])[order]),
        as_indices(start),
        as_indices(np.flatnonzero(is_chosen[order])),
        as_floats(np.concatenate([s.offset for _, s, _ in parts])[order]),
    ), as_flags(np.concatenate([holds for *_, holds in parts])[order])


def _described(
    cases: pl.DataFrame, drawn: tuple[Sampled, Flags], study: Study, zones: Zones,
    left_out: pl.DataFrame,
) -> LocationCases:  # fmt: skip
    sampled, similar = drawn
    case = np.repeat(np.arange(cases.height), np.diff(sampled.start))
    at, home = sampled.alternative, cases["zone"].to_numpy()[case]
    names, code = np.unique(cases["industry"].to_numpy(), return_inverse=True)
    of = _by_industry(study, zones, names.tolist())
    nation = cases["nation"].to_numpy()[case]
    return LocationCases(
        cases.select("deal", "source", "group", "industry", "from_cluster", "row"),
        at, sampled.start, sampled.chosen, sampled.offset, similar,
        as_floats(np.log(np.maximum(zones.n_here[at], 1))),
        as_floats(np.log1p(of[code[case], at])),
        as_floats(zones.log_km[home, at]),
        as_flags(zones.nation[at] == nation),
        as_indices(zones.nation[at]),
        left_out, int(zones.n_here.size),
    )  # fmt: skip


def _by_industry(study: Study, zones: Zones, names: list[str]) -> Floats:
    """Return the organisations of some industries in each zone. (industries, zones)."""
    number = {name: k for k, name in enumerate(names)}
    row = study.organisations.select("org_id").with_row_index("row")
    held = study.industries_of().filter(pl.col("industry").is_in(names)).join(row, on="org_id")
    zone = zones.zone[held["row"].to_numpy()]
    code = np.array([number[name] for name in held["industry"]], dtype=np.int64)
    out = np.zeros((len(names), zones.n_here.size))
    np.add.at(out, (code[zone >= 0], zone[zone >= 0]), 1.0)
    return as_floats(out)
