"""What parameters are in one step: for each place, and for each group that changes reach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from buzzline.arrays import Codes, Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.simulation.changes import Change, Target
from buzzline.simulation.parameters import NUMBER, PARAMETERS
from buzzline.simulation.settings import Settings

MOST_TARGETS = 6  # each doubles the groups
STEPS_A_YEAR = 4


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Parameters of one step.

    A cell is a place and a group of organisations in it: `cell = place * n_groups + group`,
    where bit b of the group tells whether target b reaches the organisation.

    Attributes
    ----------
    cells : (parameters, places * n_groups) float64
    n_groups : int
    members : (places * n_groups,) or None
        How many organisations each cell has; None where nobody has counted.
    """

    cells: Floats
    n_groups: int
    members: Floats | None = None

    def of(self, name: str) -> Floats:
        """Return the values of a parameter by cell; (places * n_groups,) float64."""
        here: Floats = self.cells[NUMBER[name]]
        return here

    def table(self, *names: str) -> Floats:
        """Return some parameters side by side; (cells, names) float64, a row a cell."""
        return np.ascontiguousarray(self.cells[[NUMBER[name] for name in names]].T)

    def by_place(self, name: str) -> Floats:
        """Return the mean over the organisations of a place, reached or not; (places,)."""
        return self.in_places(self.of(name))

    def in_places(self, by_cell: Floats) -> Floats:
        """Return the mean over the organisations of a place of what is said by cell; (places,).

        Exactly what is said of all where it is the same for all; in a place without
        organisations nobody is reached.

        Raises
        ------
        InvalidArgument
            It differs within a place, and nobody has counted whom changes reach.
        """
        groups = by_cell.reshape(-1, self.n_groups)
        first = groups[:, 0].copy()
        alike = (groups == first[:, None]).all(axis=1)
        if bool(alike.all()):
            return first
        if self.members is None:
            raise InvalidArgument(
                "simulation: a change that reaches some organisations moves what acts on "
                "places as a whole; count whom it reaches first (`Rates.among`)"
            )
        n = self.members.reshape(groups.shape)
        here = n.sum(axis=1)
        mean: Floats = (groups * n).sum(axis=1) / np.maximum(here, 1)
        return np.where(alike | (here == 0), first, mean)

    def among(self, cells: Codes) -> Rates:
        """Return the same rates, for organisations in given cells; cells : (n,) int."""
        n = np.bincount(cells, minlength=self.cells.shape[1]).astype(float)
        return replace(self, members=n)

    def of_world(self, name: str) -> float:
        """Return one value for all: the mean over places."""
        return float(self.by_place(name).mean())

    def per_step(self, name: str) -> Floats:
        """Return by cell the chance in a step of what has a chance per year."""
        return 1 - (1 - self.of(name)) ** (1 / STEPS_A_YEAR)

    def any(self, name: str) -> bool:
        """Tell whether a dose is above 0 anywhere; a mechanism without dose is not run."""
        return bool(self.of(name).any())


def targets_of(changes: Sequence[Change]) -> tuple[Target, ...]:
    """Return the different targets that reach some only; few of them can be told apart.

    A change that reaches everybody in its places needs no group of its own.

    Raises
    ------
    InvalidArgument
        Too many targets.
    """
    found = tuple(dict.fromkeys(one.target for one in changes if not one.target.is_whole))
    if len(found) > MOST_TARGETS:
        raise InvalidArgument(
            f"simulation: the changes have {len(found)} different targets; at most "
            f"{MOST_TARGETS} can be told apart. Give changes of one policy the same places "
            "and the same reach."
        )
    return found


def rates_at(step: int, settings: Settings, changes: Sequence[Change], n_places: int) -> Rates:
    """Return the parameters of a step. Nobody writes into them: steps alike share them."""
    doses = tuple(change.dose_at(step) for change in changes)
    return _rates(settings, tuple(changes), doses, n_places)


@lru_cache(maxsize=4)  # settings are told apart by identity, and kept alive by being here
def _rates(
    settings: Settings, changes: tuple[Change, ...], doses: tuple[float, ...], n_places: int
) -> Rates:
    targets = targets_of(changes)
    n_groups = 2 ** len(targets)
    cells = np.empty((len(PARAMETERS), n_places, n_groups))
    for number, parameter in enumerate(PARAMETERS):
        cells[number] = settings.value(parameter.name)
        for place, value in settings.by_place.get(parameter.name, {}).items():
            cells[number, place] = value
    for change, dose in zip(changes, doses, strict=True):
        groups = np.arange(n_groups)
        if not change.target.is_whole:
            groups = groups[groups >> targets.index(change.target) & 1 == 1]
        _apply(cells, change, dose, groups)
    return Rates(cells.reshape(len(PARAMETERS), -1), n_groups)


def _apply(cells: Floats, change: Change, dose: float, reached: Indices) -> None:
    if dose == 0:
        return
    known = PARAMETERS[NUMBER[change.parameter]]
    places = np.array(change.target.places or range(cells.shape[1]))
    here = cells[NUMBER[change.parameter]][np.ix_(places, reached)]
    end = change.to if change.to is not None else here + (change.by or 0.0)
    cells[NUMBER[change.parameter]][np.ix_(places, reached)] = np.clip(
        here + dose * (end - here), known.low, known.high
    )
