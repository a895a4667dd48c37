"""Signs: what one analysis says of one question about one cluster, in a form that compares.

A question has two ends and a middle. Each sign reads one of the three, or cannot tell; so signs
of different analyses can be held against each other.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isfinite
from typing import Literal

import polars as pl

from buzzline.quantities import Share

Reading = Literal["low", "middle", "high", "open"]

SIGN_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "theme": pl.String,
    "analysis": pl.String, "about": pl.String, "reading": pl.String, "says": pl.String,
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "p": pl.Float64, "n": pl.Int64, "n_needed": pl.Int64, "is_stable": pl.Boolean,
    "sentence": pl.String, "reason": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Theme:
    """One question about a cluster, with what its two ends and its middle are called.

    Attributes
    ----------
    name, question : str
    low, middle, high : str
    """

    name: str
    question: str
    low: str
    middle: str
    high: str

    def says(self, reading: Reading) -> str:
        """Return the words of a reading."""
        if reading == "open":
            return "cannot be told"
        return {"low": self.low, "middle": self.middle, "high": self.high}[reading]


SMALLEST = 0.001  # smaller numbers are not told apart
SCALES_ASKED = ("local", "regional", "national", "global")
_TIES = ("fewer than expected", "as many as expected", "more than expected")
THEMES = (
    *(
        Theme(f"{scale} ties", f"Has it the {scale} ties that size, distance and borders give?",
              *_TIES)
        for scale in SCALES_ASKED
    ),
    Theme("who carries the outside", "Do gatekeepers carry its ties outside?",
          "less than their number of ties gives", "as their number of ties gives",
          "more than their number of ties gives"),
    Theme("what breaks", "Does it rest on a few organisations?",
          "it rests on a few", "as much as chance gives", "others can step in"),
    Theme("reach through few", "Does its reach outside hang on a tenth of the members tied "
          "inside and outside?", "more than a tenth of it", "a tenth of it",
          "no more than a tenth of it"),
    Theme("holding together", "Does it hold together when the best tied leave?",
          "less than its ties dealt anew", "as its ties dealt anew would",
          "better than its ties dealt anew"),
    Theme("distant pipelines", "Has it the pipelines that organisations like its members have?",
          "fewer than others", "as many as others", "more than others"),
    Theme("similar clusters", "Do its deals reach other clusters of its industry?",
          "less than others of its industry", "as others of its industry",
          "more than others of its industry"),
    Theme("owners abroad", "Do its global ties hang on one owner?",
          "on one owner", "on few owners", "on many owners"),
    Theme("buzz and pipelines", "Do local buzz and pipelines stimulate each other?",
          "they replace each other", "neither can be seen", "they stimulate each other"),
    Theme("horizontal dimension", "Are there many different rivals to watch?",
          "low among those compared", "in the middle", "high among those compared"),
    Theme("vertical dimension", "Are suppliers and customers there?",
          "low among those compared", "in the middle", "high among those compared"),
    Theme("institutional dimension", "Are there common institutions?",
          "low among those compared", "in the middle", "high among those compared"),
    Theme("external dimension", "Is it open to the outside?",
          "low among those compared", "in the middle", "high among those compared"),
    Theme("power dimension", "Is it concentrated in a few hands?",
          "low among those compared", "in the middle", "high among those compared"),
)  # fmt: skip
_NAMED = {theme.name: theme for theme in THEMES}


def theme_named(name: str) -> Theme:
    """Return a theme.

    Examples
    --------
    >>> theme_named("global ties").low
    'fewer than expected'
    """
    return _NAMED[name]


@dataclass(frozen=True, slots=True)
class Sign:
    """What one analysis says of one theme of one cluster.

    Attributes
    ----------
    cluster_id, label, industry, theme : str
    analysis, about : str
        `about` says of which layer, yardstick or measure.
    reading : "low", "middle", "high" or "open"
    value, low, high : float or None
        None where there is no number, or no interval.
    level : share or None
    p : float or None
        Adjusted for the number of questions where the analysis does so.
    n, n_needed : int or None
        What it rests on, and how much would tell.
    is_stable : bool or None
        Whether it stays when choices are moved; None where that was not tried.
    sentence, reason : str
        With its numbers; why it cannot tell.
    """

    cluster_id: str
    label: str
    industry: str
    theme: str
    analysis: str
    about: str
    reading: Reading
    sentence: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    level: Share | None = None
    p: float | None = None
    n: int | None = None
    n_needed: int | None = None
    is_stable: bool | None = None
    reason: str = ""


def signs_table(signs: Iterable[Sign]) -> pl.DataFrame:
    """Return one row a sign, in the order given."""
    rows = [
        (
            s.cluster_id, s.label, s.industry, s.theme, s.analysis, s.about, s.reading,
            theme_named(s.theme).says(s.reading), s.value, s.low, s.high, s.level, s.p, s.n,
            s.n_needed, s.is_stable, s.sentence, s.reason,
        )
        for s in signs
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=SIGN_SCHEMA, orient="row")


def reading_of(low: float | None, high: float | None, *, at: float = 0.0) -> Reading:
    """Return on which side of a value an interval lies; "middle" where it holds it.

    Examples
    --------
    >>> reading_of(-2.0, -1.0), reading_of(-1.0, 1.0), reading_of(None, 1.0)
    ('low', 'middle', 'open')
    """
    if low is None or high is None or not (isfinite(low) and isfinite(high)):
        return "open"
    return "low" if high < at else "high" if low > at else "middle"


def short(number: float) -> str:
    """Return a number with two significant digits, without exponents.

    Examples
    --------
    >>> short(1.0), short(0.0573), short(12.4), short(12345.6), short(0.00003)
    ('1.0', '0.057', '12', '12,346', 'below 0.001')
    """
    if 0 < abs(number) < SMALLEST:
        return f"below {SMALLEST:g}" if number > 0 else f"above -{SMALLEST:g}"
    if abs(number) >= 10 or number == 0:
        return f"{number:,.0f}"
    return f"{number:#.2g}"
