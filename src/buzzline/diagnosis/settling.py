"""What would settle a question: the table or number, named, with what is there so far."""

from __future__ import annotations

from collections.abc import Sequence

from buzzline.diagnosis.balance_signs import TOO_UNCERTAIN
from buzzline.diagnosis.needs import NEEDS
from buzzline.diagnosis.signs import Sign

BY_CHANCE = "among so many comparisons chance gives one like it"
AS_SHARES = "ties are compared as shares"
NOBODY_ASKED = "0 ties inside"  # how the analyses of gatekeepers say it
COUNTED = {
    "scale_balance": "{layer} ties",
    "buzz_and_pipelines": "distant pipelines expected of its members",
}
# What a reason asks for, where it is not what its analysis needs in any case.
_ASKED = {
    AS_SHARES: "ties of several years in `linkages`, to compare numbers instead of shares",
    BY_CHANCE: "further ties of its members in `linkages`, to tell it from chance",
    TOO_UNCERTAIN: "further ties of others in `linkages`, which make the yardstick",
}


def settled_by(signs: Sequence[Sign]) -> str:
    """Return which data would settle a question, the nearest first.

    Parameters
    ----------
    signs : sequence of Sign
        On one question about one cluster, not all of which tell.

    Examples
    --------
    >>> settled_by([Sign("c", "Prato", "textiles", "what breaks", "redundancy", "", "open",
    ...                  reason="3 members")])
    'ties among the members and to organisations outside, with their weights; so far: 3 members'
    """
    counted = sorted(
        {
            (sign.n_needed - (sign.n or 0), layer_of(sign), sign.n_needed, sign.analysis)
            for sign in signs
            if sign.reading == "open" and sign.n_needed is not None
            and sign.n_needed > (sign.n or 0)
        }
    )  # fmt: skip
    if counted:
        missing, layer, needed, analysis = counted[0]
        what = COUNTED.get(analysis, "{layer} ties").format(layer=layer)
        return f"{missing:,} more {what} ({needed:,} in all)"
    first = next((sign for sign in signs if sign.reading == "open"), None)
    if first is not None:
        return f"{_asked(first)}; so far: {_so_far(first)}"
    analyses = list(dict.fromkeys(sign.analysis for sign in signs))
    return "; and ".join(NEEDS[name] for name in analyses) + ": of more years, or complete"


def layer_of(sign: Sign) -> str:
    """Return the layer or measure a sign is about, without its yardstick."""
    return sign.about.partition(",")[0]


def _asked(sign: Sign) -> str:
    said = (asked for reason, asked in _ASKED.items() if reason in sign.reason)
    return next(said, NEEDS[sign.analysis])


def _so_far(sign: Sign) -> str:
    reason = sign.reason.rstrip(".") or "cannot be told"
    if reason.startswith(NOBODY_ASKED):
        return f"no {sign.about} tie inside, which says that nobody there was asked"
    return reason
