"""Parquet and CSV."""

from datetime import date

import polars as pl
import pytest

from buzzline.export import write_csv, write_parquet

FRAME = pl.DataFrame({
    "name": ['a "quoted", cell', "two\nlines", "São 🏭", None, "=SUM(A1)", "-12.5", "@all", "+a"],
    "ratio": [0.1, 1e-7, float("nan"), None, float("inf"), 2.0, 3.0, 4.0],
    "day": [date(2020, 1, 31)] * 8,
    "n": range(8),
})  # fmt: skip


def test_by_hand_excel_opens_it_right_and_runs_nothing(tmp_path):
    (path,) = write_csv(FRAME, tmp_path / "t.csv")
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfname,ratio,day,n\n")
    text = raw.decode("utf-8-sig")
    assert '"a ""quoted"", cell",0.1,2020-01-31,0' in text
    assert "\n'=SUM(A1)," in text
    assert "\n-12.5," in text
    assert "\n'@all," in text
    assert "\n'+a," in text


def test_by_hand_the_cells_changed_are_counted(tmp_path):
    written = write_csv(FRAME, tmp_path / "t.csv")
    assert written.notes == (
        ("t.csv", "texts that began like a formula, now with an apostrophe: 3"),
    )


def test_another_package_reads_the_same_texts(tmp_path):
    import pandas as pd

    write_csv(FRAME, tmp_path / "t.csv")
    read = pd.read_csv(tmp_path / "t.csv", keep_default_na=False)
    assert list(read["name"])[:3] == FRAME["name"].to_list()[:3]


def test_invariant_parquet_is_the_exact_copy(tmp_path):
    write_parquet(FRAME, tmp_path / "t.parquet")
    assert pl.read_parquet(tmp_path / "t.parquet").equals(FRAME)


@pytest.mark.parametrize("height", [0, 1])
def test_special_case_tables_without_rows(tmp_path, height):
    frame = FRAME.head(height)
    write_csv(frame, tmp_path / "t.csv")
    assert pl.read_csv(tmp_path / "t.csv").height == height


def test_special_case_a_table_without_texts(tmp_path):
    assert write_csv(FRAME.select("n"), tmp_path / "t.csv").notes == ()
