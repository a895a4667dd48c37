"""One cluster's ties in one layer against the three gravity nulls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats
from buzzline.errors import InvalidArgument, NotConverged
from buzzline.linkages.borders import Beyond
from buzzline.linkages.counting import counted_of
from buzzline.linkages.expected import Origins, expected_shares
from buzzline.linkages.parties import (
    Ground,
    Parties,
    alone,
    distances,
    likely_ends,
    log_pairs,
    parties_of,
)
from buzzline.linkages.tie_ends import N_SCALES, TieEnds, zone_flows
from buzzline.linkages.urban_rural import Mixing, mixings
from buzzline.linkages.verdicts import (
    Compared,
    Counted,
    compare,
    deviance,
    drawn_ends,
    drawn_under,
    jensen_shannon,
)
from buzzline.network.mutual import MutualGravity, Unidentified, fit_mutual
from buzzline.quantities import Share
from buzzline.wording import plural

Model = Literal["G0", "G1", "G2"]
MODELS: tuple[Model, ...] = ("G0", "G1", "G2")
MODEL_MEANING: Mapping[Model, str] = {
    "G0": "size only",
    "G1": "size and distance",
    "G2": "size, distance and country borders",
}
DEFAULT: Model = "G1"
FEWEST_TIES = 10  # below, no verdict is tried
NO_FIT = "not fitted: "
FIRST_POWER = -1.0  # of distance, in the first round
ROUNDS = 3
SETTLED = 0.02  # by which the power of distance may move in the last round
LEAST_POWER, MOST_POWER = -4.0, -0.05  # at which distances are averaged


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Ties of one layer between zones, and the nulls fitted to all of them.

    Attributes
    ----------
    ends : TieEnds
    ground : Ground
    beyond : Beyond                       what G2 knows beside distance; of this layer
    n_ends, weight : (n,) float64         tie ends of each organisation; those it may hold
    power : float                         of distance, at which distances are averaged
    flows, offset : (z, z) float64        tie ends from zone to zone; ln of pairs that can tie
    covariates : (k, z, z) float64        distance first, then what lies beyond
    fits : Model -> MutualGravity or str  where fits without a cluster start, or why none
    degree : (n,) int32                   of urbanisation, -1 unknown
    """

    ends: TieEnds
    ground: Ground
    beyond: Beyond
    n_ends: Floats
    weight: Floats
    power: float
    flows: Floats
    offset: Floats
    covariates: Floats
    fits: Mapping[Model, MutualGravity | str]
    degree: Codes

    def known_to(self, model: Model) -> int:
        """Return how many covariates a model has."""
        return {"G0": 0, "G1": 1, "G2": 1 + len(self.beyond.names)}[model]


@dataclass(frozen=True, slots=True, eq=False)
class AgainstModel:
    """One cluster against one null, at each set of cut-offs (the first is the one asked for).

    Attributes
    ----------
    gravity : MutualGravity
    compared : tuple[Compared, ...]
    g2, p, kl, js : float             over all four scales, with the cut-offs asked for
    """

    gravity: MutualGravity
    compared: tuple[Compared, ...]
    g2: float
    p: float
    kl: float
    js: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One cluster in one layer: what was counted, and the answer (or reason) of each null.

    Attributes
    ----------
    counted : Counted
    n : int                  ties of known scale
    n_equal : float          ties of one weight they are worth: 1 / sum w^2
    top_share : float        share of the tie ends that the busiest member holds
    amount : float           of all tie ends, in the unit of the layer
    models : Model -> AgainstModel or str
    mixing : scale -> Mixing     ties between urban and rural places, against G1
    """

    counted: Counted
    n: int
    n_equal: float
    top_share: float
    amount: float
    models: Mapping[Model, AgainstModel | str]
    mixing: Mapping[str, Mixing] = field(default_factory=dict)

    @property
    def inner_share(self) -> float:
        """Share of the tie ends whose other end is a member, too."""
        return float(2 * self.counted.internal / self.counted.observed.sum())


def layer_of(ends: TieEnds, ground: Ground, beyond: Beyond, *, degree: Codes) -> Layer:
    """Gather the ties of one layer by zone and fit the nulls to all of them."""
    flows = zone_flows(ends, None, ground.n)
    n_ends = as_floats(np.diff(ends.here_start))
    offset = np.zeros((ground.n, ground.n))
    shares = as_floats([alone(ground.rows_of(zone), n_ends) for zone in range(ground.n)])
    np.fill_diagonal(offset, log_pairs(shares))
    none = np.empty((0, ground.n, ground.n))
    power, g1, log_km = _by_distance(flows, offset, ground)
    covariates = as_floats(np.concatenate([log_km[None], beyond.between]))
    while isinstance(g2 := _fit(flows, covariates, offset, None), Unidentified):
        name = ("distance", *beyond.names)[g2.number]
        if name in ("distance", "border"):
            break
        beyond = beyond.without(name, "its coefficient is not identified by these ties")
        covariates = as_floats(np.concatenate([log_km[None], beyond.between]))
    fits: dict[Model, _Fit] = {"G0": _fit(flows, none, offset, None), "G1": g1, "G2": g2}
    said = {model: _said(fit, beyond) for model, fit in fits.items()}
    return Layer(
        ends, ground, beyond, n_ends, likely_ends(n_ends), power, flows, as_floats(offset),
        covariates, said, degree,
    )  # fmt: skip


def _by_distance(
    flows: Floats, offset: Floats, ground: Ground
) -> tuple[float, MutualGravity | InvalidArgument | NotConverged, Floats]:
    """Find the power of distance, and distances averaged at it, in turn."""
    power, fit = FIRST_POWER, None
    for _ in range(ROUNDS):
        log_km = distances(ground, power)
        fit = _fit(flows, log_km[None], offset, None)
        if not isinstance(fit, MutualGravity):
            break
        found = min(max(float(fit.theta[0]), LEAST_POWER), MOST_POWER)
        if abs(found - power) < SETTLED:
            break
        power = found
    assert fit is not None
    return power, fit, log_km


_Fit = MutualGravity | InvalidArgument | NotConverged


def _fit(
    flows: Floats, covariates: Floats, offset: Floats, start: MutualGravity | None
) -> _Fit:
    try:
        return fit_mutual(flows, covariates, offset=offset, start=start)
    except (InvalidArgument, NotConverged) as error:
        return error


def _said(fit: _Fit, beyond: Beyond) -> MutualGravity | str:
    if isinstance(fit, MutualGravity):
        return fit
    if isinstance(fit, Unidentified):
        name = ("distance", *beyond.names)[fit.number]
        return (
            f"{NO_FIT}the coefficient of {name} is not identified by these ties, or not finite"
        )
    return NO_FIT + str(fit).removeprefix("gravity null: ")


def compared_with_nulls(
    layer: Layer, members: Flags, *, level: Share, draws: int, rng: np.random.Generator
) -> Comparison | str:
    """Compare the ties of some organisations with the three nulls, or say why that cannot be.

    Parameters
    ----------
    layer : Layer
    members : (n,) bool
        Organisations of the cluster.
    level : share
    draws : int
    """
    own = layer.ends.of(members)
    n_sets = len(layer.ground.limits)
    counted = [counted_of(layer.ends, members, own, cutoffs=c) for c in range(n_sets)]
    n = int((layer.ends.scale[0, own] < N_SCALES).sum())
    n -= (
        int((members[layer.ends.there[own]] & (layer.ends.scale[0, own] < N_SCALES)).sum()) // 2
    )
    if n < FEWEST_TIES:
        return _too_few(n, int(layer.ends.self_ties[members].sum()))
    parties = parties_of(layer.ground, members, layer.weight, power=layer.power)
    without = _Without.of(layer, members, own, parties=parties)
    origins = _origins(layer, parties, own)
    models: dict[Model, AgainstModel | str] = {}
    mixing: Mapping[str, Mixing] = {}
    for model in MODELS:
        whole = layer.fits[model]
        if isinstance(whole, str):
            models[model] = whole
            continue
        k = layer.known_to(model)
        gravity = _said(
            _fit(without.flows, without.covariates[:k], without.offset, whole), layer.beyond
        )
        if isinstance(gravity, str):
            models[model] = gravity
            continue
        seen = _seen(origins, k)
        models[model] = _against(gravity, seen, counted, level=level, draws=draws, rng=rng)
        if model == DEFAULT and (layer.degree >= 0).any():
            mixing = mixings(
                (layer.ground, layer.ends, layer.degree), gravity, (seen, parties), own=own,
                design_effect=counted[0].design_effect * own.size / counted[0].n_ties,
                drawing=(level, draws, rng),
            )  # fmt: skip
    return replace(_comparison(layer, own, counted[0], n, models), mixing=mixing)


def _too_few(n: int, n_self: int) -> str:
    aside = f"; {plural(n_self, 'tie')} of members to themselves left out" if n_self else ""
    return (
        f"only {plural(n, 'tie')} with a known scale; at least {FEWEST_TIES} are needed to try"
        + aside
    )


def _comparison(
    layer: Layer,
    own: Indices,
    counted: Counted,
    n: int,
    models: Mapping[Model, AgainstModel | str],
) -> Comparison:
    ends = layer.ends
    known = own[ends.scale[0, own] < N_SCALES]
    weight = ends.weight[known]
    by_member = np.bincount(ends.here[known], weights=weight)
    amount = float(weight.sum()) * ends.unit_size
    equal = float(weight.sum() ** 2 / (weight**2).sum()) * n / known.size
    return Comparison(counted, n, equal, float(by_member.max() / weight.sum()), amount, models)


@dataclass(frozen=True, slots=True, eq=False)
class _Without:
    """What is fitted without a cluster: no tie of its members, no member in its zones."""

    flows: Floats
    covariates: Floats
    offset: Floats

    @classmethod
    def of(cls, layer: Layer, members: Flags, own: Indices, *, parties: Parties) -> _Without:
        there = members[layer.ends.there[own]]
        seen = zone_flows(layer.ends, own, layer.ground.n)
        inner = zone_flows(layer.ends, own[there], layer.ground.n)
        flows = np.maximum(layer.flows - seen - seen.T + inner, 0.0)
        flows[flows < 1e-9] = 0.0  # weights leave crumbs
        zone = parties.zone
        covariates, offset = layer.covariates.copy(), layer.offset.copy()
        covariates[0, zone] = parties.outsiders_log_km
        covariates[0][:, zone] = parties.outsiders_log_km.T
        shares = as_floats([alone(rows, layer.n_ends) for rows in parties.outsiders])
        offset[zone, zone] = log_pairs(shares)
        single = np.isneginf(offset[zone, zone])
        flows[zone[single], zone[single]] = 0.0
        return cls(as_floats(flows), as_floats(covariates), as_floats(offset))


def _origins(layer: Layer, parties: Parties, own: Indices) -> Origins:
    """Return what lies how far from the members, for the model that knows most."""
    ends, o = layer.ends, parties.zone.size
    at = np.searchsorted(parties.zone, ends.zone_here[own])
    leaving = np.stack(
        [
            np.bincount(at, weights=ends.weight[own] * (scale < N_SCALES), minlength=o)
            for scale in ends.scale[:, own]
        ]
    )
    outer, inner = layer.beyond.seen_from(parties)
    shares = as_floats([alone(rows, layer.n_ends) for rows in parties.members])
    among = np.zeros((o, o))
    np.fill_diagonal(among, log_pairs(shares))
    return Origins(
        as_floats(np.concatenate([parties.log_km[None], outer])),
        np.zeros((o, layer.ground.n)),
        parties.shares,
        as_floats(np.concatenate([parties.inner_log_km[None], inner, among[None]])),
        parties.inner_shares,
        as_floats(leaving),
    )


def _seen(origins: Origins, k: int) -> Origins:
    """Return what a model with k covariates sees."""
    return Origins(
        as_floats(origins.covariates[:k]), origins.offset, origins.composition,
        as_floats(np.concatenate([origins.inner[:k], origins.inner[-1:]])),
        origins.inner_composition, origins.leaving,
    )  # fmt: skip


def _against(
    gravity: MutualGravity,
    origins: Origins,
    counted: Sequence[Counted],
    *,
    level: Share,
    draws: int,
    rng: np.random.Generator,
) -> AgainstModel:
    expected = expected_shares(gravity, origins, draws=draws, rng=rng)
    compared = tuple(
        compare(
            count,
            expected.share[c],
            share_draws=expected.draws[:, c],
            observed_draws=drawn_ends(count, draws, rng),
            level=level,
        )
        for c, count in enumerate(counted)
    )
    under_null = drawn_under(expected.draws[:, 0], counted[0], rng)
    light = replace(gravity, factor=np.empty((0, 0)))  # megabytes that nobody asks for again
    return AgainstModel(light, compared, *_overall(counted[0], expected.share[0], under_null))


def _overall(
    counted: Counted, share: Floats, under_null: Floats
) -> tuple[float, float, float, float]:
    """Return G2, its p-value by simulation, and the two effect sizes."""
    total = float(counted.observed.sum())
    observed = as_floats(counted.observed)
    expected = np.maximum(share * total, 1e-9)
    g2 = float(deviance(observed, expected))
    totals = under_null.sum(axis=1, keepdims=True)
    simulated = deviance(under_null, np.maximum(share * totals, 1e-9))
    p = (1 + int((simulated >= g2).sum())) / (1 + len(simulated))
    return g2, p, g2 / (2 * total), jensen_shannon(observed, expected)
