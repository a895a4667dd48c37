"""The survey: a questionnaire that fits into a quarter of an hour, and its answers read."""

import json
from html.parser import HTMLParser

import openpyxl
import polars as pl
import pytest
from tests.clusters.planted import clustering_of
from tests.linkages.planted_patterns import as_clustering

from buzzline.errors import InvalidArgument, MissingFile, TooFew, UnreadableFile
from buzzline.linkages.gatekeepers import gatekeepers
from buzzline.survey import (
    Questionnaire,
    SurveyAnswers,
    languages,
    questionnaire,
    read_survey,
    write_survey,
)
from buzzline.survey.wording import texts_table, words_of
from buzzline.tables.study import Study
from buzzline.tables.worlds import make_world, plant_advice

YEAR = 2025


@pytest.fixture(scope="module")
def world():
    return make_world(organisations=300, clusters=2, rng=1)


@pytest.fixture(scope="module")
def clustering(world):
    return as_clustering(world)


@pytest.fixture
def asked(world, clustering):
    cluster = clustering.clusters["cluster_id"][0]
    return questionnaire(
        world.study, clustering, cluster=cluster, year=YEAR, practices=["ISO 9001", "Lean"]
    )


def members(n, practices=()):
    """A questionnaire of n members in a study of their own."""
    ids = [f"o{k:04d}" for k in range(n)]
    study = Study.of(
        organisations=pl.DataFrame({"org_id": ids, "name": [f"Works {k}" for k in range(n)]}),
        declared_clusters=pl.DataFrame({"cluster_id": ["c"], "name": ["Valley"]}),
    )

    held = clustering_of(
        pl.DataFrame({"cluster_id": ["c"], "label": ["Valley"]}),
        pl.DataFrame({"cluster_id": ["c"] * n, "org_id": ids}),
    )
    return study, held, practices


def planned(n, **choices):
    study, held, _ = members(n)
    return questionnaire(study, held, cluster="c", year=YEAR, **choices)


def fill(path, sheet, rows):
    """Write rows below the two head rows of a sheet, by the names in row 1."""
    book = openpyxl.load_workbook(path)
    target = book[sheet]
    place = {cell.value: cell.column for cell in target[1]}
    for number, row in enumerate(rows, 3):
        for column, value in row.items():
            target.cell(number, place[column], value)
    book.save(path)


def said(answers):
    """Return (sheet, row, what) of every mistake."""
    return [tuple(row) for row in answers.mistakes.select("sheet", "row", "what").iter_rows()]


# ── the questionnaire ─────────────────────────────────────────────────────────────────────


def test_by_hand_how_long_it_takes():
    # 45 opening, 3 numbers 75, 19 lines 47.5, 8 ticks 64, trust 64, 8 names 160, 3 practices 30
    asked = planned(20, practices=["a", "b", "c"])
    assert asked.minutes * 60 == pytest.approx(45 + 75 + 47.5 + 64 + 64 + 160 + 30)
    assert not asked.cut


@pytest.mark.parametrize("n", [4, 30, 80, 150, 250, 320, 2_000])
def test_invariant_never_longer_than_a_quarter_of_an_hour(n):
    asked = planned(n, practices=[f"practice {k}" for k in range(20)])
    assert asked.minutes <= 15
    assert isinstance(asked, Questionnaire)
    assert f"{n:,} members" in str(asked)
    if not asked.has_roster:
        assert "come out too low" in str(asked)


def test_special_case_what_is_cut_comes_in_its_order():
    whole = planned(200, practices=["a", "b", "c", "d"], longest=60)
    assert not whole.cut
    seen = []
    for longest in (16, 15.6, 15, 13.5, 12.9, 12.4):
        asked = planned(200, practices=["a", "b", "c", "d"], longest=longest)
        seen.append((
            len(asked.practices), asked.most_external, len(asked.background),
            asked.most_trusted, asked.has_roster,
        ))  # fmt: skip
    assert seen == sorted(seen, reverse=True)
    assert seen[-1][-1]
    bare = planned(200, practices=list("abcd"), longest=11)
    assert (bare.has_roster, bare.most_external, len(bare.practices)) == (False, 8, 4)


def test_too_short_and_too_few_are_refused():
    with pytest.raises(TooFew, match="more than 3"):
        planned(50, longest=3)
    with pytest.raises(TooFew, match="worth asking from 4"):
        planned(3)
    study, held, _ = members(5)
    with pytest.raises(InvalidArgument, match="there is no cluster 'x'; clusters are 'c'"):
        questionnaire(study, held, cluster="x", year=YEAR)


def test_practices_are_those_of_the_study(world, clustering):
    items = pl.DataFrame(
        {"item_id": ["1", "2", "3"], "kind": "practice", "classes": ["Lean", "Lean|ISO", "ISO"]}
    )
    study = world.study.with_table("knowledge_items", items)
    cluster = clustering.clusters["cluster_id"][0]
    asked = questionnaire(study, clustering, cluster=cluster, year=YEAR)
    assert asked.practices == ("ISO", "Lean")


# ── the files ─────────────────────────────────────────────────────────────────────────────


class Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.language, self.words, self.links = "", [], []

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        self.language = named.get("lang", self.language)
        self.links += [named[name] for name in ("src", "href") if name in named]
        if tag == "script":
            self.links.append(tag)

    def handle_data(self, data):
        self.words.append(data)


@pytest.mark.parametrize("language", languages())
def test_every_page_is_in_its_language_and_asks_nobody(asked, tmp_path, language):
    write_survey(asked, tmp_path, languages=[language])
    page = Page()
    page.feed((tmp_path / f"questionnaire.{language}.html").read_text(encoding="utf-8"))
    text = " ".join(page.words)
    assert page.language == language
    assert not page.links
    assert words_of(language)["thanks"] in text
    assert all(name in text for name in asked.members["name"])


def test_every_text_is_there_in_every_language():
    table = texts_table()
    assert languages() == ("en", "de", "es", "fr")
    assert not any(table[name].null_count() for name in table.columns)
    assert table["key"].is_unique().all()
    for key, *texts in table.iter_rows():
        places = [{p for p in ("{minutes}", "{most}") if p in text} for text in texts]
        assert all(place == places[0] for place in places), key


def test_a_language_is_added_by_a_table(asked, tmp_path):
    mine = texts_table().select("key", it=pl.col("en").str.replace("Thank you.", "Grazie."))
    mine.write_csv(tmp_path / "texts.csv")
    out = tmp_path / "out"
    write_survey(asked, out, languages=["it"], texts=tmp_path / "texts.csv")
    assert "Grazie." in (out / "questionnaire.it.html").read_text(encoding="utf-8")
    mine.head(3).write_csv(tmp_path / "few.csv")
    with pytest.raises(InvalidArgument, match="texts are missing"):
        write_survey(asked, out, languages=["it"], texts=tmp_path / "few.csv")
    lost = mine.with_columns(it=pl.col("it").str.replace("{minutes}", "ten", literal=True))
    lost.write_csv(tmp_path / "lost.csv")
    with pytest.raises(InvalidArgument, match="with {minutes} in it"):
        write_survey(asked, tmp_path / "o", languages=["it"], texts=tmp_path / "lost.csv")
    with pytest.raises(MissingFile):
        texts_table(tmp_path / "none.csv")


def test_names_that_could_be_code_are_text(tmp_path):
    study, held, _ = members(4)
    named = study.organisations.with_columns(
        name=pl.Series(["<script>x</script>", "=1+1", "Works & Co", "Works & Co"])
    )
    asked = questionnaire(
        study.with_table("organisations", named), held, cluster="c", year=YEAR
    )
    write_survey(asked, tmp_path)
    page = Page()
    page.feed((tmp_path / "questionnaire.en.html").read_text(encoding="utf-8"))
    assert not page.links
    assert "Works & Co (o0002)" in " ".join(page.words)
    cells = openpyxl.load_workbook(tmp_path / "answers.en.xlsx")["respondents"]["A"]
    assert "=1+1 [o0001]" in [cell.value for cell in cells]
    assert all(cell.data_type != "f" for cell in cells)


def test_answers_are_never_written_over(asked, tmp_path):
    write_survey(asked, tmp_path)
    with pytest.raises(InvalidArgument, match="may hold answers"):
        write_survey(asked, tmp_path)


# ── planted truth: there and back ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("n_gatekeepers", [1, 4])
def test_planted_truth_there_and_back(world, clustering, tmp_path, n_gatekeepers):
    """World to questionnaire, filled by planted truth, to study: the same gatekeepers."""
    planted, truth = plant_advice(
        world.study, world.truth.cluster, n_gatekeepers=n_gatekeepers, response_rate=0.9, rng=3
    )
    cluster = clustering.clusters["cluster_id"][0]
    asked = questionnaire(world.study, clustering, cluster=cluster, year=YEAR)
    write_survey(asked, tmp_path, languages=["de"])
    inside = set(asked.members["org_id"])
    own = truth.members.filter(pl.col("org_id").is_in(list(inside)))
    told = planted.linkages.filter(
        (pl.col("layer") == "advice") & pl.col("target").is_in(list(inside))
    )
    listed = {org: f"{name} [{org}]" for org, name in asked.members.iter_rows()}
    book = tmp_path / "answers.de.xlsx"
    answered = dict(own.select("org_id", "answered").iter_rows())
    fill(book, "respondents", [
        {"respondent": listed[org], "answered": "yes" if answered[org] else None}
        for org in asked.members["org_id"]
    ])  # fmt: skip
    ends = list(told.select("source", "target").iter_rows())
    fill(book, "advice", [
        {"respondent": listed[t], "adviser": listed[s], "how_often": 2, "trust": 7}
        for s, t in ends if s in inside
    ])  # fmt: skip
    fill(book, "external", [
        {"respondent": listed[t], "name": s} for s, t in ends if s not in inside
    ])  # fmt: skip
    answers = read_survey(tmp_path, world.study)
    assert isinstance(answers, SurveyAnswers)
    assert not answers.mistakes.height
    assert answers.n_advice + answers.n_external == len(ends)
    assert answers.n_trust == answers.n_advice
    assert answers.response_rate.value == pytest.approx(own["answered"].mean())
    got = answers.study.linkages.filter(pl.col("layer") == "advice")
    assert sorted(got.select("source", "target").iter_rows()) == sorted(ends)
    assert (got["observed_by"] == got["target"]).all()
    only = clustering_with(clustering, cluster)
    before = planted.with_table("linkages", planted.linkages.filter(
        (pl.col("layer") != "advice") | pl.col("target").is_in(list(inside))))  # fmt: skip
    one, two = (gatekeepers(s, only, draws=99, rng=1) for s in (before, answers.study))
    keyed = ["org_id", "role", "n_in", "n_out", "n_outside"]
    assert (
        one.members.sort("org_id")
        .select(keyed)
        .equals(two.members.sort("org_id").select(keyed))
    )
    found = set(two.members.filter(pl.col("role").str.contains("gatekeeper"))["org_id"])
    planted_in = set(own.filter(pl.col("is_gatekeeper") & pl.col("answered"))["org_id"])
    assert planted_in <= found


def clustering_with(clustering, cluster):

    keep = pl.col("cluster_id") == cluster
    return clustering_of(clustering.clusters.filter(keep), clustering.members.filter(keep))


# ── answers ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def small(tmp_path):
    study, held, _ = members(5)
    asked = questionnaire(study, held, cluster="c", year=YEAR, practices=["Lean"])
    write_survey(asked, tmp_path)
    return study, tmp_path, tmp_path / "answers.en.xlsx"


def test_by_hand_answers_become_rows(small):
    study, folder, book = small
    fill(book, "respondents", [
        {"answered": "yes", "degrees_percent": 40, "experience_years": "12,5"}, {"answered": "YES"},
    ])  # fmt: skip
    fill(book, "advice", [
        {"respondent": "Works 0", "adviser": "o0001", "how_often": 3, "trust": 8},
    ])  # fmt: skip
    fill(book, "external", [
        {"respondent": "Works 0", "name": "Institut X", "kind": "laboratory", "country": "FR"},
        {"respondent": "Works 1", "name": " institut x", "country": "fr"},
    ])  # fmt: skip
    fill(book, "practices", [{"respondent": "Works 1", "practice": "lean", "year": 2019}])
    answers = read_survey(folder, study)
    assert not answers.mistakes.height
    ties = answers.study.linkages.select("source", "target", "layer", "weight", "trust").rows()
    assert ties == [
        ("o0001", "o0000", "advice", 3.0, None),
        ("survey-1", "o0000", "advice", None, None),
        ("survey-1", "o0001", "advice", None, None),
        ("o0000", "o0001", "social", None, 0.8),
    ]
    new = answers.study.organisations.filter(pl.col("org_id") == "survey-1").to_dicts()[0]
    assert (new["name"], new["kind"], new["country"]) == ("Institut X", "laboratory", "FR")
    told = {
        (u, i): v
        for u, i, v in answers.study.outcomes.select("unit_id", "indicator", "value").rows()
    }
    assert told["o0000", "skills"] == 0.4
    assert told["o0000", "experience"] == 12.5
    assert [told[f"o000{k}", "answered"] for k in range(5)] == [1, 1, 0, 0, 0]
    item = answers.study.knowledge_items.to_dicts()[0]
    assert (item["classes"], item["date"].year) == ("Lean", 2019)
    assert answers.response_rate.value == 0.4
    assert "no roles of brokers can be told; 2 more answers" in str(answers)


def test_every_mistake_is_named_by_sheet_and_row(small):
    study, folder, book = small
    fill(book, "respondents", [{"answered": "maybe"}, {"answered": "yes", "rd_percent": 300}])
    fill(book, "advice", [
        {"respondent": "Works 1", "adviser": "Works 9"},
        {"respondent": "Works 1", "adviser": "Works 1"},
        {"respondent": "Works 1", "adviser": "Works 2", "how_often": 5, "trust": "much"},
        {"respondent": "Works 1", "adviser": "Works 2"},
        {"adviser": "Works 2"},
        {"respondent": "Works 3", "adviser": "Works 2"},
    ])  # fmt: skip
    fill(book, "external", [
        {"respondent": "Works 1", "name": "Works 4"},
        {"respondent": "Works 1", "country": "FR"},
        {"respondent": "Works 1", "name": "Lab", "kind": "spaceship"},
    ])  # fmt: skip
    fill(book, "practices", [
        {"respondent": "Works 1", "practice": "Six sigma"},
        {"respondent": "Works 1", "practice": "Lean", "year": 20},
        {"respondent": "Works 1", "practice": "Lean"},
    ])  # fmt: skip
    answers = read_survey(folder, study)
    assert said(answers) == [
        ("respondents", 3, "neither yes nor no"),
        ("respondents", 4, "not a number in range"),
        ("advice", 3, "not a member that was asked"),
        ("advice", 4, "advises itself"),
        ("advice", 5, "not a number in range"),
        ("advice", 5, "not a number in range"),
        ("advice", 6, "named twice by the same organisation"),
        ("advice", 7, "empty"),
        ("external", 3, "a member of the cluster"),
        ("external", 4, "empty"),
        ("external", 5, "not a kind of organisation"),
        ("practices", 3, "not a practice that was asked"),
        ("practices", 4, "not a number in range"),
        ("practices", 5, "answered twice"),
        ("advice", 8, "has answers but is not marked as answered"),
    ]
    assert (answers.n_advice, answers.n_external, answers.n_practices) == (2, 1, 1)
    assert answers.response_rate.value == 0.4
    assert "8 rows are left out" in str(answers)


def test_invariant_several_workbooks_are_one(small):
    study, folder, book = small
    copy = folder / "answers of the second interviewer.xlsx"
    copy.write_bytes(book.read_bytes())
    fill(book, "advice", [{"respondent": "Works 0", "adviser": "Works 1"}])
    fill(copy, "advice", [{"respondent": "Works 1", "adviser": "Works 0"}])
    fill(book, "respondents", [{"answered": "yes"}])
    fill(copy, "respondents", [{}, {"answered": "yes"}])
    answers = read_survey(folder, study)
    assert answers.n_advice == 2
    assert answers.response_rate.value == 0.4


def test_reading_twice_changes_nothing(small):
    study, folder, book = small
    fill(book, "respondents", [{"answered": "yes", "degrees_percent": 40}])
    fill(book, "advice", [{"respondent": "Works 0", "adviser": "Works 1", "trust": 5}])
    fill(book, "external", [{"respondent": "Works 0", "name": "Uni X", "country": "Italy"}])
    once = read_survey(folder, study).study
    again = read_survey(folder, once).study
    assert once.fingerprint == again.fingerprint


def test_by_hand_one_name_in_two_towns_is_two(small):
    study, folder, book = small
    fill(book, "external", [
        {"respondent": "Works 0", "name": "Uni X", "city": "Rome", "country": "Italy"},
        {"respondent": "Works 1", "name": "Uni X", "city": "Turin", "country": "IT"},
        {"respondent": "Works 2", "name": "Uni X", "city": "rome", "country": "ITA"},
    ])  # fmt: skip
    read = read_survey(folder, study)
    new = read.study.organisations.filter(pl.col("org_id").str.starts_with("survey"))
    assert new.select("city", "country").rows() == [("Rome", "IT"), ("Turin", "IT")]
    fill(book, "external", [
        {"respondent": "Works 0", "name": "Uni X", "city": "Naples", "country": "Italy"},
    ])  # fmt: skip
    assert read_survey(folder, read.study).study.organisations["city"].to_list().count("Naples")


def test_what_excel_makes_of_percentages_is_noted(small):
    study, folder, book = small
    fill(book, "respondents", [{"answered": "yes", "degrees_percent": 0.3, "rd_percent": 0}])
    read = read_survey(folder, study)
    assert said(read) == [("respondents", 3, "less than one per cent")]
    told = read.study.outcomes.filter(pl.col("unit_id") == "o0000")["indicator"].to_list()
    assert sorted(told) == ["answered", "rd_intensity"]


def test_background_without_a_mark_counts_and_is_noted(small):
    study, folder, book = small
    copy = folder / "answers again.xlsx"
    copy.write_bytes(book.read_bytes())
    fill(book, "respondents", [{"experience_years": 4}, {"answered": "no"}, {"answered": "no"}])
    fill(copy, "respondents", [{}, {"answered": "yes"}, {"answered": "no"}])
    read = read_survey(folder, study)
    assert read.response_rate.value == 0.4
    assert [what for _, _, what in said(read)] == [
        "has answers but is not marked as answered; taken as answered",
        "yes in one place and no in another; taken as yes",
    ]


@pytest.mark.parametrize("lost", ["sheet", "row"])
def test_a_sheet_or_its_words_gone_is_refused(small, lost):
    study, folder, path = small
    book = openpyxl.load_workbook(path)
    if lost == "sheet":
        del book["advice"]
    else:
        book["respondents"].delete_rows(2)
    book.save(path)
    with pytest.raises(
        UnreadableFile, match="advice is not there" if lost == "sheet" else "row 2"
    ):
        read_survey(folder, study)


def test_files_that_are_not_there_or_not_as_written(small, world):
    study, folder, book = small
    with pytest.raises(InvalidArgument, match="5 members of the questionnaire are not in"):
        read_survey(folder, world.study)
    sheet = openpyxl.load_workbook(book)
    sheet["advice"].delete_rows(1)
    sheet.save(book)
    with pytest.raises(UnreadableFile, match="sheet advice: row 1 must hold the names"):
        read_survey(folder, study)
    book.write_bytes(b"no workbook")
    with pytest.raises(UnreadableFile, match="cannot be opened"):
        read_survey(folder, study)
    book.unlink()
    with pytest.raises(MissingFile, match="begins with `answers`"):
        read_survey(folder, study)
    said = json.loads((folder / "survey.json").read_text(encoding="utf-8"))
    (folder / "survey.json").write_text(json.dumps(said | {"form": 9}), encoding="utf-8")
    with pytest.raises(UnreadableFile, match="another version"):
        read_survey(folder, study)
    (folder / "survey.json").unlink()
    with pytest.raises(MissingFile, match=r"survey\.json"):
        read_survey(folder, study)
