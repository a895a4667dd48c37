"""The cases of relatedness agree with their peers."""

from benchmarks import relatedness_cases
from benchmarks.cases import CASES


def test_a_case_gives_the_answer_of_matrix_products_and_all_eigenvectors():
    assert relatedness_cases.in_buzzline(180)() == relatedness_cases.in_numpy(180)()


def test_counted_bits_give_the_answer_of_a_matrix_product():
    assert relatedness_cases.counting(180)() == relatedness_cases.counting_in_numpy(180)() > 0


def test_a_peer_that_is_not_there_is_told(tmp_path):
    nowhere = tmp_path / "python"
    nowhere.write_text("#!/bin/sh\necho not installed\n")
    nowhere.chmod(0o755)
    assert relatedness_cases.in_peer("econcomplex", 30, str(nowhere)) == "not installed"


def test_cases_are_listed():
    assert {case[0] for case in relatedness_cases.CASES} <= {case.name for case in CASES}
