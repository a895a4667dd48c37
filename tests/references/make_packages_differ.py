"""Numbers of ecomplexity 0.5.3 and econcomplex 1.0.1 for packages_differ.json.

Run with `pip install ecomplexity==0.5.3 econcomplex==1.0.1`, the folder that holds the files
`*cbp19_metro_mfg4*` as argument, and write what it prints. Both packages are MIT licensed; only
their numbers are kept.
"""

import json
import sys
import warnings
from pathlib import Path

import econcomplex
import numpy as np
import pandas as pd
from ecomplexity import ecomplexity

warnings.simplefilter("ignore")


def read(folder, name):
    return pd.read_csv(Path(folder) / f"{name}.csv", index_col=0)


def density(jobs, knn):
    places, industries = jobs.shape
    table = pd.DataFrame({
        "t": 2019,
        "place": np.repeat([f"p{k:03d}" for k in range(places)], industries),
        "industry": [f"i{k:02d}" for k in range(industries)] * places,
        "jobs": jobs.ravel(),
    })  # fmt: skip
    columns = {"time": "t", "loc": "place", "prod": "industry", "val": "jobs"}
    said, sys.stdout = sys.stdout, sys.stderr
    found = ecomplexity(table, columns, **knn)
    sys.stdout = said
    return found.pivot(index="place", columns="industry", values="density")


def range_of(found):
    x = found.to_numpy()
    return {"least": float(x.min()), "mean": float(x.mean()), "most": float(x.max())}


def index(presence, method):
    found = econcomplex.relatedness_index(pd.DataFrame(presence), method=method)
    return np.asarray(found)[np.triu_indices(presence.shape[1], 1)]


def agreement(presence, folder):
    """Return the correlation of econcomplex with EconGeo, over pairs of industries."""
    pairs = np.triu_indices(presence.shape[1], 1)
    out = {}
    for method, name in (("association", "association"), ("probability", "prob"),
                         ("cosine", "cosine"), ("jaccard", "jaccard")):  # fmt: skip
        econgeo = read(folder, f"EconGeo_cbp19_metro_mfg4_relatedness_{name}").to_numpy(float)
        both = index(presence, method), econgeo[pairs]
        ranks = [pd.Series(x).rank().to_numpy() for x in both]
        out[method] = {
            "correlation": float(np.corrcoef(*both)[0, 1]),
            "rank_correlation": float(np.corrcoef(*ranks)[0, 1]),
        }
    return out


def random_table():
    """Return jobs of 60 places and 30 industries that have nothing to do with each other."""
    rng = np.random.default_rng(2026)
    size, common = rng.lognormal(0, 1, 60), rng.lognormal(0, 0.7, 30)
    return rng.poisson(20 * np.outer(size, common) * rng.lognormal(0, 0.7, (60, 30)))


def of_random_table(jobs):
    share = jobs / jobs.sum(axis=1, keepdims=True)
    presence = (share >= jobs.sum(axis=0) / jobs.sum()).astype(float)
    without = np.asarray(econcomplex.relatedness_density(pd.DataFrame(jobs)))
    kept = density(jobs, {})
    return {
        "jobs": jobs.astype(int).tolist(),
        "econcomplex_association": index(presence, "association").round(9).tolist(),
        "econcomplex_probability": index(presence, "probability").round(9).tolist(),
        "ecomplexity_against_econcomplex_density": float(
            np.corrcoef(kept.to_numpy().ravel(), without.ravel())[0, 1]
        ),
    }


if __name__ == "__main__":
    folder = sys.argv[1]
    jobs = read(folder, "input_cbp19_metro_mfg4").to_numpy(float)
    presence = read(folder, "EconGeo_cbp19_metro_mfg4_rca_bin").to_numpy(float)
    found = {
        "source": "ecomplexity 0.5.3, econcomplex 1.0.1; County Business Patterns 2019",
        "ecomplexity_density": range_of(density(jobs, {})),
        "ecomplexity_density_knn5": range_of(density(jobs, {"knn": 5})),
        "econcomplex_against_econgeo": agreement(presence, folder),
        "random_table": of_random_table(random_table().astype(float)),
    }
    print(json.dumps(found))
