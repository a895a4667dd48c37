"""What a study says in a few numbers: the same of a real study and of a simulated one.

Each number looks at another side of the data, so that few of them say the same again: how many
ties, how far, how they come and go, how they are trusted, who enters and leaves, who grows and
how unequally. What the tables do not tell is NaN, and is not used.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from scipy import sparse

from buzzline.arrays import Codes, Flags, Floats, as_codes, as_flags, as_floats
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study
from buzzline.tables.worlds import great_circle_km

CELL_DEGREES = 0.5  # how places are told apart where studies name them differently
FEWEST = 5  # of whatever a number is made of


@dataclass(frozen=True, slots=True)
class Moment:
    """One number of a study: its name and what it is."""

    name: str
    meaning: str


MOMENTS = (
    Moment("partners", "Mean number of partners of an organisation in the last year."),
    Moment("partners_unequal", "Gini of the number of partners."),
    Moment("local_ties", "Share of ties within 50 km."),
    Moment("ties_abroad", "Share of ties across borders."),
    Moment("triangles", "Share of pairs with a common partner that are tied themselves."),
    Moment("ties_lost", "Share of the ties of the first year that ended, per year."),
    Moment("ties_won", "New ties per tie and year."),
    Moment("trust_near", "Mean trust in ties within 50 km."),
    Moment("trust_far", "Mean trust in ties beyond."),
    Moment("entry", "Organisations opened, per organisation and year."),
    Moment("exit", "Organisations closed, per organisation and year."),
    Moment("spin_offs", "Spin-offs per organisation and year."),
    Moment("growth", "Mean growth of output of organisations, log units per year."),
    Moment("growth_spread", "Spread of that growth."),
    Moment("growth_together", "Share of its variance that lies between places."),
    Moment("growth_by_reach", "Growth of those tied abroad less that of others."),
    Moment("output_unequal", "Gini of output of organisations in the last year."),
    Moment("places_unequal", "Theil index of output per organisation between places."),
    Moment("variety", "Mean variety of what an organisation knows (entropy of classes)."),
    Moment("likeness_near", "Likeness of what is known within 50 km, less that beyond."),
)  # fmt: skip
MOMENT_NAMES = tuple(moment.name for moment in MOMENTS)


@dataclass(frozen=True, slots=True, eq=False)
class _Scene:
    """Organisations and distinct ties of a study, as arrays."""

    study: Study
    first: int
    last: int
    cell: Codes
    here: Floats  # (n, 2) degrees
    source: Codes
    target: Codes
    ties: pl.DataFrame  # start, end, trust of each linkage
    km: Floats
    abroad: Flags


def moments_of(study: Study, *, first: int, last: int) -> Floats:
    """Return the moments of a study over some years; (m,) float64, in the order of `MOMENTS`.

    Parameters
    ----------
    study : Study
    first, last : int
        Calendar years.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=100, rng=1).study
    >>> found = dict(zip(MOMENT_NAMES, moments_of(study, first=2015, last=2020)))
    >>> bool(0 < found["local_ties"] < 1)
    True
    """
    scene = _scene(_among_those_there(study, first, last), first, last)
    found = {
        **_of_ties(scene), **_of_dates(scene), **_of_trust(scene), **_of_entry(scene),
        **_of_output(scene), **_of_knowledge(scene),
    }  # fmt: skip
    return as_floats([found.get(name, np.nan) for name in MOMENT_NAMES])


def _among_those_there(study: Study, first: int, last: int) -> Study:
    """Return a study without organisations that were gone before, or came after."""
    opened, closed = study.organisations["opened"], study.organisations["closed"]
    came = opened.is_null() | (opened <= date(last, 12, 31))
    stayed = closed.is_null() | (closed > date(first, 1, 1))
    there = (came & stayed).fill_null(True).to_numpy()
    return study if there.all() else study.among(as_flags(there))


def _scene(study: Study, first: int, last: int) -> _Scene:
    listed = study.organisations.select(
        "org_id", "longitude", "latitude", pl.col("country").rank("dense").fill_null(0)
    ).with_row_index("row")
    here = listed.select("longitude", "latitude").fill_null(np.nan).to_numpy()
    rows = study.linkages.filter(~pl.col("layer").is_in(["spin_off", "labour_move"]))
    for end in ("source", "target"):
        rows = rows.join(
            listed.select(pl.col("org_id").alias(end), pl.col("row").alias(f"{end}_row")),
            on=end, how="inner", validate="m:1", maintain_order="left",
        )  # fmt: skip
    source, target = (as_codes(rows[f"{end}_row"].to_numpy()) for end in ("source", "target"))
    country = listed["country"].to_numpy()
    cell = np.floor(here / CELL_DEGREES)
    known = np.where(np.isfinite(cell), cell, -1e6)
    number = np.unique(known, axis=0, return_inverse=True)[1].reshape(-1)
    return _Scene(
        study, first, last, as_codes(number), here, source, target,
        rows.select("start", "end", "trust"),
        great_circle_km(*here[source].T, *here[target].T),
        country[source] != country[target],
    )  # fmt: skip


def _alive(scene: _Scene, year: int) -> Flags:
    start, end = scene.ties["start"], scene.ties["end"]
    begun = (start.is_null() | (start <= date(year, 12, 31))).fill_null(True)
    lasting = (end.is_null() | (end >= date(year, 12, 31))).fill_null(True)
    return np.asarray((begun & lasting).to_numpy(), np.bool_)


def _of_ties(scene: _Scene) -> dict[str, float]:
    now = _alive(scene, scene.last)
    n = scene.here.shape[0]
    if now.sum() < FEWEST:
        return {}
    pairs = sparse.coo_array(
        (np.ones(2 * now.sum()), (
            np.concatenate([scene.source[now], scene.target[now]]),
            np.concatenate([scene.target[now], scene.source[now]]),
        )), shape=(n, n),
    ).tocsr()  # fmt: skip
    pairs.data[:] = 1
    pairs.setdiag(0)
    pairs.eliminate_zeros()
    degree = np.asarray(pairs.sum(axis=1)).ravel()
    two_steps = float((degree * (degree - 1)).sum())
    closed = float((pairs @ pairs).multiply(pairs).sum())
    km = scene.km[now]
    return {
        "partners": float(degree.mean()),
        "partners_unequal": _gini(degree),
        "local_ties": float((km[np.isfinite(km)] <= Cutoffs().local_km).mean()),
        "ties_abroad": float(scene.abroad[now].mean()),
        "triangles": closed / two_steps if two_steps else np.nan,
    }


def _of_dates(scene: _Scene) -> dict[str, float]:
    """Return how ties come and go, where they have dates at all."""
    start, end = scene.ties["start"], scene.ties["end"]
    years = max(scene.last - scene.first, 1)
    found = {}
    before = _alive(scene, scene.first)
    if before.sum() >= FEWEST and end.null_count() < end.len():
        gone = before & ~_alive(scene, scene.last)
        found["ties_lost"] = float(gone.sum() / before.sum() / years)
    if before.sum() >= FEWEST and start.null_count() < start.len():
        after = start > date(scene.first, 12, 31)
        new = after & (start <= date(scene.last, 12, 31))
        found["ties_won"] = float(new.fill_null(False).sum() / before.sum() / years)
    return found


def _of_trust(scene: _Scene) -> dict[str, float]:
    trust = scene.ties["trust"].cast(pl.Float64).fill_null(np.nan).to_numpy()
    told = np.isfinite(trust) & _alive(scene, scene.last)
    near = scene.km <= Cutoffs().local_km
    parts = {"trust_near": trust[told & near], "trust_far": trust[told & ~near]}
    return {name: float(part.mean()) for name, part in parts.items() if part.size >= FEWEST}


def _of_entry(scene: _Scene) -> dict[str, float]:
    listed = scene.study.organisations
    years = max(scene.last - scene.first, 1)
    window = (date(scene.first, 12, 31), date(scene.last, 12, 31))
    found = {}
    for name, column in (("entry", "opened"), ("exit", "closed")):
        if listed[column].null_count() < listed.height:  # else dates are not told at all
            inside = listed[column].is_between(*window, closed="right").sum()
            found[name] = float(inside / listed.height / years)
    spun = scene.study.linkages.filter(
        pl.col("layer") == "spin_off", pl.col("start").is_between(*window, closed="right")
    )
    if (scene.study.linkages["layer"] == "spin_off").any():
        found["spin_offs"] = float(spun.height / max(listed.height, 1) / years)
    return found


def _of_output(scene: _Scene) -> dict[str, float]:
    """Return growth and inequality of what organisations bring out, where it is told."""
    rows = scene.study.outcomes.filter(pl.col("indicator") == "output")
    listed = scene.study.organisations.select("org_id")
    both = [
        listed.join(
            rows.filter(pl.col("year") == year).select(org_id="unit_id", value="value"),
            on="org_id", how="left", validate="1:1", maintain_order="left",
        )["value"].fill_null(np.nan).to_numpy()
        for year in (scene.first, scene.last)
    ]  # fmt: skip
    now = both[1]
    known = np.isfinite(now)
    if known.sum() < FEWEST:
        return {}
    found = {
        "output_unequal": _gini(now[known]),
        "places_unequal": _theil_between(now[known], scene.cell[known]),
    }
    with np.errstate(divide="ignore", invalid="ignore"):
        growth = np.log(now / both[0]) / max(scene.last - scene.first, 1)
    grown = np.isfinite(growth)
    return found | _of_growth(scene, growth, grown) if grown.sum() >= FEWEST else found


def _of_growth(scene: _Scene, growth: Floats, grown: Flags) -> dict[str, float]:
    values, cell = growth[grown], scene.cell[grown]
    n = np.bincount(cell)
    mean = np.bincount(cell, values) / np.maximum(n, 1)
    whole = values.var()
    now = _alive(scene, scene.last) & scene.abroad
    reaches = np.zeros(growth.size, np.bool_)
    reaches[scene.source[now]] = True
    reaches[scene.target[now]] = True
    found = {
        "growth": float(values.mean()),
        "growth_spread": float(values.std()),
        "growth_together": float(mean[cell].var() / whole) if whole > 0 else np.nan,
    }
    with_reach, without = growth[grown & reaches], growth[grown & ~reaches]
    if min(with_reach.size, without.size) >= FEWEST:
        found["growth_by_reach"] = float(with_reach.mean() - without.mean())
    return found


def _of_knowledge(scene: _Scene) -> dict[str, float]:
    items = scene.study.knowledge_items.filter(
        pl.col("classes").is_not_null(),
        pl.col("date").is_null() | (pl.col("date") <= date(scene.last, 12, 31)),
    )
    listed = scene.study.organisations.select("org_id").with_row_index("row")
    rows = items.join(listed, on="org_id", how="inner", validate="m:1")
    if rows.height < FEWEST:
        return {}
    kind = rows["classes"].str.split("|").list.first().rank("dense").to_numpy() - 1
    held = np.zeros((listed.height, int(kind.max()) + 1))
    np.add.at(held, (rows["row"].to_numpy(), kind), 1.0)
    held = held[np.flatnonzero(held.sum(1) > 0)]
    share = held / held.sum(1, keepdims=True)
    entropy = -(share * np.log(np.where(share > 0, share, 1))).sum(1)
    cell = scene.cell[np.unique(rows["row"].to_numpy())]
    return {"variety": float(entropy.mean()), **_likeness(share, cell)}


def _likeness(share: Floats, cell: Codes) -> dict[str, float]:
    """Return the mean cosine within places less that between, from sums by place."""
    unit = share / np.linalg.norm(share, axis=1, keepdims=True)
    n = np.bincount(cell).astype(np.float64)
    total = np.zeros((n.size, unit.shape[1]))
    np.add.at(total, cell, unit)
    inside = float((total**2).sum() - unit.shape[0])
    every = float((total.sum(0) ** 2).sum() - unit.shape[0])
    n_inside = float((n * (n - 1)).sum())
    n_beyond = float(unit.shape[0] * (unit.shape[0] - 1)) - n_inside
    if min(n_inside, n_beyond) < FEWEST:
        return {}
    return {"likeness_near": inside / n_inside - (every - inside) / n_beyond}


def _gini(values: Floats) -> float:
    ordered = np.sort(values)
    total = float(ordered.sum())
    if total <= 0:
        return float("nan")
    rank = 2 * np.arange(1, ordered.size + 1) - ordered.size - 1
    return float((rank * ordered).sum() / (ordered.size * total))


def _theil_between(values: Floats, group: Codes) -> float:
    n = np.bincount(group).astype(np.float64)
    total = np.bincount(group, values)
    there = (n > 0) & (total > 0)
    share = total[there] / total[there].sum()
    return float((share * np.log(share / (n[there] / n[there].sum()))).sum())
