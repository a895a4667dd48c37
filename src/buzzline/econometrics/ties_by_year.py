"""How many ties organisations have at each scale in each year, and of what quality."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from buzzline.arrays import Codes, as_codes, as_floats
from buzzline.errors import InvalidArgument
from buzzline.kernels.distances import scales_of
from buzzline.linkages.pipelines import lasting
from buzzline.linkages.tie_ends import squared_limits
from buzzline.space.scales import SCALES, Cutoffs
from buzzline.space.sites import sites_of
from buzzline.tables.study import Study

# What is known of a tie besides its distance, as an expression of `linkages` and partners.
QUALITIES = {
    "formal": pl.col("formal").cast(pl.Float64),
    "repeated": pl.col("repeat_n").cast(pl.Float64).log1p(),
    "face to face": pl.col("initiated_copresent").cast(pl.Float64),
    "size of partner": pl.col("partner_jobs").log1p(),
}


def ties_by_year(
    study: Study,
    rows: pl.DataFrame,
    years: range,
    *,
    layers: Sequence[str] | None,
    cutoffs: Cutoffs,
) -> pl.DataFrame:
    """Return distinct partners of organisations at each scale, and the mean quality of ties.

    Parameters
    ----------
    rows : DataFrame
        With `row`: the organisations.
    years : range
        A tie counts in each year it lasts.
    layers : names of layers, or None for all
    cutoffs : Cutoffs

    Returns
    -------
    DataFrame
        `row`, `year`, the four scales (0 where there is none), and the `QUALITIES` that differ
        between ties (the mean of all where an organisation has none).

    Raises
    ------
    InvalidArgument
        A layer without linkages.
    """
    ends = _ends(study, layers, cutoffs)
    who = rows.select("row").unique().sort("row")
    ends = ends.join(who, on="row", how="semi")
    known = [name for name in QUALITIES if ends[name].drop_nulls().n_unique() > 1]
    usual = {name: float(ends[name].drop_nulls().to_numpy().mean()) for name in known}
    parts = []
    for year in years:
        now = ends.filter(lasting(year))
        counts = now.group_by("row").agg(
            *(pl.col("partner").filter(pl.col("scale") == k).n_unique().alias(scale)
              for k, scale in enumerate(SCALES)),
            *(pl.col(name).mean() for name in known),
        )  # fmt: skip
        parts.append(
            who.join(
                counts, on="row", how="left", validate="1:1", maintain_order="left"
            ).with_columns(year=pl.lit(year, pl.Int64))
        )
    found = pl.concat(parts)
    return found.select(
        "row", "year", *(pl.col(scale).fill_null(0).cast(pl.Float64) for scale in SCALES),
        *(pl.col(name).fill_null(usual[name]) for name in known),
    )  # fmt: skip


def _ends(study: Study, layers: Sequence[str] | None, cutoffs: Cutoffs) -> pl.DataFrame:
    """Return placed ties from both of their ends."""
    ties = study.linkages.filter(pl.col("source") != pl.col("target"))
    present = ties["layer"].unique().sort().to_list()
    for name in layers or ():
        if name not in present:
            raise InvalidArgument(
                f"linkages: no linkage has the layer {name!r}; layers are "
                f"{', '.join(present) or 'none'}"
            )
    if layers is not None:
        ties = ties.filter(pl.col("layer").is_in(list(layers)))
    about = study.organisations.select(
        "org_id", row=pl.int_range(pl.len(), dtype=pl.Int64), jobs="jobs"
    )
    for end in ("source", "target"):
        ties = ties.join(
            about.rename({"row": f"{end}_row", "jobs": f"{end}_jobs"}), left_on=end,
            right_on="org_id", how="left", validate="m:1", maintain_order="left",
        )  # fmt: skip
    ties = ties.with_columns(scale=pl.Series(_scales(study, ties, cutoffs)))
    ties = ties.filter(pl.col("scale").is_between(0, len(SCALES) - 1))
    ways = (("source", "target"), ("target", "source"))
    return pl.concat([
        ties.with_columns(
            row=pl.col(f"{one}_row"), partner=pl.col(f"{other}_row"),
            partner_jobs=pl.col(f"{other}_jobs"),
        ).select("row", "partner", "scale", "start", "end",
                 *(part.alias(name) for name, part in QUALITIES.items()))
        for one, other in ways
    ])  # fmt: skip


def _scales(study: Study, ties: pl.DataFrame, cutoffs: Cutoffs) -> Codes:
    sites = sites_of(study.organisations)
    xyz = np.full((study.organisations.height, 3), np.nan)
    xyz[sites.located] = sites.xyz[sites.site[sites.located]]
    nation = as_codes(study.organisations["country"].rank("dense").fill_null(0).to_numpy())
    ends = [as_codes(ties[f"{end}_row"].to_numpy()) for end in ("source", "target")]
    placed = sites.located[ends[0]] & sites.located[ends[1]]
    out = np.full(ties.height, len(SCALES), np.int32)
    pairs = ends[0][placed], ends[1][placed]
    out[placed] = scales_of(*pairs, as_floats(xyz), nation, squared_limits([cutoffs]))[0]
    return out
