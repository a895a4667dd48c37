"""What peers take for the steps they have; run by the Python that has them.

    PYTHON delineation_peers.py fast_hdbscan|networkit FOLDER

fast_hdbscan: dense places of one industry. networkit: communities (Leiden, parallel) and
PageRank over all ties; neither knows of distance, of chance, or of clusters to start from.
"""

import os
import sys
import time
from pathlib import Path

import numpy as np
import polars as pl


def said(name: str, step, n: int) -> None:
    step()  # compiles
    wall, cpu = time.perf_counter(), time.process_time()
    answer = step()
    print(f"{name}: {time.perf_counter() - wall:.2f} s, {time.process_time() - cpu:.2f} CPU-s, "
          f"n = {n:,}, {answer} (load {os.getloadavg()[0]:.1f})", flush=True)  # fmt: skip


def fast_hdbscan(folder: Path) -> None:
    from fast_hdbscan import HDBSCAN

    at = pl.read_parquet(folder / "organisations.parquet").filter(
        pl.col("industry") == "optics", pl.col("longitude").is_not_null()
    )
    middle = np.radians(at["latitude"].mean())
    xy = 111.195 * np.column_stack([at["longitude"] * np.cos(middle), at["latitude"]])
    xy = np.ascontiguousarray(xy + np.random.default_rng(1).normal(0, 1e-6, xy.shape))

    def step():
        label = HDBSCAN(min_cluster_size=max(20, len(xy) // 1000)).fit_predict(xy)
        return f"{label.max() + 1} clusters"

    said("fast_hdbscan, one industry", step, len(xy))


def networkit(folder: Path) -> None:
    import networkit as nk

    nk.setNumberOfThreads(2)
    ids = pl.read_parquet(folder / "organisations.parquet", columns=["org_id"])
    ties = pl.read_parquet(folder / "linkages.parquet", columns=["source", "target"])
    number = ids.with_row_index("row")
    ends = [
        ties.join(number, left_on=end, right_on="org_id", how="left", maintain_order="left")[
            "row"
        ]
        .to_numpy()
        .astype(np.uint64)
        for end in ("source", "target")
    ]
    graph = nk.GraphFromCoo((np.ones(len(ends[0])), tuple(ends)), n=ids.height, weighted=True)

    def leiden():
        found = nk.community.ParallelLeiden(graph)
        found.run()
        return f"{found.getPartition().numberOfSubsets():,} communities"

    def pagerank():
        nk.centrality.PageRank(graph, damp=0.85, tol=1e-8).run()
        return "from everybody"

    said("networkit Leiden, all ties", leiden, ids.height)
    said("networkit PageRank, all ties, once", pagerank, ids.height)


if __name__ == "__main__":
    {"fast_hdbscan": fast_hdbscan, "networkit": networkit}[sys.argv[1]](Path(sys.argv[2]))
