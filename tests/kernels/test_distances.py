import numpy as np
import pytest

from buzzline.kernels.distances import harmonic_log_km, scale_of, scales_of
from buzzline.space.globe import EARTH_RADIUS_KM, chord, distance_km, unit_vectors


def test_harmonic_means_by_brute_force():
    rng = np.random.default_rng(1)
    xyz = unit_vectors(rng.uniform(0, 2, 12), rng.uniform(0, 2, 12))
    floor = rng.uniform(1, 30, 12)
    groups = np.arange(12, dtype=np.int64)
    start = np.array([0, 5, 12], np.int64)
    pairs = np.array([[0, 0], [0, 1], [1, 1]], np.int64)
    found = harmonic_log_km(groups, start, groups, start, pairs, xyz, floor, EARTH_RADIUS_KM)
    for (a, b), value in zip(pairs, found, strict=True):
        inverse = [
            1 / max(distance_km(xyz[[i]], xyz[[j]])[0], floor[i], floor[j])
            for i in range(start[a], start[a + 1])
            for j in range(start[b], start[b + 1])
            if i != j
        ]
        assert np.exp(value) == pytest.approx(1 / np.mean(inverse), rel=1e-6)


def test_a_group_of_one_has_no_distance_to_itself():
    xyz = unit_vectors(np.array([1.0]), np.array([1.0]))
    one, start = np.array([0], np.int64), np.array([0, 1], np.int64)
    pairs = np.array([[0, 0]], np.int64)
    found = harmonic_log_km(one, start, one, start, pairs, xyz, np.ones(1), EARTH_RADIUS_KM)
    assert np.isnan(found[0])


@pytest.mark.parametrize(
    ("km", "nations", "scale"),
    [(10, (1, 2), 0), (100, (1, 2), 1), (900, (1, 1), 2), (900, (1, 2), 3), (900, (0, 2), 4)],
)
def test_the_ladder_by_hand(km, nations, scale):
    limit = np.array([chord(50) ** 2, chord(200) ** 2])
    assert scale_of(chord(km) ** 2, *nations, limit) == scale


def test_scales_of_pairs_for_two_sets_of_cutoffs():
    xyz = unit_vectors(np.array([0.0, 0.4]), np.zeros(2))  # 44 km apart
    limits = np.array([[chord(50) ** 2, chord(200) ** 2], [chord(33) ** 2, chord(133) ** 2]])
    found = scales_of(np.array([0]), np.array([1]), xyz, np.ones(2, np.int32), limits)
    assert found[:, 0].tolist() == [0, 1]
