"""What appears on the screen, and how far the work is."""

from __future__ import annotations

import io
from datetime import date

import polars as pl
import pytest
from rich.console import Console

from buzzline.cli import printing, quality, waiting
from buzzline.tables.quality import Finding, Quality, TableCount


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2020, 1, 2), "2020-01-02"),
        (float("nan"), "–"),
        (False, "no"),
        (0.00012, "0.00012"),
    ],
)
def test_by_hand_cells(value, text):
    assert printing.cell(value) == text


def test_a_wide_table_says_what_it_does_not_show(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    wide = pl.DataFrame({f"column_number_{k}": [k] * 30 for k in range(9)})
    printing.show_frame(wide)
    said = capsys.readouterr().out
    assert "… and 18 more rows and 6 more columns" in said
    assert max(len(line) for line in said.splitlines()) <= 60


def test_names_come_before_numbers_and_in_place_of_ids(capsys):
    frame = pl.DataFrame(
        {"cluster_id": ["a/b"], "n": [3], "label": ["Prato"], "verdict": ["missing"]}
    )
    printing.show_frame(frame)
    head = capsys.readouterr().out.splitlines()[1]
    assert head.index("label") < head.index("verdict") < head.index(" n ")
    assert "cluster_id" not in head


PAIR = {
    "industry": "optics", "cluster_id": "optics/Wetzlar (Hessen), DE", "label": "Wetzlar (Hessen), DE",
    "sibling_id": "optics/Giessen (Hessen), DE", "sibling": "Giessen (Hessen), DE", "km": 12.0,
    "outcome": "overlapping communities in one place", "robustness": 0.9, "layer": "knowledge",
    "n": 12, "value": 1.25, "low": 0.75, "high": 1.75, "reason": "not enough",
}  # fmt: skip


@pytest.mark.parametrize("width", [80, 120])
def test_by_hand_the_verdict_on_a_pair_is_seen(capsys, monkeypatch, width):
    monkeypatch.setenv("COLUMNS", str(width))
    frame = pl.DataFrame([PAIR])
    printing.show_frame(frame)
    said = capsys.readouterr().out
    head = said.splitlines()[1]
    seen = ["label", "sibling", "layer", "outcome", *(["value", "low", "high"] * (width > 80))]
    assert [name for name in head.replace("┃", " ").split() if name in seen] == seen
    assert "_id" not in head
    assert max(len(line) for line in said.splitlines()) <= width
    order, least = printing._telling_first(frame)
    assert order[-1] == "reason"
    assert least == ["label", "sibling", "layer", "outcome"]


def test_by_hand_a_code_stays_where_a_name_is_missing(capsys):
    frame = pl.DataFrame({"cluster_id": ["a/b", "c/d"], "label": ["Prato", None]})
    printing.show_frame(frame)
    assert "c/d" in capsys.readouterr().out


def test_by_hand_years_have_no_thousands(capsys):
    frame = pl.DataFrame(
        {"first_year": [2023], "crossing_year": [2011.25], "since": [1998], "n_years": [1234]}
    )
    printing.show_frame(frame)
    said = capsys.readouterr().out
    for words in ("2023", "2011.2", "1998", "1,234"):
        assert f" {words} " in said


def test_by_hand_one_column_more_is_one(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "20")
    printing.show_frame(pl.DataFrame({f"column_{k}": [k] for k in range(3)}))
    assert "… and 1 more column\n" in capsys.readouterr().out


def test_brackets_in_data_are_no_markup(capsys):
    printing.show_frame(pl.DataFrame({"name": ["[bold]Works[/bold]"], "n": [1]}))
    printing.show("[red]x[/red]")
    said = capsys.readouterr().out
    assert "[bold]Works[/bold]" in said
    assert "[red]x[/red]" in said


def test_quality_shows_rows_examples_and_remedy(capsys):
    finding = Finding("linkages", "end", "`end` before `start`", "set aside", 12,
                      tuple(range(2, 14)), ("2019-06-01",), "Correct one of the two dates.")  # fmt: skip
    report = Quality((TableCount("linkages", "ties.csv", 20, 8, 12),), (), (finding,))
    quality.show_quality(report, usable=True)
    said = capsys.readouterr().out
    for words in ("12 rows are set aside", "SET ASIDE", "2, 3, 4, 5, 6, 7, 8, 9 and 4 more",
                  "2019-06-01", "Correct one of the two dates.", "the header is row 1"):  # fmt: skip
        assert words in said


def test_plain_lines_where_there_is_no_terminal(capsys):
    with waiting.shown_progress(quiet=False) as tell:
        for done in range(4):
            tell("counting", done, 3)
        tell("counting", 3, 3)
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == ["counting …", "counting: done"]


def test_bars_with_remaining_time_on_a_terminal(monkeypatch):
    screen = Console(file=io.StringIO(), force_terminal=True, width=100)
    monkeypatch.setattr(waiting, "messages", lambda: screen)
    with waiting.shown_progress(quiet=False) as tell:
        tell("counting", 1, 4)
    said = screen.file.getvalue()
    assert "counting" in said
    assert "1/4" in said
    assert "left" in said


def test_by_hand_members_are_named_and_tiny_probabilities_not_spelt_out(monkeypatch):
    screen = Console(file=io.StringIO(), width=120)
    monkeypatch.setattr(printing, "results", lambda: screen)
    printing.show_frame(pl.DataFrame({
        "cluster_id": ["optics/nillon-ro"], "label": ["Nillon north, RO"], "org_id": ["O1"],
        "name": ["Tunen Optics"], "type": ["core member"], "p_core": [0.93],
        "p_none": [2.3e-17], "km": [2e-4],
    }))  # fmt: skip
    said = screen.file.getvalue()
    head = next(line for line in said.splitlines() if "label" in line)
    assert head.index("label") < head.index("name") < head.index("type") < head.index("p_core")
    assert "org_id" not in head
    assert "below 0.001" in said
    assert "0.0002" in said


def test_quiet_shows_nothing(capsys):
    with waiting.shown_progress(quiet=True) as tell:
        tell("counting", 0, 3)
    assert capsys.readouterr().err == ""


def test_by_hand_lines_say_how_long_the_rest_takes(monkeypatch, capsys):
    clock = iter([0.0, 30.0, 60.0])
    monkeypatch.setattr(waiting.time, "monotonic", lambda: next(clock))
    with waiting.shown_progress(quiet=False) as tell:
        for done in (0, 10, 20):
            tell("20 cases x 20 runs", done, 60)
    said = capsys.readouterr().err
    assert "20 of 60, about 2 min left" in said
