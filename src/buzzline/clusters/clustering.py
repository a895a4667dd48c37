"""Clustering: candidate clusters, their members and the tree they come from."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from buzzline.analysis import Provenance
from buzzline.quantities import Share

FIRST_TEST_ONLY = (
    "These are candidate clusters: places where an industry is denser than all organisations "
    "together. Whether each is also socially separate (own labour market, own linkages) has "
    "not been tested here."
)
TESTED_BESIDE = (
    "These are candidate clusters: places where an industry is denser than all organisations "
    "together. Whether each is also socially separate (own labour market, own linkages) is the "
    "second test: see “Where does a cluster begin and end”."
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Clustering:
    """Candidate clusters of one or several industries.

    Attributes
    ----------
    clusters : DataFrame
        One row a cluster, strongest first: `cluster_id` (str), `label` (str, a place a person
        recognises), `industry`, `scale_km` (radius at which it was found), `n_members`,
        `n_core`, `n_background` (all organisations in the footprint), `expected` (members if
        the industry were spread like all organisations), `ratio` (n_members / expected), `low`,
        `high` (interval of `ratio`), `level`, `strength` (log-likelihood ratio), `p` (Monte
        Carlo over the whole map), `q` (false-discovery rate over clusters and industries),
        `longitude`, `latitude` (of the densest site), `radius_km` (from there to the furthest
        member), `country`, `places` (str: the commonest cities of its members).
    members : DataFrame
        `cluster_id`, `org_id`, `is_core`.
    tree : DataFrame
        Every candidate at every scale: `candidate_id`, `parent_id` (null at the top),
        `industry`, `scale_km`, `n_members`, `n_core`, `n_background`, `expected`, `strength`,
        `cluster_id` (null unless chosen), `label`.
    coverage : DataFrame
        One row an industry and scale: `industry`, `scale_km`, `n_organisations`, `n_located`,
        `n_core`, `n_candidates`, `status` ("examined" or why not).
    level, false_discovery_rate : share
    draws : int
        Relabellings behind `p`.
    note : str
        Which of the two tests the clusters passed, for whoever reads them.
    """

    clusters: pl.DataFrame
    members: pl.DataFrame
    tree: pl.DataFrame
    coverage: pl.DataFrame
    level: Share
    false_discovery_rate: Share
    draws: int
    provenance: Provenance | None = None
    note: str = FIRST_TEST_ONLY

    def table(self) -> pl.DataFrame:
        """Return one row a cluster, strongest first."""
        return self.clusters

    def tested_beside(self) -> Clustering:
        """Return the same candidates, for where the second test stands beside them."""
        return replace(self, note=TESTED_BESIDE) if self.note == FIRST_TEST_ONLY else self

    def __str__(self) -> str:
        examined = self.coverage.filter(pl.col("status") == "examined").height
        if not examined:
            reasons = self.coverage["status"].unique(maintain_order=True).to_list()
            return f"No cluster could be looked for ({'; '.join(reasons) or 'no industry'})."
        if not self.clusters.height:
            return "No candidate cluster stands out from chance."
        first = self.clusters.row(0, named=True)
        n, n_industries = self.clusters.height, self.clusters["industry"].n_unique()
        candidate = "candidate " if self.note in (FIRST_TEST_ONLY, TESTED_BESIDE) else ""
        tested = "" if first["p"] is None else f", p = {first['p']:.3g}"
        which = "largest" if first["strength"] is None else "strongest"
        ratio = "" if first["ratio"] is None else (
            f", {first['ratio']:.1f} times what all organisations would give"
        )  # fmt: skip
        return (
            f"{n:,} {candidate}cluster{'' if n == 1 else 's'} in {n_industries:,} "
            f"industr{'y' if n_industries == 1 else 'ies'}; the {which} is "
            f"{first['label']} ({first['industry']}, {first['n_members']:,} members{ratio}"
            f"{tested}). {self.note}"
        )

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return f"<p>{self}</p>{self.clusters.head(20)._repr_html_()}"
