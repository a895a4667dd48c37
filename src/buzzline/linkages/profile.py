"""How many ties are local, regional, national and global."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, as_floats
from buzzline.errors import TooFew
from buzzline.network.engines import Engine, on_engine
from buzzline.network.sums import counted, weighed
from buzzline.network.ties import ties_by_scale
from buzzline.quantities import Share
from buzzline.space.scales import SCALES, UNKNOWN_SCALE, Cutoffs
from buzzline.tables.study import Study

LADDER = (*SCALES, UNKNOWN_SCALE)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScaleProfile:
    """Share of ties at each scale, a layer at a time.

    Attributes
    ----------
    profile : DataFrame
        One row a layer and scale: `layer`, `scale` (the four scales, then "unknown"), `n`
        (ties), `share` (of ties with a known scale), `low`, `high`, `level`, `n_known`. The row
        "unknown" has no share: its ties are not placed.
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
            known = rows.filter(pl.col("scale") != UNKNOWN_SCALE)
            shares = ", ".join(
                f"{scale} {share:.0%}"
                for scale, share in known.select("scale", "share").iter_rows()
                if share is not None and share == share  # NaN where no tie is placed
            )
            n_unknown = int(rows.filter(pl.col("scale") == UNKNOWN_SCALE)["n"].sum())
            n_known = int(known["n"].sum())
            counts = f"n={n_known:,}; {n_unknown:,} not placed"
            parts.append(f"{layer}: {shares or 'no tie placed'} ({counts})")
        return ". ".join(parts) or "No ties."

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.profile._repr_html_()}"


@analysis("linkages", "How many ties are local, regional, national and global?")
def scale_profile(
    study: Study,
    *,
    cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # frozen
    level: Share = 0.95,
    engine: Engine = "polars",
) -> ScaleProfile:
    """Count the ties of each layer by the distance and border they cross.

    Answers how local a whole study's ties are. It says nothing of what chance, size or distance
    would give: that is `scale_balance`.

    Parameters
    ----------
    study : Study
        Needs `linkages`, and `organisations` with coordinates and `country`.
    cutoffs : Cutoffs
        Where local and regional end.
    level : share
        Confidence level of the shares.
    engine : "polars", "duckdb" or "spark"
        Which engine counts the ties; the answer is the same.

    Returns
    -------
    ScaleProfile

    Raises
    ------
    TooFew
        The study has no linkages.

    Notes
    -----
    Ties of one organisation resemble each other, so the intervals treat the organisation a tie
    starts from as the unit of sampling (ratio estimator [1]_, on the logit scale).

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, 3rd edition, section 3.12. Wiley.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> result = scale_profile(make_world(organisations=300, clusters=2, rng=1).study)
    >>> result.profile.filter(layer="supply")["scale"].to_list()
    ['local', 'regional', 'national', 'global', 'unknown']
    """
    if not study.linkages.height:
        raise TooFew(
            "scale_profile: the study has no linkages. Add a table of linkages with `source`, "
            "`target` and `layer`."
        )
    ties = on_engine(study.linkages.select("source", "target", "layer"), engine)
    places = study.organisations.select("org_id", "longitude", "latitude", "country")
    placed = ties_by_scale(weighed(ties), on_engine(places, engine), cutoffs)
    by_source = counted(placed, ("layer", "scale", "source"))
    parts = [
        _profile(str(layer), rows, level)
        for (layer,), rows in by_source.group_by(["layer"], maintain_order=True)
    ]
    return ScaleProfile(pl.concat(parts), cutoffs, level)


def _profile(layer: str, by_source: pl.DataFrame, level: Share) -> pl.DataFrame:
    wide = by_source.pivot(on="scale", index="source", values="n")
    counts = np.zeros((wide.height, len(LADDER)))
    for column, scale in enumerate(LADDER):
        if scale in wide.columns:
            counts[:, column] = wide[scale].fill_null(0).to_numpy()
    known = counts[:, : len(SCALES)]
    share, low, high = shares_by_unit(known, level)
    no_share = [None]
    return pl.DataFrame(
        {
            "layer": [layer] * len(LADDER),
            "scale": list(LADDER),
            "n": counts.sum(axis=0).astype(np.int64),
            "share": [*share, *no_share],
            "low": [*low, *no_share],
            "high": [*high, *no_share],
            "level": [level] * len(LADDER),
            "n_known": [int(known.sum())] * len(LADDER),
        },
        nan_to_null=True,
    )


def shares_by_unit(counts: Floats, level: Share) -> tuple[Floats, Floats, Floats]:
    """Return shares of the columns, with intervals that treat rows as the units of sampling.

    Parameters
    ----------
    counts : (units, classes) float64
    level : share

    Returns
    -------
    share, low, high : (classes,) float64
        `low` and `high` are NaN where fewer than two units have counts, or a share is 0 or 1:
        then the sample says nothing about its own spread.

    Examples
    --------
    >>> share, low, high = shares_by_unit(np.array([[1.0, 0], [0, 1], [1, 1], [2, 0]]), 0.95)
    >>> share.round(3).tolist(), bool(low[0] < share[0] < high[0])
    ([0.667, 0.333], True)
    """
    counts = counts[counts.sum(axis=1) > 0]
    nothing = np.full(counts.shape[1], np.nan)
    if not counts.size:
        return nothing, nothing, nothing
    total, units = counts.sum(), counts.shape[0]
    share = as_floats(counts.sum(axis=0) / total)
    if units < 2:
        return share, nothing, nothing
    residual = counts - counts.sum(axis=1, keepdims=True) * share
    variance = (residual**2).sum(axis=0) * units / (units - 1) / total**2
    spread = share * (1 - share)
    inside = spread > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        logit = np.log(share / (1 - share))
        half = norm.ppf((1 + level) / 2) * np.sqrt(variance) / spread
    low = np.where(inside, 1 / (1 + np.exp(-(logit - half))), np.nan)
    high = np.where(inside, 1 / (1 + np.exp(-(logit + half))), np.nan)
    return share, as_floats(low), as_floats(high)
