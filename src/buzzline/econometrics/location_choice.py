"""Do deals go to places with clusters like the one they start from?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.econometrics.location_alternatives import (
    LocationCases,
    location_cases,
    same_industry,
)
from buzzline.econometrics.location_models import (
    BY_INDUSTRY,
    KNOWLEDGE,
    LEADERS,
    ORIGIN,
    POOLED,
    TASTES,
    Model,
    Setting,
    all_models,
)
from buzzline.errors import InvalidArgument
from buzzline.investment.deals import Across, deals_of
from buzzline.investment.knowledge_intensity import knowledge_intensive_industries
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Share
from buzzline.randomness import Seed, seed_of
from buzzline.tables.study import Study
from buzzline.wording import plural

LEADING = 0.9  # quantile of jobs (else revenue) within an industry: its leaders are above
FEWEST_SIZED = 10  # organisations of an industry of known size, to tell the largest tenth
NO_SIZES = (
    "no industry has ten organisations of known size: fill `organisations.jobs`, or "
    "`revenue_musd`"
)
ROWS_SCHEMA = {
    "model": pl.String, "term": pl.String, "industry": pl.String, "measured_by": pl.String,
    "verdict": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "odds": pl.Float64, "se": pl.Float64, "p": pl.Float64,
    "n": pl.Int64, "n_groups": pl.Int64, "worth": pl.Float64, "n_needed": pl.Int64,
    "reason": pl.String,
}  # fmt: skip
MODELS_SCHEMA = {
    "model": pl.String, "n": pl.Int64, "n_groups": pl.Int64, "n_places": pl.Int64,
    "alternatives": pl.Float64, "log_likelihood": pl.Float64, "explained": pl.Float64,
    "p_iia": pl.Float64, "shift_iia": pl.Float64, "p_alike": pl.Float64, "reason": pl.String,
    "reason_iia": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LocationChoice:
    """What makes a place likelier to be chosen, and whether clusters seek their like.

    Attributes
    ----------
    rows : DataFrame
        One row a coefficient, the one in question of the model by industry first: `model`
        ("by industry" holds industries apart; "pooled" mixes them), `term`, `industry`
        (whose pull of similar clusters it is), `measured_by`, `verdict` ("likelier", "less
        likely", "cannot tell", "not testable"), `value` (log odds that a place is chosen),
        `low`, `high`, `level`, `odds` (ratio), `se`, `p`, `n` (deals), `n_groups` (ultimate
        owners), `worth` (equal groups that groups are worth), `n_needed` (deals
        that would show odds twice as high), `reason`.
    models : DataFrame
        One row a model: `n`, `n_groups`, `n_places`, `alternatives` (a deal, mean),
        `log_likelihood`, `explained` (share of it), `p_iia` (of such a change without the
        country most deals go to, were odds independent of the others), `shift_iia` (log odds),
        `p_alike` (mixed: of such a gain, were all groups alike), `reason`, `reason_iia`.
    left_out : DataFrame
        Deals that were set aside: `reason`, `n`.
    level : share
    notes : tuple of str
    """

    rows: pl.DataFrame
    models: pl.DataFrame
    left_out: pl.DataFrame
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a coefficient, the one in question first."""
        return self.rows

    def __str__(self) -> str:
        main = self.rows.row(0, named=True)
        if main["value"] is None:
            said = f"Whether deals seek clusters like their own is not testable: {_bare(main)}."
            return " ".join([said, *self.notes])
        whole = self.models.filter(pl.col("model") == main["model"]).row(0, named=True)
        said = (
            f"Of {plural(main['n'], 'deal')} of {plural(main['n_groups'], 'group')} among "
            f"{plural(whole['n_places'], 'place')}, the odds of a place with a similar cluster "
            f"are {_odds(main)} times as high for deals that start in such a cluster, each "
            f"industry and home country held to itself where there are enough{self._pooled()}. "
            f"{_conclusion(main, self._other(main))}"
        )
        return " ".join([said, *self.notes])

    def _pooled(self) -> str:
        rows = self.rows.filter((pl.col("model") == POOLED) & (pl.col("term") == ORIGIN))
        if not rows.height or rows["value"][0] is None:
            return ""
        return f" ({_odds(rows.row(0, named=True))} where industries are mixed)"

    def _other(self, main: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Return the row of other tastes where the finding does not outlast them."""
        rows = self.rows.filter((pl.col("model") == TASTES) & (pl.col("term") == ORIGIN))
        found = ("likelier", "less likely")
        if main["verdict"] not in found or not rows.height or rows["value"][0] is None:
            return None
        other = rows.row(0, named=True)
        return None if other["verdict"] == main["verdict"] else other

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.rows.head(20)._repr_html_()}"


def _bare(row: Mapping[str, object]) -> str:
    return str(row["reason"]).removesuffix(".")


def _odds(row: Mapping[str, Any]) -> str:
    if row["low"] is None:
        return f"{row['odds']:.2g} (no interval)"
    low, high = np.exp(row["low"]), np.exp(row["high"])
    return f"{row['odds']:.2g} [{low:.2g}, {high:.2g}]"


def _conclusion(main: Mapping[str, Any], other: Mapping[str, Any] | None) -> str:
    """Say what may and what may not be concluded."""
    not_why = (
        "This is what goes together among the places there were to choose from, not why: who "
        "stands in clusters may differ in much else."
    )
    if main["verdict"] == "not testable":
        return f"That is no finding: {_bare(main)}."
    if main["verdict"] == "cannot tell":
        return (
            "It cannot be told whether they seek their like; about "
            f"{main['n_needed']:,} such deals would show odds twice as high. {not_why}"
        )
    like = "their like" if main["verdict"] == "likelier" else "other places than their like"
    if other is not None:
        return (
            f"They seem to seek {like}, but that is not clear of 1 ({_odds(other)}) where "
            "sources in clusters may also make something else of size and distance. "
            f"{not_why}"
        )
    return f"They seek {like}. {not_why}"


@analysis("econometrics", "Do deals go to clusters like the one they start from?")
def location_choice(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    across: Across = "borders",
    alternatives_per_case: Count = 100,
    knowledge_intensive: Sequence[str] | None = None,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> LocationChoice:
    """Return what makes a place likelier to be chosen for a deal, all else equal.

    Answers whether sources in a cluster seek places with a cluster of their industry more than
    sources of the same industry outside clusters do; whether that is more so in
    knowledge-intensive industries, less so for leaders; and whether groups differ in it.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    layers : names of layers, or None
        None: those of acquisition, investment, ownership and affiliate that are there.
    across : "all" or "borders"
        "borders": deals between two countries, among all places of other countries. "all": also
        at home. Never the place of the source, or one of the cluster it is part of: that would
        be staying.
    alternatives_per_case : count
        Places each deal is held against; where there are more, some are drawn, and the
        likelihood is corrected for how.
    knowledge_intensive : sequence of str, optional
        Knowledge-intensive industries, or the digits their codes begin with; None: told from
        `occupations`.
    level : share
    rng : Generator, int or None

    Returns
    -------
    LocationChoice

    Raises
    ------
    TooFew
        There is no tie in such a layer.
    InvalidArgument
        A `level` of 0 or 1; fewer than two alternatives.

    Notes
    -----
    Conditional logit [1]_: place r is chosen by deal i with odds exp(b'x_r + g_s C_rs +
    d O_i C_rs + ...), C_rs: the place holds a cluster of industry s; O_i: the source is in one.
    exp(d) multiplies the odds where both are so. In "by industry" each industry has its own
    pull g_s: industries that cluster at both ends would else look as if clusters sought their
    like. Industries of which fewer than five deals went to a similar cluster, or fewer than
    five elsewhere, say nothing then and are left out; "pooled" has them all and one g. "Other
    tastes" lets sources in clusters also differ in what they make of size, own industry and
    distance.

    Places are cities with what is within 12.5 km. Size, own industry and distance stand for the
    rest of what makes a place likely; `value` is per doubling of them.

    Errors: deals of one group share luck, and so do all who look at one place
    (`destination_errors` [2]_); t with as many degrees of freedom as groups are worth. Below
    three groups' worth there is no interval.
    `p_iia`: do the odds change when the country most deals go to is taken away? "mixed" lets
    the pull of similar clusters be normal among groups (100 Halton draws each); of more than
    40,000 alternatives, groups at random are taken.

    References
    ----------
    .. [1] McFadden, D. (1974). In: Frontiers in Econometrics, chapter 4. Academic Press.
    .. [2] MacKinnon, J., Nielsen, M., Webb, M. (2023). Fast and reliable jackknife and
       bootstrap methods for cluster-robust inference. Journal of Applied Econometrics 38(5).
       doi:10.1002/jae.2969

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, layers=("investment",), rng=1).study
    >>> found = candidate_clusters(study, draws=19, rng=1)
    >>> location_choice(study, found, rng=1).rows["term"][0]
    'similar cluster, from a cluster'
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"location_choice: `level` must be between 0 and 1, got {level:g}"
        )
    if alternatives_per_case < 2:
        raise InvalidArgument("location_choice: a choice needs 2 `alternatives_per_case`")
    seed = seed_of(rng)
    deals = deals_of(study, clustering, layers=layers, across=across)
    progress("places deals could have gone to", 0, 1)
    cases = location_cases(
        study, clustering, deals, similar=same_industry(study, clustering), across=across,
        most=alternatives_per_case, seed=seed,
    )  # fmt: skip
    progress("places deals could have gone to", 1, 1)
    setting, notes = _setting(study, cases, knowledge_intensive, level, seed)
    models = all_models(setting, progress)
    rows = _rows(models)
    wholes = _frame([model.whole for model in models], MODELS_SCHEMA)
    return LocationChoice(rows, wholes, cases.left_out, level, (*notes, *_caveats(cases, rows)))


def _setting(
    study: Study,
    cases: LocationCases,
    knowledge_intensive: Sequence[str] | None,
    level: Share,
    seed: int,
) -> tuple[Setting, tuple[str, ...]]:
    industry = cases.deals["industry"]
    told, by = knowledge_intensive_industries(
        study, industry.unique().sort().to_list(), knowledge_intensive
    )
    knowledge = industry.replace_strict(told, default=None, return_dtype=pl.Float64)
    leads = cases.deals.select("source").join(
        _leaders(study), left_on="source", right_on="org_id", how="left", validate="m:1",
        maintain_order="left",
    )["leads"]  # fmt: skip
    why = {}
    if not knowledge.drop_nulls().len():
        why[KNOWLEDGE] = by
    if not leads.drop_nulls().len():
        why[LEADERS] = NO_SIZES
    notes = () if why.get(KNOWLEDGE) else (f"Knowledge-intensive: {by}.",)
    home = study.organisations["country"].replace("", None).gather(cases.deals["row"])
    return Setting(
        cases, home.fill_null("?"), _numbers(knowledge), _numbers(leads), why, level, seed
    ), notes


def _numbers(values: pl.Series) -> Floats:
    return as_floats(values.cast(pl.Float64).fill_null(np.nan).to_numpy())


def _leaders(study: Study) -> pl.DataFrame:
    """Return `org_id`, `leads`: in the largest tenth of its main industry; null: not known."""
    sized = study.organisations.select("org_id", "industry", "jobs", "revenue_musd")
    parts = []
    for size in ("jobs", "revenue_musd"):
        of_industry = pl.col(size).is_not_null() & pl.col("industry").is_not_null()
        n = of_industry.sum().over("industry")
        above = pl.col(size) > pl.col(size).quantile(LEADING, "higher").over("industry")
        parts.append(pl.when(of_industry & (n >= FEWEST_SIZED)).then(above).cast(pl.Float64))
    return sized.select("org_id", leads=pl.coalesce(parts))


def _rows(models: Sequence[Model]) -> pl.DataFrame:
    """Return all rows: the question first, by industry before pooled and the others."""
    frame = _frame([row for model in models for row in model.rows], ROWS_SCHEMA)
    answers = (pl.col("model") == BY_INDUSTRY) & (pl.col("term") == ORIGIN)
    return frame.sort(~answers, maintain_order=True)


def _frame(
    rows: Sequence[Mapping[str, object]], schema: Mapping[str, type[pl.DataType]]
) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=dict(schema), strict=False).fill_nan(None)


def _caveats(cases: LocationCases, rows: pl.DataFrame) -> tuple[str, ...]:
    notes = []
    aside = int(cases.left_out["n"].sum())
    if aside:
        first = cases.left_out.sort("n", descending=True).row(0)
        notes.append(f"{plural(aside, 'deal')} set aside (most: {first[1]:,} {first[0]}).")
    if cases.deals.height:
        most = int(cases.deals.group_by("group").len()["len"].max())  # type: ignore[arg-type]
        if most > cases.deals.height / 4:
            notes.append(f"One group made {most:,} of {cases.deals.height:,} deals.")
    return tuple(notes)
