"""How each cluster is tied: the answer first, then what cannot be said, then the signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from buzzline.analysis import Answer
from buzzline.charts import chart
from buzzline.diagnosis.answers import POLES
from buzzline.diagnosis.diagnosis import ClusterDiagnosis
from buzzline.diagnosis.findings import DISPUTED, LIKELY, MIXED, OPEN, SURE, TIES, WEAK
from buzzline.report.drawings import Drawing, drawing
from buzzline.report.tables import Column, PageTable, rows_of, text, whole
from buzzline.report.wording import listed, percent, plural
from buzzline.wording import verb

OPENED = 3  # clusters that stand open; the others unfold
MOST_CLUSTERS = 20
MOST_OPEN = 5
NAMED = 3  # clusters of one end that are named
EXAMINED_SHARE = 0.05  # patterns less likely than that are not named
NO_PATTERN = ("none of these", "cannot be told")


@dataclass(frozen=True, slots=True)
class Statement:
    """One answered question: what about, the answer, and what speaks for and against it."""

    theme: str
    answer: str
    evidence: str
    against: str


@dataclass(frozen=True, slots=True)
class CaseNote:
    """A named case whose pattern the ties of a cluster may show, with its evidence."""

    case: str
    pattern: str
    said_for: tuple[str, ...]
    said_against: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DiagnosedCluster:
    """One cluster.

    Attributes
    ----------
    cluster_id, label, industry : str
    answer : str
        The first sentence.
    counted : str                     how many questions are answered, and how surely
    told : tuple of (heading, statements)    the surest first
    unsaid : tuple of (themes, what would settle it)
    patterns : str
    cases : tuple of CaseNote
    is_open : bool
    """

    cluster_id: str
    label: str
    industry: str
    answer: str
    counted: str
    told: tuple[tuple[str, tuple[Statement, ...]], ...]
    unsaid: tuple[tuple[str, str], ...]
    patterns: str
    cases: tuple[CaseNote, ...]
    is_open: bool


@dataclass(frozen=True, slots=True, eq=False)
class DiagnosisView:
    """What the section shows.

    Attributes
    ----------
    answer : str                   the first sentence of the section
    drawing : Drawing
    clusters : tuple of DiagnosedCluster
    n_clusters : int               all of them; those beyond are in the files
    table : PageTable              every sign
    not_made : PageTable or None
    """

    answer: str
    drawing: Drawing
    clusters: tuple[DiagnosedCluster, ...]
    n_clusters: int
    table: PageTable
    not_made: PageTable | None


def diagnosis_view(measures: Sequence[Answer]) -> DiagnosisView | None:
    """Gather the section; None where no diagnosis was made.

    Parameters
    ----------
    measures : sequence of results
    """
    found = [result for result in measures if isinstance(result, ClusterDiagnosis)]
    if not found or not found[-1].clusters.height:
        return None
    result = found[-1]
    shown = result.clusters.head(MOST_CLUSTERS)
    return DiagnosisView(
        answer=overall(result),
        drawing=drawing(lambda width: chart(result, width=width), "diagnosis"),
        clusters=tuple(
            _cluster(result, row, is_open=place < OPENED)
            for place, row in enumerate(shown.iter_rows(named=True))
        ),
        n_clusters=result.clusters.height,
        table=_signs(result),
        not_made=_not_made(result),
    )


def overall(result: ClusterDiagnosis) -> str:
    """Return one sentence on all clusters: who is short of what, and of how many none can say.

    Parameters
    ----------
    result : ClusterDiagnosis
    """
    scales = result.findings.filter(pl.col("theme").is_in(TIES))
    silent = scales.group_by("cluster_id", maintain_order=True).agg(
        is_open=(pl.col("confidence") == OPEN).all(), reason=pl.col("reason").first()
    )
    n_silent = int(silent["is_open"].sum())
    n_told = silent.height - n_silent
    if not n_told:
        why = next((reason.rstrip(".") for reason in silent["reason"] if reason), "")
        return "Of no cluster can anything be said about ties at any scale" + (
            f": {why}." if why else "."
        )
    parts = [
        part
        for answer, word in POLES.items()
        for theme in TIES
        if (part := _off(scales.filter(theme=theme), answer, word))
    ]
    said = listed(parts) if parts else "none is surely short of ties, or rich in them"
    of = f"Of {plural(n_told, 'cluster')} whose ties can be compared {said}"
    rest = f"; of {n_silent} more nothing can be said about ties at any scale"
    return f"{of}{rest if n_silent else ''}."


def _off(rows: pl.DataFrame, answer: str, word: str) -> str:
    """Return how many are at one end of a scale, in some layer at least, and who, if few."""
    sure = rows.filter(
        (pl.col("answer") == answer) & pl.col("confidence").is_in([SURE, LIKELY])
    )
    off = rows.filter(pl.col("answer").is_in([answer, MIXED]))
    if not off.height:
        return ""
    n, some = off.height, "" if sure.height == off.height else " in some layer"
    labels = listed(off["label"].to_list())
    who = f" ({labels})" if n <= NAMED else ""
    return f"{n} {verb(n, 'is', 'are')} {word} {rows['theme'][0]}{some}{who}"


def _cluster(
    result: ClusterDiagnosis, row: dict[str, object], *, is_open: bool
) -> DiagnosedCluster:
    cluster_id = str(row["cluster_id"])
    findings = result.findings.filter(cluster_id=cluster_id)
    headings = ((SURE, "Firm"), (LIKELY, "Likely"),
                (WEAK, "Some signs or layers say so, others do not"),
                (DISPUTED, "Signs contradict each other"))  # fmt: skip
    told = [
        (heading, _statements(findings.filter(confidence=name))) for name, heading in headings
    ]
    return DiagnosedCluster(
        cluster_id, str(row["label"]), str(row["industry"]), str(row["answer"]), _counted(row),
        tuple((heading, rows) for heading, rows in told if rows), _unsaid(findings),
        _patterns(result.patterns.filter(cluster_id=cluster_id)),
        _cases(result.cases.filter(cluster_id=cluster_id)), is_open,
    )  # fmt: skip


def _counted(row: dict[str, object]) -> str:
    counts = {name: int(str(row[f"n_{name}"])) for name in (SURE, LIKELY, WEAK, DISPUTED, OPEN)}
    said = [f"{n} {name}" for name, n in counts.items() if n]
    members, tied = int(str(row["n_members"])), int(str(row["n_tied"]))
    return (
        f"{plural(int(str(row['n_questions'])), 'question')}: {listed(said)}. It rests on "
        f"{plural(int(str(row['n_ties'])), 'tie')} of {tied:,} of {members:,} members."
    )


def _statements(rows: pl.DataFrame) -> tuple[Statement, ...]:
    return tuple(
        Statement(row["theme"], row["answer"], row["evidence"], row["against"])
        for row in rows.iter_rows(named=True)
    )


def _unsaid(findings: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    """Return what is open, those that the same data would settle together."""
    rows = findings.filter(pl.col("confidence").is_in([OPEN, DISPUTED]))
    grouped = rows.group_by("settled_by", maintain_order=True).agg(pl.col("theme"))
    return tuple(
        (listed(themes), settled) for settled, themes in grouped.head(MOST_OPEN).iter_rows()
    )


def _patterns(rows: pl.DataFrame) -> str:
    """Return the shares of patterns, layer by layer."""
    parts = []
    for (layer,), group in rows.group_by(["layer"], maintain_order=True):
        named = [
            f"{row['pattern']} {percent(row['probability'])}"
            for row in group.iter_rows(named=True)
            if row["probability"] >= EXAMINED_SHARE
        ]
        if named and any(p not in NO_PATTERN for p in group["pattern"]):
            parts.append(f"{str(layer).replace('_', ' ')}: {', '.join(named)}")
    return "; ".join(parts)


def _cases(rows: pl.DataFrame) -> tuple[CaseNote, ...]:
    found = []
    for (case, pattern), group in rows.group_by(["case", "pattern"], maintain_order=True):
        both = group.unique(["claim", "evidence"], keep="first", maintain_order=True)
        sides = {
            side: tuple(
                f"{row['evidence']} ({row['source']}; {row['tag']})"
                for row in both.iter_rows(named=True)
                if (row["side"] == "for") is (side == "for")
            )
            for side in ("for", "against")
        }
        found.append(CaseNote(str(case), str(pattern), sides["for"], sides["against"]))
    return tuple(found)


def _signs(result: ClusterDiagnosis) -> PageTable:
    columns = (
        Column("label", "Cluster"), Column("theme", "Question"), Column("about", "Of"),
        Column("analysis", "Analysis"), Column("says", "Says"),
        Column("sentence", "In numbers"), Column("n", "Rests on", "number"),
        Column("reason", "Why it cannot tell"),
    )  # fmt: skip
    wanted = result.clusters.head(MOST_CLUSTERS)["cluster_id"].implode()
    rows = result.signs.filter(pl.col("cluster_id").is_in(wanted))
    lines = [
        (text(row["label"]), text(row["theme"]), text(row["about"]),
         text(row["analysis"].replace("_", " ")), text(row["says"]), text(row["sentence"]),
         whole(row["n"]), text(row["reason"]))
        for row in rows.iter_rows(named=True)
    ]  # fmt: skip
    return PageTable(
        "diagnosis_signs", "Every sign, with its numbers", columns, rows_of(lines), is_long=True
    )


def _not_made(result: ClusterDiagnosis) -> PageTable | None:
    if not result.not_made.height:
        return None
    columns = (
        Column("analysis", "Analysis"), Column("reason", "Why it is not there"),
        Column("needs", "Which data it needs"),
    )  # fmt: skip
    lines = [
        (text(row["analysis"].replace("_", " ")), text(row["reason"]), text(row["needs"]))
        for row in result.not_made.iter_rows(named=True)
    ]
    return PageTable(
        "diagnosis_not_made", "Results that were not there", columns, rows_of(lines)
    )
