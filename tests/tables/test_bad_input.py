"""Bad input: each is told with table, column, rows and remedy, as a BuzzlineError if at all."""

import gzip
import resource
import tracemalloc

import numpy as np
import polars as pl
import pytest

from buzzline.errors import (
    BuzzlineError,
    InvalidTables,
    MissingFile,
    UnreadableFile,
    UnwritableOutput,
)
from buzzline.tables.quality_text import quality_text
from buzzline.tables.reading import read_study, read_tables
from buzzline.tables.writing import write_study

HEADER = "org_id,name,longitude,latitude,country,industry,opened,jobs"
GOOD = [f"F{i},Firm {i},{9 + i / 10},45.{i},IT,wine,2001-02-03,{i}" for i in range(1, 9)]
TIES = [
    "source,target,layer,weight,start,end",
    "F1,F2,supply,1,2010-01-01,",
    "F2,F3,supply,2,,",
    "F3,F4,research,,,",
]


def folder_with(path, firms=(), ties=(), header=HEADER, **files):
    path.mkdir(exist_ok=True)
    (path / "firms.csv").write_text("\n".join([header, *GOOD, *firms]) + "\n")
    (path / "links.csv").write_text("\n".join([*TIES, *ties]) + "\n")
    for name, content in files.items():
        (path / f"{name}.csv").write_text(content)
    return path


def told(path, rule, table=None):
    """Return the finding, after checking that the readable report says it too."""
    quality = read_study(path, gazetteer=False).about.quality
    found = [f for f in quality.findings if f.rule == rule and table in (None, f.table)]
    assert found, [f.rule for f in quality.findings]
    text = " ".join(quality_text(quality).split())
    assert rule in text
    assert found[0].remedy in text
    return found[0]


def refused(error, path, *said):
    with pytest.raises(error) as caught:
        read_study(path, gazetteer=False)
    assert isinstance(caught.value, BuzzlineError)
    for part in said:
        assert part in str(caught.value)


def test_missing_file(tmp_path):
    refused(MissingFile, tmp_path / "nowhere", "nowhere", "Check its name")
    (tmp_path / "study.toml").write_text('[tables.organisations]\nfile = "gone.csv"')
    refused(MissingFile, tmp_path, "gone.csv", "Check name and folder")


def test_empty_table(tmp_path):
    folder_with(tmp_path)
    (tmp_path / "links.csv").write_text(TIES[0] + "\n")
    refused(
        InvalidTables,
        tmp_path,
        "linkages: table is empty",
        "links.csv has a header and no rows",
        "Fill it in",
    )
    (tmp_path / "links.csv").write_text("")
    refused(UnreadableFile, tmp_path, "links.csv: the file is empty", "Export the table again")


def test_wrong_encoding(tmp_path):
    folder_with(tmp_path, ["F9,Müller,9,45,IT,wine,,"])
    content = (tmp_path / "firms.csv").read_text().encode("cp1252")
    (tmp_path / "firms.csv").write_bytes(content)
    found = told(tmp_path, "layout of the file", "organisations")
    assert "CP1252" in found.examples[0]
    assert read_study(tmp_path, gazetteer=False).organisations["name"][-1] == "Müller"
    (tmp_path / "study.toml").write_text(
        '[tables.organisations]\nfile = "firms.csv"\nencoding = "utf-8"'
    )
    refused(
        UnreadableFile,
        tmp_path,
        "firms.csv",
        "are not utf-8",
        'Save the file again as "CSV UTF-8"',
    )


def test_letters_decoded_wrongly(tmp_path):
    folder_with(tmp_path, ["F9,MÃ¼ller,9,45,IT,wine,,"])
    found = told(tmp_path, "garbled letters")
    assert (found.table, found.column, found.rows) == ("organisations", "name", (10,))


def test_swapped_coordinates(tmp_path):
    folder_with(tmp_path, ["F9,A,45.5,9.2,IT,wine,,"])
    found = told(tmp_path, "longitude and latitude exchanged")
    assert (found.column, found.rows, found.examples) == (
        "longitude, latitude",
        (10,),
        ("45.5, 9.2",),
    )
    assert read_study(tmp_path).organisations.select("longitude", "latitude").row(-1) == (
        9.2,
        45.5,
    )


def test_out_of_range_coordinates(tmp_path):
    folder_with(tmp_path, ["F9,A,912,4523,IT,wine,,"])
    found = told(tmp_path, "coordinates out of range")
    assert (found.rows, found.severity) == ((10,), "repaired")
    assert "lost decimal point" in found.remedy or "metres" in found.remedy


def test_coordinates_at_zero(tmp_path):
    folder_with(tmp_path, ["F9,A,0,0.0,IT,wine,,"])
    assert told(tmp_path, "coordinates at (0, 0)").rows == (10,)


def test_duplicate_ids(tmp_path):
    folder_with(tmp_path, [GOOD[0], "F2,Other,9,45,IT,wine,,"])
    assert told(tmp_path, "row is repeated").rows == (10,)
    assert told(tmp_path, "org_id is used twice with different contents").rows == (11,)


def test_ties_to_unknown_organisations(tmp_path):
    folder_with(tmp_path, ties=["F1,F99,supply,1,,"])
    found = told(tmp_path, "unknown organisation")
    assert (found.table, found.column, found.rows, found.examples) == (
        "linkages",
        "target",
        (5,),
        ("F99",),
    )


def test_self_ties(tmp_path):
    folder_with(tmp_path, ties=["F1,F1,supply,1,,"])
    assert told(tmp_path, "tie of an organisation with itself").rows == (5,)


@pytest.mark.parametrize("year", ["1201-11-03", "3201-10-21", "1201", "3201"])
def test_impossible_dates(tmp_path, year):
    folder_with(tmp_path, [f"F9,A,9,45,IT,wine,{year},"], ties=[f"F1,F4,supply,1,{year},"])
    assert told(tmp_path, "impossible date", "organisations").rows == (10,)
    assert told(tmp_path, "impossible date", "linkages").rows == (5,)
    study = read_study(tmp_path)
    assert (study.organisations.height, study.linkages.height) == (9, 4)


def test_end_before_start(tmp_path):
    folder_with(tmp_path, ties=["F1,F4,supply,1,2010-01-01,2009-01-01"])
    found = told(tmp_path, "`end` before `start`")
    assert (found.severity, found.rows) == ("set aside", (5,))


def test_negative_weights(tmp_path):
    folder_with(tmp_path, ties=["F1,F4,supply,-1,,"])
    found = told(tmp_path, "negative weight")
    assert (found.severity, found.rows, found.examples) == ("set aside", (5,), ("-1",))


def test_text_in_numbers(tmp_path):
    folder_with(tmp_path, ["F9,A,9,45,IT,wine,,about 20", "F10,A,nine,45,IT,wine,,1"])
    quality = read_study(tmp_path, gazetteer=False).about.quality
    found = {
        f.column: f.rows for f in quality.findings if f.rule == "text where a number belongs"
    }
    assert found == {"jobs": (10,), "longitude": (11,)}


def test_mixed_id_types(tmp_path):
    folder_with(
        tmp_path, ["007,A,9,45,IT,wine,,", "12.0,A,9,45,IT,wine,,"], ties=["7,12,supply,1,,"]
    )
    study = read_study(tmp_path, gazetteer=False)
    assert study.linkages.select("source", "target").row(-1) == ("007", "12")
    assert told(tmp_path, "identifier in another spelling").rows == (5,)
    assert told(tmp_path, "identifier written as a decimal number").rows == (11,)


def test_unknown_industry_codes(tmp_path):
    folder_with(tmp_path, ["F9,A,9,45,IT,C99,,"], industries="industry,title\nwine,Wine\n")
    found = told(tmp_path, "unknown industry")
    assert (found.table, found.column, found.rows, found.examples) == (
        "organisations",
        "industry",
        (10,),
        ("C99",),
    )
    assert "table `industries`" in found.remedy


def test_a_column_missing_from_the_map(tmp_path):
    folder_with(tmp_path)
    path = tmp_path / "study.toml"
    path.write_text('[tables.organisations]\nfile = "firms.csv"\ncolumns = {name = "Nane"}\n'
                    '[tables.linkages]\nfile = "links.csv"\ncolumns = {start = "beginn"}')  # fmt: skip
    refused(InvalidTables, path, "2 problems", "organisations: `name` is mapped to the column 'Nane'", "firms.csv",
            "Did you mean 'name'", "linkages: `start`", "'source', 'target', 'layer'")  # fmt: skip


def test_a_required_column_missing_from_the_file(tmp_path):
    folder_with(tmp_path)
    (tmp_path / "links.csv").write_text("wer,wen,layer\nF1,F2,supply\n")
    refused(
        InvalidTables,
        tmp_path,
        "linkages: `source` column is missing",
        "`wer`, `wen`",
        "study.toml",
    )


def test_most_rows_unusable(tmp_path):
    folder_with(tmp_path, ties=[f"X{i},F1,supply,1,," for i in range(9)])
    refused(InvalidTables, tmp_path, "linkages: too many rows would be set aside", "9 of 12 rows of links.csv",
            "unknown organisation (9 rows, e.g. row 5)", "Mend these first")  # fmt: skip
    read = read_tables(tmp_path, gazetteer=False)
    assert read.quality.set_aside["linkages"].height == 9


def test_a_stray_quotation_mark(tmp_path):
    folder_with(tmp_path, ['F9,"A,9,45,IT,wine,,', "F10,B,9,45,IT,wine,,"])
    assert told(tmp_path, "stray quotation mark").rows == (10,)
    assert read_study(tmp_path, gazetteer=False).organisations.height == 10


def test_no_table_at_all(tmp_path):
    (tmp_path / "firms.csv").write_bytes(b"PK\x03\x04 this is a workbook")
    refused(UnreadableFile, tmp_path, "firms.csv", "should end in .xlsx")
    (tmp_path / "firms.csv").unlink()
    (tmp_path / "firms.csv.gz").write_bytes(gzip.compress(b"a,b\n1,2\n" * 1000)[:50])
    refused(UnreadableFile, tmp_path, "firms.csv.gz: cannot be decompressed")


def test_a_large_file_with_many_columns_needs_memory_for_those_used_only(tmp_path):
    rng = np.random.default_rng(1)
    n = 40_000
    ids = pl.Series(range(n)).cast(pl.String)
    wide = pl.DataFrame(
        {"org_id": ids, **{f"text {i}": rng.bytes(60).hex() for i in range(20)}}
    )
    wide.write_csv(tmp_path / "firms.csv")
    size = (tmp_path / "firms.csv").stat().st_size
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tracemalloc.start()
    study = read_study(tmp_path, gazetteer=False)
    traced = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert study.organisations.height == n
    # the file is 100 MB; one column of 40 000 numbers is 0.2 MB. polars maps the file, hence the 2
    assert size > 90e6
    assert traced < size / 2
    assert (after - before) * 1024 < 2 * size


def test_a_million_identical_points(tmp_path):
    n = 1_000_000
    frame = pl.DataFrame({"org_id": pl.Series(range(n)).cast(pl.String)}).with_columns(
        longitude=pl.lit(9.19), latitude=pl.lit(45.46), country=pl.lit("IT")
    )
    study = read_study({"organisations": frame}, gazetteer=False)
    assert study.organisations.height == n
    assert study.about.quality.n_set_aside == 0


def test_disk_full_while_writing(tmp_path):
    study = read_study(folder_with(tmp_path / "in"), gazetteer=False)
    items = pl.DataFrame({"item_id": [f"item {i}" for i in range(50_000)]})
    many = study.with_table("knowledge_items", items)
    out = tmp_path / "out"
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with pytest.raises(UnwritableOutput, match=r"knowledge_items.*Free some room"):
            write_study(many, out)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "knowledge_items.csv" not in [path.name for path in out.iterdir()]
    assert not [path for path in out.iterdir() if path.name.startswith(".")]


def test_no_industry_at_all_is_said(tmp_path):
    header = HEADER.replace("industry", "trade_of_theirs")
    finding = told(folder_with(tmp_path, header=header), "no industry", "organisations")
    assert finding.n == len(GOOD)
    assert finding.column == "industry"
    assert "industry = " in finding.remedy


def test_industries_in_a_table_of_their_own_are_enough(tmp_path):
    header = HEADER.replace("industry", "trade_of_theirs")
    activities = "org_id,industry\nF1,wine\n"
    path = folder_with(tmp_path, header=header, activities=activities)
    quality = read_study(path, gazetteer=False).about.quality
    assert "no industry" not in [finding.rule for finding in quality.findings]
