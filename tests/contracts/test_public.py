"""Nothing that leaves in public names anybody who may not be named."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import polars as pl
import pytest
from tests.contracts.test_analyses import NAMES, result, study

from buzzline import candidate_clusters, gatekeepers
from buzzline.export.measures import measure_frames
from buzzline.export.publishing import ABOUT, MENTIONED, publisher
from buzzline.export.sentences import TOO_FEW
from buzzline.road import run_road
from buzzline.tables.privacy import PublicRule, may_be_named, pseudonymous
from buzzline.tables.study_file import RunSettings
from buzzline.tables.worlds import make_world, plant_advice

ASKED = ("membership", "hot_spots", "cluster_flows", "gatekeepers")


@pytest.mark.parametrize("name", NAMES)
def test_every_column_of_organisations_is_known_to_be_one(name: str):
    """A column that holds identifiers must say whom a row is about, so that rows can go."""
    ids = study().organisations["org_id"].implode()
    for table, frame in measure_frames([result(name)]).items():
        for column in frame.select(pl.col(pl.String)).iter_columns():
            known = column.drop_nulls()
            is_ids = known.len() > 0 and bool(known.is_in(ids).all())
            assert not is_ids or column.name in ABOUT | MENTIONED, f"{table}.{column.name}"
        for column in frame.select(pl.col(pl.List(pl.String))).iter_columns():
            known = column.explode().drop_nulls()
            assert not known.is_in(ids).any(), f"{table}.{column.name}: lists are not cut"


@pytest.mark.parametrize("name", NAMES)
def test_every_number_of_every_sentence_is_that_of_the_whole(name: str):
    """What is cut from frames must not be counted again."""
    whole = result(name)
    shown = publisher(study(), None, PublicRule()).record(whole, name)
    assert type(shown).__mro__[1] is type(whole)
    if TOO_FEW not in str(shown):
        assert re.findall(r"\d+", str(shown)) == re.findall(r"\d+", str(whole))
    for sentence in str(shown).split(TOO_FEW):
        assert sentence.strip() in str(whole)


def test_a_public_run_names_nobody_withheld(tmp_path: Path):
    whole = make_world(organisations=500, clusters=3, rng=3).study
    marked = whole.organisations.with_columns(
        org_id=pl.col("org_id").replace(_marks(whole, "Qx")), owner_id=pl.lit(None, pl.String),
        name=pl.col("org_id").replace(_marks(whole, "Zz")),
    )  # fmt: skip
    ends = {
        end: whole.linkages[end].replace(_marks(whole, "Qx")) for end in ("source", "target")
    }
    marked_study = type(whole).of(
        about=whole.about, organisations=marked, linkages=whole.linkages.with_columns(**ends)
    )
    named = may_be_named(marked_study, PublicRule())
    hidden = marked_study.organisations.filter(~pl.Series(named))
    withheld = set(hidden["name"]) | set(hidden["org_id"])
    settings = RunSettings(public=True, draws=49, seed=1, measures=ASKED)
    road = run_road(marked_study, tmp_path / "out", settings=settings)
    assert named.any()
    sites = set(hidden.select("longitude", "latitude").drop_nulls().rows())
    for path in (tmp_path / "out" / "tables").glob("*.parquet"):
        frame = pl.read_parquet(path)
        if {"longitude", "latitude"} <= set(frame.columns):
            assert not set(frame.select("longitude", "latitude").rows()) & sites, path.name
    assert not (tmp_path / "out" / ".parts").exists()
    for path in (tmp_path / "out").rglob("*"):
        if path.is_file():
            found = set(re.findall(r"(?:Qx|Zz)-O\d+-[QZ]", _text(path)))
            assert not found & withheld, path.name
            assert "withheld-" not in _text(path), path.name
    assert "Public edition" in road.report.read_text("utf-8")


def _marks(whole: object, word: str) -> dict[str, str]:
    return {name: f"{word}-{name}-{word[0]}" for name in whole.organisations["org_id"]}


def _text(path: Path) -> str:
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "".join(
                book.read(name).decode("utf-8", "ignore") for name in book.namelist()
            )
    return path.read_bytes().decode("utf-8", "ignore")


def test_a_public_run_of_a_study_in_which_nobody_may_be_named(tmp_path: Path):
    world = make_world(organisations=400, clusters=2, rng=2)
    study_, _ = plant_advice(world.study, world.truth.cluster, rng=1)
    small = study_.organisations.with_columns(kind=pl.lit("sme"), jobs=pl.lit(5.0))
    settings = RunSettings(public=True, draws=49, seed=1, measures=ASKED)
    road = run_road(study_.with_table("organisations", small), tmp_path, settings=settings)
    assert "Not shown in public" in road.not_measured["hot_spots"]
    assert "withheld-" not in road.report.read_text("utf-8")


def test_numbers_are_those_of_a_run_with_names(tmp_path: Path):
    world = make_world(organisations=400, clusters=2, rng=2)
    study_, _ = plant_advice(world.study, world.truth.cluster, n_gatekeepers=4, rng=1)
    hidden = pseudonymous(study_, PublicRule(), rng=1)
    ends = hidden.linkages.filter(pl.col("layer") == "advice")
    assert (ends["observed_by"] == ends["target"]).all()
    found = candidate_clusters(study_, draws=49, rng=1)
    again = candidate_clusters(hidden, draws=49, rng=1)
    first = gatekeepers(study_, found, draws=49, rng=1).clusters
    second = gatekeepers(hidden, again, draws=49, rng=1).clusters
    assert first.equals(second)
