"""Sizes of labour-market areas against the flows there are, said by hand."""

import pytest

from buzzline.clusters.labour_market_areas import labour_market_areas
from buzzline.clusters.labour_markets import AreaRule
from buzzline.tables.worlds import make_sibling_world


@pytest.mark.parametrize(("share", "is_said"), [(0.2, True), (0.05, False)])
def test_sizes_large_for_the_flows_are_said_by_hand(share, is_said):
    study = make_sibling_world(organisations=400, rng=1).study
    n = labour_market_areas(study, draws=0).n_persons
    rule = AreaRule(least_size=n * share, target_size=n)
    said = str(labour_market_areas(study, rule=rule, draws=0))
    assert ("fewer than ten areas" in said) is is_said
    assert "moves between jobs, not commuting" in said
