"""ClusterHistory: clusters followed over the years."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Provenance
from buzzline.clusters.lifecycle_following import HistoryRule
from buzzline.quantities import Share

KINDS = ("born", "emerged", "merged", "split", "regrouped", "dissolved", "faded")
COURSES = ("grown", "shrunk", "rose and fell", "fell and rose")

CLUSTER_SCHEMA = {
    "history_id": pl.String, "label": pl.String, "industry": pl.String,
    "first_year": pl.Int64, "last_year": pl.Int64, "n_years": pl.Int64, "began": pl.String,
    "ended": pl.String, "n_first": pl.Int64, "n_last": pl.Int64, "n_most": pl.Int64,
    "course": pl.String, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "level": pl.Float64, "exchange": pl.String, "crossing_year": pl.Float64,
    "crossing_low": pl.Float64, "crossing_high": pl.Float64, "exchange_reason": pl.String,
    "longitude": pl.Float64, "latitude": pl.Float64,
}  # fmt: skip
YEAR_SCHEMA = {
    "history_id": pl.String, "label": pl.String, "industry": pl.String, "year": pl.Int64,
    "n_members": pl.Int64, "n_entered": pl.Int64, "n_left": pl.Int64, "growth": pl.Float64,
    "growth_low": pl.Float64, "growth_high": pl.Float64, "verdict": pl.String,
    "heterogeneity": pl.Float64, "heterogeneity_low": pl.Float64,
    "heterogeneity_high": pl.Float64, "heterogeneity_expected": pl.Float64,
    "n_known": pl.Int64, "received": pl.Int64, "made": pl.Int64, "ratio": pl.Float64,
    "ratio_low": pl.Float64, "ratio_high": pl.Float64, "level": pl.Float64,
    "status": pl.String,
}  # fmt: skip
EVENT_SCHEMA = {
    "year": pl.Int64, "since": pl.Int64, "industry": pl.String, "kind": pl.String,
    "before": pl.String, "after": pl.String, "n_before": pl.Int64, "n_after": pl.Int64,
    "n_shared": pl.Int64, "n_new": pl.Int64, "n_gone": pl.Int64, "support": pl.Float64,
    "by_chance": pl.Float64, "p": pl.Float64,
    "before_ids": pl.String, "after_ids": pl.String,
}  # fmt: skip
STATE_SCHEMA = {
    "history_id": pl.String, "label": pl.String, "industry": pl.String, "year": pl.Int64,
    "emerging": pl.Float64, "growing": pl.Float64, "sustaining": pl.Float64,
    "declining": pl.Float64, "renewal": pl.Float64, "status": pl.String,
}  # fmt: skip
DRIFT_SCHEMA = {
    "industry": pl.String, "since": pl.Int64, "year": pl.Int64, "value": pl.Float64,
    "expected": pl.Float64, "low": pl.Float64, "high": pl.Float64, "level": pl.Float64,
    "p": pl.Float64, "q": pl.Float64, "shared_information": pl.Float64, "n": pl.Int64,
    "status": pl.String,
}  # fmt: skip
FLOW_SCHEMA = {
    "industry": pl.String, "since": pl.Int64, "year": pl.Int64, "before": pl.String,
    "after": pl.String, "n": pl.Int64,
}  # fmt: skip
MEMBER_SCHEMA = {
    "history_id": pl.String, "org_id": pl.String, "since": pl.Int64, "until": pl.Int64,
}  # fmt: skip
NOT_THERE, IN_NONE = "(not there)", "(in no cluster)"


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterHistory:
    """Clusters followed over the years.

    Attributes
    ----------
    clusters : DataFrame
        One row a cluster over the years, largest first: `history_id`, `label`, `industry`,
        `first_year`, `last_year`, `n_years` (in which it was found), `began`, `ended` (what
        happened; or that it was there at the start, at the end, before or after a gap),
        `n_first`, `n_last`, `n_most` (members), `course` ("grown", "stable", "shrunk", "rose
        and fell", "fell and rose", "not testable"), `value` (growth a year, log points),
        `low`, `high`, `level`, `exchange` ("absorbing", "creating", "became creating",
        "became absorbing", "undecided", "not testable"), `crossing_year`,
        `crossing_low`, `crossing_high`, `exchange_reason`, `longitude`, `latitude`.
    years : DataFrame
        One row a cluster and observed year: `n_members`, `n_entered`, `n_left`, `growth` with
        `growth_low`, `growth_high`, `verdict`; `heterogeneity` (mean cognitive distance of
        two members) with its interval, `heterogeneity_expected` (of any two organisations) and
        `n_known` (members with items); `received`, `made` (citations across the border),
        `ratio` with its interval; `level`, `status` ("found", "not found").
    events : DataFrame
        One row an event: `year`, `since`, `industry`, `kind`, `before`, `after` (labels),
        `n_before`, `n_after`, `n_shared`, `n_new` (members not there before), `n_gone`,
        `support` (share of resampled organisations that give the same), `by_chance` (how many
        of the kind turnover alone gives in that industry and year), `p` (of as many; empty for
        what dissolved, which turnover is), `before_ids`, `after_ids`.
    states : DataFrame
        One row a cluster and year: probabilities of `emerging`, `growing`, `sustaining`,
        `declining`, of `renewal`, and `status`; a cluster with too few years has one row, with
        the reason.
    drift : DataFrame
        One row an industry and step, and one over all steps (`year` empty): `value`
        (variation of information between the two years [bit]), `expected`, `low`, `high`, `p`,
        `q` (what turnover alone gives), `shared_information` (normalised), `n`, `status`.
    flows : DataFrame
        `industry`, `since`, `year`, `before`, `after`, `n`: organisations that went from one
        cluster to another, from or to none, or were not there.
    members : DataFrame
        `history_id`, `org_id`, `since`, `until`: unbroken stays.
    rule : HistoryRule
    level : share
    draws : int
    notes : tuple[str, ...]     what a reader must know
    """

    clusters: pl.DataFrame
    years: pl.DataFrame
    events: pl.DataFrame
    states: pl.DataFrame
    drift: pl.DataFrame
    flows: pl.DataFrame
    members: pl.DataFrame
    rule: HistoryRule
    level: Share
    draws: int
    notes: tuple[str, ...]
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster over the years, largest first."""
        return self.clusters

    def __str__(self) -> str:
        if not self.clusters.height:
            return " ".join(["No cluster can be followed.", *self.notes])
        n = self.clusters.height
        first, last = self.years.select(pl.col("year").min(), last=pl.col("year").max()).row(0)
        counts = dict(self.events.group_by("kind").len().iter_rows())
        courses = dict(self.clusters.group_by("course").len().iter_rows())
        said = [f"{counts[kind]:,} {kind}" for kind in KINDS if kind in counts]
        said += [f"{courses[name]:,} {name}" for name in COURSES if name in courses]
        text = (
            f"{n:,} cluster{'' if n == 1 else 's'} followed from {first} to {last}: "
            f"{', '.join(said) or 'nothing changed beyond chance'}."
        )
        return " ".join([text, *self._held_against_turnover(), *self.notes])

    def _held_against_turnover(self) -> list[str]:
        tested = self.events["p"].drop_nulls()
        if not tested.len():
            return []
        n = int((tested <= 1 - self.level + 1e-9).sum())
        return [
            f"Of {tested.len():,} event{'' if tested.len() == 1 else 's'} that turnover alone "
            f"could give, {n:,} {'is' if n == 1 else 'are'} more than it does "
            f"(p at most {1 - self.level:.3g})."
        ]

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.clusters.head(20)._repr_html_()}"
