"""Every public name is explained, tested and found in the reference."""

from __future__ import annotations

import inspect
import re

import pytest
from docs.public_names import public_modules, public_names
from docs.reference_pages import package_page, packages
from tests.source import ROOT, modules, none

import buzzline

TESTS = ROOT / "tests"

# Front-door names for which eight lines cannot show more than the signature does.
WITHOUT_EXAMPLE = {
    "initialise": "writes a file from files; the tutorial runs it",
    "report": "needs four results; README runs it",
    "Study": "made by read_study, whose example shows it",
    "read_bea_flows": "needs files that cannot be shipped",
    "read_cbp": "needs files that cannot be shipped",
    "read_cordis": "needs files that cannot be shipped",
    "read_crunchbase": "needs a file that cannot be shipped",
    "read_uscmp": "needs a file that cannot be shipped",
    "run_road": "writes a folder; the tutorial runs it",
}


def source_of(module: str) -> str:
    return module.removeprefix("buzzline.").replace(".", "/")


def test_every_public_name_has_a_docstring():
    none([
        f"src/buzzline/{source_of(item.module)}.py: `{item.name}` has no docstring"
        for item in public_names()
        if not (inspect.getdoc(getattr(item.value, "py_func", item.value)) or "").strip()
        or (inspect.getdoc(item.value) or "").startswith(f"{item.name}(")  # made by dataclass
    ])  # fmt: skip


def test_every_name_at_the_front_door_has_an_example():
    names = getattr(buzzline, "__all__", [])
    assert names, "buzzline.__init__ lists its public names in __all__"
    offences = []
    for name in names:
        value = getattr(buzzline, name)
        shows = ">>>" in (inspect.getdoc(value) or "")
        if callable(value) and not shows and name not in WITHOUT_EXAMPLE:
            error = inspect.isclass(value) and issubclass(value, Exception)
            record = hasattr(value, "__dataclass_fields__") or hasattr(value, "model_fields")
            if not (error or record):
                offences.append(f"buzzline.{name}: no example in the docstring")
    none(offences)


def test_every_public_function_of_a_stage_occurs_in_a_test_of_the_stage():
    offences = []
    for module in public_modules():
        stage = module.__name__.removeprefix("buzzline.").split(".")[0]
        places = [*TESTS.glob(f"{stage}/**/*.py"), *TESTS.glob("*.py")]
        spoken = "\n".join(path.read_text(encoding="utf-8") for path in places)
        if not hasattr(module, "__path__") and (TESTS / stage).is_dir():
            continue  # a stage's own list says what is public
        offences += [
            f"{module.__name__}.{name}: no test in tests/{stage} names it"
            for name in getattr(module, "__all__", [])
            if inspect.isfunction(getattr(module, name))
            and not re.search(rf"\b{name}\b", spoken)
        ]
    none(sorted(set(offences)))


def test_every_stage_and_ground_module_has_tests():
    none([
        f"{name}: neither tests/{name}/ nor tests/test_{name}.py"
        for name in sorted({module.package for module in modules()} - {"", "__main__"})
        if not (list(TESTS.glob(f"{name}/test_*.py")) or (TESTS / f"test_{name}.py").exists())
    ])  # fmt: skip


@pytest.fixture(scope="module")
def reference() -> str:
    """Every page of the API as it would be built."""
    return "\n".join(package_page(name, found) for name, found in packages().items())


def test_every_public_name_has_a_place_in_the_reference(reference):
    none([
        f"{item.module}.{item.name} is not in the reference"
        for item in public_names()
        if f"{{ #{item.anchor} }}" not in reference
    ])  # fmt: skip


def test_every_module_says_what_it_is_about():
    none([
        f"{module.__name__}: no docstring"
        for module in public_modules()
        if not (module.__doc__ or "").strip()
    ])  # fmt: skip


def test_front_door_is_sorted_and_there():
    names = list(getattr(buzzline, "__all__", []))
    assert len(names) == len(set(names))
    none([f"buzzline.{name} is listed but not there" for name in names
          if not hasattr(buzzline, name)])  # fmt: skip
