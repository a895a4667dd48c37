"""Which names are public: every function and class a module of buzzline defines without `_`."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import buzzline


@dataclass(frozen=True, slots=True)
class PublicName:
    """One function or class with the module that defines it."""

    module: str
    name: str
    value: Any

    @property
    def package(self) -> str:
        """Return the stage or ground module it belongs to."""
        return self.module.split(".")[1]

    @property
    def anchor(self) -> str:
        """Return its place on the reference page."""
        return f"{self.module}.{self.name}".removeprefix("buzzline.")


def public_modules() -> Iterator[ModuleType]:
    """Yield every module of buzzline whose name has no underscore in front."""
    for info in pkgutil.walk_packages(buzzline.__path__, "buzzline."):
        if not any(part.startswith("_") for part in info.name.split(".")):
            yield importlib.import_module(info.name)


def names_of(module: ModuleType) -> list[PublicName]:
    """Return what the module itself defines, in the order of the file."""
    found = []
    for name, value in vars(module).items():
        if name.startswith("_") or getattr(value, "__module__", None) != module.__name__:
            continue
        kernel = getattr(value, "py_func", None)  # a compiled function wraps a plain one
        if inspect.isfunction(value) or inspect.isclass(value) or kernel is not None:
            found.append(PublicName(module.__name__, name, value))
    return found


def public_names() -> list[PublicName]:
    """Return every public name of buzzline."""
    return [item for module in public_modules() for item in names_of(module)]
