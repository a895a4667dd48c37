"""The chart of a data-quality report."""

from tests.results import quality

from buzzline.charts import chart


def test_by_hand_one_bar_a_table():
    rows = chart(quality()).spec["data"]["values"]
    assert [(row["label"], row["kept"]) for row in rows] == [
        ("organisations", 1), ("linkages", 0.8888889), ("activities", None),
    ]  # fmt: skip
    assert rows[1]["note"] == "8 kept, 1 set aside"
    assert rows[0]["all"] is None
    assert rows[2]["note"] == "no rows"
