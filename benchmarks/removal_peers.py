"""What peers take for removal curves; run by the Python that has them.

    PYTHON removal_peers.py networkit|igraph FILE

Neither has a removal curve: as one would write it, the components of what is left are found
again at each of twenty points. FILE holds the ties and the order in which nodes leave.
"""

import os
import sys
import time

import numpy as np

POINTS = 20


def said(name: str, load, step) -> None:
    graph = load()
    wall, cpu = time.perf_counter(), time.process_time()
    answer = step(graph)
    print(f"{name}: {time.perf_counter() - wall:.2f} s, {time.process_time() - cpu:.2f} CPU-s, "
          f"{answer} (load {os.getloadavg()[0]:.1f})", flush=True)  # fmt: skip


def networkit(source, target, order) -> None:
    import networkit as nk

    nk.setNumberOfThreads(2)
    n = order.size
    ones = np.ones(source.size)
    at = np.linspace(0, n, POINTS, endpoint=False).astype(int)

    def load():
        ends = source.astype(np.uint64), target.astype(np.uint64)
        return nk.GraphFromCoo((ones, ends), n=n)

    def step(graph):
        sizes, gone = [], 0
        for q in at:
            for node in order[gone:q].tolist():
                graph.removeNode(node)
            gone = q
            found = nk.components.ConnectedComponents(graph)
            found.run()
            sizes.append(max(found.getComponentSizes().values()))
        return sum(sizes)

    said(f"networkit {nk.__version__}, {POINTS} points", load, step)


def igraph(source, target, order) -> None:
    import igraph as ig

    n = order.size
    at = np.linspace(0, n, POINTS, endpoint=False).astype(int)

    def load():
        return ig.Graph(n=n, edges=np.column_stack([source, target]))

    def step(graph):
        sizes = []
        for q in at:
            rest = graph.induced_subgraph(order[q:].tolist())
            sizes.append(max(rest.connected_components().sizes()))
        return sum(sizes)

    said(f"igraph {ig.__version__}, {POINTS} points", load, step)


if __name__ == "__main__":
    with np.load(sys.argv[2]) as arrays:
        ties = arrays["source"], arrays["target"], arrays["order"]
    {"networkit": networkit, "igraph": igraph}[sys.argv[1]](*ties)
