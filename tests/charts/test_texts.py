"""Texts and keys at places of a picture."""

from buzzline.charts.texts import KeyItem, key, lettered, text


def test_by_hand_a_key_wraps_to_its_width_and_says_how_tall_it_is():
    items = [KeyItem(f"group {i}", "#000000") for i in range(6)]
    _, one_line = key(items, 1000, 0)
    _, several = key(items, 150, 0)
    assert one_line == 16
    assert several == 48
    assert key([], 100, 0)[1] == 0


def test_by_hand_texts_without_a_letter_are_left_out():
    layer = lettered([text("a", 1, 2), text("", 3, 4)])
    assert [row["said"] for row in layer["data"]["values"]] == ["a"]
