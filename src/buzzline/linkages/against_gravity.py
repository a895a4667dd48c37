"""One cluster's ties in one layer against the three gravity nulls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from buzzline.arrays import Codes, Flags, Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument, NotConverged
from buzzline.linkages.expected import Origins, expected_shares
from buzzline.linkages.tie_ends import N_SCALES, TieEnds, tie_ends, zone_flows
from buzzline.linkages.verdicts import (
    Compared,
    Counted,
    compare,
    deviance,
    drawn_ends,
    drawn_under,
    jensen_shannon,
    overdispersion,
)
from buzzline.network.nulls import Gravity, fit_gravity, size_only
from buzzline.quantities import Share
from buzzline.space.zones import Zones, composition_from, log_km_from
from buzzline.tables.study import Study

Model = Literal["G0", "G1", "G2"]
MODELS: tuple[Model, ...] = ("G0", "G1", "G2")
MODEL_MEANING: Mapping[Model, str] = {
    "G0": "size only",
    "G1": "size and distance",
    "G2": "size, distance and country borders",
}
FEWEST_TIES = 10  # below, no verdict is tried
NO_FIT = "not fitted: "


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Ties of one layer between zones, and the nulls fitted to all of them.

    Attributes
    ----------
    ends : TieEnds
    zones : Zones
    flows : (z, z) float64                         tie ends from zone to zone
    covariates : Model -> (k, z, z) float64
    fits : Model -> Gravity or str                 where fits without a cluster start, or why
    none
    """

    ends: TieEnds
    zones: Zones
    flows: Floats
    covariates: Mapping[Model, Floats]
    fits: Mapping[Model, Gravity | str]


@dataclass(frozen=True, slots=True, eq=False)
class AgainstModel:
    """One cluster against one null, at each set of cut-offs (the first is the one asked for).

    Attributes
    ----------
    gravity : Gravity
    compared : tuple[Compared, ...]
    g2, p, kl, js : float             over all four scales, with the cut-offs asked for
    """

    gravity: Gravity
    compared: tuple[Compared, ...]
    g2: float
    p: float
    kl: float
    js: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One cluster in one layer: what was counted, and the answer (or reason) of each null."""

    counted: Counted
    models: Mapping[Model, AgainstModel | str]


def layer_of(study: Study, zones: Zones, name: str, *, limits: Floats) -> Layer:
    """Gather the ties of one layer by zone and fit the nulls to all of them."""
    ends = tie_ends(study, zones, name, limits=limits)
    n_zones = int(zones.n_here.size)
    flows = zone_flows(ends, np.ones(ends.here.size, np.bool_), n_zones)
    covariates = {model: _covariates(model, zones.log_km, zones.nation) for model in MODELS}
    fits = {model: _fit(flows, covariates[model], None) for model in MODELS}
    return Layer(ends, zones, flows, covariates, fits)


def _covariates(model: Model, log_km: Floats, nation: Codes) -> Floats:
    """Return what each model knows of every pair of zones. (k, z, z)."""
    border = (nation[:, None] != nation[None]).astype(np.float64)
    known: Mapping[Model, tuple[Floats, ...]] = {
        "G0": (), "G1": (log_km,), "G2": (log_km, border),
    }  # fmt: skip
    return as_floats(np.reshape(known[model], (-1, *log_km.shape)))


def compared_with_nulls(
    layer: Layer,
    members: Flags,
    limits: Floats,
    *,
    level: Share,
    draws: int,
    rng: np.random.Generator,
) -> Comparison | str:
    """Compare the ties of some organisations with the three nulls, or say why that cannot be.

    Parameters
    ----------
    layer : Layer
    members : (n,) bool
        Organisations of the cluster.
    limits : (c, 2) float64
        Squared chords up to which ties are local and regional, one row a set of cut-offs; the
        first is the one asked for.
    level : share
    draws : int
    """
    own = members[layer.ends.here]
    counted = [_counted(layer.ends, members, own, c) for c in range(len(limits))]
    n = counted[0].n_ties
    if n < FEWEST_TIES:
        return f"only {n} ties with a known scale; at least {FEWEST_TIES} are needed to try"
    own_flows = zone_flows(layer.ends, own, layer.zones.n_here.size)
    places = _places(layer, members, own, limits)
    models: dict[Model, AgainstModel | str] = {}
    for model in MODELS:
        whole = layer.fits[model]
        if isinstance(whole, str):
            models[model] = whole
            continue
        gravity = _fit(layer.flows - own_flows, layer.covariates[model], whole)
        models[model] = (
            gravity
            if isinstance(gravity, str)
            else _against(
                gravity, places.seen_by(model, layer.zones), counted,
                level=level, draws=draws, rng=rng,
            )
        )  # fmt: skip
    return Comparison(counted[0], models)


@dataclass(frozen=True, slots=True, eq=False)
class _Places:
    """The zones that a cluster's ties leave from, whatever the model."""

    zone: Indices
    log_km: Floats
    composition: Floats
    leaving: Floats

    def seen_by(self, model: Model, zones: Zones) -> Origins:
        return Origins(
            as_floats(_covariates(model, self.log_km, zones.nation)[:, self.zone]),
            self.composition,
            self.leaving,
        )


def _places(layer: Layer, members: Flags, own: Flags, limits: Floats) -> _Places:
    ends, zones = layer.ends, layer.zones
    zone, at = np.unique(ends.zone_here[own], return_inverse=True)
    leaving = [
        np.bincount(at, weights=ends.scale[c, own] < N_SCALES, minlength=zone.size)
        for c in range(len(limits))
    ]
    origins = as_indices(zone)
    composition = composition_from(zones, members, origins, limits=limits)[..., :N_SCALES]
    return _Places(
        origins, log_km_from(zones, members), as_floats(composition), as_floats(leaving)
    )


def _fit(flows: Floats, covariates: Floats, start: Gravity | None) -> Gravity | str:
    if not covariates.shape[0]:
        return size_only(flows)
    try:
        return fit_gravity(flows, covariates, start)
    except (InvalidArgument, NotConverged) as error:
        return NO_FIT + str(error).removeprefix("gravity null: ")


def _counted(ends: TieEnds, members: Flags, own: Flags, cutoffs: int) -> Counted:
    scale = ends.scale[cutoffs, own]
    known = scale < N_SCALES
    here, scale = ends.here[own][known], scale[known]
    observed = np.bincount(scale, minlength=N_SCALES)
    internal = int(members[ends.there[own][known]].sum()) // 2
    design_effect = overdispersion(_bundled(here, scale))
    if ends.record.size:
        bundles = _bundled(ends.record[own][known], scale)
        design_effect = max(design_effect, overdispersion(bundles))
    return Counted(as_indices(observed), internal, design_effect)


def _bundled(bundle: Codes, scale: Codes) -> Floats:
    """Return how many tie ends each bundle (organisation, record) has at each scale."""
    _, number = np.unique(bundle, return_inverse=True)
    size = (int(number.max(initial=-1)) + 1) * N_SCALES
    return as_floats(
        np.bincount(number * N_SCALES + scale, minlength=size).reshape(-1, N_SCALES)
    )


def _against(
    gravity: Gravity,
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
    return AgainstModel(gravity, compared, *_overall(counted[0], expected.share[0], under_null))


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
