"""Social capital where ties come in records, begin at dates, and have layers: size, by hand."""

from datetime import date

import numpy as np
import polars as pl
import pytest

from buzzline.clusters.declared_as_clusters import clustering_of_labels
from buzzline.linkages.conventions import likeness_along_ties
from buzzline.linkages.pair_errors import PairRows
from buzzline.linkages.social_capital import social_capital
from buzzline.linkages.tie_structure import closure, tied_matrix
from buzzline.linkages.tied_pairs import TiedPairs
from buzzline.tables.study import Study

NONE = np.empty(0, np.int64)


def study_of(n, rows, opened=None, **more):
    """One cluster of n; rows of ends, record and year."""
    ids = [f"o{k:03d}" for k in range(n)]
    ties = pl.DataFrame({
        "source": [ids[row[0]] for row in rows], "target": [ids[row[1]] for row in rows],
        "layer": "research", "directed": False, "observed_by": [row[2] for row in rows],
        "start": [None if row[3] is None else date(row[3], 6, 1) for row in rows],
    }, schema_overrides={"observed_by": pl.String, "start": pl.Date})  # fmt: skip
    frame = pl.DataFrame({
        "org_id": ids, "longitude": [4.0] * n, "latitude": [50.0] * n, "industry": "x",
        "opened": [date(2000 if opened is None else int(opened[k]), 1, 1) for k in range(n)],
    })  # fmt: skip
    study = Study.of(organisations=frame, linkages=ties.with_columns(**more))
    return study, clustering_of_labels(study, ["all"] * n)


def consortia(n, n_projects, size, rng):
    rows = []
    for project in range(n_projects):
        who = np.sort(rng.choice(n, size, replace=False))
        rows += [(a, b, f"p{project}", 2010 + project % 10)
                 for k, a in enumerate(who) for b in who[k + 1 :]]  # fmt: skip
    return rows


def test_consortia_dealt_at_random_are_not_closed():
    p = []
    for seed in range(12):
        rows = consortia(40, 30, 5, np.random.default_rng(seed))
        found = social_capital(*study_of(40, rows), draws=39, rng=seed).structure
        p.append(found.filter(pl.col("measure") == "closure")["p"][0])
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 12)


def test_closure_beyond_consortia_is_seen():
    rng = np.random.default_rng(1)
    rows = [(a, b, f"p{k}", 2015) for k, (a, b) in enumerate(
        (group * 8 + a, group * 8 + b) for group in range(5) for a in range(8)
        for b in range(a + 1, 8) if rng.random() < 0.5
    )]  # fmt: skip
    found = social_capital(*study_of(40, rows), draws=39, rng=1).structure
    row = found.filter(pl.col("measure") == "closure").row(0, named=True)
    assert row["value"] > row["expected_high"]
    assert row["p"] <= 0.05


def test_leaving_out_each_record_is_what_the_error_of_closure_says():
    # one record of four that are all tied, and a star of its own records: records matter more
    one, other = np.array([0, 0, 0, 1, 1, 2, 3, 3, 3]), np.array([1, 2, 3, 2, 3, 3, 4, 5, 6])
    record = np.array([0, 0, 0, 0, 0, 0, 1, 2, 3])
    rows = PairRows(one, other, np.arange(9), record)
    ties = tied_matrix(one, other, 7)
    without = [closure(tied_matrix(one[record != k], other[record != k], 7)).value
               for k in range(4)]  # fmt: skip
    error = np.sqrt(3 / 4 * np.sum((np.array(without) - np.mean(without)) ** 2))
    found = closure(ties, rows)
    assert found.error == pytest.approx(max(error, closure(ties).error))
    assert found.units == 4


def welcomed(n, hazard, rng, *, shut_since=None):
    """Each pair present ties with the same hazard a year; from a year on newcomers do not."""
    opened = rng.integers(2001, 2021, n)
    rows = []
    for a in range(n):
        for b in range(a):
            begin = max(opened[a], opened[b])
            if shut_since and begin >= shut_since:
                continue
            years = begin + rng.geometric(hazard) - 1
            if years <= 2020:
                rows.append((b, a, None, int(years)))
    return study_of(n, rows, opened)


def test_newcomers_as_welcome_as_others_were_are_not_called_shut_out():
    p = []
    for seed in range(12):
        study, clustering = welcomed(60, 0.25 / 60, np.random.default_rng(seed))
        row = social_capital(study, clustering, draws=39, rng=seed).newcomers.row(0, named=True)
        p.append(row["p"])
        assert row["n_others"] >= 5
    assert np.mean(np.array(p) <= 0.05) <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 12)


def test_newcomers_kept_out_are_seen():
    study, clustering = welcomed(80, 0.02, np.random.default_rng(3), shut_since=2016)
    row = social_capital(study, clustering, draws=99, rng=1).newcomers.row(0, named=True)
    assert row["value"] == 0
    assert row["p"] == pytest.approx(0.01)
    assert row["expected"] > 0.2


def test_newcomers_whose_ties_have_no_dates_get_no_p():
    study, clustering = welcomed(80, 0.02, np.random.default_rng(3))
    undated = study.with_table(
        "linkages", study.linkages.with_columns(start=pl.lit(None, pl.Date))
    )
    row = social_capital(undated, clustering, draws=39, rng=1).newcomers.row(0, named=True)
    assert row["value"] is not None
    assert row["p"] is None
    assert "when ties began is not known" in row["reason"]


def test_trust_is_of_the_layers_asked_for_and_either_end_of_a_tie():
    rows = [(a, a + 20, None, 2015) for a in range(20)]
    study, _ = study_of(40, rows, trust=0.25)
    other = study.linkages.with_columns(layer=pl.lit("supply"), trust=pl.lit(0.75))
    both = study.with_table("linkages", pl.concat([study.linkages, other]))
    for labels in (["in"] * 20 + [None] * 20, [None] * 20 + ["in"] * 20):
        clustering = clustering_of_labels(both, labels)
        for layer, trust in (("research", 0.25), ("supply", 0.75)):
            found = social_capital(both, clustering, layers=[layer], draws=19, rng=1).trust
            row = found.filter(
                (pl.col("among") == "to others") & (pl.col("measure") == "trust (survey)")
            ).row(0, named=True)
            told = (row["value"], row["n"])
            # supply has a direction unless it says otherwise; here both say they have none
            assert told == (pytest.approx(trust), 20)
    directed = both.with_table(
        "linkages", both.linkages.with_columns(directed=pl.lit(value=True))
    )
    found = social_capital(directed, clustering, draws=19, rng=1).trust
    assert found.filter(pl.col("among") == "to others")["value"].null_count() == 2


def test_the_band_of_likeness_is_of_the_level_asked_for():
    rng = np.random.default_rng(2)
    answer = rng.normal(size=60)
    pairs = TiedPairs(np.arange(59), np.arange(1, 60), NONE, NONE)
    bands = [
        likeness_along_ties(answer, pairs, draws=199, rng=np.random.default_rng(3), level=level)
        for level in (0.5, 0.95)
    ]
    assert bands[0].high - bands[0].low < 0.6 * (bands[1].high - bands[1].low)
    few = likeness_along_ties(answer, pairs, draws=3, rng=rng)
    assert np.isfinite(few.value)
    assert np.isnan([few.low, few.high, few.p]).all()
