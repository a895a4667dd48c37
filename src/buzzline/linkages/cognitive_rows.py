"""The rows of cognitive distance: sets of pairs by measure, against portfolios dealt anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import sparse
from scipy.stats import t as student

from buzzline.agglomeration.industry_flows import flows_of, has_flows
from buzzline.agglomeration.inter_industry import occupational_relatedness
from buzzline.arrays import Codes, Flags, Floats, Indices, as_codes, as_floats, as_indices
from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.knowledge_profiles import KnowledgeProfiles, knowledge_profiles
from buzzline.linkages.knowledge_space import (
    KnowledgeSpace,
    class_relatedness,
    knowledge_space,
    mean_distance,
)
from buzzline.linkages.pair_errors import pair_variance, reach
from buzzline.linkages.tied_pairs import TiedPairs, tied_pairs
from buzzline.quantities import Share
from buzzline.randomness import child
from buzzline.resampling import central_range, false_discovery_q, too_few_draws
from buzzline.tables.study import Study

ROW_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "among": pl.String,
    "measure": pl.String, "verdict": pl.String, "value": pl.Float64, "low": pl.Float64,
    "high": pl.Float64, "level": pl.Float64, "expected": pl.Float64,
    "expected_low": pl.Float64, "expected_high": pl.Float64, "p": pl.Float64,
    "q": pl.Float64, "n": pl.Int64, "n_organisations": pl.Int64, "covered": pl.Float64,
    "reason": pl.String,
}  # fmt: skip
KNOWLEDGE_LAYERS = ("advice", "coinvention", "coauthor", "citation", "licence", "research")
FEWEST_MEMBERS = 5
FEWEST_PAIRS = 10
SAME = 1e-9  # of two means: apart by rounding alone
AMONG = ("members", "ties within", "ties to others")
MEASURES = ("jaffe", "mahalanobis", "skill")
NO_CHANCE = (
    "not testable: dealing within the industry changes nothing (they are all of it, or all "
    "of it know the same)"
)
NO_TABLE = "no moves of workers between industries and no occupations: skills are not measured"


@dataclass(frozen=True, slots=True, eq=False)
class Grounds:
    """What distances are read off.

    Attributes
    ----------
    profiles : KnowledgeProfiles or None
    related : (c, c) csr or None        relatedness of classes
    skill : (s, s) float64 or None      distance of industries in skills
    industry : (n,) int32               of each organisation, -1 unknown
    pairs : TiedPairs
    why : str                           why there are no profiles
    skill_from : str
    """

    profiles: KnowledgeProfiles | None
    related: sparse.csr_array | None
    skill: Floats | None
    industry: Codes
    pairs: TiedPairs
    why: str
    skill_from: str


@dataclass(frozen=True, slots=True, eq=False)
class _Set:
    """One set of pairs of one cluster: all pairs of some rows, or pairs listed."""

    named: dict[str, object]
    rows: Indices | None  # members; None where pairs are listed
    pairs: TiedPairs | None
    covered: float
    n_organisations: int


def knowledge_layers(study: Study, layers: Sequence[str] | None) -> tuple[str, ...]:
    """Return the layers whose ties count: as asked, else those in which knowledge flows.

    Raises
    ------
    InvalidArgument
        A layer without linkages.
    """
    present = study.linkages["layer"].unique().sort().to_list()
    for name in layers or ():
        if name not in present:
            raise InvalidArgument(
                f"linkages: no linkage has the layer {name!r}; layers are {', '.join(present)}"
            )
    if layers is not None:
        return tuple(layers)
    return tuple(name for name in present if name in KNOWLEDGE_LAYERS) or tuple(present)


def grounds_of(study: Study, layers: Sequence[str]) -> Grounds:
    """Return profiles, relatedness of classes, skills and ties of a study."""
    profiles, related, why = None, None, ""
    try:
        profiles = knowledge_profiles(study)
        related = class_relatedness(profiles.matrix())
    except (TooFew, InvalidArgument) as error:
        why = str(error).partition(": ")[2]
    names = study.organisations["industry"]
    codes = names.drop_nulls().unique().sort()
    industry = names.replace_strict(codes, range(codes.len()), default=-1,
                                    return_dtype=pl.Int32)  # fmt: skip
    skill, said = _skills(study, codes.to_list())
    return Grounds(
        profiles, related, skill, as_codes(industry.to_numpy()), tied_pairs(study, layers),
        why, said,
    )  # fmt: skip


def _skills(study: Study, industries: list[str]) -> tuple[Floats | None, str]:
    try:
        if has_flows(study, "labour"):
            related = flows_of(study, industries, "labour").relatedness()
            found, said = (1 - related) / 2, "moves of workers"
        elif has_flows(study, "occupations"):
            table = flows_of(study, industries, "occupations")
            cosine = occupational_relatedness(table.values, "cosine")
            at = np.ix_(table.row, table.row)
            unknown = (table.row < 0)[:, None] | (table.row < 0)
            found, said = np.where(unknown, np.nan, 1 - cosine[at]), "occupations"
        else:
            return None, ""
    except TooFew:
        return None, ""
    np.fill_diagonal(found, 0.0)
    return as_floats(found), said


def cognitive_rows(
    study: Study,
    clustering: Clustering,
    grounds: Grounds,
    *,
    level: Share,
    draws: int,
    seed: int,
) -> list[dict[str, object]]:
    """Return one row a cluster, set of pairs and measure.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    grounds : Grounds
    level : share
    draws, seed : int
    """
    sets = _sets(study, clustering, grounds)
    rows: list[dict[str, object]] = []
    for measure in MEASURES[:2]:
        rows += _by_classes(sets, grounds, measure, level=level, draws=draws, seed=seed)
    # members are of one industry, and so are mostly ties within
    rows += [_by_skill(one, grounds, level) for one in sets if one.named["among"] == AMONG[2]]
    for row in rows:
        row["level"] = level
        row.setdefault("verdict", "not testable")
    _with_q(rows, clustering.clusters.height, level, draws)
    order = {name: k for k, name in enumerate((*AMONG, *MEASURES))}
    rank = {key: k for k, key in enumerate(clustering.clusters["cluster_id"])}
    return sorted(rows, key=lambda row: (
        order[str(row["measure"])], order[str(row["among"])], rank[row["cluster_id"]],
    ))  # fmt: skip


def _sets(study: Study, clustering: Clustering, grounds: Grounds) -> list[_Set]:
    number = study.organisations.select("org_id").with_row_index("row")
    members = clustering.members.select("cluster_id", "org_id").unique().join(
        number, on="org_id", how="inner", validate="m:1"
    )  # fmt: skip
    rows_of = {
        str(key[0]): as_indices(part["row"].sort().to_numpy())
        for key, part in members.group_by("cluster_id")
    }
    known = grounds.profiles.known if grounds.profiles else np.zeros(number.height, np.bool_)
    found = []
    for cluster in clustering.clusters.to_dicts():
        named = {key: cluster[key] for key in ("cluster_id", "label", "industry")}
        rows = rows_of.get(str(cluster["cluster_id"]), as_indices([]))
        inside = np.zeros(number.height, np.bool_)
        inside[rows] = True
        kept = as_indices(rows[known[rows]])
        found.append(_Set(named | {"among": AMONG[0]}, kept, None,
                          kept.size / rows.size if rows.size else 0.0, kept.size))  # fmt: skip
        ends = inside[grounds.pairs.one], inside[grounds.pairs.other]
        for among, which in ((AMONG[1], ends[0] & ends[1]), (AMONG[2], ends[0] ^ ends[1])):
            pairs = grounds.pairs.chosen(np.flatnonzero(which))
            found.append(_listed(named | {"among": among}, pairs, known))
    return found


def _listed(named: dict[str, object], pairs: TiedPairs, known: Flags) -> _Set:
    ends = np.unique(np.concatenate([pairs.one, pairs.other]))
    n_known = int(known[ends].sum())
    return _Set(named, None, pairs, n_known / ends.size if ends.size else 0.0, n_known)


def _by_classes(
    sets: Sequence[_Set], grounds: Grounds, measure: str, *, level: Share, draws: int, seed: int
) -> list[dict[str, object]]:
    cells = [one.named | {"measure": measure, "n_organisations": one.n_organisations,
                          "covered": one.covered} for one in sets]  # fmt: skip
    if grounds.profiles is None or (measure == "mahalanobis" and grounds.related is None):
        return [cell | {"n": 0, "reason": grounds.why} for cell in cells]
    related = grounds.related if measure == "mahalanobis" else None
    space = knowledge_space(grounds.profiles.matrix(), related)
    sets = [_with_known(one, grounds.profiles.known) for one in sets]
    rng = child(seed, "portfolios", measure)
    dealt = np.empty((draws, len(sets)))
    for draw in range(draws):
        of = grounds.profiles.dealt(grounds.industry, rng)
        dealt[draw] = [_mean(one, space, of) for one in sets]
    return [
        cell | _measured(one, space, dealt[:, k], level)
        for k, (cell, one) in enumerate(zip(cells, sets, strict=True))
    ]


def _with_known(one: _Set, known: Flags) -> _Set:
    if one.pairs is None:
        return one
    keep = np.flatnonzero(known[one.pairs.one] & known[one.pairs.other])
    return _Set(one.named, None, one.pairs.chosen(keep), one.covered, one.n_organisations)


def _mean(one: _Set, space: KnowledgeSpace, of: Indices) -> float:
    """Return the mean distance where organisation i has the portfolio of organisation of[i]."""
    if _too_few(one):
        return np.nan
    if one.rows is not None:
        return mean_distance(space, as_indices(of[one.rows]))[0]
    assert one.pairs is not None
    return float(space.distances(of[one.pairs.one], of[one.pairs.other]).mean())


def _too_few(one: _Set) -> str:
    if one.rows is not None:
        n = one.rows.size
        few = f"{n} members of which any item is known, at least {FEWEST_MEMBERS} needed"
        return few if n < FEWEST_MEMBERS else ""
    assert one.pairs is not None
    n = one.pairs.one.size
    few = f"{n} ties of which both ends are known, at least {FEWEST_PAIRS} needed"
    return few if n < FEWEST_PAIRS else ""


def _measured(
    one: _Set, space: KnowledgeSpace, dealt: Floats, level: Share
) -> dict[str, object]:
    n = one.rows.size if one.rows is not None else 0
    n_pairs = n * (n - 1) // 2 if one.pairs is None else int(one.pairs.one.size)
    if few := _too_few(one):
        return {"n": n_pairs, "reason": few}
    if one.rows is not None:
        value, without = mean_distance(space, one.rows)
        spread = float(np.sqrt((n - 1) / n * np.sum((without - without.mean()) ** 2)))
        half = float(student.ppf((1 + level) / 2, n - 1)) * spread
    else:
        assert one.pairs is not None
        value, half = _mean_of_pairs(
            space.distances(one.pairs.one, one.pairs.other), one.pairs, level
        )
    found: dict[str, object] = {"n": n_pairs, "value": value, "low": max(value - half, 0.0),
                                "high": min(value + half, 1.0)}  # fmt: skip
    if not dealt.size:
        return found | {"reason": "no portfolios were dealt anew (`draws`)"}
    if dealt.max() - dealt.min() <= SAME:
        return found | {"expected": float(dealt.mean()), "reason": NO_CHANCE}
    low, high = central_range(dealt, level)
    tail = min(int((dealt <= value + SAME).sum()), int((dealt >= value - SAME).sum()))
    return found | {"expected": float(dealt.mean()), "expected_low": low,
                    "expected_high": high,
                    "p": min(1.0, 2 * (1 + tail) / (1 + dealt.size))}  # fmt: skip


def _mean_of_pairs(distance: Floats, pairs: TiedPairs, level: Share) -> tuple[float, float]:
    """Return the mean of pairs and half its interval: pairs that share an end vary together."""
    value = float(distance.mean())
    moved = as_floats((distance - value) / distance.size)[:, None]
    spread = float(np.sqrt(pair_variance(moved, pairs.as_rows())[0, 0]))
    return value, reach(spread, pairs.n_ends - 1.0, level)


def _by_skill(one: _Set, grounds: Grounds, level: Share) -> dict[str, object]:
    cell = one.named | {"measure": "skill"}
    assert one.pairs is not None
    if grounds.skill is None:
        return cell | {"n": 0, "reason": NO_TABLE}
    ends = grounds.industry[one.pairs.one], grounds.industry[one.pairs.other]
    distance = np.where((ends[0] < 0) | (ends[1] < 0), np.nan, grounds.skill[ends])
    keep = np.flatnonzero(np.isfinite(distance))
    cell |= {"n": int(keep.size), "covered": keep.size / max(distance.size, 1)}
    if keep.size < FEWEST_PAIRS:
        return cell | {"reason": f"{keep.size} ties between industries of known skills, at "
                                 f"least {FEWEST_PAIRS} needed"}  # fmt: skip
    pairs = one.pairs.chosen(keep)
    value, half = _mean_of_pairs(as_floats(distance[keep]), pairs, level)
    return cell | {
        "value": value, "low": max(value - half, 0.0), "high": min(value + half, 1.0),
        "n_organisations": pairs.n_ends, "verdict": "no null",
        "reason": "no null: industries are not dealt anew",
    }  # fmt: skip


def _with_q(rows: list[dict[str, object]], n_tests: int, level: Share, draws: int) -> None:
    """Add q-values over clusters and the verdict they give, in place."""
    few = too_few_draws(draws, level, n_tests)
    for among in AMONG:
        for measure in MEASURES:
            tested = [row for row in rows if row["among"] == among
                      and row["measure"] == measure and "p" in row]  # fmt: skip
            p = np.array([row["p"] for row in tested], np.float64)
            for row, q in zip(tested, false_discovery_q(p), strict=True):
                row["q"] = float(q)
                if few:
                    row["reason"] = few
                elif q > 1 - level:
                    row["verdict"] = "as chance"
                else:
                    below = float(row["value"]) < float(row["expected"])  # type: ignore[arg-type]
                    row["verdict"] = "alike" if below else "diverse"
