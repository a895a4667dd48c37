"""Do co-located clusters collaborate, compete, do both, or neither?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import as_floats
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.siblings import Family, SiblingRule, families
from buzzline.linkages.city_gravity import city_of
from buzzline.linkages.colocated_pairs import OWN_INDUSTRY, held_together
from buzzline.linkages.colocated_rows import CLASSES, ColocatedRule
from buzzline.linkages.complementarity import work_of
from buzzline.linkages.family_ties import family_ties, pools_of
from buzzline.linkages.linkage_types import (
    TYPE_LAYERS,
    TypedTies,
    owner_units,
    typed_ties,
    untyped_layers,
)
from buzzline.linkages.quadrants import RELATIONS
from buzzline.linkages.shocks import panel_of
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.tables.study import Study

_PAIR = {
    "industry": pl.String, "cluster_id": pl.String, "label": pl.String,
    "sibling_id": pl.String, "sibling": pl.String, "km": pl.Float64,
}  # fmt: skip
_VALUE = dict.fromkeys(("value", "low", "high", "level"), pl.Float64)
SHARES = ("collaborating", "competing", "both", "neither")
SCHEMAS: Mapping[str, Mapping[str, type[pl.DataType]]] = {
    "pairs": _PAIR | {
        "verdict": pl.String,
        **{f"{axis}{end}": pl.Float64 for axis in ("collaboration", "rivalry")
           for end in ("", "_low", "_high")},
        "rivalry_expected": pl.Float64, "rivalry_p": pl.Float64,
        "level": pl.Float64, "i2": pl.Float64, "heterogeneity_p": pl.Float64,
        "n_types": pl.Int64, "n_resources": pl.Int64,
        **{f"share_{name}": pl.Float64 for name in SHARES},
        **{f"{name}{end}": pl.Float64 for name in ("complementarity", "input_output_fit")
           for end in ("", "_low", "_high")},
        "complementarity_p": pl.Float64,
        "response": pl.Float64, "response_low": pl.Float64, "response_high": pl.Float64,
        "over_time": pl.String, "owners": pl.String, "n_owner_ties": pl.Float64,
        "verdict_as_recorded": pl.String, "collaboration_as_recorded": pl.Float64,
        "reason": pl.String,
    },
    "types": _PAIR | {"owners": pl.String, "type": pl.String, "verdict": pl.String} | _VALUE | {
        "p": pl.Float64, "q": pl.Float64, "n_between": pl.Float64, "expected": pl.Float64,
        "n": pl.Float64, "n_needed": pl.Int64, "design_effect": pl.Float64, "reason": pl.String,
    },
    "ties": _PAIR | {
        "owners": pl.String, "type": pl.String, "class": pl.String, "n": pl.Float64,
        "share": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
        "expected": pl.Float64, "expected_share": pl.Float64, "log_ratio": pl.Float64,
        "log_ratio_low": pl.Float64, "log_ratio_high": pl.Float64, "design_effect": pl.Float64,
    },
    "resources": _PAIR | {"resource": pl.String, "verdict": pl.String} | _VALUE | {
        "expected": pl.Float64, "p": pl.Float64,
        "n": pl.Float64, "n_other": pl.Float64, "n_organisations": pl.Int64,
        "n_other_organisations": pl.Int64, "n_needed": pl.Int64, "reason": pl.String,
    },
    "organisations": _PAIR | {
        "type": pl.String, "side": pl.String, "n": pl.Int64, "n_silent": pl.Int64,
        **{name: kind for part in CLASSES for name, kind in (
            (f"n_{part}", pl.Int64), (part, pl.Float64), (f"{part}_low", pl.Float64),
            (f"{part}_high", pl.Float64))},
        "level": pl.Float64, "p_within": pl.Float64, "n_matched": pl.Int64,
        "n_controls": pl.Int64, "between_matched": pl.Float64, "between_controls": pl.Float64,
        "p": pl.Float64, "reason": pl.String,
    },
    "responses": _PAIR | {
        "shocked_id": pl.String, "shock": pl.String, "year": pl.Int64, "indicator": pl.String,
        "verdict": pl.String, **_VALUE, "p": pl.Float64, "p_adjusted": pl.Float64,
        "p_rank": pl.Float64, "p_before": pl.Float64, "detectable": pl.Float64,
        "own": pl.Float64, "own_low": pl.Float64, "own_high": pl.Float64, "n_before": pl.Int64,
        "n_after": pl.Int64, "n_controls": pl.Int64, "reason": pl.String,
    },
    "courses": {
        "cluster_id": pl.String, "sibling_id": pl.String, "shocked_id": pl.String,
        "shock": pl.String, "indicator": pl.String, "unit_id": pl.String,
        "years_after": pl.Int64, **_VALUE,
    },
    "sensitivity": {
        "cluster_id": pl.String, "sibling_id": pl.String, "overlap_cut": pl.Float64,
        "smallest_ratio": pl.Float64, "notable_ratio": pl.Float64,
        "verdict": pl.String, "reason": pl.String,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Colocated:
    """Pairs of co-located clusters on the plane of collaboration and rivalry.

    Attributes
    ----------
    pairs : DataFrame
        One row a pair, told ones first: `verdict` ("collaborating", "competing", "both",
        "neither", "not testable"), `collaboration` (log ratio of ties between the two to what
        size and distance give, over types), `rivalry` (overlap of what they draw on, over
        resources), each with `_low` and `_high`, `level`; `rivalry_expected` (overlap of each
        with others like its sibling) and `rivalry_p` (of as much as with the sibling); `i2`,
        `heterogeneity_p` (do types agree), `n_types`, `n_resources`, `share_` and the four
        quadrants (of draws),
        `complementarity` (1 - cos of functions) with interval and p, `input_output_fit`,
        `response` (log points of the sibling to a shock) with interval, `over_time` (what that
        says of the verdict), `owners` ("collapsed" or "as recorded"), `n_owner_ties` (ties
        between the two, within one owner, left out), `verdict_as_recorded`,
        `collaboration_as_recorded` (with them), `reason`.
    types : DataFrame
        One row a pair, type of linkage and way to count owners: `value` (collaboration),
        `low`, `high`, `p`, `q` (over the pairs of a type), `n_between`, `expected`, `n`,
        `n_needed`, `design_effect`, `verdict` ("more", "not more", "not testable"), `reason`.
    ties : DataFrame
        The table of four types by within, between and beyond: `n`, `share` with its credible
        interval, `expected` (what ties beyond let expect within and between), `expected_share`,
        `log_ratio` with `_low` and `_high`, `design_effect`.
    resources : DataFrame
        One row a pair and resource: `value` (Morisita-Horn overlap), `low`, `high`, `expected`
        (with others), `p`, `n`,
        `n_other` (ties), `n_needed`, `verdict` ("rivals", "no rivals", "not testable"),
        `reason`.
    organisations : DataFrame
        One row a pair, type and side: how many members have ties within, between and beyond,
        with credible intervals; `p_within` (exact: as many within as between); those matched by
        distance from the sibling with organisations of no cluster, and exact `p`.
    responses, courses : DataFrame
        One row a shock and indicator (`p_adjusted`: Holm's, over those of the pair that can be
        read; the verdict goes by it); and a year around it.
    sensitivity : DataFrame
        The verdict at other cuts of the overlap and other ratios of ties.
    rule : ColocatedRule
    level : share
    draws : int
    notes : tuple[str, ...]
    """

    pairs: pl.DataFrame
    types: pl.DataFrame
    ties: pl.DataFrame
    resources: pl.DataFrame
    organisations: pl.DataFrame
    responses: pl.DataFrame
    courses: pl.DataFrame
    sensitivity: pl.DataFrame
    rule: ColocatedRule
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a pair, those with a verdict first."""
        return self.pairs

    def __str__(self) -> str:
        n = self.pairs.height
        if not n:
            return " ".join(["No two clusters are co-located:", *self.notes])
        counts = dict(self.pairs.group_by("verdict").len().iter_rows())
        said = ", ".join(f"{counts[one]:,} {one}" for one in RELATIONS if one in counts)
        text = f"{n:,} pair{'' if n == 1 else 's'} of co-located clusters: {said}."
        return " ".join([text, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.pairs.head(20)._repr_html_()}"


@analysis("linkages", "Do co-located clusters collaborate, compete, do both, or neither?")
def colocated_clusters(
    study: Study,
    clustering: Clustering,
    *,
    rule: ColocatedRule = ColocatedRule(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 499,
    rng: Seed = None,
    progress: Progress = silent,
) -> Colocated:
    """Place each pair of clusters of one industry in one city-region on the plane.

    Answers, for research, input-output, labour and knowledge, whether two clusters are tied to
    each other more than size and distance give; whether they draw on the same hires, customers,
    suppliers, partners and funders; whether their functions complement each other; and, where
    there are yearly outcomes and shocks, whether what helps the one helps or harms the other.

    Parameters
    ----------
    study : Study
        Needs `linkages` and `organisations` with coordinates and industries. `establishments`
        (functions), `industry_flows`, `outcomes` with `initiatives` (shocks) add to it.
    clustering : Clustering
    rule : ColocatedRule
        Which clusters are co-located, and what counts as high.
    level : share
    draws : draws
        Resampled members behind intervals of overlaps and shares of quadrants, and deals of
        members behind the p-value of complementarity.
    rng : Generator, int or None

    Returns
    -------
    Colocated

    Notes
    -----
    Collaboration is ln((O + 1/2) / (E + 1/2)) of ties between the two, with E the ties that
    follow from their ties with organisations of no cluster, the places of these, and the fall
    with distance (gravity null, PPML): keeping to oneself does not count against it. Types are
    taken together by precision where I2 is below one half [1]_. Rivalry is the Morisita-Horn
    overlap of the other industries (funders: organisations) they draw on [2]_, squares over
    pairs of different organisations. Collaboration is high where the interval lies above 1.25
    times the expected ties, low where `smallest_ratio` times as many are excluded; rivalry is
    low where the interval lies below `overlap_cut`, and high where it lies above and each of
    the two draws on what the other does more than on what organisations of no cluster do that
    are as far away and as active (drawn at random within bands). Overlap is potential
    rivalry: `over_time` says whether it was borne out. Ties between sites of one owner are left
    out; the verdict with them stands beside it.

    References
    ----------
    .. [1] Higgins, J., Thompson, S. (2002). Quantifying heterogeneity in a meta-analysis.
       Statistics in Medicine 21(11). doi:10.1002/sim.1186
    .. [2] Horn, H. (1966). Measurement of "overlap" in comparative ecological studies. American
       Naturalist 100(914). doi:10.1086/282436

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> colocated_clusters(study, found, draws=19, rng=1).pairs.height
    0
    """
    seed = seed_of(rng)
    study = replace(study, organisations=study.organisations.sort("org_id"))
    siblings = SiblingRule(rule.reach_km, rule.smallest_ratio, rule.max_clusters)
    groups = families(study.organisations, _of_one_family(clustering, rule), siblings)
    shown = [family for family in groups if len(family.pairs)]
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in SCHEMAS}
    ways: dict[str, TypedTies] = _ways(study) if shown else {}
    pools, work = pools_of(study.organisations), work_of(study)
    panel = panel_of(study, clustering.clusters, clustering.members)
    for family in told(progress, "co-located clusters by industry", shown):
        city = city_of(study.organisations, family.label, family.clusters)
        found = {
            owners: family_ties(typed, family, city, pools=pools, draws=draws, seed=seed)
            for owners, typed in ways.items()
        }
        more = held_together(found, work, panel, rule=rule, level=level, seed=seed)
        for name, part in more.items():
            rows[name] += part
    frames = {name: _frame(rows[name], schema) for name, schema in SCHEMAS.items()}
    frames["pairs"] = _told_first(frames["pairs"])
    frames["types"] = _with_q(frames["types"])
    notes = _notes(study, clustering, groups, rule, ways)
    notes += (panel.note,) if panel.note and shown else ()
    return Colocated(
        **frames, provenance=None, rule=rule, level=level, draws=draws, notes=notes
    )


def _ways(study: Study) -> dict[str, TypedTies]:
    """Return the ties with owners collapsed, and as recorded where that makes a difference."""
    typed = typed_ties(study)
    unit = owner_units(study.organisations)
    if (unit == typed.unit).all():
        return {"as recorded": typed}
    return {"collapsed": typed.collapsed(unit), "as recorded": typed}


def _frame(
    rows: Sequence[Mapping[str, object]], schema: Mapping[str, type[pl.DataType]]
) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=dict(schema), strict=False).fill_nan(None)


def _told_first(pairs: pl.DataFrame) -> pl.DataFrame:
    order = dict(zip(RELATIONS, range(len(RELATIONS)), strict=True))
    rank = pl.col("verdict").replace_strict(order, return_dtype=pl.Int64)
    return pairs.sort([rank, "km"], maintain_order=True)


def _with_q(types: pl.DataFrame) -> pl.DataFrame:
    """Return false-discovery rates over the pairs of each type and way to count owners."""
    q = np.full(types.height, np.nan)
    tested = types["p"].is_not_null().to_numpy()
    family = types.select(pl.struct("owners", "type").rank("dense")).to_series().to_numpy()
    for one in np.unique(family):
        rows = np.flatnonzero(tested & (family == one))
        q[rows] = false_discovery_q(as_floats(types["p"].to_numpy()[rows]))
    return types.with_columns(pl.Series("q", q, nan_to_null=True))


def _of_one_family(clustering: Clustering, rule: ColocatedRule) -> Clustering:
    """Return the clusters as if of one industry, where industries do not keep them apart."""
    own = clustering.clusters.with_columns(pl.col("industry").alias(OWN_INDUSTRY))
    if rule.across_industries:
        own = own.with_columns(industry=pl.lit("all"))
    return replace(clustering, clusters=own)


def _notes(
    study: Study, clustering: Clustering, groups: Sequence[Family], rule: ColocatedRule,
    ways: Mapping[str, TypedTies],
) -> tuple[str, ...]:  # fmt: skip
    n = clustering.clusters.height
    if not n:
        return ("There are no clusters.",)
    notes = []
    of_its = "" if rule.across_industries else " of its industry"
    if not any(len(family.pairs) for family in groups):
        notes.append(f"None of {n:,} clusters has another{of_its} within {rule.reach_km:g} km.")
    if n > rule.max_clusters:
        notes.append(f"The {rule.max_clusters} strongest of {n:,} clusters (`max_clusters`).")
    if ways:
        typed = next(iter(ways.values())).types
        missing = [name for name in TYPE_LAYERS if not typed[name].source.size]
        if missing:
            notes.append(f"There are no ties of the type {', '.join(missing)}.")
        other = untyped_layers(study)
        if other:
            said = ", ".join(layer.replace("_", " ") for layer in other)
            notes.append(f"Ties of {said} are of none of the four types and were not counted.")
    return tuple(notes)
