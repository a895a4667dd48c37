"""Investors who share organisations: corrected for sharing, size, planted, bad input."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from buzzline.charts import chart
from buzzline.errors import InvalidArgument, TooFew
from buzzline.investment.co_investment import co_investment
from buzzline.tables.study import Study


def invested(pairs, *, layer="investment", year=None):
    names = sorted({f"v{a}" for a, _ in pairs} | {f"o{b}" for _, b in pairs})
    start = None if year is None else [f"{one}-01-01" for one in year]
    linkages = pl.DataFrame({
        "source": [f"v{a}" for a, _ in pairs], "target": [f"o{b}" for _, b in pairs],
        "layer": layer, "start": start,
    }, schema={"source": pl.String, "target": pl.String, "layer": pl.String,
               "start": pl.String}).with_columns(pl.col("start").str.to_date())  # fmt: skip
    return Study.of(organisations=pl.DataFrame({"org_id": names}), linkages=linkages)


def at_random(rng, investors=40, organisations=35):
    return [(int(a), b) for b in range(organisations)
            for a in rng.choice(investors, 2 + rng.integers(4), replace=False)]  # fmt: skip


def rows_of(found):
    return {row["measure"]: row for row in
            found.measures.filter(pl.col("period") == "all years").to_dicts()}  # fmt: skip


def test_sharing_alone_is_no_small_world():
    """At random; uncorrected it is one every time, corrected as often as chance allows."""
    corrected, plain = [], []
    for seed in range(40):
        study = invested(at_random(np.random.default_rng(seed)))
        rows = rows_of(co_investment(study, draws=39, rng=seed))
        corrected.append(rows["sigma"]["p"])
        plain.append(rows["one_mode_sigma"]["verdict"] == "above chance")
    assert np.mean(plain) > 0.9
    assert np.mean(np.array(corrected) <= 0.1) <= 0.1 + 2.5 * np.sqrt(0.09 / 40)


def test_cliques_of_investors_are_found():
    rng = np.random.default_rng(1)
    pairs = [(int(a) + 8 * (b % 5), b) for b in range(60)
             for a in rng.choice(8, 3, replace=False)]  # fmt: skip
    pairs += [(int(rng.integers(40)), b) for b in range(0, 60, 4)]
    found = co_investment(invested(sorted(set(pairs))), draws=99, rng=1)
    row = rows_of(found)["clustering"]
    assert row["verdict"] == "above chance"
    assert found.investors["n_organisations"].sum() == len(set(pairs))
    assert found.investors["n_partners"].is_sorted(descending=True)


def test_unicorns_are_a_small_world_only_if_sharing_is_forgotten(shared_data):
    from buzzline.tables.connectors.crunchbase import read_crunchbase

    study = read_crunchbase(shared_data / "crunchbase2015_unicorn_investments")
    found = co_investment(study, periods=1, draws=39, rng=1)
    rows = rows_of(found)
    assert (rows["sigma"]["n_clusters"], found.investors.height) == (398, 422)
    assert rows["one_mode_sigma"]["value"] > 3
    assert rows["sigma"]["value"] == pytest.approx(0.93, abs=0.02)
    assert rows["distance"]["verdict"] == "above chance"
    assert "where it is forgotten" in str(found)


def test_bad_input_has_a_reason():
    few = co_investment(invested([(0, 0), (1, 0), (1, 1)]), draws=9, rng=1)
    assert "not testable: 2 investors hang together; at least 10" in str(few)
    assert chart(few).alt
    once = co_investment(invested([(k, k) for k in range(30)], layer="acquisition"), draws=9)
    assert "one that is bought once ties nobody" in str(once)
    crowd = co_investment(invested([(k, 0) for k in range(1001)] + [(0, 1), (1, 1)]), draws=9)
    assert "more than 1,000 investors" in str(crowd)
    with pytest.raises(TooFew, match="no investment"):
        co_investment(invested([(0, 1)], layer="research"))
    for choice, said in (({"level": 1.0}, "`level`"), ({"draws": 1}, "at least 2 draws")):
        with pytest.raises(InvalidArgument, match=said):
            co_investment(invested([(0, 0)]), **choice)


def test_what_is_cut_for_the_public_is_not_told():
    found = co_investment(invested([(0, 0), (1, 0), (1, 1)]), draws=9, rng=1)
    assert "not shown" in str(replace(found, measures=found.measures.clear()))


def test_periods_are_told_apart():
    pairs = at_random(np.random.default_rng(3), organisations=60)
    study = invested(pairs, year=[2001 + k // 80 for k in range(len(pairs))])
    found = co_investment(study, periods=2, draws=19, rng=1)
    assert found.measures["period"].n_unique() == 3
    assert chart(found).alt
