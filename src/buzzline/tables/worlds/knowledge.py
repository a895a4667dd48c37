"""What organisations know, ties made by five kinds of nearness, trust, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Floats, as_floats
from buzzline.errors import InvalidArgument
from buzzline.quantities import Ratio, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.schema import LINKAGES
from buzzline.tables.study import Study
from buzzline.tables.worlds.geography import great_circle_km

MOST = 3_000  # organisations: every pair is looked at
CLASSES_EACH = 6  # of an industry
ITEMS = (4, 12)
OWNED = 0.3  # share of organisations that belong to one of several with others
GROUP = 4  # organisations of an owner
DAY = date(2016, 6, 1)
LAYER, ACQUAINTED = "coinvention", "social"
INDICATOR, NORM = "innovations", "norm_openness"


@dataclass(frozen=True, slots=True)
class KnowledgePlan:
    """What is planted.

    Attributes
    ----------
    halving, cognitive, owner, social, country : float
        Log odds of a tie: for each halving of the distance, from nothing to all known in
        common, of one owner, acquainted, in one country.
    ties_each : ratio           ties an organisation
    sociability : ratio         standard deviation of how readily organisations tie (log odds)
    best : share                cognitive distance to partners at which most comes of it
    harm : ratio                outcome lost at a distance of 1 from the best, squared
    noise : ratio               standard deviation of outcomes
    trust_within, trust_to_others : share
    icc : share                 of the variance of a norm that is between clusters
    """

    halving: float = 0.35
    cognitive: float = 1.5
    owner: float = 1.0
    social: float = 1.2
    country: float = 0.7
    ties_each: Ratio = 5.0
    sociability: Ratio = 0.5
    best: Share = 0.8
    harm: Ratio = 25.0
    noise: Ratio = 0.4
    trust_within: Share = 0.75
    trust_to_others: Share = 0.55
    icc: Share = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class KnowledgeTruth:
    """What was planted, and the values it was drawn from.

    Attributes
    ----------
    plan : KnowledgePlan
    log_odds : mapping of the measure to its log odds
    partner_distance : (n,) float64     mean cognitive distance to partners, NaN without any
    chance : (n, n) float64             of a tie, averaged over how readily organisations tie
    """

    plan: KnowledgePlan
    log_odds: Mapping[str, float]
    partner_distance: Floats
    chance: Floats


def plant_knowledge(
    study: Study, cluster: Codes, *, plan: KnowledgePlan | None = None, rng: Seed = None
) -> tuple[Study, KnowledgeTruth]:
    """Return a study with knowledge items, ties made by nearness, trust, norms and outcomes.

    Parameters
    ----------
    study : Study
        With coordinates and industries, such as that of `make_world`.
    cluster : (n,) int32
        Cluster of each organisation, -1 for none; such as `World.truth.cluster`.
    plan : KnowledgePlan
    rng : Generator, int or None

    Returns
    -------
    Study
        With ties of the layers "coinvention" (explained) and "social" (acquaintance) added,
        owners, and answers on `norm_openness` and `innovations` in `outcomes`. Knowledge items
        are exchanged.
    KnowledgeTruth

    Raises
    ------
    InvalidArgument
        More than 3,000 organisations: every pair is looked at.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=200, clusters=2, rng=1)
    >>> study, truth = plant_knowledge(world.study, world.truth.cluster, rng=1)
    >>> truth.log_odds["of one ultimate owner"]
    1.0
    """
    plan, seed = plan or KnowledgePlan(), seed_of(rng)
    n = study.organisations.height
    if n > MOST:
        raise InvalidArgument(f"plant_knowledge: {n:,} organisations, at most {MOST:,}")
    owner = _owners(n, child(seed, "owners"))
    profile, items = _items(study, child(seed, "items"))
    km = _distances(study.organisations)
    acquainted = _acquainted(km, child(seed, "acquainted"))
    alike = profile @ profile.T
    odds = _log_odds(study.organisations, plan, km, alike, owner=owner, acquainted=acquainted)
    tied, chance = _tied(odds, plan, child(seed, "ties"))
    apart = _mean_over(1 - alike, tied)
    rng_of = child(seed, "told")
    ids = study.organisations["org_id"]
    linkages = pl.concat([
        study.linkages, _ties(ids, tied, LAYER, _trust(tied, cluster, plan, rng_of)),
        _ties(ids, acquainted, ACQUAINTED, None),
    ])  # fmt: skip
    owners = pl.Series([None if k < 0 else str(ids[int(k)]) for k in owner], dtype=pl.String)
    outcomes = pl.concat([study.outcomes, _outcomes(ids, apart, cluster, plan, rng_of)])
    tables = {
        "organisations": study.organisations.with_columns(owner_id=owners),
        "knowledge_items": items, "linkages": linkages, "outcomes": outcomes,
    }  # fmt: skip
    for name, frame in tables.items():
        study = study.with_table(name, frame)
    log_odds = {
        "halvings of the distance": plan.halving,
        "alike in what they know (cosine)": plan.cognitive,
        "of one ultimate owner": plan.owner, "tied in social": plan.social,
        "in one country": plan.country,
    }  # fmt: skip
    return study, KnowledgeTruth(plan, log_odds, apart, chance)


def _owners(n: int, rng: np.random.Generator) -> Codes:
    """Return the row of the owner of each organisation, -1 for none; owners own themselves."""
    owner = np.full(n, -1, np.int32)
    mixed = rng.permutation(n)
    for first in range(0, round(OWNED * n) - GROUP + 1, GROUP):
        group = mixed[first : first + GROUP]
        owner[group[1:]] = group[0]
    return owner


def _items(study: Study, rng: np.random.Generator) -> tuple[Floats, pl.DataFrame]:
    """Return profiles of length one, and the items they are made of."""
    code = (
        study.organisations["industry"].fill_null("").rank("dense").to_numpy().astype(int) - 1
    )
    n, n_classes = code.size, CLASSES_EACH * (int(code.max()) + 1)
    weight = np.full((n, n_classes), 0.02)
    for k in range(CLASSES_EACH):
        weight[np.arange(n), code * CLASSES_EACH + k] = 0.35
    number = rng.integers(*ITEMS, n)
    mix = rng.gamma(weight)
    of = np.repeat(np.arange(n), number)
    drawn = rng.random(of.size)[:, None] > np.cumsum(mix / mix.sum(axis=1)[:, None], axis=1)[of]
    kind = np.minimum(drawn.sum(axis=1), n_classes - 1)
    profile = np.zeros((n, n_classes))
    np.add.at(profile, (of, kind), 1.0)
    items = pl.DataFrame({
        "item_id": [f"KI{k:06d}" for k in range(of.size)],
        "org_id": study.organisations["org_id"].gather(of),
        "kind": ["patent"] * of.size, "classes": [f"C{k:03d}" for k in kind],
        "date": [DAY] * of.size,
    })  # fmt: skip
    return as_floats(profile / np.linalg.norm(profile, axis=1)[:, None]), items


def _distances(organisations: pl.DataFrame) -> Floats:
    longitude, latitude = (organisations[name].to_numpy() for name in ("longitude", "latitude"))
    return as_floats(
        great_circle_km(longitude[:, None], latitude[:, None], longitude, latitude)
    )


def _acquainted(km: Floats, rng: np.random.Generator) -> np.ndarray:
    """Return who knows whom: two each, mostly near by."""
    rate = 1 / np.maximum(km, 5.0)
    np.fill_diagonal(rate, 0)
    return _symmetric(rng.random(km.shape) < np.minimum(rate * 2 * len(km) / rate.sum(), 1))


def _symmetric(drawn: np.ndarray) -> np.ndarray:
    upper = np.triu(drawn, k=1)
    return np.asarray(upper | upper.T)


def _log_odds(
    organisations: pl.DataFrame, plan: KnowledgePlan, km: Floats, alike: Floats, *,
    owner: Codes, acquainted: np.ndarray,
) -> Floats:  # fmt: skip
    own = np.where(owner >= 0, owner, np.arange(owner.size))
    country = organisations["country"].fill_null("").to_numpy()
    return as_floats(
        -plan.halving * np.log2(np.maximum(km, 1.0)) + plan.cognitive * alike
        + plan.owner * (own[:, None] == own) + plan.social * acquainted
        + plan.country * (country[:, None] == country)
    )  # fmt: skip


def _tied(
    odds: Floats, plan: KnowledgePlan, rng: np.random.Generator
) -> tuple[np.ndarray, Floats]:
    """Return who ties, given how readily either does, and the chance of it on average."""
    n = odds.shape[0]
    ready = as_floats(rng.normal(0, plan.sociability, n))
    odds = odds + ready[:, None] + ready
    np.fill_diagonal(odds, -np.inf)
    low, high = -40.0, 40.0
    for _ in range(60):  # the constant that gives as many ties as planned
        middle = (low + high) / 2
        many = np.sum(1 / (1 + np.exp(-odds - middle))) > 2 * plan.ties_each * n
        low, high = (low, middle) if many else (middle, high)
    tied = _symmetric(rng.random((n, n)) < 1 / (1 + np.exp(-odds - low)))
    plain = odds - ready[:, None] - ready + low
    return tied, _averaged(plain, plan.sociability * np.sqrt(2))


def _averaged(odds: Floats, spread: float) -> Floats:
    """Return the chance of a tie over all pairs as near, however readily they tie."""
    at, weight = np.polynomial.hermite_e.hermegauss(15)
    chance = np.zeros_like(odds)
    for node, share in zip(at, weight / weight.sum(), strict=True):
        chance += share / (1 + np.exp(-odds - spread * node))
    return as_floats(chance)


def _mean_over(distance: Floats, tied: np.ndarray) -> Floats:
    count = tied.sum(axis=1)
    total = np.where(tied, distance, 0.0).sum(axis=1)
    return as_floats(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _trust(
    tied: np.ndarray, cluster: Codes, plan: KnowledgePlan, rng: np.random.Generator
) -> Floats:
    one, other = np.nonzero(np.triu(tied))
    within = (cluster[one] == cluster[other]) & (cluster[one] >= 0)
    mean = np.where(within, plan.trust_within, plan.trust_to_others)
    return as_floats(rng.beta(12 * mean, 12 * (1 - mean)).round(4))


def _ties(ids: pl.Series, tied: np.ndarray, layer: str, trust: Floats | None) -> pl.DataFrame:
    one, other = np.nonzero(np.triu(tied))
    frame = pl.DataFrame({
        "source": ids.gather(one), "target": ids.gather(other), "layer": [layer] * one.size,
        "directed": [False] * one.size, "trust": trust if trust is not None else None,
        "start": [DAY] * one.size,
    })  # fmt: skip
    return frame.select(
        (pl.col(c.name) if c.name in frame.columns else pl.lit(None).alias(c.name)).cast(
            c.dtype
        )
        for c in LINKAGES.columns
    )


def _outcomes(
    ids: pl.Series, apart: Floats, cluster: Codes, plan: KnowledgePlan,
    rng: np.random.Generator,
) -> pl.DataFrame:  # fmt: skip
    known = np.flatnonzero(np.isfinite(apart))
    value = (
        5 - plan.harm * (apart[known] - plan.best) ** 2 + rng.normal(0, plan.noise, known.size)
    )
    members = np.flatnonzero(cluster >= 0)
    n_clusters = int(cluster.max(initial=0)) + 1
    of_cluster = as_floats(rng.normal(0, np.sqrt(plan.icc), n_clusters))
    norm = of_cluster[cluster[members]] + rng.normal(0, np.sqrt(1 - plan.icc), members.size)
    answers = _answers(ids.gather(members), NORM, norm)
    return pl.concat([_answers(ids.gather(known), INDICATOR, value), answers])


def _answers(ids: pl.Series, indicator: str, value: Floats) -> pl.DataFrame:
    n = ids.len()
    return pl.DataFrame({
        "unit_id": ids, "indicator": [indicator] * n, "year": [2018] * n, "value": value,
        "margin": [None] * n, "unit": ["points"] * n,
    }).cast({"year": pl.Int64, "margin": pl.Float64})  # fmt: skip
