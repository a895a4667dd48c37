"""Studies of deals from clusters and from elsewhere into similar clusters or not, one by one."""

import numpy as np
import polars as pl

from buzzline.clusters.clustering import Clustering
from buzzline.tables.study import Study

MEMBERS = 4  # of each cluster, beside those that invest


def dealt(deals, *, industries=("3341", "3254", "1121"), coverage=None, **tables):
    """A study and its clustering.

    deals are dicts: `group`, `industry`, `from_cluster`, `lands` (True, False), and if wanted
    `year`, `country`, `to`, `jobs`. Each industry has a cluster at home and one abroad.
    """
    rows, ties, members = [], [], []
    for k, industry in enumerate(industries):
        for end, longitude in (("home", -80.0), ("abroad", 110.0)):
            for m in range(MEMBERS):
                org = f"{end}{k}-{m}"
                rows.append({"org_id": org, "industry": industry, "longitude": longitude,
                             "latitude": 10.0 + 5 * k,
                             "country": "CA" if end == "home" else "CN"})  # fmt: skip
                members.append((f"{end}{k}", org))
    for n, deal in enumerate(deals):
        k = industries.index(deal["industry"]) if deal["industry"] in industries else 0
        source, target = f"s{n}", f"t{n}"
        rows.append({
            "org_id": source, "industry": deal["industry"], "owner_id": f"g{deal['group']}",
            "longitude": deal.get("longitude", -80.0 if deal["from_cluster"] else -120.0),
            "latitude": 10.0 + 5 * k, "country": deal.get("country", "CA"),
            "jobs": deal.get("jobs"),
        })  # fmt: skip
        rows.append({
            "org_id": target, "industry": "9999",
            "longitude": deal.get("target", 110.0 if deal["lands"] else 150.0),
            "latitude": 10.0 + 5 * k, "country": deal.get("to", "CN"),
        })  # fmt: skip
        ties.append({"source": source, "target": target, "layer": "acquisition",
                     "start": f"{deal.get('year', 2008)}-06-01"})  # fmt: skip
    rows += [{"org_id": f"g{group}"} for group in {deal["group"] for deal in deals}]
    kinds = {"jobs": pl.Float64, "longitude": pl.Float64, "latitude": pl.Float64}
    organisations = pl.DataFrame(rows, infer_schema_length=None, schema_overrides=kinds)
    linkages = pl.DataFrame(ties, schema=dict.fromkeys(
        ("source", "target", "layer", "start"), pl.String
    )).with_columns(pl.col("start").str.to_date())  # fmt: skip
    study = Study.of(organisations=organisations, linkages=linkages, **tables)
    names = [f"{end}{k}" for k in range(len(industries)) for end in ("home", "abroad")]
    clusters = pl.DataFrame({
        "cluster_id": names, "label": names, "industry": np.repeat(industries, 2).tolist(),
        "scale_km": 5.0, "n_members": MEMBERS, "strength": 2.0, "ratio": 2.0, "p": 0.01,
    })  # fmt: skip
    examined = pl.DataFrame({"industry": list(industries), "status": "examined"})
    inside = pl.DataFrame(members, schema=["cluster_id", "org_id"], orient="row")
    return study, Clustering(
        clusters, inside.with_columns(is_core=pl.lit(value=True)), pl.DataFrame(),
        examined if coverage is None else coverage, 0.95, 0.05, 0,
    )  # fmt: skip


def table_of(a, b, c, d, *, industry="3341", first=0, **more):
    """Return a + b + c + d deals of a table, each of a group of its own."""
    cells = [(a, True, True), (b, True, False), (c, False, True), (d, False, False)]
    flat = [(inside, lands) for n, inside, lands in cells for _ in range(n)]
    return [
        {"group": first + k, "industry": industry, "from_cluster": inside, "lands": lands}
        | more
        for k, (inside, lands) in enumerate(flat)
    ]
