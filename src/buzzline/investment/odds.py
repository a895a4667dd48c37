"""Are deals from clusters likelier to land in a similar cluster, and compared with whom?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.agglomeration.relatedness import Relatedness
from buzzline.analysis import NOT_ASKED, NotMade, Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.investment.deals import Across, deals_of
from buzzline.investment.odds_ends import HELD, Ends, ends_of, left_out_text
from buzzline.investment.odds_rows import (
    needed_rows,
    ratio_rows,
    reading_rows,
    stratum_rows,
)
from buzzline.investment.odds_words import sentence
from buzzline.quantities import Count, Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study

LEAST = {"industry", "country"}  # of the investor: what is held at least
FEW_LEFT = 0.5  # of the deals that leaves; what leaves fewer to compare is not led with


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InvestmentOdds:
    """How much likelier deals from clusters land in a similar cluster.

    Attributes
    ----------
    ratios : DataFrame
        One row a rule of what is similar, what is held and a measure, the rule and what is held
        that the answer goes by first: `similar`, `held`, `measure` (risk ratio, odds ratio,
        risk difference; odds ratio, exact: as if deals were independent), `value`, `low`,
        `high` (null: no upper end), `level`, `p` (permutation within what is held;
        of the exact odds ratio after Fisher, with `mid_p` beside it), `resampled_low`,
        `resampled_high` (bootstrap of groups), `e_value`, `e_value_low` (of the end of the
        interval nearer to 1), `n` (deals in strata with a comparison), `n_groups`, `n_strata`,
        `n_unknown`, `status`.
    strata : DataFrame
        Risk ratio by industry, country and size of the investor and by year, the others held,
        and the shares of all its deals with nothing held, which need not fit it: `by`,
        `stratum`, `title`, `from_clusters`, `share_from_clusters`, `elsewhere`,
        `share_elsewhere`, `value`, `low`, `high`, `level`, `p`, `q`, `n`, `n_groups`,
        `status`.
    needed : DataFrame
        `ratio`, `base`, `from_clusters`, `n_independent`, `alike` (deals that tell as much as
        an independent one), `n_needed`, `n` (deals there are).
    reading : DataFrame
        What "five times" means: `times`, `base`, `risk_ratio` (if odds are five times),
        `odds_ratio` (if risk is; null: impossible), `is_observed`.
    left_out : DataFrame
        `reason`, `n`.
    rule, held : str
        The rule of what is similar, and what is held, that the answer goes by.
    n, n_groups : int
        Deals with both ends known, and the groups behind them.
    across : str
    level : share
    draws : int
    notes : tuple of str
    """

    ratios: pl.DataFrame
    strata: pl.DataFrame
    needed: pl.DataFrame
    reading: pl.DataFrame
    left_out: pl.DataFrame
    rule: str
    held: str
    n: int
    n_groups: int
    across: str
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return the ratios by rule and what is held, those the answer goes by first."""
        return self.ratios

    def __str__(self) -> str:
        return " ".join([
            sentence(self.ratios, self.needed, rule=self.rule, held=self.held,
                     across=self.across),
            *self.notes,
        ])  # fmt: skip

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.ratios.head(20)._repr_html_()}"


@analysis("investment", "Are deals from clusters likelier to land in a similar cluster?")
def investment_odds(  # noqa: PLR0913 - a result of another analysis is no choice
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    across: Across = "borders",
    digits: Count | None = None,
    related: Relatedness | NotMade = NOT_ASKED,
    level: Share = 0.95,
    draws: Draws = 999,
    rng: Seed = None,
) -> InvestmentOdds:
    """Return how much likelier deals from clusters land in a similar cluster.

    Parameters
    ----------
    study : Study
        Needs ties in a layer of deals, and industries and coordinates of both ends.
    clustering : Clustering
    layers : names of layers, or None
        As in `deals_of`.
    across : "borders" or "all"
        Deals between two countries only, or all but those within 50 km or inside one cluster.
    digits : count, optional
        Industries that agree in as many digits are similar; None: the finest of 4, 3 and 2 at
        which it is known of four in five deals. The others stand beside it.
    related : Relatedness or NotMade
        For similarity by relatedness, where the table `relatedness` is empty.
    level : share
    draws : draws
        Permutations, and resamples of groups.
    rng : Generator, int or None

    Returns
    -------
    InvestmentOdds

    Raises
    ------
    TooFew
        No layer of deals.
    InvalidArgument
        A `level` of 0 or 1; a layer that is none of deals.

    Notes
    -----
    A deal comes from a cluster if the investor stands within the scale of one of its own
    industry, and lands in a similar one if its target does in one whose industry is similar to
    the investor's. The pooled ratio compares all deals; it is far from 1 wherever some
    industries cluster at both ends, with no effect within any. Held: ratios within strata of
    the investor's industry, its country (which cannot be reached by a deal across borders: an
    investor from the country with most clusters of an industry has few to go to), the year and
    the investor's size [1]_. The answer holds industry and country, and more where that
    leaves at least half of the deals to compare.

    Deals of one ultimate owner are alike: intervals go over groups (`ratio_by_groups`), and so
    does the statistic of the permutation test, which deals anew where deals of a stratum went
    (`permutation_test`). They have no upper end where groups are too few to give one. The
    E-value is how strong something left out must be to explain the ratio away [2]_.

    References
    ----------
    .. [1] Greenland, S., Robins, J. M. (1985). Estimation of a common effect parameter from
       sparse follow-up data. Biometrics 41(1). doi:10.2307/2530643
    .. [2] VanderWeele, T. J., Ding, P. (2017). Sensitivity analysis in observational research:
       introducing the E-value. Annals of Internal Medicine 167(4). doi:10.7326/M16-2607

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, layers=("investment",), rng=1).study
    >>> found = candidate_clusters(study, draws=99, rng=1)
    >>> investment_odds(study, found, draws=99, rng=1).rule
    'the same industry'
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"investment_odds: `level` must be between 0 and 1, got {level:g}"
        )
    seed = seed_of(rng)
    deals = deals_of(study, clustering, layers=layers, across=across)
    ends = ends_of(study, clustering, deals, digits=digits, related=related)
    ratios = ratio_rows(ends, level=level, draws=draws, seed=seed)
    rule = next(iter(ends.lands))
    held = _led_by(ratios, rule, ends)
    titles = dict(study.industries.select("industry", "title").drop_nulls().iter_rows())
    few = too_few_draws(draws, level)
    notes = (
        left_out_text(ends.left_out),
        *ends.notes,
        *((f"p-values: {few}.",) if few else ()),
    )
    return InvestmentOdds(
        _first(ratios, rule, held),
        stratum_rows(ends, titles, level=level, draws=draws, seed=seed),
        needed_rows(ends, held, level=level), reading_rows(ends), ends.left_out,
        rule, held, ends.deals.height, ends.deals["group"].n_unique(), across, level, draws,
        tuple(note for note in notes if note),
    )  # fmt: skip


def _led_by(ratios: pl.DataFrame, rule: str, ends: Ends) -> str:
    """Return the finest that can be held, with half of what industry and country leave.

    Less than those two would compare investors who can reach different clusters.
    """
    kept = ratios.filter((pl.col("similar") == rule) & (pl.col("measure") == "risk ratio"))
    size = dict(kept.select("held", "n").iter_rows())
    least = LEAST & set(ends.varying())
    finer = [name for name in ends.held() if least <= set(HELD[name])]
    enough = [name for name in finer if size[name] >= FEW_LEFT * size[finer[0]]]
    return enough[-1]


def _first(ratios: pl.DataFrame, rule: str, held: str) -> pl.DataFrame:
    return ratios.sort(pl.col("similar") != rule, pl.col("held") != held, maintain_order=True)
