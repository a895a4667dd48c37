"""How wide texts are, and where they break."""

from hypothesis import given
from hypothesis import strategies as st

from buzzline.charts.lettering import shortened, text_width, wrapped


def test_special_case_wide_letters_are_wider():
    assert text_width("iii", 12) < text_width("aaa", 12) < text_width("WWW", 12)
    assert text_width("北京", 12) == 24


@given(st.text(), st.integers(40, 400))
def test_invariant_shortened_texts_fit(text, width):
    cut = shortened(text, width, 12)
    assert text_width(cut, 12) <= width
    assert "\n" not in cut


@given(st.text(alphabet="abc de", min_size=1), st.integers(40, 400))
def test_invariant_wrapping_loses_no_word(text, width):
    assert " ".join(wrapped(text, width, 12)).split() == text.split()


def test_by_hand_nothing_stays_nothing():
    assert shortened("", -5, 12) == ""
    assert wrapped("", 100, 12) == []
