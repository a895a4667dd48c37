import numpy as np

from buzzline.kernels.gravity import scale_shares


def test_shares_by_hand():
    base = np.log(np.array([[1.0, 3.0]]))
    composition = np.zeros((1, 1, 2, 4))
    composition[0, 0, 0, 0] = 1
    composition[0, 0, 1, 3] = 1
    still, same = np.zeros((1, 0)), np.ones((1, 2))
    leaving = np.array([[5.0]])
    out = scale_shares(base, np.zeros((0, 1, 2)), still, same, leaving, composition)
    assert np.allclose(out[0, 0], [0.25, 0, 0, 0.75])


def test_a_zone_nothing_leads_to_gets_nothing():
    base = np.array([[0.0, -np.inf]])
    composition = np.ones((1, 1, 2, 1))
    out = scale_shares(
        base,
        np.zeros((0, 1, 2)),
        np.zeros((1, 0)),
        np.ones((1, 2)),
        np.ones((1, 1)),
        composition,
    )
    assert np.allclose(out, 1)
