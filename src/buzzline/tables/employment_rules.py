"""Rules for the table of employment: marks of suppression, codes that do not fit."""

from __future__ import annotations

import polars as pl

from buzzline.tables.codes import is_root, is_sum
from buzzline.tables.references import spelled_alike
from buzzline.tables.sifting import Sifted, put

# What offices write where a number would tell about a single business.
WITHHELD = ("(d)", "d", "(s)", "s", "(c)", "c", ":c", "(x)", "x", "*", "**", "/", "•", "#",
            "[c]", "[x]", "suppressed", "withheld", "confidential", "geheim")  # fmt: skip
MOST = 0.8  # share of the shorter codes that begin none of the longer ones


def withheld_jobs(sifted: Sifted) -> Sifted:
    """Read marks such as `(D)`, `c` or `*` in place of a number as jobs that are withheld."""
    if sifted.table.name != "employment" or "jobs" not in sifted.frame.columns:
        return sifted
    jobs = sifted.frame["jobs"]
    if jobs.dtype != pl.String:
        return sifted
    marked = jobs.str.strip_chars().str.to_lowercase().is_in(list(WITHHELD))
    marked = marked.fill_null(value=False)
    if not marked.any():
        return sifted
    sifted = sifted.found(
        "jobs are withheld", "jobs", marked,
        remedy="Read as suppressed: not known, which is not none. The share of all jobs that "
        "is suppressed is told with every result.",
    )  # fmt: skip
    frame = sifted.frame
    flags = (
        frame["suppressed"].cast(pl.String)
        if "suppressed" in frame.columns
        else pl.Series("suppressed", [None] * frame.height, dtype=pl.String)
    )
    told = flags.zip_with(~marked, pl.Series(["true"]).new_from_index(0, frame.height))
    return put(put(sifted, jobs.set(marked, None)), told.alias("suppressed"))


def codes_of_employment(sifted: Sifted, known: pl.Series | None) -> Sifted:
    """Hold codes to the table of industries; say which share of the jobs has no entry there.

    Nothing is set aside for it: jobs of an industry without a description are jobs.
    """
    if known is None:
        return _lost_zeros(sifted, "industry")
    given = sifted.frame["industry"]
    codes, strange = spelled_alike(given, known)
    respelled = (given != codes).fill_null(value=False)
    if respelled.any():
        sifted = sifted.mended(
            "identifier in another spelling", "industry", respelled, values=codes,
            remedy="Leading zeros or capitals differ from `industries`; read as the industry "
            "meant. Format codes as text in both files so that zeros are kept.",
        )  # fmt: skip
    listed = codes.filter(strange).unique()
    strange = codes.is_in([code for code in listed if not is_root(code)])
    if not strange.any():
        return sifted
    return sifted.found(
        "industry is not in `industries`", "industry", strange,
        remedy=f"Kept, {_share_of_jobs(sifted, strange)}but without title, cluster or level. "
        "If many codes are concerned, the two tables are of different vintages of the "
        "classification: bring them to one with its table of correspondence.",
    )  # fmt: skip


def places_of_employment(sifted: Sifted, known: pl.Series | None) -> Sifted:
    """Hold places to the table of places; those it does not list are kept and told.

    Where no such table tells how a place is spelled, lost zeros are noticed.
    """
    if known is None:
        return _lost_zeros(sifted, "place_id")
    given = sifted.frame["place_id"]
    ids, strange = spelled_alike(given, known)
    respelled = (given != ids).fill_null(value=False)
    if respelled.any():
        sifted = sifted.mended(
            "identifier in another spelling", "place_id", respelled, values=ids,
            remedy="Leading zeros or capitals differ from `places`; read as the place meant. "
            "Format identifiers as text in both files so that zeros are kept.",
        )  # fmt: skip
    if not strange.any():
        return sifted
    n = ids.filter(strange).n_unique()
    return sifted.found(
        "place is not in `places`", "place_id", strange,
        remedy=f"Kept, {_share_of_jobs(sifted, strange)}but without name or coordinates: "
        f"{n:,} of {ids.n_unique():,} places. Add them to `places` to see their names.",
    )  # fmt: skip


def sums_of_places(sifted: Sifted) -> Sifted:
    """Set rows aside whose place is called as a sum of all places."""
    if sifted.table.name != "employment" or "place_id" not in sifted.frame.columns:
        return sifted
    given = sifted.frame["place_id"]
    sums = [name for name in given.drop_nulls().unique() if is_sum(str(name))]
    return sifted.without(
        "sum of all places", "place_id", given.is_in(sums).fill_null(value=False),
        remedy="Nothing is lost: totals are taken from the places. Leave such rows out.",
    )  # fmt: skip


def _share_of_jobs(sifted: Sifted, strange: pl.Series) -> str:
    """Say which share of the jobs at the level of these codes the rows hold."""
    if "jobs" not in sifted.frame.columns:
        return ""
    rows = sifted.frame.select(
        pl.col("jobs").fill_null(0.0), strange.alias("strange"),
        pl.col("industry").str.len_chars().alias("length"),
    )  # fmt: skip
    sums = rows.group_by("length").agg(
        pl.col("jobs").sum().alias("all"), pl.col("jobs").filter("strange").sum().alias("part")
    )
    worst = sums.filter(pl.col("all") > 0).with_columns(share=pl.col("part") / pl.col("all"))
    if not worst.height:
        return ""
    row = worst.sort("share", "length").row(-1, named=True)
    return (
        f"with {row['part']:,.0f} jobs, {row['share']:.1%} of those in codes of "
        f"{row['length']} letters, "
    )


def _lost_zeros(sifted: Sifted, column: str) -> Sifted:
    """Notice codes of two lengths whose shorter ones begin none of the longer ones."""
    codes = sifted.frame[column].drop_nulls().unique()
    lengths = codes.str.len_chars().unique().sort().to_list()
    is_number = codes.str.contains(r"^[1-9]\d*$").all()
    if len(lengths) != 2 or lengths[1] != lengths[0] + 1 or lengths[0] < 2 or not is_number:
        return sifted
    short = codes.filter(codes.str.len_chars() == lengths[0])
    begun = codes.filter(codes.str.len_chars() == lengths[1]).str.head(lengths[0])
    alone = ~short.is_in(begun.implode())
    if int(alone.sum()) < MOST * short.len():
        return sifted
    where = sifted.frame[column].str.len_chars() == lengths[0]
    return sifted.found(
        "leading zeros may be lost", column, where.fill_null(value=False),
        remedy=f"Some codes have {lengths[0]} digits, the others {lengths[1]}, and none begins "
        "with 0: a spreadsheet probably took them for numbers. Kept as they are. Format the "
        "column as text, or give the table that lists them, which mends it.",
    )  # fmt: skip
