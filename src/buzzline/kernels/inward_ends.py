"""How many ties of some lead back to them."""

from buzzline.kernels import kernel


@kernel
def inward_ends(start, to, rows, inside):
    """Return how many neighbours of `rows` are among them, and how many they have.

    start : (n + 1,), to : (m,): neighbours of i are to[start[i]:start[i + 1]]. rows : (k,)
    int64, none twice. inside : (n,) bool, all False, and left so. Time grows with neighbours.
    """
    for i in rows:
        inside[i] = True
    inward, ends = 0, 0
    for i in rows:
        ends += start[i + 1] - start[i]
        for j in range(start[i], start[i + 1]):
            if inside[to[j]]:
                inward += 1
    for i in rows:
        inside[i] = False
    return inward, ends
