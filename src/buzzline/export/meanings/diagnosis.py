"""What the columns of a diagnosis mean."""

from __future__ import annotations

from buzzline.export.meanings.columns import (
    CLUSTER_ID,
    INDUSTRY,
    LABEL,
    LEVEL,
    REASON,
    Meaning,
)

TABLE_MEANING: dict[str, str] = {
    "cluster_diagnosis": "How each cluster is tied: the answer, how sure it is, what is open.",
    "cluster_diagnosis_findings": "Each question about a cluster: what all signs say together.",
    "cluster_diagnosis_signs": "What each analysis says of each question, with its numbers.",
    "cluster_diagnosis_patterns": "Patterns of missing links its ties may show, as shares.",
    "cluster_diagnosis_cases": "Named cases of these patterns, with evidence for and against.",
    "cluster_diagnosis_not_made": "Results that were not there, and the data they need.",
}

_THEME: Meaning = ("theme", "", "What the question is about.")
_SETTLED: Meaning = ("settled_by", "", "Which data would settle what is open.")
_LAYER: Meaning = ("layer", "", "Kind of tie.")
_PATTERN: Meaning = ("pattern", "", "Which signs hold together; none of these, or not told.")
_PROBABILITY: Meaning = ("probability", "share", "Of draws in which all of its signs hold.")
_CONFIDENCES: tuple[Meaning, ...] = (
    ("n_firm", "questions", "Answered firmly: all signs that can tell agree, all stable."),
    ("n_likely", "questions", "They agree, but one is not stable, or that was not tried."),
    ("n_weak", "questions", "Some signs say so, others see nothing out of the way."),
    ("n_disputed", "questions", "Signs contradict each other."),
    ("n_open", "questions", "No sign can tell."),
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "cluster_diagnosis": (
        CLUSTER_ID, LABEL, INDUSTRY,
        ("answer", "", "What its ties are like, in a sentence with its numbers."),
        ("n_members", "organisations", "Organisations in the cluster."),
        ("n_tied", "organisations", "Of these, with a tie of any kind."),
        ("n_ties", "ties", "Ties with a member at an end, ties to oneself left out."),
        ("n_questions", "questions", "Questions any analysis was made of."),
        *_CONFIDENCES,
        ("open", "", "What cannot be said."),
        _SETTLED,
    ),
    "cluster_diagnosis_findings": (
        CLUSTER_ID, LABEL, INDUSTRY, _THEME,
        ("question", "", "In words."),
        ("answer", "", "What the signs say together."),
        ("confidence", "", "Firm, likely, weak, disputed or open."),
        ("n_signs", "signs", "Signs on this question."),
        ("n_low", "signs", "Of these, at the low end of the question (fewer, a few, low)."),
        ("n_middle", "signs", "In its middle (as expected)."),
        ("n_high", "signs", "At its high end (more, many, high)."),
        ("n_open", "signs", "That cannot tell."),
        ("evidence", "", "What speaks for the answer, with numbers."),
        ("against", "", "What speaks against it, with numbers."),
        _SETTLED,
        ("low_in", "", "Layers of ties that are at the low end; only of ties at a scale."),
        ("middle_in", "", "Layers in the middle."),
        ("high_in", "", "Layers at the high end."),
        ("reason", "", "Why signs cannot tell."),
    ),
    "cluster_diagnosis_signs": (
        CLUSTER_ID, LABEL, INDUSTRY, _THEME,
        ("analysis", "", "Which analysis says so."),
        ("about", "", "Of which layer, yardstick or measure."),
        ("reading", "", "Low, middle or high end of the question, or open."),
        ("says", "", "The reading in words."),
        ("value", "", "The number behind it, in the unit its analysis has."),
        ("low", "", "Lower end of its interval."),
        ("high", "", "Upper end of its interval."),
        LEVEL,
        ("p", "probability", "Of such a number by chance, adjusted for how many were tested."),
        ("n", "", "Ties, organisations or draws it rests on."),
        ("n_needed", "", "How many would tell."),
        ("is_stable", "", "Whether it stays when choices are moved; empty: not tried."),
        ("sentence", "", "What it says, with its numbers."),
        REASON,
    ),
    "cluster_diagnosis_patterns": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER, _PATTERN, _PROBABILITY,
        ("possible", "share", "Of draws in which it could hold, were unknown signs to."),
        ("n", "ties", "Ties it rests on."),
        _SETTLED,
        ("reading", "", "What the signs would mean."),
        ("levers", "", "What is tried first, in this order."),
    ),
    "cluster_diagnosis_cases": (
        CLUSTER_ID, LABEL, INDUSTRY, _LAYER, _PATTERN, _PROBABILITY,
        ("case", "", "A place that the literature names for this pattern."),
        ("claim", "", "What is said of that place."),
        ("holder", "", "By whom."),
        ("side", "", "Whether the evidence is for the claim, against it, or qualifies it."),
        ("evidence", "", "What was found."),
        ("source", "", "Where."),
        ("tag", "", "Read, remembered (check first), computed, or stated by the holder."),
    ),
    "cluster_diagnosis_not_made": (
        ("analysis", "", "Which analysis."),
        ("reason", "", "Why its result was not there."),
        ("needs", "", "Which data it needs."),
    ),
}  # fmt: skip
