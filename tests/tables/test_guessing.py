"""Guesses from names and values."""

import polars as pl
import pytest

from buzzline.tables.gathering import source_of_frame
from buzzline.tables.guessing import fits, guesses

FIRMS = {
    "Nr": ["1", "2", "3"],
    "Firma": ["A", "B", "C"],
    "X": ["9,5", "10,5", "11"],
    "Y": ["45", "46", "47"],
}


def guess(**frames):
    found = guesses(
        [source_of_frame(name, pl.DataFrame(columns)) for name, columns in frames.items()]
    )
    return {each.source.name: each for each in found}


def test_by_hand_names_tell_tables_and_columns():
    found = guess(
        Firmen=FIRMS, Lieferbeziehungen={"Lieferant": ["1"], "Kunde": ["2"], "Beginn": ["2014"]}
    )
    assert found["Firmen"].columns == {
        "org_id": "Nr",
        "name": "Firma",
        "longitude": "X",
        "latitude": "Y",
    }
    links = found["Lieferbeziehungen"]
    assert links.columns == {"source": "Lieferant", "target": "Kunde", "start": "Beginn"}
    assert (links.layer, links.sure_of_layer) == ("supply", True)


def test_by_hand_stakes_and_deals_are_known_by_their_names():
    found = guess(
        Firmen=FIRMS,
        stakes={"Holder": ["1"], "Held": ["2"], "Stake": ["41"], "Unit": ["%"],
                "From": ["2010"], "To": ["2015-03-01"]},
        deals={"Buyer": ["1"], "Bought": ["3"], "Year": ["2010"], "Price": ["3.5"],
               "Currency": ["EUR"], "Kind": ["acquisition"]},
        takeovers={"Acquirer": ["1"], "Target": ["3"], "Year": ["2010"]},
        orders={"Supplier": ["1"], "Buyer": ["3"]},
    )  # fmt: skip
    assert found["stakes"].columns == {
        "source": "Holder", "target": "Held", "weight": "Stake", "unit": "Unit",
        "start": "From", "end": "To",
    }  # fmt: skip
    assert found["stakes"].layer == "ownership"
    assert found["deals"].columns == {
        "source": "Buyer", "target": "Bought", "weight": "Price", "unit": "Currency",
        "start": "Year", "layer": "Kind",
    }  # fmt: skip
    ends = {name: (each.columns["source"], each.columns["target"])
            for name, each in found.items() if each.table == "linkages"}  # fmt: skip
    assert ends["takeovers"] == ("Acquirer", "Target")
    assert ends["orders"] == ("Supplier", "Buyer")


def test_by_hand_dates_are_no_identifiers():
    links = guess(
        Firmen=FIRMS, links={"A": ["1", "2"], "From": ["2010-01-02", "2011"],
                             "B": ["2", "3"], "To": ["2011", "2012-03-04"]},
    )["links"]  # fmt: skip
    assert (links.columns["source"], links.columns["target"]) == ("A", "B")


def test_by_hand_values_overrule_names():
    # x and y hold metres, so they are no longitude and latitude
    found = guess(
        firms={"id": ["1", "2"], "x": ["652000", "653000"], "y": ["5123456", "5123999"]}
    )
    assert found["firms"].columns == {"org_id": "id"}


def test_by_hand_ends_of_ties_are_found_by_their_values():
    found = guess(
        firms=FIRMS,
        links={"when": ["2014", "2015"], "head": ["1", "2"], "tail": ["002", "3.0"]},
    )
    assert found["links"].columns["source"] == "head"
    assert found["links"].columns["target"] == "tail"
    assert (found["links"].layer, found["links"].sure_of_layer) == ("supply", False)


def test_by_hand_the_identifier_is_what_ties_name():
    found = guess(
        firms={"id": ["1", "2"], "name": ["A", "B"]},
        links={"from": ["A"], "to": ["B"], "layer": ["supply"]},
    )
    assert found["firms"].columns == {"org_id": "name", "name": "name"}


def test_by_hand_ties_are_known_by_their_values_when_nothing_is_named_so():
    number = ["1", "2", "3"]
    found = guess(
        firms={"No": number, "Exhibitor": ["A", "B", "C"], "City": ["Rome", "Rome", "Bonn"]},
        pairs={"Exhibitor A": ["1", "2"], "Exhibitor B": ["2", "3"], "Date": ["2014", "2015"]},
        # number and name of one organisation are no tie, nor is one column
        contacts={"No": number, "who": ["A", "B", "C"], "phone": ["0", "0", "0"]},
        remarks={"about": ["1", "3"], "text": ["x", "y"]},
    )
    assert found["firms"].columns["org_id"] == "No"
    expected = {"source": "Exhibitor A", "target": "Exhibitor B", "start": "Date"}
    assert found["pairs"].columns == expected
    assert (found["pairs"].layer, found["pairs"].sure_of_layer) == ("co_attendance", True)
    assert (found["contacts"].table, found["remarks"].table) == ("", "")


def test_by_hand_a_second_list_is_kept_when_ties_end_there():
    found = guess(
        startups={"Startup": ["A", "B"], "Market": ["x", "y"], "City": ["Rome", "Bonn"]},
        funds={"Fund": ["F", "G"], "Nation": ["IT", "DE"]},
        deals={"Backer": ["F", "G"], "Portfolio company": ["A", "B"]},
        towns={"Name": ["Rome", "Bonn"], "Nation": ["IT", "DE"]},
    )
    assert found["startups"].columns["org_id"] == "Startup"
    assert found["funds"].table == "organisations"
    assert found["funds"].columns["org_id"] == "Fund"
    assert found["deals"].columns == {"source": "Backer", "target": "Portfolio company"}
    assert found["deals"].layer == "investment"
    assert found["towns"].table == ""


def test_by_hand_tables_without_telling_names_are_known_by_their_columns():
    found = guess(sheet1={"Company": ["a"], "lat": ["45"], "lon": ["9"]}, sheet2={"buyer": ["a"], "supplier": ["a"]},
                  sheet3={"remark": ["x"]})  # fmt: skip
    assert [each.table for each in found.values()] == ["organisations", "linkages", ""]


def test_special_case_one_file_alone_is_the_table_of_organisations():
    assert guess(survey={"a": ["1", "2"], "b": ["x", "x"]})["survey"].table == "organisations"


@pytest.mark.parametrize(
    ("column", "values", "fitting"),
    [
        ("longitude", ["9,5", "n/a", "-122.4"], True), ("longitude", ["Milan", "Rome"], False),
        ("latitude", ["120", "130"], False), ("jobs", ["1.234", "5"], True), ("jobs", ["many"], False),
        ("start", ["2014-01-01", "3.4.2014", "2014"], True), ("start", ["early", "late"], False),
        ("name", ["anything"], True), ("jobs", [None], True),
    ],
)  # fmt: skip
def test_by_hand_values_fit_or_contradict(column, values, fitting):
    assert fits(column, pl.Series(values, dtype=pl.String)) is fitting
