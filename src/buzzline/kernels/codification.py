"""Practice that was written down, and those elsewhere who read it."""

import numpy as np

from buzzline.kernels import kernel


@kernel
def coded_practice(start, member, industry, knowledge, coded, practice):
    """Fill mean knowledge of each industry in places that wrote it down.

    coded : (p,) int32, numbers of the places; practice : (p, s, k) float64. Places without an
    organisation of an industry have 0 there, from which nobody learns.
    """
    n_of = np.empty(practice.shape[1], np.int64)
    for at_place in range(coded.size):
        r = coded[at_place]
        practice[at_place] = 0.0
        n_of[:] = 0
        for at in range(start[r], start[r + 1]):
            i = member[at]
            n_of[industry[i]] += 1
            for c in range(knowledge.shape[1]):
                practice[at_place, industry[i], c] += knowledge[i, c]
        for s in range(n_of.size):
            if n_of[s] > 0:
                for c in range(knowledge.shape[1]):
                    practice[at_place, s, c] /= n_of[s]


@kernel
def coded_practice_read(alive, place, industry, coded, leak, practice, knowledge):
    """Let rivals elsewhere take over coded practice of their industry; `knowledge` in place.

    coded : (p,) places; leak : (p,) share of what they lack that rivals take in a step;
    practice : (p, s, k). Each category is taken where most can be had. O(n p k).
    """
    for i in range(alive.size):
        if not alive[i]:
            continue
        for c in range(knowledge.shape[1]):
            most = 0.0
            for at_place in range(coded.size):
                if coded[at_place] == place[i]:
                    continue
                lacking = practice[at_place, industry[i], c] - knowledge[i, c]
                most = max(most, leak[at_place] * lacking)
            if most > 0.0:
                knowledge[i, c] += most
