"""Experiment CJ: is the model sane; where does knowledge spread best?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from buzzline.arrays import Floats
from buzzline.policy.experiments.design import (
    Case,
    Contrast,
    Experiment,
    Outcome,
    Playing,
    Size,
    SizeName,
)
from buzzline.policy.experiments.outcomes import not_recorded
from buzzline.policy.experiments.scenes import equals
from buzzline.simulation.classics.barter import BarterRules
from buzzline.simulation.classics.cowan_jonard import at_rest
from buzzline.simulation.luck import luck_of

REWIRED = (0.001, 0.03, 0.1, 0.2, 0.4, 1.0)  # of the ties of a ring
EXPERTS = {"few": 0.02, "many": 0.2}  # of the organisations; 10 and 100 of 500
SIZES: Mapping[SizeName, Size] = {
    "small": Size(runs=8, steps=1, places=1, organisations=200),
    "usual": Size(runs=50, steps=1, places=1, organisations=500),
    "large": Size(runs=100, steps=1, places=1, organisations=500),
}


MEAN = Outcome("knowledge", "mean knowledge when trade is at rest", "units of knowledge",
               not_recorded, 0.05)  # fmt: skip
SPREAD = Outcome("variation", "coefficient of variation between organisations", "ratio",
                 not_recorded, 0.005, 0)  # fmt: skip


def traded(case: Case, how: Playing) -> Mapping[str, Floats]:
    """Return what organisations know when trade is at rest, one number a run."""
    rules = replace(BarterRules(), organisations=how.size.organisations)
    luck = [luck_of(how.seed, run) for run in range(how.size.runs)]
    experts = round(float(case.levels["experts"]) * how.size.organisations)
    found = at_rest(float(case.levels["moved ties"]), luck, rules=rules, experts=experts)
    return {"knowledge": found[:, 0].copy(), "variation": found[:, 2].copy()}


def _name(experts: str, share: float) -> str:
    return f"{experts}_{share:g}".replace(".", "_")


def _against(experts: str, other: float, outcome: str, claim: str, asks: str) -> Contrast:
    return Contrast(
        f"{outcome}_{_name(experts, other)}", asks,
        {_name(experts, 0.2): 1, _name(experts, other): -1}, outcome,
        "above" if outcome == "knowledge" else "below", claim,
    )  # fmt: skip


SOURCE = "Cowan and Jonard (2004)"
REWIRING = Experiment(
    number="CJ",
    name="rewiring",
    question="Does knowledge spread best where most ties are near and few far?",
    design=(
        "A ring of 500 organisations with ten ties each, of which a share from none to all is "
        "moved to anybody; one in fifty, or one in five, is an expert; barter until nobody can "
        "trade."
    ),
    rule=(
        "The model is sane if mean knowledge at a fifth of ties moved lies above both ends, "
        "and the coefficient of variation below both."
    ),
    cases=tuple(
        Case(
            _name(experts, share), f"{share:.1%} moved, {experts} experts", equals,
            levels={"moved ties": share, "experts": EXPERTS[experts]},
        )
        for experts in EXPERTS
        for share in REWIRED
    ),
    outcomes=(MEAN, SPREAD),
    contrasts=tuple(
        _against(
            experts, other, outcome, SOURCE,
            f"With {experts} experts, is {asked} at a fifth of ties moved than {where}?",
        )
        for experts in EXPERTS
        for outcome, asked in (
            ("knowledge", "mean knowledge higher"), ("variation", "variation lower"),
        )
        for other, where in ((0.001, "on the ring"), (1.0, "with all moved"))
    ),
    limits=(
        "Another model than buzzline's: barter of Cowan and Jonard, in rules that others "
        "report of it. It says that the machinery of learning over networks works, "
        "nothing of places."
    ),
    source="Cowan, Jonard (2004), doi:10.1016/j.jedc.2003.04.002; notes D4, 7.",
    play=traded,
    sizes=SIZES,
)  # fmt: skip
