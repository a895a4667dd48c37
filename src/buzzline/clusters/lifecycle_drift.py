"""Does the border of clusters move from year to year, more than turnover alone moves it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from buzzline.agreement import normalised_mutual_information, variation_of_information
from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.lifecycle_following import HistoryRule, followed
from buzzline.clusters.tabulating import Delineated
from buzzline.quantities import Share
from buzzline.resampling import central_range, false_discovery_q
from buzzline.space.globe import degrees, unit_vectors
from buzzline.tables.study import Study

Delineate = Callable[[Study], Sequence[Delineated]]


def stayers(first: Codes, second: Codes, there: Flags) -> Indices:
    """Return the organisations there in both years and in a cluster in either.

    Parameters
    ----------
    first, second : (n,) int32
        Cluster in either year, -1 for none.
    there : (n,) bool
        In both years.
    """
    return as_indices(np.flatnonzero(there & ((first >= 0) | (second >= 0))))


def with_turnover(
    study: Study,
    stratum: Codes,
    *,
    between: tuple[Flags, Flags],
    rng: np.random.Generator,
) -> tuple[Study, Indices]:
    """Return a next year in which nothing but turnover happened, and its rows of the study.

    Of each stratum as many leave as left, whoever they are, and as many come as came, each as
    far from one of the stratum as the nearest of its industry is, in any direction: a smoothed
    bootstrap.

    Parameters
    ----------
    study : Study
    stratum : (n,) int32
        As `strata` gives.
    between : two of (n,) bool
        Who is there in the earlier and in the later year.
    rng : Generator

    Returns
    -------
    Study
        Organisations (with `activities`); who came has an identifier of its own.
    (m,) int64
        Row of the study of each; of who came, -1.
    """
    stay, come = _stay_and_come(stratum, between, rng=rng)
    number = pl.Series(np.arange(come.size)).cast(pl.String)
    known = study.organisations["org_id"]
    who = pl.DataFrame({
        "org_id": pl.concat([known.gather(stay), "came " + number]),
        "origin": known.gather(np.concatenate([stay, come])),
    })  # fmt: skip
    east, north = _placed_beside(study, between[0], come, rng=rng)
    rows = study.organisations[np.concatenate([stay, come])]
    organisations = rows.with_columns(
        org_id=who["org_id"], owner_id=pl.lit(None, pl.String),
        place_id=pl.lit(None, pl.String),
        longitude=pl.concat([rows["longitude"].head(stay.size), east]),
        latitude=pl.concat([rows["latitude"].head(stay.size), north]),
    )  # fmt: skip
    activities = (
        who.join(study.activities, left_on="origin", right_on="org_id", how="inner")
        .select(study.activities.columns)
    )  # fmt: skip
    nowhere = np.full(come.size, -1, dtype=np.int64)
    turned = Study.of(
        organisations=organisations, activities=activities, industries=study.industries
    )
    return turned, np.concatenate([stay, nowhere])


def _stay_and_come(
    stratum: Codes, between: tuple[Flags, Flags], *, rng: np.random.Generator
) -> tuple[Indices, Indices]:
    """Return who stays, and beside whom somebody comes."""
    before, now = between
    kept, copied = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    n_left = np.bincount(stratum[before & ~now], minlength=int(stratum.max()) + 1)
    n_came = np.bincount(stratum[now & ~before], minlength=n_left.size)
    stood = np.flatnonzero(before)
    stood = stood[np.argsort(stratum[stood], kind="stable")]
    edge = np.searchsorted(stratum[stood], np.arange(n_left.size + 1))
    for code in range(n_left.size):
        own = stood[edge[code] : edge[code + 1]]
        kept.append(rng.permutation(own)[n_left[code] :])
        if own.size:
            copied.append(rng.choice(own, n_came[code]))
    return as_indices(np.sort(np.concatenate(kept))), as_indices(np.concatenate(copied))


def strata(study: Study, label: Codes, *, between: tuple[Flags, Flags]) -> Codes:
    """Return a number for each industry and cluster, (n,) int32.

    Who was not there in the earlier year belongs where the nearest of its industry does that
    was.

    Parameters
    ----------
    study : Study
    label : (n,) int32
        Cluster in the earlier year, -1 for none.
    between : two of (n,) bool
    """
    before, now = between
    codes, xyz = _codes(study), _positions(study)
    located = np.isfinite(xyz).all(axis=1)
    held = label.copy()
    for code in np.unique(codes[now & ~before]):
        own = codes == code
        stood = np.flatnonzero(own & before & located)
        came = np.flatnonzero(own & now & ~before & located)
        if stood.size and came.size:
            held[came] = label[stood[cKDTree(xyz[stood]).query(xyz[came])[1]]]
    _, stratum = np.unique(
        codes.astype(np.int64) * (int(label.max(initial=-1)) + 2) + held + 1,
        return_inverse=True,
    )
    return as_codes(stratum)


def _codes(study: Study) -> Codes:
    return as_codes(study.organisations["industry"].fill_null("").rank("dense").to_numpy())


def _positions(study: Study) -> Floats:
    east, north = (
        study.organisations[name].fill_null(np.nan).to_numpy()
        for name in ("longitude", "latitude")
    )
    return unit_vectors(east, north)


def _placed_beside(
    study: Study, before: Flags, come: Indices, *, rng: np.random.Generator
) -> tuple[pl.Series, pl.Series]:
    """Return longitude and latitude of who comes; empty where the one they follow has none."""
    codes, xyz = _codes(study), _positions(study)
    located = np.isfinite(xyz).all(axis=1)
    spacing = np.zeros(codes.size)
    for code in np.unique(codes[come]):
        own = np.flatnonzero((codes == code) & before & located)
        if own.size > 1:
            spacing[own] = cKDTree(xyz[own]).query(xyz[own], k=2)[0][:, 1]
    at = xyz[come]
    towards = rng.normal(size=at.shape)
    towards -= (towards * at).sum(axis=1, keepdims=True) * at
    length = np.linalg.norm(towards, axis=1, keepdims=True)
    there = degrees(at + spacing[come, None] * towards / length)
    found = [pl.Series(one, dtype=pl.Float64).fill_nan(None) for one in there]
    return found[0], found[1]


def labels_of(clustering: Clustering, study: Study) -> dict[str, Codes]:
    """Return the cluster of each organisation of a study, by industry; -1 is none.

    Codes are rows of `clustering.clusters`. Who is in several clusters of an industry is in
    the first.
    """
    n = study.organisations.height
    place = clustering.clusters.select("cluster_id", "industry").with_row_index("code")
    row = study.organisations.select("org_id").with_row_index("row")
    members = clustering.members.join(place, on="cluster_id").join(row, on="org_id")
    found = {}
    for (industry,), part in members.group_by("industry", maintain_order=True):
        label = np.full(n, -1, np.int32)
        ordered = part.sort("code", descending=True)
        label[ordered["row"].to_numpy()] = ordered["code"].to_numpy()
        found[str(industry)] = label
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Turnover:
    """What turnover alone gives one industry from a year to the next, in each draw.

    Attributes
    ----------
    moved : (draws,) float64      variation of information [bit]
    events : tuple of Counter     how many events of each kind
    """

    moved: Floats
    events: tuple[Counter[str], ...]


def turnover_null(
    study: Study,
    observed: Clustering,
    *,
    between: tuple[Flags, Flags],
    delineate: Delineate,
    overlap: Share,
    draws: int,
    rng: np.random.Generator,
) -> dict[str, Turnover]:
    """Return what turnover alone gives, by industry.

    Parameters
    ----------
    study : Study
    observed : Clustering
        Of the earlier year.
    between : two of (n,) bool
        Who is there in the earlier and in the later year.
    delineate : callable
        Candidates of a study; those as weak as chance often gives are left out.
    overlap : share
        As in `HistoryRule`.
    draws : int
    rng : Generator
    """
    first, n = labels_of(observed, study), study.organisations.height
    by_industry = observed.clusters.group_by("industry")
    weakest = dict(by_industry.agg(_least_strength(observed.level)).iter_rows())
    moved: dict[str, list[float]] = {industry: [] for industry in first}
    events: dict[str, list[Counter[str]]] = {industry: [] for industry in first}
    together = np.max([np.full(n, -1, np.int32), *first.values()], axis=0)
    stratum = strata(study, together, between=between)
    for _ in range(draws):
        turned, row = with_turnover(study, stratum, between=between, rng=rng)
        second = _labels_anew(delineate(turned), weakest)
        # who came stands behind everybody of the study
        place = np.where(row >= 0, row, n + np.cumsum(row < 0) - 1)
        there = np.zeros((2, n + int((row < 0).sum())), np.bool_)
        there[0, :n], there[1, place] = between[0], True
        for industry, label in first.items():
            sides = np.full(there.shape, -1, np.int32)
            sides[0, :n] = label
            sides[1, place] = second.get(industry, -1)
            rows = stayers(sides[0], sides[1], there[0] & there[1])
            moved[industry].append(variation_of_information(sides[0, rows], sides[1, rows]))
            events[industry].append(_events_between(sides, there, overlap))
    return {
        industry: Turnover(as_floats(values), tuple(events[industry]))
        for industry, values in moved.items()
    }


def _least_strength(level: Share) -> pl.Expr:
    """Return the strength that chance reaches in 1 - level of maps, by industry.

    Read off the clusters found: with each unit of strength p falls by e, or more slowly. Held
    to the strength of the weakest itself, half of all draws would lose it.
    """
    least = pl.col("strength") + (pl.col("p") / (1 - level)).log()
    return least.min().fill_null(0.0)


def _events_between(sides: Codes, there: Flags, overlap: Share) -> Counter[str]:
    found = []
    for label in sides:
        rows = np.flatnonzero(label >= 0)
        ordered = rows[np.argsort(label[rows], kind="stable")]
        edges = np.flatnonzero(np.diff(label[ordered])) + 1
        found.append([as_indices(part) for part in np.split(ordered, edges) if part.size])
    _, events = followed(
        found, there, years=(0, 1), rule=HistoryRule(overlap=overlap), draws=0,
        rng=np.random.default_rng(0),
    )  # fmt: skip
    return Counter(event.kind for event in events)


def _labels_anew(found: Sequence[Delineated], weakest: Mapping[str, float]) -> dict[str, Codes]:
    """Return the candidate of each organisation, by industry, leaving weak ones out."""
    labels = {}
    for one in found:
        name, tree = one.industry.name, one.tree
        label = np.full(one.industry.active.size, -1, np.int32)
        least = weakest.get(name, np.inf) * (1 - 1e-9)
        for node in np.flatnonzero(tree.chosen & (tree.strength >= least)):
            held = one.levels[tree.level[node]].of_organisations() == tree.number[node]
            label[one.industry.active & held] = node
        labels[name] = label
    return labels


def drift_row(
    first: Codes, second: Codes, there: Flags, *, null: Floats, why: str, level: Share
) -> dict[str, object]:
    """Return how far the border moved, held against what turnover alone gives.

    Parameters
    ----------
    first, second : (n,) int32
    there : (n,) bool
    null : (draws,) float64
        Empty: not drawn.
    why : str
        Not drawn, in words.
    level : share
    """
    rows = stayers(first, second, there)
    one, other = as_codes(first[rows]), as_codes(second[rows])
    found: dict[str, object] = {"n": int(rows.size), "level": level}
    if not rows.size:
        return found | {"status": "not testable: nobody is there in both years"}
    value = variation_of_information(one, other)
    found |= {
        "value": value, "shared_information": normalised_mutual_information(one, other)
    }  # fmt: skip
    if not null.size:
        return found | {"status": why}
    return found | _against(value, null, level) | {"status": "measured"}


def overall_row(
    steps: Sequence[Mapping[str, object]], nulls: Sequence[Floats], level: Share
) -> dict[str, object] | None:
    """Return the mean of all steps of an industry that have a null; None for fewer than two."""
    pairs = [
        (float(step["value"]), null)  # type: ignore[arg-type]  # a number
        for step, null in zip(steps, nulls, strict=True)
        if step.get("value") is not None and null.size
    ]
    if len(pairs) < 2:
        return None
    value = float(np.mean([one for one, _ in pairs]))
    null = as_floats(np.mean([other for _, other in pairs], axis=0))
    return {
        "value": value, "level": level, "n": len(pairs), "status": "mean of all steps",
        **_against(value, null, level),
    }  # fmt: skip


def _against(value: float, null: Floats, level: Share) -> dict[str, object]:
    low, high = central_range(null, level)
    p = (1 + int((null >= value - 1e-9).sum())) / (1 + null.size)
    return {"expected": float(null.mean()), "low": low, "high": high, "p": p}


def with_q(drift: pl.DataFrame) -> pl.DataFrame:
    """Add `q`, the false-discovery rate over the steps of all industries."""
    q = np.full(drift.height, np.nan)
    tested = (drift["p"].is_not_null() & drift["year"].is_not_null()).to_numpy()
    q[tested] = false_discovery_q(as_floats(drift["p"].to_numpy()[tested]))
    return drift.with_columns(pl.Series("q", q, nan_to_null=True))
