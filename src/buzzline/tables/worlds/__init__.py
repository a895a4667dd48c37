"""Made-up studies with a known truth, to try every later stage against."""

from buzzline.tables.worlds.adoption import AdoptionTruth, plant_adoption
from buzzline.tables.worlds.advice import AdviceTruth, plant_advice
from buzzline.tables.worlds.fairs import FairPlan, FairTruth, plant_fairs
from buzzline.tables.worlds.geography import Geography, great_circle_km
from buzzline.tables.worlds.gravity import Gravity
from buzzline.tables.worlds.histories import make_history_world
from buzzline.tables.worlds.history_courses import Course
from buzzline.tables.worlds.history_truth import HistoryTruth, HistoryWorld
from buzzline.tables.worlds.incomes import IncomePlan, IncomeTruth, make_income_world
from buzzline.tables.worlds.investments import InvestmentTruth, plant_investments
from buzzline.tables.worlds.knowledge import (
    KnowledgePlan,
    KnowledgeTruth,
    plant_knowledge,
)
from buzzline.tables.worlds.making import make_world, null_world
from buzzline.tables.worlds.messy import Mess, messy_copy
from buzzline.tables.worlds.panel import PanelPlan, PanelTruth, plant_panel
from buzzline.tables.worlds.plans import Bonds, Odds, Parks
from buzzline.tables.worlds.policies import PolicyPlan, PolicyTruth, plant_policy
from buzzline.tables.worlds.sibling_truth import SiblingTruth, SiblingWorld
from buzzline.tables.worlds.siblings import make_sibling_world
from buzzline.tables.worlds.truth import Truth, World
from buzzline.tables.worlds.watching import WatchingPlan, WatchingTruth, plant_watching

__all__ = [
    "AdoptionTruth",
    "AdviceTruth",
    "Bonds",
    "Course",
    "FairPlan",
    "FairTruth",
    "Geography",
    "Gravity",
    "HistoryTruth",
    "HistoryWorld",
    "IncomePlan",
    "IncomeTruth",
    "InvestmentTruth",
    "KnowledgePlan",
    "KnowledgeTruth",
    "Mess",
    "Odds",
    "PanelPlan",
    "PanelTruth",
    "Parks",
    "PolicyPlan",
    "PolicyTruth",
    "SiblingTruth",
    "SiblingWorld",
    "Truth",
    "WatchingPlan",
    "WatchingTruth",
    "World",
    "great_circle_km",
    "make_history_world",
    "make_income_world",
    "make_sibling_world",
    "make_world",
    "messy_copy",
    "null_world",
    "plant_adoption",
    "plant_advice",
    "plant_fairs",
    "plant_investments",
    "plant_knowledge",
    "plant_panel",
    "plant_policy",
    "plant_watching",
]
