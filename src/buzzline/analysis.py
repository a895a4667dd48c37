"""The catalogue of everything a person can run, read off the functions themselves.

`@analysis(stage, question)` checks quantities at the call, stamps the provenance and lists the
function in `CATALOGUE`, from which the command line, the report and the reference are made. It
never changes an answer; the bare function stays reachable as `__wrapped__`.
"""

from __future__ import annotations

import functools
import inspect
import time
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from typing import Any, Literal, ParamSpec, Protocol, TypeVar, get_args, get_origin

import numpy as np
import polars as pl

from buzzline.errors import InvalidArgument
from buzzline.quantities import Quantity
from buzzline.randomness import seed_of
from buzzline.tables.study import Study

VERSION = "0.1.0"

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class Provenance:
    """What is needed to run an analysis again and get the same answer, bit for bit.

    Attributes
    ----------
    analysis : str              name in the catalogue
    arguments : dict            every choice as given or by default; things as their `repr`
    fingerprint : str           of the study; empty when the analysis takes none
    seed : int or None          None when nothing was drawn
    version : str               of buzzline
    seconds : float             wall time; not part of the answer
    """

    analysis: str
    arguments: Mapping[str, Any]
    fingerprint: str
    seed: int | None
    version: str
    seconds: float


class Answer(Protocol):
    """What every analysis returns: a record with a table, a sentence and its provenance."""

    @property
    def provenance(self) -> Provenance | None:
        """How the result came about."""

    def table(self) -> pl.DataFrame:
        """Return the rows, the most interesting first."""


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """One entry of the catalogue."""

    name: str
    stage: str
    question: str
    function: Callable[..., Any]
    quantities: Mapping[str, Quantity]

    @property
    def choices(self) -> dict[str, inspect.Parameter]:
        """Keyword-only parameters a person may set; results of other analyses are none."""
        return {
            name: parameter
            for name, parameter in inspect.signature(self.function).parameters.items()
            if parameter.kind is inspect.Parameter.KEYWORD_ONLY
            and name not in optional_things_of(self)
        }


@dataclass(frozen=True, slots=True)
class NotMade:
    """Stands for the result of another analysis that is not there, and says why.

    An analysis that can do without a result takes `result: Record | NotMade = NOT_ASKED` after
    the star. It is no choice: a run hands over what it has.

    Attributes
    ----------
    reason : str
        A sentence.
    """

    reason: str

    def __str__(self) -> str:
        return f"not made: {self.reason}"


NOT_ASKED = NotMade("It was not asked for.")
CATALOGUE: dict[str, Analysis] = {}


def maker_of(record: type) -> Analysis | None:
    """Return the analysis that makes records of a kind, or None where none does."""
    for item in CATALOGUE.values():
        if typing.get_type_hints(inspect.unwrap(item.function)).get("return") is record:
            return item
    return None


def things_of(item: Analysis) -> dict[str, type]:
    """Return the parameters of an analysis that are no choices, with their types.

    They are the study and results of other analyses.
    """
    function = inspect.unwrap(item.function)
    hints = typing.get_type_hints(function)
    return {
        name: hints[name]
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is not parameter.KEYWORD_ONLY
    }


@functools.cache
def needs_study(item: Analysis) -> bool:
    """Tell whether an analysis, or what it is made from, takes the tables of a user.

    Examples
    --------
    >>> import buzzline
    >>> needs_study(CATALOGUE["scale_balance"])
    True
    """
    kinds = things_of(item).values()
    if Study in kinds:
        return True
    makers = [maker_of(kind) for kind in kinds]
    return any(needs_study(maker) for maker in makers if maker is not None)


def optional_things_of(item: Analysis) -> dict[str, type]:
    """Return the results of other analyses that an analysis takes where there are any.

    They stand after the star, with a type such as `Gatekeepers | NotMade`.
    """
    function = inspect.unwrap(item.function)
    found = {}
    for name, hint in typing.get_type_hints(function).items():
        arms = get_args(hint)
        if NotMade in arms:
            found[name] = next(arm for arm in arms if arm is not NotMade)
    return found


def result_names(results: Sequence[Answer]) -> list[str]:
    """Return a name for each result: its analysis, with a number from the second on.

    Raises
    ------
    InvalidArgument
        A result was made by hand and does not say which analysis it is from.
    """
    names: list[str] = []
    for number, result in enumerate(results):
        if result.provenance is None:
            raise InvalidArgument(
                f"measures: a {type(result).__name__} does not say which analysis made it. "
                "Hand over what an analysis returned."
            )
        name = result.provenance.analysis
        n_before = sum(
            other.provenance is not None and other.provenance.analysis == name
            for other in results[:number]
        )
        names.append(f"{name}_{n_before + 1}" if n_before else name)
    return names


def analysis(stage: str, question: str) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """List a function in the catalogue under the question it answers.

    Parameters
    ----------
    stage : str
        Package it belongs to.
    question : str
        One sentence with a question mark.
    """

    def enlist(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        hints = typing.get_type_hints(function, include_extras=True)
        name = function.__name__

        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            for parameter, value in bound.arguments.items():
                _check(name, parameter, hints.get(parameter, Any), value)
            if "rng" in bound.arguments:
                bound.arguments["rng"] = seed_of(bound.arguments["rng"])
            started = time.perf_counter()
            result = function(*bound.args, **bound.kwargs)
            return _stamped(result, name, bound.arguments, time.perf_counter() - started)

        quantities = {
            parameter: quantity
            for parameter, hint in hints.items()
            if (quantity := _quantity(hint)) is not None
        }
        CATALOGUE[name] = Analysis(name, stage, question, run, quantities)
        return run

    return enlist


def _stamped(result: R, name: str, arguments: Mapping[str, Any], seconds: float) -> R:
    study = next((value for value in arguments.values() if isinstance(value, Study)), None)
    seed = arguments.get("rng")
    stamp = Provenance(
        analysis=name,
        arguments={
            key: _plain(value)
            for key, value in arguments.items()
            if not inspect.isroutine(value)
        },
        fingerprint=study.fingerprint if study is not None else "",
        seed=seed if isinstance(seed, int) else None,
        version=VERSION,
        seconds=seconds,
    )
    assert is_dataclass(result)
    return replace(result, provenance=stamp)  # type: ignore[type-var]  # narrowed to dataclass


def _plain(value: Any) -> Any:
    value = tuple(value) if isinstance(value, range) else value
    simple = isinstance(value, str | int | float | bool | tuple | list | dict) or value is None
    if simple:
        return value
    # a result says in a sentence what it is; its repr would carry the seconds it took
    is_thing = hasattr(value, "provenance") or isinstance(value, NotMade)
    return str(value) if is_thing else repr(value)


def _quantity(hint: Any) -> Quantity | None:
    for part in get_args(hint) if get_origin(hint) is not None else ():
        if isinstance(part, Quantity):
            return part
        nested = _quantity(part)
        if nested is not None:
            return nested
    return None


def _check_kind(name: str, parameter: str, hint: Any, value: Any) -> None:
    """Refuse a thing that is no study, clustering or record where one is needed."""
    arms = get_args(hint)
    if NotMade in arms:
        if isinstance(value, NotMade):
            return
        hint = next(arm for arm in arms if arm is not NotMade)
    if not (isinstance(hint, type) and is_dataclass(hint)) or isinstance(value, hint):
        return
    maker = maker_of(hint)
    first = "read_study" if hint is Study else maker.name if maker else hint.__name__
    raise InvalidArgument(
        f"{name}: `{parameter}` must be a {hint.__name__}, got {type(value).__name__} "
        f"{str(value)[:40]!r}. Use `{first}` first and hand over what it returns."
    )


def _check(name: str, parameter: str, hint: Any, value: Any) -> None:
    _check_kind(name, parameter, hint, value)
    if get_origin(hint) is Literal and value not in get_args(hint):
        allowed = ", ".join(repr(choice) for choice in get_args(hint))
        raise InvalidArgument(f"{name}: `{parameter}` must be one of {allowed}; got {value!r}")
    quantity = _quantity(hint)
    if quantity is None or value is None:
        return
    numbers = value.values() if isinstance(value, Mapping) else np.atleast_1d(np.asarray(value))
    for number in numbers:
        if not quantity.holds(float(number)):
            raise InvalidArgument(
                f"{name}: `{parameter}` must lie {quantity}, got {float(number):g}"
            )


__all__ = [
    "CATALOGUE",
    "NOT_ASKED",
    "VERSION",
    "Analysis",
    "Answer",
    "NotMade",
    "Provenance",
    "analysis",
    "maker_of",
    "needs_study",
    "optional_things_of",
    "result_names",
    "things_of",
]
