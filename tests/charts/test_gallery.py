"""All charts of a study, and their files."""

import polars as pl
from tests.results import balance, clustering, profile, study

from buzzline.agglomeration import industry_groups, relatedness
from buzzline.charts import gallery, save_charts
from buzzline.charts.drawing import charts_of, further_charts
from buzzline.tables.worlds import make_world


def test_by_hand_every_result_has_its_chart():
    found = gallery(
        study(), profile=profile("supply"), clustering=clustering(), balance=balance(7)
    )
    assert list(found) == [
        "quality", "scale_profile", "clusters", "clusters.candidates", "scale_balance",
        "balance_1_c0_supply", "balance_2_c1_supply", "balance_3_c2_supply",
        "balance_4_c3_supply", "balance_5_c4_supply",
    ]  # fmt: skip


def test_special_case_what_was_not_run_is_left_out():
    assert list(gallery(study())) == ["quality"]


def test_by_hand_a_result_may_have_several_pictures(tmp_path):
    region = make_world(organisations=300, clusters=2, industries=6, rng=1).study
    related = relatedness(region)
    names = ["relatedness", "relatedness.industry_space"]
    assert list(charts_of("relatedness", related)) == names
    charts = gallery(region, measures=[related, related])
    assert list(charts)[1:] == [*names, "relatedness_2", "relatedness_2.industry_space"]
    written = save_charts(tmp_path, {name: charts[name] for name in names})
    assert tmp_path / "relatedness.industry_space.svg" in written
    assert list(further_charts(industry_groups(region, draws=9, rng=1))) == ["definitions"]


def test_invariant_writing_twice_gives_the_same_bytes(tmp_path):
    charts = gallery(study(), profile=profile("supply"))
    first = save_charts(tmp_path / "a", charts)
    second = save_charts(tmp_path / "b", charts)
    assert [path.name for path in first] == [
        "quality.json", "quality.svg", "quality.png",
        "scale_profile.json", "scale_profile.svg", "scale_profile.png",
    ]  # fmt: skip
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_special_case_names_with_slashes_stay_in_the_folder(tmp_path):
    found = balance(1)
    frame = found.balance.with_columns(cluster_id=pl.lit("wine/prato & co"))
    names = list(gallery(study(), balance=_with(found, frame)))
    assert names[-1] == "balance_1_wine-prato-co_supply"


def _with(found, frame):
    return type(found)(frame, found.fits, found.untested, found.cutoffs, 0.95, 199)
