"""How large must a city be to hold several clusters of one industry?"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.threshold_regression import Threshold, poisson_threshold
from buzzline.errors import TooFew
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

FEWEST_CITIES = 20
LEFT_OUT = 5  # the largest cities, each left out once
KNOWN_JOBS = 0.5  # share of organisations with jobs from which a city's size is its jobs
CITY_SCHEMA = {
    "city": pl.String, "size": pl.Float64, "n_clusters": pl.Int64, "industry": pl.String,
    "n_industries": pl.Int64, "is_above": pl.Boolean,
}  # fmt: skip
LEFT_OUT_SCHEMA = {
    "city": pl.String, "size": pl.Float64, "n_clusters": pl.Int64, "value": pl.Float64,
    "ratio": pl.Float64, "p": pl.Float64, "status": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CityThreshold:
    """The number of clusters of one industry in a city, by the size of the city.

    Attributes
    ----------
    cities : DataFrame
        One row a city, largest first: `city`, `size`, `n_clusters` (most of one industry),
        `industry` (which one), `n_industries` (with a cluster there), `is_above`.
    left_out : DataFrame
        Without each of the largest cities with a cluster: `value`, `ratio`, `p`, `status`.
    size : (g,) float64          thresholds tried
    ratio_statistic : (g,) float64   twice the log-likelihood each gains
    critical : float             what their maximum stays below by chance
    value, low, high : float     the threshold, with its interval
    ratio : float                how many times as many further clusters a city holds above it,
                                 to what size gives anyway; infinite where none below has any
    p : float
    unit : str                   of `size`: "jobs" or "organisations"
    level : share
    draws : int
    reason : str                 why nothing can be said
    """

    cities: pl.DataFrame
    left_out: pl.DataFrame
    size: Floats
    ratio_statistic: Floats
    critical: float
    value: float
    low: float
    high: float
    ratio: float
    p: float
    unit: str
    level: Share
    draws: int
    reason: str
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a city, largest first."""
        return self.cities

    def __str__(self) -> str:
        n = self.cities.filter(pl.col("n_clusters") > 0).height
        cities = plural(n, "city", "cities")
        if self.reason:
            return f"A threshold of city size is not testable: {self.reason}."
        sure = self.p <= 1 - self.level
        few = too_few_draws(self.draws, self.level) if self.level < 1 else ""
        if few:
            return f"A threshold of city size is not tested: {few}."
        where = f"{self.value:,.0f} {self.unit} [{self.low:,.0f}, {self.high:,.0f}]"
        if not sure:
            return (
                f"Among {cities} with a cluster, no size from which they hold more "
                f"clusters of one industry stands out from a smooth rise (at most at {where}, "
                f"p = {self.p:.2g})."
            )
        times = f"hold {self.ratio:.2g} times as many further clusters of one industry"
        if self.ratio < 1:
            times = times.replace("hold", "hold fewer:")
        hold = times if np.isfinite(self.ratio) else "alone hold several of one industry"
        text = (
            f"Among {cities} with a cluster, those above {where} {hold}, beyond what size "
            f"gives anyway (p = {self.p:.2g})."
        )
        told = self.left_out.filter(pl.col("p").is_not_null())
        if told.height and float(str(told["p"].max())) > 1 - self.level:
            text += " Without one of the largest cities it is no longer clear: see `left_out`."
        return text

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.cities.head(20)._repr_html_()}"


@analysis("clusters", "How large must a city be to hold several clusters of one industry?")
def city_threshold(
    study: Study,
    clustering: Clustering,
    *,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> CityThreshold:
    """Look for a size of city from which it holds more clusters of one industry.

    Answers whether the number of clusters beyond the first jumps at some size of the city, more
    than a smooth rise with size gives, and whether that hangs on a single large city.

    Parameters
    ----------
    study : Study
        Organisations with a region (such as a metropolitan area), else a city. Size is their
        jobs where half of them have any, else their number.
    clustering : Clustering
        For separate clusters: the one that both tests leave.
    level : share
    draws : draws
        Sets of counts drawn without a threshold, behind the p-value.
    rng : Generator, int or None

    Returns
    -------
    CityThreshold

    Notes
    -----
    Only cities with a cluster of any industry count; clusters of one industry beyond the first
    are Poisson with ln mean = a + b ln size + d [size > threshold]; the threshold is
    where the likelihood is largest, its interval by the likelihood ratio [1]_, p from counts
    drawn with d = 0 that scatter about the smooth rise as much as these do (gamma-Poisson).

    References
    ----------
    .. [1] Hansen, B. (2000). Sample splitting and threshold estimation. Econometrica 68(3).
       doi:10.1111/1468-0262.00124

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> city_threshold(study, found, draws=19, rng=1).cities.columns[:3]
    ['city', 'size', 'n_clusters']
    """
    seed = seed_of(rng)
    cities, unit = _cities(study, clustering)
    holding = cities.filter(pl.col("n_clusters") > 0)
    size = as_floats(holding["size"].to_numpy())
    count = as_floats(holding["n_clusters"].to_numpy() - 1)
    found = _threshold(size, count, draws, level, child(seed, "cities"))
    rows = []
    for k in told(progress, "leaving out the largest cities", range(min(LEFT_OUT, size.size))):
        kept = np.arange(size.size) != k
        part = _threshold(size[kept], count[kept], draws, level, child(seed, "without", k))
        rows.append(holding.row(k, named=True) | _without(part))
    above = pl.col("size") > found.value if isinstance(found, Threshold) else pl.lit(None)
    framed = cities.with_columns(is_above=above.cast(pl.Boolean)).select(*CITY_SCHEMA)
    left = pl.DataFrame(
        [{name: row.get(name) for name in LEFT_OUT_SCHEMA} for row in rows],
        schema=LEFT_OUT_SCHEMA,
    ).fill_nan(None)
    none = as_floats([])
    if isinstance(found, str):
        return CityThreshold(framed, left, none, none, nan, nan, nan, nan, nan, nan, unit,
                             level, draws, found)  # fmt: skip
    return CityThreshold(
        framed, left, found.tried, found.statistic, found.critical, found.value, found.low,
        found.high, found.ratio, found.p, unit, level, draws, "",
    )  # fmt: skip


def _threshold(
    size: Floats, count: Floats, draws: int, level: Share, rng: np.random.Generator
) -> Threshold | str:
    if size.size < FEWEST_CITIES:
        return (
            f"only {plural(size.size, 'city', 'cities')} {verb(size.size, 'holds', 'hold')} a "
            f"cluster, at least {FEWEST_CITIES} are needed"
        )
    if count.max(initial=0) < 1:
        return "no city holds two clusters of one industry"
    try:
        return poisson_threshold(size, count, draws=draws, level=level, rng=rng)
    except TooFew:
        return "no size has three cities below and above it"


def _without(found: Threshold | str) -> dict[str, object]:
    if isinstance(found, str):
        return {"status": found}
    return {"value": found.value, "ratio": found.ratio, "p": found.p, "status": "measured"}


def _cities(study: Study, clustering: Clustering) -> tuple[pl.DataFrame, str]:
    """Return the cities of a study with their size and most clusters of one industry."""
    country = pl.concat_str(pl.lit(", "), pl.col("country")).fill_null("")
    placed = study.organisations.select(
        "org_id", "jobs", pl.concat_str(pl.coalesce("region", "city"), country).alias("city")
    ).drop_nulls("city")
    by_jobs = placed.height > 0 and placed["jobs"].is_not_null().mean() >= KNOWN_JOBS  # type: ignore[operator]  # a share
    size = pl.col("jobs").sum() if by_jobs else pl.len().cast(pl.Float64)
    sizes = placed.group_by("city").agg(size.alias("size")).filter(pl.col("size") > 0)
    members = clustering.members.select("cluster_id", "org_id").join(placed, on="org_id")
    where = members.group_by("cluster_id", "city").len("n").sort(
        "n", "city", descending=[True, False]
    ).unique("cluster_id", keep="first", maintain_order=True)  # fmt: skip
    held = where.join(clustering.clusters.select("cluster_id", "industry"), on="cluster_id")
    counts = (
        held.group_by("city", "industry")
        .len("n_clusters")
        .sort("n_clusters", "industry", descending=[True, False])
    )
    most = counts.group_by("city", maintain_order=True).agg(
        pl.col("n_clusters").first().cast(pl.Int64), pl.col("industry").first(),
        pl.len().cast(pl.Int64).alias("n_industries"),
    )  # fmt: skip
    found = sizes.join(most, on="city", how="left").with_columns(
        pl.col("n_clusters", "n_industries").fill_null(0)
    )
    unit = "jobs" if by_jobs else "organisations"
    return found.sort("size", "city", descending=[True, False]), unit
