from collections import Counter

import numpy as np
from scipy.stats import chisquare
from tests.oracles.relatedness import tables_with_totals

from buzzline.kernels.degree_swaps import swap_events


def mixed(has, may, n, rng):
    row, column = np.nonzero(has)
    has = has.copy()
    first, second = rng.integers(row.size, size=(2, n))
    swap_events(row, column, has, may, first, second)
    return row, column, has


def test_invariant_totals_stay_and_events_stand_only_where_they_may():
    rng = np.random.default_rng(1)
    may = rng.random((30, 20)) < 0.7
    has = may & (rng.random(may.shape) < 0.2)
    row, column, after = mixed(has, may, 5_000, rng)
    assert not (after & ~may).any()
    assert np.array_equal(after.sum(axis=0), has.sum(axis=0))
    assert np.array_equal(after.sum(axis=1), has.sum(axis=1))
    assert not np.array_equal(after, has)
    again = np.zeros_like(has)
    again[row, column] = True
    assert np.array_equal(again, after)


def test_brute_force_every_table_with_these_totals_is_equally_likely():
    may = np.array([[1, 1, 1], [1, 1, 1], [1, 1, 0], [1, 0, 1]], dtype=bool)
    has = np.array([[1, 0, 0], [0, 1, 1], [0, 1, 0], [1, 0, 0]], dtype=bool)
    tables = tables_with_totals(may, has.sum(axis=1), has.sum(axis=0))
    assert len(tables) > 4
    rng = np.random.default_rng(2)
    seen = Counter()
    for _ in range(4_000):
        row, column, _ = mixed(has, may, 60, rng)
        seen[tuple(sorted(zip(row.tolist(), column.tolist(), strict=True)))] += 1
    assert set(seen) == {tuple(sorted(table)) for table in tables}
    assert chisquare(list(seen.values())).pvalue > 0.001
