"""From the rows of the two tests to what they say of one pair of clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf
from statistics import NormalDist
from typing import Any

from buzzline.clusters.delineation_rule import Held, Needs, all_of
from buzzline.clusters.distinctness import DISTINCT, NOT_DISTINCT, NOT_TESTABLE, STABLE
from buzzline.clusters.layer_ties import PERSONS
from buzzline.clusters.pair_verdicts import verdict_of
from buzzline.power import moves_needed

Row = Mapping[str, Any]

SEPARATE, NOT_SEPARATE = "separate", "not separate"
RIVALRY = ("competition",)  # ties that are no network of one's own
PARTS: dict[Needs, tuple[str, ...]] = {
    "both": ("labour", "linkages"), "labour": ("labour",), "linkages": ("linkages",),
}  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the second test found for one pair.

    Attributes
    ----------
    layers : tuple of mapping           rows of `Separation.pairs`, one a layer
    autonomy, low, high : float or None of the less autonomous of the two, as far as known
    why_not : str                       why that of one or both is not known
    """

    layers: tuple[Row, ...]
    autonomy: float | None = None
    low: float | None = None
    high: float | None = None
    why_not: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """Labour market or linkages of one pair.

    Attributes
    ----------
    name : str                  "labour" or "linkages"
    separate : bool or None     None is not testable
    deciding : mapping or None  row of the layer the verdict turns on; None where none is tested
    separate_in, not_in, untested : tuple of mapping
    """

    name: str
    separate: bool | None
    deciding: Row | None
    separate_in: tuple[Row, ...]
    not_in: tuple[Row, ...]
    untested: tuple[Row, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Ties:
    """What the second test says of one pair.

    Attributes
    ----------
    separate : bool or None     None is not testable
    labour, linkages : Part
    is_autonomous : bool or None
    deciding : mapping or None  row of the layer that the combined verdict turns on
    """

    separate: bool | None
    labour: Part
    linkages: Part
    is_autonomous: bool | None
    deciding: Row | None


def distinct_at(row: Row, held: Held) -> bool | None:
    """Return whether two neighbours are distinct in space, at another stability or level.

    Parameters
    ----------
    row : mapping
        Of `Distinctness.pairs`.
    held : Held
    """
    recorded = {DISTINCT: True, NOT_DISTINCT: False}.get(row["verdict"])
    level = row["level"] if held.valley_level is None else held.valley_level
    choices = (held.stability, held.bandwidth, level, held.reads_open)
    as_recorded = choices == (STABLE, "", row["level"], True)
    p = row[f"p{held.bandwidth}"]
    if as_recorded or p is None or row["stability"] is None:
        return recorded
    is_open = held.reads_open and recorded is not None and row[f"is_open{held.bandwidth}"]
    if (is_open or p <= 1 - level + 1e-12) and row["stability"] >= held.stability:
        return True
    return None if recorded is None else False


def read_ties(evidence: Evidence, held: Held) -> Ties:
    """Return whether a pair is socially separate: the parts asked for, and autonomous.

    Parameters
    ----------
    evidence : Evidence
    held : Held
    """
    read = [_at(row, held) for row in evidence.layers]
    labour = _part("labour", [row for row in read if row["layer"] in PERSONS], 0.5)
    linkages = _part(
        "linkages", [row for row in read if row["layer"] not in (*PERSONS, *RIVALRY)],
        held.rule.share_of_layers,
    )  # fmt: skip
    asked = [part for part in (labour, linkages) if part.name in PARTS[held.rule.needs]]
    is_autonomous = _is_autonomous(evidence, held)
    tested = [part.deciding for part in asked if part.deciding is not None]
    return Ties(
        all_of([*(part.separate for part in asked), is_autonomous]), labour, linkages,
        is_autonomous, min(tested, key=_strength, default=None),
    )  # fmt: skip


def _is_autonomous(evidence: Evidence, held: Held) -> bool | None:
    """Return whether both are autonomous: one known not to be decides."""
    least = evidence.autonomy
    if least is not None and least < held.rule.autonomy:
        return False
    return None if least is None or evidence.why_not else True


def _part(name: str, rows: Sequence[Row], share: float) -> Part:
    """Return the verdict on more than a share of the layers tested, and where it turns."""
    by_verdict = {
        verdict: tuple(row for row in rows if row["verdict"] == verdict)
        for verdict in (SEPARATE, NOT_SEPARATE, NOT_TESTABLE)
    }
    tested = sorted((*by_verdict[SEPARATE], *by_verdict[NOT_SEPARATE]), key=_strength)
    if not tested:
        return Part(name, None, None, (), (), by_verdict[NOT_TESTABLE])
    wanted = min(floor(share * len(tested)) + 1, len(tested))
    deciding = tested[len(tested) - wanted]
    return Part(
        name, deciding["verdict"] == SEPARATE, deciding, by_verdict[SEPARATE],
        by_verdict[NOT_SEPARATE], by_verdict[NOT_TESTABLE],
    )  # fmt: skip


def _strength(row: Row) -> tuple[bool, float]:
    return row["verdict"] == SEPARATE, row["low"]


def _at(row: Row, held: Held) -> Row:
    """Return the row of a layer as read: at which level, and modularity agreeing or not."""
    if row["value"] is None:
        return row
    read = dict(row)
    reach = row["value"] - row["low"]
    needed, ratio = _needed_at(row, held), held.read_ratio or held.ratio
    enough = needed or inf
    if held.tie_level not in (None, row["level"]) or ratio != held.ratio:
        reach *= _width(held.tie_level or row["level"]) / _width(row["level"])
        read |= {"low": row["value"] - reach, "high": row["value"] + reach}
        read["verdict"], read["reason"] = verdict_of(
            row["value"], reach, n=row["n"], needed=needed, ratio=ratio
        )
    chance, level = row.get("modularity_p"), held.tie_level or row["level"]
    disagrees = held.reads_modularity and chance is not None and (chance > 1 - level + 1e-12)
    if read["verdict"] == SEPARATE and disagrees:
        read["verdict"] = NOT_SEPARATE if row["n"] >= enough else NOT_TESTABLE
        read["reason"] = f"corrected modularity does not show it (p = {chance:.2g})"
    return read


def _needed_at(row: Row, held: Held) -> int | None:
    """Return how many ties would show the smallest ratio as read.

    At another ratio than recorded to a first approximation: as many times more or less as
    where ties were expected in equal numbers within either and between, each way.
    """
    needed: int | None = row["n_needed"]
    if needed is None or held.read_ratio in (None, held.ratio):
        return needed
    read, recorded = (moves_needed(ratio or 0.0) for ratio in (held.read_ratio, held.ratio))
    return None if read is None or recorded is None else ceil(needed * read / recorded)


def _width(level: float | None) -> float:
    return NormalDist().inv_cdf((1 + (level or 0.0)) / 2)
