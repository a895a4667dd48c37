"""Pictures of scholarly disagreements."""

import numpy as np
import polars as pl

from buzzline.charts import chart
from buzzline.simulation.deciding_worlds import deciding_worlds
from buzzline.simulation.factorial import factorial_design, factorial_effects
from buzzline.simulation.switch_factorial import SwitchFactorial, pairs_table, switches_table
from buzzline.simulation.switches import switches_of


def made(codes, effect):
    some = switches_of(codes)
    design = factorial_design(len(some))
    luck = np.random.default_rng(1).normal(0, 0.1, (len(design), 5))
    found = factorial_effects(
        design, np.where(design, 0.5, -0.5) @ np.array(effect)[:, None] + luck
    )
    return SwitchFactorial(
        switches_table(some, found, 0.95, has_lever=False), pairs_table(some, found, 0.95),
        "`knowledge` after 4 steps", len(design), 5, 0.95, (),
    )  # fmt: skip


def test_a_tornado_has_the_widest_bar_on_top_and_both_positions():
    result = made(["X1", "X2", "X3"], [0.2, -3.0, 1.0])
    assert result.switches["switch"].to_list()[0] == "X2"
    drawn = chart(result)
    values = drawn.spec["data"]["values"] if "data" in drawn.spec else drawn.json()
    text = str(values)
    assert text.index("X2 Does") < text.index("X3 What") < text.index("X1 Does")
    assert "Which disagreement matters" in drawn.title


def test_worlds_are_drawn_in_the_order_of_the_literature():
    drawn = chart(deciding_worlds(switches=["X16", "X2"], runs=2, rng=1))
    text = str(drawn.json())
    assert text.index("X16 Does") < text.index("X2 Does")
    assert "no evidence" in text


def test_a_tornado_of_nothing_can_be_drawn():
    result = made(["X1"], [0.0])
    assert chart(result).alt
    assert isinstance(result.table(), pl.DataFrame)
