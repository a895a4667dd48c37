"""The three engines, each opened once: polars, DuckDB, and Spark Connect served by Sail."""

import os
import sys
import warnings
from functools import partial
from types import SimpleNamespace

import pytest

from buzzline.network import duckdb_session, on_engine


@pytest.fixture(scope="session")
def told_main_module():
    """pyspark takes a main module that says nothing of itself (xdist) for its own doctests.

    An empty spec is enough for it; a file would be run again by every new process.
    """
    with pytest.MonkeyPatch.context() as patch:
        if sys.modules["__main__"].__spec__ is None:
            patch.setattr(sys.modules["__main__"], "__spec__", SimpleNamespace())
        yield


@pytest.fixture(scope="session")
def spark_session(told_main_module):
    os.environ.setdefault("RUST_LOG", "off")  # Sail logs every session to the terminal
    with warnings.catch_warnings():
        # pyspark 4.2 says so at import; nothing here turns a Spark frame into a pandas one.
        warnings.filterwarnings(
            "ignore", "PySpark does not yet fully support pandas", category=FutureWarning
        )
        from pysail.spark import SparkConnectServer
        from pyspark.sql import SparkSession

        server = SparkConnectServer("127.0.0.1", 0)
        server.start(background=True)
        host, port = server.listening_address
        session = SparkSession.builder.remote(f"sc://{host}:{port}").getOrCreate()
    yield session
    session.stop()
    server.stop()


@pytest.fixture(scope="session")
def duckdb_connection():
    connection = duckdb_session(threads=1)
    yield connection
    connection.close()


@pytest.fixture(scope="session")
def engines(spark_session, duckdb_connection):
    """Name of the engine -> function that moves a polars frame or a file there."""
    return {
        "polars": partial(on_engine, engine="polars"),
        "duckdb": partial(on_engine, engine="duckdb", session=duckdb_connection),
        "spark": partial(on_engine, engine="spark", session=spark_session),
    }
