"""Does investment go into the same activities, along the chain, or elsewhere?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.deals import Across, deals_of
from buzzline.investment.direction_clusters import cluster_rows
from buzzline.investment.direction_rows import (
    ANY,
    Asked,
    chance_of,
    curve_rows,
    function_rows,
    kind_rows,
    split_rows,
)
from buzzline.investment.direction_scene import Scene, scene_of
from buzzline.progress import Progress, silent
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study
from buzzline.wording import plural

LIMITS = (
    "This says which industries invest in which, not why, nor whether deals land in clusters; "
    "matching keeps countries, not places, so that part of it may be nearness; one code can "
    "hide steps of a chain."
)
ALONE_TOLD = 0.1  # of deals; from there the share that cannot be dealt anew is said


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InvestmentDirection:
    """Whether deals are horizontal, vertical or functional.

    Attributes
    ----------
    curve : DataFrame
        One row a number of digits, finest first: `digits` (null: industries are names), `rule`
        (what counts as the own industry), `value` (share of deals in the buyer's own
        industry), `low`, `high`, `level`,
        `expected` (with buyers changing hands at random), `expected_low`, `expected_high`,
        `p` (one-sided: more than that), `q`, `within_expected`, `within_low`, `within_high`,
        `within_p` (the same within the coarser industry), `two_digits` (the share horizontal
        at two digits of the same deals), `n`, `n_unknown` (deals whose codes
        do not reach so many digits), `n_groups`, `needed` (deals that would tell `value` from
        `expected`), `status`.
    kinds : DataFrame
        One row a number of digits and `kind`, with the same columns; one row with the reason
        where the study has no flows between industries.
    splits : DataFrame
        The share horizontal by mode, borders, knowledge intensity, origin and function: `by`,
        `which`, `digits`, and the same columns.
    functions : DataFrame
        Of deals within one industry: how often what is bought does (`function`) what its buyer
        does not do itself.
    clusters : DataFrame
        One row a cluster: the share (`value`) of the deals that leave it which land in
        another cluster of its industry, with the same columns; `expected` is of buyers of the
        same country and industry.
    left_out : DataFrame
        `reason`, `n`.
    level : share
    draws : int
    n, n_groups : int
        Deals whose industries are known, and the groups behind them.
    notes : tuple of str
    """

    curve: pl.DataFrame
    kinds: pl.DataFrame
    splits: pl.DataFrame
    functions: pl.DataFrame
    clusters: pl.DataFrame
    left_out: pl.DataFrame
    level: Share
    draws: int
    n: int
    n_groups: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return the share horizontal, one row a number of digits, finest first."""
        return self.curve

    def told_at(self) -> dict[str, Any]:
        """Return the row of `curve` at the digits that tables are split at."""
        digits = self.splits["digits"].head(1).to_list()
        at = pl.col("digits").is_null() if digits in ([None], []) else (
            pl.col("digits") == digits[0]
        )  # fmt: skip
        return self.curve.filter(at).row(0, named=True)

    def __str__(self) -> str:
        row = self.told_at()
        if row["value"] is None:
            return " ".join(["The direction of investment is not testable.", *self.notes])
        text = (
            f"{plural(row['n'], 'deal')} of {plural(row['n_groups'], 'group')}: "
            f"{_interval(row)} are horizontal, {_own(row)}{_chance(row)}.{_shorter(row)}"
        )
        return " ".join([text, *_coarser(row), _vertical(self), LIMITS, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.curve.head(20)._repr_html_()}"


@analysis("investment", "Does investment go into the same activities, or along the chain?")
def investment_direction(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    across: Across = "all",
    knowledge_intensive: Sequence[str] | None = None,
    level: Share = 0.95,
    draws: Draws = 499,
    rng: Seed = None,
    progress: Progress = silent,
) -> InvestmentDirection:
    """Return the shares of deals that are horizontal, vertical and functional, digit by digit.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    layers : names of layers, or None
        None: those of acquisition, investment, ownership and affiliate that are there.
    across : "all" or "borders"
        "borders": only deals between two countries.
    knowledge_intensive : sequence of str, optional
        Knowledge-intensive industries, or the digits their codes begin with; None: told from
        `occupations`.
    level : share
    draws : draws
        Random matchings.
    rng : Generator, int or None

    Returns
    -------
    InvestmentDirection

    Raises
    ------
    TooFew
        No deal, or none of which both industries are known.
    InvalidArgument
        A `level` of 0 or 1; no draws.

    Notes
    -----
    A deal is **horizontal** at k digits where buyer and bought have the same code there. One
    whose codes do not reach k digits, or are not in the list of the classification, is unknown
    at k, also where the first digits differ: else short codes would look different. Where
    industries are names of which organisations have several, any in common counts. What is
    not horizontal is **vertical up** where the industry bought sells at least 0.001 of the
    output of the buyer's industry to it, **vertical down** the other way round [1]_; codes
    that differ within one industry of the flows are apart, since the flows cannot tell.
    **Functional** is the division of labour in which what is bought does something (research,
    production, sales, ...) that its buyer does not do itself, even where the code is the same.

    `expected` is what random matching gives: each group keeps what it bought, and the
    industries of buyers change hands among groups of the same country that made about as many
    deals (1, 2 to 3, 4 to 7, ...), what one subsidiary bought mostly to one subsidiary. Such
    exchanges keep the size of the test whatever the tastes of groups and of their subsidiaries
    (simulated). Where half of the deals of a row are of groups without another such group there
    is no chance to compare with. Within the coarser industry (`within_`) they are among groups
    whose codes agree in one digit less: does the finer likeness go beyond the coarser?

    Intervals are for shares of deals that go together within groups and targets: the variance
    over both, and Jeffreys' interval for as many independent deals as that is worth [2]_. With
    few groups, or one that holds half of the deals, they are wider than they need be; below
    three groups' worth there is none.

    References
    ----------
    .. [1] Alfaro, L., Charlton, A. (2009). Intra-industry foreign direct investment. American
       Economic Review 99(5). doi:10.1257/aer.99.5.2096
    .. [2] Franco, C., Little, R. J. A., Louis, T. A., Slud, E. V. (2019). Comparative study of
       confidence intervals for proportions in complex sample surveys. Journal of Survey
       Statistics and Methodology 7(3). doi:10.1093/jssam/smy019

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, layers=("investment",), rng=1).study
    >>> found = candidate_clusters(study, draws=19, rng=1)
    >>> investment_direction(study, found, draws=19, rng=1).curve.height > 0
    True
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"investment_direction: `level` must be between 0 and 1, got {level:g}"
        )
    if draws < 1:
        raise InvalidArgument("investment_direction: chance needs at least 1 draw (`draws`)")
    deals = deals_of(study, clustering, layers=layers, across=across)
    scene = scene_of(study, deals, knowledge_intensive=knowledge_intensive)
    if not scene.deals.height:
        raise TooFew(
            f"investment_direction: of {plural(deals.n, 'deal')} none has a known industry at "
            "both ends. Fill `organisations.industry`, in codes that `industries` lists."
        )
    asked = Asked(level, draws, seed_of(rng))
    chance = chance_of(scene, asked, progress)
    return InvestmentDirection(
        curve_rows(study, scene, chance, asked=asked),
        kind_rows(scene, chance, asked).sort(
            "digits", descending=True, nulls_last=True, maintain_order=True
        ),
        split_rows(scene, chance, asked),
        function_rows(study, scene, asked),
        cluster_rows(clustering, scene, asked=asked),
        scene.left_out,
        level, draws, scene.deals.height, scene.deals["group"].n_unique(),
        (*scene.notes, *_notes(scene, chance.share_alone, asked)),
    )  # fmt: skip


def _notes(scene: Scene, share_alone: float, asked: Asked) -> tuple[str, ...]:
    notes = []
    n_aside = int(scene.left_out["n"].sum())
    if n_aside:
        said = "; ".join(f"{n:,} {reason}" for reason, n in scene.left_out.iter_rows())
        notes.append(f"Left out: {plural(n_aside, 'deal')} ({said}).")
    if share_alone >= ALONE_TOLD:
        notes.append(
            f"{share_alone:.0%} of deals are of groups without another of their country that "
            "made about as many; in random matchings they stay as they are."
        )
    if few := too_few_draws(asked.draws, asked.level):
        notes.append(f"p-values: {few}.")
    return tuple(notes)


def _interval(row: dict[str, Any]) -> str:
    if row["low"] is None:
        return f"{row['value']:.0%} ({row['status']})"
    return f"{row['value']:.0%} [{row['low']:.0%}, {row['high']:.0%}]"


def _own(row: dict[str, Any]) -> str:
    if row["rule"] == ANY:
        return "with an industry in common"
    at = f" at {plural(row['digits'], 'digit')}" if row["digits"] else ""
    return f"in the buyer's own industry{at}"


def _shorter(row: dict[str, Any]) -> str:
    if not row["n_unknown"]:
        return ""
    return f" Of {row['n_unknown']:,} more a code is too short to tell."


def _chance(row: dict[str, Any]) -> str:
    if row["expected"] is None:
        return ""
    said = f"; {row['expected']:.0%} with buyers matched at random (p = {row['p']:.2g})"
    return said if row["p"] <= 1 - row["level"] else f"{said}, no more than chance gives"


def _coarser(row: dict[str, Any]) -> list[str]:
    if row["two_digits"] is None:
        return []
    return [
        f"At 2 digits {row['two_digits']:.0%} of the same deals would be: coarse codes call "
        "more horizontal."
    ]


def _vertical(result: InvestmentDirection) -> str:
    row = result.told_at()
    kinds = result.kinds.filter(pl.col("digits").eq_missing(row["digits"])).drop_nulls("value")
    share = dict(kinds.select("kind", "value").iter_rows())
    if not share:
        return f"Vertical: {result.kinds['status'][0]}."
    rest = share["within one industry of the flows"]
    told = f", {rest:.0%} cannot be told by these flows" if rest else ""
    return (
        f"Of deals that the flows of industries cover, {share['vertical up']:.0%} go up the "
        f"chain, {share['vertical down']:.0%} down, {share['vertical both']:.0%} both ways, "
        f"{share['neither']:.0%} neither{told}."
    )
