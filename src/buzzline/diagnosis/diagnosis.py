"""All signs of a cluster together: what agrees, what does not, what would settle the rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from buzzline.analysis import NOT_ASKED, NotMade, Provenance, analysis
from buzzline.clusters.clustering import Clustering
from buzzline.diagnosis.answers import answers_of
from buzzline.diagnosis.balance_signs import signs_not_compared, signs_of_balance
from buzzline.diagnosis.carrier_signs import (
    signs_of_gatekeepers,
    signs_of_reach,
    signs_of_redundancy,
    signs_of_removal,
)
from buzzline.diagnosis.deal_signs import signs_of_direction
from buzzline.diagnosis.dimensions import FiveDimensions
from buzzline.diagnosis.findings import beyond_chance, findings_of
from buzzline.diagnosis.needs import not_made, signs_of_unmade
from buzzline.diagnosis.pattern_cases import cases_beside, patterns_beside
from buzzline.diagnosis.signs import Sign, signs_table
from buzzline.diagnosis.standing_signs import (
    signs_of_dimensions,
    signs_of_owners,
    signs_of_pipelines,
)
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.direction import InvestmentDirection
from buzzline.linkages.balance import ScaleBalance
from buzzline.linkages.buzz_and_pipelines import BuzzAndPipelines
from buzzline.linkages.external_reach import ExternalReach
from buzzline.linkages.gatekeepers import Gatekeepers
from buzzline.linkages.patterns import MissingLinkPatterns
from buzzline.linkages.redundancy import Redundancy
from buzzline.linkages.removal_curves import RemovalCurves
from buzzline.quantities import Share
from buzzline.tables.study import Study
from buzzline.wording import plural

NAMED = 5  # clusters in a message


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ClusterDiagnosis:
    """How clusters are tied: every sign, what they say together, and what is open.

    Attributes
    ----------
    clusters : DataFrame
        One row a cluster: `cluster_id`, `label`, `industry`, `answer` (a sentence with its
        numbers), `n_members`, `n_tied` (members with a tie), `n_ties`, `n_questions`, `n_firm`,
        `n_likely`, `n_weak`, `n_disputed`, `n_open`, `open` (what cannot be said), `settled_by`
        (the data that would settle most).
    findings : DataFrame
        One row a cluster and question: `theme`, `question`, `answer`, `confidence` ("firm",
        "likely", "weak", "disputed", "open"), `n_signs`, `n_low`, `n_middle`, `n_high`,
        `n_open`, `evidence` (what speaks for the answer), `against`, `settled_by`.
    signs : DataFrame
        One row a sign: `theme`, `analysis`, `about`, `reading` ("low", "middle", "high",
        "open"), `says`, `value`, `low`, `high`, `level`, `p`, `n`, `n_needed`, `is_stable`,
        `sentence`, `reason`.
    patterns : DataFrame
        One row a cluster, layer and pattern of missing links that its ties may show: `layer`,
        `pattern`, `probability` (share of draws), `possible`, `settled_by`, `reading`,
        `levers`. Shares, never a label.
    cases : DataFrame
        One row a pattern that has a named case and a piece of evidence on that: `pattern`,
        `probability`, `case`, `claim`, `holder`, `side`, `evidence`, `source`, `tag`.
    not_made : DataFrame
        `analysis`, `reason`, `needs`: results that were not there.
    level : share
    """

    clusters: pl.DataFrame
    findings: pl.DataFrame
    signs: pl.DataFrame
    patterns: pl.DataFrame
    cases: pl.DataFrame
    not_made: pl.DataFrame
    level: Share
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, in the order of the clustering."""
        return self.clusters

    def __str__(self) -> str:
        if not self.clusters.height:
            return "No cluster could be diagnosed."
        counts = dict(self.findings.group_by("confidence").len().iter_rows())
        said = ", ".join(
            f"{counts.get(name, 0)} {name}"
            for name in ("firm", "likely", "weak", "disputed", "open")
        )
        first = self.clusters.row(0, named=True)
        return (
            f"{first['answer']} {plural(self.clusters.height, 'cluster')}, "
            f"{plural(self.findings.height, 'question')}: {said}."
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.findings._repr_html_()}"


@analysis(
    "diagnosis", "How is each cluster tied, how sure is that, and what would settle the rest?"
)
def cluster_diagnosis(  # noqa: PLR0913  # results that may be missing are no choices
    study: Study,
    clustering: Clustering,
    balance: ScaleBalance,
    *,
    patterns: MissingLinkPatterns | NotMade = NOT_ASKED,
    gatekeepers: Gatekeepers | NotMade = NOT_ASKED,
    reach: ExternalReach | NotMade = NOT_ASKED,
    redundancy: Redundancy | NotMade = NOT_ASKED,
    removal: RemovalCurves | NotMade = NOT_ASKED,
    pipelines: BuzzAndPipelines | NotMade = NOT_ASKED,
    direction: InvestmentDirection | NotMade = NOT_ASKED,
    dimensions: FiveDimensions | NotMade = NOT_ASKED,
    cluster: str | None = None,
    level: Share = 0.95,
) -> ClusterDiagnosis:
    """Hold all signs of how a cluster is tied against each other.

    Answers what the analyses of linkages say of a cluster when they are read together: where
    they agree, where they contradict each other, how sure each answer is, and which data would
    settle what is open. Nothing is added up, and no cluster is given a label.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    balance : ScaleBalance
    patterns, gatekeepers, reach, redundancy, removal, pipelines : results
    direction, dimensions : results
        What there is of them is read; for what is not there, the data it needs are listed.
    cluster : str or None
        `cluster_id` of the one to diagnose; without it, all clusters.
    level : share
        A sign counts where chance would give one like it less often than 1 - level, among all
        clusters and scales of its analysis.

    Returns
    -------
    ClusterDiagnosis

    Raises
    ------
    TooFew
        There is no cluster.
    InvalidArgument
        A cluster there is not.

    Notes
    -----
    Each sign reads one of three on its question: one end, the middle, or the other end; or it
    cannot tell. An answer is *firm* where all signs that can tell agree and none changes when
    the choices behind it do (cut-offs moved by a third, another yardstick); *likely* where they
    agree but one changes, or it was not tried on the only one; *weak* where some say so and
    others see nothing out of the way; *disputed* where signs contradict each other; *open*
    where none can tell. Signs of one table of ties are not independent of each other: *firm*
    means that every check that was made points one way, not that it was seen twice. Ties at a
    scale are held against size, distance and borders (G2) where that could be fitted.

    References
    ----------
    .. [1] Bathelt, H., Malmberg, A., Maskell, P. (2004). Clusters and knowledge: local buzz,
       global pipelines and the process of knowledge creation. Progress in Human Geography
       28(1). doi:10.1191/0309132504ph469oa

    Examples
    --------
    >>> from buzzline import candidate_clusters, make_world, scale_balance
    >>> study = make_world(organisations=600, clusters=3, rng=1).study
    >>> found = candidate_clusters(study, draws=199, rng=1)
    >>> balance = scale_balance(study, found, draws=49, rng=1)
    >>> said = cluster_diagnosis(study, found, balance)
    >>> said.not_made["analysis"].to_list()[:2]
    ['missing_link_patterns', 'gatekeepers']
    """
    examined = _examined(clustering, cluster)
    offered: dict[str, object] = {
        "missing_link_patterns": patterns, "gatekeepers": gatekeepers,
        "external_reach": reach, "redundancy": redundancy, "removal_curves": removal,
        "buzz_and_pipelines": pipelines, "investment_direction": direction,
        "five_dimensions": dimensions,
    }  # fmt: skip
    every = [
        *signs_of_balance(balance), *signs_not_compared(balance, examined),
        *_read(offered), *signs_of_unmade(examined, offered),
    ]  # fmt: skip
    signs = _in_order(beyond_chance(every, level=level), examined)
    findings = findings_of(signs)
    likely = None if isinstance(patterns, NotMade) else patterns
    return ClusterDiagnosis(
        clusters=answers_of(study, clustering, examined=examined, findings=findings),
        findings=findings,
        signs=signs_table(signs),
        patterns=patterns_beside(likely, examined),
        cases=cases_beside(likely, examined),
        not_made=not_made(offered),
        level=level,
    )


def _read(offered: Mapping[str, object]) -> list[Sign]:
    """Return the signs of every result that is there."""
    readers: dict[str, Callable[[Any], list[Sign]]] = {
        "missing_link_patterns": signs_of_owners, "gatekeepers": signs_of_gatekeepers,
        "external_reach": signs_of_reach, "redundancy": signs_of_redundancy,
        "removal_curves": signs_of_removal,
        "buzz_and_pipelines": signs_of_pipelines, "investment_direction": signs_of_direction,
        "five_dimensions": signs_of_dimensions,
    }  # fmt: skip
    return [
        sign
        for name, result in offered.items()
        if not isinstance(result, NotMade)
        for sign in readers[name](result)
    ]


def _examined(clustering: Clustering, cluster: str | None) -> pl.DataFrame:
    """Return the clusters in question."""
    if not clustering.clusters.height:
        raise TooFew("cluster_diagnosis: there is no cluster to diagnose")
    if cluster is None:
        return clustering.clusters
    found = clustering.clusters.filter(pl.col("cluster_id") == cluster)
    if not found.height:
        known = ", ".join(clustering.clusters["cluster_id"].head(NAMED))
        raise InvalidArgument(
            f"cluster_diagnosis: there is no cluster {cluster!r}; the first are {known}. Take "
            "one of the column `cluster_id` of the clusters."
        )
    return found


def _in_order(signs: Sequence[Sign], examined: pl.DataFrame) -> list[Sign]:
    """Return the signs of the clusters in question, in their order."""
    rank = {name: number for number, name in enumerate(examined["cluster_id"])}
    of_them = [sign for sign in signs if sign.cluster_id in rank]
    return sorted(of_them, key=lambda sign: rank[sign.cluster_id])
