"""Names of places and titles of industries that stand beside the jobs."""

import pandas as pd
import pytest

from buzzline.tables import read_study

LONG = {
    "AGS": ["01001", "01001", "08111"], "Kreis": ["Flensburg", "Flensburg", "Stuttgart"],
    "WZ 2008": ["10.1", "29.1", "29.1"], "Wirtschaftszweig": ["Fleisch", "Kraftwagen", "Kraftwagen"],
    "Jahr": ["2022"] * 3, "Beschäftigte": ["5", "6", "7"], "Betriebe": ["1", "2", "3"],
}  # fmt: skip
WIDE = {
    "Area code": ["E1", "E2"], "Area name": ["Aa", "Bb"], "10 : Food": ["5", "*"],
    "13 : Textiles": ["1", "2"], "49 : Transport": ["3", "4"], "62 : IT": ["7", "8"],
    "01 : Farming": ["9", "10"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("table", "places", "titles"),
    [
        (LONG, {"01001": "Flensburg", "08111": "Stuttgart"}, {"10.1": "Fleisch", "29.1": "Kraftwagen"}),
        (WIDE, {"E1": "Aa", "E2": "Bb"}, {"10": "Food", "13": "Textiles", "49": "Transport",
                                          "62": "IT", "01": "Farming"}),
    ],
)  # fmt: skip
def test_by_hand_names_beside_the_jobs_are_taken(tmp_path, table, places, titles):
    pd.DataFrame(table).to_csv(tmp_path / "table 5.csv", index=False)
    study = read_study(tmp_path)
    assert dict(study.places.select("place_id", "name").iter_rows()) == places
    assert dict(study.industries.select("industry", "title").iter_rows()) == titles


def test_by_hand_a_code_of_two_names_is_not_named(tmp_path):
    odd = LONG | {"Kreis": ["Flensburg", "Kiel", "Stuttgart"]}
    pd.DataFrame(odd).to_csv(tmp_path / "table 5.csv", index=False)
    assert read_study(tmp_path).places.height == 0
