"""Messy copies hold exactly the defects they tell of."""

import polars as pl
import pytest

from buzzline.errors import InvalidArgument
from buzzline.tables.rules import apply_rules
from buzzline.tables.sifting import ROW, Conventions, RawTable
from buzzline.tables.worlds import make_world
from buzzline.tables.worlds.messy import DEFECTS, messy_copy


@pytest.fixture(scope="module")
def study():
    return make_world(organisations=200, clusters=2, rng=1).study


@pytest.fixture(scope="module")
def mess(study, tmp_path_factory):
    return messy_copy(study, tmp_path_factory.mktemp("messy"), rng=2)


def _texts(path):
    return pl.read_csv(
        path.read_bytes().decode("cp1252").encode(), separator=";", infer_schema=False
    )


def test_files_hold_clean_rows_and_defects(mess):
    for name, path in mess.files.items():
        assert _texts(path).height == mess.rows(name)
    assert mess.planted["linkages"]["self-tie"] == 6
    assert set(mess.planted) == set(DEFECTS)


def test_by_hand_each_defect_is_there_as_often_as_told(mess):
    ties, organisations = _texts(mess.files["linkages"]), _texts(mess.files["organisations"])
    assert (ties["target"] == "nobody-knows").sum() == 7
    assert (ties["source"] == ties["target"]).sum() == 6
    assert (ties["start"] == "1201-11-03").sum() == 3
    assert ((organisations["longitude"] == "0") & (organisations["latitude"] == "0")).sum() == 4
    assert (organisations["jobs"] == "about forty").sum() == 5
    assert organisations["org_id"].fill_null("").eq("").sum() == 2


def test_invariant_same_seed_same_bytes(study, mess, tmp_path):
    again = messy_copy(study, tmp_path, rng=2)
    for name, path in mess.files.items():
        assert path.read_bytes() == again.files[name].read_bytes()


def test_planted_truth_the_rules_find_every_defect_and_keep_every_clean_row(study, mess):
    raw = {}
    for name, path in mess.files.items():
        frame = (
            _texts(path).with_row_index(ROW, offset=2).with_columns(pl.col(ROW).cast(pl.Int64))
        )
        origin = {column: column for column in frame.columns if column != ROW}
        raw[name] = RawTable(
            name, path.name, frame, origin, conventions=Conventions(decimal=",", separator=";")
        )
    clean, quality = apply_rules(raw)
    for count in quality.tables:
        assert count.kept + count.set_aside == count.read == mess.rows(count.table)
    found = {(f.table, f.rule): f.n for f in quality.findings}
    assert found["linkages", "unknown organisation"] == 7
    assert found["linkages", "tie of an organisation with itself"] == 6
    assert found["linkages", "`end` before `start`"] == 4
    assert found["organisations", "coordinates at (0, 0)"] == 4
    assert found["organisations", "row is repeated"] == 5
    kept = set(clean["organisations"]["org_id"])
    assert set(study.organisations["org_id"]) <= kept
    jobs = dict(clean["organisations"].select("org_id", "jobs").iter_rows())
    assert all(
        jobs[org] == n for org, n in study.organisations.select("org_id", "jobs").iter_rows()
    )


def test_special_case_too_small_a_study_is_refused(tmp_path):
    with pytest.raises(InvalidArgument, match="at least 20 rows"):
        messy_copy(make_world(organisations=10, clusters=1, rng=1).study, tmp_path)


def test_special_case_letters_beyond_the_encoding_are_refused(tmp_path, study):
    strange = study.organisations.with_columns(city=pl.lit("Háskovo ěščř"))
    with pytest.raises(InvalidArgument, match="cp1252"):
        messy_copy(study.with_table("organisations", strange), tmp_path)
