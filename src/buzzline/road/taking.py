"""Taking the further analyses of a run, one after the other; what cannot be has a reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import polars as pl

from buzzline.analysis import (
    CATALOGUE,
    Answer,
    NotMade,
    maker_of,
    optional_things_of,
    things_of,
)
from buzzline.clusters.clustering import Clustering
from buzzline.clusters.delineation import Delineation
from buzzline.clusters.membership_types import NOT_TESTABLE
from buzzline.errors import TooFew
from buzzline.export.measures import further_frames
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.profile import ScaleProfile
from buzzline.road.measuring import (
    ALWAYS,
    DELINEATION,
    OF_CANDIDATES,
    by_makers,
    in_order,
    makers_of,
    measured,
    measures_of,
    optional_makers_of,
    record_of,
)
from buzzline.road.stages import Stages
from buzzline.tables.study import Study

CLUSTERS = "candidate-clusters"  # the part
NOT_RUN = 'it was not asked for; write {} into measures of study.toml, or "all"'
TYPE = "type"  # of member
PROFILE, _, BALANCE = ALWAYS
SET = ("level", "times")  # columns that hold what was chosen, not what was found


@dataclass(frozen=True, slots=True, eq=False)
class Taken:
    """The further analyses that the tables allow, and why the others are not there.

    Attributes
    ----------
    results : dict of analysis to result
        Those that hold nothing but why are among the reasons as well.
    reasons : dict of analysis to reason
    """

    results: dict[str, Answer] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def balance(self) -> ScaleBalance:
        """Ties by scale, of the clusters after both tests."""
        found = self.results[BALANCE]
        assert isinstance(found, ScaleBalance)
        return found

    @property
    def shown(self) -> tuple[Answer, ...]:
        """Results that have anything to show, in the order of the report."""
        names = [name for name in in_order() if name in self.results]
        return tuple(self.results[name] for name in names if name not in self.reasons)

    def clustering_after(self, candidates: Clustering) -> Clustering:
        """Return the clusters that both tests leave, or the candidates where none was made."""
        found = self.results.get(DELINEATION)
        return found.clustering(candidates) if isinstance(found, Delineation) else candidates


def take_measures(
    study: Study,
    clustering: Clustering,
    stages: Stages,
    *,
    profile: ScaleProfile,
    balance_of: Callable[[Clustering], ScaleBalance],
) -> Taken:
    """Return what the settings ask for, computed now or kept from an earlier run.

    Parameters
    ----------
    study : Study
    clustering : Clustering
        Candidates.
    stages : Stages
    profile : ScaleProfile
    balance_of : callable
        Makes the balance of the clusters after both tests; called once, before the first
        measure that is made from it.
    """
    taken = Taken({PROFILE: profile})
    for name in by_makers(measures_of(stages.settings)):
        if BALANCE not in taken.results and ScaleBalance in _kinds(name):
            taken.results[BALANCE] = balance_of(taken.clustering_after(clustering))
        try:
            things = _things(name, study, clustering, taken)
            work = partial(_measure, name, things, _offered(name, taken), stages)
            taken.results[name] = stages.part(
                part_of(name), record_of(name), work,
                depends_on=_depends_on(name, study, stages),
            )  # fmt: skip
            if _is_empty(taken.results[name]):
                taken.reasons[name] = str(taken.results[name])
        except TooFew as error:
            taken.reasons[name] = str(error)
    if BALANCE not in taken.results:
        taken.results[BALANCE] = balance_of(taken.clustering_after(clustering))
    return taken


def _kinds(name: str) -> tuple[type, ...]:
    """Return the types of all that an analysis takes."""
    item = CATALOGUE[name]
    return (*things_of(item).values(), *optional_things_of(item).values())


def _is_empty(result: Answer) -> bool:
    """Tell whether a result holds nothing but why: no row, no number, or no type of anybody."""
    table = result.table()
    if TYPE in table.columns:
        return set(table[TYPE]) <= {NOT_TESTABLE}
    if table.height:
        return False
    return not any(_has_number(frame) for frame in further_frames(result).values())


def _has_number(frame: pl.DataFrame) -> bool:
    measured = frame.select(
        pl.selectors.float() - pl.selectors.by_name(*SET, require_all=False)
    )
    return any(column.drop_nans().drop_nulls().len() for column in measured.iter_columns())


def part_of(name: str) -> str:
    """Return the name of the part that holds the result of an analysis."""
    return name.replace("_", "-")


def _depends_on(name: str, study: Study, stages: Stages) -> tuple[object, ...]:
    """Return all that a result hangs on: a key of another part stands for all that one does."""
    parts = list(map(part_of, makers_of(name)))
    if Clustering in things_of(CATALOGUE[name]).values():
        parts += clusters_of(name, stages)
    if ScaleBalance in _kinds(name):
        parts.append(part_of(BALANCE))
    offered = map(part_of, optional_makers_of(name))
    parts += [part for part in offered if part in stages.keys]
    keys = tuple(stages.keys[part] for part in parts)
    return (study.fingerprint, stages.choices(name), *keys)


def clusters_of(name: str, stages: Stages) -> list[str]:
    """Return the parts that hold the clusters an analysis is made of."""
    after = [] if name in OF_CANDIDATES else [part_of(DELINEATION)]
    return [CLUSTERS, *(part for part in after if part in stages.keys)]


def _things(name: str, study: Study, clustering: Clustering, taken: Taken) -> list[Any]:
    """Return what an analysis is made from.

    Raises
    ------
    TooFew
        There is no cluster, or what it is made from could not be computed.
    """
    clusters = clustering if name in OF_CANDIDATES else taken.clustering_after(clustering)
    return [
        _thing(kind, study, clusters, taken) for kind in things_of(CATALOGUE[name]).values()
    ]


def _thing(kind: type[Any], study: Study, clustering: Clustering, taken: Taken) -> Any:
    if kind is Study:
        return study
    if kind is Clustering:
        if not clustering.clusters.height:
            raise TooFew("There is no candidate cluster.")
        return clustering
    for result in taken.results.values():
        if type(result) is kind:
            return result
    raise TooFew(_missing(kind, taken.reasons))


def _offered(name: str, taken: Taken) -> dict[str, Any]:
    """Return the results an analysis takes where there are any, or why there are none."""
    return {
        parameter: _result_or_reason(kind, taken)
        for parameter, kind in optional_things_of(CATALOGUE[name]).items()
    }


def _result_or_reason(kind: type[Any], taken: Taken) -> Any:
    maker = maker_of(kind)
    assert maker is not None
    if maker.name in taken.reasons:
        return NotMade(taken.reasons[maker.name])
    if maker.name in taken.results:
        return taken.results[maker.name]
    return NotMade(NOT_RUN.format(maker.name))


def _missing(kind: type[Any], reasons: Mapping[str, str]) -> str:
    """Return which result is missing, and why it is."""
    maker = maker_of(kind)
    assert maker is not None
    said = maker.name.replace("_", " ")
    return f"It is made from the result of {said}, which was not run. {reasons[maker.name]}"


def _measure(name: str, things: list[Any], offered: dict[str, Any], stages: Stages) -> Answer:
    item, choices = CATALOGUE[name], stages.choices(name) | offered
    said = name.replace("_", " ")
    stages.progress(said, 0, 1)
    if "progress" in item.choices:
        choices["progress"] = stages.progress
    result = measured(item, things, choices)
    stages.progress(said, 1, 1)
    return result
