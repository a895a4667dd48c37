"""Institutions, cohesion, codified practice and further clusters of a city: K16 to K19, K24."""

from __future__ import annotations

import numpy as np

from buzzline.arrays import Floats, as_floats
from buzzline.kernels.codification import coded_practice, coded_practice_read
from buzzline.kernels.cohesion import local_ties_loosened, meeting_shares
from buzzline.kernels.institutions import institution_fit, institutions_moved
from buzzline.kernels.knowledge_flows import knowledge_flows
from buzzline.kernels.luck import four_uniforms
from buzzline.kernels.new_clusters import own_infrastructure_paid
from buzzline.simulation.luck import Luck
from buzzline.simulation.rates import STEPS_A_YEAR, Rates
from buzzline.simulation.rules.market import usual_sales
from buzzline.simulation.rules.rule import Rule
from buzzline.simulation.state import N_CONVENTIONS, State

SPREAD_OF_NEEDS = 0.5  # of what industries need, in each dimension
LARGEST_GROWTH = 1.0  # log units; what a place is said to have grown by in a step, at most
SEARCH_AT_MOST = 4.0  # times the usual, however much success feeds it


def place_rate(state: State, rates: Rates, name: str) -> Floats:
    """Return a parameter of places: the mean over their organisations, reached or not; (r,)."""
    return place_mean(state, rates, rates.of(name))


def place_mean(state: State, rates: Rates, by_cell: Floats) -> Floats:
    """Return the mean over the organisations of a place of what is said by cell; (r,)."""
    by_group = by_cell.reshape(-1, rates.n_groups)
    if bool((by_group == by_group[:, :1]).all()):
        return np.ascontiguousarray(by_group[:, 0])
    counts = np.bincount(state.cell[state.member], minlength=by_group.size)
    n = counts.reshape(by_group.shape)
    mean = (by_group * n).sum(axis=1) / np.maximum(n.sum(axis=1), 1)
    alike = (by_group == by_group[:, :1]).all(axis=1) | (n.sum(axis=1) == 0)
    return np.where(alike, by_group[:, 0], mean)


def needs_of_industries(state: State, luck: Luck) -> Floats:
    """Return which institutions industries need, as points: near for related ones; (s, 4).

    Nobody has measured them, so each run draws its own, and results hold over what they may be.
    """
    related = state.world.related
    stream, drawn = luck.stream("institutions"), np.empty((len(related), N_CONVENTIONS))
    for s in range(len(related)):
        drawn[s] = four_uniforms(luck.key, stream, 0, np.uint64(s), 0)
    alike = related @ (drawn - 0.5) / np.sqrt((related**2).sum(axis=1, keepdims=True))
    needs: Floats = alike * (SPREAD_OF_NEEDS * np.sqrt(12))
    return needs


def _per_step(per_year: Floats) -> Floats:
    return 1 - (1 - per_year) ** (1 / STEPS_A_YEAR)


def institutions_follow_power(state: State, rates: Rates, luck: Luck) -> None:
    """Institutions fit an industry or not, and move to what the powerful need.

    K16; exp(-||i_r - i*_s||^2), conversations 4.86-4.87, 4.97-4.98 (X24, X28, X31, X33).
    """
    dose = place_rate(state, rates, "institutions")
    needs = needs_of_industries(state, luck)
    speed = np.minimum(1, dose * _per_step(place_rate(state, rates, "institution_speed")))
    rich = _relative(state.by_place["income"], np.ones(dose.size))
    uptake = dose * _per_step(place_rate(state, rates, "practice_uptake"))
    uptake *= rich ** place_rate(state, rates, "uptake_by_wealth")
    uptake *= 1 - place_rate(state, rates, "blockers")
    institutions_moved(
        state.start, state.member, state.industry, state.size, state.conventions, needs,
        speed, np.minimum(uptake, 1 - speed), state.institutions,
    )  # fmt: skip
    fit = np.ones((dose.size, len(needs)))
    institution_fit(
        state.institutions, needs,
        np.minimum(1, dose * place_rate(state, rates, "institution_fit")),
        place_rate(state, rates, "institution_variety"),
        np.minimum(1, dose * place_rate(state, rates, "overlap_cost")), fit,
    )  # fmt: skip
    state.by_place["fit"] = fit


def success_turns_search(state: State, rates: Rates, luck: Luck) -> None:
    """Success makes a place search less, or gives it a stepping stone (4.101; X32)."""
    output = np.bincount(
        state.place[state.member], state.output[state.member], state.start.size - 1
    )
    success = _relative(as_floats(output), np.diff(state.start).astype(float))
    turned = success ** -place_rate(state, rates, "complacency")
    turned = np.clip(turned, 1 / SEARCH_AT_MOST, SEARCH_AT_MOST)
    state.by_place["search"] *= np.repeat(turned, rates.n_groups)


def cohesion_grows_and_wears(state: State, rates: Rates, luck: Luck) -> None:
    """Trust of a place grows by meeting there and wears by success and by meeting elsewhere.

    K17; w' = w + k joint (1 - w) - (e external + e_s growth) w; conversations 4.38, 4.72 (X19).
    """
    dose = place_rate(state, rates, "cohesion")
    shares = np.zeros((dose.size, 3))
    meeting_shares(state.start, state.member, state.meetings, state.output, shares)
    joint, external, output = shares.T
    grown = _growth(state.by_place.get("output_before", output), output)
    gain = dose * place_rate(state, rates, "joint_action")
    worn = place_mean(state, rates, rates.per_step("erosion")) * external
    worn += place_rate(state, rates, "erosion_by_success") * grown
    commons, identity = state.by_place["commons"], state.by_place["identity"]
    new = commons + gain * joint * (1 - commons) - dose * worn * commons
    state.by_place["commons"] = np.clip(new, 0, 1)
    state.by_place["identity"] = np.clip(identity + gain * (commons - identity), 0, 1)
    state.by_place["output_before"] = output.copy()


def local_ties_wear(state: State, rates: Rates, luck: Luck) -> None:
    """Meeting elsewhere wears trust in one's local ties; norms may bar new horizontal ones.

    K17; conversations 4.38 (J. Smith against Saxenian, X10), 4.112 (Landry, Bradford, X37).
    """
    dose = rates.of("cohesion")
    per_cell = np.stack([
        np.minimum(1, dose * rates.per_step("erosion")),
        rates.of("norm_threshold") * (dose > 0),
    ])  # fmt: skip
    local_ties_loosened(
        state.alive, state.cell, state.industry, state.place, state.meetings, per_cell,
        state.by_place["commons"],
        (state.partner, state.tie_trust, state.tie_age, state.tie_scale),
    )  # fmt: skip


def identity_sells(state: State, rates: Rates, luck: Luck) -> None:
    """Identity adds to earnings, for those who think that it explains success.

    K17; conversations 4.71 (Dei Ottati and Gambarotto against Calafati, X18).
    """
    weight = place_rate(state, rates, "identity_weight")
    state.by_place["identity_factor"] = 1 + weight * state.by_place["identity"]


def coded_practice_leaks(state: State, rates: Rates, luck: Luck) -> None:
    """What policy has written down is read by rivals elsewhere, unless nobody can tell why.

    K18; leak = codify (1 - ambiguity); conversations 4.89 (Maskell; Turvani, X26).
    """
    dose = place_rate(state, rates, "codification")
    leak = dose * _per_step(place_rate(state, rates, "codify"))
    leak = np.minimum(1, leak * (1 - place_rate(state, rates, "ambiguity")))
    coded = np.flatnonzero(leak > 0).astype(np.int32)
    if coded.size == 0:
        return
    n_industries, k = len(state.world.industries), state.knowledge.shape[1]
    practice = np.empty((coded.size, n_industries, k))
    coded_practice(state.start, state.member, state.industry, state.knowledge, coded, practice)
    coded_practice_read(
        state.alive, state.place, state.industry, coded, leak[coded], practice, state.knowledge
    )
    state.by_place["coded"] = 1 - (1 - state.by_place["coded"]) * (1 - leak)


def further_clusters_pay(state: State, rates: Rates, luck: Luck) -> None:
    """A further cluster of an industry in one city pays for its own infrastructure.

    K24; fixed cost / n until it carries itself, once, out of profit (which is for each job);
    Bathelt and Zhao (2016) 2.5.
    """
    n_places = state.start.size - 1
    fixed = place_rate(state, rates, "new_clusters")
    fixed = fixed * place_rate(state, rates, "cluster_fixed_cost")
    own_infrastructure_paid(
        state.alive, state.place, state.industry, state.world.places.region,
        np.diff(state.industry_start).reshape(n_places, -1),
        np.stack([fixed, place_rate(state, rates, "viable_size")]), state.size,
        usual_sales(state) * state.world.jobs.mean(), state.profit,
    )  # fmt: skip


def source_ratio(state: State) -> Floats:
    """Return how much others can learn from each place for what it can from them; (r,).

    K19: above 1 a place creates, below 1 it absorbs. Nothing makes it do so: it is only
    measured, over the ties and knowledge of the moment. NaN where no tie carries
    anything into it.
    """
    flows = np.zeros((state.start.size - 1, 2))
    knowledge_flows(
        state.alive, state.place, state.partner, state.tie_trust, state.knowledge, flows
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(flows[:, 1] > 0, flows[:, 0] / flows[:, 1], np.nan)


def _relative(total: Floats, n: Floats) -> Floats:
    """Return what there is for each organisation, over the mean of places that have any."""
    each = np.where(n > 0, total / np.maximum(n, 1), 0.0)
    usual = each[each > 0].mean() if (each > 0).any() else 1.0
    return np.where(each > 0, each / usual, 1.0)


def _growth(before: Floats, now: Floats) -> Floats:
    """Return growth in log units, within bounds; 0 where there was or is nothing."""
    both = (before > 0) & (now > 0)
    grown = np.log(np.where(both, now, 1) / np.where(both, before, 1))
    return np.clip(grown, -LARGEST_GROWTH, LARGEST_GROWTH)


TALKS = "conversations 4."
INSTITUTION_RULES = (
    Rule("K16", "success turns search", "watching", "complacency", success_turns_search,
         f"Lorenzen, {TALKS}101"),
    Rule("K17", "identity sells", "watching", "identity_weight", identity_sells,
         f"Dei Ottati, Gambarotto, {TALKS}71", {"identity_factor": 1}),
    Rule("K24", "further clusters pay", "market", "new_clusters", further_clusters_pay,
         "Bathelt and Zhao (2016)"),
    Rule("K18", "coded practice leaks", "trust", "codification", coded_practice_leaks,
         f"Maskell, {TALKS}89"),
    Rule("K17", "local ties wear", "trust", "cohesion", local_ties_wear,
         f"J. Smith, Bradford, {TALKS}38, {TALKS}112"),
    Rule("K17", "cohesion grows and wears", "institutions", "cohesion",
         cohesion_grows_and_wears, f"Gambarotto, {TALKS}72"),
    Rule("K16", "institutions follow power", "institutions", "institutions",
         institutions_follow_power, f"Maskell, Lorenzen, Belussi, {TALKS}86", {"fit": 1}),
)  # fmt: skip
