"""The benchmark of Ellison and Glaeser's index and its peers return the same number."""

from benchmarks import concentration_cases


def test_ours_and_the_plain_script_agree():
    ours, plain = concentration_cases.in_buzzline(5_000), concentration_cases.in_numpy(5_000)
    assert ours() == plain()


def test_a_peer_that_is_not_installed_says_so_or_agrees():
    said = concentration_cases.in_reat(2_000)
    ours = concentration_cases.in_buzzline(2_000)()
    assert "not installed" in said or f"{ours:.6f}" in said
