"""The same answers from kept libraries, as most people would write it.

Imported where they are used, so that their memory does not count in our cases.
"""

from collections.abc import Callable

import numpy as np

from benchmarks.worlds import TIES_EACH, parquet_world, points
from buzzline.quantities import Kilometres
from buzzline.space.globe import EARTH_RADIUS_KM, chord, unit_vectors
from buzzline.space.scales import Cutoffs


def ties_in_pandas(n: int) -> Callable[[], object]:
    """Two merges, haversine, groupby."""
    import pandas as pd

    folder = parquet_world(n // TIES_EACH)
    columns = ["org_id", "longitude", "latitude", "country"]

    def run() -> int:
        where = pd.read_parquet(folder / "organisations.parquet", columns=columns)
        ties = pd.read_parquet(
            folder / "linkages.parquet", columns=["source", "target", "layer"]
        )
        for end in ("source", "target"):
            ends = where.add_prefix(f"{end}_")
            ties = ties.merge(ends, how="left", left_on=end, right_on=f"{end}_org_id")
        distance = haversine_km(ties)
        same = ties["source_country"] == ties["target_country"]
        rungs = [distance <= Cutoffs().local_km, distance <= Cutoffs().regional_km, same]
        ties["scale"] = np.select(rungs, ["local", "regional", "national"], "global")
        counted = ties.groupby(["layer", "scale"]).size()
        return int(counted.xs("local", level="scale").sum())

    return run


def haversine_km(ties):
    east, north, east2, north2 = (
        np.radians(ties[f"{end}_{axis}"])
        for end in ("source", "target")
        for axis in ("longitude", "latitude")
    )
    h = np.sin((north2 - north) / 2) ** 2
    h += np.cos(north) * np.cos(north2) * np.sin((east2 - east) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(h))


def neighbours_in_scipy(coordinates: str, reach_km: Kilometres, n: int) -> Callable[[], object]:
    from scipy.spatial import cKDTree

    frame = points(n, coordinates)

    def run() -> int:
        xyz = unit_vectors(frame["longitude"].to_numpy(), frame["latitude"].to_numpy())
        reach = chord(reach_km)
        return int(cKDTree(xyz).query_ball_point(xyz, reach, return_length=True).sum())

    return run


def neighbours_in_sklearn(
    coordinates: str, reach_km: Kilometres, n: int
) -> Callable[[], object]:
    from sklearn.neighbors import BallTree

    frame = points(n, coordinates)

    def run() -> int:
        radians = np.radians(frame.select("latitude", "longitude").to_numpy())
        tree = BallTree(radians, metric="haversine")
        reach = reach_km / EARTH_RADIUS_KM
        return int(tree.query_radius(radians, reach, count_only=True).sum())

    return run
