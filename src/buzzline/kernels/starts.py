"""What organisations are at the start, by the luck of their birth."""

import math

from buzzline.kernels import kernel
from buzzline.kernels.luck import four_uniforms, uniform

_TURN = 2.0 * math.pi
_FIRST = 64  # blocks of draws a category may use


@kernel
def fill_uniforms(key, stream, step, birth, out):
    """Fill out : (n, k) float32 with draws 0 to k - 1 of each birth. O(n k) time."""
    for i in range(out.shape[0]):
        for c in range(0, out.shape[1], 4):
            four = four_uniforms(key, stream, step, birth[i], c // 4)
            for part in range(min(4, out.shape[1] - c)):
                out[i, c + part] = four[part]


@kernel
def normal(key, stream, step, birth, draw):
    """Return a draw of the standard normal distribution (Box and Muller 1958)."""
    one, other, _, _ = four_uniforms(key, stream, step, birth, draw)
    return math.sqrt(-2.0 * math.log(one)) * math.cos(_TURN * other)


@kernel
def gamma(key, stream, step, birth, shape, first):
    """Return a draw of the gamma distribution of a shape (Marsaglia and Tsang 2000).

    first : the first block of draws it may use; below shape 1 a power of one more draw.
    """
    lift = 1.0
    if shape < 1.0:
        lift = uniform(key, stream, step, birth, 4 * first) ** (1.0 / shape)
        shape += 1.0
    d = shape - 1.0 / 3.0
    c = 1.0 / math.sqrt(9.0 * d)
    for k in range(1, _FIRST):
        one, other, accept, _ = four_uniforms(key, stream, step, birth, first + k)
        x = math.sqrt(-2.0 * math.log(one)) * math.cos(_TURN * other)
        v = (1.0 + c * x) ** 3
        if v > 0 and math.log(accept) < 0.5 * x * x + d - d * v + d * math.log(v):
            return lift * d * v
    return lift * d


@kernel
def fill_gammas(key, stream, step, birth, shape, out):
    """Fill out : (n, k) float32 with draws of the gamma distribution of mean 1."""
    for i in range(out.shape[0]):
        for c in range(out.shape[1]):
            out[i, c] = gamma(key, stream, step, birth[i], shape, c * _FIRST) / shape


@kernel
def fill_visions(key, stream, step, rows, birth, place, usual, concentration, dose, vision):
    """Draw where organisations search: theta ~ Dirichlet(concentration * usual of the place).

    rows : (m,) int32; usual : (r, k) float64, rows add up to 1; concentration, dose : (r,)
    float64; vision : (n, k) float32. Dose 0 searches everywhere alike. O(m k) time.
    """
    k = vision.shape[1]
    for row in rows:
        r = place[row]
        total = 0.0
        for c in range(k):
            shape = max(concentration[r] * usual[r, c], 1e-3)
            drawn = gamma(key, stream, step, birth[row], shape, c * _FIRST) + 1e-30
            vision[row, c] = drawn
            total += drawn
        for c in range(k):
            vision[row, c] = (1.0 - dose[r]) / k + dose[r] * vision[row, c] / total
