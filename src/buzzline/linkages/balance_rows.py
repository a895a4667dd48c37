"""Comparisons of ties by scale as rows of tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

import numpy as np
import polars as pl
from scipy.stats import norm

from buzzline.linkages.against_gravity import AgainstModel, Comparison, Layer, Model
from buzzline.linkages.verdicts import links_for, links_for_a_halving
from buzzline.quantities import Share
from buzzline.resampling import false_discovery_q
from buzzline.space.scales import SCALES

_NAMED = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "layer": pl.String,
}  # fmt: skip
BALANCE_SCHEMA = _NAMED | {
    "model": pl.String, "scale": pl.String, "observed": pl.Float64, "expected": pl.Float64,
    "share": pl.Float64, "expected_share": pl.Float64, "log_ratio": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "p": pl.Float64,
    "q": pl.Float64, "n": pl.Int64, "n_needed": pl.Int64, "verdict": pl.String,
    "verdict_smaller": pl.String, "verdict_larger": pl.String, "is_stable": pl.Boolean,
    "reason": pl.String, "log_odds": pl.Float64, "odds_low": pl.Float64,
    "odds_high": pl.Float64,
}  # fmt: skip
FIT_SCHEMA = _NAMED | {
    "model": pl.String, "n": pl.Int64, "unit": pl.String, "n_equal": pl.Float64,
    "n_effective": pl.Float64, "top_share": pl.Float64, "inner_share": pl.Float64,
    "distance_elasticity": pl.Float64,
    "elasticity_low": pl.Float64, "elasticity_high": pl.Float64, "border": pl.Float64,
    "dispersion": pl.Float64, "design_effect": pl.Float64, "g2": pl.Float64, "p": pl.Float64,
    "kl": pl.Float64, "js": pl.Float64, "n_separated": pl.Int64, "status": pl.String,
}  # fmt: skip
UNTESTED_SCHEMA = _NAMED | {"reason": pl.String}
COEFFICIENT_SCHEMA = _NAMED | {
    "model": pl.String, "covariate": pl.String, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64, "reason": pl.String,
}  # fmt: skip
POWER_SCHEMA = _NAMED | {
    "model": pl.String, "scale": pl.String, "expected_share": pl.Float64, "n": pl.Int64,
    "n_effective": pl.Float64, "n_halving": pl.Int64, "n_doubling": pl.Int64,
    "answer": pl.String,
}  # fmt: skip
MIXING_SCHEMA = _NAMED | {
    "scale": pl.String, "n": pl.Float64, "observed": pl.Float64, "share": pl.Float64,
    "expected_share": pl.Float64, "log_ratio": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64, "n_needed": pl.Int64, "verdict": pl.String,
}  # fmt: skip
DISTANCE = "distance"
_ODDS = ("log_odds", "odds_low", "odds_high")
_MOST: Model = "G2"  # the model that says what it left out

Row = tuple[object, ...]


class Frames(TypedDict):
    """The tables of a balance."""

    balance: pl.DataFrame
    fits: pl.DataFrame
    untested: pl.DataFrame
    coefficients: pl.DataFrame
    power: pl.DataFrame
    urban_rural: pl.DataFrame


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Rows of the tables of a balance, as they come in."""

    balance: list[Row]
    fits: list[Row]
    untested: list[Row]
    coefficients: list[Row]
    power: list[Row]
    urban_rural: list[Row]
    level: Share

    @classmethod
    def empty(cls, level: Share) -> Rows:
        """Return tables without rows."""
        return cls([], [], [], [], [], [], level)

    def add(
        self,
        cluster: dict[str, object],
        name: str,
        found: Comparison | str,
        *,
        layer: Layer | str,
    ) -> None:
        """Add what was found of one cluster in one layer."""
        named = _named(cluster, name)
        if isinstance(found, str) or isinstance(layer, str):
            self.untested.append((*named, str(found)))
            return
        for scale, mixed in found.mixing.items():
            self.urban_rural.append(
                (*named, scale, mixed.n, mixed.observed, mixed.share, mixed.expected_share,
                 mixed.log_ratio, mixed.low, mixed.high, self.level, mixed.n_needed,
                 mixed.verdict)
            )  # fmt: skip
        answers = list(found.models.values())
        if answers and all(isinstance(answer, str) for answer in answers):
            reasons = dict.fromkeys(str(answer) for answer in reversed(answers))
            self.untested.append((*named, "; ".join(reasons)))
        for model, answer in found.models.items():
            self.fits.append(
                (*named, model, found.n, layer.ends.unit, found.n_equal,
                 found.counted.effective, found.top_share, found.inner_share,
                 *_fit_cells(found, answer, self.level))
            )  # fmt: skip
            if isinstance(answer, str):
                continue
            self.balance.extend(_balance_rows((*named, model), found, answer, self.level))
            self.power.extend(_power_rows((*named, model), found, answer))
            self.coefficients.extend(
                _coefficient_rows((*named, model), answer, layer, self.level)
            )

    def frames(self) -> Frames:
        """Return the tables by name."""
        balance = pl.DataFrame(self.balance, schema=BALANCE_SCHEMA, orient="row")
        return {
            "balance": _with_q(
                balance.with_columns(pl.col("low", "high", *_ODDS).fill_nan(None))
            ),
            "fits": pl.DataFrame(self.fits, schema=FIT_SCHEMA, orient="row"),
            "untested": pl.DataFrame(self.untested, schema=UNTESTED_SCHEMA, orient="row"),
            "coefficients": pl.DataFrame(
                self.coefficients, schema=COEFFICIENT_SCHEMA, orient="row"
            ),
            "power": pl.DataFrame(self.power, schema=POWER_SCHEMA, orient="row"),
            "urban_rural": pl.DataFrame(
                self.urban_rural, schema=MIXING_SCHEMA, orient="row"
            ).with_columns(pl.col("low", "high").fill_nan(None)),
        }


def _with_q(balance: pl.DataFrame) -> pl.DataFrame:
    """Add q-values over clusters and scales, a layer and model at a time."""
    parts = [
        part.with_columns(pl.Series("q", false_discovery_q(part["p"].to_numpy())))
        for _, part in balance.group_by(["layer", "model"], maintain_order=True)
    ]
    order = balance.select("cluster_id", "layer", "model", "scale")
    if not parts:
        return balance
    return order.join(
        pl.concat(parts), on=["cluster_id", "layer", "model", "scale"], how="left",
        validate="1:1", maintain_order="left",
    ).select(balance.columns)  # fmt: skip


def _named(cluster: dict[str, object], layer: str) -> Row:
    return (cluster["cluster_id"], cluster["label"], cluster["industry"], layer)


def _fit_cells(found: Comparison, answer: AgainstModel | str, level: Share) -> Row:
    if isinstance(answer, str):
        return (*[None] * 11, answer)
    gravity = answer.gravity
    distance: tuple[float | None, ...] = (None, None, None)
    if gravity.theta.size:
        elasticity = float(gravity.theta[0])
        half = _half(gravity.covariance[0, 0], level)
        distance = (elasticity, elasticity - half, elasticity + half)
    return (
        *distance,
        float(gravity.theta[1]) if gravity.theta.size > 1 else None,
        gravity.dispersion,
        found.counted.design_effect,
        answer.g2,
        answer.p,
        answer.kl,
        answer.js,
        gravity.n_separated,
        "fitted",
    )


def _balance_rows(
    named: Row, found: Comparison, answer: AgainstModel, level: Share
) -> list[Row]:
    main, smaller, larger = answer.compared
    total = float(found.counted.observed.sum())
    rows = []
    for s, scale in enumerate(SCALES):
        verdicts = (main.verdict[s], smaller.verdict[s], larger.verdict[s])
        share, expected = (
            float(each[s]) / total for each in (found.counted.observed, main.expected)
        )
        rows.append(
            (
                *named, scale, share * found.amount, expected * found.amount, share, expected,
                float(main.log_ratio[s]), float(main.low[s]), float(main.high[s]), level,
                float(main.p[s]), None, found.n, main.n_needed[s], *verdicts,
                len(set(verdicts)) == 1, main.reason[s] or None,
                *(float(getattr(main, name)[s]) for name in _ODDS),
            )
        )  # fmt: skip
    return rows


def _power_rows(named: Row, found: Comparison, answer: AgainstModel) -> list[Row]:
    counted, rows = found.counted, []
    for s, scale in enumerate(SCALES):
        share = float(answer.compared[0].expected[s] / counted.observed.sum())
        halving = links_for_a_halving(share, counted.design_effect)
        doubling = links_for(share, 2.0, counted.design_effect)
        rows.append(
            (
                *named, scale, share, found.n, counted.effective, halving, doubling,
                _answer(counted.n_ties, halving, doubling),
            )
        )  # fmt: skip
    return rows


def _answer(have: float, halving: int | None, doubling: int | None) -> str:
    """Say what so many ties would show with a power of 0.8.

    Examples
    --------
    >>> _answer(150, 231, 113), _answer(10, 231, None)
    ('a doubling', 'neither; 221 more ties would show a halving')
    """
    halved, doubled = (each is not None and have >= each for each in (halving, doubling))
    if halved or doubled:
        words = [
            word for word, is_it in (("a halving", halved), ("a doubling", doubled)) if is_it
        ]
        return " and ".join(words)
    if halving is None:
        return "neither: hardly any, or nearly all ties are expected there"
    return f"neither; {halving - int(have):,} more ties would show a halving"


def _coefficient_rows(
    named: Row, answer: AgainstModel, layer: Layer, level: Share
) -> list[Row]:
    gravity, model = answer.gravity, named[-1]
    rows: list[Row] = []
    for k, name in enumerate((DISTANCE, *layer.beyond.names)[: gravity.theta.size]):
        value, half = float(gravity.theta[k]), _half(gravity.covariance[k, k], level)
        rows.append((*named, name, value, value - half, value + half, level, None))
    if model == _MOST:
        for name, reason in layer.beyond.left_out.items():
            rows.append((*named, name, None, None, None, None, reason))
    return rows


def _half(variance: float, level: Share) -> float:
    return float(norm.ppf((1 + level) / 2) * np.sqrt(variance))
