"""The signs behind patterns of missing links, each with its error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import norm

from buzzline.arrays import Flags, Floats, as_flags, as_floats
from buzzline.linkages.pattern_rule import PatternRule, Truth, all_of, held
from buzzline.quantities import Share
from buzzline.space.scales import SCALES

MOSTLY = 0.5  # of the ties expected at one scale: too few look like too many of all others
HALVED = float(np.log(2))  # of ties elsewhere, where more ties are read off these
SELDOM = 0.05  # of draws, up to which it is not said how they were read
ABOVE, BELOW, AS_EXPECTED, UNSETTLED, UNKNOWN = "above", "below", "as expected", "open", "?"


@dataclass(frozen=True, slots=True, eq=False)
class Sign:
    """One measured quantity, and what it is held against.

    Attributes
    ----------
    name : str
    value, low, high : float      NaN where not measured
    n : int
    cut : float or None           what it is held against
    draws : (d,) float64 or None
    reason : str                  why it is not known; "" where it is
    margin : float                to either side of `cut` that counts as no difference
    direct : (d,) float64 or None draws of ln(O / E) where `draws` are read off other scales
    alike : (d,) bool or None     where few here and many elsewhere look alike: neither is known
    """

    name: str
    value: float = float("nan")
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0
    cut: float | None = None
    draws: Floats | None = None
    reason: str = ""
    margin: float = 0.0
    direct: Floats | None = None
    alike: Flags | None = None

    def said(self, level: Share) -> str:
        """Return "above", "below", "as expected", "open" or "?"."""
        if self.draws is None or self.cut is None:
            return UNKNOWN
        told = np.ones(self.draws.size, np.bool_) if self.alike is None else ~self.alike
        above = float((told & (self.draws > self.cut + self.margin)).mean())
        below = float((told & (self.draws < self.cut - self.margin)).mean())
        sure = (1 + level) / 2
        if above >= sure:
            return ABOVE
        if below >= sure:
            return BELOW
        within = float((told & (np.abs(self.draws - self.cut) <= self.margin)).mean())
        return AS_EXPECTED if self.margin and within >= level else UNSETTLED


def unknown(name: str, reason: str, n: int = 0) -> Sign:
    """Return a sign that is not known, with why."""
    return Sign(name, reason=reason, n=n)


def measured(name: str, draws: Floats, value: float, *, interval: tuple[float, float], n: int,
             cut: float | None, margin: float = 0.0) -> Sign:  # fmt: skip
    """Return a sign that is known."""
    return Sign(name, value, *interval, n, cut, draws, "", margin)


def balance_signs(
    rows: Sequence[Mapping[str, object]],
    *,
    level: Share,
    rule: PatternRule,
    draws: int,
    rng: np.random.Generator,
) -> list[Sign]:
    """Return the balance at each scale, drawn together from its intervals.

    Parameters
    ----------
    rows : sequence of dict
        One a scale, of `ScaleBalance.balance`.
    level : share
        Of their intervals.

    Notes
    -----
    Each scale is drawn from a normal distribution with its own spread to either side, as its
    interval has it. More ties at one scale are fewer at others: logs of shares p, q of one
    count are correlated by -sqrt(p q / ((1 - p) (1 - q))). Where so many ties are expected at
    one scale that notably more would leave less than half of those elsewhere, more of them
    are read off these, which must be halved. Where most are expected there, and they are as
    expected while those elsewhere are notably off, it cannot be told: few of one scale and many
    of all others look alike.
    """
    by_scale = {str(row["scale"]): row for row in rows}
    share = np.array([_number(by_scale.get(s), "share") for s in SCALES])
    z = rng.standard_normal((draws, len(SCALES))) @ _root(np.nan_to_num(share)).T
    total = float(np.nansum([_number(row, "observed") for row in rows]))
    signs = []
    for k, scale in enumerate(SCALES):
        row = by_scale.get(scale)
        ends = as_floats([_number(row, name) for name in ("low", "log_ratio", "high")])
        n = int(_number(row, "observed")) if row is not None else 0
        if not np.isfinite(ends).all():
            signs.append(unknown(scale, "no ties could be expected there", n))
            continue
        low, value, high = ends
        reach = float(norm.ppf((1 + level) / 2))
        spread = np.where(z[:, k] > 0, max(high - value, 0.0), max(value - low, 0.0)) / reach
        drawn = as_floats(value + spread * z[:, k])
        read = _Reading(_number(row, "expected_share"), total, float(np.log(rule.notable)))
        low, value, high = read.value(ends)
        signs.append(Sign(
            scale, float(value), float(low), float(high), n, 0.0, read.value(drawn),
            read.said(share[k], drawn), read.far, drawn, read.alike(drawn),
        ))  # fmt: skip
    return signs


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the balance of one scale is read.

    usual : share of ties expected there
    n : ties at all scales
    far : what is notable, as a log
    """

    usual: float
    n: float
    far: float

    def value(self, log_ratio: Floats) -> Floats:
        """Return the log ratio; above 0 maybe that of the rest, turned."""
        if not self._is_turned():
            return log_ratio
        return as_floats(np.where(log_ratio > 0, self._turned(log_ratio), log_ratio))

    def said(self, share: float, log_ratio: Floats) -> str:
        """Return how it was read, with the share that the balance shows; "" if as it is."""
        if not self.usual > MOSTLY:
            return ""
        here = f"{share:.0%} of ties are here, {self.usual:.0%} are expected"
        if self.alike(log_ratio).mean() > SELDOM:
            return f"{here}: few ties of one scale and many of the others look alike"
        if (self.value(log_ratio) != log_ratio).mean() > SELDOM:
            return f"{here}: read off the ties elsewhere"
        return here

    def _is_turned(self) -> bool:
        """Tell whether notably more ties here would leave less than half of them elsewhere."""
        return self.usual > MOSTLY and self.usual * np.exp(self.far) > (1 + self.usual) / 2

    def _turned(self, log_ratio: Floats) -> Floats:
        return _elsewhere(log_ratio, self.usual, self.n)

    def alike(self, log_ratio: Floats) -> Flags:
        """Tell where ties elsewhere are notably off, and those here are not surely."""
        if not self.usual > MOSTLY:
            return as_flags(np.zeros(log_ratio.shape, np.bool_))
        turned = self._turned(log_ratio)
        enough = max(self.far, HALVED) if self._is_turned() else self.far
        above = (turned if self._is_turned() else log_ratio) > enough
        return as_flags((np.abs(turned) > self.far) & ~above & (log_ratio >= -self.far))


def _elsewhere(log_ratio: Floats, usual: float, n: float) -> Floats:
    """Return how many times fewer ties there are at all other scales, as a log."""
    rest = np.maximum(1 - usual * np.exp(log_ratio), 0.0)
    return as_floats(-np.log((rest * n + 0.5) / ((1 - usual) * n + 0.5)))


def _number(row: Mapping[str, object] | None, name: str) -> float:
    value = row.get(name) if row is not None else None
    return float(value) if isinstance(value, int | float) else float("nan")


def _root(share: Floats) -> Floats:
    """Return a root of the correlation of logs of shares of one count."""
    p = np.clip(share, 1e-4, 1 - 1e-4)
    odds = np.sqrt(p / (1 - p))
    correlation = -np.outer(odds, odds)
    np.fill_diagonal(correlation, 1.0)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0))
    return as_floats(root / np.sqrt((root**2).sum(axis=1, keepdims=True)))


def signs_held(signs: Mapping[str, Sign], rule: PatternRule, d: int) -> dict[str, Truth]:
    """Return which signs of the patterns hold, draw by draw.

    Parameters
    ----------
    signs : dict of name to Sign
        The four scales, "activity", "anchor dependence", "dispersion", "inter-city ties",
        "trust", "lead organisation", "tenure".
    rule : PatternRule
    d : int
        Draws.
    """
    far = float(np.log(rule.notable))

    def at(name: str) -> Floats | None:
        sign = signs.get(name)
        return sign.draws if sign is not None else None

    out = {}
    for scale in SCALES:
        out[f"{scale} above"] = _held(signs.get(scale), d, above=far)
        out[f"{scale} below"] = _held(signs.get(scale), d, below=-far)
    out["not global below"] = _not(out["global below"])
    out["few ties at every scale"] = _few(signs, far, d)
    out["anchor dependence"] = held(at("anchor dependence"), d, above=rule.dependence)
    out["no anchor dependence"] = _not(out["anchor dependence"])
    out["dispersed"] = held(at("dispersion"), d, above=rule.dispersed)
    out["inter-city ties below"] = held(at("inter-city ties"), d, below=-far)
    out["low trust"] = held(at("trust"), d, below=0.0)
    out["lead organisation"] = held(at("lead organisation"), d, above=rule.lead_share)
    out["long tenure"] = held(at("tenure"), d, above=rule.long_years)
    return out


def _held(sign: Sign | None, d: int, *, above: float | None = None,
          below: float | None = None) -> Truth:  # fmt: skip
    """Return whether a scale is above or below; -1 where it cannot be told from the others."""
    if sign is None or sign.draws is None:
        return held(None, d)
    found = held(sign.draws, d, above=above, below=below)
    if sign.alike is None:
        return found
    side = sign.draws > 0 if above is not None else sign.draws < 0
    return np.where(sign.alike & side, -1, found).astype(np.int32)


def _not(truth: Truth) -> Truth:
    return np.asarray(np.where(truth == -1, -1, 1 - truth), np.int32)


def _few(signs: Mapping[str, Sign], far: float, d: int) -> Truth:
    """Tell whether ties are fewer than others have at every scale.

    The balance compares shares of a cluster's own ties, which cannot all be too small; how many
    ties it has in all is `activity`.
    """
    activity = signs.get("activity")
    if activity is None or activity.draws is None:
        return np.full(d, -1, np.int32)
    parts = []
    for scale in SCALES:
        sign = signs.get(scale)
        drawn = None if sign is None else sign.draws if sign.direct is None else sign.direct
        total = None if drawn is None else as_floats(drawn + activity.draws)
        parts.append(held(total, d, below=-far))
    return all_of(parts)
