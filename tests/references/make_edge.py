"""Make edge.json: a small design with a cutoff, and what `rdrobust` 2.1.1 says of it.

    pip install rdrobust==2.1.1; python tests/references/make_edge.py

Calonico, Cattaneo, Farrell and Titiunik's package (PyPI `rdrobust`); numbers only.
"""

import json
from pathlib import Path

import numpy as np
from rdrobust import rdrobust

KEPT = Path(__file__).with_name("edge.json")


def main() -> None:
    rng = np.random.default_rng(3)
    x = np.round(rng.uniform(-1, 1, 200), 6)
    y = np.round(0.5 * x + x**2 + 0.4 * (x >= 0) + 0.3 * rng.normal(size=200), 6)
    found = {}
    for width in (0.4, 0.8):
        peer = rdrobust(y, x, h=width, b=width, vce="hc3", kernel="triangular")
        found[str(width)] = {
            "coefficients": peer.coef.to_numpy().ravel().tolist(),
            "errors": peer.se.to_numpy().ravel().tolist(),
        }
    KEPT.write_text(json.dumps({
        "source": "PyPI rdrobust 2.1.1, kernel triangular, vce hc3; conventional, "
                  "bias-corrected, robust", "x": x.tolist(), "y": y.tolist(), "found": found,
    }))  # fmt: skip


if __name__ == "__main__":
    main()
