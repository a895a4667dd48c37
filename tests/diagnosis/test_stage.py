"""The stage says the question it answers."""

from __future__ import annotations

from buzzline import diagnosis


def test_the_stage_says_its_question():
    assert diagnosis.__doc__ is not None
    assert diagnosis.__doc__.endswith("?")
