"""Do investors who share organisations form a small world, beyond what sharing alone gives?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Indices, as_indices
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.deals import DEAL_LAYERS
from buzzline.investment.network_measures import Measured, undefined
from buzzline.investment.network_rows import (
    MEASURE_SCHEMA,
    WHOLE,
    Row,
    frame_of,
    named,
    value_columns,
)
from buzzline.investment.periods import period_numbers, periods_of
from buzzline.network.simple_ties import SimpleTies
from buzzline.network.small_world import SmallWorld, shared_small_world, small_world, tied_by
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study
from buzzline.wording import plural

FEWEST_INVESTORS = 10
MOST_TOGETHER = 1000  # investors of one organisation: half a million pairs
CLUSTERING, DISTANCE, SIGMA, ONE_MODE = (
    "clustering", "distance", "sigma", "one_mode_sigma",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class CoInvestment:
    """How small a world investors are that share organisations.

    Attributes
    ----------
    measures : DataFrame
        One row a period ("all years" first) and measure: `clustering`, `distance` and `sigma`
        against who invests in whom dealt anew, `one_mode_sigma` against ties dealt anew, which
        takes every organisation with several investors for a small world. Columns as of
        `ClusterNetwork.measures`; `n_clusters` are investors.
    investors : DataFrame
        One row an investor, most partners first: `org_id`, `name`, `n_organisations`,
        `n_partners`.
    layers : tuple of str
    level : share
    draws : int
    notes : tuple of str
    """

    measures: pl.DataFrame
    investors: pl.DataFrame
    layers: tuple[str, ...]
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a period and measure, all years first."""
        return self.measures

    def __str__(self) -> str:
        rows = {
            row["measure"]: row
            for row in self.measures.filter(pl.col("period") == WHOLE).to_dicts()
        }
        if SIGMA not in rows:
            return " ".join(["Co-investment is not shown.", *self.notes])
        sigma, plain = rows[SIGMA], rows[ONE_MODE]
        if sigma["p"] is None:
            return " ".join([f"Co-investment is {sigma['status']}.", *self.notes])
        closed = rows[CLUSTERING]
        text = (
            f"{plural(closed['n_clusters'], 'investor')} hang together by organisations they "
            f"share; {closed['value']:.0%} of pairs of partners are tied, "
            f"{closed['expected']:.0%} with investments dealt anew (p = {closed['p']:.2g}). "
            f"Sigma is {sigma['value']:.2f} ({sigma['verdict']})"
        )
        if plain["value"] is not None:
            text += (
                f"; {plain['value']:.2f} where it is forgotten that an organisation with "
                "several investors ties them all to each other"
            )
        return " ".join([text + ".", *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.measures.head(20)._repr_html_()}"


@analysis("investment", "Are investors a small world, beyond what sharing organisations gives?")
def co_investment(
    study: Study,
    *,
    periods: Count = 3,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> CoInvestment:
    """Return how small a world investors are that share organisations, corrected for sharing.

    Parameters
    ----------
    study : Study
        With ties of the layer `investment`; else of acquisition, ownership and affiliate.
    periods : count
        Parts with about as many investments each that the years are cut into.
    level : share
    draws : draws
        Times that who invests in whom is dealt anew, for each period.
    rng : Generator, int or None

    Returns
    -------
    CoInvestment

    Raises
    ------
    TooFew
        There is no investment.
    InvalidArgument
        A `level` of 0 or 1; fewer than two draws.

    Notes
    -----
    Two investors are tied where both invest in one organisation, at whatever time within the
    period. An organisation with k investors alone gives k (k - 1) / 2 ties, and nothing but
    triangles. Chance therefore keeps how many organisations each investor has and how many
    investors each organisation, and deals anew who invests in whom [1]_; `sigma` is the ratio
    of clustering over that of chance to distance over that of chance [2]_. p is two-sided. The
    investments on record are not a sample: there is no interval, and investors that are not
    listed make steps longer than they are.

    References
    ----------
    .. [1] Newman, M. E. J., Strogatz, S. H., Watts, D. J. (2001). Random graphs with arbitrary
       degree distributions and their applications. Physical Review E 64.
       doi:10.1103/PhysRevE.64.026118
    .. [2] Uzzi, B., Spiro, J. (2005). Collaboration and creativity: the small world problem.
       American Journal of Sociology 111(2). doi:10.1086/432782

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, layers=("investment",), rng=1).study
    >>> co_investment(study, draws=19, rng=1).layers
    ('investment',)
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"co_investment: `level` must be inside 0 to 1, got {level:g}")
    if draws < 2:
        raise InvalidArgument("co_investment: chance needs at least 2 draws (`draws`)")
    seed = seed_of(rng)
    ties, layers, crowded = _investments(study)
    year = as_indices(ties["year"].fill_null(0).to_numpy())
    spans = periods_of(year, periods)
    number = period_numbers(year, spans)
    rows = list[Row]()
    parts = [(WHOLE, np.ones(ties.height, np.bool_))]
    parts += [(named(span), number == k) for k, span in enumerate(spans)]
    for k, (name, here) in enumerate(parts):
        progress("co-investment", k, len(parts))
        own = ties.filter(pl.Series(here))
        rows += _rows(own, name, level=level, draws=draws, rng=child(seed, "sharing", name))
    progress("co-investment", len(parts), len(parts))
    few = too_few_draws(draws // 2, level)
    said = [
        f"{plural(crowded, 'organisation')} with more than {MOST_TOGETHER:,} investors is not "
        "counted." if crowded else "",
        "The layers are no investments, and one that is bought once ties nobody."
        if layers != ("investment",) else "",
        f"p-values: {few}." if few else "",
    ]  # fmt: skip
    return CoInvestment(
        frame_of(rows, MEASURE_SCHEMA), _investors(ties, study), layers, level, draws,
        tuple(one for one in said if one),
    )  # fmt: skip


def _investments(study: Study) -> tuple[pl.DataFrame, tuple[str, ...], int]:
    """Return who invests in whom (numbered) and when, the layers, and how many are left out."""
    there = set(study.linkages["layer"].unique())
    layers = ("investment",) if "investment" in there else tuple(
        layer for layer in DEAL_LAYERS if layer in there
    )  # fmt: skip
    rows = study.linkages.filter(
        pl.col("layer").is_in(list(layers)) & (pl.col("source") != pl.col("target"))
    )
    if not rows.height:
        raise TooFew(
            "co_investment: the study has no investment. Add ties of the layer `investment` to "
            "`linkages` (source: who invests; target: in whom)."
        )
    ties = rows.select("source", "target", year=pl.col("start").dt.year())
    n = ties.group_by("target").agg(n=pl.col("source").n_unique())
    crowded = n.filter(pl.col("n") > MOST_TOGETHER)
    return ties.join(crowded, on="target", how="anti"), layers, crowded.height


def _rows(
    own: pl.DataFrame, period: str, *, level: float, draws: int, rng: np.random.Generator
) -> list[Row]:
    found = _measured(own, draws, rng)
    n_investors = own["source"].n_unique()
    return [
        {
            "period": period, "measure": name, "level": level, "n_deals": own.height,
            "n_groups": n_investors, "n_clusters": one.n_clusters, "n_ties": one.n_ties,
            "status": one.reason or "measured",
        } | value_columns(one, level)
        for name, one in found.items()
    ]  # fmt: skip


def _measured(own: pl.DataFrame, draws: int, rng: np.random.Generator) -> dict[str, Measured]:
    party, event = _numbers(own)
    n = int(party.max(initial=-1)) + 1
    ties = tied_by(party, event, n)
    n_giant = ties.giant().n if n else 0
    names = (CLUSTERING, DISTANCE, SIGMA, ONE_MODE)
    if n_giant < FEWEST_INVESTORS:
        few = (
            f"not testable: {n_giant} investors hang together; at least {FEWEST_INVESTORS} are "
            "needed"
        )
        return dict.fromkeys(names, Measured(np.nan, np.empty(0), n_giant, 0, few))
    world = shared_small_world(party, event, draws=draws, rng=rng)
    plain = _one_mode(ties, draws, rng)
    pairs = (
        (world.clustering, world.clustering_dealt), (world.distance, world.distance_dealt),
        (world.sigma, world.sigma_dealt), (plain.sigma, plain.sigma_dealt),
    )  # fmt: skip
    return {
        name: Measured(value, chance, world.n, world.m, undefined(value, chance))
        for name, (value, chance) in zip(names, pairs, strict=True)
    }


def _one_mode(ties: SimpleTies, draws: int, rng: np.random.Generator) -> SmallWorld:
    return small_world(ties, draws=draws, rng=rng)


def _numbers(own: pl.DataFrame) -> tuple[Indices, Indices]:
    codes = [own[end].rank("dense").cast(pl.Int64) - 1 for end in ("source", "target")]
    return as_indices(codes[0].to_numpy()), as_indices(codes[1].to_numpy())


def _investors(ties: pl.DataFrame, study: Study) -> pl.DataFrame:
    party, event = _numbers(ties)
    n = int(party.max(initial=-1)) + 1
    partners = np.bincount(tied_by(party, event, n).pairs.ravel(), minlength=n)
    each = (
        ties.group_by("source").agg(n_organisations=pl.col("target").n_unique())
        .sort("source").rename({"source": "org_id"})
        .with_columns(pl.col("n_organisations").cast(pl.Int64), n_partners=pl.Series(partners))
    )  # fmt: skip
    named_too = each.join(
        study.organisations.select("org_id", "name"), on="org_id", how="left",
        maintain_order="left", validate="1:1",
    )  # fmt: skip
    return named_too.select("org_id", "name", "n_organisations", "n_partners").sort(
        "n_partners", "n_organisations", descending=True, maintain_order=True
    )
