"""The published models against the numbers they have been recreated with.

    python -m benchmarks.classics_cases REFERENCE 2000 40

REFERENCE is the folder with march1991_*.csv and cowan_jonard2004.csv; then the runs of
March's organisation, and those of trade. Says of each figure how many points lie
within the 95 % interval of the difference, and by how many standard errors the furthest is off.
"""

import sys
from pathlib import Path

import numpy as np
import polars as pl

from buzzline.simulation.classics import (
    MarchRules,
    cowan_jonard,
    march_learning,
    march_mixed_learning,
    march_turbulence,
    two_clusters_with_pipelines,
)

Z = 1.96


def said(name: str, ours: pl.DataFrame, theirs: str, half_95: str, stem: str = "") -> None:
    """Print how far the columns of one joined table are apart."""
    value = ours[stem or "value"]
    joint = f"{stem}_" if stem else ""
    error = (ours[f"{joint}high"] - ours[f"{joint}low"]) / (2 * Z)
    z = ((value - ours[theirs]) / (error**2 + (ours[half_95] / Z) ** 2).sqrt()).to_numpy()
    inside = int((np.abs(z) <= Z).sum())
    print(f"{name}: {inside} of {z.size} within; furthest {np.abs(z).max():.1f}, "
          f"mean {z.mean():+.2f}", flush=True)  # fmt: skip


def march(folder: Path, runs: int) -> None:
    first = pl.read_csv(folder / "march1991_fig1.csv")
    keys = {"left_on": ["socialisation", "code_learning"], "right_on": ["p1", "p2"]}
    for reading, variant in (("actions", "C"), ("beliefs", "B"), ("literal", "T")):
        found = march_learning(rules=MarchRules(reading=reading), runs=runs, rng=1)
        both = found.speeds.join(first.filter(variant=variant), **keys)
        said(f"March figure 1, {reading}", both, "code_score_mean", "code_score_ci95")
    second = pl.read_csv(folder / "march1991_fig2_heterogeneity.csv")
    mixed = march_mixed_learning(runs=runs, rng=1).mixtures
    both = mixed.join(second, left_on="fast_share", right_on="share_fast")
    said("March figure 2, mixed", both, "mixed_code_score", "mixed_ci95")
    said("March figure 2, equal", both, "homog_code_score", "homog_ci95", "homogeneous")
    fifth = pl.read_csv(folder / "march1991_fig5_turbulence.csv")
    paths = march_turbulence(runs=runs, rng=1).paths.filter(pl.col("step") > 0)
    for turnover, name in ((0.0, "no_turnover"), (0.1, "turnover_0p1")):
        both = paths.filter(pl.col("turnover") == turnover).join(
            fifth.with_columns(error=pl.lit(0.0)), left_on="step", right_on="t"
        )
        said(f"March figure 5, turnover {turnover:g} (error of the reference not known)", both,
             f"code_score_{name}", "error")  # fmt: skip


def trade(folder: Path, runs: int) -> None:
    published = pl.read_csv(folder / "cowan_jonard2004.csv")
    for experts in (10, 50, 100):
        found = cowan_jonard(experts=experts, runs=runs, rng=1)
        both = found.networks.join(
            published.filter(spec=f"experts{experts}"), left_on="rewiring", right_on="p",
            suffix="_told",
        )  # fmt: skip
        said(f"Cowan and Jonard, {experts} experts, mean", both, "mean", "mean_ci95")
        said("  variance", both, "var", "var_ci95", "variance")
        said("  coefficient of variation", both, "cv_told", "cv_ci95", "cv")
        print(f"  {found}")
    for case in ("equal", "small_and_weak"):
        print(two_clusters_with_pipelines(case=case, pipelines=(40,), runs=runs, rng=1))


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0])
    march(folder, int(arguments[1]) if len(arguments) > 1 else 2_000)
    trade(folder, int(arguments[2]) if len(arguments) > 2 else 40)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
