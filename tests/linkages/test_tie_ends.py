import numpy as np
import polars as pl

from buzzline.linkages.tie_ends import squared_limits, tie_ends, zone_flows
from buzzline.space.scales import Cutoffs
from buzzline.space.sites import sites_of
from buzzline.space.zones import zones_of
from buzzline.tables.study import Study


def test_every_tie_has_two_ends_and_unplaced_ones_are_counted():
    organisations = pl.DataFrame(
        {"org_id": list("abc"), "longitude": [0.0, 3.0, None], "latitude": [0.0, 0.0, None],
         "country": ["AA", "BB", "AA"]}
    )  # fmt: skip
    linkages = pl.DataFrame(
        {"source": ["a", "b"], "target": ["b", "c"], "layer": ["supply"] * 2}
    )
    study = Study.of(organisations=organisations, linkages=linkages)
    zones = zones_of(study.organisations, sites_of(study.organisations))
    ends = tie_ends(
        study, zones, "supply", limits=squared_limits([Cutoffs(), Cutoffs(400, 500)])
    )
    assert ends.here.tolist() == [0, 1]
    assert ends.there.tolist() == [1, 0]
    assert ends.scale.tolist() == [[3, 3], [0, 0]]
    assert ends.n_unplaced == 1
    flows = zone_flows(ends, None, zones.n_here.size)
    assert np.array_equal(flows, flows.T)
    assert flows.sum() == 2


def test_records_bundle_ties_when_there_are_many_of_them():
    n = 30
    organisations = pl.DataFrame(
        {"org_id": [str(k) for k in range(n)], "longitude": [k / 10 for k in range(n)],
         "latitude": [0.0] * n, "country": ["AA"] * n}
    )  # fmt: skip
    ties = {
        "source": ["0"] * (n - 1),
        "target": [str(k) for k in range(1, n)],
        "layer": ["research"] * (n - 1),
    }
    sizes = []
    for records in (["register"] * (n - 1), [f"project {k}" for k in range(n - 1)]):
        study = Study.of(
            organisations=organisations, linkages=pl.DataFrame(ties | {"observed_by": records})
        )
        zones = zones_of(study.organisations, sites_of(study.organisations))
        ends = tie_ends(study, zones, "research", limits=squared_limits([Cutoffs()]))
        sizes.append(np.unique(ends.record).size)
    assert sizes == [0, n - 1]


def ends_of(ties, **choices):
    organisations = pl.DataFrame(
        {"org_id": list("abc"), "longitude": [0.0, 3.0, 3.0], "latitude": [0.0, 0.0, 0.0],
         "country": ["AA", "BB", "BB"]}
    )  # fmt: skip
    study = Study.of(organisations=organisations, linkages=pl.DataFrame(ties))
    zones = zones_of(study.organisations, sites_of(study.organisations))
    return tie_ends(study, zones, "supply", limits=squared_limits([Cutoffs()]), **choices)


def test_ties_to_oneself_are_counted_and_left_out():
    ends = ends_of({"source": ["a", "a"], "target": ["a", "b"], "layer": ["supply"] * 2})
    assert ends.n_self == 1
    assert ends.here.tolist() == [0, 1]


def test_ends_of_members_by_hand():
    ends = ends_of({"source": ["a", "b"], "target": ["b", "c"], "layer": ["supply"] * 2})
    chosen = ends.of(np.array([False, True, False]))
    assert sorted(ends.there[chosen].tolist()) == [0, 2]
    assert ends.of(np.zeros(3, bool)).size == 0


def test_weights_are_taken_to_a_mean_of_one():
    ties = {"source": ["a", "b"], "target": ["b", "c"], "layer": ["supply"] * 2,
            "weight": [1.0, 3.0], "unit": ["musd"] * 2}  # fmt: skip
    ends = ends_of(ties, weighing="weight")
    assert ends.weight.tolist() == [0.5, 0.5, 1.5, 1.5]
    assert (ends.unit, ends.unit_size) == ("musd", 2.0)


def test_missing_and_mixed_weights_are_refused_with_a_remedy():
    ties = {"source": ["a", "b"], "target": ["b", "c"], "layer": ["supply"] * 2}
    missing = ends_of(ties | {"weight": [1.0, None]}, weighing="weight")
    assert "1 of 2 supply ties have no `weight`" in missing
    assert 'weighing="ties"' in missing
    mixed = ends_of(
        ties | {"weight": [1.0, 2.0], "unit": ["musd", "persons"]}, weighing="weight"
    )
    assert "several units (musd, persons)" in mixed
