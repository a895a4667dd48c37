"""Experiment 4: Costa Rica, one anchor or many small investors, embedded or not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from buzzline.arrays import as_codes, as_floats
from buzzline.policy.experiments.design import Case, Contrast, Experiment, Size
from buzzline.policy.experiments.outcomes import KNOWLEDGE, LOCALS, OUTPUT
from buzzline.randomness import child
from buzzline.simulation.changes import Change
from buzzline.simulation.settings import Settings
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.world import LAYERS, SCALES, Places, World

CITIES = 4  # of the country; the last places of the world
INVESTORS = 8
EXIT, GONE = 60, 64  # of a run of 100 steps
JOBS_OF_AFFILIATE = 100.0
EMBEDDED, ENCLAVE = 0.5, 0.0
HERE = {"trust_commons": 0.3, "gatekeepers": 0.125, "global_share": 0.16}
TRUST_OF_GROUP, TRUST_AT_DISTANCE = 0.8, 0.2


@dataclass(frozen=True, slots=True)
class Country:
    """A country of four cities among places elsewhere, with affiliates of owners abroad.

    Attributes
    ----------
    locals_of, affiliates_of : tuple of int     shares of the locals, and numbers, of each city
    jobs : float                                of each affiliate
    between : float                             share of time for ties between the cities
    """

    locals_of: tuple[float, ...]
    affiliates_of: tuple[int, ...]
    jobs: float = JOBS_OF_AFFILIATE
    between: float = 0.0

    def __call__(self, size: Size, seed: int) -> World:
        """Return the world."""
        abroad = size.places - 1
        n_locals = np.round(np.array(self.locals_of) * size.organisations).astype(int)
        here = (n_locals + np.array(self.affiliates_of)).tolist()
        world = world_of_settings(
            abroad + CITIES, [size.organisations] * abroad + here,
            nations=None, focal=tuple(range(abroad, abroad + CITIES)), rng=seed,
        )  # fmt: skip
        owner, jobs = world.owner.copy(), world.jobs.copy()
        for city, number in enumerate(self.affiliates_of):
            rows = np.flatnonzero(world.place == abroad + city)[n_locals[city] :]
            owner[rows] = (np.arange(number) + city * number) % abroad
            jobs[rows] = self.jobs
        return replace(
            world, owner=owner, jobs=as_floats(jobs), places=_one_nation(world, abroad),
            ties=_ties(world, owner, seed), title="Country with affiliates",
            settings=self._settings(world),
        )  # fmt: skip

    def _settings(self, world: World) -> Settings:
        """Little trust and few links of their own, in all cities."""
        own = HERE | {"regional_share": self.between}
        return Settings(
            {"national_share": 0.0, "regional_share": 0.0},
            {name: dict.fromkeys(world.focal, value) for name, value in own.items()},
        )


def _one_nation(world: World, abroad: int) -> Places:
    places = world.places
    nation, region = places.nation.copy(), places.region.copy()
    nation[abroad:] = nation[abroad]
    region[abroad:] = region[abroad]
    return replace(places, nation=nation, region=region)


def _ties(world: World, owner: np.ndarray, seed: int) -> Mapping[str, object]:
    """Return a tie of each affiliate to a parent, and a pipeline of everybody abroad."""
    rng = child(seed, "costa rica", "ties")
    abroad = np.flatnonzero(~np.isin(world.place, world.focal))
    affiliates = np.flatnonzero(owner >= 0)
    parents = [int(rng.choice(np.flatnonzero(world.place == owner[row]))) for row in affiliates]
    partners = [_elsewhere(world, row, abroad, rng) for row in abroad.tolist()]
    source = np.concatenate([affiliates, abroad])
    is_group = np.arange(source.size) < affiliates.size
    return {
        "source": as_codes(source), "target": as_codes(np.array([*parents, *partners])),
        "scale": np.full(source.size, SCALES.index("global"), np.uint8),
        "layer": np.where(is_group, LAYERS.index("ownership"), 0).astype(np.uint8),
        "trust": np.where(is_group, TRUST_OF_GROUP, TRUST_AT_DISTANCE).astype(np.float32),
        "copresent": is_group,
    }  # fmt: skip


def _elsewhere(world: World, row: int, among: np.ndarray, rng: np.random.Generator) -> int:
    others = among[world.place[among] != world.place[row]]
    return int(rng.choice(others if others.size else among[among != row]))


def _case(name: str, title: str, world: Country, embedded: float, *changes: Change) -> Case:
    values = {
        "foreign_investment": 0.0, "affiliate_exit": 0.0, "embedding": 1.0,
        "embedded_share": embedded,
    }  # fmt: skip
    levels = {
        "investors": sum(world.affiliates_of), "embedded": embedded,
        "cities": sum(share > 0 for share in world.locals_of),
        "ties between cities": world.between, "leaves": "yes" if changes else "no",
    }  # fmt: skip
    return Case(name, title, world, settings=values, changes=changes, levels=levels)


ONE_CITY = (1.0, 0.0, 0.0, 0.0)
FOUR_CITIES = (0.25, 0.25, 0.25, 0.25)
NOBODY = Country(ONE_CITY, (0, 0, 0, 0))
ANCHOR = Country(ONE_CITY, (1, 0, 0, 0), JOBS_OF_AFFILIATE * INVESTORS)
EIGHT = Country(ONE_CITY, (INVESTORS, 0, 0, 0))
EIGHT_APART = Country(FOUR_CITIES, (2, 2, 2, 2))
LEAVES = Change("affiliate_exit", to=1, start=EXIT, stop=GONE)
APART_LINKED = Country(FOUR_CITIES, (2, 2, 2, 2), between=0.2)
CASES = (
    _case("nobody", "no investor", NOBODY, ENCLAVE),
    _case("anchor", "one anchor, enclave", ANCHOR, ENCLAVE),
    _case("anchor_leaves", "enclave, leaves", ANCHOR, ENCLAVE, LEAVES),
    _case("embedded", "one anchor, embedded", ANCHOR, EMBEDDED),
    _case("embedded_leaves", "embedded anchor, leaves", ANCHOR, EMBEDDED, LEAVES),
    _case("eight", "eight small, enclave", EIGHT, ENCLAVE),
    _case("eight_embedded", "eight small, embedded", EIGHT, EMBEDDED),
    _case("eight_apart", "eight in four cities", EIGHT_APART, EMBEDDED),
    _case("eight_linked", "four cities, linked", APART_LINKED, EMBEDDED),
)


def _is(asks: str, plus: str, minus: str, claim: str = "", *, outcome: str = LOCALS.name,
        name: str = "") -> Contrast:  # fmt: skip
    return Contrast(
        name or f"{plus}_against_{minus}", asks, {plus: 1, minus: -1}, outcome,
        "above" if claim else "open", claim,
    )  # fmt: skip


COSTA_RICA = Experiment(
    number="4",
    name="costa-rica",
    question="One anchor or several small investors, and what if the anchor leaves?",
    design=(
        "A country of 24 organisations (at the usual size) among places abroad, all in one "
        "city or in four; no affiliate, one of 800 jobs, or eight of 100; affiliates that meet "
        "their group only (enclave), or locals half of the time (embedded); four cities with "
        "or without ties between them; an anchor that leaves at 60 of 100 steps."
    ),
    rule=(
        "Enclaves fail if locals know no more with them than without; embedding counts if "
        "they know more; several small ones are better, or concentration is, if that case "
        "ends above."
    ),
    cases=CASES,
    outcomes=(LOCALS, KNOWLEDGE, OUTPUT),
    contrasts=(
        Contrast("enclave", "Does an anchor that is an enclave bring locals any knowledge?",
                 {"anchor": 1, "nobody": -1}, LOCALS.name, "none", "Bathelt (0.17a)"),
        _is("Do locals know more where the anchor is embedded?", "embedded", "anchor",
            "Bathelt (0.17c)", name="embedding"),
        _is("Is anything left of it after the anchor has left?", "embedded_leaves", "nobody",
            "Gereffi et al. 2019, against 0.17a", name="what_stays"),
        _is("Is anything lost when an embedded anchor leaves?",
            "embedded", "embedded_leaves", name="what_is_lost"),
        _is("Do eight small investors bring locals more than one anchor, embedded both?",
            "eight_embedded", "embedded", "Bathelt (0.17b)", name="many_small"),
        _is("Do eight that are enclaves bring less than eight embedded ones?",
            "eight_embedded", "eight", "Bathelt (0.17c)", name="embedding_of_eight"),
        _is("Is one city better than four without ties?", "eight_embedded", "eight_apart",
            "Bathelt (0.17b)", name="concentration"),
        _is("Do ties between the four cities help?", "eight_linked", "eight_apart",
            "Bathelt (0.17b)", name="ties_between_cities"),
        Contrast("embedding_or_concentration", "Does embedding matter more than concentration?",
                 {"eight": -1, "eight_apart": 1}, LOCALS.name, "above", "scenarios D4b"),
    ),
    limits=(
        "Which of the two readings of Intel in Costa Rica is right is not decided here: "
        "upgrading of skills (Gereffi et al. 2019) is what `what_stays` asks for. Wages and "
        "taxes of affiliates are left out of these outcomes."
    ),
    source="Concept map 0.17a to 0.17c; contested register D8; scenarios D4b.",
)  # fmt: skip
