"""Every kind of bad input: a message with table, column, rows and remedy, and no traceback."""

from __future__ import annotations

import re
from dataclasses import dataclass

import polars as pl
import pytest

ROW = 10  # the spoiled row, as a spreadsheet numbers it: the header is row 1


@dataclass(frozen=True, slots=True)
class Case:
    """One way to spoil a study.

    `says` are words that must be in the report; `stops` is whether nothing can be computed.
    """

    name: str
    table: str
    spoil: object
    says: tuple[str, ...]
    stops: bool = False


def cell(column: str, value: object):
    """Write a value into one cell."""

    def spoil(path):
        frame = pl.read_csv(path, infer_schema=False)
        changed = pl.when(pl.int_range(frame.height) == ROW - 2).then(pl.lit(str(value)))
        frame.with_columns(changed.otherwise(pl.col(column)).alias(column)).write_csv(path)

    return spoil


def several(*spoils):
    def spoil(path):
        for each in spoils:
            each(path)

    return spoil


def exchanged(path):
    frame = pl.read_csv(path, infer_schema=False)
    here = pl.int_range(frame.height) == ROW - 2
    frame.with_columns(
        longitude=pl.when(here).then("latitude").otherwise("longitude"),
        latitude=pl.when(here).then("longitude").otherwise("latitude"),
    ).write_csv(path)


def repeated_id(path):
    frame = pl.read_csv(path, infer_schema=False)
    frame.with_columns(
        org_id=pl.when(pl.int_range(frame.height) == ROW - 2)
        .then(pl.lit(frame["org_id"][0]))
        .otherwise("org_id")
    ).write_csv(path)


def to_itself(path):
    frame = pl.read_csv(path, infer_schema=False)
    here = pl.int_range(frame.height) == ROW - 2
    frame.with_columns(target=pl.when(here).then("source").otherwise("target")).write_csv(path)


def without(column):
    return lambda path: pl.read_csv(path, infer_schema=False).drop(column).write_csv(path)


def bytes_of(content):
    return lambda path: path.write_bytes(content)


ORG, TIE = "organisations", "linkages"
CASES = (
    Case("missing file", ORG, lambda path: path.unlink(), ("organisations.csv",), stops=True),
    Case("empty file", ORG, bytes_of(b""), ("organisations",), stops=True),
    Case("no rows", ORG, lambda path: pl.read_csv(path).clear().write_csv(path),
         ("organisations",), stops=True),
    Case("wrong encoding", ORG, bytes_of(b"\xff\xfe\x00\xd8\x00" * 99), ("organisations.csv",),
         stops=True),
    Case("required column missing", ORG, without("org_id"), ("org_id", "study.toml"), stops=True),
    Case("column of a tie missing", TIE, without("target"), ("target", "study.toml"), stops=True),
    Case("exchanged coordinates", ORG, exchanged, ("organisations", "longitude", str(ROW))),
    Case("coordinates out of range", ORG, cell("latitude", 123.4), ("latitude", str(ROW))),
    Case("coordinates at (0, 0)", ORG, several(cell("longitude", 0), cell("latitude", 0)),
         ("longitude", "(0, 0)", str(ROW))),
    Case("duplicate id", ORG, repeated_id, ("org_id", str(ROW))),
    Case("tie to nobody", TIE, cell("target", "nobody"), ("target", "nobody", str(ROW))),
    Case("tie to itself", TIE, to_itself, ("itself", str(ROW))),
    Case("year 1201", TIE, cell("start", "1201-01-01"), ("start", "1201", str(ROW))),
    Case("year 3201", TIE, cell("start", "3201-01-01"), ("start", "3201", str(ROW))),
    Case("end before start", TIE, several(cell("start", "2020-05-01"), cell("end", "2019-05-01")),
         ("end", "start", str(ROW))),
    Case("negative weight", TIE, cell("weight", -3), ("weight", "-3", str(ROW))),
    Case("text in a number", ORG, cell("jobs", "about ten"), ("jobs", "about ten", str(ROW))),
)  # fmt: skip


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def spoiled(request, study):
    case = request.param
    case.spoil(study / f"{case.table}.csv")
    return case, study


def test_check_names_table_column_rows_and_remedy(spoiled, buzzline):
    case, folder = spoiled
    done = buzzline("check", folder, "--strict")
    said = re.sub(r"\s+", " ", done.out + done.err)
    assert done.code == 1, said
    assert "Traceback" not in said
    for word in (case.table, *case.says):
        assert word in said, f"{word!r} is not in: {said}"
    assert "to do" in said or case.stops


@pytest.mark.parametrize(
    "case", [case for case in CASES if case.stops], ids=lambda case: case.name
)
def test_a_run_that_cannot_be_writes_nothing(case, study, buzzline, tmp_path):
    case.spoil(study / f"{case.table}.csv")
    out = tmp_path / "out"
    done = buzzline("run", study, "--out", out, "--quiet")
    assert done.code == 1
    assert done.out == ""
    assert case.table in done.err
    assert "Traceback" not in done.err
    assert not out.exists()


def test_run_with_every_bearable_fault_at_once_sets_rows_aside_and_reports(
    buzzline, study, tmp_path
):
    for case in CASES:
        if not case.stops:
            case.spoil(study / f"{case.table}.csv")
    done = buzzline("run", study, "--out", tmp_path / "out", "--quiet")
    assert done.code == 0, done.err
    assert (tmp_path / "out" / "report.html").exists()
    assert "set_aside" in done.out


@pytest.mark.parametrize("word", ["check", "run", "profile", "clusters", "balance", "init"])
def test_a_path_that_is_not_there_is_named(buzzline, tmp_path, word):
    done = buzzline(word, tmp_path / "nowhere")
    assert done.code == 1
    assert "nowhere" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("local_km = 400", "local_km"),
        ("industries = 3", "industries"),
        ('layers = ["suply"]', "supply"),
        ("colour = 1", "colour"),
        ("seed = ", "study.toml"),
    ],
)
def test_a_wrong_setting_is_named_before_anything_is_written(
    buzzline, study, tmp_path, line, said
):
    text = (study / "study.toml").read_text()
    (study / "study.toml").write_text(f"{text}\n{line}\n")
    done = buzzline("run", study, "--out", tmp_path / "out")
    assert done.code == 1
    assert said in done.err
    assert not (tmp_path / "out").exists()


def test_an_unknown_industry_is_named_with_similar_ones(buzzline, study, tmp_path):
    done = buzzline("run", study, "--out", tmp_path / "out", "--industries", "optic")
    assert done.code == 1
    assert "optic" in done.err
    assert "Similar ones are: optics" in done.err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('industries = ["optic"]', "Similar ones are: optics"),
        ('layers = ["board"]', "layers are"),
        ('groups = { light = ["optics", "lamps"] }', "lamps"),
    ],
)
def test_settings_that_ask_for_what_is_not_there_stop_check_and_run(
    buzzline, study, tmp_path, line, said
):
    text = (study / "study.toml").read_text()
    (study / "study.toml").write_text(f"{text}\n{line}\n")
    for words in (("check", study), ("run", study, "--out", tmp_path / "out")):
        done = buzzline(*words)
        assert done.code == 1
        assert said in done.err
    assert not (tmp_path / "out").exists()


def test_mixed_id_types_are_read_as_texts(buzzline, study):
    ties = pl.read_csv(study / "linkages.csv", infer_schema=False)
    names = pl.read_csv(study / "organisations.csv", infer_schema=False)
    number = pl.int_range(names.height) + 1
    mixed = pl.when(number % 2 == 0).then(number.cast(pl.String)).otherwise("org_id")
    table = names.select("org_id", mixed=mixed)
    names.with_columns(org_id=mixed).write_csv(study / "organisations.csv")
    for end in ("source", "target"):
        ties = ties.join(table, left_on=end, right_on="org_id", how="left").with_columns(
            pl.col("mixed").alias(end)
        ).drop("mixed")  # fmt: skip
    ties.write_csv(study / "linkages.csv")
    done = buzzline("check", study)
    assert done.code == 0
    assert "300 of 300" in re.sub(r"\s+", " ", done.out)
    assert "source: unknown" not in done.out
    assert "target: unknown" not in done.out
