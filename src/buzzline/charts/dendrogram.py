"""Trees of merges: leaves under each other, joined at the height at which they become one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from buzzline.charts.palette import ACCENT, OTHER_COLOUR


@dataclass(frozen=True, slots=True)
class Merge:
    """Two groups that become one; each is named by one of its leaves.

    Attributes
    ----------
    one, other : str
        The merged group goes by `one`.
    height : float
        At least that of either group.
    is_made : bool
        False is drawn dashed: what would come next.
    """

    one: str
    other: str
    height: float
    is_made: bool = True


def leaf_order(leaves: Sequence[str], merges: Sequence[Merge]) -> list[str]:
    """Return the leaves so that no two branches cross.

    Examples
    --------
    >>> leaf_order(["a", "b", "c"], [Merge("a", "c", 0.1), Merge("a", "b", 0.4)])
    ['a', 'c', 'b']
    """
    groups = {leaf: [leaf] for leaf in leaves}
    for merge in merges:
        groups[merge.one] += groups.pop(merge.other)
    return [leaf for group in groups.values() for leaf in group]


def branches(
    at: dict[str, float], merges: Sequence[Merge], start: float
) -> list[dict[str, Any]]:
    """Return the lines of a tree.

    Parameters
    ----------
    at : mapping of leaf to row
    merges : sequence of Merge
        In their order.
    start : float
        Where leaves begin; below all heights.

    Returns
    -------
    list of dict
        `x`, `x2` (heights), `y`, `y2` (rows), `dash`, `colour`.
    """
    place = {leaf: (start, row, True) for leaf, row in at.items()}
    lines = []
    for merge in merges:
        ends = [place[name] for name in (merge.one, merge.other)]
        height = merge.height
        lines += [_line((x, height), (y, y), is_made=merge.is_made) for x, y, _ in ends]
        rows = ends[0][1], ends[1][1]
        lines.append(_line((height, height), rows, is_made=merge.is_made))
        place[merge.one] = (height, sum(rows) / 2, merge.is_made)
    return lines


def tree_mark(lines: Sequence[dict[str, Any]], is_dashed: bool) -> dict[str, Any]:
    """Return the mark that draws the lines of a tree that are dashed, or those that are not."""
    style = {"strokeDash": [4, 3]} if is_dashed else {}
    return {
        "data": {"values": [line for line in lines if line["is_made"] != is_dashed]},
        "mark": {"type": "rule", "strokeWidth": 1.6, "strokeCap": "round", **style},
        "encoding": {
            "x": {"field": "x", "type": "quantitative"}, "x2": {"field": "x2"},
            "y": {"field": "y", "type": "quantitative"}, "y2": {"field": "y2"},
            "stroke": {"value": OTHER_COLOUR if is_dashed else ACCENT},
        },
    }  # fmt: skip


def _line(x: tuple[float, float], y: tuple[float, float], *, is_made: bool) -> dict[str, Any]:
    return {"x": x[0], "x2": x[1], "y": y[0], "y2": y[1], "is_made": is_made}
