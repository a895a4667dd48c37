"""What econcomplex or ecomplexity takes for the plants in a file: run by relatedness_cases.

    python relatedness_peers.py econcomplex|ecomplexity plants.npy

Uses nothing of buzzline, so that it runs with any Python that has the peer.
"""

import contextlib
import os
import sys
import time
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")


def in_econcomplex(plants: np.ndarray) -> str:
    import econcomplex
    import pandas as pd

    frame = pd.DataFrame(plants)
    density = econcomplex.relatedness_density(frame)
    eci, _ = econcomplex.eci_pci(frame)
    return f"{np.nanmean(np.asarray(density)) / 100:.6f} {np.asarray(eci)[0]:.5f}"


def in_ecomplexity(plants: np.ndarray) -> str:
    import pandas as pd
    from ecomplexity import ecomplexity

    places, industries = plants.shape
    table = pd.DataFrame({
        "t": 2000, "place": np.repeat(np.arange(places), industries),
        "industry": np.tile(np.arange(industries), places), "plants": plants.ravel(),
    })  # fmt: skip
    columns = {"time": "t", "loc": "place", "prod": "industry", "val": "plants"}
    with Path(os.devnull).open("w") as nowhere, contextlib.redirect_stdout(nowhere):
        found = ecomplexity(table, columns, check_logsupermodularity=False)
    eci = found.drop_duplicates("place").sort_values("place")["eci"].to_numpy()
    eci = (eci - eci.mean()) / eci.std()
    return f"{found['density'].mean():.6f} (diagonal kept) {eci[0]:.5f}"


def main(name: str, path: str) -> int:
    plants = np.load(path)
    began = time.process_time()
    try:
        said = {"econcomplex": in_econcomplex, "ecomplexity": in_ecomplexity}[name](plants)
    except ImportError:
        print("not installed")
        return 0
    taken = time.process_time() - began
    print(f"{taken:.3f} CPU-seconds, mean density and first ECI {said}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
