"""Which clusters are of a similar industry, and which clusters does a place lie in?"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from buzzline.arrays import Flags, Floats, as_flags, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.investment.codes import are_names, table_of_same
from buzzline.quantities import Count, Kilometres, Share
from buzzline.space.globe import chord, kilometres, unit_vectors
from buzzline.tables.study import Study

SCALE_NOT_KNOWN_KM = 10.0  # around members of clusters that carry no scale
AT_SCHEMA = {"point": pl.Int64, "cluster_id": pl.String, "distance_km": pl.Float64}


@dataclass(frozen=True, slots=True, eq=False)
class Similar:
    """Which industries of clusters are similar to which industries of organisations.

    Attributes
    ----------
    industries : (n,) str            of organisations, as in the study
    of_clusters : (m,) str           of clusters, and in which clusters were looked for
    matrix : (n, m) float64          1 similar, 0 not, NaN not known
    rule : str                       in words
    notes : tuple of str
    cut : float                      relatedness from which pairs are similar; NaN: by digits,
                                     or no value parts so few pairs from the rest
    """

    industries: tuple[str, ...]
    of_clusters: tuple[str, ...]
    matrix: Floats
    rule: str
    notes: tuple[str, ...]
    cut: float = np.nan

    def between(self, one: Sequence[str | None], of_cluster: Sequence[str | None]) -> Floats:
        """Return the similarity of pairs: organisation's industry, cluster's. (n,) float64."""
        rows = {name: number for number, name in enumerate(self.industries)}
        columns = {name: number for number, name in enumerate(self.of_clusters)}
        row = np.array([rows.get(name or "", -1) for name in one], dtype=np.int64)
        column = np.array([columns.get(name or "", -1) for name in of_cluster], dtype=np.int64)
        if not self.matrix.size:
            return np.full(row.size, np.nan)
        return as_floats(np.where((row < 0) | (column < 0), np.nan, self.matrix[row, column]))

    def to_any(self, one: Sequence[str | None], of_clusters: Collection[str]) -> Flags:
        """Tell which industries are similar to any of some of clusters. (n,) bool."""
        chosen = [name in of_clusters for name in self.of_clusters]
        found = dict(
            zip(self.industries, (self.matrix[:, chosen] == 1).any(axis=1), strict=True)
        )
        return as_flags([found.get(name or "", False) for name in one])


def similar_clusters(
    clustering: Clustering,
    study: Study,
    *,
    digits: Count | None = None,
    related: pl.DataFrame | None = None,
    quantile: Share = 0.9,
) -> Similar:
    """Tell which clusters are of an industry similar to that of an organisation.

    Parameters
    ----------
    clustering : Clustering
    study : Study
    digits : count, optional
        Codes that agree in as many digits are similar (`table_of_same`).
    related : DataFrame, optional
        Instead of digits: pairs of industries `industry`, `other`, `value`.
    quantile : share
        Pairs of `related` at or above this quantile of all pairs are similar; each industry is
        to itself. Where ties there are more than the share left, the next value above counts.

    Returns
    -------
    Similar
        Unknown is NaN: codes that end too early, pairs whose relatedness was not measured, all
        pairs where too many tie at the top (`notes` says so).

    Raises
    ------
    InvalidArgument
        Both `digits` and `related`, or neither.
    """
    if (digits is None) == (related is None):
        raise InvalidArgument("similar_clusters: give `digits` or `related`, one of the two")
    codes = sorted(set(study.industries_of()["industry"].drop_nulls()))
    looked_for = clustering.coverage.select(pl.col("^industry$"))
    names = sorted({
        *clustering.clusters["industry"].drop_nulls(),
        *(name for column in looked_for for name in column),
    })  # fmt: skip
    behind = {name: codes_behind(study, name) for name in names}
    all_codes = sorted({code for some in behind.values() for code in some})
    notes: tuple[str, ...] = ()
    cut = np.nan
    if digits is not None:
        listed = study.industries["industry"].to_list()
        table = table_of_same(codes, all_codes, digits, listed=listed)
        rule = f"the same industry at {digits} digits"
        if are_names({*codes, *all_codes}):
            rule = "the same industry"
            notes = (
                f"Industries are names: {digits} digits do not apply; the same name counts.",
            )
    else:
        assert related is not None
        table, cut = _related_table(codes, all_codes, related, quantile)
        rule = f"related: the first {1 - quantile:.0%} of pairs"
        if np.isnan(cut):
            notes = (f"{rule.capitalize()} cannot be told: too many tie, or all.",)
    matrix = _by_name(table, all_codes, behind)
    return Similar(tuple(codes), tuple(names), matrix, rule, notes, cut)


def codes_behind(study: Study, name: str) -> tuple[str, ...]:
    """Return the codes of the industry a cluster is named for; the name where it has none.

    Clusters carry the title of their industry where the study gives one.
    """
    held = set(study.industries_of()["industry"].drop_nulls())
    if name in held:
        return (name,)
    titled = study.industries.filter(pl.col("title") == name)["industry"].to_list()
    return tuple(code for code in titled if code in held) or tuple(titled) or (name,)


def clusters_at(
    clustering: Clustering, study: Study, *, longitude: Floats, latitude: Floats
) -> pl.DataFrame:
    """Tell in which clusters each point lies: within the cluster's scale of one of its members.

    Parameters
    ----------
    clustering : Clustering
    study : Study
        Holds the coordinates of the members.
    longitude, latitude : (n,) float64 [degree]
        NaN where not known; such points lie in no cluster here and are to be left out before.

    Returns
    -------
    DataFrame
        `point` (row of the arrays), `cluster_id`, `distance_km` to the nearest member; one row
        a point and cluster. Around clusters without a scale 10 km count.

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=19, rng=1)
    >>> at = study.organisations.select("longitude", "latitude").to_numpy()
    >>> clusters_at(found, study, longitude=at[:, 0], latitude=at[:, 1]).columns
    ['point', 'cluster_id', 'distance_km']
    """
    longitude, latitude = as_floats(longitude), as_floats(latitude)
    known = np.flatnonzero(np.isfinite(longitude) & np.isfinite(latitude))
    places, place = np.unique(
        np.column_stack([longitude, latitude])[known], axis=0, return_inverse=True
    )
    if not len(places):
        return pl.DataFrame(schema=AT_SCHEMA)
    xyz = unit_vectors(places[:, 0], places[:, 1])
    tree = cKDTree(xyz)
    parts = [pl.DataFrame(schema={**AT_SCHEMA, "point": pl.Int64})]
    for cluster_id, scale_km, members in _members_of(clustering, study):
        near, km = _near(xyz, tree, members, scale_km)
        parts.append(
            pl.DataFrame({"point": near, "cluster_id": [cluster_id] * near.size,
                          "distance_km": km}, schema=AT_SCHEMA)
        )  # fmt: skip
    points = pl.DataFrame({"row": known, "point": place.ravel()}, schema=["row", "point"]).cast(
        pl.Int64
    )
    found = points.join(pl.concat(parts), on="point", how="inner")
    return found.select(pl.col("row").alias("point"), "cluster_id", "distance_km").sort(
        "point", "distance_km", "cluster_id"
    )


def _members_of(clustering: Clustering, study: Study) -> list[tuple[str, float, Floats]]:
    """Return each cluster that has located members: id, scale [km], unit vectors of sites."""
    located = (
        clustering.members.select("cluster_id", "org_id")
        .join(study.organisations.select("org_id", "longitude", "latitude"), on="org_id")
        .drop_nulls().select("cluster_id", "longitude", "latitude").unique(maintain_order=True)
    )  # fmt: skip
    sites = located.partition_by("cluster_id", as_dict=True, maintain_order=True)
    scales = dict(clustering.clusters.select("cluster_id", "scale_km").iter_rows())
    return [
        (
            str(cluster_id),
            scales[cluster_id] if scales[cluster_id] is not None else SCALE_NOT_KNOWN_KM,
            unit_vectors(own["longitude"].to_numpy(), own["latitude"].to_numpy()),
        )
        for (cluster_id,), own in sites.items()
        if cluster_id in scales
    ]


def _near(
    xyz: Floats, tree: cKDTree, members: Floats, scale_km: Kilometres
) -> tuple[np.ndarray, Floats]:
    """Return the places within reach of any member, and how far the nearest is [km]."""
    reach = chord(scale_km) * (1 + 1e-9) + 1e-12
    centre = members.mean(axis=0)
    furthest = float(np.linalg.norm(members - centre, axis=1).max())
    perhaps = np.sort(np.array(tree.query_ball_point(centre, furthest + reach), dtype=np.int64))
    if not perhaps.size:
        return perhaps, np.empty(0)
    apart, _ = cKDTree(members).query(xyz[perhaps], distance_upper_bound=reach)
    within = np.isfinite(apart)
    return perhaps[within], kilometres(apart[within])


def _by_name(table: Floats, codes: Sequence[str], behind: dict[str, tuple[str, ...]]) -> Floats:
    """Return one column a name: similar to any of its codes, else unknown to any, else not."""
    number = {code: column for column, code in enumerate(codes)}
    out = np.full((len(table), len(behind)), np.nan)
    for column, some in enumerate(behind.values()):
        own = table[:, [number[code] for code in some]]
        unknown = np.isnan(own).any(axis=1)
        out[:, column] = np.where((own == 1).any(axis=1), 1.0, np.where(unknown, np.nan, 0.0))
    return out


def _related_table(
    one: Sequence[str], other: Sequence[str], related: pl.DataFrame, quantile: float
) -> tuple[Floats, float]:
    """Return which industries are related at or above a quantile of all pairs, and the cut."""
    a, b = pl.min_horizontal("industry", "other"), pl.max_horizontal("industry", "other")
    pairs = (
        related.select(a=a, b=b, value=pl.col("value").cast(pl.Float64).fill_nan(None))
        .drop_nulls().filter(pl.col("a") != pl.col("b"))
        .group_by("a", "b").agg(pl.col("value").mean())
    )  # fmt: skip
    cut = _cut(pairs["value"].to_numpy(), quantile)
    listed = {*pairs["a"], *pairs["b"]}
    rows, columns = ([_measured(code, listed) for code in codes] for codes in (one, other))
    value = {(x, y): v for x, y, v in pairs.iter_rows()}
    out = np.full((len(one), len(other)), np.nan)
    for i, x in enumerate(rows):
        for j, y in enumerate(columns):
            known = value.get((min(x, y), max(x, y)))
            if known is not None and cut == cut:
                out[i, j] = float(known >= cut)
    out[np.equal.outer(np.array(rows, object), np.array(columns, object))] = 1.0
    return out, cut


def _cut(values: Floats, quantile: float) -> float:
    """Return the value from which pairs are the first ones; NaN where too many tie at the top.

    Never the lowest: what all have tells nothing apart.
    """
    if not values.size:
        return np.nan
    most = values.size - int(np.ceil((values.size - 1) * quantile))
    cut = float(np.quantile(values, quantile, method="higher"))
    if (values >= cut).sum() > most or cut <= values.min():
        above = values[values > cut]
        cut = float(above.min()) if above.size else np.nan
    return cut


def _measured(code: str, listed: set[str]) -> str:
    """Return the code, or the longest beginning of it whose relatedness was measured."""
    for end in range(len(code), 1, -1):
        if code[:end] in listed:
            return code[:end]
    return code
