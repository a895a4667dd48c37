"""The page as text: what it says, what it never holds, and that it is always the same."""

import re
import subprocess
import sys
from dataclasses import replace

import polars as pl
import pytest

from buzzline.analysis import CATALOGUE, Provenance
from buzzline.errors import UnwritableOutput
from buzzline.report import report
from buzzline.report.writing import as_json
from buzzline.tables.study import About, Study

SECTIONS = ["findings", "quality", "map-section", "network-section",
            "clusters-section", "balance", "measures", "limits", "methods", "provenance"]  # fmt: skip


def words(text: str) -> str:
    """What a reader reads: no scripts, no styles, no tags."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", " ", text, flags=re.S)
    bare = re.sub(r"<[^>]+>", " ", bare).replace("\u00a0", " ").replace("&#39;", "'")
    return re.sub(r"\s+", " ", bare)


def test_sections_stand_in_the_order_of_the_design(page_of_three_towns):
    found = re.findall(r'<section id="([a-z-]+)"', page_of_three_towns.text)
    assert found == SECTIONS


def test_the_policy_forbids_every_request(page_of_three_towns):
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page_of_three_towns.text)
    assert policy[1] == (
        "default-src 'none'; script-src 'unsafe-inline' blob:; "
        "style-src 'unsafe-inline'; img-src data: blob:"
    )


def test_findings_are_sentences_with_numbers(page_of_three_towns):
    said = words(page_of_three_towns.text)
    assert (
        "The study holds 83 organisations and 66 ties in 2 layers; 2 rows had to be set" in said
    )
    assert "3 candidate clusters in 2 industries stand out from chance" in said
    assert (
        "the strongest is Prato (Tuscany), IT (textiles) with 30 of the 33 organisations"
        in said
    )
    assert (
        "8 comparisons of 2 clusters by layer and scale came out as 2 fewer than expected, 2 "
        "more than expected" in said
    )


def test_by_hand_every_finding_has_a_line(page_of_three_towns):
    html = page_of_three_towns.text
    part = html[html.index('id="findings"') : html.index('id="quality"')]
    lines = re.findall(r"<li>(.*?)</li>", part)
    assert len(lines) >= 4
    assert lines[0].startswith("The study holds 83 organisations")
    assert all(line.endswith(".") for line in lines)


def test_by_hand_analyses_not_asked_for_are_listed_with_how_to_ask(
    study, profile, clustering, balance
):
    names = ("cluster_history", "city_threshold")
    page = report(study, profile, clustering, balance, not_asked=names)
    said = words(page.text)
    assert "Analyses that were not asked for There are 2 analyses beside those" in said
    assert "write the names of all you want into measures in the section [run]" in said
    for name in names:
        assert CATALOGUE[name].question.split("'")[0] in said
        assert name in page.text
    assert "not asked for" not in report(study, profile, clustering, balance).text


def test_quality_names_rows_examples_and_remedy(page_of_three_towns):
    said = words(page_of_three_towns.text)
    assert "Usable: 83 of 83 rows in organisations and 66 of 68 rows in linkages" in said
    assert "set_aside/linkages.csv" in said
    assert "unknown organisation 2 12, 40" in said
    assert "Add these organisations, or mend the ids." in said


def test_limits_say_what_is_missing_and_how_much(page_of_three_towns):
    said = words(page_of_three_towns.text)
    assert (
        "1 organisation (1.2 %) have no coordinates" in said or "1 organisation (1.2 %)" in said
    )
    assert "1 of 40 supply ties (2 %)" in said
    assert "its members have 11 ties, fewer than 20" in said
    assert "2 of 8 verdicts against size and distance change" in said
    assert "no organisation" in said
    assert "Small firms are missing." in said


def test_three_yardsticks_side_by_side(page_of_three_towns):
    """By hand: 62 observed where 38 were expected are 1.62 times as many (62.5 / 38.5)."""
    row = re.search(r'id="table-balance_c1".*?<tbody>.*?<tr>(.*?)</tr>', page_of_three_towns.text,
                    flags=re.S)  # fmt: skip
    cells = [words(cell).strip() for cell in re.findall(r"<td.*?</td>", row[1], flags=re.S)]
    assert cells[:4] == ["supply", "local", "62", "77.5 %"]
    assert cells[4:8] == ["38", "1.62", "1.2 to 2.19", "▲ excess"]
    assert cells[4:8] == cells[8:12] == cells[12:16]
    assert cells[16:] == ["yes", "60", "142"]


def test_hostile_names_stay_text(page_of_three_towns):
    assert "<b>Prato" not in page_of_three_towns.text
    assert "&lt;/script&gt;&lt;b&gt;Prato &amp; figli&lt;/b&gt;" in page_of_three_towns.text


def test_json_cannot_end_its_element_by_hand():
    assert as_json("</script>&\u2028") == '"\\u003c/script\\u003e\\u0026\\u2028"'


def test_ids_are_unique(page_of_three_towns):
    ids = re.findall(r'\sid="([^"]+)"', re.sub(r"<script\b.*?</script>", "",
                                               page_of_three_towns.text, flags=re.S))  # fmt: skip
    assert len(ids) == len(set(ids))


def test_nothing_is_named_outside_the_page(page_of_three_towns):
    assert not re.findall(r'(?:src|href)="(?!#|data:)[^"]*"', page_of_three_towns.text)
    assert "@import" not in page_of_three_towns.text


def test_equal_results_give_equal_bytes_special_case(study, profile, clustering, balance):
    first, again = (report(study, profile, clustering, balance).text for _ in range(2))
    assert first == again


def test_wall_time_does_not_show(study, profile, clustering, balance):
    texts = {
        report(study, replace(profile, provenance=Provenance(
            "scale_profile", {"level": 0.95, "study": "…"}, study.fingerprint, 7, "0.1.0", seconds
        )), clustering, balance).text
        for seconds in (0.5, 99.0)
    }  # fmt: skip
    assert len(texts) == 1
    assert "seed" in texts.pop()


def test_equal_bytes_in_another_process(tmp_path, page_of_three_towns, project_root):
    """Another process has another hash seed: no order of a set or dict may show."""
    program = (
        "from buzzline.tables.worlds import make_world\n"
        "from buzzline import candidate_clusters, scale_balance, scale_profile, report\n"
        "import hashlib\n"
        "study = make_world(organisations=300, clusters=3, rng=1).study\n"
        "found = candidate_clusters(study, draws=19, rng=1)\n"
        "balance = scale_balance(study, found, draws=49, rng=1)\n"
        "page = report(study, scale_profile(study), found, balance)\n"
        "print(hashlib.sha256(page.text.encode()).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program], env={"PYTHONHASHSEED": seed}, cwd=project_root,
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(digests) == 1


def test_a_title_of_ones_own(study, profile, clustering, balance):
    page = report(study, profile, clustering, balance, title="Tuscany & beyond")
    assert "<title>Tuscany &amp; beyond</title>" in page.text
    assert page.title == "Tuscany & beyond"


def test_nothing_found_still_gives_a_page_special_case(profile, clustering, balance):
    bare = Study.of(
        organisations=pl.DataFrame({"org_id": ["a", "b"]}), about=About("Two strangers")
    )
    page = report(
        bare,
        replace(profile, profile=profile.profile.clear()),
        replace(clustering, clusters=clustering.clusters.clear(),
                members=clustering.members.clear(), coverage=clustering.coverage.clear()),
        replace(balance, balance=balance.balance.clear(), fits=balance.fits.clear(),
                untested=balance.untested.clear()),
    )  # fmt: skip
    said = words(page.text)
    assert "No cluster could be looked for" in said
    assert "There are no ties to class by scale" in said
    assert "2 organisations (100.0 %)" in said
    assert "there is no network to draw" in said


def test_saved_whole_or_not_at_all(page_of_three_towns, tmp_path):
    path = page_of_three_towns.save(tmp_path / "new" / "report.html")
    assert path.read_text(encoding="utf-8") == page_of_three_towns.text
    blocked = tmp_path / "file"
    blocked.write_text("here before")
    with pytest.raises(UnwritableOutput, match="cannot be written"):
        page_of_three_towns.save(blocked / "report.html")
    assert blocked.read_text() == "here before"


def test_shows_itself_in_a_notebook(page_of_three_towns):
    shown = page_of_three_towns._repr_html_()
    assert shown.startswith('<iframe title="Three towns" srcdoc="')
    assert shown.count(chr(34)) == 8, "the page inside must not end its attribute"


def test_a_scale_where_nothing_is_expected_has_no_interval_special_case(
    study, profile, clustering, balance
):
    bare = balance.balance.with_columns(
        pl.when(pl.col("scale") == "national").then(None).otherwise(pl.col(end)).alias(end)
        for end in ("low", "high")
    ).with_columns(
        verdict=pl.when(pl.col("scale") == "national")
        .then(pl.lit("not enough links"))
        .otherwise(pl.col("verdict"))
    )
    page = report(study, profile, clustering, replace(balance, balance=bare))
    assert "national" in words(page.text)
    assert "nan" not in words(page.text).lower().split()
