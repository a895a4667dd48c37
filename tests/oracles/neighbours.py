"""Quadratic versions of what is counted around points: every pair, no cells."""

import numpy as np

from buzzline.space.points import distances_km


def apart(points):
    """All distances, a point's own to itself infinite."""
    found = distances_km(points)
    np.fill_diagonal(found, np.inf)
    return found


def relative_m(points, reference, km, *, neighbours=None, weight=None, kernel=None):
    """M with `kernel(r, d) = d <= r`, m with a smooth one."""
    neighbours = reference if neighbours is None else neighbours
    weight = np.ones(len(points)) if weight is None else weight
    kernel = (lambda r, d: d <= r) if kernel is None else kernel
    distance = apart(points)
    out = []
    for r in km:
        shares, overall = [], []
        for i in np.flatnonzero(reference):
            near = kernel(r, distance[i]).astype(float)
            near[i] = 0
            everybody = np.sum(near * weight)
            if everybody > 0:
                shares.append(np.sum((near * weight)[neighbours]) / everybody)
                own = weight[i] if neighbours[i] else 0.0
                overall.append((weight[neighbours].sum() - own) / (weight.sum() - weight[i]))
        out.append(sum(shares) / sum(overall) if sum(overall) else np.nan)
    return np.array(out)


def pairs_within(points, km):
    distance = apart(points)
    return np.array([(distance <= r).sum() / 2 for r in km])


def arc_share(x, y, radius, window, n=20_000):
    """Share of a circle inside a window, by looking at many points of it."""
    from buzzline.space.points import on_plane

    angle = (np.arange(n) + 0.5) * 2 * np.pi / n
    return window.holds(on_plane(x + radius * np.cos(angle), y + radius * np.sin(angle))).mean()


def shared_area(dx, dy, window, n=600):
    """Area of a window that its copy shifted by (dx, dy) covers too, by looking at many points."""
    from buzzline.space.points import on_plane

    (left, low), (right, high) = window.edges[:, :2].min(0), window.edges[:, :2].max(0)
    x, y = np.meshgrid(
        left + (np.arange(n) + 0.5) / n * (right - left),
        low + (np.arange(n) + 0.5) / n * (high - low),
    )
    here, there = on_plane(x.ravel(), y.ravel()), on_plane(x.ravel() - dx, y.ravel() - dy)
    return (window.holds(here) & window.holds(there)).mean() * (right - left) * (high - low)
