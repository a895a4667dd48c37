"""Cases of K-density agree with their peers."""

from benchmarks import distance_cases


def test_one_curve_is_the_same_counted_gridded_and_in_scipy():
    n = 4_000
    answers = {
        distance_cases.curve("pairs", n)(),
        distance_cases.curve("grid", n)(),
        distance_cases.curve_in_scipy(n)(),
    }
    assert len(answers) == 1
    assert answers.pop() > 0
