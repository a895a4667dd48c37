"""Studies over many worlds go on where they stopped, and begin anew when the code changes."""

import polars as pl
import pytest
from benchmarks import recovering
from benchmarks.delineation_cells import CELLS, OUTCOMES, confusion
from benchmarks.delineation_recovery import PAGE, TRIALS
from benchmarks.recovering import Trial, fingerprint, put_into, rate, rows_of, share_of, table

MADE = []


def measured(setting, seed):
    """Remember what was asked for."""
    MADE.append((setting["n"], seed))
    return [{"found": setting["n"] * seed}]


def trial(worlds=3):
    settings = [{"n": 2}, {"n": 5}]
    return Trial("toy", measured, settings, worlds, ("buzzline.agreement",), str)


@pytest.fixture
def here(monkeypatch):
    """Measure in this process."""
    monkeypatch.setattr(
        recovering, "_measured", lambda one, jobs, _: (recovering._one((one.measure, *job)) for job in jobs)
    )  # fmt: skip
    MADE.clear()


def test_what_was_measured_is_not_measured_again(here, tmp_path):
    first = rows_of(trial(), tmp_path, share=0.7, processes=1)
    assert sorted(MADE) == [(2, 0), (2, 1), (5, 0), (5, 1)]
    whole = rows_of(trial(), tmp_path, share=1, processes=1)
    assert sorted(MADE[4:]) == [(2, 2), (5, 2)]
    assert whole.sort("n", "seed")["found"].to_list() == [0, 2, 4, 0, 5, 10]
    assert first.join(whole, on=["n", "seed", "found"]).height == first.height


def test_a_line_that_was_cut_short_is_measured_again(here, tmp_path):
    rows_of(trial(1), tmp_path, share=1, processes=1)
    file = next(tmp_path.iterdir())
    file.write_text(file.read_text()[:-5])
    rows_of(trial(1), tmp_path, share=1, processes=1)
    assert len(MADE) == 5  # two seeds at least; one of four was lost


def test_a_fingerprint_follows_the_code_and_not_its_words(tmp_path, monkeypatch):
    package = tmp_path / "buzzline"
    (package / "clusters").mkdir(parents=True)
    monkeypatch.setattr(recovering, "SOURCE", tmp_path)
    (package / "agreement.py").write_text("from buzzline.clusters.other import x\n")
    seen = []
    for text in ("x = 1\n", '"""Words."""\nx = 1  # more words\n', "x = 2\n"):
        (package / "clusters" / "other.py").write_text(text)
        seen.append(fingerprint(trial()))
    assert seen[0] == seen[1] != seen[2]


def test_shares_by_hand():
    assert rate(5, 100) == "5 % (2.2 to 11.2)"  # Wilson
    assert rate(0, 0) == "-"
    frame = pl.DataFrame({"p": [0.01, 0.2, None, 0.5]})
    assert share_of(frame, pl.col("p") <= 0.05).startswith("33.3 %")
    assert table(["a", "b"], [["x", 1]]) == "| a | b |\n| --- | ---: |\n| x | 1 |\n"


def test_a_confusion_matrix_by_hand():
    found = pl.DataFrame([
        cell | {"organisations": 300, "seed": seed, "outcome": OUTCOMES[0 if seed else at]}
        for at, cell in enumerate(CELLS) for seed in range(4)
    ])  # fmt: skip
    lines = confusion(found).splitlines()
    assert lines[2].startswith(
        "| multiple clusters | 300 | 4 | **100** | 0 | 0 | 0 | 0 | 100 %"
    )
    assert lines[5].startswith("| one cluster | 300 | 4 | 75 | 0 | 0 | **25** | 0 | 25 %")


def test_every_trial_has_its_place_on_the_page(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    for name in (*TRIALS, "errors"):
        put_into(page, name, f"here is {name}")
        assert f"here is {name}" in page.read_text(encoding="utf-8")
