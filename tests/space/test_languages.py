from buzzline.space.languages import OFFICIAL, share_a_language


def test_pairs_of_countries_by_hand():
    assert share_a_language("BE", "NL")
    assert share_a_language("BE", "FR")
    assert share_a_language("CO", "CR")
    assert not share_a_language("NL", "FR")
    assert not share_a_language(None, "FR")


def test_invariant_codes_are_two_letters_and_listed_once_a_language():
    for countries in OFFICIAL.values():
        codes = countries.split()
        assert len(codes) == len(set(codes)) >= 2
        assert all(len(code) == 2 and code.isupper() for code in codes)
