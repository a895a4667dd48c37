"""The made-up worlds that feed the cases: made once, kept on disk, read by every run."""

import subprocess
import sys
from pathlib import Path

import polars as pl

from buzzline.tables.worlds import Geography, Gravity, make_world

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / ".cache" / "benchmarks"
SEED = 20261122
TIES_EACH = 10  # ties an organisation, over two layers
CLUSTERS = 20


def parquet_world(organisations: int, coordinates: str = "exact") -> Path:
    """Folder with `organisations.parquet` and `linkages.parquet`."""
    return _kept(f"parquet-{coordinates}-{organisations}", organisations, coordinates)


def csv_world(organisations: int) -> Path:
    """Folder with `organisations.csv` and `linkages.csv`, as a person would have them."""
    return _kept(f"csv-exact-{organisations}", organisations, "exact")


def points(organisations: int, coordinates: str = "exact") -> pl.DataFrame:
    """`org_id`, `longitude`, `latitude` of a world."""
    path = parquet_world(organisations, coordinates) / "organisations.parquet"
    return pl.read_parquet(path, columns=["org_id", "longitude", "latitude"])


def _kept(name: str, organisations: int, coordinates: str) -> Path:
    """The folder of a world; another process makes it, so that its memory does not count."""
    folder = KEPT / name
    if not (folder / "complete").exists():
        words = [str(folder), str(organisations), coordinates]
        subprocess.run(
            [sys.executable, "-m", "benchmarks.worlds", *words], check=True, cwd=ROOT
        )
    return folder


def _make(folder: Path, organisations: int, coordinates: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    study = make_world(
        organisations=organisations,
        clusters=min(CLUSTERS, organisations // 100),
        geography=Geography(coordinates=coordinates),
        gravity=Gravity(ties_each=TIES_EACH / 2),
        rng=SEED,
    ).study
    for table in ("organisations", "linkages"):
        frame = getattr(study, table)
        if folder.name.startswith("csv"):
            filled = [column.name for column in frame if column.null_count() < frame.height]
            frame.select(filled).write_csv(folder / f"{table}.csv")
        else:
            frame.write_parquet(folder / f"{table}.parquet")
    (folder / "complete").touch()


if __name__ == "__main__":
    _make(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
