"""Deal events anew in a table without changing how many each row and each column has."""

from buzzline.kernels import kernel


@kernel
def swap_events(row, column, has, may, first, second):
    """Exchange the columns of two events wherever both may stand there; in place.

    row, column : (e,) int64 cells of the events; has : (r, s) bool the same as a table; may :
    (r, s) bool cells in which an event can stand; first, second : (n,) int64 which two events
    are tried. Returns how many were exchanged. O(n) time. The chain is symmetric, so it leaves
    the uniform distribution over all tables with these totals as it is.
    """
    n_swapped = 0
    for k in range(first.size):
        i, j = first[k], second[k]
        p, q, a, b = row[i], row[j], column[i], column[j]
        if p == q or a == b:
            continue
        if not may[p, b] or not may[q, a] or has[p, b] or has[q, a]:
            continue
        has[p, a] = False
        has[q, b] = False
        has[p, b] = True
        has[q, a] = True
        column[i] = b
        column[j] = a
        n_swapped += 1
    return n_swapped
