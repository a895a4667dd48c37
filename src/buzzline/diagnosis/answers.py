"""The answer for each cluster: a sentence with its numbers, and what would settle the rest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.diagnosis.findings import DISPUTED, LIKELY, MIXED, OPEN, SURE, TIES, WEAK
from buzzline.tables.study import Study

CLUSTER_SCHEMA = {
    "cluster_id": pl.String, "label": pl.String, "industry": pl.String, "answer": pl.String,
    "n_members": pl.Int64, "n_tied": pl.Int64, "n_ties": pl.Int64, "n_questions": pl.Int64,
    "n_firm": pl.Int64, "n_likely": pl.Int64, "n_weak": pl.Int64, "n_disputed": pl.Int64,
    "n_open": pl.Int64, "open": pl.String, "settled_by": pl.String,
}  # fmt: skip
CONFIDENCES = (SURE, LIKELY, WEAK, DISPUTED, OPEN)
SHORT, RICH = "short of", "rich in"
POLES = {"fewer than expected": SHORT, "more than expected": RICH}
TOO_FEW = "has too few ties to tell how it is tied"
BORDERS = "distance and borders"
BEYOND = (
    "who carries the outside", "what breaks", "reach through few", "distant pipelines",
    "similar clusters", "owners abroad",
)  # fmt: skip


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
    """Return what the ties of a cluster are like, with the numbers behind it.

    Parameters
    ----------
    label, industry : str
    findings : DataFrame
        Of this cluster.

    Examples
    --------
    >>> row = {"theme": "global ties", "answer": "fewer than expected", "confidence": "firm",
    ...        "evidence": "supply: 0.2 times [0.1, 0.4]", "against": "", "low_in": "supply",
    ...        "middle_in": "", "high_in": "", "reason": "", "n_middle": 0}
    >>> answer("Prato, IT", "textiles", pl.DataFrame([row]))
    'Prato, IT (textiles) is short of global ties (supply: 0.2 times [0.1, 0.4]; firm).'
    """
    name = f"{label} ({industry})"
    ties = findings.filter(pl.col("theme").is_in(TIES))
    told, further = _of_scales(ties), _beyond_scales(findings)
    first = f"{name} {', and '.join(told)}." if told else _untold(name, ties)
    return f"{first} {further}".rstrip()


def _of_scales(ties: pl.DataFrame) -> list[str]:
    """Return what a cluster is short of and rich in, what is as expected, and the rest."""
    is_told = pl.col("confidence").is_in([SURE, LIKELY])
    is_off = pl.col("answer").is_in([*POLES, MIXED])
    poles = [
        f"{word} {' and '.join(parts)}"
        for end, word in (("fewer than expected", SHORT), ("more than expected", RICH))
        if (parts := [_off(row, word) for row in _at(ties, end)])
    ]
    expected = ties.filter(is_told & ~is_off)
    found = [f"is {' and '.join(poles)}"] if poles else []
    if expected.height:
        scales = _scales(expected)
        borders = all(BORDERS in evidence for evidence in expected["evidence"])
        found.append(
            f"has as many {scales} ties as expected"
            if poles
            else f"has the {scales} ties that size{',' if borders else ' and'} distance"
            f"{' and borders' if borders else ''} give"
        )
    disputed = ties.filter(pl.col("confidence") == DISPUTED)
    if disputed.height:
        found.append(f"on its {_scales(disputed)} ties the signs point both ways")
    open_ = ties.filter(pl.col("confidence") == OPEN)
    if found and open_.height:
        found.append(f"nothing can be said of its {_scales(open_)} ties")
    return found


def _at(ties: pl.DataFrame, end: str) -> Iterator[dict[str, Any]]:
    return ties.filter(pl.col("answer").is_in([end, MIXED])).iter_rows(named=True)


def _off(row: dict[str, Any], word: str) -> str:
    """Return a scale that is off, with the layers that are where not all are, and a number."""
    low = word == SHORT
    evidence = row["against"] if row["answer"] == MIXED and not low else row["evidence"]
    end, other = (row["low_in"], row["high_in"]) if low else (row["high_in"], row["low_in"])
    rest = [part for part in (row["middle_in"], other) if part]
    scale = row["theme"].removesuffix(" ties")
    confidence = row["confidence"]
    if not rest:
        return f"{row['theme']} ({_first(evidence)}; {confidence})"
    but = f", not of {_and(', '.join(rest))} ties" if word == SHORT else (
        f", not in {_and(', '.join(rest))} ties"
    )  # fmt: skip
    return f"{scale} {_and(end)} ties ({_first(evidence)}; {confidence}{but})"


def _beyond_scales(findings: pl.DataFrame) -> str:
    """Return what is likely of carriers, reach and pipelines, in a sentence of its own."""
    is_told = pl.col("confidence").is_in([SURE, LIKELY])
    rows = findings.filter(is_told & pl.col("theme").is_in(BEYOND))
    if "n_low" in rows.columns:
        rows = rows.filter((pl.col("n_low") > 0) | (pl.col("n_high") > 0))
    said = "; ".join(
        f"{row['theme']}: {row['answer']} ({_first(row['evidence'])}; {row['confidence']})"
        for row in rows.iter_rows(named=True)
    )
    return f"Further, {said}." if said else ""


def _untold(name: str, ties: pl.DataFrame) -> str:
    """Return that nothing can be told of ties at any scale, and why where it is one reason."""
    reasons = set(ties["reason"].to_list()) - {""} if ties.height else set()
    if len(reasons) == 1:
        return f"{name}: how it is tied cannot be told; {reasons.pop().rstrip('.')}."
    return f"{name} {TOO_FEW}."


def _and(names: str) -> str:
    """Return names separated by commas as a list in words."""
    parts = names.split(", ")
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _scales(rows: pl.DataFrame) -> str:
    return _and(", ".join(theme.removesuffix(" ties") for theme in rows["theme"]))


def _first(evidence: str) -> str:
    """Return the first sign of the evidence, without what another yardstick says."""
    return evidence.partition(";")[0].partition(" (")[0]
