"""How many ties are local, regional, national and global."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Provenance
from buzzline.quantities import Share
from buzzline.space.scales import Cutoffs


@dataclass(frozen=True, slots=True, eq=False)
class ScaleProfile:
    """Share of ties at each scale, a layer at a time.

    Attributes
    ----------
    profile : DataFrame
        One row a layer and scale: `layer`, `scale` (the four scales, then "unknown"), `n`
        (ties), `share` (of ties with a known scale), `low`, `high`, `level`, `n_known`.
    cutoffs : Cutoffs
    level : share
    """

    profile: pl.DataFrame
    cutoffs: Cutoffs
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a layer and scale."""
        return self.profile

    def __str__(self) -> str:
        parts = []
        for (layer,), rows in self.profile.group_by(["layer"], maintain_order=True):
            known = rows.filter(pl.col("scale") != "unknown")
            shares = ", ".join(
                f"{s} {v:.0%}" for s, v in known.select("scale", "share").iter_rows()
            )
            unknown = int(rows.filter(pl.col("scale") == "unknown")["n"].sum())
            parts.append(
                f"{layer}: {shares} of {known['n'].sum():,} ties; {unknown:,} not placed"
            )
        return ". ".join(parts) or "No ties."

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.profile._repr_html_()}"
