"""Where ties lead: counted by hand, against the profile, and with intervals that cover."""

import numpy as np
import polars as pl
import pytest
from tests.diagnosis.balances import clustering as clustering_of

from buzzline.clusters.clustering import Clustering
from buzzline.errors import InvalidArgument, TooFew
from buzzline.linkages.flow_ends import between_partners, ends_of_members, partners_of
from buzzline.linkages.flow_shares import shares_of
from buzzline.linkages.flows import cluster_flows
from buzzline.linkages.profile import shares_by_unit
from buzzline.tables.study import Study


def study(ties, **more):
    """Members o0 to o3 in Prato; o4 in Florence, o5 in Lyon, o6 without a place."""
    return Study.of(
        organisations=pl.DataFrame(
            {
                "org_id": [f"o{i}" for i in range(7)],
                "city": ["Prato"] * 4 + ["Florence", "Lyon", None],
                "country": ["IT"] * 5 + ["FR", None],
                "longitude": [11.1] * 4 + [11.25, 4.83, None],
                "latitude": [43.88] * 4 + [43.77, 45.76, None],
            }
        ),
        linkages=pl.DataFrame(
            {"source": [a for a, _ in ties], "target": [b for _, b in ties],
             "layer": ["supply"] * len(ties)} | more
        ),
    )  # fmt: skip


def clustering() -> Clustering:
    found = clustering_of()
    where = {"longitude": 11.1, "latitude": 43.88, "country": "IT"}
    clusters = found.clusters.with_columns(**{k: pl.lit(v) for k, v in where.items()})
    return Clustering(
        clusters, found.members, found.tree, found.coverage, found.level,
        found.false_discovery_rate, found.draws,
    )  # fmt: skip


TIES = [("o0", "o1"), ("o0", "o4"), ("o5", "o0"), ("o1", "o5"), ("o2", "o6"), ("o4", "o5"),
        ("o3", "o3")]  # fmt: skip


def test_by_hand_each_tie_of_a_member_counts_once_with_its_other_end():
    found = cluster_flows(study(TIES), clustering())
    rows = {
        row["partner"]: (row["partner_kind"], row["scale"], row["n"], row["n_members"])
        for row in found.flows.iter_rows(named=True)
    }
    assert rows == {
        "Prato, IT (textiles)": ("own members", "local", 1, 1),
        "Florence, IT": ("city", "local", 1, 1),
        "Lyon, FR": ("city", "global", 2, 2),
        "place not known": ("not known", "unknown", 1, 1),
    }
    assert found.flows["share"].sum() == pytest.approx(1)
    total = found.clusters.row(0, named=True)
    assert (total["n_ties"], total["n_tied"], total["n_left_out"]) == (5, 3, 0)
    assert found.scales["scale"].to_list() == ["local", "global", "unknown"]
    assert found.between.rows() == [("c", "Florence, IT", "Lyon, FR", 1)]
    assert "most outside it to Lyon, FR" in str(found)


def test_by_hand_the_parts_it_is_made_of():
    of_them = study(TIES)
    partners = partners_of(of_them, clustering())
    ids = dict(partners.of_organisation.iter_rows())
    assert ids["o0"] == "c"
    assert ids["o4"] == "Florence, IT"
    ties = of_them.linkages.select("source", "target", scale=pl.lit("local")).with_columns(
        record=pl.lit(None, pl.String)
    ).with_row_index("tie").filter(pl.col("source") != pl.col("target"))  # fmt: skip
    ends = ends_of_members(ties, clustering(), partners)
    assert ends.height == 5
    assert between_partners(
        ties, ends.select("cluster_id", "partner_id"), partners
    ).height == 1  # fmt: skip


def test_by_hand_the_listed_partners_are_those_with_most_ties():
    found = cluster_flows(study(TIES), clustering(), max_partners=1)
    assert found.flows["partner"].to_list() == ["Lyon, FR"]
    assert found.clusters["n_left_out"].to_list() == [3]


def test_collapse_shares_by_scale_are_those_of_the_ratio_estimator():
    rng = np.random.default_rng(3)
    n = rng.integers(1, 9, size=(40, 3))
    ends = pl.DataFrame(
        [("c", f"o{u}", None, "xyz"[k]) for u in range(40) for k in range(3)
         for _ in range(n[u, k])],
        schema={"cluster_id": pl.String, "org_id": pl.String, "record": pl.String,
                "scale": pl.String}, orient="row",
    )  # fmt: skip
    found = shares_of(ends, ["scale"], level=0.9).sort("scale")
    share, low, high = shares_by_unit(n.astype(float), 0.9)
    for column, wanted in (("share", share), ("low", low), ("high", high)):
        np.testing.assert_allclose(found[column].to_numpy(), wanted)


def test_invariant_a_tie_said_by_a_consortium_of_ten_is_no_ten_facts():
    """30 projects of ten members each: the record is what was sampled, and it is wider."""
    rng = np.random.default_rng(5)
    rows = [
        ("c", f"o{rng.integers(200)}", f"p{record}", scale)
        for record in range(30)
        for scale in [["near", "far"][int(rng.random() < 0.3)]]
        for _ in range(10)
    ]
    names = ("cluster_id", "org_id", "record", "scale")
    ends = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")
    found = shares_of(ends, ["scale"], level=0.95)
    alone = shares_of(ends.with_columns(record=pl.lit(None, pl.String)), ["scale"], level=0.95)
    assert (found["high"] - found["low"]).sum() > 2 * (alone["high"] - alone["low"]).sum()


def test_recovers_the_truth_intervals_of_shares_cover():
    """60 members with shares of their own around 0.3: over 400 samples 95 % hold the mean."""
    hits, samples, rng = 0, 400, np.random.default_rng(11)
    for _ in range(samples):
        share = rng.beta(3, 7, size=60)
        n = np.column_stack([rng.binomial(12, share), np.zeros(60)])
        n[:, 1] = 12 - n[:, 0]
        ends = pl.DataFrame({"u": np.repeat(np.arange(120), n.ravel().astype(int))}).select(
            cluster_id=pl.lit("c"), org_id=pl.format("o{}", pl.col("u") // 2),
            record=pl.lit(None, pl.String), scale=pl.format("s{}", pl.col("u") % 2),
        )  # fmt: skip
        row = shares_of(ends, ["scale"], level=0.95).row(
            by_predicate=pl.col("scale") == "s0", named=True
        )
        hits += row["low"] <= 0.3 <= row["high"]
    assert 0.91 <= hits / samples <= 0.98  # binomial error of 400 samples at 95 %: 1.1 %


def test_special_case_one_member_or_one_scale_has_no_interval():
    found = cluster_flows(study([("o0", "o1"), ("o0", "o5")]), clustering())
    assert found.scales["low"].null_count() == 2
    near = cluster_flows(study([("o0", "o1"), ("o2", "o3")]), clustering())
    assert near.scales.select("share", "low").rows() == [(1.0, None)]


def test_special_case_a_cluster_without_ties_stands_in_the_list():
    found = cluster_flows(study([("o4", "o5")]), clustering())
    assert found.clusters["n_ties"].to_list() == [0]
    assert str(found) == "No cluster has a tie."


def test_bad_input_is_refused_with_what_there_is():
    with pytest.raises(TooFew, match="no linkages"):
        cluster_flows(study([]), clustering())
    with pytest.raises(TooFew, match="no cluster"):
        cluster_flows(study(TIES), clustering_of(()))
    with pytest.raises(
        InvalidArgument, match="no linkage has the layer 'x'; layers are supply"
    ):
        cluster_flows(study(TIES), clustering(), layers=["x"])
