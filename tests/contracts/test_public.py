"""Nothing that leaves in public names anybody who may not be named."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import polars as pl
import pytest
from tests.contracts.test_analyses import NAMES, result, study

from buzzline.export.measures import measure_frames
from buzzline.export.publishing import ABOUT, MENTIONED
from buzzline.road import run_road
from buzzline.tables.privacy import PublicRule, may_be_named
from buzzline.tables.study_file import RunSettings
from buzzline.tables.worlds import make_world


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
    settings = RunSettings(public=True, draws=49, seed=1, measures=("membership",))
    road = run_road(marked_study, tmp_path / "out", settings=settings)
    assert named.any()
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
