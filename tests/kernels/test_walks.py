"""Steps of walks against matrices."""

import numpy as np
import pytest
from scipy.sparse import random_array

from buzzline.kernels.walks import step_back


def test_brute_force_a_step_is_a_product_of_matrices():
    rng = np.random.default_rng(1)
    ties = random_array((30, 30), density=0.2, rng=rng, format="csr")
    before = rng.random((30, 3)).astype(np.float32)
    after = np.empty((12, 3), np.float32)
    step_back(
        ties.indptr.astype(np.int64), ties.indices.astype(np.int32),
        ties.data.astype(np.float32), before, 10, after,
    )  # fmt: skip
    assert after == pytest.approx((ties @ before)[10:22], rel=1e-5)
