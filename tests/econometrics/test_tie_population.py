"""Who could tie, and what stands beside nearness: planted truth, size, circular industries."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from benchmarks.uneven_towns import LAYER, PLANTED, uneven_towns

from buzzline.econometrics.tie_formation import tie_formation
from buzzline.tables.connectors.consortia import FIELD_OF_PROJECTS
from buzzline.tables.study import Study

DISTANCE = "halvings of the distance"


def row_of(found, measured_by):
    return found.rows.filter(pl.col("measured_by") == measured_by).row(0, named=True)


def test_recovers_the_truth_where_most_tie_with_nobody():
    held, off = [], []
    for seed in range(6):
        found = tie_formation(uneven_towns(seed), draws=0, rng=seed)
        row = row_of(found, DISTANCE)
        assert row["n_organisations"] == 600  # not only the third that has ties
        held.append(row["low"] <= PLANTED[DISTANCE] <= row["high"])
        off.append(row["value"] - PLANTED[DISTANCE])
    assert np.mean(held) >= 5 / 6
    assert abs(np.mean(off)) < 0.05  # of those with ties alone: 0.2 too low


def linkages(ends, layer, **more):
    return pl.DataFrame({"source": ends[0], "target": ends[1], "layer": layer,
                         "directed": False, **more})  # fmt: skip


def readily_tied(n, m, ready, rng):
    chance = np.exp(ready) / np.exp(ready).sum()
    one, other = rng.choice(n, 3 * m, p=chance), rng.choice(n, 3 * m, p=chance)
    keys = np.unique(np.minimum(one, other) * n + np.maximum(one, other))
    keys = rng.choice(keys[keys // n != keys % n], m, replace=False)
    ids = np.array([f"o{k:03d}" for k in range(n)])
    return ids[keys // n], ids[keys % n]


def test_knowing_many_is_not_taken_for_knowing_each_other():
    verdicts, p, others = [], [], []
    n = 300
    for seed in range(8):
        rng = np.random.default_rng(seed)
        ready = rng.normal(0, 1.3, n)  # the same in both layers; nothing else goes with ties
        ties = pl.concat([
            linkages(readily_tied(n, 2 * n, ready, rng), "research"),
            linkages(readily_tied(n, n, ready, rng), "board"),
        ])  # fmt: skip
        frame = pl.DataFrame({
            "org_id": [f"o{k:03d}" for k in range(n)], "longitude": rng.uniform(0, 5, n),
            "latitude": rng.uniform(45, 50, n),
        })  # fmt: skip
        study = Study.of(organisations=frame, linkages=ties)
        found = tie_formation(study, layers=["research"], draws=39, rng=seed)
        row = row_of(found, "tied in board")
        verdicts.append("tie more" in row["verdict"])
        p.append(row["p"])
        others.append(row_of(found, "acquaintances of both (log)")["verdict"])
    assert sum(verdicts) <= 1
    assert np.mean(np.array(p) <= 0.05) <= 0.25
    assert set(others) == {"the better known tie more"}


def test_in_a_survey_those_who_answered_could_tie():
    study = uneven_towns(1, n=200, ties_each=3)
    told = study.linkages.with_columns(observed_by=pl.col("source"))
    found = tie_formation(study.with_table("linkages", told), draws=0, rng=1)
    respondents = told["source"].n_unique()
    row = row_of(found, DISTANCE)
    assert row["n_organisations"] == respondents
    assert "organisations that answered" in row["among"]
    silent = next(i for i in study.organisations["org_id"] if i not in set(told["source"]))
    answers = pl.DataFrame({
        "unit_id": [silent], "indicator": ["answered"], "year": [2020], "value": [1.0],
    })  # fmt: skip
    more = Study.of(organisations=study.organisations, linkages=told, outcomes=answers)
    row = row_of(tie_formation(more, draws=0, rng=1), DISTANCE)
    assert row["n_organisations"] == respondents + 1


def test_what_is_not_known_of_how_many_stands_on_the_row():
    study = uneven_towns(2, n=300, ties_each=4)
    kind = pl.when(pl.int_range(300) < 60).then(None).otherwise("kind").alias("kind")
    partly = study.with_table("organisations", study.organisations.with_columns(kind))
    row = row_of(tie_formation(partly, draws=0, rng=1), DISTANCE)
    assert row["among"] == "240 of 300 organisations; not known: kind of 60"


def test_an_industry_read_off_the_ties_explains_no_tie():
    study = uneven_towns(3, n=300, ties_each=4)
    marked = replace(study, about=replace(study.about, notes=(FIELD_OF_PROJECTS,)))
    row = row_of(tie_formation(marked, layers=[LAYER], draws=0, rng=1), "of one industry")
    assert row["verdict"] == "not testable"
    assert "very projects" in row["reason"]
    assert row_of(tie_formation(study, draws=0, rng=1), "of one industry")["value"] == (
        pytest.approx(PLANTED["of one industry"], abs=0.5)
    )
