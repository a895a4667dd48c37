"""Make a study whose clusters and ties follow a known truth.

Organisations of all industries share one background (towns by size), so without planted
clusters industry labels are a pure random relabelling; planted clusters add organisations of
one industry within a few kilometres of a centre.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from buzzline.arrays import Floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Count
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.study import About, Study
from buzzline.tables.vocabularies import LAYERS
from buzzline.tables.worlds.employing import employ
from buzzline.tables.worlds.furnishing import furnish
from buzzline.tables.worlds.geography import Geography, Towns, found_towns
from buzzline.tables.worlds.gravity import SCALE_NAMES, Gravity, Sites, draw_ties
from buzzline.tables.worlds.organisations import (
    industry_codes,
    linkage_table,
    organisation_table,
    place_table,
)
from buzzline.tables.worlds.settling import Centres, draw_industries, plant_centres, settle
from buzzline.tables.worlds.truth import Truth, World


def make_world(
    *,
    organisations: Count = 1200,
    clusters: int = 6,
    industries: Count = 5,
    layers: tuple[str, ...] = ("supply", "research"),
    missing: Mapping[int, Mapping[str, float]] | None = None,
    geography: Geography | None = None,
    gravity: Gravity | None = None,
    rng: Seed = None,
) -> World:
    """Make a study with planted clusters and ties from a known gravity model.

    Parameters
    ----------
    organisations : count
    clusters : int
        Planted clusters, or 0; cluster c has industry c modulo `industries`.
    industries : count
    layers : tuple of str
        Layers of the schema; each gets `gravity.ties_each` ties an organisation.
    missing : mapping of cluster to mapping of scale to factor
        Planted imbalance: `{0: {"global": 0.5}}` halves the global ties of cluster 0;
        factors above 1 plant an excess.
    geography : Geography
        Towns, countries, exact or city coordinates, share of organisations in clusters.
    gravity : Gravity
        Ties an organisation, distance elasticity, border effect.
    rng : Generator, int or None

    Returns
    -------
    World
        `study` with every table filled, and `truth`.

    Raises
    ------
    InvalidArgument
        An unknown layer or scale, a negative factor, or more clusters than places.

    Examples
    --------
    >>> world = make_world(organisations=200, clusters=2, missing={0: {"global": 0.2}}, rng=1)
    >>> world.study
    Study 'Made-up world': 200 organisations, 2,400 linkages (research 1,200, supply 1,200)
    >>> world.truth.clusters["industry"].to_list()
    ['optics', 'machinery']
    """
    geography, gravity = geography or Geography(), gravity or Gravity()
    _check(organisations, clusters, industries, layers)
    factor = _factors(missing or {}, clusters)
    seed = seed_of(rng)
    towns = found_towns(geography, child(seed, "towns"))
    centres = plant_centres(towns, geography, clusters, rng=child(seed, "centres"))
    sites, town = settle(towns, geography, centres, n=organisations, factor=factor, seed=seed)
    names = industry_codes(industries)
    code = draw_industries(sites.cluster, industries, child(seed, "industries"))
    frame = organisation_table(
        towns, sites, town, industry=[names[k] for k in code],
        coordinates=geography.coordinates, rng=child(seed, "organisations"),
    )  # fmt: skip
    planted = _planted_clusters(towns, centres, sites, names)
    study = Study.of(
        about=About("Made-up world", "CC0", ("made-up world",), _notes(clusters, seed)),
        organisations=frame,
        places=place_table(towns),
        linkages=_linkages(frame["org_id"], sites, gravity, layers=layers, seed=seed),
        **furnish(frame, towns, planted, names=names, rng=child(seed, "furnish")),
        **employ(frame, names, rng=child(seed, "employment")),
    )
    return World(study, Truth(sites.cluster, planted, gravity, _factor_table(factor), sites))


def null_world(*, organisations: Count = 1200, rng: Seed = None, **choices: object) -> World:
    """Make a world without clusters: industry labels are a random relabelling of the sites.

    Parameters
    ----------
    organisations : count
    rng : Generator, int or None
    **choices
        As in `make_world`.

    Examples
    --------
    >>> null_world(organisations=50, rng=1).truth.clusters.height
    0
    """
    return make_world(organisations=organisations, clusters=0, rng=rng, **choices)  # type: ignore[arg-type]


def _check(organisations: int, clusters: int, industries: int, layers: tuple[str, ...]) -> None:
    for name, value, least in (
        ("organisations", organisations, 2),
        ("clusters", clusters, 0),
        ("industries", industries, 1),
    ):
        if value < least:
            raise InvalidArgument(f"make_world: `{name}` must be at least {least}, got {value}")
    for layer in layers:
        if layer not in LAYERS:
            raise InvalidArgument(
                f"make_world: {layer!r} is not a layer; layers are {', '.join(LAYERS)}"
            )


def _factors(missing: Mapping[int, Mapping[str, float]], clusters: int) -> Floats:
    factor = np.ones((clusters, len(SCALE_NAMES)))
    for cluster, scales in missing.items():
        if not 0 <= cluster < clusters:
            raise InvalidArgument(
                f"make_world: `missing` names cluster {cluster}, "
                f"clusters are 0 to {clusters - 1}"
            )
        for scale, value in scales.items():
            if scale not in SCALE_NAMES or value < 0:
                raise InvalidArgument(
                    f"make_world: `missing` needs one of {', '.join(SCALE_NAMES)} and a factor "
                    f"of at least 0, got {scale!r}: {value}"
                )
            factor[cluster, SCALE_NAMES.index(scale)] = value
    return factor


def _linkages(
    org_id: pl.Series, sites: Sites, gravity: Gravity, *, layers: tuple[str, ...], seed: int
) -> pl.DataFrame:
    n = round(gravity.ties_each * org_id.len())
    return pl.concat(
        linkage_table(
            org_id, draw_ties(sites, gravity, n=n, rng=child(seed, layer)),
            layer=layer, rng=child(seed, "linkages", layer),
        )
        for layer in layers
    )  # fmt: skip


def _factor_table(factor: Floats) -> pl.DataFrame:
    clusters = factor.shape[0]
    return pl.DataFrame(
        {
            "cluster": np.repeat(np.arange(clusters), len(SCALE_NAMES)),
            "scale": list(SCALE_NAMES) * clusters,
            "factor": factor.ravel(),
        },
        schema={"cluster": pl.Int64, "scale": pl.String, "factor": pl.Float64},
    )


def _planted_clusters(
    towns: Towns, centres: Centres, sites: Sites, names: tuple[str, ...]
) -> pl.DataFrame:
    codes = np.arange(centres.town.size)
    members = np.bincount(sites.cluster[sites.cluster >= 0], minlength=codes.size)
    return pl.DataFrame(
        {
            "cluster": codes,
            "industry": [names[c % len(names)] for c in codes],
            "longitude": centres.longitude,
            "latitude": centres.latitude,
            "radius_km": centres.radius_km,
            "place_id": [f"P{k:04d}" for k in centres.town],
            "place": [towns.names[k] for k in centres.town],
            "country": [towns.codes[k] for k in towns.country[centres.town]],
            "n_members": members,
        },
        schema={
            "cluster": pl.Int64, "industry": pl.String, "longitude": pl.Float64,
            "latitude": pl.Float64, "radius_km": pl.Float64, "place_id": pl.String,
            "place": pl.String, "country": pl.String, "n_members": pl.Int64,
        },
    )  # fmt: skip


def _notes(clusters: int, seed: int) -> tuple[str, ...]:
    return (
        "Made up: places, organisations and ties are invented; ties follow a gravity model.",
        f"{clusters} clusters were planted; drawn with seed {seed}.",
    )
