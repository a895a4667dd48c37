"""Where the deals of a cluster go: signs of the direction of investment."""

from __future__ import annotations

from typing import Any

from buzzline.diagnosis.signs import Reading, Sign, short
from buzzline.investment.direction import InvestmentDirection

SIMILAR = "similar clusters"


def signs_of_direction(found: InvestmentDirection) -> list[Sign]:
    """Return a sign a cluster: whether its deals reach other clusters of its industry.

    Parameters
    ----------
    found : InvestmentDirection
    """
    return [_of_direction(row) for row in found.clusters.iter_rows(named=True)]


def _of_direction(row: dict[str, Any]) -> Sign:
    head = (row["cluster_id"], row["label"], row["industry"], SIMILAR, "investment_direction",
            "deals of the same country and industry from elsewhere")  # fmt: skip
    value, expected, q = row["value"], row["expected"], row["q"]
    if value is None or expected is None or q is None:
        return Sign(*head, "open", n=row["n"], reason=row["status"])
    beyond = q <= 1 - row["level"] and value > expected
    among = "" if row["low"] is None else f" [{row['low']:.0%}, {row['high']:.0%}]"
    reading: Reading = "high" if beyond else "open"
    return Sign(
        *head, reading,
        sentence=f"{value:.0%}{among} of {row['n']:,} deals that leave it land in another "
        f"cluster of its industry, {expected:.1%} of buyers like its own at random",
        value=value, low=row["low"], high=row["high"], level=row["level"], p=q, n=row["n"],
        n_needed=row["needed"],
        reason="" if beyond else (
            "no more deals reach such clusters than of others of its country and industry "
            f"(p = {short(q)}): {value:.0%} against {expected:.1%}"
        ),
    )  # fmt: skip
