"""Curves of power, drawn as one picture for the documentation."""

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import polars as pl
from scipy.stats import binomtest

COLOURS = ("#9ecae1", "#4292c6", "#08306b")
WIDTH, HEIGHT, LEFT, TOP, PANEL, TALL = 960, 300, 56, 44, 250, 190
Points = Mapping[str, Sequence[tuple[int, int]]]


def draw(path: Path, panels: Sequence[tuple[str, Sequence[str], Points]]) -> None:
    """Write panels of curves: title, labels of the axis, and hits and tries of each curve."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#222">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    for number, (title, labels, points) in enumerate(panels):
        parts += _panel(LEFT + number * (PANEL + 50), title, labels, points)
    path.write_text("\n".join([*parts, "</svg>\n"]), encoding="utf-8")


def _panel(left: float, title: str, labels: Sequence[str], points: Points) -> list[str]:
    def at(position: float, share: float) -> tuple[float, float]:
        step = PANEL / max(len(labels) - 1, 1)
        return left + position * step, TOP + TALL * (1 - share)

    out = [f'<text x="{left}" y="{TOP - 16}" font-weight="bold">{escape(title)}</text>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        x, y = at(0, share)
        out.append(f'<path d="M{x:.0f} {y:.1f}h{PANEL}" stroke="#ddd"/>')
        out.append(
            f'<text x="{x - 6:.0f}" y="{y + 4:.1f}" text-anchor="end">{share:.0%}</text>'
        )
    for position, label in enumerate(labels):
        x, y = at(position, 0)
        text = escape(label)
        out.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{text}</text>')
    for order, (colour, (name, pairs)) in enumerate(zip(COLOURS, points.items(), strict=True)):
        way = []
        for position, (hits, n) in enumerate(pairs):
            low, high = binomtest(hits, n).proportion_ci(method="wilson")
            x, y = at(position, hits / n)
            way.append(f"{x:.1f} {y:.1f}")
            ends = f"M{x:.1f} {at(0, low)[1]:.1f}V{at(0, high)[1]:.1f}"
            out.append(f'<path d="{ends}" stroke="{colour}"/>')
            out.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
        line = "L".join(way)
        out.append(f'<path d="M{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        x, y = left + 8 + order * 80, TOP + TALL + 44
        out.append(f'<circle cx="{x}" cy="{y}" r="3.5" fill="{colour}"/>')
        out.append(f'<text x="{x + 8}" y="{y + 4}">{escape(name)}</text>')
    return out


def hits_of(
    found: pl.DataFrame, by: str, verdict: str, sizes: Sequence[int]
) -> tuple[list[str], Points]:
    """Return labels of the axis, and the hits and tries of each size."""
    values = sorted(found[by].unique())
    points = {}
    for n in sizes:
        parts = [found.filter(pl.col(by) == value, organisations=n) for value in values]
        points[f"{n:,}"] = [
            (part.filter(verdict=verdict).height, part.height) for part in parts
        ]
    return [f"{value:g}" for value in values], points
