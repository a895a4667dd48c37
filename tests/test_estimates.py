import math

from buzzline.estimates import AgainstChance, Estimate, exact_count


def test_text_carries_interval_n_and_method():
    text = str(Estimate(0.5, 0.4, 0.6, 0.95, 12, "bootstrap, 99 draws"))
    assert text == "0.5 [0.4, 0.6] (n=12, bootstrap, 99 draws)"


def test_without_an_interval_the_method_says_why():
    counted = exact_count(3, 3)
    assert math.isnan(counted.low)
    assert str(counted) == "3 (n=3, exact count)"


def test_against_chance_reads_as_a_sentence():
    result = AgainstChance(0.378, -0.022, 0.046, 0.001, 0.0, 0.02, 0.95, 999)
    assert str(result) == "0.378 (chance -0.022 to 0.046 at 95%, p = 0.001, 999 draws)"
