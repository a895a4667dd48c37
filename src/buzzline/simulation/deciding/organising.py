"""Worlds that decide between positions on organising, institutions and policy: X21 to X-GCN."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from buzzline.simulation.changes import Change
from buzzline.simulation.deciding import outcomes as see
from buzzline.simulation.deciding import small_worlds as small
from buzzline.simulation.deciding.case import Case
from buzzline.simulation.deciding.learning import FAR, LEARN
from buzzline.simulation.starting import world_of_settings
from buzzline.simulation.world import World

ENTRY = {"entry": 1.0}
INSTITUTIONS = {"institutions": 1.0, "practice_uptake": 0.0}


def _in_the_shadow() -> World:
    """One industry has nearly all jobs; the two have nothing to do with each other."""
    world = small.plain(3, 12, 2)
    return replace(
        world, jobs=np.where(world.industry == 0, 200.0, 2.0), related=np.eye(2)
    )  # fmt: skip


def _rich_and_poor() -> World:
    world = small.plain()
    return replace(world, jobs=np.where(world.place == 0, 100.0, 5.0))


def _young_local_ties() -> World:
    return small.tied(small.plain(), scale="local")


def _universities() -> World:
    world = small.plain()
    first = np.arange(world.n) % 12 < 3
    world = small.knowing(world, np.where(first, 1.0, 0.2)[:, None])
    return replace(world, is_university=first)


def _two_clusters() -> World:
    """Two places are full of an industry, four have a few of it."""
    return world_of_settings(6, [20, 20, 3, 3, 3, 3], 1, nations=1, rng=small.SEED)


ORGANISING_CASES = (
    Case("X21", "Many small organisations that search in different directions find more "
         "between them than few large ones.", lambda: small.plain(3, 3), see.best_of_places,
         "what is known best in a place, over categories", "a",
         {**ENTRY, "innovation": 1.0, "innovation_chance": 0.3, "entry_rate": 1.0,
          "vision_variety": 1.0}, steps=20),
    Case("X22", "Ideas find their way out of organisations that suppress them.",
         lambda: small.plain(), see.spin_offs, "organisations with a parent", "a", ENTRY,
         steps=20, by_construction=True),
    Case("X23", "Organisations come to know different things, if their visions differ.",
         lambda: small.knowing(small.plain(), np.ones((1, 1))), see.spread_of_knowledge,
         "spread of what organisations know", "a",
         {"innovation": 1.0, "innovation_chance": 0.5, "vision_concentration": 0.5}, steps=20),
    Case("X24", "An industry in the shadow of another sells less, if institutions bind.",
         _in_the_shadow, see.output_of_minority, "its output over that of the other", "b",
         {**INSTITUTIONS, "institution_speed": 0.5}, steps=20),
    Case("X25", "A policy that follows the market is taken up by more, where demand stays.",
         lambda: small.one_knows(), see.knowledge, "mean knowledge", "a",
         {"innovation": 1.0}, (Change("innovation_chance", by=0.2),), by_construction=True),
    Case("X26", "Rivals elsewhere take over what one place has written down, if nothing hides "
         "why it works.", lambda: small.one_knows(), see.knowledge_elsewhere,
         "mean knowledge elsewhere", "a"),
    Case("X27", "Newcomers know more where policy builds on what is there.",
         lambda: small.plain(), see.knowledge_of_entrants,
         "knowledge of newcomers, less that of others", "a", {**ENTRY, "entry_rate": 0.1},
         (Change("entry_rate", by=0.8),)),
    Case("X28", "Several ways of doing things sell as much as one, if keeping them costs "
         "nothing.", lambda: small.plain(3, 12, 3), see.output, "what organisations sell", "a",
         {**INSTITUTIONS, "institution_fit": 1.0}, steps=4, by_construction=True),
    Case("X29", "A policy does more for poor places where the nation pays for it.",
         _rich_and_poor, see.knowledge_of_poor_places, "mean knowledge in poor places", "b",
         {"innovation": 1.0}, (Change("innovation_chance", by=0.2),)),
    Case("X30", "A policy does more where no intermediary takes the able and ages.",
         lambda: small.plain(), see.knowledge, "mean knowledge", "a", {"innovation": 1.0},
         (Change("innovation_chance", by=0.2, delivery="intermediary"),), steps=30),
    Case("X31", "Practice from below becomes institution, if nobody blocks it and wealth is "
         "not needed.", lambda: small.plain(), see.institutions_moved,
         "how far institutions moved", "a",
         {"institutions": 1.0, "institution_speed": 0.0}, steps=20),
    Case("X32", "The place that is ahead creates less, if success makes conservative.",
         lambda: small.one_knows(much=2.0, little=1.0), see.knowledge_in_first,
         "mean knowledge in the place that is ahead", "b", {"innovation": 1.0}, steps=20),
    Case("X33", "Institutions come to what industries need, if they can change.",
         lambda: small.plain(), see.institutions_moved, "how far institutions moved", "a",
         INSTITUTIONS, steps=20, by_construction=True),
    Case("X34", "The large know more against the small where winners are picked.",
         lambda: small.plain(), see.knowledge_of_large,
         "knowledge of the large over that of the small", "a", {"innovation": 1.0},
         (Change("innovation_chance", by=0.2),), by_construction=True),
    Case("X35", "What one place wins others lose, if seats are few.",
         lambda: small.one_knows(much=2.0, little=1.0), see.output_elsewhere,
         "what is sold elsewhere", "b",
         {"innovation": 1.0, "innovation_chance": 0.3}, steps=12),
    Case("X36", "The open earn more, if nothing leaks to rivals.", lambda: small.plain(),
         see.profit, "mean profit", "a", {"imitation_of_openness": 0.0}, steps=2),
    Case("X37", "New ties among alike hold, if norms do not bar them.", _young_local_ties,
         see.n_ties, "ties", "a", {"cohesion": 1.0, "trust_commons": 0.3}, steps=3),
    Case("X38", "More is known around universities that one learns from.", _universities,
         see.knowledge, "mean knowledge", "a", LEARN),
    Case("X39", "More is created where people who leave are no loss of training.",
         lambda: small.plain(), see.knowledge, "mean knowledge", "a", {"innovation": 1.0},
         steps=40),
    Case("X40", "More organisations begin where investors know the place.",
         lambda: small.plain(), see.late_comers, "organisations that came later", "a",
         {**ENTRY, "entry_rate": 0.5}, steps=20),
    Case("X41", "Neighbours have more to learn from each other where places are varied.",
         lambda: small.plain(4, 12, 4), see.knowledge, "mean knowledge", "b",
         {**LEARN, "cognitive_distance": 0.0, "mixed_contacts": 1.0}),
    Case("X42", "Holes between organisations are filled by a public service, where the market "
         "is too small for one.", lambda: small.plain(), see.holes_bridged,
         "share of holes filled", "b", ENTRY, by_construction=True),
    Case("X43", "More is sold where capital is no barrier.", lambda: small.plain(), see.output,
         "what organisations sell", "a", {"income": 1.0}, by_construction=True),
    Case("X44", "More is learned where infrastructure makes meetings cheap.",
         lambda: small.one_knows(small.plain(3, 12), much=1.0), see.knowledge, "mean knowledge",
         "a", {**LEARN, "global_share": 0.3, "cost_global": 2.0}),
    Case("X45", "Fields that have nothing to do with each other learn of each other where land "
         "is mixed.", lambda: small.two_fields(), see.knowledge, "mean knowledge", "a",
         {**LEARN, "cognitive_distance": 0.0, "mixed_contacts": 0.4}),
    Case("X-GCN", "Who invests elsewhere goes to clusters, if those of clusters seek them.",
         _two_clusters, see.affiliates_in_clusters, "share of affiliates in the two clusters",
         "a", {"foreign_investment": 1.0, "investment_rate": 0.5, "affiliate_exit": 0.0,
               "distance_elasticity": 0.0, **FAR}),
)  # fmt: skip
