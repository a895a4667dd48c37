"""The chart of a scale profile."""

from tests.results import profile

from buzzline.charts import chart


def bars(spec):
    return [row for row in spec.spec["data"]["values"] if not row["is_heading"]]


def test_by_hand_shares_and_intervals_are_those_of_the_result():
    found = bars(chart(profile("supply")))
    assert [row["label"] for row in found] == ["local", "regional", "national", "global"]
    assert [row["share"] for row in found] == [0.1, 0.2, 0.3, 0.4]
    assert [round(row["low"], 6) for row in found] == [0.07, 0.17, 0.27, 0.37]
    assert found[0]["note"] == "10.0% of ties (100)"


def test_by_hand_layers_with_most_ties_stand_first_and_the_rest_is_announced():
    spec = chart(profile(*"abcdefghij"))
    headings = [row["label"] for row in spec.spec["data"]["values"] if row["is_heading"]]
    assert headings == list("jihgfedc")
    assert any(
        "8 layers with most ties of 10" in line for line in spec.spec["title"]["subtitle"]
    )


def test_by_hand_ties_not_placed_are_said():
    (heading,) = [
        row for row in chart(profile("a")).spec["data"]["values"] if row["is_heading"]
    ]
    assert heading["note"] == "1,000 ties placed, 7 not"
