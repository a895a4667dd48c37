"""Three gravity models of the same deals, and errors for deals that are not independent.

Two kinds of going together, and the wider of the two is told: cells that share a place, at
either end; deals of one group, wherever they are. For the latter the score of the model is
taken apart by deals instead of cells: at the estimate, what the cells of all deals add up to is
0 as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.stats import norm

from buzzline.arrays import as_flags, as_floats
from buzzline.econometrics.fitted import Fitted
from buzzline.econometrics.gravity_cells import Cells
from buzzline.econometrics.regression import SEPARATED, fit_poisson
from buzzline.errors import NotConverged, TooFew
from buzzline.quantities import Share
from buzzline.sandwiches import Sandwich, clustered
from buzzline.wording import plural

Row = dict[str, Any]
SIZE = "size of both places"
EFFECTS = "effects of both places"
THREE = "three sets of effects"
FEWEST_DEALS, FEWEST_PLACES = 20, 6
ONE_GROUP = "no interval: all deals are of one group"
POWER = 0.8
DOUBLE = np.log(2)
PLACES_ERROR, GROUPS_ERROR = "share a place", "share a group"
UNITS = {
    "distance": "twice as far",
    "organisations at the origin": "twice as many",
    "organisations at the destination": "twice as many",
    "similar mix of industries": "from nothing in common to the same mix",
}
DOUBLED = {"distance", "organisations at the origin", "organisations at the destination"}


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """A fit, its cells, and the errors that were made of it."""

    fit: Fitted
    cells: Cells
    errors: tuple[Sandwich, ...]
    names: tuple[str, ...]  # of the errors: what rows may share


def model_rows(
    cells: Cells, specification: str, *, level: Share
) -> tuple[list[Row], list[Row], tuple[str, ...]]:
    """Return rows of terms, rows of every error of theirs, and notes of one specification."""
    base = {"specification": specification, "level": level}
    usable, said = _usable(cells)
    n_deals = int(usable.count.sum())
    base |= {"n_deals": n_deals}
    try:
        _check_enough(usable)
        model = _model(usable, specification)
    except (TooFew, NotConverged) as error:
        reason = str(error).removeprefix("fit_poisson: ")
        names = _asked(cells.names, specification)
        return [base | {"term": name, "status": reason} for name in names], [], said
    names = _asked(cells.names, specification)
    dropped = dict(model.fit.dropped)
    rows = []
    for name in names:
        if name in model.fit.names:
            rows.append(base | _row(model, name, level=level, n_deals=n_deals))
        else:
            rows.append(base | {"term": name, "status": dropped.get(name, "not there")})
    every = [base | row for row in _error_rows(model, level)]
    return rows, every, (*said, *_left_out(model, specification))


def _check_enough(cells: Cells) -> None:
    at = cells.count > 0
    n_deals = int(cells.count.sum())
    n_places = np.unique(np.concatenate([cells.origin[at], cells.destination[at]])).size
    if n_deals < FEWEST_DEALS or n_places < FEWEST_PLACES:
        raise TooFew(
            f"{plural(n_deals, 'deal')} between {plural(n_places, 'place')}; {FEWEST_DEALS} "
            f"deals and {FEWEST_PLACES} places are needed at least"
        )


def _usable(cells: Cells) -> tuple[Cells, tuple[str, ...]]:
    """Return the cells of which everything is known; unknown is not no."""
    known = as_flags(np.isfinite(cells.x).all(axis=1))
    if known.all():
        return cells, ()
    lost = cells.count[~known].sum()
    unknown = [name for name, column in zip(cells.names, cells.x.T, strict=True)
               if not np.isfinite(column).all()]  # fmt: skip
    return cells.chosen(known), (
        f"{plural(lost, 'deal')} in {plural((~known).sum(), 'cell')} left out: "
        f"{', '.join(unknown)} not known.",
    )


def _asked(names: tuple[str, ...], specification: str) -> tuple[str, ...]:
    ends = ("at the origin", "at the destination")
    if specification == EFFECTS:
        return tuple(name for name in names if not name.endswith(ends))
    return names


def _model(cells: Cells, specification: str) -> Model:
    names = _asked(cells.names, specification)
    x = as_floats(cells.x[:, [cells.names.index(name) for name in names]])
    i, j, s = cells.origin, cells.destination, cells.industry
    width = int(max(i.max(), j.max())) + 1
    effects: tuple[Any, ...] = ()
    ways: tuple[Any, ...] = (i, j)
    if specification == EFFECTS:
        effects = (i, j)
    elif specification == THREE:
        n = int(s.max()) + 1
        effects, ways = (i * n + s, j * n + s, i * width + j), (i, j, s)
    fit = fit_poisson(cells.count, x, effects, names=names)
    errors = [fit.of_pairs((i, j)), fit.in_ways(ways), fit.independent()]
    kinds = [PLACES_ERROR, f"share an end, in {len(ways)} ways", "independent cells"]
    by_group = _by_group(fit, cells)
    if by_group is not None:
        errors.insert(1, by_group)
        kinds.insert(1, GROUPS_ERROR)
    return Model(fit, cells, tuple(errors), tuple(kinds))


def _by_group(fit: Fitted, cells: Cells) -> Sandwich | None:
    """Return errors by group of deals; none where all deals are of one group."""
    place = np.full(cells.count.size, -1, np.int64)
    place[fit.rows] = np.arange(fit.rows.size)
    at = place[cells.deal_cell]
    used = at >= 0
    scores = fit.design[at[used]] / np.sqrt(fit.weight[at[used]])[:, None]
    groups = cells.deal_group.filter(used).rank("dense").to_numpy()
    centred = as_floats(scores - scores.mean(axis=0))
    try:
        return clustered(centred, fit.bread, groups.astype(np.int64))
    except TooFew:
        return None


def _row(model: Model, name: str, *, level: Share, n_deals: int) -> Row:
    at = model.fit.names.index(name)
    value = float(model.fit.beta[at])
    if GROUPS_ERROR not in model.names:
        return {
            "term": name, "value": value, "unit": UNITS.get(name, "against not so"),
            "times": np.exp((DOUBLE if name in DOUBLED else 1.0) * value), "n": model.fit.n,
            "status": ONE_GROUP,
        }  # fmt: skip
    widest, low, high, p = _widest(model, at, level)
    unit = DOUBLE if name in DOUBLED else 1.0
    se = model.errors[widest].se[at]
    z = float(norm.isf((1 - level) / 2) + norm.isf(1 - POWER))
    needed = int(np.ceil(n_deals * (z * se / DOUBLE) ** 2)) if np.isfinite(high) else None
    return {
        "term": name, "value": value, "low": low, "high": high, "p": p,
        "times": np.exp(unit * value), "times_low": np.exp(unit * low),
        "times_high": np.exp(unit * high), "unit": UNITS.get(name, "against not so"),
        "se": float(se), "errors": model.names[widest], "n": model.fit.n,
        "needed": needed if name not in DOUBLED else None,
        "status": "estimated" if np.isfinite(high) else
        "no interval: what is known hangs on one place or group",
    }  # fmt: skip


def _widest(model: Model, at: int, level: Share) -> tuple[int, float, float, float]:
    """Return the wider interval of the two that fit: of shared places, of shared groups."""
    found = []
    for number, name in enumerate(model.names):
        if name in (PLACES_ERROR, GROUPS_ERROR):
            low, high = model.errors[number].interval(model.fit.beta, level=level)
            p = model.errors[number].p(model.fit.beta)[at]
            found.append((number, float(low[at]), float(high[at]), float(p)))
    return max(found, key=lambda item: item[2] - item[1])


def _error_rows(model: Model, level: Share) -> list[Row]:
    rows = []
    for name, errors in zip(model.names, model.errors, strict=True):
        low, high = errors.interval(model.fit.beta, level=level)
        p, se = errors.p(model.fit.beta), errors.se
        for at, term in enumerate(model.fit.names):
            if term != "constant":
                rows.append({
                    "term": term, "errors": name, "se": float(se[at]), "low": float(low[at]),
                    "high": float(high[at]), "p": float(p[at]),
                    "degrees": float(errors.degrees[at]), "note": errors.note,
                })  # fmt: skip
    return rows


def _left_out(model: Model, specification: str) -> tuple[str, ...]:
    name = specification[0].upper() + specification[1:]
    silent = sum(n for why, n in model.fit.left_out if why != SEPARATED)
    apart = sum(n for why, n in model.fit.left_out if why == SEPARATED)
    said = []
    if silent:
        said.append(f"{name}: {plural(silent, 'cell')} that tell nothing left out.")
    if apart:
        said.append(
            f"{name}: {plural(apart, 'cell')} without deals left out, because no finite effect "
            "would give them none."
        )
    return (*said, *(f"{name}: {note}." for note in model.fit.notes))
