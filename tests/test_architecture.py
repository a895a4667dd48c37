"""The import rules: everything points one way, and heavy packages stay in the faces.

Every test lists all offences, each with file and line. ARCHITECTURE.md explains the rules.
"""

from __future__ import annotations

import ast
import sys

import pytest
from tests.source import Import, Module, declared, imports, internal, modules, none

# A package may import what stands on a lower layer. Ground modules of one layer may import each
# other (never in a circle); everything else on one layer is a sibling and looks away.
LAYERS = (
    {"errors", "quantities", "arrays", "progress", "interrupting", "wording", "kernels"},
    {"randomness", "estimates", "resampling", "envelopes", "power", "agreement", "grouping",
     "sandwiches"},
    {"tables"},
    {"analysis"},
    {"space"},
    {"network"},
    {"agglomeration", "clusters"},
    {"linkages", "investment"},
    {"econometrics"},
    {"diagnosis"},
    {"survey"},
    {"simulation"},
    {"policy"},
    {"charts", "export"},
    {"report"},
    {"road"},
    {"cli", "app"},
    {"__main__"},
)  # fmt: skip
GROUND = (LAYERS[0] | LAYERS[1]) - {"kernels"}
FACES = {"charts", "export", "report", "road", "cli", "app", "__main__"}
LAYER = {name: number for number, names in enumerate(LAYERS) for name in names}

ONLY_IN_FACES = {
    "pandas", "geopandas", "matplotlib", "seaborn", "altair", "plotly", "bokeh", "vl_convert",
    "jinja2", "starlette", "fastapi", "flask", "IPython", "rich", "cyclopts",
}  # fmt: skip
KERNEL_IMPORTS = {"numpy", "math", "numba", "__future__"}


def test_every_package_has_a_layer():
    none([
        f"src/buzzline/{module.package}: give it a layer here and in ARCHITECTURE.md"
        for module in modules()
        if module.package and module.package not in LAYER
    ])  # fmt: skip


def test_imports_point_one_way():
    none([
        module.at(item.node, f"`{module.package}` must not import `{package}`")
        for module in modules()
        if module.package
        for item, target in internal(module)
        for package in _packages(item, target)
        if not _may_import(module.package, package)
    ])  # fmt: skip


def _packages(item: Import, target: str) -> list[str]:
    return [target.split(".")[0]] if target else [name for name in item.names if name in LAYER]


def _may_import(importer: str, imported: str) -> bool:
    if importer == imported or LAYER.get(imported, 99) < LAYER.get(importer, -1):
        return True
    return {importer, imported} <= GROUND and LAYER[imported] == LAYER[importer]


def test_no_part_imports_the_front_door():
    none([
        module.at(item.node, f"import {name} from where it is defined, not from `buzzline`")
        for module in modules()
        if module.package
        for item, target in internal(module)
        for name in item.names
        if not target and name not in LAYER
    ])  # fmt: skip


def test_no_circle_of_modules():
    known = {module.name for module in modules()}
    edges = {
        module.name: {
            found
            for item, target in internal(module)
            for found in [*(f"{target}.{name}".strip(".") for name in item.names), target]
            if found in known
            and found != module.name
            and found
            # a package's own list of public names is not a dependency of its parts
            and not module.name.startswith(f"{found}.")
        }
        for module in modules()
    }
    none(_circles(edges))


def _circles(edges: dict[str, set[str]]) -> list[str]:
    found, done = [], set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            found.append(" → ".join([*path[path.index(name) :], name]))
        elif name not in done:
            for following in sorted(edges.get(name, ())):
                walk(following, (*path, name))
            done.add(name)

    for name in sorted(edges):
        walk(name, ())
    return found


def test_kernels_import_nothing_but_arrays_and_numba():
    none([
        module.at(item.node, f"a kernel imports arrays and numba only, not `{item.target}`")
        for module in modules()
        if module.package == "kernels"
        for item in imports(module)
        if item.top not in KERNEL_IMPORTS and not item.target.startswith("buzzline.kernels")
    ])  # fmt: skip


def test_no_import_inside_a_function_except_optional_packages():
    optional = declared()["extras"] | {"pandas", "IPython"}
    none([
        module.at(item.node, f"import `{item.target}` at the top of the file")
        for module in modules()
        for item in imports(module)
        if item.function and item.top not in optional
    ])  # fmt: skip


def test_optional_packages_are_imported_inside_functions_only():
    none([
        module.at(item.node, f"`{item.target}` is an extra: import it where it is used")
        for module in modules()
        for item in imports(module)
        if not item.function and item.top in declared()["extras"] - declared()["core"]
    ])  # fmt: skip


def test_no_type_only_import_of_buzzline():
    none([
        module.at(item.node, "a type that is needed here lives too far right; move it left")
        for module in modules()
        for item, _ in internal(module)
        if item.type_checking
    ])  # fmt: skip


def test_underscore_names_do_not_cross_packages():
    none([
        module.at(item.node, f"`{name}` is private to `{target}`")
        for module in modules()
        for item, target in internal(module)
        for name in [*item.names, *target.split(".")]
        if name.startswith("_") and target.split(".")[0] != module.package
    ])  # fmt: skip


def test_faces_stay_right():
    none([
        module.at(item.node, f"`{item.top}` belongs to the faces (charts and what follows)")
        for module in modules()
        if module.package not in FACES
        for item in imports(module)
        if item.top in ONLY_IN_FACES
    ])  # fmt: skip


def test_every_package_that_is_imported_is_declared():
    known = {*sys.stdlib_module_names, "buzzline", *declared()["core"], *declared()["extras"]}
    known.add("markupsafe")  # the part of jinja2 that marks text as safe
    optional = {"pandas", "IPython"}
    none([
        module.at(item.node, f"`{item.top}` is not among the dependencies in pyproject.toml")
        for module in modules()
        for item in imports(module)
        if item.top not in known | (optional if item.function else set())
    ])  # fmt: skip


def test_stages_list_their_public_names():
    none([
        module.at(module.tree, "say what it answers (docstring) and list its __all__")
        for module in modules()
        if module.path.name == "__init__.py"
        and not (ast.get_docstring(module.tree) and _public_names(module) is not None)
    ])  # fmt: skip


def _public_names(module: Module) -> list[str] | None:
    for node in module.tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if any(isinstance(target, ast.Name) and target.id == "__all__" for target in targets):
            return [element.value for element in node.value.elts]
    return None


@pytest.mark.parametrize(
    ("importer", "imported", "allowed"),
    [
        ("tables", "errors", True),
        ("analysis", "tables", True),
        ("tables", "analysis", False),
        ("clusters", "agglomeration", False),
        ("charts", "export", False),
        ("report", "charts", True),
        ("resampling", "estimates", True),
        ("kernels", "arrays", False),
        ("arrays", "kernels", False),
        ("cli", "road", True),
        ("road", "cli", False),
    ],
)
def test_the_import_rule_by_hand(importer, imported, allowed):
    assert _may_import(importer, imported) is allowed
