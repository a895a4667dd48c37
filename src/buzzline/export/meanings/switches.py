"""Tables of scholarly disagreements in the simulation."""

from __future__ import annotations

from buzzline.export.meanings.columns import LEVEL, STATUS, Meaning, Q

TABLE_MEANING: dict[str, str] = {
    "switch_factorial": "What an outcome, or the effect of a policy, depends on: who is right.",
    "switch_factorial_pairs": "How much more one disagreement matters if another stands so.",
    "deciding_worlds": "What each disagreement changes in a world in which it alone decides.",
}

_OUTCOME = "as the outcome"
_SWITCH: Meaning = ("switch", "", "Number of the disagreement.")
_QUESTION: Meaning = ("question", "", "What is disputed.")
_HELD_A: Meaning = ("held_by_a", "", "Who holds the first position.")
_HELD_B: Meaning = ("held_by_b", "", "Who holds the second.")
_UNDER_A: Meaning = ("under_a", _OUTCOME, "Mean outcome if the first position is right.")
_UNDER_B: Meaning = ("under_b", _OUTCOME, "Mean outcome if the second is.")
_LOW: Meaning = ("low", _OUTCOME, "Lower end of its interval over runs.")
_HIGH: Meaning = ("high", _OUTCOME, "Upper end of it.")
_N: Meaning = ("n", "runs", "Runs, with the same luck on both sides.")
_SHARE: Meaning = ("share", "share", "Of the variance over all combinations, less luck.")

COLUMN_MEANING: dict[str, tuple[Meaning, ...]] = {
    "switch_factorial": (
        _SWITCH, _QUESTION, _HELD_A, _HELD_B, _UNDER_A, _UNDER_B,
        ("value", _OUTCOME, "Second position less the first, over all others."),
        _LOW, _HIGH, LEVEL, ("p", "probability", "Of a value as far from 0 by luck."), Q,
        _SHARE,
        ("turns", "", "The policy helps under one position, and harms under the other."),
        _N, STATUS,
    ),
    "switch_factorial_pairs": (
        ("pairs", "", "Two disagreements; several pairs where they cannot be told apart."),
        ("value", _OUTCOME, "How much more one moves if the other stands on its second side, "
         "halved."),
        _LOW, _HIGH, LEVEL, _SHARE, _N,
    ),
    "deciding_worlds": (
        _SWITCH, _QUESTION, _HELD_A, _HELD_B, ("says", "", "What theory says of this world."),
        ("outcome", "", "What is looked at."),
        ("more", "", "Position under which theory says there is more of it, a or b."),
        ("by_construction", "", "The outcome is what the parameter is defined to do."),
        _UNDER_A, _UNDER_B,
        ("value", _OUTCOME, "Outcome of that position less that of the other, run by run."),
        _LOW, _HIGH, LEVEL, _N, STATUS,
    ),
}  # fmt: skip
