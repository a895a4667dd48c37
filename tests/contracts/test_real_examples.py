"""The scripts of the gallery run on the real data they are about, with few draws."""

from __future__ import annotations

import importlib.util
import shutil
from types import ModuleType

import polars as pl
import pytest
from tests.source import ROOT


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "examples" / name / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def patterns(shared_data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("patterns")
    for source in (
        "cbp_cbsa/cbp_cbsa_naics_2018.parquet",
        "cbp_cbsa/cbp_cbsa_naics_2019.parquet",
        "uscmp_crosswalk/naics_2012_2017_to_cluster_subcluster.csv",
        "delineation/brookings_cbsa_18.csv",
        "delineation/brookings_naics.csv",
    ):
        shutil.copy(shared_data / source, folder)
    return folder


def test_published_places_what_the_gallery_says_of_ten_metros(patterns):
    made = script("us_metros")
    study = made.read_cbp(patterns)
    strong = made.strong_clusters(study, draws=19, rng=1)
    first = made.strongest_of(strong.table(), made.TEN).group_by("name", maintain_order=True)
    found = {name: rows["cluster"][0] for (name,), rows in first}
    of = {
        metro: next(c for name, c in found.items() if name.startswith(metro))
        for metro in made.TEN
    }
    assert of["Detroit-"] == "Automotive"
    assert of["Houston-"] == "Oil and Gas Production and Transportation"
    assert of["Los Angeles-"] == "Video Production and Distribution"
    assert of["Wichita, KS"] == "Aerospace Vehicles and Defense"
    assert of["Elkhart-"] == "Trailers, Motor Homes, and Appliances"


def test_published_places_what_the_gallery_says_of_buyers_and_bought(shared_data, tmp_path):
    made = script("acquisitions")
    folder = shared_data / "crunchbase2015_acquisitions"
    said = made.main(folder, draws=99, pictures=tmp_path)
    assert "the largest San Jose, US for Semiconductors" in said["hot_spots"]
    assert "Most of all Semiconductors" in said["m_function"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "acquisitions_kdensity.svg",
        "acquisitions_m_function.svg",
        "acquisitions_ripley.svg",
    }


def test_planted_truth_what_the_gallery_says_of_three_parks(tmp_path):
    made = script("three_parks")
    asked = ("delineation", "membership", "declared_clusters", "colocated_clusters")
    settings = made.SETTINGS.model_copy(update={"measures": asked})
    city, road = made.walked(tmp_path / "out", settings)
    said = made.told(city, road)
    assert "2 multiple clusters; 1 one cluster, several sites." in said["delineation"]
    assert "8 separate, 4 not separate, 0 not testable" in said["separation"]
    assert "none: 1 of 4 = 25% [1%, 81%]" in said["declared_clusters"]
    assert "1 not testable" in said["colocated_clusters"]
    found = made.confusion(city, road).filter(pl.col("role") != "none")
    of_role = found.group_by("role").agg(
        n=pl.col("n").sum(), right=pl.col("n").filter(pl.col("role") == pl.col("member_type"))
    ).explode("right")  # fmt: skip
    assert of_role.height == 3
    assert (of_role["right"] >= 0.93 * of_role["n"]).all()
    made.draw(road, tmp_path)
    assert len(list(tmp_path.glob("three_parks_*.svg"))) == 7


def test_published_places_what_the_gallery_says_of_suppliers_over_time(shared_data, tmp_path):
    made = script("suppliers")
    seen = made.sightings(shared_data / "apple_suppliers")
    assert (seen.height, seen["supplier"].n_unique(), seen["plant"].n_unique()) == (
        5493,
        392,
        1576,
    )
    by_year = dict(each.split(": ") for each in made.renamed(seen).split("; "))
    assert by_year["2012"] == "39%"
    assert all(int(share[:-1]) <= 13 for year, share in by_year.items() if year != "2012")
    history = made.followed(made.study_of(seen), draws=19)
    sizes = history.years.filter(year=2018).sort("n_members", descending=True)
    assert set(sizes["label"][:4]) == {
        "Shenzhen, CN", "Dongguan, CN", "Shanghai, CN", "Kunshan, CN",
    }  # fmt: skip
    assert history.states["status"].str.starts_with("not testable").all()


def test_published_ties_what_the_gallery_says_of_a_declared_cluster(shared_data, tmp_path):
    made = script("grenoble")
    sources = "cordis_semiconductor_ev", "horizon_europe_hopon"
    said = made.main(
        shared_data / "cluster_members_minalogic", *(shared_data / name for name in sources),
        draws=199, pictures=tmp_path,
    )  # fmt: skip
    for source, n, n_ties, n_within, reason in (
        (sources[0], 14, "1,459", 18, "only 14 members"),
        (sources[1], 34, "2,327", 51, "less than half"),
    ):
        assert said[f"{source}: in the projects"].startswith(
            f"{n} of 430 members take part; of their {n_ties} ties {n_within} are"
        )
        assert "none: not testable" in said[f"{source}: declared"]
        assert reason in said[f"{source}: reason"]
    assert {path.name for path in tmp_path.iterdir()} == {
        f"grenoble_{source}.svg" for source in sources
    }


def test_published_places_what_the_gallery_says_of_chips_and_biotechnology(
    shared_data, tmp_path
):
    made = script("chips_and_biotech")
    said = made.main(
        shared_data / "crunchbase2015_acquisitions",
        shared_data / "cordis_semiconductor_ev",
        shared_data / "horizon_europe_hopon",
        draws=199,
        pictures=tmp_path,
    )
    assert (
        "San Jose (SF Bay Area), US (Semiconductors, 136 members"
        in said["acquisitions: candidates"]
    )
    assert "Of 6 pairs of neighbouring clusters" in said["acquisitions: valleys"]
    assert "several clusters or" in said["acquisitions: verdict"]
    assert "labour markets are not testable" in said["acquisitions: verdict"]
    assert said["chip projects: candidates"].startswith("No candidate cluster stands out")
    assert {path.name for path in tmp_path.iterdir()} == {"acquisitions_valleys.svg"}


def test_published_ties_what_the_gallery_says_of_ten_clusters(shared_data, tmp_path):
    made = script("ten_clusters")
    said = made.main(
        shared_data / "crunchbase2015_acquisitions", shared_data / "cordis_semiconductor_ev",
        draws=199, pictures=tmp_path,
    )  # fmt: skip
    chips = said["acquisitions: San Jose (SF Bay Area), US (Semiconductors)"]
    assert "short of regional ties" in chips
    assert "rich in global ties" in chips
    assert "rich in local ties" in said["acquisitions: Los Angeles, US (Games)"]
    of_projects = [
        text for name, text in said.items() if name.startswith("projects: ") and "," in name
    ]
    assert len(of_projects) == 10
    assert not [text for text in of_projects if "short of" in text or "rich in" in text]
    assert "survey by roster" in said["projects: open"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "ten_clusters_acquisitions.svg",
        "ten_clusters_projects.svg",
    }


def test_published_ties_what_the_gallery_says_of_cluster_networks(shared_data, tmp_path):
    made = script("cluster_networks")
    said = made.main(
        shared_data / "crunchbase2015_acquisitions",
        shared_data / "crunchbase2015_unicorn_investments",
        draws=99,
        pictures=tmp_path,
    )
    assert said["clusters"].startswith("43 candidate clusters in 10 industries")
    assert "0.93 times" in said["odds"]
    assert "1,214 deals of 747 groups" in said["odds"]
    assert "No difference is shown" in said["odds"]
    assert "1.34 times" in said["odds_everywhere"]
    assert "within industry, country and year, 1.19 times" in said["odds_everywhere"]
    assert said["odds: Biotechnology"].startswith("1.21")
    assert "736 of 10,444 deals" in said["pairs"]
    assert "42% [41%, 44%] are horizontal, with an industry in common; 1" in said["direction"]
    assert "digits do not apply" in said["direction"]
    assert "The foremost 9" in said["hotspots"]
    assert "no small world beyond" in said["network"]
    assert "where it is forgotten that an organisation" in said["investors"]
    assert {path.name for path in tmp_path.iterdir()} == {
        "cluster_networks_odds.svg",
        "cluster_networks_chord.svg",
    }


def test_published_places_what_the_gallery_says_of_investment_and_income(shared_data, tmp_path):
    made = script("investment_and_income")
    said = made.main(
        *(shared_data / name for name in
          ("crunchbase2015_acquisitions", "delineation", "metro_covariates")),
        draws=19, pictures=tmp_path,
    )  # fmt: skip
    assert "A cross-section alone says 3.2 [1.7, 4.7]" in said["slide"]
    assert said["slide, among regions with like skills"] == "1.14 [-0.22, 2.50]"
    assert "it cannot be told whether median earnings goes with deals" in said["panel"]
    for line in (
        "1 cross-section, outward: 2.662 [1.350, 3.973] (134 regions",
        "3 region effects, outward: -0.045 [-0.339, 0.249]",
        "4 region and year effects, outward: 0.033 [-0.333, 0.398] (134 regions, 7 years)",
        "no bounded interval: the instrument is too weak",
    ):
        assert line in said["ladder"]
    assert (
        "2,929 country of an end not known; 2,531 place of an end not known" in said["left out"]
    )
    assert {path.name for path in tmp_path.iterdir()} == {
        "investment_and_income.svg",
        "investment_and_income.quantiles.svg",
        "investment_and_income.scatter.svg",
        "investment_and_income_slide.svg",
    }


def test_planted_truth_what_the_gallery_says_of_what_would_help(tmp_path):
    made = script("what_would_help")
    found = made.compared(made.region(), runs=30, years=(0, 3, 4), policies=made.POLICIES[:4])
    income = {row["policy"]: row for row in found.effects.filter(outcome="income").to_dicts()}
    assert income["laissez_faire"]["finding"] == "exactly none"
    assert income["P4@Vurbaullville"]["low"] > 0
    assert income["P5@Vurbaullville"]["finding"] == "none"
    assert "No effect on income that matters: " in str(found)
    made.chart(found).save(tmp_path / "what_would_help.svg")
