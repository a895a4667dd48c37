"""Input-output tables: shared out to other codes, totals kept."""

import csv

import polars as pl
import pytest

from buzzline.errors import InvalidArgument, MissingFile, UnreadableFile
from buzzline.tables.connectors import read_bea_flows

# rows: commodities, then value added; columns: industries, then final demand and totals
USE = {
    "row": ["A", "B", "S00300", "T005", "V00100", "T008"],
    "A": [10.0, 20.0, 1.0, 31.0, 5.0, 36.0],
    "B": [30.0, -4.0, 3.0, 29.0, 9.0, 38.0],
    "GOV": [7.0, 0.0, 0.0, 7.0, 1.0, 8.0],
    "T001": [47.0, 16.0, 4.0, None, None, None],
    "F01000": [2.0, 3.0, 0.0, None, None, None],
    "NA": [9.0, 9.0, 9.0, 9.0, 9.0, 9.0],
}
# 1111.. lies in A; 222210 in A and B; 222220 in B
CROSSWALK = {
    "BEA_2017_Detail_Code": ["A", "A", "A", "B", "B", "B"],
    "NAICS_2017_Code": ["11", "111110", "222210", "222210", "222220", "222220"],
}


@pytest.fixture
def table(tmp_path):
    pl.DataFrame(CROSSWALK).write_csv(tmp_path / "Crosswalk.csv")
    path = tmp_path / "Use_2017.csv"
    pl.DataFrame(USE).write_csv(path)
    return path


def flows(study):
    found = study.industry_flows
    return {
        (row[0], row[1]): row[2] for row in found.select("industry", "other", "value").rows()
    }


def test_by_hand_flows_are_shared_out_evenly_without_jobs(table):
    # 222210 lies in two, so it counts half in each: A is 2/3 111110 and 1/3 222210,
    # B is 1/3 222210 and 2/3 222220; A sells 10 to itself and 30 to B, B sells 20 to A
    found = flows(read_bea_flows(table))
    assert found["111110", "111110"] == pytest.approx(10 * 4 / 9)
    assert found["111110", "222220"] == pytest.approx(30 * 4 / 9)
    assert found["222210", "222210"] == pytest.approx(10 / 9 + 30 / 9 + 20 / 9)
    assert found["222220", "111110"] == pytest.approx(20 * 4 / 9)
    assert sum(found.values()) == pytest.approx(60.0)


def test_by_hand_flows_are_shared_out_by_jobs(table):
    employment = pl.DataFrame({
        "place_id": ["p", "q", "p", "p"], "industry": ["111110", "111110", "222210", "222210"],
        "year": [2019, 2019, 2019, 2018], "size_class": pl.Series([None] * 4, dtype=pl.String),
        "jobs": [20.0, 40.0, 40.0, 900.0],
    })  # fmt: skip
    found = flows(read_bea_flows(table, employment=employment))
    # A: 60 jobs of 111110 and half of 40 of 222210, so 3/4 and 1/4; B: only 222210 has jobs
    assert found["111110", "222210"] == pytest.approx(30 * 3 / 4 + 10 * 3 / 4 * 1 / 4)
    assert ("111110", "222220") not in found
    assert sum(found.values()) == pytest.approx(60.0)


def test_by_hand_what_is_left_out_is_told(table):
    study = read_bea_flows(table)
    # 10 + 20 + 1 + 30 - 4 + 3 + 7 = 67 of purchases; 60 of them brought over
    assert study.about.notes[0].startswith("60 of 67 million USD")
    assert "S00300" in study.about.notes[0]
    finding = study.about.quality.findings[0]
    assert (finding.n, finding.severity, finding.examples) == (1, "set aside", ("B to B",))
    assert study.industry_flows.select("kind", "unit", "year").unique().rows() == [
        ("input_output", "musd", 2017)
    ]


@pytest.mark.parametrize("digits", [2, 3, 4, 5])
def test_invariant_coarser_flows_are_sums_of_finer_ones(table, digits):
    fine = read_bea_flows(table).industry_flows
    coarse = flows(read_bea_flows(table, digits=digits))
    summed = fine.group_by(pl.col("industry", "other").str.head(digits)).agg(
        pl.col("value").sum()
    )
    assert coarse == pytest.approx(
        {(row[0], row[1]): row[2] for row in summed.select("industry", "other", "value").rows()}
    )


def test_mistakes_are_told(table, tmp_path):
    with pytest.raises(InvalidArgument, match="2 to 6, got 1"):
        read_bea_flows(table, digits=1)
    with pytest.raises(MissingFile, match="one use table"):
        read_bea_flows(tmp_path)
    with pytest.raises(UnreadableFile, match="codes of BEA and NAICS"):
        read_bea_flows(table, crosswalk=table)
    (tmp_path / "Crosswalk.csv").unlink()
    with pytest.raises(MissingFile, match="pass `crosswalk`"):
        read_bea_flows(table)


def codes_with_a_counterpart(crosswalk):
    """Codes of the Bureau that hold a six-digit industry; each line is a row of the file."""
    header, *lines = crosswalk.read_text(encoding="utf-8-sig").splitlines()
    at = header.split(",").index("BEA_2017_Detail_Code")
    found = set()
    for line in lines:
        row = next(csv.reader([line]))
        if len(row) > at + 4 and len(row[at + 4]) == 6 and row[at + 4].isdigit():
            found.add(row[at])
    return found


@pytest.mark.parametrize("digits", [6, 3])
def test_real_data_totals_are_kept(shared_data, digits):
    use = shared_data / "bea_io" / "Detail_Use_2017_PRO_BeforeRedef_17sch.parquet"
    study = read_bea_flows(use, digits=digits)
    known = codes_with_a_counterpart(shared_data / "bea_io" / "MasterCrosswalk.csv")
    wide = pl.read_parquet(use).filter(pl.col("row").is_in(list(known)))
    values = wide.select(name for name in wide.columns if name in known).to_numpy()
    assert study.industry_flows["value"].sum() == pytest.approx(values[values > 0].sum())
    assert study.industry_flows["value"].min() > 0
    assert values[values > 0].sum() > 0.98 * 14_855_532  # all purchases between industries
