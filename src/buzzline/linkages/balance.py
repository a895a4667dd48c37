"""Observed ties of a cluster at each scale against what size, distance and borders would give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import polars as pl

from buzzline.analysis import Provenance
from buzzline.quantities import Share
from buzzline.space.scales import Cutoffs

Model = Literal["G0", "G1", "G2"]
MODELS: tuple[Model, ...] = ("G0", "G1", "G2")
MODEL_MEANING = {
    "G0": "size only",
    "G1": "size and distance",
    "G2": "size, distance and country borders",
}
Verdict = Literal["missing", "excess", "as expected", "not enough links"]


@dataclass(frozen=True, slots=True, eq=False)
class ScaleBalance:
    """Ties of each cluster at each scale, against three yardsticks.

    Attributes
    ----------
    balance : DataFrame
        One row a cluster, layer, model and scale: `cluster_id`, `label`, `layer`, `model`,
        `scale`, `observed`, `expected` (ties), `share`, `expected_share`, `log_ratio`
        (ln((O + 1/2) / (E + 1/2))), `low`, `high`, `level`, `n` (ties of the cluster),
        `n_needed` (links that would show a halving; null when impossible), `verdict`
        ("missing", "excess", "as expected", "not enough links"), `verdict_smaller`,
        `verdict_larger` (with cut-offs a third smaller and larger), `is_stable` (all three
        agree).
    fits : DataFrame
        One row a cluster, layer and model: `cluster_id`, `label`, `layer`, `model`, `n`,
        `distance_elasticity`, `elasticity_low`, `elasticity_high`, `border` (log factor of
        crossing a border), `dispersion`, `g2`, `p`, `kl` (nats a tie), `js` (bits, 0 to 1),
        `status` ("fitted" or why not).
    untested : DataFrame
        `cluster_id`, `label`, `layer`, `reason`.
    cutoffs : Cutoffs
    level : share
    draws : int
    """

    balance: pl.DataFrame
    fits: pl.DataFrame
    untested: pl.DataFrame
    cutoffs: Cutoffs
    level: Share
    draws: int
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, layer, model and scale."""
        return self.balance

    def __str__(self) -> str:
        default = self.balance.filter(pl.col("model") == "G1")
        n_clusters = default["cluster_id"].n_unique()
        counts = dict(default.group_by("verdict").len().iter_rows())
        said = ", ".join(
            f"{counts.get(v, 0)} {v}"
            for v in ("missing", "excess", "as expected", "not enough links")
        )
        return (
            f"{n_clusters:,} clusters by four scales against size and distance (G1): {said}; "
            f"{self.untested.height:,} cluster and layer pairs could not be tested."
        )

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.balance.head(24)._repr_html_()}"
