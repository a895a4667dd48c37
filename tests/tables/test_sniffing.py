"""Layout of text files, from small bytes written here."""

import gzip

import pytest

from buzzline.errors import MissingFile, UnreadableFile
from buzzline.tables.sniffing import as_plain_text, sniff, survey

TEXT = "Name;Größe\nMüller;1,5\nŞahin;2,5\n"
WESTERN = TEXT.replace("Ş", "S")


def write(folder, content, name="t.csv"):
    path = folder / name
    path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return path


@pytest.mark.parametrize(
    ("content", "encoding", "assumed"),
    [
        (TEXT.encode(), "utf-8", False),
        (b"\xef\xbb\xbf" + TEXT.encode(), "utf-8-sig", False),
        (TEXT.encode("utf-16"), "utf-16", False),
        (TEXT.encode("utf-16-le"), "utf-16-le", True),
        (TEXT.encode("utf-16-be"), "utf-16-be", True),
        (WESTERN.encode("cp1252"), "cp1252", True),
        (WESTERN.encode("latin-1") + b"\x81;1\n", "latin-1", True),
    ],
)
def test_by_hand_encodings(tmp_path, content, encoding, assumed):
    layout = sniff(write(tmp_path, content))
    assert (layout.encoding, layout.assumed) == (encoding, assumed)
    assert layout.header == ("Name", "Größe")
    assert layout.separator == ";"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_by_hand_separators_also_beside_others_inside_quotes(tmp_path, separator):
    rows = [["id", "name, or ; name", "x"], ["1", "a, b; c", "2"], ["3", "d, e", "4"]]
    text = "\n".join(separator.join(f'"{cell}"' for cell in row) for row in rows)
    assert sniff(write(tmp_path, text.encode())).separator == separator


def test_by_hand_semicolons_with_decimal_commas(tmp_path):
    assert sniff(write(tmp_path, b"x;y\n1,5;2,5\n3,5;4,5\n")).separator == ";"
    assert sniff(write(tmp_path, b"x\n1\n2\n")).separator == ","
    ragged = b"id;x;y\n1;1,5;2,5\n2;1,5;2,5;\n3;1,5;2,5;\n4;1,5;2,5\n"
    assert sniff(write(tmp_path, ragged)).separator == ";"


@pytest.mark.parametrize(
    ("above", "skipped"),
    [("", 0), ("Firms of the region\n", 1), ("Title\n\nSource: us\n", 3), ("sep=;\n", 1)],
)
def test_by_hand_lines_above_the_header(tmp_path, above, skipped):
    layout = sniff(write(tmp_path, f"{above}id;name;x\n1;a;2\n3;b;4\n".encode()))
    assert (layout.skipped, layout.header) == (skipped, ("id", "name", "x"))


def test_by_hand_names_of_columns_are_made_unique(tmp_path):
    layout = sniff(write(tmp_path, b'" id",id,,"a\nb"\n1,2,3,4\n5,6,7,8\n'))
    assert layout.header == ("id", "id (2)", "column 3", "a b")
    assert layout.header_lines == 2


def test_a_compressed_file_is_looked_into(tmp_path):
    path = write(tmp_path, TEXT.encode(), "t.csv.gz")
    layout = sniff(path)
    assert not layout.plain
    with as_plain_text(path, layout) as plain:
        assert plain.read_text() == TEXT


def test_files_of_old_macs_get_ordinary_lines(tmp_path):
    path = write(tmp_path, TEXT.replace("\n", "\r").encode())
    with as_plain_text(path, sniff(path)) as plain:
        assert plain.read_text() == TEXT


def test_by_hand_lines_are_counted(tmp_path):
    assert survey(write(tmp_path, b"a\nb\nc")).lines == 3
    assert survey(write(tmp_path, b"a\nb\nc\n")).lines == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"PK\x03\x04....", "should end in .xlsx"),
        (b"PAR1....", "Parquet"),
        (b"<html><body>", "web page"),
        (b"%PDF-1.4", "PDF"),
    ],
)
def test_what_is_no_table_is_refused_with_a_remedy(tmp_path, content, said):
    with pytest.raises(UnreadableFile, match=said):
        sniff(write(tmp_path, content))


def test_a_wrong_encoding_is_said_with_line_and_remedy(tmp_path):
    path = write(tmp_path, WESTERN.encode("cp1252"))
    layout = sniff(path, encoding="utf-8")
    with (
        pytest.raises(UnreadableFile, match=r"t\.csv: .* line 1 are not utf-8.*cp1252"),
        as_plain_text(path, layout),
    ):
        pass
    with pytest.raises(UnreadableFile, match="no encoding called 'utf-99'"):
        sniff(path, encoding="utf-99")


def test_missing_and_damaged_files(tmp_path):
    with pytest.raises(MissingFile, match=r"none\.csv"):
        sniff(tmp_path / "none.csv")
    damaged = tmp_path / "d.csv.gz"
    damaged.write_bytes(gzip.compress(TEXT.encode())[:-12])
    with pytest.raises(UnreadableFile, match="decompressed"):
        sniff(damaged)
