import polars as pl

from buzzline.space.precision import precision_km
from buzzline.tables.study import Study


def frame(**columns):
    n = len(columns["longitude"])
    ids = {"org_id": [str(k) for k in range(n)], "latitude": [1.0] * n}
    return Study.of(organisations=pl.DataFrame(ids | columns)).organisations


def test_what_is_stated_is_used():
    found = precision_km(frame(longitude=[1.0, 2.0], precision=["city", "address"]))
    assert found.tolist() == [10.0, 0.1]


def test_many_organisations_on_few_points_betray_centroids():
    centroids = frame(longitude=[float(k % 3) for k in range(30)])
    exact = frame(longitude=[float(k) for k in range(30)])
    assert set(precision_km(centroids)) == {10.0}
    assert set(precision_km(exact)) == {0.0}
