"""Experiment 9: several clusters in one city; how large a city carries them, and as what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from buzzline.arrays import Floats, as_codes, as_floats
from buzzline.policy.experiments.design import (
    Case,
    Contrast,
    Experiment,
    Outcome,
    Size,
    SizeName,
)
from buzzline.policy.experiments.outcomes import relative
from buzzline.policy.experiments.recorded import Recorded
from buzzline.simulation.made_places import diaspora_by_distance, distances_km
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.state import State
from buzzline.simulation.world import Places, World

PARKS = 3
TIMES: Mapping[str, int] = {"small": 1, "medium": 4, "large": 8}  # of a town
SHOCK = 50  # of a run of 100 steps
APART = 0.05  # degrees of latitude, 5.6 km
Structure = Literal["similar", "complementary"]
STRUCTURES: tuple[Structure, ...] = ("similar", "complementary")
SIZES: Mapping[SizeName, Size] = {
    "small": Size(runs=5, steps=24, places=4, organisations=12),
    "usual": Size(runs=30, steps=100, places=6, organisations=24),
    "large": Size(runs=100, steps=100, places=8, organisations=48),
}


@dataclass(frozen=True, slots=True)
class City:
    """A city whose organisations are in one park or several, among towns elsewhere.

    Attributes
    ----------
    parks : int
    times : int             organisations of the city, as a multiple of those of a town
    structure : str         "similar": each park has all industries; "complementary": one each
    """

    parks: int
    times: int
    structure: Structure = "similar"

    def __call__(self, size: Size, seed: int) -> World:
        """Return the world; parks are its first places, the first holds what is left over."""
        n_city = self.times * size.organisations
        each = n_city // PARKS
        here = [n_city - (self.parks - 1) * each, *[each] * (self.parks - 1)]
        towns = size.places - 1
        world = world_of_settings(
            self.parks + towns, [*here, *[size.organisations] * towns], PARKS,
            nations=min(3, towns), focal=tuple(range(self.parks)), rng=seed,
        )  # fmt: skip
        industry = world.industry
        if self.structure == "complementary":
            own = world.place % PARKS
            industry = as_codes(np.where(world.place < self.parks, own, industry))
        return replace(
            world, industry=industry, places=_one_city(world.places, self.parks),
            title="City of parks",
        )  # fmt: skip


def _one_city(places: Places, parks: int) -> Places:
    """Put the first places side by side, in one region."""
    longitude, latitude = places.longitude.copy(), places.latitude.copy()
    region, nation, language = (
        getattr(places, name).copy() for name in ("region", "nation", "language")
    )
    institutions = places.institutions.copy()
    latitude[:parks] = latitude[0] + APART * np.arange(parks)
    longitude[:parks] = longitude[0]
    for codes in (region, nation, language):
        codes[:parks] = codes[0]
    region[:parks] = region.max() + 1  # no town is of the city's region
    institutions[:parks] = institutions[0]
    distance = distances_km(longitude, latitude)
    return replace(
        places, longitude=longitude, latitude=latitude, distance_km=distance, region=region,
        nation=nation, language=language, institutions=institutions,
        diaspora=diaspora_by_distance(distance, places.population),
    )  # fmt: skip


def half_of_the_first_closes(state: State) -> None:
    """End every second organisation of the first park, by birth."""
    rows = np.flatnonzero(state.alive & (state.place == 0))
    state.alive[rows[np.argsort(state.birth[rows], kind="stable")][1::2]] = False


def _in_city(recorded: Recorded, quantity: str) -> Floats:
    return recorded.at(quantity, "focal", how="sum")


def _each(recorded: Recorded, quantity: str) -> Floats:
    """Return a sum over the city per organisation; NaN where none is left."""
    n, total = _in_city(recorded, "n_organisations"), _in_city(recorded, quantity)
    return as_floats(np.divide(total, n, out=np.full(n.size, np.nan), where=n > 0))


def share_of_world(recorded: Recorded) -> Floats:
    """Return output of the city over that of all places; (runs,)."""
    return as_floats(_in_city(recorded, "output") / recorded.at("output", "all", how="sum"))


def profit_each(recorded: Recorded) -> Floats:
    """Return profit per organisation of the city; (runs,)."""
    return _each(recorded, "profit")


def ties_between(recorded: Recorded) -> Floats:
    """Return ties between parks of the city, per organisation; (runs,)."""
    return _each(recorded, "n_ties_regional")


def _spared(recorded: Recorded, quantity: str) -> Floats:
    """Return the mean of parks other than the first; NaN where there is one only."""
    parks = list(recorded.focal[1:])
    if not parks:
        return np.full(len(recorded.values), np.nan)
    return as_floats(recorded.each(quantity)[:, parks].mean(axis=1))


def output_of_others(recorded: Recorded) -> Floats:
    """Return output of a park other than the first, which is hit; (runs,)."""
    return _spared(recorded, "output")


def knowledge_of_others(recorded: Recorded) -> Floats:
    """Return knowledge in parks other than the first; (runs,)."""
    return _spared(recorded, "knowledge")


KNOWLEDGE = relative("knowledge", "knowledge of the city")
OUTPUT = Outcome("output_share", "output of the city", "share of the world",
                 share_of_world, 0.005)  # fmt: skip
PROFIT = Outcome("profit_each", "profit in the city", "units per organisation",
                 profit_each, 0.01)  # fmt: skip
TIES = Outcome("ties_between", "ties between parks", "ties per organisation",
               ties_between, 0.05, 0)  # fmt: skip
OTHERS = Outcome("output_of_others", "output of the other parks", "units of output",
                 output_of_others, 10.0)  # fmt: skip
KNOWN = Outcome("knowledge_of_others", "knowledge in the other parks", "units of knowledge",
                knowledge_of_others, 0.02)  # fmt: skip
# Each further cluster pays for itself; moves leave a park for the next where the labour market
# is one; half of what is sold is sold on a world market of fixed size.
WORLD: Mapping[str, float] = {"new_clusters": 1.0, "market_seats": 0.5}
SHARED, SEPARATE = 0.3, 1.0
MARKETS: Mapping[str, float] = {"shared": SHARED, "separate": SEPARATE}


def _case(name: str, title: str, city: City, labour: float, *, hit: bool = False,
          pays: bool = True) -> Case:  # fmt: skip
    levels: dict[str, str | float] = {
        "city": next(one for one, times in TIMES.items() if times == city.times),
        "parks": city.parks, "structure": city.structure,
        "labour market": "shared" if labour < 1 else "separate",
        "shock": "yes" if hit else "no", "own infrastructure": "yes" if pays else "no",
    }  # fmt: skip
    return Case(
        name, title, city, settings={**WORLD, "new_clusters": float(pays)},
        by_place={"moves_within_place": dict.fromkeys(range(city.parks), labour)},
        shocks={SHOCK: half_of_the_first_closes} if hit else {}, levels=levels,
    )  # fmt: skip


def _cases() -> tuple[Case, ...]:
    found = []
    for city, times in TIMES.items():
        one, three = City(1, times), City(PARKS, times)
        title = f"{city} city"
        found += [
            _case(f"{city}_one", f"{title}, one park", one, SEPARATE),
            _case(f"{city}_shared", f"{title}, three parks, one labour market", three, SHARED),
            _case(f"{city}_separate", f"{title}, three parks, labour markets apart", three,
                  SEPARATE),
            _case(f"{city}_free", f"{title}, three parks that pay nothing", three, SHARED,
                  pays=False),
        ]  # fmt: skip
    for structure in STRUCTURES:
        for market, labour in MARKETS.items():
            for hit in (False, True):
                found.append(_case(
                    f"{structure}_{market}{'_hit' if hit else ''}",
                    f"{structure} parks, labour {'shared' if labour < 1 else 'apart'}"
                    f"{', one hit' if hit else ''}",
                    City(PARKS, TIMES["medium"], structure), labour, hit=hit, pays=False,
                ))  # fmt: skip
    return tuple(found)


def _is(name: str, asks: str, weights: Mapping[str, float], outcome: Outcome,
        claim: Literal["above", "below", "none", "open"] = "open", *,
        source: str = "") -> Contrast:  # fmt: skip
    return Contrast(name, asks, weights, outcome.name, claim, source)


ZHAO = "Bathelt and Zhao (2.5)"
LARGE_SPLIT = {"large_shared": 1.0, "large_one": -1.0}
SMALL_SPLIT = {"small_shared": 1.0, "small_one": -1.0}


def _hit(structure: str, market: str, outcome: Outcome) -> Contrast:
    what = "sell" if outcome is OTHERS else "know"
    return _is(
        f"hit_{structure}_{market}_{what}",
        f"Do the other parks {what} more after one was hit ({structure}, labour {market})?",
        {f"{structure}_{market}_hit": 1, f"{structure}_{market}": -1}, outcome,
    )  # fmt: skip


CONTRASTS = (
    _is("small_profit", "Does a small city earn less by three parks than by one?", SMALL_SPLIT,
        PROFIT, "below", source=ZHAO),
    _is("large_profit", "Does a large city?", LARGE_SPLIT, PROFIT, "none", source=ZHAO),
    _is("medium_profit", "Does a medium city?", {"medium_shared": 1, "medium_one": -1}, PROFIT),
    _is("size", "Do three parks cost a small city more than a large one?",
        {**LARGE_SPLIT, "small_shared": -1, "small_one": 1}, PROFIT, "above", source=ZHAO),
    _is("small_fixed", "How much of it is what each cluster pays for itself, in a small city?",
        {"small_shared": 1, "small_free": -1}, PROFIT, "below", source=ZHAO),
    _is("large_fixed", "In a large one?", {"large_shared": 1, "large_free": -1}, PROFIT,
        "none", source=ZHAO),
    _is("small_knowledge", "Does a small city know less by three parks than by one?",
        SMALL_SPLIT, KNOWLEDGE, "below", source=ZHAO),
    _is("large_knowledge", "Does a large city?", LARGE_SPLIT, KNOWLEDGE),
    _is("small_output", "Does a small city sell less?", SMALL_SPLIT, OUTPUT, "below",
        source=ZHAO),
    _is("large_output", "Does a large city?", LARGE_SPLIT, OUTPUT),
    _is("labour_small", "Does a labour market of their own cost parks of a small city?",
        {"small_separate": 1, "small_shared": -1}, KNOWLEDGE, "below", source=ZHAO),
    _is("labour_large", "Parks of a large city?",
        {"large_separate": 1, "large_shared": -1}, KNOWLEDGE, "below", source=ZHAO),
    _is("labour_ties", "Are there fewer ties between parks with labour markets of their own?",
        {"similar_separate": 1, "similar_shared": -1}, TIES, "below", source="Bathelt (2.9)"),
    _is("tasks_ties", "More ties between parks with different tasks than between similar ones?",
        {"complementary_shared": 1, "similar_shared": -1}, TIES, "above",
        source="Bathelt (2.9)"),
    _is("tasks_output", "Does the city sell more with different tasks?",
        {"complementary_shared": 1, "similar_shared": -1}, OUTPUT, "above",
        source="Bathelt (2.9)"),
    _is("tasks_knowledge", "Does it know more?",
        {"complementary_shared": 1, "similar_shared": -1}, KNOWLEDGE),
    *(_hit(structure, market, outcome) for outcome in (OTHERS, KNOWN)
      for structure in STRUCTURES for market in MARKETS),
    _is("rivals", "Do similar parks win more by a rival's loss than complementary ones?",
        {"similar_shared_hit": 1, "similar_shared": -1, "complementary_shared_hit": -1,
         "complementary_shared": 1}, OTHERS, "above", source="Bathelt (2.9)"),
)  # fmt: skip
PARKS_OF_CITY = Experiment(
    number="9",
    name="parks",
    question="When does a city carry several clusters, and do they compete or collaborate?",
    design=(
        "A city as large as a town, four or eight times, in one park or three that share a "
        "labour market or not; a further cluster pays for what it is too small to carry. Then "
        "a medium city where none pays: parks have the same industries or one each, and "
        "half-way half of one of them closes. World markets are half fixed in size."
    ),
    rule=(
        "A city carries several clusters if it earns no less by them than by one. Parks "
        "compete if the others win by what hits one, and collaborate if they lose."
    ),
    cases=_cases(),
    outcomes=(PROFIT, KNOWLEDGE, OUTPUT, TIES, OTHERS, KNOWN),
    contrasts=CONTRASTS,
    limits=(
        "Parks are planned at the start and no organisation moves. People who leave a park may "
        "go to a town as well as to the next park. From which size a "
        "cluster carries itself (20 organisations) and what it pays below are assumed, so "
        "that a threshold there is follows from the rule; where it lies is not known."
    ),
    source="Concept map 2.5, 2.9; Bathelt and Zhao (2016); K24.",
    sizes=SIZES,
)  # fmt: skip
