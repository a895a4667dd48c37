"""What the balance says of a cluster's ties at each scale: a sign a layer."""

from __future__ import annotations

from math import exp
from typing import Any

import polars as pl

from buzzline.diagnosis.signs import SCALES_ASKED, Reading, Sign, short
from buzzline.linkages.balance import ScaleBalance

YARDSTICKS = {
    "G2": "what size, distance and borders give",
    "G1": "what size and distance give",
}  # the first that could be fitted is taken, the next one is said beside it
READINGS: dict[str, Reading] = {
    "missing": "low", "as expected": "middle", "excess": "high", "not enough links": "open",
}  # fmt: skip
NOT_COMPARED = "its ties were held against nothing in this run"
MAKER = "scale_balance"
MOST = 0.5  # share expected of one scale above which too few of it look like too many others
NOTABLE = 1.25  # as in the verdicts of the balance
TOO_UNCERTAIN = "the yardstick is too uncertain"
ALIKE = (
    "ties are compared as shares, and most are of this scale: too few of them and too many of "
    "all others look alike; numbers of ties over the years would tell"
)


def signs_of_balance(balance: ScaleBalance) -> list[Sign]:
    """Return a sign a cluster, scale and layer.

    The yardstick is G2 (size, distance and borders) where it could be fitted, else G1. Without
    borders almost every cluster looks short of global ties and rich in national ones; a verdict
    that G1 does not share is not stable. Ties are compared as shares of all ties of a cluster:
    where most are expected at one scale, too few of that look like too many of all others:
    "as expected" is said there only where its odds against the others are known to a quarter,
    and never firmly.

    Parameters
    ----------
    balance : ScaleBalance
    """
    found = []
    for _, group in balance.balance.group_by("cluster_id", "layer", maintain_order=True):
        fitted = {str(name): rows.to_dicts() for (name,), rows in group.group_by("model")}
        models = [name for name in YARDSTICKS if name in fitted]
        if not models:
            continue
        beside = {row["scale"]: row for row in fitted[models[1]]} if models[1:] else {}
        scales = fitted[models[0]]
        found += [_sign(row, beside.get(row["scale"])) for row in scales]
    return [*found, *_untested(balance)]


def _looks_alike(row: dict[str, Any]) -> bool:
    """Tell whether a scale of which most ties are expected may be off as the others are.

    So it is where "as expected" is said of its share, and the odds against all other scales
    together may be a quarter more or less than expected.
    """
    if not _is_commonest(row) or row["verdict"] != "as expected":
        return False
    odds = [
        _against_others(row[end], row["expected_share"])
        if row[f"odds_{end}"] is None
        else exp(row[f"odds_{end}"])
        for end in ("low", "high")
        if row[end] is not None
    ]
    return not odds or min(odds) < 1 / NOTABLE or max(odds) > NOTABLE


def _is_commonest(row: dict[str, Any]) -> bool:
    return (row["expected_share"] or 0) > MOST


def _against_others(log_ratio: float, share: float) -> float:
    """Return observed over expected odds of a scale, from the ratio of its shares."""
    observed = min(share * exp(log_ratio), 1 - 1e-9)
    return observed * (1 - share) / (share * (1 - observed))


def _sign(row: dict[str, Any], beside: dict[str, Any] | None) -> Sign:
    row = {"reason": None, "odds_low": None, "odds_high": None} | row
    ambiguous = _looks_alike(row)
    reading = "open" if ambiguous else READINGS.get(row["verdict"], "open")
    layer = row["layer"].replace("_", " ")
    value, low, high = _times(row)
    shared = beside is None or beside["verdict"] == row["verdict"]
    also = "" if shared or beside is None else f" ({_said(beside)})"
    return Sign(
        row["cluster_id"], row["label"], row["industry"], f"{row['scale']} ties", MAKER,
        f"{layer}, {row['model']}", reading, sentence=f"{layer}: {_said(row)}{also}",
        value=value, low=low, high=high, level=row["level"], p=row["q"], n=row["n"],
        n_needed=None if ambiguous else row["n_needed"],
        is_stable=bool(row["is_stable"]) and shared and not _is_commonest(row),
        reason=ALIKE if ambiguous else _too_few(row, layer) if reading == "open" else "",
    )  # fmt: skip


def _too_few(row: dict[str, Any], layer: str) -> str:
    """Return why a balance cannot tell; ties that are enough are not called few."""
    if row["n_needed"] is None:
        return row["reason"] or (
            f"next to no {row['scale']} {layer} ties are expected: no number would tell"
        )
    if row["n"] < row["n_needed"]:
        return (
            f"{row['n']:,} {layer} ties are too few; {row['n_needed']:,} would tell a halving"
        )
    why = row["reason"] or f"{TOO_UNCERTAIN} ({YARDSTICKS[row['model']]}); ties are enough"
    return f"{layer}: {why}"


def _untested(balance: ScaleBalance) -> list[Sign]:
    return [
        Sign(
            row["cluster_id"], row["label"], row["industry"], f"{scale} ties", MAKER,
            row["layer"].replace("_", " ") or "all layers", "open", reason=row["reason"],
        )
        for row in balance.untested.iter_rows(named=True)
        for scale in SCALES_ASKED
    ]  # fmt: skip


def signs_not_compared(balance: ScaleBalance, clusters: pl.DataFrame) -> list[Sign]:
    """Return open signs of clusters that the balance neither holds nor says why it does not.

    Parameters
    ----------
    balance : ScaleBalance
    clusters : DataFrame
        `cluster_id`, `label`, `industry`.
    """
    held = {*balance.balance["cluster_id"], *balance.untested["cluster_id"]}
    return [
        Sign(
            row["cluster_id"], row["label"], row["industry"], f"{scale} ties", MAKER,
            "all layers", "open", reason=NOT_COMPARED,
        )
        for row in clusters.iter_rows(named=True)
        if row["cluster_id"] not in held
        for scale in SCALES_ASKED
    ]  # fmt: skip


def _said(row: dict[str, Any]) -> str:
    value, low, high = _times(row)
    if value is None:
        return f"not to be compared with {YARDSTICKS[row['model']]}"
    interval = f" [{short(low)}, {short(high)}]" if low is not None and high is not None else ""
    return f"{short(value)} times{interval} {YARDSTICKS[row['model']]}"


def _times(row: dict[str, Any]) -> tuple[float | None, float | None, float | None]:
    value, low, high = (
        None if row[name] is None else exp(row[name]) for name in ("log_ratio", "low", "high")
    )
    return value, low, high
