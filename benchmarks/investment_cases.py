"""The permutation test of deals within strata, beside NumPy as one would write it, in one run.

    python -m benchmarks.investment_cases [DEALS DRAWS]

NumPy shuffles who lands within each stratum and sums who does of those exposed, without groups;
it is timed on fewer draws and told for all.
"""

import sys
import time

import numpy as np

from buzzline.investment.grouped import grouped, permutation_test, ratio_by_groups

DEALS, DRAWS, NUMPY_DRAWS = 100_000, 10_000, 100
STRATA, GROUPS = 400, 30_000


def in_numpy(stratum: np.ndarray, exposed: np.ndarray, lands: np.ndarray, draws: int) -> float:
    """Return the one-sided p of deals from clusters into similar ones."""
    rng = np.random.default_rng(1)
    order = np.argsort(stratum, kind="stable")
    stratum, exposed, lands = stratum[order], exposed[order], lands[order]
    observed, beyond = (exposed & lands).sum(), 0
    for _ in range(draws):
        dealt = lands[np.lexsort((rng.random(lands.size), stratum))]
        beyond += (exposed & dealt).sum() >= observed
    return float((1 + beyond) / (1 + draws))


def main(arguments: list[str]) -> int:
    deals, draws = (int(one) for one in arguments) if arguments else (DEALS, DRAWS)
    rng = np.random.default_rng(1)
    stratum, group = rng.integers(STRATA, size=deals), rng.integers(GROUPS, size=deals)
    exposed, lands = group % 3 == 0, rng.random(deals) < 0.2
    gathered = grouped(stratum, group, exposed=exposed, lands=lands)
    permutation_test(gathered, draws=2, rng=1)  # compiles
    cpu, wall = time.process_time(), time.perf_counter()
    found = permutation_test(gathered, draws=draws, rng=1)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    print(f"buzzline: {deals:,} deals, {draws:,} draws: {cpu:.1f} CPU-s, {wall:.1f} s wall, "
          f"p = {found.p:.3f}")  # fmt: skip
    before = time.process_time()
    ratio_by_groups(gathered, "risk ratio")
    print(
        f"buzzline: interval over {GROUPS:,} groups: {time.process_time() - before:.3f} CPU-s"
    )
    before = time.process_time()
    p = in_numpy(stratum, exposed, lands, NUMPY_DRAWS)
    each = (time.process_time() - before) / NUMPY_DRAWS
    print(f"numpy, without groups: {each * draws:.0f} CPU-s for {draws:,} draws, one-sided "
          f"p = {p:.2f}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
