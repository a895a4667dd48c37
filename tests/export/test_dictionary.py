"""Every column of every result table is explained."""

import polars as pl
from tests.results import balance, clustering, profile, quality

from buzzline.clusters.candidate_clusters import candidate_clusters
from buzzline.export import data_dictionary, result_frames
from buzzline.export.dictionary import COLUMN_MEANING, TABLE_MEANING
from buzzline.tables.study import Study


def test_invariant_every_column_of_every_table_is_explained():
    frames = result_frames(
        quality(), profile=profile("supply"), clustering=clustering(), balance=balance()
    )
    assert list(frames) == list(COLUMN_MEANING)[: len(frames)]
    assert list(TABLE_MEANING) == list(COLUMN_MEANING)
    for name, frame in frames.items():
        assert frame.columns == [column for column, _, _ in COLUMN_MEANING[name]], name


def test_invariant_columns_of_a_real_run_are_explained():
    organisations = pl.DataFrame({
        "org_id": [str(i) for i in range(60)],
        "industry": ["wine"] * 20 + ["tiles"] * 40,
        "longitude": [11.0] * 20 + [12.0 + i for i in range(40)],
        "latitude": [43.9] * 60,
    })  # fmt: skip
    found = candidate_clusters(Study.of(organisations=organisations), draws=19, rng=1)
    frames = result_frames(quality(), clustering=found)
    for name in ("clusters", "members", "candidates", "coverage"):
        known = {column for column, _, _ in COLUMN_MEANING[name]}
        assert set(frames[name].columns) == known, name


def test_invariant_meanings_are_sentences():
    table = data_dictionary()
    assert table["meaning"].str.ends_with(".").all()
    assert not table.select("table", "column").is_duplicated().any()
