"""Knowledge that ties can carry into places and out of them."""

from buzzline.kernels import kernel

NOBODY = -1


@kernel
def knowledge_flows(alive, place, partner, trust, knowledge, flows):
    """Fill what could be learned over ties between places; (r, 2) float64 `flows`.

    Column 0: by others from the place; 1: by the place from others. partner, trust : (n, t);
    knowledge : (n, k). O(n t k).
    """
    flows[:] = 0.0
    for i in range(alive.size):
        if not alive[i]:
            continue
        for t in range(partner.shape[1]):
            j = partner[i, t]
            if j == NOBODY or place[j] == place[i]:
                continue
            lacking = 0.0
            for c in range(knowledge.shape[1]):
                lacking += max(0.0, knowledge[j, c] - knowledge[i, c])
            flows[place[j], 0] += trust[i, t] * lacking
            flows[place[i], 1] += trust[i, t] * lacking
