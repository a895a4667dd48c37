"""Experiment 5: effort at home or abroad, and where in the space of parameters which pays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import product

from buzzline.policy.experiments.design import Case, Contrast, Experiment, Size, SizeName
from buzzline.policy.experiments.outcomes import FOLLOWERS, KNOWLEDGE, OUTPUT, at_end
from buzzline.policy.experiments.scenes import equals
from buzzline.simulation.settings import MINIMAL

LOW = ("distrust", "few", "cheap", "calm")
Corner = tuple[str, str, str, str]
SHARES: Mapping[str, float] = {"closed": 0.0, "fifth": 0.2, "two_fifths": 0.4, "most": 0.8}
TITLES: Mapping[str, str] = {
    "closed": "closed", "fifth": "20 % away", "two_fifths": "40 % away", "most": "80 % away",
}  # fmt: skip
TRUST: Mapping[str, float] = {"distrust": 0.2, "trust": 0.6}
WHO: Mapping[str, float] = {"few": 0.125, "all": 1.0}
COST: Mapping[str, float] = {"cheap": 2.0, "dear": 4.0}
DEMAND: Mapping[str, float] = {"calm": 0.06, "turbulent": 0.24}
FACTORS = (TRUST, WHO, COST, DEMAND)
FACTOR_TITLES: Mapping[str, str] = {
    "distrust": "trust 0.2", "trust": "trust 0.6", "few": "one in eight reaches out",
    "all": "all reach out", "cheap": "distant meetings cost 2",
    "dear": "distant meetings cost 4",
    "calm": "calm demand", "turbulent": "turbulent demand",
}  # fmt: skip
CORNERS: tuple[Corner, ...] = tuple(  # half of all 16: effects of one factor stay apart
    corner
    for corner in product(TRUST, WHO, COST, DEMAND)
    if sum(one in LOW for one in corner) % 2 == 0
)

# What the full model has and the minimal core has not, in groups; off as in the core.
MECHANISMS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "distance": ("distant meetings as dear as 4", ("cost_global",)),
    "tacit": ("tacit knowledge and conventions", ("tacit_share", "being_there")),
    "frail": ("trust that decays and is betrayed", ("trust_decay", "defection")),
    "cohesion": ("cohesion that wears", ("cohesion",)),
    "rest": ("choice of partners, people, entry, investors, visions and markets", (
        "distance_elasticity", "hotspot_pull", "diaspora_pull", "language_pull",
        "similarity_pull", "own_attractiveness", "pipeline_cost", "begun_in_copresence",
        "labour_mobility", "entry", "vision_variety", "rule_change", "foreign_investment",
        "embedding", "affiliate_exit", "market_knowledge", "learning_weight", "agglomeration",
        "congestion", "income", "access", "institutions", "rural_suppliers", "mixed_contacts",
        "local_cognitive_bonus")),
    "both": ("dear distance and cohesion that wears", ("cost_global", "cohesion")),
    "all_four": ("dear distance, cohesion, tacit knowledge and frail trust", (
        "cost_global", "cohesion", "tacit_share", "being_there", "trust_decay", "defection")),
}  # fmt: skip
COSTS, WEARS = (2.0, 3.0, 4.0), (0.0, 0.025, 0.05)  # c_G; erosion, 0.05 is usual
SIZES: Mapping[SizeName, Size] = {
    "small": Size(runs=4, steps=16, places=3, organisations=8),
    "usual": Size(runs=30, steps=60, places=8, organisations=24),
    "large": Size(runs=100, steps=100, places=8, organisations=48),
}


def _grid(corner: Corner, share: str) -> Case:
    trust, who, cost, demand = corner
    return Case(
        "_".join((share, *corner)),
        ", ".join((TITLES[share], *(FACTOR_TITLES[one] for one in corner))), equals,
        settings={"cost_global": COST[cost], "market_turbulence": DEMAND[demand]},
        by_place={
            "global_share": {0: SHARES[share]}, "trust_commons": {0: TRUST[trust]},
            "gatekeepers": {0: WHO[who]},
        },
        levels={
            "share of time away": SHARES[share], "trust": TRUST[trust],
            "gatekeepers": WHO[who], "cost of distance": COST[cost],
            "turbulence": DEMAND[demand],
        },
    )  # fmt: skip


def _without(mechanism: str, share: str) -> Case:
    """The model at its own values but for one mechanism, as the minimal core has it."""
    title, names = MECHANISMS[mechanism] if mechanism else ("", ())
    return Case(
        f"{share}_without_{mechanism}" if mechanism else f"{share}_as_is",
        f"{TITLES[share]}, without {title}" if mechanism else f"{TITLES[share]}, all as it is",
        equals, settings={name: MINIMAL.values[name] for name in names},
        by_place={"global_share": {0: SHARES[share]}},
        levels={"share of time away": SHARES[share], "without": title or "nothing"},
    )  # fmt: skip


def _only(mechanism: str, share: str) -> Case:
    """The minimal core, or the core with one mechanism of the full model more."""
    title, names = MECHANISMS[mechanism] if mechanism else ("", ())
    kept = {name: value for name, value in MINIMAL.values.items() if name not in names}
    return Case(
        f"{share}_with_{mechanism}" if mechanism else f"{share}_core",
        f"{TITLES[share]}, core with {title}" if mechanism else f"{TITLES[share]}, core",
        equals, settings=kept, by_place={"global_share": {0: SHARES[share]}},
        levels={"share of time away": SHARES[share], "core with": title or "nothing"},
    )  # fmt: skip


def _edge(cost: float, wear: float, share: str) -> Case:
    """The full model by what distance costs, and by how fast reaching out wears cohesion."""
    return Case(
        f"{share}_cost_{cost:g}_wear_{wear:g}",
        f"{TITLES[share]}, distance costs {cost:g}, wear {wear:g}", equals,
        settings={"cost_global": cost, "erosion": wear},
        by_place={"global_share": {0: SHARES[share]}},
        levels={"share of time away": SHARES[share], "cost of distance": cost,
                "wear of cohesion": wear},
    )  # fmt: skip


def _weights(plus: str, minus: str, *given: str) -> dict[str, float]:
    """Return one share of time less another, mean of all corners that have what is given."""
    corners = [corner for corner in CORNERS if set(given) <= set(corner)]
    part = 1 / len(corners)
    return {
        "_".join((share, *corner)): sign * part
        for share, sign in ((plus, 1), (minus, -1))
        for corner in corners
    }


def _joined(one: Mapping[str, float], other: Mapping[str, float]) -> dict[str, float]:
    """Return one less another."""
    return dict(one) | {case: -weight for case, weight in other.items()}


def _levels() -> Iterator[str]:
    for factor in FACTORS:
        yield from factor


def _pays(level: str) -> Contrast:
    return Contrast(
        f"opening_{level}",
        f"Does opening from none to 40 % raise knowledge, with {FACTOR_TITLES[level]}?",
        _weights("two_fifths", "closed", level), KNOWLEDGE.name, "above",
        "Malmberg (4.131)",
    )  # fmt: skip


def _depends(name: str, asks: str, high: str, low: str, claim: str = "") -> Contrast:
    return Contrast(
        name, asks, _joined(_weights("two_fifths", "closed", high),
                            _weights("two_fifths", "closed", low)), KNOWLEDGE.name,
        "above" if claim else "open", claim,
    )  # fmt: skip


def _lever(name: str, asks: str, high: str, low: str, share: str) -> Contrast:
    """A lever other than openness, at one share of time."""
    sums = {
        "_".join((share, *corner)): (1 if high in corner else -1) / (len(CORNERS) / 2)
        for corner in CORNERS
        if high in corner or low in corner
    }
    return Contrast(name, asks, sums, KNOWLEDGE.name)


def _at_edge(cost: float, wear: float) -> Contrast:
    plus, minus = (_edge(cost, wear, share).name for share in ("two_fifths", "closed"))
    return Contrast(
        f"cost_{cost:g}_wear_{wear:g}",
        f"Does opening pay where distance costs {cost:g} and cohesion wears by {wear:g}?",
        {plus: 1, minus: -1}, KNOWLEDGE.name,
    )  # fmt: skip


def _changed(of: Callable[[str, str], Case], mechanism: str, verb: str) -> Contrast:
    """Opening with one mechanism more or less, against opening as it is."""
    plus, minus = of(mechanism, "two_fifths").name, of(mechanism, "closed").name
    base = of("", "two_fifths").name, of("", "closed").name
    return Contrast(
        f"{verb}_{mechanism}",
        f"Does opening bring more {verb} {MECHANISMS[mechanism][0]} than "
        f"{'in the full model' if of is _without else 'in the minimal core'}?",
        {plus: 1, minus: -1, base[0]: -1, base[1]: 1}, KNOWLEDGE.name,
    )  # fmt: skip


CASES = (
    *(_grid(corner, share) for corner in CORNERS for share in SHARES),
    *(_without(one, share) for one in ("", *MECHANISMS) for share in ("closed", "two_fifths")),
    *(_only(one, share) for one in ("", *MECHANISMS) for share in ("closed", "two_fifths")),
    *(_edge(cost, wear, share) for cost in COSTS for wear in WEARS
      for share in ("closed", "two_fifths")),
)  # fmt: skip
CONTRASTS = (
    Contrast("first_fifth", "Does the first fifth of time away pay, over all corners?",
             _weights("fifth", "closed"), KNOWLEDGE.name, "above", "Malmberg (4.131)"),
    Contrast("second_fifth", "Does the second fifth pay?",
             _weights("two_fifths", "fifth"), KNOWLEDGE.name),
    Contrast("rest", "Does going from 40 % to 80 % pay?",
             _weights("most", "two_fifths"), KNOWLEDGE.name, "below", "Bathelt (1.3)"),
    Contrast("output", "Does opening from none to 40 % raise output?",
             _weights("two_fifths", "closed"), OUTPUT.name),
    Contrast("followers", "Do those without pipelines gain from 40 % of few?",
             _weights("two_fifths", "closed", "few"), FOLLOWERS.name),
    Contrast("as_is", "Does opening pay with the full model's own values?",
             {"two_fifths_as_is": 1, "closed_as_is": -1}, KNOWLEDGE.name, "above",
             "Malmberg (4.131)"),
    Contrast("core", "Does opening pay in the minimal core?",
             {"two_fifths_core": 1, "closed_core": -1}, KNOWLEDGE.name, "above",
             "minimal core (D4)"),
    *(_at_edge(cost, wear) for cost in COSTS for wear in WEARS),
    *(_pays(level) for level in _levels()),
    _depends("more_with_trust", "Does opening bring more where there is trust?", "trust",
             "distrust", "Bathelt (0.23)"),
    _depends("more_of_all", "Does it bring more where all reach out than where few do?", "all",
             "few"),
    _depends("more_if_cheap", "Does it bring more where distance is cheap?", "cheap", "dear"),
    _depends("more_if_turbulent", "Does it bring more where demand is turbulent?", "turbulent",
             "calm", "Maskell (4.131)"),
    _lever("trust_closed", "Does trust pay where a place is closed?", "trust", "distrust",
           "closed"),
    _lever("trust_open", "Does trust pay where 40 % of time goes away?", "trust", "distrust",
           "two_fifths"),
    *(_changed(_without, one, "without") for one in MECHANISMS),
    *(_changed(_only, one, "with") for one in MECHANISMS),
)  # fmt: skip
EFFORT = Experiment(
    number="5",
    name="effort",
    question="Effort at home or abroad, and where does which pay?",
    design=(
        "One place among places alike that keep a fifth of their time for pipelines. It keeps "
        "none, 20, 40 or 80 %; with trust or without; one in eight reaches out or all; distant "
        "meetings cost 2 or 4; calm or turbulent demand: half of all 64 cases. Then the full "
        "model without one of its mechanisms, the minimal core with one of them more, and a "
        "finer grid of what decides: what distance costs, and how fast reaching out wears "
        "cohesion."
    ),
    rule=(
        "Opening pays in a corner if its interval lies above 0 there; the best share is inside "
        "if opening pays first and costs later. A mechanism decides between core and full "
        "model if opening brings less with it in both."
    ),
    cases=CASES,
    outcomes=(
        KNOWLEDGE, FOLLOWERS, OUTPUT,
        at_end("knowledge", "knowledge of the place", "units of knowledge", margin=0.02),
    ),
    contrasts=CONTRASTS,
    limits=(
        "Two levels of each factor: what lies between is not known. Time is the only thing "
        "that is short; budgets of an agency are not weighed against each other. Others do not "
        "answer what the place does."
    ),
    source="Concept map 1.3, 4.131, 0.23; minimal core D4.",
    sizes=SIZES,
)  # fmt: skip
