"""What two tied organisations share: the part of Burt's constraint that goes through others."""

import numpy as np

from buzzline.kernels import kernel

UNEVEN = 16  # from that many times as long, a list is searched rather than read


@kernel
def shared_partners(start, to, pull, first, last, through, shared):
    """Fill through[e] and shared[e] for ties e = (i, j) with first <= i < last and j > i.

    start : (n + 1,) int64, to : (m,) int32 ascending: ties without direction, both ways; pull :
    (m,) float64, w_iq / sqrt(s_q). through[e] = sum over q of pull_iq pull_jq, shared[e] how
    many q. O(m sqrt(m)) time at most but for a logarithm.
    """
    for i in range(first, last):
        for e in range(start[i], start[i + 1]):
            j = to[e]
            if j <= i:
                continue
            a, a_end, b, b_end = start[i], start[i + 1], start[j], start[j + 1]
            if a_end - a > b_end - b:
                a, a_end, b, b_end = b, b_end, a, a_end
            total, n = 0.0, 0
            if b_end - b > UNEVEN * (a_end - a):
                for k in range(a, a_end):
                    at = b + np.searchsorted(to[b:b_end], to[k])
                    if at < b_end and to[at] == to[k]:
                        total += pull[k] * pull[at]
                        n += 1
            else:
                while a < a_end and b < b_end:
                    if to[a] < to[b]:
                        a += 1
                    elif to[a] > to[b]:
                        b += 1
                    else:
                        total += pull[a] * pull[b]
                        n += 1
                        a += 1
                        b += 1
            through[e] = total
            shared[e] = n


@kernel
def constraint_sums(start, to, weight, strength, through, shared):
    """Return Burt's constraint of each organisation and how many ties its partners have.

    strength : (n,) float64, summed weight; through, shared : (m,) as `shared_partners` fills
    them. Both (n,); 0 without a tie. O(m) time.
    """
    n = start.size - 1
    constraint = np.zeros(n)
    among = np.zeros(n, np.int64)
    for i in range(n):
        for e in range(start[i], start[i + 1]):
            j = to[e]
            if j > i:
                invested = weight[e] + through[e]
                constraint[i] += (invested / strength[i]) ** 2
                constraint[j] += (invested / strength[j]) ** 2
                among[i] += shared[e]
                among[j] += shared[e]
    return constraint, among // 2
