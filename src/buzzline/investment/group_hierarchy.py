"""Inside groups: does knowledge run down a tree, or between subsidiaries past the head?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.investment.control import control_at
from buzzline.investment.deals import DEAL_LAYERS, NOW
from buzzline.investment.direction_shares import clustered_share
from buzzline.investment.holdings import holdings_of
from buzzline.investment.network_rows import Row, against, frame_of
from buzzline.network.hierarchy import krackhardt
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import UNDIRECTED_LAYERS
from buzzline.wording import plural

KNOWLEDGE = (
    "advice", "citation", "licence", "labour_move", "research", "coinvention", "coauthor",
)  # fmt: skip
FEWEST_MEMBERS, FEWEST_TIES, MOST_MEMBERS = 4, 4, 150
PAST = "without_head"
WHOLE = "all groups"
DIMENSIONS = ("connectedness", "hierarchy", "efficiency", "least_upper_bound")
OF_DIRECTION = ("hierarchy", "least_upper_bound")
SCHEMA = {
    "group": pl.String, "name": pl.String, "measure": pl.String, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "expected": pl.Float64,
    "expected_low": pl.Float64, "expected_high": pl.Float64, "p": pl.Float64, "q": pl.Float64,
    "verdict": pl.String, "n_members": pl.Int64, "n_ties": pl.Int64, "n_groups": pl.Int64,
    "status": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class GroupHierarchy:
    """How far ties of knowledge inside groups make a hierarchy.

    Attributes
    ----------
    measures : DataFrame
        "all groups" first, then one row a group and measure, the largest groups first:
        `without_head` (share of ties inside the group that do not touch its ultimate owner),
        `connectedness`, `hierarchy`, `efficiency`, `least_upper_bound`; `value`, `low`, `high`
        (interval over groups; of all groups only), `level`, `expected`, `expected_low`,
        `expected_high` (as many ties between members at random), `p` (two-sided), `q` (within
        a group), `verdict`, `n_members`, `n_ties`, `n_groups`, `status`.
    layers : tuple of str
    level : share
    draws : int
    notes : tuple of str
    """

    measures: pl.DataFrame
    layers: tuple[str, ...]
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a group and measure, all groups first."""
        return self.measures

    def __str__(self) -> str:
        whole = self.measures.filter(pl.col("group") == WHOLE)
        if not whole.height:
            return " ".join(["Hierarchy inside groups is not shown.", *self.notes])
        row = whole.row(0, named=True)
        if row["value"] is None:
            return " ".join([f"Hierarchy inside groups is {row['status']}.", *self.notes])
        interval = "" if row["low"] is None else f" [{row['low']:.0%}, {row['high']:.0%}]"
        text = (
            f"{row['n_ties']:,} ties inside {plural(row['n_groups'], 'group')} "
            f"({', '.join(self.layers).replace('_', ' ')}): {row['value']:.0%}{interval} do "
            f"not touch the headquarters, {row['expected']:.0%} with ties between members at "
            "random"
        )
        if row["p"] is not None:
            text += f" (p = {row['p']:.2g}, {row['verdict']})"
        trees = self.measures.filter(
            (pl.col("measure") == "hierarchy") & (pl.col("verdict") == "above chance")
        )
        tested = self.measures.filter(
            (pl.col("measure") == "hierarchy") & pl.col("p").is_not_null()
        )
        parts = [text + "."]
        if tested.height:
            parts.append(
                f"{trees.height:,} of {plural(tested.height, 'group')} are more of a hierarchy "
                "than ties at random."
            )
        return " ".join([*parts, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.measures.head(20)._repr_html_()}"


@analysis("investment", "Does knowledge inside groups run by the headquarters, or past them?")
def group_hierarchy(
    study: Study,
    *,
    layers: Sequence[str] | None = None,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> GroupHierarchy:
    """Return how far ties of knowledge inside groups make a hierarchy under their head.

    Parameters
    ----------
    study : Study
        With groups (ownership, affiliates, acquisitions or `owner_id`) and ties of knowledge.
    layers : names of layers, or None
        None: those of advice, citation, licence, moves of staff, research, joint inventions and
        papers that are there.
    level : share
    draws : draws
        Networks with as many ties between members at random.
    rng : Generator, int or None

    Returns
    -------
    GroupHierarchy

    Raises
    ------
    InvalidArgument
        A layer without ties, or one of deals; a `level` of 0 or 1; fewer than two draws.

    Notes
    -----
    A group is an ultimate owner (its head) and all it controls. Krackhardt's four dimensions
    [1]_ are each 1 of a tree under one head; ties without direction tell only connectedness and
    efficiency. `without_head` is high in a differentiated network, in which subsidiaries turn
    to each other [2]_. Chance joins as many pairs of members at random. Ownership itself is not
    looked at: it is directed by law, and a tree by law, whatever knowledge does. Of all groups
    together there is an interval over groups; of a single one, all its ties are on record.

    References
    ----------
    .. [1] Krackhardt, D. (1994). Graph theoretical dimensions of informal organizations. In
       Carley, K., Prietula, M. (eds.), Computational organization theory. Erlbaum.
    .. [2] Nohria, N., Ghoshal, S. (1997). The differentiated network. Jossey-Bass.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, rng=1).study
    >>> group_hierarchy(study, draws=19, rng=1).table().height >= 1
    True
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"group_hierarchy: `level` must be inside 0 to 1, got {level:g}")
    if draws < 2:
        raise InvalidArgument("group_hierarchy: chance needs at least 2 draws (`draws`)")
    names = _layers(study, layers)
    groups = list(_groups(study, names))
    seed = seed_of(rng)
    rows = [_whole(groups, level, draws, child(seed, "groups"))]
    for k, one in enumerate(groups):
        progress("inside groups", k, len(groups))
        rows += _one(one, level, draws, child(seed, "group", one.group))
    progress("inside groups", len(groups), len(groups))
    frame = frame_of([row | {"period": row["group"]} for row in rows], SCHEMA)
    few = too_few_draws(draws // 2, level)
    notes = tuple(f"p-values: {one}." for one in (few,) if one)
    return GroupHierarchy(frame, names, level, draws, notes)


class _Group(NamedTuple):
    group: str
    name: str
    n: int  # member 0 is the head
    pairs: Indices  # (m, 2)
    is_directed: bool


def _layers(study: Study, layers: Sequence[str] | None) -> tuple[str, ...]:
    there = set(study.linkages["layer"].unique())
    if layers is None:
        return tuple(name for name in KNOWLEDGE if name in there)
    for name in layers:
        if name in DEAL_LAYERS:
            raise InvalidArgument(
                f"group_hierarchy: {name!r} is what makes a group, and a tree by law; ask for "
                "layers in which knowledge passes"
            )
        if name not in there:
            raise InvalidArgument(
                f"linkages: no linkage has the layer {name!r}; layers are "
                f"{', '.join(sorted(there))}"
            )
    return tuple(layers)


def _groups(study: Study, layers: tuple[str, ...]) -> Iterator[_Group]:
    """Yield the groups with ties inside, the largest first."""
    ids = study.organisations["org_id"]
    n = ids.len()
    everybody = as_indices(np.arange(n))
    top = control_at(holdings_of(study).frame, everybody, np.full(n, NOW)).owners(
        everybody, np.full(n, NOW)
    )
    number = pl.DataFrame({"org_id": ids, "row": everybody})
    ties = study.linkages.filter(pl.col("layer").is_in(list(layers)))
    ends = [
        ties.select(org_id=end).join(
            number, on="org_id", how="left", maintain_order="left", validate="m:1"
        )["row"].to_numpy()
        for end in ("source", "target")
    ]  # fmt: skip
    inside = (top[ends[0]] == top[ends[1]]) & (ends[0] != ends[1])
    source, target = ends[0][inside], ends[1][inside]
    is_directed = not set(layers) & UNDIRECTED_LAYERS
    sizes = np.bincount(top, minlength=n)
    names = study.organisations["name"]
    heads = np.unique(top[source])
    for head in heads[np.argsort(-sizes[heads], kind="stable")]:
        members = np.flatnonzero(top == head)
        order = np.concatenate([[head], members[members != head]])
        place = np.empty(n, np.int64)
        place[order] = np.arange(order.size)
        own = top[source] == head
        pairs = np.column_stack([place[source[own]], place[target[own]]])
        if not is_directed:
            pairs = np.sort(pairs, axis=1)
        yield _Group(
            str(ids[int(head)]), str(names[int(head)] or ids[int(head)]), order.size,
            as_indices(np.unique(pairs, axis=0)), is_directed,
        )  # fmt: skip


def _whole(groups: list[_Group], level: float, draws: int, rng: np.random.Generator) -> Row:
    row: Row = {"group": WHOLE, "name": WHOLE, "measure": PAST, "level": level,
                "n_groups": len(groups), "n_members": sum(one.n for one in groups),
                "n_ties": sum(len(one.pairs) for one in groups)}  # fmt: skip
    several = [one for one in groups if one.n > 2]
    if not several:
        return row | {
            "status": "not testable: no ties of knowledge inside a group of three or more; "
            "ownership alone is a tree by law"
        }
    flags = np.concatenate([(one.pairs > 0).all(axis=1) for one in several])
    code = np.repeat(np.arange(len(several)), [len(one.pairs) for one in several])
    share = clustered_share(
        flags, as_indices(code), as_indices(np.arange(code.size)), level=level
    )
    dealt = np.sum([_past_by_chance(one, draws, rng) for one in several], axis=0) / flags.size
    tested = against(share.value, as_floats(dealt), level)
    return row | tested | {
        "value": share.value, "low": share.low, "high": share.high,
        "expected": float(dealt.mean()), "n_groups": len(several), "n_ties": flags.size,
        "n_members": sum(one.n for one in several), "status": share.reason or "measured",
    }  # fmt: skip


def _past_by_chance(one: _Group, draws: int, rng: np.random.Generator) -> Floats:
    """Return how many ties do not touch the head where they join members at random."""
    both = 2 if one.is_directed else 1
    past, others = both * (one.n - 1) * (one.n - 2) // 2, both * (one.n - 1)
    return as_floats(rng.hypergeometric(past, others, len(one.pairs), size=draws))


def _one(one: _Group, level: float, draws: int, rng: np.random.Generator) -> list[Row]:
    asked = (PAST, *DIMENSIONS)
    base: Row = {"group": one.group, "name": one.name, "level": level, "n_members": one.n,
                 "n_ties": len(one.pairs), "n_groups": 1}  # fmt: skip
    if why := _too_small(one):
        return [base | {"measure": name, "status": why} for name in asked]
    found = _dimensions(one, one.pairs)
    dealt = [_dimensions(one, pairs) for pairs in _at_random(one, draws, rng)]
    rows = []
    for name in asked:
        row = base | {"measure": name}
        if name in OF_DIRECTION and not one.is_directed:
            rows.append(row | {"status": "not defined: ties without direction"})
            continue
        chance = as_floats([draw[name] for draw in dealt])
        tested = against(found[name], chance, level)
        known = chance[np.isfinite(chance)]
        expected = float(known.mean()) if known.size else np.nan
        rows.append(row | {"value": found[name], "expected": expected} | tested)
    return rows


def _too_small(one: _Group) -> str:
    if one.n < FEWEST_MEMBERS or len(one.pairs) < FEWEST_TIES:
        return (
            f"not testable: {one.n} members with {len(one.pairs)} ties; {FEWEST_MEMBERS} and "
            f"{FEWEST_TIES} are needed"
        )
    return f"not testable: more than {MOST_MEMBERS} members" if one.n > MOST_MEMBERS else ""


def _dimensions(one: _Group, pairs: Indices) -> dict[str, float]:
    shape = krackhardt(one.n, pairs)
    return {PAST: float((pairs > 0).all(axis=1).mean())} | {
        name: getattr(shape, name) for name in DIMENSIONS
    }


def _at_random(one: _Group, draws: int, rng: np.random.Generator) -> Iterator[Indices]:
    every = np.argwhere(~np.eye(one.n, dtype=np.bool_))
    if not one.is_directed:
        every = every[every[:, 0] < every[:, 1]]
    for _ in range(draws):
        yield as_indices(every[rng.choice(len(every), len(one.pairs), replace=False)])
