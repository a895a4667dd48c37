"""Which engine holds the raw ties: polars in memory, DuckDB on disk, or Spark on a cluster.

`on_engine` moves tables there as narwhals lazy frames; the functions of `ties.py` then give the
same answer whichever engine works. Only their small results come back, as polars frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias

import narwhals as nw
import polars as pl
import polars.selectors as cs
from narwhals.typing import IntoFrame

from buzzline.errors import InvalidArgument, MissingFile, MissingPackage, UnreadableFile
from buzzline.tables.columns import Table

Engine = Literal["polars", "duckdb", "spark"]

Lazy: TypeAlias = nw.LazyFrame[Any]
AnyFrame: TypeAlias = IntoFrame | nw.LazyFrame[Any] | nw.DataFrame[Any]
Session: TypeAlias = Any  # duckdb.DuckDBPyConnection or pyspark.sql.SparkSession, both optional


def on_engine(
    frame: pl.DataFrame | Path | str,
    engine: Engine = "polars",
    session: Session | None = None,
    *,
    table: Table | None = None,
) -> Lazy:
    """Move a data frame, or the table in a file, to an engine as a lazy frame.

    Parameters
    ----------
    frame : DataFrame, or path of a `.parquet` or `.csv` file
        Comma-separated files must be plain: UTF-8, commas, decimal points, one header row.
    engine : "polars", "duckdb" or "spark"
        DuckDB when the ties do not fit into memory, Spark when they live on a cluster; the
        path must then be one the cluster can see.
    session : connection, optional
        A DuckDB connection or a Spark session. Frames that are to be joined must share it.
        Without one, DuckDB's default connection or the active Spark session is used.
    table : Table, optional
        Comma-separated files hold text; numeric columns of this table are read as numbers.

    Raises
    ------
    MissingPackage
        The package of the engine is not installed.
    MissingFile, UnreadableFile
        There is no such file, or it is neither Parquet nor comma-separated.
    InvalidArgument
        The engine is unknown, or no Spark session is active.

    Examples
    --------
    >>> ties = pl.DataFrame({"source": ["a"], "target": ["b"], "layer": ["supply"]})
    >>> on_engine(ties).collect_schema().names()
    ['source', 'target', 'layer']
    """
    if engine not in _MOVERS:
        raise InvalidArgument(
            f"on_engine: `engine` must be one of {', '.join(_MOVERS)}; got {engine!r}"
        )
    given = frame if isinstance(frame, pl.DataFrame) else _existing(Path(frame))
    moved: Lazy = nw.from_native(_MOVERS[engine](given, session)).lazy()
    if isinstance(given, Path) and given.suffix.lower() == ".csv":
        return _typed(moved, table)
    return moved


def duckdb_session(
    *, memory_gb: float | None = None, threads: int | None = None, spill: Path | None = None
) -> Session:
    """Open a DuckDB connection that spills to disk what memory cannot hold.

    Parameters
    ----------
    memory_gb : gigabytes, optional
        Memory it may use; four fifths of the machine when not given.
    threads : count, optional
        All cores when not given.
    spill : folder, optional
        Where intermediate results go that do not fit.
    """
    settings: dict[str, str] = {}
    if memory_gb is not None:
        settings["memory_limit"] = f"{memory_gb}GB"
    if threads is not None:
        settings["threads"] = str(threads)
    if spill is not None:
        settings["temp_directory"] = str(spill)
    return _duckdb().connect(config=settings)


def lazily(frame: AnyFrame) -> Lazy:
    """Return any frame (polars, DuckDB relation, Spark, narwhals) as a narwhals lazy frame."""
    try:
        return nw.from_native(frame).lazy()
    except TypeError as error:
        raise InvalidArgument(
            f"expected a data frame, a DuckDB relation or a Spark data frame, "
            f"got {type(frame).__name__}"
        ) from error


def collected(frame: Lazy, counts: Sequence[str], *, order: Sequence[str]) -> pl.DataFrame:
    """Bring a small result back: `counts` as Int64, rows in order, empty values last.

    Sums of counts come out of DuckDB as decimals and out of polars as 32 bits; here they become
    the same type.
    """
    result = frame.collect(backend="polars").to_polars()
    return result.with_columns(pl.col(list(counts)).cast(pl.Int64)).sort(order, nulls_last=True)


def _on_polars(given: pl.DataFrame | Path, session: Session | None) -> pl.LazyFrame:
    if isinstance(given, pl.DataFrame):
        return given.lazy()
    if given.suffix.lower() == ".csv":
        return pl.scan_csv(given, infer_schema=False)
    return pl.scan_parquet(given)


def _on_duckdb(given: pl.DataFrame | Path, session: Session | None) -> Any:
    connection = session if session is not None else _duckdb().default_connection()
    if isinstance(given, pl.DataFrame):
        return connection.from_arrow(given.to_arrow())
    if given.suffix.lower() == ".csv":
        return connection.read_csv(str(given), all_varchar=True, header=True)
    return connection.read_parquet(str(given))


def _on_spark(given: pl.DataFrame | Path, session: Session | None) -> Any:
    spark = session if session is not None else _active_spark()
    if isinstance(given, pl.DataFrame):
        signed = given.with_columns(cs.unsigned_integer().cast(pl.Int64))  # Spark has no others
        if signed.height:
            return spark.createDataFrame(signed.to_arrow())
        # A table without rows cannot be sent: send one row of nulls, and keep none.
        return spark.createDataFrame(signed.clear(n=1).to_arrow()).limit(0)
    if given.suffix.lower() == ".csv":
        return spark.read.csv(str(given), header=True, inferSchema=False)
    return spark.read.parquet(str(given))


_MOVERS = {"polars": _on_polars, "duckdb": _on_duckdb, "spark": _on_spark}


def _existing(path: Path) -> Path:
    if not path.exists():
        raise MissingFile(f"{path}: there is no such file. Check the path.")
    if path.suffix.lower() not in (".parquet", ".csv"):
        raise UnreadableFile(
            f"{path}: expected a `.parquet` or `.csv` file. "
            "Read other formats with `read_study` and pass its tables."
        )
    return path


def _typed(text: Lazy, table: Table | None) -> Lazy:
    """Empty cells become null in every engine, numbers of the schema become numbers."""
    numeric = {} if table is None else {
        column.name: nw.Float64() if column.dtype == pl.Float64() else nw.Int64()
        for column in table.columns
        if column.dtype.is_numeric()
    }  # fmt: skip
    names = text.collect_schema().names()
    filled = {name: nw.when(nw.col(name) != "").then(nw.col(name)) for name in names}
    return text.with_columns(
        **{
            name: cell.cast(numeric[name]) if name in numeric else cell
            for name, cell in filled.items()
        }
    )


def _duckdb() -> Any:
    try:
        import duckdb
    except ImportError as error:
        raise MissingPackage("duckdb", "duckdb", "The engine DuckDB") from error
    return duckdb


def _active_spark() -> Any:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingPackage("pyspark-client", "spark", "The engine Spark") from error
    active = SparkSession.getActiveSession()
    if active is None:
        raise InvalidArgument(
            "on_engine: no Spark session is active. Open one and pass it as `session`: "
            "SparkSession.builder.remote('sc://host:port').getOrCreate()"
        )
    return active
