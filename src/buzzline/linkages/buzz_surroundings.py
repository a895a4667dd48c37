"""What the buzz around organisations is made of: industries, sizes and occasions to mix."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from buzzline.arrays import Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.linkages.buzz import DECAYS, Surroundings, meeting
from buzzline.quantities import Kilometres
from buzzline.space.precision import precision_km
from buzzline.space.sites import sites_of
from buzzline.space.zones import INSIDE_A_DISC
from buzzline.tables.study import Study
from buzzline.wording import plural

KINDS = (
    "skill",
    "co_occurrence",
    "input_output",
    "patents",
)  # of relatedness, best first
OF_ONE_GROUP = 0.5  # relatedness of two industries of one group, where no table tells it


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """Surroundings, the occasions to mix, and what a reader must know of both.

    Attributes
    ----------
    surroundings : Surroundings
    occasions : dict of two of (k,) int64      kind of occasion: organisation and occasion
    notes : tuple[str, ...]
    """

    surroundings: Surroundings
    occasions: dict[str, tuple[Indices, Indices]]
    notes: tuple[str, ...]

    def mixing(self, focal: Indices) -> csr_array:
        """Return at which share of the kinds of occasion organisations meet others. (m, n)."""
        n = self.surroundings.mass.size
        total = csr_array((focal.size, n))
        for attended in self.occasions.values():
            total = total + meeting(focal, attended, n)
        return csr_array(total / max(len(self.occasions), 1))


def around_of(study: Study, *, decay_km: Kilometres, local_km: Kilometres) -> Around:
    """Return what surrounds the organisations of a study.

    Parameters
    ----------
    decay_km : km
        Distance at which buzz has faded to 37 %; raised to what the coordinates can tell.
    local_km : km
        What is further is not local.

    Raises
    ------
    InvalidArgument
        A `decay_km` of 0.
    """
    if not decay_km > 0:
        raise InvalidArgument(f"`decay_km` must be above 0, got {decay_km:g}")
    notes: list[str] = []
    sites = sites_of(study.organisations)
    xyz = np.full((study.organisations.height, 3), np.nan)
    xyz[sites.located] = sites.xyz[sites.site[sites.located]]
    floor = as_floats(INSIDE_A_DISC * precision_km(study.organisations))
    decay = _told_by_coordinates(decay_km, floor[sites.located], notes)
    industry = study.organisations["industry"]
    names = industry.drop_nulls().unique().sort().to_list()
    code = as_codes(
        industry.replace_strict(names, range(len(names)), default=len(names),
                                return_dtype=pl.Int32).fill_null(len(names)).to_numpy()
    )  # fmt: skip
    if industry.null_count():
        notes.append(
            f"{plural(industry.null_count(), 'organisation')} without an industry: related to "
            "nobody."
        )
    mass = np.sqrt(_sizes(study, notes))
    around = Surroundings(
        as_floats(xyz), code, as_floats(mass), floor, _related(study, names, notes), decay,
        min(local_km, DECAYS * decay),
    )  # fmt: skip
    occasions = occasions_of(study)
    notes.append(
        "Occasions to mix: " + ", ".join(occasions) + "." if occasions else
        "No occasions to mix are recorded (moves of labour, associations, gatherings, "
        "spin-offs): buzz is from being near alone."
    )  # fmt: skip
    return Around(around, occasions, tuple(notes))


def present(around: Surroundings, there: Flags) -> Surroundings:
    """Return the same surroundings with only some of the organisations there."""
    return replace(around, mass=as_floats(np.where(there, around.mass, 0.0)))


def occasions_of(study: Study) -> dict[str, tuple[Indices, Indices]]:
    """Return who was at which occasion at which organisations mix without aiming at it.

    Moves of labour, declared clusters and associations, gatherings that took place, and
    spin-offs of one parent; kinds without any are left out.
    """
    ties = study.linkages
    held = study.gatherings.filter(~pl.col("cancelled").fill_null(False))
    found = {
        "moves of labour": _moves(study),
        "associations": pl.concat([
            study.memberships.select("org_id", what="cluster_id"),
            _hubs(ties, "association"),
        ]),
        "gatherings": study.attendance.filter(
            pl.col("gathering_id").is_in(held["gathering_id"].implode())
        ).select("org_id", what="gathering_id"),
        "spin-offs": _hubs(ties, "spin_off"),
    }  # fmt: skip
    row = study.organisations.select("org_id").with_row_index("row")
    out = {}
    for kind, rows in found.items():
        known = (
            rows.drop_nulls()
            .unique(maintain_order=True)
            .join(row, on="org_id", how="inner", validate="m:1", maintain_order="left")
        )
        what = known["what"].rank("dense").cast(pl.Int64).to_numpy() - 1
        who = as_indices(known["row"].to_numpy())
        if what.size and np.bincount(what).max() > 1:
            out[kind] = (who, as_indices(what))
    return out


def _moves(study: Study) -> pl.DataFrame:
    """Organisations that one person worked for, or that a move joins."""
    moves = study.linkages.filter(pl.col("layer") == "labour_move").with_row_index("move")
    parts = [
        moves.select(pl.col(end).alias("org_id"), what=pl.format("move {}", "move"))
        for end in ("source", "target")
    ]
    return pl.concat([*parts, study.spells.select("org_id", what="person_id")])


def _hubs(ties: pl.DataFrame, layer: str) -> pl.DataFrame:
    """Each organisation with ties of a layer as an occasion for those tied to it."""
    rows = ties.filter(pl.col("layer") == layer)
    ways = (("source", "target"), ("target", "source"))
    return pl.concat([
        *(rows.select(pl.col(one).alias("org_id"), pl.col(other).alias("what"))
          for one, other in ways),
        *(rows.select(pl.col(one).alias("org_id"), pl.col(one).alias("what"))
          for one, _ in ways),
    ])  # fmt: skip


def _told_by_coordinates(decay_km: float, floor: Floats, notes: list[str]) -> float:
    told = float(np.median(floor)) if floor.size else 0.0
    if told > decay_km:
        notes.append(
            f"Coordinates tell places about {told:.1f} km apart, so buzz fades over that and "
            f"not over {decay_km:g} km: it compares towns, not streets."
        )
    return max(decay_km, told)


def _sizes(study: Study, notes: list[str]) -> Floats:
    jobs = study.organisations["jobs"].to_numpy().astype(np.float64)
    known = np.isfinite(jobs)
    if not known.any():
        notes.append("No organisation tells its jobs: all count alike.")
        return np.ones(jobs.size)
    if not known.all():
        notes.append(
            f"{plural(int((~known).sum()), 'organisation')} without jobs "
            f"{'counts' if (~known).sum() == 1 else 'count'} as the median of the others."
        )
    return np.where(known, jobs, np.median(jobs[known]))


def _related(study: Study, names: list[str], notes: list[str]) -> Floats:
    """Return how related industries are; the last row and column are of an unknown one."""
    out = np.zeros((len(names) + 1, len(names) + 1))
    kinds = study.relatedness["kind"].unique().to_list()
    kind = next((kind for kind in KINDS if kind in kinds and names), None)
    number = dict(zip(names, range(len(names)), strict=True))
    if kind is not None:
        rows = study.relatedness.filter(
            (pl.col("kind") == kind) & (pl.col("value") > 0)
            & pl.col("industry").is_in(names) & pl.col("other").is_in(names)
        )  # fmt: skip
        one, other = (
            rows[name].replace_strict(number, return_dtype=pl.Int64).to_numpy()
            for name in ("industry", "other")
        )
        out[one, other] = rows["value"].to_numpy()
        out = np.maximum(out, out.T)
        np.fill_diagonal(out, 0.0)
        out /= max(1.0, float(out.max()))
        notes.append(f"Industries are related as the table `relatedness` ({kind}) has them.")
    else:
        group = _groups(study, names)
        out[:-1, :-1] = OF_ONE_GROUP * (group[:, None] == group)
        notes.append(
            f"Industries of one group are related by {OF_ONE_GROUP:g}, others not: the study "
            "has no table `relatedness`."
        )
    np.fill_diagonal(out, 1.0)
    out[-1, -1] = 0.0
    return as_floats(out)


def _groups(study: Study, names: list[str]) -> Floats:
    """Return the group of each industry; those without one are alone."""
    told = study.industries.select("industry", group=pl.coalesce("cluster", "parent"))
    known = dict(told.drop_nulls().unique("industry").iter_rows())
    number = {group: k for k, group in enumerate(sorted(set(known.values())))}
    alone = len(number)
    return as_floats(
        [number.get(known.get(name, ""), alone + k) for k, name in enumerate(names)]
    )
