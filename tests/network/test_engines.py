"""Moving tables to an engine."""

import sys
from datetime import date

import narwhals as nw
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from buzzline.errors import InvalidArgument, MissingFile, MissingPackage, UnreadableFile
from buzzline.network import degrees, duckdb_session, on_engine, scale_counts
from buzzline.network.engines import collected
from buzzline.space.scales import Cutoffs
from buzzline.tables.schema import LINKAGES, ORGANISATIONS

TIES = pl.DataFrame(
    {"source": ["01", "02", None], "target": ["02", "02", "01"], "layer": ["supply"] * 3,
     "weight": [1.5, None, 0.25], "start": [date(2001, 2, 3), None, None],
     "formal": [True, None, False]}
)  # fmt: skip


def back(lazy):
    return lazy.collect(backend="polars").to_polars()


def test_values_and_types_survive_the_journey(engines):
    for move in engines.values():
        assert_frame_equal(back(move(TIES)).sort("weight"), TIES.sort("weight"))


def test_a_table_without_rows_keeps_its_columns(engines):
    for move in engines.values():
        assert_frame_equal(back(move(LINKAGES.empty())), LINKAGES.empty())


def test_unsigned_numbers_arrive(engines):
    counts = pl.DataFrame({"n": [1, 2]}, schema={"n": pl.UInt32})
    for move in engines.values():
        assert sorted(back(move(counts))["n"].to_list()) == [1, 2]


@pytest.mark.parametrize("suffix", [".parquet", ".csv"])
def test_files_give_the_same_answers_as_frames(engines, tmp_path, suffix):
    organisations = pl.DataFrame(
        {"org_id": ["01", "02"], "longitude": [11.1, 10.9], "latitude": [43.9, 44.8],
         "country": ["IT", None]}
    )  # fmt: skip
    frames = {"ties": TIES, "organisations": organisations}
    for name, frame in frames.items():
        path = tmp_path / f"{name}{suffix}"
        frame.write_csv(path) if suffix == ".csv" else frame.write_parquet(path)
    expected = scale_counts(TIES, organisations, Cutoffs())
    for move in engines.values():
        ties = move(tmp_path / f"ties{suffix}", table=LINKAGES)
        places = move(tmp_path / f"organisations{suffix}", table=ORGANISATIONS)
        assert_frame_equal(scale_counts(ties, places, Cutoffs()), expected)
        assert_frame_equal(degrees(ties), degrees(TIES))


def test_identifiers_in_text_files_keep_their_zeros(engines, tmp_path):
    path = tmp_path / "ties.csv"
    path.write_text('source,target,layer\n007,"",supply\n,008,supply\n')
    for move in engines.values():
        assert sorted(back(move(path)).rows(), key=str) == [
            ("007", None, "supply"), (None, "008", "supply"),
        ]  # fmt: skip


def test_counts_are_whole_numbers_and_rows_in_order_on_every_engine(engines):
    for move in engines.values():
        flagged = move(TIES).with_columns(formal=nw.when(nw.col("formal")).then(1).otherwise(0))
        counts = flagged.group_by("source").agg(n=nw.len(), formal=nw.col("formal").sum())
        result = collected(counts, ("n", "formal"), order=("source",))
        assert result.rows() == [("01", 1, 1), ("02", 1, 0), (None, 1, 0)]
        assert result.dtypes == [pl.String, pl.Int64, pl.Int64]


def test_ties_beyond_the_memory_of_the_engine_spill_to_disk(tmp_path):
    # 400 000 ties of distinct organisations need some 100 MB to be grouped.
    n = 400_000
    path = tmp_path / "ties.parquet"
    number = pl.int_range(n, eager=True)
    text = pl.Series("source", [f"organisation number {i}" for i in range(n)])
    pl.DataFrame(
        {
            "source": text,
            "target": text.gather((number * 7919 + 1) % n),
            "layer": ["supply"] * n,
        }
    ).write_parquet(path)
    session = duckdb_session(memory_gb=0.06, threads=1, spill=tmp_path / "spill")
    answer = degrees(on_engine(path, "duckdb", session))
    session.close()
    assert answer.height == n
    assert answer["n_ties"].sum() == 2 * n


def test_an_unknown_engine_is_refused():
    with pytest.raises(InvalidArgument, match="one of polars, duckdb, spark; got 'dask'"):
        on_engine(TIES, "dask")


def test_a_missing_file_and_an_unknown_format_are_refused(tmp_path):
    with pytest.raises(MissingFile, match="there is no such file"):
        on_engine(tmp_path / "none.parquet")
    (tmp_path / "ties.xlsx").touch()
    with pytest.raises(UnreadableFile, match="Read other formats with `read_study`"):
        on_engine(tmp_path / "ties.xlsx")


def test_what_is_no_frame_is_refused():
    with pytest.raises(InvalidArgument, match="expected a data frame"):
        degrees([("a", "b")])


def test_spark_without_a_session_says_how_to_open_one(spark_session, monkeypatch):
    monkeypatch.setattr(type(spark_session), "getActiveSession", lambda: None)
    with pytest.raises(InvalidArgument, match=r"SparkSession\.builder\.remote"):
        on_engine(TIES, "spark")


@pytest.mark.parametrize(
    ("engine", "package", "extra"),
    [("duckdb", "duckdb", "duckdb"), ("spark", "pyspark.sql", "spark")],
)
def test_a_missing_package_names_its_extra(monkeypatch, engine, package, extra):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackage, match=rf"buzzline\[{extra}\]"):
        on_engine(TIES, engine)
