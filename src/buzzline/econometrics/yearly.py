"""Outcomes, buzz and pipelines of organisations, year by year."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from buzzline.arrays import Codes, as_codes, as_floats, as_indices
from buzzline.econometrics.open_ends import open_ends, ties_of_some
from buzzline.econometrics.panel import FEWEST_GROUPS, Panel
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.buzz import buzz_exposure, met_exposure
from buzzline.linkages.buzz_surroundings import around_of, present
from buzzline.linkages.pipelines import pipelines_of, showing
from buzzline.quantities import Kilometres
from buzzline.space.scales import Cutoffs
from buzzline.tables.indicators import of_performance
from buzzline.tables.study import Study
from buzzline.wording import plural

BUZZ, PIPELINES = "buzz", "pipelines"
NO_OUTCOME = frozenset({BUZZ, PIPELINES})
PLENTY_OF_GROUPS = 10
FEWEST_YEARS = 4
FEWEST_ORGANISATIONS = 20
GROUPINGS = ("region", "city")  # coarsest first: whoever may share luck
NEARLY_ALL = 0.9  # of the rows have a name, for groups to be by it
ORGANISATION = "organisation"
ALONE = (
    "Errors are by organisation: too few regions or cities are named, so luck that neighbours "
    "share is not in them, and intervals may be too narrow."
)


def outcome_of(study: Study, wanted: str | None) -> str:
    """Return the indicator that is held against buzz and pipelines.

    The one that most organisations and years have, unless one is named; "" where there is none.

    Raises
    ------
    InvalidArgument
        An indicator that no organisation has.
    """
    known = of_organisations(study).group_by("indicator").len()
    counts = dict(known.sort(["len", "indicator"], descending=[True, False]).iter_rows())
    if wanted is not None:
        if wanted not in counts:
            said = ", ".join(sorted(counts)) or "none"
            raise InvalidArgument(
                f"outcomes: no organisation has the indicator {wanted!r}; indicators of "
                f"organisations are {said}"
            )
        return wanted
    return next((name for name in of_performance(counts) if name not in NO_OUTCOME), "")


def of_organisations(study: Study) -> pl.DataFrame:
    """Return the yearly outcomes of organisations, with their row in the study."""
    row = study.organisations.select("org_id", row=pl.int_range(pl.len(), dtype=pl.Int64))
    return study.outcomes.select("unit_id", "indicator", "year", "value").join(
        row, left_on="unit_id", right_on="org_id", how="inner", validate="m:1",
        maintain_order="left",
    )  # fmt: skip


def outcomes_by_year(study: Study, outcome: str) -> pl.DataFrame:
    """Return `row`, `year` and `y` of one indicator of organisations."""
    rows = of_organisations(study).filter(pl.col("indicator") == outcome)
    return rows.select("row", pl.col("year").cast(pl.Int64), y="value").sort("row", "year")


def too_little(rows: pl.DataFrame, outcome: str, fewest_years: int = FEWEST_YEARS) -> str:
    """Say why a panel cannot be fitted; nothing where it can.

    Parameters
    ----------
    rows : DataFrame
        With `row`, `year` and `y`, of what would be fitted.
    """
    if not outcome:
        return (
            "no organisation has yearly outcomes: add rows of `outcomes` with its `org_id` as "
            f"`unit_id`, for {fewest_years} years or more"
        )
    n_years, n = rows["year"].n_unique(), rows["row"].n_unique()
    if n_years < fewest_years:
        return (
            f"{plural(n_years, 'year')} of {outcome!r}, and {fewest_years} are needed to tell "
            "what moves within organisations"
        )
    if n < FEWEST_ORGANISATIONS:
        return (
            f"{plural(n, 'organisation')} with {outcome!r}, and at least "
            f"{FEWEST_ORGANISATIONS} are needed"
        )
    if not _moves(rows):
        return f"{outcome!r} does not move over the years, in any organisation on its own"
    return ""


def _moves(rows: pl.DataFrame) -> bool:
    """Tell whether an outcome changes within organisations, and not alike in all of them."""
    y = pl.col("y").cast(pl.Float64)
    small = 1e-9 * float(rows["y"].abs().max() or 0.0)  # type: ignore[arg-type]
    net = rows.select("row", y=y, net=y - y.mean().over("year"))
    ranges = net.group_by("row").agg(pl.col("y", "net").max() - pl.col("y", "net").min())
    return all(bool((ranges[name] > small).any()) for name in ("y", "net"))


def groups_of(study: Study, rows: np.ndarray) -> tuple[Codes, str]:
    """Return the group of some rows within which luck may be shared, and what groups are.

    Regions where nearly all have one and there are ten or more, else cities, else whichever
    there are most of, if six or more, else organisations. Only named regions and cities count;
    whoever has none is with its city, or alone.
    """
    names = {name: _named(study, rows, name) for name in GROUPINGS}
    found: list[tuple[int, str]] = []
    for name, of in names.items():
        if of.len() and of.is_not_null().mean() >= NEARLY_ALL:  # type: ignore[operator]
            found.append((of.drop_nulls().n_unique(), name))
    plenty = [one for one in found if one[0] >= PLENTY_OF_GROUPS]
    n, name = next(iter(plenty), max(found, key=lambda one: one[0], default=(0, "")))
    alone = pl.select(pl.format("{}", pl.Series(rows))).to_series()
    if n < FEWEST_GROUPS:
        return as_codes(np.unique(rows, return_inverse=True)[1]), ORGANISATION
    finer = [f"{kind} " + names[kind] for kind in GROUPINGS[GROUPINGS.index(name) :]]
    code = pl.select(pl.coalesce(*finer, alone)).to_series()
    return as_codes(code.rank("dense").to_numpy() - 1), name


def _named(study: Study, rows: np.ndarray, name: str) -> pl.Series:
    """Return the region or city of some rows with its country; null where it has none."""
    told = study.organisations.select(
        pl.when(pl.col(name).is_not_null()).then(
            pl.format("{}: {}", pl.col("country").fill_null("?"), name)
        )
    )
    return told.to_series().gather(rows)


def exposures(
    study: Study,
    rows: pl.DataFrame,
    *,
    layers: Sequence[str] | None,
    decay_km: Kilometres,
    cutoffs: Cutoffs,
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return `row`, `year`, `buzz`, `pipelines` of organisations and years.

    Indicators "buzz" and "pipelines" where `outcomes` has them of organisations, else measured
    from who is there and which ties last in each year.

    Parameters
    ----------
    rows : DataFrame
        With `row` and `year`: the organisations, and the years of the outcome; exposures are
        of these years and the one before the first.

    Raises
    ------
    TooFew
        Too many ties have no first day while others of their layer have.
    """
    given = of_organisations(study)
    seen = rows["year"].to_numpy()
    years = range(int(seen.min()) - 1, int(seen.max()) + 1)
    who = rows.select("row").unique().sort("row")
    out = who.join(pl.DataFrame({"year": list(years)}), how="cross")
    notes: list[str] = []
    for name in (BUZZ, PIPELINES):
        told = given.filter(pl.col("indicator") == name)
        if told.height:
            values = told.select(
                "row", pl.col("year").cast(pl.Int64), pl.col("value").alias(name)
            )
            notes.append(f"{name.capitalize()} as the indicator {name!r} tells it.")
        elif name == BUZZ:
            values = _buzz(study, who, years, (decay_km, cutoffs.local_km), notes)
        else:
            values = _pipelines(study, who, years, (layers, cutoffs), notes)
        out = out.join(values, on=["row", "year"], how="left", validate="1:1",
                       maintain_order="left")  # fmt: skip
    return out, tuple(notes)


def lagged(rows: pl.DataFrame, by_year: pl.DataFrame) -> pl.DataFrame:
    """Join to each row what was so in the year before; rows without that are left out."""
    before = by_year.with_columns(pl.col("year") + 1)
    found = rows.join(
        before, on=["row", "year"], how="inner", validate="1:1", maintain_order="left"
    )
    return found.drop_nulls().filter(pl.all_horizontal(pl.exclude("row", "year").is_finite()))


def panel_of(
    study: Study, rows: pl.DataFrame, columns: Sequence[str], *, y: str = "y"
) -> tuple[Panel, str]:
    """Return rows as a panel, and what its groups are."""
    who = rows["row"].to_numpy()
    group, kind = groups_of(study, who)
    _, unit = np.unique(who, return_inverse=True)
    _, period = np.unique(rows["year"].to_numpy(), return_inverse=True)
    panel = Panel(
        as_floats(rows[y].to_numpy()), as_floats(rows.select(columns).to_numpy()),
        as_codes(unit), as_codes(period), group, tuple(columns),
    )  # fmt: skip
    return panel, kind


def _buzz(
    study: Study,
    who: pl.DataFrame,
    years: range,
    distances: tuple[Kilometres, Kilometres],
    notes: list[str],
) -> pl.DataFrame:
    around = around_of(study, decay_km=distances[0], local_km=distances[1])
    base = around.surroundings
    everybody = who["row"].to_numpy()
    focal = as_indices(everybody[base.located[everybody]])
    opened, closed = (study.organisations[name].dt.year() for name in ("opened", "closed"))
    mixing = around.mixing(focal)
    parts = []
    for year in years:
        there = (opened.fill_null(year) <= year) & (closed.fill_null(year) >= year)
        now = present(base, there.to_numpy())
        heard = buzz_exposure(now, focal, edges_km=np.empty(0))[:, 0]
        heard = as_floats(heard + met_exposure(now, focal, mixing))
        parts.append(pl.DataFrame({"row": focal, "year": [year] * focal.size, BUZZ: heard},
                                  schema_overrides={"year": pl.Int64}))  # fmt: skip
    notes += [
        "Buzz measured from who is there in each year; it moves only as organisations open and "
        "close nearby.",
        *around.notes,
    ]
    return pl.concat(parts)


def _pipelines(
    study: Study,
    who: pl.DataFrame,
    years: range,
    choices: tuple[Sequence[str] | None, Cutoffs],
    notes: list[str],
) -> pl.DataFrame:
    rows = who["row"].to_numpy()
    ends = open_ends(ties_of_some(study, who["row"]).filter(showing(choices[0])))
    if reason := ends.refusal():
        raise TooFew(reason)
    parts = []
    for year in years:
        found = pipelines_of(study, layers=choices[0], cutoffs=choices[1], year=year)
        held = found.held().sum(axis=1)[rows]
        parts.append(pl.DataFrame({"row": rows, "year": [year] * rows.size, PIPELINES: held},
                                  schema_overrides={"year": pl.Int64}))  # fmt: skip
    notes += ends.notes()
    notes.append("Pipelines measured from the ties that last in each year.")
    return pl.concat(parts)
