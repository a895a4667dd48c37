"""What is said about a required column that is not there."""

from buzzline.tables.missing import missing_column
from buzzline.tables.schema import LINKAGES, ORGANISATIONS


def test_by_hand_the_columns_of_the_file_and_the_likely_one_are_named():
    found = missing_column(
        "organisations", ORGANISATIONS.column("org_id"), source="f.csv", theirs=["Firm ID", "x"]
    )
    assert found.severity == "fatal"
    assert "The columns of f.csv are `Firm ID`, `x`. `Firm ID` may be it." in found.remedy
    assert 'org_id = "Firm ID"' in found.remedy


def test_by_hand_a_column_with_a_list_of_words_may_be_one_value():
    found = missing_column(
        "linkages",
        LINKAGES.column("layer"),
        source="l.csv",
        theirs=[f"c{i}" for i in range(30)],
    )
    assert "under [tables.linkages.values]: layer = " in found.remedy
    assert "and 10 more" in found.remedy
