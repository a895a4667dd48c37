"""Structure, content, conventions and trust of a cluster: each apart, never added up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.newcomers import newcomer_rows, norms_of
from buzzline.linkages.proximities import check_layers
from buzzline.linkages.social_rows import (
    Row,
    content_rows,
    convention_rows,
    scene_of,
    structure_rows,
    trust_rows,
)
from buzzline.quantities import Draws, Share, Years
from buzzline.randomness import Seed, seed_of
from buzzline.tables.study import Study
from buzzline.wording import plural

_NAMED = {"cluster_id": pl.String, "label": pl.String, "industry": pl.String}
_VALUE = {"value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64}
_CHANCE = {
    "expected": pl.Float64, "expected_low": pl.Float64, "expected_high": pl.Float64,
    "p": pl.Float64,
}  # fmt: skip
_END = {"n": pl.Int64, "reason": pl.String}
STRUCTURE = {**_NAMED, "measure": pl.String, **_VALUE, **_CHANCE, **_END}
CONTENT = {**_NAMED, "layer": pl.String, **_VALUE, "n_ties": pl.Int64, **_END}
CONVENTIONS = {
    "norm": pl.String, "grouping": pl.String, **_VALUE, "p": pl.Float64,
    "n_groups": pl.Int64, **_END,
}  # fmt: skip
TRUST = {
    **_NAMED, "measure": pl.String, "among": pl.String, **_VALUE, "n_organisations": pl.Int64,
    **_END,
}  # fmt: skip
NEWCOMERS = {
    **_NAMED,
    **_VALUE,
    **_CHANCE,
    "since": pl.Int64,
    "n_members": pl.Int64,
    "n_others": pl.Int64,
    **_END,
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class SocialCapital:
    """What holds a cluster together, kept in five frames; there is no index.

    Attributes
    ----------
    structure : DataFrame
        One row a cluster and measure: `cluster_id`, `label`, `industry`, `measure` ("density",
        "closure", "weak ties", "reciprocity", "bridging"), `value`, `low`, `high`, `level`,
        `expected`, `expected_low`, `expected_high` (where everybody has as many ties, dealt at
        random), `p` (two-sided), `n` (pairs, triples or ties it is a share of), `reason`.
    content : DataFrame
        One row a cluster and layer: share of the pairs tied within that are tied in this layer,
        or in several: `layer`, `value`, `low`, `high`, `level`, `n_ties`, `n`, `reason`.
    conventions : DataFrame
        One row a norm and grouping ("cluster", "industry", "region", "country", "tied pairs"):
        `value` (share of the variance between groups; of tied pairs Moran's I), `low`, `high`
        (interval; of tied pairs what answers dealt at random give), `level`, `p`, `n_groups`,
        `n`, `reason`.
    trust : DataFrame
        One row a cluster, measure ("trust (survey)", "repeated without contract") and end of
        the tie ("within", "to others"): `value`, `low`, `high`, `level`, `n_organisations`,
        `n` (ties that tell), `reason`.
    newcomers : DataFrame
        One row a cluster: `value` (share of newcomers tied, within two years of opening, to a
        member who was there before; where ties have no first day: ever, and no p), `low`,
        `high`, `level`, `expected`, `expected_low`, `expected_high` (had others been the
        newcomers when they were as young), `p` (of as few), `since` (year), `n_members`,
        `n_others` (members compared with), `n` (newcomers there for two years), `reason`.
    layers : tuple[str, ...]
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    structure: pl.DataFrame
    content: pl.DataFrame
    conventions: pl.DataFrame
    trust: pl.DataFrame
    newcomers: pl.DataFrame
    layers: tuple[str, ...]
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return structure, one row a cluster and measure; the other parts stand beside it."""
        return self.structure

    def __str__(self) -> str:
        first = self.structure.filter(pl.col("value").is_not_null())
        if not first.height:
            why = self.structure["reason"].drop_nulls().head(1).to_list()
            return " ".join(["Social capital cannot be measured:", *why, *self.notes])
        name = first["label"][0]
        said = ", ".join(
            f"{row['measure']} {row['value']:.2f}" + _beside(row)
            for row in first.filter(pl.col("label") == name).iter_rows(named=True)
        )
        trusted = self.trust.filter(pl.col("value").is_not_null())["cluster_id"].n_unique()
        return " ".join([
            f"Structure, content, conventions and trust apart, no index. {name}: {said}. Trust "
            f"is known in {plural(trusted, 'cluster')}, norms of "
            f"{plural(self.conventions['norm'].n_unique(), 'kind')}.",
            *self.notes,
        ])  # fmt: skip

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.structure.head(20)._repr_html_()}"


def _beside(row: dict[str, object]) -> str:
    expected = row["expected"]
    return f" (chance {expected:.2f})" if isinstance(expected, float) else ""


@analysis("linkages", "What holds a cluster together: ties, what flows, shared norms, trust?")
def social_capital(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    norms: Sequence[str] | None = None,
    newcomer_years: Years = 5,
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
) -> SocialCapital:
    """Return the structure, content, conventions and trust of clusters, each apart.

    They are not one thing: where they were measured together they hardly correlate, and only
    some of them matter for what comes of a place [1]_. So no index is made, and closure towards
    newcomers, the dark side, stands beside.

    Parameters
    ----------
    study : Study
        Needs `linkages`; `trust`, `repeat_n` and `formal` of them, `opened` of organisations
        and answers on norms in `outcomes` where they are there.
    clustering : Clustering
    layers : names of layers, or None for all
    norms : names of indicators, or None
        Answers of organisations in `outcomes`; None: those whose name begins with "norm" or
        "convention".
    newcomer_years : years
        Newcomers opened in the last so many years.
    level : share
    draws : draws
        Of networks with as many ties each, and of newcomers and answers dealt anew.
    rng : Generator, int or None

    Returns
    -------
    SocialCapital

    Raises
    ------
    InvalidArgument
        A layer without linkages; a `level` of 0 or 1.
    TooFew
        No linkages.

    Notes
    -----
    density: share of pairs of members tied. closure: 3 triangles / connected triples. weak
    ties: share of ties whose ends share no partner. reciprocity: share of directed ties that
    go both ways. bridging: share of ties of members that lead out. Closure, weak ties and
    reciprocity are held against networks in which everybody has as many ties; density and
    bridging hang on size and distance, which the balance of scales takes into account. Where
    ties come in consortia it is who takes part in which that is dealt. Intervals let ties that
    share an organisation (or record) vary together. newcomers: against members who opened
    earlier, while ties were recorded, at the same age. conventions: intraclass correlation
    [2]_; each grouping by itself, so that they overlap.

    References
    ----------
    .. [1] Chetty, R., et al. (2022). Social capital I: measurement and associations with
       economic mobility. Nature 608. doi:10.1038/s41586-022-04996-4
    .. [2] Wald, A. (1940). A note on the analysis of variance with unequal class frequencies.
       Annals of Mathematical Statistics 11(1). doi:10.1214/aoms/1177731946

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> social_capital(study, found, draws=19, rng=1).trust["value"].null_count()
    0
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"social_capital: `level` must be between 0 and 1, got {level:g}")
    if not study.linkages.height:
        raise TooFew("social_capital: the study has no linkages")
    check_layers(study, None if layers is None else tuple(layers), "linkages")
    chosen = tuple(layers) if layers else tuple(study.linkages["layer"].unique().sort())
    asked = norms_of(study.outcomes, None if norms is None else tuple(norms))
    scene = scene_of(study, clustering, chosen, level=level, draws=draws, seed=seed_of(rng))
    return SocialCapital(
        _frame(structure_rows(scene), STRUCTURE), _frame(content_rows(scene), CONTENT),
        _frame(convention_rows(scene, asked), CONVENTIONS), _frame(trust_rows(scene), TRUST),
        _frame(newcomer_rows(scene, newcomer_years), NEWCOMERS), chosen, level, draws,
        _notes(clustering, asked),
    )  # fmt: skip


def _frame(rows: Sequence[Row], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=schema, strict=False).fill_nan(None)


def _notes(clustering: Clustering, norms: tuple[str, ...]) -> tuple[str, ...]:
    notes = [] if clustering.clusters.height else ["There are no clusters."]
    if not norms:
        notes.append("No answers on norms in `outcomes`: conventions are not measured.")
    return tuple(notes)
