"""Directed advice inside clusters, and a few gatekeepers who bring in what is known outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Codes, Flags, Floats, Indices
from buzzline.errors import InvalidArgument
from buzzline.quantities import Ratio, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.tables.study import Study

YEAR = 2023
ANSWERED = "answered"  # indicator of `outcomes`: 1 where the organisation answered the survey
SKILLS = ("skills", "experience", "rd_intensity")  # what absorptive capacity is seen from
LOUDER = 3.0  # times as much advice as others, given by a gatekeeper
MORE_ABLE = 1.5  # standard deviations of absorptive capacity


@dataclass(frozen=True, slots=True, eq=False)
class AdviceTruth:
    """What was planted: who is a gatekeeper, and what everybody's ties were drawn from.

    Attributes
    ----------
    members : DataFrame
        One row a member: `cluster`, `org_id`, `is_gatekeeper`, `answered`, `capacity`
        (absorptive), `expected_in`, `expected_out` (ties inside), `expected_outside`, and
        `n_in`, `n_out`, `n_outside` (all that were drawn, also those nobody told of).
    """

    members: pl.DataFrame


def plant_advice(
    study: Study,
    cluster: Codes,
    *,
    n_gatekeepers: int = 1,
    local_ties: Ratio = 6.0,
    outside_ties: Ratio = 12.0,
    others_outside: Ratio = 0.3,
    response_rate: Share = 1.0,
    rng: Seed = None,
) -> tuple[Study, AdviceTruth]:
    """Return a study with a survey of advice in its clusters, and what was planted.

    A tie leads from who advises to who is advised, and is told by the latter: whoever does not
    answer leaves out the advice it got, from inside and outside.

    Parameters
    ----------
    study : Study
    cluster : (n,) int32
        Cluster of each organisation, -1 for none; such as `World.truth.cluster`.
    n_gatekeepers : int
        In each cluster; they give three times as much advice as others.
    local_ties : ratio
        Advisers inside that an ordinary member has on average, and a gatekeeper half as many.
    outside_ties, others_outside : ratio
        Advisers outside that a gatekeeper has on average, and any other member; they are in no
        cluster.
    response_rate : share
        Of the members of each cluster who answer.
    rng : Generator, int or None

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> world = make_world(organisations=300, clusters=2, rng=1)
    >>> study, truth = plant_advice(world.study, world.truth.cluster, rng=1)
    >>> truth.members["is_gatekeeper"].sum()
    2
    """
    seed = seed_of(rng)
    rate = _Rates(n_gatekeepers, local_ties, outside_ties, others_outside)
    drawn = [
        _one_cluster(cluster, code, rate, response_rate, child(seed, "advice", code))
        for code in range(int(cluster.max(initial=-1)) + 1)
    ]
    ids = study.organisations["org_id"]
    members = pl.concat([part.members(ids) for part in drawn]) if drawn else pl.DataFrame()
    ties = _linkages(ids, drawn)
    answers = [part.indicators(ids, child(seed, "answers", part.code)) for part in drawn]
    planted = study
    if drawn:
        linkages = pl.concat([study.linkages, ties], how="diagonal_relaxed")
        outcomes = pl.concat([study.outcomes, *answers], how="diagonal_relaxed")
        planted = study.with_table("linkages", linkages).with_table("outcomes", outcomes)
    return planted, AdviceTruth(members)


@dataclass(frozen=True, slots=True)
class _Rates:
    n_gatekeepers: int
    local: float
    outside: float
    others: float


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    code: int
    rows: Indices
    is_gatekeeper: Flags
    answered: Flags
    capacity: Floats
    expected: Floats  # (k, 3): in, out, outside
    source: Indices  # rows of the study
    target: Indices

    def members(self, ids: pl.Series) -> pl.DataFrame:
        inside = np.isin(self.source, self.rows)
        counts = [
            (self.target[inside], "n_in"), (self.source[inside], "n_out"),
            (self.target[~inside], "n_outside"),
        ]  # fmt: skip
        return pl.DataFrame({
            "cluster": self.code, "org_id": ids.gather(self.rows),
            "is_gatekeeper": self.is_gatekeeper, "answered": self.answered,
            "capacity": self.capacity, "expected_in": self.expected[:, 0],
            "expected_out": self.expected[:, 1], "expected_outside": self.expected[:, 2],
            **{name: np.bincount(rows, minlength=ids.len())[self.rows]
               for rows, name in counts},
        })  # fmt: skip

    def told(self) -> Flags:
        """Tell which ties somebody told of: those of whoever was advised and answered."""
        return np.asarray(np.isin(self.target, self.rows[self.answered]))

    def indicators(self, ids: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
        noise = rng.normal(0, 0.5, (self.rows.size, len(SKILLS)))
        values = np.exp(0.4 * (self.capacity[:, None] + noise)).round(4)
        named = {ANSWERED: self.answered.astype(np.float64)}
        named |= {name: values[:, k] for k, name in enumerate(SKILLS)}
        return pl.concat(
            pl.DataFrame({
                "unit_id": ids.gather(self.rows), "indicator": name, "year": YEAR,
                "value": column, "unit": "share" if name == ANSWERED else "index",
            })
            for name, column in named.items()
        )  # fmt: skip


def _one_cluster(
    cluster: Codes, code: int, rate: _Rates, response_rate: float, rng: np.random.Generator
) -> _Drawn:
    rows = np.flatnonzero(cluster == code)
    k = rows.size
    if not 0 <= rate.n_gatekeepers <= k:
        raise InvalidArgument(
            f"plant_advice: cluster {code} has {k:,} members, which cannot hold "
            f"{rate.n_gatekeepers:,} gatekeepers"
        )
    gate = np.zeros(k, np.bool_)
    gate[rng.choice(k, rate.n_gatekeepers, replace=False)] = True
    give = np.where(gate, LOUDER, 1.0)
    take = np.where(gate, 0.5, 1.0)
    chance = np.minimum(rate.local * take[None, :] * give[:, None] / max(give.sum(), 1), 1.0)
    np.fill_diagonal(chance, 0.0)
    advises = rng.random((k, k)) < chance
    source, target = np.nonzero(advises)
    others = np.flatnonzero(cluster < 0)
    beyond = np.where(gate, rate.outside, rate.others) * (others.size > 0)
    n_beyond = np.minimum(rng.poisson(beyond), others.size)
    outside = [rng.choice(others, n, replace=False) for n in n_beyond]
    answered = np.ones(k, np.bool_)
    answered[rng.permutation(k)[: k - round(response_rate * k)]] = False
    return _Drawn(
        code, rows, gate, answered, rng.normal(0, 1, k) + MORE_ABLE * gate,
        np.column_stack([chance.sum(axis=0), chance.sum(axis=1), beyond]),
        np.concatenate([rows[source], *outside]).astype(np.int64),
        np.concatenate([rows[target], np.repeat(rows, n_beyond)]).astype(np.int64),
    )  # fmt: skip


def _linkages(ids: pl.Series, drawn: Sequence[_Drawn]) -> pl.DataFrame:
    parts = [
        pl.DataFrame({
            "source": ids.gather(part.source[part.told()]),
            "target": ids.gather(part.target[part.told()]),
        })
        for part in drawn
    ]  # fmt: skip
    ties = pl.concat(parts) if parts else pl.DataFrame({"source": [], "target": []})
    return ties.with_columns(
        layer=pl.lit("advice"), directed=pl.lit(value=True), observed_by="target",
        content=pl.lit("technical_tacit"),
    )  # fmt: skip
