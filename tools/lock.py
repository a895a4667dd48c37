"""Write the lock files from what is installed: exact versions, no hosts, no paths.

    python tools/lock.py             from the packages of this environment
    python tools/lock.py --upgrade   newest versions pyproject.toml allows, then the same

`requirements.lock` holds what buzzline and its extras need to run; `requirements-dev.lock` adds
what tests, docs and benchmarks need. Only packages that pyproject.toml reaches are listed, so
whatever else happens to be installed stays out.
"""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
RUNTIME_EXTRAS = ("gazetteer", "geo", "duckdb", "dask", "spatial")  # `buzzline[all]`
HEAD = "# Written by tools/lock.py (make lock) with Python {python}; do not edit.\n"


def wanted() -> tuple[list[str], list[str]]:
    """Return the requirements of running (with extras) and those of developing."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    running = list(project["project"]["dependencies"])
    for extra in RUNTIME_EXTRAS:
        running += extras[extra]
    others = [need for extra, needs in extras.items() if extra != "all" for need in needs]
    return running, others + project["dependency-groups"]["dev"]


def closure(requirements: Iterable[str]) -> dict[str, str]:
    """Return name and version of everything the requirements reach in this environment."""
    found: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        need, extra = waiting.pop()
        if need.marker is not None and not need.marker.evaluate({"extra": extra}):
            continue
        installed = distribution(need.name)
        found[canonicalize_name(need.name)] = installed.version
        for wanted_extra in ["", *sorted(need.extras)]:
            if (need.name, wanted_extra) in seen:
                continue
            seen.add((need.name, wanted_extra))
            waiting += [(Requirement(text), wanted_extra) for text in installed.requires or ()]
    return found


def write(path: Path, pins: dict[str, str], first: str = "") -> None:
    """Write one pin a line, sorted by name."""
    head = HEAD.format(python=".".join(map(str, sys.version_info[:2])))
    lines = [f"{name}=={version}\n" for name, version in sorted(pins.items())]
    path.write_text(head + first + "".join(lines), encoding="utf-8")


def main() -> int:
    """Lock, after an upgrade when asked for."""
    running, developing = wanted()
    if "--upgrade" in sys.argv[1:]:
        pip = [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--upgrade",
            "--upgrade-strategy",
            "eager",
        ]
        subprocess.run([*pip, *running, *developing], check=True)
    try:
        runtime = closure(running)
        everything = closure([*running, *developing])
    except PackageNotFoundError as error:
        print(f"{error.name} is not installed; run `make lock` instead", file=sys.stderr)
        return 1
    only_dev = {name: pin for name, pin in everything.items() if name not in runtime}
    write(ROOT / "requirements.lock", runtime)
    write(ROOT / "requirements-dev.lock", only_dev, "-r requirements.lock\n")
    print(f"requirements.lock: {len(runtime)}, requirements-dev.lock: {len(only_dev)} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())
