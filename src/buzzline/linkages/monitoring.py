"""Do organisations take up what they could watch work for others nearby?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Codes, Flags, as_codes, as_flags, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.adoption_exposure import Adoption, Watching, risk_set
from buzzline.linkages.adoption_hazard import (
    DIFFERENCE,
    RECENT,
    TERM_SCHEMA,
    VISIBLE,
    Groups,
    exposure_rows,
    hazard_rows,
)
from buzzline.linkages.knowledge_profiles import knowledge_profiles
from buzzline.linkages.knowledge_space import knowledge_space
from buzzline.linkages.proximities import check_layers
from buzzline.linkages.tied_pairs import tied_pairs
from buzzline.quantities import Share, Years
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.study import Study
from buzzline.wording import plural

EXPOSURE_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "channel": pl.String,
    "value": pl.Float64, "share": pl.Float64, "n": pl.Int64, "reason": pl.String,
}  # fmt: skip
COVERED = 0.5  # share of organisations with knowledge items that makes likeness count


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Monitoring:
    """How much likelier a practice is taken up after its outcome at others could be seen.

    Attributes
    ----------
    terms : DataFrame
        One row a channel and what could be seen: `channel` ("local", "network", "systemic",
        "unseen"), `seen` ("outcome visible", "not yet visible", "difference"), `verdict`
        ("monitoring", "cannot tell from shared luck", "no sign of it"; of differences
        "outcomes count more"; "placebo passed", "placebo failed", "placebo cannot tell"; "not
        testable"),
        `value` (log odds of taking up for each doubling of exposure), `low`, `high`, `level`,
        `odds`, `p`, `n` (times it was taken up), `n_at_risk`, `n_groups` (clusters and
        organisations outside; of systemic and unseen exposure, the fewer of these and
        industries), `design_effect`, `reason`.
    exposure : DataFrame
        One row a cluster and channel: `cluster_id`, `label`, `industry`, `channel`, `value`
        (mean number of adoptions a member could see in the last year, counted by likeness),
        `share` (of all that can be seen), `n` (members), `reason`.
    visible_after : years
    n_practices : int
    likeness : str              what likeness is read off
    level : share
    notes : tuple[str, ...]     what a reader must know
    """

    terms: pl.DataFrame
    exposure: pl.DataFrame
    visible_after: Years
    n_practices: int
    likeness: str
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a channel and what could be seen."""
        return self.terms

    def __str__(self) -> str:
        told = self.terms.filter(pl.col("value").is_not_null())
        if not told.height:
            why = self.terms["reason"].drop_nulls().head(1).to_list()
            return " ".join(["Whether others are watched is not testable:", *why, *self.notes])
        said = "; ".join(
            f"{row['channel']}: {_odds(row)} for each doubling ({self._held_against(row)}): "
            f"{row['verdict']}"
            for row in told.filter(pl.col("seen") == VISIBLE).iter_rows(named=True)
            if row["channel"] != "unseen"
        )
        n = int(told["n"][0])
        return " ".join([
            f"Of {plural(self.n_practices, 'practice')} taken up {n:,} times, odds by what "
            f"could be seen to work for others: {said or 'nothing that could be told'}.",
            *self.notes,
        ])  # fmt: skip

    def _held_against(self, row: dict[str, Any]) -> str:
        """Return what the placebo and the difference of a channel say."""
        of_channel = self.terms.filter(pl.col("channel") == row["channel"])
        found = {other["seen"]: other for other in of_channel.iter_rows(named=True)}
        placebo, more = found.get(RECENT), found.get(DIFFERENCE)
        parts = []
        if placebo is not None and placebo["value"] is not None:
            failed = placebo["verdict"].removeprefix("placebo ")
            parts.append(f"not yet visible {_odds(placebo)}, placebo {failed}")
        if more is not None:
            parts.append(f"ratio of both {_odds(more)}")
        return "; ".join(parts) or "nothing to hold it against"

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.terms.head(20)._repr_html_()}"


def _odds(row: dict[str, Any]) -> str:
    return f"{row['odds']:.2f} [{exp(row['low']):.2f}, {exp(row['high']):.2f}]"


@analysis("linkages", "Do organisations take up what they could watch work for others?")
def monitoring(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    visible_after: Years = 2,
    level: Share = 0.95,
    rng: Seed = None,
) -> Monitoring:
    """Return how much likelier practices are taken up by those who could watch them work.

    Answers whether watching is automatic nearby (local), needs ties (network), or only a shared
    frame (systemic); and whether it is watching at all. Two placebos: adopters of whom no
    outcome can be known yet (following them is imitation), and organisations as alike that
    cannot be seen.

    Parameters
    ----------
    study : Study
        Needs `knowledge_items` of the kind "practice" or "standard" with `classes` (which
        practice), `org_id` and `date`; `linkages`.
    clustering : Clustering
    layers : names of layers, or None for all
        Along which one watches.
    visible_after : years
        After which the outcome of a practice can be seen.
    level : share
    rng : Generator, int or None
        Which of those who did not take it up are compared with.

    Returns
    -------
    Monitoring

    Raises
    ------
    InvalidArgument
        A layer without linkages; a `level` of 0 or 1.

    Notes
    -----
    Logit of taking up a practice in a year among those who have not, with one intercept a
    practice and year, on log2(1 + M) of each channel; M = sum of O S K [1]_ over adopters.
    Errors let all members of a cluster vary together; of systemic and unseen exposure, also all
    of an industry. Neighbours share luck that nobody recorded. So "monitoring" is said only
    where visible outcomes go with taking up, more so than beginnings do, and no placebo failed;
    systemic, only where the placebo passed (its interval excludes odds of 1.25). That guards
    against luck that lasts, not against luck that comes with the year (reflection [2]_).

    References
    ----------
    .. [1] Maskell, P. (2001). Towards a knowledge-based theory of the geographical cluster.
       Industrial and Corporate Change 10(4). doi:10.1093/icc/10.4.921
    .. [2] Bramoulle, Y., Djebbari, H., Fortin, B. (2009). Identification of peer effects
       through social networks. Journal of Econometrics 150(1).
       doi:10.1016/j.jeconom.2008.12.021

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> monitoring(study, found, rng=1).terms["verdict"].unique().to_list()
    ['not testable']
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"monitoring: `level` must be between 0 and 1, got {level:g}")
    check_layers(study, None if layers is None else tuple(layers), "linkages")
    adoption = adoptions_of(study)
    watching, known, likeness = _watching(study, clustering, layers)
    found = risk_set(
        adoption, watching, known, visible_after=visible_after,
        rng=child(seed_of(rng), "controls"),
    )  # fmt: skip
    terms = hazard_rows(
        found, Groups(watching.cluster, watching.industry), likeness=likeness, level=level
    )
    exposure = exposure_rows(clustering, adoption, watching, visible_after=visible_after)
    return Monitoring(
        pl.DataFrame(
            {name: [row.get(name) for row in terms] for name in TERM_SCHEMA},
            schema=TERM_SCHEMA, strict=False,
        ).fill_nan(None),
        pl.DataFrame(
            {name: [row.get(name) for row in exposure] for name in EXPOSURE_SCHEMA},
            schema=EXPOSURE_SCHEMA, strict=False,
        ).fill_nan(None),
        visible_after, len(adoption.names), likeness, level, _notes(clustering, adoption),
    )  # fmt: skip


def adoptions_of(study: Study) -> Adoption:
    """Return the year in which each organisation first took up each practice."""
    number = study.organisations.select("org_id").with_row_index("row")
    first = (
        study.knowledge_items.filter(
            pl.col("kind").is_in(["practice", "standard"]) & pl.col("classes").is_not_null()
            & pl.col("org_id").is_not_null() & pl.col("date").is_not_null()
        )
        .group_by("classes", "org_id").agg(year=pl.col("date").min().dt.year())
        .join(number, on="org_id", how="inner", validate="m:1")
        .sort("classes", "row")
    )  # fmt: skip
    names = first["classes"].unique().sort()
    code = first["classes"].rank("dense").cast(pl.Int32) - 1
    return Adoption(
        as_codes(code.to_numpy()), as_indices(first["row"].to_numpy()),
        as_indices(first["year"].to_numpy()), tuple(names.to_list()),
    )  # fmt: skip


def _watching(
    study: Study, clustering: Clustering, layers: Sequence[str] | None
) -> tuple[Watching, Flags, str]:
    frame = study.organisations
    n = frame.height
    first = clustering.members.unique("org_id", keep="first", maintain_order=True)
    order = {key: k for k, key in enumerate(clustering.clusters["cluster_id"])}
    joined = frame.select("org_id").join(
        first.select("org_id", "cluster_id"), on="org_id", how="left", validate="1:1",
        maintain_order="left",
    )  # fmt: skip
    cluster = joined["cluster_id"].replace_strict(order, default=-1, return_dtype=pl.Int32)
    industry = as_codes(frame["industry"].rank("dense").cast(pl.Int32).fill_null(0).to_numpy())
    chosen = tuple(layers) if layers else tuple(study.linkages["layer"].unique())
    pairs = tied_pairs(study, chosen)
    ends = np.concatenate([pairs.one, pairs.other]), np.concatenate([pairs.other, pairs.one])
    ties = sparse.coo_array((np.ones(ends[0].size), ends), shape=(n, n)).tocsr()
    unit, known, said = sparse.csr_array(np.ones((n, 1))), np.ones(n, np.bool_), ""
    try:
        profiles = knowledge_profiles(study)
        if profiles.known.mean() >= COVERED:
            unit, known = knowledge_space(profiles.matrix()).unit, profiles.known
            said = "knowledge items"
    except TooFew:
        pass  # what organisations know is not known: all count alike, as `likeness` says
    codes: Codes = as_codes(cluster.fill_null(-1).to_numpy())
    return Watching(codes, as_codes(industry - 1), ties, unit), as_flags(known), said


def _notes(clustering: Clustering, adoption: Adoption) -> tuple[str, ...]:
    notes = [] if clustering.clusters.height else ["There are no clusters: nothing is local."]
    if not adoption.names:
        notes.append(
            'Add items of the kind "practice" with `classes`, `org_id` and `date` to '
            "`knowledge_items`."
        )
    return tuple(notes)
