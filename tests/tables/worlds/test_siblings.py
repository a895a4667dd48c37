"""Worlds of co-located clusters hold what they promise, counted plainly from their tables."""

import math
from itertools import combinations

import numpy as np
import polars as pl
import pytest
from scipy import stats
from tests.oracles.siblings import arc_km, block, counted, gravity, morisita_horn, separation

from buzzline import read_study
from buzzline.errors import InvalidArgument
from buzzline.tables.schema import table_named
from buzzline.tables.worlds import Bonds, Odds, Parks, make_sibling_world

CELLS = [(True, True), (True, False), (False, True), (False, False)]
LAYERS = Bonds().layers


class Counted:
    """Ties and gravity of a world, from its tables: coordinates, linkages, memberships."""

    def __init__(self, world):
        study = world.study
        self.organisations = study.organisations
        self.row = {org: k for k, org in enumerate(study.organisations["org_id"])}
        self.points = study.organisations.select("longitude", "latitude").rows()
        self.rate = gravity(self.points, world.truth.mass)
        self.linkages = study.linkages
        joined = [(cluster, self.row[org]) for cluster, org in
                  study.memberships.select("cluster_id", "org_id").rows()]  # fmt: skip
        far = set(np.flatnonzero((world.truth.role == "remote member").to_numpy()))
        self.members = [
            np.array([row for c, row in joined if c == f"D{k}" and row not in far])
            for k in range(world.truth.clusters.height)
        ]  # fmt: skip

    def ties(self, layer=None):
        chosen = (
            self.linkages if layer is None else self.linkages.filter(pl.col("layer") == layer)
        )
        ends = [[self.row[org] for org in chosen[end]] for end in ("source", "target")]
        return counted(*ends, len(self.row))


def within_errors(found, error, planted):
    return abs(found - planted) < 4 * error


@pytest.mark.parametrize(("distinct", "separate"), CELLS)
def test_planted_truth_separation_of_all_four_cells(distinct, separate):
    world = make_sibling_world(
        distinct=distinct, separate=separate, organisations=240, rng=1,
        bonds=Bonds(ties_each=80, separation=3, layers=("labour_move",)),
    )  # fmt: skip
    seen = Counted(world)
    found, error = separation(seen.ties(), seen.rate, *seen.members)
    planted = 2 * math.log(3) if separate else 0.0
    assert world.truth.odds["log_odds_ratio"].to_list() == [pytest.approx(planted)]
    assert error < 0.15
    assert within_errors(found, error, planted)
    assert (
        world.truth.outcome
        == {
            (True, True): "multiple clusters",
            (True, False): "one cluster, several sites",
            (False, True): "overlapping communities in one place",
            (False, False): "one cluster",
        }[distinct, separate]
    )


def test_planted_truth_odds_of_each_layer_within_between_and_beyond():
    odds = {"labour_move": Odds(8, 1, 1), "supply": Odds(1, 4, 1), "research": Odds(2, 2, 0.5)}
    world = make_sibling_world(
        organisations=240, rng=2, parks=Parks(remote=0, outsiders=0),
        bonds=Bonds(ties_each=40, odds=odds, layers=tuple(odds)),
    )  # fmt: skip
    seen = Counted(world)
    one, other = seen.members
    members = np.concatenate([one, other])
    nobody = np.setdiff1d(np.arange(240), members)
    for layer, planted in odds.items():
        ties = seen.ties(layer)
        free = block(ties, nobody, nobody) / block(seen.rate, nobody, nobody)
        for a, b, expected in ((one, one, planted.within), (one, other, planted.between),
                               (members, nobody, planted.beyond)):  # fmt: skip
            n = block(ties, a, b)
            ratio = n / block(seen.rate, a, b) / free
            error = math.sqrt(1 / n + 1 / block(ties, nobody, nobody))
            assert within_errors(math.log(ratio), error, math.log(expected)), (layer, expected)


def test_brute_force_expected_shares_are_those_of_the_tables():
    parks = Parks(remote=0, outsiders=0)
    world = make_sibling_world(
        organisations=150, regions=2, relation="neither", parks=parks, rng=3,
        bonds=Bonds(ties_each=60, layers=("supply", "advice")),
    )  # fmt: skip
    seen = Counted(world)
    for layer in ("supply", "advice"):
        ties, expected = seen.ties(layer), world.truth.expected(layer)
        for k, members in enumerate(seen.members):
            sibling = seen.members[k ^ 1]
            others = np.setdiff1d(np.arange(150), np.concatenate([members, sibling]))
            counts = [block(ties, members, to) for to in (members, sibling, others)]
            share = expected.filter(pl.col("cluster") == k)["share"].to_numpy()
            assert stats.chisquare(counts, sum(counts) * share).pvalue > 0.001
            bare = [block(seen.rate, members, to) for to in (members, sibling, others)]
            np.testing.assert_allclose(
                expected.filter(pl.col("cluster") == k)["gravity_share"],
                bare / np.sum(bare),
                rtol=1e-4,  # coordinates are written to 0.1 m, and rates bend at 1 km
            )
    with pytest.raises(InvalidArgument, match="no layer 'board'"):
        world.truth.expected("board")


@pytest.mark.parametrize("distinct", [True, False])
def test_planted_truth_distance_and_spread(distinct):
    world = make_sibling_world(
        distinct=distinct, organisations=3000, rng=4,
        parks=Parks(siblings=3, apart_km=15, spread_km=2, members=0.6),
        bonds=Bonds(layers=("supply",), ties_each=1),
    )  # fmt: skip
    clusters = world.truth.clusters
    points = np.array(world.study.organisations.select("longitude", "latitude").rows())
    centre = [points[np.flatnonzero(world.truth.inside == k)].mean(axis=0) for k in range(3)]
    for pair, planted in zip(combinations(range(3), 2), world.truth.pairs["distance_km"],
                             strict=True):  # fmt: skip
        # the mean of 600 points with a standard deviation of 2 km or less: error below 0.17
        assert arc_km(centre[pair[0]], centre[pair[1]]) == pytest.approx(planted, abs=0.7)
        assert planted == pytest.approx(15 if distinct else 0, rel=1e-3)
    assert world.truth.pairs["response"].to_list() == [0, 0, None]  # of the first to the others
    for k, (lon, lat) in enumerate(clusters.select("longitude", "latitude").rows()):
        km = [arc_km(point, (lon, lat)) for point in points[world.truth.inside == k]]
        assert max(km) <= 2 * 2 * 1.001
        assert np.median(km) == pytest.approx(1.064 * 2, abs=0.25)


def test_planted_truth_remote_members_and_local_outsiders():
    world = make_sibling_world(
        organisations=400, rng=5, parks=Parks(remote=0.2, outsiders=0.2, members=0.5),
        bonds=Bonds(ties_each=20, layers=("labour_move", "advice")),
    )  # fmt: skip
    seen, truth = Counted(world), world.truth
    ties = seen.ties()
    rows = {
        role: np.flatnonzero((truth.role == role).to_numpy()) for role in truth.role.unique()
    }
    counts = truth.clusters.select(pl.col("n_core", "n_remote", "n_outsiders").sum()).row(0)
    assert counts == tuple(
        rows[role].size for role in ("core member", "remote member", "local outsider")
    ) == (160, 40, 40)  # fmt: skip
    for k, centre in enumerate(truth.clusters.select("longitude", "latitude").rows()):
        members = np.flatnonzero(truth.cluster == k)
        core, remote = (np.intersect1d(members, rows[f"{role} member"])
                        for role in ("core", "remote"))  # fmt: skip
        assert min(arc_km(seen.points[i], centre) for i in remote) > 100
        shares = [ties[np.ix_(part, members)].sum() / ties[part].sum()
                  for part in (core, remote)]  # fmt: skip
        assert min(shares) > 0.5
        assert abs(shares[0] - shares[1]) < 0.1
        outside = np.flatnonzero((truth.inside == k) & (truth.cluster < 0))
        assert max(arc_km(seen.points[i], centre) for i in outside) < 3.01
    industry = world.study.organisations["industry"]
    assert industry.gather(rows["local outsider"]).unique().to_list() == ["optics"]
    everybody = np.flatnonzero(truth.cluster >= 0)
    assert ties[np.ix_(rows["local outsider"], everybody)].sum() == 0
    assert ties[rows["local outsider"]].sum() > 100


RELATIONS = {
    "collaborating": (3.0, 0.1, 0.2),
    "competing": (1 / 3, 0.9, -0.2),
    "both": (3.0, 0.9, 0.0),
    "neither": (1 / 3, 0.1, 0.0),
}


@pytest.mark.parametrize("relation", RELATIONS)
def test_planted_truth_relations_of_siblings(relation):
    between, overlap, response = RELATIONS[relation]
    world = make_sibling_world(
        relation=relation, organisations=400, rng=6, parks=Parks(remote=0, outsiders=0),
        bonds=Bonds(ties_each=25),
    )  # fmt: skip
    seen = Counted(world)
    one, other = seen.members
    nobody = np.setdiff1d(np.arange(400), np.concatenate([one, other]))
    industry = seen.organisations["industry"].to_numpy()
    for layer in LAYERS:
        ties = seen.ties(layer)
        free = block(ties, nobody, nobody) / block(seen.rate, nobody, nobody)
        n = block(ties, one, other)
        ratio = n / block(seen.rate, one, other) / free
        error = math.sqrt(1 / n + 1 / block(ties, nobody, nobody))
        assert within_errors(math.log(ratio), error, math.log(between))
    ties, overall = seen.ties(), []
    for members in (one, other):
        pools = [nobody[industry[nobody] == name] for name in np.unique(industry)
                 if name != "optics"]  # fmt: skip
        overall.append([block(ties, members, p) / block(seen.rate, members, p) for p in pools])
    # net of size and distance; some 200 ties or more with each of six industries
    assert morisita_horn(*overall) == pytest.approx(overlap, abs=0.06)
    assert world.truth.pairs.row(0, named=True)["overlap"] == pytest.approx(overlap)
    assert _jump(world.study, "D1") == pytest.approx(response, abs=0.06)
    assert _jump(world.study, "D0") == pytest.approx(0.4, abs=0.06)


def _jump(study, unit):
    """Change of mean log jobs from before to after 2016, net of that of the far towns."""
    logs = {}
    for name, year, value in study.outcomes.select("unit_id", "year", "value").iter_rows():
        logs.setdefault((name, year >= 2016), []).append(math.log(value))
    change = {name: np.mean(logs[name, True]) - np.mean(logs[name, False]) for name, _ in logs}
    return change[unit] - np.mean([value for name, value in change.items() if name[0] == "P"])


def test_planted_truth_functions_of_siblings_split_as_asked():
    world = make_sibling_world(
        organisations=20_000, parks=Parks(members=0.6), rng=7,
        bonds=Bonds(ties_each=0, complementarity=0.4),
    )  # fmt: skip
    work = world.study.establishments["function"].to_numpy()
    own = [work[world.truth.cluster == k] for k in (0, 1)]
    mix = [[np.sum(part == name) for name in ("research", "production")] for part in own]
    cosine = np.dot(*mix) / np.linalg.norm(mix[0]) / np.linalg.norm(mix[1])
    assert 1 - cosine == pytest.approx(0.4, abs=0.04)  # 6,000 functions a cluster
    assert world.study.linkages.height == 0


def test_planted_truth_owners_have_one_site_in_every_park():
    parks = Parks(siblings=3, owners=4)
    world = make_sibling_world(organisations=300, regions=2, parks=parks, rng=8)
    owners = world.truth.owners
    assert owners.height == 2 * 4 * 3
    assert (
        owners.group_by("owner_id").agg(pl.col("cluster").n_unique())["cluster"].to_list()
        == [3] * 8
    )
    table = dict(world.study.organisations.select("org_id", "owner_id").rows())
    assert {org for org, owner in table.items() if owner} == set(owners["org_id"])
    assert all(table[org] == owner for owner, org in owners.select("owner_id", "org_id").rows())
    last = world.study.linkages.group_by("layer", maintain_order=True).tail(
        world.truth.owner_ties
    )
    assert world.truth.owner_ties == 3 * 8
    for row in last.iter_rows(named=True):
        assert table[row["source"]] == table[row["target"]] is not None
        assert row["source"] != row["target"]


def test_invariant_owners_leave_all_other_ties_as_they_were():
    one, other = (
        make_sibling_world(organisations=120, parks=Parks(owners=owners), rng=9).study
        for owners in (0, 2)
    )
    for layer in LAYERS:
        ends = [study.where(layer=layer).linkages.select("source", "target")
                for study in (one, other)]  # fmt: skip
        assert ends[1].head(480).equals(ends[0])
        assert ends[1].height == 480 + 2 * 3


def test_every_move_of_labour_is_two_spells_of_a_person():
    study = make_sibling_world(organisations=120, rng=10).study
    moves = study.where(layer="labour_move").linkages
    assert (moves["start"] == moves["end"]).all()
    spells = study.spells.sort("person_id", "start")
    first, second = spells.gather_every(2), spells.gather_every(2, 1)
    assert first["person_id"].equals(second["person_id"])
    assert first["person_id"].n_unique() == moves.height
    assert ((second["start"] - first["end"]).dt.total_days() == 1).all()
    seen = pl.DataFrame({"source": first["org_id"], "target": second["org_id"],
                         "start": first["end"]})  # fmt: skip
    assert seen.sort(seen.columns).equals(moves.select(seen.columns).sort(seen.columns))
    assert make_sibling_world(organisations=60, bonds=Bonds(spells=False), rng=1
                              ).study.spells.height == 0  # fmt: skip


def test_declared_clusters_are_the_planted_ones_and_some_on_paper():
    world = make_sibling_world(organisations=200, parks=Parks(paper=2), rng=11)
    study, truth = world.study, world.truth
    assert study.declared_clusters["cluster_id"].to_list() == ["D0", "D1", "D2", "D3"]
    assert truth.paper == ("D2", "D3")
    code = dict(zip(study.organisations["org_id"], truth.cluster.tolist(), strict=True))
    for cluster, org in study.memberships.select("cluster_id", "org_id").rows():
        assert f"D{code[org]}" == cluster or (cluster in truth.paper and code[org] == -1)
    count = dict(study.memberships["cluster_id"].value_counts().rows())
    assert count == {"D0": 25, "D1": 25, "D2": 15, "D3": 15}


@pytest.mark.parametrize(("distinct", "separate"), CELLS)
@pytest.mark.parametrize("siblings", [1, 2, 3])
def test_special_case_sixty_organisations_are_enough(distinct, separate, siblings):
    world = make_sibling_world(
        distinct=distinct, separate=separate, relation="competing", organisations=60, rng=12,
        parks=Parks(siblings=siblings, owners=1),
    )  # fmt: skip
    assert world.study.organisations.height == 60
    assert np.unique(world.truth.cluster).tolist() == [-1, *range(siblings)]
    assert world.truth.pairs.height == siblings * (siblings - 1) // 2
    # owners of a single site in a single park have no ties among their sites
    n_owned = 3 if siblings > 1 else 0
    assert world.study.linkages.height == 4 * (240 + n_owned)


def test_planted_truth_pairs_are_drawn_by_distance_alone_where_not_separate():
    # z of ties within against all of members, in 60 worlds: standard normal
    z = []
    for seed in range(60):
        world = make_sibling_world(
            distinct=seed % 2 == 0, separate=False, organisations=80, rng=seed,
            bonds=Bonds(layers=("labour_move",), spells=False),
        )  # fmt: skip
        pairs = world.truth.expected("labour_move").filter(pl.col("cluster") == 0)
        code = dict(zip(world.study.organisations["org_id"], world.truth.cluster, strict=True))
        ends = [
            (code[a], code[b])
            for a, b in world.study.linkages.select("source", "target").rows()
        ]
        n = sum(0 in pair for pair in ends)
        p = pairs.filter(pl.col("kind") == "within")["share"].item()
        z.append((sum(pair == (0, 0) for pair in ends) - n * p) / math.sqrt(n * p * (1 - p)))
    assert stats.kstest(z, "norm").pvalue > 0.01


def test_several_city_regions_lie_apart_and_on_their_own():
    world = make_sibling_world(organisations=900, regions=5, rng=13)
    clusters = world.truth.clusters
    assert clusters["area"].to_list() == [k // 2 for k in range(10)]
    points = clusters.select("longitude", "latitude").rows()
    for i, j in combinations(range(10), 2):
        km = arc_km(points[i], points[j])
        assert km == pytest.approx(12, rel=1e-3) if i // 2 == j // 2 else km > 30
    study = world.study
    assert study.places.filter(pl.col("level") == "municipality").height == 5 * 25 + 12
    assert study.initiatives.height == 5
    known = dict(study.places.select("place_id", "country").rows())
    at = study.organisations.select("place_id", "country").rows()
    assert all(known[place] == country for place, country in at)


def test_invariant_same_seed_same_study():
    one, again, other = (make_sibling_world(organisations=90, rng=seed) for seed in (5, 5, 6))
    assert one.study.fingerprint == again.study.fingerprint != other.study.fingerprint
    assert np.array_equal(one.truth.cluster, again.truth.cluster)


def test_invariant_ties_do_not_change_with_another_layer():
    one, two = (
        make_sibling_world(organisations=80, bonds=Bonds(layers=layers), rng=2).study
        for layers in (("supply",), ("research", "supply"))
    )
    assert two.where(layer="supply").linkages.equals(one.linkages)


def test_planted_clusters_cannot_be_read_off_the_order_of_rows():
    cluster = make_sibling_world(organisations=500, rng=3).truth.cluster
    order = np.flatnonzero(cluster >= 0)
    assert stats.mannwhitneyu(*(order[cluster[order] == k] for k in (0, 1))).pvalue > 0.01


def test_no_row_is_set_aside_when_the_tables_are_read():
    study = make_sibling_world(organisations=150, parks=Parks(owners=2, paper=1), rng=14).study
    frames = {name: getattr(study, name) for name in study.names()}
    again = read_study({name: frame for name, frame in frames.items() if frame.height})
    assert again.about.quality.n_set_aside == 0
    for name, frame in frames.items():
        assert getattr(again, name).height == frame.height, name
        assert table_named(name).name == name


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"organisations": 5}, "at least 10"),
        ({"regions": 0}, "at least 1"),
        ({"relation": "friendly"}, "must be one of collaborating"),
        ({"regions": 300, "organisations": 30_000}, "the map has room for"),
        ({"organisations": 60, "regions": 12}, "give the smallest of 24 clusters"),
        ({"organisations": 60, "parks": Parks(owners=30)}, "fewer owners"),
    ],
)
def test_impossible_wishes_are_refused(choices, words):
    with pytest.raises(InvalidArgument, match=words):
        make_sibling_world(**choices)


def test_the_world_says_what_it_is():
    world = make_sibling_world(organisations=60, separate=False, rng=1)
    assert str(world).startswith(
        "SiblingWorld of 2 clusters in 1 city-region (one cluster, several sites)"
    )
    assert "one cluster, several sites" in world.study.about.notes[1]


def test_a_world_without_layers_has_no_ties():
    world = make_sibling_world(organisations=60, bonds=Bonds(layers=()), rng=1)
    assert world.study.linkages.height == 0
    assert world.truth.odds.height == 0
