"""The source of buzzline as syntax trees, for the tests that keep the house rules."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src" / "buzzline"

# Import name where it is not the distribution's with "_" for "-".
IMPORT_NAMES = {
    "salib": "SALib",
    "vl-convert-python": "vl_convert",
    "pyspark-client": "pyspark",
}


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its dotted name below buzzline, its tree and its lines."""

    path: Path
    name: str
    tree: ast.Module
    lines: int

    @property
    def package(self) -> str:
        return self.name.split(".")[0]

    def at(self, node: ast.AST, what: str) -> str:
        return f"{self.path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}: {what}"


@dataclass(frozen=True, slots=True)
class Import:
    """One import statement: `from buzzline.space import Scale` has target buzzline.space."""

    node: ast.stmt
    target: str
    names: tuple[str, ...]
    function: str
    type_checking: bool

    @property
    def top(self) -> str:
        return self.target.split(".")[0]


@cache
def modules() -> tuple[Module, ...]:
    found = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        name = ".".join(part for part in parts if part != "__init__")
        text = path.read_text(encoding="utf-8")
        found.append(Module(path, name, ast.parse(text), text.count("\n")))
    return tuple(found)


@cache
def imports(module: Module) -> tuple[Import, ...]:
    return tuple(_imports(module, module.tree.body, "", type_checking=False))


def _imports(
    module: Module, body: list[ast.stmt], function: str, *, type_checking: bool
) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(node, alias.name, (), function, type_checking)
        elif isinstance(node, ast.ImportFrom):
            names = tuple(alias.name for alias in node.names)
            yield Import(node, _absolute(module, node), names, function, type_checking)
        inside = (
            node.name if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) else function
        )
        checking = type_checking or (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        )
        for block in ("body", "orelse", "finalbody"):
            yield from _imports(
                module, getattr(node, block, []), inside, type_checking=checking
            )
        for handler in getattr(node, "handlers", []):
            yield from _imports(module, handler.body, inside, type_checking=checking)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    here = ["buzzline", *module.name.split(".")]
    if module.path.name == "__init__.py":
        here.append("")
    return ".".join([*here[: -node.level], *(node.module or "").split(".")]).strip(".")


def internal(module: Module) -> Iterator[tuple[Import, str]]:
    """Every import of buzzline, with the name below buzzline ('' is the package itself)."""
    for item in imports(module):
        if item.top == "buzzline":
            yield item, item.target.removeprefix("buzzline").lstrip(".")


@cache
def declared() -> dict[str, set[str]]:
    """Import names that pyproject.toml declares, of the core and of the extras."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    def names(needs: list[str]) -> set[str]:
        bare = [re.split(r"[\[<>=!~; ]", need, maxsplit=1)[0] for need in needs]
        return {IMPORT_NAMES.get(name, name.replace("-", "_").lower()) for name in bare}

    extras = [need for needs in project["optional-dependencies"].values() for need in needs]
    return {"core": names(project["dependencies"]), "extras": names(extras) - {"buzzline"}}


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def dotted(node: ast.AST) -> str:
    """Return `np.random.seed` for that attribute chain, '' for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (head := dotted(node.value)):
        return f"{head}.{node.attr}"
    return ""


def none(offences: list[str]) -> None:
    assert not offences, "\n" + "\n".join(offences)
