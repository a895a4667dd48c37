"""The rows of buzz and pipelines: clusters, scales, distances and members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.linkages.buzz import buzz_exposure, met_exposure
from buzzline.linkages.buzz_null import dealt_out
from buzzline.linkages.buzz_surroundings import Around
from buzzline.linkages.pipeline_rates import (
    Compared,
    RateRatio,
    comparable,
    hotspot_share,
    rate_ratio,
)
from buzzline.linkages.pipelines import DISTANT, Pipelines, among
from buzzline.quantities import Draws, Kilometres, Share
from buzzline.randomness import child
from buzzline.space.sites import gathered, sites_of
from buzzline.tables.study import Study

EDGES_KM = (0.5, 1.0, 2.0, 5.0)
SIZE_CLASSES = 3
ALL = "all distant"
FEWEST_MEMBERS = 3
NO_OTHERS = "fewer than 10 other organisations of its industry to hold it against"


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """What all clusters of a study are held against.

    Attributes
    ----------
    around : Around
    pipelines : Pipelines
    fine, coarse : (n,) int32     industry and size, and industry, of every organisation
    place : (n,) int64            neighbourhood
    hot : (k,) bool               which pipelines end in a cluster that is not their holder's
    near : (n,) float64           buzz from being near, of organisations to compare; else NaN
    local_km : km
    level : share
    draws : draws
    """

    around: Around
    pipelines: Pipelines
    fine: Codes
    coarse: Codes
    place: Indices
    hot: Flags
    near: Floats
    local_km: Kilometres
    level: Share
    draws: Draws


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of the four tables of one cluster."""

    cluster: Mapping[str, object]
    scales: Sequence[Mapping[str, object]]
    bands: Sequence[Mapping[str, object]]
    members: pl.DataFrame


def strata_of(study: Study) -> tuple[Codes, Codes]:
    """Return the strata of organisations: industry and size, and industry. Two (n,) int32."""
    industry = study.organisations["industry"].rank("dense").fill_null(0).to_numpy()
    jobs = study.organisations["jobs"].to_numpy().astype(np.float64)
    known = np.isfinite(jobs)
    cuts = (
        np.quantile(jobs[known], np.linspace(0, 1, SIZE_CLASSES + 1)[1:-1])
        if known.any()
        else []
    )
    size = np.where(known, np.searchsorted(cuts, np.where(known, jobs, 0), side="left"), -1) + 1
    return as_codes(industry * (SIZE_CLASSES + 1) + size), as_codes(industry)


def neighbourhoods(study: Study, local_km: Kilometres) -> Indices:
    """Return blocks about as wide as local reach; without coordinates everybody is alone."""
    sites = sites_of(study.organisations)
    block = gathered(sites, local_km).site if sites.located.any() else sites.site
    alone = int(block.max(initial=-1)) + 1 + np.arange(block.size)
    return as_indices(np.where(block >= 0, block, alone))


def rows_of(
    scene: Scene, cluster: Mapping[str, object], members: Indices, *, seed: int
) -> Rows:
    """Return what is said of one cluster."""
    named = {name: cluster[name] for name in ("cluster_id", "label", "industry")}
    surroundings = scene.around.surroundings
    placed = as_indices(members[surroundings.located[members]])
    if members.size < FEWEST_MEMBERS:
        said = f"not testable: fewer than {FEWEST_MEMBERS} members"
        bare = named | {"n_members": members.size, "level": scene.level, "status": said}
        return Rows(bare, [], [], _no_members())
    banded = buzz_exposure(surroundings, placed, edges_km=as_floats(EDGES_KM))
    met = met_exposure(surroundings, placed, scene.around.mixing(placed))
    near = as_floats(banded.sum(axis=1))
    scales, compared = _scales(scene, named, members)
    rng = child(seed, "buzz", str(named["cluster_id"]))
    cells = named | {
        "n_members": int(members.size), "level": scene.level,
        **_buzz_cells(scene, placed, (near, met), rng), **_elsewhere(scene, near, compared),
        **_pipeline_cells(scene, members, compared, scales),
    }  # fmt: skip
    return Rows(
        cells, [cell for _, cell in scales], _bands(named, banded, near),
        _member_rows(scene, named, (members, placed), (near, met)),
    )  # fmt: skip


def _buzz_cells(
    scene: Scene, placed: Indices, heard: tuple[Floats, Floats], rng: np.random.Generator
) -> dict[str, object]:
    near, met = heard
    if not placed.size:
        return {"status": "buzz not testable: no member has coordinates"}
    around = scene.around.surroundings
    dealt = dealt_out(
        around, placed, within_km=scene.local_km, level=scene.level, draws=scene.draws, rng=rng
    )
    return {
        "buzz": float((near + met).mean()), "buzz_near": float(near.mean()),
        "buzz_met": float(met.mean()), "buzz_expected": dealt.mean, "buzz_low": dealt.low,
        "buzz_high": dealt.high, "n_around": dealt.n, "status": dealt.status,
    }  # fmt: skip


def _elsewhere(scene: Scene, near: Floats, compared: Compared) -> dict[str, object]:
    """Return the buzz around comparable organisations, and how that of members stands to it."""
    others = scene.near[compared.others]
    known = np.isfinite(others)
    if not near.size or not known.any():
        return {}
    weight = compared.weight[known] / compared.weight[known].sum()
    mean = float(weight @ others[known])
    lower, middle, upper = np.quantile(near, [0.1, 0.5, 0.9])
    ratio = 1 / mean if mean > 0 else nan
    return {
        "buzz_elsewhere": mean, "buzz_ratio": float(near.mean()) * ratio,
        "buzz_ratio_low": float(lower) * ratio, "buzz_ratio_high": float(upper) * ratio,
        "buzz_rank": float(weight @ (others[known] < middle)),
    }  # fmt: skip


def _scales(
    scene: Scene, named: Mapping[str, object], members: Indices
) -> tuple[list[tuple[str, dict[str, object]]], Compared]:
    flags = np.zeros(scene.fine.size, np.bool_)
    flags[members] = True
    compared = comparable(flags, ~flags, (scene.fine, scene.coarse), place=scene.place)
    enough = compared.members.size * 2 >= members.size and compared.others.size
    either = flags.copy()
    either[compared.others] = True
    relevant = among(scene.pipelines, either)
    rows = []
    for number, scale in enumerate((ALL, *DISTANT)):
        at = relevant
        if number:
            at = at.chosen(np.asarray(at.scale == number - 1))
        cells: dict[str, object] = {"scale": scale, "level": scene.level}
        if not enough:
            held = float(at.held()[members].sum())
            cells |= {"value": held / members.size, "n": held, "verdict": "not testable"}
            rows.append((scale, {**named, **cells, "reason": NO_OTHERS}))
            continue
        found = rate_ratio(at, compared, level=scene.level)
        rows.append((scale, {**named, **cells, **_ratio_cells(found, compared)}))
    return rows, compared


def _ratio_cells(found: RateRatio, compared: Compared) -> dict[str, object]:
    reason = None
    if found.verdict == "not testable":
        reason = "none of the organisations it is held against holds a pipeline of this scale"
    return {
        "value": found.rate, "expected": found.expected, "band_low": found.low_rate,
        "band_high": found.high_rate, "log_ratio": found.value, "low": found.low,
        "high": found.high, "p": found.p, "n": found.n, "n_worth": found.n_worth,
        "n_needed": found.n_needed, "n_others": int(compared.others.size),
        "n_alone": compared.n_alone, "verdict": found.verdict, "reason": reason,
    }  # fmt: skip


def _pipeline_cells(
    scene: Scene,
    members: Indices,
    compared: Compared,
    scales: Sequence[tuple[str, dict[str, object]]],
) -> dict[str, object]:
    overall = scales[0][1]
    flags = np.zeros(scene.fine.size, np.bool_)
    flags[members] = True
    own = among(scene.pipelines, flags)
    held = np.bincount(own.holder, weights=own.credit, minlength=flags.size)[members]
    total = float(held.sum())
    names = {
        "value": "pipelines",
        "expected": "pipelines_expected",
        "band_low": "pipelines_low",
        "band_high": "pipelines_high",
        "n": "n_pipelines",
    }
    names |= {name: name for name in (
        "log_ratio", "low", "high", "p", "n_worth", "n_needed", "verdict")}  # fmt: skip
    cells = {new: overall.get(old) for old, new in names.items()}
    if not total:
        return cells
    share = held / total
    tested = hotspot_share(scene.pipelines, scene.hot, compared, level=scene.level)
    ends = ("hotspot_share", "hotspot_low", "hotspot_high", "hotspot_expected", "hotspot_p")
    return cells | {
        "top_share": float(share.max()), "n_effective": float(1 / (share**2).sum()),
        "holders": float((held > 0).mean()), **dict(zip(ends, tested, strict=True)),
    }  # fmt: skip


def _bands(
    named: Mapping[str, object], banded: Floats, near: Floats
) -> list[Mapping[str, object]]:
    total = float(near.sum())
    edges = (0.0, *EDGES_KM, nan)
    n = near.size
    return [
        {**named, "from_km": edges[k], "to_km": edges[k + 1], "buzz": float(amount) / n,
         "share": float(amount) / total if total else nan}
        for k, amount in enumerate(banded.sum(axis=0)) if n
    ]  # fmt: skip


def _member_rows(
    scene: Scene,
    named: Mapping[str, object],
    who: tuple[Indices, Indices],
    heard: tuple[Floats, Floats],
) -> pl.DataFrame:
    members, placed = who
    buzz = np.full(scene.fine.size, np.nan)
    met = buzz.copy()
    buzz[placed], met[placed] = heard[0] + heard[1], heard[1]
    held = scene.pipelines.held()[members]
    columns: dict[str, object] = {
        "cluster_id": [named["cluster_id"]] * members.size, "row": members,
        "buzz": buzz[members], "buzz_met": met[members], "pipelines": held.sum(axis=1),
    }  # fmt: skip
    columns |= {scale: held[:, k] for k, scale in enumerate(DISTANT)}
    return pl.DataFrame(columns, schema_overrides={"cluster_id": pl.String})


def _no_members() -> pl.DataFrame:
    numbers: dict[str, type] = dict.fromkeys(
        ("buzz", "buzz_met", "pipelines", *DISTANT), pl.Float64
    )
    return pl.DataFrame(schema={"cluster_id": pl.String, "row": pl.Int64, **numbers})
