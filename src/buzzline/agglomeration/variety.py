"""Is a place's variety of industries related, so that they could learn from each other?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.chance_columns import chance_columns
from buzzline.agglomeration.checks import as_groups, as_jobs
from buzzline.agglomeration.employment import EmploymentMatrix, employment_matrix
from buzzline.agglomeration.shares import entropy
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Codes, Floats, as_codes
from buzzline.errors import TooFew
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Count, Draws, Share, Years
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.study import Study

MEASURED = "measured"
NO_JOBS = "no known jobs: not measured"
HIDDEN = "less than half of its jobs are in known cells"
NO_GROUPS = "every industry is its own group: nothing is related"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Variety:
    """Related and unrelated variety of every place, against groups of shuffled industries.

    Attributes
    ----------
    places : DataFrame
        One row a place, related variety furthest beyond chance first: `place_id`, `name`,
        `related`, `unrelated`, `total` (bits; the first two add up to the third),
        `chance_mean`, `chance_low`, `chance_high` (of `related`, with industries dealt to
        groups at random), `z`, `p` (two-sided), `q`, `level`, `n_industries` (with a job),
        `jobs`, `status`.
    n_industries, n_groups : int
        Classes between which variety is counted, and groups they lie in.
    level : share
    draws : int
    grouping : str
        What made the groups.
    notes : tuple of str
    """

    places: pl.DataFrame
    n_industries: int
    n_groups: int
    level: Share
    draws: int
    grouping: str
    notes: tuple[str, ...] = ()
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a place."""
        return self.places

    def __str__(self) -> str:
        rows = self.places.drop_nulls("related")
        means = rows.select(pl.col("related", "unrelated").mean()).row(0)
        said = (
            f"Over {self.n_industries:,} industries in {self.n_groups:,} groups "
            f"({self.grouping}), a place has {means[0]:.2f} bits of related and {means[1]:.2f} "
            f"bits of unrelated variety on average (n={rows.height:,} places)"
        )
        if rows.height and self.n_groups == self.n_industries:
            return (
                f"{said}. Related variety is zero by construction, as every group has one "
                "industry: set `group_digits` to fewer digits than the codes have, or fill "
                "`industries.cluster`."
            )
        tested = rows.drop_nulls("q")
        if not tested.height:
            return f"{said}."
        beyond = tested.filter(pl.col("q") <= 1 - self.level)
        more = beyond.filter(pl.col("z") > 0).height
        return (
            f"{said}; groups of shuffled industries give less related variety in {more:,} "
            f"places and more in {beyond.height - more:,} ({self.draws:,} draws)."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.places._repr_html_()}"


@analysis("agglomeration", "Is the variety of industries in each place related or unrelated?")
def variety(
    study: Study,
    *,
    group_digits: Count = 2,
    draws: Draws = 999,
    level: Share = 0.95,
    year: Years | None = None,
    digits: Count | None = None,
    rng: Seed = None,
    progress: Progress = silent,
) -> Variety:
    """Split the variety of industries of each place into related and unrelated.

    Answers whether a place's industries spread over groups that have little to do with each
    other (unrelated variety, a portfolio against shocks) or over industries within groups
    (related variety, which may feed on each other).

    Parameters
    ----------
    study : Study
        Needs the table `employment`, or organisations with places and industries.
    group_digits : count
        Industries with equal first digits are related. Where codes are no digits, or have no
        more than that, `industries.cluster` makes the groups instead.
    draws : draws
        How often industries are dealt to groups at random.
    level : share
        Of the chance band.
    year : years
        Which year of `employment`; the latest by default.
    digits : count
        How deep in the classification of industries; the deepest by default.
    rng : seed or generator
    progress : callable
        Told how far the dealing is.

    Returns
    -------
    Variety

    Raises
    ------
    TooFew
        Nothing is known of jobs by place and industry.

    Notes
    -----
    With P_g the share of group g in the jobs of a place, unrelated variety is Σ P_g log2(1/P_g)
    and related variety Σ P_g H_g, H_g the entropy within the group; they add up to the entropy
    of all industries. Both grow with the number of classes and, up to it, with the number of
    plants of a place: compare places of one study, not two studies. The chance band keeps a
    place's jobs and the sizes of groups, and deals the industries to groups at random: it tells
    whether what is there is related more than it needs to be.

    References
    ----------
    .. [1] Frenken, K., Van Oort, F., Verburg, T. (2007). Related variety, unrelated variety and
       regional economic growth. Regional Studies 41(5). doi:10.1080/00343400601120296

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=2, rng=1).study
    >>> variety(study, draws=19, rng=1).places.columns[2:5]
    ['related', 'unrelated', 'total']
    """
    matrix = employment_matrix(study, year=year, digits=digits)
    jobs = matrix.jobs if np.isfinite(matrix.jobs).any() else matrix.establishments
    if not np.nansum(jobs) > 0:
        raise TooFew(
            "variety: no jobs or establishments are known by place and industry. Fill the "
            "table `employment`."
        )
    group, grouping = groups_of(matrix.industries, group_digits)
    unrelated, related = related_variety(jobs, group)
    null = np.full((draws, jobs.shape[0]), np.nan)
    seed = seed_of(rng)
    total = unrelated + related
    is_split = np.unique(group).size < group.size  # else every deal is the same: no chance
    for draw in told(progress, "dealing industries to groups", range(draws * is_split)):
        dealt = child(seed, "groups", draw).permutation(group)
        null[draw] = np.maximum(total - _between(jobs, dealt), 0.0)
    chance = chance_columns(related, null, level=level)
    return Variety(
        _rows(matrix, jobs, {"related": related, "unrelated": unrelated, **chance}, level,
              alone_in_groups=not is_split),
        jobs.shape[1], int(group.max()) + 1, level, draws, grouping, matrix.notes,
    )  # fmt: skip


def related_variety(jobs: Floats, group: Codes) -> tuple[Floats, Floats]:
    """Return unrelated and related variety of each place.

    Parameters
    ----------
    jobs : (r, s) float64 [jobs]
        NaN (not known) is left out.
    group : (s,) int32
        Which group each industry lies in, 0 to the number of groups - 1.

    Returns
    -------
    unrelated, related : (r,) float64 [bits]
        NaN for a place without jobs.

    Raises
    ------
    InvalidArgument
        Not one group an industry, numbered from 0; or jobs are negative or infinite.

    Examples
    --------
    >>> jobs = np.array([[0.2, 0.2, 0.1, 0.25, 0.25]])
    >>> unrelated, related = related_variety(jobs, np.array([0, 0, 0, 1, 1], dtype=np.int32))
    >>> unrelated.round(6).tolist(), related.round(6).tolist()
    ([1.0], [1.260964])
    """
    jobs = as_jobs(jobs, "related_variety")
    group = as_groups(group, "related_variety", "group", n=jobs.shape[1])
    unrelated = _between(jobs, group)
    return unrelated, np.maximum(entropy(jobs, axis=1) - unrelated, 0.0)


def _between(jobs: Floats, group: Codes) -> Floats:
    """Return the entropy of groups in each place, (r,)."""
    belongs = np.zeros((group.size, int(group.max(initial=0)) + 1))
    belongs[np.arange(group.size), group] = 1.0
    return entropy(np.nan_to_num(jobs) @ belongs, axis=1)


def groups_of(industries: pl.DataFrame, digits: int) -> tuple[Codes, str]:
    """Return the group of each industry, and what made the groups.

    Parameters
    ----------
    industries : DataFrame
        `industry`, and `cluster` where known.
    digits : int
        Equal first characters of `industry` make a group, where codes are longer than that and
        all digits; else `cluster` does; else each industry is its own.
    """
    codes = industries["industry"]
    if codes.str.contains(r"^\d").all() and (codes.str.len_chars() > digits).any():
        return _numbered(codes.str.slice(0, digits)), f"equal first {digits} digits"
    cluster = industries["cluster"]
    if cluster.null_count() < cluster.len():
        # An industry without a cluster is related to none.
        alone = pl.Series([f"alone {name}" for name in codes])
        return _numbered(pl.select(pl.coalesce(cluster, alone)).to_series()), "their clusters"
    return as_codes(np.arange(codes.len())), NO_GROUPS


def _numbered(names: pl.Series) -> Codes:
    return as_codes(np.unique(names.to_numpy().astype(str), return_inverse=True)[1])


def _rows(
    matrix: EmploymentMatrix, jobs: Floats, found: dict[str, Floats], level: Share,
    *, alone_in_groups: bool = False,
) -> pl.DataFrame:  # fmt: skip
    related = found["related"]
    hidden = np.nan_to_num(matrix.place_suppressed) > 0.5
    alone = np.full(related.size, alone_in_groups)
    reasons = [NO_JOBS, NO_GROUPS, HIDDEN]
    status = np.select([~np.isfinite(related), alone, hidden], reasons, MEASURED)
    columns = {**found, "total": found["related"] + found["unrelated"]}
    names = ("related", "unrelated", "total", "chance_mean", "chance_low", "chance_high", "z",
             "p", "q")  # fmt: skip
    return (
        matrix.places.select("place_id", pl.coalesce("name", "place_id").alias("name"))
        .with_columns(
            *[pl.Series(name, columns[name], nan_to_null=True) for name in names],
            pl.lit(level).alias("level"),
            pl.Series("n_industries", (np.nan_to_num(jobs) > 0).sum(axis=1)),
            pl.Series("jobs", matrix.place_jobs),
            pl.Series("status", [str(word) for word in status]),
        )
        .sort("z", "place_id", descending=[True, False], nulls_last=True)
    )
