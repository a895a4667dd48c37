"""Do sibling clusters keep to themselves, more than size and distance alone would give?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import as_floats
from buzzline.clusters.autonomy import MEASURES
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.layer_ties import LayerTies, layer_ties, layers_of
from buzzline.clusters.pair_verdicts import Terms
from buzzline.clusters.removal_rows import REMOVAL_SCHEMA, removal_rows
from buzzline.clusters.separation_rows import cluster_rows, pair_rows
from buzzline.clusters.siblings import Family, SiblingRule, families
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.tables.study import Study

PAIR_SCHEMA = {
    "industry": pl.String, "cluster_id": pl.String, "label": pl.String,
    "sibling_id": pl.String, "sibling": pl.String, "km": pl.Float64, "layer": pl.String,
    "verdict": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "p": pl.Float64, "q": pl.Float64, "n_within": pl.Float64,
    "n_between": pl.Float64, "n": pl.Float64, "n_needed": pl.Int64,
    "observed_log_odds": pl.Float64, "expected_log_odds": pl.Float64,
    "elasticity": pl.Float64, "fitted_to": pl.String, "design_effect": pl.Float64,
    "ei": pl.Float64, "ei_expected": pl.Float64, "ei_p": pl.Float64,
    "modularity": pl.Float64, "modularity_expected": pl.Float64, "modularity_p": pl.Float64,
    "reason": pl.String,
}  # fmt: skip
CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String,
    "n_siblings": pl.Int64, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "layer": pl.String, "status": pl.String,
}  # fmt: skip
LAYER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "layer": pl.String,
    "n": pl.Float64,
    **{f"{name}{end}": pl.Float64 for name in MEASURES for end in ("", "_low", "_high")},
    "level": pl.Float64, "status": pl.String,
}  # fmt: skip
INDUSTRY_SCHEMA = {
    "industry": pl.String, "layer": pl.String, "n_clusters": pl.Int64, "n": pl.Float64,
    "n_worth": pl.Float64, "modularity": pl.Float64, "modularity_expected": pl.Float64,
    "modularity_p": pl.Float64, "status": pl.String,
}  # fmt: skip
VERDICTS = ("separate", "not separate", "not testable")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Separation:
    """How much sibling clusters keep to themselves, layer by layer.

    Attributes
    ----------
    pairs : DataFrame
        One row a pair of siblings and layer, separate ones first: `industry`, `cluster_id`,
        `label`, `sibling_id`, `sibling`, `km` (between them), `layer`, `verdict` ("separate",
        "not separate", "not testable"), `value` (log odds ratio of within to between net of
        size and distance), `low`, `high`, `level`, `p`, `q` (false-discovery rate over the
        pairs of a layer), `n_within`, `n_between`, `n` (ties), `n_needed` (ties that would show
        the smallest ratio of interest), `observed_log_odds`, `expected_log_odds`,
        `elasticity`, `fitted_to` ("others", or "all" ties: then conservative),
        `design_effect` (of ties bundled by organisation and record), `ei`, `ei_expected`,
        `ei_p` (E-I index against groups of these sizes dealt at random), `modularity`
        (spatially corrected), `modularity_expected`, `modularity_p` (against networks that size
        and distance give), `reason`.
    clusters : DataFrame
        One row a cluster: `n_siblings`, `value` (autonomy: 1 minus the largest share of what
        arrives that is from siblings), `low`, `high`, `level`, `layer` (of that share),
        `status`.
    layers : DataFrame
        One row a cluster and layer: `n` (ties with a member), `self_containment`,
        `conductance`, `dependence` (share of arriving ties from siblings), each with `_low` and
        `_high`, `level`, `status`.
    industries : DataFrame
        One row an industry with siblings and layer, all its clusters together: `n_clusters`,
        `n` (ties among members), `n_worth` (that many independent ones), `modularity`,
        `modularity_expected`, `modularity_p`, `status`.
    removal : DataFrame
        What is left of each cluster, in each layer, with its siblings taken out: `n_siblings`,
        `n_partners` (organisations outside it is tied to), `n_partners_lost`, `n` (ties that
        arrive in a known role), `n_lost`, `replaceable` (of these, share in roles that keep two
        other holders), its `_low` and `_high`, `n_roles`, `complete_before`, `complete` (share
        of roles with two holders or more), `complete_low`, `complete_high`, `complete_p` (as
        many partners taken out at random), `complete_within` (holders in it alone),
        `complete_near` (and in its city-region), `component_before`, `component` (share of its
        members in the largest component, tied directly or through a partner), its `_low`,
        `_high`, `_p` likewise, `level`, `status`.
    rule : SiblingRule
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    pairs: pl.DataFrame
    clusters: pl.DataFrame
    layers: pl.DataFrame
    industries: pl.DataFrame
    removal: pl.DataFrame
    rule: SiblingRule
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a pair of siblings and layer, separate ones first."""
        return self.pairs

    def __str__(self) -> str:
        if not self.pairs.height:
            return " ".join(["Social separation is not testable:", *self.notes])
        n_pairs = self.pairs.select("cluster_id", "sibling_id").unique().height
        counts = dict(self.pairs.group_by("verdict").len().iter_rows())
        said = ", ".join(f"{counts.get(verdict, 0):,} {verdict}" for verdict in VERDICTS)
        by_layer = self.pairs.group_by("layer", maintain_order=True).agg(pl.col("n").sum())
        absent = sorted(by_layer.filter(pl.col("n") == 0)["layer"])
        n_layers = by_layer.height - len(absent)
        without = f"; no ties of {', '.join(absent)}".replace("_", " ") if absent else ""
        text = (
            f"{n_pairs:,} pair{'' if n_pairs == 1 else 's'} of sibling clusters by "
            f"{n_layers:,} layer{'' if n_layers == 1 else 's'}{without}: {said} "
            "(ties within to between, net of size and distance)."
        )
        return " ".join([text, *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.pairs.head(20)._repr_html_()}"


@analysis("clusters", "Do neighbouring clusters of one industry keep to themselves?")
def separation(
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    rule: SiblingRule = SiblingRule(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 199,
    rng: Seed = None,
    progress: Progress = silent,
) -> Separation:
    """Test whether sibling clusters have labour markets and linkages of their own.

    Answers, for each layer, whether workers move and organisations tie within their cluster
    more than between it and a sibling, once size and distance are accounted for; whether there
    are too few ties to tell, and how many would do; and how far each cluster depends on its
    siblings. The second of two tests.

    Parameters
    ----------
    study : Study
        Needs `linkages` (or `spells`), and `organisations` with coordinates.
    clustering : Clustering
    layers : names of layers, or None for all
        Moves of labour are listed also where there are none.
    rule : SiblingRule
        How near siblings are, the smallest ratio of interest, how many clusters.
    level : share
    draws : draws
        Resampled members behind the intervals of autonomy and its parts, permutations behind
        the p-values of E-I indices, networks behind those of modularities, and partners taken
        out at random.
    rng : Generator, int or None

    Returns
    -------
    Separation

    Raises
    ------
    InvalidArgument
        A layer without linkages; a `level` of 0 or 1; a tie of more persons than there are.

    Notes
    -----
    value = ln(O_kk O_ll / O_b^2) - ln(E_kk E_ll / (E_kl E_lk)), with O_b the mean of O_kl and
    O_lk, E the sums of a_i a_j d_ij^b over pairs of members, and b fitted to the ties of
    organisations in no cluster of the industry (gravity null, PPML). a are the ties of an
    organisation, net of how many others are near, s_i / sum_j s_j d_ij^b; ties with one partner
    count in s up to what is usual. 1/2 is added to each count of O. The interval takes
    organisations as the units: leaving out one at a time with all its ties, in linear form
    [1]_; records (projects, respondents) where this is wider; and the error of b. It is
    normal, so rough with cells below five. "Not separate" is said only where a ratio of
    `smallest_ratio` would have been seen with probability 0.8, or is excluded.

    modularity = 1 / 2m sum_ij (A_ij - N_i N_j d_ij^b) within clusters [3]_, with the same b:
    read off the network itself, as published, distance would take all of the separation of
    clusters that are further apart than they are wide. N_i is a_i times a factor of its
    cluster, such that each holds as many ties as it does. Simulated networks have powers within
    the error of b, and as many ties as these are worth where ties come in bundles (of an
    organisation, of a record).

    Autonomy is also tried by taking the siblings out (`removal`). A role is the industry and
    function of whoever a tie comes from; for moves of persons, where spells tell it, the
    occupation. Those already tied count, not those who could be.

    References
    ----------
    .. [1] Aronow, P., Samii, C., Assenova, V. (2015). Cluster-robust variance estimation for
       dyadic data. Political Analysis 23(4). doi:10.1093/pan/mpv018
    .. [2] Krackhardt, D., Stern, R. (1988). Informal networks and organizational crises. Social
       Psychology Quarterly 51(2). doi:10.2307/2786835
    .. [3] Expert, P., Evans, T., Blondel, V., Lambiotte, R. (2011). Uncovering
       space-independent communities in spatial networks. PNAS 108(19).
       doi:10.1073/pnas.1018962108

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> separation(study, found, draws=19, rng=1).clusters["status"].unique().to_list()
    ['no sibling within 50 km']
    """
    if not 0 < level < 1:
        raise InvalidArgument(f"separation: `level` must be between 0 and 1, got {level:g}")
    seed = seed_of(rng)
    names = _chosen(study, layers)
    ties = {name: layer_ties(study, name) for name in names}
    terms = Terms(level, rule.smallest_ratio, draws)
    pairs, parts, clusters, whole, left = [], [], [], [], []
    groups = families(study.organisations, clustering, rule)
    for family in told(progress, "social separation by industry", groups):
        tested, together = pair_rows(study, family, ties, terms=terms, seed=seed)
        pairs += tested
        whole += together
        more, autonomous = cluster_rows(family, ties, terms=terms, rule=rule, seed=seed)
        parts += more
        clusters += autonomous
        left += removal_rows(study, family, ties, terms=terms, rule=rule, seed=seed)
    return Separation(
        _with_q(_frame(pairs, PAIR_SCHEMA)), _frame(clusters, CLUSTER_SCHEMA),
        _frame(parts, LAYER_SCHEMA), _frame(whole, INDUSTRY_SCHEMA),
        _frame(left, REMOVAL_SCHEMA), rule, level, draws,
        _notes(clustering, groups, ties, rule),
    )  # fmt: skip


def _chosen(study: Study, wanted: Sequence[str] | None) -> tuple[str, ...]:
    known = layers_of(study)
    for name in wanted or ():
        if name not in known:
            raise InvalidArgument(
                f"linkages: no linkage has the layer {name!r}; layers are {', '.join(known)}"
            )
    return tuple(wanted) if wanted is not None else known


def _frame(rows: Sequence[Mapping[str, object]], schema: Mapping[str, type]) -> pl.DataFrame:
    columns = {name: [row.get(name) for row in rows] for name in schema}
    return pl.DataFrame(columns, schema=dict(schema), strict=False).fill_nan(None)


def _with_q(pairs: pl.DataFrame) -> pl.DataFrame:
    q = np.full(pairs.height, np.nan)
    tested = pairs["p"].is_not_null().to_numpy()
    layer = pairs["layer"].to_numpy()
    for name in pairs["layer"].unique():
        rows = np.flatnonzero(tested & (layer == name))
        q[rows] = false_discovery_q(as_floats(pairs["p"].to_numpy()[rows]))
    order = dict(zip(VERDICTS, range(len(VERDICTS)), strict=True))
    rank = pl.col("verdict").replace_strict(order, return_dtype=pl.Int64)
    framed = pairs.with_columns(pl.Series("q", q, nan_to_null=True))
    return framed.sort([rank, "n"], descending=[False, True], maintain_order=True)


def _notes(
    clustering: Clustering,
    groups: Sequence[Family],
    ties: Mapping[str, LayerTies],
    rule: SiblingRule,
) -> tuple[str, ...]:
    notes = []
    n = clustering.clusters.height
    at = clustering.clusters.select(pl.col("longitude", "latitude").cast(pl.Float64))
    placed = at.fill_nan(None).drop_nulls().height
    if not n:
        notes.append("There are no clusters.")
    elif placed and not any(len(family.pairs) for family in groups):
        which = f"{n:,}" if placed == n else f"{placed:,} placed"
        notes.append(
            f"None of {which} clusters has another of its industry within {rule.reach_km:g} km."
        )
    if placed < n:
        notes.append(
            f"Where {n - placed:,} of {n:,} clusters lie is not known, so neither are their "
            "siblings."
        )
    if n > rule.max_clusters:
        notes.append(f"The {rule.max_clusters} strongest of {n:,} clusters (`max_clusters`).")
    if "labour_move" in ties and not ties["labour_move"].source.size:
        notes.append("There are no moves of labour: labour markets are not testable.")
    return tuple(notes)
