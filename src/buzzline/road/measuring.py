"""The further analyses a run takes: which, in which order, and what they are made from."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

# The catalogue fills when the stages are imported.
from buzzline import (
    agglomeration,
    clusters,
    diagnosis,
    econometrics,
    investment,
    linkages,
    policy,
    simulation,
)
from buzzline.analysis import (
    CATALOGUE,
    Analysis,
    Answer,
    needs_study,
    optional_things_of,
    things_of,
)
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, NotConverged, TooFew
from buzzline.tables.study_file import RunSettings

STAGES = tuple(
    stage.__name__.rpartition(".")[2]
    for stage in (
        agglomeration, clusters, linkages, investment, econometrics, diagnosis, simulation,
        policy,
    )
)  # fmt: skip
ALWAYS = ("scale_profile", "candidate_clusters", "scale_balance")  # no run is without them
ALL, NONE = "all", "none"
DELINEATION = "delineation"  # both tests together
WHO = re.compile(r"^[a-z_]+: ")  # the function that stopped, at the start of a message
# In the order of the report. Of agglomeration: what a place has, how concentrated industries
# are, what goes together, where on the map. Then where a cluster begins and ends, how it is
# tied, what goes with what, and what that means for each cluster. The others
# take long, or need a question of their own.
SENSIBLE = (
    "location_quotients_by_place", "strong_clusters", "specialisation", "variety",
    "shift_share", "concentration", "inequality", "relatedness",
    "complexity", "industry_entry", "kdensity", "hot_spots",
    "delineation", "distinctness", "separation", "membership", "declared_clusters",
    "cluster_agreement", "labour_market_areas", "industrial_districts",
    "cluster_flows", "yardsticks", "gatekeepers", "external_reach", "redundancy",
    "missing_link_patterns", "buzz_and_pipelines", "colocated_clusters", "temporary_clusters",
    "cognitive_distance", "social_capital", "monitoring",
    "ownership", "cluster_investments", "insider_portfolio", "hotspots", "cluster_network",
    "investment_odds", "investment_direction", "location_choice",
    "investment_gravity",
    "best_distance", "mutual_stimulation", "value_by_distance", "policy_effect",
    "income_ladder",
    "five_dimensions", "cluster_diagnosis",
)  # fmt: skip
LATER = (
    "coagglomeration", "cluster_strength", "relatedness_density_by_place", "industry_groups",
    "m_function", "m_density", "ripley", "delineation_stability", "cluster_history",
    "city_threshold", "district_types", "brokerage", "removal_curves", "weakest_link_test",
    "tie_formation", "eligibility_effect", "policy_spillovers", "synthetic_control",
    "co_investment",
    "group_hierarchy", "calibrate", "compare_policies", "simulate", "switch_factorial",
)  # fmt: skip
# Made of the candidates; all others of clusters that both tests leave, where they were made.
OF_CANDIDATES = ("distinctness", "separation", "delineation", "delineation_stability")


def measures_of(settings: RunSettings) -> tuple[str, ...]:
    """Return the names of the analyses that settings ask for, in the order of the report.

    What an analysis is made from comes with it, and so do both tests where it is made of the
    clusters they leave.

    Raises
    ------
    InvalidArgument
        A name is not in the catalogue; the message lists those there are.

    Examples
    --------
    >>> measures_of(RunSettings(measures=("none",)))
    ()
    """
    known = in_order()
    asked = settings.measures
    if not asked:
        return tuple(name for name in known if name in SENSIBLE)
    if asked == (ALL,):
        return known
    if asked == (NONE,):
        return ()
    for name in asked:
        if name in CATALOGUE and not needs_study(CATALOGUE[name]):
            raise InvalidArgument(
                f"measures: {name!r} asks nothing about your tables. Take it out of `measures` "
                f"in study.toml and run `buzzline {name.replace('_', '-')}`."
            )
        if name not in known:
            raise InvalidArgument(
                f"measures: there is no measure {name!r}; measures are {', '.join(known)}, or "
                f'"{ALL}" or "{NONE}" alone. Correct `measures` in study.toml.'
            )
    later = [name for name in asked if Clustering in things_of(CATALOGUE[name]).values()]
    first = (DELINEATION,) if set(later) - set(OF_CANDIDATES) else ()
    wanted = _with_makers((*asked, *first))
    return tuple(name for name in known if name in wanted)


def not_asked_of(settings: RunSettings) -> tuple[str, ...]:
    """Return the names of the analyses that settings leave out, in the order of the report.

    Examples
    --------
    >>> not_asked_of(RunSettings(measures=("all",)))
    ()
    """
    asked = measures_of(settings)
    return tuple(name for name in in_order() if name not in asked)


def by_makers(names: Iterable[str]) -> tuple[str, ...]:
    """Return names in an order in which each stands after what it is made from."""
    left, ordered = list(names), list[str]()
    first = {name: {*makers_of(name), *optional_makers_of(name)} for name in left}
    while left:
        name = next(name for name in left if not first[name] & set(left))
        left.remove(name)
        ordered.append(name)
    return tuple(ordered)


def in_order() -> tuple[str, ...]:
    """Return what can be asked of tables, stage by stage, in the order of the report."""
    order = {name: number for number, name in enumerate((*SENSIBLE, *LATER))}
    names = [
        name
        for name, item in CATALOGUE.items()
        if item.stage in STAGES and name not in ALWAYS and needs_study(item)
    ]
    return tuple(
        sorted(names, key=lambda name: (_stage(name), order.get(name, len(order)), name))
    )


def _stage(name: str) -> int:
    return STAGES.index(CATALOGUE[name].stage)


@cache
def record_of(name: str) -> type[Any]:
    """Return the type of record an analysis returns."""
    hints = typing.get_type_hints(inspect.unwrap(CATALOGUE[name].function))
    record = hints["return"]
    assert isinstance(record, type)
    return record


def makers_of(name: str) -> tuple[str, ...]:
    """Return the analyses whose results an analysis is made from, those of every run apart."""
    return _makers(things_of(CATALOGUE[name]).values())


def optional_makers_of(name: str) -> tuple[str, ...]:
    """Return the analyses whose results an analysis takes where there are any."""
    return _makers(optional_things_of(CATALOGUE[name]).values())


def _makers(kinds: Iterable[type]) -> tuple[str, ...]:
    return tuple(other for kind in kinds for other in in_order() if record_of(other) is kind)


def _with_makers(names: Iterable[str]) -> set[str]:
    """Return names with all they are made from, and with what they take that is quick."""
    wanted = set(names)
    while more := {maker for name in wanted for maker in _brought(name)} - wanted:
        wanted |= more
    return wanted


def _brought(name: str) -> tuple[str, ...]:
    quick = tuple(maker for maker in optional_makers_of(name) if maker in SENSIBLE)
    return (*makers_of(name), *quick)


def measured(item: Analysis, things: Sequence[Any], choices: Mapping[str, Any]) -> Answer:
    """Return the result of a measure.

    Parameters
    ----------
    item : Analysis
    things : sequence
        What it is made from, in the order of its arguments.
    choices : mapping

    Raises
    ------
    TooFew
        The tables do not allow it; the message says why, without the name of the measure.
    """
    try:
        result: Answer = item.function(*things, **choices)
    except (TooFew, NotConverged, InvalidArgument) as error:
        raise TooFew(WHO.sub("", str(error))) from error
    return result
