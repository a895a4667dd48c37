"""Copying at a middling distance: by hand, a slow twin, the toy others race with, chunks."""

import importlib.util

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.oracles.inverted_u import step as slow_step

from buzzline.kernels.inverted_u import LARGEST_TILE, watch_and_copy, watched_by_all

KEY, STREAM = np.uint64(9), 31


def one_step(knowledge, size, n_watched, step=0, furthest=3.0, rate=0.1):
    out = np.empty_like(knowledge)
    watch_and_copy(
        knowledge,
        size,
        n_watched,
        np.float32(furthest),
        np.float32(rate),
        KEY,
        STREAM,
        step,
        out,
    )
    return out


def start(n, c, seed=1):
    return np.random.default_rng(seed).random((n, c)).astype(np.float32)


def test_two_copy_from_each_other_by_hand():
    knowledge = np.array([[0, 0], [1, 0]], np.float32)
    out = one_step(knowledge, 2, 1, furthest=2.0, rate=0.5)
    # x = 1/2, so all of the lead of 1 counts; the second has nothing to learn
    assert out.tolist() == [[0.5, 0], [1, 0]]
    assert one_step(knowledge, 2, 1, furthest=1.0).tolist() == knowledge.tolist()  # too far


@settings(max_examples=20)
@given(
    st.integers(0, 99), st.sampled_from([(2, 1), (5, 3), (9, 8)]), st.integers(1, 9),
    st.integers(1, 4),
)  # fmt: skip
def test_a_step_agrees_with_the_slow_twin(seed, sizes, c, clusters):
    size, n_watched = sizes
    knowledge = start(size * clusters, c, seed)
    slow, watched = slow_step(knowledge, size, n_watched, 3.0, 0.1, KEY, 4)
    np.testing.assert_array_equal(
        watched_by_all(len(knowledge), size, n_watched, KEY, STREAM, 4), watched
    )
    np.testing.assert_allclose(one_step(knowledge, size, n_watched, 4), slow, atol=2e-7)


@pytest.fixture
def toy(shared_data):
    path = shared_data.parent / "bench" / "abm" / "toy.py"
    spec = importlib.util.spec_from_file_location("toy", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_ten_steps_agree_with_the_toy(toy):
    knowledge, _ = toy.make(F=1000, C=10, dtype=np.float32)
    theirs = knowledge.astype(np.float64)
    for step in range(10):
        theirs = toy.ref_step(theirs, watched_by_all(1000, 100, toy.M, KEY, STREAM, step))
        knowledge = one_step(knowledge, 100, toy.M, step, toy.DMAX, toy.ALPHA)
    np.testing.assert_allclose(knowledge, theirs, atol=2e-5)
    assert toy.checksum(knowledge) == pytest.approx(toy.checksum(theirs), rel=1e-7)


def test_large_clusters_are_laid_out_otherwise_with_the_same_bytes():
    size = LARGEST_TILE + 12
    knowledge = start(2 * size, 7)
    slow, _ = slow_step(knowledge, size, 20, 3.0, 0.1, KEY, 0)
    np.testing.assert_allclose(one_step(knowledge, size, 20), slow, atol=2e-7)
    # the same small clusters, all laid out or only those watched
    small = start(60, 7)
    whole = one_step(small, 30, 5)
    out = np.empty_like(small)
    watch_and_copy(small, 30, 5, np.float32(3), np.float32(0.1), KEY, STREAM, 0, out, 0)
    assert out.tobytes() == whole.tobytes()


def test_clusters_do_not_touch_each_other():
    knowledge = start(200, 5)
    changed = knowledge.copy()
    changed[:100] = start(100, 5, seed=2)
    one, two = one_step(knowledge, 100, 20), one_step(changed, 100, 20)
    assert one[100:].tobytes() == two[100:].tobytes()
    assert one[:100].tobytes() != two[:100].tobytes()


def test_everybody_watches_others_of_the_cluster_evenly():
    watched = watched_by_all(300, 100, 50, KEY, STREAM, 0)
    rows = np.arange(300)[:, None]
    assert (watched // 100 == rows // 100).all()
    assert (watched != rows).all()
    counts = np.bincount(watched.ravel(), minlength=300)
    assert ((counts - 50) ** 2 / 50).sum() / 300 == pytest.approx(1, abs=0.3)
