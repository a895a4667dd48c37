"""Deals as the arrays that their direction is told from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Floats, Indices, as_flags, as_floats, as_indices
from buzzline.investment.deals import Deals
from buzzline.investment.direction_codes import Ladder, ladder_of
from buzzline.investment.direction_kinds import KINDS, Chain, chain_of, kinds_at
from buzzline.investment.direction_matching import Matching, matching_of
from buzzline.investment.knowledge_intensity import knowledge_intensive_industries
from buzzline.tables.study import Study

SPLIT_DIGITS = 4  # of the tables by mode, intensity, ...; fewer where codes do not reach them
ENOUGH_KNOWN = 0.5  # of the deals must reach the digits that tables are split at


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """A way to split deals.

    Attributes
    ----------
    by : str
    labels : tuple of str
    label : (n,) int64        -1 where not known
    of_buyer : bool           it goes with the buyer when buyers change hands
    """

    by: str
    labels: tuple[str, ...]
    label: Indices
    of_buyer: bool


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """Deals between organisations of known industries.

    Attributes
    ----------
    deals : DataFrame
    ladder : Ladder
    chain : Chain
    group, source, target, country : (n,) int64
        Whose, by whom, in whom, and of which country the buyer is.
    splits : tuple of Split
    left_out : DataFrame
        `reason`, `n`.
    notes : tuple of str
    """

    deals: pl.DataFrame
    ladder: Ladder
    chain: Chain
    group: Indices
    source: Indices
    target: Indices
    country: Indices
    splits: tuple[Split, ...]
    left_out: pl.DataFrame
    notes: tuple[str, ...]

    @property
    def split_row(self) -> int:
        """The level tables are split at: the deepest that half of the deals reach."""
        n = max(self.deals.height, 1)
        rows = [
            row for row, level in enumerate(self.ladder.levels)
            if level <= SPLIT_DIGITS
            and self.ladder.known_at(row).size >= ENOUGH_KNOWN * n
        ]  # fmt: skip
        return rows[-1] if rows else 0

    def matching(self) -> Matching:
        """Return which groups can stand for each other: of one country."""
        return matching_of(self.group, self.country, self.source)

    def measure(self, buyer: Indices) -> Floats:
        """Return all shares when each deal has the buyer of another.

        The share horizontal at each level, then of each kind at each level, then the share
        horizontal by label of each split.
        """
        same = [self._share_same(row, buyer) for row in range(len(self.ladder.levels))]
        kinds = [self._kinds(row, buyer) for row in range(len(self.ladder.levels))]
        by = [self._by_label(split, buyer) for split in self.splits]
        return as_floats(np.concatenate([np.array(same), *kinds, *by]))

    def _share_same(self, row: int, buyer: Indices) -> float:
        source, target = self.ladder.source[row][buyer], self.ladder.target[row]
        n = int(((source >= 0) & (target >= 0)).sum())
        return float(((source == target) & (target >= 0)).sum() / n) if n else np.nan

    def _kinds(self, row: int, buyer: Indices) -> Floats:
        if not self.chain.is_known:  # the table of kinds then only says why
            return np.full(len(KINDS), np.nan)
        kinds = kinds_at(self.ladder, self.chain, row, buyer=buyer)
        counts = np.bincount(kinds[kinds >= 0], minlength=len(KINDS))
        total = counts.sum()
        return as_floats(counts / total if total else np.full(len(KINDS), np.nan))

    def _by_label(self, split: Split, buyer: Indices) -> Floats:
        row = self.split_row
        source, target = self.ladder.source[row][buyer], self.ladder.target[row]
        label = split.label[buyer] if split.of_buyer else split.label
        known = (source >= 0) & (target >= 0) & (label >= 0)
        size = len(split.labels)
        n = np.bincount(label[known], minlength=size)
        same = np.bincount(label[known & (source == target)], minlength=size)
        return as_floats(np.where(n > 0, same / np.maximum(n, 1), np.nan))


def scene_of(
    study: Study, deals: Deals, *, knowledge_intensive: Sequence[str] | None = None
) -> Scene:
    """Return deals whose industries are known, as arrays, with what was left out and why."""
    listed = study.industries["industry"].drop_nulls().to_list()
    every = deals.deals
    ladder = ladder_of(every["source_industry"], every["target_industry"], listed=listed)
    is_known = as_flags((ladder.source[0] >= 0) & (ladder.target[0] >= 0))
    kept = every.filter(pl.Series(is_known))
    source, target = kept["source_industry"], kept["target_industry"]
    ladder = Ladder(
        ladder.levels, ladder.source[:, is_known], ladder.target[:, is_known], ladder.n_unlisted
    )
    codes = sorted({*source, *target})
    intensive, told = knowledge_intensive_industries(study, codes, knowledge_intensive)
    return Scene(
        kept, ladder, chain_of(study, source, target), _codes(kept["group"]),
        _codes(kept["source"]), _codes(kept["target"]), _codes(kept["origin_country"]),
        _splits(kept, intensive), _left_out(deals, is_known),
        _notes(ladder, told, bool(intensive)),
    )  # fmt: skip


def _splits(deals: pl.DataFrame, intensive: dict[str, bool]) -> tuple[Split, ...]:
    words = {True: "knowledge-intensive", False: "other"}
    of_target = deals["target_industry"].replace_strict(
        {code: words[is_high] for code, is_high in intensive.items()},
        default=None, return_dtype=pl.String,
    )  # fmt: skip
    origin = deals.select(
        pl.when(pl.col("origin").is_not_null()).then(pl.lit("from a cluster"))
        .otherwise(pl.lit("not from a cluster"))
    ).to_series()  # fmt: skip
    across = deals.select(
        pl.when("across_borders").then(pl.lit("across borders"))
        .when(~pl.col("across_borders")).then(pl.lit("within a country"))
    ).to_series()  # fmt: skip
    return (
        _split("mode", deals["mode"]),
        _split("borders", across),
        _split("knowledge intensity of what is bought", of_target),
        _split("origin", origin, of_buyer=True),
        _split("function of what is bought", deals["function"]),
    )


def _split(by: str, labels: pl.Series, *, of_buyer: bool = False) -> Split:
    names = tuple(labels.drop_nulls().value_counts(sort=True).to_series(0).to_list())
    number = {name: k for k, name in enumerate(names)}
    code = labels.replace_strict(number, default=-1, return_dtype=pl.Int64)
    return Split(by, names, as_indices(code.to_numpy()), of_buyer)


def _codes(values: pl.Series) -> Indices:
    """Return values as numbers; all that are not known share one."""
    return as_indices((values.rank("dense").cast(pl.Int64)).fill_null(0).to_numpy())


def _left_out(deals: Deals, is_known: Flags) -> pl.DataFrame:
    unknown = deals.deals.filter(pl.Series(~is_known))
    null = [unknown[f"{end}_industry"].is_null() for end in ("source", "target")]
    counts = {
        "the industry of the buyer is not known": int((null[0] & ~null[1]).sum()),
        "the industry of what is bought is not known": int((null[1] & ~null[0]).sum()),
        "neither industry is known": int((null[0] & null[1]).sum()),
        "a code of industries has no digits, or is not in the list of the classification":
            int((~null[0] & ~null[1]).sum()),
    }  # fmt: skip
    here = pl.DataFrame(
        {"reason": list(counts), "n": list(counts.values())},
        schema={"reason": pl.String, "n": pl.Int64},
    ).filter(pl.col("n") > 0)
    both = pl.concat([deals.left_out.cast({"n": pl.Int64}), here])
    return both.sort("n", "reason", descending=[True, False])


def _notes(ladder: Ladder, told: str, is_told: bool) -> tuple[str, ...]:
    notes = [] if is_told else [told]
    if ladder.levels == (0,):
        notes.append("Industries are names: digits do not apply, the same name counts.")
    if ladder.n_unlisted:
        notes.append(
            f"{ladder.n_unlisted:,} codes are not in `industries` and count as unknown; they "
            "may be of another vintage of the classification."
        )
    return tuple(notes)
