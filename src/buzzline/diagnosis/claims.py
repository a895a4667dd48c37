"""Claims with the evidence for and against them; a case is a set of claims, never a label.

Tags say how a piece of evidence came here: "read" in the source itself, "remembered" from the
literature (look it up before leaning on a number), "computed" by hand from a model, or "stated"
by the source of the claim, who is its only witness.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import polars as pl

Side = Literal["for", "against", "qualifies"]
Tag = Literal["read", "remembered", "computed", "stated"]

EVIDENCE_SCHEMA = {
    "about": pl.String, "title": pl.String, "kind": pl.String, "claim": pl.String,
    "holder": pl.String, "side": pl.String, "evidence": pl.String, "source": pl.String,
    "tag": pl.String, "measures": pl.String,
}  # fmt: skip
NONE_KNOWN = "None is known to us."


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding, and on which side of a claim it stands.

    Attributes
    ----------
    side : "for", "against" or "qualifies"
    text, source : str
    tag : "read", "remembered", "computed" or "stated"
    """

    side: Side
    text: str
    source: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class Claim:
    """What somebody says, and what speaks for and against it.

    Attributes
    ----------
    text, holder : str
    evidence : tuple of Evidence
    measures : tuple of str         analyses that would tell, in one's own data
    """

    text: str
    holder: str
    evidence: tuple[Evidence, ...]
    measures: tuple[str, ...] = ()

    @property
    def is_contested(self) -> bool:
        """Whether anything speaks against it, or narrows it."""
        return any(each.side != "for" for each in self.evidence)


@dataclass(frozen=True, slots=True)
class Case:
    """A named case: a place that others are compared with, as claims about it.

    Attributes
    ----------
    case_id, name, place, industry : str
    signs : str
        What the source says of its ties: missing (-), in excess (+) or as expected (0) at the
        local (L), regional (R), national (N) and global (G) scale: a reading, no measurement.
    lesson : str
        What the source draws from it.
    claims : tuple of Claim
    """

    case_id: str
    name: str
    place: str
    industry: str
    signs: str
    lesson: str
    claims: tuple[Claim, ...]

    @property
    def is_contested(self) -> bool:
        """Whether any of its claims is."""
        return any(claim.is_contested for claim in self.claims)


@dataclass(frozen=True, slots=True)
class Dispute:
    """A question on which scholars disagree: two positions, each with its evidence.

    Attributes
    ----------
    dispute_id, question : str
    one, other : Claim
    test : str
        What would tell, in data that one has.
    """

    dispute_id: str
    question: str
    one: Claim
    other: Claim
    test: str


def claims_table(cases: Iterable[Case], disputes: Iterable[Dispute]) -> pl.DataFrame:
    """Return one row a piece of evidence; a claim without any has one row that says so.

    Parameters
    ----------
    cases : of Case
    disputes : of Dispute

    Returns
    -------
    DataFrame
        `about` (identifier), `title`, `kind` ("case" or "dispute"), `claim`, `holder`, `side`,
        `evidence`, `source`, `tag`, `measures` (analyses that would tell).
    """
    rows: list[tuple[str, ...]] = []
    for case in cases:
        for claim in case.claims:
            rows += _rows(case.case_id, case.name, "case", claim)
    for dispute in disputes:
        for claim in (dispute.one, dispute.other):
            rows += _rows(dispute.dispute_id, dispute.question, "dispute", claim)
    return pl.DataFrame(rows, schema=EVIDENCE_SCHEMA, orient="row")


def _rows(about: str, title: str, kind: str, claim: Claim) -> list[tuple[str, ...]]:
    head, measures = (about, title, kind, claim.text, claim.holder), ", ".join(claim.measures)
    if not claim.evidence:
        return [(*head, "", NONE_KNOWN, "", "", measures)]
    return [(*head, e.side, e.text, e.source, e.tag, measures) for e in claim.evidence]


def against(text: str, source: str, tag: Tag) -> Evidence:
    """Return a finding that speaks against a claim."""
    return Evidence("against", text, source, tag)


def in_favour(text: str, source: str, tag: Tag) -> Evidence:
    """Return a finding that speaks for a claim."""
    return Evidence("for", text, source, tag)


def narrowing(text: str, source: str, tag: Tag) -> Evidence:
    """Return a finding that says where or when a claim holds."""
    return Evidence("qualifies", text, source, tag)
