"""One command an analysis: read off the catalogue, with units, study file, files and JSON."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass

import polars as pl
import pytest

from buzzline.analysis import CATALOGUE, Provenance, analysis, needs_study
from buzzline.cli.analysing import SHORT
from buzzline.cli.application import application
from buzzline.cli.options import options_of
from buzzline.errors import InvalidArgument
from buzzline.progress import Progress, silent
from buzzline.quantities import Count
from buzzline.randomness import Seed, generator
from buzzline.road.measuring import in_order, measures_of
from buzzline.tables.study_file import RunSettings

NAMES = sorted(CATALOGUE)
COMMANDS = (
    "init", "check", "run", "schema", "parameters", "switches", "demo",
    *SHORT.values(),
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_help_names_every_option_its_unit_and_an_example(buzzline, monkeypatch, name):
    monkeypatch.setenv("COLUMNS", "200")
    done = buzzline(name.replace("_", "-"), "--help")
    assert done.code == 0
    assert CATALOGUE[name].question in done.out
    for option in options_of(CATALOGUE[name]):
        assert all(word in done.out for word in option.spelt)
        if option.quantity is not None:
            assert f"Unit: {option.quantity.unit}" in option.help
    word = SHORT.get(name, name.replace("_", "-"))
    first = "my-region" if needs_study(CATALOGUE[name]) else "--"
    assert f"buzzline {word} {first}" in done.out


@pytest.mark.parametrize("word", COMMANDS)
def test_every_help_is_for_people(buzzline, word):
    said = buzzline(word, "--help").out
    assert "Example" in said
    assert "unit" in said.lower() or "km" in said or word == "init"
    for jargon in ("NoneType", "Annotated", "pl.", "DataFrame", "Sequence", "numpydoc"):
        assert jargon not in said


def test_the_top_help_lists_all_commands_and_the_first_three_steps(buzzline):
    said = buzzline("--help").out
    for word in (*COMMANDS, *(name.replace("_", "-") for name in NAMES)):
        assert word in said
    assert (
        said.index("buzzline init") < said.index("buzzline check") < said.index("buzzline run")
    )


@pytest.mark.parametrize("word", SHORT.values())
def test_json_is_the_whole_table(buzzline, tiny, finished, word):
    clusters = ("--clusters", finished) if word == "balance" else ()
    done = buzzline(word, tiny, "--json", *clusters)
    rows = json.loads(done.out)
    assert rows
    assert all(isinstance(row, dict) for row in rows)
    # the same settings and seed as the whole run: the same numbers
    tables = {short: name for name, short in SHORT.items()} | {"clusters": "clusters"}
    whole = pl.read_parquet(finished / "tables" / f"{tables[word]}.parquet")
    assert len(rows) == whole.height
    assert [row["level"] for row in rows] == whole["level"].to_list()
    if word == "balance":
        assert [row["p"] for row in rows] == whole["p"].to_list()


def test_without_json_a_sentence_and_the_first_rows(buzzline, tiny):
    done = buzzline("profile", tiny, "--quiet")
    assert done.code == 0
    assert done.out.startswith("supply: local")
    assert "─" in done.out
    assert "global" in done.out
    assert done.err == ""


def test_out_writes_table_chart_and_provenance(buzzline, tiny, tmp_path):
    done = buzzline("profile", tiny, "--out", tmp_path, "--local-km", "30")
    assert done.code == 0
    endings = {path.name.removeprefix("scale_profile.") for path in tmp_path.iterdir()}
    assert endings == {"parquet", "csv", "chart.json", "svg", "png", "provenance.json"}
    stamp = json.loads((tmp_path / "scale_profile.provenance.json").read_text())
    assert stamp["arguments"]["cutoffs"] == "Cutoffs(local_km=30.0, regional_km=200.0)"
    assert "seconds" not in stamp
    table = pl.read_parquet(tmp_path / "scale_profile.parquet")
    assert table.equals(pl.read_csv(tmp_path / "scale_profile.csv", schema=table.schema))


def test_out_writes_further_charts_too(buzzline, tiny, tmp_path):
    assert buzzline("clusters", tiny, "--out", tmp_path).code == 0
    further = {path.name for path in tmp_path.glob("*.candidates.*")}
    assert further == {
        f"candidate_clusters.candidates.{ending}" for ending in ("chart.json", "svg", "png")
    }


def test_what_is_typed_goes_before_the_study_file_and_that_before_the_default(
    buzzline, study, tmp_path
):
    text = (study / "study.toml").read_text()
    (study / "study.toml").write_text(f"{text}local_km = 40\nregional_km = 150\n")
    buzzline("profile", study, "--out", tmp_path, "--regional-km", "160")
    stamp = json.loads((tmp_path / "scale_profile.provenance.json").read_text())
    assert stamp["arguments"]["cutoffs"] == "Cutoffs(local_km=40.0, regional_km=160.0)"
    assert stamp["arguments"]["level"] == 0.95


def test_clusters_of_other_tables_are_refused(buzzline, study, finished):
    ties = study / "linkages.csv"
    ties.write_text("".join(ties.read_text().splitlines(keepends=True)[:-1]))
    done = buzzline("balance", study, "--clusters", finished)
    assert done.code == 1
    assert "are of other tables" in done.err


def test_clusters_of_an_empty_folder_are_refused(buzzline, tiny, tmp_path):
    done = buzzline("balance", tiny, "--clusters", tmp_path)
    assert done.code == 1
    assert "holds no finished clusters" in done.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("clusters", "--level", "95"), "between 0 and 1 share"),
        (("clusters", "--rule-p", "2"), "`--rule-p` must lie between 0 and 1 share"),
        (("profile", "--local-km", "300"), "smaller than regional_km"),
        (("profile", "--regional-km", "99999"), "between 0 and 20038 km"),
        (("balance", "--layers", "advice"), "layers are supply"),
    ],
)
def test_a_choice_out_of_bounds_is_named_with_its_bounds(buzzline, tiny, words, said):
    done = buzzline(words[0], tiny, *words[1:], "--quiet")
    assert done.code == 1
    assert said in done.err


def test_by_hand_a_study_behind_a_list_is_still_the_study(buzzline, tiny):
    name = pl.read_csv(tiny / "organisations.csv")["industry"][0]
    choices = ("--draws", "9", "--seed", "1", "--json", "--quiet")
    last = buzzline("ripley", *choices, "--industries", name, tiny)
    assert last.code == 0
    assert last.out == buzzline("ripley", tiny, *choices, "--industries", name).out


def test_by_hand_a_missing_study_is_still_missing(buzzline):
    done = buzzline("ripley", "--industries", "robots", "no-such-folder")
    assert done.code != 0
    assert "--study requires an argument" in done.err


def test_by_hand_rows_set_aside_are_said_by_every_command(buzzline, study, tiny):
    table = study / "organisations.csv"
    frame = pl.read_csv(table, infer_schema=False)
    spoilt = frame.with_columns(org_id=pl.when(pl.int_range(pl.len()) >= 2).then("org_id"))
    spoilt.write_csv(table)
    for word in ("concentration", "ripley"):
        done = buzzline(word, study, "--draws", "9", "--quiet")
        assert done.code == 0
        assert "rows were set aside; `buzzline check" in done.err
        assert "set aside" not in done.out
    assert "set aside" not in buzzline("ripley", tiny, "--draws", "9", "--quiet").err


def test_an_analysis_added_to_the_catalogue_becomes_a_command(monkeypatch):
    item = CATALOGUE["scale_profile"]
    monkeypatch.setitem(CATALOGUE, "second_profile", item)
    monkeypatch.delitem(CATALOGUE, "scale_profile")
    assert "scale-profile" in application().resolved_commands()


def test_a_study_without_ties_still_gives_clusters(buzzline, study):
    (study / "linkages.csv").unlink()
    text = (study / "study.toml").read_text()
    (study / "study.toml").write_text(
        text.replace('[tables.linkages]\nfile = "linkages.csv"\n', "")
    )
    assert buzzline("clusters", study, "--quiet").code == 0
    done = buzzline("profile", study, "--quiet")
    assert done.code == 1
    assert "no linkages" in done.err


def test_a_study_is_read_from_a_folder_without_study_file(buzzline, tiny, tmp_path):
    for name in ("organisations.csv", "linkages.csv"):
        shutil.copy(tiny / name, tmp_path)
    assert buzzline("profile", tmp_path, "--quiet").code == 0


@dataclass(frozen=True, slots=True, eq=False)
class Toss:
    """What coins say."""

    heads: pl.DataFrame
    provenance: Provenance | None = None

    def table(self) -> pl.DataFrame:
        return self.heads


@pytest.fixture
def coins():
    """An analysis that asks nothing about tables."""

    @analysis("simulation", "How often do coins show heads?")
    def coins(*, tosses: Count = 8, rng: Seed = None, progress: Progress = silent) -> Toss:
        """Toss coins."""
        progress("tossing", tosses, tosses)
        return Toss(pl.DataFrame({"heads": [int(generator(rng).binomial(tosses, 0.5))]}))

    yield CATALOGUE["coins"]
    del CATALOGUE["coins"]


def test_an_analysis_without_study_is_a_command_without_tables(buzzline, coins):
    assert not needs_study(coins)
    said = buzzline("coins", "--help").out
    assert "--tosses" in said
    for of_study in ("STUDY", "--source", "--public", "--clusters", "study.toml"):
        assert of_study not in said
    rows = json.loads(buzzline("coins", "--tosses", "4", "--seed", "1", "--json").out)
    assert rows == json.loads(buzzline("coins", "--tosses", "4", "--seed", "1", "--json").out)
    assert buzzline("coins", "my-region").code == 2


def test_an_analysis_without_study_is_no_measure_of_a_run(coins):
    assert "coins" not in in_order()
    with pytest.raises(InvalidArgument, match="asks nothing about your tables.*buzzline coins"):
        measures_of(RunSettings(measures=("coins",)))
