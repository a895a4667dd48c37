from collections import Counter
from dataclasses import replace

import polars as pl

from buzzline.report.ties import gathered, main_cluster, scaled_ties
from buzzline.space.scales import Cutoffs


def test_both_directions_are_counted_brute_force(study):
    """Ties between two halves of the organisations, counted one by one in Python."""
    ties = scaled_ties(study, Cutoffs())
    node = {org: i % 2 for i, org in enumerate(study.organisations["org_id"])}
    ends = pl.DataFrame({"org_id": list(node), "node": list(node.values())})
    expected = Counter()
    for row in ties.iter_rows(named=True):
        a, b = node[row["source"]], node[row["target"]]
        expected[min(a, b), max(a, b), row["layer"], row["scale"], a <= b] += 1
    found = Counter()
    for row in gathered(ties, ends).iter_rows(named=True):
        key = (row["first"], row["second"], row["layer"], row["scale"])
        found[*key, True], found[*key, False] = row["onward"], row["back"]
        assert row["onward"] + row["back"] == row["n"]
    assert +found == expected


def test_strongest_come_first_whatever_the_order_of_rows_invariant(study):
    ties = scaled_ties(study, Cutoffs())
    ends = study.organisations.select("org_id").with_row_index("node").cast({"node": pl.Int64})
    forward = gathered(ties, ends)
    backward = gathered(ties.reverse(), ends.reverse())
    assert forward.equals(backward)
    assert forward["n"].is_sorted(descending=True)


def test_an_organisation_in_two_clusters_counts_in_the_stronger_by_hand(clustering):
    doubled = clustering.members.vstack(
        pl.DataFrame({"cluster_id": ["c3"], "org_id": ["Pr0"], "is_core": [False]})
    )
    homes = dict(main_cluster(replace(clustering, members=doubled)).iter_rows())
    assert homes["Pr0"] == "c1"
    assert len(homes) == clustering.members.height
