"""Which places lie in which others, so that no job is counted in a region and in its country.

The table `places` decides where it tells levels. Otherwise identifiers may: in `DE`, `DE1`,
`DE11` or `09`, `09162` the longer lie in the shorter. That is believed only when jobs agree.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from buzzline.tables import table_named

LADDER = table_named("places").column("level").values  # the finest first
MOST = 0.8  # share of the places that must hold those whose identifiers begin like theirs
HALF = 0.5  # of the places must begin like another one
ABOUT = (0.5, 1.1)  # jobs of the parts to those of the whole: some withheld, some noise


def one_kind_of_place(
    rows: pl.DataFrame, places: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """Return the rows of the rung of the ladder that most places stand on, and what was left.

    Parameters
    ----------
    rows : DataFrame
        `place_id` and `jobs`.
    places : DataFrame
        As `study.places`.
    """
    told = places.filter(pl.col("level").is_not_null()).select("place_id", "level")
    known = rows.select("place_id").unique().join(told, on="place_id", how="left")
    if known["level"].null_count() == known.height:
        sums = rows.group_by("place_id").agg(pl.col("jobs").sum())
        length = nested_lengths(dict(sums.iter_rows()))
        known = known.with_columns(
            pl.col("place_id").replace_strict(length, default=None, return_dtype=pl.String)
            .alias("level")
        )  # fmt: skip
    counts = dict(known.group_by("level").len().iter_rows())
    if len(counts) < 2:
        return rows, []
    kept = max(counts, key=lambda level: (counts[level], _fineness(level)))
    other = known.filter(~pl.col("level").eq_missing(pl.lit(kept)))
    left = rows.join(other.select("place_id"), on="place_id", how="anti", maintain_order="left")
    name = f"`{kept}`" if kept else "none"
    return left, [
        f"Places of another level than {name} are left out, so that nothing is counted twice: "
        f"{other.height:,} (such as {other['place_id'].sort()[0]})."
    ]


def _fineness(level: str | None) -> int:
    """Return a number that is larger for finer levels, -9 for an unknown one."""
    if level is None:
        return -9
    return -LADDER.index(level) if level in LADDER else int(level.split()[0])


def nested_lengths(jobs: Mapping[str, float]) -> dict[str, str]:
    """Return place → its level by the length of its identifier; nothing when they do not nest.

    Examples
    --------
    >>> nested_lengths({"DE": 9.0, "DE1": 5.0, "DE2": 4.0})
    {'DE': '2 characters', 'DE1': '3 characters', 'DE2': '3 characters'}
    >>> nested_lengths({"1": 9.0, "2": 5.0, "12": 4.0})
    {}
    """
    parts: dict[str, float] = {}
    inside = 0
    for place, value in jobs.items():
        shorter = (place[:n] for n in range(len(place) - 1, 0, -1))
        whole = next((part for part in shorter if part in jobs), "")
        if whole:
            inside += 1
            parts[whole] = parts.get(whole, 0.0) + value
    low, high = ABOUT
    agree = sum(
        low * jobs[whole] <= part <= high * jobs[whole] for whole, part in parts.items()
    )
    if not parts or inside < HALF * len(jobs) or agree < MOST * len(parts):
        return {}
    return {place: f"{len(place)} characters" for place in jobs}
