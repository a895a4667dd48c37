"""Clusters with the ties their members told of, and with who answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.linkages.advice_ties import AdviceTies, ClusterTies, by_cluster
from buzzline.linkages.response_gate import ANSWERED, Response, answers_of, response_of, told_by
from buzzline.tables.study import Study
from buzzline.wording import plural

FEWEST_MEMBERS, FEWEST_INSIDE = 5, 10
FEWEST_RECORDS = 5  # with a tie inside: those of one project are one observation


@dataclass(frozen=True, slots=True, eq=False)
class Surveyed:
    """One cluster.

    Attributes
    ----------
    named : dict            `cluster_id`, `label`, `industry`
    who : DataFrame         (k,) `org_id`, `name` of the members, in the order of the ties
    ties : ClusterTies
    response : Response
    """

    named: dict[str, object]
    who: pl.DataFrame
    ties: ClusterTies
    response: Response

    def sizes(self) -> dict[str, object]:
        """Return how many members and ties there are, and how many members answered."""
        n_inside = self.n_inside
        return {
            "n_members": self.ties.k, "n_inside": n_inside,
            "n_outside": self.ties.source.size - n_inside,
            "response_rate": self.response.rate,
        }  # fmt: skip

    @property
    def n_inside(self) -> int:
        """Number of ties among members."""
        return int(((self.ties.source < self.ties.k) & (self.ties.target < self.ties.k)).sum())

    def refusal(self) -> str:
        """Say why nothing can be said of the cluster; nothing where it can be measured."""
        if self.ties.k < FEWEST_MEMBERS:
            return (
                f"not testable: {plural(self.ties.k, 'member')}; at least {FEWEST_MEMBERS} are "
                "needed"
            )
        if gate := self.response.refusal():
            return gate
        if self.n_inside < FEWEST_INSIDE:
            return (
                f"not testable: {plural(self.n_inside, 'tie')} inside; at least "
                f"{FEWEST_INSIDE} are needed"
            )
        inside = (self.ties.source < self.ties.k) & (self.ties.target < self.ties.k)
        n_records = np.unique(self.ties.unit[inside[self.ties.pair]]).size
        if n_records < FEWEST_RECORDS:
            return (
                f"not testable: {plural(self.n_inside, 'tie')} inside, all from "
                f"{plural(n_records, 'record')}; at least {FEWEST_RECORDS} are needed"
            )
        if not self.ties.outside.size:
            return "not testable: no tie with anybody outside; at least 1 is needed"
        return ""


def unused_rate(study: Study, layers: tuple[str, ...], rate: float | None) -> tuple[str, ...]:
    """Say that a response rate given is not used where who answered is known."""
    if rate is None or not answers_of(study, layers).height:
        return ()
    return (
        f"`response_rate` ({rate:.0%}) is used only for clusters none of whose members is "
        f"listed as `{ANSWERED}`; of the others it is known who answered.",
    )


def surveyed_clusters(
    study: Study, clustering: Clustering, ties: AdviceTies, *, rate: float | None
) -> Iterator[Surveyed]:
    """Yield the clusters of a clustering, in its order.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    ties : AdviceTies
    rate : share, optional
        Of members who answered, where the study does not say who did.
    """
    answers, end = answers_of(study, ties.layers), told_by(study, ties.layers)
    names = study.organisations.select("org_id", "name")
    for cluster, some in by_cluster(study, clustering, ties):
        who = names[some.members]
        response = response_of(who["org_id"], answers, end=end, rate=rate)
        named = {key: cluster[key] for key in ("cluster_id", "label", "industry")}
        yield Surveyed(named, who, some, response)
