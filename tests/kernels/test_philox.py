import numpy as np
import pytest

from buzzline.kernels.alias import alias_table, throw
from buzzline.kernels.dealing import deal
from buzzline.kernels.philox import philox_words

# Random123 1.14, tests/kat_vectors: philox4x32 10
PUBLISHED = (
    ([0, 0, 0, 0], 0, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
    (
        [0xFFFFFFFF] * 4,
        0xFFFFFFFFFFFFFFFF,
        [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD],
    ),
    (
        [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344],
        0x299F31D0A4093822,
        [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
    ),
)


@pytest.mark.parametrize(("counter", "key", "words"), PUBLISHED)
def test_philox_gives_the_published_vectors(counter, key, words):
    found = philox_words(np.array([counter], np.uint64), np.uint64(key))
    assert found[0].tolist() == words


def thrown(chance, n, draw=0):
    own, other = alias_table(np.asarray(chance, float))
    place = np.empty(n, np.int32)
    throw(own, other, np.uint64(7), np.uint64(draw), place)
    return place


def test_alias_table_holds_the_chances_by_brute_force():
    chance = np.random.default_rng(1).pareto(1.0, 50)
    chance[3] = 0
    chance /= chance.sum()
    own, other = alias_table(chance)
    kept = own.astype(float) / 2**32
    found = kept.copy()
    np.add.at(found, other, 1 - kept)
    assert found / 50 == pytest.approx(chance, abs=2**-31)  # a threshold has 32 bits


def test_throws_fall_as_often_as_the_chances_say():
    chance = np.array([0.5, 0.0, 0.3, 0.2])
    counts = np.bincount(thrown(chance, 100_001), minlength=4)
    assert counts[1] == 0
    used = chance > 0
    expected = chance[used] * 100_001
    assert ((counts[used] - expected) ** 2 / expected).sum() < 13.8  # chi-square, 2 df, 0.1 %


def test_a_throw_depends_on_its_number_and_not_on_how_many_there_are():
    chance = np.full(10, 0.1)
    assert thrown(chance, 5).tolist() == thrown(chance, 8)[:5].tolist()
    assert thrown(chance, 50).tolist() != thrown(chance, 50, draw=1).tolist()


def test_one_place_takes_all():
    assert thrown([1.0], 3).tolist() == [0, 0, 0]


def dealt(n, draw=0):
    values = np.arange(n, dtype=np.int32)
    deal(np.uint64(7), np.uint64(draw), values)
    return values


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, 5, 6, 101])
def test_dealing_loses_and_doubles_nobody(n):
    assert sorted(dealt(n)) == list(range(n))


def test_every_order_is_equally_likely():
    counts = {}
    for draw in range(6_000):
        order = tuple(dealt(4, draw))
        counts[order] = counts.get(order, 0) + 1
    assert len(counts) == 24
    expected = 6_000 / 24
    # chi-square with 23 degrees of freedom, 0.1 % point
    assert sum((count - expected) ** 2 / expected for count in counts.values()) < 49.7
