"""Made-up worlds hold what they promise: geography, clusters, ties, and their truth."""

from math import asin, cos, radians, sin, sqrt

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm
from scipy import stats

from buzzline.errors import InvalidArgument
from buzzline.tables.schema import TABLES
from buzzline.tables.worlds import (
    Geography,
    Gravity,
    great_circle_km,
    make_world,
    null_world,
)
from buzzline.tables.worlds.geography import BOXES
from buzzline.tables.worlds.gravity import (
    draw_ties,
    pair_distances,
    planted,
    rates,
    scale_codes,
)


@pytest.fixture(scope="module")
def world():
    return make_world(rng=1)


@pytest.fixture(scope="module")
def tiny():
    """Few organisations, near and far, with planted factors: every pair can be enumerated."""
    return make_world(
        organisations=24, clusters=2, rng=3, missing={0: {"global": 0.25, "local": 2.0}},
        geography=Geography(places=5, countries=2),
    )  # fmt: skip


def test_every_column_of_the_schema_is_filled(world):
    empty = [
        f"{table.name}.{column.name}"
        for table in TABLES
        for column in table.columns
        if not getattr(world.study, table.name)[column.name].drop_nulls().len()
    ]
    assert empty == []


def test_invariant_same_seed_same_study():
    one, other = (make_world(organisations=150, clusters=2, rng=5) for _ in range(2))
    assert one.study.fingerprint == other.study.fingerprint
    assert (
        one.study.fingerprint
        != make_world(organisations=150, clusters=2, rng=6).study.fingerprint
    )


def test_invariant_ties_do_not_change_with_another_layer():
    one = make_world(organisations=80, clusters=1, layers=("supply",), rng=2).study
    two = make_world(organisations=80, clusters=1, layers=("research", "supply"), rng=2).study
    assert two.where(layer="supply").linkages.equals(one.linkages)


def test_by_hand_great_circle_of_known_cities():
    # Paris and London, haversine worked out with the standard library
    p, q = (2.3522, 48.8566), (-0.1276, 51.5072)
    half = (
        sin(radians(q[1] - p[1]) / 2) ** 2
        + cos(radians(p[1])) * cos(radians(q[1])) * sin(radians(q[0] - p[0]) / 2) ** 2
    )
    expected = 2 * 6371.0088 * asin(sqrt(half))
    assert great_circle_km(*p, *q) == pytest.approx(expected)
    assert great_circle_km(*p, *q) == pytest.approx(343.5, abs=1)


def test_organisations_lie_in_their_country(world):
    for country, lon, lat in world.study.organisations.select(
        "country", "longitude", "latitude"
    ).iter_rows():
        assert any(w - 0.3 < lon < e + 0.3 and s - 0.2 < lat < n + 0.2
                   for w, e, s, n in BOXES[country])  # fmt: skip


def test_members_lie_within_the_radius_and_have_the_industry(world):
    truth, organisations = world.truth, world.study.organisations
    for cluster in truth.clusters.iter_rows(named=True):
        rows = np.flatnonzero(truth.cluster == cluster["cluster"])
        assert rows.size == cluster["n_members"] > 20
        members = organisations[rows]
        assert members["industry"].unique().to_list() == [cluster["industry"]]
        assert members["city"].unique().to_list() == [cluster["place"]]
        km = great_circle_km(
            members["longitude"], members["latitude"], cluster["longitude"], cluster["latitude"]
        )
        assert km.max() <= cluster["radius_km"] * 1.001


def test_planted_clusters_are_denser_than_the_background(world):
    truth, organisations = world.truth, world.study.organisations
    share = dict(organisations["industry"].value_counts(normalize=True).iter_rows())
    for cluster in truth.clusters.iter_rows(named=True):
        km = great_circle_km(
            organisations["longitude"], organisations["latitude"],
            cluster["longitude"], cluster["latitude"],
        )  # fmt: skip
        near = organisations.filter(pl.Series(km <= 2 * cluster["radius_km"]))
        inside = (near["industry"] == cluster["industry"]).sum()
        tail = stats.binomtest(
            inside, near.height, share[cluster["industry"]], "greater"
        ).pvalue
        assert tail < 1e-6


def test_planted_truth_industries_of_a_null_world_are_a_pure_relabelling():
    # chi-square of industry by town in 60 worlds: p-values are uniform
    p_values = []
    for seed in range(60):
        organisations = null_world(organisations=400, geography=Geography(places=6), rng=seed
                                   ).study.organisations  # fmt: skip
        table = organisations.pivot(
            "industry", index="city", values="org_id", aggregate_function="len"
        )
        counts = table.drop("city").fill_null(0).to_numpy()
        p_values.append(stats.chi2_contingency(counts).pvalue)
    assert stats.kstest(p_values, "uniform").pvalue > 0.01


def test_special_case_city_coordinates_are_one_point_a_town():
    study = make_world(organisations=300, geography=Geography(coordinates="city"), rng=1).study
    points = study.organisations.group_by("city").agg(
        pl.struct("longitude", "latitude").n_unique().alias("n")
    )
    assert points["n"].to_list() == [1] * points.height
    assert study.organisations["precision"].unique().to_list() == ["city"]


def _all_pairs(sites):
    n = sites.mass.size
    source, target = (array.ravel() for array in np.meshgrid(range(n), range(n), indexing="ij"))
    return source[source != target], target[source != target]


def test_brute_force_ties_follow_the_stated_rate_pair_by_pair(tiny):
    sites, gravity = tiny.truth.sites, tiny.truth.gravity
    pairs = _all_pairs(sites)
    rate = rates(sites, gravity, pairs) * planted(sites, gravity, pairs)
    n = 200_000
    source, target = draw_ties(sites, gravity, n=n, rng=np.random.default_rng(0))
    drawn = np.zeros((sites.mass.size, sites.mass.size))
    np.add.at(drawn, (source, target), 1)
    assert not drawn.diagonal().any()
    expected = n * rate / rate.sum()
    enough = expected >= 5  # chi-square needs it; the rest is pooled
    observed = np.append(drawn[pairs][enough], drawn[pairs][~enough].sum())
    expected = np.append(expected[enough], expected[~enough].sum())
    kept = expected > 0
    assert stats.chisquare(observed[kept], expected[kept]).pvalue > 0.001


def test_by_hand_rate_and_factor_of_one_pair(tiny):
    sites, gravity = tiny.truth.sites, tiny.truth.gravity
    inside = int(np.flatnonzero(sites.cluster == 0)[0])
    abroad = int(np.flatnonzero(sites.country != sites.country[inside])[0])
    pair = np.array([inside]), np.array([abroad])
    km = float(great_circle_km(sites.longitude[inside], sites.latitude[inside],
                               sites.longitude[abroad], sites.latitude[abroad]))  # fmt: skip
    by_hand = sites.mass[inside] * sites.mass[abroad] * km**-0.9 * np.exp(-1.4)
    assert rates(sites, gravity, pair)[0] == pytest.approx(by_hand)
    if km > 200 and sites.cluster[abroad] != 1:
        assert scale_codes(sites, gravity, pair)[0] == 3
        assert planted(sites, gravity, pair)[0] == 0.25


def test_another_package_recovers_elasticity_and_border():
    world = make_world(
        organisations=60, clusters=0, layers=("supply",), rng=4,
        gravity=Gravity(ties_each=600.0), geography=Geography(places=10),
    )  # fmt: skip
    sites = world.truth.sites
    pairs = _all_pairs(sites)
    row = {org: i for i, org in enumerate(world.study.organisations["org_id"])}
    drawn = np.zeros((60, 60))
    ends = world.study.linkages.select("source", "target").iter_rows()
    for source, target in ends:
        drawn[row[source], row[target]] += 1
    km = np.maximum(pair_distances(sites, pairs), 1.0)
    crossing = sites.country[pairs[0]] != sites.country[pairs[1]]
    offset = np.log(sites.mass[pairs[0]] * sites.mass[pairs[1]])
    design = sm.add_constant(np.column_stack([-np.log(km), -crossing.astype(float)]))
    fit = sm.GLM(drawn[pairs], design, family=sm.families.Poisson(), offset=offset).fit()
    assert abs(fit.params[1] - 0.9) < 3.5 * fit.bse[1] < 0.1
    assert abs(fit.params[2] - 1.4) < 3.5 * fit.bse[2] < 0.4


def test_planted_truth_scale_shares_match_the_ties_drawn():
    world = make_world(
        organisations=400, clusters=3, layers=("supply",), rng=8,
        gravity=Gravity(ties_each=60.0), missing={1: {"global": 0.2, "regional": 3.0}},
    )  # fmt: skip
    truth, study = world.truth, world.study
    row = dict(zip(study.organisations["org_id"], range(400), strict=True))
    source = np.array([row[org] for org in study.linkages["source"]])
    target = np.array([row[org] for org in study.linkages["target"]])
    for cluster in (0, 1):
        touching = (truth.cluster[source] == cluster) | (truth.cluster[target] == cluster)
        scale = scale_codes(truth.sites, truth.gravity, (source[touching], target[touching]))
        shares = truth.scale_shares(cluster)
        expected = shares["share"].to_numpy() * touching.sum()
        observed = np.bincount(scale, minlength=4)
        possible = expected > 0  # no pair at all may be at a scale
        assert not observed[~possible].any()
        assert stats.chisquare(observed[possible], expected[possible]).pvalue > 0.001
    at_global = shares.filter(pl.col("scale") == "global")
    assert at_global["share"][0] < at_global["gravity_share"][0]


def test_special_case_a_factor_of_zero_leaves_no_tie():
    world = make_world(organisations=200, clusters=2, missing={0: {"global": 0.0}}, rng=1)
    study, truth = world.study, world.truth
    row = dict(zip(study.organisations["org_id"], range(200), strict=True))
    ends = tuple(
        np.array([row[org] for org in study.linkages[side]]) for side in ("source", "target")
    )
    touching = (truth.cluster[ends[0]] == 0) | (truth.cluster[ends[1]] == 0)
    assert not ((scale_codes(truth.sites, truth.gravity, ends) == 3) & touching).any()


def test_layers_are_directed_as_the_schema_says(world):
    directed = dict(
        world.study.linkages.group_by("layer").agg(pl.col("directed").unique()).iter_rows()
    )
    assert directed == {"supply": [True], "research": [False]}


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"layers": ("friendship",)}, "is not a layer"),
        ({"missing": {9: {"local": 1.0}}}, "clusters are 0 to 5"),
        ({"missing": {0: {"galactic": 1.0}}}, "local, regional, national, global"),
        ({"clusters": 50}, "need as many places"),
        ({"organisations": 1}, "at least 2"),
    ],
)
def test_impossible_wishes_are_refused(choices, words):
    with pytest.raises(InvalidArgument, match=words):
        make_world(**choices)


def test_impossible_geographies_are_refused():
    with pytest.raises(InvalidArgument, match="between 1 and 12"):
        Geography(countries=13)
    with pytest.raises(InvalidArgument, match="'exact' or 'city'"):
        Geography(coordinates="roughly")
    with pytest.raises(InvalidArgument, match="smaller than"):
        Gravity(local_km=300.0)
