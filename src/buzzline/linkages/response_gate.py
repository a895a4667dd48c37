"""What a survey of ties can bear: the gate of the response rate, and bounds below it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, isnan, nan

import numpy as np
import polars as pl

from buzzline.arrays import Flags, Indices, as_flags, as_indices
from buzzline.errors import InvalidArgument
from buzzline.linkages.advice_ties import SURVEYED, ClusterTies
from buzzline.tables.study import Study
from buzzline.wording import plural

ANSWERED = "answered"  # indicator of `outcomes`: 1 where an organisation answered, else 0
ENOUGH = 0.8  # of the members, from which on those missing are not made up for
FEWEST = 0.7  # below, no role is reported
LIKE = 5  # who answered, of whom others told most nearly as much as of somebody absent
MOSTLY_TOLD = 0.5  # of the ties of a layer by one end, from which on it was asked for
REPORTED_BY_ONE = 0.8  # of the ties told by a respondent, from which on one end tells them


@dataclass(frozen=True, slots=True, eq=False)
class Response:
    """Who of a cluster answered.

    Attributes
    ----------
    rate : float            NaN where nobody was asked, or it is not known
    answered : (k,) bool    everybody where it is not known who
    is_known : bool         who answered is known
    told_by : "target", "source" or "both"
                            which end of a tie tells of it
    """

    rate: float
    answered: Flags
    is_known: bool
    told_by: str

    @property
    def is_bounded(self) -> bool:
        """Tell whether those who did not answer are too many to be left out."""
        return self.is_known and FEWEST <= self.rate < ENOUGH

    def refusal(self) -> str:
        """Say why no role can be reported; nothing where roles can."""
        if isnan(self.rate) or self.rate >= FEWEST:
            return ""
        k = self.answered.size
        more = ceil(FEWEST * k) - round(self.rate * k)
        if self.is_known and not self.answered.any():
            return (
                f"not testable: none of {k:,} members is known to have answered; "
                f"{plural(more, 'answer')} needed"
            )
        return (
            f"not testable: {self.rate:.0%} of {k:,} members answered, below {FEWEST:.0%}; "
            f"{plural(max(more, 1), 'more answer')} needed"
        )

    def status(self) -> str:
        """Say what the answers bear, for a cluster that is measured."""
        if isnan(self.rate):
            return "measured"
        if self.rate >= ENOUGH:
            return "measured"
        if self.is_known:
            return f"measured with bounds: {self.rate:.0%} of members answered"
        return (
            f"measured without bounds: {self.rate:.0%} of members answered, and who did not is "
            f"not known (indicator `{ANSWERED}`)"
        )


def is_asked(study: Study, layers: tuple[str, ...]) -> bool:
    """Tell whether organisations were asked for some of these ties, as no register is.

    Advice is; another layer, where one end tells of half its ties or more.
    """
    told = pl.col("observed_by")
    by_end = (told == pl.col("source")) | (told == pl.col("target"))
    ties = study.linkages.filter(pl.col("layer").is_in(list(layers)))
    shares = ties.group_by("layer").agg(share=by_end.fill_null(value=False).mean())
    is_one = (pl.col("layer") == SURVEYED) | (pl.col("share") >= MOSTLY_TOLD)
    return shares.filter(is_one).height > 0


def answers_of(study: Study, layers: tuple[str, ...]) -> pl.DataFrame:
    """Return who answered, as last told: `org_id`, `answered`; no row where nobody was asked.

    A survey says nothing of ties that stand in registers: of these nobody's answer is missing.

    Raises
    ------
    InvalidArgument
        An answer that is neither 0 nor 1.
    """
    told = study.outcomes.filter(pl.col("indicator") == ANSWERED)
    wrong = told.filter(~pl.col("value").is_in([0.0, 1.0]))
    if wrong.height:
        unit, value = wrong.select("unit_id", "value").row(0)
        raise InvalidArgument(
            f"outcomes: `{ANSWERED}` of {unit!r} is {value:g} ({wrong.height:,} such rows); it "
            "is 1 for an organisation that answered the survey and 0 for one that did not."
        )
    if not is_asked(study, layers):
        told = told.clear()
    last = told.sort("year").unique("unit_id", keep="last", maintain_order=True)
    return last.select(org_id="unit_id", answered=pl.col("value") == 1)


def told_by(study: Study, layers: tuple[str, ...]) -> str:
    """Return which end of a tie tells of it: "source", "target", or "both"."""
    ties = study.linkages.filter(pl.col("layer").is_in(list(layers)))
    ends = [int((ties["observed_by"] == ties[end]).sum()) for end in ("source", "target")]
    for end, n in zip(("source", "target"), ends, strict=True):
        if n and n >= REPORTED_BY_ONE * sum(ends):
            return end
    return "both"


def response_of(
    ids: pl.Series, answers: pl.DataFrame, *, end: str, rate: float | None
) -> Response:
    """Return who of some members answered.

    Parameters
    ----------
    ids : (k,) Series of str
    answers : DataFrame
        As `answers_of` returns it; organisations it does not list did not answer, where it
        lists any at all. With a `rate` that holds for clusters no member of which is listed.
    end : str
        As `told_by` returns it.
    rate : share, optional
        Where who answered is not known.
    """
    told = pl.DataFrame({"org_id": ids}).join(
        answers, on="org_id", how="left", validate="m:1", maintain_order="left"
    )["answered"]
    nobody_listed = told.null_count() == told.len()
    if not answers.height or (nobody_listed and rate is not None):
        everybody = np.ones(ids.len(), np.bool_)
        return Response(nan if rate is None else float(rate), everybody, False, end)
    answered = as_flags(told.fill_null(value=False).to_numpy())
    return Response(float(answered.mean()), answered, True, end)


def completed_by_columns(ties: ClusterTies, response: Response) -> ClusterTies:
    """Return the ties with those that absent members would have told, if ties are mutual.

    The row of an absent member is taken from its column: where it is told to have advised x, it
    would have told that x advised it [1]_.

    References
    ----------
    .. [1] Huisman, M. (2009). Imputation of missing network data: some simple procedures.
       Journal of Social Structure 10(1). doi:10.21307/joss-2019-051
    """
    absent = _absent(ties, response)
    inside = (ties.source < ties.k) & (ties.target < ties.k)
    ends = {"target": ties.source, "source": ties.target}
    if response.told_by not in ends:  # whoever answered told of both directions
        return ties
    turned = inside & absent[ends[response.told_by]]
    return _with_ties(ties, ties.target[turned], ties.source[turned])


def completed_at_random(
    ties: ClusterTies, response: Response, rng: np.random.Generator
) -> Iterator[ClusterTies]:
    """Yield networks in which absent members tell as much as somebody like them told.

    Each absent member takes the numbers of untold ties, inside and outside, of one of the five
    who answered and of whom others told most nearly as much; with whom they are is drawn at
    random. Where both ends tell, only ties among those absent are missing: they come with the
    density among all others.
    """
    absent = np.flatnonzero(~response.answered)
    known = np.flatnonzero(response.answered)
    n_in, n_out, n_outside = ties.counts()
    heard = {"target": n_out, "source": n_in}.get(response.told_by, n_in + n_out)
    untold = {"target": n_in, "source": n_out}.get(response.told_by)
    apart = np.abs(heard[absent][:, None] - heard[known][None, :])
    like = known[np.argsort(apart, axis=1, kind="stable")[:, :LIKE]]
    density = (n_in[known].sum()) / max(known.size * (ties.k - 1), 1)
    while known.size:
        donor = like[np.arange(absent.size), rng.integers(like.shape[1], size=absent.size)]
        beyond = np.maximum(n_outside[donor] - n_outside[absent], 0).astype(np.int64)
        if untold is None:
            one, other = np.nonzero(rng.random((absent.size, absent.size)) < density)
            here, there = absent[one], absent[other]
        else:
            n = np.minimum(untold[donor], ties.k - 1).astype(np.int64)
            there = np.repeat(absent, n)
            here = rng.integers(ties.k, size=there.size)
        kept = here != there
        ends = (here, there) if response.told_by != "source" else (there, here)
        yield _with_ties(ties, ends[0][kept], ends[1][kept], np.repeat(absent, beyond))


def _absent(ties: ClusterTies, response: Response) -> Flags:
    return np.concatenate([~response.answered, np.zeros(ties.outside.size, np.bool_)])


def _with_ties(
    ties: ClusterTies, source: Indices, target: Indices, held: Indices | None = None
) -> ClusterTies:
    """Return the ties with more, each a unit of its own; `held`: members with one outside."""
    n, beyond = ties.n, np.zeros(0, np.int64) if held is None else held
    # each outside tie leads to somebody new
    fresh = n + np.arange(beyond.size)
    more = as_indices(np.concatenate([source, beyond]))
    ends = as_indices(np.concatenate([target, fresh]))
    if not ties.is_directed:
        more, ends = np.minimum(more, ends), np.maximum(more, ends)
    total = n + fresh.size
    keys = ties.source * total + ties.target
    extra = np.setdiff1d(more * total + ends, keys)
    first = int(ties.unit.max(initial=-1)) + 1
    added = np.arange(extra.size)
    return ClusterTies(
        ties.members, np.concatenate([ties.outside, np.full(fresh.size, -1)]),
        np.concatenate([ties.source, extra // total]),
        np.concatenate([ties.target, extra % total]),
        np.concatenate([ties.pair, ties.source.size + added]),
        np.concatenate([ties.unit, first + added]), ties.is_directed,
    )  # fmt: skip
