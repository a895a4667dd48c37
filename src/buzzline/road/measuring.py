"""The measures of agglomeration a run takes: which, and why not the others."""

from __future__ import annotations

import inspect
import re
import typing
from typing import Any

# The catalogue fills when the stage is imported.
from buzzline import agglomeration
from buzzline.analysis import CATALOGUE, Analysis, Answer
from buzzline.errors import InvalidArgument, NotConverged, TooFew
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings

STAGE = agglomeration.__name__.rpartition(".")[2]
ALL, NONE = "all", "none"
WHO = re.compile(r"^[a-z_]+: ")  # the function that stopped, at the start of a message
# In the order of the report: what a place has, how concentrated industries are, what goes
# together, where on the map. The others take long, or need a question of their own.
SENSIBLE = (
    "location_quotients_by_place", "strong_clusters", "specialisation", "variety",
    "shift_share", "concentration", "inequality", "relatedness",
    "complexity", "industry_entry", "kdensity", "hot_spots",
)  # fmt: skip
LATER = (
    "coagglomeration", "cluster_strength", "relatedness_density_by_place", "industry_groups",
    "m_function", "m_density", "ripley",
)  # fmt: skip


def measures_of(settings: RunSettings) -> tuple[str, ...]:
    """Return the names of the measures that settings ask for, in the order of the report.

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
        if name not in known:
            raise InvalidArgument(
                f"measures: there is no measure {name!r}; measures are {', '.join(known)}, or "
                f'"{ALL}" or "{NONE}" alone. Correct `measures` in study.toml.'
            )
    return tuple(name for name in known if name in asked)


def in_order() -> tuple[str, ...]:
    """Return the analyses of the stage, in the order of the report."""
    order = {name: number for number, name in enumerate((*SENSIBLE, *LATER))}
    names = [name for name, item in CATALOGUE.items() if item.stage == STAGE]
    return tuple(sorted(names, key=lambda name: (order.get(name, len(order)), name)))


def record_of(name: str) -> type[Any]:
    """Return the type of record an analysis returns."""
    hints = typing.get_type_hints(inspect.unwrap(CATALOGUE[name].function))
    record = hints["return"]
    assert isinstance(record, type)
    return record


def measured(item: Analysis, study: Study, choices: dict[str, Any]) -> Answer:
    """Return the result of a measure.

    Raises
    ------
    TooFew
        The tables do not allow it; the message says why, without the name of the measure.
    """
    try:
        result: Answer = item.function(study, **choices)
    except (TooFew, NotConverged, InvalidArgument) as error:
        raise TooFew(WHO.sub("", str(error))) from error
    return result
