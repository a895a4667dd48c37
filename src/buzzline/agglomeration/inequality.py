"""How unequal are places, how much of it lies between larger areas, and is it falling?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import nan

import numpy as np
import polars as pl

from buzzline.agglomeration.areas import areas_of, near_places
from buzzline.agglomeration.unequal_places import (
    SCHEMA,
    PlaceValues,
    convergence,
    measured,
)
from buzzline.analysis import Provenance, analysis
from buzzline.arrays import as_floats
from buzzline.errors import InvalidArgument, TooFew
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share, Years
from buzzline.randomness import Seed, seed_of
from buzzline.resampling import false_discovery_q
from buzzline.tables.study import Study

NEIGHBOURS = 6
EQUAL, PEOPLE = "each place once", "by population"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Inequality:
    """Inequality of each indicator between places, with its parts.

    Attributes
    ----------
    measures : DataFrame
        One row an indicator, year, measure and part: `indicator`, `year`, `measure`, `part`
        ("all", "between regions", "within regions", ...), `value`, `low`, `high` (interval of
        the margins of the indicator), `level`, `share` (of Theil's index), `chance_low`,
        `chance_high`, `p`, `q` (values dealt among the places), `n` (places), `status`,
        `reason`.
    weights : str
        Whether places count by population, or each once.
    area_levels : tuple of str
        Largest areas first.
    level : share
    draws : int
    notes : tuple of str
    """

    measures: pl.DataFrame
    weights: str
    area_levels: tuple[str, ...]
    level: Share
    draws: int
    notes: tuple[str, ...] = ()
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row an indicator, year, measure and part."""
        return self.measures

    def __str__(self) -> str:
        last = self.measures.filter(pl.col("year") == pl.col("year").max().over("indicator"))
        parts = [
            _said(str(name), rows)
            for (name,), rows in last.group_by(["indicator"], maintain_order=True)
        ]
        return " ".join(parts)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.measures._repr_html_()}"


@analysis(
    "agglomeration", "How unequal are places, and how much of that is between larger areas?"
)
def inequality(
    study: Study,
    *,
    indicators: Sequence[str] | None = None,
    year: Years | None = None,
    draws: Draws = 999,
    level: Share = 0.95,
    rng: Seed = None,
    progress: Progress = silent,
) -> Inequality:
    """Measure inequality of indicators between places and split it by the areas they lie in.

    Answers how unequal inhabitants would be if everybody had the mean of their place, how much
    of it lies between countries, between regions inside them, and inside the smallest areas,
    and whether it falls over the years. Inequality inside a place is not seen.

    Parameters
    ----------
    study : Study
        Needs `outcomes` of places, with `places.parent_id` or `country` for the parts. Places
        count by `places.population` where all have one, else each once.
    indicators : sequence of str, optional
        All by default.
    year : years, optional
        All years by default, and convergence between the first and the last.
    draws : draws
        For the intervals, and for the places dealt among the areas.
    level : share
    rng : Generator, int or None

    Returns
    -------
    Inequality

    Raises
    ------
    TooFew
        No outcome belongs to a place.
    InvalidArgument
        An indicator is not in the study.

    Notes
    -----
    Theil's T adds up exactly over nested areas. Intervals carry the margins of the indicator
    (independent, normal): noise alone makes places look unequal, so the interval turns the
    draws round the value (basic bootstrap), which takes that off; it may lie below the value.
    Without margins there is no interval: the places are all there are. p compares what lies
    between areas with the same values dealt among the places at random.

    References
    ----------
    .. [1] Shorrocks, A. F. (1980). The class of additively decomposable inequality measures.
       Econometrica 48(3). doi:10.2307/1913126

    Examples
    --------
    >>> from buzzline.tables.worlds import make_world
    >>> study = make_world(organisations=300, clusters=2, rng=1).study
    >>> result = inequality(study, draws=99, rng=1)
    >>> result.measures.filter(measure="theil", part="all")["n"].to_list()
    [20]
    """
    rows = _rows(study, indicators, year)
    seed, blocks = seed_of(rng), list(_blocks(rows, study))
    found = [
        row
        for values in told(progress, "measuring inequality", blocks)
        for row in measured(values, draws=draws, level=level, seed=seed)
    ]
    for name in dict.fromkeys(values.indicator for values in blocks):
        series = [values for values in blocks if values.indicator == name]
        found += convergence(series, level)
    levels = max((values.areas for values in blocks), key=len)
    weights = PEOPLE if rows["population"].null_count() == 0 else EQUAL
    return Inequality(
        _with_q(pl.DataFrame(found, schema=SCHEMA)), weights,
        tuple(areas.level for areas in levels), level, draws, _notes(rows, study),
    )  # fmt: skip


def _with_q(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with q over all tests of the table."""
    p = rows["p"].to_numpy()
    q = np.full(rows.height, nan)
    q[np.isfinite(p)] = false_discovery_q(p[np.isfinite(p)])
    names = rows.columns
    names.insert(names.index("p") + 1, "q")
    return rows.with_columns(q=pl.Series(q)).select(names).fill_nan(None)


def _rows(study: Study, indicators: Sequence[str] | None, year: int | None) -> pl.DataFrame:
    """Return outcomes that belong to places, with what is known of the place."""
    described = study.places.select(
        pl.col("place_id").alias("unit_id"), "country", "longitude", "latitude", "population"
    )
    if not study.outcomes.height:
        raise TooFew(
            "inequality: the study has no table `outcomes`. Add one with `unit_id` (a place of "
            "the table `places`), `indicator`, `year` and `value`."
        )
    rows = study.outcomes.join(described, on="unit_id", how="inner", validate="m:1")
    if not rows.height:
        raise TooFew(
            "inequality: none of the outcomes belongs to a place. `outcomes.unit_id` must "
            "name a place of the table `places`."
        )
    missing = [one for one in indicators or () if one not in set(rows["indicator"])]
    if missing:
        raise InvalidArgument(
            f"inequality: {missing[0]!r} is no indicator of a place; there are "
            f"{', '.join(rows['indicator'].unique().sort().head(8))}"
        )
    if indicators is not None:
        rows = rows.filter(pl.col("indicator").is_in(list(indicators)))
    if year is not None:
        rows = rows.filter(pl.col("year") == year)
        if not rows.height:
            raise TooFew(f"inequality: no indicator of a place is of {year}.")
    return rows.sort("indicator", "year", "unit_id")


def _blocks(rows: pl.DataFrame, study: Study) -> Iterator[PlaceValues]:
    by_population = rows["population"].null_count() == 0
    for (name, year), block in rows.group_by(["indicator", "year"], maintain_order=True):
        places = block.select(pl.col("unit_id").alias("place_id"), "country")
        weight = block["population"].to_numpy() if by_population else np.ones(block.height)
        at = block.select(pl.col("longitude", "latitude").cast(pl.Float64).fill_null(nan))
        yield PlaceValues(
            str(name), int(str(year)), tuple(block["unit_id"]),
            as_floats(block["value"].to_numpy()),
            as_floats(block["margin"].fill_null(nan).to_numpy()), as_floats(weight),
            areas_of(places, study.places)[:0:-1],
            near_places(at["longitude"].to_numpy(), at["latitude"].to_numpy(), NEIGHBOURS),
        )  # fmt: skip


def _notes(rows: pl.DataFrame, study: Study) -> tuple[str, ...]:
    notes = []
    other = study.outcomes.height - study.outcomes.join(
        study.places.select(pl.col("place_id").alias("unit_id")), on="unit_id", how="semi"
    ).height  # fmt: skip
    if other:
        notes.append(f"{other:,} outcomes belong to no place of the study and are left out.")
    unknown = rows["population"].null_count()
    if unknown:
        n = rows.filter(pl.col("population").is_null())["unit_id"].n_unique()
        notes.append(
            f"{n:,} places have no population, so every place counts once, whatever its size."
        )
    for name, n, every in _uneven(rows).iter_rows():
        notes.append(
            f"{name}: {n:,} places have values, of which {every:,} in every year, so that "
            "years are of different places. Convergence is of those in the first and the last."
        )
    return tuple(notes)


def _uneven(rows: pl.DataFrame) -> pl.DataFrame:
    """Return indicators whose places differ between years, with all and with every year."""
    years = rows.group_by("indicator").agg(pl.col("year").n_unique().alias("years"))
    seen = rows.group_by("indicator", "unit_id").len().join(years, on="indicator", how="left")
    counts = seen.group_by("indicator").agg(
        pl.len().alias("n"), (pl.col("len") == pl.col("years")).sum().alias("every")
    )
    return counts.filter(pl.col("every") < pl.col("n")).sort("indicator")


def _said(indicator: str, rows: pl.DataFrame) -> str:
    parts = {row["part"]: row for row in rows.filter(measure="theil").iter_rows(named=True)}
    whole = parts.get("all")
    if whole is None or whole["value"] is None:
        why = rows["reason"].drop_nulls().to_list()
        return f"{indicator}: not measured ({why[0] if why else 'nothing known'})."
    shares = ", ".join(
        f"{row['share']:.0%} {part}"
        for part, row in parts.items()
        if part != "all" and row["share"] is not None
    )
    interval = "" if whole["low"] is None else f" [{whole['low']:.3g}, {whole['high']:.3g}]"
    split = f": {shares}" if shares else ""
    return (
        f"{indicator} in {whole['year']}: Theil {whole['value']:.3g}{interval} among "
        f"{whole['n']:,} places{split}."
    )
