"""Charts inside the page: inline, with names of their own, and asking nobody for anything."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from buzzline.charts import Spec

WIDE, NARROW = 760, 340

_ID = re.compile(r'\bid="([^"]+)"')
_SPOKEN = re.compile(r'\s(?:role|aria-[a-z]+)="[^"]*"')  # the picture speaks as a whole
_OUTSIDE = re.compile(
    r"""(?:href|src)\s*=\s*["'](?!#|data:)|@import|url\(\s*["']?(?!#|data:)"""
)


@dataclass(frozen=True, slots=True)
class Drawing:
    """One chart, drawn for a wide and for a narrow window; the style sheet shows one."""

    wide: str
    narrow: str
    title: str


def drawing(make: Callable[[int], Spec], prefix: str) -> Drawing:
    """Return a chart that can stand in a page beside others.

    Parameters
    ----------
    make : function of the width [px] that returns the chart
    prefix : str
        What its ids start with; unique in the page.

    Raises
    ------
    ValueError
        The picture refers to something outside the page: a mistake in buzzline.
    """
    wide, narrow = make(WIDE), make(NARROW)
    return Drawing(
        inlined(wide.svg(), f"{prefix}-wide", wide.alt),
        inlined(narrow.svg(), f"{prefix}-narrow", narrow.alt),
        wide.title,
    )


def inlined(svg: str, prefix: str, alt: str) -> str:
    """Return the SVG element with ids that start with `prefix` and a role for screen readers.

    Examples
    --------
    >>> inlined('<svg id="a"><use href="#a"/></svg>', "x", "A chart")
    '<svg role="img" aria-label="A chart" id="x-a"><use href="#x-a"/></svg>'
    """
    element = svg[svg.index("<svg") :]
    if _OUTSIDE.search(element):
        raise ValueError(f"the chart {prefix!r} refers to something outside the page")
    for name in sorted(set(_ID.findall(element)), key=len, reverse=True):
        own = f"{prefix}-{name}"
        element = element.replace(f'id="{name}"', f'id="{own}"')
        element = element.replace(f'"#{name}"', f'"#{own}"').replace(
            f"url(#{name})", f"url(#{own})"
        )
    quoted = alt.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    head, rest = element.split(">", 1)
    head, rest = _SPOKEN.sub("", head), _SPOKEN.sub("", rest)
    return f'<svg role="img" aria-label="{quoted}"{head[4:]}>{rest}'
