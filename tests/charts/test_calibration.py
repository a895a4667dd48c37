"""Pictures of what data tell of parameters."""

import polars as pl

from buzzline.charts import chart
from buzzline.simulation.calibration import PARAMETER_SCHEMA, Calibration


def made(rows):
    parameters = pl.DataFrame(rows, schema=PARAMETER_SCHEMA)
    empty = pl.DataFrame()
    return Calibration(parameters, empty, empty, empty, 300, 0.9, 2000, 2004, ("A note.",))


def row(name, value, low, high):
    return {"parameter": name, "value": value, "low": low, "high": high, "level": 0.9,
            "prior_low": 0.0, "prior_high": 0.4, "status": "told"}  # fmt: skip


def test_values_stand_where_they_lie_in_their_priors():
    drawn = chart(made([row("trust_gain", 0.1, 0.0, 0.2), row("forgetting", None, 0.1, 0.3)]))
    text = str(drawn.json())
    assert text.index("trust gain") < text.index("forgetting")
    assert "0.25" in text
    assert "not told (prior 0 to 0.4)" in text
    assert "90% intervals" in text
    assert "A note." in text


def test_no_parameter_can_be_drawn():
    assert chart(made([])).alt
