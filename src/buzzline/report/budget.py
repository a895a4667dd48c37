"""How much goes into one page, so that it stays below five megabytes and opens at once.

What is left out is always said in the page, with the share that is shown; the result files
beside the report hold everything.
"""

from __future__ import annotations

POINTS = 200_000  # about 0.9 MB packed; more are sampled evenly along the Morton curve
SITES = 20_000  # places that ties are gathered at; coarser grids until there are fewer
FLOWS = 100_000  # about 0.8 MB packed; the strongest are kept
ENOUGH_TIES = 0.9  # share of the ties that flows must hold; coarser grids until they do
MAP_CLUSTERS = 1_000
CLUSTER_ROWS = 1_000
CHARTED_CLUSTERS = 12
CHARTED_LAYERS = 2
BALANCE_ROWS = 1_000  # a cluster, layer and scale each
NETWORK_CLUSTERS = 24
NETWORK_COUNTRIES = 8
FINDINGS = 60
UNTESTED_ROWS = 300
MEASURE_ROWS = 60
