"""How much local buzz and how many distant pipelines does each cluster have?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Indices, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.linkages.buzz import buzz_of
from buzzline.linkages.buzz_rows import ALL, Rows, Scene, neighbourhoods, rows_of, strata_of
from buzzline.linkages.buzz_surroundings import around_of
from buzzline.linkages.pipeline_rates import VERDICTS
from buzzline.linkages.pipelines import DISTANT, ending_elsewhere, pipelines_of
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study
from buzzline.wording import plural

_NAMED = {"cluster_id": pl.String, "label": pl.String, "industry": pl.String}
CLUSTER_SCHEMA = {
    **_NAMED, "n_members": pl.Int64,
    **dict.fromkeys(
        ("buzz", "buzz_near", "buzz_met", "buzz_expected", "buzz_low", "buzz_high",
         "buzz_elsewhere", "buzz_ratio", "buzz_ratio_low", "buzz_ratio_high", "buzz_rank"),
        pl.Float64),
    "n_around": pl.Int64,
    **dict.fromkeys(
        ("pipelines", "pipelines_expected", "pipelines_low", "pipelines_high", "log_ratio",
         "low", "high", "level", "p", "q", "n_pipelines", "n_worth"), pl.Float64),
    "n_needed": pl.Int64, "verdict": pl.String,
    **dict.fromkeys(
        ("holders", "top_share", "n_effective", "hotspot_share", "hotspot_low",
         "hotspot_high", "hotspot_expected", "hotspot_p"), pl.Float64),
    "status": pl.String,
}  # fmt: skip
SCALE_SCHEMA = {
    **_NAMED, "scale": pl.String,
    **dict.fromkeys(
        ("value", "expected", "band_low", "band_high", "log_ratio", "low", "high", "level", "p",
         "q", "n", "n_worth"), pl.Float64),
    "n_needed": pl.Int64, "n_others": pl.Int64, "n_alone": pl.Int64, "verdict": pl.String,
    "reason": pl.String,
}  # fmt: skip
BAND_SCHEMA = {
    **_NAMED, "from_km": pl.Float64, "to_km": pl.Float64, "buzz": pl.Float64,
    "share": pl.Float64,
}  # fmt: skip
MEMBER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "org_id": pl.String, "name": pl.String,
    **dict.fromkeys(("buzz", "buzz_met", "pipelines", *DISTANT), pl.Float64),
}  # fmt: skip
NO_P = (
    "Clusters are looked for where organisations are dense, so the band of buzz is no second "
    "test of them and has no p-value."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class BuzzAndPipelines:
    """Exposure to local buzz, and distant pipelines, of each cluster.

    Attributes
    ----------
    clusters : DataFrame
        One row a cluster, most pipelines to what is expected first: `n_members`, `buzz` (mean
        of members, square root of jobs), `buzz_near` and `buzz_met` (its parts: from being
        near, and more of it from those whom members also meet), `buzz_expected`, `buzz_low`,
        `buzz_high` (band of `buzz_near`, with the organisations around dealt to each other's
        sites), `n_around` (organisations dealt), `buzz_elsewhere` (around comparable
        organisations), `buzz_ratio` (to that; of the tenth and ninetieth member of a hundred
        its `_low` and `_high`), `buzz_rank` (share of comparable ones with less than the median
        member),
        `pipelines` (a member), `pipelines_expected`, `pipelines_low`, `pipelines_high` (null
        band: of as many comparable organisations elsewhere), `log_ratio`, `low`, `high`,
        `level`, `p`, `q`, `n_pipelines`, `n_worth` (independent ones that tell as much),
        `n_needed`, `verdict` ("more" or "fewer": by a quarter at least; "somewhat more",
        "somewhat fewer", "as others", "not enough pipelines", "not testable"), `holders` (share
        of members with any), `top_share` (of the largest holder), `n_effective` (holders, were
        they equal), `hotspot_share` (pipelines that end in another cluster), `hotspot_low`,
        `hotspot_high`, `hotspot_expected` (of comparable organisations), `hotspot_p`, `status`.
    scales : DataFrame
        One row a cluster and scale ("all distant", then regional, national, global): `value`
        (pipelines a member), `expected`, `band_low`, `band_high`, `log_ratio`, `low`, `high`,
        `level`, `p`, `q`, `n`, `n_worth`, `n_needed`, `n_others`, `n_alone` (members without
        comparable organisations, left out), `verdict`, `reason`.
    bands : DataFrame
        One row a cluster and band of distance: `from_km`, `to_km` (null: all further ones),
        `buzz`, `share` of the buzz from being near.
    members : DataFrame
        One row a member: `org_id`, `name`, `buzz`, `buzz_met`, `pipelines`, and those of each
        scale.
    decay_km : km
        Over which buzz faded to 37 %.
    cutoffs : Cutoffs
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    clusters: pl.DataFrame
    scales: pl.DataFrame
    bands: pl.DataFrame
    members: pl.DataFrame
    decay_km: Kilometres
    cutoffs: Cutoffs
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, most pipelines to what is expected first."""
        return self.clusters

    def __str__(self) -> str:
        if not self.clusters.height:
            return " ".join(["Buzz and pipelines are not testable:", *self.notes])
        counts = dict(self.clusters.group_by("verdict").len().iter_rows())
        said = ", ".join(f"{counts[v]:,} {v}" for v in VERDICTS if counts.get(v))
        text = (
            f"Distant pipelines a member of {plural(self.clusters.height, 'cluster')}, to "
            f"comparable organisations elsewhere: {said}."
        )
        ratio = self.clusters["buzz_ratio"].drop_nulls()
        if ratio.len():
            text += (
                f" Buzz around their members is {np.median(ratio.to_numpy()):.1f} times "
                "(median) that around organisations of the same industry and size elsewhere."
            )
        return " ".join([text, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.clusters.head(20)._repr_html_()}"


@analysis("linkages", "How much local buzz and how many distant pipelines has each cluster?")
def buzz_and_pipelines(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    decay_km: Kilometres = 1.0,
    cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> BuzzAndPipelines:
    """Measure what members hear by being near each other, and what they reach far away.

    Answers how much untargeted local buzz the members of a cluster are exposed to, from how
    far it comes and whether its place alone would give it; and whether they hold more or fewer
    distant ties made on purpose than organisations of the same industry and size elsewhere, at
    each scale, and whether these end in other clusters.

    Parameters
    ----------
    study : Study
        Needs `organisations` with coordinates, and `linkages`; `jobs`, `relatedness`,
        `spells`, `memberships` and `attendance` add to it.
    clustering : Clustering
    layers : names of layers, or None
        Of which every distant tie is a pipeline. None: ties that show an investment, by
        `formal` or by their layer.
    decay_km : km
        Distance over which buzz fades to 37 %: 0.5 to 1 km for what needs faces. Raised where
        coordinates cannot tell as much.
    cutoffs : Cutoffs
        Pipelines are ties beyond `local_km`; buzz is dealt out within it.
    level : share
    draws : draws
        Deals behind the band of buzz.
    rng : Generator, int or None

    Returns
    -------
    BuzzAndPipelines

    Raises
    ------
    InvalidArgument
        A `level` of 0 or 1, a `decay_km` of 0, an unknown layer.

    Notes
    -----
    Buzz_i = sum over local j of exp(-d_ij / decay) related(s_i, s_j) sqrt(jobs_j) mix_ij, with
    mix_ij 1 plus the share of kinds of occasion (moves of labour, associations, gatherings,
    spin-offs) at which the two meet [1]_. It is an exposure: that anything passes, nobody has
    seen. Recorded ties made on purpose do not count in it.

    A pipeline is one investment of a member (a project, a contract, a partner), split over its
    distant partners. Errors are by organisation and by investment [2]_; a normal interval of ln
    of the ratio, and a band even on square roots.

    That buzz and pipelines stand together does not tell that they help each other: see
    `mutual_stimulation`.

    References
    ----------
    .. [1] Bathelt, H., Malmberg, A., Maskell, P. (2004). Clusters and knowledge: local buzz,
       global pipelines and the process of knowledge creation. Progress in Human Geography
       28(1). doi:10.1191/0309132504ph469oa
    .. [2] Cameron, A., Gelbach, J., Miller, D. (2011). Robust inference with multiway
       clustering. Journal of Business & Economic Statistics 29(2).
       doi:10.1198/jbes.2010.07136

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> buzz_and_pipelines(study, found, draws=49, rng=1).scales["scale"].unique().sort()[0]
    'all distant'
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"buzz_and_pipelines: `level` must be between 0 and 1, got {level:g}"
        )
    seed = seed_of(rng)
    around = around_of(study, decay_km=decay_km, local_km=cutoffs.local_km)
    pipelines = pipelines_of(study, layers=layers, cutoffs=cutoffs)
    members = _member_numbers(study, clustering)
    none = np.empty(0, np.int64)
    hot = ending_elsewhere(pipelines, tuple(members.values()))
    fine, coarse = strata_of(study)
    wanted = np.isin(coarse, np.unique(coarse[np.concatenate([none, *members.values()])]))
    near = buzz_of(around.surroundings, wanted)
    place = neighbourhoods(study, cutoffs.local_km)
    scene = Scene(
        around, pipelines, fine, coarse, place, hot, near, cutoffs.local_km, level, draws
    )
    rows = [
        rows_of(scene, cluster, members.get(cluster["cluster_id"], none), seed=seed)
        for cluster in told(progress, "buzz and pipelines", clustering.clusters.to_dicts())
    ]
    return BuzzAndPipelines(
        _clusters(rows), _scales(rows),
        _frame([band for each in rows for band in each.bands], BAND_SCHEMA),
        _members(study, clustering, rows), around.surroundings.decay_km, cutoffs, level, draws,
        _notes(clustering, (*around.notes, *pipelines.notes)),
    )  # fmt: skip


def _member_numbers(study: Study, clustering: Clustering) -> dict[str, Indices]:
    row = study.organisations.select("org_id").with_row_index("row")
    placed = (
        clustering.members.select(pl.col("cluster_id", "org_id").cast(pl.String))
        .unique(maintain_order=True)
        .join(row, on="org_id", how="inner", validate="m:1", maintain_order="left")
    )
    groups = placed.group_by("cluster_id", maintain_order=True)
    return {str(name): rows["row"].to_numpy().astype(np.int64) for (name,), rows in groups}


def _clusters(rows: Sequence[Rows]) -> pl.DataFrame:
    frame = _with_q(_frame([each.cluster for each in rows], CLUSTER_SCHEMA)).with_columns(
        pl.col("verdict").fill_null("not testable")
    )
    return frame.sort("log_ratio", descending=True, nulls_last=True, maintain_order=True)


def _scales(rows: Sequence[Rows]) -> pl.DataFrame:
    frame = _frame([cell for each in rows for cell in each.scales], SCALE_SCHEMA)
    single = frame.filter(pl.col("scale") != ALL)
    tested = _with_q(single).select("cluster_id", "scale", "q")
    return frame.drop("q").join(
        tested, on=["cluster_id", "scale"], how="left", validate="1:1", maintain_order="left"
    ).select(list(SCALE_SCHEMA))  # fmt: skip


def _members(study: Study, clustering: Clustering, rows: Sequence[Rows]) -> pl.DataFrame:
    empty = pl.DataFrame(schema=MEMBER_SCHEMA)
    parts = [each.members for each in rows if each.members.height]
    if not parts:
        return empty
    found = pl.concat(parts)
    own = study.organisations.select("org_id", "name")[found["row"]]
    label = dict(clustering.clusters.select("cluster_id", "label").iter_rows())
    named = found.with_columns(
        own["org_id"], own["name"].fill_null(own["org_id"]),
        label=pl.col("cluster_id").replace_strict(label, default=None, return_dtype=pl.String),
    )  # fmt: skip
    return named.select(
        pl.col(name).cast(kind) for name, kind in MEMBER_SCHEMA.items()
    ).fill_nan(None)


def _frame(rows: Sequence[Mapping[str, object]], schema: Mapping[str, type]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=dict(schema), strict=False).fill_nan(None)


def _with_q(frame: pl.DataFrame) -> pl.DataFrame:
    q = np.full(frame.height, np.nan)
    tested = np.flatnonzero(frame["p"].is_not_null().to_numpy())
    q[tested] = false_discovery_q(as_floats(frame["p"].to_numpy()[tested]))
    return frame.with_columns(pl.Series("q", q, nan_to_null=True))


def _notes(clustering: Clustering, notes: tuple[str, ...]) -> tuple[str, ...]:
    if not clustering.clusters.height:
        return ("There are no clusters.", *notes)
    return (*notes, NO_P)
