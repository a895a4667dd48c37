"""How many points does it take for M to see a given concentration?

    python -m benchmarks.distance_functions_power

The worlds of `distance_power`: 2,000 sites in towns of unequal size, of an industry of n points
a share at the sites nearest to one site drawn at random, the rest anywhere. Writes
DISTANCE_FUNCTIONS_POWER.md. A share of 0 is the null.
"""

from pathlib import Path

import numpy as np

from benchmarks.distance_cases import sites
from benchmarks.distance_power import SITES, industry
from buzzline.agglomeration import m_against_chance
from buzzline.space.points import Points, distances_km, on_plane

RESULTS = Path(__file__).with_name("DISTANCE_FUNCTIONS_POWER.md")
DRAWS, TRIED = 199, 100
POINTS, SHARES = (20, 50, 100), (0.0, 0.1, 0.2, 0.4)
DISTANCES_KM = np.arange(10.0, 101, 10)
HEAD = f"""# Power of M

Written by `python -m benchmarks.distance_functions_power`: the share of {TRIED} made-up
industries whose curve leaves the global 95 % band of {DRAWS} relabellings (p <= 0.05), at
distances of 10 to 100 km. {SITES:,} sites in 200 towns and between them, on 1,000 km by
1,000 km. A share of the industry's n points stands at the sites nearest to one site drawn at
random; the others anywhere.
The first row is the null: 0.05 is right, 0.01 to 0.09 is what {TRIED} tries can tell apart.
"""


def p_value(points: Points, rows: np.ndarray, rng: int) -> float:
    """p of one industry, its points dealt among all."""
    cases = np.zeros(SITES, dtype=bool)
    cases[rows] = True
    return m_against_chance(points, cases, DISTANCES_KM, draws=DRAWS, rng=rng).p


def power(points: Points, near: np.ndarray, n: int) -> list[float]:
    found = []
    for share in SHARES:
        rng = np.random.default_rng([n, int(100 * share)])
        rows = (industry(near, n, share, 1, rng) for _ in range(TRIED))
        p = [p_value(points, one, number) for number, one in enumerate(rows)]
        found.append(float(np.mean(np.array(p) <= 0.05)))
    return found


def main() -> None:
    points = on_plane(*sites(SITES).T)
    near = np.argsort(distances_km(points), axis=1)
    text = f"{HEAD}\n| share | " + " | ".join(f"n = {n}" for n in POINTS)
    text += " |\n|" + "---:|" * (len(POINTS) + 1) + "\n"
    columns = [power(points, near, n) for n in POINTS]
    for number, share in enumerate(SHARES):
        cells = " | ".join(f"{column[number]:.2f}" for column in columns)
        text += f"| {share:.0%} | {cells} |\n"
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
