"""The rows of monitoring: how exposure goes with taking up a practice, channel by channel."""

from __future__ import annotations

from math import exp

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
FEWEST_ADOPTIONS = 30
FEWEST_GROUPS = 10
UNLIKE = "what organisations know is not known of most: none is as alike and unseen"
Row = dict[str, object]


def hazard_rows(found: RiskSet, cluster: Codes, *, likeness: str, level: Share) -> list[Row]:
    """Return one row a channel and what could be seen.

    Parameters
    ----------
    found : RiskSet
    cluster : (n,) int32        of each organisation; -1 stands alone
    likeness : str              empty where likeness does not count
    level : share
    """
    n = int(found.adopted.sum())
    shared: Row = {"level": level, "n": n, "n_at_risk": found.adopted.size}
    terms = [(channel, seen) for seen in (VISIBLE, RECENT) for channel in CHANNELS]
    if n < FEWEST_ADOPTIONS:
        few = f"practices were taken up {n} times, at least {FEWEST_ADOPTIONS} needed"
        return [_not_testable(shared, *term, few) for term in terms]
    x = np.log2(1 + np.column_stack([found.visible, found.recent]))
    dropped = {} if likeness else dict.fromkeys((3, 7), UNLIKE)
    usable = [k for k in range(8) if k not in dropped]
    kept = [usable[k] for k in varying(as_floats(x[:, usable]), found.stratum)]
    for k in set(usable) - set(kept):
        dropped[k] = "nobody could be seen this way, or all as much"
    try:
        beta, variance, groups, alone = _fitted(as_floats(x[:, kept]), found, cluster)
    except NotConverged as error:
        why = str(error).partition(": ")[2]
        return [_not_testable(shared, *term, why) for term in terms]
    if groups < FEWEST_GROUPS:
        few = f"{groups} clusters and organisations outside, at least {FEWEST_GROUPS} needed"
        return [_not_testable(shared, *term, few) for term in terms]
    shared["n_groups"] = groups
    rows = []
    for k, term in enumerate(terms):
        if k in dropped:
            rows.append(_not_testable(shared, *term, dropped[k]))
            continue
        pick = np.eye(len(kept))[kept.index(k)]
        cells = _cells(pick, beta, variance, level=level)
        effect = float(variance[0][kept.index(k), kept.index(k)]) / float(alone[kept.index(k)])
        rows.append(shared | {"channel": term[0], "seen": term[1], "design_effect": effect}
                    | cells | {"verdict": _verdict(term, cells, level)})  # fmt: skip
    return rows + _differences(kept, beta, variance, shared=shared, level=level)


Variance = tuple[Floats, Floats]  # of coefficients, and what each group adds to them


def _fitted(x: Floats, found: RiskSet, cluster: Codes) -> tuple[Floats, Variance, int, Floats]:
    """Return coefficients, their variance by cluster, groups, and variance of single rows."""
    fit = grouped_logit(found.adopted, x, as_indices(found.stratum),
                        offset=np.zeros(found.adopted.size))  # fmt: skip
    own = cluster[found.organisation].astype(np.int64)
    group = np.where(own >= 0, own, own.size + int(own.max()) + 1 + found.organisation)
    codes = np.unique(group, return_inverse=True)[1]
    summed = np.zeros((int(codes.max()) + 1, x.shape[1]))
    np.add.at(summed, codes, fit.influence)
    m = summed.shape[0]
    alone = np.einsum("ij,ij->j", fit.influence, fit.influence)
    variance = as_floats(summed.T @ summed * m / max(m - 1, 1))
    return fit.coefficient, (variance, as_floats(summed)), m, as_floats(alone)


def _cells(pick: Floats, beta: Floats, variance: Variance, *, level: Share) -> Row:
    value = float(pick @ beta)
    spread = float(np.sqrt(max(float(pick @ variance[0] @ pick), 0.0)))
    moved = np.abs(variance[1] @ pick)
    worth = float(moved.sum() ** 2 / (moved @ moved)) if moved.any() else 0.0
    half = reach(spread, worth - 1, level)
    return {"value": value, "low": value - half, "high": value + half, "odds": exp(value),
            "p": two_sided_p(value, spread, worth - 1)}  # fmt: skip


def _verdict(term: tuple[str, str], cells: Row, level: Share) -> str:
    low, p = cells["low"], cells["p"]
    assert isinstance(low, float)
    assert isinstance(p, float)
    is_placebo = term[0] == "unseen" or term[1] == RECENT
    if is_placebo:
        return "placebo failed" if low > 0 and p <= 1 - level else "placebo passed"
    return "monitoring" if low > 0 and p <= 1 - level else "no sign of it"


def _differences(
    kept: list[int], beta: Floats, variance: Variance, *, shared: Row, level: Share
) -> list[Row]:
    """Return, by channel, how much more visible outcomes count than beginnings."""
    rows = []
    for k, channel in enumerate(CHANNELS[:3]):
        if k not in kept or k + 4 not in kept:
            continue
        pick = np.zeros(len(kept))
        pick[kept.index(k)], pick[kept.index(k + 4)] = 1.0, -1.0
        cells = _cells(pick, beta, variance, level=level)
        verdict = _verdict((channel, VISIBLE), cells, level)
        rows.append(
            shared | {"channel": channel, "seen": DIFFERENCE, "verdict": verdict} | cells
        )
    return rows


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
