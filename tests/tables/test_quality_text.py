"""The report reads from the gravest to the least, with rows and remedies."""

from buzzline.tables.quality import Finding, Quality, TableCount
from buzzline.tables.quality_text import quality_text


def finding(severity, n=1, rows=(7,), examples=("x",)):
    return Finding(
        "linkages", "weight", f"a {severity} thing", severity, n, rows, examples, "Mend it."
    )


def test_by_hand_order_counts_rows_and_remedies():
    count = TableCount("linkages", "links.csv", 1_234, 1_200, 34)
    findings = tuple(finding(severity) for severity in ("note", "repaired", "set aside"))
    text = quality_text(Quality((count,), (), findings, {}, {"linkages": ("foo", "bar")}))
    assert text.startswith(
        "1,200 of 1,234 rows can be used.\n\nlinkages (links.csv): 1,234 rows read"
    )
    places = [
        text.index(f"a {severity} thing") for severity in ("set aside", "repaired", "note")
    ]
    assert places == sorted(places)
    assert "linkages: foo, bar" in text


def test_fatal_findings_are_the_verdict():
    text = quality_text(Quality((), (), (finding("fatal"), finding("fatal"))))
    assert text.startswith("These tables cannot be used yet: 2 problems.")


def test_by_hand_many_rows_are_cut_and_counted():
    text = quality_text(Quality((), (), (finding("note", 1_000, tuple(range(2, 22))),)))
    assert "1,000 rows (row 2, 3, 4, 5, 6, ...), e.g. x" in text


def test_invariant_lines_fit_a_terminal():
    long = Finding("t", "c", "r", "note", 1, (1,), ("word " * 50,), "Word " * 80)
    assert max(len(line) for line in quality_text(Quality((), (), (long,))).splitlines()) <= 96


def test_special_case_nothing_read():
    assert "nothing to mend" in quality_text(Quality())


def test_a_notebook_and_a_console_show_the_finding_not_the_fields():
    count = TableCount("linkages", "links.csv", 10, 9, 1)
    quality = Quality((count,), (), (finding("set aside"),))
    assert repr(quality) == "Quality: linkages: 9 of 10 rows usable"
    shown = quality._repr_html_()
    assert "9 of 10 rows usable" in shown
    assert "a set aside thing" in shown
