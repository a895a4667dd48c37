"""Who brings knowledge into a cluster and hands it on, and how sure is that?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.linkages.absorptive import INDICATORS, absorptive_capacity, indicator_table
from buzzline.linkages.advice_ties import advice_ties, knowledge_layers
from buzzline.linkages.cognitive_roles import COGNITIVE_ROLES, WITHOUT_DIRECTION
from buzzline.linkages.gatekeeper_rows import (
    Row,
    cluster_row,
    member_rows,
    resampled,
)
from buzzline.linkages.role_chances import role_chance
from buzzline.linkages.surveyed import Surveyed, surveyed_clusters, unused_rate
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import false_discovery_q, too_few_draws
from buzzline.tables.study import Study
from buzzline.wording import plural

_RANGE = ("", "low", "high", "expected", "expected_low", "expected_high", "p")
CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "expected": pl.Float64, "expected_low": pl.Float64, "expected_high": pl.Float64,
    "p": pl.Float64, "likely": pl.Float64, "likely_expected": pl.Float64,
    "likely_p": pl.Float64,
    "carried": pl.Float64, **{f"carried_{name}": pl.Float64 for name in (*_RANGE[1:], "q")},
    "n_members": pl.Int64, "n_inside": pl.Int64, "n_outside": pl.Int64,
    "response_rate": pl.Float64, "few_inside": pl.Float64, "many_inside": pl.Float64,
    "few_outside": pl.Float64, "many_outside": pl.Float64,
    "absorptive_share": pl.Float64, "absorptive_low": pl.Float64,
    "absorptive_high": pl.Float64, "n_absorptive": pl.Int64, "status": pl.String,
}  # fmt: skip
MEMBER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "org_id": pl.String,
    "name": pl.String, "role": pl.String, "probability": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "gatekeeper": pl.Float64, "by_chance": pl.Float64,
    "n_inside": pl.Float64, "n_in": pl.Float64, "n_out": pl.Float64,
    "transmission": pl.Float64, "n_outside": pl.Float64, "p": pl.Float64, "q": pl.Float64,
    "betweenness": pl.Float64, "betweenness_p": pl.Float64, "absorptive": pl.Float64,
    "status": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Gatekeepers:
    """The roles of members in the knowledge of their clusters.

    Attributes
    ----------
    members : DataFrame
        One row a member of a cluster that could be measured, likeliest gatekeepers first:
        `cluster_id`, `label`, `industry`, `org_id`, `name`, `role`, `probability` (of that role
        when ties are drawn anew), `low`, `high` (of that probability over ways of making up for
        members who did not answer), `gatekeeper` (probability of being one), `by_chance` (of
        that role in rewired networks), `n_inside`, `n_in`, `n_out` (ties with members),
        `transmission` (ties given to ties got), `n_outside` (ties outside), `p` (as many
        outside, by its number of ties alone), `q`, `betweenness`, `betweenness_p`,
        `absorptive` (capacity, standard deviations), `status`.
    clusters : DataFrame
        One row a cluster: `value` (gatekeepers), `low`, `high`, `level`, `expected` (in rewired
        networks), `expected_low`, `expected_high`, `p`, `likely` (gatekeepers likelier to be
        one than not; the others are possible ones) with `likely_expected`, `likely_p` (by the
        same rule in rewired networks), `carried` (share of ties outside that they hold) with
        the same as `value` and `carried_q` (among clusters),
        `n_members`, `n_inside`, `n_outside` (ties), `response_rate`, the four cuts between few
        and many, `absorptive_share` (of the variance of its indicators in their first
        component) with its interval, `n_absorptive`, `status`.
    layers : tuple of str
    is_directed : bool
    level : share
    draws : int
    notes : tuple of str
    """

    members: pl.DataFrame
    clusters: pl.DataFrame
    layers: tuple[str, ...]
    is_directed: bool
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a member, likeliest gatekeepers first."""
        return self.members

    def __str__(self) -> str:
        done = self.clusters.filter(pl.col("value").is_not_null())
        of = ", ".join(self.layers).replace("_", " ")
        if not done.height:
            why = self.clusters["status"].unique(maintain_order=True).head(2).to_list()
            said = "; ".join(why) or "there is no cluster"
            return " ".join([f"Gatekeepers are not testable ({of}): {said}.", *self.notes])
        text = f"{self._who(done)} in {plural(done.height, 'cluster')} ({of}). "
        return " ".join([text + _what_they_hold(done), *self.notes])

    def _who(self, done: pl.DataFrame) -> str:
        """Say how many are likelier gatekeepers than not, and how many may be some."""
        likely, possible = (float(done[name].sum()) for name in ("likely", "value"))
        kind, several = (
            ("likely gatekeeper", "likely gatekeepers") if self.is_directed
            else ("member likely central and open", "members likely central and open")
        )  # fmt: skip
        return (
            f"{plural(likely, kind, several)} ({done['likely_expected'].sum():,.1f} with ties "
            f"dealt anew) and {possible - likely:,.0f} possible"
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.members.head(20)._repr_html_()}"


@analysis("linkages", "Who brings knowledge into each cluster and hands it on?")
def gatekeepers(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    response_rate: Share | None = None,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> Gatekeepers:
    """Return the role of every member: gatekeeper, exchanger, external star or isolated.

    Parameters
    ----------
    study : Study
        Ties lead from who advises to who is advised.
    clustering : Clustering
    layers : names of layers, or None
        None: advice where there is any, else all layers in which knowledge passes.
    response_rate : share, optional
        Of members who answered the survey, where the study does not say who did (indicator
        `answered` of `outcomes`, 1 or 0; a cluster none of whose members is listed, where
        others are, did not answer). Below 0.7 no role is reported; below 0.8 bounds are
        given where it is known who answered.
    level : share
    draws : draws
        Rewired networks, and as many resamples of ties.
    rng : Generator, int or None

    Returns
    -------
    Gatekeepers

    Raises
    ------
    TooFew
        No layer in which knowledge passes.
    InvalidArgument
        A layer without linkages; a `level` of 0 or 1; no draws; answers other than 0 and 1.

    Notes
    -----
    Roles are those of [1]_; a member has many ties inside, or outside, where it has two or more
    and more than 70 % of members of networks dealt anew, and few up to 30 %. Rewired networks
    keep how many ties every member and everybody outside has, and how many lie inside; ties of
    consortia (everybody of a record tied to everybody) are dealt by who takes part in which.
    `p` is of as many ties outside, by the number of ties a member has. How many gatekeepers
    there are says little: dealt anew, somebody is always central and open. What they hold of
    the ties outside (`carried`, `carried_p`) is what tells them from chance. Probabilities are
    shares of bootstraps of ties in which the role is the same; ties of one record (a project)
    go together. They say how sure a role is given who was asked, not how it may change: ties
    of all years are taken together. Answers count for ties organisations were asked for
    (advice, or told by one of their ends), not for those of registers.

    Where 70 to 80 % answered, `low` and `high` are over: as told; with what those absent would
    have told if ties are mutual; and with as many ties as those who answered, at random [2]_.

    References
    ----------
    .. [1] Giuliani, E., Bell, M. (2005). The micro-determinants of meso-level learning and
       innovation. Research Policy 34(1). doi:10.1016/j.respol.2004.10.008
    .. [2] Huisman, M. (2009). Imputation of missing network data: some simple procedures.
       Journal of Social Structure 10(1). doi:10.21307/joss-2019-051

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> gatekeepers(study, found, draws=19, rng=1).layers
    ('research',)
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"gatekeepers: `level` must be between 0 and 1, got {level:g}")
    if draws < 1:
        raise InvalidArgument("gatekeepers: roles need at least 1 draw (`draws`)")
    seed = seed_of(rng)
    ties = advice_ties(study, knowledge_layers(study, layers, "gatekeepers"))
    able = indicator_table(study, INDICATORS)
    clusters, members = [], []
    n = clustering.clusters.height
    all_of_them = surveyed_clusters(study, clustering, ties, rate=response_rate)
    for done, cluster in enumerate(all_of_them):
        progress("gatekeepers by cluster", done, n)
        stream = child(seed, "gatekeepers", str(cluster.named["cluster_id"]))
        row, rows = _one_cluster(cluster, able, draws=draws, level=level, rng=stream)
        clusters.append(row)
        members += rows
    progress("gatekeepers by cluster", n, n)
    return Gatekeepers(
        _members(members), _clusters(clusters), ties.layers, ties.is_directed, level, draws,
        _notes(clusters, ties.is_directed, draws, level)
        + unused_rate(study, ties.layers, response_rate),
    )  # fmt: skip


def _one_cluster(
    cluster: Surveyed, able: pl.DataFrame, *, draws: int, level: float, rng: np.random.Generator
) -> tuple[Row, list[pl.DataFrame]]:
    ties, response = cluster.ties, cluster.response
    row = cluster.named | cluster.sizes() | {"level": level}
    if why := cluster.refusal():
        return row | {"status": why}, []
    found = role_chance(ties, draws, rng)
    drawn = resampled(ties, found, response, draws=draws, rng=rng)
    values = _values(cluster.who, able)
    capacity = absorptive_capacity(values, draws=draws, level=level, rng=rng)
    row |= cluster_row(found, drawn, response=response, level=level) | {
        "absorptive_share": capacity.share, "absorptive_low": capacity.low,
        "absorptive_high": capacity.high, "n_absorptive": capacity.n,
        "status": response.status(),
    }  # fmt: skip
    columns = member_rows(ties, found, drawn, response=response, absorptive=capacity.score)
    frame = cluster.who.with_columns(
        pl.lit(value).alias(name) for name, value in cluster.named.items()
    )
    return row, [frame.with_columns(pl.Series(k, v, strict=False) for k, v in columns.items())]


def _values(who: pl.DataFrame, able: pl.DataFrame) -> Floats:
    joined = who.select("org_id").join(
        able, on="org_id", how="left", validate="m:1", maintain_order="left"
    )
    return as_floats(joined.drop("org_id").cast(pl.Float64).fill_null(np.nan).to_numpy())


def _members(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    shaped = [
        frame.select(pl.col(name).cast(kind) for name, kind in MEMBER_SCHEMA.items())
        for frame in frames
    ]
    together = pl.concat([pl.DataFrame(schema=MEMBER_SCHEMA), *shaped]).fill_nan(None)
    order = {name: number for number, name in enumerate((WITHOUT_DIRECTION, *COGNITIVE_ROLES))}
    rank = pl.col("role").replace_strict(order, return_dtype=pl.Int64, default=None)
    return together.sort(
        [rank, "gatekeeper", "n_outside"], descending=[False, True, True], nulls_last=True,
        maintain_order=True,
    )  # fmt: skip


def _clusters(rows: Sequence[Row]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in CLUSTER_SCHEMA}
    frame = pl.DataFrame(columns, schema=CLUSTER_SCHEMA, strict=False).fill_nan(None)
    q = np.full(frame.height, np.nan)
    tested = np.flatnonzero(frame["carried_p"].is_not_null().to_numpy())
    q[tested] = false_discovery_q(as_floats(frame["carried_p"].to_numpy()[tested]))
    return frame.with_columns(pl.Series("carried_q", q, nan_to_null=True))


def _what_they_hold(done: pl.DataFrame) -> str:
    """Say what gatekeepers hold of the ties outside, against their number of ties."""
    best = done.sort("carried_p", "carried", descending=[False, True], nulls_last=True)
    first = best.row(0, named=True)
    if first["carried"] is None:
        return "What they hold of the ties outside is not testable."
    sure = done.filter(pl.col("carried_q") <= 1 - pl.col("level")).height
    shares = (
        f"{first['carried']:.0%} against {first['carried_expected']:.0%} with ties dealt anew "
        f"(p = {first['carried_p']:.2g})"
    )
    if done.height == 1:
        more = "" if sure else ", no more than their number of ties gives"
        return f"Together they hold of its ties outside {shares}{more}."
    if not sure:
        return (
            "In no cluster do they hold more of the ties outside than their number of ties "
            f"gives; nearest to it is {first['label']}: {shares}."
        )
    return (
        f"In {sure:,} they hold more of the ties outside than their number of ties gives, "
        f"most surely in {first['label']}: {shares}."
    )


def _notes(
    clusters: Sequence[Row], is_directed: bool, draws: int, level: float
) -> tuple[str, ...]:  # fmt: skip
    notes = []
    if not is_directed:
        notes.append(
            "These ties have no direction: who hands on more than it gets cannot be told, so "
            "gatekeepers and active exchangers are one role."
        )
    unknown = sum(row["response_rate"] != row["response_rate"] for row in clusters)
    if unknown:
        notes.append(
            "How many were asked and did not answer is not known; ties not told of make "
            "gatekeepers look more alone than they are."
        )
    if few := too_few_draws(draws, level):
        notes.append(f"p-values: {few}.")
    return tuple(notes)
