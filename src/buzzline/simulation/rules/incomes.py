"""What prices rise to where much is going on (K15), who earns (K20), who is left out (K21)."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Flags, Floats
from buzzline.kernels.incomes import place_incomes
from buzzline.simulation.luck import Luck
from buzzline.simulation.rates import STEPS_A_YEAR, Rates
from buzzline.simulation.rules.market import place_values
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import State

OF_GROUPS = ("access_skilled", "access_unskilled", "access_gap", "income_skilled",
             "income_unskilled", "housing", "public_services")  # fmt: skip
MOST_TIMES = 10.0  # jobs against those at the start, beyond which prices rise no more
WITH_SUCH_JOBS = 0.8  # share of people of a place who lived off its clusters at the start
FOLLOW_JOBS = 0.02  # of the way people come or go in a step: half of it in nine years
LOCAL_PAY = 0.7  # what local services pay, against what organisations of the clusters pay
OTHER_PAY = 0.4  # what the rest of the economy pays, against these everywhere
USUAL_HOUSING = 0.25  # share of income for housing at usual rents and incomes
SKILL_NEEDED = 0.5  # access of those without skill, were ties of no use
FULL_TRUST = 0.8
WORKING_LIFE = 40.0  # years
NOBODY_OF = 1e-9  # share of people that is nobody


def prices_rise(state: State, rates: Rates, luck: Luck) -> None:
    """Rents and wages rise with jobs, so that what draws organisations also drives them away.

    K15; wage = (jobs / jobs at the start)^wage, rent likewise; Lorenzen, conversations 4.85.
    """
    r = state.world.places.n
    if "jobs_at_start" not in state.by_place:
        state.by_place["jobs_at_start"] = jobs_at_start(state)
    before = state.by_place["jobs_at_start"]
    usual = before[before > 0].mean() if (before > 0).any() else 1.0
    jobs = np.bincount(state.place, state.size, r).astype(np.float64)
    ratio = np.clip(jobs / np.where(before > 0, before, usual), 1 / MOST_TIMES, MOST_TIMES)
    dose = rates.by_place("congestion")
    state.by_place["jobs"] = jobs
    state.by_place["wage"] = ratio ** (dose * rates.by_place("wage_elasticity"))
    state.by_place["rent"] = ratio ** (dose * rates.by_place("land_elasticity"))


def incomes_are_paid(state: State, rates: Rates, luck: Luck) -> None:
    """Wages rise with what is sold and carry local services; profits go to their owners.

    K20; w = labour usual (sales / usual)^w_exp wage; 1.6 local jobs for each, 2.5 where it is
    skilled (Moretti 2010); income is per working person.
    """
    s = max(len(state.world.industries), 1)
    n = np.bincount(state.industry, state.size, s)
    sold = np.bincount(state.industry, state.output, s)
    usual = np.divide(sold, n, out=np.ones(s), where=n > 0)
    table = np.stack([rates.of(x) for x in ("labour_share", "wage_exponent", "repatriation")])
    jobs, pay, profits = place_incomes(
        state.alive, state.place, state.industry, state.cell, state.owner, state.size,
        state.output, state.profit, usual, place_values(state, "wage"), table,
    )  # fmt: skip
    skilled = _skilled_share(state)
    local = jobs * (
        (1 - skilled) * rates.by_place("multiplier")
        + skilled * rates.by_place("skilled_multiplier")
    )
    everywhere = pay.sum() / max(jobs.sum(), 1e-12)
    here = np.divide(pay, jobs, out=np.zeros(jobs.size), where=jobs > 0)
    people = _people(state, jobs + local)
    others = (people - jobs - local) * OTHER_PAY * everywhere
    wages = pay + local * LOCAL_PAY * here
    state.by_place.update(
        jobs=jobs, employed=(jobs + local) / people, wages=wages / people,
        profits=profits / people, other_pay=np.full(jobs.size, OTHER_PAY * everywhere),
        income=(wages + profits + others) / people,
    )  # fmt: skip


def jobs_at_start(state: State) -> Floats:
    """Return jobs of places at the start; (r,) float64 [jobs]."""
    world = state.world
    jobs: Floats = np.bincount(world.place, world.jobs, world.places.n).astype(np.float64)
    return jobs


def _people(state: State, jobs: Floats) -> Floats:
    """Return who lives off the clusters of a place, or could; people follow jobs slowly."""
    wanted = jobs / WITH_SUCH_JOBS
    if "people" not in state.by_place:
        state.by_place["people"] = np.where(wanted > 0, wanted, wanted.mean())
    people = state.by_place["people"]
    people += FOLLOW_JOBS * (wanted - people)
    return np.maximum(people, jobs)


def _skilled_share(state: State) -> Floats:
    people = state.by_place["population"]
    return np.divide(
        state.by_place["skilled"], people, out=np.zeros(people.size), where=people > 0
    )


def jobs_are_shared_out(state: State, rates: Rates, luck: Luck) -> None:
    """Who has access to the jobs of clusters depends on skill, and on ties across groups.

    K21; access of the unskilled = (1 - acc_tie) skill + acc_tie trust; housing takes what rents
    have risen to, taxes pay public services; Maskell, conversations 4.105 (also X15).
    """
    by_ties, here = rates.by_place("access_by_ties"), state.by_place
    tied = np.minimum(1, here["commons"] / FULL_TRUST)
    open_to = (1 - by_ties) * SKILL_NEEDED + by_ties * tied
    access = np.clip(1 - rates.by_place("access") * (1 - open_to), 0, 1)
    skilled, employed = _skilled_share(state), here.get("employed", np.zeros(open_to.size))
    of_skilled = np.minimum(1, employed / np.maximum(skilled + (1 - skilled) * access, 1e-12))
    of_others = (employed - skilled * of_skilled) / np.maximum(1 - skilled, 1e-12)
    pay = here.get("wages", here["income"]) / np.maximum(employed, 1e-12)
    rest = here.get("other_pay", np.zeros(open_to.size))
    owned = here.get("profits", np.zeros(open_to.size)) / np.maximum(skilled, 1e-12)
    usual, income = here["income"].mean(), np.maximum(here["income"], 1e-12)
    some, others = skilled > NOBODY_OF, skilled < 1 - NOBODY_OF
    gap = 1 - of_others / np.maximum(of_skilled, 1e-12)
    here.update(
        access_skilled=_of(some, of_skilled), access_unskilled=_of(others, of_others),
        access_gap=_of(some & others, gap),
        income_skilled=_of(some, of_skilled * pay + (1 - of_skilled) * rest + owned),
        income_unskilled=_of(others, of_others * pay + (1 - of_others) * rest),
        housing=np.minimum(1, USUAL_HOUSING * here["rent"] * usual / income),
        public_services=rates.by_place("tax_rate") * here["income"],
    )  # fmt: skip
    _retrain(state, rates, skilled)


def _of(there: Flags, values: Floats) -> Floats:
    """Return values of groups that are there, NaN of those nobody belongs to."""
    return np.where(there, values, np.nan)


def _retrain(state: State, rates: Rates, skilled: Floats) -> None:
    """People acquire skills, and a generation that had them leaves work."""
    learned = rates.by_place("retraining") / STEPS_A_YEAR * (1 - skilled)
    lost = (skilled - state.world.places.skilled_share) / (WORKING_LIFE * STEPS_A_YEAR)
    now = np.clip(skilled + np.minimum(1, rates.by_place("access")) * (learned - lost), 0, 1)
    state.by_place["skilled"] = now * state.by_place["population"]


INCOME_RULES = (
    Rule("K15", "prices rise", "outcomes", "congestion", prices_rise,
         "Lorenzen, conversations 4.85", {"wage": 1, "rent": 1}),
    Rule("K20", "incomes are paid", "outcomes", "income", incomes_are_paid, "Moretti (2010)",
         {"income": 1, "employed": None, "wages": None, "profits": None, "other_pay": None}),
    Rule("K21", "jobs are shared out", "outcomes", "access", jobs_are_shared_out,
         "Maskell, conversations 4.105", dict.fromkeys(OF_GROUPS)),
)  # fmt: skip
