"""The named cases: what is timed, at which sizes, on which world.

Peers stand beside ours under the same first word; a case and its peers return the same number.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Literal

from benchmarks import (
    balance_cases,
    concentration_cases,
    delineation_cases,
    distance_cases,
    distance_functions_cases,
    industry_groups_cases,
    relatedness_cases,
)
from benchmarks.peers import neighbours_in_scipy, neighbours_in_sklearn, ties_in_pandas
from benchmarks.worlds import TIES_EACH, csv_world, parquet_world, points
from buzzline.network import on_engine, scale_counts
from buzzline.quantities import Kilometres
from buzzline.space.scales import Cutoffs
from buzzline.space.sites import organisations_within, sites_of

Size = Literal["small", "large", "huge"]
SIZES: tuple[Size, ...] = ("small", "large", "huge")
REACH_KM = 50.0


@dataclass(frozen=True, slots=True)
class Call:
    """A function timed inside one fresh process: `prepare(n)` returns it, ready to be called.

    `sizes` gives n; a size left out is not run (too slow or too large for that peer).
    """

    name: str
    counts: str
    sizes: Mapping[Size, int]
    prepare: Callable[[int], Callable[[], object]]
    runs: Mapping[Size, int] = field(default_factory=lambda: dict.fromkeys(SIZES, 5))


@dataclass(frozen=True, slots=True)
class Command:
    """A whole process: `steps(n, folder)` returns the commands, the last of which is timed."""

    name: str
    counts: str
    sizes: Mapping[Size, int]
    steps: Callable[[int, Path], list[list[str]]]
    runs: Mapping[Size, int] = field(default_factory=lambda: dict.fromkeys(SIZES, 5))


def ties_on(engine: str, n: int) -> Callable[[], object]:
    """n ties, n / 10 organisations, straight from Parquet."""
    folder = parquet_world(n // TIES_EACH)

    def run() -> int:
        linkages, organisations = (
            on_engine(folder / f"{table}.parquet", engine)
            for table in ("linkages", "organisations")
        )
        counted = scale_counts(linkages, organisations, Cutoffs())
        return int(counted.filter(scale="local")["n"].sum())

    return run


def neighbours(coordinates: str, reach_km: Kilometres, n: int) -> Callable[[], object]:
    """How many organisations are within reach of each; ours counts a coordinate once."""
    frame = points(n, coordinates)

    def run() -> int:
        sites = sites_of(frame)
        return int((organisations_within(sites, reach_km) * sites.n_here).sum())

    return run


def import_steps(n: int, folder: Path) -> list[list[str]]:
    return [[sys.executable, "-c", "import buzzline"]]


def road_steps(n: int, folder: Path) -> list[list[str]]:
    """Tables to report, as a person does it: `init` writes study.toml, `run` does the rest."""
    study = folder / "study"
    if not study.exists():
        study.mkdir()
        for table in csv_world(n).glob("*.csv"):
            (study / table.name).symlink_to(table)
    buzzline = str(Path(sys.executable).with_name("buzzline"))
    return [
        [buzzline, "init", str(study)],
        [buzzline, "run", str(study), "--out", str(folder / "out")],
    ]


_TIES = {"small": 100_000, "large": 1_000_000, "huge": 10_000_000}
_POINTS = {"small": 1_000, "large": 10_000, "huge": 100_000}
_NEIGHBOURS = {"": neighbours, "_scipy": neighbours_in_scipy, "_sklearn": neighbours_in_sklearn}

CASES: tuple[Call | Command, ...] = (
    Call("ties_by_scale_polars", "ties", _TIES, partial(ties_on, "polars")),
    Call("ties_by_scale_duckdb", "ties", _TIES, partial(ties_on, "duckdb")),
    Call("ties_by_scale_pandas", "ties", _TIES, ties_in_pandas),
    *(
        Call(
            f"neighbours_{coordinates}{peer}",
            "organisations",
            _POINTS,
            partial(make, coordinates, REACH_KM),
        )
        for coordinates in ("exact", "city")
        for peer, make in _NEIGHBOURS.items()
    ),
    *(Call(*case) for case in balance_cases.CASES),
    *(Call(*case) for case in concentration_cases.CASES),
    *(Call(*case) for case in delineation_cases.CASES),
    *(Call(*case) for case in distance_functions_cases.CASES),
    *(Call(*case) for case in distance_cases.CASES),
    *(Call(*case) for case in industry_groups_cases.CASES),
    *(Call(*case) for case in relatedness_cases.CASES),
    Command("import", "imports", {"small": 1}, import_steps),
    Command("road", "organisations", _POINTS, road_steps, {"small": 5, "large": 3, "huge": 1}),
)


def case_named(name: str) -> Call | Command:
    """Return the case called `name`; KeyError when there is none."""
    return {case.name: case for case in CASES}[name]
