"""init, check and run: what a person types in this order."""

from __future__ import annotations

import json
import re
import shutil

import polars as pl
import pytest
from tests.cli.conftest import contents, started

from buzzline.cli import working


def test_init_then_check_then_run_leads_to_a_report(buzzline, tiny, tmp_path):
    folder = tmp_path / "mine"
    shutil.copytree(tiny, folder)
    (folder / "study.toml").unlink()
    first = buzzline("init", folder)
    assert first.code == 0
    assert f"Next: buzzline check {folder}" in re.sub(r"\s+", " ", first.out)
    assert buzzline("check", folder).code == 0
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text.replace("# draws = 499", "draws = 19"))
    ran = buzzline("run", folder, "--out", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert "report.html" in ran.out
    assert (tmp_path / "out" / "report.html").stat().st_size > 10_000


def test_init_leaves_a_study_file_alone_unless_told(buzzline, study):
    before = (study / "study.toml").read_text()
    refused = buzzline("init", study)
    assert refused.code == 1
    assert "there already" in refused.err
    assert (study / "study.toml").read_text() == before
    assert buzzline("init", study, "--overwrite").code == 0
    assert (study / "study.toml").read_text() != before


def test_run_says_what_it_found_and_nothing_else_on_stdout(buzzline, tiny, finished, tmp_path):
    out = tmp_path / "out"
    shutil.copytree(finished, out)
    ran = buzzline("run", tiny, "--out", out)
    assert "300 organisations" in ran.out
    assert "candidate clusters" in ran.out.lower()
    assert "kept from an earlier run" in ran.err
    assert "kept" not in ran.out
    assert "Not asked for: " in ran.out
    assert "`measures` in study.toml" in re.sub(r"\s+", " ", ran.out)
    assert re.search(r"\d s, peak memory", ran.err)


def test_invariant_same_seed_and_input_give_the_same_bytes(buzzline, tiny, finished, tmp_path):
    assert buzzline("run", tiny, "--out", tmp_path / "again", "--quiet").code == 0
    assert contents(tmp_path / "again") == contents(finished)


def test_another_seed_gives_other_numbers(buzzline, tiny, finished, tmp_path):
    code = buzzline("run", tiny, "--out", tmp_path / "other", "--seed", 4, "--quiet").code
    assert code == 0
    first = pl.read_parquet(next((finished / "tables").glob("*balance.parquet")))
    second = pl.read_parquet(next((tmp_path / "other" / "tables").glob("*balance.parquet")))
    assert not first.equals(second)


def test_quiet_says_nothing_but_time(buzzline, tiny, finished):
    ran = buzzline("run", tiny, "--out", finished, "--quiet")
    assert len(ran.err.splitlines()) == 1


def test_run_as_json_names_the_report_and_every_file(buzzline, tiny, finished):
    said = json.loads(buzzline("run", tiny, "--out", finished, "--json", "--quiet").out)
    assert said["report"] == str(finished / "report.html")
    assert {str(finished / name) for name in contents(finished)} == set(said["files"])
    assert said["organisations"] == 300


def test_check_reports_what_is_set_aside_and_strict_fails_on_it(buzzline, study, tmp_path):
    with (study / "linkages.csv").open("a") as file:
        file.write("O0001,nobody,supply,,,,,,,,,,,\n")
    row = len((study / "linkages.csv").read_text().splitlines())
    lenient = buzzline("check", study, "--out", tmp_path / "report")
    assert lenient.code == 0
    assert "1 row is set aside" in re.sub(r"\s+", " ", lenient.out)
    assert "unknown organisation" in lenient.out
    assert str(row) in lenient.out
    aside = pl.read_csv(tmp_path / "report" / "set_aside" / "linkages.csv")
    assert aside["target"].to_list() == ["nobody"]
    assert aside["row"].to_list() == [row]
    strict = buzzline("check", study, "--strict")
    assert strict.code == 1
    assert "--strict" in strict.err


def test_check_as_json_parses_and_balances(buzzline, study):
    with (study / "linkages.csv").open("a") as file:
        file.write("O0001,nobody,supply,,,,,,,,,,,\n")
    said = json.loads(buzzline("check", study, "--json", "--quiet").out)
    assert said["usable"] is True
    assert all(t["kept"] + t["set_aside"] == t["read"] for t in said["tables"])
    assert [f["rule"] for f in said["findings"] if f["severity"] == "set aside"] == [
        "unknown organisation"
    ]


def test_check_of_unusable_tables_is_usable_json_and_fails(buzzline, study):
    (study / "organisations.csv").write_text("name\nA\n")
    done = buzzline("check", study, "--json", "--quiet")
    assert done.code == 1
    assert "org_id" in done.err
    assert not done.out or json.loads(done.out)["usable"] is False


@pytest.mark.parametrize("choice", [("--draws", "5"), ("--seed", "-1")])
def test_run_refuses_a_setting_out_of_bounds_before_it_reads(buzzline, tiny, tmp_path, choice):
    done = buzzline("run", tiny, "--out", tmp_path / "out", *choice)
    assert done.code == 1
    assert choice[0] in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "out").exists()


def test_results_are_not_written_among_the_tables(buzzline, study):
    done = buzzline("run", study, "--out", study)
    assert done.code == 1
    assert "Choose another folder" in done.err


def test_by_hand_last_words_name_what_is_finished(finished, tmp_path):
    assert "No part was finished" in working.kept_words(tmp_path)
    assert (
        "candidate clusters, concentration, location quotients by place, "
        in working.kept_words(finished)
    )


def test_the_command_and_the_module_are_the_same_program():
    process = started("--version")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", out)
