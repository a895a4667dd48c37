"""Experiment 13: futures; trade war, technology, closed labour markets, a turn of demand."""

from __future__ import annotations

from collections.abc import Mapping

from buzzline.arrays import Floats
from buzzline.policy.experiments.design import Case, Contrast, Experiment, Outcome
from buzzline.policy.experiments.outcomes import at_end
from buzzline.policy.experiments.recorded import Recorded
from buzzline.policy.experiments.scenes import equals
from buzzline.simulation.changes import Change, Target

BREAK = 40  # of a run of 100 steps: until then all futures are one
HERE = Target(places=(0,))
STYLES: Mapping[str, tuple[str, float]] = {
    "closed": ("closed", 0.0), "half": ("half open", 0.4), "open": ("wide open", 0.8),
}  # fmt: skip
FUTURES: Mapping[str, tuple[str, tuple[Change, ...]]] = {
    "calm": ("as it was", ()),
    "trade_war": ("trade war", (
        Change("cost_global", to=8, start=BREAK),  # twice the usual
        Change("foreign_investment", to=0, start=BREAK),
    )),
    "technology": ("knowledge codified", (
        Change("tacit_share", to=0.2, start=BREAK, lag=20),
        Change("ict", to=0.5, start=BREAK, lag=20),
    )),
    "borders": ("closed labour markets", (
        Change("moves_within_place", to=1, start=BREAK),
        Change("diaspora_pull", to=0, start=BREAK),
    )),
    "mission": ("demand in turmoil", (
        Change("market_turbulence", to=0.36, start=BREAK, stop=BREAK + 20),  # three times
    )),
}  # fmt: skip


def gaps(recorded: Recorded) -> Floats:
    """Return the inequality of output per organisation between places, of each run."""
    return recorded.of_all("theil_between")


OUTPUT_HERE = at_end("output", "output of the place", "units of output", margin=1.0)
KNOWLEDGE_HERE = at_end(
    "knowledge", "knowledge of the place", "units of knowledge", margin=0.02
)  # fmt: skip
BETWEEN = Outcome(
    "theil_between", "inequality of output between places", "nats", gaps, 0.005, -1,
)  # fmt: skip


def _case(future: str, style: str) -> Case:
    (future_title, changes), (style_title, share) = FUTURES[future], STYLES[style]
    return Case(
        f"{future}_{style}", f"{future_title}, {style_title}", equals,
        by_place={"global_share": {0: share}}, changes=changes,
        levels={"future": future_title, "place": style_title},
    )  # fmt: skip


def _hit(future: str, style: str, claim: str = "", *, against: str = "calm") -> Contrast:
    future_title, style_title = FUTURES[future][0], STYLES[style][0]
    return Contrast(
        f"{future}_{style}",
        f"Does a place that is {style_title} know less with {future_title} than without?",
        {f"{future}_{style}": 1, f"{against}_{style}": -1}, "knowledge_focal",
        "below" if claim else "open", claim,
    )  # fmt: skip


def _more(future: str, asks: str, claim: str) -> Contrast:
    """The loss of the wide open, less that of the closed."""
    return Contrast(
        f"{future}_hits_open", asks,
        {f"{future}_open": 1, "calm_open": -1, f"{future}_closed": -1, "calm_closed": 1},
        "knowledge_focal", "below" if claim else "open", claim,
    )  # fmt: skip


FUTURES_AHEAD = Experiment(
    number="13",
    name="futures",
    question="What do a trade war, technology, closed borders or new demand do, and to whom?",
    design=(
        "One place that keeps none, 40 % or 80 % of its time for pipelines, among places of "
        "20 %. At 40 of 100 steps: distant meetings cost twice the time and investment abroad "
        "is vetoed; tacit knowledge falls from half to a fifth while distance gets cheaper; "
        "nobody moves between places; or demand is three times as turbulent for 20 steps."
    ),
    rule=(
        "A future harms a place if it ends below the same place in a calm world; openness is "
        "a risk if the wide open lose more than the closed do."
    ),
    cases=tuple(_case(future, style) for future in FUTURES for style in STYLES),
    outcomes=(KNOWLEDGE_HERE, OUTPUT_HERE, BETWEEN),
    contrasts=(
        _hit("trade_war", "half", "Wilson (1.21)"),
        _hit("trade_war", "open", "Wilson (1.21)"),
        _hit("trade_war", "closed"),
        _more("trade_war", "Does a trade war cost the wide open more than the closed?",
              "Bathelt (0.3)"),
        _hit("technology", "half"),
        _more("technology", "Does technology bring the wide open less than the closed?", ""),
        _hit("borders", "half"),
        _hit("borders", "closed"),
        _hit("mission", "half"),
        _more("mission", "Does turmoil of demand cost the wide open more than the closed?", ""),
        Contrast("technology_gap", "Does technology widen the gaps between places?",
                 {"technology_half": 1, "calm_half": -1}, "theil_between", "above",
                 "evidence on X1 (county internet)"),
    ),
    limits=(
        "What is in store is not forecast: each future is one dated change of parameters whose "
        "size is assumed. Prices, tariffs and climate are not modelled; a mission is turbulent "
        "demand."
    ),
    source="Concept map 0.3, 1.1, 1.21; switch X1.",
)  # fmt: skip
