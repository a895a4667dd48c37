"""Spec: one chart as a Vega-Lite specification with its title and its alternative text.

Data are inlined, fonts have the same metrics everywhere (Liberation Sans is drawn where it is
missing by Arial or Helvetica), and rendering happens inside this process: nothing is fetched.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import vl_convert

from buzzline.charts.lettering import FONT, wrapped
from buzzline.charts.palette import INK, LINE, PAPER, QUIET_INK
from buzzline.errors import InvalidArgument
from buzzline.quantities import Ratio
from buzzline.tables.writing import atomically

VEGA_LITE = "6.4"  # specifications are written for this version and rendered with it
SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"  # a name, never fetched
WIDTH = 680
NARROWEST = 280
PADDING = 12
TITLE_SIZE, TEXT_SIZE, NOTE_SIZE = 15, 12, 11

CONFIG: dict[str, Any] = {
    "font": FONT,
    "aria": False,  # the picture as a whole carries the alternative text
    "view": {"stroke": None},
    "axis": {
        "domain": False, "ticks": False, "gridColor": LINE, "labelColor": QUIET_INK,
        "labelFontSize": NOTE_SIZE, "labelPadding": 6, "titleColor": QUIET_INK,
        "titleFontSize": NOTE_SIZE, "titleFontWeight": "normal", "titlePadding": 8,
    },
    "title": {
        "anchor": "start", "frame": "group", "color": INK, "fontSize": TITLE_SIZE,
        "lineHeight": 19, "subtitleColor": QUIET_INK, "subtitleFontSize": TEXT_SIZE,
        "subtitleLineHeight": 16, "subtitlePadding": 5, "offset": 12,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Spec:
    """A chart as data, and its pictures.

    Attributes
    ----------
    spec : dict
        Vega-Lite 6 specification with its data inside; finite numbers only.
    title : str
    alt : str
        What the chart shows, for whoever cannot see it.

    Examples
    --------
    >>> spec = Spec({"mark": "point", "data": {"values": [{}]}}, "One point", "A single point.")
    >>> spec.svg()[:4], spec.png(scale=1)[1:4]
    ('<svg', b'PNG')
    """

    spec: Mapping[str, Any]
    title: str
    alt: str

    def json(self) -> str:
        """Return the specification as JSON text."""
        return json.dumps(self.spec, ensure_ascii=False, allow_nan=False, indent=1) + "\n"

    def svg(self) -> str:
        """Return the picture as SVG; equal specifications give equal text."""
        drawn = vl_convert.vegalite_to_svg(
            dict(self.spec), vl_version=VEGA_LITE, allowed_base_urls=[]
        )
        label = f'<svg role="img" aria-label={quoteattr(self.alt)}'
        return _numbered_anew(drawn.replace("<svg", label, 1))

    def png(self, scale: Ratio = 2) -> bytes:
        """Return the picture as PNG, `scale` pixels for each pixel of the SVG."""
        return bytes(vl_convert.svg_to_png(self.svg(), scale=scale))

    def save(self, path: Path | str) -> Path:
        """Write .json, .svg or .png, whichever the name ends in, and return the path.

        Raises
        ------
        InvalidArgument
            Another ending.
        UnwritableOutput
            No room on the disk, or no permission.
        """
        target = Path(path)
        if target.suffix not in {".json", ".svg", ".png"}:
            raise InvalidArgument(
                f"Spec.save: a chart is saved as .json, .svg or .png, not {target.suffix!r}"
            )
        if target.suffix == ".png":
            content = self.png()
        else:
            content = (self.svg() if target.suffix == ".svg" else self.json()).encode()
        with atomically(target) as unfinished:
            unfinished.write_bytes(content)
        return target

    def __repr__(self) -> str:
        return f"Spec({self.title!r})"

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"image/svg+xml": self.svg(), "text/plain": f"{self.title}\n{self.alt}"}


def picture(
    body: Mapping[str, Any], *, title: str, subtitle: Sequence[str], alt: str, width: int
) -> Spec:
    """Return a finished chart around the marks in `body`.

    Parameters
    ----------
    body : dict
        What Vega-Lite needs beside title and looks: `layer` or `mark`, `data`, `height`.
    title, alt : str
    subtitle : sequence of str
        How to read it; each starts a line of its own and is wrapped to the width.
    width : int [px]
        Of the whole picture, margins included.
    """
    inner = width - 2 * PADDING
    lines = [line for text in subtitle for line in wrapped(text, inner, TEXT_SIZE)]
    head = {"text": wrapped(title, inner, TITLE_SIZE, bold=True), "subtitle": lines}
    spec = {
        "$schema": SCHEMA,
        "description": alt,
        "background": PAPER,
        "padding": PADDING,
        "title": head,
        "width": inner,
        **body,
        "config": CONFIG,
    }
    return Spec(finite(spec), title, alt)


def finite(value: Any) -> Any:
    """Return `value` with NaN and infinity as None, and floats with seven digits, in depth.

    Examples
    --------
    >>> finite({"ratio": [1 / 3, float("nan"), float("inf")]})
    {'ratio': [0.3333333, None, None]}
    """
    if isinstance(value, float):
        return float(f"{value:.7g}") if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return value


def _numbered_anew(svg: str) -> str:
    """Count ids of clips and gradients from 1: the renderer counts on from chart to chart."""
    found = dict.fromkeys(re.findall(r'\bid="((?:clip|gradient)\w+)"', svg))
    for number, name in enumerate(found, 1):
        svg = re.sub(rf'(id="|url\(#){name}(?=["\)])', rf"\g<1>part-{number}", svg)
    return svg
