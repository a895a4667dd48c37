"""What is written down of a world in a step: of each place, and of all places together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from buzzline.arrays import Floats, Indices, as_floats
from buzzline.kernels.recording import N_SUMS, place_sums
from buzzline.simulation.rules.institutions import source_ratio
from buzzline.simulation.state import State


@dataclass(frozen=True, slots=True)
class Recorded:
    """One thing that is written down.

    Attributes
    ----------
    name, unit, meaning : str
    of : "place" or "world"
    """

    name: str
    unit: str
    meaning: str
    of: Literal["place", "world"] = "place"


QUANTITIES = (
    Recorded("n_organisations", "organisations", "Organisations alive."),
    Recorded("jobs", "jobs", "Jobs in them."),
    Recorded("knowledge", "units of knowledge", "Mean over organisations and categories."),
    Recorded("relative_knowledge", "ratio", "Knowledge against the mean of all other places."),
    Recorded("knowledge_without_pipelines", "units of knowledge",
             "The same, of organisations that keep no pipelines."),
    Recorded("heterogeneity", "1 - cosine",
             "Mean distance of an organisation's knowledge from that of its place."),
    Recorded("output", "units of output", "Sum over organisations."),
    Recorded("profit", "units of output", "Sum over organisations."),
    Recorded("income", "units of income", "Per working person; 1 where it is not modelled."),
    Recorded("gini", "Gini", "Inequality of output among organisations of the place."),
    Recorded("access_gap", "share", "How much less the worst-placed group gets at good jobs."),
    Recorded("trust_local", "share", "Mean trust in ties within the place."),
    Recorded("trust_global", "share", "Mean trust in ties to other places."),
    Recorded("n_ties_local", "ties", "Ties within the place."),
    Recorded("n_ties_regional", "ties", "Ties within the region."),
    Recorded("n_ties_national", "ties", "Ties within the nation."),
    Recorded("n_ties_global", "ties", "Ties across borders."),
    Recorded("market_known", "share", "How well distant markets are known, on average."),
    Recorded("foreign_share", "share", "Of jobs, with owners in other places."),
    Recorded("entries", "organisations per step", "New organisations in the step recorded."),
    Recorded("exits", "organisations per step", "Organisations ended in the step recorded."),
    Recorded("spin_offs", "organisations per step", "Entries by people who left others."),
    Recorded("moves", "moves per step", "People who changed employer."),
    Recorded("wage", "ratio", "Against the start."),
    Recorded("rent", "ratio", "Against the start."),
    Recorded("commons", "share", "Trust the place lends those who meet for the first time."),
    Recorded("identity", "share", "How far people feel they belong together."),
    Recorded("population", "people", "People of the place."),
    Recorded("coded", "share", "Practice that is codified and can be imitated anywhere."),
    Recorded("source_ratio", "ratio",
             "What others can learn of it by ties, over what it can: above 1 it creates."),
    Recorded("services", "share", "Structural holes that service organisations bridge."),
)  # fmt: skip
OF_WORLD = (
    Recorded("theil_between", "nats",
             "Inequality of output per organisation between places (Theil T).", "world"),
    Recorded("theil_within", "nats",
             "Inequality of output among organisations within places (Theil T).", "world"),
    Recorded("theil_income", "nats",
             "Inequality of income per person between places (Theil T).", "world"),
)  # fmt: skip
NAMES = tuple(one.name for one in QUANTITIES)
WORLD_NAMES = tuple(one.name for one in OF_WORLD)
FROM_PLACES = ("income", "access_gap", "wage", "rent", "commons", "identity", "population",
               "coded", "services")  # fmt: skip
SUMMED = ("n_organisations", "jobs", "output", "profit", "population", "entries",
          "exits", "spin_offs", "moves", "n_ties_local", "n_ties_regional", "n_ties_national",
          "n_ties_global")  # fmt: skip

# What a step brings forth: not there before the first.
OF_A_STEP = ("output", "profit", "income", "gini", "entries", "exits", "spin_offs", "moves",
             *WORLD_NAMES)  # fmt: skip


def record(state: State) -> Floats:
    """Return the quantities of each place.

    Parameters
    ----------
    state : State

    Returns
    -------
    (places, quantities) float64
        In the order of `QUANTITIES`; NaN where a place has no organisation, no tie or no such
        thing in this model.
    """
    sums = np.zeros((state.start.size - 1, N_SUMS))
    place_sums(
        state.start, state.member, state.knowledge, state.keeps_pipelines, state.size,
        state.output, state.profit, state.market, state.place, state.owner, state.partner,
        state.tie_trust, state.tie_scale, sums,
    )  # fmt: skip
    n = sums[:, 0]
    knowledge = _over(sums[:, 2], n)
    found = {
        "n_organisations": n,
        "jobs": sums[:, 1],
        "knowledge": knowledge,
        "relative_knowledge": against_others(knowledge),
        "knowledge_without_pipelines": _over(sums[:, 4], sums[:, 3]),
        "heterogeneity": _over(sums[:, 7], n),
        "output": sums[:, 5],
        "profit": sums[:, 6],
        "gini": _gini_by_place(state),
        "trust_local": _over(sums[:, 8], sums[:, 12]),
        "trust_global": _over(sums[:, 9:12].sum(axis=1), sums[:, 13:16].sum(axis=1)),
        "n_ties_local": sums[:, 12], "n_ties_regional": sums[:, 13],
        "n_ties_national": sums[:, 14], "n_ties_global": sums[:, 15],
        "market_known": _over(sums[:, 17], n),
        "foreign_share": _over(sums[:, 16], sums[:, 1]),
        "source_ratio": source_ratio(state),
        "entries": state.entries, "exits": state.exits,
        "spin_offs": state.spin_offs, "moves": state.moves,
    }  # fmt: skip
    unknown = np.full(n.size, np.nan)
    found |= {name: state.by_place.get(name, unknown) for name in FROM_PLACES}
    return np.column_stack([np.asarray(found[name], dtype=np.float64) for name in NAMES])


def record_world(state: State, recorded: Floats) -> Floats:
    """Return the same quantities of all places together, and inequality between them.

    Parameters
    ----------
    state : State
    recorded : (places, quantities) float64
        What `record` returns.

    Returns
    -------
    (quantities + inequalities,) float64
        Sums of what adds up; else means over organisations, people, jobs or ties, whatever
        the quantity is of (`_weights`). Then `OF_WORLD`. The `gini` is of all organisations,
        whatever their place.
    """
    weights = _weights(state, recorded)
    values = np.full(len(NAMES) + len(OF_WORLD), np.nan)
    for q, name in enumerate(NAMES):
        column = recorded[:, q]
        known = ~np.isnan(column)
        if name in SUMMED and known.any():
            values[q] = column[known].sum()
            continue
        weight = weights.get(name, weights["n_organisations"])
        if weight[known].sum() > 0:
            values[q] = (column[known] * weight[known]).sum() / weight[known].sum()
    output = state.output[state.member].astype(np.float64)
    values[NAMES.index("gini")] = _gini(np.sort(output))
    values[[NAMES.index(name) for name in ("relative_knowledge", "source_ratio")]] = np.nan
    between, within = _theil_of(output, np.diff(state.start))
    income = recorded[:, NAMES.index("income")]
    people = recorded[:, NAMES.index("population")]
    values[len(NAMES) :] = between, within, theil_between(income * people, people)
    return values


def _weights(state: State, recorded: Floats) -> dict[str, Floats]:
    """Return how much each place counts in the mean of a quantity over the world; (r,) each."""
    column = dict(zip(NAMES, recorded.T, strict=True))
    people = state.by_place.get("people", np.nan_to_num(column["population"]))
    if people.sum() <= 0:
        people = column["n_organisations"]
    apart = ("n_ties_regional", "n_ties_national", "n_ties_global")
    own = state.member[~state.keeps_pipelines[state.member]]
    return {
        "n_organisations": column["n_organisations"],
        "income": people, "access_gap": people,
        "wage": column["jobs"], "foreign_share": column["jobs"],
        "trust_local": column["n_ties_local"],
        "trust_global": np.sum([column[name] for name in apart], axis=0),
        "knowledge_without_pipelines": as_floats(
            np.bincount(state.place[own], minlength=len(recorded))
        ),
    }  # fmt: skip


def against_others(values: Floats) -> Floats:
    """Return each value against the mean of all others; NaN without others.

    Examples
    --------
    >>> against_others(np.array([3.0, 1.0, 2.0])).tolist()
    [2.0, 0.4, 1.0]
    """
    known = ~np.isnan(values)
    others = known.sum() - known
    total = values[known].sum() - np.where(known, values, 0)
    return _over(values, _over(total, others.astype(np.float64)))


def theil_between(totals: Floats, members: Floats) -> float:
    """Return Theil's T of totals per member between groups; NaN where nothing is known.

    Examples
    --------
    >>> theil_between(np.array([10.0, 20.0]), np.array([1.0, 2.0]))
    0.0
    """
    known = (totals > 0) & (members > 0)
    if not known.any():
        return float("nan")
    share = totals[known] / totals[known].sum()
    of_members = members[known] / members[known].sum()
    return float((share * np.log(share / of_members)).sum())


def _over(top: Floats, bottom: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(bottom > 0, top / bottom, np.nan)


def _gini(ordered: Floats) -> float:
    """Return the Gini index of values in rising order; NaN when they add up to nothing."""
    n, total = ordered.size, float(ordered.sum())
    if n < 2 or total <= 0:
        return float("nan")
    rank = 2 * np.arange(1, n + 1) - n - 1
    return float((rank * ordered).sum() / (n * total))


def _gini_by_place(state: State) -> Floats:
    output = state.output[state.member].astype(np.float64)
    return np.array([
        _gini(np.sort(output[first:last]))
        for first, last in zip(state.start[:-1], state.start[1:], strict=True)
    ])  # fmt: skip


def _theil_of(output: Floats, n_here: Indices) -> tuple[float, float]:
    """Return Theil's T of outputs, sorted by place, between places and within them."""
    total = float(output.sum())
    if total <= 0:
        return float("nan"), float("nan")
    place = np.repeat(np.arange(n_here.size), n_here)
    totals = as_floats(np.bincount(place, output, n_here.size))
    between = theil_between(totals, n_here.astype(np.float64))
    some = output[output > 0]
    whole = float((some / total * np.log(some * output.size / total)).sum())
    return between, whole - between
