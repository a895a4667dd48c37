"""Who owns whom: chains, circles, minority stakes, changes, contradictions."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.charts import chart
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.control import control_at, tops
from buzzline.investment.holdings import holdings_of
from buzzline.investment.integrated import integrated_ownership
from buzzline.investment.ownership import ownership
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world, plant_investments


def study_of(*ties: tuple, owners: dict | None = None, names: str = "abcdefgh") -> Study:
    """Make a study; a tie is (holder, held, per cent or None, layer, start, end)."""
    padded = [(*tie, *(None, "ownership", None, None)[len(tie) - 2 :]) for tie in ties]
    columns = list(zip(*padded, strict=True)) if padded else [[]] * 6
    linkages = pl.DataFrame(
        {
            "source": columns[0], "target": columns[1], "weight": columns[2],
            "layer": columns[3], "start": columns[4], "end": columns[5],
        },
        schema={"source": pl.String, "target": pl.String, "weight": pl.Float64,
                "layer": pl.String, "start": pl.Date, "end": pl.Date},
    ).with_columns(unit=pl.when(pl.col("weight").is_not_null()).then(pl.lit("percent")))  # fmt: skip
    organisations = pl.DataFrame(
        {"org_id": list(names), "owner_id": [(owners or {}).get(name) for name in names],
         "country": ["DE", "DE", "FR", "FR", None, "US", "US", "US"][: len(names)]},
        schema_overrides={"owner_id": pl.String},
    )  # fmt: skip
    return Study.of(organisations=organisations, linkages=linkages)


def owners(study: Study, **choices) -> dict:
    found = ownership(study, **choices).organisations
    return dict(zip(found["org_id"], found["group"], strict=True))


def status(study: Study, who: str) -> str:
    found = ownership(study).organisations
    return found.filter(pl.col("org_id") == who)["status"].item()


# by hand


def test_by_hand_a_chain_is_control_though_its_product_is_less_than_half():
    found = ownership(study_of(("a", "b", 60.0), ("b", "c", 60.0)))
    row = found.organisations.filter(pl.col("org_id") == "c").row(0, named=True)
    assert (row["parent"], row["group"], row["n_steps"]) == ("b", "a", 2)
    assert row["group_stake"] == pytest.approx(0.36)
    assert row["status"] == "controlled"


def test_by_hand_stakes_held_through_one_group_add_up_to_control():
    split = study_of(("a", "b", 60.0), ("a", "c", 30.0), ("b", "c", 30.0), ("d", "c", 40.0))
    row = ownership(split).organisations.filter(pl.col("org_id") == "c").row(0, named=True)
    assert (row["group"], row["basis"]) == ("a", "stakes of one group together")
    assert row["group_stake"] == pytest.approx(0.3 + 0.6 * 0.3)


THEN, LATER = date(2010, 1, 1), date(2015, 1, 1)


def test_by_hand_a_later_stake_of_the_same_pair_ends_the_earlier():
    shrinks = study_of(
        ("a", "b", 60.0, "ownership", THEN, None), ("a", "b", 30.0, "ownership", LATER, None),
        ("c", "b", 55.0, "ownership", LATER, None),
    )  # fmt: skip
    assert owners(shrinks)["b"] == "c"
    assert owners(shrinks, year=2012)["b"] == "a"
    alone = study_of(
        ("a", "b", 60.0, "ownership", THEN, None), ("a", "b", 30.0, "ownership", LATER, None)
    )
    assert owners(alone)["b"] == "b"


def test_by_hand_a_later_purchase_adds_to_what_is_held():
    more = study_of(
        ("a", "b", 60.0, "acquisition", THEN, None),
        ("a", "b", 40.0, "acquisition", LATER, None),
    )
    assert owners(more)["b"] == "a"
    bought = study_of(
        ("a", "b", 5.0, "ownership", THEN, None), ("a", "b", None, "acquisition", LATER, None)
    )
    assert owners(bought)["b"] == "a"
    assert owners(bought, year=2012)["b"] == "b"


def test_by_hand_a_named_owner_stays_beside_a_dated_minority():
    few = study_of(("b", "c", 10.0, "ownership", THEN, None), owners={"c": "a"})
    assert owners(few)["c"] == "a"
    most = study_of(("b", "c", 60.0, "ownership", THEN, None), owners={"c": "a"})
    assert owners(most)["c"] == "b"
    assert "c" not in owners(most, year=2005)  # who owned it before is not known


def test_by_hand_a_minority_controls_nobody():
    found = ownership(study_of(("a", "b", 50.0), ("c", "b", 20.0)))
    assert not found.groups.height
    assert found.holdings["kind"].to_list() == ["minority", "minority"]
    assert status(study_of(("a", "b", 50.0)), "b") == "no holder known to have more than half"


def test_by_hand_organisations_that_control_each_other_have_no_ultimate_owner():
    circle = study_of(("a", "b", 60.0), ("b", "a", 60.0), ("b", "c", 90.0))
    assert owners(circle) == {"a": None, "b": None, "c": None}
    assert "no ultimate owner" in str(ownership(circle))
    assert ownership(circle).holdings["is_mutual"].sum() == 2


def test_by_hand_a_circle_through_two_groups_is_a_circle():
    held = [("a", "x", 60.0), ("b", "y", 60.0), ("a", "b", 30.0), ("x", "b", 30.0),
            ("b", "a", 30.0), ("y", "a", 30.0)]  # fmt: skip
    found = owners(study_of(*held, names="abxy"))
    assert found == dict.fromkeys("abxy")


def test_by_hand_who_holds_of_its_own_owner_is_not_its_owner():
    found = owners(study_of(("a", "b", 80.0), ("b", "a", 60.0), ("c", "b", 20.0)))
    assert found["a"] is None  # b has more than half of a, a more than half of b


def test_by_hand_an_acquisition_ends_what_went_before():
    sold = study_of(
        ("a", "c", None, "acquisition", date(2001, 5, 1)),
        ("b", "c", None, "acquisition", date(2008, 5, 1)),
    )
    assert owners(sold, year=2000).get("c") is None
    assert owners(sold, year=2005)["c"] == "a"
    assert owners(sold, year=2008)["c"] == "b"
    changes = ownership(sold).changes
    assert changes["year"].to_list() == [2001, 2008]
    assert changes["what"].to_list() == ["came under an owner", "changed its owner"]


def test_by_hand_an_owner_above_changes_what_is_below():
    above = study_of(
        ("b", "c", 100.0, "ownership", date(1999, 1, 1)),
        ("a", "b", None, "acquisition", date(2004, 3, 1)),
    )
    changes = ownership(above).changes.filter(pl.col("year") == 2004)
    assert set(changes["org_id"]) == {"b", "c"}
    assert set(changes["after"]) == {"a"}


def test_by_hand_a_stake_that_ends_sets_free():
    ended = study_of(("a", "b", 70.0, "ownership", date(2000, 1, 1), date(2004, 6, 30)))
    assert owners(ended, year=2003)["b"] == "a"
    assert "b" not in owners(ended, year=2004)
    assert ownership(ended).changes["what"].to_list()[-1] == "left its owner"


def test_by_hand_stakes_beyond_the_whole_are_said_and_scaled():
    double = study_of(("a", "c", 60.0), ("b", "c", 60.0))
    assert status(double, "c") == "cannot tell: stakes add up to more than the whole"
    assert "add up to more than the whole" in str(ownership(double))
    assert owners(study_of(("a", "c", 90.0), ("b", "c", 30.0)))["c"] == "a"


def test_by_hand_an_unknown_stake_is_not_a_minority():
    alone = study_of(("a", "b"))
    assert owners(alone)["b"] == "a"  # nobody else is known to hold any of it
    both = study_of(("a", "b"), ("c", "b"))
    assert status(both, "b") == "cannot tell: holders whose stakes are not known"
    twice = study_of(("a", "b", None, "acquisition", date(2001, 1, 1)),
                     ("c", "b", None, "acquisition", date(2001, 1, 1)))  # fmt: skip
    assert owners(twice)["b"] == "b"
    assert status(twice, "b").startswith("cannot tell")


def test_by_hand_a_known_minority_stake_is_no_acquisition_of_the_whole():
    assert owners(study_of(("a", "b", 20.0, "acquisition", date(2001, 1, 1))))["b"] == "b"


def test_by_hand_a_named_owner_counts_where_no_dated_tie_tells():
    assert owners(study_of(owners={"b": "a"}))["b"] == "a"
    dated = study_of(("c", "b", None, "acquisition", date(2009, 1, 1)), owners={"b": "a"})
    assert owners(dated)["b"] == "c"
    assert "The owner that is named differs" in str(ownership(dated))
    assert owners(study_of(("c", "b", 10.0), owners={"b": "a"}))["b"] == "a"


def test_by_hand_the_share_abroad_has_bounds_where_a_country_is_not_known():
    row = ownership(study_of(("a", "b", 60.0), ("a", "c", 60.0), ("a", "e", 60.0))).groups.row(
        0, named=True
    )
    assert (row["value"], row["n_countries"]) == (3, 2)
    assert (row["abroad_low"], row["abroad"], row["abroad_high"]) == pytest.approx(
        (1 / 3, 1 / 2, 2 / 3)
    )


# what says nothing is said


def test_ties_that_say_nothing_are_counted_with_their_reason():
    odd = study_of(("a", "a", 30.0), ("a", "b", 150.0), ("a", "c", 0.0), ("a", "d", 80.0),
                   ("a", "e", 80.0, "ownership", date(2009, 1, 1), date(2001, 1, 1)))  # fmt: skip
    said = dict(holdings_of(odd).left_out.iter_rows())
    assert said == {"holds itself": 1, "a stake of more than the whole": 1,
                    "a stake of nought": 1, "ends before it starts": 1}  # fmt: skip
    assert owners(odd)["d"] == "a"


def test_without_any_owner_it_says_what_to_add():
    with pytest.raises(TooFew, match="owner_id"):
        ownership(study_of())


def test_a_study_in_which_nobody_controls_anybody_has_a_sentence_and_a_picture():
    nothing = ownership(study_of(("a", "b", 10.0)))
    assert "Nobody is known to control" in str(nothing)
    assert chart(nothing).alt


# integrated ownership


def test_by_hand_cross_holdings_sum_a_geometric_series():
    # x has 0.8 of a, a 0.5 of b, b 0.2 of a, y 0.5 of b: x owns 0.8 / (1 - 0.5 * 0.2) of a
    found = integrated_ownership(
        np.array([0, 3, 2, 1]), np.array([2, 2, 3, 3]), np.array([0.8, 0.2, 0.5, 0.5]), n=4
    )
    owned = {(i, j): s for i, j, s in zip(found.holder, found.held, found.stake, strict=True)}
    assert owned[0, 2] == pytest.approx(0.8 / 0.9)
    assert owned[0, 3] == pytest.approx(0.4 / 0.9)
    assert owned[2, 3] == pytest.approx(0.5)  # not what comes back to it
    assert found.radius[2] == pytest.approx(np.sqrt(0.1))


def test_brute_force_walks_that_do_not_come_back_are_what_is_owned():
    rng = np.random.default_rng(4)
    stakes = np.where(rng.random((7, 7)) < 0.4, rng.random((7, 7)), 0.0)
    np.fill_diagonal(stakes, 0)
    stakes /= np.maximum(stakes.sum(0) / 0.9, 1)
    found = integrated_ownership(*np.nonzero(stakes), stakes[np.nonzero(stakes)], n=7)
    walked = np.zeros((7, 7))
    for start in range(7):
        now = np.eye(7)[start]
        for _ in range(500):
            now = now @ stakes
            now[start] = 0.0  # what comes back to it is its own
            walked[start] += now
    ours = np.zeros((7, 7))
    ours[found.holder, found.held] = found.stake
    assert ours == pytest.approx(walked, abs=1e-9)


def test_invariant_those_whom_nobody_holds_own_all_of_what_is_wholly_held():
    rng = np.random.default_rng(2)
    stakes = np.where(rng.random((12, 12)) < 0.4, rng.random((12, 12)), 0.0)
    np.fill_diagonal(stakes, 0)
    stakes[:, :3] = 0  # nobody holds the first three
    stakes[0, 3:] += 0.1
    stakes[:, 3:] /= stakes[:, 3:].sum(0)
    found = integrated_ownership(*np.nonzero(stakes), stakes[np.nonzero(stakes)], n=12)
    outside = found.holder < 3
    total = np.bincount(found.held[outside], weights=found.stake[outside], minlength=12)
    assert total[3:] == pytest.approx(np.ones(9))


def test_a_circle_that_nobody_outside_holds_has_no_owners_share():
    found = integrated_ownership(
        np.array([0, 1, 0]), np.array([1, 0, 2]), np.array([1.0, 1.0, 0.5]), n=3
    )
    assert found.is_closed.tolist() == [True, True, True]
    assert found.radius[0] == pytest.approx(1)


def test_stakes_outside_nought_and_one_are_refused():
    with pytest.raises(InvalidArgument, match="between 0 and 1"):
        integrated_ownership(np.array([0]), np.array([1]), np.array([1.5]), n=2)


# chains


def test_brute_force_ends_of_chains():
    rng = np.random.default_rng(1)
    for _ in range(20):
        parent = rng.integers(0, 30, 30)
        end, is_cycle = tops(parent)
        for node in range(30):
            seen, at = [], node
            while at not in seen and parent[at] != at:
                seen.append(at)
                at = int(parent[at])
            circle = seen[seen.index(at) :] if at in seen else []
            assert is_cycle[node] == bool(circle)
            assert end[node] == (min(circle) if circle else at)


def test_invariant_moments_asked_together_answer_as_one_by_one():
    world = make_world(organisations=200, clusters=4, industries=2, rng=3)
    study, _ = plant_investments(
        world.study, world.truth.cluster, deals=120, rng=np.random.default_rng(3)
    )
    frame = holdings_of(study).frame
    who, day = np.arange(200).repeat(3), np.tile([7_000, 12_000, 16_000], 200)
    together = control_at(frame, who, day).owners(who, day).reshape(200, 3)
    for column, one in enumerate((7_000, 12_000, 16_000)):
        alone = control_at(frame, np.arange(200), np.full(200, one))
        assert (together[:, column] == alone.organisation[alone.top]).all()


# recovers the truth


def test_recovers_the_planted_groups():
    world = make_world(organisations=900, clusters=6, industries=3, rng=1)
    study, truth = plant_investments(
        world.study, world.truth.cluster, giants=2, rng=np.random.default_rng(1)
    )
    found = ownership(study, year=2005).organisations
    both = truth.groups.join(found, on="org_id", suffix="_found")
    assert both.height > 250
    assert (both["group"] == both["group_found"]).all()
