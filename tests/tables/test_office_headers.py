"""Tables as statistical offices hand them out: their headers, sums, names and wide shapes."""

import pytest

from buzzline.tables.codes import is_root, is_sum
from buzzline.tables.synonyms import columns_called, table_seen

HEADERS = [
    ("AGS", "WZ 2008", "Beschäftigte", "Betriebe (Anzahl)"),
    (
        "Kreisschlüssel",
        "WZ08",
        "sozialversicherungspflichtig Beschäftigte (Anzahl)",
        "Betriebe",
    ),
    ("Code commune", "NAF", "Effectifs salariés", "Nombre d'établissements"),
    ("Codice comune", "Ateco 2007", "Numero addetti", "Unità locali"),
    ("Código municipio", "CNAE-2009", "Afiliados", "Centros de trabajo"),
    ("Gemeentecode", "SBI 2008", "Banen", "Vestigingen"),
    ("Kod TERYT", "Sekcja PKD", "Pracujący", "Podmioty"),
]


@pytest.mark.parametrize("headers", HEADERS)
def test_by_hand_headers_of_offices_are_known(headers):
    found = columns_called("employment", headers)
    assert tuple(
        found[name] for name in ("place_id", "industry", "jobs", "establishments")
    ) == (headers)


def test_by_hand_the_code_of_a_place_comes_before_its_name():
    assert columns_called("employment", ["Kreis", "AGS"])["place_id"] == "AGS"
    assert columns_called("employment", ["Kreis", "WZ08"])["place_id"] == "Kreis"


def test_by_hand_a_file_of_no_telling_name_is_employment_by_its_columns():
    columns = [
        "Kreisschlüssel",
        "Kreis",
        "WZ 2008",
        "Jahr",
        "Beschäftigte",
        "Betriebe (Anzahl)",
    ]
    assert table_seen("13111-07-05-4", columns) == "employment"


def test_by_hand_sums_are_told_by_words_not_by_numbers():
    assert [is_root(code) for code in ("Summe", "Insgesamt", "Total", "10")] == [
        True, True, True, False,
    ]  # fmt: skip
    assert [is_sum(name) for name in ("Summe", "000", "Totnes")] == [True, False, False]
