"""Findings: all signs on one question about a cluster, agreed or not, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

import polars as pl

from buzzline.diagnosis.settling import BY_CHANCE, layer_of, settled_by
from buzzline.diagnosis.signs import SCALES_ASKED, THEMES, Reading, Sign, short, theme_named
from buzzline.quantities import Share
from buzzline.wording import plural

SURE, LIKELY, WEAK, DISPUTED, OPEN = "firm", "likely", "weak", "disputed", "open"
BOTH_WAYS = "signs point both ways"
MIXED = "fewer in some layers, more in others"
CONFIDENCE_MEANING = {
    SURE: "all signs that can tell agree, and none changes when the choices behind it do",
    LIKELY: "all signs that can tell agree, but one of them changes, or it was not tried",
    WEAK: "some signs say so, others see nothing out of the way; or layers of ties differ",
    DISPUTED: "signs contradict each other",
    OPEN: "no sign can tell",
}
FINDING_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "theme": pl.String,
    "question": pl.String, "answer": pl.String, "confidence": pl.String,
    "n_signs": pl.Int64, "n_low": pl.Int64, "n_middle": pl.Int64, "n_high": pl.Int64,
    "n_open": pl.Int64, "evidence": pl.String, "against": pl.String, "settled_by": pl.String,
    "low_in": pl.String, "middle_in": pl.String, "high_in": pl.String, "reason": pl.String,
}  # fmt: skip
READINGS: tuple[Reading, ...] = ("low", "middle", "high", "open")
SAID = 3  # sentences of signs in a finding
TIES = tuple(f"{scale} ties" for scale in SCALES_ASKED)
_ORDER = {theme.name: number for number, theme in enumerate(THEMES)}


def beyond_chance(signs: Sequence[Sign], *, level: Share) -> list[Sign]:
    """Return signs, those at an end of their question that chance could give made open.

    Parameters
    ----------
    signs : sequence of Sign
    level : share
        A sign with a p above 1 - level cannot tell; what it says stays in its sentence.

    Examples
    --------
    >>> sign = Sign("c", "Prato", "textiles", "global ties", "scale_balance", "", "low", p=0.2)
    >>> beyond_chance([sign], level=0.95)[0].reason
    'among so many comparisons chance gives one like it: p = 0.20'
    """
    return [
        replace(sign, reading="open", reason=f"{BY_CHANCE}: p = {short(sign.p)}")
        if sign.reading in ("low", "high") and sign.p is not None and sign.p > 1 - level
        else sign
        for sign in signs
    ]


def findings_of(signs: Sequence[Sign]) -> pl.DataFrame:
    """Return one row a cluster and theme.

    Parameters
    ----------
    signs : sequence of Sign
        Clusters in the order in which they are to stand.

    Returns
    -------
    DataFrame
        Columns of `FINDING_SCHEMA`; `confidence` as in `CONFIDENCE_MEANING`.
    """
    rank = {sign.cluster_id: number for number, sign in enumerate(reversed(signs))}
    ordered = sorted(signs, key=lambda s: (-rank[s.cluster_id], _ORDER[s.theme]))
    rows = [
        _finding(list(group))
        for _, group in groupby(ordered, key=lambda s: (s.cluster_id, s.theme))
    ]
    return pl.DataFrame(rows, schema=FINDING_SCHEMA, orient="row")


def _finding(signs: list[Sign]) -> tuple[object, ...]:
    first = signs[0]
    theme = theme_named(first.theme)
    by_reading: dict[Reading, list[Sign]] = {
        reading: [sign for sign in signs if sign.reading == reading] for reading in READINGS
    }
    answer, confidence = _weighed(by_reading)
    backing = by_reading[answer] if answer != "open" else []
    told = [sign for sign in signs if sign.reading != "open"]
    rest = [sign for sign in told if sign not in backing]
    both = bool(by_reading["low"] and by_reading["high"]) and confidence == WEAK
    words = BOTH_WAYS if confidence == DISPUTED else MIXED if both else theme.says(answer)
    unsettled = "" if confidence in (SURE, LIKELY) else _settled(signs, confidence)
    reasons = dict.fromkeys(sign.reason for sign in signs if sign.reading == "open")
    counts = (len(by_reading[reading]) for reading in READINGS)
    return (
        first.cluster_id, first.label, first.industry, theme.name, theme.question, words,
        confidence, len(signs), *counts,
        _said(backing or told), _said(rest) if backing else "", unsettled,
        *(_layers(by_reading[reading]) for reading in READINGS[:3]),
        "; ".join(reason for reason in reasons if reason),
    )  # fmt: skip


def _weighed(by_reading: dict[Reading, list[Sign]]) -> tuple[Reading, str]:
    """Return the reading of a theme and how sure it is."""
    low, middle, high = (by_reading[name] for name in ("low", "middle", "high"))
    if not low and not middle and not high:
        return "open", OPEN
    if low and high:
        return ("low", WEAK) if _of_different_layers(low, high) else ("open", DISPUTED)
    pole: Reading = "low" if low else "high"
    signs = low or high
    if signs and middle:
        return pole, WEAK
    if not signs:
        pole, signs = "middle", middle
    moved = [sign.is_stable for sign in signs]
    is_sure = False not in moved and (len(signs) > 1 or True in moved)
    return pole, SURE if is_sure else LIKELY


def _of_different_layers(low: Sequence[Sign], high: Sequence[Sign]) -> bool:
    """Tell whether signs are of ties of different layers: different questions, no dispute."""
    if low[0].theme not in TIES:
        return False
    return not {layer_of(sign) for sign in low} & {layer_of(sign) for sign in high}


def _layers(signs: Sequence[Sign]) -> str:
    if not signs or signs[0].theme not in TIES:
        return ""
    return ", ".join(dict.fromkeys(layer_of(sign) for sign in signs))


def _settled(signs: Sequence[Sign], confidence: str) -> str:
    """Return what would tell; empty where only some of the signs see nothing."""
    is_open = any(sign.reading == "open" for sign in signs)
    return settled_by(signs) if is_open or confidence in (OPEN, DISPUTED) else ""


def _said(signs: Sequence[Sign]) -> str:
    """Return the sentences of signs, those with most behind them first."""
    first = sorted(signs, key=lambda sign: -(sign.n or 0))
    said = "; ".join(sign.sentence for sign in first[:SAID] if sign.sentence)
    more = len(signs) - SAID
    return f"{said}; and {plural(more, 'further sign')}" if more > 0 else said
