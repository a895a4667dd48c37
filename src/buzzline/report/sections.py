"""The further analyses in sections of the page, one a stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from buzzline.analysis import Answer
from buzzline.diagnosis.diagnosis import ClusterDiagnosis
from buzzline.report.measures import MeasurePart, measure_parts


@dataclass(frozen=True, slots=True)
class Heading:
    """What stands over a section.

    Attributes
    ----------
    id : str
    short : str         in the list of sections
    title : str
    lead : str          how its parts are to be read
    """

    id: str
    short: str
    title: str
    lead: str


@dataclass(frozen=True, slots=True, eq=False)
class Section:
    """A section of the page: its heading and its parts, one an analysis."""

    heading: Heading
    parts: tuple[MeasurePart, ...]


HEADINGS = {
    "agglomeration": Heading(
        "measures", "Concentration", "How concentrated is it",
        "Each part answers one question. Grey bands are what chance alone gives, lines on bars "
        "are intervals; where there is neither, the sentence says why. What could not be "
        "measured is in the section on limits.",
    ),
    "clusters": Heading(
        "delineation", "Boundaries", "Where does a cluster begin and end",
        "Two agglomerations of one industry side by side may be two clusters, or one with "
        "several sites. They are two when they pass two tests: distinct in space, and socially "
        "separate, with ties and a labour market of their own beyond what size and distance "
        "give. “Not testable” is a finding as well: it says what would be needed.",
    ),
    "linkages": Heading(
        "siblings", "Ties", "Who is tied to whom, who carries it, and what breaks",
        "Where the ties of each cluster lead, who carries them, and how neighbouring clusters "
        "of one industry get on: they can work together, compete, do both or neither. “Not "
        "testable” says that the ties to tell by are not there.",
    ),
    "investment": Heading(
        "investment", "Reach", "Which clusters do they reach",
        "Where the deals and affiliates of each cluster lead, and whether they go to similar "
        "clusters more often than industry, size and distance alone would give. What is pooled "
        "over industries stands beside what holds within them: they can differ a lot.",
    ),
    "econometrics": Heading(
        "goes-with", "What goes with what", "What goes with what",
        "Over organisations and years, net of what does not change. What goes together need "
        "not be cause and effect.",
    ),
    "diagnosis": Heading(
        "standing", "Standing", "Where each cluster stands among others",
        "On several dimensions that are never added up, against clusters of its industry, or "
        "all where these are few.",
    ),
    "simulation": Heading(
        "could-happen", "What could happen", "What could happen",
        "A model of localised learning, run many times from the organisations, places and ties "
        "of these tables. Bands are what luck alone does in the model at these settings; they "
        "do not say whether the model is right. It is no forecast: it says what follows from "
        "which assumption.",
    ),
    "policy": Heading(
        "would-help", "What would help", "What would help",
        "The same model with and without a policy, run by run with the same luck. Costs are "
        "placeholders with ranges until an agency puts in its own.",
    ),
}  # fmt: skip


# The verdict, then its two tests; the odds, then the deals behind them.
FOREMOST = (
    "delineation", "distinctness", "separation", "investment_odds", "cluster_investments",
)  # fmt: skip


def sections(measures: Sequence[Answer]) -> dict[str, Section]:
    """Return a section for each stage that has results, by the name of the stage."""
    beside = [result for result in measures if not isinstance(result, ClusterDiagnosis)]
    parts = sorted(measure_parts(beside), key=_place)
    found = {
        stage: Section(heading, tuple(part for part in parts if part.stage == stage))
        for stage, heading in HEADINGS.items()
    }
    return {stage: section for stage, section in found.items() if section.parts}


def _place(part: MeasurePart) -> int:
    ids = [f"measure-{name.replace('_', '-')}" for name in FOREMOST]
    return ids.index(part.id) if part.id in ids else len(ids)
