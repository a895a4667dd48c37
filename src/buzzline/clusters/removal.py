"""Could a cluster go on without its siblings? What is left of its network without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.layer_ties import LayerTies
from buzzline.kernels.removal import left_after
from buzzline.quantities import Draws, Share
from buzzline.resampling import central_range
from buzzline.tables.study import Study

ENOUGH = 2  # holders of a role, so that one can take the place of the other


@dataclass(frozen=True, slots=True, eq=False)
class RoleTies:
    """Ties with the role of whoever they come from.

    Attributes
    ----------
    ties : LayerTies       seen from both ends, unless they have a direction
    role : (m,) int32      what comes along each tie: the occupation of a person, else the
                           industry and function of the organisation; -1 where neither is known
    """

    ties: LayerTies
    role: Codes


def roles_of(study: Study) -> Codes:
    """Return the role of each organisation: its industry, and the function of its main site."""
    sites = study.establishments.filter(pl.col("function").is_not_null())
    main = sites.sort(
        ["org_id", "jobs", "establishment_id"], descending=[False, True, False], nulls_last=True
    ).group_by("org_id", maintain_order=True).agg(pl.col("function").first())  # fmt: skip
    known = study.organisations.select("org_id", "industry").join(
        main, on="org_id", how="left", validate="1:1", maintain_order="left"
    )
    named = pl.concat_str(
        pl.col("industry").fill_null(""), pl.lit("/"), pl.col("function").fill_null("")
    )
    named = pl.when(named != "/").then(named)
    role = known.select(named.rank("dense").cast(pl.Int64) - 1).to_series()
    return as_codes(role.fill_null(-1).to_numpy())


def role_ties(study: Study, layer: str, ties: LayerTies, *, role: Codes) -> RoleTies:
    """Return the ties of a layer with their roles; moves of persons by occupation.

    Occupations come from spells, where these tell of no fewer moves than the ties do; else the
    ties could not be told apart by them. Persons whose occupation is not known have the role of
    the organisation they come from, apart from all occupations.

    Parameters
    ----------
    study : Study
    layer : str
    ties : LayerTies
    role : (n,) int32     of each organisation, from `roles_of`
    """
    moves = _moves_by_occupation(study) if layer == "labour_move" else None
    if moves is not None and moves["occupation"].count() and moves.height >= ties.weight.sum():
        work = moves["occupation"].rank("dense").cast(pl.Int64) - 1
        start, source = int(work.max() or 0) + 1, moves["from"].to_numpy()  # type: ignore[arg-type]  # codes
        unknown = np.where(role[source] >= 0, start + role[source], -1)
        found = LayerTies(
            as_codes(source), as_codes(moves["to"].to_numpy()),
            as_floats(np.ones(moves.height)), as_codes([]), True, ties.n_organisations,
        )  # fmt: skip
        known = work.fill_null(-1).to_numpy()
        return RoleTies(found, as_codes(np.where(known >= 0, known, unknown)))
    both = ties.both_ways()
    return RoleTies(both, as_codes(role[both.source]))


def _moves_by_occupation(study: Study) -> pl.DataFrame:
    """Return `from` and `to` (rows of organisations) and `occupation` of every move known."""
    number = study.organisations.select("org_id").with_row_index("row")
    ahead = [
        pl.col(name).shift(-1).over("person_id", order_by=["start", "org_id"]).alias(alias)
        for name, alias in (("org_id", "target"), ("occupation", "occupation"))
    ]
    moved = study.spells.with_columns(ahead).filter(pl.col("target") != pl.col("org_id"))
    for end, name in (("org_id", "from"), ("target", "to")):
        moved = moved.join(
            number.rename({"row": name}), left_on=end, right_on="org_id", how="inner",
            validate="m:1", maintain_order="left",
        )  # fmt: skip
    return moved.select("from", "to", "occupation")


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """One cluster and everybody its members are tied to, in one layer.

    Nodes are members with a tie first, then partners outside the cluster.

    Attributes
    ----------
    n_members : int
    is_sibling : (n,) bool      whether a node is a member of a sibling
    is_near : (n,) bool         whether a node lies in the city-region
    links : (e, 2) int64        members, and members and partners, that are tied
    source, member : (t,) int64    nodes of the ties that arrive
    weight, role : (t,)         of these
    """

    n_members: int
    is_sibling: Flags
    is_near: Flags
    links: Indices
    source: Indices
    member: Indices
    weight: Floats
    role: Indices


@dataclass(frozen=True, slots=True, eq=False)
class Touching:
    """Ties by the clusters they touch.

    Attributes
    ----------
    found : RoleTies
    label : (n,) int32              cluster of each organisation, -1 for none
    start, order : (k + 1,), (.,) int64    ties that touch cluster i: order[start[i]:start[i+1]]
    """

    found: RoleTies
    label: Codes
    start: Indices
    order: Indices


def touching(found: RoleTies, label: Codes, number: int) -> Touching:
    """Sort ties by the clusters they touch. label : (n,) int32, -1 for none."""
    here, there = label[found.ties.source], label[found.ties.target]
    leaving = np.flatnonzero(here >= 0)
    arriving = np.flatnonzero((there >= 0) & (there != here))
    cluster = np.concatenate([here[leaving], there[arriving]])
    order = np.argsort(cluster, kind="stable")
    start = np.searchsorted(cluster[order], np.arange(number + 1))
    ties = np.concatenate([leaving, arriving])[order]
    return Touching(found, label, as_indices(start), as_indices(ties))


@dataclass(frozen=True, slots=True, eq=False)
class Near:
    """A city-region: everything within reach of a point.

    Attributes
    ----------
    centre : (3,) float64     unit vector
    reach : float             chord
    """

    centre: Floats
    reach: float

    def holds(self, xyz: Floats) -> Flags:
        """Tell which points lie in it; those nobody knows do not. xyz : (n, 3)."""
        return np.asarray(np.linalg.norm(xyz - self.centre, axis=1) <= self.reach)


def around(by: Touching, cluster: int, *, siblings: Flags, xyz: Floats, near: Near) -> Around:
    """Return one cluster and everybody its members are tied to.

    Parameters
    ----------
    by : Touching
    cluster : int
    siblings : (k,) bool       which clusters are its siblings
    xyz : (n, 3) float64       where organisations stand, NaN where that is not known
    near : Near                the city-region
    """
    own = by.order[by.start[cluster] : by.start[cluster + 1]]
    ties, label = by.found.ties.chosen(own), by.label
    role = by.found.role[own]
    nodes = np.column_stack([ties.source, ties.target])
    rows, node = np.unique(nodes, return_inverse=True)
    first = np.argsort(label[rows] != cluster, kind="stable")  # members before partners
    number = np.empty(rows.size, np.int64)
    number[first] = np.arange(rows.size)
    ends, rows = number[node.reshape(-1, 2)], as_codes(rows[first])
    n, group = max(rows.size, 1), label[rows]
    arrives = (label[ties.target] == cluster) & (role >= 0)
    linked = np.unique(ends.min(axis=1) * n + ends.max(axis=1))
    return Around(
        int((group == cluster).sum()), np.append(siblings, False)[group],
        near.holds(as_floats(xyz[rows])), as_indices(np.column_stack(divmod(linked, n))),
        as_indices(ends[arrives, 0]), as_indices(ends[arrives, 1]),
        as_floats(ties.weight[arrives]), as_indices(role[arrives]),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Left:
    """What is left of a cluster's network without its siblings.

    Attributes
    ----------
    n, n_lost : float             ties that arrive in a known role; those from siblings
    n_partners, n_lost_partners : int    organisations outside it is tied to; those in siblings
    n_roles : int                 roles it draws on
    before, complete : float      share of roles with two holders or more, with and without
                                  siblings
    within, near : float          the same counting only holders in it; and in its city-region
    band, p : float               share of roles left without as many partners taken at random,
                                  and how often that leaves as few
    component_before, component : float    share of its members in the largest component, tied
                                  directly or through a partner, with and without siblings
    component_band, component_p
    replaceable, replaceable_range : float    of what comes from siblings, the share in roles
                                  that keep two holders; over resampled members
    """

    n: float
    n_lost: float
    n_partners: int
    n_lost_partners: int
    n_roles: int
    before: float
    complete: float
    within: float
    near: float
    band: tuple[float, float]
    p: float
    component_before: float
    component: float
    component_band: tuple[float, float]
    component_p: float
    replaceable: float
    replaceable_range: tuple[float, float]


def left_without_siblings(
    cut: Around, *, draws: Draws, level: Share, rng: np.random.Generator
) -> Left:
    """Return what is left of a cluster's network once its siblings are taken out.

    Parameters
    ----------
    cut : Around
    draws : draws
        As many partners taken out at random; and resampled members.
    level : share
    rng : Generator
    """
    taken = cut.is_sibling
    roles, role = np.unique(cut.role, return_inverse=True)
    held = np.unique(role * max(taken.size, 1) + cut.source)
    pairs = as_indices(np.column_stack([held // max(taken.size, 1), held % max(taken.size, 1)]))
    inside = np.arange(taken.size) < cut.n_members

    def left(removed: Flags) -> tuple[float, float]:
        n_complete, n_together = left_after(
            removed, cut.links, pairs, cut.n_members, roles.size
        )
        return (
            n_complete / roles.size if roles.size else np.nan,
            n_together / cut.n_members if cut.n_members else np.nan,
        )

    before, after = left(np.zeros_like(taken)), left(taken)
    n_partners, n_lost = taken.size - cut.n_members, int(taken.sum())
    drawn = np.full((draws, 2), np.nan)
    for draw in range(draws):
        removed = np.zeros_like(taken)
        at = rng.choice(n_partners, n_lost, replace=False, shuffle=False)
        removed[cut.n_members + at] = True
        drawn[draw] = left(removed)
    replaced = _replaceable(cut, role, pairs, draws=draws, level=level, rng=rng)
    return Left(
        float(cut.weight.sum()), float(cut.weight[taken[cut.source]].sum()), n_partners, n_lost,
        roles.size, before[0], after[0], left(~inside)[0],
        left(taken | ~(inside | cut.is_near))[0],
        *_against(drawn[:, 0], after[0], level), before[1], after[1],
        *_against(drawn[:, 1], after[1], level), *replaced,
    )  # fmt: skip


def _against(drawn: Floats, value: float, level: Share) -> tuple[tuple[float, float], float]:
    if not drawn.size or np.isnan(value):
        return (np.nan, np.nan), np.nan
    p = (1 + int((drawn <= value + 1e-12).sum())) / (1 + drawn.size)
    return central_range(drawn, level), p


def _replaceable(
    cut: Around,
    role: Indices,
    pairs: Indices,
    *,
    draws: Draws,
    level: Share,
    rng: np.random.Generator,
) -> tuple[float, tuple[float, float]]:
    """Return the share of what comes from siblings in roles that keep two other holders."""
    unknown = float("nan"), (float("nan"), float("nan"))
    lost = cut.is_sibling[cut.source]
    if not lost.any():
        return unknown
    kept = pairs[~cut.is_sibling[pairs[:, 1]], 0]
    has_enough = np.bincount(kept, minlength=int(role.max()) + 1) >= ENOUGH
    n = cut.n_members
    arriving = np.bincount(cut.member[lost], weights=cut.weight[lost], minlength=n)
    again = np.bincount(
        cut.member[lost], weights=cut.weight[lost] * has_enough[role[lost]], minlength=n
    )
    some = np.flatnonzero(arriving > 0)  # how often the others are drawn changes nothing
    chance = np.append(np.full(some.size, 1 / n), max(1 - some.size / n, 0))
    times = rng.multinomial(n, chance / chance.sum(), size=draws)[:, :-1]
    whole = times @ arriving[some]
    shares = (times @ again[some])[whole > 0] / whole[whole > 0]
    ends = central_range(shares, level) if shares.size > 1 else unknown[1]
    return float(again.sum() / arriving.sum()), ends
