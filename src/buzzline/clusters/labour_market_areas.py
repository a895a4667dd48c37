"""Which places share a labour market?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.sparse import csr_array

from buzzline.analysis import Provenance, analysis
from buzzline.arrays import Floats, Indices, as_floats
from buzzline.clusters.labour_markets import (
    AreaRule,
    Areas,
    area_flows,
    best_overlap,
    merged_areas,
    validity,
)
from buzzline.clusters.place_flows import Movement, PlaceFlows, place_flows
from buzzline.progress import Progress, silent, told
from buzzline.quantities import Draws, Share
from buzzline.randomness import Seed, child, seed_of
from buzzline.space.threads import spread
from buzzline.tables.study import Study
from buzzline.wording import plural, verb

AREA_SCHEMA = {
    "area_id": pl.String, "label": pl.String, "n_places": pl.Int64, "n_reserved": pl.Int64,
    "live": pl.Float64, "work": pl.Float64, "within": pl.Float64, "value": pl.Float64,
    "low": pl.Float64, "high": pl.Float64, "level": pl.Float64, "validity": pl.Float64,
    "stability": pl.Float64, "status": pl.String,
}  # fmt: skip
PLACE_SCHEMA = {
    "place_id": pl.String, "name": pl.String, "area_id": pl.String, "live": pl.Float64,
    "work": pl.Float64, "within": pl.Float64, "status": pl.String,
}  # fmt: skip
MERGE_SCHEMA = {
    "step": pl.Int64, "place_id": pl.String, "label": pl.String, "validity": pl.Float64,
    "into_id": pl.String, "into": pl.String, "cohesion": pl.Float64, "status": pl.String,
}  # fmt: skip
NOT_VALID = "not valid: no other area to join, or places attached last made it less so"
SMALL = "self-contained, but smaller than the least size"
NO_FLOWS = (
    "Not testable: the study has no flows of persons between places. Add linkages of the layer "
    "`commute` or `labour_move`, or the table `spells`, and a place for each organisation."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LabourMarketAreas:
    """Places merged into areas in which most people both live and work.

    Attributes
    ----------
    areas : DataFrame
        One row an area, largest first: `area_id`, `label` (its largest place), `n_places`,
        `n_reserved` (places attached last), `live` (persons whose way starts there), `work`
        (persons whose way ends there), `within` (both), `value` (self-containment), `low`,
        `high` (its interval), `level`, `validity` (1 and more: valid), `stability` (mean best
        overlap with the areas of resampled flows, 0 to 1), `status`.
    places : DataFrame
        One row a place: `place_id`, `name`, `area_id` (null for none), `live`, `work`,
        `within`, `status` ("attached", "attached last", or why in no area).
    merges : DataFrame
        How they came about, first to last: `step`, `place_id` (the area dissolved, by the place
        it began with), `label`, `validity` (when it was), `into_id`, `into` (the area its
        largest place was linked to most), `cohesion` (that link), `status` ("linked", or that
        it stayed for want of any).
    flows : str                 "commute", "labour_move", "spells", or "" where there are none
    rule : AreaRule
    n_persons : float
    n_unplaced : float          persons with an end whose place is not known
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    areas: pl.DataFrame
    places: pl.DataFrame
    merges: pl.DataFrame
    flows: str
    rule: AreaRule
    n_persons: float
    n_unplaced: float
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row an area, largest first."""
        return self.areas

    def __str__(self) -> str:
        if not self.flows:
            return NO_FLOWS
        n, valid = self.areas.height, int((self.areas["status"] == "valid").sum())
        text = (
            f"{plural(n, 'labour-market area')} of {plural(self.places.height, 'place')} "
            f"from {plural(self.n_persons, 'person')} ({self.flows}), {valid:,} valid"
        )
        if n:
            first = self.areas.row(0, named=True)
            text += (
                f"; the largest is {first['label']} with {plural(first['n_places'], 'place')}, "
                f"self-containment {first['value']:.2f}"
            )
        return " ".join([f"{text}.", *self.notes])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.areas.head(20)._repr_html_()}"


@analysis("clusters", "Which places share a labour market?")
def labour_market_areas(
    study: Study,
    *,
    flows: Movement | None = None,
    rule: AreaRule = AreaRule(),  # noqa: B008  # frozen
    level: Share = 0.95,
    draws: Draws = 99,
    rng: Seed = None,
    progress: Progress = silent,
) -> LabourMarketAreas:
    """Merge places until most people of each area both live and work there.

    Answers which places are one labour market, how self-contained it is, and whether it would
    come out again from other flows of the same kind.

    Parameters
    ----------
    study : Study
        Needs linkages of the layer `commute` or `labour_move`, or `spells`; and for
        organisations a `place_id`, `city` or `region`.
    flows : "commute", "labour_move", "spells" or None
        None: the first of these that the study has.
    rule : AreaRule
        Least and target size and self-containment.
    level : share
    draws : draws
        Of resampled flows, behind `low`, `high` and `stability`.
    rng : Generator, int or None

    Returns
    -------
    LabourMarketAreas
        Without areas where there are no flows; the sentence says what to add.

    Raises
    ------
    InvalidArgument
        A kind of flow that the study does not have, or more persons than live on earth.

    Notes
    -----
    The least valid area is dissolved; its places go one by one to the area h or k with which
    f_hk² / (R_h W_k) + f_kh² / (R_k W_h) is largest; those by which that area would become less
    valid wait on a reserve list and are attached last, which can leave an area not valid [1]_,
    [2]_. In each draw the persons of each pair of places are Poisson with the mean observed:
    the interval and the stability tell of small numbers, not of another year.

    References
    ----------
    .. [1] Coombes, M., Bond, S. (2008). Travel-to-Work Areas: the 2007 review. Office for
       National Statistics, London.
    .. [2] Franconi, L., Ichim, D., D'Alo, M. (2017). Labour Market Areas for territorial
       policies. Statistical Journal of the IAOS 33(3). doi:10.3233/SJI-160343

    Examples
    --------
    >>> import polars as pl
    >>> towns = pl.DataFrame({"org_id": list("abcd"), "city": ["Prato", "Pog", "Alba", "Bra"]})
    >>> ways = pl.DataFrame({"source": list("aabbccdd"), "target": list("ababcdcd"),
    ...     "layer": ["commute"] * 8, "weight": [90.0, 60, 50, 100, 80, 70, 60, 90]})
    >>> study = Study.of(organisations=towns, linkages=ways)
    >>> labour_market_areas(study, rule=AreaRule(50, 100), draws=9, rng=1).areas.height
    2
    """
    seed = seed_of(rng)
    found = place_flows(study, flows)
    areas = merged_areas(found.flows, rule)
    drawn = _resampled(found.flows, areas, rule, draws=draws, seed=seed, progress=progress)
    frame = _area_rows(found, areas, drawn, rule=rule, level=level)
    persons = float(found.flows.sum())
    return LabourMarketAreas(
        frame, _place_rows(found, areas, frame), _merge_rows(found, areas), found.kind, rule,
        persons, found.n_unplaced, level, draws, _notes(study, found, rule),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class _Drawn:
    containment: Floats  # (draws, areas)
    overlap: Floats  # (draws, areas)


def _resampled(
    flows: csr_array,
    areas: Areas,
    rule: AreaRule,
    *,
    draws: int,
    seed: int,
    progress: Progress,
) -> _Drawn:
    """Return self-containment and best overlap of the areas in resampled flows."""

    def one(draw: int) -> tuple[Floats, Floats]:
        again = flows.copy()
        again.data = child(seed, "flows", draw).poisson(flows.data).astype(np.float64)
        again.eliminate_zeros()
        label = merged_areas(again, rule).label
        return _containment(*area_flows(again, areas.label)), best_overlap(areas.label, label)

    shape = (draws if areas.number else 0, areas.number)
    found = _Drawn(np.empty(shape), np.empty(shape))
    drawn = spread(one, range(shape[0]))
    for draw in told(progress, "labour markets of resampled flows", range(shape[0])):
        found.containment[draw], found.overlap[draw] = next(drawn)
    return found


def _containment(within: Floats, live: Floats, work: Floats) -> Floats:
    largest = np.maximum(live, work)
    return np.divide(within, largest, out=np.zeros_like(within), where=largest > 0)


def _area_rows(
    found: PlaceFlows, areas: Areas, drawn: _Drawn, *, rule: AreaRule, level: Share
) -> pl.DataFrame:
    within, live, work = area_flows(found.flows, areas.label)
    share = _containment(within, live, work)
    valid = validity(live, share, rule)
    tail = (1 - level) / 2
    has = drawn.overlap.shape[0] > 0 and areas.number > 0
    low, high = (
        np.quantile(drawn.containment, [tail, 1 - tail], axis=0)
        if has else np.full((2, areas.number), np.nan)
    )  # fmt: skip
    stable = drawn.overlap.mean(axis=0) if has else np.full(areas.number, np.nan)
    place_live = as_floats(found.flows.sum(axis=1))
    heads = [_largest(areas.label == k, place_live) for k in range(areas.number)]
    status = np.where(valid >= 1, "valid", NOT_VALID)
    status = np.where((valid >= 1) & (live < rule.least_size), SMALL, status)
    columns = {
        "area_id": found.places["place_id"].gather(heads),
        "label": found.places["name"].gather(heads),
        "n_places": np.bincount(areas.label[areas.label >= 0], minlength=areas.number),
        "n_reserved": np.bincount(areas.label[areas.reserved], minlength=areas.number),
        "live": live, "work": work, "within": within, "value": share, "low": low, "high": high,
        "level": np.full(areas.number, level), "validity": valid, "stability": stable,
        "status": status.astype(str),
    }  # fmt: skip
    frame = pl.DataFrame(columns, nan_to_null=True).cast(AREA_SCHEMA)  # type: ignore[arg-type]  # names to types
    return frame.with_row_index("number").sort(
        ["live", "area_id"], descending=[True, False]
    ).drop("number")  # fmt: skip


def _largest(inside: np.ndarray, live: Floats) -> int:
    rows = np.flatnonzero(inside)
    return int(rows[np.argmax(live[rows])])


def _place_rows(found: PlaceFlows, areas: Areas, frame: pl.DataFrame) -> pl.DataFrame:
    live, work = as_floats(found.flows.sum(axis=1)), as_floats(found.flows.sum(axis=0))
    heads = [_largest(areas.label == k, live) for k in range(areas.number)]
    ids = [found.places["place_id"][head] for head in heads]
    placed: Indices = areas.label
    status = np.where(areas.reserved, "attached last", "attached")
    status = np.where(placed < 0, "not attached: no flows to or from any area", status)
    columns = {
        "place_id": found.places["place_id"], "name": found.places["name"],
        "area_id": [ids[k] if k >= 0 else None for k in placed], "live": live, "work": work,
        "within": as_floats(found.flows.diagonal()), "status": status.astype(str),
    }  # fmt: skip
    order = {area: rank for rank, area in enumerate(frame["area_id"])}
    rows = pl.DataFrame(columns, schema=PLACE_SCHEMA)
    rank = pl.col("area_id").replace_strict(order, default=len(order), return_dtype=pl.Int64)
    return rows.sort([rank, "live", "place_id"], descending=[False, True, False])


def _merge_rows(found: PlaceFlows, areas: Areas) -> pl.DataFrame:
    ended, into = areas.ended[:, 0], areas.ended[:, 1]
    if not ended.size:
        return pl.DataFrame(schema=MERGE_SCHEMA)
    linked = pl.Series(into >= 0)
    place, name = found.places["place_id"], found.places["name"]
    columns = {
        "step": np.arange(1, ended.size + 1), "place_id": place.gather(ended),
        "label": name.gather(ended), "validity": areas.measured[:, 0],
        "into_id": place.gather(np.maximum(into, 0)), "into": name.gather(np.maximum(into, 0)),
        "cohesion": areas.measured[:, 1],
    }  # fmt: skip
    rows = pl.DataFrame(columns).with_columns(
        pl.when(linked).then(pl.col("into_id", "into", "cohesion")),
        status=pl.when(linked).then(pl.lit("linked")).otherwise(pl.lit("stayed: no link")),
    )
    return rows.select(*MERGE_SCHEMA).cast(MERGE_SCHEMA)  # type: ignore[arg-type]  # names to types


def _notes(study: Study, found: PlaceFlows, rule: AreaRule) -> tuple[str, ...]:
    notes, persons = [], float(found.flows.sum())
    if found.kind and persons < 2 * rule.least_size:
        notes.append(
            f"All flows together are {persons:,.0f} persons and an area needs about "
            f"{rule.least_size:,.0f}: this rule cannot tell two areas apart here. Set the "
            "sizes to the numbers the study has."
        )
    elif found.kind and persons < 10 * rule.least_size:
        notes.append(
            f"Sizes are large for these flows: {persons:,.0f} persons make fewer than ten "
            f"areas of the least size ({rule.least_size:,.0f}). Set smaller sizes to see more."
        )
    if found.kind in ("labour_move", "spells"):
        notes.append("Flows are moves between jobs, not commuting; areas may cross borders.")
    n_undated = study.spells["start"].null_count() if found.kind == "spells" else 0
    if n_undated:
        notes.append(
            f"{plural(n_undated, 'spell')} whose start is not known "
            f"{verb(n_undated, 'was', 'were')} left out."
        )
    if found.n_unplaced:
        notes.append(
            f"{plural(found.n_unplaced, 'person')} with an end whose place is not known."
        )
    return tuple(notes)
