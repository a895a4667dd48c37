"""Ties of a cluster at each scale against what size, distance and borders would give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, Indices, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.against_gravity import (
    MODEL_MEANING,
    MODELS,
    Comparison,
    Layer,
    Model,
    compared_with_nulls,
    layer_of,
)
from buzzline.linkages.asked import Asked, asked_of
from buzzline.linkages.balance_rows import (
    BALANCE_SCHEMA,
    COEFFICIENT_SCHEMA,
    FIT_SCHEMA,
    MIXING_SCHEMA,
    POWER_SCHEMA,
    UNTESTED_SCHEMA,
    Rows,
)
from buzzline.linkages.borders import Beyond, beyond_distance
from buzzline.linkages.parties import Ground, ground_of
from buzzline.linkages.tie_ends import squared_limits, tie_ends
from buzzline.linkages.urban_rural import degrees_of
from buzzline.network.building import Weighing
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.resampling import too_few_draws
from buzzline.space.scales import Cutoffs
from buzzline.space.sites import sites_of
from buzzline.space.threads import spread
from buzzline.space.zones import zones_of
from buzzline.tables.study import Study
from buzzline.wording import plural

__all__ = [
    "BALANCE_SCHEMA",
    "FIT_SCHEMA",
    "MODELS",
    "MODEL_MEANING",
    "UNTESTED_SCHEMA",
    "Model",
    "ScaleBalance",
    "scale_balance",
]

SENSITIVITY = (
    0.67,
    1.33,
)  # every verdict is run again with cut-offs a third smaller and larger


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ScaleBalance:
    """Ties of each cluster at each scale, against three yardsticks.

    Attributes
    ----------
    balance : DataFrame
        One row a cluster, layer, model and scale: `cluster_id`, `label`, `industry`, `layer`,
        `model`, `scale`, `observed`, `expected` (tie ends: a tie between two members counts at
        both; of weighed ties their weight), `share`, `expected_share`, `log_ratio`
        (ln((O + 1/2) / (E + 1/2))), `low`, `high` (null where nothing could be expected),
        `level`, `p`, `q` (false-discovery rate over clusters and scales of a layer and model),
        `n` (distinct ties), `n_needed` (ties that would show a halving, of its odds where more
        than half is expected; null when none would),
        `verdict` ("missing", "excess", "as expected", "not enough links"), `verdict_smaller`,
        `verdict_larger` (with cut-offs a third smaller and larger), `is_stable` (all agree),
        `reason` (why there are not enough links: too few ties, too few draws, a yardstick that
        is too uncertain, or a scale of which most ties are expected), `log_odds`, `odds_low`,
        `odds_high` (where more than half is expected: ln of the odds against all other
        scales, over those expected).
    fits : DataFrame
        One row a cluster, layer and model: `n`, `unit`, `n_equal` (ties of one weight they are
        worth, 1 / sum w^2), `n_effective` (independent ties they are worth), `top_share` (share
        that the busiest member holds), `inner_share` (of tie ends, whose other end is a member
        too), `distance_elasticity`, `elasticity_low`,
        `elasticity_high`, `border` (log factor of crossing a border), `dispersion`,
        `design_effect` (of ties bundled by owner or record), `g2`, `p`, `kl` (nats a tie end),
        `js` (bits, 0 to 1), `n_separated` (pairs of zones that say nothing), `status` ("fitted"
        or why not).
    coefficients : DataFrame
        One row a cluster, layer, model and covariate: `value`, `low`, `high`, `level`,
        `reason` (why a covariate of G2 was left out).
    power : DataFrame
        One row a cluster, layer, model and scale: `expected_share`, `n`, `n_effective`,
        `n_halving`, `n_doubling` (ties that would show one; null when none would), `answer`.
    urban_rural : DataFrame
        One row a cluster, layer and scale (local, regional): `n` (tie ends of which both
        degrees of urbanisation are known), `observed` (between a city, a town or the country
        and another of these), `share`, `expected_share` (under G1), `log_ratio`, `low`,
        `high`, `level`, `n_needed`, `verdict`. Empty where no place has `urban_rural`.
    untested : DataFrame
        `cluster_id`, `label`, `industry`, `layer`, `reason`.
    cutoffs : Cutoffs
    level : share
    draws : int
    n_zones : int
    moved_share : float
        Share of organisations whose zone was merged into one further than its reach.
    weighing : "ties" or "weight"
    notes : tuple of str
        What holds for all rows.
    """

    balance: pl.DataFrame
    fits: pl.DataFrame
    untested: pl.DataFrame
    cutoffs: Cutoffs
    level: Share
    draws: int
    n_zones: int = 0
    moved_share: float = 0.0
    weighing: Weighing = "ties"
    coefficients: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=COEFFICIENT_SCHEMA)
    )
    power: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=POWER_SCHEMA))
    urban_rural: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema=MIXING_SCHEMA)
    )
    notes: tuple[str, ...] = ()
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, layer, model and scale."""
        return self.balance

    def __str__(self) -> str:
        default = self.balance.filter(pl.col("model") == "G1")
        n_clusters = default["cluster_id"].n_unique()
        counts = dict(default.group_by("verdict").len().iter_rows())
        said = ", ".join(
            f"{counts.get(v, 0)} {v}"
            for v in ("missing", "excess", "as expected", "not enough links")
        )
        return (
            f"{plural(n_clusters, 'cluster')} by four scales against size and distance (G1): "
            f"{said}; "
            f"{plural(self.untested.height, 'pair')} of cluster and layer could not be tested."
            + "".join(f" {note}" for note in self.notes)
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.balance.head(24)._repr_html_()}"


@analysis("linkages", "Which scales of ties is a cluster missing, and which has it in excess?")
def scale_balance(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    clustering: Clustering,
    *,
    layers: Sequence[str] | None = None,
    cutoffs: Cutoffs = Cutoffs(),  # noqa: B008  # frozen
    weighing: Weighing = "ties",
    level: Share = 0.95,
    draws: Draws = 499,
    rng: Seed = None,
    progress: Progress = silent,
) -> ScaleBalance:
    """Compare a cluster's ties at each scale with what size, distance and borders would give.

    Answers whether a cluster has fewer or more local, regional, national and global ties than
    the places it could reach would lead one to expect, or whether it has too few ties to tell.

    Parameters
    ----------
    study : Study
        Needs `linkages`, and `organisations` with coordinates and `country`.
    clustering : Clustering
    layers : names of layers, or None for all
        Layers are compared one by one, never together.
    cutoffs : Cutoffs
        Where local and regional end; every verdict is run again with both a third smaller and
        a third larger.
    weighing : "ties" or "weight"
        Count every tie as one, or by `weight`. A layer with ties without weight, or with
        weights in several units, is listed as untested.
    level : share
    draws : draws
        Of the parametric bootstrap.
    rng : Generator, int or None

    Returns
    -------
    ScaleBalance

    Raises
    ------
    TooFew
        The study has no linkages.
    InvalidArgument
        A layer without linkages.

    Notes
    -----
    G0, G1 and G2 answer different questions: against size; size and distance; size, distance
    and what else lies between: country borders, and where the study knows them and they vary
    borders of regions, a common language, relatedness of industries. Each is fitted to ties
    that touch no member of the cluster; its size is what gives it as many ties as it has, so
    the question is where they lead, not how many there are. An excess of local ties makes a
    cluster look larger, and is understated.

    Without a table of relatedness they know nothing of industries: part of an excess of local
    ties is that like trades with like. Ties of one owner, and ties of one record (one project,
    contract or respondent in `observed_by`), resemble each other: intervals and needed links
    are widened for it. A cluster that nobody asked, in a layer told by those asked, is
    untested: nobody told of the ties inside it. An interval is drawn from coefficients and
    sizes as the fit knows them, and from the shares that the ties counted leave possible.
    Where more than half of all ties are expected at one scale, fewer of these and more of all
    others look alike: as expected is said there only if the odds are.

    References
    ----------
    .. [1] Santos Silva, J., Tenreyro, S. (2006). The log of gravity. Review of Economics and
       Statistics 88(4). doi:10.1162/rest.88.4.641
    .. [2] Bathelt, H., Malmberg, A., Maskell, P. (2004). Clusters and knowledge: local buzz,
       global pipelines and the process of knowledge creation. Progress in Human Geography
       28(1). doi:10.1191/0309132504ph469oa

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> scale_balance(study, found, draws=49, rng=1).balance["model"].unique().sort().to_list()
    ['G0', 'G1', 'G2']
    """
    seed = seed_of(rng)
    names = _layers(study, layers)
    limits = squared_limits([cutoffs.times(factor) for factor in (1.0, *SENSITIVITY)])
    ground = _ground(study, cutoffs, limits)
    known = (ground, beyond_distance(study, ground))
    members = _members(study, clustering)
    rows = Rows.empty(level)
    for name in names:
        layer = _layer(study, known, name, limits=limits, weighing=weighing)
        drawing = (level, draws, seed, name)
        asked = asked_of(study, name)
        for cluster, found in _compared(
            layer, clustering, members, asked=asked, drawing=drawing, progress=progress
        ):
            rows.add(cluster, name, found, layer=layer)
    note = too_few_draws(draws, level)
    return ScaleBalance(
        **rows.frames(),
        cutoffs=cutoffs,
        level=level,
        draws=draws,
        n_zones=ground.n,
        moved_share=ground.zones.moved_share,
        weighing=weighing,
        notes=(f"Of intervals and p-values: {note}.",) if note else (),
    )


def _layers(study: Study, wanted: Sequence[str] | None) -> tuple[str, ...]:
    counts = (
        study.linkages.group_by("layer").len().sort(["len", "layer"], descending=[True, False])
    )
    present = tuple(counts["layer"])
    if not present:
        raise TooFew(
            "scale_balance: the study has no linkages. Add a table of linkages with `source`, "
            "`target` and `layer`."
        )
    for name in wanted or ():
        if name not in present:
            raise InvalidArgument(
                f"linkages: no linkage has the layer {name!r}; layers are {', '.join(present)}"
            )
    return tuple(wanted) if wanted is not None else present


def _ground(study: Study, cutoffs: Cutoffs, limits: Floats) -> Ground:
    sites = sites_of(study.organisations)
    if not sites.located.any():
        raise TooFew(
            "scale_balance: no organisation has coordinates. Add `longitude` and `latitude`, "
            "or `city` and `country` for the gazetteer."
        )
    zones = zones_of(study.organisations, sites, reach_km=cutoffs.local_km / 4)
    return ground_of(zones, limits)


def _layer(
    study: Study, known: tuple[Ground, Beyond], name: str, *, limits: Floats, weighing: Weighing
) -> Layer | str:
    ends = tie_ends(study, known[0].zones, name, limits=limits, weighing=weighing)
    return ends if isinstance(ends, str) else layer_of(ends, *known, degree=degrees_of(study))


def _compared(
    layer: Layer | str,
    clustering: Clustering,
    members: dict[str, Indices],
    *,
    asked: Asked,
    drawing: tuple[Share, int, int, str],
    progress: Progress,
) -> Iterator[tuple[dict[str, object], Comparison | str]]:
    """Yield every cluster with its comparison, worked on by all threads."""
    level, draws, seed, name = drawing

    def one(cluster: dict[str, object]) -> tuple[dict[str, object], Comparison | str]:
        if isinstance(layer, str):
            return cluster, layer
        own = np.zeros(layer.n_ends.size, np.bool_)
        own[members[str(cluster["cluster_id"])]] = True
        if refusal := asked.refusal(own):
            return cluster, refusal
        source = child(seed, name, str(cluster["cluster_id"]))
        return cluster, compared_with_nulls(layer, own, level=level, draws=draws, rng=source)

    clusters = clustering.clusters.to_dicts()
    named = told(progress, f"{name} ties by scale", clusters)
    for _, found in zip(named, spread(one, clusters), strict=True):
        yield found


def _members(study: Study, clustering: Clustering) -> dict[str, Indices]:
    row = study.organisations.select("org_id").with_row_index("row")
    placed = clustering.members.join(
        row, on="org_id", how="inner", validate="m:1", maintain_order="left"
    )
    rows = {name: as_indices([]) for name in clustering.clusters["cluster_id"]}
    for (cluster_id,), part in placed.group_by(["cluster_id"]):
        rows[str(cluster_id)] = as_indices(part["row"].to_numpy())
    return rows
