"""Which pattern of missing links do the ties of a cluster show, and what is tried first?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.analysis import Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.linkages.balance import MODELS, ScaleBalance
from buzzline.linkages.pattern_evidence import (
    activity_sign,
    anchor_of,
    between_cities,
    buying_signs,
    dispersion_sign,
    lead_of,
    share_sign,
    tenure,
    trust_sign,
    upgrading_sign,
)
from buzzline.linkages.pattern_rule import (
    NONE,
    OPEN,
    PATTERNS,
    SETTLED_BY,
    PatternRule,
    PatternShares,
    pattern_shares,
)
from buzzline.linkages.pattern_scene import Scene, scene_of
from buzzline.linkages.pattern_signs import Sign, balance_signs, signs_held, unknown
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.study import Study
from buzzline.wording import plural

# Against G1, borders make everybody's ties abroad look too few.
ORDER = tuple(reversed(MODELS))
CLEAR = 0.8  # of the draws, from which on a pattern is more than the likeliest

_NAMED = {"cluster_id": pl.String, "label": pl.String, "industry": pl.String}
PATTERN_SCHEMA = {
    **_NAMED, "layer": pl.String, "model": pl.String, "pattern": pl.String,
    "probability": pl.Float64, "possible": pl.Float64, "n": pl.Int64, "settled_by": pl.String,
    "case": pl.String, "reading": pl.String, "levers": pl.String,
}  # fmt: skip
SIGN_SCHEMA = {
    **_NAMED, "layer": pl.String, "model": pl.String, "sign": pl.String, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "n": pl.Int64,
    "yardstick": pl.Float64, "finding": pl.String, "org_id": pl.String, "reason": pl.String,
}  # fmt: skip
UNTESTED_SCHEMA = {**_NAMED, "layer": pl.String, "reason": pl.String}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class MissingLinkPatterns:
    """How likely each pattern of missing links is, cluster by cluster and layer by layer.

    Attributes
    ----------
    patterns : DataFrame
        One row a cluster, layer, model of expected ties and pattern that is possible, the
        likeliest first: `cluster_id`, `label`, `industry`, `layer`, `model`, `pattern` (or
        "none of these", "cannot be told"), `probability` (share of draws in which all of its
        signs hold), `possible` (and those in which signs that are not known could make it
        hold), `n` (ties), `settled_by` (what data would tell), `case` (named in the source),
        `reading`, `levers`.
    signs : DataFrame
        One row a cluster, layer, model and sign (of the whole cluster where `layer` is empty):
        `sign`, `value`, `low`, `high`, `level`, `n`, `yardstick` (what it is held against),
        `finding` ("above", "below", "as expected", "open", "?"), `org_id` (the anchor, or who
        leads), `reason`.
    untested : DataFrame
        `cluster_id`, `label`, `industry`, `layer`, `reason`.
    rule : PatternRule
    level : share
    draws : int
    """

    patterns: pl.DataFrame
    signs: pl.DataFrame
    untested: pl.DataFrame
    rule: PatternRule
    level: Share
    draws: int
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, layer, model and pattern that is possible."""
        return self.patterns

    def likeliest(self) -> pl.DataFrame:
        """Return the likeliest pattern of each cluster and layer, against all that is known."""
        return self.patterns.unique(["cluster_id", "layer"], keep="first", maintain_order=True)

    def __str__(self) -> str:
        first = self.likeliest()
        left = plural(self.untested.height, "pair")
        if not first.height:
            return f"No cluster could be tested ({left} of cluster and layer: see `untested`)."
        clear = first.filter(pl.col("probability") >= CLEAR)
        counts = (
            clear.group_by("pattern").len().sort("len", "pattern", descending=[True, False])
        )
        said = ", ".join(f"{pattern} {n:,}" for pattern, n in counts.iter_rows())
        return (
            f"{plural(first.height, 'pair')} of cluster and layer, against size, distance and "
            f"borders ({ORDER[0]}): one answer holds in {CLEAR:.0%} of draws or more for "
            f"{clear.height:,}{f' ({said})' if said else ''}; {left} could not be tested. A "
            "pattern is what signs agree on, not a diagnosis."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.patterns.head(20)._repr_html_()}"


@analysis("linkages", "Which pattern of missing links do a cluster's ties show?")
def missing_link_patterns(
    study: Study,
    clustering: Clustering,
    balance: ScaleBalance,
    *,
    rule: PatternRule = PatternRule(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 999,
    rng: Seed = None,
    progress: Progress = silent,
) -> MissingLinkPatterns:
    """Tell how likely each pattern of missing links is, and what data would settle it.

    Answers whether the signs of a cluster (ties above or below expectation at each scale,
    dependence on one owner abroad, members dispersed over cities, trust, a lead organisation)
    add up to one of the patterns of the literature, to none, or cannot be told. Never one
    label: a share of draws for each, with the case it is named after and the levers tried
    first.

    Parameters
    ----------
    study : Study
        Needs `linkages`; `owner_id`, `city`, `opened`, `establishments` and trust in `outcomes`
        where there are any.
    clustering : Clustering
    balance : ScaleBalance
        Of the same clusters.
    rule : PatternRule
        From where on a sign counts.
    level : share
    draws : draws
    rng : Generator, int or None

    Returns
    -------
    MissingLinkPatterns

    Raises
    ------
    InvalidArgument
        No draws, a `level` of 0 or 1, or a balance of other clusters.

    Notes
    -----
    Signs are drawn from what is known of their errors: the four scales together, with the
    spread of their intervals and the correlation of shares of one count [1]_; shares from a
    beta distribution with as many observations as they are worth. Each draw has one pattern,
    the narrower where two hold. Anchor dependence is the chance that two global ties of
    different records have one owner behind them. How many ties members hold counts a record
    once; whoever leads is picked on half of the records and measured on the other.

    References
    ----------
    .. [1] Aitchison, J. (1986). The Statistical Analysis of Compositional Data. Chapman & Hall.
    .. [2] Bathelt, H., Malmberg, A., Maskell, P. (2004). Clusters and knowledge. Progress in
       Human Geography 28(1). doi:10.1191/0309132504ph469oa

    Examples
    --------
    >>> from buzzline.clusters.candidate_clusters import candidate_clusters
    >>> from buzzline.linkages.balance import scale_balance
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> balance = scale_balance(study, found, draws=49, rng=1)
    >>> missing_link_patterns(study, found, balance, rng=1).signs["sign"].n_unique()
    14
    """
    if not draws or not 0 < level < 1:
        raise InvalidArgument(
            "missing_link_patterns: `draws` must be at least 1 and `level` between 0 and 1, "
            f"got {draws} and {level:g}"
        )
    seed = seed_of(rng)
    rows = balance.balance
    _check_same(clustering, rows)
    layers = tuple(rows["layer"].unique(maintain_order=True))
    scene = scene_of(study, clustering, layers, cutoffs=balance.cutoffs)
    terms = _Terms(rule, level, draws, seed)
    out = _Out([], [])
    fits = _elasticities(balance)
    groups = rows.partition_by("cluster_id", maintain_order=True)
    for group in told(progress, "patterns of missing links", groups):
        _one_cluster(study, scene, group, fits=fits, balance=balance, terms=terms, out=out)
    return MissingLinkPatterns(
        pl.DataFrame(out.patterns, schema=PATTERN_SCHEMA, orient="row"),
        pl.DataFrame(out.signs, schema=SIGN_SCHEMA, orient="row").fill_nan(None),
        balance.untested.select(list(UNTESTED_SCHEMA)), rule, level, draws,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Terms:
    rule: PatternRule
    level: Share
    draws: Draws
    seed: int


@dataclass(frozen=True, slots=True, eq=False)
class _Out:
    patterns: list[tuple[object, ...]]
    signs: list[tuple[object, ...]]


def _check_same(clustering: Clustering, rows: pl.DataFrame) -> None:
    known = set(clustering.clusters["cluster_id"])
    strange = [each for each in rows["cluster_id"].unique(maintain_order=True)
               if each not in known]  # fmt: skip
    if strange:
        raise InvalidArgument(
            f"missing_link_patterns: `balance` is of other clusters ({strange[0]!r} is not in "
            "`clustering`). Run `scale_balance` on these clusters first."
        )


def _elasticities(balance: ScaleBalance) -> dict[tuple[str, str], tuple[float, float]]:
    """Return how ties fall with distance in each layer outside each cluster, and the error."""
    fitted = balance.fits.filter(pl.col("model") == "G1").drop_nulls(
        ["distance_elasticity", "elasticity_low", "elasticity_high"]
    )
    reach = 2 * float(norm.ppf((1 + balance.level) / 2))
    return {
        (row["cluster_id"], row["layer"]): (
            row["distance_elasticity"],
            (row["elasticity_high"] - row["elasticity_low"]) / reach,
        )
        for row in fitted.iter_rows(named=True)
    }


def _one_cluster(
    study: Study,
    scene: Scene,
    group: pl.DataFrame,
    *,
    fits: Mapping[tuple[str, str], tuple[float, float]],
    balance: ScaleBalance,
    terms: _Terms,
    out: _Out,
) -> None:
    first = group.row(0, named=True)
    cluster = str(first["cluster_id"])
    named = (cluster, first["label"], first["industry"])
    whole = _of_cluster(study, scene, cluster, terms)
    out.signs.extend(_sign_row((*named, None, None), sign, terms) for sign in whole)
    for layer_name, part in group.partition_by("layer", as_dict=True).items():
        layer = str(layer_name[0])
        own = _of_layer(scene, cluster, layer, fits.get((cluster, layer)), terms)
        who = {sign.name: org_id for sign, org_id in own}
        out.signs.extend(
            _sign_row((*named, layer, None), sign, terms, who[sign.name]) for sign, _ in own
        )
        for model in ORDER:
            scales = part.filter(pl.col("model") == model)
            if not scales.height:
                continue
            rng = child(terms.seed, "balance", cluster, layer, model)
            drawn = balance_signs(
                scales.to_dicts(), level=balance.level, rule=terms.rule, draws=terms.draws,
                rng=rng,
            )  # fmt: skip
            out.signs.extend(_sign_row((*named, layer, model), sign, terms) for sign in drawn)
            signs = {sign.name: sign for sign in (*whole, *(s for s, _ in own), *drawn)}
            shares = pattern_shares(signs_held(signs, terms.rule, terms.draws))
            out.patterns.extend(_pattern_rows((*named, layer, model), shares, scales["n"][0]))


def _of_cluster(study: Study, scene: Scene, cluster: str, terms: _Terms) -> list[Sign]:
    """Return the signs that are not of a layer."""
    members = scene.members(cluster)
    level, draws = terms.level, terms.draws
    rng = child(terms.seed, "cluster", cluster)
    return [
        dispersion_sign(scene, members, terms.rule, level=level, draws=draws, rng=rng),
        trust_sign(study, members, level=level, draws=draws, rng=rng),
        *buying_signs(scene, members, level=level, draws=draws, rng=rng),
        upgrading_sign(study, scene, members, level=level, draws=draws, rng=rng),
    ]


def _of_layer(
    scene: Scene,
    cluster: str,
    layer: str,
    elasticity: tuple[float, float] | None,
    terms: _Terms,
) -> list[tuple[Sign, str | None]]:
    """Return the signs of one layer beyond the scales, and whom they are about."""
    members, ties = scene.members(cluster), scene.layers[layer]
    level, draws, rule = terms.level, terms.draws, terms.rule
    rng, far = child(terms.seed, "layer", cluster, layer), float(np.log(terms.rule.notable))
    found: list[tuple[Sign, str | None]] = [
        (activity_sign(scene, ties, members, level=level, draws=draws, rng=rng, far=far),
         None),
        (between_cities(scene, ties, members, elasticity=elasticity, level=level, draws=draws,
                        rng=rng, margin=far), None),
    ]  # fmt: skip
    anchor = anchor_of(scene, ties, members)
    if isinstance(anchor, str):
        found.append((unknown("anchor dependence", anchor), None))
    else:
        share, who = anchor
        sign = share_sign("anchor dependence", share, rule.dependence, level=level,
                          draws=draws, rng=rng)  # fmt: skip
        found.append((sign, _known_as(scene, who)))
    return found + _leading(scene, cluster, layer, terms, rng)


def _leading(
    scene: Scene, cluster: str, layer: str, terms: _Terms, rng: np.random.Generator
) -> list[tuple[Sign, str | None]]:
    members = scene.members(cluster)
    lead = lead_of(scene, scene.layers[layer], members, rng=rng)
    if isinstance(lead, str):
        return [(unknown(name, lead), None) for name in ("lead organisation", "tenure")]
    share, first = lead
    who = _known_as(scene, first)
    sign = share_sign("lead organisation", share, terms.rule.lead_share, level=terms.level,
                      draws=terms.draws, rng=rng)  # fmt: skip
    return [
        (sign, who),
        (tenure(scene, members, first=first, rule=terms.rule, draws=terms.draws), who),
    ]


def _known_as(scene: Scene, row: int | None) -> str | None:
    return None if row is None else str(scene.organisations["org_id"][row])


def _sign_row(
    named: tuple[object, ...], sign: Sign, terms: _Terms, org_id: str | None = None
) -> tuple[object, ...]:
    return (
        *named, sign.name, sign.value, sign.low, sign.high, terms.level, sign.n, sign.cut,
        sign.said(terms.level), org_id, sign.reason or None,
    )  # fmt: skip


def _pattern_rows(
    named: tuple[object, ...], shares: PatternShares, n: int
) -> list[tuple[object, ...]]:
    texts = {one.name: (one.case or None, one.reading, one.levers) for one in PATTERNS}
    order = sorted(shares.probability, key=lambda name: -shares.probability[name])
    return [
        (
            *named, name, shares.probability[name], shares.possible[name], n,
            _settled(shares, name), *texts.get(name, (None, None, None)),
        )
        for name in order
        if shares.possible[name] > 0 and not (name == NONE and not shares.probability[NONE])
    ]  # fmt: skip


def _settled(shares: PatternShares, name: str) -> str | None:
    """Return what data would tell whether a pattern holds."""
    if name in (NONE, OPEN):
        signs: Sequence[str] = [
            sign
            for pattern, open_signs in shares.open_signs.items()
            if shares.possible[pattern] > shares.probability[pattern]
            for sign in open_signs
        ] if name == OPEN else []  # fmt: skip
    else:
        signs = shares.open_signs[name]
    wanted = dict.fromkeys(SETTLED_BY.get(sign, "more ties") for sign in signs)
    return "; ".join(wanted) or None


__all__ = ["MissingLinkPatterns", "missing_link_patterns"]
