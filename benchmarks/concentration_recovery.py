"""Does the test of concentration hold its size, and what does it find?

    python -m benchmarks.concentration_recovery                as in the documentation
    python -m benchmarks.concentration_recovery --worlds 100   quicker

Made-up economies of five industries with 10 to 1,000 plants in 50 places: all plants thrown at
places, and one industry of which a share goes to one place (Ellison and Glaeser's own model of
spillovers: a share lambda is gamma = lambda squared). Writes its tables into
docs/explanation/concentration.md, between the marks.
"""

import argparse
import sys
from pathlib import Path

import numpy as np

from buzzline.agglomeration.concentration_measures import MEASURES, concentration_measures
from buzzline.agglomeration.dartboard import Null, dartboard_measures, lots_of

PAGE = Path(__file__).parents[1] / "docs" / "explanation" / "concentration.md"
START, END = "<!-- recovery: start -->", "<!-- recovery: end -->"
PLANTS, PLACES, DRAWS = (10, 30, 100, 300, 1000), 50, 199
SHARES = (0.05, 0.1, 0.2, 0.3)
TOLD = ("ellison_glaeser", "maurel_sedillot", "gini_lorenz", "hoover", "theil",
        "gini_of_quotients", "herfindahl", "entropy")  # fmt: skip
NO_NEIGHBOURS = np.zeros(PLACES + 1, np.int64), np.empty(0, np.int32)
INDUSTRY = np.repeat(np.arange(len(PLANTS)), PLANTS).astype(np.int32)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000, help="worlds of each kind")
    worlds = parser.parse_args(arguments).worlds
    text = "\n".join([START, "", _sizes(worlds), _power(max(50, worlds // 4)), END])
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(START)
    PAGE.write_text(before + text + rest.split(END)[1], encoding="utf-8")
    print(text)
    return 0


def _sizes(worlds: int) -> str:
    lines = [
        f"Share of industries with *p* ≤ 0.05 when nothing is concentrated ({worlds:,} worlds; "
        f"nominal 5 %, binomial error {np.sqrt(0.0475 / worlds):.1%}), for industries of "
        f"{PLANTS[0]} to {PLANTS[-1]:,} plants:\n",
        "| chance, index | " + " | ".join(f"{kind}, {n:,}" for kind in ("equal", "Pareto")
                                  for n in PLANTS) + " |",
        "| --- |" + " ---: |" * 2 * len(PLANTS),
    ]  # fmt: skip
    for null in ("dartboard", "relabelling"):
        rates = [
            np.mean([p_values(seed, kind, null=null) <= 0.05 for seed in range(worlds)], axis=0)
            for kind in ("equal", "Pareto")
        ]
        for name in TOLD:
            column = list(MEASURES).index(name)
            cells = [f"{rate:.1%}" for kind in rates for rate in kind[:, column]]
            lines.append(f"| {null}, `{name}` | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def _power(worlds: int) -> str:
    lines = [
        f"Share of planted industries found at *p* ≤ 0.05 by gamma ({worlds:,} worlds each, "
        "Pareto sizes), by the share of plants that goes to one place and the gamma that is:\n",
        "| plants | " + " | ".join(f"{share:.0%} (γ = {share**2:.3g})" for share in SHARES)
        + " |",
        "| ---: |" + " ---: |" * len(SHARES),
    ]  # fmt: skip
    column = list(MEASURES).index("ellison_glaeser")
    for number, n in enumerate(PLANTS):
        found = [
            np.mean([p_values(seed, "Pareto", {number: share})[number, column] <= 0.05
                     for seed in range(worlds)])
            for share in SHARES
        ]  # fmt: skip
        lines.append(f"| {n:,} | " + " | ".join(f"{rate:.0%}" for rate in found) + " |")
    return "\n".join(lines) + "\n"


def p_values(seed: int, kind: str, planted: dict[int, float] | None = None, *,
             null: Null = "dartboard") -> np.ndarray:  # fmt: skip
    """Return p of every industry and measure in one made-up world. (industries, measures)."""
    rng = np.random.default_rng([seed, len(kind)])
    chance = rng.dirichlet(np.ones(PLACES))
    place = rng.choice(PLACES, INDUSTRY.size, p=chance)
    for industry, share in (planted or {}).items():
        own = np.flatnonzero(industry == INDUSTRY)
        drawn = rng.random(own.size) < share
        place[own[drawn]] = rng.choice(PLACES, p=chance)
    jobs = np.ones(INDUSTRY.size)
    if kind == "Pareto":
        jobs = np.ceil(5 * (rng.pareto(1.5, INDUSTRY.size) + 1))
    lots = lots_of(jobs, INDUSTRY, len(PLANTS), place=place.astype(np.int32))
    cells = np.zeros((PLACES, len(PLANTS)))
    np.add.at(cells, (place, INDUSTRY), jobs)
    observed = concentration_measures(cells, herfindahl=lots.herfindahl)
    thrown = dartboard_measures(
        lots, cells.sum(axis=1) / jobs.sum(), area_of=np.arange(PLACES, dtype=np.int32),
        neighbours=NO_NEIGHBOURS, null=null, draws=DRAWS, rng=seed,
    )  # fmt: skip
    out = np.full((len(PLANTS), len(MEASURES)), np.nan)
    for number, (name, (column, factor)) in enumerate(MEASURES.items()):
        if column >= thrown.shape[2] or np.isnan(thrown[:, :, column]).all():
            continue
        sign = -1 if name == "entropy" else 1
        value, by_chance = sign * observed[name], sign * factor * thrown[:, :, column]
        slack = 1e-12 * np.maximum(np.abs(value), 1e-3)
        out[:, number] = (1 + (by_chance >= value - slack).sum(axis=0)) / (1 + DRAWS)
    return out


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
