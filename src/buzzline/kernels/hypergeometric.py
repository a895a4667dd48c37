"""Upper tails of the hypergeometric distribution, and the counts that reach them."""

from math import exp, lgamma, log

import numpy as np

from buzzline.kernels import kernel


@kernel
def log_choose(n, k):
    """Return ln of the number of ways to choose k of n."""
    return lgamma(n + 1.0) - lgamma(k + 1.0) - lgamma(n - k + 1.0)


@kernel
def probability(count, within, marked, total):
    """Return P(X = count) when `within` of `total` are drawn and `marked` are marked."""
    return exp(
        log_choose(marked, count)
        + log_choose(total - marked, within - count)
        - log_choose(total, within)
    )


@kernel
def upper_tail(count, within, marked, total):
    """Return P(X >= count) when `within` of `total` are drawn and `marked` are marked.

    O(number of terms that matter) time; accurate to about 1e-12 of the tail.
    """
    least = max(0, within + marked - total)
    most = min(within, marked)
    if count <= least:
        return 1.0
    if count > most:
        return 0.0
    mean = within * marked / total
    if count <= mean:
        return max(0.0, 1.0 - lower_sum(count - 1, within, marked, total))
    term = probability(count, within, marked, total)
    tail = term
    k = count
    while k < most and term > tail * 1e-16:
        term *= (marked - k) * (within - k) / ((k + 1.0) * (total - marked - within + k + 1.0))
        tail += term
        k += 1
    return min(1.0, tail)


@kernel
def lower_sum(count, within, marked, total):
    """Return P(X <= count), summed downwards from `count`."""
    least = max(0, within + marked - total)
    term = probability(count, within, marked, total)
    below = term
    k = count
    while k > least and term > below * 1e-16:
        term *= k * (total - marked - within + k) / ((marked - k + 1.0) * (within - k + 1.0))
        below += term
        k -= 1
    return below


@kernel
def upper_tails(counts, within, marked, total):
    """Return P(X >= counts[i]) with within[i] drawn. Both (n,) int64; (n,) float64."""
    out = np.empty(counts.size, np.float64)
    for i in range(counts.size):
        out[i] = upper_tail(counts[i], within[i], marked, total)
    return out


@kernel
def critical_counts(within, marked, total, p, least):
    """Return the smallest count of at least `least` whose upper tail is at most `p`.

    within : (n,) int64; the answer, (n,) int64, may exceed what is possible: then nothing
    reaches `p`. O(log n) tails each.
    """
    out = np.empty(within.size, np.int64)
    for i in range(within.size):
        low = least
        high = max(least, min(within[i], marked) + 1)
        while low < high:
            middle = (low + high) // 2
            if upper_tail(middle, within[i], marked, total) <= p:
                high = middle
            else:
                low = middle + 1
        out[i] = low
    return out


@kernel
def bernoulli_log_likelihood_ratio(inside, within, marked, total):
    """Return how much better two rates fit than one: Kulldorff's scan statistic of a window.

    `inside` of the `within` organisations in the window are marked, `marked` of all `total`; 0
    when the window is not denser than the rest.
    """
    if within >= total or inside * total <= marked * within:
        return 0.0
    out = 0.0
    if inside > 0:
        out += inside * log(inside / within)
    if within > inside:
        out += (within - inside) * log(1.0 - inside / within)
    rest, others = marked - inside, total - within
    if rest > 0:
        out += rest * log(rest / others)
    if others > rest:
        out += (others - rest) * log(1.0 - rest / others)
    out -= marked * log(marked / total)
    if total > marked:
        out -= (total - marked) * log(1.0 - marked / total)
    return out


@kernel
def matched_tails(counts, means, variances, most):
    """Return P(X >= counts[i]) with this mean and variance, of counts that end at `most`.

    All (n,) float64. Drawn without replacement, most[i] of an effective number of places, where
    the variance is below that of most[i] independent throws; binomial or Poisson where it is
    not. Exact for the hypergeometric distribution itself. O(number of terms that matter) time
    each.
    """
    out = np.empty(counts.size, np.float64)
    for i in range(counts.size):
        count, mean, variance = counts[i], means[i], variances[i]
        draws = most[i]
        if not (mean >= 0.0 and variance >= 0.0):
            out[i] = np.nan
        elif count <= 0.0:
            out[i] = 1.0
        elif variance <= 1e-12 or draws <= mean or mean <= 1e-12:
            out[i] = 1.0 if count <= mean + 1e-9 else 0.0
        else:
            share = mean / draws
            ratio = variance / (mean * (1.0 - share))
            total = (draws - ratio) / (1.0 - ratio) if ratio < 1.0 else np.inf
            if total < 1e7 and count <= share * total:
                out[i] = upper_tail(count, draws, share * total, total)
            else:
                out[i] = binomial_tail(count, draws, mean, variance)
    return out


@kernel
def binomial_tail(count, draws, mean, variance):
    """Return P(X >= count) of `draws` throws with this mean, or more for a larger variance.

    Trials may be a fraction; O(number of terms that matter) time.
    """
    trials = draws
    if variance > mean * (1.0 - mean / draws):
        trials = mean * mean / (mean - variance) if variance < mean else 1e7
        trials = min(max(trials, draws), 1e7)
    chance = mean / trials
    if count > trials:
        return 0.0
    if chance >= 1.0:
        return 1.0
    log_term = log_choose(trials, count) + count * log(chance)
    log_term += (trials - count) * log(1.0 - chance)
    term = exp(log_term)
    odds = chance / (1.0 - chance)
    tail = 0.0
    if count > mean:
        k = count
        while term > tail * 1e-16 and k <= trials:
            tail += term
            term *= (trials - k) / (k + 1.0) * odds
            k += 1.0
        return min(1.0, tail)
    k = count
    while k > 0.0 and term > tail * 1e-16:  # what lies below, downwards from count - 1
        term *= k / ((trials - k + 1.0) * odds)
        tail += term
        k -= 1.0
    return max(0.0, 1.0 - tail)
