"""Lists of exhibitors, as fairs publish them."""

import polars as pl
import pytest

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.linkages.temporary_clusters import temporary_clusters
from buzzline.tables.connectors import read_exhibitors
from buzzline.tables.reading import CONNECTORS


def test_published_numbers_of_two_fairs(shared_data):
    """1,579 and 1,252 rows; 27 organisations are at both (exact name in small letters)."""
    study = read_exhibitors(shared_data / "trade_fairs")
    lists = [
        pl.read_parquet(shared_data / "trade_fairs" / name)
        for name in ("vivatech2024.parquet", "ces2025_ai.parquet")
    ]
    names = [set(part["name"].str.to_lowercase().str.strip_chars()) for part in lists]
    assert len(names[0] & names[1]) == 27
    n_at = study.attendance.group_by("org_id").agg(pl.col("gathering_id").n_unique())
    assert int((n_at["gathering_id"] == 2).sum()) == 27
    counts = dict(study.attendance["gathering_id"].value_counts().iter_rows())
    slugs = ["vivatech-2024", "ces-2025-(ai-category)"]
    assert [counts[slug] for slug in slugs] == pytest.approx([len(n) for n in names], abs=1)
    assert study.gatherings["edition"].sort().to_list() == ["2024", "2025"]


def test_without_ties_who_came_is_told_and_nothing_else(shared_data):
    study = read_exhibitors(shared_data / "trade_fairs")
    found = temporary_clusters(study, home="country", rng=1)
    assert found.attendance["n_elsewhere"].to_list() == [27, 27]
    assert not found.model.height
    assert "no date" in str(found)
    assert "what came of it is not" in str(found)
    values = dict(found.attendance.select("name", "value").iter_rows())
    ces = pl.read_parquet(shared_data / "trade_fairs" / "ces2025_ai.parquet")
    home = ces.unique(pl.col("name"))["iso2"].drop_nulls().value_counts()["count"]
    n = home.sum()
    by_hand = 1 - (home * (home - 1)).sum() / (n * (n - 1))
    assert values["CES 2025 (AI category)"] == pytest.approx(by_hand, abs=0.002)


def test_by_hand_dates_cancelled_and_roles(tmp_path):
    (tmp_path / "spring.csv").write_text(
        "Exhibitor,City,Country,lat,lon,Categories\n"
        'Rossi & C,Prato,Italy,43.9,11.1,"wool, yarn"\n'
        " rossi  & c ,Prato,IT,43.9,11.1,wool\n"
        "Bianchi,Biella,IT,45.6,8.1,\n"
        ",Biella,IT,45.6,8.1,\n",
        encoding="utf-8",
    )
    (tmp_path / "autumn.csv").write_text("name\nBianchi\nRossi & C\nVerdi\n", encoding="utf-8")
    (tmp_path / "gatherings.csv").write_text(
        "name,start,end,cancelled\nspring,2020-03-02,2020-03-05,yes\nwinter,2020-01-01,,\n",
        encoding="utf-8",
    )
    study = read_exhibitors(tmp_path)
    fairs = {row["gathering_id"]: row for row in study.gatherings.to_dicts()}
    assert fairs["spring"]["cancelled"] is True
    assert str(fairs["spring"]["start"]) == "2020-03-02"
    assert fairs["autumn"]["start"] is None
    assert study.attendance.height == 5
    assert study.organisations["org_id"].sort().to_list() == ["bianchi", "rossi-&-c", "verdi"]
    assert study.organisations.filter(pl.col("org_id") == "rossi-&-c")["country"][0] == "IT"
    assert study.activities["industry"].to_list() == ["wool", "yarn"]
    rules = {finding.rule for finding in study.about.quality.findings}
    assert {"no name", "no date", "no list of exhibitors", "listed twice"} <= rules
    counted = {c.table: c for c in study.about.quality.tables}
    assert counted["attendance"].set_aside == 1


def test_what_is_no_list_is_refused(tmp_path):
    with pytest.raises(MissingFile):
        read_exhibitors(tmp_path)
    (tmp_path / "gatherings.csv").write_text("name,start\nx,2020-01-01\n", encoding="utf-8")
    with pytest.raises(MissingFile, match="only `gatherings`"):
        read_exhibitors(tmp_path)
    (tmp_path / "list.csv").write_text("stand,hall\n1,2\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match="no column for the name"):
        read_exhibitors(tmp_path)


def test_the_command_line_knows_the_source():
    assert CONNECTORS["exhibitors"] is read_exhibitors
