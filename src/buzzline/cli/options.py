"""From the choices of an analysis to options of a command.

Names, types, units and bounds are read off the signature and the quantities, texts off the
study file, which has the same settings, or else the docstring. A choice that is a record
(`cutoffs: Cutoffs`) becomes one option a field (`--local-km`).
"""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass, replace
from types import NoneType
from typing import Annotated, Any, Literal

from buzzline.analysis import Analysis, maker_of, things_of
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress
from buzzline.quantities import Quantity
from buzzline.randomness import Seed
from buzzline.tables.study import Study
from buzzline.tables.study_file import RunSettings

NOT_OPTIONS = ("progress",)
NOT_PASSED_ON = ("industries",)  # the candidates must be of the same ones
SETTING = {"rng": "seed"}  # choices that study.toml calls otherwise
SHORTEST_NAME = 3  # a field named `p` says too little alone: it becomes --rule-p
ENOUGH_WORDS = 5  # a shorter text needs what its record is for before it
SPELT = {"rng": ("--seed", "--rng")}


@dataclass(frozen=True, slots=True, eq=False)
class Option:
    """One option of a command.

    Attributes
    ----------
    name : str           as the parser hands it over
    choice : str         of the analysis
    field : str          of the record that the choice is; empty when it is none
    hint : type          what the parser makes of the words
    default : object
    help : str
    quantity : Quantity or None
    """

    name: str
    choice: str
    field: str
    hint: Any
    default: Any
    help: str
    quantity: Quantity | None

    @property
    def spelt(self) -> tuple[str, ...]:
        """How it is written on the command line."""
        return SPELT.get(self.choice, (f"--{self.name.replace('_', '-')}",))


def options_of(item: Analysis) -> tuple[Option, ...]:
    """Return the options of an analysis, in the order of its signature."""
    function = inspect.unwrap(item.function)
    hints = typing.get_type_hints(function, include_extras=True)
    told = described(inspect.getdoc(function) or "", "Parameters")
    found: list[Option] = []
    for choice, parameter in item.choices.items():
        hint = hints[choice]
        if choice in NOT_OPTIONS or hint == Progress:
            continue
        if is_dataclass(hint):
            found += _fields(item, choice, hint, parameter.default)
            continue
        text = _in_study_file(choice) or told.get(choice, "")
        quantity = item.quantities.get(choice)
        found.append(
            Option(choice, choice, "", _option_type(hint), parameter.default,
                   _with_unit(text, quantity), quantity)
        )  # fmt: skip
    return tuple(found)


def makers_of(item: Analysis) -> tuple[Analysis, ...]:
    """Return the analyses an analysis is made from, that of the candidate clusters apart."""
    kinds = [kind for kind in things_of(item).values() if kind not in (Study, Clustering)]
    makers = [maker_of(kind) for kind in kinds]
    return tuple(maker for maker in makers if maker is not None)


def options_of_makers(item: Analysis) -> tuple[Option, ...]:
    """Return the options of what an analysis is made from, each name once.

    A name that means something else in the analysis itself, or has another type or default in
    another of those it is made from, is left out.
    """
    own = {option.name for option in options_of(item)} | set(NOT_PASSED_ON)
    found: dict[str, list[Option]] = {}
    for maker in makers_of(item):
        for option in options_of(maker):
            found.setdefault(option.name, []).append(option)
    return tuple(
        options[0]
        for name, options in found.items()
        if name not in own and len({str((o.hint, o.default)) for o in options}) == 1
    )


def _fields(item: Analysis, choice: str, record: Any, default: Any) -> list[Option]:
    hints = typing.get_type_hints(record, include_extras=True)
    docstring = inspect.getdoc(record) or ""
    told = described(docstring, "Attributes")
    record_says = docstring.partition("\n")[0].rstrip(".")
    found = []
    for field in fields(record):
        taken = field.name in item.choices or len(field.name) < SHORTEST_NAME
        name = f"{choice}_{field.name}" if taken else field.name
        quantity = _quantity(hints[field.name])
        value = getattr(default, field.name) if is_dataclass(default) else field.default
        assert value is not MISSING, f"{record.__name__}.{field.name} needs a default"
        own = told.get(field.name, "")
        text = _in_study_file(field.name) or (
            own if len(own.split()) >= ENOUGH_WORDS else f"{record_says}: {own}"
        )
        found.append(
            Option(name, choice, field.name, _option_type(hints[field.name]), value,
                   _with_unit(text, quantity), quantity)
        )  # fmt: skip
    return found


def _in_study_file(choice: str) -> str:
    """Return what study.toml says of a choice it has too; those words are for everybody."""
    field = RunSettings.model_fields.get(SETTING.get(choice, choice))
    return (field.description or "") if field else ""


def arguments_from(
    item: Analysis, given: Mapping[str, Any], settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the arguments of an analysis: what was typed, else the study file, else defaults.

    Parameters
    ----------
    item : Analysis
    given : mapping of option name to value
        Only what was typed.
    settings : mapping of choice to value
        What the study file says.

    Raises
    ------
    InvalidArgument
        A number outside its bounds.
    """
    arguments = dict(settings)
    for option in options_of(item):
        if option.name not in given:
            continue
        value = given[option.name]
        value = tuple(value) if isinstance(value, list) else value
        if not option.field:
            arguments[option.choice] = value
            continue
        _check(option, value)
        record = arguments.get(option.choice, item.choices[option.choice].default)
        arguments[option.choice] = replace(record, **{option.field: value})
    return arguments


def _check(option: Option, value: Any) -> None:
    if option.quantity is not None and not option.quantity.holds(float(value)):
        raise InvalidArgument(f"`{option.spelt[0]}` must lie {option.quantity}, got {value:g}")


def _option_type(hint: Any) -> Any:
    """Return the type the parser makes: lists for sequences, the simplest one of several."""
    if hint == Seed:
        return int
    if typing.get_origin(hint) is Annotated:
        return _option_type(typing.get_args(hint)[0])
    arms = typing.get_args(hint)
    if typing.get_origin(hint) is Literal or not arms:
        return hint
    if typing.get_origin(hint) is Sequence or typing.get_origin(hint) in (list, tuple):
        return list[arms[0]]  # type: ignore[valid-type]  # a type made at run time
    simple = [
        arm for arm in arms if arm is not NoneType and typing.get_origin(arm) is not Mapping
    ]
    return _option_type(simple[0])


def _quantity(hint: Any) -> Quantity | None:
    return next((part for part in typing.get_args(hint) if isinstance(part, Quantity)), None)


def _with_unit(text: str, quantity: Quantity | None) -> str:
    text = text.replace("`", "")
    text = text.rstrip(",;") if text.endswith((",", ";")) else text
    text = text[:1].upper() + text[1:]
    text += "." if text and text[-1] not in ".!?" else ""
    return f"{text} Unit: {unit_of(quantity)}.".strip() if quantity else text


def unit_of(quantity: Quantity) -> str:
    """Return unit and bounds as a person reads them.

    Examples
    --------
    >>> unit_of(Quantity("km", 0, 20_038)), unit_of(Quantity("count", 1, 2**53))
    ('km, 0 to 20,038', 'count, at least 1')
    """
    low, high = quantity.low, quantity.high
    if high >= 1e9:
        return quantity.unit if low < -1e9 else f"{quantity.unit}, at least {low:g}"
    return f"{quantity.unit}, {low:,g} to {high:,.10g}"


ENTRY = re.compile(r"(?P<names>\w+(?:, \w+)*) : (?P<rest>.*)")


def described(docstring: str, section: str) -> dict[str, str]:
    r"""Return what a NumPy docstring says of each name in one of its sections.

    Parameters
    ----------
    docstring : str
        Without indentation, as `inspect.getdoc` gives it.
    section : str
        "Parameters" or "Attributes".

    Examples
    --------
    >>> docstring = "Do.\n\nParameters\n----------\nlevel : share\n    Of the\n    interval."
    >>> described(docstring, "Parameters")
    {'level': 'Of the interval.'}
    """
    body = re.search(rf"^{section}\n-+\n(.*?)(?=^\w[^\n]*\n-+\n|\Z)", docstring, re.M | re.S)
    found: dict[str, list[str]] = {}
    names: list[str] = []
    for line in body[1].splitlines() if body else ():
        if entry := ENTRY.fullmatch(line):
            names = entry["names"].split(", ")
            # `reach : km      how far` tells type and meaning on one line
            _, _, beside = entry["rest"].partition("  ")
            found.update({name: [beside.strip()] for name in names})
        elif line.strip():
            for name in names:
                found[name].append(line.strip())
    return {name: " ".join(filter(None, lines)) for name, lines in found.items()}
