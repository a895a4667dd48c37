"""Where do deals go, beyond what size, distance and borders give?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.econometrics.gravity_cells import (
    deals_between,
    industry_cells,
    pair_cells,
    places_of,
)
from buzzline.econometrics.gravity_rows import EFFECTS, SIZE, THREE, Row, model_rows
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.deals import deals_of
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Count, Kilometres, Share
from buzzline.tables.study import Study
from buzzline.wording import plural

SCHEMA = {
    "specification": pl.String, "term": pl.String, "times": pl.Float64,
    "times_low": pl.Float64, "times_high": pl.Float64, "unit": pl.String, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "p": pl.Float64,
    "se": pl.Float64, "errors": pl.String, "n": pl.Int64, "n_deals": pl.Int64,
    "needed": pl.Int64, "status": pl.String,
}  # fmt: skip
ERROR_SCHEMA = {
    "specification": pl.String, "term": pl.String, "errors": pl.String, "se": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "p": pl.Float64,
    "degrees": pl.Float64, "n_deals": pl.Int64, "note": pl.String,
}  # fmt: skip
GIANT = 0.25
HARD = "clusters at both ends"
MAY_NOT = (
    "This is what goes with deals, not what brings them about: clusters differ from other "
    "places in more than is counted here."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class InvestmentGravity:
    """What goes with deals between places, in three gravity models.

    Attributes
    ----------
    rows : DataFrame
        One row a specification and term: `times` (how many times as many deals), `times_low`,
        `times_high`, `unit` (by what change), `value` (log), `low`, `high`, `level`, `p`, `se`,
        `errors` (what deals may share in the interval: the wider of places and groups), `n`
        (cells), `n_deals`, `needed` (deals that would show twice as many four times in five),
        `status`.
    by_error : DataFrame
        One row a specification, term and kind of error: `se`, `low`, `high`, `p`, `degrees`
        (of freedom), `note` (what was done).
    n_places, n_deals, n_groups : int
    level : share
    notes : tuple of str
    """

    rows: pl.DataFrame
    by_error: pl.DataFrame
    n_places: int
    n_deals: int
    n_groups: int
    level: Share
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a specification and term."""
        return self.rows

    def __str__(self) -> str:
        start = (
            f"{plural(self.n_deals, 'deal')} of {plural(self.n_groups, 'group')} between "
            f"{plural(self.n_places, 'place')}"
        )
        said = [_said(row) for row in self.rows.iter_rows(named=True) if _is_told(row)]
        if not said:
            why = self.rows["status"].drop_nulls().unique(maintain_order=True).head(1).to_list()
            return " ".join([f"{start}: not testable ({'; '.join(why)}).", *self.notes])
        return " ".join([f"{start}: {'; '.join(said)}. {MAY_NOT}", *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.rows.head(20)._repr_html_()}"


def _is_told(row: Row) -> bool:
    told_of = {EFFECTS: ("distance", "across a border", HARD), THREE: None}
    if row["value"] is None or row["specification"] not in told_of:
        return False
    names = told_of[row["specification"]]
    return names is None or row["term"] in names


def _said(row: Row) -> str:
    within = " (within industries and pairs of places)" if row["specification"] == THREE else ""
    what = "twice the distance" if row["term"] == "distance" else row["term"]
    known = "no interval"
    if row["times_high"] is not None:
        known = f"{row['times_low']:.2g} to {row['times_high']:.2g}"
    return f"{what}{within} goes with {row['times']:.2g} times as many deals [{known}]"


@analysis("econometrics", "Where do deals go, beyond what size, distance and borders give?")
def investment_gravity(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    digits: Count = 2,
    reach: Kilometres = 25.0,
    at_most: Count = 150,
    level: Share = 0.95,
    progress: Progress = silent,
) -> InvestmentGravity:
    """Return what goes with deals between places, with errors that fit networks.

    Answers how many times as many deals run between two places as size, distance and borders
    give where both hold clusters, and within an industry where both hold a similar one.

    Parameters
    ----------
    study : Study
        Needs `linkages` of acquisition, investment, affiliate or ownership, and coordinates.
    clustering : Clustering
    layers : names of layers, or None
        As in `deals_of`.
    digits : count
        Codes that agree in as many digits are similar; names of industries, if the same.
    reach : km
        Radius of a place.
    at_most : count
        Places; beyond, the smallest are given to their neighbours.
    level : share

    Returns
    -------
    InvestmentGravity

    Raises
    ------
    TooFew
        No such tie, or organisations in fewer than three places.

    Notes
    -----
    Deals in a cell are Poisson with mean exp(x'b + effects), by pseudo-maximum likelihood:
    cells without deals count, and the variance need not be the mean [1]_. Three models: with
    the size of both places; with an effect of every origin and destination; and cells by
    industry of the investor, with three sets of effects: origin by industry, destination by
    industry, and pair of places. The last leaves only what is particular to an industry between
    two places. Cells of which something is not known are left out and counted, as are those
    that no finite fit can serve [2]_. Intervals: the wider of cells that share a place at
    either end [3]_ and deals of one group, each with t of as many degrees as they are worth.

    References
    ----------
    .. [1] Santos Silva, J., Tenreyro, S. (2006). The log of gravity. Review of Economics and
       Statistics 88(4). doi:10.1162/rest.88.4.641
    .. [2] Correia, S., Guimaraes, P., Zylkin, T. (2021). Verifying the existence of maximum
       likelihood estimates for generalized linear models. arXiv:1903.01633
    .. [3] Aronow, P., Samii, C., Assenova, V. (2015). Cluster-robust variance estimation for
       dyadic data. Political Analysis 23(4). doi:10.1093/pan/mpv018

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=400, clusters=3, layers=("investment",), rng=1).study
    >>> found = investment_gravity(study, candidate_clusters(study, draws=99, rng=1))
    >>> found.rows["specification"].n_unique()
    3
    """
    if not 0 < level < 1:
        raise InvalidArgument(
            f"investment_gravity: `level` must be within 0 and 1, got {level}"
        )
    deals = deals_of(study, clustering, layers=layers)
    if not deals.n:
        raise TooFew(f"investment_gravity: no usable deal; {deals}")
    places = places_of(study, clustering, reach=reach, at_most=at_most, digits=digits)
    between = deals_between(deals, study, places)
    notes = list[str]()
    if between.height < deals.n:
        lost = deals.n - between.height
        notes.append(f"{plural(lost, 'deal')} left out: no coordinates at one end.")
    if deals.largest_share() > GIANT:
        notes.append(f"One group made {deals.largest_share():.0%} of the deals.")
    if not clustering.clusters.height:
        notes.append("There is no cluster, so nothing can be said of clusters.")
    rows, errors = list[Row](), list[Row]()
    pairs, by_industry = pair_cells(between, places), industry_cells(between, places)
    models = [(SIZE, pairs), (EFFECTS, pairs), (THREE, by_industry)]
    for name, cells in told(progress, "gravity models", models):
        found, more, said = model_rows(cells, name, level=level)
        rows, errors = rows + found, errors + more
        notes += [note for note in said if note not in notes]
    return InvestmentGravity(
        _frame(rows, SCHEMA), _frame(errors, ERROR_SCHEMA), places.n, between.height,
        between["group"].n_unique(), level, tuple(notes),
    )  # fmt: skip


def _frame(rows: list[Row], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    frame = pl.DataFrame(columns, schema=schema, strict=False)
    numbers = pl.col(pl.Float64)
    return frame.with_columns(pl.when(numbers.is_finite()).then(numbers))
