"""Raw ties on three engines against plain Python."""

from math import isclose

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal
from tests.oracles import ties as oracle

from buzzline.errors import InvalidArgument, InvalidTables
from buzzline.network import degrees, flows, on_engine, placed, scale_counts, ties_by_scale
from buzzline.space.globe import kilometres
from buzzline.space.scales import Cutoffs

PLACES = {"org_id": pl.String, "longitude": pl.Float64, "latitude": pl.Float64,
          "country": pl.String, "zone": pl.String}  # fmt: skip
TIES = {"source": pl.String, "target": pl.String, "layer": pl.String, "weight": pl.Float64}

# Both sides of the antimeridian, poles under two longitudes, one coordinate twice, antipodes.
POINTS = [
    (180.0, 10.0), (-180.0, 10.0), (179.9, 10.0), (-179.9, 10.3), (0.0, 90.0), (77.0, 90.0),
    (12.0, -90.0), (2.35, 48.86), (2.35, 48.86), (4.35, 50.85), (7.0, 50.0), (-173.0, -50.0),
    (None, 3.0), (3.0, None), (None, None),
]  # fmt: skip


@st.composite
def places(draw):
    """Organisations with missing coordinates, countries and zones."""
    anywhere = st.tuples(st.floats(-180, 180, width=32), st.floats(-90, 90, width=32))
    points = draw(st.lists(st.one_of(st.sampled_from(POINTS), anywhere), max_size=8))
    countries = st.sampled_from([None, "IT", "DE"])
    zones = st.sampled_from([None, "north", "south"])
    rows = [
        (f"o{number}", *point, draw(countries), draw(zones))
        for number, point in enumerate(points)
    ]
    return pl.DataFrame(rows, schema=PLACES, orient="row")


@st.composite
def worlds(draw):
    """Organisations, and ties among them, strangers and nobody."""
    organisations = draw(places())
    ends = st.sampled_from([None, "stranger", *organisations["org_id"]])
    layers = st.sampled_from([None, "supply", "research"])
    weights = st.one_of(st.none(), st.floats(0, 1e9), st.sampled_from([0.0, 0.1, 1e-9]))
    ties = draw(st.lists(st.tuples(ends, ends, layers, weights), max_size=25))
    return organisations, pl.DataFrame(ties, schema=TIES, orient="row")


@st.composite
def cutoffs(draw):
    local_km = draw(st.sampled_from([1.0, 50.0, 333.0]))
    return Cutoffs(local_km, local_km * draw(st.sampled_from([1.5, 4.0, 55.0])))


def known(organisations):
    return {row["org_id"]: row for row in organisations.iter_rows(named=True)}


def rows(frame):
    return list(frame.iter_rows(named=True))


def same_sums(ties, frame, expected, keys):
    """n equal; weight as if rounded once, but for what two folds of 53 bits cannot hold."""
    largest = max(1.0, ties["weight"].max() or 0.0)
    lost = ties.height**3 * largest * 2.0**-105
    found = {row[:keys]: row[keys:] for row in frame.rows()}
    assert found.keys() == expected.keys()
    for key, (n, weight) in expected.items():
        assert found[key][0] == n
        assert isclose(found[key][1], weight, rel_tol=3e-16, abs_tol=lost)


def on_all(engines, function, *frames):
    """Run on every engine; the answers are equal to the last bit. Returns the one of polars."""
    answers = {name: function(*map(move, frames)) for name, move in engines.items()}
    for answer in answers.values():
        assert_frame_equal(answer, answers["polars"], check_exact=True)
    return answers["polars"]


def far_from_cutoffs(organisations, ties, cut):
    """Rounding decides at a cut-off itself; 1 mm beside it nothing may."""
    where = known(organisations)
    for tie in rows(ties):
        distance = oracle.distance_km(tie, where)
        if distance is not None:
            assume(abs(distance - cut.local_km) > 1e-6)
            assume(abs(distance - cut.regional_km) > 1e-6)


# The fixture opens three engines once for all examples; it holds no state between them.
few = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(world=worlds(), cut=cutoffs())
def test_scale_counts_agree_with_brute_force_on_every_engine(engines, world, cut):
    organisations, ties = world
    far_from_cutoffs(organisations, ties, cut)
    answer = on_all(engines, lambda t, o: scale_counts(t, o, cut), ties, organisations)
    same_sums(ties, answer, oracle.scale_counts(rows(ties), known(organisations), cut), 2)
    assert answer["n"].sum() == ties.height


@few
@given(world=worlds())
def test_flows_agree_with_brute_force_on_every_engine(engines, world):
    organisations, ties = world
    answer = on_all(engines, flows, ties, organisations)
    same_sums(ties, answer, oracle.flows(rows(ties), known(organisations)), 3)


@few
@given(world=worlds())
def test_degrees_agree_with_brute_force_on_every_engine(engines, world):
    answer = on_all(engines, degrees, world[1])
    assert {row[:2]: row[2:] for row in answer.rows()} == oracle.degrees(rows(world[1]))


@pytest.fixture(scope="module")
def large():
    """50 000 ties among 2 000 organisations, a tenth of everything missing."""
    rng = np.random.default_rng(20261122)
    n, m = 2_000, 50_000
    holes = lambda values: [None if rng.random() < 0.1 else value for value in values]  # noqa: E731
    organisations = pl.DataFrame(
        {
            "org_id": [f"o{number}" for number in range(n)],
            "longitude": holes(rng.normal(9, 4, n).round(2).tolist()),
            "latitude": holes(rng.normal(48, 3, n).round(2).tolist()),
            "country": holes(rng.choice(["IT", "DE", "FR"], n).tolist()),
            "zone": holes(rng.choice(["north", "south", "east"], n).tolist()),
        },
        schema=PLACES,
    )
    ends = [*organisations["org_id"], "stranger", "another"]
    ties = pl.DataFrame(
        {
            "source": holes(rng.choice(ends, m).tolist()),
            "target": holes(rng.choice(ends, m).tolist()),
            "layer": rng.choice(["supply", "research"], m).tolist(),
            "weight": holes(rng.lognormal(0, 3, m).tolist()),
        },
        schema=TIES,
    )
    return organisations, ties


def test_fifty_thousand_ties_by_scale_agree_with_brute_force_on_every_engine(engines, large):
    organisations, ties = large
    cut = Cutoffs(50.03, 200.07)
    answer = on_all(engines, lambda t, o: scale_counts(t, o, cut), ties, organisations)
    same_sums(ties, answer, oracle.scale_counts(rows(ties), known(organisations), cut), 2)


def test_fifty_thousand_ties_flows_and_degrees_agree_with_brute_force(engines, large):
    organisations, ties = large
    same_sums(
        ties,
        on_all(engines, flows, ties, organisations),
        oracle.flows(rows(ties), known(organisations)),
        3,
    )
    answer = on_all(engines, degrees, ties)
    assert {row[:2]: row[2:] for row in answer.rows()} == oracle.degrees(rows(ties))


def test_weights_of_shuffled_ties_sum_to_the_same_bits(large):
    organisations, ties = large
    first = flows(ties, organisations)
    for seed in range(5):
        assert_frame_equal(
            flows(ties.sample(fraction=1, shuffle=True, seed=seed), organisations),
            first,
            check_exact=True,
        )


def test_lengths_agree_with_brute_force_on_every_engine(engines, large):
    organisations, ties = large
    some = ties.head(3_000).with_row_index("row")

    def lengths(ties, organisations):
        result = (
            ties_by_scale(ties, organisations, Cutoffs()).collect(backend="polars").to_polars()
        )
        return result.sort("row").select("row", "chord", "scale").cast({"row": pl.Int64})

    answer = on_all(engines, lengths, some, organisations)
    where = known(organisations)
    expected = [oracle.distance_km(tie, where) for tie in rows(some)]
    assert [value is None for value in expected] == answer["chord"].is_null().to_list()
    here = answer["chord"].is_not_null().to_numpy()
    np.testing.assert_allclose(
        kilometres(answer["chord"].to_numpy()[here]),
        [value for value in expected if value is not None],
        atol=1e-6,  # 1 mm
    )


def test_scale_by_hand():
    # Aachen and Liège are 39 km apart across a border; Aachen and Berlin 540 km in one country.
    organisations = pl.DataFrame(
        {
            "org_id": ["aachen", "liege", "berlin", "tokyo", "nowhere", "stateless"],
            "longitude": [6.0839, 5.5797, 13.4050, 139.6917, None, 13.4],
            "latitude": [50.7753, 50.6326, 52.5200, 35.6895, None, 52.5],
            "country": ["DE", "BE", "DE", "JP", "DE", None],
        }
    )
    targets = ["liege", "berlin", "tokyo", "nowhere", "stateless", "stranger", None, "aachen"]
    ties = pl.DataFrame({"source": ["aachen"] * 8, "target": targets, "layer": ["supply"] * 8})
    found = ties_by_scale(ties, organisations, Cutoffs()).collect().to_polars()
    assert dict(found.select("target", "scale").rows()) == {
        "liege": "local", "berlin": "national", "tokyo": "global", "nowhere": "unknown",
        "stateless": "unknown", "stranger": "unknown", None: "unknown", "aachen": "local",
    }  # fmt: skip
    assert found.columns == ["source", "target", "layer", "chord", "scale"]
    assert scale_counts(ties, organisations, Cutoffs()).rows() == [
        ("supply", "local", 2, 2.0), ("supply", "regional", 0, 0.0),
        ("supply", "national", 1, 1.0), ("supply", "global", 1, 1.0),
        ("supply", "unknown", 4, 4.0),
    ]  # fmt: skip


def test_cut_off_beyond_half_the_circumference_makes_every_placed_tie_regional():
    organisations = pl.DataFrame(
        {"org_id": ["a", "b"], "longitude": [0.0, 180.0], "latitude": [45.0, -45.0],
         "country": ["FR", None]}
    )  # fmt: skip
    ties = pl.DataFrame({"source": ["a"], "target": ["b"], "layer": ["supply"]})
    found = ties_by_scale(ties, organisations, Cutoffs(50, 20_038)).collect().to_polars()
    assert found["scale"].to_list() == ["regional"]


def test_poles_and_antimeridian_are_one_place_by_hand():
    organisations = pl.DataFrame(
        {"org_id": ["n1", "n2", "e", "w"], "longitude": [0.0, 90.0, 180.0, -180.0],
         "latitude": [90.0, 90.0, 5.0, 5.0], "country": [None] * 4},
        schema={name: PLACES[name] for name in ("org_id", "longitude", "latitude", "country")},
    )  # fmt: skip
    ties = pl.DataFrame({"source": ["n1", "e"], "target": ["n2", "w"], "layer": ["supply"] * 2})
    found = ties_by_scale(ties, organisations, Cutoffs(0.001, 1)).collect().to_polars()
    assert found["scale"].to_list() == ["local", "local"]


def test_coordinates_that_are_not_numbers_count_as_missing(engines):
    organisations = pl.DataFrame(
        {"org_id": ["a", "b"], "longitude": [float("nan"), 1.0], "latitude": [1.0, 1.0],
         "country": ["IT", "IT"]}
    )  # fmt: skip
    ties = pl.DataFrame({"source": ["a"], "target": ["b"], "layer": ["supply"]})
    answer = on_all(engines, lambda t, o: scale_counts(t, o, Cutoffs()), ties, organisations)
    assert answer.filter(pl.col("n") > 0)["scale"].to_list() == ["unknown"]


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf"), 1e308])
def test_weights_that_cannot_be_summed_are_refused_on_every_engine(engines, weight):
    ties = pl.DataFrame(
        {
            "source": ["a"] * 9,
            "target": ["b"] * 9,
            "layer": ["supply"] * 9,
            "weight": [weight] * 9,
        }
    )
    zones = pl.DataFrame({"org_id": ["a", "b"], "zone": ["x", "y"]})
    for move in engines.values():
        with pytest.raises(InvalidTables, match="`weight` is negative, not a number"):
            flows(move(ties), move(zones))


def test_weights_of_very_different_size_do_not_lose_the_small_ones_by_hand():
    ties = pl.DataFrame(
        {"source": ["a"] * 4, "target": ["b"] * 4, "layer": ["one", "one", "two", "two"],
         "weight": [1e12, 1e12, 0.1, 0.2]}
    )  # fmt: skip
    zones = pl.DataFrame({"org_id": ["a", "b"], "zone": ["x", "y"]})
    assert flows(ties, zones)["weight"].to_list() == [2e12, 0.1 + 0.2]


def test_an_organisation_listed_twice_is_refused(engines):
    twice = pl.DataFrame(
        {"org_id": ["a", "a"], "longitude": [1.0, 2.0], "latitude": [1.0, 2.0],
         "country": ["IT", "IT"]}
    )  # fmt: skip
    for move in engines.values():
        with pytest.raises(InvalidTables, match=r"`org_id` is not unique \(1 row\)"):
            placed(move(twice))


def test_missing_columns_are_all_named():
    with pytest.raises(InvalidTables, match="2 problems") as caught:
        degrees(pl.DataFrame({"source": ["a"]}))
    assert [problem.column for problem in caught.value.problems] == ["target", "layer"]


def test_identifiers_of_another_type_are_refused():
    zones = pl.DataFrame({"org_id": [1], "zone": ["x"]})
    ties = pl.DataFrame({"source": ["1"], "target": ["1"], "layer": ["supply"]})
    with pytest.raises(InvalidTables, match="`source` holds String, but `org_id` holds Int64"):
        flows(ties, zones)


def test_tables_on_two_engines_are_refused():
    zones = on_engine(pl.DataFrame({"org_id": ["a"], "zone": ["x"]}), "duckdb")
    ties = pl.DataFrame({"source": ["a"], "target": ["a"], "layer": ["supply"]})
    with pytest.raises(InvalidArgument, match="move both with `on_engine`"):
        flows(ties, zones)
