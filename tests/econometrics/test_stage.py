"""The stage says the question it answers."""

from __future__ import annotations

from buzzline import econometrics


def test_the_stage_says_its_question():
    assert econometrics.__doc__ is not None
    assert econometrics.__doc__.endswith("?")
