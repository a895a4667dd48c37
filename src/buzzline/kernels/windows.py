"""How much of a circle, and of a shifted copy, lies inside a window of straight edges.

A window is (m, 4) float64: edges from (x0, y0) to (x1, y1), the inside on their left. Both sums
run over edges with a sign, so holes and several parts need no case of their own, and nothing
has to be sorted or clipped.
"""

from math import atan2, hypot, pi, sqrt

import numpy as np

from buzzline.kernels import kernel


@kernel
def boundary_distances(xyz, edges):
    """Return the distance of each point from the nearest edge. (n,) float64. O(n x m) time."""
    out = np.empty(xyz.shape[0])
    for i in range(xyz.shape[0]):
        nearest = np.inf
        for e in range(edges.shape[0]):
            ax, ay = edges[e, 0], edges[e, 1]
            ux, uy = edges[e, 2] - ax, edges[e, 3] - ay
            px, py = xyz[i, 0] - ax, xyz[i, 1] - ay
            t = min(1.0, max(0.0, (px * ux + py * uy) / (ux * ux + uy * uy)))
            nearest = min(nearest, hypot(px - t * ux, py - t * uy))
        out[i] = nearest
    return out


@kernel
def insides(xyz, edges):
    """Tell which points are inside, by the parity of edges to the right. (n,) bool."""
    out = np.zeros(xyz.shape[0], np.bool_)
    for i in range(xyz.shape[0]):
        x, y = xyz[i, 0], xyz[i, 1]
        is_inside = False
        for e in range(edges.shape[0]):
            ay, by = edges[e, 1], edges[e, 3]
            if (ay > y) != (by > y):
                crossing = edges[e, 0] + (y - ay) / (by - ay) * (edges[e, 2] - edges[e, 0])
                if crossing > x:
                    is_inside = not is_inside
        out[i] = is_inside
    return out


@kernel
def turn(ax, ay, bx, by):
    """Return the angle from one direction to another, anticlockwise positive."""
    return atan2(ax * by - ay * bx, ax * bx + ay * by)


@kernel
def arc_inside(x, y, radius, edges):
    """Return the share of the circle around a point of the window that lies inside it.

    A point of the circle is inside when one edge more leaves than enters further out in its
    direction, so the share is the sum of the signed angles of all edges beyond the circle.
    """
    total = 0.0
    for e in range(edges.shape[0]):
        ax, ay = edges[e, 0] - x, edges[e, 1] - y
        bx, by = edges[e, 2] - x, edges[e, 3] - y
        ux, uy = bx - ax, by - ay
        # t: where along the edge the circle is met
        square, half = ux * ux + uy * uy, ax * ux + ay * uy
        under = half * half - square * (ax * ax + ay * ay - radius * radius)
        if under <= 0.0:
            total += turn(ax, ay, bx, by)
            continue
        root = sqrt(under)
        enter, leave = (-half - root) / square, (-half + root) / square
        if leave <= 0.0 or enter >= 1.0:
            total += turn(ax, ay, bx, by)
            continue
        if enter > 0.0:
            total += turn(ax, ay, ax + enter * ux, ay + enter * uy)
        if leave < 1.0:
            total += turn(ax + leave * ux, ay + leave * uy, bx, by)
    return total / (2.0 * pi)


@kernel
def below_line(left, right, low, level, slope):
    """Return the integral of max(0, level + slope x - low) over x from left to right."""
    start, stop = level + slope * left - low, level + slope * right - low
    if start <= 0.0 and stop <= 0.0:
        return 0.0
    if start >= 0.0 and stop >= 0.0:
        return 0.5 * (start + stop) * (right - left)
    width = (right - left) / abs(stop - start)
    top = max(start, stop)
    return 0.5 * top * top * width


@kernel
def overlap(dx, dy, edges):
    """Return the area of a window that a copy shifted by (dx, dy) covers too.

    Every window is a signed sum of strips between an edge and a base line below all edges; two
    strips overlap in what lies under both lines. Exact. O(m^2) time.
    """
    base = edges[:, 1].min()
    low = max(base, base + dy)
    total = 0.0
    for e in range(edges.shape[0]):
        ax, bx = edges[e, 0], edges[e, 2]
        if ax == bx:
            continue
        sign = 1.0 if ax > bx else -1.0
        slope = (edges[e, 3] - edges[e, 1]) / (bx - ax)
        level = edges[e, 1] - slope * ax
        left, right = min(ax, bx), max(ax, bx)
        for f in range(edges.shape[0]):
            cx, ex = edges[f, 0] + dx, edges[f, 2] + dx
            if cx == ex:
                continue
            start, stop = max(left, min(cx, ex)), min(right, max(cx, ex))
            if stop <= start:
                continue
            other = (edges[f, 3] - edges[f, 1]) / (ex - cx)
            height = edges[f, 1] + dy - other * cx
            both = sign if cx > ex else -sign
            # where the lines cross, the lower one changes
            middle = start
            if slope != other:
                middle = min(stop, max(start, (height - level) / (slope - other)))
            for first, last in ((start, middle), (middle, stop)):
                if last > first:
                    at = 0.5 * (first + last)
                    if level + slope * at <= height + other * at:
                        total += both * below_line(first, last, low, level, slope)
                    else:
                        total += both * below_line(first, last, low, height, other)
    return total
