"""The matrix of clusters that invest in clusters: counts, what chance gives, and cuts of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from scipy import sparse

from buzzline.arrays import Floats, Indices, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.investment.deal_counts import by_cell, count_interval
from buzzline.investment.deals import Deals
from buzzline.investment.direction_matching import Matching, matching_of
from buzzline.investment.direction_shares import clustered_share
from buzzline.progress import Progress
from buzzline.resampling import false_discovery_q

WORTH_LISTING = 1.0  # expected deals from which a pair without any is listed
NO_PEER = "not tested: no group of that country with about as many deals to compare with"
NO_DEALS = "tested; no deal"
SIDES = ("cluster", "outside")
PLACE = ("label", "industry", "longitude", "latitude")


class Matrix(NamedTuple):
    """Deals as pairs of places: clusters 0 to k - 1, and k for outside of all of them."""

    origin: Indices
    destination: Indices
    group: Indices
    target: Indices
    clusters: pl.DataFrame
    matching: Matching

    @property
    def k(self) -> int:
        """Number of clusters."""
        return self.clusters.height

    @property
    def pair(self) -> Indices:
        """Number of the pair of places of each deal."""
        return as_indices(self.origin * (self.k + 1) + self.destination)


class Chance(NamedTuple):
    """What deals matched at random give some pairs: (pairs,) each."""

    expected: Floats
    low: Floats
    high: Floats
    p: Floats  # NaN where the matching leaves the pair as it is


def matrix_of(deals: Deals, clustering: Clustering) -> Matrix:
    """Return deals as pairs of clusters, and which groups can change places."""
    frame, k = deals.deals, clustering.clusters.height
    number = clustering.clusters.select("cluster_id").with_row_index("number")
    ends = [
        as_indices(
            frame.select(cluster_id=end)
            .join(number, on="cluster_id", how="left", maintain_order="left", validate="m:1")
            ["number"].cast(pl.Int64).fill_null(k).to_numpy()
        )
        for end in ("origin", "destination")
    ]  # fmt: skip
    codes = [
        as_indices(frame[name].fill_null("").rank("dense").cast(pl.Int64).to_numpy() - 1)
        for name in ("group", "target", "origin_country", "source")
    ]
    return Matrix(
        ends[0], ends[1], codes[0], codes[1], clustering.clusters,
        matching_of(codes[0], codes[2], codes[3]),
    )  # fmt: skip


def expected_pairs(matrix: Matrix) -> Floats:
    """Return how many deals each pair of places has on average over all matchings, (k+1, k+1).

    A basket of s deals takes its buyers from any group that its own can change with, deal r
    from place r of s of the other's: sums over baskets of one size, place by place.
    """
    n, matching = matrix.k + 1, matrix.matching
    out = np.zeros(n * n)
    kinds, kind = np.unique(
        np.column_stack([matching.stratum, matching.size]), axis=0, return_inverse=True
    )
    for number, (stratum, size) in enumerate(kinds.tolist()):
        givers = np.flatnonzero(matching.stratum == stratum)
        place = np.arange(size)[:, None]
        given = matching.start[givers] + place * matching.size[givers] // size
        taken = matching.start[np.flatnonzero(kind.ravel() == number)] + place
        rows = [sparse.csr_array(
            (np.ones(at.size), (np.broadcast_to(place, at.shape).ravel(),
                                end[matching.order[at]].ravel())), shape=(size, n),
        ) for at, end in ((given, matrix.origin), (taken, matrix.destination))]  # fmt: skip
        pairs = (rows[0].T @ rows[1]).tocoo()
        out[pairs.row * n + pairs.col] += pairs.data / givers.size
    return as_floats(out.reshape(n, n))


def chance_of(
    matrix: Matrix, pairs: Indices, *, draws: int, level: float, rng: np.random.Generator,
    progress: Progress,
) -> Chance:  # fmt: skip
    """Return what matchings at random give some pairs of places. pairs: (m,) int64, sorted."""
    n = (matrix.k + 1) ** 2
    expected = expected_pairs(matrix).ravel()[pairs]
    observed = np.bincount(matrix.pair, minlength=n)[pairs]
    drawn = np.empty((draws, pairs.size), np.int32)
    for draw in range(draws):
        if draw % 50 == 0:
            progress("deals matched at random", draw, draws)
        origin = matrix.origin[matrix.matching.dealt(rng)]
        drawn[draw] = np.bincount(origin * (matrix.k + 1) + matrix.destination, minlength=n)[
            pairs
        ]
    progress("deals matched at random", draws, draws)
    if not draws or not pairs.size:
        nothing = np.full(pairs.size, np.nan)
        return Chance(expected, nothing, nothing, nothing)
    tail = (1 - level) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    off = np.abs(drawn - expected) >= np.abs(observed - expected) - 1e-9
    p = (1 + off.sum(0)) / (1 + draws)
    fixed = drawn.min(0) == drawn.max(0)
    return Chance(expected, as_floats(low), as_floats(high), np.where(fixed, np.nan, p))


def pair_rows(
    matrix: Matrix, *, draws: int, level: float, rng: np.random.Generator, progress: Progress
) -> pl.DataFrame:
    """Return one row a pair of places with deals, or with deals to be expected."""
    n = matrix.k + 1
    wanted = (np.bincount(matrix.pair, minlength=n * n) > 0) | (
        expected_pairs(matrix).ravel() >= WORTH_LISTING
    )
    pairs = as_indices(np.flatnonzero(wanted))
    chance = chance_of(matrix, pairs, draws=draws, level=level, rng=rng, progress=progress)
    cell = as_indices(np.searchsorted(pairs, matrix.pair))
    counts = by_cell(cell, matrix.group, n=pairs.size)
    low, high = count_interval(counts, level=level)
    inner = (pairs // n < matrix.k) & (pairs % n < matrix.k)
    tested = inner & ~np.isnan(chance.p)
    q = np.full(pairs.size, np.nan)
    q[tested] = false_discovery_q(chance.p[tested])
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(chance.expected > 0, counts.total / chance.expected, np.nan)
    frame = pl.DataFrame(
        {
            "from": pairs // n, "to": pairs % n, "value": counts.total.astype(np.int64),
            "low": low, "high": high, "level": level, "n_groups": counts.n_groups,
            "expected": chance.expected,
            "expected_low": chance.low, "expected_high": chance.high, "ratio": ratio,
            "p": chance.p, "q": q,
        }
    ).fill_nan(None)  # fmt: skip
    status = (
        pl.when(pl.col("p").is_null()).then(pl.lit(NO_PEER))
        .when(pl.col("value") == 0).then(pl.lit(NO_DEALS)).otherwise(pl.lit("tested"))
    )  # fmt: skip
    both = pl.col("origin").is_not_null() & pl.col("destination").is_not_null()
    return (
        _named(frame.with_columns(status=status), matrix.clusters)
        .sort(both, "value", "expected", descending=True, maintain_order=True)
    )  # fmt: skip


def _named(frame: pl.DataFrame, clusters: pl.DataFrame) -> pl.DataFrame:
    """Put names, industries and coordinates in the place of numbers of clusters."""
    rest = [name for name in frame.columns if name not in ("from", "to")]
    known = clusters.select("cluster_id", *PLACE).with_row_index("number").with_columns(
        pl.col("number").cast(pl.Int64)
    )  # fmt: skip
    for number, end in (("from", "origin"), ("to", "destination")):
        own = known.rename(
            {"number": number, "cluster_id": end} | {name: f"{end}_{name}" for name in PLACE}
        )
        frame = frame.join(own, on=number, how="left", validate="m:1", maintain_order="left")
    both = ("origin", "destination")
    first = [f"{end}_{name}" for end in both for name in ("label", "industry")]
    last = [f"{end}_{name}" for end in both for name in ("longitude", "latitude")]
    return frame.select(*first, *rest, *both, *last)


def flow_rows(
    matrix: Matrix, *, draws: int, level: float, rng: np.random.Generator
) -> pl.DataFrame:
    """Return deals between clusters and what lies outside, against matchings at random.

    Of `share` of deals that start there: where they lead.
    """
    inside = [place < matrix.k for place in (matrix.origin, matrix.destination)]
    dealt = [matrix.matching.dealt(rng) for _ in range(draws)]
    rows = []
    for origin in (True, False):
        start = inside[0] == origin
        for destination in (True, False):
            lands = inside[1] == destination
            share = clustered_share(
                lands[start], matrix.group[start], matrix.target[start], level=level
            )
            drawn = np.array([np.mean(lands[start[row]]) for row in dealt if start[row].any()])
            rows.append(
                {
                    "origin": SIDES[not origin], "destination": SIDES[not destination],
                    "n": int((start & lands).sum()), "n_groups": share.n_groups,
                    "value": share.value, "low": share.low, "high": share.high, "level": level,
                    **_against(share.value, drawn, level),
                    "status": share.reason or "measured",
                }
            )  # fmt: skip
    return pl.DataFrame(rows, schema_overrides=dict.fromkeys(
        ("value", "low", "high", "expected", "expected_low", "expected_high", "p"), pl.Float64
    )).fill_nan(None)  # fmt: skip


def _against(value: float, drawn: np.ndarray, level: float) -> dict[str, float]:
    names = ("expected", "expected_low", "expected_high", "p")
    if not drawn.size or np.isnan(value):
        return dict.fromkeys(names, np.nan)
    tail, mean = (1 - level) / 2, float(drawn.mean())
    low, high = np.quantile(drawn, [tail, 1 - tail])
    off = int((np.abs(drawn - mean) >= abs(value - mean) - 1e-12).sum())
    p = (1 + off) / (1 + drawn.size) if drawn.min() < drawn.max() else np.nan
    return dict(zip(names, (mean, float(low), float(high), p), strict=True))


def cell_rows(deals: Deals) -> pl.DataFrame:
    """Return counts by pair, year, industry of the source, mode and function."""
    key = ("origin", "destination", "year", "source_industry", "mode", "function")
    return (
        deals.deals.group_by(key)
        .agg(value=pl.len().cast(pl.Int64), n_groups=pl.col("group").n_unique().cast(pl.Int64))
        .rename({"source_industry": "industry"})
        .sort("value", "origin", "destination", "year", "industry", "mode", "function",
              descending=[True, *[False] * 6], nulls_last=True)
    )  # fmt: skip


def amount_rows(deals: Deals) -> pl.DataFrame:
    """Return amounts by pair and unit; amounts in different units are never added."""
    return (
        deals.deals.with_columns(
            unit=pl.when(pl.col("amount").is_null()).then(pl.lit("not known"))
            .otherwise(pl.col("unit").fill_null("without unit"))
        )
        .group_by("origin", "destination", "unit")
        .agg(
            n=pl.len().cast(pl.Int64),
            n_groups=pl.col("group").n_unique().cast(pl.Int64),
            amount=pl.when(pl.col("unit").first().is_in(["not known", "without unit"]).not_())
            .then(pl.col("amount").sum()),
        )
        .sort("n", "origin", "destination", "unit", descending=[True, *[False] * 3],
              nulls_last=True)
    )  # fmt: skip


def cluster_rows(matrix: Matrix, *, level: float) -> pl.DataFrame:
    """Return one row a cluster: what starts there, what lands there, and where it leads."""
    k, rows = matrix.k, []
    for number, cluster in enumerate(matrix.clusters.iter_rows(named=True)):
        starts, lands = matrix.origin == number, matrix.destination == number
        reached = matrix.destination[starts & (matrix.destination < k) & ~lands]
        share = clustered_share(
            matrix.destination[starts] < k, matrix.group[starts], matrix.target[starts],
            level=level,
        )  # fmt: skip
        first = int(np.bincount(reached).argmax()) if reached.size else -1
        rows.append(
            {
                "cluster_id": cluster["cluster_id"], "label": cluster["label"],
                "industry": cluster["industry"], "n_out": int(starts.sum()),
                "n_in": int(lands.sum()), "n_within": int((starts & lands).sum()),
                "n_groups": int(np.unique(matrix.group[starts]).size),
                "n_reached": int(np.unique(reached).size), "value": share.value,
                "low": share.low, "high": share.high, "level": level,
                "foremost": matrix.clusters["label"][first] if first >= 0 else None,
                "status": share.reason or "measured",
            }
        )  # fmt: skip
    frame = pl.DataFrame(rows, schema_overrides={
        "foremost": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    })  # fmt: skip
    return frame.fill_nan(None).sort("n_out", descending=True, maintain_order=True)
