"""The benchmark harness: cases agree with their peers, and figures are what they say."""

import json
import sys

import pytest
from benchmarks import cases, compare, measuring, results, worlds


@pytest.fixture
def fresh_worlds(tmp_path, monkeypatch):
    monkeypatch.setattr(worlds, "KEPT", tmp_path / "worlds")


def line(case, runs_s, commit, n=1000):
    return {"case": case, "n": n, "counts": "ties", "runs_s": runs_s, "cpu_s": runs_s,
            "median_s": sorted(runs_s)[len(runs_s) // 2], "first_s": 9.0, "start_mb": 100.0,
            "peak_mb": 200.0, "commit": commit, "threads": 2, "load": 0.5,
            "machine": {"processor": "abacus", "cores": 2, "memory_gb": 4},
            "versions": {"python": "3.11"}}  # fmt: skip


@pytest.mark.parametrize("family", ["ties_by_scale", "neighbours_exact", "neighbours_city"])
def test_a_case_gives_the_answer_of_its_peers(fresh_worlds, family):
    peers = [case for case in cases.CASES if case.name.startswith(family)]
    assert len(peers) == 3
    answers = {case.prepare(2_000)() for case in peers}
    assert len(answers) == 1
    assert answers.pop() > 0


def test_cases_have_different_names_and_growing_sizes():
    names = [case.name for case in cases.CASES]
    assert len(set(names)) == len(names)
    for case in cases.CASES:
        sizes = [case.sizes[size] for size in cases.SIZES if size in case.sizes]
        assert sizes == sorted(sizes)


def test_the_first_call_is_kept_apart_from_the_warm_ones():
    calls = []
    measured = measuring.measure_call(lambda n: lambda: calls.append(n), 3, runs=5)
    assert calls == [3] * 6
    assert len(measured.runs_s) == len(measured.cpu_s) == 5
    assert measured.peak_mb >= measured.start_mb > 0


def test_memory_of_a_command_and_its_children_is_counted(tmp_path):
    # Parent and child each hold 60 MB for a while.
    child = "b = bytearray(60_000_000); import time; time.sleep(0.4)"
    parent = (
        f"import subprocess, sys; {child}; subprocess.run([sys.executable, '-c', {child!r}])"
    )
    measured = measuring.measure_command([[sys.executable, "-c", parent]], 1, 1, tmp_path)
    assert 120 < measured.peak_mb < 300
    assert measured.runs_s[0] > 0.8 > measured.cpu_s[0]


def test_a_command_that_fails_says_what_it_said(tmp_path):
    broken = [sys.executable, "-c", "raise ValueError('no such town')"]
    with pytest.raises(SystemExit, match="no such town"):
        measuring.measure_command([broken], 1, 1, tmp_path)


def test_clear_changes_are_told_from_noise():
    before = {("a", 1): line("a", [2.0, 2.1, 2.2, 2.0, 2.1], "x"),
              ("b", 1): line("b", [2.0, 3.1, 1.2, 2.0, 2.1], "x")}  # fmt: skip
    after = {("a", 1): line("a", [1.0, 1.1, 1.0, 1.2, 1.0], "y"),
             ("b", 1): line("b", [2.1, 2.9, 1.4, 1.9, 2.2], "y")}  # fmt: skip
    _, faster, unclear = compare.compared(before, after)
    assert "| faster |" in faster
    assert "| no clear change |" in unclear


def test_the_newest_line_of_each_case_is_in_the_table(tmp_path):
    history = tmp_path / "2026-01-01.jsonl"
    lines = [line("road", [3.0], "old"), line("road", [2.0], "new")]
    history.write_text("\n".join(json.dumps(entry) for entry in lines))
    results.write_results(history, tmp_path / "RESULTS.md")
    text = (tmp_path / "RESULTS.md").read_text()
    assert "| road | 1,000 ties | 2 | 2 to 2 | 1 | 9 | 2 | 100 | 200 | 0.5 | new |" in text
    assert "old" not in text.split("| commit |")[1]
