"""Sums over pairs of zones that a gravity model of ties without direction is fitted by.

Flows are symmetric: cell (i, j) holds the tie ends in i whose other end is in j, so a tie
within a zone counts twice on the diagonal. Everything is computed from the upper triangle.
"""

from math import exp

import numpy as np

from buzzline.kernels import kernel


@kernel
def mutual_means(size, theta, covariates, offset, mean):
    """Fill mean flows exp(size_i + size_j + x_ij'theta + offset_ij), and add them up.

    size : (z,) float64, -inf for zones without ties; theta : (k,); covariates : (k, z, z) and
    offset : (z, z), symmetric, offset -inf where no flow can be; mean : (z, z) out, its upper
    triangle. Returns row sums (z,), row sums of mean times covariate (z, k) and half the sums
    of mean times products of covariates (k, k). O(z^2 k^2) time.
    """
    n, k = size.size, theta.size
    rows, row_x, own = np.zeros(n), np.zeros((n, k)), np.zeros((k, k))
    for i in range(n):
        for j in range(i, n):
            power = size[i] + size[j] + offset[i, j]
            if power == -np.inf:
                mean[i, j] = 0.0
                continue
            for a in range(k):
                power += theta[a] * covariates[a, i, j]
            value = exp(min(power, 700.0))
            mean[i, j] = value
            half = 0.5 if i == j else 1.0
            rows[i] += value
            if i != j:
                rows[j] += value
            for a in range(k):
                weighted = value * covariates[a, i, j]
                row_x[i, a] += weighted
                if i != j:
                    row_x[j, a] += weighted
                for b in range(k):
                    own[a, b] += half * weighted * covariates[b, i, j]
    return rows, row_x, own


@kernel
def dyad_scores(flows, mean, covariates, partial):
    """Add up what each zone's pairs say against the fit, and how far flows scatter around it.

    flows : (z, z) symmetric; mean : (z, z), its upper triangle; covariates : (k, z, z);
    partial : (z, k), what size takes of each covariate. Returns the scores of all pairs of a
    zone (z, k), the products of the scores of single pairs (k, k), Pearson's chi-square, the
    sum of flow over mean, and the number of pairs. O(z^2 k^2) time.
    """
    n, k = mean.shape[0], partial.shape[1]
    touched, pairs, score = np.zeros((n, k)), np.zeros((k, k)), np.empty(k)
    chi_square, ratio, count = 0.0, 0.0, 0
    for i in range(n):
        for j in range(i, n):
            if mean[i, j] <= 0.0:
                continue
            half = 0.5 if i == j else 1.0
            away = half * (flows[i, j] - mean[i, j])
            for a in range(k):
                score[a] = away * (covariates[a, i, j] - partial[i, a] - partial[j, a])
                touched[i, a] += score[a]
                if i != j:
                    touched[j, a] += score[a]
            if i != j:
                for a in range(k):
                    for b in range(k):
                        pairs[a, b] += score[a] * score[b]
            chi_square += away * away / (half * mean[i, j])
            ratio += flows[i, j] / mean[i, j]
            count += 1
    return touched, pairs, chi_square, ratio, count


@kernel
def mutual_fit(size, effect, covariates, weight, target):
    """Add up weight times (target - fitted), fitted = size_i + size_j + x_ij'effect.

    For weighted least squares on pairs of zones. Returns row sums (z,) and half the sums of
    weight times (target - fitted) times covariate (k,), and fills `target` with what is fitted,
    cut at 0, where the weight is 1, else 0. O(z^2 k) time.
    """
    n, k = size.size, effect.size
    largest = 0.0
    for i in range(n):
        for j in range(i, n):
            if weight[i, j] <= 0.0:
                continue
            fitted = size[i] + size[j]
            for a in range(k):
                fitted += effect[a] * covariates[a, i, j]
            new = max(fitted, 0.0) if weight[i, j] == 1.0 else 0.0
            largest = max(largest, abs(new - target[i, j]))
            target[i, j] = target[j, i] = new
    return largest
