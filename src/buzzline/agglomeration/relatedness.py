"""Which industries are related: found in the same places, or tied by flows?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal, cast

import numpy as np
import polars as pl

from buzzline.agglomeration.bases import Counted
from buzzline.agglomeration.blocks import block_names, block_order
from buzzline.agglomeration.degree_null import (
    Togetherness,
    against_degrees,
    against_ubiquity,
    smallest_p,
)
from buzzline.agglomeration.employment import EmploymentMatrix, employment_matrix
from buzzline.agglomeration.industry_flows import FlowKind, Flows, flows_of
from buzzline.agglomeration.inter_industry import correlation_interval
from buzzline.agglomeration.labour_flows import move_interval, move_p_values
from buzzline.agglomeration.pair_tables import (
    RELATED,
    UNTELLABLE,
    PairFigures,
    industry_table,
    pair_table,
)
from buzzline.agglomeration.presence import presence_of
from buzzline.agglomeration.proximity import (
    Kind,
    co_occurrence,
    proximity,
    proximity_interval,
    relatedness_of,
)
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags, Floats, as_floats
from buzzline.errors import TooFew
from buzzline.quantities import Count, Ratio, Share, Years
from buzzline.tables.study import Study

RelatednessKind = Literal[
    "conditional", "probability", "association", "cosine", "jaccard",
    "input_output", "occupations", "labour_flows",
]  # fmt: skip
Null = Literal["degrees", "ubiquity"]
FLOW_KINDS: dict[str, FlowKind] = {
    "input_output": "input_output",
    "occupations": "occupations",
    "labour_flows": "labour",
}
MEANING: dict[str, str] = {
    "conditional": "of the places with the commoner industry, the share that has the other",
    "probability": "joint places over those expected of two different industries",
    "association": "joint places over those expected",
    "cosine": "joint places over the root of both totals",
    "jaccard": "joint places over all pairs with either",
    "input_output": "largest share of inputs or output that one has with the other",
    "occupations": "correlation of the shares of occupations",
    "labour_flows": "moves of people against those expected, -1 to 1",
}
NULL_SAID = {
    "degrees": "how diverse places and how common industries are",
    "ubiquity": "how common industries are",
}
MOST_Z = 8.0  # beyond, nothing gets more surely related


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Relatedness:
    """How related industries are, pair by pair.

    Attributes
    ----------
    pairs : DataFrame
        One row a pair, most surely related first: `industry`, `title`, `other`, `other_title`,
        `value`, `low`, `high`, `level`, `n_both` (places with both), `expected` (of them), `z`,
        `p`, `q`, `status`.
    industries : DataFrame
        One row an industry, in an order in which blocks show: `industry`, `title`, `cluster`,
        `jobs`, `n_places`, `n_measured` (pairs), `n_related`, `status`, `block`,
        `block_name`.
    matrix, z : (s, s) float64
        Relatedness and its z-score in the order of `industries`; 0 on the diagonal, NaN not
        measured.
    kind : str
    null : str
        "degrees" or "ubiquity"; "" where nothing was tested.
    n_places : int
        0 for flows.
    n_unknown : int
        Cells not known, taken for absent.
    suppressed_share : share
    level : share
    year : int or None
    note : str
        What the flows cover.
    publication_floor : int [establishments]
        Cells of fewer are not published, and taken for absent; 1 where all are.
    """

    pairs: pl.DataFrame
    industries: pl.DataFrame
    matrix: Floats
    z: Floats
    kind: str
    null: str
    n_places: int
    n_unknown: int
    suppressed_share: float
    level: Share
    year: int | None
    note: str
    publication_floor: int = 1
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a pair, most surely related first."""
        return self.pairs

    def __str__(self) -> str:
        n = self.pairs.height
        measured = self.pairs.filter(pl.col("value").is_not_null())
        if not measured.height:
            return f"None of {n:,} pairs of industries could be measured."
        top = measured.row(0, named=True)
        first = f"{top['title'] or top['industry']} and {top['other_title'] or top['other']}"
        value = f"{top['value']:.3g}"
        if top["low"] is not None:
            value += f" [{top['low']:.3g}, {top['high']:.3g}]"
        if not self.null:
            return f"Nearest of {n:,} pairs of industries are {first}: {value}. {self.note}."
        related = self.pairs.filter(pl.col("status") == RELATED).height
        said = (
            f"{related:,} of {n:,} pairs of industries share more places than "
            f"{NULL_SAID[self.null]} would give (false discoveries held at "
            f"{1 - self.level:.0%}); {'most surely' if related else 'nearest to it'} {first}: "
            f"{value}, together in "
            f"{top['n_both']:,} places where {top['expected']:.3g} are expected"
        )
        return f"{said} (n={self.n_places:,} places).{self._limits()}"

    def _limits(self) -> str:
        said = ""
        untellable = self.pairs.filter(pl.col("status") == UNTELLABLE).height
        if untellable:
            said += f" {untellable:,} pairs are in too few places to tell."
        share = self.suppressed_share
        if np.isnan(share) or share > 0:
            known = "An unknown share" if np.isnan(share) else f"{share:.1%}"
            said += f" {known} of jobs are in no published cell."
        if self.publication_floor > 1:
            said += (
                f" Cells of fewer than {self.publication_floor} establishments are not "
                "published and taken for absent: small industries are seen in large places "
                "only, and there together."
            )
        return said

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.pairs.head(50)._repr_html_()}"


@analysis("agglomeration", "Which industries are found in the same places, or tied by flows?")
def relatedness(
    study: Study,
    *,
    kind: RelatednessKind = "conditional",
    cut: Ratio = 1.0,
    null: Null = "degrees",
    year: Years | None = None,
    digits: Count | None = None,
    counted: Counted = "jobs",
    level: Share = 0.95,
) -> Relatedness:
    """Measure how related each pair of industries is.

    Answers which industries go together more than chance would have it. Being found together
    may mean shared suppliers, people or knowledge, or only that both like the same places;
    compare kinds before drawing conclusions.

    Parameters
    ----------
    study : Study
        Needs `employment`, `establishments` or `organisations`; for the kinds by flows
        `industry_flows` or `occupations`.
    kind : str
        By places: "conditional" (Hidalgo), "probability" and "association" (1 is chance),
        "cosine", "jaccard". By flows: "input_output", "occupations", "labour_flows".
    cut : ratio
        An industry is present where its location quotient is at least this.
    null : "degrees" or "ubiquity"
        What chance keeps: how diverse places and how common industries are, or only the latter.
    year : years, optional
        The last one by default.
    digits : count, optional
        Level of the classification; the deepest by default.
    counted : "jobs" or "establishments"
        What location quotients, and with them presence, are made of.
    level : share
        Of the intervals; 1 - level is the rate of false discoveries.

    Returns
    -------
    Relatedness

    Raises
    ------
    TooFew
        Fewer than three places or two industries, or the study has no such flows.

    Notes
    -----
    Formulas: `proximity`. The intervals take places as the units of sampling (see
    `proximity_interval`). p: how often places as diverse and industries as common as these
    would share as many places (see `against_degrees`); q over all pairs. Labour flows have
    exact Poisson intervals; occupations the interval of a correlation, and no null;
    coefficients of input and output are published accounts without a known error, and have
    neither.

    References
    ----------
    .. [1] Hidalgo, C. A., Klinger, B., Barabasi, A.-L., Hausmann, R. (2007). The product space
       conditions the development of nations. Science 317. doi:10.1126/science.1144581
    .. [2] Steijn, M. P. A. (2021). Improvement on the association strength. Quantitative
           Science
       Studies 2(2). doi:10.1162/qss_a_00122

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, industries=4, rng=1).study
    >>> relatedness(study).pairs.height
    6
    """
    if kind in FLOW_KINDS:
        return _by_flows(study, kind, _industries(study, year, digits, kind), level)
    matrix = employment_matrix(study, year=year, digits=digits)
    presence = presence_of(matrix, cut, counted=counted, what="relatedness")
    found = _by_places(presence.flags, cast("Kind", kind), null, level)
    record = _record(matrix.industries, matrix.industry_jobs, found, level)
    return replace(
        record,
        kind=kind, null=null, n_places=matrix.places.height, n_unknown=presence.n_unknown,
        suppressed_share=float(matrix.suppressed_share), year=matrix.year,
        publication_floor=matrix.publication_floor,
    )  # fmt: skip


def _by_places(flags: Flags, kind: Kind, null: Null, level: Share) -> PairFigures:
    together = co_occurrence(flags)
    low, high = proximity_interval(flags, kind, level)
    chance: Togetherness = (against_degrees if null == "degrees" else against_ubiquity)(flags)
    return PairFigures(
        relatedness_of(together, kind),
        low,
        high,
        together,
        chance.expected,
        chance.z,
        chance.p,
        smallest_p(together, chance),
    )


def _industries(
    study: Study, year: int | None, digits: int | None, kind: str
) -> tuple[pl.DataFrame, Floats, int | None]:
    """Return the industries asked for: those with employment, else those of the flows."""
    try:
        matrix: EmploymentMatrix = employment_matrix(study, year=year, digits=digits)
    except TooFew:
        flows = study.industry_flows.filter(pl.col("kind") == FLOW_KINDS[kind])
        codes = study.occupations["industry"] if kind == "occupations" else flows["industry"]
        listed = pl.DataFrame({"industry": codes.unique().sort()}).join(
            study.industries.select("industry", "title", "cluster"),
            on="industry", how="left", maintain_order="left",
        )  # fmt: skip
        return listed, np.full(listed.height, np.nan), year
    return matrix.industries, matrix.industry_jobs, matrix.year


def _by_flows(
    study: Study, kind: str, asked: tuple[pl.DataFrame, Floats, int | None], level: Share
) -> Relatedness:
    industries, jobs, year = asked
    flows = flows_of(study, industries["industry"].to_list(), FLOW_KINDS[kind], year=year)
    value = flows.relatedness()
    nothing = np.full(value.shape, np.nan)
    low, high, p = nothing, nothing, nothing
    if kind == "occupations":
        low, high = correlation_interval(value, flows.values.shape[1], level)
    elif kind == "labour_flows":
        low, high = (_asked(part, flows) for part in move_interval(flows.values, level))
        p = _asked(move_p_values(flows.values), flows)
    found = PairFigures(value, low, high, nothing, nothing, nothing, p, nothing)
    record = _record(industries, jobs, found, level)
    return replace(record, kind=kind, year=year, note=flows.note)


def _asked(known: Floats, flows: Flows) -> Floats:
    """Return figures of the table's industries for the industries asked for."""
    known = known.copy()
    np.fill_diagonal(known, np.nan)
    out = known[np.ix_(flows.row, flows.row)]
    out[flows.row < 0] = np.nan
    out[:, flows.row < 0] = np.nan
    return as_floats(out)


def _record(
    industries: pl.DataFrame, jobs: Floats, found: PairFigures, level: Share
) -> Relatedness:
    # Blocks of what is more than chance, where that is known: raw values are high for all
    # common industries, and the only block would be what is everywhere.
    tested = np.isfinite(found.z).any()
    near = np.minimum(found.z, MOST_Z) if tested else found.value
    order, block = block_order(near)
    pairs = pair_table(industries, found, level)
    names = industries.select(pl.coalesce("title", "industry"))["title"].to_list()
    listed = industry_table(industries, found, pairs, jobs=jobs).with_columns(
        pl.Series("block", block.astype(np.int64) + 1),
        pl.Series("block_name", block_names(near, block, names), dtype=pl.String),
    )
    matrix, z = found.value[np.ix_(order, order)], found.z[np.ix_(order, order)]
    for ordered in (matrix, z):
        np.fill_diagonal(ordered, 0.0)
    return Relatedness(
        pairs, listed[order.tolist()], matrix, z, "", "", 0, 0, 0.0, level, None, ""
    )


__all__ = ["MEANING", "Relatedness", "RelatednessKind", "proximity", "relatedness"]
