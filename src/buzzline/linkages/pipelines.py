"""Pipelines: distant ties that are made on purpose and kept up at a cost.

A tie counts where it shows an investment: a contract (`formal`), or a layer that is one, such
as research together or an affiliate. Ties of one record (a project, contract or respondent) are
one investment of each organisation in it, split over its distant partners (`clusters.records`
tells a record from a source of data); without records the ties of the same two in one layer are
one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_flags, as_floats
from buzzline.clusters.records import bundling
from buzzline.errors import InvalidArgument
from buzzline.kernels.distances import scales_of
from buzzline.linkages.tie_ends import squared_limits
from buzzline.quantities import Years
from buzzline.space.scales import SCALES, Cutoffs
from buzzline.space.sites import sites_of
from buzzline.tables.study import Study
from buzzline.tables.vocabularies import LAYERS
from buzzline.wording import plural

INVESTMENTS = (
    "ownership", "affiliate", "acquisition", "investment", "subcontract", "licence", "research",
    "coinvention", "finance", "joint_action",
)  # fmt: skip
DISTANT = SCALES[1:]
NONE_SHOWN = (
    "no tie shows an investment: neither a contract (`formal`) nor a layer that is one "
    f"({', '.join(INVESTMENTS)})"
)


@dataclass(frozen=True, slots=True, eq=False)
class Pipelines:
    """Shares in pipelines: one row an organisation, investment and distant partner.

    Attributes
    ----------
    holder, partner : (k,) int32   rows of organisations
    credit : (k,) float64          1 over the distant partners of the holder in the investment
    scale : (k,) int8              position in `DISTANT`
    investment : (k,) int32        ties of one record, or of the same two in one layer
    n_organisations : int
    notes : tuple[str, ...]
    """

    holder: Codes
    partner: Codes
    credit: Floats
    scale: Codes
    investment: Codes
    n_organisations: int
    notes: tuple[str, ...]

    def chosen(self, which: Flags) -> Pipelines:
        """Return some of the rows. which : (k,) bool."""
        return Pipelines(
            self.holder[which], self.partner[which], self.credit[which], self.scale[which],
            self.investment[which], self.n_organisations, self.notes,
        )  # fmt: skip

    def held(self, weight: Floats | None = None) -> Floats:
        """Return how many pipelines each organisation holds, at each scale. (n, 3)."""
        amount = self.credit if weight is None else self.credit * weight
        cell = self.holder.astype(np.int64) * len(DISTANT) + self.scale
        size = self.n_organisations * len(DISTANT)
        return as_floats(np.bincount(cell, weights=amount, minlength=size).reshape(-1, 3))


def pipelines_of(
    study: Study,
    *,
    layers: Sequence[str] | None = None,
    cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # frozen
    year: Years | None = None,
) -> Pipelines:
    """Return the pipelines of a study.

    Parameters
    ----------
    layers : names of layers, or None
        None: ties that show an investment. Of layers that are named every distant tie counts.
    cutoffs : Cutoffs
        Ties beyond `local_km` are distant.
    year : year, optional
        Only ties that last in that year; ties without dates count as lasting.

    Raises
    ------
    InvalidArgument
        A layer that is none of the vocabulary's.
    """
    for name in layers or ():
        if name not in LAYERS:
            raise InvalidArgument(
                f"linkages: there is no layer {name!r}; layers are {', '.join(LAYERS)}"
            )
    rows = study.linkages.filter(pl.col("source") != pl.col("target"))
    kept = rows.filter(showing(layers))
    told = kept.select("source", "target", "layer", record="observed_by")
    kept = kept.with_columns(record=bundling(told))
    if year is not None:
        rows, kept = rows.filter(lasting(year)), kept.filter(lasting(year))
    notes = _notes(rows, kept, layers)
    return _split(study, _distant(study, kept, cutoffs, notes), tuple(notes))


def showing(layers: Sequence[str] | None) -> pl.Expr:
    """Return whether a tie shows an investment, or is of one of some layers."""
    shown = pl.col("formal").fill_null(False) | pl.col("layer").is_in(list(INVESTMENTS))
    counts = shown if layers is None else pl.col("layer").is_in(list(layers))
    return counts & (pl.col("weight").fill_null(1.0) > 0)


def lasting(year: Years) -> pl.Expr:
    """Return whether a tie lasts in a year; ties without dates always do."""
    begun = pl.col("start").dt.year().fill_null(year) <= year
    return begun & (pl.col("end").dt.year().fill_null(year) >= year)


def _distant(
    study: Study, ties: pl.DataFrame, cutoffs: Cutoffs, notes: list[str]
) -> pl.DataFrame:
    """Return distant ties from both of their ends, with their scale and record."""
    sites = sites_of(study.organisations)
    xyz = np.full((study.organisations.height, 3), np.nan)
    xyz[sites.located] = sites.xyz[sites.site[sites.located]]
    nation = as_codes(study.organisations["country"].rank("dense").fill_null(0).to_numpy())
    row = study.organisations.select("org_id").with_row_index("row")
    record = pl.col("record").rank("dense").over("layer").cast(pl.Int32)
    ties = ties.select("source", "target", "layer", record)
    for end in ("source", "target"):
        ties = ties.join(
            row.rename({"row": f"{end}_row"}), left_on=end, right_on="org_id", how="left",
            validate="m:1", maintain_order="left",
        )  # fmt: skip
    ends = [as_codes(ties[f"{end}_row"].to_numpy()) for end in ("source", "target")]
    located = np.isfinite(xyz[:, 0])
    placed = located[ends[0]] & located[ends[1]]
    scale = np.full(ties.height, len(SCALES), np.int32)
    limits = squared_limits([cutoffs])
    scale[placed] = scales_of(ends[0][placed], ends[1][placed], as_floats(xyz), nation, limits)[
        0
    ]
    n_unknown = int((scale == len(SCALES)).sum())
    if n_unknown:
        notes.append(f"{plural(n_unknown, 'tie')} of unknown scale left out.")
    ties = ties.with_columns(scale=pl.Series(scale)).filter(
        pl.col("scale").is_between(1, len(SCALES) - 1)
    )
    ways = (("source_row", "target_row"), ("target_row", "source_row"))
    return pl.concat([
        ties.select("layer", "record", pl.col(one).alias("holder"),
                    pl.col(other).alias("partner"), pl.col("scale") - 1)
        for one, other in ways
    ])  # fmt: skip


def _split(study: Study, ends: pl.DataFrame, notes: tuple[str, ...]) -> Pipelines:
    two = pl.min_horizontal("holder", "partner"), pl.max_horizontal("holder", "partner")
    ends = ends.unique(["layer", "record", "holder", "partner"], maintain_order=True)
    named = ends.with_columns(
        pl.when(pl.col("record").is_null()).then(one).alias(name)
        for one, name in zip(two, ("one", "other"), strict=True)
    )
    number = pl.struct("layer", "record", "one", "other").rank("dense").cast(pl.Int32) - 1
    split = named.with_columns(investment=number).with_columns(
        credit=1 / pl.len().over("holder", "investment")
    )
    return Pipelines(
        as_codes(split["holder"].to_numpy()), as_codes(split["partner"].to_numpy()),
        as_floats(split["credit"].to_numpy()), as_codes(split["scale"].to_numpy()),
        as_codes(split["investment"].to_numpy()), study.organisations.height, notes,
    )  # fmt: skip


def _notes(rows: pl.DataFrame, kept: pl.DataFrame, layers: Sequence[str] | None) -> list[str]:
    if not rows.height:
        return ["There are no ties."]
    if layers is not None:
        return [f"Every distant tie of {', '.join(layers)} counts as a pipeline."]
    if not kept.height:
        return [f"No pipelines: {NONE_SHOWN}. Name `layers` to count all of their ties."]
    n = rows.height - kept.height
    left = sorted(set(rows["layer"]) - set(kept["layer"]))
    which = f" ({', '.join(left)} wholly)".replace("_", " ") if left else ""
    return [f"{plural(n, 'tie')} without sign of an investment left out{which}."] if n else []


def among(pipelines: Pipelines, members: Flags) -> Pipelines:
    """Return the pipelines that some organisations hold. members : (n,) bool."""
    return pipelines.chosen(as_flags(members[pipelines.holder]))


def ending_elsewhere(pipelines: Pipelines, clusters: Sequence[Indices]) -> Flags:
    """Tell which pipelines end in a cluster that their holder is no member of. (k,) bool.

    Parameters
    ----------
    clusters : sequence of (m,) int64
        Rows of the members of each cluster.
    """
    n = pipelines.n_organisations
    row = np.concatenate([np.empty(0, np.int64), *clusters])
    column = np.repeat(np.arange(len(clusters)), [members.size for members in clusters])
    shape = (n, max(len(clusters), 1))
    member = csr_array((np.ones(row.size), (row, column)), shape=shape)
    partner = member[pipelines.partner]
    shared = partner.multiply(member[pipelines.holder])
    return as_flags(partner.sum(axis=1) > shared.sum(axis=1))
