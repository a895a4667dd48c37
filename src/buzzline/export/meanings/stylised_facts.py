"""Tables of stylised facts held against the simulation."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, Meaning

TABLE_MEANING: dict[str, str] = {
    "stylised_facts": "What is known to be so, and whether the simulation brings it forth.",
    "stylised_facts_parts": "The numbers each of them is made of; all must hold.",
}
_NUMBER: Meaning = ("number", "", "Number of the fact.")
_MEASURED: tuple[Meaning, ...] = (
    ("part", "", "What is measured."),
    ("value", "see unit", "Over all runs."),
    ("low", "see unit", "Lower end of its interval: runs left out one after the other."),
    ("high", "see unit", "Upper end of its interval."),
    LEVEL,
    ("n", "runs", "Runs, paired between the worlds that are compared."),
    ("unit", "", "Its unit."),
    ("target_low", "see unit", "Above this if the fact holds; empty: open."),
    ("target_high", "see unit", "Below this if the fact holds; empty: open."),
)

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "stylised_facts": (
        _NUMBER,
        ("fact", "", "What is known."),
        ("verdict", "", "pass: all intervals lie in their targets; fail: one lies beside it; "
         "cannot tell; not in the model."),
        ("target", "", "What would reproduce it."),
        *_MEASURED,
        ("fitted", "", "Parameters that were set for it before, so that it is no test."),
        ("beyond", "", "What of the fact is not measured."),
        ("how", "", "How it is measured, or why it cannot be."),
        ("tag", "", "V: published and checked; P: from an own computation."),
        ("source", "", "Who found it."),
    ),
    "stylised_facts_parts": (
        _NUMBER, *_MEASURED, ("verdict", "", "Of this part."),
    ),
}  # fmt: skip
