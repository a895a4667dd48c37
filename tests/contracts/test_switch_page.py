"""The page on disagreements says what the program holds."""

from docs.switch_page import PAGE, filled


def test_the_page_on_switches_is_as_the_program_has_them():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text) == text, "run `python -m docs.switch_page`"
    assert text.count("| X") >= 2 * 46
