import math

import numpy as np
import polars as pl
import pytest

from buzzline.errors import TooFew
from buzzline.linkages.profile import scale_profile, shares_by_unit
from buzzline.space.scales import Cutoffs
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world


def hand_made():
    organisations = pl.DataFrame(
        {
            "org_id": list("abcdef"),
            "longitude": [0.0, 0.1, 1.0, 9.0, 9.0, None],
            "latitude": [0.0, 0.0, 0.0, 0.0, 0.5, None],
            "country": ["AA", "AA", "AA", "AA", "BB", "AA"],
        }
    )
    linkages = pl.DataFrame(
        {
            "source": list("aaaaaa"),
            "target": list("bcdefb"),
            "layer": ["supply"] * 5 + ["research"],
        }
    )
    return Study.of(organisations=organisations, linkages=linkages)


def test_every_tie_by_hand():
    profile = scale_profile(hand_made()).profile
    supply = dict(profile.filter(layer="supply").select("scale", "n").iter_rows())
    assert supply == {"local": 1, "regional": 1, "national": 1, "global": 1, "unknown": 1}
    research = dict(profile.filter(layer="research").select("scale", "n").iter_rows())
    assert research["local"] == 1


def test_counts_add_up_to_the_ties_of_each_layer():
    study = make_world(organisations=300, clusters=2, rng=1).study
    profile = scale_profile(study).profile
    counts = dict(profile.group_by("layer").agg(pl.col("n").sum()).iter_rows())
    assert counts == dict(study.linkages.group_by("layer").len().iter_rows())
    shares = profile.drop_nulls("share").group_by("layer").agg(pl.col("share").sum())
    assert shares["share"].to_list() == pytest.approx([1, 1])


def test_wider_cutoffs_never_make_fewer_local_ties():
    study = make_world(organisations=300, clusters=2, rng=1).study
    local = [
        scale_profile(study, cutoffs=Cutoffs(km, 500)).profile.filter(scale="local")["n"].sum()
        for km in (10, 50, 200)
    ]
    assert local == sorted(local)


@pytest.mark.parametrize("engine", ["duckdb"])
def test_engines_agree(engine):
    study = make_world(organisations=300, clusters=2, rng=1).study
    first, second = scale_profile(study).profile, scale_profile(study, engine=engine).profile
    assert first.sort("layer", maintain_order=True).equals(
        second.sort("layer", maintain_order=True)
    )


def test_text_names_what_was_not_placed():
    assert "1 not placed" in str(scale_profile(hand_made()))


def test_no_linkages_is_an_error_with_the_remedy():
    study = Study.of(organisations=pl.DataFrame({"org_id": ["a"]}))
    with pytest.raises(TooFew, match="Add a table of linkages"):
        scale_profile(study)


def test_intervals_treat_organisations_as_units():
    alone = np.array([[1.0, 0], [0, 1]] * 50)
    bundled = np.array([[50.0, 0], [0, 50]])
    _, low, high = shares_by_unit(alone, 0.95)
    _, low_bundled, high_bundled = shares_by_unit(bundled, 0.95)
    assert high[0] - low[0] < high_bundled[0] - low_bundled[0]


def test_intervals_cover_as_often_as_said():
    rng, hits = np.random.default_rng(1), 0
    for _ in range(200):
        lean = rng.beta(2, 3, size=60)
        n = rng.poisson(5, size=60)
        counts = np.column_stack([rng.binomial(n, lean), n]).astype(float)
        counts[:, 1] -= counts[:, 0]
        _, low, high = shares_by_unit(counts, 0.95)
        hits += low[0] <= 0.4 <= high[0]
    assert hits >= 178  # 95 % of 200, three binomial standard errors


def test_one_unit_has_no_interval():
    share, low, _ = shares_by_unit(np.array([[3.0, 1.0]]), 0.95)
    assert share[0] == 0.75
    assert math.isnan(low[0])


def test_a_layer_without_a_placed_tie_says_so():
    nowhere = hand_made().organisations.with_columns(longitude=None, latitude=None)
    text = str(scale_profile(hand_made().with_table("organisations", nowhere)))
    assert "no tie placed" in text
    assert "nan" not in text
