"""Text files: rows are never swallowed, dropped or shifted in silence."""

import csv
import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from buzzline.errors import UnreadableFile
from buzzline.tables.delimited import delimited


def load(folder, content, limit=None, **told):
    path = folder / "t.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = delimited(path, **told)
    loaded = source.load(source.columns, limit)
    return loaded.frame, [
        finding for finding in loaded.findings if finding.rule != "layout of the file"
    ]


def test_by_hand_rows_have_the_numbers_of_the_file(tmp_path):
    frame, _ = load(tmp_path, "Title\na,b,c\n1,2,3\n\n4,5,6\n")
    assert frame["_row"].to_list() == [3, 4, 5]
    assert frame.row(1)[1:] == (None, None, None)


def test_by_hand_everything_is_text(tmp_path):
    frame, _ = load(tmp_path, "id,x\n001,1.50\n002,2014-01-01\n")
    assert frame.drop("_row").dtypes == [pl.String, pl.String]
    assert frame["id"].to_list() == ["001", "002"]


def test_by_hand_rows_with_more_cells_are_marked(tmp_path):
    frame, _ = load(tmp_path, "a,b\n1,2,3\n4,5\n6,7,\n")
    assert frame["_surplus"].to_list() == [True, False, False]


def test_by_hand_texts_of_several_lines_stay_whole(tmp_path):
    frame, found = load(tmp_path, 'a,b,c\n1,"x\ny, z",3\n4,5,6\n')
    assert frame["b"].to_list() == ["x\ny, z", "5"]
    assert frame["_row"].to_list() == [2, 3]
    assert not found


@pytest.mark.parametrize(
    ("content", "names"),
    [
        ('a,b\n1,5" pipe\n2,y\n', ['5" pipe', "y"]),
        ('a,b\n1,"Bar" GmbH\n2,y\n', ["Bar GmbH", "y"]),
        ('a,b\n1,"say ""hello"""\n2,y\n', ['say "hello"', "y"]),
    ],
)
def test_by_hand_quotation_marks_inside_a_text(tmp_path, content, names):
    assert load(tmp_path, content)[0]["b"].to_list() == names


@pytest.mark.parametrize("closing", ["", '"'])
def test_a_stray_quotation_mark_swallows_no_rows_and_is_said(tmp_path, closing):
    rows = [f"{i},name {i},{i}" for i in range(2, 102)]
    rows[20] = '22,"name 22,22'  # line 22 of the file: the header is line 1
    rows[89] = f"91,name 91{closing},91"  # it may happen to close 69 rows later
    frame, found = load(tmp_path, "\n".join(["id,name,x", *rows]) + "\n")
    assert frame.height == 100
    assert found[0].rule == "stray quotation mark"
    assert found[0].rows[0] == 22
    assert frame["name"][20] == "name 22"


def test_a_stray_quotation_mark_that_cannot_be_read_around_names_the_line(tmp_path):
    with pytest.raises(UnreadableFile, match=r"t\.csv: a quotation mark is opened .* line 3"):
        load(tmp_path, 'a,b,c\n1,"x, y",3\n4,"stray,6\n7,8,9\n10,11,12\n')


def test_by_hand_a_limit_reads_the_first_rows(tmp_path):
    assert load(tmp_path, "a,b\n1,2\n3,4\n5,6\n", limit=2)[0].height == 2
    assert load(tmp_path, 'a,b\n1,5" x\n3,4\n5,6\n', limit=2)[0].height == 2


def test_special_case_a_header_alone_has_no_rows(tmp_path):
    assert load(tmp_path, "a,b\n")[0].height == 0
    assert load(tmp_path, "a,b")[0].columns == ["_row", "a", "b"]


TEXTS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=6).map(str.strip)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(TEXTS, TEXTS, TEXTS), min_size=2, max_size=8), st.sampled_from(",;\t|")
)
def test_another_package_what_the_standard_library_writes_is_read_back(
    tmp_path_factory, rows, mark
):
    text = io.StringIO()
    writer = csv.writer(text, delimiter=mark, quoting=csv.QUOTE_ALL)
    writer.writerows([("first", "second", "third"), *rows])
    folder = tmp_path_factory.mktemp("csv")
    frame, _ = load(folder, text.getvalue(), separator=mark, encoding="utf-8")
    read = [tuple(cell or "" for cell in row[1:4]) for row in frame.iter_rows()]
    assert read == rows
