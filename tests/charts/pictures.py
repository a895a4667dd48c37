"""What stands where in a picture, read off its SVG."""

import re
from xml.etree import ElementTree

from buzzline.charts.lettering import text_width

SVG = "{http://www.w3.org/2000/svg}"


def texts(svg):
    """Return (text, left, right, top, bottom) of every text, by the estimated widths."""
    return [box for box in _walk(ElementTree.fromstring(svg), 0.0, 0.0) if box[0].strip()]


def _walk(element, x, y):
    dx, dy = _shift(element)
    x, y = x + dx, y + dy
    if element.tag == f"{SVG}text":
        size = float(element.get("font-size", "11px").removesuffix("px"))
        lines = [part.text or "" for part in element.iter(f"{SVG}tspan")] or [
            element.text or ""
        ]
        width = max(text_width(line, size) for line in lines)
        anchor = element.get("text-anchor", "start")
        left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
        height = size + (len(lines) - 1) * size * 1.2
        yield (" ".join(lines), left, left + width, y - 0.75 * size, y - 0.75 * size + height)
    for child in element:
        yield from _walk(child, x, y)


def _shift(element):
    found = re.findall(r"translate\(([-\d.e]+),([-\d.e]+)\)", element.get("transform", ""))
    return sum(float(a) for a, _ in found), sum(float(b) for _, b in found)


def overlaps(svg, slack=2.0):
    """Return pairs of texts whose boxes overlap by more than `slack` pixels both ways."""
    boxes = texts(svg)
    return [
        (a[0], b[0])
        for number, a in enumerate(boxes)
        for b in boxes[number + 1 :]
        if min(a[2], b[2]) - max(a[1], b[1]) > slack
        and min(a[4], b[4]) - max(a[3], b[3]) > slack
    ]


def size(svg):
    """Return width and height in pixels."""
    root = ElementTree.fromstring(svg)
    return float(root.get("width")), float(root.get("height"))
