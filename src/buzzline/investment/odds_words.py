"""What may and what may not be concluded from the odds of deals, in a sentence or three."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.wording import plural

POOLED = "nothing"


def sentence(
    ratios: pl.DataFrame, needed: pl.DataFrame, *, rule: str, held: str, across: str
) -> str:
    """Return the answer: pooled, held, and what follows.

    Parameters
    ----------
    ratios, needed : DataFrame
        Of the record.
    rule, held : str
        What the answer goes by.
    across : str
    """
    own = ratios.filter(pl.col("similar") == rule)
    pooled, within = (_row(own, some, "risk ratio") for some in (POOLED, held))
    which = "across borders " if across == "borders" else ""
    if not pooled or pooled["value"] is None:
        why = pooled["status"] if pooled else "not testable: no deal with both ends known"
        return (
            f"Whether deals {which}from clusters land in similar ones: {why}.{_needs(needed)}"
        )
    odds = _row(own, POOLED, "odds ratio")
    said = (
        f"Deals {which}from clusters land in a similar cluster ({rule}) "
        f"{_times(pooled)} as often as other deals ({plural(pooled['n'], 'deal')} of "
        f"{plural(pooled['n_groups'], 'group')}{_as_odds(odds)})"
    )
    if not within or held == POOLED:
        return (
            f"{said}; investors of different industries were not told apart, so this is a "
            f"description.{_needs(needed)}"
        )
    if within["value"] is None:
        return f"{said}; held {_name(held)}: {within['status']}.{_needs(needed)}"
    return f"{said}; compared within {_name(held)}, {_times(within)}{_p(within)}. " + _follows(
        pooled, within, needed
    )


def _follows(pooled: dict[str, Any], within: dict[str, Any], needed: pl.DataFrame) -> str:
    unknown = ("not testable", "no upper", "no end")
    if within["status"].startswith(unknown) and not _clear(within):
        return f"Nothing can be concluded: {within['status']}.{_needs(needed)}"
    if _clear(within):
        more = "likelier" if within["value"] > 1 else "less likely"
        e = within["e_value_low"]
        left = (
            f"; something left out, {e:.1f} times commoner among them and making it {e:.1f} "
            "times likelier, would explain even the end of the interval"
            if e
            else ""
        )
        return (
            f"It may be concluded that deals from clusters are {more} to land in a similar one "
            "than deals of the same industry from elsewhere; not that being in a cluster is "
            f"why{left}."
        )
    if within["p"] is not None and within["p"] <= 1 - within["level"] + 1e-12:
        return (
            f"This is at the edge of what chance gives; nothing can rest on it.{_needs(needed)}"
        )
    if _clear(pooled):
        return (
            "It may not be concluded that deals from clusters seek similar ones: industries "
            "that cluster do so at both ends, and what is beyond that is not more than chance "
            f"gives.{_needs(needed)}"
        )
    return f"No difference is shown, which is not to show that there is none.{_needs(needed)}"


def _clear(row: dict[str, Any]) -> bool:
    """Tell whether interval and test both leave 1 out."""
    apart = (row["low"] or 0) > 1 or (row["high"] is not None and row["high"] < 1)
    return apart and row["p"] is not None and row["p"] <= 1 - row["level"] + 1e-12


def _row(ratios: pl.DataFrame, held: str, measure: str) -> dict[str, Any]:
    found = ratios.filter((pl.col("held") == held) & (pl.col("measure") == measure))
    return found.row(0, named=True) if found.height else {}


def _times(row: dict[str, Any]) -> str:
    high = "no upper end" if row["high"] is None else f"{row['high']:.2f}"
    if row["low"] is None:
        return f"{row['value']:.2f} times"
    if row["high"] is None and not row["low"]:
        return f"{row['value']:.2f} times [no end either way]"
    return f"{row['value']:.2f} times [{row['low']:.2f}, {high}]"


def _as_odds(row: dict[str, Any]) -> str:
    if not row or row["value"] is None:
        return ""
    return f"; as odds {row['value']:.2f} times"


def _p(row: dict[str, Any]) -> str:
    return "" if row["p"] is None else f" (p = {row['p']:.2g})"


def _name(held: str) -> str:
    return held


def _needs(needed: pl.DataFrame) -> str:
    known = needed.filter(pl.col("n_needed").is_not_null() & (pl.col("ratio") <= 2))
    if not known.height:
        return ""
    row = known.row(0, named=True)
    return (
        f" To show {row['ratio']:g} times takes about {row['n_needed']:,} deals of groups as "
        f"alike as these; {row['n']:,} can be compared."
    )
