"""Numbers of ecomplexity 0.5.3 and econcomplex 1.0.1 for relatedness_peers.json.

Run with `pip install ecomplexity==0.5.3 econcomplex==1.0.1` and write what it prints. Both are
MIT licensed; only their numbers are kept.
"""

import json
import sys
import warnings

import econcomplex
import numpy as np
import pandas as pd
from ecomplexity import ecomplexity

warnings.simplefilter("ignore")


def table(jobs):
    places, industries = jobs.shape
    return pd.DataFrame({
        "t": 2000,
        "place": np.repeat([f"p{k:02d}" for k in range(places)], industries),
        "industry": [f"i{k:02d}" for k in range(industries)] * places,
        "jobs": jobs.ravel(),
    })  # fmt: skip


def present(jobs):
    share = jobs / jobs.sum(axis=1, keepdims=True)
    return (share >= jobs.sum(axis=0) / jobs.sum()).astype(float)


def peers(jobs):
    columns = {"time": "t", "loc": "place", "prod": "industry", "val": "jobs"}
    said = sys.stdout
    sys.stdout = sys.stderr
    found = ecomplexity(table(jobs), columns)
    knn = ecomplexity(table(jobs), columns, knn=3)
    sys.stdout = said
    by_cell = {
        name: found.pivot(index="place", columns="industry", values=name).to_numpy()
        for name in ("eci", "pci", "density")
    }
    frame = pd.DataFrame(jobs)
    eci, pci = econcomplex.eci_pci(frame)
    fitness, complexity = econcomplex.eci_pci(frame, method="fitness", iterations=1000)
    return {
        "jobs": jobs.tolist(),
        "ecomplexity_eci": by_cell["eci"][:, 0].tolist(),
        "ecomplexity_pci": by_cell["pci"][0].tolist(),
        "ecomplexity_density": by_cell["density"].tolist(),
        "ecomplexity_density_knn3": knn.pivot(
            index="place", columns="industry", values="density"
        ).to_numpy().tolist(),
        "econcomplex_eci": np.asarray(eci).tolist(),
        "econcomplex_pci": np.asarray(pci).tolist(),
        "econcomplex_fitness": np.asarray(fitness).tolist(),
        "econcomplex_complexity": np.asarray(complexity).tolist(),
        "econcomplex_density": np.asarray(econcomplex.relatedness_density(frame)).tolist(),
        "econcomplex_association": np.asarray(
            econcomplex.relatedness_index(pd.DataFrame(present(jobs)), method="association")
        ).tolist(),
    }  # fmt: skip


if __name__ == "__main__":
    rng = np.random.default_rng(3)
    size, common = rng.lognormal(0, 1, 14), rng.lognormal(0, 0.7, 9)
    jobs = rng.poisson(20 * np.outer(size, common) * rng.lognormal(0, 0.7, (14, 9)))
    print(json.dumps(peers(jobs.astype(float)), indent=1))
