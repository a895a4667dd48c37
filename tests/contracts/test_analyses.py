"""Every analysis has units, a chart, a command and a sentence, and repeats from its record."""

from __future__ import annotations

import importlib
import inspect
import typing
from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType

import numpy as np
import polars as pl
import pytest
from docs.public_names import public_modules
from docs.reference_pages import help_of

from buzzline.analysis import (
    CATALOGUE,
    Analysis,
    NotMade,
    maker_of,
    optional_things_of,
    things_of,
)
from buzzline.errors import BuzzlineError
from buzzline.export.dictionary import COLUMN_MEANING, FAMILIES, TABLE_MEANING
from buzzline.export.meanings import clusters, linkages, quality
from buzzline.export.measures import measure_frames
from buzzline.randomness import Seed
from buzzline.road.measuring import ALWAYS
from buzzline.road.parts import Parts
from buzzline.simulation.simulate import Length
from buzzline.simulation.surface import Grid, Village
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world, plant_investments

for _module in public_modules():  # the catalogue fills as modules are imported
    importlib.import_module(_module.__name__)

NAMES = sorted(CATALOGUE)
# The command is the short word of the house; the analysis has the full one.
COMMANDS = {
    "candidate_clusters": "clusters",
    "scale_profile": "profile",
    "scale_balance": "balance",
    "location_quotients_by_place": "location-quotients",
    "relatedness_density_by_place": "relatedness-density",
}
QUICK = {"draws": 9, "runs": 3}
# Smaller than by default, so that a contract takes no time.
SMALL: dict[str, dict[str, object]] = {
    "calibrate": {"simulations": 6, "years": 2},
    "compare_policies": {"policies": ("P4", "laissez_faire"), "years": (0, 1, 2)},
    "experiment": {"size": "small", "runs": 3},
    "response_surface": {"grid": Grid(points=2), "village": Village(3, 6, 8, 3)},
    "simulate": {"length": Length(8, 3)},
    "deciding_worlds": {"switches": ("X2", "X16")},
    "stylised_facts": {"facts": (9, 21)},
    "switch_factorial": {"switches": ("X2", "X6")},
    "cowan_jonard": {"rewiring": (0.001, 0.2, 1.0)},
    "sensitivity_morris": {"trajectories": 2},
    "sensitivity_sobol": {"samples": 4},
}


@cache
def study() -> Study:
    world = make_world(organisations=400, clusters=2, industries=3, rng=7)
    rng = np.random.default_rng(7)
    return plant_investments(world.study, world.truth.cluster, deals=150, rng=rng)[0]


@cache
def result(name: str) -> object:
    return run(CATALOGUE[name])


def run(item: Analysis, **choices: object) -> object:
    """Run an analysis on a small world, with results of others where it asks for them."""
    things = [
        study() if wanted is Study else result(maker_of(wanted).name)
        for wanted in things_of(item).values()
    ]
    quick = {key: value for key, value in QUICK.items() if key in item.choices}
    quick |= SMALL.get(item.name, {})
    seed = {"rng": 11} if "rng" in item.choices else {}
    offered = {
        parameter: result_or_reason(maker_of(wanted).name)
        for parameter, wanted in optional_things_of(item).items()
    }
    return item.function(*things, **{**quick, **seed, **offered, **choices})


@cache
def result_or_reason(name: str) -> object:
    try:
        return result(name)
    except BuzzlineError as error:
        return NotMade(str(error))


def is_number(hint: object) -> bool:
    """Tell whether a parameter can be a number, alone or in a sequence or mapping."""
    if hint in (int, float):
        return True
    if typing.get_origin(hint) is typing.Annotated:
        return is_number(typing.get_args(hint)[0])
    if typing.get_origin(hint) in (typing.Union, UnionType, tuple, list, dict) or hasattr(
        typing.get_origin(hint), "__mro__"
    ):
        return any(is_number(part) for part in typing.get_args(hint))
    return False


def test_there_are_analyses():
    assert set(COMMANDS) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_number_has_a_quantity(name):
    item = CATALOGUE[name]
    hints = typing.get_type_hints(inspect.unwrap(item.function), include_extras=True)
    bare = [
        choice
        for choice in item.choices
        if hints[choice] != Seed and is_number(hints[choice]) and choice not in item.quantities
    ]
    assert not bare, f"{name}: give {', '.join(bare)} a unit from buzzline.quantities"


@pytest.mark.parametrize("name", NAMES)
def test_every_analysis_asks_a_question(name):
    assert CATALOGUE[name].question.endswith("?")
    assert CATALOGUE[name].stage == CATALOGUE[name].function.__module__.split(".")[1]


@pytest.mark.parametrize("name", NAMES)
def test_every_result_is_a_record_with_table_sentence_and_provenance(name):
    found = result(name)
    assert is_dataclass(found)
    assert found.__dataclass_params__.frozen
    assert isinstance(found.table(), pl.DataFrame)
    assert len(str(found)) > 20
    assert "object at" not in str(found)
    assert found.provenance.analysis == name
    takes_study = Study in things_of(CATALOGUE[name]).values()
    assert found.provenance.fingerprint == (study().fingerprint if takes_study else "")


@pytest.mark.parametrize("name", NAMES)
def test_every_result_has_a_chart(name):
    from buzzline.charts import chart

    spec = chart(result(name))
    assert spec.title
    assert spec.alt


@pytest.mark.parametrize("name", NAMES)
def test_every_analysis_has_a_command_with_all_its_choices(name):
    word = COMMANDS.get(name, name.replace("_", "-"))
    said = help_of(word)
    hints = typing.get_type_hints(inspect.unwrap(CATALOGUE[name].function))
    offered = []
    for choice in CATALOGUE[name].choices:
        inside = fields(hints[choice]) if is_dataclass(hints[choice]) else ()
        offered.append([choice, *(part.name for part in inside)])
    missing = [
        names[0]
        for names in offered
        if names != ["progress"]
        and not any(f"--{part.replace('_', '-')}" in said for part in names)
    ]
    assert not missing, f"buzzline {word} --help does not show {missing}"
    assert help_of(name.replace("_", "-"))


@pytest.mark.parametrize("name", NAMES)
def test_every_result_reproduces_from_its_own_provenance(name):
    first = result(name)
    item = CATALOGUE[name]
    # Things that are not plain values stand in the record as their repr and keep their default.
    again = {
        choice: value
        for choice, value in first.provenance.arguments.items()
        if choice in item.choices
        and choice not in SMALL.get(name, {})
        and value != repr(item.choices[choice].default)
    }
    second = run(item, **again)
    for field in fields(first):
        one, two = getattr(first, field.name), getattr(second, field.name)
        if isinstance(one, pl.DataFrame):
            assert one.equals(two, null_equal=True), f"{name}: {field.name} differs"
        elif field.name != "provenance":
            assert repr(one) == repr(two), f"{name}: {field.name} differs"


@pytest.mark.parametrize("name", NAMES)
def test_every_result_comes_back_as_it_was_kept(name, tmp_path):
    first = result(name)
    parts = Parts(tmp_path)
    parts.keep(name, "key", first)
    again = parts.find(name, "key", type(first))
    assert again is not None, f"{name}: the record cannot be read back; see road/parts.py"
    for field in fields(first):
        one, two = getattr(first, field.name), getattr(again, field.name)
        if isinstance(one, pl.DataFrame):
            assert one.equals(two, null_equal=True), f"{name}: {field.name} differs"
        elif field.name == "provenance":
            assert dict(one.arguments).keys() == dict(two.arguments).keys()
        else:
            assert repr(one) == repr(two), f"{name}: {field.name} differs"
    assert str(again) == str(first)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ALWAYS])
def test_every_column_of_every_table_of_a_measure_has_a_meaning(name):
    for table, frame in measure_frames([result(name)]).items():
        assert table in TABLE_MEANING, f"{table}: give it a meaning in export/meanings/"
        known = {column for column, _, _ in COLUMN_MEANING[table]}
        assert set(frame.columns) <= known, f"{table}: {set(frame.columns) - known}"


def test_every_meaning_belongs_to_a_column_there_is():
    frames = measure_frames([
        result(name) for name in NAMES if name not in ALWAYS
    ])  # fmt: skip
    for family in set(FAMILIES) - {clusters, linkages, quality}:
        assert set(family.TABLE_MEANING) == set(family.COLUMN_MEANING)
        for table, columns in family.COLUMN_MEANING.items():
            assert table in frames, f"{table}: no result has such a table"
            extra = {column for column, _, _ in columns} - set(frames[table].columns)
            assert not extra, f"{table}: no such columns: {extra}"
