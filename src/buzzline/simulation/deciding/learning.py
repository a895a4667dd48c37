"""Worlds that decide between positions on learning and on ties: X1 to X20."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from buzzline.simulation.deciding import outcomes as see
from buzzline.simulation.deciding import small_worlds as small
from buzzline.simulation.deciding.case import Case
from buzzline.simulation.world import World

LEARN = {"interactive_learning": 1.0, "learning_rate": 0.2, "trust_commons": 0.6}
FAR = {"global_share": 0.5, "cost_global": 4.0}


def _foreigners_who_know_the_same() -> World:
    return small.owned_elsewhere(small.levels())


def _agglomerated_against_knowing() -> World:
    """The first place knows more; the others have ten times the jobs."""
    world = small.one_knows(much=2.0, little=1.0)
    return replace(world, jobs=np.where(world.place == 0, 10.0, 100.0))


def _broad_and_narrow() -> World:
    world = small.plain(2)
    narrow = np.eye(world.n_categories)[0] * world.n_categories
    return small.knowing(world, np.where(world.place[:, None] == 0, 1.0, narrow))


def _supplied() -> World:
    return small.tied(small.levels(), scale="local", layer="supply")


def _first_place_with_pipelines() -> World:
    """Everybody elsewhere knows much; only two in ten of each place keep pipelines."""
    return small.one_knows(much=0.2, little=1.0)


def _of_two_cultures() -> World:
    """Ties run to the next place, industries are spread over all."""
    return small.tied(small.plain(4, 12, 2), scale="global")


def _affiliates_who_know() -> World:
    world = small.owned_elsewhere(small.plain())
    return small.knowing(world, np.where(world.owner >= 0, 1.0, 0.2)[:, None])


LEARNING_CASES = (
    Case("X1", "Where meetings far away cost less, those who know little catch up.",
         lambda: small.one_knows(), see.knowledge_elsewhere,
         "mean knowledge outside the place that knows", "a", {**LEARN, **FAR}),
    Case("X2", "Where distance does not bind, organisations of different fields learn from "
         "each other.", lambda: small.two_fields(), see.knowledge, "mean knowledge", "b",
         {**LEARN, "mixed_contacts": 1.0}),
    Case("X3", "People of different origin who know the same learn from each other, if skill "
         "is what sets distance.", _foreigners_who_know_the_same, see.knowledge,
         "mean knowledge", "a", LEARN),
    Case("X4", "A place that knows more leads places with more jobs, if knowing is the source.",
         _agglomerated_against_knowing, see.lead_of_knowing,
         "output of a job in the place that knows, over one elsewhere", "a", steps=2),
    Case("X5", "A place whose organisations know many things creates more than one that knows "
         "one thing, if knowledge is created by recombining.", _broad_and_narrow,
         see.worth_of_variety, "knowledge created in the broad place less the narrow one", "a",
         {"innovation": 1.0}, steps=40),
    Case("X6", "Where rules change, search turns to what is in demand.", lambda: small.plain(),
         see.turned_search, "how far search has turned", "b", {"turbulence": 1.0}),
    Case("X7", "Newcomers know less where lenience lets worse ones in.", lambda: small.plain(),
         see.knowledge_of_entrants, "knowledge of newcomers, less that of others", "a",
         {"entry": 1.0, "entry_rate": 0.9}),
    Case("X8", "Where all ties are of supply, more is learned if they carry learning.",
         _supplied, see.knowledge, "mean knowledge", "b", LEARN),
    Case("X9", "Ties begun while in one place are trusted more.",
         lambda: small.tied(small.plain(), scale="global"), see.trust_in_ties, "trust in ties",
         "a", {"pipelines": 1.0, "begun_in_copresence": 1.0, "pipeline_turnover": 0.5,
               "pipeline_cost": 0.0, **FAR}),
    Case("X10", "Where many meet others elsewhere, trust of the place lasts if ties outside do "
         "not wear it.", lambda: small.plain(), see.commons, "trust that places lend", "b",
         {"cohesion": 1.0, "erosion_by_success": 0.0, "joint_action": 0.0, **FAR}),
    Case("X11", "Where few people move, trust in local ties grows faster, if that is what "
         "immobility does.", lambda: small.tied(small.plain(), scale="local", trust=0.2),
         see.trust_in_ties, "trust in ties", "a", {"trust": 1.0}, steps=6),
    Case("X12", "Partners in other places grow alike, if culture is of networks.",
         _of_two_cultures, see.partners_alike,
         "how much nearer partners are than others of their industry", "a",
         {"being_there": 1.0, "convention_noise": 0.0, **FAR}, steps=20),
    Case("X13", "Within an industry the large reach further, if their resources are why.",
         lambda: small.plain(3, 30), see.meetings_of_large_far_away,
         "meetings far away of the large, less those of the small", "b", FAR, steps=6),
    Case("X14", "Others elsewhere see what the best do, if locality is systemic.",
         lambda: small.one_knows(), see.knowledge_elsewhere,
         "mean knowledge outside the place that knows", "b",
         {"monitoring": 1.0, "monitoring_rate": 0.2}),
    Case("X15", "Where trust is high, people without skill get jobs by ties, if ties are a "
         "thing of their own.", lambda: small.plain(), see.access_of_unskilled,
         "share of people without skill in jobs of clusters", "b",
         {"access": 1.0, "income": 1.0, "trust_commons": 0.8}, steps=3, by_construction=True),
    Case("X16", "What comes through gatekeepers tied by little trust is learned, if other ways "
         "make up for them.", _first_place_with_pipelines, see.knowledge_in_first,
         "mean knowledge in the place that knows little", "b",
         {**LEARN, "gatekeepers": 0.25, "global_share": 1.0, "cost_global": 1.0,
          "trust_at_distance": 0.1}, steps=20),
    Case("X17", "Industries that know nothing of each other's field learn of it where chance "
         "brings them together.", lambda: small.two_fields(), see.knowledge, "mean knowledge",
         "a", {**LEARN, "cognitive_distance": 0.0}),
    Case("X18", "Places sell more if identity is part of success.", lambda: small.plain(),
         see.output, "what organisations sell", "a", {"cohesion": 1.0}, by_construction=True),
    Case("X19", "Where all grow, trust of the place lasts if success pays for it.",
         lambda: small.plain(), see.commons, "trust that places lend", "b",
         {"cohesion": 1.0, "innovation": 1.0, "innovation_chance": 0.5, "joint_action": 0.0,
          "erosion": 0.0}),
    Case("X20", "Locals learn from affiliates that meet them.", _affiliates_who_know,
         see.knowledge_of_owned, "mean knowledge of organisations owned locally", "b",
         {**LEARN, "embedding": 1.0}),
)  # fmt: skip
