"""Ways out of a cluster by plain loops over all paths, orders and draws."""

from itertools import combinations, pairwise

import networkx as nx


def graph_of(n, ends, weight):
    """The members and the outside (node n); parallel ties are added."""
    graph = nx.Graph()
    graph.add_nodes_from(range(n + 1))
    for (one, other), w in zip(ends, weight, strict=True):
        if one != other:
            before = graph.get_edge_data(one, other, {"weight": 0.0})["weight"]
            graph.add_edge(one, other, weight=before + w)
    return graph


def widest(graph, root, node):
    """The best of all simple paths, each as wide as its weakest tie."""
    paths = nx.all_simple_paths(graph, root, node)
    return max(
        (min(graph[a][b]["weight"] for a, b in pairwise(p)) for p in paths),
        default=0.0,
    )


def short_ways(graph, root, node):
    """The most paths of at most three ties of which no two share a node in between."""
    inner = [set(path[1:-1]) for path in nx.all_simple_paths(graph, root, node, cutoff=3)]
    for many in range(len(inner), 0, -1):
        for chosen in combinations(inner, many):
            if all(not (a & b) for a, b in combinations(chosen, 2)):
                return many
    return 0


def lost_without(graph, root, node):
    """How many other members the root cannot reach once a member is gone, that it could."""
    before = nx.node_connected_component(graph, root)
    left = graph.copy()
    left.remove_node(node)
    return len(before - nx.node_connected_component(left, root) - {node})


def largest_left(graph, order):
    """Largest component after each removal."""
    left = graph.copy()
    sizes = [max(map(len, nx.connected_components(left)), default=0)]
    for node in order:
        left.remove_node(node)
        sizes.append(max(map(len, nx.connected_components(left)), default=0))
    return sizes


def partial_likelihood(time, adopted, stratum, x, slope):
    """Log partial likelihood with Breslow ties, event by event."""
    from math import exp, log

    total = 0.0
    for i in range(len(time)):
        if not adopted[i]:
            continue
        risk = [
            exp(sum(b * v for b, v in zip(slope, x[j], strict=True)))
            for j in range(len(time))
            if stratum[j] == stratum[i] and time[j] >= time[i]
        ]
        total += sum(b * v for b, v in zip(slope, x[i], strict=True)) - log(sum(risk))
    return total
