"""The colours of every picture, said once: charts, map, network and report read them here.

Near is warm, far is cold, and the ends of the ladder are darker than its middle, so that the
four scales differ in lightness as well as in hue. The smallest distance between two of them is
0.17 in OKLab for normal, deuteranopic and protanopic sight alike, and each has a contrast of at
least 3 to 1 against white; `tests/report/test_palette.py` holds both.
"""

from __future__ import annotations

from buzzline.space.scales import UNKNOWN_SCALE

SCALE_COLOUR: dict[str, str] = {
    "local": "#A63603",
    "regional": "#BC8800",
    "national": "#1E92D2",
    "global": "#332288",
    UNKNOWN_SCALE: "#767676",
}

VERDICT_COLOUR: dict[str, str] = {
    "missing": "#8C2D6B",
    "excess": "#00695C",
    "as expected": "#4A5560",
    "not enough links": "#767676",
}

VERDICT_MARK: dict[str, str] = {
    "missing": "▼",
    "excess": "▲",
    "as expected": "●",
    "not enough links": "○",
}

CATEGORY_COLOURS: tuple[str, ...] = (
    "#0072B2", "#D55E00", "#007A5E", "#A23B72", "#8A6D00", "#3D5A98", "#7A4B2A", "#00798C",
)  # fmt: skip

# What chance gives is grey; above it is warm, below it cold, and triangles say the same.
BAND_COLOUR = "#E3E8ED"
INNER_BAND_COLOUR = "#C5CED8"
ABOVE_COLOUR = "#A63603"
BELOW_COLOUR = "#0B5FA5"

# From little to much in even steps of lightness, so that it survives grey and any sight.
RAMP_COLOURS: tuple[str, ...] = (
    "#EAF1F7", "#C3D9EA", "#92BADA", "#5C96C4", "#2B6BA3", "#0A3D6B",
)  # fmt: skip

OTHER_COLOUR = "#7A8188"
INK = "#1F2933"
QUIET_INK = "#52606D"
LINE = "#D5DBE1"
PAPER = "#FFFFFF"
SEA = "#F3F7FA"
LAND = "#E4E8EB"
BORDER = "#FFFFFF"
ACCENT = "#0B4F8A"


def category_colours(categories: list[str]) -> dict[str, str]:
    """Return a colour for each category, in order; those past the palette share one grey.

    Examples
    --------
    >>> category_colours(["wine", "tiles"])
    {'wine': '#0072B2', 'tiles': '#D55E00'}
    """
    named = dict(zip(categories, CATEGORY_COLOURS, strict=False))
    return {category: named.get(category, OTHER_COLOUR) for category in categories}
