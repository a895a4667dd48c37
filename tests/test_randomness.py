import numpy as np

from buzzline.randomness import child, generator, seed_of


def test_equal_paths_give_equal_draws_and_others_do_not():
    draws = [child(1, *path).random() for path in (("a",), ("a",), ("b",), ("a", 0), ("a", 1))]
    assert draws[0] == draws[1]
    assert len(set(draws)) == 4


def test_a_seed_survives_and_none_draws_one():
    assert seed_of(7) == 7
    assert seed_of(np.int64(7)) == 7
    assert seed_of(None) != seed_of(None)
    assert seed_of(generator(3)) == seed_of(generator(3))
