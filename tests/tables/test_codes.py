"""Codes of industries by their form."""

import pytest

from buzzline.tables.codes import depth, is_root, within


@pytest.mark.parametrize(
    ("code", "level"),
    [("C", 1), ("10", 2), ("31-33", 2), ("10.1", 3), ("10.11", 4), ("C10.11", 4), ("334413", 6),
     ("optics", None), ("13-15x", None), ("", None)],
)  # fmt: skip
def test_by_hand_depth(code, level):
    assert depth(code) == level


def test_by_hand_what_lies_in_what():
    codes = ["31-33", "325", "3254", "325412", "44-45", "453", "10", "10.1", "10.11", "toys"]
    assert within(codes) == {
        "325": "31-33", "3254": "325", "325412": "3254", "453": "44-45", "10.1": "10",
        "10.11": "10.1",
    }  # fmt: skip


def test_by_hand_codes_of_everything():
    assert all(is_root(code) for code in ("00", "Total", " all ", "_T"))
    assert not any(is_root(code) for code in ("T", "10", "allspice"))
