"""One part of a run after the other: found from an earlier run, or computed now and kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from buzzline.progress import Progress
from buzzline.road.choices import choices_of
from buzzline.road.parts import Parts, part_key, spoken
from buzzline.tables.study_file import RunSettings

R = TypeVar("R")


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """What the parts of one run share.

    Attributes
    ----------
    parts : Parts
    settings : RunSettings
    progress : callable
    keys : dict of part to key         of those made or found so far
    continued : list of str            parts found, not computed again
    """

    parts: Parts
    settings: RunSettings
    progress: Progress
    keys: dict[str, str]
    continued: list[str]

    def part(
        self, name: str, kind: type[R], work: Callable[[], R], *, depends_on: Sequence[object]
    ) -> R:
        """Return a part: the one kept from an earlier run, or computed now and kept."""
        key = part_key(name, *depends_on)
        kept = self.parts.find(name, key, kind)
        if kept is not None:
            self.keys[name] = key
            self.continued.append(name)
            self.progress(f"{spoken(name)}, kept from an earlier run", 1, 1)
            return kept
        result = work()
        self.keys[name] = key
        self.parts.keep(name, key, result)
        return result

    def choices(self, analysis: str) -> dict[str, Any]:
        """Return what the settings say about the choices of one analysis."""
        return choices_of(analysis, self.settings)
