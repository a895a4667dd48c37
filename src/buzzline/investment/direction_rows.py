"""Tables of the direction of investment: shares with intervals, against random matching."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_floats
from buzzline.investment.direction_codes import WHOLE_NAME
from buzzline.investment.direction_kinds import KINDS, kinds_at
from buzzline.investment.direction_matching import Matching, matching_of, replicates
from buzzline.investment.direction_scene import Scene
from buzzline.investment.direction_shared import in_common, industry_sets
from buzzline.investment.direction_shares import ClusteredShare, clustered_share, deals_needed
from buzzline.progress import Progress
from buzzline.randomness import child
from buzzline.resampling import central_range, false_discovery_q
from buzzline.tables.study import Study
from buzzline.wording import plural

ALONE = "of groups without another of their country that made about as many"
MOST_ALONE = 0.5  # of the deals; with more, chance is too narrow to say anything
Row = dict[str, object]
SHARE_SCHEMA = {
    "value": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "expected": pl.Float64, "expected_low": pl.Float64, "expected_high": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "n": pl.Int64, "n_groups": pl.Int64,
    "needed": pl.Int64, "status": pl.String,
}  # fmt: skip
ANY = "an industry in common"
WITHIN = ("within_expected", "within_low", "within_high", "within_p")
CURVE_SCHEMA = {
    "digits": pl.Int64, "rule": pl.String, **SHARE_SCHEMA, **dict.fromkeys(WITHIN, pl.Float64),
    "two_digits": pl.Float64, "n_unknown": pl.Int64,
}  # fmt: skip
KIND_SCHEMA = {"digits": pl.Int64, "kind": pl.String, **SHARE_SCHEMA}
SPLIT_SCHEMA = {"by": pl.String, "which": pl.String, "digits": pl.Int64, **SHARE_SCHEMA}
FUNCTION_SCHEMA = {
    "function": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "n": pl.Int64, "n_groups": pl.Int64, "n_unknown": pl.Int64,
    "status": pl.String,
}  # fmt: skip


class Chance(NamedTuple):
    """What random matching gave, and for how many deals it could not deal anew."""

    replicates: Floats
    share_alone: float
    is_alone: Flags = np.zeros(0, np.bool_)  # of each deal

    def of(self, at: Indices) -> Chance:
        """Return the same for a table row about some of the deals."""
        share = float(self.is_alone[at].mean()) if at.size else 1.0
        return self._replace(share_alone=share)


class Asked(NamedTuple):
    """How the tables are to be made."""

    level: float
    draws: int
    seed: int


def chance_of(scene: Scene, asked: Asked, progress: Progress) -> Chance:
    """Return every share with buyers changing hands at random. (draws, k)."""
    matching = scene.matching()
    rng = child(asked.seed, "investment direction", "matching")
    blocks = []
    for done in range(0, asked.draws, 20):
        progress("random matching", done, asked.draws)
        n = min(20, asked.draws - done)
        blocks.append(replicates(scene.measure, matching, draws=n, rng=rng))
    progress("random matching", asked.draws, asked.draws)
    width = scene.measure(np.arange(scene.deals.height)).size
    return Chance(
        as_floats(np.concatenate([np.empty((0, width)), *blocks])), matching.share_alone,
        matching.is_alone,
    )  # fmt: skip


def curve_rows(study: Study, scene: Scene, chance: Chance, *, asked: Asked) -> pl.DataFrame:
    """Return the share horizontal at each number of digits, finest first."""
    rows = []
    for row, digits in enumerate(scene.ladder.levels):
        at = scene.ladder.known_at(row)
        flags = scene.ladder.source[row][at] == scene.ladder.target[row][at]
        own = share_at(scene, at, flags, level=asked.level)
        found = columns_of(own, chance.of(at), row, asked=asked)
        within = _within(scene, row, at, asked) if row else {}
        rows.append(
            {"digits": digits or None, "rule": _rule(digits),
             "n_unknown": scene.deals.height - at.size,
             "two_digits": _two_digits(scene, at) if digits > 2 else None}
            | found | within
        )  # fmt: skip
    if scene.ladder.levels == (WHOLE_NAME,) and study.activities.height:
        rows.append(_any_row(study, scene, chance, asked))
    return frame_of(rows[::-1], CURVE_SCHEMA)


def _rule(digits: int) -> str:
    return f"the same {plural(digits, 'digit')}" if digits else "the same main industry"


def _any_row(study: Study, scene: Scene, chance: Chance, asked: Asked) -> Row:
    """Return the share of deals with any industry in common, for names of industries."""
    source, target = (industry_sets(study, scene.deals[end]) for end in ("source", "target"))
    everyone = np.arange(scene.deals.height)
    flags = in_common(source, target, everyone)
    drawn = replicates(
        lambda buyer: as_floats([in_common(source, target, buyer).mean()]), scene.matching(),
        draws=asked.draws, rng=child(asked.seed, "investment direction", "any"),
    )  # fmt: skip
    own = share_at(scene, everyone, flags, level=asked.level)
    found = columns_of(own, Chance(drawn, chance.share_alone), 0, asked=asked)
    return {"rule": ANY, "n_unknown": 0} | found


def kind_rows(scene: Scene, chance: Chance, asked: Asked) -> pl.DataFrame:
    """Return the share of each kind at each number of digits; nothing without flows."""
    if not scene.chain.is_known:
        return frame_of([{"status": scene.chain.note, "kind": "vertical"}], KIND_SCHEMA)
    rows = []
    n_levels = len(scene.ladder.levels)
    for row, digits in enumerate(scene.ladder.levels):
        kinds = kinds_at(scene.ladder, scene.chain, row)
        at = np.flatnonzero(kinds >= 0)
        for number, kind in enumerate(KINDS):
            own = share_at(scene, at, kinds[at] == number, level=asked.level)
            column = n_levels + row * len(KINDS) + number
            rows.append(
                {"digits": digits or None, "kind": kind}
                | columns_of(own, chance.of(at), column, asked=asked)
            )  # fmt: skip
    return frame_of(rows, KIND_SCHEMA)


def split_rows(scene: Scene, chance: Chance, asked: Asked) -> pl.DataFrame:
    """Return the share horizontal by mode, borders, knowledge intensity, origin, function."""
    row = scene.split_row
    digits = scene.ladder.levels[row] or None
    at = scene.ladder.known_at(row)
    same = scene.ladder.source[row] == scene.ladder.target[row]
    column = len(scene.ladder.levels) * (1 + len(KINDS))
    rows: list[Row] = []
    for split in scene.splits:
        for number, which in enumerate(split.labels):
            of_it = at[split.label[at] == number]
            own = share_at(scene, of_it, same[of_it], level=asked.level)
            found = columns_of(own, chance.of(of_it), column + number, asked=asked)
            rows.append({"by": split.by, "which": which, "digits": digits} | found)
        column += len(split.labels)
    return frame_of(rows, SPLIT_SCHEMA)


def function_rows(study: Study, scene: Scene, asked: Asked) -> pl.DataFrame:
    """Return how often what is bought does what its buyer does not do itself.

    Of deals in the same industry (at the digits of the tables), for each function bought and
    for all together.
    """
    does = (
        study.establishments.drop_nulls("function").group_by("org_id")
        .agg(does=pl.col("function").unique())
    )  # fmt: skip
    row = scene.split_row
    bought = scene.ladder.target[row]
    same = (scene.ladder.source[row] == bought) & (bought >= 0)
    told = scene.deals.select("source", "function").join(
        does, left_on="source", right_on="org_id", how="left", validate="m:1",
        maintain_order="left",
    )  # fmt: skip
    known = (told["function"].is_not_null() & told["does"].is_not_null()).to_numpy() & same
    other = told.select(
        (~pl.col("does").list.contains(pl.col("function"))).fill_null(value=False)
    ).to_series().to_numpy()  # fmt: skip
    names = told["function"].filter(pl.Series(known)).value_counts(sort=True).to_series(0)
    rows: list[Row] = []
    for name in (None, *names):
        is_it = known if name is None else known & (told["function"] == name).fill_null(
            value=False
        ).to_numpy()  # fmt: skip
        at = np.flatnonzero(is_it)
        own = share_at(scene, at, other[at], level=asked.level)
        why = own.reason if own.n else (
            "not testable: no deal within one industry whose functions are known at both ends "
            "(`establishments.function`)"
        )  # fmt: skip
        n_unknown = int((same & ~known).sum()) if name is None else None
        rows.append({
            "function": name or "all", "value": own.value, "low": own.low, "high": own.high,
            "level": asked.level, "n": own.n, "n_groups": own.n_groups, "n_unknown": n_unknown,
            "status": why or "measured",
        })  # fmt: skip
    return frame_of(rows, FUNCTION_SCHEMA)


def _two_digits(scene: Scene, at: Indices) -> float:
    """Return the share horizontal at two digits of the same deals."""
    row = scene.ladder.levels.index(2)
    same = scene.ladder.source[row][at] == scene.ladder.target[row][at]
    return float(same.mean()) if at.size else np.nan


def share_at(scene: Scene, at: Indices, flags: Flags, *, level: float) -> ClusteredShare:
    """Return the share of some deals that are of a kind."""
    return clustered_share(np.asarray(flags), scene.group[at], scene.target[at], level=level)


def columns_of(
    own: ClusteredShare, chance: Chance, column: int, *, asked: Asked, without: str = ALONE
) -> Row:
    """Return the columns of a share, with what random matching gives beside it."""
    row: Row = {
        "value": own.value, "low": own.low, "high": own.high, "level": asked.level,
        "n": own.n, "n_groups": own.n_groups, "status": own.reason or "measured",
    }  # fmt: skip
    drawn = chance.replicates[:, column]
    drawn = drawn[~np.isnan(drawn)]
    if not own.n or not drawn.size:
        return row
    if chance.share_alone > MOST_ALONE:
        row["status"] = _joined(own.reason, (
            f"no chance to compare with: {chance.share_alone:.0%} of deals are {without}"
        ))  # fmt: skip
        return row
    low, high = central_range(drawn, asked.level)
    expected = float(drawn.mean())
    return row | {
        "expected": expected, "expected_low": low, "expected_high": high,
        "p": _p(own.value, drawn),
        "needed": deals_needed(own.value, expected, design=own.design, level=asked.level)
        if own.reason == "" else None,
    }  # fmt: skip


def _within(scene: Scene, row: int, at: Indices, asked: Asked) -> Row:
    """Return what chance gives when buyers change hands within their coarser industry."""
    source, target = scene.ladder.source[row][at], scene.ladder.target[row][at]
    coarser = scene.ladder.source[row - 1][at].astype(np.int64)
    stratum = coarser * (int(scene.country.max(initial=0)) + 1) + scene.country[at]
    matching: Matching = matching_of(scene.group[at], stratum, scene.source[at])
    if not at.size or matching.share_alone > MOST_ALONE or not asked.draws:
        return {}
    rng = child(asked.seed, "investment direction", "within", row)
    drawn = replicates(
        lambda buyer: as_floats([(source[buyer] == target).mean()]), matching,
        draws=asked.draws, rng=rng,
    )[:, 0]  # fmt: skip
    low, high = central_range(drawn, asked.level)
    value = float((source == target).mean())
    return dict(zip(WITHIN, (float(drawn.mean()), low, high, _p(value, drawn)), strict=True))


def _p(value: float, drawn: Floats) -> float:
    return (1 + int((drawn >= value - 1e-12).sum())) / (1 + drawn.size)


def _joined(*reasons: str) -> str:
    return "; ".join(reason for reason in reasons if reason)


def frame_of(rows: list[Row], schema: dict[str, type[pl.DataType]]) -> pl.DataFrame:
    """Return rows as a frame; false discoveries are held over its rows."""
    columns = {name: [row.get(name) for row in rows] for name in schema}
    frame = pl.DataFrame(columns, schema=schema, strict=False).fill_nan(None)
    if "q" not in schema:
        return frame
    q = np.full(frame.height, np.nan)
    tested = np.flatnonzero(frame["p"].is_not_null().to_numpy())
    q[tested] = false_discovery_q(as_floats(frame["p"].to_numpy()[tested]))
    return frame.with_columns(pl.Series("q", q, nan_to_null=True))
