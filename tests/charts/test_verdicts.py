"""The matrix of verdicts."""

from tests.results import balance

from buzzline.charts import chart


def cells(spec):
    return spec.spec["layer"][1]["data"]["values"]


def test_by_hand_cells_hold_mark_and_factor_under_the_default_model():
    found = cells(chart(balance(1)))
    assert [(cell["column"], cell["said"]) for cell in found] == [
        ("local", "▼ ×0.4"), ("regional", "▲ ×3 ~"), ("national", "● ×1"), ("global", "○ few"),
    ]  # fmt: skip


def test_by_hand_clusters_left_out_are_counted():
    spec = chart(balance(30))
    (heading,) = [row for row in spec.spec["data"]["values"] if row["is_heading"]]
    assert heading["note"] == "20 of 30 clusters"
    assert len(cells(spec)) == 80


def test_by_hand_layers_left_out_are_counted():
    lines = chart(balance(2, *"abcdef")).spec["title"]["subtitle"]
    assert any("4 layers with most ties of 6" in line for line in lines)


def test_by_hand_what_could_not_be_tested_is_counted():
    lines = chart(balance(2)).spec["title"]["subtitle"]
    assert "Pairs of cluster and layer that could not be tested: 1." in lines
