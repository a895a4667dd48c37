"""Counts in sentences."""

import pytest

from buzzline.wording import plural, verb


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "0 cities"),
        (1, "1 city"),
        (1.0, "1 city"),
        (2, "2 cities"),
        (12_345, "12,345 cities"),
    ],
)
def test_by_hand_one_is_not_several(number, said):
    assert plural(number, "city", "cities") == said
    assert verb(number, "is", "are") == ("is" if said == "1 city" else "are")
