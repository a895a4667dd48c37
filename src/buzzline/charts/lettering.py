"""How wide a text is, and where to break or shorten it, before anything is drawn.

Widths follow the metrics of Arial and Liberation Sans closely enough to lay out columns.
"""

from __future__ import annotations

from unicodedata import category, east_asian_width

FONT = "Liberation Sans, Arial, Helvetica, sans-serif"

_NARROW = frozenset("iljtfrI.,;:'|!()[]/\\ -")
_WIDE = frozenset("mwMWQOG@%&—…")


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Return about how many pixels `text` takes at a font size [px].

    Examples
    --------
    >>> text_width("ill", 12) < text_width("WWW", 12)
    True
    """
    return sum(_share_of_em(letter) for letter in text) * size * (1.08 if bold else 1.0)


def _share_of_em(letter: str) -> float:
    if letter in _NARROW:
        return 0.3
    if east_asian_width(letter) in {"W", "F"} or category(letter) == "So":
        return 1.0
    if letter in _WIDE:
        return 0.85
    if category(letter) in {"Mn", "Me", "Cf"}:
        return 0.0
    return 0.7 if letter.isupper() else 0.56


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Return `text` in lines no wider than `width` [px]; a longer word stays whole.

    Examples
    --------
    >>> wrapped("where ties of each layer lead", 90, 12)
    ['where ties of', 'each layer lead']
    """
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size, bold=bold) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def shortened(text: str, width: float, size: float) -> str:
    """Return `text`, cut with an ellipsis when it is wider than `width` [px].

    Control characters and line breaks become spaces.
    """
    unbroken = (" " if category(letter) in {"Cc", "Zl", "Zp"} else letter for letter in text)
    clean = " ".join("".join(unbroken).split())
    if not clean or text_width(clean, size) <= width:
        return clean
    while clean and text_width(f"{clean}…", size) > width:
        clean = clean[:-1]
    return f"{clean.rstrip()}…"
