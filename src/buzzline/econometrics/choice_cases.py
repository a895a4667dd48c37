"""Choices among alternatives as arrays: one row an alternative, cases one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from buzzline.arrays import Flags, Floats, Indices, as_floats, as_indices
from buzzline.errors import InvalidArgument
from buzzline.sandwiches import Groups, group_codes

NONE = np.empty(0)


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Choices among alternatives.

    Attributes
    ----------
    x : (rows, k) float64           one row an alternative, cases one after the other
    start : (cases + 1,) int64      the rows of case c are start[c]:start[c + 1]
    chosen : (cases,) int64         row of the alternative chosen
    names : (k,) of str
    weight : (cases,) float64
    offset : (rows,) float64        added to log odds; of length 0: none
    """

    x: Floats
    start: Indices
    chosen: Indices
    names: tuple[str, ...]
    weight: Floats
    offset: Floats

    @property
    def n(self) -> int:
        """How many cases there are."""
        return int(self.chosen.size)

    @property
    def case(self) -> Indices:
        """The case of each row. (rows,)."""
        return as_indices(np.repeat(np.arange(self.n), np.diff(self.start)))

    def of_columns(self, names: Sequence[str]) -> Choices:
        """Return the same choices with some of the columns."""
        at = [self.names.index(name) for name in names]
        return replace(self, x=as_floats(self.x[:, at]), names=tuple(names))

    def of_cases(self, chosen: Indices) -> Choices:
        """Return some of the cases, in the order given."""
        width = np.diff(self.start)[chosen]
        start = as_indices(np.concatenate([[0], np.cumsum(width)]))
        shift = self.start[chosen] - start[:-1]
        rows = np.arange(start[-1]) + np.repeat(shift, width)
        offset = self.offset[rows] if self.offset.size else self.offset
        return Choices(
            as_floats(self.x[rows]), start, as_indices(self.chosen[chosen] - shift), self.names,
            as_floats(self.weight[chosen]), as_floats(offset),
        )  # fmt: skip

    def without_rows(self, left_out: Flags) -> tuple[Choices, Flags]:
        """Return choices without some alternatives, and which rows they are.

        Cases that chose one of those left out are left out as well.
        """
        still = np.flatnonzero(~left_out[self.chosen])
        kept = np.asarray(~left_out & np.isin(self.case, still))
        place = np.cumsum(kept) - 1
        width = np.add.reduceat(kept, self.start[:-1]) if self.n else NONE
        start = np.concatenate([[0], np.cumsum(width[still])])
        offset = self.offset[kept] if self.offset.size else self.offset
        return Choices(
            as_floats(self.x[kept]), as_indices(start), as_indices(place[self.chosen[still]]),
            self.names, as_floats(self.weight[still]), as_floats(offset),
        ), kept  # fmt: skip


def choices_of(
    x: Floats,
    case: Groups,
    is_chosen: Flags,
    *,
    names: Sequence[str] | None = None,
    weight: Floats | None = None,
    offset: Floats | None = None,
) -> Choices:
    """Return choices from rows that are alternatives, in any order.

    Parameters
    ----------
    x : (rows, k) float64
    case : (rows,) any
        Which choice the alternative belongs to; each may have any number of alternatives.
    is_chosen : (rows,) bool
        One a case.
    names : k names, optional
    weight : (rows,) float64, optional
        Of the case; that of the alternative chosen is taken.
    offset : (rows,) float64, optional
        Added to log odds, such as `sampling_offset`.

    Raises
    ------
    InvalidArgument
        A case without a chosen alternative or with several; numbers that are not finite;
        lengths that differ; a weight below 0.

    Examples
    --------
    >>> from buzzline.econometrics.choice import fit_choices
    >>> near = np.array([[1.0], [0.0], [1.0], [0.0], [1.0], [0.0]])
    >>> case, is_chosen = [1, 1, 2, 2, 3, 3], [True, False, True, False, False, True]
    >>> found = choices_of(near, np.array(case), np.array(is_chosen), names=["near"])
    >>> fit_choices(found).beta.round(3).tolist()  # ln 2
    [0.693]
    """
    x = as_floats(x)
    code, is_chosen = group_codes(case), np.asarray(is_chosen, np.bool_)
    names = tuple(names) if names is not None else tuple(f"x{k}" for k in range(x.shape[1]))
    _check_rows(x, code, is_chosen, names=names, beside=(weight, offset))
    if not (np.diff(code) >= 0).all():
        order = np.argsort(code, kind="stable")
        x, code, is_chosen = x[order], as_indices(code[order]), is_chosen[order]
        weight, offset = (some if some is None else some[order] for some in (weight, offset))
    n = int(code.max(initial=-1)) + 1
    start = as_indices(np.searchsorted(code, np.arange(n + 1)))
    chosen = as_indices(np.flatnonzero(is_chosen))
    return Choices(
        as_floats(x), start, chosen, names,
        np.ones(n) if weight is None else as_floats(weight[chosen]),
        NONE if offset is None else as_floats(offset),
    )  # fmt: skip


def _check_rows(
    x: Floats, code: Indices, is_chosen: Flags, *, names: Sequence[str],
    beside: tuple[Floats | None, ...],
) -> None:  # fmt: skip
    sizes = {x.shape[0], code.size, is_chosen.size, *(b.size for b in beside if b is not None)}
    if len(sizes) > 1 or len(names) != x.shape[1]:
        raise InvalidArgument("conditional logit: rows, names and columns must be as many")
    if not all(np.isfinite(some).all() for some in (x, *(b for b in beside if b is not None))):
        raise InvalidArgument(
            "conditional logit: numbers must be finite; leave cases out in which one is missing"
        )
    per_case = np.bincount(code[is_chosen], minlength=int(code.max(initial=-1)) + 1)
    if not code.size or (per_case != 1).any():
        n = int((per_case != 1).sum())
        raise InvalidArgument(
            f"conditional logit: {n:,} cases without exactly one chosen alternative; repeat a "
            "case for each choice, and leave out those without"
        )
    weight = beside[0]
    if weight is not None and (weight < 0).any():
        raise InvalidArgument("conditional logit: weights must not be below 0")


__all__ = ["Choices", "choices_of"]
