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
from buzzline.errors import InvalidArgument
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


class Sampled(NamedTuple):
    """Alternatives drawn for each case; rows of one case after those of another.

    Attributes
    ----------
    alternative : (rows,) int64
    start : (cases + 1,) int64
    chosen : (cases,) int64         row of the one chosen
    offset : (rows,) float64        ln of how often drawn, over how likely
    """

    alternative: Indices
    start: Indices
    chosen: Indices
    offset: Floats


def sampled_alternatives(
    chance: Floats, chosen: Indices, *, most: Count, rng: np.random.Generator
) -> Sampled:
    """Draw alternatives for cases that could all choose from the same ones.

    Parameters
    ----------
    chance : (alternatives,) float64
        How likely each is to be drawn, to a factor; 0: cannot be chosen.
    chosen : (cases,) int64
        The alternative that each case chose; it is always among its rows.
    most : count
        Alternatives a case; all where there are no more.
    rng : Generator

    Raises
    ------
    InvalidArgument
        A chosen alternative that cannot be chosen; fewer than two alternatives asked for.

    Notes
    -----
    `most` - 1 are drawn with replacement beside the one chosen. With n_j how often j is there,
    the chosen one counted once more, and q_j its chance, the set is as likely as n_j / q_j
    where j is chosen, to a factor that is the same for all j: ln(n_j / q_j) added to log odds
    makes the likelihood among those drawn that of the effects among all [1]_ [2]_.

    References
    ----------
    .. [1] McFadden, D. (1978). Modelling the choice of residential location. In: Spatial
       Interaction Theory and Planning Models. North-Holland.
    .. [2] Ben-Akiva, M., Lerman, S. (1985). Discrete Choice Analysis. MIT Press, section 9.3.

    Examples
    --------
    >>> drawn = sampled_alternatives(np.ones(4), np.array([2]), most=9,
    ...                              rng=np.random.default_rng(1))
    >>> drawn.alternative.tolist(), drawn.chosen.tolist(), drawn.offset.tolist()
    ([0, 1, 2, 3], [2], [0.0, 0.0, 0.0, 0.0])
    """
    if most < 2:
        raise InvalidArgument("alternatives: a choice needs two of them at least")
    there = np.flatnonzero(chance > 0)
    if not np.isin(chosen, there).all():
        raise InvalidArgument("alternatives: one was chosen that has no chance to be drawn")
    n = chosen.size
    if there.size <= most:
        start = as_indices(np.arange(n + 1) * there.size)
        row = start[:-1] + np.searchsorted(there, chosen)
        every = as_indices(np.tile(there, n))
        return Sampled(every, start, as_indices(row), np.zeros(every.size))
    q = chance / chance.sum()
    drawn = rng.choice(q.size, size=(n, most - 1), p=q)
    key = np.concatenate([np.arange(n)[:, None] * q.size + drawn,
                          (np.arange(n) * q.size + chosen)[:, None]], axis=1)  # fmt: skip
    keys, times = np.unique(key, return_counts=True)
    case, alternative = np.divmod(keys, q.size)
    start = np.searchsorted(case, np.arange(n + 1))
    row = np.searchsorted(keys, np.arange(n) * q.size + chosen)
    return Sampled(
        as_indices(alternative), as_indices(start), as_indices(row),
        as_floats(np.log(times / q[alternative])),
    )  # fmt: skip


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
        "borders": places of other countries only. "all": also those at home, but for the
        place of the source and those that hold its own cluster.
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
    hosts = _hosted(study, clustering, zones)
    cases, left_out = _usable(deals.deals, study, _Known(clustering, similar, zones, hosts))
    cases, outside = _reachable(cases, hosts, zones, across)
    kept = cases.filter(~outside)
    if outside.any():
        left_out += [("into the place or the cluster of the source", int(outside.sum()))]
    aside = pl.DataFrame(left_out, schema=LEFT_OUT, orient="row").filter(pl.col("n") > 0)
    everything = pl.concat([deals.left_out.cast(LEFT_OUT), aside])  # type: ignore[arg-type]
    drawn = _drawn(kept, zones, hosts, similar=similar, across=across, most=most, seed=seed)
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
        from_cluster=_from_cluster(ends, known),
    )
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


def _from_cluster(ends: pl.DataFrame, known: _Known) -> pl.Series:
    """Return whether the source is of a similar cluster; null: of others only."""
    number = known.clustering.clusters.select("cluster_id", of="industry")
    members = known.clustering.members.select("cluster_id", source="org_id").unique()
    pairs = ends.select("deal", "source", "industry").join(members, on="source").join(
        number, on="cluster_id"
    )  # fmt: skip
    is_similar = known.similar.between(pairs["industry"].to_list(), pairs["of"].to_list()) == 1
    best = pairs.with_columns(similar=pl.Series(is_similar)).group_by("deal").agg(
        pl.col("similar").any()
    )  # fmt: skip
    found = ends.join(best, on="deal", how="left", maintain_order="left", validate="m:1")
    own = pl.when(pl.col("similar").is_null()).then(pl.lit(value=False))
    return found.select(own.when(pl.col("similar")).then(pl.lit(value=True))).to_series()


def _examined(known: _Known) -> list[str]:
    """Return the industries that have a similar cluster somewhere."""
    matrix = known.similar.matrix
    if not matrix.size:
        return []
    similar = (matrix == 1).any(axis=1)
    return [name for name, has in zip(known.similar.industries, similar, strict=True) if has]


def _reachable(
    cases: pl.DataFrame, hosts: _Hosts, zones: Zones, across: Across
) -> tuple[pl.DataFrame, pl.Series]:
    """Return which deals went where they could not choose to go: home."""
    to, nation = cases["to"].to_numpy(), cases["nation"].to_numpy()
    if across == "borders":
        return cases, pl.Series(zones.nation[to] == nation)
    return cases, pl.Series(to == cases["zone"].to_numpy())


def _drawn(
    cases: pl.DataFrame, zones: Zones, hosts: _Hosts, *, similar: Similar, across: Across,
    most: Count, seed: int,
) -> tuple[Sampled, Flags]:  # fmt: skip
    """Draw places, deals of one industry and home together; half by size, half by clusters."""
    home = "nation" if across == "borders" else "zone"
    numbered = cases.with_row_index("case")
    parts: list[tuple[Indices, Sampled, Flags]] = []
    for (industry, at), part in numbered.group_by("industry", home, maintain_order=True):
        has = similar.between([str(industry)] * len(hosts.industry), hosts.industry) == 1
        holds = hosts.holds[has].any(axis=0) if has.any() else np.zeros(zones.nation.size, bool)
        chance = zones.n_here.astype(np.float64)
        away = zones.nation != at if across == "borders" else np.arange(chance.size) != at
        chance = np.where(away & (zones.nation > 0), chance, 0.0)
        if (chance * holds).sum() > 0:
            chance = chance / chance.sum() + chance * holds / (chance * holds).sum()
        rng = child(seed, "alternatives", str(industry), str(at))
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
