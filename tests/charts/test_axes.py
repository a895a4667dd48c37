"""Round numbers for axes."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buzzline.charts.axes import amount, round_ticks


@given(
    st.floats(-1e6, 1e6, allow_nan=False),
    st.floats(1e-6, 1e6, allow_nan=False),
    st.integers(2, 12),
)
def test_invariant_ticks_are_inside_even_and_few(low, span, most):
    ticks = round_ticks(low, low + span, most)
    assert len(ticks) <= max(most, 1)
    slack = 1e-6 * max(abs(low), span)
    assert all(low - slack <= tick <= low + span + slack for tick in ticks)
    steps = [b - a for a, b in pairwise(ticks)]
    assert all(step == pytest.approx(steps[0], rel=1e-3, abs=slack) for step in steps)


def test_by_hand_no_span_is_one_tick_and_no_number_none():
    assert round_ticks(3.0, 3.0, 4) == [3.0]
    assert round_ticks(float("nan"), 1.0, 4) == []


def test_by_hand_amounts_read_as_a_person_writes_them():
    assert [amount(-0.5), amount(150), amount(1e-9), amount(None)] == [
        "-0.5",
        "150",
        "1e-9",
        "?",
    ]
