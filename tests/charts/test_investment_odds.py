"""The forest of risk ratios: nothing overlaps, nothing that has an end is left out."""

import pytest
from tests.charts.pictures import overlaps, texts
from tests.investment.planted_odds import dealt, table_of

from buzzline.charts import chart
from buzzline.investment import investment_odds

DEALS = [
    *table_of(20, 30, 8, 40), *table_of(0, 14, 15, 16, industry="3254", first=200, year=2009),
    *table_of(13, 14, 15, 16, industry="1121", first=400, jobs=20.0),
]  # fmt: skip


def words(spec):
    return " ".join(box[0] for box in texts(spec.svg()))


@pytest.mark.parametrize("width", [280, 680])
def test_forest_can_be_read(width):
    spec = chart(investment_odds(*dealt(DEALS), draws=39, rng=1), width=width)
    assert not overlaps(spec.svg())
    said = words(spec)
    assert "pooled" in said
    assert "3254" in said  # none of its deals from clusters lands, and it has an upper end
    assert " against " not in said  # shares with nothing held need not fit the ratio drawn
    assert "held)" in said or width == 280


def test_what_cannot_be_measured_is_said():
    spec = chart(investment_odds(*dealt(table_of(5, 5, 0, 0)), draws=9, rng=1))
    assert "not testable" in spec.alt
