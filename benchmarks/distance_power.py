"""How many points does it take for K-density to see a given concentration?

    python -m benchmarks.distance_power

2,000 sites in towns of unequal size. Of an industry of n points a share stands at the sites
nearest to one site drawn at random, or round each of five, and the rest anywhere; the verdict
is that of a global band of 999 draws. Writes DISTANCE_POWER.md. A share of 0 is the null.
"""

from pathlib import Path

import numpy as np

from benchmarks.distance_cases import STEPS, sites
from buzzline.agglomeration.simulated_curves import (
    Ground,
    ground_of,
    median_distance_km,
    observed_curve,
    simulated_curves,
)
from buzzline.envelopes import global_p
from buzzline.space.points import distances_km, on_plane

RESULTS = Path(__file__).with_name("DISTANCE_POWER.md")
SITES, DRAWS, TRIED = 2_000, 999, 300
POINTS, SHARES, CENTRES = (10, 20, 50, 100, 200), (0.0, 0.1, 0.2, 0.4, 0.6), (1, 5)
HEAD = f"""# Power of K-density

Written by `python -m benchmarks.distance_power`: the share of {TRIED} made-up industries whose
curve leaves the global 95 % band of {DRAWS} draws (p <= 0.05). {SITES:,} sites in 200 towns and
between them, on 1,000 km by 1,000 km; reach: the median distance. A share of the industry's n
points stands at the sites nearest to one site drawn at random, or to five; the others anywhere.
The first row is the null: 0.05 is right, 0.025 to 0.075 is what {TRIED} tries can tell apart.
"""


def industry(near: np.ndarray, n: int, share: float, centres: int, rng) -> np.ndarray:
    """Rows of n sites, a share of them the nearest to some sites drawn at random."""
    gathered = round(share * n)
    chosen: list[int] = []
    for part in np.array_split(np.arange(gathered), centres):
        around = near[rng.integers(SITES)]
        chosen += around[~np.isin(around, chosen)][: part.size].tolist()
    others = np.setdiff1d(np.arange(SITES), chosen)
    return np.concatenate([chosen, rng.choice(others, n - gathered, replace=False)]).astype(int)


def power(ground: Ground, near: np.ndarray, n: int, centres: int) -> list[float]:
    pool = np.arange(SITES)
    dealt = simulated_curves(ground, pool[:n], pool, draws=DRAWS, seed=(n, "power"))
    value = np.vstack([curve.value for curve in dealt])
    found = []
    for share in SHARES:
        rng = np.random.default_rng([n, centres, int(100 * share)])
        rows = (industry(near, n, share, centres, rng) for _ in range(TRIED))
        p = [global_p(observed_curve(ground, one).value, value) for one in rows]
        found.append(float(np.mean(np.array(p) <= 0.05)))
    return found


def main() -> None:
    points = on_plane(*sites(SITES).T)
    near = np.argsort(distances_km(points), axis=1)
    reach = median_distance_km(points, np.random.default_rng(1))
    ground = ground_of(points, np.linspace(0, reach, STEPS + 1))
    text = HEAD
    for centres in CENTRES:
        where = "one place" if centres == 1 else f"{centres} places"
        text += f"\n## Gathered in {where}\n\n| share | " + " | ".join(
            f"n = {n}" for n in POINTS
        )
        text += " |\n|" + "---:|" * (len(POINTS) + 1) + "\n"
        columns = [power(ground, near, n, centres) for n in POINTS]
        for number, share in enumerate(SHARES):
            cells = " | ".join(f"{column[number]:.2f}" for column in columns)
            text += f"| {share:.0%} | {cells} |\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
