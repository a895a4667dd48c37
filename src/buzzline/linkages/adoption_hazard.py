"""The rows of monitoring: how exposure goes with taking up a practice, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, Indices, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.errors import NotConverged
from buzzline.linkages.adoption_exposure import CHANNELS, Adoption, RiskSet, Watching
from buzzline.linkages.pair_errors import reach, two_sided_p
from buzzline.linkages.pair_logit import grouped_logit, varying
from buzzline.quantities import Share

TERM_SCHEMA = {
    "channel": pl.String, "seen": pl.String, "verdict": pl.String, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "odds": pl.Float64,
    "p": pl.Float64, "n": pl.Int64, "n_at_risk": pl.Int64, "n_groups": pl.Int64,
    "design_effect": pl.Float64, "reason": pl.String,
}  # fmt: skip
VISIBLE, RECENT, DIFFERENCE = "outcome visible", "not yet visible", "difference"
PASSED = "placebo passed"
LUCK = "cannot tell from shared luck"
FEWEST_ADOPTIONS = 30
FEWEST_GROUPS = 10
FEWEST_INDUSTRIES = 5
OF_INTEREST = log(1.25)  # log odds for each doubling: a placebo that may be larger says nothing
UNLIKE = "what organisations know is not known of most: none is as alike and unseen"
TERMS = [(channel, seen) for seen in (VISIBLE, RECENT) for channel in CHANNELS]
Row = dict[str, object]


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """Which organisations share luck.

    Attributes
    ----------
    cluster, industry : (n,) int32      -1 stands alone
    """

    cluster: Codes
    industry: Codes


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Coefficients of the terms that are kept, and what each row adds to their errors."""

    kept: list[int]
    dropped: dict[int, str]
    beta: Floats
    influence: Floats
    ways: tuple[Indices, ...]  # cluster, industry, and both at once, of each row
    level: Share

    def cells(self, pick: dict[int, float]) -> Row:
        """Return value, interval and p of a weighted sum of terms."""
        is_near = all(term % 4 < 2 for term in pick)  # local, or along a tie
        weights = np.zeros(len(self.kept))
        for term, weight in pick.items():
            weights[self.kept.index(term)] = weight
        value, moved = float(weights @ self.beta), self.influence @ weights
        sums = [
            as_floats(np.bincount(way, weights=moved))
            for way in self.ways[: 1 if is_near else 3]
        ]
        parts = [float(s @ s) * s.size / max(s.size - 1, 1) for s in sums]
        variance = parts[0] if is_near else max(*parts, parts[0] + parts[1] - parts[2])
        worth = min(_worth(s) for s in sums)
        half = reach(float(np.sqrt(variance)), worth - 1, self.level)
        alone = float(moved @ moved)
        return {"value": value, "low": value - half, "high": value + half, "odds": exp(value),
                "p": two_sided_p(value, float(np.sqrt(variance)), worth - 1),
                "design_effect": variance / alone if alone else None,
                "n_groups": min(s.size for s in sums)}  # fmt: skip


def _worth(sums: Floats) -> float:
    held = np.abs(sums)
    return float(held.sum() ** 2 / (held @ held)) if held.any() else 0.0


def hazard_rows(found: RiskSet, groups: Groups, *, likeness: str, level: Share) -> list[Row]:
    """Return one row a channel and what could be seen.

    Parameters
    ----------
    found : RiskSet
    groups : Groups
    likeness : str              empty where likeness does not count
    level : share

    Notes
    -----
    Errors of local exposure and along ties are clustered by cluster, those of systemic and
    unseen exposure by cluster and by industry: whoever is of one industry is exposed alike.
    """
    n = int(found.adopted.sum())
    shared: Row = {"level": level, "n": n, "n_at_risk": found.adopted.size}
    if n < FEWEST_ADOPTIONS:
        few = f"practices were taken up {n} times, at least {FEWEST_ADOPTIONS} needed"
        return [_not_testable(shared, *term, few) for term in TERMS]
    try:
        fit = _fitted(found, groups, is_alike=bool(likeness), level=level)
    except NotConverged as error:
        why = str(error).partition(": ")[2]
        return [_not_testable(shared, *term, why) for term in TERMS]
    unknown = _too_few(fit)
    rows = []
    for k, (channel, seen) in enumerate(TERMS):
        reason = fit.dropped.get(k) or unknown[k % 4]
        if reason:
            rows.append(_not_testable(shared, channel, seen, reason))
        else:
            rows.append(shared | {"channel": channel, "seen": seen} | fit.cells({k: 1.0}))
    for k, channel in enumerate(CHANNELS[:3]):
        if {k, k + 4} <= set(fit.kept) and not unknown[k]:
            rows.append(shared | {"channel": channel, "seen": DIFFERENCE}
                        | fit.cells({k: 1.0, k + 4: -1.0}))  # fmt: skip
    return judged(rows, level)


def _too_few(fit: _Fit) -> tuple[str, str, str, str]:
    """Return why errors cannot be known, channel by channel."""
    n_clusters, n_industries = (np.unique(way).size for way in fit.ways[:2])
    if n_clusters < FEWEST_GROUPS:
        few = (
            f"{n_clusters} clusters and organisations outside, at least {FEWEST_GROUPS} needed"
        )
        return few, few, few, few
    few = ""
    if n_industries < FEWEST_INDUSTRIES:
        few = f"{n_industries} industries, at least {FEWEST_INDUSTRIES} needed"
    return "", "", few, few


def _fitted(found: RiskSet, groups: Groups, *, is_alike: bool, level: Share) -> _Fit:
    x = as_floats(np.log2(1 + np.column_stack([found.visible, found.recent])))
    dropped = {} if is_alike else dict.fromkeys((3, 7), UNLIKE)
    usable = [k for k in range(8) if k not in dropped]
    kept = [usable[k] for k in varying(as_floats(x[:, usable]), found.stratum)]
    for k in set(usable) - set(kept):
        dropped[k] = "nobody could be seen this way, or all as much"
    fit = grouped_logit(found.adopted, as_floats(x[:, kept]), as_indices(found.stratum),
                        offset=np.zeros(found.adopted.size))  # fmt: skip
    cluster = _codes(groups.cluster, found.organisation)
    industry = _codes(groups.industry, found.organisation)
    both = np.unique(cluster * (int(industry.max()) + 1) + industry, return_inverse=True)[1]
    ways = cluster, industry, as_indices(both)
    return _Fit(kept, dropped, fit.coefficient, fit.influence, ways, level)


def _codes(group: Codes, organisation: Indices) -> Indices:
    """Return the group of each row; an organisation without one is one."""
    own = group[organisation].astype(np.int64)
    alone = int(own.max(initial=0)) + 1 + organisation
    return as_indices(np.unique(np.where(own >= 0, own, alone), return_inverse=True)[1])


def judged(rows: list[Row], level: Share) -> list[Row]:
    """Return rows with their verdicts, each in the light of the others.

    Monitoring needs all at once: taken up more where outcomes were visible, more so than where
    they were not, and no placebo that failed. Systemic: and a placebo that passed.
    """
    found = {(row["channel"], row["seen"]): row for row in rows}
    return [row if "verdict" in row else row | {"verdict": _verdict(row, found, level)}
            for row in rows]  # fmt: skip


def _verdict(row: Row, found: dict[tuple[object, object], Row], level: Share) -> str:
    channel, seen = row["channel"], row["seen"]
    if channel == "unseen" or seen == RECENT:
        return _verdict_of_placebo(row, level)
    if not _is_above(row, level):
        return "no sign of it"
    if seen == DIFFERENCE:
        return "outcomes count more"
    placebos = [(channel, RECENT), ("unseen", VISIBLE), ("unseen", RECENT)]
    has_failed = any(_is_above(found.get(key), level) for key in placebos)
    counts_more = _is_above(found.get((channel, DIFFERENCE)), level)
    if channel == "systemic":  # industries are few, and what lasts in them is large
        has_failed |= _verdict_of_placebo(found.get((channel, RECENT)), level) != PASSED
    return "monitoring" if counts_more and not has_failed else LUCK


def _verdict_of_placebo(row: Row | None, level: Share) -> str:
    high = None if row is None else row.get("high")
    if _is_above(row, level):
        return "placebo failed"
    return PASSED if isinstance(high, float) and high < OF_INTEREST else "placebo cannot tell"


def _is_above(row: Row | None, level: Share) -> bool:
    """Return whether a value is above 0 beyond chance; False where it could not be told."""
    if row is None or row.get("low") is None:
        return False
    low, p = row["low"], row["p"]
    assert isinstance(low, float)
    assert isinstance(p, float)
    return low > 0 and p <= 1 - level


def _not_testable(shared: Row, channel: str, seen: str, reason: str) -> Row:
    return shared | {"channel": channel, "seen": seen, "verdict": "not testable",
                     "reason": reason}  # fmt: skip


def exposure_rows(
    clustering: Clustering, adoption: Adoption, watching: Watching, *, visible_after: int
) -> list[Row]:
    """Return what members of each cluster could see by the last year, by channel."""
    n = watching.cluster.size
    total = np.zeros((n, len(CHANNELS)))
    last = int(adoption.year.max()) if adoption.year.size else 0
    for number in range(len(adoption.names)):
        who, when = adoption.of(number)
        seen = as_indices(who[when <= last - visible_after])
        rest: Indices = as_indices(np.setdiff1d(np.arange(n), seen))
        total[rest] += watching.exposure(rest, seen)
    rows: list[Row] = []
    for k, cluster in enumerate(clustering.clusters.to_dicts()):
        named = {key: cluster[key] for key in ("cluster_id", "label", "industry")}
        inside = watching.cluster == k
        mean = total[inside].mean(axis=0) if inside.any() else np.zeros(len(CHANNELS))
        everything = float(mean[:-1].sum())  # of all that can be seen
        for channel, value in zip(CHANNELS, mean.tolist(), strict=True):
            row: Row = named | {"channel": channel, "n": int(inside.sum())}
            if everything > 0:
                share = value / everything if channel != CHANNELS[-1] else None
                row |= {"value": value, "share": share,
                        "reason": "counted of all members: no interval"}  # fmt: skip
            else:
                row["reason"] = "nobody has taken up a practice whose outcome can be seen"
            rows.append(row)
    return rows
