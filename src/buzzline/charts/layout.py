"""Where the nodes of a network picture go: the same place every time.

Stress majorisation (SMACOF) of path lengths in which strong ties are short, started from
classical scaling, so nothing is drawn at random; then turned so that west is left as far as it
can be, and nudged until no two circles touch.
"""

from __future__ import annotations

import numpy as np
from scipy.sparse.csgraph import shortest_path

from buzzline.arrays import Floats

ROUNDS = 300
APART = 1.4  # how much further than the longest path unconnected parts are kept apart


def stress_layout(strength: Floats, geography: Floats) -> Floats:
    """Return (n, 2) positions of nodes, centred, with a root mean square of 1.

    Parameters
    ----------
    strength : (n, n) float64
        Symmetric; 0 is no tie.
    geography : (n, 2) float64
        Longitude and latitude, only used to turn the picture.

    References
    ----------
    .. [1] Gansner, E., Koren, Y., North, S. (2005). Graph drawing by stress majorization.
       Graph Drawing, LNCS 3383. doi:10.1007/978-3-540-31843-9_25
    """
    n = len(strength)
    if n < 3:
        return np.column_stack([np.linspace(-1, 1, n) if n > 1 else np.zeros(n), np.zeros(n)])
    distance = _path_lengths(strength)
    position = _classical_scaling(distance)
    weight = np.divide(1.0, distance**2, where=distance > 0, out=np.zeros_like(distance))
    inverse = np.linalg.pinv(np.diag(weight.sum(axis=1)) - weight)
    for _ in range(ROUNDS):
        position = inverse @ _pulled(position, distance, weight)
    position -= position.mean(axis=0)
    position /= np.sqrt(np.mean(np.sum(position**2, axis=1))) or 1.0
    return position @ _turn_towards(position, geography)


def without_overlaps(position: Floats, radius: Floats, *, rounds: int = 400) -> Floats:
    """Return positions moved apart until circles of these radii do not touch."""
    moved = position.copy()
    reach = radius[:, None] + radius[None, :]
    np.fill_diagonal(reach, 0)
    # Nodes at one point need a direction to part in: by their number, never by chance.
    turn = np.arange(len(moved)) * 2.399963
    parting = 1e-6 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    parting = parting[:, None, :] - parting[None, :, :]
    for _ in range(rounds):
        gap = moved[:, None, :] - moved[None, :, :]
        gap += parting * (np.abs(gap).sum(axis=2, keepdims=True) == 0)
        length = np.sqrt((gap**2).sum(axis=2))
        short = np.maximum(reach - length, 0)
        if short.max() < 1e-6:
            break
        push = np.divide(short, length, where=length > 0, out=np.zeros_like(short))
        moved += 0.5 * (gap * push[:, :, None]).sum(axis=1) * 0.6
    return moved


def _path_lengths(strength: Floats) -> Floats:
    strongest = strength.max()
    if strongest == 0:
        return np.ones_like(strength) - np.eye(len(strength))
    ease = np.log1p(strength) / np.log1p(strongest)
    length = np.where(strength > 0, 1 / (0.35 + ease), 0)
    paths = shortest_path(length, directed=False)
    longest = paths[np.isfinite(paths)].max()
    return np.asarray(np.where(np.isfinite(paths), paths, APART * longest))


def _classical_scaling(distance: Floats) -> Floats:
    n = len(distance)
    centring = np.eye(n) - 1 / n
    values, vectors = np.linalg.eigh(-0.5 * centring @ distance**2 @ centring)
    position = vectors[:, [-1, -2]] * np.sqrt(np.maximum(values[[-1, -2]], 1e-9))
    sign = np.sign(position[np.abs(position).argmax(axis=0), [0, 1]])
    # Equal distances give eigenvectors of no direction; a fixed spiral breaks such ties.
    turn = np.arange(n) * 2.399963
    spiral = np.column_stack([np.cos(turn), np.sin(turn)]) * np.sqrt(np.arange(n) + 1)[:, None]
    return np.asarray(position * sign + spiral * (1e-3 * distance.max()))


def _pulled(position: Floats, distance: Floats, weight: Floats) -> Floats:
    """Return the right-hand side of one majorisation step: B(Z) Z in the usual notation."""
    gap = position[:, None, :] - position[None, :, :]
    length = np.sqrt((gap**2).sum(axis=2))
    pull = np.divide(weight * distance, length, where=length > 0, out=np.zeros_like(length))
    return np.asarray(np.diag(pull.sum(axis=1)) @ position - pull @ position)


def _turn_towards(position: Floats, geography: Floats) -> Floats:
    """Return the turn that brings positions closest to longitude and minus latitude."""
    known = np.asarray(np.isfinite(geography).all(axis=1))
    middle = geography[known].mean(axis=0) if known.any() else np.zeros(2)
    target = np.where(known[:, None], geography - middle, 0) * np.array([1.0, -1.0])
    left, _, right = np.linalg.svd(position.T @ target)
    return np.asarray(left @ right)
