"""The command `survey`, and `survey read`."""

import openpyxl
import pytest

from buzzline.cli.demonstrating import write_world
from buzzline.tables.reading import read_study
from buzzline.tables.worlds import make_world
from buzzline.tables.writing import write_study


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = tmp_path_factory.mktemp("survey") / "region"
    write_study(make_world(organisations=300, clusters=2, rng=1).study, folder)
    return folder


def test_there_and_back(buzzline, region, tmp_path):
    out = tmp_path / "survey"
    words = ["--cluster", "D0", "--clusters", "declared", "--out", out, "--year", "2025"]
    done = buzzline("survey", region, *words, "--languages", "en", "de")
    assert done.code == 0, done.err
    assert "minutes each" in done.out
    assert sorted(path.name for path in out.iterdir()) == [
        "answers.de.xlsx", "answers.en.xlsx", "questionnaire.de.html", "questionnaire.en.html",
        "survey.json",
    ]  # fmt: skip
    book = openpyxl.load_workbook(out / "answers.de.xlsx")
    listed = [cell.value for cell in book["respondents"]["A"][2:]]
    book["respondents"]["B3"] = "yes"
    book["advice"]["A3"], book["advice"]["B3"] = listed[0], listed[1]
    book["advice"]["A4"], book["advice"]["B4"] = listed[0], "Nobody & Co"
    book.save(out / "answers.de.xlsx")
    done = buzzline("survey", "read", out, region)
    assert done.code == 0, done.err
    flat = " ".join(done.out.split())
    assert "answers.de.xlsx, advice, row 4" in flat
    assert "not a member that was asked" in flat
    assert "no roles of brokers" in flat
    study = read_study(out / "study")
    assert study.linkages.filter(study.linkages["layer"] == "advice").height == 1
    assert (out / "study" / "mistakes" / "mistakes.csv").is_file()
    assert buzzline("survey", "read", out, region, "--strict").code == 1


def test_wrong_words_are_answered(buzzline, region, tmp_path):
    words = [region, "--clusters", "declared", "--out", tmp_path / "s"]
    unknown = buzzline("survey", *words, "--cluster", "silk")
    assert unknown.code == 1
    assert "there is no cluster 'silk'" in " ".join(unknown.err.split())
    spoken = buzzline("survey", *words, "--cluster", "D0", "--languages", "la")
    assert spoken.code == 1
    assert "there are no texts in 'la'" in " ".join(spoken.err.split())
    assert buzzline("survey", "read", tmp_path, region).code == 1


def test_a_study_without_a_survey_is_told_what_is_missing(buzzline, tmp_path):
    folder = write_world(tmp_path / "region", make_world(organisations=50, clusters=0, rng=1))
    done = buzzline("survey", folder, "--cluster", "x", "--clusters", "declared")
    assert done.code == 1
