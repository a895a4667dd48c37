"""The answer for each cluster: a sentence with its numbers, and what would settle the rest."""

from __future__ import annotations

from typing import Any

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.diagnosis.findings import DISPUTED, LIKELY, OPEN, SURE, WEAK
from buzzline.diagnosis.signs import SCALES_ASKED
from buzzline.tables.study import Study

CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "answer": pl.String,
    "n_members": pl.Int64, "n_tied": pl.Int64, "n_ties": pl.Int64, "n_questions": pl.Int64,
    "n_firm": pl.Int64, "n_likely": pl.Int64, "n_weak": pl.Int64, "n_disputed": pl.Int64,
    "n_open": pl.Int64, "open": pl.String, "settled_by": pl.String,
}  # fmt: skip
CONFIDENCES = (SURE, LIKELY, WEAK, DISPUTED, OPEN)
POLES = {"fewer than expected": "short of", "more than expected": "rich in"}
TOO_FEW = "has too few ties to tell how it is tied"
TIES = tuple(f"{scale} ties" for scale in SCALES_ASKED)


def answers_of(
    study: Study, clustering: Clustering, *, examined: pl.DataFrame, findings: pl.DataFrame
) -> pl.DataFrame:
    """Return one row a cluster.

    Parameters
    ----------
    study : Study
    clustering : Clustering
    examined : DataFrame
        Its clusters in question.
    findings : DataFrame
        As `findings_of` returns it.
    """
    tied = _tied(study, clustering)
    rows = [
        _row(cluster, findings.filter(pl.col("cluster_id") == cluster["cluster_id"]),
             tied.get(cluster["cluster_id"], (0, 0)))
        for cluster in examined.iter_rows(named=True)
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=CLUSTER_SCHEMA, orient="row")


def _tied(study: Study, clustering: Clustering) -> dict[str, tuple[int, int]]:
    """Return how many members of each cluster have a tie, and how many ties they have."""
    numbered = study.linkages.filter(pl.col("source") != pl.col("target")).with_row_index("tie")
    ends = pl.concat([numbered.select("tie", org_id=end) for end in ("source", "target")])
    found = (
        clustering.members.select("cluster_id", "org_id")
        .join(ends, on="org_id", how="inner")
        .group_by("cluster_id")
        .agg(n_tied=pl.col("org_id").n_unique(), n_ties=pl.col("tie").n_unique())
    )
    return {name: (tied, ties) for name, tied, ties in found.iter_rows()}


def _row(
    cluster: dict[str, Any], findings: pl.DataFrame, tied: tuple[int, int]
) -> tuple[object, ...]:
    counts = dict(findings.group_by("confidence").len().iter_rows())
    unsettled = findings.filter(pl.col("confidence").is_in([OPEN, DISPUTED]))
    settled = [text for text in unsettled["settled_by"].unique(maintain_order=True) if text]
    return (
        cluster["cluster_id"], cluster["label"], cluster["industry"],
        answer(str(cluster["label"]), str(cluster["industry"]), findings),
        cluster["n_members"], *tied, findings.height,
        *(counts.get(name, 0) for name in CONFIDENCES),
        ", ".join(unsettled["theme"]), "; ".join(settled[:2]),
    )  # fmt: skip


def answer(label: str, industry: str, findings: pl.DataFrame) -> str:
    """Return one sentence: what the ties of a cluster are like, with the numbers behind it.

    Parameters
    ----------
    label, industry : str
    findings : DataFrame
        Of this cluster.

    Examples
    --------
    >>> columns = ("theme", "answer", "confidence", "evidence")
    >>> rows = [("global ties", "fewer than expected", "firm", "supply: 0.2 times [0.1, 0.4]")]
    >>> answer("Prato, IT", "textiles", pl.DataFrame(rows, schema=columns, orient="row"))
    'Prato, IT (textiles) is short of global ties (supply: 0.2 times [0.1, 0.4]; firm).'
    """
    name = f"{label} ({industry})"
    ties = findings.filter(pl.col("theme").is_in(TIES))
    is_told = pl.col("confidence").is_in([SURE, LIKELY])
    off = ties.filter(pl.col("answer").is_in(list(POLES)) & (pl.col("confidence") != DISPUTED))
    poles = [
        f"{POLES[rows['answer'][0]]} {_ties(rows)}"
        for _, rows in off.group_by("answer", maintain_order=True)
    ]
    expected = ties.filter(is_told & ~pl.col("answer").is_in(list(POLES)))
    parts = [f"is {' and '.join(poles)}"] if poles else []
    if expected.height:
        scales = _scales(expected)
        parts.append(
            f"has as many {scales} ties as expected"
            if poles
            else f"has the {scales} ties that others like it would have"
        )
    disputed = ties.filter(pl.col("confidence") == DISPUTED)
    if disputed.height:
        parts.append(f"on its {_scales(disputed)} ties the signs point both ways")
    open_ = ties.filter(pl.col("confidence") == OPEN)
    if parts and open_.height:
        parts.append(f"nothing can be said of its {_scales(open_)} ties")
    return f"{name} {', and '.join(parts)}." if parts else f"{name} {TOO_FEW}."


def _scales(rows: pl.DataFrame) -> str:
    names = [theme.removesuffix(" ties") for theme in rows["theme"]]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _ties(rows: pl.DataFrame) -> str:
    parts = [
        f"{'some ' if row['confidence'] == WEAK else ''}{row['theme']} "
        f"({_first(row['evidence'])}; {row['confidence']})"
        for row in rows.iter_rows(named=True)
    ]
    return " and ".join(parts)


def _first(evidence: str) -> str:
    """Return the first sign of the evidence, without what another yardstick says."""
    return evidence.partition(";")[0].partition(" (")[0]
