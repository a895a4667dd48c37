"""Which industries gather in the same places, beyond what chance would have them do?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.agglomeration.against_dartboard import FEWEST_PLANTS, q_values
from buzzline.agglomeration.located_plants import (
    NOT_COUNTED,
    LocatedPlants,
    Weight,
    located_plants,
)
from buzzline.agglomeration.pairs_by_chance import (
    Null,
    PairsByChance,
    group_coagglomeration,
    pairs_by_chance,
    pairwise_coagglomeration,
    weighted_pairs,
)
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.errors import TooFew
from buzzline.progress import Progress, silent
from buzzline.quantities import Count, Draws, Share, Years
from buzzline.randomness import Seed
from buzzline.resampling import too_few_draws
from buzzline.tables.study import Study

__all__ = [
    "Coagglomeration",
    "coagglomeration",
    "group_coagglomeration",
    "pairwise_coagglomeration",
]

TOGETHER, APART, AS_CHANCE, NOT_DRAWN = "together", "apart", "as chance", "not tested"
TOO_FEW = "too few plants"
PAIRS_KEPT = 1000
NULL_SAID: dict[str, str] = {
    "dartboard": "if every plant went to a place with the place's chance",
    "similar_places": "if each industry were dealt anew among places of similar size",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Coagglomeration:
    """Pairs of industries, and groups of them, beside what chance would show.

    Attributes
    ----------
    pairs : DataFrame
        One row a pair, most together first: `industry`, `title`, `other`, `other_title`,
        `value` (index of Ellison, Glaeser and Kerr), `chance_low`, `chance_high` (central
        range by chance), `level`, `n` (plants of the smaller industry), `p`, `q`, `status`,
        `reason`. The 1,000 pairs
        furthest from 0 where there are more; `q` counts all.
    groups : DataFrame
        One row a group of related industries (`industries.cluster`), most together first:
        `cluster`, `n_industries`, `value`, `chance_low`, `chance_high`, `level`, `p`, `q`,
        `status`, `reason`.
    n_pairs, n_tested, n_together, n_apart : int
    null : "dartboard" or "similar_places"
    weight : "jobs" or "establishments"
    source : str
    suppressed_share : share
    level : share
    draws : int
    notes : tuple of str
    """

    pairs: pl.DataFrame
    groups: pl.DataFrame
    n_pairs: int
    n_tested: int
    n_together: int
    n_apart: int
    null: Null
    weight: Weight
    source: str
    suppressed_share: float
    level: Share
    draws: int
    notes: tuple[str, ...] = ()
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a pair, most together first."""
        return self.pairs

    def __str__(self) -> str:
        if not self.n_tested and self.pairs.height:
            one = self.pairs.row(0, named=True)
            why = self.pairs["reason"].mode().sort()[0]
            return (
                f"None of {self.n_pairs:,} pairs of industries is tested: {why}; most together "
                f"{one['title']} and {one['other_title']}: {one['value']:.3g}, without a test."
            )
        said = (
            f"{self.n_together:,} of {self.n_tested:,} pairs of industries are together more "
            f"often than {NULL_SAID[self.null]}, {self.n_apart:,} less"
        )
        top = self.pairs.filter(status=TOGETHER).head(1)
        if top.height:
            one = top.row(0, named=True)
            said += (
                f"; most {one['title']} and {one['other_title']}: {one['value']:.3g} (chance "
                f"{one['chance_low']:.3g} to {one['chance_high']:.3g})"
            )
        return said + "."

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.pairs._repr_html_()}"


@analysis("agglomeration", "Which industries gather in the same places more than by chance?")
def coagglomeration(  # noqa: PLR0913  # `progress` is no choice of the analysis
    study: Study,
    *,
    null: Null = "dartboard",
    weight: Weight = "jobs",
    year: Years | None = None,
    digits: Count | None = None,
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> Coagglomeration:
    """Compare how often pairs of industries stand in the same places with what chance would do.

    Parameters
    ----------
    study : Study
        Needs two industries in two places: of `employment`, `establishments` or
        `organisations`.
    null : "dartboard" or "similar_places"
        "dartboard": every plant of every industry goes to a place with the chance that the
        place has of all jobs; almost any two industries of a real economy differ from that, if
        only because both avoid the same places. "similar_places": each industry keeps how
        concentrated it is and in how large places, and is dealt anew among places of similar
        size (blocks of ten); what remains is whether two industries choose the *same* places.
    weight : "jobs" or "establishments"
        Whether a plant counts by its jobs, or every plant alike.
    year : years, optional
        The last one by default.
    digits : count, optional
        Level of the classification; the deepest by default.
    draws : draws
    level : share
        Of the band of chance; its complement is the rate of false discoveries.
    rng : Generator, int or None

    Returns
    -------
    Coagglomeration

    Raises
    ------
    TooFew
        Fewer than two industries, or places.

    Notes
    -----
    p = (1 + draws at least as together) / (1 + draws); q over all pairs, or all groups. Pairs
    with fewer than ten plants in one of the two are not tested. Where the number of plants is
    not known, "dartboard" tests nothing; "similar_places" does not need it.

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=600, clusters=2, industries=3, rng=1).study
    >>> coagglomeration(study, draws=99, rng=1).n_pairs
    3
    """
    plants = located_plants(study, weight=weight, year=year, digits=digits)
    if plants.industries.height < 2:
        raise TooFew("coagglomeration: one industry only; a pair needs two.")
    first, second = np.triu_indices(plants.industries.height, 1)
    observed = pairwise_coagglomeration(plants.jobs, area_share=plants.area_share)
    members = _groups(plants)
    kept = _furthest(observed[first, second])
    counted = plants.counted if null == "dartboard" else np.ones_like(plants.counted)
    thrown = draws if counted.any() else 0
    chance = pairs_by_chance(plants, observed, (first[kept], second[kept]), members=members,
                             null=null, draws=thrown, rng=rng, progress=progress)  # fmt: skip
    told = _verdicts(plants, counted, chance, draws=draws, level=level)
    status = told["status"]
    tested = int(np.isfinite(told["p"]).sum())
    pairs = _pairs(plants, (first[kept], second[kept]), level=level, columns={
        "value": observed[first, second][kept],
        **{name: column[kept] for name, column in told.items()},
        **_band(chance.of_pairs, level, (counted[first] & counted[second])[kept]),
    })  # fmt: skip
    return Coagglomeration(
        pairs,
        _group_rows((plants, counted), members, observed, chance.of_groups, level), first.size,
        0 if too_few_draws(draws, level) else tested, int((status == TOGETHER).sum()),
        int((status == APART).sum()), null, weight, plants.source, plants.suppressed_share,
        level, draws,
        (*plants.notes, *_reach_of_draws(tested, draws, 1 - level)),
    )  # fmt: skip


def _verdicts(
    plants: LocatedPlants, counted: Flags, chance: PairsByChance, *, draws: int, level: Share
) -> dict[str, np.ndarray]:
    """Return p, q, verdict of every pair, and the reason where there is no verdict."""
    first, second = np.triu_indices(plants.industries.height, 1)
    is_counted = counted[first] & counted[second]
    enough = np.minimum(plants.n[first], plants.n[second]) >= FEWEST_PLANTS
    tested = enough & is_counted & (draws > 0)
    p, p_apart = (
        np.where(tested, (1 + count[first, second]) / (1 + draws), np.nan)
        for count in (chance.at_least, chance.at_most)
    )
    q, few = q_values(p), too_few_draws(draws, level, int(tested.sum())) if draws else ""
    status, reason = _status(tested, (q, q_values(p_apart)), 1 - level, few)
    status[is_counted & ~enough] = TOO_FEW
    reason[is_counted & ~enough] = f"fewer than {FEWEST_PLANTS} plants"
    reason[~is_counted] = NOT_COUNTED
    return {"p": p, "q": q, "status": status, "reason": reason}


def _reach_of_draws(n_tested: int, draws: int, rate: float) -> list[str]:
    """Say when so many pairs need more draws: no p is below 1 / (1 + draws)."""
    least = int(np.ceil(n_tested / (1 + draws) / rate)) if draws else 0
    if least < 2:
        return []
    return [
        f"With {draws:,} draws no p-value is below {1 / (1 + draws):.2g}, so that among "
        f"{n_tested:,} pairs q can fall to {rate:.2g} only where at least {least:,} pairs are "
        "beyond all draws. More draws tell single pairs apart."
    ]


def _furthest(value: Floats) -> Indices:
    """Return the pairs furthest from 0, most together first."""
    known = np.flatnonzero(np.isfinite(value))
    far = known[np.argsort(-np.abs(value[known]), kind="stable")][:PAIRS_KEPT]
    return as_indices(far[np.argsort(-value[far], kind="stable")])


def _groups(plants: LocatedPlants) -> dict[str, Indices]:
    cluster = plants.industries["cluster"].to_list()
    has_jobs = plants.jobs.sum(axis=0) > 0
    found: dict[str, list[int]] = {}
    for number, name in enumerate(cluster):
        if name is not None and has_jobs[number]:
            found.setdefault(name, []).append(number)
    return {name: as_indices(rows) for name, rows in sorted(found.items()) if len(rows) > 1}


def _status(
    tested: Flags, both: tuple[Floats, Floats], rate: float, few: str
) -> tuple[np.ndarray, np.ndarray]:
    """Return the verdicts, with q of being together and apart, and why where there is none."""
    q, q_apart = both
    sign = np.where(q <= rate, TOGETHER, np.where(q_apart <= rate, APART, AS_CHANCE))
    told = tested & (not few)
    reason = np.where(tested, few, "no draws were asked for")
    return np.where(told, sign, NOT_DRAWN).astype(object), reason.astype(object)


def _band(thrown: Floats, level: Share, shown: Flags) -> dict[str, Floats]:
    if not thrown.shape[0] or not thrown.shape[1]:
        nothing = np.full(thrown.shape[1], np.nan)
        return {"chance_low": nothing, "chance_high": nothing}
    tail = (1 - level) / 2
    low, high = np.where(shown, np.quantile(thrown, [tail, 1 - tail], axis=0), np.nan)
    return {"chance_low": low, "chance_high": high}


def _pairs(
    plants: LocatedPlants,
    pair: tuple[Indices, Indices],
    *,
    columns: dict[str, np.ndarray],
    level: Share,
) -> pl.DataFrame:
    code = plants.industries["industry"]
    title = plants.industries.select(pl.coalesce("title", "industry")).to_series()
    first, second = pair
    return pl.DataFrame(
        {
            "industry": code.gather(first), "title": title.gather(first),
            "other": code.gather(second), "other_title": title.gather(second),
            "value": columns["value"],
            "chance_low": columns["chance_low"], "chance_high": columns["chance_high"],
            "level": np.full(first.size, level),
            "n": pl.Series([
                int(k) if known else None
                for k, known in zip(np.minimum(plants.n[first], plants.n[second]),
                                    plants.counted[first] & plants.counted[second], strict=True)
            ], dtype=pl.Int64),
            "p": columns["p"], "q": columns["q"],
            "status": pl.Series(columns["status"], dtype=pl.String),
            "reason": pl.Series(columns["reason"], dtype=pl.String),
        }
    ).with_columns(pl.col(pl.Float64).fill_nan(None))  # fmt: skip


def _group_rows(
    known: tuple[LocatedPlants, Flags],
    members: dict[str, Indices],
    observed: Floats,
    chance: Floats,
    level: Share,
) -> pl.DataFrame:
    plants, counted = known
    jobs = plants.jobs.sum(axis=0)
    value = as_floats(
        [weighted_pairs(observed[np.ix_(rows, rows)], jobs[rows]) for rows in members.values()]
    )
    draws = chance.shape[0]
    shown = np.array([bool(counted[rows].all()) for rows in members.values()], np.bool_)
    tested = shown & (draws > 0)
    slack = 1e-12 * np.maximum(np.abs(value), 1e-3)
    p, p_apart = (
        np.where(tested, (1 + (which).sum(axis=0)) / (1 + draws), np.nan)
        for which in (chance >= value - slack, chance <= value + slack)
    )
    q, few = q_values(p), too_few_draws(draws, level, int(tested.sum())) if draws else ""
    status, reason = _status(tested, (q, q_values(p_apart)), 1 - level, few)
    reason[~shown] = NOT_COUNTED
    return pl.DataFrame(
        {
            "cluster": pl.Series(list(members), dtype=pl.String),
            "n_industries": pl.Series([rows.size for rows in members.values()], dtype=pl.Int64),
            "value": value, **_band(chance, level, shown), "level": np.full(value.size, level),
            "p": p, "q": q,
            "status": pl.Series(status, dtype=pl.String),
            "reason": pl.Series(reason, dtype=pl.String),
        }
    ).fill_nan(None).sort("value", descending=True)  # fmt: skip
