"""What igraph, networkit or networkx take for the ties in a file: run by position_cases.

    python position_peers.py igraph|networkit|networkx ties.npy ORGANISATIONS

Uses nothing of buzzline, so that it runs with any Python that has the peer.
"""

import sys
import time

import numpy as np

SOURCES = 20
MOST_FOR_NETWORKX = 20_000  # ties


def told(name: str, step) -> None:
    wall, cpu = time.perf_counter(), time.process_time()
    answer = step()
    print(f"{name}: {time.perf_counter() - wall:.2f} s, {time.process_time() - cpu:.2f} CPU-s, "
          f"{answer}", flush=True)  # fmt: skip


def in_igraph(ends: np.ndarray, n: int) -> None:
    import igraph

    graph = igraph.Graph(n=n, edges=ends)
    told("igraph constraint", lambda: f"mean {np.nanmean(graph.constraint()):.8f}")
    told("igraph triangles of each", lambda: sum(graph.transitivity_local_undirected(
        mode="zero")) > 0)  # fmt: skip
    some = list(range(SOURCES))
    told(f"igraph betweenness from {SOURCES}",
         lambda: f"{sum(graph.betweenness(sources=some)):.4g}")  # fmt: skip


def in_networkit(ends: np.ndarray, n: int) -> None:
    import networkit

    graph = networkit.GraphFromCoo((ends[:, 0], ends[:, 1]), n=n)
    networkit.setNumberOfThreads(2)
    graph.indexEdges()

    def triangles() -> int:
        found = networkit.sparsification.TriangleEdgeScore(graph)
        found.run()
        return int(sum(found.scores()))

    told("networkit triangles of each tie (half of constraint)", triangles)
    told(
        f"networkit betweenness from {SOURCES}",
        lambda: sum(
            networkit.centrality.EstimateBetweenness(graph, SOURCES, False, True).run().scores()
        ),
    )


def in_networkx(ends: np.ndarray, n: int) -> None:
    import networkx

    if len(ends) > MOST_FOR_NETWORKX:
        print(f"networkx: only up to {MOST_FOR_NETWORKX:,} ties")
        return
    graph = networkx.Graph(ends.tolist())
    told("networkx constraint", lambda: _mean(networkx.constraint(graph)))
    told("networkx effective size", lambda: _mean(networkx.effective_size(graph)))


def _mean(values: dict) -> str:
    return f"mean {np.nanmean(list(values.values())):.8f}"


if __name__ == "__main__":
    run = {"igraph": in_igraph, "networkit": in_networkit, "networkx": in_networkx}[sys.argv[1]]
    try:
        run(np.load(sys.argv[2]), int(sys.argv[3]))
    except ImportError:
        print(f"{sys.argv[1]}: not installed")
